"""One box for rings, accounts, addresses, networks, cards, devices, mailboxes and prompts."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ringleader.answers import Answer
from ringleader.catalogue import get
from ringleader.errors import RingleaderError

if TYPE_CHECKING:
    from ringleader.graph import Graph

COLUMNS = ["kind", "key", "accounts", "rings", "status", "found_by", "exemplar"]
LEAST_LETTERS = 3  # of a word of a prompt, and of the beginning of a name
MOST_WORDS = 8


def search(graph: Graph, text: str, *, limit: int = 50) -> Answer:
    """What a text names: exactly, as a network, as a mailbox or phone, by beginning, by words.

    A mailbox and a phone number are hashed on the way and not kept.

    Args:
        graph: An open graph.
        text: What somebody typed: a ring, account, address, network (CIDR), card, device, e-mail
            address, phone number, or words of a prompt.
        limit: Rows at the most.

    Returns:
        Rows with ``kind`` (Ring, Campaign, Account, or a label of what accounts share), ``key``,
        the accounts that use it and the rings. What is named exactly comes first.
    """
    wanted = text.strip()
    if not wanted:
        return Answer([], COLUMNS, messages=("nothing to look for",))
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def add(rows: Iterable[dict[str, Any]], how: str) -> None:
        for row in rows:
            key = (row["kind"], row["key"])
            found.setdefault(key, {**dict.fromkeys(COLUMNS), **row, "found_by": how})

    network = _network(wanted)
    add(graph.read(get("find-by-name"), {"name": _canonical(wanted)}), "name")
    if network is not None:
        add(_in_network(graph, network), "network")
    elif "@" in wanted or _is_phone(wanted):
        add(_contacts(graph, wanted), "e-mail address" if "@" in wanted else "phone number")
    if not found and network is None and len(wanted) >= LEAST_LETTERS:
        stored = get("find-by-beginning")
        add(graph.read(stored, {"text": wanted, "limit": limit}), "beginning")
    words = [word for word in wanted.lower().split() if len(word) >= LEAST_LETTERS][:MOST_WORDS]
    if words and network is None and "@" not in wanted and (not found or len(words) > 1):
        stored = get("find-prompts")
        add(graph.read(stored, {"words": words, "limit": limit}), "words of a prompt")
    rows = list(found.values())
    none = () if rows else (f"nothing is named {wanted!r}, and no prompt holds these words",)
    return Answer(
        rows[:limit],
        COLUMNS,
        brief=["kind", "key", "accounts", "rings", "found_by"],
        messages=none,
        cut=len(rows) > limit,
    )


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str) -> Network | None:
    if "/" not in text:
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _canonical(text: str) -> str:
    """An address or network in the form that loads give it; any other text as it is."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        network = _network(text)
        return text if network is None else str(network)


def _is_phone(text: str) -> bool:
    return text.startswith("+") and sum(letter.isdigit() for letter in text) > LEAST_LETTERS


def _beginning(network: Network) -> str:
    """The text that every address of a network begins with."""
    first, last = str(network.network_address), str(network.broadcast_address)
    if network.version == 6:
        whole = network.prefixlen // 16
        parts = network.network_address.exploded.split(":")[:whole]
        # Texts of addresses leave out zeros: only parts without any make a sure beginning.
        sure = []
        for part in parts:
            if int(part, 16) == 0:
                break
            sure.append(f"{int(part, 16):x}:")
        return "".join(sure)
    same = []
    for one, other in zip(first.split("."), last.split("."), strict=True):
        if one != other:
            break
        same.append(one)
    return ".".join(same) + ("." if 0 < len(same) < 4 else "")


def _in_network(graph: Graph, network: Network) -> list[dict[str, Any]]:
    beginning = _beginning(network)
    if not beginning:
        return []
    stored = get("find-in-network")
    rows = graph.read(stored, stored.bind({"text": beginning}))

    def inside(row: dict[str, Any]) -> bool:
        try:
            one = ipaddress.ip_network(row["key"], strict=False)
        except ValueError:
            return False
        return one.version == network.version and one.subnet_of(network)  # type: ignore[arg-type]

    return [row for row in rows if inside(row)]


def _contacts(graph: Graph, text: str) -> list[dict[str, Any]]:
    from ringleader.api.lookup import find_accounts

    try:
        given = {"email": text} if "@" in text else {"phone": text}
        rows = find_accounts(graph, **given).rows
    except RingleaderError:  # no such address, or no key here: then it is not found
        return []
    return [
        {
            "kind": "Account",
            "key": row["account_id"],
            "rings": row["rings"],
            "status": row["status"],
        }
        for row in rows
    ]
