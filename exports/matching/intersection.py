"""The cryptography, by openmined-psi: ECDH on P-256, the responder's set as a Golomb-coded set.

Items are keyed hashes, so they fall evenly into parts; each part is an exchange of its own. Parts
bound memory, run side by side, and show how far the work is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from ringleader.errors import InputError, RingleaderError
from ringleader.progress import progress

__all__ = ["answer", "ask", "matched", "parts_of", "size_of"]

# Items of a part: about ten seconds of one processor.
PART = 25_000
# Of a whole exchange: chance of one item that is taken for a match and is none.
FALSE_MATCH = 1e-9
WORKERS = 2
_LENGTH = struct.Struct(">I")


def parts_of(number: int) -> int:
    """Into how many parts a set of a size is cut."""
    return max(1, -(-number // PART))


def ask(items: Sequence[str], parts: int, reveal: bool) -> tuple[list[str], bytes]:
    """The keys of a request, and the request.

    Args:
        items: The asking side's items.
        parts: Into how many parts they are cut.
        reveal: Whether the items of the intersection are wanted, and not only their number.
    """
    made = _run("mask the set", _ask, [(part, reveal) for part in _cut(items, parts)])
    return [key for key, _ in made], _joined([body for _, body in made])


def size_of(request: bytes) -> tuple[int, int]:
    """How many parts and items a request holds, whatever its maker says.

    Raises:
        InputError: The request is damaged.
    """
    bodies = _split(request)
    return len(bodies), sum(len(_request(body).encrypted_elements) for body in bodies)


def answer(items: Sequence[str], request: bytes, reveal: bool) -> bytes:
    """The response: the responder's set under its key, and the request under both keys.

    Raises:
        InputError: The request is damaged.
    """
    asked = _split(request)
    work = [(body, part, reveal) for body, part in zip(asked, _cut(items, len(asked)), strict=True)]
    made = _run("mask both sets", _answer, work)
    return _joined([part for pair in made for part in pair])


def matched(items: Sequence[str], keys: Sequence[str], response: bytes, reveal: bool) -> Any:
    """The items of the intersection, or their number.

    Raises:
        InputError: The response is damaged.
    """
    bodies = _split(response)
    if len(bodies) != 2 * len(keys):
        raise InputError("the response does not fit the request", hint="ask for a new one")
    cut = _cut(items, len(keys))
    work = [
        (key, part, bodies[2 * n], bodies[2 * n + 1], reveal)
        for n, (key, part) in enumerate(zip(keys, cut, strict=True))
    ]
    found = _run("intersect", _matched, work)
    return [item for part in found for item in part] if reveal else sum(found)


def _library() -> Any:
    try:
        import private_set_intersection.python as psi
    except ModuleNotFoundError as error:
        raise RingleaderError(
            "matching needs openmined-psi, which is not installed",
            hint="pip install 'ringleader[match]'",
        ) from error
    return psi


def _ask(work: tuple[list[str], bool]) -> tuple[str, bytes]:
    part, reveal = work
    client = _library().client.CreateWithNewKey(reveal)
    request = client.CreateRequest(part).SerializeToString()
    return client.GetPrivateKeyBytes().hex(), request


def _request(body: bytes) -> Any:
    request = _library().Request()
    from google.protobuf.message import DecodeError

    try:
        request.ParseFromString(body)
    except DecodeError as error:
        raise InputError(f"the request is damaged: {error}") from error
    return request


def _answer(work: tuple[bytes, list[str], bool]) -> tuple[bytes, bytes]:
    body, part, reveal = work
    psi = _library()
    request = _request(body)
    server = psi.server.CreateWithNewKey(reveal)
    asked = max(len(request.encrypted_elements), 1)
    setup = server.CreateSetupMessage(FALSE_MATCH, asked, part, psi.DataStructure.GCS)
    return setup.SerializeToString(), server.ProcessRequest(request).SerializeToString()


def _matched(work: tuple[str, list[str], bytes, bytes, bool]) -> Any:
    key, part, setup_body, response_body, reveal = work
    psi = _library()
    from google.protobuf.message import DecodeError

    setup, response = psi.ServerSetup(), psi.Response()
    try:
        setup.ParseFromString(setup_body)
        response.ParseFromString(response_body)
    except DecodeError as error:
        raise InputError(f"the response is damaged: {error}", hint="ask for a new one") from error
    client = psi.client.CreateFromKey(bytes.fromhex(key), reveal)
    if reveal:
        return [part[at] for at in sorted(client.GetIntersection(setup, response))]
    return client.GetIntersectionSize(setup, response)


def _run(what: str, work: Callable[[Any], Any], parts: Sequence[Any]) -> list[Any]:
    _library()
    try:
        with progress(what, len(parts)) as advance:
            if len(parts) == 1:
                return [work(parts[0])]
            made = []
            with ProcessPoolExecutor(WORKERS, get_context("spawn")) as workers:
                for done in workers.map(work, parts):
                    made.append(done)
                    advance(1)
            return made
    except (ValueError, RuntimeError) as error:
        raise InputError(f"the exchange cannot be computed: {error}") from error


def _cut(items: Sequence[str], parts: int) -> list[list[str]]:
    """Items by their part, in a fixed order. An item is a keyed hash in hexadecimal."""
    cut: list[list[str]] = [[] for _ in range(parts)]
    for item in sorted(items):
        cut[int(item[:8], 16) % parts].append(item)
    return cut


def _joined(bodies: Sequence[bytes]) -> bytes:
    return b"".join(_LENGTH.pack(len(body)) + body for body in bodies)


def _split(joined: bytes) -> list[bytes]:
    return list(_read(joined))


def _read(joined: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(joined):
        if at + _LENGTH.size > len(joined):
            raise InputError("the file is cut short")
        [length] = _LENGTH.unpack_from(joined, at)
        at += _LENGTH.size
        if at + length > len(joined):
            raise InputError("the file is cut short")
        yield joined[at : at + length]
        at += length
