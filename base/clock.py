"""The only reader of time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _standing.get() or timezone.now()


@contextmanager
def standing_at(moment: datetime) -> Iterator[datetime]:
    """Let the clock stand at `moment` for what runs inside: the demonstration tells what happened earlier this year."""
    before = _standing.set(moment)
    try:
        yield moment
    finally:
        _standing.reset(before)


def today(zone: str) -> date:
    """The date that a wall calendar in `zone` (an IANA name) shows now."""
    return now().astimezone(ZoneInfo(zone)).date()


def wall(day: date, at: time, zone: str) -> datetime:
    """The instant, in UTC, at which a wall clock in `zone` shows `at` on `day`.

    When clocks go forward over it, the first instant after the gap; when they go back and show it twice, the first.
    """
    here = ZoneInfo(zone)
    local = datetime.combine(day, at.replace(fold=0), tzinfo=here)
    instant = local.astimezone(UTC)
    if instant.astimezone(here).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # In the gap: `fold` chooses the offset before or after it, and the change lies between the two readings.
    early = local.replace(fold=1).astimezone(UTC)
    late = instant
    before = early.astimezone(here).utcoffset()
    while late - early > timedelta(microseconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(here).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late


def within_hours(instant: datetime, zone: str, *, first: time = time(7), last: time = time(18)) -> datetime:
    """The same instant if a wall clock in `zone` then shows sending hours, else the next at which it shows `first`."""
    local = instant.astimezone(ZoneInfo(zone))
    if first <= local.time() < last:
        return instant
    return wall(local.date() if local.time() < first else local.date() + timedelta(days=1), first, zone)
