"""What others know: indicators, and what they name."""

from __future__ import annotations

from ringleader.schema.types import NodeType, RelType

__all__ = ["FEED", "INDICATES", "INDICATOR"]

INDICATOR = NodeType(
    "Indicator",
    "indicator_id",
    "A value that somebody else names: a partner, a feed, a watchlist. It never makes a ring.",
    indexes=("ref",),
    derived=(
        ("ref", "its id at the source"),
        ("kind", "cidr, account, or the name of an identifier"),
        ("label", "label of what it names"),
        ("key", "key of what it names; a keyed hash where the graph holds hashes"),
        ("source", "who names it"),
        ("tlp", "who may read it: clear, green, amber, amber+strict or red"),
        ("confidence", "of the source, from 0 to 100; it decays with time when it is shown"),
        ("valid_from", "since when"),
        ("valid_until", "until when"),
        ("modified", "version of the source"),
        ("revoked", "whether the source took it back"),
        ("note", "what the source says of it"),
    ),
)
FEED = NodeType(
    "Feed",
    "url",
    "A server's feed that indicators are pulled from: a TAXII collection or a MISP instance.",
    derived=(
        ("title", "its name"),
        ("source", "who counts as the source of its indicators; none if each event says it"),
        ("mark", "up to where it has been read, as the server says it"),
        ("pulled_at", "when it was read last"),
    ),
)
INDICATES = RelType(
    "INDICATES",
    "Indicator",
    "Ip",
    "The indicator names it: an identifier of any label, a (:Subnet) or an (:Account). Made "
    "anew by each load of indicators and each detection.",
)
