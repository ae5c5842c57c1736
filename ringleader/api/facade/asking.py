"""Ask, and hand findings out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.api.facade.base import Base, FilePath, as_frame, as_path
from ringleader.questions import TIMEOUT_SECONDS, prepared, run_stored

if TYPE_CHECKING:
    import pandas as pd

    from ringleader.answers import Answer
    from ringleader.api.exporting import Dossier, Export, Report
    from ringleader.graph import WriteSummary


class Asking(Base):
    """Methods that ask the database and write findings to files."""

    def query(
        self, name: str, /, *, timeout: float | None = TIMEOUT_SECONDS, **params: Any
    ) -> pd.DataFrame:
        """Run a stored query (read-only ones).

        Args:
            name: Its name; :meth:`queries` finds it.
            timeout: Seconds after which the server ends it.
            params: Its parameters.

        Raises:
            CatalogueError: There is no such query.
            WrongUsage: It writes, or a parameter is missing, unknown or of the wrong type.
        """
        return as_frame(self.ask(name, params, timeout=timeout))

    def ask(
        self,
        name: str,
        params: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        cap: int | None = None,
        timeout: float | None = TIMEOUT_SECONDS,
        mode: str = "run",
    ) -> Answer:
        """Run, explain or profile a stored query, for its rows instead of a frame.

        Args:
            name: Its name.
            params: Its parameters.
            limit: Rows at the most; the query's own parameter ``limit`` is set too, if it has one.
            cap: Rows at the most where no ``limit`` is given.
            timeout: Seconds after which the server ends it.
            mode: ``run``, ``explain`` (plan only) or ``profile`` (run, and return the plan).

        Raises:
            CatalogueError: There is no such query.
            WrongUsage: It writes, or a parameter is missing, unknown or of the wrong type.
        """
        given = params or {}
        prepared(self.settings, name, given)  # a wrong name needs no database
        return run_stored(self.graph, name, given, limit=limit, cap=cap, timeout=timeout, mode=mode)

    def find(
        self, *, email: str | None = None, phone: str | None = None, region: str | None = None
    ) -> pd.DataFrame:
        """The accounts with an e-mail address or a phone number, hashed on the way.

        Args:
            email: An e-mail address. Accounts with another address of the same mailbox follow.
            phone: A phone number.
            region: The country of a number without a country code, two letters.

        Raises:
            WrongUsage: Nothing is given, or it is no e-mail address or phone number.
            InputError: The hashes in the database were made with another key.
        """
        from ringleader.api.lookup import find_accounts

        return as_frame(find_accounts(self.graph, email=email, phone=phone, region=region))

    def queries(self, words: str = "") -> pd.DataFrame:
        """The stored queries, or those that answer ``words``, the best first."""
        from ringleader.questions import find

        return find(self.settings, words).frame

    def cypher(
        self, text: str, /, *, timeout: float | None = TIMEOUT_SECONDS, **params: Any
    ) -> pd.DataFrame:
        """Run a statement that reads; one that does more is refused (docs/ad-hoc.md).

        Args:
            text: Cypher.
            timeout: Seconds after which the server ends it.
            params: Its parameters.

        Raises:
            QueryError: The statement does more than read, or fails.
        """
        from ringleader.adhoc import run_reading

        return as_frame(run_reading(self.graph, text, params, timeout=timeout))

    def write_cypher(
        self, text: str, /, *, timeout: float | None = None, **params: Any
    ) -> WriteSummary:
        """Run a statement that may write, alone on the database, and log it.

        Args:
            text: Cypher.
            timeout: Seconds after which the server ends it.
            params: Its parameters.

        Raises:
            QueryError: The statement fails.
            LockHeld: Another run writes to the database.
        """
        from ringleader.adhoc import run_writing
        from ringleader.graph.locks import exclusive

        with exclusive(self.graph, "cypher --write"):
            return run_writing(self.graph, text, params, timeout=timeout)

    def export(
        self,
        what: str,
        path: FilePath | None,
        *,
        format: str | None = None,
        since: str | None = None,
        ring: str | None = None,
        pseudonymise: bool = False,
        key_file: FilePath | None = None,
        raw: bool = False,
        tlp: str = "amber",
    ) -> Export:
        """Write findings to a file, which appears whole or not at all.

        Args:
            what: ``rings``, ``accounts``, ``links`` or ``campaigns``.
            path: The file; None is standard output.
            format: ``csv``, ``jsonl``, ``parquet``, ``graphml``, ``gexf``, ``stix`` or ``misp``;
                by default what the file's name ends in.
            since: Only rings that are new or have changed members since this run.
            ring: Only of this ring.
            pseudonymise: Replace everything that names somebody by a keyed hash.
            key_file: Key of these hashes; by default this installation's.
            raw: CSV: leave cells that a spreadsheet would run as they are.
            tlp: STIX, MISP: who may read it (TLP 2.0).

        Raises:
            WrongUsage: The format is unknown, or an argument is for another format.
            NotFound: No detection has finished, or there is no such ring or run.
        """
        from ringleader.api.exporting import export

        return export(
            self.graph,
            what,
            as_path(path),
            format=format,
            since=since,
            ring=ring,
            pseudonymise=pseudonymise,
            key_file=as_path(key_file),
            raw=raw,
            tlp=tlp,
        )

    def dossier(
        self,
        campaign: str,
        path: FilePath | None = None,
        *,
        format: str | None = None,
        names: bool = False,
        infrastructure: bool = False,
        key_file: FilePath | None = None,
        tlp: str = "amber",
    ) -> Dossier:
        """Write a campaign for partners and authorities: what, when, how much, how sure.

        Accounts and what they use have pseudonyms unless asked otherwise.

        Args:
            campaign: The campaign.
            path: The file; standard output without one.
            format: ``markdown``, ``stix`` or ``misp``; by default what the path ends in.
            names: Everything under its own name.
            infrastructure: Addresses, networks, clients, domains and prompts under their own names.
            key_file: Key of the pseudonyms, by default that of this installation's exports.
            tlp: Who may read it. Indicators of others with a stricter TLP stay out.

        Raises:
            NotFound: There is no such campaign.
        """
        from ringleader.api.exporting import dossier

        return dossier(
            self.graph,
            campaign,
            as_path(path),
            format=format,
            names=names,
            infrastructure=infrastructure,
            key_file=as_path(key_file),
            tlp=tlp,
        )

    def report(
        self,
        path: FilePath,
        *,
        rings: Sequence[str] = (),
        limit: int | None = None,
        pseudonymise: bool = False,
        key_file: FilePath | None = None,
    ) -> Report:
        """Write the rings as one page for reviewers, which needs no network.

        Args:
            path: The file, e.g. ``report.html``.
            rings: Only these rings.
            limit: Only this many rings, the strongest.
            pseudonymise: Replace everything that names somebody by a keyed hash.
            key_file: Key of these hashes; by default this installation's.

        Raises:
            NotFound: No detection has run, or there is no such ring.
        """
        from ringleader.api.exporting import report

        return report(
            self.graph,
            Path(path),
            rings=rings,
            limit=limit,
            pseudonymise=pseudonymise,
            key_file=as_path(key_file),
        )
