"""The console: three files that know nothing of the data, which their script asks the API for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastapi.responses import Response

from ringleader.exports.page import PARTS, family_rules

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ringleader.schema import Schema

FOLDER = Path(__file__).resolve().parent / "console"
# Pages have addresses that last; which one is shown follows from the address.
PAGES = (
    "/",
    "/changes",
    "/search",
    "/ask",
    "/ask/{name}",
    "/graph",
    "/compare",
    "/runs",
    "/jobs",
    "/rings/{name}",
    "/accounts/{name:path}",
    "/identifiers/{label}/{name:path}",
)
# The report draws rings; the console uses the same code. The last one starts the page.
DRAWING = ("page.js", "table.js", "charts.js", "network.js", "ring.js")
SCRIPTS = (
    "base.js",
    "decide.js",
    "queue.js",
    "changes.js",
    "ring_page.js",
    "account_page.js",
    "search_page.js",
    "ask_page.js",
    "explore_page.js",
    "compare_page.js",
    "runs_page.js",
    "start.js",
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def add_pages(app: FastAPI, schema: Schema) -> None:
    """Add the console.

    Args:
        app: The application.
        schema: The kinds of evidence, each with its colours.
    """
    page = (FOLDER / "index.html").read_bytes()
    parts = [PARTS / name for name in DRAWING] + [FOLDER / name for name in SCRIPTS]
    script = "\n".join(part.read_text(encoding="utf-8") for part in parts).encode()
    looks = (PARTS / "page.css").read_text(encoding="utf-8") + family_rules(schema)
    style = (looks + (FOLDER / "console.css").read_text(encoding="utf-8")).encode()

    async def shown() -> Response:
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})

    async def scripted() -> Response:
        return Response(script, media_type="text/javascript")

    async def styled() -> Response:
        return Response(style, media_type="text/css")

    for place in PAGES:
        app.add_api_route(place, shown, include_in_schema=False)
    app.add_api_route("/console/console.js", scripted, include_in_schema=False)
    app.add_api_route("/console/console.css", styled, include_in_schema=False)
