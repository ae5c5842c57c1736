"""The facade: everything that the command line does, for Python programs and notebooks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ringleader.api.facade.asking import Asking
from ringleader.api.facade.attributing import Attributing
from ringleader.api.facade.base import FilePath, Say
from ringleader.api.facade.detecting import Detecting
from ringleader.api.facade.keeping import Keeping
from ringleader.api.facade.loading import Loading
from ringleader.api.facade.matching import Matching
from ringleader.api.facade.reading import Reading
from ringleader.api.facade.serving import Serving
from ringleader.api.facade.working import Working
from ringleader.settings import Settings, load_settings


def connect(
    *,
    uri: str | None = None,
    username: str | None = None,
    password: str | None = None,
    password_file: FilePath | None = None,
    database: str | None = None,
    config: FilePath | None = None,
    home: FilePath | None = None,
    say: Say | None = None,
) -> Connection:
    """Connect to the database that the settings name, as the command line does.

    The database is contacted when the first method needs it, so that a first load (``bulk=True``)
    and a simulation work without a server.

    Args:
        uri: Where Neo4j answers; by default as the settings say, or the managed server.
        username: The login.
        password: Its password.
        password_file: File with the password.
        database: The database.
        config: The settings file; by default ``ringleader.toml`` in the current folder.
        home: The data folder; by default ``RINGLEADER_HOME``, or the user's data folder.
        say: Called with messages while something runs, for example ``print``.

    Raises:
        SettingsError: A setting is missing, malformed or unknown.
    """
    flags = {
        "neo4j.uri": uri,
        "neo4j.username": username,
        "neo4j.password": password,
        "neo4j.password_file": password_file,
        "neo4j.database": database,
    }

    def read(replaced: Mapping[str, Any]) -> Settings:
        env = {**os.environ, **({} if home is None else {"RINGLEADER_HOME": str(home)})}
        return load_settings(
            {**flags, **replaced}, config=Path(config) if config else None, env=env
        )

    return Connection(read({}), say=say, reread=read)


class Connection(
    Serving, Loading, Detecting, Reading, Working, Asking, Keeping, Matching, Attributing
):
    """A connection to one database; use it in a ``with`` statement, or call :meth:`close`.

    Methods raise subclasses of :class:`ringleader.RingleaderError`. Lists come as pandas frames
    with times in UTC; what was done comes as a small frozen dataclass.

    Args:
        settings: The effective settings.
        graph: An open graph to work on; by default one is opened when it is needed.
        say: Called with messages while something runs.
        reread: Reads the settings again with some of them replaced, for when a server was started.
    """
