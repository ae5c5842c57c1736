"""Independent kinds of evidence, and when address and device are two of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ringleader.algorithms.evidence.sharing import Flags, Ints
from ringleader.schema import Schema


@dataclass(frozen=True)
class Kinds:
    """Independent kinds of evidence, by the codes that the judge counts them with.

    The families of one group count as one kind, since one place explains them all: an office has
    its address and its machines. Where no place holds a group of accounts they count apart.

    Attributes:
        together: Code of each label where the families of a group are one kind, -1 for supporting
            evidence.
        apart: Code of each label where each family is a kind.
        names_together: Names of the codes in the first case.
        names_apart: And in the second.
    """

    together: Ints
    apart: Ints
    names_together: tuple[str, ...]
    names_apart: tuple[str, ...]

    @classmethod
    def of(cls, schema: Schema) -> Kinds:
        """The kinds of a schema."""
        together, apart = (
            np.array([schema.kind_of(label, apart=way) for label in schema.labels], dtype=np.int64)
            for way in (False, True)
        )
        more = ("",) * (len(schema.kinds_apart) - len(schema.groups))
        return cls(together, apart, (*schema.groups, *more), schema.kinds_apart)

    @property
    def several(self) -> Flags:
        """Which labels are of a family beside the first of its group, such as devices."""
        several: Flags = self.apart != self.together
        return several

    def __len__(self) -> int:
        return len(self.names_apart)

    def codes(self, apart: Flags) -> Ints:
        """Code of each label for several groups of accounts, shape (groups, labels).

        Args:
            apart: For which groups the families count apart.
        """
        return np.where(apart[:, None], self.apart[None, :], self.together[None, :])

    def names(self, apart: bool) -> tuple[str, ...]:
        """The name of each code; empty for one that is not in use."""
        return self.names_apart if apart else self.names_together
