"""The input contract: which tables and columns can be loaded, declared once.

Validation, mapping checks, `ringleader load --help` and the page of the docs follow from it.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from ringleader.loaders.enrichment.prompt_skeletons import EXEMPLAR_SENDERS
from ringleader.schema import BUILT_IN, Schema

# Part of every batch's identity: raise it when the same file would load differently.
CONTRACT_VERSION = 2
ID_LENGTH = 512
TEXT_LENGTH = 4_096
NAME_LENGTH = 64
# A prompt may carry a whole document; only its masked skeleton is looked at.
PROMPT_LENGTH = 1_000_000


class Type(StrEnum):
    """What a column holds."""

    ID = "id"
    TEXT = "text"
    TIMESTAMP = "timestamp"
    COUNT = "count"
    AMOUNT = "amount"
    CURRENCY = "currency"
    CHOICE = "choice"
    NAME = "name"
    CHANNEL = "channel"
    ADDRESS = "address"
    NETWORK = "network"
    EMAIL = "email"
    PAYMENT_METHOD = "payment method"
    BIN = "bin"
    PROMPT = "prompt"


EXPLAINED: dict[Type, str] = {
    Type.ID: f"text of 1 to {ID_LENGTH} bytes",
    Type.TEXT: f"text of at most {TEXT_LENGTH:,} bytes",
    Type.TIMESTAMP: "UTC: ISO 8601, or epoch seconds or milliseconds; years 2000 to 2099",
    Type.COUNT: "a whole number from 0 to 1,000,000,000,000 (10^12)",
    Type.AMOUNT: "a decimal number",
    Type.CURRENCY: "an ISO 4217 code",
    Type.CHOICE: "one of the values listed",
    Type.NAME: f"a letter, then at most {NAME_LENGTH - 1} letters, digits, blanks or `_ - .`",
    Type.CHANNEL: "api, azure, bedrock, vertex, or one of `[channels] known`",
    Type.ADDRESS: "an IPv4 or IPv6 address; a port, zone or IPv4-mapped form is normalised. A "
    "masked address (`203.0.113.***`, `203.0.113.0/24`) counts for its subnet",
    Type.NETWORK: "an IP address or a CIDR, not /0",
    Type.EMAIL: "an e-mail address; only its domain and a keyed hash are kept",
    Type.PAYMENT_METHOD: "the processor's fingerprint; a card number is refused",
    Type.BIN: "the first six to eight digits of a card",
    Type.PROMPT: "raw prompt text; never kept as it is",
}


# A bad value of these is left out and noted; its row stays.
_OPTIONAL = frozenset(
    {
        Type.AMOUNT,
        Type.BIN,
        Type.CHANNEL,
        Type.CHOICE,
        Type.COUNT,
        Type.CURRENCY,
        Type.EMAIL,
        Type.NAME,
        Type.TEXT,
    }
)


@dataclass(frozen=True)
class Column:
    """A column of the contract.

    Attributes:
        name: Its name.
        type: What it holds.
        required: Whether a row without it is refused.
        values: The values of a choice.
        doc: What it says.
        secret: Whether only a keyed hash of its values is kept.
        synonyms: Words for values of a choice, each with the value that is meant.
    """

    name: str
    type: Type
    required: bool = False
    values: tuple[str, ...] = ()
    doc: str = ""
    secret: bool = False
    synonyms: tuple[tuple[str, str], ...] = ()

    @property
    def optional(self) -> bool:
        """Whether a row can do without a good value: no evidence comes of the column."""
        return not self.required and self.type in _OPTIONAL

    @property
    def sensitive(self) -> bool:
        """Whether a value may never be shown, not even in quarantine."""
        return self.secret or self.type in (
            Type.EMAIL,
            Type.PAYMENT_METHOD,
            Type.PROMPT,
            Type.BIN,
        )

    @property
    def limit(self) -> int:
        """The greatest number of bytes."""
        if self.type is Type.PROMPT:
            return PROMPT_LENGTH
        return TEXT_LENGTH if self.type is Type.TEXT else ID_LENGTH


@dataclass(frozen=True)
class Table:
    """A table of the contract.

    Attributes:
        name: Its name.
        doc: What a row is.
        columns: Its columns.
        key: Columns of which no two rows may agree without being equal; none for events.
        latest_by: Of rows that contradict each other on the key, the latest by this one is kept.
        latest_of: What that is the time of; rows without it come last.
        event: Column that tells one event from another; whole-row duplicates are dropped only
            where it has a value.
        identifiers: Columns of identifiers that follow from their declaration alone.
    """

    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    latest_by: str | None = None
    latest_of: str | None = None
    event: str | None = None
    identifiers: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the columns that every row needs."""
        return tuple(column.name for column in self.columns if column.required)


