"""What the managed server keeps in ``<home>/server``, and the state that others read."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ringleader.engine.releases import ENGINES, Engine, engine_named, version_numbers
from ringleader.errors import ServerError
from ringleader.settings import Settings, load_settings

USERNAME = "neo4j"
DATABASE = "neo4j"


@dataclass(frozen=True)
class ServerState:
    """A managed server that was started: where it answers and which process it is.

    Attributes:
        uri: Where Bolt answers, always on the loopback interface.
        username: Who logs in.
        password_file: File with the password, mode 0600.
        database: The database.
        engine: Version of Neo4j.
        pid: The server's process.
        started_at: When it was started, ISO 8601 in UTC.
        home: The data folder, of which the server has the ``server`` part.
        heap: Heap that it was started with, in bytes; None if an older release started it.
        page_cache: Page cache that it was started with, in bytes; None as above.
        already_running: It was there before; not recorded.
    """

    uri: str
    username: str
    password_file: str
    database: str
    engine: str
    pid: int
    started_at: str
    home: str
    heap: int | None = None
    page_cache: int | None = None
    already_running: bool = False

    @property
    def password(self) -> str:
        """The password, out of its file."""
        return Path(self.password_file).read_text(encoding="utf-8").strip()

    @property
    def port(self) -> int:
        """The Bolt port."""
        return int(self.uri.rpartition(":")[2])

    def settings(self) -> Settings:
        """Settings that lead to this server, whatever the environment says."""
        flags = {
            "neo4j.uri": self.uri,
            "neo4j.username": self.username,
            "neo4j.password_file": self.password_file,
            "neo4j.database": self.database,
        }
        return load_settings(flags, env={"RINGLEADER_HOME": self.home}, cwd=Path(self.home))


@dataclass(frozen=True)
class ServerFolder:
    """Paths of a managed server.

    Attributes:
        home: The data folder of ringleader.
    """

    home: Path

    @property
    def root(self) -> Path:
        """The server's own folder; Neo4j's home."""
        return self.home / "server"

    @property
    def before(self) -> Path:
        """The server that another is taking the place of; there for the moment of two renames."""
        return self.home / "server-before"

    @property
    def next(self) -> ServerFolder:
        """Where the server that shall take its place is built, as a data folder of its own."""
        return ServerFolder(self.home / "next")

    @property
    def state_file(self) -> Path:
        """Tells everyone where the running server answers."""
        return self.root / "state.json"

    @property
    def password_file(self) -> Path:
        """The generated password."""
        return self.root / "password"

    @property
    def engine_file(self) -> Path:
        """Which release the data belongs to."""
        return self.root / "engine"

    @property
    def data(self) -> Path:
        """Neo4j's data."""
        return self.root / "data"

    @property
    def log_file(self) -> Path:
        """What the server says."""
        return self.root / "logs" / "server.log"

    @property
    def conf(self) -> Path:
        """Folder of the configuration file."""
        return self.root / "conf"

    @property
    def java_arguments(self) -> Path:
        """File with the class path, which is too long for some command lines."""
        return self.root / "run" / "java.args"

    @property
    def lock_file(self) -> Path:
        """Held by whoever starts, stops or resets the server."""
        return self.home / "locks" / "server.lock"

    @property
    def build_lock_file(self) -> Path:
        """Held by whoever builds the server that shall take its place."""
        return self.home / "locks" / "next.lock"

    @property
    def has_data(self) -> bool:
        """Whether a server has ever started here."""
        return (self.data / "databases" / "system").exists()

    def create(self) -> None:
        """Create the folders, closed to other users."""
        for folder in ("conf", "data", "logs", "plugins", "run", "import"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)

    def read_state(self) -> ServerState | None:
        """The recorded state; None when there is none that can be read."""
        try:
            content = json.loads(self.state_file.read_text(encoding="utf-8"))
            names = {field.name for field in fields(ServerState)} - {"already_running", "home"}
            known = {name: content[name] for name in names & content.keys()}
            return ServerState(home=str(self.home), **known)
        except (OSError, ValueError, AttributeError, TypeError):
            return None

    def write_state(self, state: ServerState) -> None:
        """Record the state, in one step."""
        content = asdict(state)
        del content["already_running"], content["home"]
        unfinished = self.state_file.with_suffix(".part")
        unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(self.state_file)

    def ensure_password(self) -> str:
        """The password; generated when there is none.

        Raises:
            ServerError: The data has a password, but its file is gone.
        """
        if self.password_file.exists():
            return self.password_file.read_text(encoding="utf-8").strip()
        if self.has_data:
            raise ServerError(
                f"the password file {self.password_file} is gone, but the data needs it",
                hint="put it back, or delete the data: ringleader server reset",
            )
        # Hexadecimal: a password that begins with a dash would look like an option.
        password = secrets.token_hex(24)
        handle = os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(password + "\n")
        return password

    def choose_engine(self, settings: Settings) -> Engine:
        """The engine that is asked for or, if nobody asks, the one that the data belongs to.

        Raises:
            ServerError: The data belongs to another engine than the one asked for.
        """
        owner = self.data_engine()
        wanted = engine_named(str(settings.get("server.engine")))
        if owner is None:
            return wanted
        line = self.present_engine()
        if settings.source("server.engine") == "default" and line is not None:
            return line
        same_line = version_numbers(owner)[:2] == version_numbers(wanted.neo4j)[:2]
        if same_line and version_numbers(owner) <= version_numbers(wanted.neo4j):
            return wanted
        known = f"--engine {line.line}" if line else "the ringleader that made it"
        later = version_numbers(owner) < version_numbers(wanted.neo4j)
        move = f"ringleader upgrade --engine {wanted.line} (keeps the data), " if later else ""
        raise ServerError(
            f"the data in {self.root} belongs to Neo4j {owner}, not {wanted.neo4j}",
            hint=f"{move}ringleader server start {known}, ringleader server reset (deletes the "
            "data), or set RINGLEADER_HOME to another folder",
        )

    def present_engine(self) -> Engine | None:
        """The engine that the data belongs to; None without data, or if it is none of ours."""
        owner = self.data_engine()
        return next((e for e in ENGINES if owner in (e.line, e.neo4j)), None)

    def data_engine(self) -> str | None:
        """The release that the data belongs to; None when there is no data."""
        if not self.has_data:
            return None
        try:
            return self.engine_file.read_text(encoding="utf-8").strip() or None
        except OSError:
            return None
