"""Where ringleader connects and keeps its things, and where each answer came from.

Precedence: flag, environment, file (``ringleader.toml``), the managed server, default.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import platformdirs

from ringleader.errors import SettingsError
from ringleader.home import refuse_shared
from ringleader.schema import Schema

FILE_NAME = "ringleader.toml"
SERVER_STATE = Path("server") / "state.json"
MASK = "********"


@dataclass(frozen=True)
class Declared:
    """A setting as declared: its name in the file, its variables, its default and type."""

    name: str
    help: str
    environment: tuple[str, ...] = ()
    default: Any = None
    type: type = str
    secret: bool = False


@dataclass(frozen=True)
class Setting:
    """A setting as it stands: its value and the place that decided it."""

    name: str
    value: Any
    source: str
    secret: bool = False

    @property
    def shown(self) -> str:
        """The value as text that may be printed."""
        if self.value is None:
            return ""
        if self.secret:
            return MASK
        if isinstance(self.value, list):
            return ", ".join(map(str, self.value))
        return str(self.value)


DECLARED: tuple[Declared, ...] = (
    Declared("neo4j.uri", "where Neo4j answers", ("NEO4J_URI",)),
    Declared("neo4j.username", "who logs in", ("NEO4J_USERNAME", "NEO4J_USER"), "neo4j"),
    Declared("neo4j.password", "the password", ("NEO4J_PASSWORD",), secret=True),
    Declared(
        "neo4j.password_file", "a file that holds the password", ("NEO4J_PASSWORD_FILE",), type=Path
    ),
    Declared("neo4j.database", "which database", ("NEO4J_DATABASE",), "neo4j"),
    Declared("server.engine", "version of the managed server", (), "2026.08"),
    Declared("server.port", "first Bolt port that the managed server tries", (), 7687, int),
    Declared("server.heap", "heap of the managed server, e.g. 4g"),
    Declared("server.page_cache", "page cache of the managed server, e.g. 2g"),
    Declared("load.chunk_size", "rows in one transaction", (), 5_000, int),
    Declared("engine.kind", "what prepares tables: duckdb or spark", (), "duckdb"),
    Declared("engine.master", "Spark: cluster, e.g. spark://host:7077; by default this machine"),
    Declared("engine.remote", "Spark Connect: its address, e.g. sc://host:15002"),
    Declared("engine.packages", "Spark: packages, as Maven names them", (), None, list),
    Declared("engine.memory", "Spark: heap of the driver, which runs here", (), "2g"),
    Declared("engine.scratch", "Spark: folder or address for scratch files that all workers see"),
    Declared(
        "load.ignore_addresses", "prefixes that are no evidence, or `private`", (), None, list
    ),
    Declared("load.prompts", "compare raw prompts by `text`, or by `meaning` too", (), "text"),
    *(
        Declared(f"payments.{name}", f"further outcomes of payments that {meaning}", (), None, list)
        for name, meaning in (
            ("failed", "did not go through"),
            ("disputed", "the owner of the card disputes"),
            ("refunded", "were given back"),
            ("paid", "went through"),
        )
    ),
    Declared("channels.known", "names that `channel` may have", (), None, list),
    Declared("enrich.asn_mmdb", "an ASN database in MaxMind's format", (), None, Path),
    Declared("review.by", "who decides in `ringleader review`", ("RINGLEADER_REVIEWER",)),
    Declared("review.login", "shared: several people log in at the database by one name"),
    Declared(
        "lock.lease_seconds",
        "seconds without a heartbeat after which the holder of the lock counts as crashed",
        (),
        60,
        int,
    ),
    Declared("log.format", "messages as text or json", ("RINGLEADER_LOG_FORMAT",), "text"),
    Declared("known_good.domains", "mail domains whose accounts are in no ring", (), None, list),
    Declared("known_good.organizations", "organizations with accounts in no ring", (), None, list),
    Declared("known_good.cidrs", "networks whose addresses are no evidence", (), None, list),
    Declared("known_good.clients", "devices that are no evidence", (), None, list),
    Declared("exports.folders", "folders with exports, which `forget` searches", (), None, list),
    Declared("review.appeals", "where an appeal goes, for statements of reasons"),
    Declared("check.stopped", "statuses of accounts that lost their access", (), None, list),
    Declared("serve.account_link", "an account in your admin tool, with {account_id} in it"),
    Declared("serve.address", "address of the service as browsers see it"),
    Declared("serve.proxies", "addresses of proxies that are believed", (), None, list),
    Declared("serve.user_header", "header in which such a proxy says who asks"),
    Declared("serve.group_header", "header in which it says their groups"),
    Declared("serve.roles", "role of each group, as group=role; * is anybody", (), None, list),
    Declared("serve.oidc_issuer", "OpenID Connect provider at which people sign in"),
    Declared("serve.oidc_client_id", "name of this service at the provider"),
    Declared("serve.oidc_secret_file", "file with its secret", (), None, Path),
    Declared("serve.oidc_groups", "claim with a person's groups", (), "groups"),
    Declared("queries", "folders of further stored queries", (), None, list),
)
# Addresses that the driver takes. User and password do not belong in one: it is shown and logged.
SCHEMES = ("bolt", "neo4j", "bolt+s", "neo4j+s", "bolt+ssc", "neo4j+ssc")
# What the provider's own API and the clouds that resell it are called unless the file says more.
DEFAULT_CHANNELS = ("api", "azure", "bedrock", "vertex")
_BY_NAME = {declared.name: declared for declared in DECLARED}
# Sections whose keys other modules declare.
OPEN_SECTIONS = frozenset({"detect", "identifiers", "indicators", "jobs", "match", "retention"})


class Settings:
    """The effective settings of one invocation."""

    def __init__(
        self,
        values: Mapping[str, Setting],
        home: Setting,
        sections: Mapping[str, Any],
        file: Path = Path(FILE_NAME),
    ) -> None:
        self._values = dict(values)
        self._home = home
        self._sections = dict(sections)
        self.file = file.absolute()  # the settings file, whether it exists or not

    def get(self, name: str) -> Any:
        """The value of a declared setting, or None."""
        return self._values[name].value

    def source(self, name: str) -> str:
        """The place that decided a declared setting."""
        return self._values[name].source

    def section(self, name: str) -> dict[str, Any]:
        """A section of the file that another package declares, as it stands in the file."""
        return dict(self._sections.get(name, {}))

    @cached_property
    def schema(self) -> Schema:
        """What accounts can share: the built-in identifiers and those of ``[identifiers]``.

        Raises:
            SettingsError: A declaration is wrong.
        """
        return Schema.of(self.section("identifiers"))

    def describe(self) -> list[Setting]:
        """Every setting with its source, in the order declared; the home folder first."""
        return [self._home, *self._values.values()]

    @property
    def home(self) -> Path:
        """The folder of the managed server, keys, quarantine and locks."""
        return Path(self._home.value)

    @property
    def managed(self) -> bool:
        """Whether the managed server is meant, be it running or not."""
        return self.source("neo4j.uri") in ("default", "managed server")

    @property
    def uri(self) -> str | None:
        """Where Neo4j answers; None when nothing says so."""
        value = self.get("neo4j.uri")
        return None if value is None else str(value)

    @property
    def username(self) -> str:
        """Who logs in."""
        return str(self.get("neo4j.username"))

    @property
    def database(self) -> str:
        """Which database."""
        return str(self.get("neo4j.database"))

    @property
    def password(self) -> str | None:
        """The password, read from its file if that is what is set.

        Raises:
            SettingsError: The file cannot be read.
        """
        if self._login_setting == "neo4j.password":
            password = self.get("neo4j.password")
            return None if password is None else str(password)
        file = self.get("neo4j.password_file")
        try:
            return expanded(file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"password file {file} cannot be read: {error}",
                hint="give another with --password-file, or set NEO4J_PASSWORD",
            ) from error

    @property
    def password_source(self) -> str:
        """The place that decided the password, for messages."""
        return self.source(self._login_setting)

    @property
    def _login_setting(self) -> str:
        outranked = self._outranks("neo4j.password_file", "neo4j.password")
        return "neo4j.password_file" if outranked else "neo4j.password"

    @property
    def channels(self) -> tuple[str, ...]:
        """Names that ``channel`` may have, sorted."""
        return tuple(sorted({*DEFAULT_CHANNELS, *(self.get("channels.known") or ())}))

    def _outranks(self, name: str, other: str) -> bool:
        ranks = ("flag", "environment", "file", "managed", "default")

        def rank(setting: str) -> int:
            if self._values[setting].value is None:
                return len(ranks)
            return ranks.index(self._values[setting].source.split(" ")[0])

        return rank(name) < rank(other)


def expanded(path: str | Path) -> Path:
    """A path with ``~`` replaced by the folder that it stands for.

    Raises:
        SettingsError: It is somebody's whom this machine does not know.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise SettingsError(
            f"{path}: this machine knows no home folder of that name", hint="write the whole path"
        ) from error


