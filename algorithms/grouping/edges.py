"""A weighted graph that is to be grouped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ringleader.algorithms.evidence.sharing import Floats, Ints


@dataclass(frozen=True)
class Edges:
    """A weighted graph to be grouped; nodes are called by the store's own numbers.

    Attributes:
        a: One end of each edge.
        b: The other end.
        weight: Its weight.
    """

    a: Ints
    b: Ints
    weight: Floats

    def __len__(self) -> int:
        return len(self.a)


# Nodes of a graph, as its edges call them, and the community of each, given the resolution.
Grouping = Callable[[Edges, float], tuple[Ints, Ints]]
