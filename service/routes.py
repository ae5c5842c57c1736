"""What the service answers, route by route. Handlers call the Python API and nothing else."""

# No postponed annotations: FastAPI reads those of handlers, whose models depend on the settings.
import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Body, Depends, FastAPI, Path, Query, Request, Security
from fastapi.responses import PlainTextResponse, Response

from ringleader.answers import Answer
from ringleader.api import checking, findings, reviewing
from ringleader.api.changes import changes
from ringleader.api.check_results import Check
from ringleader.audit import latest
from ringleader.audit_chain import require_writable, verify
from ringleader.catalogue import Query as Stored
from ringleader.catalogue import get
from ringleader.errors import NotFound
from ringleader.questions import folders, questions, run_stored
from ringleader.service import models
from ringleader.service.access import BEARER, address_of
from ringleader.service.answerable import Denied, audit
from ringleader.service.roles import ROLES, May
from ringleader.service.state import Json, State
from ringleader.service.tokens import Token

T = TypeVar("T")
MOST_CHECKS = checking.MOST_ROWS
ERRORS: dict[int | str, dict[str, Any]] = {
    number: {"model": models.Error, "description": meaning}
    for number, meaning in (
        (400, "The request cannot be read."),
        (401, "A token is needed."),
        (403, "The token may not do this."),
        (404, "There is no such thing."),
        (409, "Somebody else writes; try again."),
        (413, "The body is too large."),
        (422, "The request makes no sense."),
        (429, "Too many requests wait already."),
        (503, "The database does not answer; try again."),
        (504, "The answer took too long."),
    )
}
Id = Annotated[str, Path(min_length=1, max_length=512)]
Limit = Annotated[int, Query(ge=1, le=1_000)]


def add_routes(app: FastAPI, state: State) -> None:
    """Add every route.

    Args:
        app: The application.
        state: What handlers share.
    """
    _health(app, state)
    for tag, add in (
        ("access", _access),
        ("check", _checks),
        ("findings", _findings),
        ("queries", _asking),
        ("decisions", _decisions),
    ):
        # What the routes behind the door have in common.
        router = APIRouter(
            prefix="/v1", tags=[tag], dependencies=[Security(BEARER)], responses=ERRORS
        )
        add(router, state)
        app.include_router(router)


def _secured(state: State, what: May) -> Any:
    """What a handler declares so that a token is asked for."""
    return Depends(state.door.require(what))


async def _work(state: State, work: Callable[[], T], seconds: float | None = None) -> T:
    state.metrics.inside.set(state.work.inside)
    state.metrics.breaker.set(state.work.breaker.open)
    return await state.work.run(work, seconds)