def default_home(env: Mapping[str, str]) -> Setting:
    """The data folder: ``RINGLEADER_HOME``, or the user's data folder."""
    if env.get("RINGLEADER_HOME"):
        home = expanded(env["RINGLEADER_HOME"]).absolute()
        return Setting("home", home, "environment RINGLEADER_HOME")
    return Setting("home", platformdirs.user_data_path("ringleader"), "default")


def load_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    config: Path | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Settings:
    """Work out the effective settings.

    Args:
        flags: Values given on the command line, by declared name; None is not given.
        config: The settings file; by default ``ringleader.toml`` in ``cwd``, if there is one.
        env: The environment; by default the process's.
        cwd: Where to look for the file; by default the current folder.

    Raises:
        SettingsError: The file is missing, malformed, or holds a setting that does not exist.
    """
    flags = {name: value for name, value in (flags or {}).items() if value is not None}
    env = os.environ if env is None else env
    home = default_home(env)
    refuse_shared(Path(home.value))
    path = config or (cwd or Path.cwd()) / FILE_NAME
    document = _read_file(path, required=config is not None)
    in_file = _flatten(document, path)
    state = _managed_state(Path(home.value))
    # The managed server answers only for itself: once another place names a URI, its user and
    # password are not offered to that other server.
    elsewhere = "neo4j.uri" in flags or env.get("NEO4J_URI") or "neo4j.uri" in in_file
    values = {}
    for declared in DECLARED:
        if declared.name in flags:
            value, source = flags[declared.name], "flag"
        elif variable := next((name for name in declared.environment if env.get(name)), None):
            value, source = env[variable], f"environment {variable}"
        elif declared.name in in_file:
            value, source = in_file[declared.name], f"file {path.name}"
        elif not elsewhere and declared.name in state:
            value, source = state[declared.name], "managed server"
        else:
            value, source = declared.default, "default"
        values[declared.name] = Setting(
            declared.name, _typed(declared, value, source), source, declared.secret
        )
    _check_uri(values["neo4j.uri"])
    sections = {name: document[name] for name in OPEN_SECTIONS if name in document}
    return Settings(values, home, sections, path)


