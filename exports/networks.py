"""A subgraph as networkx knows it: what GraphML and GEXF are written from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import networkx as nx

from ringleader.exports.findings import Key, Subgraph
from ringleader.output import plain

# Characters that XML 1.0 cannot hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def network(shown: Subgraph) -> nx.Graph[str]:
    """An undirected graph whose nodes are called ``Label:key``.

    Attributes are text, numbers and booleans, of one type each: lists are joined by a comma, times
    are ISO 8601, what is not known is left out. ``kind`` is the label of a node, ``label`` what
    a program shows beside it; ``relation`` says what an edge is, ``weight`` its bits.

    Args:
        shown: The findings.
    """
    made: nx.Graph[str] = nx.Graph(name=f"ringleader {shown.thing} {shown.run.run_id}")
    for node in shown.nodes.values():
        made.add_node(
            _name(node.id), label=_text(node.key), kind=node.label, **_plain(node.properties)
        )
    for tie in shown.ties:
        made.add_edge(
            _name(tie.start), _name(tie.end), relation=tie.relation, **_plain(tie.properties)
        )
    return made


def _name(id_: Key) -> str:
    return _text(":".join(id_))


def _plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    # `kind` of a node is its label; a proxy has one of its own.
    return {
        "proxy_kind" if name == "kind" else name: _value(value)
        for name, value in properties.items()
        if value is not None
    }


def _value(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return ", ".join(str(_value(item)) for item in value)
    if isinstance(value, str | datetime | Mapping):
        return _text(str(plain(value)))
    return value


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
