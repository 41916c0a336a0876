"""Half-days: which an event has, what each gives, which it is now, and who was there. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

MORNING, AFTERNOON = "am", "pm"
MIDDLE = 12 * 60 + 30
# When people come and leave on those days of a long event for which no time is written.
COME, LEAVE = 9 * 60, 16 * 60
QUARTER = Decimal("0.25")


@dataclass(frozen=True, order=True)
class HalfDay:
    """A morning or an afternoon of an event, and the hours that being there gives."""

    day: date
    half: str
    hours: Decimal = QUARTER

    @property
    def key(self) -> str:
        """Its name in forms and files: "2027-11-12 am"."""
        return f"{self.day.isoformat()} {self.half}"

    @property
    def opens(self) -> tuple[date, time]:
        """From when on the wall somebody who comes, comes to this half: a day begins at midnight."""
        return self.day, time(12, 30) if self.half == AFTERNOON else time(0)


@dataclass(frozen=True)
class Fact:
    """Somebody was seen, or was said not to have been there; `number` tells two at the same instant apart."""

    at: datetime
    number: int
    here: bool = True


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def halves_of(first: date, last: date | None, start: time, end: time, hours: Decimal) -> tuple[HalfDay, ...]:
    """The half-days of an event that begins at `start` on its first day and ends at `end` on its last.

    A half that the event does not reach does not exist. Each gives its part of `hours` by the clock, to the quarter,
    the largest remainders first; together they give all of them.
    """
    days = [first + timedelta(days=n) for n in range(((last or first) - first).days + 1)]
    pieces: list[tuple[date, str, int]] = []
    for day in days:
        begins = _minutes(start) if day == days[0] else min(COME, _minutes(start))
        ends = _minutes(end) if day == days[-1] else max(LEAVE, _minutes(end))
        if ends <= begins:  # an evening before, or an early morning after: there is something on every day
            begins, ends = (begins, begins + 1) if day == days[0] else (ends - 1, ends)
        if begins < MIDDLE:
            pieces.append((day, MORNING, min(ends, MIDDLE) - begins))
        if ends > MIDDLE:
            pieces.append((day, AFTERNOON, ends - max(begins, MIDDLE)))
    shares = _shares([minutes for _day, _half, minutes in pieces], hours)
    return tuple(HalfDay(day, half, share) for (day, half, _minutes), share in zip(pieces, shares, strict=True))


def _shares(weights: list[int], hours: Decimal) -> list[Decimal]:
    quarters = int(hours / QUARTER)
    total = sum(weights)
    whole = [quarters * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: (-(quarters * weights[n] % total), n))
    for n in order[: quarters - sum(whole)]:
        whole[n] += 1
    shares = [QUARTER * n for n in whole]
    # What is less than a quarter goes with the longest half.
    shares[max(range(len(weights)), key=lambda n: (weights[n], -n))] += hours - QUARTER * quarters
    return shares


def half_at(halves: tuple[HalfDay, ...], local: datetime) -> HalfDay:
    """The half that somebody who comes now comes to: the latest that has opened, before all of them the first.

    A half opens at midnight or at the middle of the day; on a day with only an afternoon, who comes early comes to it.
    """
    today = [half for half in halves if half.day == local.date()]
    if today:
        late = local.hour * 60 + local.minute >= MIDDLE
        return today[-1] if late else today[0]
    before = [half for half in halves if half.day < local.date()]
    return before[-1] if before else halves[0]


def since(facts: Iterable[Fact]) -> datetime | None:
    """Since when somebody is there: the earliest time that she was seen after it was last said that she was not."""
    found: datetime | None = None
    for fact in sorted(facts, key=lambda fact: (fact.at, fact.number)):
        if not fact.here:
            found = None
        elif found is None:
            found = fact.at
    return found


def hours_for(halves: Iterable[HalfDay], present: Iterable[str]) -> Decimal:
    """What being there in these halves gives."""
    there = set(present)
    return sum((half.hours for half in halves if half.key in there), Decimal(0))
