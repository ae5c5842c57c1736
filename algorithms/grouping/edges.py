"""A weighted graph that is to be grouped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ringleader.algorithms.evidence.sharing import Floats, Ints


@dataclass(frozen=True)
class Edges:
    """A weighted graph to be grouped; nodes are called by the store's own numbers.

    Edges of one ``b`` and weight should lie side by side: they are sent together.

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

    def rows(self) -> list[list[Any]]:
        """Runs of edges with one ``b`` and weight: ``b``, the weight, and every ``a``."""
        change = (np.diff(self.b) != 0) | (np.diff(self.weight) != 0)
        start = np.flatnonzero(np.concatenate([[len(self) > 0], change]))
        ends, a = [*start[1:].tolist(), len(self)], self.a.tolist()
        runs = zip(
            self.b[start].tolist(), self.weight[start].tolist(), start.tolist(), ends, strict=True
        )
        return [[b, weight, a[first:end]] for b, weight, first, end in runs]


# Nodes of a graph, as its edges call them, and the community of each, given the resolution.
Grouping = Callable[[Edges, float], tuple[Ints, Ints]]
