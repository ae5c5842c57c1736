"""Detect rings, estimate what that takes, and count the rings that chance alone makes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.api.results import DetectionRun, Ring
from ringleader.catalogue import get
from ringleader.errors import InputError, WrongUsage
from ringleader.graph.locks import exclusive

if TYPE_CHECKING:
    from ringleader.algorithms.detect import Detection
    from ringleader.algorithms.parameters import Parameters
    from ringleader.algorithms.rings.building import Ring as FoundRing
    from ringleader.graph import Graph
    from ringleader.settings import Settings


def parameters_of(
    settings: Settings,
    given: Mapping[str, Any] | None = None,
    *,
    algorithm: str = "leiden",
    seed: int | None = None,
) -> Parameters:
    """The parameters of a detection: those of the settings, and above them those given.

    Args:
        settings: Their section ``[detect]``.
        given: Parameters by name.
        algorithm: ``leiden`` or ``louvain``.
        seed: Seed of Leiden.

    Raises:
        SettingsError: A parameter does not exist or is out of range.
        WrongUsage: A seed is given with Louvain, which takes none.
    """
    from ringleader.algorithms.parameters import parameters

    if algorithm == "louvain" and seed is not None:
        raise WrongUsage(
            "--seed is for leiden: the Louvain of GDS takes none and returns the same every time",
            hint="leave --seed out, or use --algorithm leiden",
        )
    seeded = {} if seed is None else {"seed": seed}
    return parameters({**settings.section("detect"), **(given or {}), **seeded})


def assigned(given: Mapping[str, Any] | Sequence[str]) -> dict[str, Any]:
    """Parameters by name, from a map or from texts ``name=value``.

    Raises:
        WrongUsage: A text is no ``name=value``, or a name is given twice.
    """
    if isinstance(given, Mapping):
        return dict(given)
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise WrongUsage(f"{text!r} is not NAME=VALUE", hint="--set min_ring_size=8")
        if name in found:
            raise WrongUsage(f"parameter {name} is given twice")
        with suppress(ValueError):  # a parameter says itself what it expects
            value = json.loads(value)
        found[name] = value
    return found


def require_one(
    *, shadow: bool, dry_run: bool, permutations: int | None, method: str, keep_links: str
) -> None:
    """Make sure that one kind of run is asked for, and a run that publishes nothing for no links.

    Raises:
        WrongUsage: It is not so.
    """
    if sum((shadow, dry_run, permutations is not None)) > 1:
        raise WrongUsage("--shadow, --dry-run and --null exclude each other", hint="give one")
    if (shadow or permutations is not None) and (method != "judge" or keep_links != "rings"):
        what = "a shadow run" if shadow else "a run on permuted identifiers"
        raise WrongUsage(
            f"{what} takes no other method and keeps no links",
            hint="leave --method and --keep-links out",
        )


def parameter_table(values: Parameters, settings: Settings) -> Answer:
    """Every parameter with its value, default and reason; lists and believed sources follow."""
    from ringleader.algorithms.evidence.known_good import KnownGood
    from ringleader.algorithms.parameters import effective

    rows = [*effective(values), *KnownGood.of(settings).rows(), *_believed_rows(settings)]
    return Answer(rows, ["parameter", "value", "default", "reason"])


def _believed_rows(settings: Settings) -> list[dict[str, Any]]:
    from ringleader.indications import believed

    section = settings.section("indicators")
    told = ", ".join(f"{source} = {least}" for source, least in believed(section).items())
    reason = (
        "sources whose indicators may stand in the place of a second kind of evidence, with the "
        "confidence from which on they do"
    )
    return [{"parameter": "indicators.evidence", "value": told, "default": "", "reason": reason}]


def detect(
    graph: Graph,
    values: Parameters,
    *,
    algorithm: str = "leiden",
    method: str = "judge",
    groups: Mapping[str, str] | None = None,
    known_hubs: Collection[str] | Path | str | None = None,
    keep_links: str = "rings",
    say: Callable[[str], None],
) -> DetectionRun:
    """Link accounts, group them, and write rings and campaigns.

    Args:
        graph: An open graph.
        values: The parameters.
        algorithm: ``leiden`` or ``louvain``.
        method: ``judge`` or ``shared-neighbours``.
        groups: Group of accounts: these are judged, and no others looked for.
        known_hubs: Identifiers that unrelated accounts are known to share, or a file of them.
        keep_links: ``rings``, or ``all`` for links that touch no ring as well.
        say: Called with the time of each stage and with each message.

    Raises:
        LockHeld: Another run writes to the database.
        WrongUsage: There is no such method, or no such choice of links.
        RingleaderError: The server refuses something, or has too little memory.
    """
    from ringleader.algorithms.detect import LINKS_KEPT, METHODS
    from ringleader.algorithms.detect import detect as run_detection

    if method not in METHODS:
        raise WrongUsage(f"there is no method {method!r}", hint="use " + " or ".join(METHODS))
    if keep_links not in LINKS_KEPT:
        raise WrongUsage(f"keep_links is {keep_links!r}", hint="use " + " or ".join(LINKS_KEPT))
    hubs = read_hubs(known_hubs)
    with exclusive(graph, "detect"):
        graph.ensure_schema()
        messages = [
            f"warning: a load of {load['table']} was interrupted, so this detection does not see "
            "all of its rows; load it again"
            for load in graph.read(get("loads-not-finished"))
        ]
        for message in messages:
            say(message)
        made = run_detection(
            graph,
            values,
            algorithm=algorithm,
            method=method,
            groups=groups,
            known_hubs=hubs,
            keep_links=keep_links,
            say=say,
        )
    remarks = _remarks(made, values)
    for remark in remarks:
        say(remark)
    return _as_result(made, [*messages, *remarks])


def estimate(graph: Graph, values: Parameters, *, algorithm: str = "leiden") -> Answer:
    """What a detection would take: memory, time, pairs; nothing is written."""
    from ringleader.algorithms.detect import detect as run_detection

    made = run_detection(graph, values, algorithm=algorithm, dry_run=True)
    return Answer([{"what": name, "value": value} for name, value in made.estimate.items()])


def permuted(
    graph: Graph,
    values: Parameters,
    *,
    permutations: int,
    algorithm: str = "leiden",
    known_hubs: Collection[str] | Path | None = None,
) -> Answer:
    """Rings in the graph, and in the same graph with its identifiers permuted.

    Args:
        graph: An open graph.
        values: The parameters.
        permutations: How many permutations to try.
        algorithm: ``leiden`` or ``louvain``.
        known_hubs: As for :func:`detect`.

    Raises:
        LockHeld: Another run writes to the database.
    """
    from ringleader.algorithms.detect import null_rings

    hubs = read_hubs(known_hubs)
    with exclusive(graph, "detect"):
        graph.ensure_schema()
        return Answer(
            null_rings(
                graph, values, permutations=permutations, algorithm=algorithm, known_hubs=hubs
            )
        )


def rehearse(
    graph: Graph,
    values: Parameters,
    *,
    operators: int = 24,
    like: str | None = None,
    seed: int = 1,
    algorithm: str = "leiden",
    known_hubs: Collection[str] | Path | None = None,
) -> Answer:
    """How much would be found in this graph, of operators planted in memory; nothing is written.

    Args:
        graph: An open graph.
        values: The parameters.
        operators: How many operators to plant.
        like: A ring of which copies are planted instead.
        seed: Of the draws.
        algorithm: ``leiden`` or ``louvain``.
        known_hubs: As for :func:`detect`.

    Raises:
        LockHeld: Another run writes to the database.
        NotFound: There is no ring of the name ``like``.
    """
    from ringleader.algorithms.evaluation.rehearsal import rehearse as run_rehearsal

    hubs = read_hubs(known_hubs)
    with exclusive(graph, "detect"):
        graph.ensure_schema()
        return Answer(
            run_rehearsal(
                graph,
                values,
                operators=operators,
                like=like,
                seed=seed,
                algorithm=algorithm,
                known_hubs=hubs,
            )
        )


def read_hubs(given: Collection[str] | Path | str | None) -> frozenset[str]:
    """Identifiers as given, or from a file.

    Args:
        given: The identifiers, or a file: the first column of a CSV with a header, or one per line.

    Raises:
        InputError: The file cannot be read or is empty.
    """
    if given is None:
        return frozenset()
    if not isinstance(given, Path | str):
        return frozenset(given)
    path = Path(given)
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"known hubs {path}: {error}") from error
    # Several columns mean a header; a plain list has none.
    hubs = frozenset(row[0].strip() for row in (rows[1:] if rows and len(rows[0]) > 1 else rows))
    if not hubs:
        raise InputError(f"known hubs {path} holds no identifier")
    return hubs


def rings_of(made: Sequence[FoundRing]) -> tuple[Ring, ...]:
    """The rings of a detection as a caller gets them.

    Args:
        made: As the algorithms name them.
    """
    return tuple(
        Ring(
            ring.ring_id,
            ring.size,
            ring.score,
            dict(ring.family_bits),
            ring.links,
            ring.members,
        )
        for ring in made
    )


def _as_result(made: Detection, messages: list[str]) -> DetectionRun:
    return DetectionRun(
        made.run,
        made.accounts,
        made.links,
        rings_of(made.rings),
        dict(made.stages),
        tuple(made.missing),
        tuple(messages),
        Answer(
            [
                {
                    "group": group.group,
                    "accounts": group.accounts,
                    "unknown": group.unknown,
                    "ring": group.strong,
                    "bits": round(group.score, 1),
                    "needed": round(group.needed, 1),
                    "kinds": list(group.kinds),
                    "missing": list(group.reasons),
                }
                for group in made.judged
            ],
            ["group", "accounts", "unknown", "ring", "bits", "needed", "kinds", "missing"],
        ),
    )


def _remarks(made: Detection, values: Parameters) -> list[str]:
    """What limits the rings that were found, or why there are none."""
    remarks = []
    if not made.accounts:
        remarks.append("the graph holds no account; ringleader load accounts FILE")
    elif not made.rings and made.links:
        remarks.append(
            f"no group of accounts is a ring: a ring needs {values.min_ring_size} accounts "
            "and two independent kinds of evidence; ringleader detect --parameters lists the rest"
        )
    elif any(ring.single_family for ring in made.rings):
        remarks.append(
            "the data hold one kind of evidence only, so no ring has independent support; rings "
            "need more of this evidence instead"
        )
    if on_word := sum(bool(ring.named_by) for ring in made.rings):
        remarks.append(
            f"{on_word:,} of the rings {'is one' if on_word == 1 else 'are rings'} on the word of "
            "others ([indicators.evidence]); no second kind of evidence supports "
            f"{'it' if on_word == 1 else 'them'}"
        )
    if made.accounts and made.missing:
        remarks.append(
            f"no two accounts share evidence of these kinds: {', '.join(made.missing)}; rings that "
            "rest on them only are not found"
        )
    return remarks
