"""The dates of the next cohort, from the rhythm of the last one."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

# Days this near each other are one meeting and keep their distance, whatever the weekday.
ONE_MEETING = 3
WEEK = timedelta(days=7)
LONGEST_SEARCH = 8


def next_start(starts: Sequence[date], today: date) -> date:
    """When the next cohort would start: as far from the last one as that one was from the one before, else 52 weeks.

    `starts` are the first days of earlier cohorts, oldest first. The weekday is kept, and the day lies ahead.
    """
    last = starts[-1]
    step = timedelta(weeks=52)
    if len(starts) > 1 and starts[-1] > starts[-2]:
        step = WEEK * max(1, round((starts[-1] - starts[-2]).days / 7))
    start = last + step
    while start <= today:
        start += step
    return start


def next_dates(last: Sequence[date], start: date, is_working_day: Callable[[date], bool]) -> list[date]:
    """The days of a cohort that starts on `start`, in the rhythm of `last`: same weekdays, same distances.

    A day that is not a working day moves a week on, keeping its weekday; days next to each other stay together.
    """
    if not last:
        return []
    days = [start]
    for before, after in zip(last, last[1:], strict=False):
        gap = after - before
        if 0 < gap.days <= ONE_MEETING:
            days.append(_working(days[-1] + gap, is_working_day, timedelta(days=1)))
            continue
        wished = start + (after - last[0])
        wished += timedelta(days=_nearest(after.weekday() - wished.weekday()))
        while wished <= days[-1]:
            wished += WEEK
        days.append(_working(wished, is_working_day, WEEK))
    return days


def shifted(moment: date | None, last_start: date, start: date) -> date | None:
    """A day of the last cohort's plan (opening, deadline, last entry), as far from the new start as from the old."""
    return None if moment is None else moment + (start - last_start)


def _nearest(days: int) -> int:
    """The shortest way to a weekday, back or on: -3 to 3."""
    return (days + 3) % 7 - 3


def _working(day: date, is_working_day: Callable[[date], bool], step: timedelta) -> date:
    """`day`, or the first working day in steps from it; the day itself when there is none for long."""
    for n in range(LONGEST_SEARCH):
        if is_working_day(day + n * step):
            return day + n * step
    return day
