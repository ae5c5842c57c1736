"""What each kind of step calls: the API with the step's values, and the counts for the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.jobs.outcomes import Done, Occasion
from ringleader.questions import (
    ROW_CAP,
    TIMEOUT_SECONDS,
    mode_of,
    parse_parameters,
    require_no_rows,
)

if TYPE_CHECKING:
    from ringleader.api.connection import Connection


def load(
    r: Connection,
    _: Occasion,
    *,
    table: str,
    sources: Sequence[str] = (),
    output: Path | None = None,
    format_: str | None = None,
    raw: bool = False,
    **how: Any,
) -> Done:
    """Load a table, or all tables of a folder."""
    from ringleader.api.named_load import load_named

    loaded = load_named(r, table, sources, **how)
    _write(Answer(loaded.rows), output, format_, raw)
    return Done(len(loaded.rows), loaded.rows)


def pull(
    r: Connection,
    _: Occasion,
    *,
    url: str,
    output: Path | None = None,
    format_: str | None = None,
    raw: bool = False,
    **how: Any,
) -> Done:
    """Pull indicators of a server."""
    done = r.pull_indicators(url, **how)
    _write(Answer(done.rows), output, format_, raw)
    return Done(len(done.rows), done.rows)


def detect(
    r: Connection,
    _: Occasion,
    *,
    assignments: Mapping[str, Any] | Sequence[str] = (),
    shadow: bool = False,
    permutations: int | None = None,
    output: Path | None = None,
    format_: str | None = None,
    raw: bool = False,
    method: str = "judge",
    keep_links: str = "rings",
    **how: Any,
) -> Done:
    """Detect rings, compare other settings, or count the rings of permuted identifiers."""
    from ringleader.api import detection

    given = detection.assigned(assignments)
    detection.require_one(
        shadow=shadow,
        dry_run=False,
        permutations=permutations,
        method=method,
        keep_links=keep_links,
    )
    if permutations is not None:
        values = detection.parameters_of(
            r.settings, given, algorithm=how.get("algorithm", "leiden"), seed=how.pop("seed", None)
        )
        answer = detection.permuted(r.graph, values, permutations=permutations, **how)
    elif shadow:
        answer = r.shadow(parameters=given, **how).answer
        _write(answer, output, format_, raw)
        # The history names no account.
        count = Counter(row["change"] for row in answer.rows)
        return Done(len(answer.rows), [{"change": what, "rings": n} for what, n in count.items()])
    else:
        made = r.detect(parameters=given, method=method, keep_links=keep_links, **how)
        answer = made.summary
    _write(answer, output, format_, raw)
    return Done(len(answer.rows), list(answer.rows))


def query(
    r: Connection,
    _: Occasion,
    *,
    name: str,
    pairs: Mapping[str, Any] | Sequence[str] = (),
    limit: int | None = None,
    timeout: float = TIMEOUT_SECONDS,
    fail_if_rows: bool = False,
    explain: bool = False,
    profile: bool = False,
    output: Path | None = None,
    format_: str | None = None,
    raw: bool = False,
) -> Done:
    """Run a stored query; its rows go to a file if one is named."""
    mode = mode_of(explain, profile)
    params = pairs if isinstance(pairs, Mapping) else parse_parameters(pairs)
    answer = r.ask(name, params, limit=limit, cap=ROW_CAP, timeout=timeout, mode=mode)
    for message in answer.messages:
        r.say(message)
    _write(answer, output, format_, raw)
    if fail_if_rows:
        require_no_rows(name, answer, mode)
    return Done(len(answer.rows))


def export(r: Connection, _: Occasion, *, what: str, output: Path, **how: Any) -> Done:
    """Write findings to a file."""
    if what == "campaign":
        done = r.dossier(how.pop("campaign"), output, **how)
        return Done(counts=[{"accounts": done.accounts, "kept_back": done.kept_back}])
    made = r.export(what, output, **how)
    r.say(str(made))
    return Done(counts=[{"rows": made.rows, "run": made.run}])


def report(r: Connection, _: Occasion, *, output: Path, **how: Any) -> Done:
    """Write the report."""
    r.say(str(r.report(output, **how)))
    return Done()


def retention(
    r: Connection,
    _: Occasion,
    *,
    as_of: datetime | None = None,
    output: Path | None = None,
    format_: str | None = None,
    raw: bool = False,
) -> Done:
    """End what is older than the settings say."""
    from ringleader.api import lifecycle

    moment = None if as_of is None else as_of.replace(tzinfo=UTC)
    rows = lifecycle.retention(r.graph, r.settings, as_of=moment, dry_run=False)
    _write(Answer(rows), output, format_, raw)
    return Done(len(rows), rows)


def forget(
    r: Connection,
    _: Occasion,
    *,
    accounts: Sequence[str] = (),
    folders: Sequence[Path] = (),
    tombstone: bool = False,
    output: Path | None = None,
    format_: str | None = None,
    raw: bool = False,
    **which: Any,
) -> Done:
    """Erase accounts."""
    done = r.forget(accounts, folders=folders, tombstones=tombstone, **which)
    _write(Answer(done.rows), output, format_, raw)
    return Done(done.found, done.rows)


def notify(r: Connection, occasion: Occasion, **how: Any) -> Done:
    """Tell another system of rings, or that the job failed."""
    from ringleader.jobs.notify import notify as tell

    return tell(r.say, occasion, _changed(r, occasion), **how)


def mail(r: Connection, occasion: Occasion, **how: Any) -> Done:
    """Send an e-mail about rings, or about the failure of the job."""
    from ringleader.jobs.mail import mail as send

    return send(r.say, occasion, _changed(r, occasion), **how)


def _changed(r: Connection, occasion: Occasion) -> Callable[[], Sequence[Mapping[str, Any]]]:
    """What reads the changes since the job's last finished run, or all if there is none."""

    def read() -> Sequence[Mapping[str, Any]]:
        from ringleader.api.changes import changes, opened_near
        from ringleader.catalogue import get

        rows = r.graph.read(get("last-job-run"), {"job": occasion.findings.job})
        if not rows:
            return changes(r.graph, datetime.fromtimestamp(0, UTC)).rows
        # A job loads what was opened the day before, so its last run has seen that day at most.
        day = datetime.fromisoformat(rows[0]["date"]).replace(tzinfo=UTC)
        after = rows[0]["finished_at"].to_native()
        return [*opened_near(r.graph, day), *changes(r.graph, after).rows]

    return read


def _write(answer: Answer, output: Path | None, format_: str | None, raw: bool) -> None:
    """Write rows where the step names a file; otherwise they are only counted."""
    from ringleader.output import emit, format_of

    if output is not None:
        form = format_of(output, format_)
        emit(answer.rows, answer.columns, brief=answer.brief, format=form, output=output, raw=raw)
