"""Sightings as STIX 2.1: which indicators of others were seen here, how often and when.

Nobody is named: a sighting says how many events there were, never whose. TLP is honoured: a
sighting of an indicator goes to its source, and to others only as far as its TLP allows.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import stix2

from ringleader.exports.intelligence import fixed_id
from ringleader.exports.stix import (
    MOST_OBSERVED,
    SOURCE_CREATED,
    TLP_CREATED,
    TLP_EXTENSION,
    TLP_IDS,
)
from ringleader.indications import Sightings

__all__ = ["write_sightings"]

_LEVELS = tuple(TLP_IDS)  # from clear to red


def write_sightings(
    target: BinaryIO, file: Path, rows: Iterable[Mapping[str, Any]], *, tlp: str, source: str
) -> Sightings:
    """Write a bundle.

    Args:
        target: Where to.
        file: What that is called.
        rows: Rows of the stored query ``sighted-indicators``, with a ``state``.
        tlp: The strictest TLP that may go out, where the file is not for the source.
        source: The source that the file is for; its own indicators come back whatever their TLP.
    """
    objects: dict[str, dict[str, Any]] = {}
    written = left_out = unknown = 0
    identity = stix2.Identity(
        id=f"identity--{fixed_id('identity', 'ringleader')}",
        created=SOURCE_CREATED,
        modified=SOURCE_CREATED,
        name="ringleader",
        identity_class="system",
    )
    for row in rows:
        if row["state"] != "in force" or not row["accounts"]:
            continue
        if not source and _LEVELS.index(row["tlp"]) > _LEVELS.index(tlp):
            left_out += 1
            continue
        ref = _stix_id(row["ref"])
        if ref is None:
            unknown += 1
            continue
        for made in (_marking(row["tlp"]), _sighting(row, ref, identity.id)):
            known = json.loads(made.serialize())
            objects.setdefault(known["id"], known)
        written += 1
    objects[identity.id] = json.loads(identity.serialize())
    bundle = {
        "type": "bundle",
        "id": f"bundle--{fixed_id('sightings', *sorted(objects))}",
        "objects": list(objects.values()),
    }
    target.write(json.dumps(bundle, ensure_ascii=False, indent=1).encode() + b"\n")
    return Sightings(file, written, left_out, unknown)


def _stix_id(ref: str) -> str | None:
    """The STIX id of an indicator; a uuid of MISP becomes one, as MISP's own converter does it."""
    kind, separator, tail = ref.partition("--")
    try:
        uuid.UUID(tail if separator else ref)
    except ValueError:
        return None
    return ref if separator and kind == "indicator" else f"indicator--{tail or ref}"


def _marking(tlp: str) -> Any:
    return stix2.MarkingDefinition(
        id=TLP_IDS[tlp],
        created=TLP_CREATED,
        name=f"TLP:{tlp.upper()}",
        extensions={TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp}},
    )


def _sighting(row: Mapping[str, Any], ref: str, by: str) -> Any:
    first, last = (
        row[name].to_native() if row[name] else None for name in ("first_seen", "last_seen")
    )
    now = datetime.now(UTC)
    times = {"first_seen": first, "last_seen": last} if first and last else {}
    return stix2.Sighting(
        id=f"sighting--{fixed_id('sighting', ref, row['indicator_id'])}",
        created=first or now,
        modified=max(last or now, first or now),
        created_by_ref=by,
        sighting_of_ref=ref,
        count=min(max(row["events"], 1), MOST_OBSERVED),
        object_marking_refs=[TLP_IDS[row["tlp"]]],
        **times,
    )
