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
from ringleader.loaders.sources.columns import json_fields, wanted_rows
from ringleader.loaders.sources.files import InputFile
from ringleader.loaders.sources.readers import FileGroup, complete, read_groups
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
    ABSENT,
    EXCERPT,
    NOTES,
    PROBLEM,
    VALUE,
    Converted,
    Problem,
    convert,
)
from ringleader.loaders.validation.overlap import ID_COLUMNS, Earlier, counted
from ringleader.loaders.validation.quarantine import locate
from ringleader.loaders.validation.values import MISSING
from ringleader.loaders.workspace import FILE, ROW, Workspace

_NO_ADDRESS = "not an IP address"
_NO_NETWORK = "neither an IP address nor a CIDR of one bit or more"


def validate(
    workspace: Workspace,
    files: Sequence[InputFile],
    mapping: Mapping,
    channels: Sequence[str],
    ignored: Sequence[str] = (),
    earlier: Earlier | None = None,
    *,
    later: Collection[str] = (),
    remembered: bool = True,
) -> CleanTable:
    """Read files, bring them into the contract's types and leave out what breaks it.

    Args:
        workspace: Where it happens.
        files: What to read.
        mapping: Where the contract's columns come from.
        channels: Names that a channel may have.
        ignored: Prefixes of addresses that say nothing about who sent a request.
        earlier: Loads that may have counted the same rows.
        later: Columns that the caller checks after grouping, if they are left unchecked here. They
            are where every file is Parquet and everything else is good.
        remembered: Whether later loads are to tell by their ids which rows this one has counted.

    Raises:
        InputError: A file is broken or lacks a required column.
    """
    files = [complete(workspace, file) for file in files]
    offered = {name for file in files for name in file.columns}
    groups = [
        # The conditions on other files were applied when they were opened.
        wanted_rows(group, mapping) if group.files[0].lake or workspace.reads_addresses else group
        for group in read_groups(workspace, files, json_fields(mapping, sorted(offered)))
    ]
    once = partial(_counted_once, mapping=mapping, earlier=earlier) if remembered else _as_it_is

    def check() -> CleanTable:
        return once(_validate_rows(workspace, groups, mapping, channels, ignored))

    if later and (found := _good_but_for(later, workspace, groups, mapping, channels)):
        clean, columns = found
        clean.unchecked = Unchecked(columns, check, tuple(ignored))
        return once(clean)
    return check()


def _as_it_is(clean: CleanTable) -> CleanTable:
    return clean


def _good_but_for(
    later: Collection[str],
    workspace: Workspace,
    groups: Sequence[FileGroup],
    mapping: Mapping,
    channels: Sequence[str],
) -> tuple[CleanTable, frozenset[str]] | None:
    """The rows, if all are good as far as the other columns tell, and the unchecked columns."""
    # Raw prompts are replaced by clusters before anything is grouped.
    prompts = "prompt" in mapping.columns
    if prompts or any(g.format != "parquet" or "prompt" in g.columns for g in groups):
        return None
    parts = [convert(g, mapping, channels, tidy=False, later=later) for g in groups]
    if any(workspace.size(rows.limit(1)) for part in parts for rows in part.doubtful):
        return None
    read = sum(workspace.size(group.table) for group in groups)
    tables = [part.table.select(*mapping.table.names) for part in parts]
    rows = tables[0].union(*tables[1:]) if tables[1:] else tables[0]
    column = ID_COLUMNS.get(mapping.table.name)
    if (
        column
        and mapping.options.get("deduplicate", True)
        and duplicates.repeated_ids(workspace, rows, mapping, column) is not None
    ):
        return None
    unknown = tuple(dict.fromkeys(name for part in parts for name in part.unknown))
    clean = CleanTable(mapping.table, workspace, rows, read=read, unknown=unknown)
    return clean, frozenset(name for part in parts for name in part.later)


def _counted_once(clean: CleanTable, mapping: Mapping, earlier: Earlier | None) -> CleanTable:
    """Leave out rows that an earlier load has counted."""
    once = counted(clean.workspace, clean.rows, mapping, earlier, clean.loaded)
    clean.rows, clean.counted = once.rows, once
    clean.duplicates += once.before
    return clean


