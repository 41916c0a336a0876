"""How long a mentor and a mentee have been silent, as a light: from plain days, with what stands still left out.

A day of silence is one without a meeting that is written down or booked. Days of leave, of a break and of the region's
calendar (public holidays and closed periods) do not count. Nothing follows from a light by itself: it tells those whom
it concerns.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

AMBER, RED = 45, 90
CHECK_MONTHS = 2


class Colour(StrEnum):
    """The three lights."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class Pause:
    """Days that do not count: from a first one to the day before `until`, or on without an end."""

    first: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day is in the pause."""
        return self.first <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Light:
    """What the light says on a day."""

    colour: Colour
    silent: int  # days that count since the last meeting, written down or booked
    since: date  # the last meeting that is written down, else the day on which the two began
    last: date  # the last of these, or the last day that was booked: the silence that there is now began then
    met: bool  # whether a meeting is written down at all
    paused: bool  # whether days do not count now


def light(
    *,
    began: date,
    held: Iterable[date],
    booked: Iterable[date],
    today: date,
    pauses: Sequence[Pause] = (),
    holidays: Collection[date] = (),
) -> Light:
    """The light of two people who began on a day, with their meetings; one that is booked and to come keeps it green.

    A day that was booked and has been breaks the silence too; the words name only what is written down. Single days
    that do not count are `holidays`, all of them from the beginning to today; longer times are `pauses`.
    """
    held = [day for day in held if day <= today]
    booked = list(booked)
    last = max([began, *held, *(day for day in booked if day <= today)])
    silent = 0
    if not any(day > today for day in booked):
        silent = silence(after=last, today=today, pauses=pauses, holidays=holidays)
    colour = Colour.RED if silent >= RED else Colour.AMBER if silent >= AMBER else Colour.GREEN
    return Light(
        colour=colour,
        silent=silent,
        since=max(held, default=began),
        last=last,
        met=bool(held),
        paused=not counts(today, pauses, holidays),
    )


def silence(*, after: date, today: date, pauses: Sequence[Pause], holidays: Collection[date] = ()) -> int:
    """How many days after one, today among them, count."""
    days = (after + timedelta(days=n) for n in range(1, (today - after).days + 1))
    return sum(counts(day, pauses, holidays) for day in days)


def counts(day: date, pauses: Sequence[Pause], holidays: Collection[date]) -> bool:
    """Whether a day is one on which a meeting could have been: no pause, no holiday."""
    return day not in holidays and not any(pause.covers(day) for pause in pauses)


def months_after(day: date, months: int) -> date:
    """The same day some months later; where that month is shorter, its last."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