def _check_uri(uri: Setting) -> None:
    if uri.value is None:
        return
    scheme, separator, rest = str(uri.value).partition("://")
    if "@" in rest.split("/")[0]:
        raise SettingsError(
            f"setting neo4j.uri ({uri.source}) holds a user or a password, which would be shown",
            hint="set NEO4J_USERNAME and NEO4J_PASSWORD, or give --password-file",
        )
    if scheme not in SCHEMES or not separator or not rest:
        raise SettingsError(
            f"setting neo4j.uri ({uri.source}) is {uri.value!r}, which is no address of a Neo4j",
            hint="use " + " or ".join(f"{known}://host" for known in SCHEMES[:2]),
        )


def _read_file(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if not required:
            return {}
        raise SettingsError(f"settings file {path} does not exist") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"settings file {path}: {error}") from error


def _flatten(document: Mapping[str, Any], path: Path) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for section, content in document.items():
        if section in OPEN_SECTIONS:
            if not isinstance(content, dict):
                raise SettingsError(
                    f"settings file {path}: {section} is {content!r}; it is a section",
                    hint=f"write [{section}], and its settings on lines of their own",
                )
            continue
        entries = (
            {f"{section}.{key}": value for key, value in content.items()}
            if isinstance(content, dict)
            else {section: content}
        )
        for name, value in entries.items():
            if name not in _BY_NAME:
                known = ", ".join(sorted(_BY_NAME))
                raise SettingsError(
                    f"settings file {path}: there is no setting {name!r}", hint=f"known: {known}"
                )
            flat[name] = value
    return flat


def _managed_state(home: Path) -> dict[str, Any]:
    try:
        state = json.loads((home / SERVER_STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    names = ("uri", "username", "password_file", "database")
    return {f"neo4j.{name}": state[name] for name in names if name in state}


_EXPECTED = {int: "a positive whole number", list: "a list of texts", str: "text", Path: "a path"}


def _typed(declared: Declared, value: Any, source: str) -> Any:
    if value is None:
        return None
    expected = declared.type
    try:
        if expected is int and not isinstance(value, bool) and int(value) > 0:
            return int(value)
        if expected is Path:
            return Path(value)
        if expected is list and isinstance(value, list):
            if all(isinstance(item, str) for item in value):
                return value
        elif expected is str and isinstance(value, str | int | float):
            return str(value)
    except (TypeError, ValueError):
        pass
    raise SettingsError(
        f"setting {declared.name} ({source}) is {value!r}; expected {_EXPECTED[expected]}"
    )
