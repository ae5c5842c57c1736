"""Jobs run when they are due, by this process: for those who have no scheduler."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Thread

from ringleader.errors import SettingsError
from ringleader.jobs.cron import following
from ringleader.jobs.definitions import Job


def watch(jobs: Sequence[Job], run: Callable[[Job], None]) -> None:
    """Run jobs when they are due, one after the other, until interrupted.

    Jobs run in this very thread: two that are due at once follow one another, as they would have to
    for the lock, and Ctrl-C reaches the one that runs. A time that is missed meanwhile is made up
    for once, however many there were.

    Args:
        jobs: Jobs with a schedule.
        run: Runs one job; an exception would end the watch, so it handles errors itself.

    Raises:
        SettingsError: APScheduler is not installed.
        KeyboardInterrupt: As asked.
    """
    try:
        from apscheduler.executors.debug import DebugExecutor
        from apscheduler.schedulers.blocking import BlockingScheduler
        from apscheduler.triggers.base import BaseTrigger
    except ImportError as error:
        raise SettingsError(
            "job watch needs APScheduler", hint="pip install 'ringleader[watch]'"
        ) from error

    class Due(BaseTrigger):  # type: ignore[misc]
        """The times of a schedule, as every other scheduler reads it."""

        def __init__(self, schedule: str) -> None:
            self.schedule = schedule

        def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
            return following(self.schedule, previous or now)

    scheduler = BlockingScheduler(
        executors={"default": DebugExecutor()},
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        timezone=UTC,
    )
    raised: list[BaseException] = []

    def call(job: Job) -> None:
        # The scheduler would log what is raised and go on; nor can it be shut down from in here.
        try:
            run(job)
        except BaseException as error:
            raised.append(error)
            Thread(target=scheduler.shutdown, kwargs={"wait": False}).start()

    for job in jobs:
        if job.schedule is not None:
            scheduler.add_job(call, Due(job.schedule), (job,), id=job.name)
    try:
        scheduler.start()
    finally:
        if scheduler.running:
            scheduler.shutdown(wait=False)
    if raised:
        raise raised[0]
