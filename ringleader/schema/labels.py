"""Labels and relationship types that do not depend on what accounts can share."""

from __future__ import annotations

from ringleader.schema.entities import ABOUT, CLAIM, ENTITY
from ringleader.schema.indicators import INDICATOR_NODES, INDICATOR_RELATIONSHIPS
from ringleader.schema.records import RECORDS
from ringleader.schema.types import TALLY_BASE, Kind, Merge, NodeType, Property, RelType

__all__ = ["DAYS", "NODES", "RELATIONSHIPS", "USES"]

_FIRST = Property("first_seen", Kind.DATETIME, Merge.MIN, "earliest event")
_LAST = Property("last_seen", Kind.DATETIME, Merge.MAX, "latest event")
_EVENTS = Property("events", Kind.INTEGER, Merge.ADD, "number of events")
_CHANNELS = Property("channels", Kind.STRINGS, Merge.UNION, "channels the events came through")
_HOURS = Property("hours", Kind.INTEGERS, Merge.UNION, "hours of the day (UTC) with events")
# A day is known by its number modulo this: as many values as an integer has bits.
DAYS = 64
_DAYS = Property(
    "days",
    Kind.INTEGERS,
    Merge.UNION,
    "days (UTC) with events: the number of the day since 1970-01-01, modulo 64. The modulus keeps "
    "the list at 64 entries at most, however long loads go on; days that lie 64 apart are one "
    "entry",
)
_ACTIVITY = (
    _EVENTS,
    Property("input_tokens", Kind.INTEGER, Merge.ADD, "tokens sent"),
    Property("output_tokens", Kind.INTEGER, Merge.ADD, "tokens generated"),
    _FIRST,
    _LAST,
    _CHANNELS,
    _HOURS,
    _DAYS,
)


def _text(name: str, doc: str, merge: Merge = Merge.ASSIGN) -> Property:
    return Property(name, Kind.STRING, merge, doc)


