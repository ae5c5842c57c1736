"""Match with a partner whose service answers over HTTPS: the three documents, without files."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from ringleader.errors import ConnectionFailed, InputError, SettingsError, WrongUsage
from ringleader.exports.matching import protocol
from ringleader.exports.matching.agreements import body_limit
from ringleader.loaders.indicators.login import Login, Visit, require_safe

if TYPE_CHECKING:
    from ringleader.graph import Graph

__all__ = ["VARIABLE", "match_with"]

VARIABLE = "RINGLEADER_PARTNER_TOKEN"
# Seconds until the partner takes the call, and until it has computed its answer.
_TIMEOUT = (10.0, 1_800.0)
_PART = 1 << 20


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
    require_safe(url)
    visit = Visit(url, Login(token=_token(token_file)))
    if ca is not None and not ca.is_file():
        raise InputError(f"{ca} is no file with certificates", hint="give a PEM file with --ca")
    if share and terms.reveal == protocol.SIZE:
        raise WrongUsage("only the size is asked for, so there is no result to share")
    scratch = home / "scratch"
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="match-") as folder:
        request, response, result = (
            Path(folder) / f"{name}.match" for name in ("request", "response", "result")
        )
        protocol.ask(graph, home, request, terms)
        base = url.rstrip("/")
        most = body_limit(terms)
        _post(visit, f"{base}/v1/match", request, response, most, ca)
        # The partner's set may be larger than ours, so its answer has a bound, not a size.
        done = protocol.finish(graph, home, response, terms, share=result if share else None)
        if share:
            _post(visit, f"{base}/v1/match/result", result, None, most, ca)
    return replace(done, file=None)


def _token(file: Path | None, env: Mapping[str, str] | None = None) -> str:
    """The token that the partner has given: from a file of mode 0600, or the environment."""
    env = os.environ if env is None else env
    if file is None:
        token = env.get(VARIABLE, "").strip()
    else:
        try:
            mode = stat.S_IMODE(file.stat().st_mode)
            token = file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"token file {file} cannot be read: {error}") from error
        if os.name == "posix" and mode & 0o077:
            raise SettingsError(
                f"others can read the token in {file} (mode {mode:o})", hint=f"chmod 600 '{file}'"
            )
    if not token or not token.isprintable() or " " in token:
        raise SettingsError(
            "the partner's service asks for a token",
            hint=f"set {VARIABLE}, or give --token-file FILE",
        )
    return token


def _post(
    visit: Visit, url: str, document: Path, answer: Path | None, most: int, ca: Path | None
) -> None:
    """Send a document, and write the answer to a file.

    Raises:
        ConnectionFailed: The partner does not answer, is not who it should be, or refuses.
        InputError: It refuses the document, or its answer is larger than agreed.
    """
    try:
        with (
            document.open("rb") as body,
            requests.post(
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
            with answer.open("wb") as file:
                for part in found.iter_content(_PART):
                    file.write(part)
                    if file.tell() > 2 * most:  # its set, and ours under both keys
                        raise InputError(f"{visit.origin} answers with more than agreed")
    except requests.exceptions.SSLError as error:
        raise ConnectionFailed(
            f"the certificate of {visit.origin} is not trusted: {error}",
            hint="give the partner's CA with --ca FILE",
        ) from error
    except requests.RequestException as error:
        raise ConnectionFailed(
            f"{visit.origin} does not answer: {error}",
            hint="check the address; a new request is needed in any case",
        ) from error


def _refusal(visit: Visit, found: Any) -> InputError | ConnectionFailed:
    try:
        said = str(found.json()["error"])[:300]
    except (ValueError, KeyError, TypeError):
        said = "without a reason"
    said = "".join(character for character in said if character.isprintable())
    if found.status_code in (401, 403, 404, 429, 503):
        return ConnectionFailed(
            f"{visit.origin} refuses ({found.status_code}): {said}",
            hint=f"the partner gives the token ({VARIABLE}) and has to write [match.NAME]",
        )
    return InputError(
        f"{visit.origin} refuses the document ({found.status_code}): {said}",
        hint="compare key, purpose, kinds and limits with the partner",
    )
