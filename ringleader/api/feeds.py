"""Changes of rings as a feed: JSON Feed and RSS, for readers that people have already.

An entry names rings and counts, never an account.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET  # written, never parsed
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from ringleader.api.changes import change_line
from ringleader.output import plain

TITLE = "ringleader: changes of rings"
_JSON_FEED = "https://jsonfeed.org/version/1.1"


def json_feed(rows: Sequence[Mapping[str, Any]], address: str) -> dict[str, Any]:
    """The changes as a JSON Feed, version 1.1.

    Args:
        rows: Rows of :func:`ringleader.api.changes.changes`, the latest first.
        address: Address of the service, without a slash at its end.
    """
    return {
        "version": _JSON_FEED,
        "title": TITLE,
        "home_page_url": f"{address}/changes",
        "feed_url": f"{address}/changes.json",
        "items": [
            {
                "id": _id(row),
                "url": _url(row, address),
                "title": change_line(row),
                "content_text": change_line(row),
                "date_published": plain(row["at"]),
                "tags": [row["change"]],
            }
            for row in rows
        ],
    }


def rss(rows: Sequence[Mapping[str, Any]], address: str) -> bytes:
    """The changes as RSS 2.0.

    Args:
        rows: Rows of :func:`ringleader.api.changes.changes`, the latest first.
        address: Address of the service, without a slash at its end.
    """
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    for name, text in (
        ("title", TITLE),
        ("link", f"{address}/changes"),
        ("description", "Rings that are new, returned, grown, shrunk, merged, split or gone"),
    ):
        ET.SubElement(channel, name).text = text
    for row in rows:
        item = ET.SubElement(channel, "item")
        at = datetime.fromisoformat(str(plain(row["at"])))
        for name, text in (
            ("title", change_line(row)),
            ("link", _url(row, address)),
            ("category", str(row["change"])),
            ("pubDate", format_datetime(at)),
        ):
            ET.SubElement(item, name).text = text
        ET.SubElement(item, "guid", isPermaLink="false").text = _id(row)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _id(row: Mapping[str, Any]) -> str:
    named = row["ring_id"] or row["campaign_id"]
    return "|".join(
        str(one) for one in (named, row["change"], row["other"] or "", plain(row["at"]))
    )


def _url(row: Mapping[str, Any], address: str) -> str:
    return f"{address}/rings/{row['ring_id']}" if row["ring_id"] else f"{address}/changes"
