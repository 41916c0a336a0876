"""When answers are due and when reminders go: wall-clock time, working days and the hours when people are awake."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_BEGINS, DAY_ENDS = time(7), time(20)
NEAR = timedelta(hours=72)
SHORT = timedelta(hours=4)


def wall(day: date, at: time, zone: str) -> datetime:
    """The instant, in UTC, when clocks on the wall in `zone` show `at` on `day`.

    A time that is skipped in spring means the first instant after the gap; one that comes twice in autumn the first.
    """
    local = datetime.combine(day, at, ZoneInfo(zone))
    instant = local.astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # In a gap the later offset leads to before the change of clocks, the earlier one to after it: halve between them.
    before = local.replace(fold=1).astimezone(UTC)
    after = instant.astimezone(ZoneInfo(zone)).utcoffset()
    first, last = 0, int((instant - before).total_seconds())
    while last - first > 1:
        middle = (first + last) // 2
        if (before + timedelta(seconds=middle)).astimezone(ZoneInfo(zone)).utcoffset() == after:
            last = middle
        else:
            first = middle
    return before + timedelta(seconds=last)


def due_at(day: date, days_before: int, at: time, zone: str) -> datetime:
    """When a reminder is due so many days before `day`, the same time on the wall whatever the clocks did between."""
    return wall(day - timedelta(days=days_before), at, zone)


@dataclass(frozen=True)
class Rule:
    """Remind so many days before, at a time on the wall."""

    days_before: int
    at: time


def fallen_due(
    rules: Sequence[Rule], day: date, zone: str, *, after: datetime, until: datetime
) -> tuple[Rule, datetime] | None:
    """The reminder that fell due later than `after` and not later than `until`; of several the one nearest the day.

    A reminder that a nearer one has overtaken, after an outage, says nothing that the nearer does not.
    """
    due = [(due_at(day, rule.days_before, rule.at, zone), rule) for rule in rules]
    fallen = [(moment, rule) for moment, rule in due if after < moment <= until]
    if not fallen:
        return None
    moment, rule = max(fallen, key=lambda pair: pair[0])
    return rule, moment


def _waking_hours_later(start: datetime, hours: timedelta, zone: str) -> datetime:
    """`hours` after `start`, of which only those between seven and eight in the evening count."""
    day = start.astimezone(ZoneInfo(zone)).date()
    left = hours
    while True:
        opens, closes = wall(day, DAY_BEGINS, zone), wall(day, DAY_ENDS, zone)
        begins = max(start, opens)
        if begins < closes:
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
        day += timedelta(days=1)


def end_of_working_day_limit(
    *,
    start: datetime,
    working_days: int,
    starts_at: datetime | None,
    zone: str,
    is_working_day: Callable[[date], bool],
) -> datetime:
    """Until when an offer made at `start` can be answered.

    Eight in the evening of the so-many-th working day after the offer. Nearer than 72 hours to the start it is four
    hours, counted between seven and eight in the evening. Never later than the start itself.
    """
    if starts_at is not None and starts_at - start < NEAR:
        return min(_waking_hours_later(start, SHORT, zone), starts_at)
    day = start.astimezone(ZoneInfo(zone)).date()
    left = working_days
    while left > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            left -= 1
    limit = wall(day, DAY_ENDS, zone)
    return limit if starts_at is None else min(limit, starts_at)
