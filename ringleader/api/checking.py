"""Does this account belong to a known ring? One read of the database for each question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.api.check_results import ROW, Check
from ringleader.api.check_telling import check_of, replaced_of
from ringleader.catalogue import Query, get
from ringleader.errors import ConnectionFailed, InputError, NotFound, QueryError, WrongUsage

if TYPE_CHECKING:
    from ringleader.algorithms.checking.comparing import RunFigures
    from ringleader.graph import Graph
    from ringleader.schema import Schema

MOST_ROWS = 1_000  # accounts of one read
ATTEMPTS = 3
PATIENCE = 10  # times the time of one account that several may take
STOPPED = ("banned", "suspended")  # statuses of accounts that lost their access


class Checker:
    """Checks accounts on one database; it may be used by several threads.

    Args:
        graph: An open graph.
        timeout: Seconds after which the server ends a read of one account; several have
            :data:`PATIENCE` times as long.
    """

    def __init__(self, graph: Graph, *, timeout: float | None = None) -> None:
        # What a check calls is imported here, so that the first one is as fast as the others.
        from ringleader.algorithms.checking import comparing, replacing
        from ringleader.algorithms.parameters import recorded

        self._comparing, self._recorded = comparing, recorded
        self._figures: RunFigures | None = None
        self._replacing = replacing
        self._stops: tuple[str, Any] = ("", None)
        self._graph = graph
        self._timeout = timeout

    def check(self, given: Sequence[str | Mapping[str, Any]]) -> list[Check]:
        """How accounts stand to the rings of the last run, in their order.

        Args:
            given: Account ids, or maps of what is known: ``account_id``, and columns of the input
                contract that need not be loaded, such as ``ip``, ``device_id`` or ``email``.
                At most 1,000.

        Raises:
            NotFound: No detection has run that a check can rest on.
            WrongUsage: A column does not exist, or a value is no such identifier.
        """
        if len(given) > MOST_ROWS:
            raise WrongUsage(f"{len(given):,} accounts are given; {MOST_ROWS:,} at the most")
        asked = [{"account_id": one} if isinstance(one, str) else dict(one) for one in given]
        rows = [self._row(one) for one in asked]
        if not rows:
            return []
        told, figures = self._read(rows)
        run, answers = told["run"], told["answers"]
        exempt = [self._exempt(answer, one) for answer, one in zip(answers, asked, strict=True)]
        parameters = self._recorded(run["parameters"])
        schema, accounts = self._graph.schema, run["accounts"]
        compare = self._comparing.compare
        found = compare(answers, rows, figures, accounts, schema, parameters, exempt)
        finished = run["finished_at"].to_native()
        stops = self._how_often(run["run_id"], answers)
        replaced = [
            tuple(
                replaced_of(one)
                for one in self._replacing.predecessors(a["replaced"], accounts, stops)
            )
            for a in answers
        ]
        age = max((datetime.now(UTC) - finished).total_seconds(), 0.0)
        return [
            check_of(answer, bool(row["given"]), mine, run["run_id"], finished, age, before)
            for answer, row, mine, before in zip(answers, rows, found, replaced, strict=True)
        ]

    @cached_property
    def _stopped(self) -> list[str]:
        return list(self._graph.settings.get("check.stopped") or STOPPED)

    def _how_often(self, run: str, answers: Sequence[Mapping[str, Any]]) -> Any:
        """When accounts lost access; read where it is needed, anew after a run or a later loss."""
        latest = max((o["stopped"] for a in answers for o in a["replaced"]), default=None)
        known, stops = self._stops
        if latest is not None and (known != run or latest > stops.last):
            [row] = self._graph.read(get("stops"), {"stopped": self._stopped})
            stops = self._replacing.Stops(row["times"])
            self._stops = (run, stops)
        return stops or self._replacing.Stops()

    def _row(self, one: Mapping[str, Any]) -> dict[str, Any]:
        from ringleader.algorithms.checking.given import (
            ABOUT,
            hashed_columns,
            identifiers,
            opened,
        )

        schema = self._graph.schema
        key = self._key if hashed_columns(schema) & set(one) else b""
        given = identifiers(one, schema, key)
        account = one.get("account_id")
        account = str(account).strip() if account is not None else None
        if not account and not given:
            raise WrongUsage(
                "nothing is given that could be checked",
                hint=f"give an account_id or an identifier; {', '.join(ABOUT[1:])} are none",
            )
        return {"account_id": account or None, "given": given, "created_at": opened(one)}

    @cached_property
    def _key(self) -> bytes:
        from ringleader.keys import load_key, refuse_other_key

        home = self._graph.settings.home
        refuse_other_key(self._graph, home, write=False)
        return load_key(home)

    def _read(self, rows: list[dict[str, Any]]) -> tuple[dict[str, Any], RunFigures]:
        stored = get("check")
        for _ in range(ATTEMPTS):
            replacing = self._replacing
            asked = {
                "hours": replacing.HOURS,
                "most_users": replacing.MOST_USERS,
                "rarest": replacing.RAREST,
            }
            found = self._once(stored, {"rows": rows, "stopped": self._stopped, **asked})
            if not found or found[0]["run"]["footprints"] is None:
                before = "the last detection was one of an earlier version"
                raise NotFound(
                    before if found else "no detection has run, so there is no ring",
                    hint="ringleader detect",
                )
            run = found[0]["run"]
            if run["run_id"] != found[0]["run_after"]:
                continue
            figures = self._figures_of(run["run_id"])
            # A later run drops what rings of this one are compared by.
            if len(figures.names) == run["footprints"]:
                return found[0], figures
        raise QueryError("detections were published while the check read", hint="check again")

    def _figures_of(self, run: str) -> RunFigures:
        """What the rings of a run are compared by. It never changes, so it is read once."""
        figures = self._figures
        if figures is None or figures.run != run:
            rows = self._graph.read(get("footprints"), {"run": run})
            figures = self._comparing.RunFigures.of(run, rows, self._graph.schema)
            self._figures = figures
        return figures

    def _once(self, stored: Query, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """In one round trip; an idle connection may have been lost, so a second try has three."""
        timeout = self._timeout
        if timeout is not None and len(given["rows"]) > 1:
            timeout *= PATIENCE
        try:
            return self._graph.read_once(stored, given, timeout)
        except ConnectionFailed:
            return self._graph.read(stored, given, timeout=timeout)

    @cached_property
    def _known_good(self) -> Any:
        from ringleader.algorithms.evidence.known_good import KnownGood

        return KnownGood.of(self._graph.settings)

    def _exempt(self, answer: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
        """Whether the settings know an account to be good, as detection does."""
        known = self._known_good
        if not known.domains and not known.organizations:
            return False
        from ringleader.schema.normalisers import domain_of

        domains, organizations = list(answer["domains"]), list(answer["organizations"])
        if given.get("email"):
            domains.append(domain_of(str(given["email"])))
        if given.get("organization_id"):
            organizations.append(str(given["organization_id"]))
        return any(known.holds("EmailDomain", name) for name in domains) or any(
            name in known.organizations for name in organizations
        )


def check(graph: Graph, given: str | Mapping[str, Any]) -> Check:
    """How one account stands to the rings of the last run.

    Args:
        graph: An open graph.
        given: Its id, or a map of what is known of it.

    Raises:
        NotFound: There is no such account and nothing else is given, or no detection has run.
        WrongUsage: A column does not exist, or a value is no such identifier.
    """
    [found] = Checker(graph).check([given])
    if found.code == "unknown-account":
        raise NotFound(
            f"there is no account {found.account_id!r}",
            hint="give what is known of it, e.g. ringleader check --given ip=203.0.113.7",
        )
    return found


def known_columns(schema: Schema) -> tuple[str, ...]:
    """What may be given of an account: columns of the input contract.

    Args:
        schema: What accounts can share.
    """
    from ringleader.algorithms.checking.given import columns

    return columns(schema)


def given_columns(account: str | None, pairs: Sequence[str]) -> dict[str, Any]:
    """What is known of an account, from ``column=value`` texts.

    Args:
        account: Its id, if it is known.
        pairs: The texts; a column may come several times.

    Raises:
        WrongUsage: A text has no ``=``.
    """
    from ringleader.algorithms.checking.given import ABOUT

    known: dict[str, Any] = {} if account is None else {"account_id": [account]}
    for pair in pairs:
        column, equals, value = pair.partition("=")
        if not equals or not column:
            raise WrongUsage(f"{pair!r} is not column=value", hint="--given ip=203.0.113.7")
        known.setdefault(column, []).append(value)
    for column in ABOUT:
        if column in known:
            known[column] = known[column][-1]
    return known


def check_all(graph: Graph, given: Sequence[str | Mapping[str, Any]] | Path | str) -> Answer:
    """Checks of many accounts, one row for each, in their order.

    Args:
        graph: An open graph.
        given: Accounts, or a file (CSV, JSON lines, Parquet) with columns of the input contract;
            its other columns are left out.

    Raises:
        InputError: The file cannot be read, or has no column that could be checked.
        NotFound: No detection has run.
        WrongUsage: A column does not exist, or a value is no such identifier.
    """
    checker, rows = Checker(graph), []
    source = _rows(Path(given), graph) if isinstance(given, Path | str) else iter(given)
    while page := list(islice(source, MOST_ROWS)):
        rows += [found.row for found in checker.check(page)]
    count = Counter(row["outcome"] for row in rows)
    told = ", ".join(f"{number:,} {outcome}" for outcome, number in count.most_common())
    brief = ["account_id", "outcome", "ring_id", "bits", "replaces"]
    return Answer(rows, ROW, brief, messages=(f"{len(rows):,} accounts checked: {told or 'none'}",))


def _rows(path: Path, graph: Graph) -> Iterator[dict[str, Any]]:
    import duckdb

    from ringleader.algorithms.checking.given import columns
    from ringleader.loaders.sources.columns import named

    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    with duckdb.connect() as connection:
        try:
            if path.suffix.lower() == ".parquet":
                relation = connection.read_parquet(str(path))
            elif path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
                # All lines are looked at: a field may come late.
                relation = connection.read_json(str(path), sample_size=-1)
            else:
                relation = connection.read_csv(str(path), all_varchar=True, header=True)
            spelled = {name: named(relation.columns, name) for name in columns(graph.schema)}
            known = {name: found[0] for name, found in spelled.items() if found}
            if not known:
                raise InputError(
                    f"{path} has no column that could be checked",
                    hint=f"known: {', '.join(columns(graph.schema))}",
                )
            # Names are those of the file, as it writes them.
            chosen = relation.project(", ".join(f'"{name}"::VARCHAR' for name in known.values()))
            for values in chosen.fetchall():
                row = {n: v for n, v in zip(known, values, strict=True) if v not in (None, "")}
                if row:
                    yield row
        except duckdb.Error as error:
            raise InputError(f"{path}: {str(error).splitlines()[0]}") from error
