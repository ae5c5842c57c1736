"""Stored queries, and statements of one's own for those who may."""

# No postponed annotations: FastAPI reads those of handlers.
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ringleader.adhoc import run_reading
from ringleader.answers import Answer
from ringleader.catalogue import Query as Stored
from ringleader.catalogue import get
from ringleader.questions import folders, questions, run_stored
from ringleader.service import models
from ringleader.service.answerable import audit
from ringleader.service.answering import Id, as_rows, secured, work
from ringleader.service.roles import May
from ringleader.service.state import Json, State
from ringleader.service.tokens import Token


def asking(router: APIRouter, state: State) -> None:
    """Add the routes for queries.

    Args:
        router: Where to.
        state: What handlers share.
    """
    may_read, may_cypher = secured(state, May.NAMES), secured(state, May.CYPHER)

    @router.get("/queries", response_model=list[models.QueryPage])
    async def queries(token: Token = may_read) -> Response:
        """The stored queries, with their parameters and columns."""
        return Json([_query_page(stored) for stored in questions(state.settings)])

    @router.post("/queries/{name}", response_model=models.Rows)
    async def ask(
        request: Request, name: Id, given: models.Ask, token: Token = may_read
    ) -> Response:
        """Run a stored query that reads."""
        get(name, folders(state.settings))  # a wrong name needs no database

        def read() -> Answer:
            audit(state.settings, token, state.door.address_of(request), "query", query=name)
            return run_stored(
                state.database.api.graph,
                name,
                given.parameters,
                limit=given.limit,
                timeout=state.limits.read_seconds,
            )

        return as_rows(await work(state, read))

    @router.post("/cypher", response_model=models.Rows)
    async def cypher(request: Request, given: models.Cypher, token: Token = may_cypher) -> Response:
        """Run a statement of one's own, if it only reads; the audit log has a line."""

        def read() -> Answer:
            audit(state.settings, token, state.door.address_of(request), "cypher")
            return run_reading(
                state.database.api.graph,
                given.statement,
                given.parameters,
                timeout=state.limits.read_seconds,
                limit=given.limit,
            )

        return as_rows(await work(state, read))


def _query_page(stored: Stored) -> dict[str, Any]:
    return {
        "name": stored.name,
        "folder": stored.folder,
        "question": stored.question,
        "parameters": [
            {
                "name": one.name,
                "type": one.type,
                "required": one.required,
                "default": None if one.required else one.default,
            }
            for one in stored.params
        ],
        "columns": [column.name for column in stored.columns],
    }
