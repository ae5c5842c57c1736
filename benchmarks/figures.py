"""Figures of a benchmark, and the table that they make."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

PACKAGES = ("duckdb", "ibis-framework", "neo4j", "graphdatascience", "numpy", "networkit", "py2neo")


@dataclass(frozen=True)
class Figure:
    """One measured value, where there is one held against a reference of the same run.

    Attributes:
        what: What was measured.
        ours: The value of ours.
        unit: Its unit.
        reference: What it is held against, in words.
        theirs: The reference's value, in the same unit.
        bar: What ``ratio`` (or, without a reference, ``ours``) has to keep to, such as ``<= 1.25``.
        note: What else has to be known.
    """

    what: str
    ours: float
    unit: str
    reference: str = ""
    theirs: float | None = None
    bar: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over theirs."""
        return self.ours / self.theirs if self.theirs else None

    @property
    def met(self) -> bool | None:
        """Whether the bar is kept to; None without one."""
        if not self.bar:
            return None
        sign, bound = self.bar.split()
        value = self.ours if self.theirs is None else self.ours / self.theirs
        return value <= float(bound) if sign == "<=" else value >= float(bound)


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    return {
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.system()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def table(figures: Sequence[Figure]) -> str:
    """The figures as a table of Markdown."""
    lines = [
        "| what | ours | reference | ratio | bar | met |",
        "| --- | ---: | --- | ---: | --- | --- |",
    ]
    for figure in figures:
        theirs = "" if figure.theirs is None else f" {figure.theirs:,.4g} {figure.unit}"
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        met = {None: "", True: "yes", False: "**no**"}[figure.met]
        what = figure.what + (f" ({figure.note})" if figure.note else "")
        lines.append(
            f"| {what} | {figure.ours:,.4g} {figure.unit} | {figure.reference}{theirs} "
            f"| {ratio} | {figure.bar} | {met} |"
        )
    return "\n".join(lines) + "\n"


def save(folder: Path, name: str, figures: Sequence[Figure], said: dict[str, str]) -> None:
    """Write the table as Markdown and everything as JSON.

    Args:
        folder: Where to.
        name: Of the files.
        figures: What was measured.
        said: Machine, versions, seed and size.
    """
    folder.mkdir(parents=True, exist_ok=True)
    facts = "; ".join(f"{key} {value}" for key, value in said.items())
    (folder / f"{name}.md").write_text(f"{table(figures)}\n{facts}\n", encoding="utf-8")
    rows = [{**asdict(f), "ratio": f.ratio, "met": f.met} for f in figures]
    whole = {"facts": said, "figures": rows}
    (folder / f"{name}.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
