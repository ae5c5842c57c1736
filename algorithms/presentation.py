"""An explanation as rows and lines that an analyst can read."""

from __future__ import annotations

from typing import Any

from algorithms.explanation import Explanation, Item, in_words
from algorithms.explanation import told as line_in_words

BAR = 20


def summary_lines(told: Explanation) -> list[str]:
    """The ring in a few lines: size, bits per family, what would dissolve it, who else is there."""
    lines = [
        f"{told.ring_id}: {told.size} accounts, {told.links} links "
        f"({100 * told.density:.0f}% of all pairs), {told.score:.1f} bits of evidence"
    ]
    lines += [
        f"  {family:13} {bits:9.1f} bits  {'#' * max(1, round(BAR * bits / told.score))}"
        for family, bits in told.families.items()
    ]
    if told.single_family:
        lines.append("  these data hold one kind of evidence only; nothing independent supports it")
    identifiers = told.identifiers
    shared = [item for item in identifiers if item.outside]
    if shared:
        most = max(shared, key=lambda item: (item.bits, item.key))
        lines.append(
            f"counter-evidence: {len(shared)} of {len(identifiers)} identifiers are used outside "
            f"it too; the strongest of these, {most.label} {most.key}, by {most.outside} others"
        )
    found = told.dissolution
    if found.complete:
        lines.append(
            f"without {_several(found.names)} it would be no ring: no {found.criterion} "
            f"(criteria of {told.run}; found greedily; a smaller set may do)"
        )
    else:
        lines.append(
            f"without all that links have by name, {_several(found.names)}, it would be a ring "
            f"still: {found.criterion} (criteria of {told.run})"
        )
    return lines


def _several(evidence: tuple[str, ...], most: int = 5) -> str:
    names = [line_in_words(name) for name in evidence]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def evidence_rows(told: Explanation, limit: int) -> list[dict[str, Any]]:
    """One row per identifier, the rest in one row, so that the bits add up to the score."""
    rows = [_row(item, told.score) for item in told.items[:limit]]
    rest = told.items[limit:]
    if rest:
        bits = sum(item.bits for item in rest)
        rows.append(
            {
                "family": "",
                "evidence": f"{len(rest)} more",
                "bits": round(bits, 2),
                "part": f"{100 * bits / told.score:.1f}%",
                "links": None,
                "members": None,
                "outside": None,
            }
        )
    return rows


def _row(item: Item, score: float) -> dict[str, Any]:
    return {
        "family": item.family,
        "evidence": in_words(item.family, item.label, item.key),
        "bits": round(item.bits, 2),
        "part": f"{100 * item.bits / score:.1f}%",
        "links": item.links,
        "members": item.members,
        "outside": item.outside,
    }