_ACCOUNT = Column("account_id", Type.ID, required=True, doc="the account")
_CHANNEL = Column("channel", Type.CHANNEL, doc="where it came in")
_CAPABILITY = Column(
    "capability",
    Type.NAME,
    doc="what is asked for, e.g. reasoning, coding, tool_use, agentic, computer_use, vision, "
    "data_analysis, rubric_grading, policy_rewrites, other; any name will do",
)
PROXY_KINDS = ("datacentre", "vpn", "tor", "residential", "reseller")
CONTACT_KINDS = ("referred", "invited", "transferred")
PAYMENT_KINDS = ("card", "prepaid", "wire", "credit", "wallet")
_PAYMENT_SYNONYMS = (
    *((word, "card") for word in ("debit", "charge", "credit card", "credit_card", "debit card")),
    *((word, "card") for word in ("debit_card", "creditcard", "debitcard", "deferred_debit")),
    *((word, "wire") for word in ("bank_transfer", "bank transfer", "transfer", "sepa", "ach")),
    *((word, "wire") for word in ("sepa_debit", "us_bank_account", "bank_account", "direct_debit")),
    *((word, "prepaid") for word in ("gift_card", "giftcard", "gift card", "voucher")),
    *((word, "wallet") for word in ("apple_pay", "applepay", "google_pay", "googlepay", "paypal")),
)
_PROXY_SYNONYMS = (
    *((word, "datacentre") for word in ("datacenter", "data center", "hosting", "dch", "server")),
    *((word, "tor") for word in ("tor exit", "tor_exit", "tor-exit", "tor node")),
    *((word, "residential") for word in ("residential_proxy", "residential proxy", "res")),
)

_TABLES: tuple[Table, ...] = (
    Table(
        "accounts",
        "An account.",
        (
            _ACCOUNT,
            Column("created_at", Type.TIMESTAMP, doc="when it was opened"),
            Column("email", Type.EMAIL, doc="its e-mail address"),
            Column("phone_country", Type.TEXT, doc="country of its phone number"),
            Column("organization_id", Type.ID, doc="organization it openly belongs to"),
            Column("country", Type.TEXT, doc="country it gave"),
            Column("plan", Type.TEXT, doc="what it pays for"),
            Column("status", Type.TEXT, doc="e.g. active, banned"),
            Column("status_at", Type.TIMESTAMP, doc="since when it has that status"),
            _CHANNEL,
        ),
        key=("account_id",),
        latest_by="status_at",
        latest_of="status",
    ),
    Table(
        "requests",
        "A request; many become one relationship per account and identifier.",
        (
            _ACCOUNT,
            Column("timestamp", Type.TIMESTAMP, required=True, doc="when it arrived"),
            Column("ip", Type.ADDRESS, doc="address it came from"),
            Column("user_agent", Type.TEXT, doc="user agent; kept on the device"),
            Column("device_id", Type.ID, doc="TLS or client fingerprint"),
            _CHANNEL,
            Column(
                "model",
                Type.TEXT,
                doc="model asked; what it is called, and requests by day, are kept",
            ),
            Column("endpoint", Type.TEXT, doc="endpoint called; checked, not kept"),
            Column("request_id", Type.ID, doc="of rows with the same one, one counts"),
            Column("prompt_cluster_id", Type.ID, doc="cluster id, if you cluster prompts yourself"),
            Column(
                "prompt",
                Type.PROMPT,
                doc="raw prompt, where there is no cluster; its cluster is kept, and a masked "
                "exemplar of clusters that "
                f"{EXEMPLAR_SENDERS} accounts or more sent to in the load",
            ),
            _CAPABILITY,
            Column("input_tokens", Type.COUNT, doc="tokens sent"),
            Column("output_tokens", Type.COUNT, doc="tokens generated"),
        ),
    ),
    Table(
        "payments",
        "A payment or an attempt at one.",
        (
            _ACCOUNT,
            Column(
                "payment_method_id",
                Type.PAYMENT_METHOD,
                required=True,
                doc="the processor's fingerprint of the method, never a card number",
            ),
            Column("timestamp", Type.TIMESTAMP, doc="when"),
            Column(
                "kind",
                Type.CHOICE,
                values=PAYMENT_KINDS,
                doc="of the method",
                synonyms=_PAYMENT_SYNONYMS,
            ),
            Column("bin", Type.BIN, doc="first digits of the card"),
            Column("issuer_country", Type.TEXT, doc="country of the issuer"),
            Column("amount", Type.AMOUNT, doc="how much; checked, not kept"),
            Column("currency", Type.CURRENCY, doc="of the amount"),
            Column("payment_id", Type.ID, doc="of rows with the same one, the latest counts, once"),
            Column("outcome", Type.TEXT, doc="e.g. succeeded, failed, declined"),
        ),
        event="timestamp",
    ),
    Table(
        "proxies",
        "A known proxy, VPN or Tor exit, or a range of a data centre.",
        (
            Column("address", Type.NETWORK, required=True, doc="an IP address or a CIDR"),
            Column("proxy_id", Type.ID, doc="its id; by default kind and CIDR"),
            Column("operator", Type.TEXT, doc="who runs it"),
            Column(
                "kind", Type.CHOICE, values=PROXY_KINDS, doc="what it is", synonyms=_PROXY_SYNONYMS
            ),
            Column("source", Type.TEXT, doc="the list that names it"),
            Column("first_seen", Type.TIMESTAMP, doc="since when it is listed"),
            Column("last_seen", Type.TIMESTAMP, doc="until when"),
        ),
    ),
    Table(
        "prompts",
        "A cluster of prompts that somebody made.",
        (
            Column("prompt_cluster_id", Type.ID, required=True, doc="the cluster"),
            Column("label", Type.TEXT, doc="what an analyst calls it"),
            _CAPABILITY,
            Column("exemplar", Type.PROMPT, doc="one prompt of it; masked before it is kept"),
        ),
        key=("prompt_cluster_id",),
    ),
    Table(
        "contacts",
        "A visible contact of one account with another: a referral, an invitation or a transfer.",
        (
            _ACCOUNT,
            Column("other_account_id", Type.ID, required=True, doc="the other account"),
            Column("kind", Type.CHOICE, values=CONTACT_KINDS, doc="what happened"),
            Column("timestamp", Type.TIMESTAMP, doc="when"),
        ),
        event="timestamp",
    ),
    Table(
        "labels",
        "A decision about an account.",
        (
            _ACCOUNT,
            Column(
                "label", Type.CHOICE, required=True, values=("fraud", "benign"), doc="the decision"
            ),
            Column("ring_id", Type.ID, doc="ring it belongs to"),
            Column("campaign", Type.ID, doc="campaign it belongs to"),
            Column("decided_at", Type.TIMESTAMP, doc="when"),
            Column("decided_by", Type.TEXT, doc="by whom"),
        ),
        key=("account_id", "ring_id", "decided_at", "decided_by"),
    ),
)
TABLE_NAMES: tuple[str, ...] = tuple(table.name for table in _TABLES)


