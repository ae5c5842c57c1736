"""Sign in at a provider: to it and back."""

# No postponed annotations: FastAPI reads those of handlers.
import asyncio
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.responses import RedirectResponse, Response

from ringleader.service.answerable import audit
from ringleader.service.provider import CALLBACK, LONGEST, Provider
from ringleader.service.state import State

# Lax: the browser comes back from the provider's page.
COOKIE = "__Host-ringleader-login"
Given = Annotated[str, Query(max_length=4_096)]


def add_login(app: FastAPI, state: State) -> None:
    """Add the routes, if the settings name a provider.

    Args:
        app: The application.
        state: What handlers share.

    Raises:
        SettingsError: Something that belongs to the provider is missing.
    """
    if not state.settings.get("serve.oidc_issuer"):
        return
    provider = Provider(state.settings)

    @app.get("/login", include_in_schema=False)
    async def login() -> Response:
        """To the provider."""
        place, sealed = await asyncio.to_thread(provider.begin)
        answer = RedirectResponse(place, status_code=303)
        answer.set_cookie(
            COOKIE,
            sealed,
            max_age=int(LONGEST),
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return answer

    @app.get(CALLBACK, include_in_schema=False)
    async def back(
        request: Request,
        given: Annotated[str, Query(alias="state", max_length=4_096)] = "",
        code: Given = "",
        error: Given = "",
    ) -> Response:
        """Back from it, with a session."""
        sealed = request.cookies.get(COOKIE, "")
        token = await asyncio.to_thread(provider.finish, given, code, sealed, error)
        # A redirection from another site would not bring a strict cookie; a page of ours does.
        answer = Response(
            '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/">'
            '<title>ringleader</title><p><a href="/">Continue</a>',
            media_type="text/html",
        )
        state.door.begin(token, answer)
        answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        audit(state.settings, token, state.door.address_of(request), "sign in")
        return answer
