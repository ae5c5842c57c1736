"""A ring as a picture: its members and the identifiers that they share.

One SVG, whole in itself: no script, nothing that is fetched, every text escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ringleader.schema import BUILT_IN, Schema

# Identifiers bring their own colour, readable on white and on black.
MEMBER, OTHER = "#56B4E9", "#999999"
WIDTH, HEIGHT, MARGIN = 760, 480, 40
# More than this is unreadable: the least shared identifiers and the weakest members are counted
# in words.
MOST_MEMBERS, MOST_IDENTIFIERS = 80, 60
# The layout is the same every time.
SEED = 42
# Up to how many names are written beside the circles; the others show when pointed at.
MOST_NAMES = 30


@dataclass(frozen=True)
class RingDrawing:
    """A drawn ring; a notebook shows it, and ``svg`` can be saved.

    Attributes:
        ring_id: Which ring.
        svg: The picture.
        caption: What it shows, and what was left out.
    """

    ring_id: str
    svg: str
    caption: str

    def _repr_html_(self) -> str:
        return f"<figure>{self.svg}<figcaption>{escape(self.caption)}</figcaption></figure>"

    def __repr__(self) -> str:
        return f"<RingDrawing {self.ring_id}: {self.caption}>"


def draw(
    summary: Mapping[str, Any],
    shared: Sequence[Mapping[str, Any]],
    *,
    most_members: int = MOST_MEMBERS,
    most_identifiers: int = MOST_IDENTIFIERS,
    schema: Schema = BUILT_IN,
) -> RingDrawing:
    """Draw a ring.

    Args:
        summary: A row of the stored query ``ring-summary``.
        shared: The rows of ``ring-identifiers``, the most shared first.
        most_members: Members that are drawn at the most, the most tied first.
        most_identifiers: Identifiers that are drawn at the most.
        schema: What accounts can share, and in which colour.
    """
    colours = {found.label: found.colour for found in schema.identifiers}
    members = [str(row["account_id"]) for row in summary["members"]]
    drawn = set(members[:most_members])
    nodes: dict[tuple[str, str], str] = {
        ("Account", account): f"account {account}" for account in members[:most_members]
    }
    edges: list[tuple[tuple[str, str], tuple[str, str]]] = []
    for row in shared[:most_identifiers]:
        node = (str(row["label"]), str(row["identifier"]))
        nodes[node] = f"{node[0]} {node[1]}: {len(row['members'])} members, {row['outside']} others"
        edges += [(("Account", m), node) for m in row["members"] if m in drawn]
    places = _places(list(nodes), edges)
    kinds = sorted({label for label, _ in nodes if label != "Account"})
    left_out = [
        f"{len(every) - most} {what}"
        for every, most, what in (
            (members, most_members, "members"),
            (shared, most_identifiers, "identifiers"),
        )
        if len(every) > most
    ]
    caption = (
        f"{summary['ring_id']}: {summary['size']} accounts, {summary['score']:.1f} bits "
        f"({', '.join(summary['families'])}), and what at least two of them share"
        + (f"; not drawn: {' and '.join(left_out)}" if left_out else "")
    )
    body = [_line(places[a], places[b]) for a, b in edges]
    named = len(nodes) <= MOST_NAMES
    body += [_circle(node, places[node], title, named, colours) for node, title in nodes.items()]
    body += _legend(kinds, colours)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'role="img" aria-label="{escape(caption)}" font-family="sans-serif" font-size="10">'
        + "".join(body)
        + "</svg>"
    )
    return RingDrawing(str(summary["ring_id"]), svg, caption)


def _places(
    nodes: list[tuple[str, str]], edges: list[tuple[tuple[str, str], tuple[str, str]]]
) -> dict[tuple[str, str], tuple[float, float]]:
    """A place for every node, in the units of the picture."""
    import networkx as nx

    graph: nx.Graph[tuple[str, str]] = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    layout = nx.spring_layout(graph, seed=SEED, iterations=60)
    xs = [float(x) for x, _ in layout.values()] or [0.0]
    ys = [float(y) for _, y in layout.values()] or [0.0]
    wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    return {
        node: (
            MARGIN + (float(x) - min(xs)) / wide * (WIDTH - 2 * MARGIN),
            MARGIN + (float(y) - min(ys)) / high * (HEIGHT - 2 * MARGIN - 20),
        )
        for node, (x, y) in layout.items()
    }


def _line(one: tuple[float, float], other: tuple[float, float]) -> str:
    return (
        f'<line x1="{one[0]:.1f}" y1="{one[1]:.1f}" x2="{other[0]:.1f}" y2="{other[1]:.1f}" '
        'stroke="#999999" stroke-opacity="0.5"/>'
    )


def _circle(
    node: tuple[str, str],
    place: tuple[float, float],
    title: str,
    with_name: bool,
    colours: Mapping[str, str],
) -> str:
    label, name = node
    account = label == "Account"
    colour = MEMBER if account else colours.get(label, OTHER)
    circle = (
        f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="{6 if account else 8}" '
        f'fill="{colour}" stroke="#333333"><title>{escape(title)}</title></circle>'
    )
    if not with_name:
        return circle
    shown = name if len(name) <= 22 else name[:21] + "…"
    return circle + (
        f'<text x="{place[0]:.1f}" y="{place[1] - 10:.1f}" text-anchor="middle" '
        f'fill="currentColor">{escape(shown)}</text>'
    )


def _legend(kinds: Sequence[str], colours: Mapping[str, str]) -> list[str]:
    made = []
    for number, kind in enumerate(("Account", *kinds)):
        x, colour = MARGIN + number * 130, MEMBER if kind == "Account" else colours.get(kind, OTHER)
        made.append(
            f'<circle cx="{x}" cy="{HEIGHT - 12}" r="6" fill="{colour}" stroke="#333333"/>'
            f'<text x="{x + 12}" y="{HEIGHT - 8}" fill="currentColor">{escape(kind)}</text>'
        )
    return made
