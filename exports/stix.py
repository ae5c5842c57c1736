"""STIX 2.1: a bundle for threat-intelligence platforms.

A ring is a `grouping` of its accounts (`user-account`), the addresses that they share
(`ipv4-addr`, `ipv6-addr`, with their `autonomous-system`), which account was seen on which address
(`observed-data`), proxies (`infrastructure`) and a `note` with the evidence in words. The note
holds payment methods, clients and prompts, because STIX has no objects for them. A campaign is a
`campaign`. A pseudonym of an address is `infrastructure` of that name, never an address.

Ids and times follow from the findings: a ring exported twice is one object, and a later run
exports its next version. An object without a time of its own, such as a link, belongs to its run.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

import stix2

from ringleader.exports.findings import Key, Node, Subgraph
from ringleader.exports.intelligence import (
    Finding,
    confidence,
    findings,
    fixed_id,
    is_address,
    told,
)

# Fixed by the extension definition of OASIS, cti-stix-common-objects, tlp-2.0.
TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP_CREATED = "2022-10-01T00:00:00.000Z"
TLP_IDS = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
# Since when there is something that calls itself so.
SOURCE_CREATED = datetime(2026, 1, 1, tzinfo=UTC)
# The greatest number that an observed-data object may hold.
MOST_OBSERVED = 999_999_999
# Kinds of proxies in the words of STIX's infrastructure-type-ov.
_ANONYMIZING = ("vpn", "tor", "residential", "reseller")


def write(file: BinaryIO, shown: Subgraph, *, tlp: str = "amber", **_: Any) -> None:
    """Write a bundle.

    Args:
        file: Where to.
        shown: The findings.
        tlp: Who may read it, in the words of TLP 2.0.
    """
    objects = _Objects(shown, tlp).made()
    bundle = fixed_id("bundle", shown.thing, shown.run.run_id, tlp, *sorted(objects))
    lines = (json.dumps(found, ensure_ascii=False) for found in objects.values())
    file.write(f'{{"type": "bundle", "id": "bundle--{bundle}", "objects": [\n'.encode())
    file.write(",\n".join(lines).encode())
    file.write(b"\n]}\n")


class _Objects:
    """The objects of a bundle by id, each once."""

    def __init__(self, shown: Subgraph, tlp: str) -> None:
        self._shown = shown
        self._objects: dict[str, dict[str, Any]] = {}
        self._subjects: dict[Key, str] = {}
        self._marking = TLP_IDS[tlp]
        self._tlp = tlp
        self._now = shown.run.finished_at.astimezone(UTC)
        self._source = ""
        self._findings = findings(shown)
        self._exits: dict[Key, list[Key]] = defaultdict(list)
        for tie in shown.ties:
            if tie.relation == "EXIT_OF":
                self._exits[tie.start].append(tie.end)

    def made(self) -> dict[str, dict[str, Any]]:
        """Everything of the subgraph."""
        self._keep(
            stix2.MarkingDefinition(
                id=self._marking,
                created=TLP_CREATED,
                name=f"TLP:{self._tlp.upper()}",
                extensions={
                    TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": self._tlp}
                },
            )
        )
        self._source = self._domain(
            stix2.Identity,
            "ringleader",
            created=SOURCE_CREATED,
            created_by_ref=None,
            name="ringleader",
            identity_class="system",
        )
        for node in self._shown.of("Account"):
            self._subject(node)
        for finding in self._findings:
            self._ring(finding)
        for node in self._shown.of("Campaign"):
            self._campaign(node)
        for tie in self._shown.ties:
            if tie.relation == "LINKED":
                self._related(
                    "related-to",
                    self._subjects[tie.start],
                    self._subjects[tie.end],
                    confidence=confidence(tie.properties.get("families")),
                    description=f"{tie.properties['weight']:.1f} bits: "
                    + "; ".join(tie.properties.get("evidence", ())),
                )
        return self._objects

    def _keep(self, found: Any) -> str:
        made = json.loads(found.serialize())
        return str(self._objects.setdefault(made["id"], made)["id"])

    def _observable(self, kind: Any, **properties: Any) -> str:
        """An observable, whose id follows from what it is (section 2.9 of STIX 2.1)."""
        return self._keep(kind(**_known(properties), object_marking_refs=[self._marking]))

    def _domain(self, kind: Any, *name: str, created: datetime | None = None, **said: Any) -> str:
        """A domain or relationship object, whose id follows from its name.

        A later version must have the same `created` (section 3.6 of STIX 2.1), so only what
        has a beginning in the data is the same object in every run.
        """
        of_run = () if created else (self._shown.run.run_id,)
        common = {
            "id": f"{kind._type}--{fixed_id(kind._type, *name, *of_run)}",
            "created": min(created or self._now, self._now),
            "modified": self._now,
            "created_by_ref": self._source,
            "object_marking_refs": [self._marking],
        }
        return self._keep(kind(**_known({**common, **said})))

    def _related(self, relation: str, source: str, target: str, **said: Any) -> str:
        return self._domain(
            stix2.Relationship,
            relation,
            source,
            target,
            relationship_type=relation,
            source_ref=source,
            target_ref=target,
            **said,
        )

    def _subject(self, node: Node) -> str | None:
        """The object that stands for a node, if STIX has one."""
        if node.id not in self._subjects:
            made = self._object(node)
            if made is None:
                return None
            self._subjects[node.id] = made
        return self._subjects[node.id]

    def _object(self, node: Node) -> str | None:
        said = node.properties
        match node.label:
            case "Account":
                return self._observable(
                    stix2.UserAccount, user_id=node.key, account_created=said.get("created_at")
                )
            case "Asn":
                return self._observable(
                    stix2.AutonomousSystem, number=int(node.key), name=said.get("name")
                )
            case _ if self._kind(node) == "address" and is_address(node.key):
                kind = stix2.IPv6Address if ":" in node.key else stix2.IPv4Address
                system = self._shown.nodes.get(("Asn", str(said.get("asn"))))
                belongs = [self._subject(system)] if system else None
                return self._observable(kind, value=node.key, belongs_to_refs=belongs)
            case _ if self._kind(node) == "domain-name" and "." in node.key:
                return self._observable(stix2.DomainName, value=node.key)
            case _ if self._kind(node) == "infrastructure":
                return self._domain(
                    stix2.Infrastructure,
                    *node.id,
                    name=node.key,
                    infrastructure_types=["unknown"],
                    description=self._shown.schema.by_label[node.label].display,
                )
            case _ if self._kind(node) == "address":
                return self._domain(
                    stix2.Infrastructure,
                    *node.id,
                    name=node.key,
                    infrastructure_types=["unknown"],
                    description="An address under a pseudonym; "
                    + told(said, "subnet", "asn").replace("asn", "autonomous system"),
                )
            case "Proxy":
                anonymizing = said.get("kind") in _ANONYMIZING
                return self._domain(
                    stix2.Infrastructure,
                    *node.id,
                    created=said.get("first_seen"),
                    name=node.key,
                    infrastructure_types=["anonymization" if anonymizing else "unknown"],
                    description=told(said, "kind", "operator") or None,
                )
        return None

    def _kind(self, node: Node) -> str:
        """How STIX has an identifier; a pseudonym is of no kind that values are checked for."""
        shared = self._shown.schema.by_label.get(node.label)
        return shared.stix if shared else ""

    def _ring(self, finding: Finding) -> None:
        node, said = finding.ring, finding.ring.properties
        found_at = said.get("found_at")
        held = [self._subjects[account] for account in finding.members]
        for identifier in finding.uses:
            made = self._subject(self._shown.nodes[identifier])
            if made is None:
                continue
            held.append(made)
            held += self._seen(finding, identifier, made)
        common: dict[str, Any] = {
            "created": found_at,
            "confidence": confidence(said.get("families")),
        }
        evidence = "\n".join(finding.lines(self._shown))
        if evidence:
            note = self._domain(
                stix2.Note,
                *node.id,
                abstract=f"Why {node.key} is taken for a ring",
                content=evidence,
                object_refs=list(dict.fromkeys(held)),
                **common,
            )
            held.append(note)
        self._subjects[node.id] = self._domain(
            stix2.Grouping,
            *node.id,
            name=node.key,
            description=finding.summary(),
            context="suspicious-activity",
            object_refs=list(dict.fromkeys(held)),
            **common,
        )

    def _seen(self, finding: Finding, identifier: Key, subject: str) -> Iterator[str]:
        """Who of a ring was seen on an address, when and how often; and the proxies behind it."""
        is_address = subject.startswith(("ipv4-addr", "ipv6-addr"))
        for tie in finding.uses[identifier] if is_address else ():
            said = tie.properties
            if "first_seen" in said and "last_seen" in said:
                yield self._domain(
                    stix2.ObservedData,
                    *tie.start,
                    *tie.end,
                    created=said["first_seen"],
                    first_observed=said["first_seen"],
                    last_observed=said["last_seen"],
                    number_observed=min(max(said.get("events", 1), 1), MOST_OBSERVED),
                    object_refs=[self._subjects[tie.start], subject],
                )
        for exit_ in self._exits[identifier]:
            proxy = self._subject(self._shown.nodes[exit_])
            assert proxy is not None, exit_
            yield proxy
            yield self._related("consists-of" if is_address else "related-to", proxy, subject)

    def _campaign(self, node: Node) -> None:
        said = node.properties
        campaign = self._domain(
            stix2.Campaign,
            *node.id,
            created=said.get("first_seen"),
            name=node.key,
            description=told(said, "accounts", "requests", "channels", "operators") or None,
            objective=told(said, "capabilities") or None,
            first_seen=said.get("first_seen"),
            last_seen=said.get("last_seen"),
        )
        for finding in self._findings:
            if finding.campaign == node.id:
                self._related("related-to", self._subjects[finding.ring.id], campaign)


def _known(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}
