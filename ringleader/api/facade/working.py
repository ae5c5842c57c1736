"""Work on findings: the queue, who has which ring, what a decision will do, one box for search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ringleader.api.facade.base import Base
from ringleader.people import answerable

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from ringleader.api.effects import Effect


class Working(Base):
    """Methods for analysts who work through rings."""

    def queue(self, *, since: str | datetime | None = None) -> pd.DataFrame:
        """The rings with the states that analysts work by, the strongest first.

        Args:
            since: A run or a time from which on rings count as new or grown; by default a week ago.
        """
        from ringleader.api import casework

        return casework.queue(self.graph, since=since).frame

    def assign(
        self,
        rings: str | Sequence[str],
        owner: str | None,
        *,
        note: str = "",
        by: str | None = None,
    ) -> pd.DataFrame:
        """Give rings to somebody, or back; every assignment is kept.

        Args:
            rings: A ring, or several; all are assigned, or none.
            owner: Who works on them; None gives them back.
            note: Why.
            by: Who says so; by default as for :meth:`review`.

        Raises:
            NotFound: There is no such ring.
        """
        from ringleader.api import casework

        names = [rings] if isinstance(rings, str) else list(rings)
        with answerable(self.settings, "assign", *names, by=by, owner=owner) as who:
            made = casework.assign(self.graph, self.settings, names, owner, note=note, by=who)
        return made.frame

    def assignments(self, ring: str | None = None) -> pd.DataFrame:
        """Who works on which ring, or everybody who has worked on one ring, the latest first.

        Args:
            ring: The ring; by default all, with the latest assignment of each.
        """
        from ringleader.api import casework

        return casework.assignments(self.graph, ring).frame

    def effects(self, targets: str | Sequence[str], verdict: str) -> tuple[Effect, ...]:
        """What a decision will do at the next run; nothing is written.

        Args:
            targets: A ring or an account, or several.
            verdict: ``confirm``, ``reject``, ``watch`` or ``withdraw``.

        Raises:
            NotFound: There is no such ring or account.
        """
        from ringleader.api.effects import effects

        names = [targets] if isinstance(targets, str) else list(targets)
        return effects(self.graph, names, verdict)

    def search(self, text: str, *, limit: int = 50) -> pd.DataFrame:
        """What a text names: a ring, account, address, network, card, device, mailbox or prompt.

        An e-mail address and a phone number are hashed on the way and not kept.

        Args:
            text: A name, a CIDR, an e-mail address, a phone number, or words of a prompt.
            limit: Rows at the most.
        """
        from ringleader.api.searching import search

        return search(self.graph, text, limit=limit).frame
