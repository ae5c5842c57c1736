"""What the service answers, route by route. Handlers call the Python API and nothing else."""

# No postponed annotations: FastAPI reads those of handlers, whose models depend on the settings.
import asyncio
import functools
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, FastAPI, Query, Request, Security
from fastapi.responses import PlainTextResponse, Response

from ringleader.answers import Answer
from ringleader.api import checking, findings
from ringleader.api.changes import changes
from ringleader.api.check_results import Check
from ringleader.audit import latest
from ringleader.audit_chain import verify
from ringleader.catalogue import get
from ringleader.errors import NotFound, SettingsError
from ringleader.exports.report import words
from ringleader.service import models
from ringleader.service.access import BEARER
from ringleader.service.answerable import Denied, audit
from ringleader.service.answering import (
    ERRORS,
    Id,
    Limit,
    as_rows,
    hidden,
    looked_at,
    secured,
    work,
)
from ringleader.service.ask_routes import asking
from ringleader.service.explore_routes import exploring
from ringleader.service.match_routes import matching
from ringleader.service.ring_routes import ring_pages
from ringleader.service.roles import ROLES, May
from ringleader.service.run_routes import running
from ringleader.service.sessions import Session
from ringleader.service.state import Json, State
from ringleader.service.tokens import Token
from ringleader.service.work_routes import deciding, queueing

MOST_CHECKS = checking.MOST_ROWS


def add_routes(app: FastAPI, state: State) -> None:
    """Add every route.

    Args:
        app: The application.
        state: What handlers share.
    """
    _health(app, state)
    offered = [("match", matching)] if state.agreements else []
    for tag, add in (
        *offered,
        ("access", _access),
        ("check", _checks),
        ("findings", _findings),
        ("findings", ring_pages),
        ("queries", asking),
        ("decisions", deciding),
        ("work", queueing),
        ("exploring", exploring),
        ("runs", running),
    ):
        # What the routes behind the door have in common.
        router = APIRouter(
            prefix="/v1", tags=[tag], dependencies=[Security(BEARER)], responses=ERRORS
        )
        add(router, state)
        app.include_router(router)


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
        rows = await work(state, read, state.limits.check_seconds, check=True)
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
    may_audit = secured(state, May.AUDIT)

    schema = state.settings.schema

    def told(token: Token, session: Session | None) -> dict[str, Any]:
        return {
            "name": token.name,
            "role": token.role,
            "may": sorted(ROLES[token.role]),
            "csrf": session.csrf if session else None,
            "account_link": _account_link(state),
            "words": {**words(schema), "families": {i.label: i.family for i in schema.identifiers}},
        }

    @router.get("/me", response_model=models.Me)
    async def me(request: Request) -> Response:
        """Whose token it is and what it may do."""
        return Json(told(state.door.token(request), state.door.session(request)))

    @router.get("/session", response_model=models.SessionPage)
    async def session(request: Request) -> Response:
        """Who is signed in here, if anybody, and how one may sign in."""
        try:
            mine = told(state.door.token(request), state.door.session(request))
        except Denied:
            mine = None
        return Json({"me": mine, "provider": bool(state.settings.get("serve.oidc_issuer"))})

    @router.post("/session", response_model=models.Me, status_code=201)
    async def sign_in(request: Request, given: models.SignIn) -> Response:
        """Begin a session of a browser: a cookie that scripts cannot read."""
        token = state.door.sign_in(request, given.token.strip())
        answer = Response()
        session = state.door.begin(token, answer)
        body = Json(told(token, session), status_code=201)
        body.raw_headers += [pair for pair in answer.raw_headers if pair[0] == b"set-cookie"]
        return body

    @router.delete("/session", status_code=204)
    async def sign_out(request: Request) -> Response:
        """End the session."""
        state.door.token(request)
        answer = Response(status_code=204)
        state.door.end(request, answer)
        return answer

    @router.get("/audit", response_model=models.AuditPage)
    async def log(token: Token = may_audit, limit: Limit = 100) -> Response:
        """The last lines of the audit log, and what is wrong with its chain."""

        def read() -> dict[str, Any]:
            checked = verify(state.settings.home)
            problems = [f"line {number} {what}" for number, what in checked.problems]
            return {"lines": latest(state.settings.home, limit), "problems": problems}

        return Json(await asyncio.to_thread(read))


def _account_link(state: State) -> str | None:
    link = state.settings.get("serve.account_link")
    if link and not (str(link).startswith(("https://", "http://")) and "{account_id}" in str(link)):
        raise SettingsError(
            f"setting serve.account_link is {link!r}",
            hint="https://admin.example/accounts/{account_id}",
        )
    return str(link) if link else None


def _checks(router: APIRouter, state: State) -> None:
    schema = state.settings.schema
    known: Any = models.known_model(checking.known_columns(schema), schema)
    several = Annotated[list[known], Body(min_length=1, max_length=MOST_CHECKS)]
    may_check = secured(state, May.CHECK)

    async def check(request: Request, given: Any, token: Token = may_check) -> Response:
        """Whether one account, or each of up to 1,000, belongs to a ring of the last detection.

        An account is known by its id, or by identifiers that are not loaded yet.
        """
        many = isinstance(given, list)
        asked = [one.model_dump(exclude_none=True) for one in (given if many else [given])]
        read = functools.partial(_checked, state, token, state.door.address_of(request), asked)
        seconds = state.limits.check_seconds * (checking.PATIENCE if many else 1)
        found = await work(state, read, seconds, check=True)
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
    may_read, may_see = secured(state, May.READ), secured(state, May.NAMES)

    @router.get("/rings", response_model=models.Rows)
    async def rings(
        request: Request, token: Token = may_read, limit: Limit = 50, rejected: bool = False
    ) -> Response:
        """The rings, the strongest first, with the decisions on them."""

        def read() -> Answer:
            looked_at(state, request, token, "rings")
            return findings.rings(state.database.api.graph, limit=limit, rejected=rejected)

        return as_rows(hidden(state, token, await work(state, read)))

    @router.get("/changes", response_model=models.Rows)
    async def changed(
        request: Request,
        since: Annotated[str, Query(min_length=1, max_length=64)],
        token: Token = may_read,
        limit: Limit = 1_000,
    ) -> Response:
        """What became of rings since a run or a time; newcomers near rings."""

        def read() -> Answer:
            answer = changes(state.database.api.graph, since, limit=limit, newcomers=True)
            names = [name for row in answer.rows for name in row["accounts"]]
            looked_at(state, request, token, "changes", *names)
            return answer

        return as_rows(hidden(state, token, await work(state, read)))

    @router.get("/accounts/{account_id:path}", response_model=models.AccountPage)
    async def account(request: Request, account_id: Id, token: Token = may_see) -> Response:
        """An account: what is known of it, how it stands to rings, and why it is in one."""

        def read() -> dict[str, Any]:
            graph = state.database.api.graph
            stored = get("account-summary")
            rows = graph.read(stored, stored.bind({"account_id": account_id}))
            if not rows:
                raise NotFound(f"there is no account {account_id!r}")
            [found] = state.database.checker.check([account_id])
            why = [findings.explain_member(graph, name, account_id) for name in rows[0]["rings"]]
            audit(state.settings, token, state.door.address_of(request), "look", account_id)
            return {
                "summary": rows[0],
                "check": found.document,
                "membership": [line for told in why for line in told.lines],
            }

        return Json(await work(state, read))
