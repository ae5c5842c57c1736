"""MISP: one event with the accounts and what ties them.

An account is a `user-account` object; a ring is an `annotation` that says why, and refers to its
accounts and identifiers, which are attributes. None is marked for intrusion detection: strangers
may share an address. Ids and times follow from the findings: a second import updates the first.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any, BinaryIO

from pymisp import MISPAttribute, MISPEvent, MISPObject

from ringleader.exports.findings import Key, Node, Subgraph
from ringleader.exports.intelligence import Finding, findings, fixed_id, is_address, told

# "Your organisation only": whoever receives the file decides to pass it on.
DISTRIBUTION = 0
UNDEFINED_THREAT, ONGOING = 4, 1
# Label to MISP's type and category; identifiers bring their own.
_TYPES = {
    "Subnet": ("ip-src", "Network activity"),
    "Asn": ("AS", "Network activity"),
    "Campaign": ("campaign-name", "Attribution"),
}
_OTHER = ("text", "Other")


def write(file: BinaryIO, shown: Subgraph, *, tlp: str = "amber", **_: Any) -> None:
    """Write an event.

    Args:
        file: Where to.
        shown: The findings.
        tlp: Who may read it, in the words of TLP 2.0.
    """
    file.write(_Event(shown, tlp).made().to_json(indent=1).encode())
    file.write(b"\n")


class _Event:
    def __init__(self, shown: Subgraph, tlp: str) -> None:
        self._shown = shown
        self._at = shown.run.finished_at.astimezone(UTC).replace(microsecond=0)
        self._objects: dict[Key, MISPObject] = {}
        self._attributes: dict[Key, MISPAttribute] = {}
        event = MISPEvent()
        event.from_dict(
            uuid=str(fixed_id("misp", shown.thing, shown.run.run_id)),
            info=f"Suspected coordinated accounts: {shown.thing} of {shown.run.run_id}",
            date=self._at.date(),
            timestamp=self._at,
            distribution=DISTRIBUTION,
            threat_level_id=UNDEFINED_THREAT,
            analysis=ONGOING,
        )
        event.add_tag(f"tlp:{tlp}")
        self._event = event

    def made(self) -> MISPEvent:
        """Everything of the subgraph."""
        for node in self._shown.of("Account"):
            self._account(node)
        for node in self._shown.nodes.values():
            if node.label not in ("Account", "Ring"):
                self._identifier(node)
        for finding in findings(self._shown):
            self._ring(finding)
        for tie in self._shown.ties:
            if tie.relation == "LINKED":
                self._refer(
                    self._objects[tie.start],
                    self._objects[tie.end].uuid,
                    "related-to",
                    f"{tie.properties['weight']:.1f} bits: "
                    + "; ".join(tie.properties.get("evidence", ())),
                )
        return self._event

    def _object(self, template: str, id_: Key, said: dict[str, Any], comment: str) -> MISPObject:
        made = MISPObject(template)
        made.from_dict(
            uuid=str(fixed_id(template, *id_)), timestamp=self._at, comment=comment, distribution=5
        )
        for name, value in said.items():
            if value is not None:
                made.add_attribute(
                    name,
                    value=value,
                    uuid=str(fixed_id(template, *id_, name)),
                    timestamp=self._at,
                    to_ids=False,
                )
        self._event.add_object(made)
        self._objects[id_] = made
        return made

    def _account(self, node: Node) -> None:
        said = node.properties
        self._object(
            "user-account",
            node.id,
            {"user-id": node.key, "created": said.get("created_at")},
            told(said, "status", "country", "rings", "families"),
        )

    def _identifier(self, node: Node) -> None:
        shared = self._shown.schema.by_label.get(node.label)
        kind, category = shared.misp if shared else _TYPES.get(node.label, _OTHER)
        said = node.properties
        if not _fits(kind, node.key):
            kind = "anonymised"
        made = self._event.add_attribute(
            kind,
            node.key,
            category=category,
            to_ids=False,
            comment=told(
                {"label": node.label, **said},
                *("label", "family", "subnet", "asn", "name", "kind", "operator", "capabilities"),
            ),
            uuid=str(fixed_id("attribute", *node.id)),
            timestamp=self._at,
            distribution=5,
        )
        assert isinstance(made, MISPAttribute), node.id
        self._attributes[node.id] = made

    def _ring(self, finding: Finding) -> None:
        node = finding.ring
        lines = [f"{node.key}: {finding.summary()}", *finding.lines(self._shown)]
        ring = self._object(
            "annotation",
            node.id,
            {
                "text": "\n".join(lines),
                "type": "Full Report",
                "creation-date": node.properties.get("found_at"),
            },
            node.key,
        )
        for account in finding.members:
            self._refer(ring, self._objects[account].uuid, "annotates", "member")
        for identifier, ties in finding.uses.items():
            self._refer(
                ring,
                self._attributes[identifier].uuid,
                "annotates",
                f"shared by {len(ties)} members, {finding.bits(identifier):.1f} bits",
            )
        if finding.campaign:
            self._refer(ring, self._attributes[finding.campaign].uuid, "part-of", "campaign")

    def _refer(self, made: MISPObject, to: str, relation: str, comment: str) -> None:
        made.add_reference(
            to,
            relation,
            comment,
            uuid=str(fixed_id("reference", made.uuid, to, relation)),
            timestamp=self._at,
        )


def _fits(kind: str, text: str) -> bool:
    """Whether a value is of its type; a pseudonym is of none but ``text`` and ``other``."""
    match kind:
        case "ip-src":
            return is_address(text.partition("/")[0])
        case "domain":
            return "." in text
        case _:
            return True
