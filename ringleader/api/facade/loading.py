"""Load and simulate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.api.facade.base import Base, FilePath, as_frame, as_path
from ringleader.errors import WrongUsage

if TYPE_CHECKING:
    import pandas as pd

    from ringleader.api.prepared import PreparedTables
    from ringleader.api.results import LoadResult
    from ringleader.api.simulating import Simulation
    from ringleader.loaders.load import LoadOptions
    from ringleader.loaders.writing.undo import Undone


class Loading(Base):
    """Methods that bring data in."""

    def load(
        self,
        table: str,
        source: Any = None,
        *,
        mapping: FilePath | None = None,
        strict: bool = False,
        dry_run: bool = False,
        input_format: str | None = None,
        chunk_size: int | None = None,
        list_format: str | None = None,
        kind: str | None = None,
        source_name: str | None = None,
        asn_mmdb: FilePath | None = None,
        url: str | None = None,
        query: str | None = None,
    ) -> LoadResult:
        """Load one table of the input contract.

        Loading the same input again changes nothing; after an interruption, call it again.

        Args:
            table: ``accounts``, ``requests``, ``payments``, ``proxies``, ``prompts``, ``contacts``
                or ``labels``.
            source: A path, glob or folder of CSV, JSON lines or Parquet; the folder of a Delta or
                Iceberg table; a pandas or polars frame, anything with ``__arrow_c_stream__``, an
                Ibis table; or a list of these. The content and order of a frame's rows identify it.
            mapping: TOML file that renames and casts foreign columns, or ``preset:NAME``.
            strict: Fail before anything is written if a row breaks the contract; otherwise such
                rows go to a quarantine file.
            dry_run: Validate only.
            input_format: ``csv``, ``jsonl`` or ``parquet``; by default what file names end in.
            chunk_size: Rows in one transaction.
            list_format: Format of lists of proxies; by default recognised.
            kind: Kind of the entries of a list of proxies.
            source_name: Name of a list of proxies.
            asn_mmdb: MaxMind database of autonomous systems, for requests.
            url: A database that Ibis reads, instead of ``source``.
            query: SQL for ``url``; it should name an order.

        Raises:
            WrongUsage: The table does not exist, or the arguments contradict each other.
            InputError: An input cannot be read, or a row breaks the contract of a strict load.
            LockHeld: Another run writes to the database.
        """
        from ringleader.api.inputs import Reading
        from ringleader.api.loading import load_table

        reading = Reading(
            as_path(mapping), input_format, list_format, kind, source_name, url, query
        )
        options = self._options(strict, dry_run, chunk_size, asn_mmdb)
        graph = self._graph_for(dry_run)
        return load_table(graph, self.settings, table, source, reading, options, self.say)

    def load_all(
        self,
        folder: FilePath,
        *,
        bulk: bool = False,
        overwrite: bool = False,
        write_only: FilePath | None = None,
        mapping: FilePath | None = None,
        strict: bool = False,
        dry_run: bool = False,
        input_format: str | None = None,
        chunk_size: int | None = None,
        list_format: str | None = None,
        kind: str | None = None,
        source_name: str | None = None,
        asn_mmdb: FilePath | None = None,
    ) -> LoadResult:
        """Load every table of a folder: ``accounts.csv``, ``requests/*.parquet`` and so on.

        Args:
            folder: The folder.
            bulk: Build the managed server's empty database from the files, which is many times
                faster than writing to one; the server is stopped and started.
            overwrite: With ``bulk``: replace a database that holds data.
            write_only: With ``bulk``: write the files of the import there and build nothing.
            mapping: As for :meth:`load`.
            strict: As for :meth:`load`.
            dry_run: As for :meth:`load`; not with ``bulk``.
            input_format: As for :meth:`load`.
            chunk_size: As for :meth:`load`.
            list_format: As for :meth:`load`.
            kind: As for :meth:`load`.
            source_name: As for :meth:`load`.
            asn_mmdb: As for :meth:`load`.

        Raises:
            WrongUsage: The arguments contradict each other.
            InputError: An input cannot be read, or (``bulk``) the database holds data.
            LockHeld: Another run writes to the database.
        """
        from ringleader.api.inputs import Reading
        from ringleader.api.loading import load_bulk, load_folder

        reading = Reading(as_path(mapping), input_format, list_format, kind, source_name)
        options = self._options(strict, dry_run, chunk_size, asn_mmdb)
        if not bulk:
            if overwrite or write_only:
                raise WrongUsage(
                    "overwrite and write_only are for bulk loads",
                    hint="ringleader load all FOLDER --bulk",
                )
            graph = self._graph_for(dry_run)
            return load_folder(graph, self.settings, str(folder), reading, options, self.say)
        with self._server_replaced():
            return load_bulk(
                self.settings,
                str(folder),
                reading,
                options,
                self.say,
                overwrite=overwrite,
                write_only=as_path(write_only),
            )

    def prepare(
        self,
        table: str,
        source: Any,
        output: FilePath,
        *,
        engine: str | None = None,
        evidence: bool = False,
        mapping: FilePath | None = None,
        strict: bool = False,
        input_format: str | None = None,
        since: int | None = None,
    ) -> PreparedTables:
        """Read, validate and aggregate tables, and write what a load would write as Parquet.

        Args:
            table: A table of the input contract, or ``all`` for every table of a folder.
            source: As for :meth:`load`; the folder for ``all``.
            output: A new folder; with the engine ``spark`` an address too.
            engine: ``duckdb`` or ``spark``; by default ``[engine] kind``.
            evidence: Write co-used identifiers and linked pairs too.
            mapping: As for :meth:`load`.
            strict: As for :meth:`load`.
            input_format: As for :meth:`load`.
            since: Of a table of a lake, read only the data files that this version did not have.

        Raises:
            WrongUsage: The table does not exist, or the engine lacks something that it needs.
            SettingsError: The engine cannot be started.
            InputError: An input cannot be read, or the output is not empty.
        """
        from ringleader.api.inputs import Reading
        from ringleader.api.preparing import prepare
        from ringleader.loaders.load import LoadOptions

        return prepare(
            self.settings,
            table,
            source,
            str(output),
            Reading(as_path(mapping), input_format, since=since),
            LoadOptions(strict=strict, remembered=False),
            self.say,
            engine=engine,
            evidence=evidence,
        )

    def load_uses(
        self,
        folder: FilePath,
        *,
        bulk: bool = False,
        overwrite: bool = False,
        write_only: FilePath | None = None,
        dry_run: bool = False,
        chunk_size: int | None = None,
        asn_mmdb: FilePath | None = None,
    ) -> LoadResult:
        """Load clean tables, which :meth:`prepare` or another tool has written.

        Args:
            folder: The folder or address.
            bulk: As for :meth:`load_all`.
            overwrite: As for :meth:`load_all`.
            write_only: As for :meth:`load_all`.
            dry_run: Check only.
            chunk_size: As for :meth:`load`.
            asn_mmdb: As for :meth:`load`.

        Raises:
            InputError: The folder holds no clean tables, or other ones than its manifest says.
            LockHeld: Another run writes to the database.
        """
        from ringleader.api.preparing import load_uses, load_uses_bulk

        options = self._options(False, dry_run, chunk_size, asn_mmdb)
        if not bulk:
            if overwrite or write_only:
                raise WrongUsage(
                    "overwrite and write_only are for bulk loads",
                    hint="ringleader load uses FOLDER --bulk",
                )
            graph = self._graph_for(dry_run)
            return load_uses(graph, self.settings, str(folder), options, self.say)
        with self._server_replaced():
            return load_uses_bulk(
                self.settings,
                str(folder),
                options,
                self.say,
                overwrite=overwrite,
                write_only=as_path(write_only),
            )

    def loads(self, limit: int = 50) -> pd.DataFrame:
        """The latest loads, each with its files, times and rows.

        Args:
            limit: How many.
        """
        from ringleader.answers import Answer
        from ringleader.api.loads import loads

        return as_frame(Answer(loads(self.graph, limit)))

    def undo_load(self, batch: str) -> Undone:
        """Take a load back: the graph is as if it had never been done.

        What detection found stays until the next one.

        Args:
            batch: The start of its batch id.

        Raises:
            InputError: There is no such load, or it cannot be taken back exactly.
            LockHeld: Another run writes to the database.
        """
        from ringleader.api.loads import undo_load

        return undo_load(self.graph, self.settings, batch)

    def simulate(
        self,
        folder: FilePath,
        *,
        accounts: int | None = None,
        requests: int | None = None,
        crossed: bool = False,
        design: FilePath | None = None,
        seed: int = 7,
        format: str = "parquet",
        threads: int | None = None,
        providers: int = 1,
    ) -> Simulation:
        """Write a simulated campaign with its truth; the same arguments write the same bytes.

        Args:
            folder: Where to; a simulation that is there already is replaced.
            accounts: Number of honest accounts, by default a million (60,000 if ``crossed``);
                operators and cohorts are in proportion.
            requests: Requests of the honest accounts; by default 60 (30) for each account.
            crossed: Operators of crossed traits instead of the reported campaign.
            design: Your own declaration of crossed traits.
            seed: Seed of the random numbers.
            format: ``parquet`` or ``csv``.
            threads: Days simulated at a time.
            providers: Over how many providers the accounts are split, each with a folder.

        Raises:
            WrongUsage: The folder holds something else, or the population is too small.
        """
        from ringleader.api.simulating import simulate

        return simulate(
            Path(folder),
            accounts=accounts,
            requests=requests,
            crossed=crossed,
            design=as_path(design),
            seed=seed,
            format=format,
            threads=threads,
            providers=providers,
        )

    @contextmanager
    def _server_replaced(self) -> Iterator[None]:
        """The server stops, gets another database, and starts again."""
        if self._graph is not None and self._graph.guard is None and not self._lent:
            self.close()
        yield
        self.settings = self._reread({})

    def _options(
        self, strict: bool, dry_run: bool, chunk_size: int | None, asn_mmdb: FilePath | None
    ) -> LoadOptions:
        from ringleader.loaders.load import LoadOptions

        return LoadOptions(
            strict,
            dry_run,
            chunk_size or int(self.settings.get("load.chunk_size")),
            as_path(asn_mmdb) or self.settings.get("enrich.asn_mmdb"),
        )
