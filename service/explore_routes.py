"""Search, identifiers, the graph around them, and why an account is in no ring."""

# No postponed annotations: FastAPI reads those of handlers.
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ringleader.answers import Answer
from ringleader.api import surroundings
from ringleader.api.searching import search as searched
from ringleader.api.why import why_not as compared_with_rings
from ringleader.catalogue import get
from ringleader.errors import NotFound
from ringleader.service import models
from ringleader.service.answerable import audit
from ringleader.service.answering import Asked, as_rows, secured, work
from ringleader.service.roles import May
from ringleader.service.state import Json, State
from ringleader.service.tokens import Token

MOST_NEIGHBOURS = surroundings.MOST
Label = Annotated[str, Query(min_length=1, max_length=100)]
Key = Annotated[str, Query(min_length=1, max_length=4_096)]


def exploring(router: APIRouter, state: State) -> None:
    """Add the routes for search and the graph.

    Args:
        router: Where to.
        state: What handlers share.
    """
    may_see = secured(state, May.NAMES)

    @router.get("/search", response_model=models.Rows)
    async def search(request: Request, text: Asked, token: Token = may_see) -> Response:
        """What a text names: a ring, account, address, network, card, device, mailbox, prompt."""

        def read() -> Answer:
            audit(state.settings, token, state.door.address_of(request), "search")
            return searched(state.database.api.graph, text)

        return as_rows(await work(state, read))

    @router.get("/identifier", response_model=models.IdentifierPage)
    async def identifier(
        request: Request, label: Label, key: Key, token: Token = may_see
    ) -> Response:
        """An identifier: the verdict on it, what was pinned, and who uses it."""

        def read() -> dict[str, Any]:
            graph = state.database.api.graph
            known = graph.read(get("show-identifier"), {"identifier": key})
            rows = [row for row in known if row["label"] == label]
            if not rows:
                raise NotFound(f"there is no {label} {key!r}")
            users = surroundings.around(graph, label, key, limit=200)
            audit(state.settings, token, state.door.address_of(request), "look", key)
            family = graph.schema.family_of(label)
            return {"known": {**rows[0], "family": family}, "users": vars(users)}

        return Json(await work(state, read))

    @router.get("/around", response_model=models.Neighbours)
    async def around(
        request: Request,
        label: Label,
        key: Key,
        token: Token = may_see,
        limit: Annotated[int, Query(ge=1, le=MOST_NEIGHBOURS)] = 40,
    ) -> Response:
        """What an account uses, or who uses an identifier: a step in the graph."""

        def read() -> dict[str, Any]:
            found = surroundings.around(state.database.api.graph, label, key, limit=limit)
            audit(state.settings, token, state.door.address_of(request), "look", key)
            return vars(found)

        return Json(await work(state, read))

    @router.get("/path", response_model=list[dict[str, Any]])
    async def path(request: Request, one: Asked, other: Asked, token: Token = may_see) -> Response:
        """The shortest way from one account to another over what they share."""

        def read() -> list[dict[str, Any]]:
            found = surroundings.path(state.database.api.graph, one, other)
            audit(state.settings, token, state.door.address_of(request), "look", one, other)
            return found

        return Json(await work(state, read))

    @router.get("/why-not", response_model=models.WhyNotPage)
    async def why_not(
        request: Request,
        account: Asked,
        token: Token = may_see,
        ring: Annotated[str | None, Query(max_length=512)] = None,
    ) -> Response:
        """How an account stands to a ring, or to the nearest: detection's own comparison.

        It reads all that accounts share, so it takes as long as that part of a detection.
        """

        def read() -> dict[str, Any]:
            found = compared_with_rings(state.database.api.graph, account, ring or None)
            address = state.door.address_of(request)
            audit(state.settings, token, address, "look", account, *found.rings)
            return {
                "account_id": account,
                "rings": list(found.rings),
                "factors": list(found.factors.rows),
                "lines": list(found.lines),
            }

        return Json(await work(state, read))
