"""When a job is due: cron's syntax in UTC, as far as every scheduler reads it alike.

``minute hour day-of-month month day-of-week``, each ``*``, a number, a name (months and weekdays),
``a-b``, ``a,b`` or a step ``*/n`` or ``a-b/n``. Where both days are given, either one makes the
job due. What cron, Kubernetes, Airflow and systemd understand differently is refused.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

from ringleader.errors import SettingsError

_HINT = 'five fields: minute hour day month weekday, e.g. "0 3 * * *" for every day at 3:00 UTC'
_WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
# A step without a range, `L`, `W`, `#` and `?` mean different things, or nothing, elsewhere.
_DISPUTED = re.compile(r"(?:^|,)\w+/|[#?]|\d[LW]|^LW?$")
_SUNDAY_AS_7 = re.compile(r"(?:^|[,-])7")


def parse(expression: str, where: str) -> CronSim:
    """Read a schedule.

    Args:
        expression: Five fields.
        where: The setting that holds it, for the error.

    Raises:
        SettingsError: It is none, or schedulers disagree on what it means.
    """
    fields = expression.split()
    if len(fields) != 5:
        raise SettingsError(f"{where} is {expression!r}; it has {len(fields)} fields", hint=_HINT)
    try:
        schedule = CronSim(expression, _now())
        next(schedule)
    except (CronSimError, StopIteration) as error:
        why = str(error) or "it is never due"
        raise SettingsError(f"{where} is {expression!r}: {why}", hint=_HINT) from error
    for text in fields:
        if _DISPUTED.search(text.upper()) or (text is fields[4] and _SUNDAY_AS_7.search(text)):
            raise SettingsError(
                f"{where} is {expression!r}: schedulers disagree on {text!r}",
                hint="use numbers, names, ranges and steps of ranges; Sunday is 0 or sun",
            )
    days = fields[2], fields[4]
    if "*" not in days and any(text.startswith("*") for text in days):
        raise SettingsError(
            f"{where} is {expression!r}: schedulers disagree on a step in one of two days",
            hint="write the days out, or leave one of the two fields *",
        )
    return CronSim(expression, _now())


def _now() -> datetime:
    return datetime.now(UTC)


def following(expression: str, moment: datetime) -> datetime:
    """When a job is due next.

    Args:
        expression: A schedule that :func:`parse` takes.
        moment: A time in UTC; what is due at that very second does not count.
    """
    return next(CronSim(expression, moment.astimezone(UTC)))


def due_times(expression: str, number: int) -> list[datetime]:
    """The next times a job is due."""
    schedule = CronSim(expression, _now() - timedelta(seconds=1))
    return [next(schedule) for _ in range(number)]


def on_calendar(expression: str) -> list[str]:
    """A schedule as systemd's ``OnCalendar=`` has it; a timer with several takes each.

    systemd wants weekday and day of the month both to match; cron wants either where both are
    given, so that makes two lines.
    """
    schedule = parse(expression, "schedule")
    _, _, day, _, weekday = expression.split()
    time = f"{_listed(schedule.hours, 24)}:{_listed(schedule.minutes, 60)}:00 UTC"
    months = _listed(schedule.months, 12)
    days = "*" if day == "*" else _listed(schedule.days, 31)
    numbers = {int(number) % 7 for number in schedule.weekdays if isinstance(number, int)}
    names = ",".join(_WEEKDAYS[number] for number in sorted(numbers)) + " "
    by_weekday, by_day = f"{names}*-{months}-* {time}", f"*-{months}-{days} {time}"
    if weekday == "*":
        return [by_day]
    return [by_weekday] if day == "*" else [by_day, by_weekday]


def _listed(numbers: set[int], all_of_them: int) -> str:
    if len(numbers) == all_of_them:
        return "*"
    return ",".join(f"{number:02}" for number in sorted(numbers))
