"""Public lists of networks, each in its own format: prefixes, systems, MaxMind databases.

An entry of a list becomes a row of the proxies table, of :data:`SYSTEMS` for lists of autonomous
systems (those mark systems and name no addresses, so none are made up), or of :data:`DISPOSABLE`
for lists of mail domains.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.errors import InputError
from ringleader.loaders.contract import BY_NAME, PROXY_KINDS, Column, Table, Type
from ringleader.loaders.enrichment.asn import open_database
from ringleader.loaders.mapping import ColumnMap, Mapping
from ringleader.loaders.sources.files import InputFile, fingerprint
from ringleader.loaders.sources.packed import ENDINGS as PACKED
from ringleader.loaders.sources.packed import open_bytes
from ringleader.loaders.sources.published_ranges import (
    FLAGS,
    is_json_list,
    is_range_list,
    prefixes_json,
    ranges_csv,
)

if TYPE_CHECKING:
    from ringleader.loaders.workspace import Workspace

SYSTEMS = Table(
    "proxies",
    "An autonomous system that hosts servers or proxies.",
    (
        Column("number", Type.COUNT, required=True, doc="its number"),
        Column("name", Type.TEXT, doc="who runs it"),
        Column("kind", Type.CHOICE, values=("hosting", "vpn"), doc="what it is"),
    ),
)
DISPOSABLE = Table(
    "proxies",
    "A mail domain that anybody gets throw-away addresses at.",
    (Column("domain", Type.ID, required=True, doc="the domain"),),
)


@dataclass(frozen=True)
class Format:
    """A format of lists.

    Attributes:
        name: What ``--as`` calls it.
        doc: What a line is.
        kind: Kind of its entries, unless ``--kind`` says another.
        table: The table of its entries, where these are no networks.
    """

    name: str
    doc: str
    kind: str | None = None
    table: Table | None = None

    @property
    def systems(self) -> bool:
        """Whether its entries are autonomous systems."""
        return self.table is SYSTEMS


FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        Format("cidr", "an address or CIDR a line, # comments"),
        Format("x4b", "X4BNet/lists_vpn: CIDRs, or `AS123 # name`; kind from the folder's name"),
        Format("ipranges", "lord-alfred/ipranges: CIDRs; operator from the folder", "datacentre"),
        Format("tor", "addresses of Tor nodes, one a line", "tor"),
        Format("asn", "`AS123 # name` a line", table=SYSTEMS),
        Format("asn-csv", "CSV with ASN and Entity", table=SYSTEMS),
        Format("disposable", "mail domains of throw-away addresses, one a line", table=DISPOSABLE),
        Format("ranges-csv", "CSV with a column network or the first and last address of a range"),
        Format(
            "json", "JSON with prefixes: AWS, Google Cloud, Azure, Fastly and others", "datacentre"
        ),
        Format("mmdb", "a MaxMind database: autonomous systems, or anonymous addresses"),
    )
}
_OTHER_FORMAT = f"say which format it is: --as {'|'.join(FORMATS)}"
# What files with lists end in besides .csv and .txt.
ENDINGS = (".mmdb", ".lst", ".list", ".netset", ".conf", ".ipset")
# Formats that one publisher has to itself; the format's name says where an entry is from.
_PUBLISHED = ("x4b", "ipranges")
_ADDRESS = r"[0-9A-Fa-f]*[:.][0-9A-Fa-f:.]+"
_MASK = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
# An entry at the start of a line: a range, a network and its mask, a prefix or an address.
_ENTRY = re.compile(
    rf"^(?:(?:deny|allow|add \S+|[^:,;#\[]*:(?=[0-9.]+-))\s*)?"
    rf"({_ADDRESS}\s*(?:-|–)\s*{_ADDRESS}|{_ADDRESS}(?:\s+|/){_MASK}|{_ADDRESS}(?:/[0-9]{{1,3}})?)"
    r"(?=$|[\s#;,])",
    re.IGNORECASE,
)
_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)+")
_SYSTEM = re.compile(r"^AS\s*([0-9]+)\b\s*[#;,|-]?\s*(.*)$", re.IGNORECASE)
_FOLDERS = {
    "datacenter": "datacentre",
    "datacentre": "datacentre",
    "hosting": "datacentre",
    "vpn": "vpn",
    "tor": "tor",
    "residential": "residential",
}


@dataclass(frozen=True)
class ListFile:
    """A list that is to be loaded: its file, format and what is said of every entry."""

    path: Path
    form: Format
    kind: str | None
    source: str
    operator: str | None


def recognise(path: Path) -> str | None:
    """The format of a file by its name and first lines; None for an ordinary table."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    ending = suffixes[-1] if suffixes else ""
    if ending == ".mmdb":
        return "mmdb"
    if ending in (".parquet", ".pq"):
        return None
    try:
        with open_bytes(path) as file:
            head = file.read(65_536).decode("utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error}", hint="check that it is there and may be read"
        ) from error
    lines = [line.strip() for line in head if line.strip() and not _is_comment(line)]
    first = lines[0] if lines else ""
    if ending in (".jsonl", ".ndjson", ".json"):
        return "json" if is_json_list(first, lines) else None
    if _SYSTEM.match(first):
        return "asn"
    if _ENTRY.match(first):
        return "tor" if "tor" in re.split(r"[^a-z]+", path.stem.lower()) else "cidr"
    if _DOMAIN.fullmatch(first) and "disposable" in str(Path(*path.parts[-2:])).lower():
        return "disposable"
    header = [name.strip().strip('"').lower() for name in first.split(",")]
    if header[:1] == ["asn"] and "address" not in header:
        return "asn-csv"
    return "ranges-csv" if is_range_list(header) else None


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(("#", ";", "//"))


