"""ringleader: find groups of accounts with one operator behind them, on Neo4j and GDS.

::

    import ringleader as rl

    with rl.connect() as r:
        r.load("accounts", "accounts.csv")
        run = r.detect()
        r.rings()

What is listed in ``__all__`` is public (docs/api.md); everything else may change. Names are
imported when they are first used, so that ``import ringleader`` takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ringleader.version import __version__

if TYPE_CHECKING:
    from ringleader.answers import Answer
    from ringleader.api.backups import Backup
    from ringleader.api.check_results import (
        Check,
        CheckedRing,
        Replaced,
        ReplacedShare,
        SharedIdentifier,
    )
    from ringleader.api.connection import Connection, connect
    from ringleader.api.effects import Effect
    from ringleader.api.exporting import Dossier, Export, Report
    from ringleader.api.facade.base import RingleaderWarning
    from ringleader.api.facade.serving import Server
    from ringleader.api.indicating import IndicatorFeed, IndicatorLoad, IndicatorPull
    from ringleader.api.jobs import JobRun, run_job
    from ringleader.api.prepared import PreparedTables
    from ringleader.api.results import (
        Comparison,
        Decision,
        DetectionRun,
        Evaluation,
        Explanation,
        LoadResult,
        Ring,
        TableLoad,
        WhyNot,
    )
    from ringleader.api.shadowing import ShadowRun
    from ringleader.api.simulating import Simulation
    from ringleader.audit_chain import AuditCheck
    from ringleader.errors import (
        CatalogueError,
        ChangedMeanwhile,
        ConnectionFailed,
        DeliveryFailed,
        FindingsFound,
        InputError,
        LeaseLost,
        LockHeld,
        NotFound,
        QueryError,
        RingleaderError,
        ServerError,
        SettingsError,
        TimedOut,
        WrongUsage,
    )
    from ringleader.exports.matching.protocol import Exchange
    from ringleader.indications import Sightings
    from ringleader.loaders.lifecycle.forgetting import Receipt
    from ringleader.ring_drawing import RingDrawing
    from ringleader.upgrade import Upgrade

_ERRORS = (
    "CatalogueError",
    "ChangedMeanwhile",
    "ConnectionFailed",
    "DeliveryFailed",
    "FindingsFound",
    "InputError",
    "LeaseLost",
    "LockHeld",
    "NotFound",
    "QueryError",
    "RingleaderError",
    "ServerError",
    "SettingsError",
    "TimedOut",
    "WrongUsage",
)
_RESULTS = (
    "Comparison",
    "Decision",
    "DetectionRun",
    "Evaluation",
    "Explanation",
    "LoadResult",
    "Ring",
    "TableLoad",
    "WhyNot",
)
# Where each public name lives.
_HOMES = {
    "connect": "ringleader.api.connection",
    "Connection": "ringleader.api.connection",
    **dict.fromkeys(_RESULTS, "ringleader.api.results"),
    "Answer": "ringleader.answers",
    "Check": "ringleader.api.check_results",
    "CheckedRing": "ringleader.api.check_results",
    "Replaced": "ringleader.api.check_results",
    "ReplacedShare": "ringleader.api.check_results",
    "SharedIdentifier": "ringleader.api.check_results",
    "Backup": "ringleader.api.backups",
    "IndicatorFeed": "ringleader.api.indicating",
    "IndicatorLoad": "ringleader.api.indicating",
    "IndicatorPull": "ringleader.api.indicating",
    "Sightings": "ringleader.indications",
    "AuditCheck": "ringleader.audit_chain",
    "Dossier": "ringleader.api.exporting",
    "Effect": "ringleader.api.effects",
    "Exchange": "ringleader.exports.matching.protocol",
    "Export": "ringleader.api.exporting",
    "Receipt": "ringleader.loaders.lifecycle.forgetting",
    "Report": "ringleader.api.exporting",
    "RingDrawing": "ringleader.ring_drawing",
    "Upgrade": "ringleader.upgrade",
    "JobRun": "ringleader.api.jobs",
    "PreparedTables": "ringleader.api.prepared",
    "run_job": "ringleader.api.jobs",
    "Server": "ringleader.api.facade.serving",
    "ShadowRun": "ringleader.api.shadowing",
    "Simulation": "ringleader.api.simulating",
    "RingleaderWarning": "ringleader.api.facade.base",
    **dict.fromkeys(_ERRORS, "ringleader.errors"),
}
__all__ = [
    "Answer",
    "AuditCheck",
    "Backup",
    "CatalogueError",
    "ChangedMeanwhile",
    "Check",
    "CheckedRing",
    "Comparison",
    "Connection",
    "ConnectionFailed",
    "Decision",
    "DeliveryFailed",
    "DetectionRun",
    "Dossier",
    "Effect",
    "Evaluation",
    "Exchange",
    "Explanation",
    "Export",
    "FindingsFound",
    "IndicatorFeed",
    "IndicatorLoad",
    "IndicatorPull",
    "InputError",
    "JobRun",
    "LeaseLost",
    "LoadResult",
    "LockHeld",
    "NotFound",
    "PreparedTables",
    "QueryError",
    "Receipt",
    "Replaced",
    "ReplacedShare",
    "Report",
    "Ring",
    "RingDrawing",
    "RingleaderError",
    "RingleaderWarning",
    "Server",
    "ServerError",
    "SettingsError",
    "ShadowRun",
    "SharedIdentifier",
    "Sightings",
    "Simulation",
    "TableLoad",
    "TimedOut",
    "Upgrade",
    "WhyNot",
    "WrongUsage",
    "__version__",
    "connect",
    "run_job",
]


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
