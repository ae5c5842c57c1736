"""Operators and organizations under a name, and campaigns attributed to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ringleader.api.facade.base import Base, as_frame

if TYPE_CHECKING:
    import pandas as pd


class Attributing(Base):
    """Methods that say who is behind campaigns, as people and partners claim it."""

    def add_entity(
        self,
        name: str,
        *,
        source: str,
        note: str,
        kind: str | None = None,
        aliases: str | Sequence[str] = (),
        tlp: str = "amber",
        by: str | None = None,
    ) -> None:
        """Name an operator or organization, or add what another source says of it.

        Claims are kept; nothing replaces them.

        Args:
            name: Its name, or an alias of one that is there.
            source: Who says it.
            note: What is said.
            kind: ``operator`` (the default) or ``organization``.
            aliases: Other names of it.
            tlp: Who may read the claim.
            by: Who enters it; by default as for :meth:`review`.

        Raises:
            WrongUsage: There is no such kind or TLP, or source or note are empty.
            InputError: An alias is a name of somebody else already.
        """
        from ringleader.api.entities import add_entity

        names = [aliases] if isinstance(aliases, str) else aliases
        add_entity(
            self.graph, name, kind=kind, aliases=names, source=source, note=note, tlp=tlp, by=by
        )

    def entities(self) -> pd.DataFrame:
        """Operators and organizations with a name, their sources and campaigns."""
        from ringleader.api.entities import entities

        return as_frame(entities(self.graph))

    def entity(self, name: str) -> pd.DataFrame:
        """What was said of an operator or organization, the earliest first.

        Args:
            name: Its name or an alias.

        Raises:
            NotFound: Nobody has that name.
        """
        from ringleader.api.entities import entity

        return entity(self.graph, name).frame

    def attribute(
        self,
        campaign: str,
        name: str,
        *,
        confidence: int,
        source: str,
        note: str,
        tlp: str = "amber",
        by: str | None = None,
    ) -> None:
        """Attribute a campaign to an operator or organization, as a source claims it.

        A later word of the same source replaces an earlier one, which is kept. Detection does not
        follow attributions.

        Args:
            campaign: The campaign.
            name: Name or alias of the operator or organization.
            confidence: From 1 to 100; 0 withdraws what the source has said.
            source: Who says it.
            note: What it rests on.
            tlp: Who may read it; dossiers of a wider TLP leave it out.
            by: Who enters it; by default as for :meth:`review`.

        Raises:
            NotFound: There is no such campaign, or nobody has that name.
            WrongUsage: The confidence or TLP is none, or source or note are empty.
        """
        from ringleader.api.entities import attribute

        attribute(
            self.graph, campaign, name, confidence=confidence, source=source, note=note, tlp=tlp,
            by=by,
        )  # fmt: skip
