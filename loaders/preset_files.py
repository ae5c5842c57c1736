"""Mapping files that come with the program: ``preset:NAME``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from ringleader.errors import InputError

PRESETS = Path(__file__).parent / "presets"
PRESET = "preset:"


def presets() -> dict[str, dict[str, Any]]:
    """The mapping files that come with the program, by name."""
    return {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(PRESETS.glob("*.toml"))
    }


def preset_rows() -> list[dict[str, Any]]:
    """One row per preset: what it is called, which tables it maps, and what it is for."""
    return [
        {
            "mapping": PRESET + name,
            "tables": list(document["map"]),
            "for": document["doc"].partition("\n")[0],
        }
        for name, document in presets().items()
    ]


def preset_file(path: Path) -> Path:
    """The file behind ``preset:NAME``; any other path as it is."""
    if not str(path).startswith(PRESET):
        return path
    found = PRESETS / (str(path).removeprefix(PRESET) + ".toml")
    if found.parent != PRESETS or not found.is_file():
        raise InputError(f"there is no {path}", hint="one of " + ", ".join(presets()))
    return found
