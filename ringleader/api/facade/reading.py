"""Read what a detection found, and decide on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ringleader.api.facade.base import Base, FilePath, as_frame
from ringleader.people import answerable

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from ringleader.api.check_results import Check
    from ringleader.api.results import Comparison, Decision, Explanation, WhyNot
    from ringleader.ring_drawing import RingDrawing


class Reading(Base):
    """Methods that list, explain and compare findings, and record decisions."""

    def rings(self, limit: int | None = None, *, rejected: bool = False) -> pd.DataFrame:
        """The rings, the strongest first, with the decisions on them.

        Args:
            limit: Rings at the most.
            rejected: Also rings that were rejected since they were found.
        """
        from ringleader.api import findings

        return as_frame(findings.rings(self.graph, limit=limit, rejected=rejected))

    def members(self, ring: str) -> pd.DataFrame:
        """The members of a ring, those with the most evidence first.

        Raises:
            NotFound: There is no such ring.
        """
        from ringleader.api import findings

        return findings.members(self.graph, ring).frame

    def history(self, ring: str, *, unchanged: bool = False) -> pd.DataFrame:
        """What happened to a ring, run by run: who joined and left, mergers and splits.

        Args:
            ring: The ring.
            unchanged: Runs in which nothing changed, too.

        Raises:
            NotFound: There is no such ring.
        """
        from ringleader.api import findings

        return findings.history(self.graph, ring, unchanged=unchanged).frame

    def draw(self, ring: str, *, most_members: int = 80, most_identifiers: int = 60) -> RingDrawing:
        """A picture of a ring: its members and the identifiers that they share.

        Args:
            ring: The ring.
            most_members: Members that are drawn at the most; the caption counts the others.
            most_identifiers: Identifiers that are drawn at the most.

        Raises:
            NotFound: There is no such ring.
        """
        from ringleader.api import findings

        limits = {"most_members": most_members, "most_identifiers": most_identifiers}
        return findings.drawing(self.graph, ring, **limits)

    def campaigns(self, limit: int | None = None) -> pd.DataFrame:
        """The campaigns (rings with one operator behind them), the largest first.

        Args:
            limit: Campaigns at the most.
        """
        from ringleader.api import findings

        return as_frame(findings.campaigns(self.graph, limit=limit))

    def campaign(self, campaign: str, *, weeks: bool = False, days: bool = False) -> pd.DataFrame:
        """The rings of a campaign.

        Args:
            campaign: The campaign.
            weeks: Its accounts week by week instead.
            days: Its requests by day and model instead.

        Raises:
            NotFound: There is no such campaign.
            WrongUsage: Both weeks and days are asked for.
        """
        from ringleader.api import findings

        return findings.campaign(self.graph, campaign, weeks=weeks, days=days).frame

    def hubs(self, verdict: str | None = None, *, limit: int | None = None) -> pd.DataFrame:
        """The identifiers that rings use, with a verdict on each.

        Args:
            verdict: Only identifiers with this verdict, ``owned`` or ``widely shared``.
            limit: Identifiers at the most.
        """
        from ringleader.api import findings

        return as_frame(findings.hubs(self.graph, verdict=verdict, limit=limit))

    def explain(
        self, ring: str, account: str | None = None, *, limit: int | None = None
    ) -> Explanation:
        """Why a ring is a ring: its evidence in bits, what speaks against it, what it rests on.

        Args:
            ring: The ring.
            account: Explain why this account is in it instead.
            limit: Identifiers with a row of their own; the others are summed by family.

        Raises:
            NotFound: There is no such ring, or the account is not in it.
        """
        from ringleader.api import findings

        if account is not None:
            return findings.explain_member(self.graph, ring, account)
        return findings.explain(self.graph, ring, limit=limit)

    def letter(self, ring: str, account: str) -> str:
        """A statement of reasons for the holder of an account; it names nobody else.

        Args:
            ring: The ring that it is in.
            account: The account.

        Raises:
            NotFound: There is no such ring, or the account is not in it.
        """
        from ringleader.algorithms.explanation.letter import letter
        from ringleader.keys import EXPORT_KEY, load_key

        key = load_key(self.settings.home, EXPORT_KEY)
        contact = self.settings.get("review.appeals")
        return letter(self.graph, ring, account, key, contact=contact)

    def why(
        self, one: str, other: str, *, known_hubs: Collection[str] | FilePath | None = None
    ) -> Comparison:
        """What two accounts share, what it is worth, their link, and the rings of each.

        Where one of them is in a ring and the other is not, it says what the other lacks.

        Args:
            one: An account.
            other: Another account.
            known_hubs: The known hubs that the last detection was given, if it was given any.

        Raises:
            NotFound: One of the accounts does not exist.
        """
        from ringleader.api import why

        return why.why(self.graph, one, other, known_hubs=known_hubs)

    def why_not(
        self,
        account: str,
        ring: str | None = None,
        *,
        known_hubs: Collection[str] | FilePath | None = None,
    ) -> WhyNot:
        """How an account stands to a ring: what speaks for and against it, and what is missing.

        Args:
            account: The account.
            ring: The ring; None for the three nearest.
            known_hubs: The known hubs that the last detection was given, if it was given any.

        Raises:
            NotFound: There is no such account or ring, or no detection has run.
        """
        from ringleader.api import why

        return why.why_not(self.graph, account, ring, known_hubs=known_hubs)

    def changes(self, since: str | datetime, *, limit: int | None = None) -> pd.DataFrame:
        """What became of rings since a run or a time: one row for each change, the latest first.

        ``change`` is new, returned, grown, shrunk, changed (as many left as joined), merged, split,
        gone or new campaign; ``accounts`` are the members that joined. Rows of newcomers come
        first: ``accounts`` were opened since then, are in no ring, and live on what this one uses,
        as the check sees it (of the 1,000 latest that touch any ring).

        Args:
            since: A run, or a date or time (UTC where it says no zone).
            limit: Rows at the most.

        Raises:
            NotFound: There is no such run.
            WrongUsage: It is neither a run nor a time.
        """
        from ringleader.api.changes import changes

        return changes(self.graph, since, limit=limit, newcomers=True).frame

    def check(self, account: str | None = None, /, **known: Any) -> Check:
        """Whether an account belongs to a ring of the last run, in one read of the database.

        The figures are those of detection. An account that is not loaded yet is checked by what is
        known of it::

            r.check("acc_17")
            r.check(ip="203.0.113.7", device_id="ja4-1f", email="one@mail.example")

        Args:
            account: Its id.
            known: Columns of the input contract that are not loaded, a list for several values:
                ``ip``, ``device_id``, ``payment_method_id``, ``prompt_cluster_id``, ``email``,
                ``phone``, ``phone_country``, ``organization_id``, and declared identifiers.

        Raises:
            NotFound: There is no such account and nothing else is given, or no detection has run.
            WrongUsage: A column does not exist, or a value is no such identifier.
        """
        from ringleader.api import checking

        given = known if account is None else {"account_id": account, **known}
        return checking.check(self.graph, given)

    def checks(self, given: Sequence[str | Mapping[str, Any]] | FilePath) -> pd.DataFrame:
        """Check many accounts; one row for each, with its nearest ring.

        Args:
            given: Account ids, maps as :meth:`check` takes them, or a file (CSV, JSON lines,
                Parquet) with columns of the input contract.

        Raises:
            InputError: The file cannot be read, or has no column that could be checked.
            NotFound: No detection has run.
            WrongUsage: A column does not exist, or a value is no such identifier.
        """
        from ringleader.api import checking

        return checking.check_all(self.graph, given).frame

    def review(
        self,
        targets: str | Sequence[str],
        verdict: str,
        *,
        note: str,
        by: str | None = None,
    ) -> tuple[Decision, ...]:
        """Decide on rings and accounts; the next detection honours it.

        Args:
            targets: A ring or an account, or several; all are decided on, or none.
            verdict: ``confirm`` (members stay), ``reject`` (it does not come back by itself),
                ``watch`` (lists show it) or ``withdraw`` (the latest decision counts no more).
            note: Why.
            by: Who decides; by default the login of the database if it is yours, the setting
                ``review.by``, or the system's user.

        Raises:
            NotFound: There is no such ring or account, or no decision to withdraw.
            WrongUsage: There is no such verdict, no note, or somebody else is logged in.
        """
        from ringleader.api import reviewing

        names = [targets] if isinstance(targets, str) else list(targets)
        with answerable(self.settings, "decide", *names, by=by, verdict=verdict) as who:
            return reviewing.decide(self.graph, self.settings, names, verdict, note=note, by=who)

    def appeal(self, account: str, *, note: str) -> dict[str, Any]:
        """Record that the holder of an account appeals against the decision about it.

        Args:
            account: The account.
            note: What its holder says.

        Returns:
            The appeal's id, and verdict and target of the decision.

        Raises:
            NotFound: Nobody has decided on the account, or on a ring with it.
            WrongUsage: An appeal of the account is open.
        """
        from ringleader.algorithms.review.appeals import appeal

        self.graph.ensure_schema()
        with answerable(self.settings, "appeal", account):
            return appeal(self.graph, account, note)

    def answer_appeal(self, account: str, answer: str, *, note: str, by: str | None = None) -> None:
        """Answer the open appeal of an account.

        Args:
            account: The account.
            answer: ``upheld`` (the decision stays) or ``granted`` (the account leaves its ring at
                the next detection).
            note: Why.
            by: Who answers; by default as for :meth:`review`.

        Raises:
            NotFound: The account has no open appeal.
            WrongUsage: There is no such answer.
        """
        from ringleader.algorithms.review.appeals import answer_appeal

        with answerable(self.settings, "answer appeal", account, by=by, answer=answer) as who:
            answer_appeal(self.graph, account, answer, note, who)

    def decisions(self, target: str | None = None, *, history: bool = False) -> pd.DataFrame:
        """Decisions, the latest first.

        Args:
            target: Only those on this ring or account.
            history: Include decisions that later ones have replaced.
        """
        from ringleader.api import reviewing

        return as_frame(reviewing.decisions(self.graph, target, history=history))

    def pin(
        self, identifier: str, verdict: str | None, *, note: str = "", by: str | None = None
    ) -> str:
        """Pin a verdict on an identifier; the next detection honours it.

        Args:
            identifier: Its key, e.g. an address.
            verdict: A verdict that :meth:`hubs` lists; None takes back what was pinned.
            note: Why.
            by: Who says so; by default as for :meth:`review`.

        Returns:
            The identifier, with its label.

        Raises:
            NotFound: There is no such identifier.
        """
        from ringleader.api import reviewing

        said = verdict or "none"
        with answerable(self.settings, "pin", identifier, by=by, verdict=said) as who:
            return reviewing.pin(self.graph, identifier, verdict, note=note, by=who)
