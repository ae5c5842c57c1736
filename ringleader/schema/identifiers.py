"""What accounts can share, declared once: the built-in identifiers and their families.

Contract columns, constraints, upserts, import files, the lists inside stored Cypher, evidence,
verdicts, reports, exports and docs follow from these declarations (:mod:`ringleader.schema`). The
order of families and identifiers is the order of their codes in detection: append, never insert.
"""

from __future__ import annotations

from ringleader.schema.types import Family, Identifier, Kind, Merge, Property

__all__ = ["FAMILIES", "IDENTIFIERS"]

# A shared office, VPN image or build farm explains address and device at once: one group.
# Registration, timing and subnets support and never stand alone: a mail domain says where one
# works, a coincidence in time was looked for among all that is shared, and a masked address is the
# address of many.
FAMILIES: tuple[Family, ...] = (
    Family(
        "network",
        "environment",
        0.2,
        "providers reassign addresses, and households share them",
        "N",
        ("#2a6bd4", "#5c9bff"),
    ),
    Family(
        "payment",
        "payment",
        0.04,
        "evidence that strangers have by chance in payments; as much again is one bit (measured on "
        "a labelled review)",
        "$",
        ("#b86a0c", "#eba34a"),
    ),
    Family(
        "device",
        "environment",
        0.1,
        "client builds collide more often than payment methods do",
        "D",
        ("#7650cc", "#ab8ff5"),
    ),
    Family(
        "prompt", "prompt", 0.2, "people copy prompts from tutorials", "P", ("#0d8577", "#38bfac")
    ),
    Family(
        "timing",
        None,
        1.0,
        "the surprise of a replacement is a probability already: as likely as not is one bit",
        "T",
        ("#64748b", "#94a3b8"),
    ),
    Family(
        "registration",
        None,
        0.4,
        "a mail domain says where one works or studies more often than who one is",
        "R",
        ("#b8437f", "#ee86b8"),
    ),
    Family(
        "contact",
        "contact",
        0.04,
        "a mailbox is read by one person and a phone answered by one household, as a card is used",
        "C",
        ("#4d7c0f", "#a3e635"),
    ),
    Family(
        "subnet",
        None,
        0.4,
        "up to 256 customers of a provider have the same masked address",
        "S",
        ("#0e7490", "#67e8f9"),
    ),
)

IDENTIFIERS: tuple[Identifier, ...] = (
    Identifier(
        "ip",
        "Ip",
        "address",
        "USED_IP",
        "requests",
        "ip",
        "network",
        "address",
        "addresses",
        "An IP address in canonical text; IPv4-mapped IPv6 is IPv4.",
        "The account sent requests from the address.",
        generic=False,
        colour="#0072B2",
        misp=("ip-src", "Network activity"),
        stix="address",
    ),
    Identifier(
        "device",
        "Device",
        "device_id",
        "USED_DEVICE",
        "requests",
        "device_id",
        "device",
        "device",
        "devices",
        "A TLS or client fingerprint.",
        "The account used the client.",
        generic=False,
        colour="#009E73",
        properties=(Property("user_agent", Kind.STRING, Merge.MAX, "a user agent seen with it"),),
    ),
    Identifier(
        "prompt_cluster",
        "PromptCluster",
        "prompt_cluster_id",
        "SENT",
        "requests",
        "prompt_cluster_id",
        "prompt",
        "prompt cluster",
        "prompt clusters",
        "Prompts that are the same but for names, numbers and payloads.",
        "The account sent such prompts.",
        generic=False,
        colour="#CC79A7",
        properties=(
            Property("label", Kind.STRING, Merge.ASSIGN, "what an analyst calls it"),
            Property("capability", Kind.STRING, Merge.ASSIGN, "what is asked for, e.g. coding"),
            Property(
                "exemplar",
                Kind.STRING,
                Merge.ASSIGN,
                "one prompt with names, numbers and payloads masked; none of a cluster that few "
                "accounts sent to in the load that found it",
            ),
            Property(
                "signature",
                Kind.STRING,
                Merge.KEEP,
                "keyed MinHash that later prompts are compared with",
            ),
            Property(
                "meaning",
                Kind.STRING,
                Merge.KEEP,
                "turned vector of what it means, where loads compare prompts by meaning",
            ),
            Property("batch", Kind.STRING, Merge.KEEP, "batch_id of the load that found it"),
        ),
    ),
    Identifier(
        "payment_method",
        "PaymentMethod",
        "payment_method_id",
        "PAID_WITH",
        "payments",
        "payment_method_id",
        "payment",
        "payment method",
        "payment methods",
        "A payment method by its processor's fingerprint, never a card number.",
        "The account paid, or tried to, with the method.",
        generic=False,
        colour="#D55E00",
        misp=("other", "Financial fraud"),
        properties=(
            Property("kind", Kind.STRING, Merge.ASSIGN, "card, prepaid, wire, credit or wallet"),
            Property("bin", Kind.STRING, Merge.ASSIGN, "first six to eight digits"),
            Property("issuer_country", Kind.STRING, Merge.ASSIGN, "ISO country of the issuer"),
        ),
        indexes=("bin",),
        use_properties=(Property("currencies", Kind.STRINGS, Merge.UNION, "ISO currencies"),),
    ),
    Identifier(
        "email_domain",
        "EmailDomain",
        "domain",
        "REGISTERED_WITH",
        "accounts",
        "email",
        "registration",
        "mail domain",
        "mail domains",
        "The domain of an e-mail address.",
        "A domain of the account's e-mail address. Domains add up over loads: one that the account "
        "had is evidence still.",
        generic=False,
        colour="#E69F00",
        misp=("domain", "Network activity"),
        properties=(
            Property(
                "disposable",
                Kind.BOOLEAN,
                Merge.ASSIGN,
                "whether a list names it as one of throw-away addresses; loaded as a list",
            ),
        ),
    ),
    Identifier(
        "phone",
        "Phone",
        "phone",
        "HAS_PHONE",
        "accounts",
        "phone",
        "contact",
        "phone number",
        "phone numbers",
        "A phone number, as a keyed hash of its international form.",
        "The account gave the phone number. Numbers add up over loads.",
        normaliser="phone",
        hashed=True,
        region="phone_country",
        column_doc="its phone number; only a keyed hash is kept. A number without a country code "
        "is read as one of `phone_country`",
        colour="#882255",
    ),
    Identifier(
        "mailbox",
        "Mailbox",
        "mailbox",
        "HAS_MAILBOX",
        "accounts",
        "email",
        "contact",
        "mailbox",
        "mailboxes",
        "The mailbox that an e-mail address leads to, as a keyed hash: in lower case, without a "
        "plus part, for Gmail without dots, with one name for a provider's several domains.",
        "Mail to the account arrives in the mailbox. Mailboxes add up over loads.",
        normaliser="email",
        hashed=True,
        colour="#332288",
    ),
    Identifier(
        "subnet",
        "Subnet",
        "cidr",
        "USED_SUBNET",
        "requests",
        "ip",
        "subnet",
        "subnet",
        "subnets",
        "The /24 of an IPv4 address or the /64 of an IPv6 address; of a masked address what is "
        "left of it, if that is shorter.",
        "The account sent requests from a masked address of the subnet (`203.0.113.***`). It only "
        "supports other evidence: many strangers have addresses in one subnet.",
        generic=False,
        colour="#56B4E9",
        misp=("ip-src", "Network activity"),
        stix="address",
    ),
)
