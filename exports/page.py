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


def write_page(file: BinaryIO, blocks: Iterable[tuple[str, Any]]) -> None:
    """Write the page as its data come.

    Args:
        file: Where to.
        blocks: Names (letters, digits and hyphens) and what JSON can hold.
    """
    style = (PARTS / "page.css").read_text(encoding="utf-8")
    script = "\n".join((PARTS / name).read_text(encoding="utf-8") for name in SCRIPTS)
    page = (PARTS / "page.html").read_text(encoding="utf-8")
    before, after = page.split("<!-- blocks -->")
    head = before.replace("{policy}", policy(style, script)).replace("{style}", style)
    file.write(head.encode())
    for name, content in blocks:
        block = f'<script type="application/gzip" id="data-{name}">{packed(content)}</script>\n'
        file.write(block.encode())
    file.write(after.replace("{script}", script).encode())


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
