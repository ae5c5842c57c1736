"""Detections that ran, shadow runs, jobs that are declared, and starting one."""

# No postponed annotations: FastAPI reads those of handlers.
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ringleader.answers import Answer
from ringleader.api.detection import parameter_table, parameters_of
from ringleader.api.jobs import declared, job_runs, require_job
from ringleader.api.runs import detections as detected
from ringleader.audit_chain import require_writable
from ringleader.service import models
from ringleader.service.answerable import audit
from ringleader.service.answering import Id, Limit, as_rows, secured, work
from ringleader.service.roles import May
from ringleader.service.starting import start
from ringleader.service.state import Json, State
from ringleader.service.tokens import Token


def running(router: APIRouter, state: State) -> None:
    """Add the routes for runs and jobs.

    Args:
        router: Where to.
        state: What handlers share.
    """
    may_read, may_run = secured(state, May.READ), secured(state, May.RUN)

    @router.get("/runs", response_model=models.Rows)
    async def detections(token: Token = may_read, limit: Limit = 30) -> Response:
        """Detections, the latest first: stages, results, and what differs from the run before."""

        def read() -> Answer:
            return detected(state.database.api.graph, limit)

        return as_rows(await work(state, read))

    @router.get("/parameters", response_model=models.Rows)
    async def parameters(token: Token = may_read) -> Response:
        """Every parameter of detection as the settings have it, with its reason."""

        def read() -> Answer:
            settings = state.database.settings()
            return parameter_table(parameters_of(settings), settings)

        return as_rows(await work(state, read))

    @router.get("/shadow", response_model=models.Shadowed)
    async def shadow(request: Request, token: Token = may_run) -> Response:
        """The last shadow run: how the rings would differ with its settings."""
        last = state.shadows.last
        rings = {row["ring_id"] for row in last["rows"] if row["ring_id"]}
        if rings:
            address = state.door.address_of(request)
            audit(state.settings, token, address, "look at a shadow run", *sorted(rings))
        return Json(last)

    @router.post("/shadow", response_model=models.Shadowed, status_code=202)
    async def start_shadow(
        request: Request, given: models.Shadow, token: Token = may_run
    ) -> Response:
        """Detect with other settings in a process of its own; nothing is written or published."""

        def begin() -> dict[str, Any]:
            require_writable(state.settings.home)  # no run without its line
            begun = state.shadows.start(
                state.database.settings(), token.name, given.algorithm, given.parameters
            )
            address = state.door.address_of(request)
            audit(state.settings, token, address, "start shadow run", given=begun["settings"])
            return begun

        return Json(await work(state, begin), status_code=202)

    @router.get("/jobs", response_model=models.Jobs)
    async def jobs(token: Token = may_read, limit: Limit = 30) -> Response:
        """Jobs that the settings declare, with the runs of each."""

        def read() -> dict[str, Any]:
            api = state.database.api
            history = job_runs(api.graph, limit)
            return {"jobs": declared(api.settings), "runs": history}

        return Json(await work(state, read))

    @router.post("/jobs/{name}/runs", response_model=models.Started, status_code=202)
    async def run(request: Request, name: Id, token: Token = may_run) -> Response:
        """Start a job in a process of its own; `/v1/jobs` shows how it goes on."""

        def begin() -> dict[str, Any]:
            require_job(state.settings, name)
            audit(state.settings, token, state.door.address_of(request), "start job", job=name)
            return {"job": name, "pid": start(state.database.settings(), name)}

        return Json(await work(state, begin), status_code=202)
