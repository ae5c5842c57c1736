"""The graph model, declared once.

Constraints, upserts and the schema page of the docs are derived from what stands
here (:mod:`ringleader.statements`). Labels and relationship types in generated Cypher come from
nowhere else.
"""

from __future__ import annotations

from ringleader.schema_types import Family, Kind, Merge, NodeType, Property, RelType

_FIRST = Property("first_seen", Kind.DATETIME, Merge.MIN, "earliest event")
_LAST = Property("last_seen", Kind.DATETIME, Merge.MAX, "latest event")
_EVENTS = Property("events", Kind.INTEGER, Merge.ADD, "number of events")
_CHANNELS = Property("channels", Kind.STRINGS, Merge.UNION, "channels the events came through")
_HOURS = Property("hours", Kind.INTEGERS, Merge.UNION, "hours of the day (UTC) with events")
_ACTIVITY = (
    _EVENTS,
    Property("input_tokens", Kind.INTEGER, Merge.ADD, "tokens sent"),
    Property("output_tokens", Kind.INTEGER, Merge.ADD, "tokens generated"),
    _FIRST,
    _LAST,
    _CHANNELS,
    _HOURS,
)
_SHARERS = (("accounts", "number of accounts that share it, as of the last detection"),)


def _text(name: str, doc: str, merge: Merge = Merge.ASSIGN) -> Property:
    return Property(name, Kind.STRING, merge, doc)


NODES: tuple[NodeType, ...] = (
    NodeType(
        "Account",
        "account_id",
        "Whoever signs up, logs in and pays; what rings are made of.",
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
        indexes=("created_at", "email_hash"),
    ),
    NodeType(
        "Ip",
        "address",
        "An IP address in canonical text; IPv4-mapped IPv6 is IPv4.",
        family=Family.NETWORK,
        indexes=("accounts",),
        derived=_SHARERS,
    ),
    NodeType(
        "Subnet",
        "cidr",
        "The /24 of an IPv4 address or the /64 of an IPv6 address.",
        family=Family.NETWORK,
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
        family=Family.NETWORK,
    ),
    NodeType(
        "PaymentMethod",
        "payment_method_id",
        "A payment method by its processor's fingerprint, never a card number.",
        (
            _text("kind", "card, prepaid, wire, credit or wallet"),
            _text("bin", "first six to eight digits"),
            _text("issuer_country", "ISO country of the issuer"),
        ),
        family=Family.PAYMENT,
        indexes=("accounts", "bin"),
        derived=_SHARERS,
    ),
    NodeType(
        "Device",
        "device_id",
        "A TLS or client fingerprint.",
        (_text("user_agent", "a user agent seen with it", Merge.MAX),),
        family=Family.DEVICE,
        indexes=("accounts",),
        derived=_SHARERS,
    ),
    NodeType(
        "PromptCluster",
        "prompt_cluster_id",
        "Prompts that are the same but for names, numbers and payloads.",
        (
            _text("label", "what an analyst calls it"),
            _text("capability", "reasoning, coding, tool_use or other"),
            _text("exemplar", "one prompt with names, numbers and payloads masked"),
            _text("signature", "keyed MinHash that later prompts are compared with", Merge.KEEP),
            _text("batch", "batch_id of the load that found it", Merge.KEEP),
        ),
        family=Family.PROMPT,
        indexes=("accounts",),
        derived=_SHARERS,
    ),
    NodeType(
        "EmailDomain",
        "domain",
        "The domain of an e-mail address.",
        family=Family.REGISTRATION,
        indexes=("accounts",),
        derived=_SHARERS,
    ),
    NodeType("Organization", "organization_id", "An organization that accounts declare openly."),
    NodeType(
        "Ring",
        "ring_id",
        "A set of accounts that act as one, as of a run.",
        indexes=("score",),
        derived=(
            ("score", "bits of evidence, see `rings explain`"),
            ("size", "number of members"),
            ("families", "families that tie its members"),
            ("family_bits", "bits of each family, in the order of `families`"),
            ("single_family", "whether one kind of evidence is all there is"),
            ("links", "links between its members"),
            ("density", "links as a share of all pairs"),
            ("run", "run_id of the detection"),
        ),
    ),
    NodeType("Campaign", "campaign_id", "Rings with one operator behind them."),
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
    ),
    NodeType(
        "Batch",
        "batch_id",
        "A set of input files, loaded once.",
        derived=(
            ("table", "table of the input contract"),
            ("state", "open, done, or abandoned (given up, what is in stays)"),
            ("started_at", "when it was first begun"),
            ("finished_at", "when it was complete"),
            ("files", "SHA-256 of each file"),
            ("file_names", "what the files were called"),
            ("mapping", "SHA-256 of the mapping"),
            ("chunk_size", "rows in one transaction"),
            ("rows", "rows loaded"),
            ("quarantined", "rows refused"),
            ("duplicates", "rows left out because another says the same"),
            ("reads_graph", "whether its rows depend on what was in the graph"),
        ),
    ),
    NodeType(
        "Run",
        "run_id",
        "One detection over the graph as it stood.",
        derived=(
            ("state", "open or done"),
            ("started_at", "when it began"),
            ("finished_at", "when it was complete"),
            ("algorithm", "leiden or louvain"),
            ("parameters", "every parameter, as JSON"),
            ("known_hubs", "size and SHA-256 of the list of known hubs, as JSON"),
            ("version", "of ringleader"),
            ("accounts", "accounts looked at"),
            ("links", "links written"),
            ("rings", "rings found"),
            ("members", "accounts in rings"),
            ("stages", "seconds of each stage, as JSON"),
        ),
    ),
    NodeType(
        "Job",
        "job",
        "Scheduled work, as `[jobs]` of the settings file declares it.",
    ),
    NodeType(
        "JobRun",
        "job_run_id",
        "One run of a job, whatever came of it.",
        derived=(
            ("state", "running, done, failed, interrupted, or crashed (it never said)"),
            ("started_at", "when it began"),
            ("finished_at", "when it ended"),
            ("date", "the day that its placeholders stand for"),
            ("host", "where it ran"),
            ("versions", "of ringleader, Python and the server, as JSON"),
            ("parameters", "the job as it was declared, addresses shortened, as JSON"),
            ("steps", "per step what it was, its state, seconds and counts, each as JSON"),
            ("error", "what failed"),
            ("rings", "ring_id of each ring that stood at its end"),
            ("new_rings", "those that did not stand at the end of the last run that was done"),
        ),
    ),
    NodeType(
        "Lease",
        "lease_id",
        "Who writes alone just now; there is none while nobody does.",
        derived=(
            ("token", "what each write of the holder checks"),
            ("holder", "what it does, and where"),
            ("place", "the file lock that it holds as well"),
            ("taken_at", "since when"),
            ("expires_at", "when it lapses unless it is renewed"),
        ),
    ),
)

