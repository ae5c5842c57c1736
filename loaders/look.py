"""A look at what came: what is formally right and still hardly what was meant.

Everything here is counted over what requests and payments were grouped into, or over a sample of
accounts, so that it costs next to nothing beside a load.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import ibis

from ringleader.catalogue import get
from ringleader.errors import InputError
from ringleader.loaders.aggregation.aggregate import END
from ringleader.loaders.contract import Type
from ringleader.loaders.guess import likely
from ringleader.loaders.writing.write_plan import mentions
from ringleader.schema.types import RelType

if TYPE_CHECKING:
    from ringleader.loaders.mapping import Mapping
    from ringleader.loaders.tables.interface import TableInput
    from ringleader.loaders.validation.clean_table import CleanTable
    from ringleader.loaders.writing.write_plan import WriteStep

# A value is named that more than this share of a column's rows have, over so many accounts.
SHARE, ACCOUNTS = 0.05, 10
# Common prompts, large mail providers and one large organization are ordinary.
_SHARES = {"SENT": 0.5, "REGISTERED_WITH": 0.9, "IN_ORGANIZATION": 0.9}
# Models are few; accounts are not linked by them.
_FEW = ("REQUESTED",)
# A column with one value is named from so many rows on.
_ROWS = 20
_PRIVATE = (
    r"^(?:10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\."
    r"|f[cd])"
)
_EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
_ASKED = 10_000


def look(load: TableInput, steps: Sequence[WriteStep], columns: Sequence[str]) -> list[str]:
    """What a person should look at before this is loaded.

    Args:
        load: The load.
        steps: What it writes.
        columns: Columns of the input that nothing uses.
    """
    found = list(_left_out(load.mapping, columns))
    for step in steps:
        of_account = isinstance(step.target, RelType) and step.target.start == "Account"
        if of_account and step.name not in _FEW:
            found += _common(load, step)
        found += _times(load, step)
    found += _strangers(load, steps)
    return found


def refuse(found: Sequence[str]) -> None:
    """Fail because of what a look has found.

    Raises:
        InputError: It has found something.
    """
    if found:
        raise InputError(
            f"{found[0]}; nothing was loaded",
            hint="without --strict it loads with a warning",
        )


def _left_out(mapping: Mapping, columns: Sequence[str]) -> Iterator[str]:
    """Columns that nothing uses, and that look like one of the contract that is not there."""
    names = {name.lower() for name in columns}
    for name, source in likely(mapping.table, columns).items():
        if name not in mapping.columns and name not in names:
            yield (
                f'column "{source}" is not mapped and looks like {name}: write {name} = '
                f'"{source}" under [map.{mapping.table.name}] of a mapping'
            )


def _common(load: TableInput, step: WriteStep) -> Iterator[str]:
    """Identifiers that far too many share."""
    rows = step.rows
    if "events" not in rows.columns:
        rows = rows.mutate(events=ibis.literal(1, "int64"))
    each = rows.group_by(END).aggregate(n=rows.events.sum(), accounts=rows.count())
    each = load.workspace.keep("shares", each)
    total = load.workspace.one(each.aggregate(n=each.n.sum(), values=each.count()))
    if not total["n"]:
        return
    column = _column(load, step)
    top = load.workspace.rows(each.order_by(each.n.desc(), END).limit(5))
    share = _SHARES.get(step.name, SHARE)
    private = False
    if step.name == "USED_IP":
        local = each.filter(each[END].re_search(_PRIVATE))
        number = load.workspace.one(local.aggregate(n=local.n.sum().fill_null(0)))["n"]
        private = number >= _ROWS and number > 0.95 * total["n"]
        if private:
            yield (
                f"{number / total['n']:.0%} of the addresses are private, as behind a load "
                "balancer: map the field with the caller's address, or set [load] "
                'ignore_addresses = ["private"]'
            )
    for row in top:
        many = row["n"] > share * total["n"] and row["accounts"] >= ACCOUNTS
        alone = total["values"] == 1 and total["n"] >= _ROWS and row["accounts"] > 1
        if (many or alone) and not private:
            value = str(row[END])
            source = load.mapping.source_of(column).source or column
            yield (
                f"{column} {value!r} stands in {row['n'] / total['n']:.0%} of the rows that have "
                f"one, of {row['accounts']:,} accounts; a real one may be evidence. "
                "If it stands for no value, write "
                f'{column} = {{ column = "{source}", null = ["{value}"] }} under '
                f"[map.{load.mapping.table.name}] of a mapping"
            )


def _column(load: TableInput, step: WriteStep) -> str:
    """The column of the contract that a relationship comes from."""
    known = {"IN_ORGANIZATION": "organization_id", "REGISTERED_WITH": "email"}
    for identifier in load.schema.identifiers:
        if identifier.relationship == step.name:
            return str(identifier.column)
    return known.get(step.name, step.name)


def _times(load: TableInput, step: WriteStep) -> Iterator[str]:
    """Times that are not plausible."""
    names = [n for n in ("first_seen", "last_seen", "created_at") if n in step.rows.columns]
    if not names:
        return
    ends: dict[str, Any] = {f"least_{n}": step.rows[n].min() for n in names}
    ends |= {f"greatest_{n}": step.rows[n].max() for n in names}
    found = [v for v in load.workspace.one(step.rows.aggregate(**ends)).values() if v is not None]
    if not found:
        return
    least, greatest = (datetime.fromtimestamp(v / 1000, UTC) for v in (min(found), max(found)))
    if greatest > datetime.now(UTC) + timedelta(days=1):
        yield f"times of {step.name} reach into the future, to {greatest:%Y-%m-%d}: {_unit(load)}"
    if least < _EARLIEST:
        yield f"times of {step.name} reach back to {least:%Y-%m-%d}: {_unit(load)}"


def _unit(load: TableInput) -> str:
    """What to do about times that cannot be."""
    names = [c.name for c in load.mapping.table.columns if c.type is Type.TIMESTAMP]
    entry = load.mapping.source_of(names[0])
    source = entry.source or names[0]
    if entry.format:
        return f"wrong format? [map.{load.mapping.table.name}] says {entry.format!r}"
    return (
        f'wrong unit? Write {names[0]} = {{ column = "{source}", unit = "ms" }} (s, ms, us or ns) '
        f"under [map.{load.mapping.table.name}] of a mapping"
    )


def _accounts_are_known(load: TableInput) -> bool:
    """Whether an accounts table was loaded, or is being loaded, that others can be held against."""
    if load.earlier_accounts is not None:
        return True
    return load.graph is not None and bool(
        load.graph.read(get("batches-of-table"), {"table": "accounts"})
    )


def _strangers(load: TableInput, steps: Sequence[WriteStep]) -> Iterator[str]:
    """Accounts that the accounts table does not know."""
    table = load.mapping.table.name
    if table == "accounts" or not _accounts_are_known(load):
        return
    nodes = [step.rows.select(key="account_id") for step in steps if step.name == "Account"]
    named = nodes or mentions([s for s in steps if s.name != "CONTACTED"], "Account")
    if not named:
        return
    # Nodes have one row each; ends of relationships repeat.
    keys: Any = named[0].union(*named[1:]) if named[1:] else named[0]
    accounts = nodes[0] if len(nodes) == 1 else load.workspace.keep("named", keys.distinct())
    number = load.workspace.size(accounts)
    if load.earlier_accounts is not None:
        known: Any = load.earlier_accounts()
        if not load.workspace.size(known):
            return
        unknown = load.workspace.keep("strangers", accounts.anti_join(known, "key"))
        asked, missing = number, load.workspace.size(unknown)
        example = next(iter(load.workspace.rows(unknown.limit(1))), {}).get("key")
    elif load.graph is not None:
        some = accounts.order_by("key") if number <= _ASKED else accounts
        ids = [row["key"] for row in load.workspace.rows(some.limit(_ASKED))]
        answer = load.graph.read(get("known-accounts"), {"account_ids": ids})
        strangers = sorted(set(ids) - {row["account_id"] for row in answer})
        asked, missing = len(ids), len(strangers)
        example = strangers[0] if strangers else None
    else:
        return
    if missing > SHARE * asked and missing >= ACCOUNTS:
        yield (
            f"{missing:,} of {asked:,} accounts{' looked up' if asked < number else ''} are not in "
            f"the accounts table (for example {example!r}): is account_id of {table} the same id? "
            f'If another column is, write account_id = "COLUMN" under [map.{table}] of a mapping'
        )


def way_out(mapping: Mapping, clean: CleanTable) -> str:
    """What to do about files of which no row is valid."""
    if mapping.table.name == "proxies" and mapping.file is None:
        return "of a list, say which format it is: --as FORMAT (ringleader load --help)"
    refused = {reason.partition(":")[0] for reason in clean.reasons}
    times = [
        c.name for c in mapping.table.columns if c.type is Type.TIMESTAMP and c.name in refused
    ]
    if times:
        return (
            f'say how times are written: {times[0]} = {{ column = "…", format = "%d.%m.%Y '
            '%H:%M:%S", zone = "Europe/Berlin" } in a mapping (docs/mapping.md)'
        )
    return "a first mapping of the file's columns: ringleader mapping guess FILE"
