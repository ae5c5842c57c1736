"""Matching over HTTPS: a partner's request is answered, and its result is kept.

The bodies are the documents that otherwise travel as files. There are no such routes unless the
settings have ``[match.NAME]``, where NAME is that of the partner's token.
"""

# No postponed annotations: FastAPI reads those of handlers.
import functools
import tempfile
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ringleader.errors import InputError, RingleaderError, WrongUsage
from ringleader.exports.matching import protocol
from ringleader.exports.matching.agreements import body_limit
from ringleader.exports.matching.protocol import Terms
from ringleader.graph import Graph
from ringleader.service.answerable import Denied, audit
from ringleader.service.answering import secured
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

        return Response(await _exchanged(state, request, token, answered), media_type=DOCUMENT)

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

        await _exchanged(state, request, token, kept)
        return Response(status_code=204)


async def _exchanged(
    state: State,
    request: Request,
    token: Token,
    step: Callable[[Graph, Path, Terms], bytes],
) -> bytes:
    """Do a step of an exchange with the document of a request; refusals are audited too."""
    terms = state.agreements.get(token.name)
    if terms is None:
        raise Denied(
            403, f"nothing is agreed with {token.name}", "write [match.NAME] in ringleader.toml"
        )
    address, home = state.door.address_of(request), state.settings.home
    scratch = home / "scratch"
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="match-") as folder:
        given = Path(folder) / "document.match"
        left = body_limit(terms)
        with given.open("wb") as file:
            async for part in request.stream():
                left -= len(part)
                if left < 0:
                    raise Denied(413, "the document is larger than agreed", "ask for less")
                file.write(part)

        def work() -> bytes:
            return step(state.database.api.graph, given, terms)

        note = functools.partial(audit, state.settings, token, address)
        try:
            made = await state.matches.run(work)
        except (InputError, WrongUsage) as error:
            said = error.message.replace(str(given), "the document")
            note("match refused", route=request.url.path, reason=said)
            raise type(error)(said) from error
        except RingleaderError as error:
            note("match refused", route=request.url.path, reason=type(error).__name__)
            raise
        note("match by https", route=request.url.path)
        return made
