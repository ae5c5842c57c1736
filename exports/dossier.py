"""A campaign as a dossier for partners, clouds and authorities: Markdown, STIX or MISP.

It says what happened, when, how much, through what, how sure that is, and what is seen and what is
inferred. Nobody is named unless asked for: accounts, cards and mailboxes have pseudonyms, and so
has infrastructure unless it is wanted in the clear.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ringleader.catalogue import get
from ringleader.errors import NotFound
from ringleader.exports.intelligence import confidence
from ringleader.indications import TLP, Indication, indications
from ringleader.version import __version__

if TYPE_CHECKING:
    from ringleader.graph import Graph

__all__ = ["INFRASTRUCTURE", "Facts", "facts_of", "markdown", "naming"]

# What names no person by itself: where requests came from and with what.
INFRASTRUCTURE = frozenset(
    {"Ip", "Subnet", "Asn", "Proxy", "Device", "EmailDomain", "PromptCluster", "operator"}
)
_ROWS = 50
_MODELS = 5
Namer = Callable[[str, str], str]


@dataclass(frozen=True)
class Facts:
    """What is known of a campaign.

    Attributes:
        campaign: Properties of its node.
        rings: Rows of the stored query ``campaign-rings``.
        members: Accounts in them.
        infrastructure: Rows of the stored query ``campaign-infrastructure``.
        days: Rows of the stored query ``campaign-days``.
        named: What others name of it, as far as the TLP of the dossier allows.
        attributed: Rows of the stored query ``attributions``, as far as that TLP allows.
        kept_back: How many indicators and attributions it does not allow.
    """

    campaign: dict[str, Any]
    rings: list[dict[str, Any]]
    members: tuple[str, ...]
    infrastructure: list[dict[str, Any]]
    days: list[dict[str, Any]]
    named: tuple[Indication, ...]
    attributed: tuple[dict[str, Any], ...]
    kept_back: int


def facts_of(graph: Graph, campaign_id: str, tlp: str) -> Facts:
    """Read what is known of a campaign.

    Args:
        graph: An open graph.
        campaign_id: The campaign.
        tlp: Who may read the dossier: indicators of a stricter TLP stay out.

    Raises:
        NotFound: There is no such campaign.
    """

    def rows(name: str) -> list[dict[str, Any]]:
        stored = get(name)
        return graph.read(stored, stored.bind({"campaign_id": campaign_id}))

    found = rows("campaign-summary")
    if not found:
        raise NotFound(f"there is no campaign {campaign_id!r}", hint="ringleader campaigns list")
    members = tuple(row["account_id"] for row in rows("members-of-campaign"))
    named = indications(graph, members)
    allowed = tuple(part for one in named if (part := one.within(tlp)) is not None)
    said = rows("attributions")
    attributed = tuple(row for row in said if TLP.index(row["tlp"]) <= TLP.index(tlp))
    return Facts(
        found[0]["campaign"],
        rows("campaign-rings"),
        members,
        rows("campaign-infrastructure"),
        rows("campaign-days"),
        allowed,
        attributed,
        len(named) - len(allowed) + len(said) - len(attributed),
    )


def naming(pseudonym: Namer | None, *, infrastructure: bool) -> Namer:
    """How things are called in a dossier.

    Args:
        pseudonym: Makes pseudonyms; None for all in the clear.
        infrastructure: Whether infrastructure is called by its name.
    """
    if pseudonym is None:
        return lambda _label, key: key
    open_ = INFRASTRUCTURE if infrastructure else frozenset({"Asn"})
    return lambda label, key: key if label in open_ else pseudonym(label, key)


def markdown(facts: Facts, name: Namer, tlp: str, *, now: datetime | None = None) -> str:
    """The dossier as Markdown.

    Args:
        facts: What is known.
        name: How things are called.
        tlp: Who may read it.
        now: The time of writing.
    """
    said = facts.campaign
    written = (now or datetime.now(UTC)).strftime("%Y-%m-%d %H:%M UTC")
    title = name("Campaign", said["campaign_id"])
    lines = [
        f"# Dossier: {title}",
        "",
        f"**TLP:{tlp.upper()}** · written {written} by ringleader {__version__} from {said['run']}",
        "",
        "A lead for review, not a verdict. Names that look like `account-3f…` are pseudonyms: "
        "keyed hashes that only the sender can resolve.",
        "",
        "## What, when, how much",
        "",
        *_overview(facts),
        "",
        "## Course",
        "",
        *_course(facts),
        "",
        "## Infrastructure",
        "",
        *_infrastructure(facts, name),
        "",
        "## Confidence",
        "",
        *_confidence(facts, name),
        "",
        "## What is seen and what is inferred",
        "",
        "- **Seen**: accounts, requests, payments, and what they used, with counts and times as "
        "the provider's logs have them. Counts of requests are lower bounds: a channel that does "
        "not report an identifier leaves it out.",
        "- **Inferred**: that the accounts of a ring have one operator, and that its rings have "
        "one. It follows from shared identifiers that chance does not explain, not from content.",
        "- **Not known**: who the operator is. An identifier may have been sold, stolen or shared.",
        "",
        "## Whom it is attributed to",
        "",
        *_attributed(facts),
        "",
        "## What others name",
        "",
        *_named(facts, name),
    ]
    return "\n".join(lines) + "\n"


def _overview(facts: Facts) -> list[str]:
    said = facts.campaign
    total = sum(said.get("capability_requests") or ()) or 1
    pairs = zip(said.get("capabilities") or (), said.get("capability_requests") or (), strict=True)
    targets = ", ".join(f"{what} {100 * count / total:.0f} %" for what, count in pairs)
    return [
        "| | |",
        "| --- | --- |",
        f"| accounts | {said['accounts']:,} in {said['rings']:,} rings |",
        f"| seen | {_day(said.get('first_seen'))} to {_day(said.get('last_seen'))} |",
        f"| requests, at least | {said.get('requests') or 0:,} |",
        f"| tokens, at least | {said.get('input_tokens') or 0:,} in, "
        f"{said.get('output_tokens') or 0:,} out |",
        f"| targets | {targets or 'unknown'} |",
        f"| channels | {', '.join(said.get('channels') or ()) or 'unknown'} |",
        f"| proxy operators | {', '.join(said.get('operators') or ()) or 'none known'} |",
    ]


def _course(facts: Facts) -> list[str]:
    """Requests by week, with the models most asked."""
    weeks: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in facts.days:
        day = date.fromisoformat(row["day"])
        monday = day - timedelta(days=day.weekday())
        weeks[monday.isoformat()][row["model"]] += row["requests"]
    if not weeks:
        return ["Requests by day are not known."]
    lines = ["| week from | requests | models |", "| --- | --- | --- |"]
    for week, models in sorted(weeks.items()):
        most = sorted(models.items(), key=lambda item: (-item[1], item[0]))[:_MODELS]
        asked = ", ".join(f"{model} {count:,}" for model, count in most)
        lines.append(f"| {week} | {sum(models.values()):,} | {asked} |")
    return lines


def _infrastructure(facts: Facts, name: Namer) -> list[str]:
    if not facts.infrastructure:
        return ["No identifier is used by two members."]
    lines = [
        "Used by two members or more. *Outside* counts accounts in no ring: what many of them use "
        "is a shared service, and no sign of this operator.",
        "",
        "| kind | name | members | outside | first seen | last seen | system | proxy operator |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in facts.infrastructure[:_ROWS]:
        system = f"AS{row['asn']} {row['asn_name'] or ''}".strip() if row["asn"] else ""
        cells = (
            row["label"],
            f"`{_cell(name(row['label'], row['key']))}`",
            f"{row['members']:,}",
            f"{row['outside']:,}",
            _day(row["first_seen"]),
            _day(row["last_seen"]),
            _cell(system),
            _cell(", ".join(row["operators"])),
        )
        lines.append(f"| {' | '.join(cells)} |")
    more = len(facts.infrastructure) - _ROWS
    return lines + (["", f"And {more:,} more; STIX and MISP hold all."] if more > 0 else [])


def _confidence(facts: Facts, name: Namer) -> list[str]:
    lines = [
        "| ring | accounts | bits | kinds of evidence | confidence (0 to 100) |",
        "| --- | --- | --- | --- | --- |",
    ]
    for ring in facts.rings:
        lines.append(
            f"| `{name('Ring', ring['ring_id'])}` | {ring['size']:,} | {ring['score']:,.0f} | "
            f"{', '.join(ring['families'])} | {confidence(ring['families'])} |"
        )
    lines += ["", "A bit of evidence halves how often strangers would share as much."]
    shared, bits = facts.campaign.get("shared") or (), facts.campaign.get("shared_bits") or ()
    if shared:
        lines += ["", "The rings are taken for one operator's because they share:", ""]
        for line, worth in zip(shared, bits, strict=True):
            family, label, key = line.split("|", 2)
            lines.append(f"- {family}: {label} `{_cell(name(label, key))}` ({worth:.1f} bits)")
    return lines


def _attributed(facts: Facts) -> list[str]:
    lines = [
        f"- {_cell(one['entity'])} ({one['kind']}), confidence {one['confidence']} of 100, says "
        f"{_cell(one['source'])} on {_day(one['claimed_at'])} (TLP:{one['tlp'].upper()}): "
        f"{_cell(one['note'])}"
        for one in facts.attributed
    ]
    return lines or ["Nobody."]


def _named(facts: Facts, name: Namer) -> list[str]:
    lines = [
        f"- {one.source} (TLP:{one.tlp.upper()}) names {one.label} "
        f"`{_cell(name(one.label, one.key))}`, confidence {one.now}{_cell(one.seen_words)}"
        for one in facts.named[:_ROWS]
    ]
    if facts.kept_back:
        kept = f"{facts.kept_back:,} indicators and claims"
        lines.append(f"- {kept} are left out: their TLP does not allow it.")
    return lines or ["Nothing that is known here."]


def _day(moment: Any) -> str:
    return moment.to_native().strftime("%Y-%m-%d") if moment is not None else "unknown"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'").replace("\n", " ")
