"""One HTML file that holds a program, its looks and its data, and can reach nothing else.

The content security policy names the one style sheet and the one script by their hashes and allows
nothing besides: whatever a name in the data holds, it neither runs nor calls home. Data are
blocks of compressed JSON that the script unpacks when it shows them.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from ringleader.schema import BUILT_IN, Schema

PARTS = Path(__file__).resolve().parent / "report_page"
SCRIPTS = (
    "page.js",
    "table.js",
    "charts.js",
    "network.js",
    "ring.js",
    "overview.js",
    "start.js",
)
_LEVEL = 6  # of compression: 9 takes twice the time for one part in a hundred


def write_page(
    file: BinaryIO, blocks: Iterable[tuple[str, Any]], schema: Schema = BUILT_IN
) -> None:
    """Write the page while its data are read.

    Args:
        file: Where to.
        blocks: Names (letters, digits and hyphens) and what JSON can hold.
        schema: The kinds of evidence, each with its colours.
    """
    style = (PARTS / "page.css").read_text(encoding="utf-8") + family_rules(schema)
    script = "\n".join((PARTS / name).read_text(encoding="utf-8") for name in SCRIPTS)
    page = (PARTS / "page.html").read_text(encoding="utf-8")
    before, after = page.split("<!-- blocks -->")
    head = before.replace("{policy}", policy(style, script)).replace("{style}", style)
    file.write(head.encode())
    for name, content in blocks:
        block = f'<script type="application/gzip" id="data-{name}">{packed(content)}</script>\n'
        file.write(block.encode())
    file.write(after.replace("{script}", script).encode())


def family_rules(schema: Schema) -> str:
    """Style rules for the colours of families: on a light ground, on a dark one, and printed."""
    light, dark = (
        " ".join(f"--{family.name}: {family.colours[ground]};" for family in schema.families)
        for ground in (0, 1)
    )
    hues = "\n".join(f".f-{f.name} {{ --hue: var(--{f.name}); }}" for f in schema.families)
    return (
        f":root {{ {light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
        f"@media print {{ :root {{ {light} }} }}\n{hues}\n"
    )


def policy(style: str, script: str) -> str:
    """The content security policy: this style sheet, this script, images in the page, no more."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def packed(content: Any) -> str:
    """JSON, compressed, in letters that end no element."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), _LEVEL, mtime=0)).decode()


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