def _health(app: FastAPI, state: State) -> None:
    @app.get("/health/live", response_model=models.Health, tags=["health"])
    async def live() -> Response:
        """Whether the process answers."""
        return Json({"status": "alive"})

    @app.get(
        "/health/ready", response_model=models.Health, tags=["health"], responses={503: ERRORS[503]}
    )
    async def ready() -> Response:
        """Whether the database answers; the run that checks rest on."""
        read = functools.partial(_current_run, state)
        rows = await _work(state, read, state.limits.check_seconds)
        first = rows[0] if rows else {}
        run = {"run": first.get("run_id"), "run_finished_at": first.get("finished_at")}
        return Json({"status": "ready", **run})

    @app.get("/metrics", tags=["health"], response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Figures in the text format of Prometheus."""
        return PlainTextResponse(state.metrics.text())


def _current_run(state: State) -> list[dict[str, Any]]:
    return state.database.api.graph.read(get("current-run"), timeout=state.limits.check_seconds)


def _access(router: APIRouter, state: State) -> None:
    may_audit = _secured(state, May.AUDIT)

    @router.get("/me", response_model=models.Me)
    async def me(request: Request) -> Response:
        """Whose token it is and what it may do."""
        token = state.door.token(request)
        may = sorted(ROLES[token.role])
        return Json({"name": token.name, "role": token.role, "may": may})

    @router.get("/audit", response_model=models.AuditPage)
    async def log(token: Token = may_audit, limit: Limit = 100) -> Response:
        """The last lines of the audit log, and what is wrong with its chain."""

        def read() -> dict[str, Any]:
            checked = verify(state.settings.home)
            problems = [f"line {number} {what}" for number, what in checked.problems]
            return {"lines": latest(state.settings.home, limit), "problems": problems}

        return Json(await asyncio.to_thread(read))


def _checks(router: APIRouter, state: State) -> None:
    schema = state.settings.schema
    known: Any = models.known_model(checking.known_columns(schema), schema)
    several = Annotated[list[known], Body(min_length=1, max_length=MOST_CHECKS)]
    may_check = _secured(state, May.CHECK)

    async def check(request: Request, given: Any, token: Token = may_check) -> Response:
        """Whether one account, or each of up to 1,000, belongs to a ring of the last detection.

        An account is known by its id, or by identifiers that are not loaded yet.
        """
        many = isinstance(given, list)
        asked = [one.model_dump(exclude_none=True) for one in (given if many else [given])]
        read = functools.partial(_checked, state, token, address_of(request), asked)
        found = await _work(state, read, state.limits.check_seconds * (10 if many else 1))
        if found:
            state.metrics.checks((one.code for one in found), found[0].age_seconds)
        told = [one.document for one in found]
        return Json(told if many else told[0])

    check.__annotations__["given"] = known | several
    router.post("/check", response_model=models.Checked | list[models.Checked])(check)


def _checked(
    state: State, token: Token, address: str, asked: Sequence[Mapping[str, Any]]
) -> list[Check]:
    found = state.database.checker.check(asked)
    # What rules ask by the thousand is counted; what a person looks at is written down.
    if token.may(May.READ):
        names = [one.account_id for one in found if one.account_id]
        audit(state.settings, token, address, "check", *names)
    return found


def _findings(router: APIRouter, state: State) -> None:
    may_read = _secured(state, May.READ)

    @router.get("/rings", response_model=models.Rows)
    async def rings(token: Token = may_read, limit: Limit = 50, rejected: bool = False) -> Response:
        """The rings, the strongest first, with the decisions on them."""

        def read() -> Answer:
            return findings.rings(state.database.api.graph, limit=limit, rejected=rejected)

        return _rows(await _work(state, read))

    @router.get("/changes", response_model=models.Rows)
    async def changed(
        since: Annotated[str, Query(min_length=1, max_length=64)],
        token: Token = may_read,
        limit: Limit = 1_000,
    ) -> Response:
        """What became of rings since a run or a time: new, grown, shrunk, merged, split, gone."""

        def read() -> Answer:
            return changes(state.database.api.graph, since, limit=limit)

        return _rows(await _work(state, read))

    @router.get("/rings/{ring_id}", response_model=models.RingPage)
    async def ring(request: Request, ring_id: Id, token: Token = may_read) -> Response:
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
            audit(state.settings, token, address_of(request), "look", ring_id)
            return page

        return Json(await _work(state, read))

    @router.get("/accounts/{account_id}", response_model=models.AccountPage)
    async def account(request: Request, account_id: Id, token: Token = may_read) -> Response:
        """An account: what is known of it, how it stands to rings, and why it is in one."""

        def read() -> dict[str, Any]:
            graph = state.database.api.graph
            stored = get("account-summary")
            rows = graph.read(stored, stored.bind({"account_id": account_id}))
            if not rows:
                raise NotFound(f"there is no account {account_id!r}")
            [found] = state.database.checker.check([account_id])
            why = [findings.explain_member(graph, name, account_id) for name in rows[0]["rings"]]
            audit(state.settings, token, address_of(request), "look", account_id)
            return {
                "summary": rows[0],
                "check": found.document,
                "membership": [line for told in why for line in told.lines],
            }

        return Json(await _work(state, read))


def _asking(router: APIRouter, state: State) -> None:
    may_read = _secured(state, May.READ)

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
            audit(state.settings, token, address_of(request), "query", query=name)
            return run_stored(
                state.database.api.graph,
                name,
                given.parameters,
                limit=given.limit,
                timeout=state.limits.read_seconds,
            )

        return _rows(await _work(state, read))


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


def _decisions(router: APIRouter, state: State) -> None:
    may_read, may_decide = _secured(state, May.READ), _secured(state, May.DECIDE)

    @router.get("/decisions", response_model=models.Rows)
    async def decisions(
        token: Token = may_read,
        target: Annotated[str | None, Query(max_length=512)] = None,
        history: bool = False,
    ) -> Response:
        """Decisions, the latest first."""

        def read() -> Answer:
            return reviewing.decisions(state.database.api.graph, target, history=history)

        return _rows(await _work(state, read))

    @router.post("/decisions", response_model=list[models.Decided], status_code=201)
    async def decide(request: Request, given: models.Decide, token: Token = may_decide) -> Response:
        """Decide on rings and accounts; all are decided on, or none."""
        if len(given.targets) > 1 and not token.may(May.DECIDE_MANY):
            raise Denied(
                403,
                f"a token of the role {token.role} decides on one thing at a time",
                "ask a lead",
            )

        def write() -> list[dict[str, Any]]:
            graph = state.database.api.graph
            address = address_of(request)
            require_writable(state.settings.home)  # no decision without its line
            made = reviewing.decide(
                graph, state.settings, given.targets, given.verdict, note=given.note, by=token.name
            )
            audit(state.settings, token, address, "decide", *given.targets, verdict=given.verdict)
            return [vars(one) for one in made]

        return Json(await _work(state, write), status_code=201)


def _rows(answer: Answer) -> Response:
    columns = answer.columns or (list(answer.rows[0]) if answer.rows else [])
    return Json(
        {
            "columns": list(columns),
            "rows": list(answer.rows),
            "messages": list(answer.messages),
            "cut": answer.cut,
        }
    )
