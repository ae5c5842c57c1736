"""What the loader does with the values and rows of the contract, in words for its page.

What is refused and what is left out follows from the declarations; only the words stand here.
"""

from __future__ import annotations

from ringleader.loaders.contract import EXPLAINED, TABLES, Table, Type

# What the loader does with values of a type before it looks whether they are right.
TREATED: dict[Type, str] = {
    Type.ID: "blanks around it cut off; `9001.0` is `9001`; bytes read as UTF-8; placeholders "
    "(NULL, `-`, unknown, 0000…) are no value",
    Type.TEXT: "blanks cut off; NULL, `-` and the like are no value, unknown and NA are texts",
    Type.TIMESTAMP: "zones turned into UTC; a zone by its abbreviation (CET) is refused",
    Type.COUNT: "`1200.0` is `1200`",
    Type.AMOUNT: "checked only",
    Type.CURRENCY: "checked only",
    Type.CHOICE: "case ignored; common synonyms replaced (debit is card)",
    Type.NAME: "blanks cut off",
    Type.CHANNEL: "case ignored",
    Type.ADDRESS: "ports, zones and brackets cut off; addresses of nobody (loopback, link-local, "
    "0.0.0.0) are no value; a masked one is a subnet",
    Type.NETWORK: "ranges and netmasks become prefixes; host bits cut off",
    Type.EMAIL: "hashed; domain and mailbox kept apart",
    Type.PAYMENT_METHOD: "kept as it is; placeholders are no value",
    Type.BIN: "`424242.0` is `424242`",
    Type.PROMPT: "replaced by its cluster; names, numbers and payloads masked",
}


def treatment() -> list[dict[str, str]]:
    """One row per type of column: what the loader does with its values, and with bad ones."""
    columns = [column for table in TABLES for column in table.columns]
    rows = []
    for kind in TREATED:
        bad = {column.optional for column in columns if column.type is kind}
        costs = {True: "left out; the row stays", False: "the row is refused"}
        words = [costs[optional] for optional in (True, False) if optional in bad]
        rows.append(
            {
                "holds": EXPLAINED[kind],
                "before": TREATED[kind],
                "bad": words[0]
                if len(words) == 1
                else f"{words[0]} (required: the row is refused)",
            }
        )
    return rows


def counting(table: Table, id_column: str | None) -> str:
    """One sentence: which rows of a table count.

    Args:
        table: The table.
        id_column: The column that tells one row from all others, if it has one.
    """
    if id_column:
        alike = (
            f"equal rows without one count once in a load, if they have a `{table.event}`"
            if table.event
            else "rows without one count each"
        )
        return f"Of rows with the same `{id_column}` one counts, over all loads; {alike}."
    names = ", ".join(f"`{name}`" for name in table.key)
    if table.key and table.latest_by:
        return f"Of rows with the same {names} the latest by `{table.latest_by}` counts."
    if table.key:
        return f"Rows that agree on {names} and not on the rest are refused; equal rows count once."
    if table.event:
        return f"Equal rows with a `{table.event}` count once."
    return "The same row twice changes nothing."
