"""Decisions, what they will do, and who works on what."""

# No postponed annotations: FastAPI reads those of handlers.
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ringleader.answers import Answer
from ringleader.api import casework, effects, reviewing
from ringleader.audit_chain import require_writable
from ringleader.service import models
from ringleader.service.access import require
from ringleader.service.answerable import Denied, audit
from ringleader.service.answering import as_rows, hidden, looked_at, secured, work
from ringleader.service.roles import May
from ringleader.service.state import Json, State
from ringleader.service.tokens import Token


def deciding(router: APIRouter, state: State) -> None:
    """Add the routes for decisions.

    Args:
        router: Where to.
        state: What handlers share.
    """
    may_see, may_decide = secured(state, May.NAMES), secured(state, May.DECIDE)

    @router.get("/decisions", response_model=models.Rows)
    async def decisions(
        request: Request,
        token: Token = may_see,
        target: Annotated[str | None, Query(max_length=512)] = None,
        history: bool = False,
    ) -> Response:
        """Decisions, the latest first."""

        def read() -> Answer:
            answer = reviewing.decisions(state.database.api.graph, target, history=history)
            names = [row["target"] for row in answer.rows]
            looked_at(state, request, token, "decisions", *names)
            return answer

        return as_rows(await work(state, read))

    @router.post("/decisions", response_model=list[models.Decided], status_code=201)
    async def decide(request: Request, given: models.Decide, token: Token = may_decide) -> Response:
        """Decide on rings and accounts; all are decided on, or none.

        `seen` has by target the id of the latest decision that the caller knows, or an empty text;
        a target on which somebody has decided since is refused with 409.
        """
        _require_few(token, given.targets)

        def write() -> list[dict[str, Any]]:
            require_writable(state.settings.home)  # no decision without its line
            made = reviewing.decide(
                state.database.api.graph,
                state.settings,
                given.targets,
                given.verdict,
                note=given.note,
                by=token.name,
                expected=given.seen,
            )
            address = state.door.address_of(request)
            audit(state.settings, token, address, "decide", *given.targets, verdict=given.verdict)
            return [vars(one) for one in made]

        return Json(await work(state, write), status_code=201)

    @router.post("/effects", response_model=list[models.Foreseen])
    async def foresee(given: models.Foresee, token: Token = may_decide) -> Response:
        """What a decision will do at the next run; nothing is written."""
        _require_few(token, given.targets)

        def read() -> list[dict[str, Any]]:
            found = effects.effects(state.database.api.graph, given.targets, given.verdict)
            return [vars(one) for one in found]

        return Json(await work(state, read))

    @router.get("/pins/effect", response_model=models.Foreseen)
    async def foresee_pin(
        label: Annotated[str, Query(min_length=1, max_length=100)],
        key: Annotated[str, Query(min_length=1, max_length=4_096)],
        verdict: Annotated[str, Query(min_length=1, max_length=20)],
        token: Token = may_decide,
    ) -> Response:
        """What a verdict on an identifier will do at the next run; nothing is written."""

        def read() -> dict[str, Any]:
            return vars(effects.effect_of_pin(state.database.api.graph, f"{label}|{key}", verdict))

        return Json(await work(state, read))

    @router.post("/pins", response_model=models.Foreseen, status_code=201)
    async def pin(request: Request, given: models.PinIt, token: Token = may_decide) -> Response:
        """Pin a verdict on an identifier, or take it back; the next run honours it."""

        def write() -> dict[str, Any]:
            require_writable(state.settings.home)
            graph, target = state.database.api.graph, f"{given.label}|{given.key}"
            found = effects.effect_of_pin(graph, target, given.verdict)
            verdict = None if given.verdict == "none" else given.verdict
            reviewing.pin(graph, target, verdict, note=given.note, by=token.name)
            address = state.door.address_of(request)
            audit(state.settings, token, address, "pin", given.key, verdict=given.verdict)
            return vars(found)

        return Json(await work(state, write), status_code=201)


def queueing(router: APIRouter, state: State) -> None:
    """Add the queue and assignments.

    Args:
        router: Where to.
        state: What handlers share.
    """
    may_read, may_decide = secured(state, May.READ), secured(state, May.DECIDE)

    @router.get("/queue", response_model=models.Rows)
    async def queue(
        request: Request,
        token: Token = may_read,
        since: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    ) -> Response:
        """The rings with the states that analysts work by, the strongest first."""

        def read() -> Answer:
            looked_at(state, request, token, "queue")
            return casework.queue(state.database.api.graph, since=since)

        return as_rows(hidden(state, token, await work(state, read)))

    @router.post("/assignments", response_model=models.Rows, status_code=201)
    async def assign(request: Request, given: models.Assign, token: Token = may_decide) -> Response:
        """Take rings over, give them to somebody, or give them back; all of them, or none.

        An analyst assigns one ring at a time, and to themselves only; a lead any to anybody.
        """
        _require_few(token, given.rings)
        if given.owner not in (None, token.name):
            require(token, May.DECIDE_MANY)

        def write() -> Answer:
            require_writable(state.settings.home)
            made = casework.assign(
                state.database.api.graph,
                state.settings,
                given.rings,
                given.owner,
                note=given.note,
                by=token.name,
                expected=given.seen,
            )
            address = state.door.address_of(request)
            audit(state.settings, token, address, "assign", *given.rings, owner=given.owner)
            return made

        answer = as_rows(await work(state, write))
        answer.status_code = 201
        return answer


def _require_few(token: Token, targets: list[str]) -> None:
    if len(targets) > 1 and not token.may(May.DECIDE_MANY):
        raise Denied(
            403, f"a token of the role {token.role} decides on one thing at a time", "ask a lead"
        )
