"""GEXF, for Gephi: coloured by kind, rings and campaigns drawn large."""

from __future__ import annotations

import re
from typing import Any, BinaryIO

import networkx as nx

from ringleader.exports.findings import Subgraph
from ringleader.exports.networks import network

# Identifiers bring their own colour; these are of the same palette (Okabe and Ito, 2008).
_COLOURS = {"Campaign": "#000000", "Ring": "#F0E442", "Account": "#56B4E9"}
_OTHER = "#999999"
_SIZES = {"Campaign": 40.0, "Ring": 25.0, "Account": 10.0}
_SMALL = 6.0


def write(file: BinaryIO, shown: Subgraph, **_: Any) -> None:
    """Write a subgraph with colours and sizes.

    Args:
        file: Where to.
        shown: The findings.
    """
    made = network(shown)
    colours = _COLOURS | {found.label: found.colour for found in shown.schema.identifiers}
    for _name, data in made.nodes(data=True):
        red, green, blue = bytes.fromhex(colours.get(data["kind"], _OTHER).removeprefix("#"))
        data["viz"] = {
            "color": {"r": red, "g": green, "b": blue, "a": 1.0},
            "size": _SIZES.get(data["kind"], _SMALL),
        }
    # networkx writes today's date; the findings have one of their own.
    day = f'lastmodifieddate="{shown.run.finished_at:%Y-%m-%d}"'
    text = "\n".join(nx.generate_gexf(made))
    file.write(re.sub(r'lastmodifieddate="[^"]*"', day, text, count=1).encode())
