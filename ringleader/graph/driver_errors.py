"""Errors of the driver and the server as errors of ringleader that say what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from neo4j import exceptions

from ringleader.errors import ConnectionFailed, QueryError, RingleaderError, ServerError, TimedOut
from ringleader.settings import Settings

START_HINT = "ringleader server start, or set NEO4J_URI; ringleader doctor checks the rest"


@contextmanager
def translated(settings: Settings, name: str = "connect") -> Iterator[None]:
    """Turn what the driver or GDS raises inside the block into an error of ours.

    Args:
        settings: Say which server it was.
        name: What was being done.
    """
    try:
        yield
    except (exceptions.DriverError, exceptions.Neo4jError) as error:
        raise translate(error, settings, name) from error
    except OverflowError as error:  # the packer's
        raise QueryError(
            f"{name}: a number is too large; the database's whole numbers have 64 bits",
            hint="give it as a text, or a smaller one",
        ) from error
    except ValueError as error:  # the driver's word for a malformed URI
        if name != "connect":
            raise
        raise ConnectionFailed(
            f"NEO4J_URI {settings.uri!r}: {error}", hint="use bolt://host:7687 or neo4j://host"
        ) from error


def translate(error: Exception, settings: Settings, name: str) -> RingleaderError:
    """The error of ours that says what a driver's error means.

    Args:
        error: What the driver raised.
        settings: Where it was connected to.
        name: The query that ran.
    """
    uri = settings.uri
    code = getattr(error, "code", None) or ""
    text = " ".join((getattr(error, "message", None) or str(error)).split())
    if "AuthenticationRateLimit" in code:
        return ConnectionFailed(
            f"{uri} refuses logins for a while after too many failed ones",
            hint="wait 5 seconds, check NEO4J_PASSWORD, then ringleader doctor",
        )
    if isinstance(error, exceptions.AuthError) or "Security.CredentialsExpired" in code:
        return ConnectionFailed(
            f"{uri} refuses the login of {settings.username!r} "
            f"(password from {settings.password_source})",
            hint="set NEO4J_USERNAME and NEO4J_PASSWORD, or give --password-file",
        )
    if "DatabaseNotFound" in code or "DatabaseUnavailable" in code:
        return ConnectionFailed(
            f"{uri} has no database {settings.database!r} that answers: {text}",
            hint="set NEO4J_DATABASE to one that is there; ringleader doctor",
        )
    if isinstance(
        error,
        exceptions.ServiceUnavailable
        | exceptions.SessionExpired
        | exceptions.ConnectionAcquisitionTimeoutError
        | exceptions.IncompleteCommit,
    ):
        return ConnectionFailed(f"no Neo4j answers at {uri} ({name})", hint=START_HINT)
    if isinstance(error, exceptions.UnsupportedServerProduct | exceptions.ConfigurationError):
        return ConnectionFailed(f"{uri}: {text}", hint="ringleader doctor")
    if "gds." in text and ("ProcedureNotFound" in code or "Unknown function" in text):
        return ServerError(
            f"{uri} has no Graph Data Science library ({name})",
            hint="install the GDS plugin that matches the server; ringleader doctor",
        )
    if "MemoryPoolOutOfMemory" in code or "OutOfMemory" in code or "OutOfMemory" in text:
        return ServerError(
            f"{name}: the server's memory is not enough: {text}",
            hint="ask for less at once; or raise [server] heap in ringleader.toml, then "
            "ringleader server stop and start",
        )
    if "No space left" in text or "TransactionLogError" in code or "StorageIO" in text:
        return ServerError(
            f"{name}: the server cannot write: {text}",
            hint="free disk space, then run the same command again; ringleader doctor",
        )
    if "TransactionTimedOut" in code or "LockClientStopped" in code:  # the latter: as it waited
        return TimedOut(f"{name}: took longer than allowed", hint="raise --timeout or add LIMIT")
    if "AccessMode" in code or "read access mode" in text.lower():
        return QueryError(
            f"{name}: the statement writes, and this is a read-only session",
            hint="ringleader cypher --write runs statements that write",
        )
    return QueryError(f"{name}: {text}", hint=None)


@contextmanager
def out_of_memory(settings: Settings, name: str, *, awaited: bool) -> Iterator[None]:
    """Turn a lack of memory that repeating does not mend into an error that is not repeated.

    The driver takes every lack of memory for a passing one. A transaction that reaches its own
    bound reaches it again. One that finds the memory of all transactions taken may have more luck
    later, but a person does not wait for that, and a read of theirs may be what takes it.

    Args:
        settings: Say which server it was.
        name: The query that runs.
        awaited: Whether somebody waits for the answer.
    """
    try:
        yield
    except exceptions.Neo4jError as error:
        text = str(error.message)
        if "OutOfMemory" in str(error.code) and (awaited or "db.memory.transaction.max" in text):
            raise translate(error, settings, name) from error
        raise


@contextmanager
def a_line_less() -> Iterator[None]:
    """Count places in messages as if the statement had not got a line before it."""
    place = re.compile(r"\(line (\d+), column (\d+) \(offset: \d+\)\)")
    try:
        yield
    except QueryError as error:
        message = place.sub(lambda m: f"(line {int(m[1]) - 1}, column {m[2]})", error.message)
        raise QueryError(message, hint=error.hint) from error
