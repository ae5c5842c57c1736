"""Read and validate: from files to clean rows of one table, with what was left out and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

import ibis
import ibis.expr.types as ir

from ringleader.errors import InputError
from ringleader.loaders.contract import Table, Type
from ringleader.loaders.mapping import Mapping
from ringleader.loaders.sources import csv_rejects
from ringleader.loaders.sources.files import FILE, ROW, FileGroup, InputFile, read_groups
from ringleader.loaders.validation import addresses, card_numbers, duplicates
from ringleader.loaders.validation.clean_table import (
    LOCATED,
    CleanTable,
    Part,
    Unchecked,
    clean_rows,
    first_rows,
)
from ringleader.loaders.validation.conversion import (
    EXCERPT,
    MISSING,
    PROBLEM,
    VALUE,
    Problem,
    convert,
    json_fields,
)
from ringleader.loaders.validation.quarantine import locate
from ringleader.loaders.workspace import Workspace

_NO_ADDRESS = "not an IP address"
_NO_NETWORK = "neither an IP address nor a CIDR of one bit or more"


def validate(
    workspace: Workspace,
    files: Sequence[InputFile],
    mapping: Mapping,
    channels: Sequence[str],
    *,
    later: Collection[str] = (),
) -> CleanTable:
    """Read files, bring them into the contract's types and leave out what breaks it.

    Args:
        workspace: Where it happens.
        files: What to read.
        mapping: Where the contract's columns come from.
        channels: Names that a channel may have.
        later: Columns that the caller checks after grouping, if they are left unchecked here. They
            are where every file is Parquet and everything else is good.

    Raises:
        InputError: A file is broken or lacks a required column.
    """
    offered = {name for file in files for name in file.columns}
    groups = list(read_groups(workspace, files, json_fields(mapping, sorted(offered))))
    if later and (clean := _good_but_for(later, workspace, groups, mapping, channels)):
        return clean
    return _validate_rows(workspace, groups, mapping, channels)


def _good_but_for(
    later: Collection[str],
    workspace: Workspace,
    groups: Sequence[FileGroup],
    mapping: Mapping,
    channels: Sequence[str],
) -> CleanTable | None:
    """The rows, if all are good as far as the other columns tell; None otherwise."""
    # Raw prompts are replaced by clusters before anything is grouped.
    prompts = "prompt" in mapping.columns
    if prompts or any(g.format != "parquet" or "prompt" in g.columns for g in groups):
        return None
    parts = [convert(g, mapping, channels, blanks=False, later=later) for g in groups]
    if any(workspace.size(rows.limit(1)) for part in parts for rows in part.doubtful):
        return None
    read = sum(workspace.size(group.table) for group in groups)
    tables = [part.table.select(*mapping.table.names) for part in parts]
    rows = tables[0].union(*tables[1:]) if tables[1:] else tables[0]
    if (
        mapping.options.get("deduplicate", True)
        and duplicates.repeated_requests(workspace, rows) is not None
    ):
        return None
    unchecked = Unchecked(
        frozenset(name for part in parts for name in part.later),
        partial(_validate_rows, workspace, groups, mapping, channels),
    )
    unknown = tuple(dict.fromkeys(name for part in parts for name in part.unknown))
    return CleanTable(
        mapping.table, workspace, rows, read=read, unknown=unknown, unchecked=unchecked
    )


def _validate_rows(
    workspace: Workspace, groups: Sequence[FileGroup], mapping: Mapping, channels: Sequence[str]
) -> CleanTable:
    """Check every row of every column."""
    table = mapping.table
    parts, unknown = [], {}
    for group in groups:
        result = convert(group, mapping, channels)
        unknown.update(dict.fromkeys(result.unknown))
        rows = result.table
        if group.format == "parquet":
            faults = workspace.one(result.faults)
            read, blanks = faults.pop("read"), faults.pop("blanks")
            clean = not any(faults.values())
            if clean and not blanks:
                rows = convert(group, mapping, channels, blanks=False).table
        else:
            # Text is parsed once; its rows are numbered by where they land.
            kept = workspace.keep("staged", rows)
            csv_rejects.refuse_lost_lines(workspace, group)
            rows = kept.mutate(**{ROW: kept.rowid()})
            wrong = (kept[PROBLEM] > 0).sum().fill_null(0)
            counted = workspace.one(kept.aggregate(read=kept.count(), wrong=wrong))
            read, clean = counted["read"], not counted["wrong"]
        part = Part(group, rows, result.problems, read, clean)
        if group.format == "jsonl" and not clean:
            part = _without_broken_lines(workspace, part)
        parts.append(part)
    parts, ports = _with_addresses(workspace, table, parts)
    parts = _without_cards(workspace, table, parts)
    prepared = CleanTable(
        table, workspace, clean_rows(table, parts), unknown=tuple(unknown), ports=ports, parts=parts
    )
    _count(prepared)
    duplicates.drop(prepared, mapping)
    return prepared


def _without_broken_lines(workspace: Workspace, part: Part) -> Part:
    """Report lines that are not JSON objects; DuckDB turns them into rows of nulls."""
    import pyarrow as pa

    missing = [n for n, problem in enumerate(part.problems, start=1) if problem.reason == MISSING]
    suspects = workspace.keep(
        "suspects", part.rows.filter(part.rows[PROBLEM].isin(missing)).select(FILE, ROW)
    )
    if not 0 < workspace.one(suspects.aggregate(n=suspects.count()))["n"] <= LOCATED:
        return part
    first = first_rows(workspace, part)
    broken: list[int] = []
    for file in part.group.files:
        mine = suspects.filter(suspects[FILE] == str(file.path)).select(ROW)
        start = first[str(file.path)]
        numbers = {row[ROW] - start + 1 for row in workspace.rows(mine)}
        if numbers:
            no_json = locate(file.path, file.format, numbers, set())[2]
            broken += [number + start - 1 for number in no_json]
    if not broken:
        return part
    table = workspace.take("broken", pa.table({"_broken": pa.array(broken, pa.int64())}))
    joined = part.rows.left_join(table, part.rows[ROW] == table["_broken"])
    wrong = joined["_broken"].notnull()
    number = ibis.literal(len(part.problems) + 1, "int16")
    rows = joined.mutate(**{PROBLEM: ibis.ifelse(wrong, number, joined[PROBLEM])}).drop("_broken")
    return replace(part, rows=rows, problems=(*part.problems, Problem(None, "not a JSON object")))


def _with_addresses(
    workspace: Workspace, table: Table, parts: list[Part]
) -> tuple[list[Part], int]:
    """Bring addresses and prefixes into canonical text, and refuse what is neither."""
    ports = 0
    for column in table.columns:
        if column.type not in (Type.ADDRESS, Type.NETWORK):
            continue
        values = clean_rows(table, parts)[column.name]
        if column.type is Type.ADDRESS:
            found, reason = addresses.canonicalise(workspace, values), _NO_ADDRESS
        else:
            found, reason = addresses.canonical_networks(workspace, values), _NO_NETWORK
        ports += found.with_port
        if found.renamed is not None:
            bad = found.invalid > 0
            parts = [_renamed(part, column.name, found.renamed, reason, bad) for part in parts]
    return parts, ports


def _renamed(part: Part, name: str, renamed: ir.Table, reason: str, bad: bool) -> Part:
    number = len(part.problems) + 1
    joined = part.rows.left_join(renamed, part.rows[name] == renamed["_raw"])
    wrong = joined["_raw"].notnull() & joined["_canonical"].isnull() & (joined[PROBLEM] == 0)
    rows = joined.mutate(
        **{
            name: ibis.coalesce(joined["_canonical"], joined[name]),
            PROBLEM: ibis.ifelse(wrong, ibis.literal(number, "int16"), joined[PROBLEM]),
            VALUE: ibis.ifelse(wrong, joined[name].substr(0, EXCERPT), joined[VALUE]),
        }
    ).drop("_raw", "_canonical")
    problems = (*part.problems, Problem(name, reason))
    return replace(part, rows=rows, problems=problems, clean=part.clean and not bad)


def _without_cards(workspace: Workspace, table: Table, parts: list[Part]) -> list[Part]:
    """Refuse payments that hold a card number, in whatever column of text that is kept."""
    if not any(column.type is Type.PAYMENT_METHOD for column in table.columns):
        return parts
    for column in table.columns:
        if column.type in (Type.PAYMENT_METHOD, Type.TEXT):
            found = card_numbers.find(workspace, clean_rows(table, parts)[column.name])
            if found.values is not None:
                parts = [_with_cards(part, column.name, found.values) for part in parts]
    return parts


def _with_cards(part: Part, name: str, values: ir.Table) -> Part:
    joined = part.rows.left_join(values, part.rows[name] == values["_card"])
    wrong = joined["_card"].notnull() & (joined[PROBLEM] == 0)
    number = ibis.literal(len(part.problems) + 1, "int16")
    rows = joined.mutate(
        **{
            PROBLEM: ibis.ifelse(wrong, number, joined[PROBLEM]),
            VALUE: ibis.ifelse(wrong, ibis.literal("(not shown)"), joined[VALUE]),
        }
    ).drop("_card")
    return replace(
        part, rows=rows, problems=(*part.problems, Problem(name, card_numbers.REASON)), clean=False
    )


def _count(prepared: CleanTable) -> None:
    for part in prepared.parts:
        prepared.read += part.read
        if not part.clean:
            bad = part.rows.filter(part.rows[PROBLEM] > 0)
            counts = bad.group_by(PROBLEM).aggregate(n=bad.count()).order_by(PROBLEM)
            for row in prepared.workspace.rows(counts):
                problem = part.problems[row[PROBLEM] - 1]
                prepared.count(problem.column, problem.reason, row["n"])
        for reason, number in csv_rejects.counted(prepared.workspace, part.group).items():
            prepared.read += number
            prepared.count(None, reason, number)


def refuse_if_strict(prepared: CleanTable) -> None:
    """Fail because a row breaks the contract.

    Raises:
        InputError: One does; the message names the commonest reason.
    """
    if prepared.refused:
        reason, number = max(prepared.reasons.items(), key=lambda item: (item[1], item[0]))
        raise InputError(
            f"{prepared.refused:,} of {prepared.read:,} rows break the contract "
            f"({number:,}: {reason}); nothing was loaded",
            hint="without --strict they go to a quarantine file and the rest loads",
        )
