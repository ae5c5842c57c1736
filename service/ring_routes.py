"""What the service answers about one ring, and about two."""

# No postponed annotations: FastAPI reads those of handlers.
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ringleader.answers import Answer
from ringleader.api import findings
from ringleader.api.ring_pages import compared, ring_page
from ringleader.questions import run_stored
from ringleader.service import models
from ringleader.service.answerable import audit
from ringleader.service.answering import Asked, Id, as_rows, naming, secured, work
from ringleader.service.roles import May
from ringleader.service.state import Json, State
from ringleader.service.tokens import Token


def ring_pages(router: APIRouter, state: State) -> None:
    """Add the routes about rings.

    Args:
        router: Where to.
        state: What handlers share.
    """
    may_read, may_see = secured(state, May.READ), secured(state, May.NAMES)

    @router.get("/rings/{ring_id}", response_model=models.RingPage)
    async def ring(request: Request, ring_id: Id, token: Token = may_see) -> Response:
        """A ring: its evidence in bits, what speaks against it, its members and its history."""

        def read() -> dict[str, Any]:
            graph = state.database.api.graph
            told = findings.explain(graph, ring_id)
            page = {
                "ring_id": ring_id,
                "score": told.score,
                "families": dict(told.families),
                "lines": list(told.lines),
                "evidence": list(told.evidence.rows),
                "members": list(findings.members(graph, ring_id).rows),
                "history": list(findings.history(graph, ring_id).rows),
            }
            audit(state.settings, token, state.door.address_of(request), "look", ring_id)
            return page

        return Json(await work(state, read))

    @router.get("/rings/{ring_id}/page", response_model=models.RingCase)
    async def page(request: Request, ring_id: Id, token: Token = may_read) -> Response:
        """All that the console shows of a ring; with pseudonyms for who may see no names."""

        def read() -> dict[str, Any]:
            name = naming(state, token)
            told = ring_page(state.database.api.graph, ring_id, name)
            audit(state.settings, token, state.door.address_of(request), "look", ring_id)
            return told

        return Json(await work(state, read))

    @router.get("/rings/{ring_id}/near", response_model=models.Rows)
    async def near(request: Request, ring_id: Id, token: Token = may_see) -> Response:
        """Accounts outside the ring that use what its members share."""

        def read() -> Answer:
            audit(state.settings, token, state.door.address_of(request), "look", ring_id)
            return run_stored(state.database.api.graph, "near-misses-of-ring", {"ring_id": ring_id})

        return as_rows(await work(state, read))

    @router.get("/compare", response_model=models.Compared)
    async def compare(
        request: Request, one: Asked, other: Asked, token: Token = may_see
    ) -> Response:
        """Two rings beside each other, and what members of both use."""

        def read() -> dict[str, Any]:
            found = compared(state.database.api.graph, one, other)
            audit(state.settings, token, state.door.address_of(request), "look", one, other)
            return found

        return Json(await work(state, read))
