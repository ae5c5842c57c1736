"""Groups of accounts that were made elsewhere: from a file to the group of each account."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ringleader.errors import InputError

COLUMNS = ("account_id", "group")


def read_groups(given: Path | str | Mapping[str, str]) -> dict[str, str]:
    """The group of each account.

    Args:
        given: A file with the columns ``account_id`` and ``group``, or the groups themselves.

    Raises:
        InputError: The file cannot be read, lacks a column or holds no row, or an account is in
            two groups.
    """
    if isinstance(given, Mapping):
        pairs = [(str(account), str(group)) for account, group in given.items()]
    else:
        pairs = _read(Path(given))
    if not pairs:
        raise InputError(f"groups {given} hold no account")
    groups: dict[str, str] = {}
    for account, group in pairs:
        if groups.setdefault(account, group) != group:
            raise InputError(
                f"account {account!r} is in two groups: {groups[account]!r} and {group!r}",
                hint="keep one row for each account",
            )
    return groups


def _read(path: Path) -> list[tuple[str, str]]:
    import duckdb

    if not path.is_file():
        raise InputError(f"groups {path}: there is no such file")
    with duckdb.connect() as connection:
        try:
            if path.suffix.lower() == ".parquet":
                relation = connection.read_parquet(str(path))
            elif path.suffix.lower() in (".jsonl", ".json"):
                relation = connection.read_json(str(path))
            else:
                relation = connection.read_csv(str(path), all_varchar=True, header=True)
            named = relation.project('account_id::VARCHAR AS account_id, "group"::VARCHAR AS named')
            rows = named.filter("account_id IS NOT NULL AND named IS NOT NULL").fetchall()
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise InputError(
                f"groups {path}: {first}", hint=f"the columns are {' and '.join(COLUMNS)}"
            ) from error
    return [(account, group) for account, group in rows]
