"""Changes as feeds. Readers know a name and a password: the password is a token."""

# No postponed annotations: FastAPI reads those of handlers.
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI, Request
from fastapi.responses import Response

from ringleader.answers import Answer
from ringleader.api.changes import changes
from ringleader.api.feeds import json_feed, rss
from ringleader.service.answering import secured, work
from ringleader.service.roles import May
from ringleader.service.state import Json, State
from ringleader.service.tokens import Token

SPAN = timedelta(days=14)
MOST = 200


def add_feeds(app: FastAPI, state: State) -> None:
    """Add the feeds.

    Args:
        app: The application.
        state: What handlers share.
    """
    may_read = secured(state, May.READ)

    async def changed() -> Answer:
        return await work(
            state,
            lambda: changes(state.database.api.graph, datetime.now(UTC) - SPAN, limit=MOST),
        )

    def address(request: Request) -> str:
        said = state.settings.get("serve.address")
        return str(said or request.base_url).rstrip("/")

    @app.get("/changes.json", include_in_schema=False)
    async def as_json(request: Request, token: Token = may_read) -> Response:
        """The changes of two weeks as a JSON Feed."""
        found = await changed()
        answer = Json(json_feed(found.rows, address(request)))
        answer.headers["content-type"] = "application/feed+json"
        return answer

    @app.get("/changes.rss", include_in_schema=False)
    async def as_rss(request: Request, token: Token = may_read) -> Response:
        """The changes of two weeks as RSS."""
        found = await changed()
        return Response(rss(found.rows, address(request)), media_type="application/rss+xml")
