"""History of jobs: one ``JobRun`` in the graph per run, written during the run."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.jobs.definitions import Job
from ringleader.jobs.outcomes import Outcome, StandingRings
from ringleader.output import plain
from ringleader.version import __version__


class Record:
    """One run of a job in the graph. Its writes fail once the lease is lost.

    Args:
        graph: The graph, under the lease.
        job: The job.
        day: What ``{date}`` stands for.
        steps: Gets what each step did.
    """

    def __init__(self, graph: Graph, job: Job, day: date, steps: list[Outcome]) -> None:
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        self.run = f"{job.name}-{moment}-{uuid4().hex[:6]}"
        self.steps = steps
        self._graph = graph
        self._job = job.name
        self._day = day.isoformat()
        graph.write_all(
            [
                (get("close-crashed-jobs"), {}),
                (
                    get("start-job-run"),
                    {
                        "job": job.name,
                        "job_run": self.run,
                        "date": self._day,
                        "host": platform.node(),
                        "versions": _json(_versions(graph)),
                        "parameters": _json(_without_secrets(job.declared)),
                    },
                ),
            ],
            name="start job",
        )

    def begin(self, title: str) -> Outcome:
        """Note that a step begins.

        Raises:
            LeaseLost: Another run has taken over, so the step must not begin.
        """
        self.steps.append(Outcome(title))
        self._graph.write(get("note-job-steps"), {"job_run": self.run, "steps": self._steps()})
        return self.steps[-1]

    def findings(self) -> StandingRings:
        """The rings of the latest detection."""
        rows = self._graph.read(get("job-findings"), {"job": self._job})
        rings = [{"ring_id": row["ring_id"], "size": row["size"]} for row in rows]
        new = [ring for ring, row in zip(rings, rows, strict=True) if row["is_new"]]
        since = rows[0]["since"] if rows else None
        return StandingRings(self._job, self.run, self._day, since, rings, new)

    def finish(self, state: str, findings: StandingRings, error: str | None = None) -> None:
        """Note how the run ended.

        Args:
            state: ``done``, ``failed`` or ``interrupted``.
            findings: The rings as they stand.
            error: What failed.
        """
        said = {
            "job_run": self.run,
            "state": state,
            "error": error,
            "steps": self._steps(),
            "rings": [ring["ring_id"] for ring in findings.rings],
            "new_rings": [ring["ring_id"] for ring in findings.new],
        }
        self._graph.write(get("finish-job-run"), said)

    def _steps(self) -> list[str]:
        return [
            _json({k: v for k, v in asdict(s).items() if v not in (None, [])}) for s in self.steps
        ]


def runs(graph: Graph, job: str | None, run: str | None, limit: int) -> list[dict[str, Any]]:
    """Runs of jobs, the latest first, with what they keep as JSON read.

    Args:
        graph: An open graph.
        job: Only of this job.
        run: Only this run.
        limit: How many at the most.
    """
    query = get("job-runs")
    rows = graph.read(query, query.bind({"job": job, "job_run": run, "limit": limit}))
    for row in rows:
        row["versions"], row["parameters"] = map(json.loads, (row["versions"], row["parameters"]))
        row["steps"] = [json.loads(step) for step in row["steps"]]
    return rows


def _json(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True)


def _versions(graph: Graph) -> dict[str, str]:
    [gds] = graph.read(get("gds-version"))
    ours = {"ringleader": __version__, "python": platform.python_version()}
    return {**ours, "neo4j": graph.version, **gds}


def _without_secrets(value: Any) -> Any:
    """Settings of a job with addresses cut to their host: the rest may hold a key."""
    if isinstance(value, Mapping):
        return {key: _without_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if isinstance(value, str) and "://" in value:
        parts = urlsplit(value)
        return f"{parts.scheme}://{parts.hostname or ''}/…"
    return value
