"""What a detection is run with that the one before was not."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ringleader.algorithms.evidence.hubs import summary_of
from ringleader.algorithms.evidence.known_good import KnownGood
from ringleader.catalogue import get
from ringleader.indications import HALF_LIVES, believed, half_lives
from ringleader.schema.identifiers import IDENTIFIERS
from ringleader.version import __version__

if TYPE_CHECKING:
    from ringleader.algorithms.parameters import Parameters
    from ringleader.graph import Graph


def changes(graph: Graph, now: Mapping[str, str], apart: Collection[str] = ()) -> Iterator[str]:
    """Lines that say how a run differs from the last one that was done.

    Settings come from the folder in which a detection is started: run from another one, the same
    graph gives other rings.

    Args:
        graph: The graph.
        now: What :func:`made_with` gives.
        apart: Parameters that are not compared.
    """
    found = graph.read(get("last-run"))
    if not found:
        return
    [last] = found
    differences = list(_differences(last, now, apart))
    if differences:
        yield f"other settings than {last['run']}: {', '.join(differences)}"


def made_with(
    graph: Graph,
    parameters: Parameters,
    algorithm: str,
    known_hubs: Collection[str],
    more: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """What a run records of its settings: the parameters of the stored query ``start-run``.

    Args:
        graph: The graph.
        parameters: The judgements.
        algorithm: How linked accounts are grouped.
        known_hubs: Keys of identifiers that strangers are known to share.
        more: What else decides.
    """
    decides = {**asdict(parameters), **also_decides(graph), **(more or {})}
    return {
        "algorithm": algorithm,
        "parameters": json.dumps(decides, sort_keys=True),
        "known_hubs": json.dumps(summary_of(known_hubs), sort_keys=True),
        "version": __version__,
    }


def also_decides(graph: Graph) -> dict[str, str]:
    """What of the settings decides beside the parameters.

    Known-good lists, own identifiers, and whose indicators are believed.
    """
    lists = {row["parameter"]: row["value"] for row in KnownGood.of(graph.settings).rows()}
    own = {
        f"identifiers.{found.name}": found.family
        for found in graph.schema.identifiers
        if found not in IDENTIFIERS
    }
    return {name: value for name, value in lists.items() if value} | own | _believed(graph)


def _believed(graph: Graph) -> dict[str, str]:
    """Whose word makes rings, and how fast it fades if the settings say so."""
    section = graph.settings.section("indicators")
    sources = believed(section)
    if not sources:
        return {}
    lives = half_lives(section)
    faded = {name: days for name, days in lives.items() if days != HALF_LIVES.get(name)}
    return {f"indicators.evidence.{name}": str(least) for name, least in sources.items()} | {
        f"indicators.half_life.{name}": str(days) for name, days in faded.items()
    }


def _differences(
    last: Mapping[str, Any], now: Mapping[str, str], apart: Collection[str]
) -> Iterator[str]:
    if last["algorithm"] != now["algorithm"]:
        yield f"algorithm {last['algorithm']} → {now['algorithm']}"
    for name, kind in (("parameters", ""), ("known_hubs", "known hubs: ")):
        old, new = _read(last[name]), _read(now[name])
        for key in sorted({*old, *new}.difference(apart)):
            if old.get(key) != new.get(key):
                yield f"{kind}{key} {_shown(old.get(key))} → {_shown(new.get(key))}"


def _read(text: str | None) -> dict[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def _shown(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 24 else text[:12] + "…"
