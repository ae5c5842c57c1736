"""What a report says of the whole: the run, the evidence there is, caveats, campaigns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ringleader.algorithms.evidence.sharing import CONTACT_FAMILY
from ringleader.algorithms.parameters import effective, recorded
from ringleader.exports.report_ring import (
    Naming,
    Rows,
    Standing,
    count_of,
    evidence_named,
    in_a_row,
)
from ringleader.schema import Schema

# Properties of a run that are shown in another form.
_TOLD_OTHERWISE = ("parameters", "known_hubs", "uses")
_ROUNDED = 1  # digits of bits in lists
# Properties of a campaign that the page shows in another place, and what others are names of.
_SEEN_OTHERWISE = ("campaign_id", "rings", "accounts", "run")
_LABELS = {"proxies": "Proxy", "operators": "Proxy.operator"}
_TIMES = ("Campaign.first_seen", "Campaign.last_seen")


def run_told(run: Mapping[str, Any]) -> dict[str, Any]:
    """The run, with its parameters, those that were changed first."""
    rows = effective(recorded(run["parameters"]))
    return {
        **{key: value for key, value in run.items() if key not in _TOLD_OTHERWISE},
        "known_hubs": json.loads(run["known_hubs"]) if run["known_hubs"] else {},
        "parameters": sorted(rows, key=lambda row: row["value"] == row["default"]),
    }


def evidence_told(uses: Mapping[str, int], schema: Schema) -> list[dict[str, Any]]:
    """Per family how many relationships of each kind the graph holds.

    Timing is left out: it comes with the times of the others.

    Args:
        uses: Relationships per label of identifier and per kind of contact.
        schema: What accounts can share.
    """
    told: dict[str, dict[str, int]] = {}
    for kind, count in uses.items():
        family = CONTACT_FAMILY.get(kind) or schema.family_of(kind)
        told.setdefault(family, {})[kind] = count
    return [{"family": f, "uses": told[f]} for f in schema.family_names if f in told]


def families_there(uses: Mapping[str, int], schema: Schema) -> list[str]:
    """The families of which the graph holds anything."""
    return [line["family"] for line in evidence_told(uses, schema) if any(line["uses"].values())]


def ring_line(ring: Standing, rows: Rows, name: Naming) -> dict[str, Any]:
    """A ring as the list of rings has it."""
    requests = [row["requests"] for row in rows.members if row["requests"] is not None]
    return {
        "id": name("Ring", ring.ring_id),
        "size": ring.size,
        "score": round(ring.score, _ROUNDED),
        "families": [
            [family, round(bits, _ROUNDED)]
            for family, bits in zip(ring.families, ring.family_bits, strict=True)
        ],
        "single": bool(ring.single_family or ring.named_by),
        "opened": [ring.opened_first, ring.opened_last],
        "statuses": ring.statuses,
        "requests": sum(requests) if requests else None,
        "campaigns": [name("Campaign", key) for key in ring.campaigns],
        "decisions": sorted(
            Counter(row["label"] for row in rows.decisions if row["label"]).items()
        ),
    }


def campaign_told(row: Mapping[str, Any], name: Naming) -> dict[str, Any]:
    """A campaign with whatever is known of it: what its rings share, and its properties."""
    known = dict(row["properties"])
    shared = zip(known.pop("shared", []), known.pop("shared_bits", []), strict=True)
    targets = zip(known.pop("capabilities", []), known.pop("capability_requests", []), strict=False)
    facts = [["targets", [f"{capability} ({count:,})" for capability, count in targets]]]
    facts += [
        [key.replace("_", " "), _named(value, _LABELS.get(key, f"Campaign.{key}"), name)]
        for key, value in sorted(known.items())
        if key not in _SEEN_OTHERWISE
    ]
    return {
        "id": name("Campaign", row["campaign_id"]),
        "rings": [name("Ring", key) for key in row["rings"]],
        "facts": facts,
        "shared": [{**evidence_named(line, name), "bits": bits} for line, bits in shared],
    }


def _named(value: Any, label: str, name: Naming) -> Any:
    """A value whose texts have passed through ``name``, except times."""
    if isinstance(value, list):
        return [_named(item, label, name) for item in value]
    if not isinstance(value, str) or label in _TIMES:
        return value
    return name(label, value)


def caveats(
    run: Mapping[str, Any],
    rings: Sequence[Standing],
    waiting: Sequence[Mapping[str, Any]],
    channels: Sequence[Mapping[str, Any]],
    name: Naming,
    schema: Schema,
) -> list[str]:
    """What a reader has to know before acting on any of it.

    Args:
        run: The run.
        rings: The rings shown.
        waiting: Rows of ``loads-not-finished``.
        channels: Rows of ``channels-without-addresses``.
        name: What a name is shown as.
        schema: What accounts can share.
    """
    told = [
        "Suspected rings are findings to be reviewed, not verdicts. Households, campuses, carriers "
        "and corporate networks share identifiers for good reasons: read what speaks against a "
        "ring before acting on it."
    ]
    there = families_there(run["uses"], schema)
    missing = [e["family"] for e in evidence_told(run["uses"], schema) if e["family"] not in there]
    if missing:
        told.append(
            f"No {in_a_row(missing)} evidence is loaded. Evidence that is not loaded is "
            "unknown; it speaks neither for nor against anybody."
        )
    single = sum(bool(ring.single_family) for ring in rings)
    if single:
        told.append(
            f"{count_of(single, 'ring rests', 'rings rest')} on one kind of evidence alone, "
            "because the data held no other; nothing independent supports it."
        )
    on_word = sum(bool(ring.named_by) for ring in rings)
    if on_word:
        told.append(
            f"{count_of(on_word, 'ring rests', 'rings rest')} on the word of others about what "
            "its members use ([indicators.evidence]); nothing independent supports it."
        )
    blind = [row["channel"] for row in channels if row["without_ip"] == row["accounts"]]
    if blind:
        shown = in_a_row([name("Account.channel", channel) for channel in blind])
        told.append(f"No account that came through {shown} has an address: unknown, not negative.")
    if run["loaded_since"]:
        told.append(
            f"{count_of(run['loaded_since'], 'load', 'loads')} finished after the run began; a new "
            "detection may give other results."
        )
    if waiting:
        tables = in_a_row(sorted({row["table"] for row in waiting}))
        told.append(f"A load of {tables} was interrupted and is not complete.")
    if not json.loads(run["known_hubs"] or "{}").get("identifiers"):
        told.append(
            "The run had no list of known hubs, such as addresses of carriers and exchanges."
        )
    return told
