"""What all routes share: who may, where work is done, what an answer looks like."""

# No postponed annotations: FastAPI reads those of handlers.
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query, Request
from fastapi.responses import Response

from ringleader.answers import Answer
from ringleader.exports.pseudonyms import hidden_rows, hiding, namer
from ringleader.keys import load_key
from ringleader.service import models
from ringleader.service.answerable import audit
from ringleader.service.roles import May
from ringleader.service.state import Json, State
from ringleader.service.tokens import Token

T = TypeVar("T")
ERRORS: dict[int | str, dict[str, Any]] = {
    number: {"model": models.Error, "description": meaning}
    for number, meaning in (
        (400, "The request cannot be read."),
        (401, "A token is needed."),
        (403, "The token may not do this."),
        (404, "There is no such thing."),
        (409, "Somebody else writes or was faster."),
        (413, "The body is too large."),
        (422, "The request makes no sense."),
        (429, "Too many requests wait already."),
        (503, "The database does not answer; try again."),
        (504, "The answer took too long."),
    )
}
Id = Annotated[str, Path(min_length=1, max_length=512)]
Asked = Annotated[str, Query(min_length=1, max_length=512)]
Limit = Annotated[int, Query(ge=1, le=1_000)]
# Names of ours, which name nobody: a page needs them for its address.
_OURS = ("Ring", "Campaign")


def secured(state: State, what: May) -> Any:
    """What a handler declares so that a token is asked for."""
    return Depends(state.door.require(what))


async def work(
    state: State, piece: Callable[[], T], seconds: float | None = None, *, check: bool = False
) -> T:
    """Do a piece of work on the database in a thread.

    Args:
        state: What handlers share.
        piece: What to do.
        seconds: How long it may take, if not as usual.
        check: Whether a rule engine waits for it: checks have threads of their own.
    """
    place = state.checks if check else state.work
    state.metrics.inside.set(state.checks.inside + state.work.inside)
    state.metrics.breaker.set(place.breaker.open)
    return await place.run(piece, seconds)


def looked_at(state: State, request: Request, token: Token, page: str, *names: str) -> None:
    """Write the line of a look at a page that lists rings or accounts.

    Args:
        state: What handlers share.
        request: Says from where.
        token: Whose look it is.
        page: Which list.
        names: Accounts that it names.
    """
    audit(state.settings, token, state.door.address_of(request), "look", *names, page=page)


def as_rows(answer: Answer) -> Response:
    """An answer as the body of a response."""
    columns = answer.columns or (list(answer.rows[0]) if answer.rows else [])
    return Json(
        {
            "columns": list(columns),
            "rows": list(answer.rows),
            "messages": list(answer.messages),
            "cut": answer.cut,
        }
    )


def naming(state: State, token: Token) -> Callable[[str, str], str] | None:
    """What a name is shown as to the holder of a token; None where names may be seen."""
    if token.may(May.NAMES):
        return None
    hidden = hiding(namer(load_key(state.settings.home)))
    return lambda label, text: text if label in _OURS else hidden(label, text)


def hidden(state: State, token: Token, answer: Answer) -> Answer:
    """An answer with pseudonyms, for who may see no names."""
    name = naming(state, token)
    if name is None:
        return answer
    rows = [_hidden_row(row, name) for row in answer.rows]
    return Answer(rows, answer.columns, cut=answer.cut)


def _hidden_row(row: Mapping[str, Any], name: Callable[[str, str], str]) -> dict[str, Any]:
    kept = {column: row[column] for column in _OPEN if column in row}
    accounts = (
        [name("Account", one) for one in row.get("accounts") or ()] if _is_list(row) else None
    )
    rest = {column: value for column, value in row.items() if column not in kept}
    if accounts is not None:
        rest.pop("accounts")
    [made] = hidden_rows([rest], name)
    return {**made, **kept, **({} if accounts is None else {"accounts": accounts})}


def _is_list(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("accounts"), list | tuple)


# Columns of ours that name nobody.
_OPEN = ("change", "states", "review", "other", "event", "other_ring", "seen", "assignment")
