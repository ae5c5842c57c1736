"""An explanation as rows and lines that an analyst can read, 80 columns wide and without colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from ringleader.algorithms.explanation.explain import (
    TENURE_DAYS,
    WEAK_PART,
    CounterEvidence,
    Explanation,
    Item,
    Membership,
    in_words,
)
from ringleader.indications import Indication

BAR = 24
NAMED = 5  # of a longer list

# A day's requests as a part of the busiest day's, from none to all.
_BARS = " ▁▂▃▄▅▆▇█"


def summary_lines(told: Explanation) -> list[str]:
    """The ring in a few lines: size, bits per family, who else is there, what would dissolve it."""
    lines = [
        f"{told.ring_id}: {told.size:,} accounts, {told.links:,} links "
        f"({100 * told.density:.0f}% of all pairs), {told.score:,.1f} bits of evidence"
    ]
    if told.ended is not None:
        number, why = told.ended
        lines.append(f"  {number:,} of its members have been removed since it was found: {why}")
    so_far = 0.0
    for family, bits in told.families.items():
        lines.append(f"  {family:13} {bits:11,.1f} bits  {bar(so_far, bits, told.score)}")
        so_far += bits
    if told.single_family:
        named = " and ".join(told.families)
        several = f" ({named} count as one)" if len(told.families) > 1 else ""
        lines.append(
            f"  these data hold one independent kind of evidence only{several}; nothing else "
            "supports it"
        )
    if told.named_by:
        lines.append(
            f"  it is a ring on the word of {_several(told.named_by)} ([indicators.evidence]): its "
            "members live on what is named; no second independent kind of evidence supports it"
        )
    if told.needed:
        lines.append(
            f"  a group of {told.size:,} needs {told.needed:,.1f} bits here to be more than chance"
        )
    if told.expected_false is not None:
        lines.append(_by_chance(told.expected_false))
    lines += [f"against it: {line}" for line in _against(told)]
    lines += named_lines(told.named)
    return [*lines, _dissolved(told)]


def named_lines(named: Sequence[Indication]) -> list[str]:
    """What others name of accounts or of what they use: hints, no evidence of a ring."""
    more = len(named) - NAMED
    lines = [found.words for found in named[:NAMED]]
    return lines + ([f"and {more:,} more indicators name what they use"] if more > 0 else [])


def _by_chance(expected: float) -> str:
    few = f"{expected:.2g}" if expected >= 1e-6 else "fewer than one in a million"
    return f"expected by chance: {few} such rings in a graph like this one, at most"


def _against(told: Explanation) -> list[str]:
    against: CounterEvidence = told.against
    lines = []
    if told.named_by:
        lines.append(
            f"if {_several(told.named_by)} is wrong, or names what strangers share (an exit of a "
            "VPN, an address of a carrier), nothing is left of it"
        )
    if against.shared:
        most = against.shared[0]
        lines.append(
            f"outsiders use {len(against.shared)} of {len(told.identifiers)} identifiers, which "
            f"carry {_percent(against.shared_bits, told.score)} of the bits; the strongest is "
            f"{most.words}, used by {most.outside:,} other "
            f"{'account' if most.outside == 1 else 'accounts'}"
        )
    if against.benign:
        lines.append(f"decided to be benign: {_several(against.benign)}")
    if against.declared:
        declared = [f"{name} ({count} members)" for name, count in against.declared]
        lines.append(f"members declare organizations: {_several(declared)}")
    if against.weak:
        lines.append(
            f"{len(against.weak)} of {told.size:,} members are tied by less than "
            f"{100 * WEAK_PART:.0f}% of what ties the median member: {_several(against.weak)}"
        )
    if against.long_standing:
        lines.append(
            f"opened {TENURE_DAYS} days or more before the median member: "
            f"{_several(against.long_standing)}"
        )
    return lines or ["nothing in these data"]


def _dissolved(told: Explanation) -> str:
    found = told.dissolution
    names = _several([in_words(name) for name in found.names])
    if not found.names:
        keeps = f"the word of {_several(told.named_by)}" if told.named_by else "a decision"
        return (
            f"its evidence alone is not a ring, which needs {found.criterion} (criteria of "
            f"{told.run}); {keeps} keeps it"
        )
    if not found.complete:
        return (
            f"even without all identifiers of its links ({names}) it would be a ring: "
            f"{found.criterion} (criteria of {told.run})"
        )
    how = "no smaller set suffices" if found.smallest else "approximate; a smaller set may suffice"
    return (
        f"without {names} it would not be a ring, which needs {found.criterion} "
        f"({how}; criteria of {told.run})"
    )


def _several(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "0.0%"


def bar(begin: float, amount: float, whole: float) -> str:
    """A step of a waterfall: dots for what came before, blocks for what this adds.

    Args:
        begin: What came before.
        amount: What this adds.
        whole: What everything adds up to.
    """
    if whole <= 0:
        return ""
    start = round(BAR * begin / whole)
    end = max(round(BAR * (begin + amount) / whole), start + (amount > 0))
    return ("." * start + "#" * (end - start))[-BAR:]


def evidence_rows(told: Explanation, limit: int) -> list[dict[str, Any]]:
    """A waterfall: one row per identifier, family by family; the bits add up to the score.

    Args:
        told: The explanation.
        limit: How many identifiers have a row of their own; of each family the others have one.
    """
    shown = _waterfall(told.families, told.items, limit)
    rows, so_far = [], 0.0
    for family, evidence, bits, item in shown:
        rows.append(
            {
                "family": family,
                "evidence": evidence,
                "bits": round(bits, 2),
                "so_far": round(so_far + bits, 2),
                "part": _percent(bits, told.score),
                "waterfall": bar(so_far, bits, told.score),
                "links": item and item.links,
                "members": item and item.members,
                "outside": item and item.outside,
            }
        )
        so_far += bits
    return rows


def _waterfall(
    families: Iterable[str], items: Sequence[Item], limit: int
) -> Iterable[tuple[str, str, float, Item | None]]:
    strongest = set(items[:limit])
    for family in families:
        mine = [item for item in items if item.family == family]
        for item in mine:
            if item in strongest:
                yield family, item.words, item.bits, item
        rest = [item.bits for item in mine if item not in strongest]
        if rest:
            yield family, f"{len(rest)} more of {family}", sum(rest), None


def membership_lines(why: Membership) -> list[str]:
    """Why one account is in its ring: what it shares, in bits that add up to its score."""
    lines = [
        f"{why.account_id} is in {why.ring_id} with {len(why.links):,} links and "
        f"{why.score:,.1f} bits; the median member has {why.typical:,.1f}"
    ]
    so_far = 0.0
    rest = why.items[NAMED:]
    steps = [(item.words, item.bits) for item in why.items[:NAMED]]
    if rest:
        steps.append((f"{len(rest)} more", sum(item.bits for item in rest)))
    for words, bits in steps:
        lines.append(f"  {words[:38]:38} {bits:9,.1f}  {bar(so_far, bits, why.score)}")
        so_far += bits
    return lines


def daily_lines(days: Sequence[dict[str, Any]], pivot: dict[str, Any] | None) -> list[str]:
    """A campaign's requests day by day as a row of bars, and its move to a new model.

    Args:
        days: Rows of the stored query ``campaign-days``.
        pivot: The row of ``campaign-pivot``, if there is one.
    """
    if not days:
        return ["  requests by day: unknown"]
    totals: Counter[date] = Counter()
    for row in days:
        totals[date.fromisoformat(row["day"])] += row["requests"]
    first, last = min(totals), max(totals)
    most, at = max(totals.values()), max(totals, key=lambda day: (totals[day], -day.toordinal()))
    series = [totals[first + timedelta(n)] for n in range((last - first).days + 1)]
    bars = "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] for count in series)
    lines = [f"  requests by day, {first} to {last}: {bars} (most {most:,} on {at})"]
    if pivot:
        lines.append(
            f"  pivot: {pivot['model']} (first asked by any account on {pivot['released']}) has "
            f"{pivot['after']:.0%} of its requests from {pivot['day']} on, {pivot['before']:.0%} "
            "before"
        )
    return lines


def campaign_lines(campaign: dict[str, Any]) -> list[str]:
    """A campaign in a few lines: size, volume, targets, ways in, time, and what ties its rings.

    Args:
        campaign: Properties of its node.
    """
    total = sum(campaign["capability_requests"]) or 1
    targets = [
        f"{name} {100 * count / total:.0f}%"
        for name, count in zip(
            campaign["capabilities"], campaign["capability_requests"], strict=True
        )
    ]
    first, last = (campaign.get(name) for name in ("first_seen", "last_seen"))
    ties = [
        f"{in_words(name)} ({bits:.1f})"
        for name, bits in zip(campaign["shared"], campaign["shared_bits"], strict=True)
    ]
    operators = f" of {_several(campaign['operators'])}" if campaign["operators"] else ""
    lines = [
        f"{campaign['campaign_id']}: {campaign['accounts']:,} accounts in {campaign['rings']:,} "
        f"{'ring' if campaign['rings'] == 1 else 'rings'}, from {campaign['run']}",
        f"  volume: {campaign['requests']:,} requests, {campaign['input_tokens']:,} tokens in, "
        f"{campaign['output_tokens']:,} out, at least",
        f"  targets: {', '.join(targets) or 'unknown: no prompts are known'}",
        f"  channels: {', '.join(campaign['channels']) or 'unknown'}",
        f"  proxies: {len(campaign['proxies']):,}{operators}",
    ]
    if first and last:
        lines.append(f"  active: {first.to_native():%Y-%m-%d} to {last.to_native():%Y-%m-%d}")
    if ties:
        lines.append(f"  rings share, in bits per member: {_several(ties)}")
    return lines