RELATIONSHIPS: tuple[RelType, ...] = (
    RelType("USED_IP", "Account", "Ip", "The account sent requests from the address.", _ACTIVITY),
    RelType("USED_DEVICE", "Account", "Device", "The account used the client.", _ACTIVITY),
    RelType("SENT", "Account", "PromptCluster", "The account sent such prompts.", _ACTIVITY),
    RelType(
        "PAID_WITH",
        "Account",
        "PaymentMethod",
        "The account paid, or tried to, with the method.",
        (
            _EVENTS,
            Property("failed", Kind.INTEGER, Merge.ADD, "payments that did not go through"),
            Property("currencies", Kind.STRINGS, Merge.UNION, "ISO currencies"),
            _FIRST,
            _LAST,
            _HOURS,
        ),
    ),
    RelType(
        "REGISTERED_WITH",
        "Account",
        "EmailDomain",
        "A domain of the account's e-mail address. Domains add up over loads: one that the account "
        "had is evidence still.",
    ),
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
    RelType("IN_SUBNET", "Ip", "Subnet", "The address lies in the subnet."),
    RelType("IN_ASN", "Subnet", "Asn", "The subnet is announced by the system."),
    RelType("EXIT_OF", "Ip", "Proxy", "The address lies in the longest listed prefix."),
    RelType("DECIDED", "Review", "Account", "What the decision is about."),
    RelType(
        "LINKED",
        "Account",
        "Account",
        "Two accounts that share more than strangers do; written once per pair.",
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
        derived=(("score", "bits that tie it to the ring"), ("run", "run_id of the detection")),
    ),
    RelType("RUN_OF", "JobRun", "Job", "The run is one of the job's."),
    RelType("PART_OF", "Ring", "Campaign", "The ring belongs to the campaign."),
    RelType(
        "CONTINUES",
        "Ring",
        "Ring",
        "The ring continues, merges or splits an earlier one.",
        derived=(("kind", "continues, merges or splits"), ("overlap", "share of members kept")),
    ),
)

NODE_BY_LABEL = {node.label: node for node in NODES}
RELATIONSHIP_BY_TYPE = {rel.type: rel for rel in RELATIONSHIPS}
# Labels whose nodes accounts can share, with the relationship that leads there.
IDENTIFIERS: dict[str, str] = {
    rel.end: rel.type
    for rel in RELATIONSHIPS
    if rel.start == "Account" and rel.end != "Account" and NODE_BY_LABEL[rel.end].family
}
