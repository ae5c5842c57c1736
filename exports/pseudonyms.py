"""Pseudonyms: a keyed hash for everything that names somebody.

A pseudonym is HMAC-SHA256 under a key. Without the key nobody can recover an address by trying all
four billion. Under one key the same name has the same pseudonym in every export, so two firms that
share a key can compare their exports. Subnets are hashed like addresses; system numbers stay.

Text is hashed by default, unless it is listed (`OPEN`) as text that names nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ringleader.exports.findings import NAMELESS, Key, Node, Subgraph
from ringleader.keys import keyed_hash

# Of the 64 hexadecimal digits so many are written: 128 bits, no two names meet.
DIGITS = 32
# Columns and properties of text that names nobody.
OPEN = {
    "asn_name",
    "capabilities",
    "capability",
    "channel",
    "channels",
    "country",
    "families",
    "family",
    "kind",
    "run",
    "state",
    "status",
}
# Columns that hold keys of a label; any other column is a label of its own.
_LABELS = {
    "account_id": "Account",
    "account_a": "Account",
    "account_b": "Account",
    "ring_id": "Ring",
    "ring_ids": "Ring",
    "rings": "Ring",
    "campaign_id": "Campaign",
    "campaigns": "Campaign",
    "subnet": "Subnet",
    "subnets": "Subnet",
    "proxies": "Proxy",
    "operators": "operator",
}
# Columns of evidence, each entry `family|label|key`.
_EVIDENCE = {"evidence", "shared"}
# An autonomous system is as coarse as a country.
_OPEN_LABELS = {"Asn"}

Namer = Callable[[str, str], str]


def namer(key: bytes) -> Namer:
    """A function from label and name to the pseudonym, e.g. ``account-3f…``."""

    def name(label: str, text: str) -> str:
        return f"{label.lower()}-{keyed_hash(key, 'pseudonym', label, text)[:DIGITS]}"

    return name


def hiding(name: Namer) -> Namer:
    """A namer that also takes ``label.property`` for a label and leaves open what names nobody."""

    def hidden(label: str, text: str) -> str:
        owner, _, column = label.rpartition(".")
        return text if column in OPEN or owner in _OPEN_LABELS else name(column, text)

    return hidden


def hidden_rows(rows: Iterable[Mapping[str, Any]], name: Namer) -> Iterator[dict[str, Any]]:
    """Rows with pseudonyms for names."""
    for row in rows:
        yield {column: _hidden(column, value, name) for column, value in row.items()}


def hidden_subgraph(shown: Subgraph, name: Namer) -> Subgraph:
    """A subgraph with pseudonyms for names."""
    made = Subgraph(shown.thing, shown.run, schema=shown.schema)
    ids = {id_: _hidden_key(id_, name) for id_ in shown.nodes}
    for id_, node in shown.nodes.items():
        open_ = node.label in _OPEN_LABELS
        made.nodes[ids[id_]] = Node(
            *ids[id_], node.properties if open_ else _hidden_properties(node.properties, name)
        )
    for tie in shown.ties:
        made.tie(
            tie.relation,
            ids[tie.start],
            ids[tie.end],
            **_hidden_properties(tie.properties, name),
        )
    return made


def _hidden_key(id_: Key, name: Namer) -> Key:
    label, key = id_
    return label, key if label in _OPEN_LABELS else name(label, key)


def _hidden_properties(properties: Mapping[str, Any], name: Namer) -> dict[str, Any]:
    return {key: _hidden(key, value, name) for key, value in properties.items()}


def _hidden(column: str, value: Any, name: Namer) -> Any:
    if isinstance(value, list | tuple):
        return [_hidden(column, item, name) for item in value]
    if isinstance(value, Mapping):
        return _hidden_properties(value, name)
    if not isinstance(value, str) or column in OPEN:
        return value
    if column in _EVIDENCE:
        return _hidden_evidence(value, name)
    return name(_LABELS.get(column, column), value)


def _hidden_evidence(text: str, name: Namer) -> str:
    family, _, rest = text.partition("|")
    label, separator, key = rest.partition("|")
    if label in NAMELESS or label in _OPEN_LABELS:
        return text
    return f"{family}|{label}|{name(label, key)}" if separator else name("evidence", text)
