"""The catalogue: one stored query per ``.cypher`` file, described by its header.

A header is the comment lines at the top of the file::

    // name: accounts-on-ip
    // question: Which accounts used this IP address?
    // param address: string
    // param limit: integer = 50
    // column account_id: string
    // mode: read

A parameter without a default is required. Lists of relationship types and keys, which follow from
the schema, are placeholders such as ``{{ uses }}`` (:mod:`ringleader.catalogue.templates`).
``// audience: internal`` marks a step of loads or detections, which is no question of analysts.
Everything else (the command line's help, completion, the catalogue page of the docs) is derived
from headers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ringleader.catalogue.templates import check_placeholders, rendered
from ringleader.cypher_text import parameters
from ringleader.errors import CatalogueError, WrongUsage
from ringleader.progress import say
from ringleader.schema import Schema
from ringleader.settings import expanded

# In a checkout `ringleader/cypher` is a link; messages name the folder itself.
FOLDER = (Path(__file__).resolve().parent.parent / "cypher").resolve()
_SCALARS = ("string", "integer", "float", "boolean", "datetime")
# A list whose entries matter, to whoever writes typed columns, says what they are.
TYPES = (*_SCALARS, "list", "strings", "integers", "floats", "map")
_REQUIRED = object()
_FIELD = re.compile(r"^//\s*(name|question|param|column|mode|audience)\b\s*:?\s*(.*)$")
_TYPED_NAME = re.compile(r"^([A-Za-z_]\w*)\s*:\s*(\w+)\s*(?:=\s*(.+))?$")


@dataclass(frozen=True)
class Param:
    """A declared parameter; ``default`` is a sentinel when the parameter is required."""

    name: str
    type: str
    default: Any = _REQUIRED

    @property
    def required(self) -> bool:
        """Whether a caller has to give it."""
        return self.default is _REQUIRED

    @property
    def described(self) -> str:
        """Its type and default in words."""
        if self.required:
            return self.type
        return f"{self.type}, optional" if self.default is None else f"{self.type} = {self.default}"


@dataclass(frozen=True)
class Column:
    """A declared column of the answer."""

    name: str
    type: str


@dataclass(frozen=True)
class Query:
    """A stored query; ``internal`` ones are steps of loads and detections.

    ``text`` is the query as its file has it; :meth:`rendered` is what runs.
    """

    name: str
    folder: str
    question: str
    params: tuple[Param, ...]
    columns: tuple[Column, ...]
    mode: str
    text: str
    path: Path
    internal: bool = False

    def rendered(self, schema: Schema) -> str:
        """The query as it runs, its placeholders filled in.

        Args:
            schema: What accounts can share.
        """
        return rendered(self.text, schema)

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Values for every parameter: given ones converted, defaults for the others.

        Args:
            given: Values by name; strings are converted to the declared type.

        Raises:
            WrongUsage: A value is missing, superfluous or of the wrong type.
        """
        unknown = sorted(set(given) - {param.name for param in self.params})
        missing = [p.name for p in self.params if p.required and p.name not in given]
        if unknown or missing:
            problem = f"has no parameter {unknown[0]!r}" if unknown else f"needs {missing[0]!r}"
            wanted = " ".join(f"-p {p.name}=…" for p in self.params if p.required)
            raise WrongUsage(
                f"query {self.name} {problem}",
                hint=f"ringleader query run {self.name} {wanted}".rstrip(),
            )
        return {
            param.name: convert(given[param.name], param.type, f"{self.name}.{param.name}")
            if param.name in given
            else param.default
            for param in self.params
        }


def convert(value: Any, type_: str, where: str) -> Any:
    """A value as the declared type.

    Raises:
        WrongUsage: It is not one.
    """
    if not isinstance(value, str) or type_ == "string":
        return value
    try:
        match type_:
            case "integer":
                return int(value)
            case "float":
                return float(value)
            case "boolean":
                return {"true": True, "false": False}[value.lower()]
            case "datetime":
                moment = datetime.fromisoformat(value)
                return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            case _:
                return json.loads(value)
    except (ValueError, KeyError) as error:
        raise WrongUsage(f"{where} is {value!r}; expected {type_}") from error