def list_file(
    path: Path,
    format_: str,
    kind: str | None = None,
    source: str | None = None,
    known: Path | None = None,
) -> ListFile:
    """What is known of a list before it is read.

    Args:
        path: The file.
        format_: A name of :data:`FORMATS`.
        kind: Kind of its entries.
        source: What the list is called; by default its folder and name.
        known: The file as the user knows it, if this one is a copy.
    """
    form = FORMATS[format_]
    if format_ in ("x4b", "cidr") and recognise(path) == "asn":
        form = FORMATS["asn"]
    known = known or path
    folders = [part.lower() for part in known.parts[-3:]]
    guessed = next((_FOLDERS[name] for name in reversed(folders) if name in _FOLDERS), None)
    if kind is None:
        kind = form.kind or (guessed if format_ in ("x4b", "cidr") or form.systems else None)
    if form.table is DISPOSABLE:
        kind = None
    elif form.systems:
        kind = {"datacentre": "hosting", None: "hosting"}.get(kind, kind)
    elif kind is not None and kind not in PROXY_KINDS:
        raise InputError(f"--kind {kind} is unknown", hint=f"one of {', '.join(PROXY_KINDS)}")
    operator = known.parent.name if format_ == "ipranges" else None
    if source is None:
        source = (
            format_ if format_ in _PUBLISHED else f"{known.parent.name}/{known.stem}".strip("/")
        )
    return ListFile(path, form, kind, source, operator)


def is_system_database(path: Path) -> bool:
    """Whether a MaxMind database says which autonomous system announces an address."""
    with open_database(path) as reader:
        return any(word in reader.metadata().database_type for word in ("ASN", "ISP"))