@cache
def tables(schema: Schema) -> dict[str, Table]:
    """The tables by name, with the columns of the identifiers that the settings declare.

    Args:
        schema: What accounts can share.
    """
    return {table.name: _with_identifiers(table, schema) for table in _TABLES}


def _with_identifiers(table: Table, schema: Schema) -> Table:
    columns = {column.name: column for column in table.columns}
    grouped: dict[str, None] = {}
    for found in schema.of_table(table.name):
        if found.generic:
            grouped[found.column] = None
            given = Column(found.column, Type.ID, doc=found.column_doc, secret=found.hashed)
            columns.setdefault(found.column, given)
    return replace(table, columns=tuple(columns.values()), identifiers=tuple(grouped))


BY_NAME: dict[str, Table] = tables(BUILT_IN)
TABLES: tuple[Table, ...] = tuple(BY_NAME.values())

# ISO 4217, the codes that money is counted in.
CURRENCIES: tuple[str, ...] = tuple(
    (  # noqa: SIM905 - a table reads better than 160 quoted words
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN "
        "BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD "
        "FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY "
        "KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP "
        "MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR "
        "RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND "
        "TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR "
        "ZMW ZWG"
    ).split()
)


def describe(table: Table) -> list[dict[str, str]]:
    """One row per column, for help texts and docs."""
    return [
        {
            "table": table.name,
            "column": column.name,
            "required": "yes" if column.required else "",
            "type": " | ".join(column.values) if column.values else EXPLAINED[column.type],
            "meaning": column.doc,
        }
        for column in table.columns
    ]


def help_text(columns: int = 92) -> str:
    """The contract for a terminal; required columns carry a star.

    Args:
        columns: Width of the lines.
    """
    width = max(map(len, TABLE_NAMES)) + 2
    lines = []
    for table in TABLES:
        names = ", ".join(c.name + ("*" if c.required else "") for c in table.columns)
        lines += textwrap.wrap(
            f"{table.name:<{width}}{names}", columns, subsequent_indent=" " * width
        )
    return "\n".join(lines)
