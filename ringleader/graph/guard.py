"""What has to hold in every transaction that writes, while a process writes alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ringleader.catalogue import Query
from ringleader.errors import LeaseLost


@dataclass(frozen=True)
class Guard:
    """A stored query that returns a row if its caller may still write, and locks what it checks.

    It runs last in a transaction, so that its lock is held from the check to the commit only.

    Attributes:
        statement: The query.
        params: Its parameters.
    """

    statement: Query
    params: Mapping[str, Any]

    def check(self, tx: Any) -> None:
        """Run the query in an open transaction.

        Raises:
            LeaseLost: The transaction must not be committed.
        """
        if not list(tx.run(self.statement.text, dict(self.params))):
            raise LeaseLost(
                "another run took over the lock while this one was stalled; this one stops",
                hint="ringleader job history says who has it; then run the same command again",
            )

    @contextmanager
    def around(self, session: Any, *, keep: bool) -> Iterator[None]:
        """Check before a statement that commits as it goes.

        Args:
            session: A session of its own; it is closed.
            keep: Hold the lock until the statement ends, so that nobody can take over meanwhile;
                it is checked once more then, as what it renews may have lapsed.

        Raises:
            LeaseLost: The statement must not run.
        """
        with session, session.begin_transaction() as tx:
            self.check(tx)
            if not keep:
                tx.commit()
            yield
            if keep:
                self.check(tx)
                tx.commit()
