"""Erasure on request: accounts go from the graph, exports, quarantine, audit log and load records.

Files come first and the graph last: what only these accounts use is read from the graph, so that an
erasure that was interrupted finds everything again when it is repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ringleader import audit
from ringleader.audit_chain import erase
from ringleader.catalogue import get
from ringleader.errors import InputError
from ringleader.keys import AUDIT_KEY, keyed_hash, load_key
from ringleader.loaders.aggregation.aggregate import END, START
from ringleader.loaders.indicators.storing import sight_indicators
from ringleader.loaders.lifecycle.scrubbing import Scrubbed, files_below, history, names_one, scrub
from ringleader.output import now_text
from ringleader.progress import progress
from ringleader.version import __version__

if TYPE_CHECKING:
    from ringleader.graph import Graph

__all__ = ["Receipt", "account_hash", "forget", "read_accounts", "returned"]

_AT_ONCE = 500


@dataclass(frozen=True)
class Receipt:
    """What an erasure did; it names nobody.

    Attributes:
        receipt: Its id.
        at: When, ISO 8601 in UTC.
        asked: How many accounts were to be erased.
        found: How many of them the graph held.
        hashes: Keyed hashes of the accounts, which prove for whom the receipt is.
        removed: How many of what was removed from where.
        files: Exported files that were changed (number of rows) or removed (null).
        tombstones: Whether hashes stay in the graph, so that returning accounts are recognised.
        dry_run: Whether nothing was removed.
        version: Of ringleader.
        signature: Keyed hash of all this under the key of the audit log.
    """

    receipt: str
    at: str
    asked: int
    found: int
    hashes: tuple[str, ...]
    removed: dict[str, int]
    files: dict[str, int | None] = field(default_factory=dict)
    tombstones: bool = False
    dry_run: bool = False
    version: str = __version__
    signature: str = ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A row for each place that something was removed from."""
        return [{"what": what, "removed": number} for what, number in self.removed.items()]


def account_hash(home: Path, account: str) -> str:
    """The keyed hash that stands for an account that is gone."""
    return keyed_hash(load_key(home), "forgotten account", account)


def read_accounts(file: Path) -> list[str]:
    """The accounts of a file: one id a line, or a CSV whose header has ``account_id``.

    Raises:
        InputError: The file cannot be read, or names nobody.
    """
    import csv

    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"accounts {file}: {error}", hint="one account id a line") from error
    records = [record for record in csv.reader(text.splitlines()) if any(record)]
    column = 0
    if records and "account_id" in records[0]:
        column = records.pop(0).index("account_id")
    found = [record[column].strip() for record in records if len(record) > column]
    accounts = list(dict.fromkeys(name for name in found if name))
    if not accounts:
        raise InputError(f"accounts {file} names no account", hint="one account id a line")
    return accounts


def returned(graph: Graph, home: Path) -> list[str]:
    """Accounts in the graph that were erased before, and came back with a later load."""
    kept = {row["account_hash"] for row in graph.read(get("forgotten-accounts"))}
    if not kept:
        return []
    ids = (row["account_id"] for row in graph.stream(get("account-ids")))
    return sorted(account for account in ids if account_hash(home, account) in kept)


def forget(
    graph: Graph,
    home: Path,
    accounts: Sequence[str],
    *,
    folders: Iterable[Path] = (),
    pseudonyms: Sequence[str] = (),
    tombstones: bool = False,
    dry_run: bool = False,
) -> Receipt:
    """Erase accounts.

    Args:
        graph: The graph; the caller writes alone.
        home: The data folder.
        accounts: Their ids.
        folders: Folders and files with exports.
        pseudonyms: What stands for the accounts in pseudonymised exports.
        tombstones: Keep a keyed hash of each, so that one that comes back is recognised.
        dry_run: Only count.

    Raises:
        InputError: A file cannot be searched; the graph is not changed then.
    """
    names = list(dict.fromkeys(accounts))
    removed: dict[str, int] = {}
    with progress("erase accounts"):
        only = _only_theirs(graph, names)
        removed["rows in records of loads"] = _records(graph, home, names, only, dry_run)
        said = {*names, *(key for _, key in only)}
        folders_here = [home / name for name in ("quarantine", "matches")]
        quarantine = files_below(folder for folder in folders_here if folder.exists())
        removed["rows in quarantine"] = sum(
            found.rows or 0 for path in quarantine if (found := scrub(path, said, dry_run=dry_run))
        )
        exported = [
            found
            for path in files_below(folders)
            if (found := scrub(path, {*said, *pseudonyms}, dry_run=dry_run))
        ]
        removed["exported files"] = len(exported)
        removed["statements in the shell's history"] = history(
            home / "shell" / "history", names, dry_run=dry_run
        )
        # Looks at accounts name them by a hash.
        written = frozenset({*names, *(audit.subject(home, name) for name in names)})
        removed["lines of the audit log"] = erase(
            home, lambda line: names_one(line, written), dry_run=dry_run
        )
        known = _known(graph, names)
        removed["accounts"] = known
        removed["identifiers that only they used"] = len(only)
        if not dry_run:
            _erase(graph, home, names, only, tombstones)
    receipt = _signed(home, names, known, removed, exported, tombstones, dry_run)
    if not dry_run:
        audit.record(
            graph.settings, "forget", receipt=receipt.receipt, asked=len(names), removed=removed
        )
    return receipt