NODES: tuple[NodeType, ...] = (
    NodeType(
        "Account",
        "account_id",
        "An account that signs up, logs in and pays. Rings consist of accounts.",
        (
            Property("created_at", Kind.DATETIME, Merge.ASSIGN, "when it was opened"),
            Property(
                "status",
                Kind.STRING,
                Merge.LATEST,
                "as the provider calls it, e.g. active, banned; by `status_at`, whatever the order "
                "of loads (a status without a time gives way to any with one)",
                as_of="status_at",
            ),
            Property("status_at", Kind.DATETIME, Merge.MAX, "since when it has that status"),
            _text("country", "ISO country of the account"),
            _text("phone_country", "ISO country of its phone number"),
            _text("plan", "what it pays for"),
            _text("channel", "channel it signed up through"),
            _text("email_hash", "keyed hash of its e-mail address"),
        ),
        indexes=("created_at", "email_hash", "status"),
    ),
    NodeType(
        "Asn",
        "number",
        "An autonomous system.",
        (
            # Of several the greatest: the order in which lists are loaded must not matter.
            _text("name", "who runs it", Merge.MAX),
            _text("kind", "what reference lists call it: hosting or vpn", Merge.MAX),
        ),
        key_kind=Kind.INTEGER,
    ),
    NodeType(
        "Proxy",
        "proxy_id",
        "A proxy, VPN, Tor exit, reseller or data centre: what a list calls by one id.",
        (
            Property("cidrs", Kind.STRINGS, Merge.UNION, "the prefixes that it answers for"),
            _text("operator", "who runs it"),
            _text("kind", "datacentre, vpn, tor, residential or reseller"),
            Property("sources", Kind.STRINGS, Merge.UNION, "lists that name it"),
            _FIRST,
            _LAST,
        ),
        indexes=("operator",),
    ),
    NodeType(
        "PromptBand",
        "band_id",
        "A part of signatures: clusters of raw prompts that resemble each other share one.",
    ),
    NodeType(
        "Model",
        "model",
        "A model that requests asked, as they name it; `unknown` for those that name none.",
        (Property("first_seen", Kind.DATETIME, Merge.MIN, "earliest request that asked it"),),
    ),
    NodeType("Organization", "organization_id", "An organization that accounts declare openly."),
    NodeType(
        "Ring",
        "ring_id",
        "A set of accounts that seem to have one operator, as found by a run.",
        indexes=("score",),
        derived=(
            ("score", "bits of evidence, see `rings explain`"),
            ("size", "number of members"),
            ("families", "families that tie its members"),
            ("family_bits", "bits of each family, in the order of `families`"),
            ("single_family", "whether one kind of evidence is all there is"),
            ("needed", "bits that a ring of this size has to bring here to be more than chance"),
            ("named_by", "sources on whose word it is a ring (`[indicators.evidence]`)"),
            ("links", "links between its members"),
            ("density", "links as a share of all pairs"),
            ("expected_false", "rings as good that chance makes in such a graph, at most"),
            ("p_value", "probability that chance makes one such ring at least"),
            ("run", "run_id of the detection that found it last"),
            ("state", "live, or retired: no longer found, and so without members"),
            ("found_at", "when it was first found"),
            ("retired_at", "when it was no longer found"),
            (
                "ended_members",
                "members that retention or an erasure has removed since it was found",
            ),
            ("ended_at", "when the last of them was removed"),
            ("ended_why", "why"),
            ("last_members", "account ids of a retired ring, as of the last run that found it"),
        ),
    ),
    NodeType(
        "Campaign",
        "campaign_id",
        "Rings that seem to have one operator.",
        derived=(
            ("rings", "number of rings"),
            ("accounts", "number of accounts in them"),
            ("shared", "what ties the rings to each other, each as family|label|key"),
            ("shared_bits", "bits of each, in the order of `shared`"),
            ("capabilities", "what the prompts target, most requests first"),
            ("capability_requests", "requests of each, in the order of `capabilities`"),
            ("channels", "channels the requests came through"),
            ("requests", "requests, at least: the most that one kind of identifier has seen"),
            ("input_tokens", "tokens sent, at least"),
            ("output_tokens", "tokens generated, at least"),
            ("first_seen", "earliest request or payment"),
            ("last_seen", "latest request or payment"),
            ("proxies", "proxies that two accounts or more came through"),
            ("operators", "who runs these proxies"),
            ("found_at", "when it was first found"),
            ("run", "run_id of the detection"),
        ),
    ),
    NodeType(
        "Review",
        "review_id",
        "A decision by a person or another system about an account or a ring.",
        (
            _text("label", "fraud or benign"),
            _text("ring", "ring id the decision names"),
            _text("campaign", "campaign the decision names"),
            Property("decided_at", Kind.DATETIME, Merge.ASSIGN, "when"),
            _text("decided_by", "by whom"),
        ),
        derived=(
            ("verdict", "confirmed, rejected or watched, if `ringleader review` made the decision"),
            ("target", "ring or account that it is about"),
            ("target_kind", "ring or account"),
            ("note", "why"),
            ("members", "account ids that it is about, as of then"),
            ("evidence", "identifiers that were seen then, each as label|key"),
        ),
    ),
    *INDICATOR_NODES,
    ENTITY,
    CLAIM,
    NodeType(
        "SetAside",
        "name",
        "A group as strong as a ring that has an innocent explanation; nobody is accused.",
        derived=(
            ("look_alike", "organization, occasion or household"),
            ("reason", "why, in words"),
            ("size", "number of accounts"),
            ("score", "bits of evidence"),
            ("needed", "bits that a ring of this size has to bring here"),
            ("families", "families that tie them"),
            ("members", "account ids"),
            ("run", "run_id of the detection"),
        ),
    ),
    NodeType(
        "Footprint",
        "footprint_id",
        "What the members of a ring live on, as the judge of one run saw it: the check compares an "
        "account with it. Those of the latest finished run are in force.",
        derived=(
            ("ring_id", "the ring"),
            ("run", "run_id of the detection"),
            ("size", "members that the judge compared with"),
            ("labels", "labels of the identifiers that the ring uses"),
            ("identifiers", "number of identifiers of each, in the order of `labels`"),
            ("usual", "whether enough members live on identifiers of each label"),
            ("for_bits", "bits if an account lives there, by label"),
            ("against_bits", "bits if it does not, though its activity is known, by label"),
            ("owned_bits", "bits if it lives on two that the ring owns, by label"),
            ("reach", "part of all uses of the label that goes to these identifiers, by label"),
            ("owned_reach", "the same of those that the ring owns, by label"),
            ("apart", "whether address and device are two kinds: no place holds the members"),
        ),
    ),
    NodeType(
        "Pin",
        "target",
        "An analyst's verdict on an identifier, known by its label and key; detection follows it.",
        derived=(
            ("verdict", "owned or widely shared (benign, in earlier versions)"),
            ("note", "why"),
            ("decided_at", "when"),
            ("decided_by", "by whom"),
        ),
    ),
    *RECORDS,
)

