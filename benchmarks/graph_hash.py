"""A whole graph as a set of lines, so that two graphs can be compared to the last property."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ringleader.graph import Graph
from ringleader.output import plain

# The history of jobs says what crashed, and a lease who wrote last: both differ by design. So do
# records of runs: a detection that is killed after it has published is a run of its own, and its
# repetition is another.
LEFT_OUT = frozenset({"Job", "JobRun", "Lease", "Run", "Store"})
NODES = "MATCH (n) RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS props"
TIES = (
    "MATCH (a)-[r]->(b) RETURN elementId(a) AS a, type(r) AS type, elementId(b) AS b, "
    "properties(r) AS props"
)
Property = tuple[str, str]  # a label or type, and the name of a property


@dataclass(frozen=True)
class Whole:
    """A graph as it was read.

    Attributes:
        nodes: Element id, label and properties of every node.
        ties: Element ids of start and end, type and properties of every relationship.
    """

    nodes: tuple[tuple[str, str, dict[str, Any]], ...]
    ties: tuple[tuple[str, str, str, dict[str, Any]], ...]

    def lines(self, passing: Collection[Property]) -> Counter[str]:
        """Every node and relationship as a line, without properties that do not count.

        Args:
            passing: What differs between two undisturbed runs, such as times and ids of runs.
        """
        told = {id_: _line(label, props, passing) for id_, label, props in self.nodes}
        found = Counter(told.values())
        for start, end, kind, props in self.ties:
            tie = _line(kind, props, passing)
            found[f"{_short(told[start])} {tie} {_short(told[end])}"] += 1
        return found

    def values(self) -> dict[Property, Counter[str]]:
        """The values of every property, without whose they are."""
        found: dict[Property, Counter[str]] = {}
        for _, label, props in self.nodes:
            _count(found, label, props)
        for _, _, kind, props in self.ties:
            _count(found, kind, props)
        return found


def read(graph: Graph) -> Whole:
    """Read a graph of moderate size.

    Args:
        graph: The open database.
    """
    nodes, kept = [], set()
    for row in graph.read(NODES, name="whole graph"):
        labels = sorted(row["labels"])
        if LEFT_OUT.isdisjoint(labels):
            kept.add(row["id"])
            nodes.append((row["id"], ":".join(labels), plain(row["props"])))
    ties = [
        (row["a"], row["b"], row["type"], plain(row["props"]))
        for row in graph.read(TIES, name="whole graph")
        if {row["a"], row["b"]} <= kept
    ]
    return Whole(tuple(nodes), tuple(ties))


def passing(one: Whole, other: Whole) -> frozenset[Property]:
    """The properties whose values differ between two undisturbed runs."""
    mine, theirs = one.values(), other.values()
    return frozenset(name for name in mine | theirs if mine.get(name) != theirs.get(name))


def digest(lines: Counter[str]) -> str:
    """One hash of a graph."""
    text = "\n".join(f"{number} {line}" for line, number in sorted(lines.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def _count(found: dict[Property, Counter[str]], kind: str, props: Mapping[str, Any]) -> None:
    for name, value in props.items():
        found.setdefault((kind, name), Counter())[json.dumps(value, sort_keys=True)] += 1


def _line(kind: str, props: Mapping[str, Any], passing: Collection[Property]) -> str:
    kept = {name: value for name, value in props.items() if (kind, name) not in passing}
    return f"{kind} {json.dumps(kept, sort_keys=True)}"


def _short(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()[:24]
