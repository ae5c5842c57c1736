"""Mapping files: the ones that come with the program, a first one for a file, their schema."""

from __future__ import annotations

import json
from pathlib import Path

from ringleader.loaders.mapping_guess import guessed, schema
from ringleader.loaders.preset_files import PRESET, preset_file


def show(name: str) -> str:
    """The text of a mapping file that comes with the program.

    Args:
        name: Its name, with or without ``preset:``.

    Raises:
        InputError: There is none of that name.
    """
    path = preset_file(Path(PRESET + name.removeprefix(PRESET)))
    return path.read_text(encoding="utf-8")


def guess(path: Path, table: str | None = None, input_format: str | None = None) -> str:
    """A first mapping for a file; see :func:`ringleader.loaders.mapping_guess.guessed`."""
    return guessed(path, table, input_format)


def schema_text() -> str:
    """The JSON Schema of mapping files."""
    return json.dumps(schema(), indent=2) + "\n"
