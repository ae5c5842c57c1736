"""What handlers share, and how they answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi.responses import JSONResponse

from ringleader.output import plain
from ringleader.service.access import Door
from ringleader.service.database import Database
from ringleader.service.limits import Workplace
from ringleader.service.metrics import Metrics
from ringleader.service.shadows import Shadows

if TYPE_CHECKING:
    from ringleader.exports.matching.protocol import Terms
    from ringleader.settings import Settings


@dataclass(frozen=True)
class Limits:
    """How much is done at once, and for how long.

    Attributes:
        workers: Pieces of work on the database at a time.
        waiting: Pieces of work that may wait.
        check_seconds: How long a check may take.
        read_seconds: How long anything else may take, but for exchanges with partners.
        match_seconds: How long those may take.
    """

    workers: int = 8
    waiting: int = 64
    check_seconds: float = 2.0
    read_seconds: float = 30.0
    match_seconds: float = 1_800.0


class Json(JSONResponse):
    """JSON in which every text is ASCII: half of a surrogate pair breaks nothing."""

    def render(self, content: Any) -> bytes:
        """The bytes of a response."""
        return json.dumps(plain(content), allow_nan=False, separators=(",", ":")).encode()


@dataclass
class State:
    """What handlers share.

    Attributes:
        settings: The settings at the start.
        database: The database.
        door: Who may come in.
        work: Where pages and queries are read, and decisions written.
        checks: Where checks are done: a long read keeps none of its threads.
        matches: Where exchanges with partners are computed.
        metrics: Figures.
        limits: How much is done at once.
        agreements: What was agreed with each partner, by the name of its token.
        partners: Names of partners with whom an exchange is under way.
        shadows: The last shadow run.
    """

    settings: Settings
    database: Database
    door: Door
    work: Workplace
    checks: Workplace
    matches: Workplace
    metrics: Metrics
    limits: Limits
    agreements: Mapping[str, Terms]
    partners: set[str] = field(default_factory=set)
    shadows: Shadows = field(default_factory=Shadows)
