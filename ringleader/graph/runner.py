"""The one runner: everything that reaches Neo4j goes through :class:`Graph`.

Statements carry the name of their query as transaction metadata, so that `SHOW TRANSACTIONS` and
the query log tell which one runs. What the driver raises becomes a :class:`RingleaderError` that
says what to do.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeVar

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from ringleader.catalogue import Query
from ringleader.engine.releases import require_supported
from ringleader.errors import ConnectionFailed, RingleaderError
from ringleader.graph.driver_errors import START_HINT, a_line_less, out_of_memory, translated
from ringleader.graph.driver_values import counted, row, sent
from ringleader.graph.ending import Ending
from ringleader.graph.guard import Guard
from ringleader.graph.notifications import ALL_NOTIFICATIONS, WARNINGS, show_notifications
from ringleader.parallel import side_by_side
from ringleader.schema import Schema
from ringleader.schema.statements import schema_statements
from ringleader.settings import Settings
from ringleader.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    from graphdatascience import GraphDataScience

_T = TypeVar("_T")
CONNECT_SECONDS = 15.0
RETRY_SECONDS = 30.0  # in which what fails for a passing reason is repeated


@dataclass(frozen=True)
class WriteSummary:
    """What a write did: its rows and the server's counters that are not zero."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)


class Graph:
    """A database, open. Use it as a context manager."""

    def __init__(
        self, driver: neo4j.Driver, settings: Settings, version: str, schema: Schema | None = None
    ) -> None:
        self._driver = driver
        self._database = settings.database
        # Tells our transactions from those of others, so that Ctrl-C can end them.
        self._client = secrets.token_hex(8)
        # A session sees what those before it wrote, whichever member of a cluster answers.
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        self._streams: list[Generator[dict[str, Any], None, None]] = []
        self.settings = settings
        self.schema = schema or settings.schema  # what the graph holds
        self.version = version  # of the server, e.g. 2026.08.1
        self.guard: Guard | None = None  # set while a lease is held (ringleader.graph.locks)

    @classmethod
    def connect(
        cls, settings: Settings, schema: Schema | None = None, *, patience: float | None = None
    ) -> Self:
        """Open the database of the settings and make sure that it answers.

        Args:
            settings: Where it is, and who logs in.
            schema: What the graph holds; by default what the settings declare.
            patience: Seconds for which what fails for a passing reason is repeated (30).

        Raises:
            ConnectionFailed: It does not answer, or refuses the login.
            ServerError: Its version is not supported.
        """
        if settings.uri is None:
            raise ConnectionFailed("no Neo4j is configured and none is running", hint=START_HINT)
        password = settings.password
        auth = None if password is None else neo4j.basic_auth(settings.username, password)
        show_notifications()
        with translated(settings):
            driver = neo4j.GraphDatabase.driver(
                settings.uri,
                auth=auth,
                user_agent=f"ringleader/{__version__}",
                connection_timeout=CONNECT_SECONDS,
                max_transaction_retry_time=RETRY_SECONDS if patience is None else patience,
                **WARNINGS,
                telemetry_disabled=True,
            )
            with ExitStack() as undo:
                undo.callback(driver.close)
                # An auto-commit query is not repeated: a server that is down is reported at once.
                with driver.session(database=settings.database) as session:
                    agent = session.run("RETURN 1").consume().server.agent
                version = str(agent).rpartition("/")[2]
                require_supported(version, settings.uri)
                undo.pop_all()
        return cls(driver, settings, version, schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back; streams that nobody read to the end are ended."""
        for rows in self._streams:
            rows.close()
        self._driver.close()

    def read(
        self,
        statement: str | Query,
        params: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        timeout: float | None = None,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Run a statement that only reads, and return its rows.

        Args:
            statement: Cypher, or a query of the catalogue.
            params: Its parameters.
            name: What it is called in the server's logs; the query's own name by default.
            timeout: Seconds after which the server ends it.
            limit: Rows after which the rest is not fetched.

        Raises:
            QueryError: The server refuses it, for instance because it writes.
        """
        text, name = self._named(statement, name)

        def work(tx: neo4j.ManagedTransaction) -> list[dict[str, Any]]:
            result = tx.run(text, sent(params))
            records = result if limit is None else result.fetch(limit)
            return [row(record) for record in records]

        return self._transact(neo4j.READ_ACCESS, name, work, timeout)

    def stream(
        self, statement: str | Query, params: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """The rows of a statement that only reads, as they arrive: any number in little memory.

        What has been handed over cannot be repeated, so a lost connection is an error.
        """
        rows = self._rows(statement, params or {})
        self._streams.append(rows)
        return rows

    def read_once(
        self, statement: str | Query, params: Mapping[str, Any], timeout: float | None = None
    ) -> list[dict[str, Any]]:
        """The rows of :meth:`read` in one round trip; what fails is not repeated."""
        return list(self._rows(statement, params, timeout))

    def _rows(
        self, statement: str | Query, params: Mapping[str, Any], timeout: float | None = None
    ) -> Generator[dict[str, Any], None, None]:
        text, name = self._named(statement, None)
        query = neo4j.Query(text, metadata=self._metadata(name), timeout=timeout)
        with self._session(neo4j.READ_ACCESS, name) as session:
            yield from map(row, session.run(query, sent(params)))

    def explain(
        self, statement: str | Query, params: Mapping[str, Any] | None = None
    ) -> neo4j.ResultSummary:
        """The plan of a statement, which does not run, with all notifications.

        Raises:
            QueryError: The statement does not compile.
        """
        text, name = self._named(statement, None)
        warned = self._session(neo4j.READ_ACCESS, name, **ALL_NOTIFICATIONS)
        # On a line of its own, so that columns in messages are those of the statement.
        with a_line_less(), warned as session:
            return session.run("EXPLAIN\n" + text, sent(params)).consume()

    def profile(
        self,
        statement: str | Query,
        params: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Run a statement that only reads, and return its plan with what each operator did.

        Raises:
            QueryError: The server refuses it.
        """
        text, name = self._named(statement, None)

        def work(tx: neo4j.ManagedTransaction) -> dict[str, Any]:
            return dict(tx.run("PROFILE\n" + text, sent(params)).consume().profile or {})

        with a_line_less():
            return self._transact(neo4j.READ_ACCESS, name, work, timeout)

    def columns(self, statement: str | Query) -> list[str]:
        """The columns that a statement would return."""
        text, name = self._named(statement, None)
        with self._session(neo4j.READ_ACCESS, name) as session:
            return list(session.run("EXPLAIN " + text, {}).keys())

    def write(
        self,
        statement: str | Query,
        params: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
    ) -> WriteSummary:
        """Run one statement that writes, in a transaction of its own."""
        return self.write_all([(statement, params or {})], name=name)[0]

    def write_all(
        self,
        statements: Sequence[tuple[str | Query, Mapping[str, Any]]],
        *,
        name: str | None = None,
        timeout: float | None = None,
    ) -> list[WriteSummary]:
        """Run several statements in one transaction: all of them take effect, or none.

        Args:
            statements: Pairs of a statement and its parameters, in order.
            name: What the transaction is called in the server's logs.
            timeout: Seconds after which the server ends it.

        Returns:
            A summary per statement.

        Raises:
            LeaseLost: Another run has taken the lock over.
        """
        name = name or self._named(statements[0][0], None)[1]

        def work(tx: neo4j.ManagedTransaction) -> list[WriteSummary]:
            summaries = []
            for statement, params in statements:
                result = tx.run(self._named(statement, name)[0], sent(params))
                rows = [row(record) for record in result]
                summaries.append(WriteSummary(rows, counted(result.consume())))
            if self.guard is not None:
                self.guard.check(tx)
            return summaries

        return self._transact(neo4j.WRITE_ACCESS, name, work, timeout)

    def run_in_batches(
        self,
        statement: str | Query,
        params: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        timeout: float | None = None,
    ) -> WriteSummary:
        """Run a statement that commits as it goes (``CALL { … } IN TRANSACTIONS``).

        Args:
            statement: Cypher, or a query of the catalogue.
            params: Its parameters.
            name: What it is called in the server's logs.
            timeout: Seconds after which the server ends it; what is committed stays.
        """
        text, name = self._named(statement, name)
        query = neo4j.Query(text, metadata=self._metadata(name), timeout=timeout)
        with ExitStack() as stack:
            session = stack.enter_context(self._session(neo4j.WRITE_ACCESS, name))
            if self.guard is not None:
                other = self._driver.session(database=self._database)
                # What people type may touch the lease itself, and would wait for it for ever.
                stack.enter_context(self.guard.around(other, keep=isinstance(statement, Query)))
            result = session.run(query, sent(params))
            rows = [row(record) for record in result]
            return WriteSummary(rows, counted(result.consume()))

    def frame(
        self,
        statement: str | Query,
        params: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
    ) -> pd.DataFrame:
        """Run a statement that only reads, and return its rows as a pandas frame."""
        text, name = self._named(statement, name)
        return self._transact(
            neo4j.READ_ACCESS, name, lambda tx: tx.run(text, sent(params)).to_df()
        )

    def gds(self) -> GraphDataScience:
        """The Graph Data Science client on this connection.

        Raises:
            ServerError: The server has no GDS.
        """
        from graphdatascience import GraphDataScience

        # Its progress bars poll from a thread of their own and write to standard output.
        with self.translated("gds"):
            return GraphDataScience(
                self._driver, database=self._database, arrow=False, show_progress=False
            )

    def ensure_schema(self) -> list[str]:
        """Create the constraints and indexes that are missing; returns their names."""
        there = {r["name"] for r in self.read("SHOW INDEXES YIELD name", name="schema")}
        missing = {n: s for n, s in schema_statements(self.schema).items() if n not in there}

        def create(name: str) -> None:
            # No transaction may change the schema and data, such as the lease that guards writes.
            self.run_in_batches(missing[name], name=f"schema {name}")

        if list(side_by_side(create, missing)):
            self.read("CALL db.awaitIndexes(300)", name="schema")
        return list(missing)

    def _named(self, statement: str | Query, name: str | None) -> tuple[str, str]:
        """A statement as it runs, and what it is called in the server's logs."""
        if isinstance(statement, Query):
            return statement.rendered(self.schema), name or statement.name
        return statement, name or "ad hoc"

    @contextmanager
    def translated(self, name: str) -> Iterator[None]:
        """Turn what the driver or GDS raises inside the block into our own errors."""
        with translated(self.settings, name):
            yield

    def _metadata(self, name: str) -> dict[str, Any]:
        return {"app": f"ringleader/{__version__}", "query": name, "client": self._client}

    def _transact(
        self,
        access: str,
        name: str,
        work: Callable[[neo4j.ManagedTransaction], _T],
        timeout: float | None = None,
    ) -> _T:
        ending = Ending(self._end_transactions)

        @neo4j.unit_of_work(metadata=self._metadata(name), timeout=timeout)
        def interruptible(tx: neo4j.ManagedTransaction) -> _T:
            try:
                with out_of_memory(self.settings, name, awaited=timeout is not None):
                    return work(tx)
            except KeyboardInterrupt:  # before the driver waits for the server's answer
                ending.begin()
                raise

        try:
            with ending, self._session(access, name) as session:
                reads = access == neo4j.READ_ACCESS
                run = session.execute_read if reads else session.execute_write
                try:
                    return run(interruptible)
                except KeyboardInterrupt:  # before the work began, or after it
                    ending.begin()
                    raise
        except RingleaderError as error:
            if ending:  # what was ended is no error of its own
                raise KeyboardInterrupt from error
            raise

    @contextmanager
    def _session(self, access: str, name: str, **config: Any) -> Iterator[neo4j.Session]:
        with (
            translated(self.settings, name),
            self._driver.session(
                database=self._database,
                default_access_mode=access,
                bookmark_manager=self._bookmarks,
                **config,
            ) as session,
        ):
            yield session

    def _end_transactions(self) -> None:
        """End what runs: the driver waits for the server's answer before it gives anything up."""
        with suppress(DriverError, Neo4jError), self._driver.session() as s:
            s.run(
                "SHOW TRANSACTIONS YIELD transactionId AS id, metaData AS data "
                "WHERE data.client = $client "
                "TERMINATE TRANSACTIONS id YIELD message RETURN message",
                client=self._client,
            ).consume()