def _validate_rows(
    workspace: Workspace,
    groups: Sequence[FileGroup],
    mapping: Mapping,
    channels: Sequence[str],
    ignored: Sequence[str] = (),
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
        else:
            # Text is parsed once; its rows are numbered by where they land.
            kept = workspace.keep("staged", rows)
            csv_rejects.refuse_lost_lines(workspace, group)
            rows = kept.mutate(**{ROW: kept.rowid()})
            faults = workspace.one(_faults(kept, result))
        faults = {name: number for name, number in faults.items() if number}
        read = faults.pop("read", 0)
        clean, notes = _told(faults, result)
        absent = {n: faults[f"absent_{n}"] for n in result.absent if f"absent_{n}" in faults}
        if group.format == "parquet" and not faults:
            rows = convert(group, mapping, channels, tidy=False).table
        part = Part(group, rows, result.problems, read, clean, absent, notes)
        if group.format == "jsonl" and not clean:
            part = _without_broken_lines(workspace, part)
        parts.append(part)
    parts, ports, unroutable = _with_addresses(workspace, mapping, parts, ignored)
    parts = _without_cards(workspace, table, parts)
    prepared = CleanTable(
        table,
        workspace,
        clean_rows(table, parts),
        unknown=tuple(unknown),
        ports=ports,
        unroutable=unroutable,
        parts=parts,
    )
    _count(prepared)
    duplicates.drop(prepared, mapping)
    return prepared


def _faults(rows: ir.Table, result: Converted) -> ir.Table:
    """What :attr:`Converted.faults` says, of rows that have been numbered."""
    bits = {f"absent_{name}": (ABSENT, bit) for bit, name in enumerate(result.absent)}
    for number, problem in enumerate(result.problems):
        if problem.note is not None:
            bits[f"fault_{number}"] = (NOTES, problem.note)
    return rows.aggregate(
        read=rows.count(),
        fault=(rows[PROBLEM] > 0).sum().fill_null(0),
        **{
            name: ((rows[mask] >> bit) & 1 == 1).sum().fill_null(0)
            for name, (mask, bit) in bits.items()
        },
    )


def _told(faults: dict[str, int], result: Converted) -> tuple[bool, dict[int, int]]:
    """Whether no row is refused, and the number of values left out by bit."""
    notes = {
        problem.note: faults[f"fault_{number}"]
        for number, problem in enumerate(result.problems)
        if problem.note is not None and f"fault_{number}" in faults
    }
    refused = sum(name.startswith("fault") for name in faults) - len(notes)
    return not refused, notes


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
    workspace: Workspace, mapping: Mapping, parts: list[Part], ignored: Sequence[str]
) -> tuple[list[Part], int, int]:
    """Bring addresses and prefixes into canonical text, and refuse what is neither.

    Returns:
        The parts, the number of ports cut off and of rows with addresses of nobody.
    """
    ports, unroutable, table = 0, 0, mapping.table
    zeroed = mapping.options.get("masked_by_zeros", False)
    for column in table.columns:
        if column.type not in (Type.ADDRESS, Type.NETWORK):
            continue
        values = clean_rows(table, parts)[column.name]
        if column.type is Type.ADDRESS:
            found = addresses.canonicalise(workspace, values, ignored, zeroed=zeroed)
            reason = _NO_ADDRESS
        else:
            found, reason = addresses.canonical_networks(workspace, values), _NO_NETWORK
        ports += found.with_port
        if found.renamed is not None:
            nobody = found.renamed.filter(found.renamed["_canonical"].isnull())
            nobody = nobody.filter(~nobody["_wrong"])
            gone = values.name("_raw").as_table().semi_join(nobody, "_raw")
            unroutable += workspace.size(gone)
            bad = found.invalid > 0
            parts = [_renamed(part, column.name, found.renamed, reason, bad) for part in parts]
    return parts, ports, unroutable


def _renamed(part: Part, name: str, renamed: ir.Table, reason: str, bad: bool) -> Part:
    number = len(part.problems) + 1
    joined = part.rows.left_join(renamed, part.rows[name] == renamed["_raw"])
    wrong = joined["_wrong"].fill_null(False) & (joined[PROBLEM] == 0)
    rows = joined.mutate(
        **{
            name: ibis.ifelse(
                joined["_raw"].notnull() & (joined[PROBLEM] == 0),
                joined["_canonical"],
                joined[name],
            ),
            PROBLEM: ibis.ifelse(wrong, ibis.literal(number, "int16"), joined[PROBLEM]),
            VALUE: ibis.ifelse(wrong, joined[name].substr(0, EXCERPT), joined[VALUE]),
        }
    ).drop("_raw", "_canonical", "_wrong")
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
        for problem in part.noted:
            if number := part.notes.get(problem.note or 0):
                prepared.note(problem.column, problem.reason, number)
        for name, number in part.absent.items():
            prepared.miss(name, number)
        for reason, number in csv_rejects.counted(prepared.workspace, part.group).items():
            prepared.read += number
            prepared.count(None, reason, number)


def refuse_if_strict(prepared: CleanTable) -> None:
    """Fail because a row breaks the contract.

    Raises:
        InputError: One does; the message names the commonest reason.
    """
    if prepared.notes and not prepared.refused:
        reason, number = max(prepared.notes.items(), key=lambda item: (item[1], item[0]))
        raise InputError(
            f"{sum(prepared.notes.values()):,} values break the contract "
            f"({number:,}: {reason}); nothing was loaded",
            hint="without --strict they are left out, noted in a quarantine file, and rows load",
        )
    if prepared.refused:
        reason, number = max(prepared.reasons.items(), key=lambda item: (item[1], item[0]))
        raise InputError(
            f"{prepared.refused:,} of {prepared.read:,} rows break the contract "
            f"({number:,}: {reason}); nothing was loaded",
            hint="without --strict they go to a quarantine file and the rest loads",
        )
