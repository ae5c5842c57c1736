"""Keep: the audit log, the end of data, backups and keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ringleader.api.facade.base import Base, FilePath, as_frame, as_path
from ringleader.errors import RingleaderError, WrongUsage

if TYPE_CHECKING:
    import pandas as pd

    from ringleader.api.backups import Backup
    from ringleader.api.indicating import IndicatorLoad, IndicatorPull
    from ringleader.audit_chain import AuditCheck
    from ringleader.indications import Sightings
    from ringleader.loaders.lifecycle.forgetting import Receipt
    from ringleader.settings import Settings
    from ringleader.upgrade import Upgrade


class Keeping(Base):
    """Methods that care for the data folder and for how long data are kept."""

    def retention(self, *, as_of: datetime | None = None, dry_run: bool = False) -> pd.DataFrame:
        """End what is older than ``[retention]`` of the settings says.

        Deletions commit in batches; after an interruption, call it again.

        Args:
            as_of: What counts as now; with a time zone.
            dry_run: Only count.

        Raises:
            SettingsError: The settings name no such kind of thing, or no number of days.
            WrongUsage: The settings have no section ``[retention]``.
            LockHeld: Another run writes to the database.
        """
        from ringleader.answers import Answer
        from ringleader.api.lifecycle import retention

        rows = retention(self.graph, self.settings, as_of=as_of, dry_run=dry_run)
        return as_frame(Answer(rows))

    def forget(
        self,
        accounts: str | Sequence[str] = (),
        *,
        file: FilePath | None = None,
        again: bool = False,
        folders: Sequence[FilePath] = (),
        tombstones: bool = False,
        dry_run: bool = False,
    ) -> Receipt:
        """Erase accounts from graph, exports, quarantine, audit log and records of loads.

        What only they used goes with them. Rings stay as they are, without them, until the next
        detection.

        Args:
            accounts: An id, or several.
            file: A file with ids: one a line, or a CSV with a column ``account_id``.
            again: Erase accounts that were erased before, with tombstones, and came back.
            folders: Folders and files with exports, besides ``[exports] folders`` of the settings.
            tombstones: Keep a keyed hash of each, so that one that comes back is recognised.
            dry_run: Only count.

        Raises:
            WrongUsage: No account is named.
            InputError: A file cannot be read, searched or written; the graph is not changed then.
            LockHeld: Another run writes to the database.
        """
        from ringleader.api.lifecycle import forget
        from ringleader.loaders.lifecycle.forgetting import read_accounts

        names = [accounts] if isinstance(accounts, str) else list(accounts)
        if file is not None:
            names += read_accounts(Path(file))
        return forget(
            self.graph,
            self.settings,
            names,
            again=again,
            folders=[Path(folder) for folder in folders],
            tombstones=tombstones,
            dry_run=dry_run,
        )

    def backup(self, file: FilePath, *, keys: FilePath | None = None) -> Backup:
        """Write a backup of the managed server and the data folder to one file.

        The server stops for it, and runs again afterwards if it ran before.

        Args:
            file: Where to; it appears whole or not at all.
            keys: Where the keys go, a file to keep elsewhere; by default they are not written.

        Raises:
            WrongUsage: Another server than the managed one is configured.
            LockHeld: Another run writes to the database.
            ServerError: The dump failed.
        """
        from ringleader.api.backups import back_up

        self._leave()
        made = back_up(self.settings, Path(file), keys=as_path(keys))
        self.settings = self._reread({})
        return made

    def restore(
        self,
        file: FilePath,
        *,
        keys: FilePath | None = None,
        overwrite: bool = False,
        engine: str | None = None,
    ) -> Backup:
        """Put a backup in the place of the managed server's database, and start the server.

        If it fails, what is there stays.

        Args:
            file: The backup.
            keys: The file with its keys; not needed where the data folder has the same key.
            overwrite: Whether a database that is there may go.
            engine: Release of Neo4j that the database is for afterwards, 2026.08 or 5.26; by
                default that of the database that is there.

        Raises:
            WrongUsage: Another server than the managed one is configured, or the settings name
                another release.
            InputError: The file is no backup or damaged, of a later release of Neo4j, its keys are
                missing, or a database is there already.
            ServerError: The database could not be loaded.
        """
        from ringleader.api.backups import restore

        self._leave()
        settings = self._of_engine(engine)
        done = restore(settings, Path(file), keys=as_path(keys), overwrite=overwrite)
        self.settings = self._reread({})
        return done

    def upgrade(self, *, engine: str | None = None, backup: FilePath | None = None) -> Upgrade:
        """Bring a graph that an earlier version wrote to the schema of this one.

        With ``engine`` the managed server's database is brought to a later release of Neo4j first:
        by a backup, a new server beside the present one, and checks. It can be repeated: a graph of
        this version stays as it is.

        Args:
            engine: Release of Neo4j: 2026.08; by default the present one, or what the settings say.
            backup: Where the backup goes that is made before another release; by default into
                ``backups`` of the data folder.

        Raises:
            InputError: A later version of ringleader, or of Neo4j, wrote the graph.
            WrongUsage: Another server than the managed one is configured, or the settings name
                another release.
            LockHeld: Another run writes to the database.
            ServerError: The database could not be brought to the release; it is as before.
        """
        from dataclasses import replace

        from ringleader.api.backups import move_to
        from ringleader.upgrade import upgrade

        self._leave()
        moved = move_to(self._of_engine(engine), self._reread, as_path(backup))
        self.settings = self._reread({})
        return replace(upgrade(self.graph), engine=moved[0], backup=moved[1])

    def _of_engine(self, engine: str | None) -> Settings:
        """Settings with a release of Neo4j.

        Raises:
            WrongUsage: The settings name another one, which would be refused from then on.
        """
        from ringleader.engine.releases import engine_named

        if engine is None:
            return self.settings
        said = self.settings.source("server.engine")
        present = str(self.settings.get("server.engine"))
        if said != "default" and engine_named(present) != engine_named(engine):
            raise WrongUsage(
                f"the settings ask for Neo4j {present} ({said})",
                hint="change [server] engine first",
            )
        return self._reread({"server.engine": engine})

    def keys(self) -> pd.DataFrame:
        """The keys of this installation: what each is for, and its fingerprint."""
        from ringleader.answers import Answer
        from ringleader.api.keeping_keys import key_rows

        return as_frame(Answer(key_rows(self.settings)))

    def rotate_key(self, name: str, *, force: bool = False) -> tuple[str, str]:
        """Make a new key; the old one stays beside it.

        Args:
            name: ``exports``, or ``graph`` (then all files have to be loaded again).
            force: Rotate the key of the graph although the database has hashes made with it.

        Returns:
            The fingerprints of the old and of the new key.

        Raises:
            WrongUsage: There is no such key.
            InputError: The database has hashes made with the key.
        """
        from ringleader.api.keeping_keys import rotate_key

        return rotate_key(lambda: self.graph, self.settings, name, force=force)

    def _leave(self) -> None:
        """Give the connection back: the server stops and starts again."""
        if not self._lent:
            self.close()

    def load_indicators(
        self,
        files: FilePath | Sequence[FilePath],
        *,
        source: str | None = None,
        tlp: str | None = None,
        confidence: int | None = None,
    ) -> IndicatorLoad:
        """Load indicators of others: STIX 2.1 bundles, MISP events, CSV watchlists.

        They are hints in explanations and never make a ring. Loading the same again changes
        nothing; a later version of an indicator replaces an earlier one.

        Args:
            files: A file, or several.
            source: Who names the values; by default what the file says, or its name.
            tlp: Who may read them where the file does not say it; by default ``amber``.
            confidence: From 0 to 100, where the file does not say it; by default 50.

        Raises:
            InputError: A file cannot be read, or is of no known format.
            LockHeld: Another run writes to the database.
        """
        from ringleader.api.indicating import load_indicators

        given = [files] if isinstance(files, str | Path) else files
        return load_indicators(
            self.graph,
            self.settings,
            [Path(file) for file in given],
            source=source,
            tlp=tlp,
            confidence=confidence,
        )

    def pull_indicators(
        self,
        url: str,
        collections: str | Sequence[str] = (),
        *,
        misp: bool = False,
        credentials: FilePath | None = None,
        source: str | None = None,
        tlp: str | None = None,
        confidence: int | None = None,
    ) -> IndicatorPull:
        """Pull the indicators that a server has added since the last pull.

        Args:
            url: A TAXII 2.1 collection, API root or server; https unless it is this machine.
            collections: Ids, aliases or titles; by default all collections that may be read.
            misp: Whether it is the address of a MISP instance instead.
            credentials: TOML file of mode 0600 with ``user`` and ``password``, or ``token``; by
                default the variables ``RINGLEADER_FEED_USER``, ``_PASSWORD`` and ``_TOKEN``.
            source: Who names the values; by default the collection, or the event's organization.
            tlp: Who may read them where they do not say it; by default ``amber``.
            confidence: From 0 to 100, where they do not say it; by default 50.

        Raises:
            WrongUsage: The address is not encrypted.
            NotFound: There is no such collection.
            ConnectionFailed: The server does not answer, or refuses the login.
            InputError: It answers something else.
            LockHeld: Another run writes to the database.
        """
        from ringleader.api.indicating import pull_indicators

        return pull_indicators(
            self.graph,
            self.settings,
            url,
            collections=[collections] if isinstance(collections, str) else list(collections),
            misp=misp,
            credentials=as_path(credentials),
            source=source,
            tlp=tlp,
            confidence=confidence,
        )

    def indicators(self, source: str = "") -> pd.DataFrame:
        """Every indicator, with its confidence today and how many accounts use what it names.

        Args:
            source: Only of this source.
        """
        from ringleader.answers import Answer
        from ringleader.api.indicating import indicator_rows

        return as_frame(Answer(indicator_rows(self.graph, source)))

    def sightings(self, file: FilePath, *, source: str = "", tlp: str = "green") -> Sightings:
        """Write which indicators were seen here as STIX sightings; accounts are not named.

        Args:
            file: Where to; it appears whole or not at all.
            source: The source that the file is for: all of its own indicators, whatever their TLP.
            tlp: Without a source: the strictest TLP that may go out.
        """
        from ringleader.api.indicating import indicator_rows
        from ringleader.output import whole_file

        try:
            from ringleader.exports.sightings import write_sightings
        except ModuleNotFoundError as error:
            raise RingleaderError(
                f"sightings need {error.name}, which is not installed",
                hint="pip install 'ringleader[intel]'",
            ) from error
        rows = indicator_rows(self.graph, source)
        with whole_file(Path(file)) as target:
            return write_sightings(target, Path(file), rows, tlp=tlp, source=source)

    def audit_lines(self, statement: str) -> pd.DataFrame:
        """The lines of the audit log about a statement, the latest first.

        The log holds a keyed hash of each statement, so only whoever shows the statement, to the
        letter, finds its lines. No database is needed.

        Args:
            statement: As it was typed.
        """
        from ringleader.answers import Answer
        from ringleader.audit import runs_of

        columns = ["time", "user", "login", "server", "database", "outcome", "rows", "seconds"]
        found = runs_of(self.settings.home, statement)
        return as_frame(
            Answer([{name: row.get(name) for name in columns} for row in found], columns)
        )

    def verify_audit(self) -> AuditCheck:
        """Check the chain of the audit log; no database is needed.

        Raises:
            InputError: The key of the log is missing.
        """
        from ringleader.audit_chain import verify

        return verify(self.settings.home)
