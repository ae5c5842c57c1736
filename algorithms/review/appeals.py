"""Appeals: a decision about an account that its holder contests, until somebody answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ringleader.algorithms.review.decisions import decide
from ringleader.catalogue import get
from ringleader.errors import NotFound, WrongUsage
from ringleader.graph import Graph

__all__ = ["ANSWERS", "answer_appeal", "appeal"]

UPHELD, GRANTED = "upheld", "granted"
ANSWERS = (UPHELD, GRANTED)


def appeal(graph: Graph, account: str, note: str) -> dict[str, Any]:
    """Record an appeal against the latest decision about an account or a ring that held it.

    Args:
        graph: An open graph.
        account: The account.
        note: What its holder says.

    Raises:
        NotFound: Nobody has decided on the account.
        WrongUsage: An appeal of the account is open.
    """
    stored = get("appeals")
    waiting = graph.read(stored, stored.bind({"state": "open"}))
    if any(row["account_id"] == account for row in waiting):
        raise WrongUsage(
            f"an appeal of {account} is open", hint=f"ringleader review answer {account} --help"
        )
    said = {
        "account_id": account,
        "appeal_id": uuid4().hex,
        "note": note,
        "at": int(datetime.now(UTC).timestamp() * 1000),
    }
    rows = graph.write(get("open-appeal"), said).rows
    if not rows:
        raise NotFound(
            f"nobody has decided on {account!r}, or on a ring with it",
            hint="ringleader review watch ACCOUNT --note … makes a decision to appeal against",
        )
    return rows[0]


def answer_appeal(graph: Graph, account: str, answer: str, note: str, by: str) -> None:
    """Answer the open appeal of an account.

    A granted appeal is a new decision: the account is rejected from its ring. An upheld one leaves
    the decision as it is.

    Args:
        graph: An open graph.
        account: The account.
        answer: ``upheld`` or ``granted``.
        note: Why.
        by: Who answers.

    Raises:
        NotFound: The account has no open appeal.
        WrongUsage: There is no such answer.
    """
    if answer not in ANSWERS:
        raise WrongUsage(f"there is no answer {answer!r}", hint=f"one of {', '.join(ANSWERS)}")
    said = {"account_id": account, "state": answer, "note": note, "by": by}
    if not graph.write(get("close-appeal"), said).rows:
        raise NotFound(
            f"{account!r} has no open appeal", hint="ringleader review appeals --state open"
        )
    if answer == GRANTED:
        decide(graph, [account], "rejected", f"appeal granted: {note}", by)