RELATIONSHIPS: tuple[RelType, ...] = (
    RelType(
        "IN_ORGANIZATION",
        "Account",
        "Organization",
        "The account openly belongs, or belonged, to it. Organizations add up over loads: an "
        "account may have several.",
    ),
    RelType(
        "CONTACTED",
        "Account",
        "Account",
        "One account referred, invited or transferred to the other.",
        (_EVENTS, _FIRST, _LAST),
        keys=(_text("kind", "referred, invited or transferred"),),
    ),
    RelType(
        "REQUESTED",
        "Account",
        "Model",
        "The account sent requests to the model. A model is no identifier: it links nobody.",
        (
            _EVENTS,
            Property(
                "active_hours",
                Kind.INTEGERS,
                Merge.UNION,
                "hours with requests: the number of the hour since 1970-01-01 UTC, modulo "
                f"{24 * DAYS}. The modulus keeps the list short, however long loads go on; hours "
                f"that lie {DAYS} days apart are one entry",
            ),
            Property(
                "daily",
                Kind.INTEGERS,
                Merge.TALLY,
                "requests of each day: an entry is the number of the day since 1970-01-01 UTC "
                f"times {TALLY_BASE}, plus the requests of that day. Days without requests have "
                "no entry",
            ),
        ),
    ),
    RelType("IN_SUBNET", "Ip", "Subnet", "The address lies in the subnet."),
    RelType("IN_BAND", "PromptCluster", "PromptBand", "The cluster's signature has the band."),
    RelType("IN_ASN", "Subnet", "Asn", "The subnet is announced by the system."),
    RelType("EXIT_OF", "Ip", "Proxy", "The address lies in the longest listed prefix."),
    RelType(
        "DECIDED",
        "Review",
        "Account",
        "What the decision is about: an account, or a (:Ring) of `ringleader review`.",
    ),
    *INDICATOR_RELATIONSHIPS,
    RelType("ASSIGNED", "Assignment", "Ring", "The ring that somebody took over or gave back."),
    ABOUT,
    RelType("AGAINST", "Appeal", "Review", "The decision that the appeal contests."),
    RelType(
        "CO_USED",
        "Device",
        "PromptCluster",
        "The same accounts use both, more than chance makes; between identifiers of any two "
        "labels. Kept for what rings use, the strongest of each identifier.",
        derived=(
            ("accounts", "how many accounts use both"),
            ("lift", "how many times as many as chance makes, degrees and activity kept"),
            ("run", "run_id of the detection"),
        ),
    ),
    RelType(
        "LIVES_ON",
        "Footprint",
        "Device",
        "Members of the ring use the identifier, of any label, more than chance explains.",
        derived=(
            ("ring_id", "the ring"),
            ("members", "how many members use it"),
            ("owned", "whether hardly anybody else does"),
            ("run", "run_id of the detection"),
        ),
    ),
    RelType(
        "SHAPED",
        "Account",
        "Footprint",
        "The account was a member of the ring in that run.",
        derived=(("bits", "what each kind of evidence tells of it; missing if pairs were linked"),),
    ),
    RelType(
        "CLEARED",
        "Account",
        "Device",
        "The account's use of the identifier, of any label, counts no more: a ring or account was "
        "rejected that had it. Kept for what rings use.",
        derived=(("run", "run_id of the detection"),),
    ),
    RelType(
        "LINKED",
        "Account",
        "Account",
        "Two accounts that share more than strangers do; written once per pair. Kept where they "
        "touch a ring; all of them after `detect --keep-links all`. Those of the latest finished "
        "run are in force.",
        derived=(
            ("weight", "bits of evidence"),
            ("families", "families the evidence comes from"),
            ("family_bits", "bits of each family, in the order of `families`"),
            ("evidence", "what is shared, each as family|label|key"),
            ("evidence_bits", "bits of each, in the order of `evidence`"),
            ("run", "run_id of the detection"),
        ),
    ),
    RelType(
        "MEMBER_OF",
        "Account",
        "Ring",
        "The account belongs to the ring.",
        derived=(
            ("score", "bits that tie it to the ring"),
            ("single_signal", "whether only one kind of evidence is known of it or speaks for it"),
            ("since", "when it came into the ring; kept while runs confirm it"),
            ("run", "run_id of the detection"),
        ),
    ),
    RelType(
        "PART_OF",
        "Ring",
        "Campaign",
        "The ring belongs to the campaign.",
        derived=(("run", "run_id of the detection"),),
    ),
    RelType("RUN_OF", "JobRun", "Job", "The run is one of the job's."),
    RelType(
        "CONTINUES",
        "Ring",
        "Ring",
        "The ring took over members of another. A ring that continues keeps its id.",
        keys=(_text("run", "run_id of the detection that saw it"),),
        derived=(
            ("kind", "merges: the other ended in it; splits: the other left a part to it"),
            ("overlap", "part of the other's members still seen that it took over"),
        ),
    ),
    RelType(
        "FOUND",
        "Run",
        "Ring",
        "What the run found.",
        derived=(
            ("size", "number of members then"),
            ("score", "bits of evidence then"),
            ("joined", "members that the run before did not have in it"),
            ("left", "members of the run before that are no longer in it"),
        ),
    ),
)

# What the relationships of identifiers of each table hold.
USES: dict[str, tuple[tuple[Property, ...], tuple[Property, ...]]] = {
    "accounts": ((), ()),
    "requests": (_ACTIVITY, ()),
    "payments": (
        (
            _EVENTS,
            Property("failed", Kind.INTEGER, Merge.ADD, "payments that did not go through"),
            Property(
                "disputed", Kind.INTEGER, Merge.ADD, "payments that their card's owner disputes"
            ),
            Property("refunded", Kind.INTEGER, Merge.ADD, "payments that were given back"),
        ),
        (_FIRST, _LAST, _HOURS, _DAYS),
    ),
}
