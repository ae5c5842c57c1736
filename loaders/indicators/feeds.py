"""Indicators of a server: TAXII 2.1 collections, and the events of a MISP instance.

A feed is asked for what was added since its mark, which the server itself has given. The caller
stores the mark with what was read, so an interrupted pull is repeated and loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from requests import RequestException
from requests.adapters import HTTPAdapter

from ringleader.errors import ConnectionFailed, InputError, NotFound, RingleaderError, WrongUsage
from ringleader.loaders.indicators.login import Login, Visit, require_safe
from ringleader.loaders.indicators.reading import read_misp_events
from ringleader.loaders.indicators.shape import Defaults, Read
from ringleader.loaders.indicators.stix import read_stix_objects, unresolved_markings

__all__ = ["Pulled", "pull_misp", "pull_taxii"]

_TIMEOUT = (10.0, 120.0)  # seconds until the server takes the call, and until it answers
_MISP_EVENTS = 100  # events in one answer
_INSTALL = "pip install 'ringleader[intel]'"
# The mark of a feed by its address, and the source that it was first pulled under.
Marks = Callable[[str], tuple[str | None, str | None]]


@dataclass(frozen=True)
class Pulled:
    """What a feed has given.

    Attributes:
        url: The feed: address of a collection or of a MISP instance.
        title: Its name.
        source: Who counts as the source of its indicators; None if each event says it.
        read: The indicators, and what was left out.
        mark: Up to where it has been read, as the server says it; None if it does not.
    """

    url: str
    title: str
    source: str | None
    read: Read
    mark: str | None


def pull_taxii(
    url: str, names: Sequence[str], login: Login, defaults: Defaults, marks: Marks
) -> Iterator[Pulled]:
    """Pull the collections of a TAXII 2.1 server.

    Args:
        url: Address of a collection, of an API root, or of the discovery of a server.
        names: Ids, aliases or titles of the collections; all readable ones without any.
        login: The login.
        defaults: What holds where an object does not say it.
        marks: The mark and source of each collection, by its address.

    Raises:
        WrongUsage: The address is not encrypted, or names a collection already.
        NotFound: There is no such collection.
        ConnectionFailed: The server does not answer, or refuses the login.
        InputError: It answers something else than TAXII 2.1.
    """
    require_safe(url)
    visit = Visit(url, login)
    with _answering(visit):
        for collection in _collections(url, names, visit):
            mark, source = marks(collection.url)
            source = defaults.source or source or str(collection.title)
            objects, mark = _objects(collection, visit, mark)
            read = read_stix_objects(objects, source, replace(defaults, source=source))
            yield Pulled(collection.url, str(collection.title), source, read, mark)


def _collections(url: str, names: Sequence[str], visit: Visit) -> list[Any]:
    try:
        from taxii2client.v21 import ApiRoot, Collection, Server
    except ModuleNotFoundError as error:
        raise RingleaderError("TAXII needs taxii2-client", hint=_INSTALL) from error
    if url.rstrip("/").rpartition("/")[0].endswith("/collections"):
        if names:
            raise WrongUsage(f"{url} is a collection already", hint="leave out --collection")
        return [_patient(Collection(url, auth=visit))]
    server = _patient(Server(url, auth=visit))
    # An API root answers with no roots of its own.
    roots = [_patient(root) for root in server.api_roots or [ApiRoot(url, auth=visit)]]
    there = [found for root in roots for found in root.collections]
    if not names:
        return [found for found in there if found.can_read]
    chosen = []
    for name in names:
        found = [one for one in there if name in (one.id, one.alias, one.title)]
        if not found:
            known = ", ".join(sorted(str(one.title) for one in there)) or "none"
            raise NotFound(f"{url} has no collection {name!r}", hint=f"it has: {known}")
        chosen += found
    return chosen


def _objects(collection: Any, visit: Visit, mark: str | None) -> tuple[list[Any], str | None]:
    """Objects that were added after a mark, with what defines their markings, and the new mark."""
    from taxii2client.v21 import as_pages

    objects = []
    for envelope in as_pages(collection.get_objects, added_after=mark):
        objects += [item for item in envelope.get("objects", ()) if isinstance(item, dict)]
        mark = visit.headers.get("X-TAXII-Date-Added-Last") or mark
    for ref in unresolved_markings(objects):
        try:  # it was added before the mark; what nobody defines counts as red
            objects += collection.get_object(ref).get("objects", ())
        except RequestException as error:
            if error.response is None or error.response.status_code != 404:
                raise
    return objects, mark


def _patient(endpoint: Any) -> Any:
    """An endpoint whose calls end; the client has no argument for a time limit."""
    for scheme in ("https://", "http://"):
        endpoint._conn.session.mount(scheme, _Limited())
    return endpoint


class _Limited(HTTPAdapter):
    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return super().send(request, *args, **{**kwargs, "timeout": _TIMEOUT})


def pull_misp(url: str, login: Login, defaults: Defaults, marks: Marks) -> Iterator[Pulled]:
    """Pull the published events of a MISP instance, with attributes that were deleted since.

    Args:
        url: Address of the instance.
        login: The key of its user, as token.
        defaults: What holds where an event does not say it.
        marks: The mark of the instance, by its address.

    Raises:
        WrongUsage: The address is not encrypted, or there is no key.
        ConnectionFailed: The instance does not answer, or refuses the key.
        InputError: It answers something else.
    """
    try:
        from pymisp import PyMISP
    except ModuleNotFoundError as error:
        raise RingleaderError("MISP needs pymisp", hint=_INSTALL) from error
    require_safe(url)
    if not login.token:
        raise WrongUsage(
            "MISP asks for the key of a user",
            hint="set RINGLEADER_FEED_TOKEN, or write token = … to a file for --credentials",
        )
    url = url.rstrip("/") + "/"
    visit = Visit(url)
    mark, _ = marks(url)
    events: list[Any] = []
    with _answering(visit):
        misp = PyMISP(url, login.token, auth=visit, timeout=_TIMEOUT)
        while True:
            answer = misp.search(
                controller="events",
                published=True,
                publish_timestamp=mark,
                deleted=[0, 1],
                limit=_MISP_EVENTS,
                page=len(events) // _MISP_EVENTS + 1,
            )
            if not isinstance(answer, list):
                raise InputError(f"MISP {url}: {_said(answer)}", hint="look at the instance's log")
            events += answer
            if len(answer) < _MISP_EVENTS:
                break
    # The mark is the latest publication: its second is asked for again, which changes nothing.
    published = [int(event["Event"].get("publish_timestamp") or 0) for event in events]
    latest = max(published, default=0)
    yield Pulled(
        url,
        visit.origin,
        defaults.source,
        read_misp_events(events, visit.origin, defaults),
        str(max(latest, int(mark or 0))) if latest or mark else None,
    )


def _said(answer: Any) -> str:
    return " ".join(
        str(answer.get("errors", answer) if isinstance(answer, dict) else answer).split()
    )


@contextmanager
def _answering(visit: Visit) -> Iterator[None]:
    """Errors of the clients as errors of ringleader; a login is in none of them."""
    try:
        yield
    except RingleaderError:
        raise
    except RequestException as error:
        status = error.response.status_code if error.response is not None else None
        if status in (401, 403):
            raise ConnectionFailed(
                f"{visit.origin} refuses the login ({status})",
                hint="set RINGLEADER_FEED_USER and RINGLEADER_FEED_PASSWORD, or "
                "RINGLEADER_FEED_TOKEN, or give --credentials FILE",
            ) from error
        what = f"answers with status {status}" if status else f"does not answer: {error}"
        raise ConnectionFailed(f"{visit.origin} {what}", hint="check the address") from error
    except Exception as error:  # what the clients raise has no common base
        if type(error).__module__.split(".")[0] not in ("taxii2client", "pymisp"):
            raise
        # A client may wrap what Visit has raised.
        if isinstance(cause := error.__context__, RingleaderError):
            raise cause from error
        raise InputError(
            f"{visit.origin}: {_said(str(error))}", hint="is it the address of such a server?"
        ) from error
