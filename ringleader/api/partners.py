"""Match with a partner whose service answers over HTTPS: the three documents, without files."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from ringleader.errors import (
    ConnectionFailed,
    InputError,
    RingleaderError,
    SettingsError,
    WrongUsage,
)
from ringleader.exports.matching import protocol
from ringleader.exports.matching.agreements import body_limit
from ringleader.exports.matching.terms import SIZE
from ringleader.loaders.indicators.login import Login, Visit, private_text, require_safe
from ringleader.progress import say
from ringleader.scratch import scratch

if TYPE_CHECKING:
    from ringleader.graph import Graph

__all__ = ["VARIABLE", "match_with"]

VARIABLE = "RINGLEADER_PARTNER_TOKEN"
# Seconds until the partner takes the call, and until it has computed its answer.
_TIMEOUT = (10.0, 1_800.0)
_LONGEST = 3_600.0  # for all, however slowly it comes
_PART = 1 << 20
_REASON_BYTES = 4_096
_HINT = f"the login is the token that the partner has given: set {VARIABLE}, or give --token-file"


def match_with(
    graph: Graph,
    home: Path,
    url: str,
    terms: protocol.Terms,
    *,
    share: bool = False,
    token_file: Path | None = None,
    ca: Path | None = None,
) -> protocol.Exchange:
    """Do an exchange; see :meth:`ringleader.Connection.match_with`."""
    require_safe(url, hint=_HINT)
    visit = Visit(url, Login(token=_token(token_file)))
    if ca is not None and not ca.is_file():
        raise InputError(f"{ca} is no file with certificates", hint="give a PEM file with --ca")
    if share and terms.reveal == SIZE:
        raise WrongUsage("only the size is asked for, so there is no result to share")
    with scratch(home) as folder:
        request, response, result = (
            folder / f"{name}.match" for name in ("request", "response", "result")
        )
        asked = protocol.ask(graph, home, request, terms)
        place = f"{url.rstrip('/')}/v1/match"
        try:
            _post(visit, place, request, (response, body_limit(terms, "response")), ca)
            done = protocol.finish(graph, home, response, terms, share=result if share else None)
        except BaseException:
            protocol.give_up(graph, home, asked.id)
            raise
        kept = _shared(visit, f"{place}/result", result, home, asked.id, ca) if share else None
    return replace(done, file=kept)


def _shared(
    visit: Visit, place: str, result: Path, home: Path, id_: str, ca: Path | None
) -> Path | None:
    """Send the result; where it is kept if that fails, since it cannot be made again."""
    try:
        _post(visit, place, result, None, ca)
    except RingleaderError as error:
        kept = home / "matches" / f"{id_}-to-send.match"
        shutil.move(result, kept)
        say(
            f"warning: the partner has not got the result: {error.message}; send it {kept}, which "
            "`ringleader match read` shows there"
        )
        return kept
    return None


def _token(file: Path | None, env: Mapping[str, str] | None = None) -> str:
    """The token that the partner has given: from a file of mode 0600, or the environment."""
    env = os.environ if env is None else env
    token = (env.get(VARIABLE, "") if file is None else private_text(file, "token")).strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise SettingsError(
            "the partner's service asks for a token",
            hint=f"set {VARIABLE}, or give --token-file FILE",
        )
    return token


def _post(
    visit: Visit, url: str, document: Path, answer: tuple[Path, int] | None, ca: Path | None
) -> None:
    """Send a document, and write the answer to a file of so many bytes at the most.

    Raises:
        ConnectionFailed: The partner does not answer, is not who it should be, or refuses.
        InputError: It refuses the document, or its answer is larger than agreed.
    """
    began = time.monotonic()
    try:
        with (
            requests.Session() as session,
            document.open("rb") as body,
            _asking(session, url).post(
                url,
                data=body,
                auth=visit,
                headers={"Content-Type": "application/octet-stream"},
                verify=str(ca) if ca else True,
                timeout=_TIMEOUT,
                stream=True,
                allow_redirects=False,
            ) as found,
        ):
            if found.status_code >= 300:
                raise _refusal(visit, found)
            if answer is None:
                return
            with answer[0].open("wb") as file:
                for part in found.iter_content(_PART):
                    file.write(part)
                    if file.tell() > answer[1]:
                        raise InputError(f"{visit.origin} answers with more than agreed")
                    if time.monotonic() - began > _LONGEST:
                        raise ConnectionFailed(f"{visit.origin} does not end its answer")
    except requests.exceptions.SSLError as error:
        raise ConnectionFailed(
            f"the certificate of {visit.origin} is not trusted: {error}",
            hint="give the partner's CA with --ca FILE",
        ) from error
    except requests.RequestException as error:
        raise ConnectionFailed(
            f"{visit.origin} does not answer: {error}",
            hint="check the address, and whether the document is larger than agreed (--most)",
        ) from error


def _asking(session: requests.Session, url: str) -> requests.Session:
    """A session that sends what is not encrypted to this machine itself, and to no proxy."""
    session.trust_env = urlsplit(url).scheme == "https"
    return session


def _refusal(visit: Visit, found: Any) -> InputError | ConnectionFailed:
    try:
        said = str(json.loads(found.raw.read(_REASON_BYTES, decode_content=True))["error"])[:300]
    except (ValueError, KeyError, TypeError, RecursionError):
        said = "without a reason"
    said = "".join(character for character in said if character.isprintable())
    if found.status_code in (429, 503):
        return ConnectionFailed(
            f"{visit.origin} refuses ({found.status_code}): {said}", hint="try again later"
        )
    if found.status_code in (401, 403, 404):
        return ConnectionFailed(
            f"{visit.origin} refuses ({found.status_code}): {said}",
            hint=f"the partner gives the token ({VARIABLE}) and has to write [match.NAME]",
        )
    return InputError(
        f"{visit.origin} refuses the document ({found.status_code}): {said}",
        hint="compare key, purpose, kinds and limits with the partner",
    )