def _only_theirs(graph: Graph, names: Sequence[str]) -> list[tuple[str, str]]:
    """Label and key of what only these accounts use, subnets of such addresses included."""
    rows = graph.read(get("identifiers-of-only"), {"accounts": names})
    found = [(row["label"], row["key"]) for row in rows]
    subnets = dict.fromkeys(("Subnet", row["subnet"]) for row in rows if row["subnet"])
    return [*found, *subnets]


def _known(graph: Graph, names: Sequence[str]) -> int:
    [row] = graph.read(get("accounts-known"), {"accounts": names})
    return int(row["number"])


def _erase(
    graph: Graph, home: Path, names: Sequence[str], only: list[tuple[str, str]], keep: bool
) -> None:
    """Erase from the graph, some accounts in a transaction."""
    told = [f"{label}|{key}" for label, key in only]
    for at in range(0, len(names), _AT_ONCE):
        page = list(names[at : at + _AT_ONCE])
        listed = [*told, *(f"Account|{name}" for name in page)]
        hashes = [account_hash(home, name) for name in page] if keep else []
        graph.write_all(
            [
                (get("forget-in-lists"), {"accounts": page, "identifiers": listed}),
                (get("forget-accounts"), {"accounts": page}),
                (get("remember-forgotten"), {"hashes": hashes}),
            ],
            name="forget",
        )
    for name in ("end-unused-identifiers", "end-unused-places"):
        stored = get(name)
        graph.run_in_batches(stored, stored.bind({}))
    sight_indicators(graph)


def _records(
    graph: Graph, home: Path, names: Sequence[str], only: list[tuple[str, str]], dry_run: bool
) -> int:
    """Take accounts, and what only they use, out of what loads wrote."""
    import duckdb
    import pyarrow as pa

    gone: dict[str, list[str]] = {"Account": list(names)}
    for label, key in only:
        gone.setdefault(label, []).append(key)
    removed = 0
    with duckdb.connect() as scratch:
        scratch.execute("SET TimeZone = 'UTC'")
        for label, keys in gone.items():
            scratch.register(f"gone_{label}", pa.table({"key": pa.array(keys, pa.string())}))
        for path in sorted((home / "loads").glob("*/step-*.parquet")):
            columns = _columns(graph, path.stem.split("-", 2)[2])
            tests = [
                f'CAST("{column}" AS VARCHAR) IN (SELECT key FROM "gone_{label}")'  # noqa: S608
                for column, label in columns.items()
                if label in gone
            ]
            if tests:
                removed += _filtered(scratch, path, " OR ".join(tests), dry_run)
    return removed


def _filtered(scratch: Any, path: Path, test: str, dry_run: bool) -> int:
    """Remove the rows of a Parquet file that a test picks; returns how many."""
    source = f"read_parquet('{_quoted(path)}')"
    [(count,)] = scratch.execute(f"SELECT count(*) FROM {source} WHERE {test}").fetchall()  # noqa: S608
    if count and not dry_run:
        part = path.with_suffix(".part")
        scratch.execute(
            f"COPY (SELECT * FROM {source} WHERE NOT coalesce({test}, false)) "  # noqa: S608
            f"TO '{_quoted(part)}' (FORMAT parquet, COMPRESSION zstd)"
        )
        part.replace(path)
    return int(count)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _columns(graph: Graph, name: str) -> dict[str, str]:
    """Columns of a step that hold keys, with the label that they are keys of."""
    node = graph.schema.node_by_label.get(name)
    if node is not None:
        return {node.key: node.label}
    rel = graph.schema.relationship_by_type.get(name)
    return {START: rel.start, END: rel.end} if rel is not None else {}


def _signed(
    home: Path,
    names: Sequence[str],
    found: int,
    removed: dict[str, int],
    exported: Sequence[Scrubbed],
    tombstones: bool,
    dry_run: bool,
) -> Receipt:
    said: dict[str, Any] = {
        "receipt": f"erasure-{uuid4().hex[:12]}",
        "at": now_text(),
        "asked": len(names),
        "found": found,
        "hashes": tuple(account_hash(home, name) for name in names),
        "removed": removed,
        "files": {str(one.path): one.rows for one in exported},
        "tombstones": tombstones,
        "dry_run": dry_run,
    }
    plain = asdict(Receipt(**said))
    text = json.dumps(plain, sort_keys=True)
    return Receipt(**said, signature=keyed_hash(load_key(home, AUDIT_KEY), "receipt", text))
