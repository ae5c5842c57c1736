"""What STIX and MISP have in common: fixed ids, confidence, and evidence in words."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from ringleader.exports.findings import Key, Node, Subgraph, Tie

# The same finding has the same id whoever exports it and whenever (UUID version 5 of RFC 9562).
NAMESPACE = uuid5(NAMESPACE_URL, "https://ringleader.invalid/findings")
# "Low", "Med" and "High" of the confidence scales in appendix A of STIX 2.1, by the number of
# independent kinds of evidence: one may be chance or a household, two seldom are.
CONFIDENCE = (15, 50, 85)
# Lines of evidence that a text tells; the other formats hold all of it.
LINES_TOLD = 30


def fixed_id(*parts: str) -> UUID:
    """The id of a finding, which follows from what it is."""
    return uuid5(NAMESPACE, "\x1f".join(parts))


def confidence(families: Iterable[str] | None) -> int:
    """Confidence from 0 to 100, by the kinds of evidence."""
    return CONFIDENCE[min(max(len(set(families or ())), 1), len(CONFIDENCE)) - 1]


def is_address(text: str) -> bool:
    """Whether a text is an IP address; a pseudonym never is."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@dataclass
class Finding:
    """A ring with what belongs to it.

    Attributes:
        ring: Its node.
        members: Ids of its accounts, the most tied first.
        uses: For every identifier that ties them, the strongest first, who uses it.
        campaign: The campaign that it is part of.
    """

    ring: Node
    members: list[Key] = field(default_factory=list)
    uses: dict[Key, list[Tie]] = field(default_factory=dict)
    campaign: Key | None = None

    def bits(self, identifier: Key) -> float:
        """What an identifier contributes to the ring."""
        return float(sum(tie.properties["weight"] for tie in self.uses[identifier]))

    def lines(self, shown: Subgraph) -> list[str]:
        """The evidence in words, a line for each of the strongest identifiers."""
        lines = [
            f"{shown.nodes[key].properties.get('family', '')}: {' '.join(key)}, "
            f"shared by {len(ties)} members, {self.bits(key):.1f} bits"
            for key, ties in self.uses.items()
        ]
        more = len(lines) - LINES_TOLD
        return lines[:LINES_TOLD] + ([f"and {more} more identifiers"] if more > 0 else [])

    def summary(self) -> str:
        """The ring in one sentence."""
        said = self.ring.properties
        kinds = ", ".join(said.get("families", ())) or "unknown"
        only = "; one kind of evidence only" if said.get("single_family") else ""
        only += "; it rests on the word of others about these" if said.get("on_word") else ""
        return (
            f"{said.get('size', len(self.members))} accounts that share more than strangers do: "
            f"{said.get('score', 0.0):.1f} bits of evidence ({kinds}){only}. "
            "A lead for review, not a verdict."
        )


def findings(shown: Subgraph) -> list[Finding]:
    """The rings of a subgraph, in its order."""
    made = {node.id: Finding(node) for node in shown.of("Ring")}
    for tie in shown.ties:
        if tie.relation == "MEMBER_OF":
            made[tie.end].members.append(tie.start)
        elif tie.relation == "PART_OF":
            made[tie.start].campaign = tie.end
        elif (ring := ("Ring", str(tie.properties.get("ring_id")))) in made:
            made[ring].uses.setdefault(tie.end, []).append(tie)
    for finding in made.values():
        finding.uses = {
            key: finding.uses[key]
            for key in sorted(finding.uses, key=lambda key: (-finding.bits(key), key))
        }
    return list(made.values())


def told(properties: Mapping[str, Any], *names: str) -> str:
    """Some properties as text, those that are known."""
    parts = []
    for name in names:
        value = properties.get(name)
        if value not in (None, "", []):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            parts.append(f"{name.replace('_', ' ')}: {text}")
    return "; ".join(parts)
