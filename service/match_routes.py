"""Matching over HTTPS: a partner's request is answered, and its result is kept.

The bodies are the documents that otherwise travel as files. There are no such routes unless the
settings have ``[match.NAME]``, where NAME is that of the partner's token.
"""

# No postponed annotations: FastAPI reads those of handlers.
import functools
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from starlette.requests import ClientDisconnect

from ringleader.errors import InputError, RingleaderError, WrongUsage
from ringleader.exports.matching import protocol
from ringleader.exports.matching.agreements import body_limit
from ringleader.exports.matching.protocol import Terms
from ringleader.graph import Graph
from ringleader.scratch import scratch
from ringleader.service.answerable import Denied, audit
from ringleader.service.answering import secured
from ringleader.service.limits import Refused
from ringleader.service.roles import May
from ringleader.service.state import State
from ringleader.service.tokens import Token

DOCUMENT = "application/octet-stream"
_BODY = {"content": {DOCUMENT: {"schema": {"type": "string", "format": "binary"}}}}


def matching(router: APIRouter, state: State) -> None:
    """Add the routes.

    Args:
        router: Where to.
        state: What handlers share.
    """
    may_match = secured(state, May.MATCH)

    @router.post(
        "/match",
        response_class=Response,
        responses={200: _BODY},
        openapi_extra={"requestBody": {**_BODY, "required": True}},
    )
    async def answer(request: Request, token: Token = may_match) -> Response:
        """Answer a request for what both sides see; the response is the second document."""

        def answered(graph: Graph, given: Path, terms: Terms) -> bytes:
            made = given.with_name("response.match")
            protocol.answer(graph, state.settings.home, given, made, terms)
            return made.read_bytes()

        work = _exchanged(state, request, token, "request", answered)
        made = await _audited(state, request, token, work)
        return Response(made, media_type=DOCUMENT)

    @router.post(
        "/match/result",
        status_code=204,
        openapi_extra={"requestBody": {**_BODY, "required": True}},
    )
    async def result(request: Request, token: Token = may_match) -> Response:
        """Take the result that the asking side shares; `ringleader match read` shows it."""

        def kept(graph: Graph, given: Path, terms: Terms) -> bytes:
            protocol.keep(graph, state.settings.home, given, terms)
            return b""

        await _audited(state, request, token, _exchanged(state, request, token, "result", kept))
        return Response(status_code=204)


async def _audited(state: State, request: Request, token: Token, work: Awaitable[bytes]) -> bytes:
    """Do a step of an exchange, and write its line; a refusal has one too."""
    note = functools.partial(audit, state.settings, token, state.door.address_of(request))
    try:
        made = await work
    except RingleaderError as error:
        note("match refused", route=request.url.path, reason=error.message)
        if isinstance(error, InputError | WrongUsage | Denied | Refused):
            raise
        # What is wrong on this side is nothing for a partner.
        raise RingleaderError(
            "the exchange failed on the answering side", hint="ask the partner; its log says why"
        ) from error
    except HTTPException as error:
        note("match refused", route=request.url.path, reason=error.detail)
        raise
    note("match by https", route=request.url.path)
    return made


async def _exchanged(
    state: State,
    request: Request,
    token: Token,
    kind: str,
    step: Callable[[Graph, Path, Terms], bytes],
) -> bytes:
    """Do a step of an exchange with the document of a request."""
    terms = state.agreements.get(token.name)
    if terms is None:
        raise Denied(
            403, f"nothing is agreed with {token.name}", "write [match.NAME] in ringleader.toml"
        )
    if token.name in state.partners:
        raise Refused(429, "another exchange of this partner is under way", 30)
    state.partners.add(token.name)
    try:
        with scratch(state.settings.home) as folder:
            given = folder / "document.match"
            await _written(request, given, body_limit(terms, kind))
            try:
                return await state.matches.run(lambda: step(state.database.api.graph, given, terms))
            except (InputError, WrongUsage) as error:
                # Without names of files and options of this side.
                said = error.message.replace(str(given), "the document")
                raise type(error)(said.replace(str(terms.key), "of the partnership")) from error
    finally:
        state.partners.discard(token.name)


async def _written(request: Request, file: Path, left: int) -> None:
    """Write the body of a request to a file.

    Raises:
        HTTPException: It is larger than agreed, or ends before its end.
    """
    with file.open("wb") as target:
        try:
            async for part in request.stream():
                left -= len(part)
                if left < 0:
                    raise HTTPException(413, "the document is larger than agreed")
                target.write(part)
        except ClientDisconnect as error:
            raise HTTPException(400, "the document was not sent whole") from error
