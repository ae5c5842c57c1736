"""Tables of a lake among the sources: recognising them, and listing the data files of a version.

A folder or address with ``_delta_log/`` is a Delta table, one with ``metadata/*.metadata.json`` an
Iceberg table, and ``iceberg://CATALOGUE/NAMESPACE.TABLE`` names one of a catalogue.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ringleader.errors import InputError, RingleaderError
from ringleader.loaders.lake import delta, iceberg
from ringleader.loaders.lake.places import METADATA, metadata_files, table_format
from ringleader.loaders.lake.version import FORMATS, DataFile, Version
from ringleader.loaders.sources import remote
from ringleader.loaders.sources.files import InputFile
from ringleader.loaders.sources.stores import is_remote

__all__ = ["LakeTable", "table_at"]

_PACKAGES = {"delta": "deltalake", "iceberg": "pyiceberg"}


@dataclass(frozen=True)
class LakeTable:
    """A table of a lake.

    Attributes:
        format: ``delta`` or ``iceberg``.
        address: What the user named.
        place: Where it is; empty for a table of a catalogue.
        described: Names of the files that describe versions of an Iceberg table.
    """

    format: str
    address: str
    place: str = ""
    described: tuple[str, ...] = ()

    def files(self, number: int | None = None) -> tuple[Version, list[InputFile]]:
        """A version of the table, and its live data files.

        Args:
            number: The version or snapshot; None for the latest.

        Raises:
            InputError: The package that reads it is missing, it cannot be read, or it would be
                read wrongly.
        """
        word = FORMATS[self.format][0]
        if importlib.util.find_spec(_PACKAGES[self.format]) is None:
            raise InputError(
                f"{self.address} is a table of the format {word}, which needs the package "
                f"{_PACKAGES[self.format]}",
                hint='pip install "ringleader[lake]"',
            )
        with _explained(self.address, word):
            if self.format == "delta":
                version, found = delta.data_files(self.address, self.place, number)
            elif (described := self._metadata) is None:
                version, found = iceberg.by_name(self.address, number)
            else:
                version, found = iceberg.from_metadata(self.address, described, number)
        return version, [_input_file(file) for file in found]

    def appended(self, version: Version, since: int) -> frozenset[str]:
        """Data files of a version that were added without rewriting rows of an earlier one.

        Args:
            version: The version.
            since: The earlier version.
        """
        with _explained(self.address, FORMATS[self.format][0]):
            if self.format == "delta":
                return delta.appended(self.place, version, since)
            return iceberg.appended(self.address, self._metadata, version)

    @property
    def _metadata(self) -> str | None:
        """The file that describes the latest version of an Iceberg table; None by a catalogue."""
        if not self.place:
            return None
        name = iceberg.latest(self.address, list(self.described))
        return f"{self.place}/{METADATA}/{name}"


def table_at(source: str) -> LakeTable | None:
    """The table of a lake that a source is; None if it is none.

    Raises:
        InputError: The object store cannot be read.
    """
    if source.startswith(f"{iceberg.SCHEME}://"):
        return LakeTable("iceberg", source)
    if is_remote(source):
        if (found := remote.table_at(source)) is None:
            return None
        return LakeTable(found[0], source, found[1], found[2])
    folder = Path(source)
    if not source.strip() or not folder.is_dir() or (kind := table_format(folder)) is None:
        return None
    return LakeTable(kind, source, str(folder.resolve()), tuple(metadata_files(folder)))


def _input_file(file: DataFile) -> InputFile:
    names = (*(column.name for column in file.columns), *(name for name, _ in file.values))
    path = Path(file.address)
    return InputFile(path, "parquet", file.identity, names, origin=path, lake=file)


@contextmanager
def _explained(address: str, word: str) -> Iterator[None]:
    """Say in one line what a library reports of a table."""
    try:
        yield
    except RingleaderError:
        raise
    except Exception as error:
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        raise InputError(
            f"{address}: the {word} table cannot be read: {said}",
            hint="check that its log and its files are whole, and that you may read them",
        ) from error
