"""What a decision will do at the next run, told before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ringleader.catalogue import get
from ringleader.errors import NotFound, WrongUsage

if TYPE_CHECKING:
    from ringleader.graph import Graph

PINS = ("owned", "widely shared", "none")


@dataclass(frozen=True)
class Effect:
    """What a decision on one ring, account or identifier will do at the next run.

    Attributes:
        target: The ring, the account, or the identifier as ``label|key``.
        kind: ``ring``, ``account`` or ``identifier``.
        verdict: What would be decided.
        removes: Accounts that leave their ring.
        keeps: Accounts that stay in their ring whatever later data say.
        text: The same for a person.
        seen: Id of the latest decision on it, or an empty text; a decision that names it is
            refused if somebody has decided since.
        last: The latest decision in words, or an empty text.
    """

    target: str
    kind: str
    verdict: str
    removes: int
    keeps: int
    text: str
    seen: str = ""
    last: str = ""


def effects(graph: Graph, targets: Sequence[str], verdict: str) -> tuple[Effect, ...]:
    """What a decision on rings and accounts will do at the next run.

    Args:
        graph: An open graph.
        targets: Ids of rings and accounts.
        verdict: ``confirm``, ``reject``, ``watch`` or ``withdraw``.

    Raises:
        NotFound: There is no such ring or account, or no decision to withdraw.
        WrongUsage: There is no such verdict.
    """
    if verdict not in _TOLD:
        raise WrongUsage(f"there is no verdict {verdict!r}", hint=", ".join(_TOLD))
    rows = graph.read(get("effect-of-decision"), {"targets": list(dict.fromkeys(targets))})
    # A ring goes before an account of the same name, as in a decision; rows come in that order.
    found: dict[str, Effect] = {}
    for row in rows:
        if row["target"] in found:
            continue
        removes, keeps, text = _TOLD[verdict](row)
        last = f'{row["verdict"]} by {row["decided_by"]}: "{row["note"]}"' if row["verdict"] else ""
        found[row["target"]] = Effect(
            row["target"], row["kind"], verdict, removes, keeps, text, row["review_id"] or "", last
        )
    if missing := [target for target in targets if target not in found]:
        raise NotFound(
            f"there is no ring and no account {missing[0]!r}", hint="ringleader rings list"
        )
    return tuple(found[target] for target in dict.fromkeys(targets))


def effect_of_pin(graph: Graph, identifier: str, verdict: str) -> Effect:
    """What a verdict on an identifier will do at the next run.

    Args:
        graph: An open graph.
        identifier: Its key, or ``label|key``.
        verdict: ``owned``, ``widely shared``, or ``none`` to take back what was pinned.

    Raises:
        NotFound: There is no such identifier.
        WrongUsage: There is no such verdict, or several identifiers have this key.
    """
    from ringleader.algorithms.evidence.hub_verdicts import the_one

    if verdict not in PINS:
        raise WrongUsage(f"there is no verdict {verdict!r}", hint=" or ".join(PINS))
    target = the_one(graph, identifier)
    label, _, key = target.partition("|")
    rows = graph.read(get("effect-of-pin"), {"label": label, "key": key})
    alone = sum(row["tied_by_it_alone"] for row in rows)
    [known] = [
        row
        for row in graph.read(get("show-identifier"), {"identifier": key})
        if row["label"] == label
    ]
    last = (
        f'{known["pinned"]} by {known["pinned_by"]}: "{known["note"]}"' if known["pinned"] else ""
    )
    if verdict == "none":
        text = "takes back the pin; the next run judges the identifier by itself"
        return Effect(target, "identifier", verdict, 0, 0, text, last=last)
    if verdict == "owned":
        text = "counts at the next run as if two accounts shared it"
        return Effect(target, "identifier", verdict, 0, 0, text, last=last)
    told = [
        f"{row['ring_id']} loses {row['bits']:.1f} of {row['score']:.1f} bits"
        + (
            f" and what ties {_accounts(row['tied_by_it_alone'])}"
            if row["tied_by_it_alone"]
            else ""
        )
        for row in rows
    ]
    text = "counts nothing from the next run on; " + ("; ".join(told) or "no ring is tied by it")
    return Effect(target, "identifier", verdict, alone, 0, text, last=last)


def _accounts(number: int) -> str:
    return "one account" if number == 1 else f"{number:,} accounts"


def _of_reject(row: dict[str, object]) -> tuple[int, int, str]:
    members, kept = _names(row["members"]), _names(row["kept"])
    ring = row["ring_id"]
    back = "other identifiers may bring {} back"
    if row["kind"] == "account":
        if ring is None:
            return 0, 0, "changes no ring: the account is in none; what it used counts no more"
        text = f"removes the account from {ring} at the next run; " + back.format("it")
        return 1, 0, text
    # A ring of one account is none.
    stay = len(kept) if len(kept) > 1 else 0
    number = len(members) - stay
    if not members:
        return 0, 0, "changes no ring: this one was not found any more"
    text = f"removes {_accounts(number)} at the next run; " + back.format(
        "it" if number == 1 else "them"
    )
    if stay:
        text += f"; {_accounts(stay)} stay, because each was confirmed by itself"
    text += "; the list of rings hides it at once"
    return number, stay, text


def _of_confirm(row: dict[str, object]) -> tuple[int, int, str]:
    members = _names(row["members"])
    ring = row["ring_id"]
    if ring is None:
        return 0, 0, "changes no ring: the account is in none"
    if not members:
        return 0, 0, "changes no ring: this one was not found any more"
    number = len(members)
    return 0, number, f"keeps {_accounts(number)} in {ring}, whatever later data say"


def _of_watch(_: dict[str, object]) -> tuple[int, int, str]:
    return 0, 0, "changes nothing but what lists show; it replaces an earlier decision"


def _of_withdraw(row: dict[str, object]) -> tuple[int, int, str]:
    verdict = row["verdict"]
    if verdict in (None, "withdrawn"):
        raise NotFound(
            f"there is no decision on {row['target']!r} to withdraw", hint="ringleader review list"
        )
    return 0, 0, _WITHDRAWN[str(verdict)]


_WITHDRAWN = {
    "rejected": "the rejection counts no more: at the next run what it cleared is evidence again",
    "confirmed": "the confirmation counts no more: members stay as long as the evidence holds",
    "watched": "lists show no longer that somebody watches it",
}


def _names(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


_TOLD = {"confirm": _of_confirm, "reject": _of_reject, "watch": _of_watch, "withdraw": _of_withdraw}
