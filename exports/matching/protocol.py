"""The three steps of an exchange: ask, answer, finish; and what one side may tell the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ringleader import audit
from ringleader.catalogue import get
from ringleader.errors import InputError, WrongUsage
from ringleader.exports.matching import intersection
from ringleader.exports.matching.files import (
    Envelope,
    State,
    open_envelope,
    refuse_size,
    write_envelope,
)
from ringleader.exports.matching.terms import BANDS, IDENTIFIERS, KINDS, SCOPES, SIZE, band
from ringleader.keys import fingerprint, keyed_hash, read_key

if TYPE_CHECKING:
    from ringleader.graph import Graph

__all__ = ["KINDS", "Exchange", "Terms", "answer", "ask", "finish", "give_up", "keep", "receive"]

_TOLD = frozenset(map(band, BANDS))


@dataclass(frozen=True)
class Terms:
    """What two partners have agreed on.

    Attributes:
        key: File with the key of the partnership, which both have.
        purpose: What for, word for word the same on both sides.
        kinds: Kinds of identifiers.
        scope: What this side puts in. ``rings``: what two members of rings or more use, and half of
            its users at least are members; ``all``: everything. Each side chooses its own.
        reveal: ``identifiers``: the asking side learns which; ``size``: only how many.
        days: For how long a request can be answered.
        most: Identifiers that a side may put in, and answer for.
        per_day: Requests of a partner that are answered in a day.
    """

    key: Path
    purpose: str
    kinds: tuple[str, ...] = tuple(KINDS)
    scope: str = "rings"
    reveal: str = IDENTIFIERS
    days: int = 7
    most: int = 1_000_000
    per_day: int = 3


@dataclass(frozen=True)
class Exchange:
    """Where an exchange stands.

    Attributes:
        id: The exchange.
        step: ``asked``, ``answered``, ``finished`` or ``received``.
        file: The file that was written for the partner; None without one.
        mine: Identifiers that this side put in.
        theirs: Identifiers of the other side, where that is known.
        matched: How many both have; None before the end.
        rows: What both have, with the number of accounts here, and theirs in bands if told.
        expires_at: Until when the file is of use.
    """

    id: str
    step: str
    file: Path | None
    mine: int
    theirs: int | None
    matched: int | None
    rows: tuple[dict[str, Any], ...]
    expires_at: str


def ask(graph: Graph, home: Path, file: Path, terms: Terms) -> Exchange:
    """Write a request.

    Args:
        graph: The graph.
        home: The data folder.
        file: Where to.
        terms: What was agreed.

    Raises:
        WrongUsage: The terms make no sense, or the set is larger than they allow.
        InputError: The key cannot be read.
    """
    key = _checked(terms)
    mine = _mine(graph, key, terms)
    reveal = terms.reveal == IDENTIFIERS
    parts = intersection.parts_of(len(mine))
    keys, body = intersection.ask(sorted(mine), parts, reveal)
    now = datetime.now(UTC)
    said: dict[str, Any] = {
        "id": uuid4().hex,
        "purpose": terms.purpose,
        "kinds": sorted(terms.kinds),
        "scope": terms.scope,
        "reveal": terms.reveal,
        "size": len(mine),
        "made_at": now.isoformat(timespec="seconds"),
        "expires_at": (now + timedelta(days=terms.days)).isoformat(timespec="seconds"),
    }
    state = State(home)
    state.drop_expired()
    state.write(said["id"], "asked", {**said, "secrets": keys, "key": fingerprint(key)})
    state.keep_items(said["id"], mine)
    write_envelope(file, key, "request", said, body)
    _noted(graph, "asked", said, mine=len(mine))
    return Exchange(said["id"], "asked", file, len(mine), None, None, (), said["expires_at"])


def answer(graph: Graph, home: Path, request: Path, file: Path, terms: Terms) -> Exchange:
    """Answer a request. The answering side learns the size of the other set, and no more.

    Args:
        graph: The graph.
        home: The data folder.
        request: The partner's file.
        file: Where the response goes.
        terms: What was agreed; kinds and what is revealed may be less than asked, never more.

    Raises:
        InputError: The request is not the partner's, has expired, was answered before, asks for
            more than agreed, or comes too often.
    """
    key = _checked(terms)
    asked = open_envelope(request, key, "request", terms.purpose)
    _refuse_more(asked, terms)
    # What is really there counts, not only what the partner says: each item may be a guess.
    parts, size = intersection.size_of(asked.body)
    refuse_size(max(asked.said["size"], size), terms.most)
    if size != asked.said["size"] or parts != intersection.parts_of(size):
        raise InputError(f"request {asked.id} does not hold what it says", hint="ask for a new one")
    state, key_id = State(home), fingerprint(key)
    _refuse_again(state, asked.id, key_id, terms.per_day)
    agreed = replace(terms, kinds=tuple(asked.said["kinds"]))
    mine = _mine(graph, key, agreed)
    reveal = asked.said["reveal"] == IDENTIFIERS
    # Noted before anything leaves: an answer that is interrupted is not given twice.
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with state.alone():
        _refuse_again(state, asked.id, key_id, terms.per_day)
        state.write(asked.id, "answered", {"at": now, "key": key_id}, new=True)
    body = intersection.answer(sorted(mine), asked.body, reveal)
    said = {**_plain(asked), "theirs": len(mine)}
    write_envelope(file, key, "response", said, body)
    _noted(graph, "answered", said, mine=len(mine), theirs=size)
    return Exchange(asked.id, "answered", file, len(mine), size, None, (), asked.said["expires_at"])


def _refuse_again(state: State, id_: str, key_id: str, per_day: int) -> None:
    """Make sure that a request was not answered before, and that a partner does not ask too often.

    Raises:
        InputError: It was, or does.
    """
    if state.read(id_, "answered") is not None:
        raise InputError(f"request {id_} was answered before", hint="a request is of use once")
    if state.answered_since(key_id, datetime.now(UTC) - timedelta(days=1)) >= per_day:
        raise InputError(
            f"{per_day} requests of this partner were answered in the last day",
            hint="each answer lets the partner try identifiers; --per-day changes the limit",
        )


def finish(
    graph: Graph, home: Path, response: Path, terms: Terms, *, share: Path | None = None
) -> Exchange:
    """Work out what both have.

    Args:
        graph: The graph.
        home: The data folder.
        response: The partner's file.
        terms: What was agreed; the key and the purpose count.
        share: Write a result here, from which the partner learns the same, with the number of
            accounts in bands.

    Raises:
        InputError: The response is not the partner's, answers no request of ours, or was used.
        WrongUsage: Only the size was asked for, so there is nothing to share.
    """
    key = _checked(terms)
    given = open_envelope(response, key, "response", terms.purpose)
    state = State(home)
    asked = state.read(given.id, "asked")
    if asked is None or asked["key"] != fingerprint(key):
        raise InputError(f"{response} answers no request that was made here")
    if "secrets" not in asked:
        raise InputError(f"exchange {given.id} was finished before", hint="a file is of use once")
    reveal = asked["reveal"] == IDENTIFIERS
    if share is not None and not reveal:
        raise WrongUsage("only the size was asked for, so there is no result to share")
    mine = state.items(given.id)  # as they were asked; the graph may have changed since
    secrets = asked.pop("secrets")
    found = intersection.matched(sorted(mine), secrets, given.body, reveal)
    items = found if reveal else []
    rows = tuple(sorted((_row(mine[item]) for item in items), key=_order))
    number = len(items) if reveal else int(found)
    if share is not None:
        told = {item: band(mine[item]["accounts"]) for item in items}
        write_envelope(share, key, "result", _plain(given), json.dumps(told).encode())
    state.write(given.id, "asked", asked)
    state.drop_items(given.id)
    _noted(graph, "finished", asked, mine=len(mine), matched=number)
    return Exchange(
        given.id, "finished", share, len(mine), given.said["theirs"], number, rows,
        given.said["expires_at"],
    )  # fmt: skip


def give_up(graph: Graph, home: Path, id_: str) -> None:
    """Forget a request that got no answer: what it put in, and its secrets.

    Args:
        graph: The graph.
        home: The data folder.
        id_: The exchange.
    """
    state = State(home)
    state.give_up(id_)
    asked = state.read(id_, "asked")
    if asked is not None:
        _noted(graph, "given up", asked)


def keep(graph: Graph, home: Path, result: Path, terms: Terms) -> Path:
    """Keep a result that came over HTTPS, until a person reads it.

    Args:
        graph: The graph.
        home: The data folder.
        result: The partner's document.
        terms: What was agreed; the key and the purpose count.

    Returns:
        Where it is.

    Raises:
        InputError: The result is not the partner's, of no request that was answered here, or came
            before.
    """
    key, state, given = _opened_result(home, result, terms)
    state.write(given.id, "kept", {"at": given.said["made_at"]}, new=True)
    path = state.path(given.id, "result").with_suffix(".match")
    write_envelope(path, key, "result", _plain(given), given.body)
    _noted(graph, "result kept", given.said, file=path.name)
    return path


def _opened_result(home: Path, result: Path, terms: Terms) -> tuple[bytes, State, Envelope]:
    """The key, the state, and a result of a request that was answered here under that key.

    Raises:
        InputError: It is not the partner's, or of no such request.
    """
    key = _checked(terms)
    given = open_envelope(result, key, "result", terms.purpose)
    state = State(home)
    answered = state.read(given.id, "answered")
    if answered is None or answered["key"] != fingerprint(key):
        raise InputError(f"the result is of exchange {given.id}, which was not answered here")
    return key, state, given


def receive(graph: Graph, home: Path, result: Path, terms: Terms) -> Exchange:
    """Read what the asking side tells of the intersection.

    Args:
        graph: The graph.
        home: The data folder.
        result: The partner's file.
        terms: What was agreed; the key and the purpose count.

    Raises:
        InputError: The result is not the partner's, or of no request that was answered here.
    """
    key, state, given = _opened_result(home, result, terms)
    agreed = replace(terms, kinds=tuple(given.said["kinds"]), scope="all")
    mine = _mine(graph, key, agreed)
    told = _told(result, given.body)
    # A partner that claims an identifier which is not here learns nothing by it.
    known = ({**_row(mine[item]), "theirs": band} for item, band in told.items() if item in mine)
    rows = tuple(sorted(known, key=_order))
    state.write(given.id, "received", {"at": given.said["made_at"]}, new=True)
    _noted(graph, "received", given.said, mine=len(mine), matched=len(rows))
    return Exchange(
        given.id, "received", None, len(mine), given.said["size"], len(rows), rows,
        given.said["expires_at"],
    )  # fmt: skip


def _told(path: Path, body: bytes) -> dict[str, str]:
    """What a result says: the band of accounts by item.

    Raises:
        InputError: It says something else.
    """
    try:
        told: dict[str, str] = json.loads(body)
        fits = set(told.values()) <= _TOLD
    except (ValueError, TypeError, AttributeError, RecursionError):
        fits = False
    if not fits:
        raise InputError(
            f"{path} does not say what both have", hint="ask the partner for a new one"
        )
    return told


def _checked(terms: Terms) -> bytes:
    unknown = [kind for kind in terms.kinds if kind not in KINDS]
    if unknown or not terms.kinds:
        raise WrongUsage(
            f"{', '.join(unknown) or 'nothing'} cannot be matched",
            hint=f"one of {', '.join(KINDS)}",
        )
    if terms.scope not in SCOPES:
        raise WrongUsage(f"there is no scope {terms.scope!r}", hint=f"one of {', '.join(SCOPES)}")
    if terms.reveal not in (IDENTIFIERS, SIZE):
        raise WrongUsage(f"{terms.reveal!r} cannot be revealed", hint="identifiers or size")
    if not terms.purpose.strip():
        raise WrongUsage("an exchange needs a purpose", hint="--purpose 'fraud, case 4711'")
    return read_key(terms.key)


def _refuse_more(asked: Envelope, terms: Terms) -> None:
    """Make sure that a request asks for no more than was agreed.

    Raises:
        InputError: It does.
    """
    more = sorted(set(asked.said["kinds"]) - set(terms.kinds))
    shown = asked.said["reveal"] == IDENTIFIERS and terms.reveal != IDENTIFIERS
    wants = [*more, *(["which they are"] if shown else [])]
    if wants:
        raise InputError(
            f"the request asks for more than agreed here: {', '.join(wants)}",
            hint="give --kind and --reveal as agreed",
        )


def _mine(graph: Graph, key: bytes, terms: Terms) -> dict[str, dict[str, Any]]:
    """This side's identifiers by the item that stands for each.

    An item is a hash under the key of the partnership and the purpose: whoever lacks the key cannot
    guess items, and those of one purpose do not match those of another.
    """
    labels = [KINDS[kind] for kind in terms.kinds]
    stored = get("identifiers-to-match")
    rows = graph.stream(stored, stored.bind({"labels": labels, "scope": terms.scope}))
    made = {
        keyed_hash(key, "match item", terms.purpose, row["label"], row["key"]): row for row in rows
    }
    refuse_size(len(made), terms.most)
    return made


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    kind = next(kind for kind, label in KINDS.items() if label == row["label"])
    counts = {name: row[name] for name in ("accounts", "in_rings")}
    return {"kind": kind, "value": row["key"], **counts}


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return -row["in_rings"], -row["accounts"], row["kind"], row["value"]


def _plain(envelope: Envelope) -> dict[str, Any]:
    return {name: value for name, value in envelope.said.items() if name != "kind"}


def _noted(graph: Graph, step: str, said: Mapping[str, Any], **more: object) -> None:
    """One line of the audit log; it names no identifier."""
    audit.record(
        graph.settings,
        f"match {step}",
        exchange=said["id"],
        purpose=said["purpose"],
        kinds=said["kinds"],
        scope=said["scope"],
        reveal=said["reveal"],
        **more,
    )