def parse(path: Path) -> Query:
    """Read one stored query.

    Raises:
        CatalogueError: The header is incomplete or does not agree with the body; the message
            gives file and line.
    """
    single: dict[str, str] = {}
    params: list[Param] = []
    columns: list[Column] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: {error}") from error
    number = 0
    for number, line in enumerate(lines, start=1):
        if not line.startswith("//"):
            break
        found = _FIELD.match(line)
        if not found:
            continue
        field, rest = found.groups()
        if field in ("param", "column"):
            name, type_, default = _typed_name(rest, path, number)
            if field == "column":
                columns.append(Column(name, type_))
            elif default is None:
                params.append(Param(name, type_))
            else:
                params.append(Param(name, type_, _default(default, type_, path, number)))
        elif field in single:
            raise CatalogueError(f"{path}:{number}: a second {field!r}")
        else:
            single[field] = rest.strip()
    text = "\n".join(lines[number - 1 :]).strip()
    for field in ("name", "question", "mode"):
        if not single.get(field):
            raise CatalogueError(f"{path}:1: the header lacks {field!r}")
    if single["name"] != path.stem:
        raise CatalogueError(f"{path}:1: name {single['name']!r} is not the file's name")
    if single["mode"] not in ("read", "write"):
        raise CatalogueError(f"{path}:1: mode {single['mode']!r} is neither read nor write")
    if single.get("audience", "analysts") not in ("analysts", "internal"):
        raise CatalogueError(f"{path}:1: audience {single['audience']!r} is not internal")
    try:
        check_placeholders(text)
    except CatalogueError as error:
        raise CatalogueError(f"{path}:{number}: {error.message}", hint=error.hint) from error
    declared, used = {param.name for param in params}, parameters(text)
    if not text or declared != used:
        odd = ", ".join(f"${name}" for name in sorted(declared ^ used)) or "the body is empty"
        raise CatalogueError(f"{path}:{number}: declared and used parameters differ: {odd}")
    return Query(
        single["name"],
        path.parent.name,
        single["question"],
        tuple(params),
        tuple(columns),
        single["mode"],
        text,
        path,
        single.get("audience") == "internal",
    )


def _typed_name(rest: str, path: Path, number: int) -> tuple[str, str, str | None]:
    found = _TYPED_NAME.match(rest.strip())
    if not found or found[2] not in TYPES:
        raise CatalogueError(
            f"{path}:{number}: expected `name: type [= default]` with a type of {', '.join(TYPES)}"
        )
    return found[1], found[2], found[3]


def _default(text: str, type_: str, path: Path, number: int) -> Any:
    try:
        return (
            None if text.strip() == "null" else convert(text.strip().strip('"'), type_, "default")
        )
    except WrongUsage as error:
        raise CatalogueError(f"{path}:{number}: {error.message}") from error


@dataclass(frozen=True)
class _LeftOut:
    """A query or folder of the user's that cannot be used, and why."""

    path: Path
    error: CatalogueError


@cache
def _shipped() -> dict[str, Query]:
    return {query.name: query for query in map(parse, sorted(FOLDER.rglob("*.cypher")))}


@cache
def _load(folders: tuple[Path, ...]) -> tuple[dict[str, Query], tuple[_LeftOut, ...]]:
    catalogue, left_out = dict(_shipped()), []
    for folder in folders:
        if not folder.is_dir():
            error = CatalogueError(f"folder of queries {folder} does not exist")
            left_out.append(_LeftOut(folder, error))
        for path in sorted(folder.rglob("*.cypher")):
            try:
                query = parse(path)
                taken = catalogue.get(query.name)
                if taken is not None:
                    raise CatalogueError(f"{path}:1: name {query.name!r} is taken by {taken.path}")
            except CatalogueError as error:
                left_out.append(_LeftOut(path, error))
            else:
                catalogue[query.name] = query
    # Here, where the answer is kept, so that one process says it once.
    for each in left_out:
        say(f"note: {each.error.message}; it is left out (ringleader query check)")
    return catalogue, tuple(left_out)


def _resolved(extra: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(expanded(folder).resolve() for folder in extra)


def load_catalogue(extra: Iterable[Path] = ()) -> dict[str, Query]:
    """Every stored query by name: ours, then the user's folders.

    A query of the user's that is malformed, or whose name is taken, is named on standard error and
    left out.
    """
    return dict(_load(_resolved(extra))[0])


def get(name: str, extra: Iterable[Path] = ()) -> Query:
    """One stored query.

    Raises:
        CatalogueError: There is none of that name, or its file cannot be used.
    """
    catalogue, left_out = _load(_resolved(extra))
    if name not in catalogue:
        import difflib

        for each in left_out:
            if each.path.stem == name:
                raise each.error

        near = difflib.get_close_matches(name, catalogue, n=3)
        raise CatalogueError(
            f"there is no query {name!r}",
            hint="did you mean " + " or ".join(near) + "?" if near else "ringleader query list",
        )
    return catalogue[name]
