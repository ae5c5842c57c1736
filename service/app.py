"""The application: what answers, how errors are said, and what runs around a request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from ringleader import errors
from ringleader.exports.matching.agreements import agreements, body_limit
from ringleader.service.access import Door
from ringleader.service.answerable import Denied
from ringleader.service.database import Database
from ringleader.service.feed_routes import add_feeds
from ringleader.service.limits import Breaker, Refused, Workplace
from ringleader.service.login_routes import add_login
from ringleader.service.metrics import Metrics
from ringleader.service.middleware import Bound, Guarded
from ringleader.service.pages import add_pages
from ringleader.service.proxies import Proxies
from ringleader.service.routes import add_routes
from ringleader.service.state import Json, Limits, State
from ringleader.version import __version__

if TYPE_CHECKING:
    from ringleader.settings import Settings

MATCHES_WAITING = 2  # beside the one that is computed
MATCH_BODY_SECONDS = 300.0  # for a document of a million identifiers over a slow line
# Of errors, the class that comes first here decides.
STATUS: tuple[tuple[type[errors.RingleaderError], int], ...] = (
    (errors.WrongUsage, 422),
    (errors.InputError, 422),
    (errors.NotFound, 404),
    (errors.TimedOut, 504),
    (errors.QueryError, 422),
    (errors.CatalogueError, 404),
    (errors.ConnectionFailed, 503),
    (errors.LockHeld, 409),
    (errors.ChangedMeanwhile, 409),
    (errors.RingleaderError, 500),
)


def build(
    read_settings: Callable[[Mapping[str, Any]], Settings], limits: Limits | None = None
) -> FastAPI:
    """The application.

    Args:
        read_settings: Reads the settings; a managed server may be started after the service.
        limits: How much is done at once, and for how long.
    """
    settings, chosen, breaker = read_settings({}), limits or Limits(), Breaker()
    state = State(
        settings,
        Database(read_settings, timeout=chosen.check_seconds),
        Door(settings.home, Proxies.of(settings)),
        Workplace(
            chosen.workers, chosen.waiting, chosen.read_seconds, breaker, slow_is_failure=False
        ),
        Workplace(chosen.workers, chosen.waiting, chosen.check_seconds, breaker),
        # One exchange at a time: its limits are counted before it is computed, on all processors.
        Workplace(1, MATCHES_WAITING, chosen.match_seconds, breaker, slow_is_failure=False),
        Metrics(),
        chosen,
        agreements(settings),
    )
    bounds = {
        route: Bound(
            max((body_limit(terms, kind) for terms in state.agreements.values()), default=0),
            MATCH_BODY_SECONDS,
        )
        for route, kind in (("/v1/match", "request"), ("/v1/match/result", "result"))
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # The first check plans its query, which takes longer than any check may.
        await asyncio.to_thread(state.database.warm)
        yield
        state.shadows.close()
        state.checks.close()
        state.work.close()
        state.matches.close()
        state.database.close()

    app = FastAPI(
        title="ringleader",
        version=__version__,
        description="Checks accounts against known rings, shows findings, takes decisions.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        default_response_class=Json,
    )
    app.add_middleware(Guarded, metrics=state.metrics, bounds=bounds if state.agreements else {})
    app.state.ringleader = state
    for kind in (errors.RingleaderError, RequestValidationError, HTTPException, UnicodeError):
        app.add_exception_handler(kind, _said)
    add_routes(app, state)
    add_feeds(app, state)
    add_login(app, state)
    add_pages(app, settings.schema)
    return app


async def _said(request: Request, error: Exception) -> Response:
    """An error as the body of a response."""
    headers: dict[str, str] = {}
    hint: str | None = None
    message = str(error)
    if isinstance(error, Refused):
        status, hint = error.status, error.hint
        headers["Retry-After"] = str(error.after)
    elif isinstance(error, Denied):
        status, hint = error.status, error.hint
        if status == 401:
            # Feed readers ask for a name and a password; browsers shall not for anything else.
            feed = request.url.path.startswith("/changes.")
            headers["WWW-Authenticate"] = 'Basic realm="ringleader"' if feed else "Bearer"
    elif isinstance(error, errors.RingleaderError):
        status = next(number for kind, number in STATUS if isinstance(error, kind))
        message, hint = error.message, error.hint
        if isinstance(error, errors.LockHeld | errors.ConnectionFailed):
            headers["Retry-After"] = "5"
    elif isinstance(error, RequestValidationError):
        status = 422
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = f"{place}: {first['msg']}"
    elif isinstance(error, HTTPException):
        status, message = error.status_code, str(error.detail)
        headers.update(error.headers or {})
    else:  # half of a surrogate pair, which no database stores
        status, message = 422, "a text holds characters that are none"
    return Json({"error": message, "hint": hint}, status_code=status, headers=headers)