def as_table(workspace: Workspace, lists: Sequence[ListFile]) -> tuple[list[InputFile], Mapping]:
    """Lists of one format and kind as files that the loaders read.

    Args:
        workspace: Where the files are put.
        lists: Lists that agree in all but path; entries keep the line they stand on.

    Returns:
        The files and the mapping that says what holds for every entry.
    """
    first = lists[0]
    table = first.form.table or BY_NAME["proxies"]
    said: dict[str, str | None] = {"kind": first.kind}
    if first.form.table is None:
        said |= {"source": first.source, "operator": first.operator}
    if first.form.name == "mmdb":
        said = {"source": first.source}
    columns = {name: ColumnMap(source=None, const=value) for name, value in said.items() if value}
    return [_as_file(workspace, entry) for entry in lists], Mapping(table, columns)


def _as_file(workspace: Workspace, entry: ListFile) -> InputFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if entry.form.name == "mmdb":
        rows = list(_anonymous(entry.path))
    elif entry.form.name == "asn-csv":
        rows = list(_systems_csv(entry.path))
    elif entry.form.name == "ranges-csv":
        rows = list(ranges_csv(_text_lines(entry.path)))
    elif entry.form.name == "json":
        rows = list(prefixes_json(entry.path, _OTHER_FORMAT))
    else:
        rows = list(_lines(entry.path, entry.form))
    names = tuple(name for name in rows[0] if name != "line") if rows else ()
    if not rows:
        hint = "a database of systems (ASN, ISP) or of anonymous addresses is expected"
        raise InputError(
            f"{entry.path} holds no entries of the format {entry.form.name}",
            hint=hint if entry.form.name == "mmdb" else _OTHER_FORMAT,
        )
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in names}
    path = workspace.folder / (workspace.name("list") + ".parquet")
    pq.write_table(pa.table(columns), path)
    return InputFile(
        path.resolve(),
        "parquet",
        fingerprint(entry.path),
        names,
        origin=entry.path,
        lines=tuple(row["line"] for row in rows),
    )


def _text_lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with open_bytes(path) as file:
            text = file.read().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error}", hint="check that it is there and may be read"
        ) from error
    if not text:
        raise InputError(f"{path} is empty", hint="download it again, or leave it out")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not _is_comment(line):
            yield number, line.strip()


def _lines(path: Path, form: Format) -> Iterator[dict[str, Any]]:
    for number, line in _text_lines(path):
        if form.table is DISPOSABLE:
            yield {"line": number, "domain": re.split(r"[\s#;,]", line, maxsplit=1)[0]}
        elif form.systems:
            found = _SYSTEM.match(line)
            yield {
                "line": number,
                "number": found[1] if found else line,
                "name": (found[2].strip() or None) if found else None,
            }
        else:
            entry = _ENTRY.match(line)
            address = entry[1] if entry else re.split(r"[\s#;,]", line, maxsplit=1)[0]
            yield {"line": number, "address": address}


def _systems_csv(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in _text_lines(path):
        # Such lists put blanks before quotes and forget quotes around commas.
        fields = next(csv.reader([line], skipinitialspace=True))
        if number == 1 and fields[0].strip().lower() == "asn":
            continue
        name = ", ".join(field.strip() for field in fields[1:]).strip()
        system = fields[0].strip().upper().removeprefix("AS")
        yield {"line": number, "number": system, "name": name or None}


def _anonymous(path: Path) -> Iterator[dict[str, Any]]:
    with open_database(path) as reader:
        for position, (prefix, record) in enumerate(reader, start=1):
            if not isinstance(record, dict):
                continue
            kind = next((kind for flag, kind in FLAGS if record.get(flag)), None)
            if kind or record.get("is_anonymous") or record.get("is_public_proxy"):
                operator = record.get("provider_name")
                yield {
                    "line": position,
                    "address": str(prefix),
                    "kind": kind,
                    "operator": None if operator is None else str(operator),
                }


def grouped(lists: Sequence[ListFile]) -> list[list[ListFile]]:
    """Lists that agree in all but path together, so that each group is one load."""
    groups: dict[ListFile, list[ListFile]] = {}
    for entry in lists:
        groups.setdefault(replace(entry, path=Path()), []).append(entry)
    return list(groups.values())
