"""GEXF, for Gephi: coloured by kind, rings and campaigns drawn large."""

from __future__ import annotations

import re
from typing import Any, BinaryIO

import networkx as nx

from ringleader.exports.findings import Subgraph
from ringleader.exports.networks import network

# Colours that people with any kind of colour vision tell apart (Okabe and Ito, 2008).
_COLOURS = {
    "Campaign": (0, 0, 0),
    "Ring": (213, 94, 0),
    "Account": (0, 114, 178),
    "Ip": (86, 180, 233),
    "PaymentMethod": (230, 159, 0),
    "Device": (0, 158, 115),
    "PromptCluster": (204, 121, 167),
}
_OTHER = (153, 153, 153)
_SIZES = {"Campaign": 40.0, "Ring": 25.0, "Account": 10.0}
_SMALL = 6.0


def write(file: BinaryIO, shown: Subgraph, **_: Any) -> None:
    """Write a subgraph with colours and sizes.

    Args:
        file: Where to.
        shown: The findings.
    """
    made = network(shown)
    for _name, data in made.nodes(data=True):
        red, green, blue = _COLOURS.get(data["kind"], _OTHER)
        data["viz"] = {
            "color": {"r": red, "g": green, "b": blue, "a": 1.0},
            "size": _SIZES.get(data["kind"], _SMALL),
        }
    # networkx writes today's date; the findings have one of their own.
    day = f'lastmodifieddate="{shown.run.finished_at:%Y-%m-%d}"'
    text = "\n".join(nx.generate_gexf(made))
    file.write(re.sub(r'lastmodifieddate="[^"]*"', day, text, count=1).encode())
