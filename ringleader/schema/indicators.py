"""What others know: indicators, what they name, and who has seen that."""

from __future__ import annotations

from ringleader.schema.types import NodeType, RelType

__all__ = ["INDICATOR_NODES", "INDICATOR_RELATIONSHIPS"]

_INDICATOR = NodeType(
    "Indicator",
    "indicator_id",
    "A value that somebody else names: a partner, a feed, a watchlist. It makes no ring unless "
    "the settings say so (`[indicators.evidence]`).",
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
_FEED = NodeType(
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
_OBSERVER = NodeType(
    "Observer",
    "name",
    "Who has seen what indicators name: a partner that sent sightings. The empty name is this "
    "installation.",
)
_SIGHTED = RelType(
    "SIGHTED",
    "Observer",
    "Indicator",
    "What the indicator names has been seen. Partners' come with STIX sightings; this "
    "installation's own are made anew by each load of indicators, detection, retention and "
    "erasure.",
    derived=(
        ("ref", "id of the sighting at its source; empty for this installation's own"),
        ("events", "how often"),
        ("first_seen", "earliest event"),
        ("last_seen", "latest event"),
        ("accounts", "accounts that use what is named, or are it; own only"),
        ("accounts_in_rings", "those of them that are in rings; own only"),
        ("tlp", "who may read a partner's: clear, green, amber, amber+strict or red"),
        ("modified", "version of a partner's"),
        ("revoked", "whether the partner took it back"),
    ),
)
_INDICATES = RelType(
    "INDICATES",
    "Indicator",
    "Ip",
    "The indicator names it: an identifier of any label, a (:Subnet) or an (:Account). Made "
    "anew by each load of indicators and each detection.",
)
INDICATOR_NODES = (_INDICATOR, _OBSERVER, _FEED)
INDICATOR_RELATIONSHIPS = (_INDICATES, _SIGHTED)
