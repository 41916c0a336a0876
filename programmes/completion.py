"""How far a participant has come towards the certificate: counted from plain facts, in the same words everywhere.

A day counts when the person was there for the whole of it, on the day itself or on a day that replaces it (once). Part
of a day gives its hours to the participation, and does not count as a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class DayState(StrEnum):
    """What is known of one day for one person."""

    PRESENT = "present"
    PARTLY = "partly"
    EXCUSED = "excused"
    ABSENT = "absent"
    MADE_UP = "made_up"
    UNKNOWN = "unknown"  # the day has been, and nobody has said
    TO_COME = "to_come"


@dataclass(frozen=True)
class DayFact:
    """One day of the cohort as it went for one person; `made_up_hours` are those of the day that replaces it."""

    number: int
    full_hours: Decimal
    over: bool
    mark: str = ""  # "", "present", "excused" or "absent"
    hours: Decimal = Decimal(0)
    made_up_hours: Decimal | None = None

    @property
    def state(self) -> DayState:
        """The word for the day."""
        if self.mark == "present" and self.hours >= self.full_hours:
            return DayState.PRESENT
        if self.made_up_hours is not None and self.made_up_hours > 0:
            return DayState.MADE_UP
        if self.mark == "present":
            return DayState.PARTLY
        if self.mark == "excused":
            return DayState.EXCUSED
        if self.mark == "absent":
            return DayState.ABSENT
        return DayState.UNKNOWN if self.over else DayState.TO_COME

    @property
    def counts(self) -> bool:
        """Whether it is one of the days that the certificate needs."""
        return self.state in (DayState.PRESENT, DayState.MADE_UP)

    @property
    def hours_there(self) -> Decimal:
        """Hours of presence; a missed day and its replacement never give more than the day has."""
        return min(self.full_hours, self.hours + (self.made_up_hours or Decimal(0)))


@dataclass(frozen=True)
class Standing:
    """Where a person stands; `can_miss` is how many more days may be missed, never below 0."""

    days: tuple[DayFact, ...]
    required: int

    @property
    def attended(self) -> int:
        """Days that count."""
        return sum(day.counts for day in self.days)

    @property
    def hours(self) -> Decimal:
        """Hours of presence in all."""
        return sum((day.hours_there for day in self.days), Decimal(0))

    @property
    def missed(self) -> tuple[int, ...]:
        """Numbers of the days that were missed, wholly or partly, and not made up."""
        lost = (DayState.PARTLY, DayState.EXCUSED, DayState.ABSENT)
        return tuple(day.number for day in self.days if day.state in lost)

    @property
    def unknown(self) -> tuple[int, ...]:
        """Numbers of the days that have been and that nobody has marked."""
        return tuple(day.number for day in self.days if day.state is DayState.UNKNOWN)

    @property
    def to_come(self) -> int:
        """Days that may still count."""
        return sum(day.state is DayState.TO_COME for day in self.days)

    @property
    def can_miss(self) -> int:
        """How many more days can be missed and still complete, counting unmarked days as attended."""
        return max(0, len(self.days) - len(self.missed) - self.required)

    @property
    def short(self) -> int:
        """Days that are missing even if all days to come are attended; to be made up elsewhere."""
        return max(0, self.required - (self.attended + self.to_come + len(self.unknown)))

    @property
    def complete(self) -> bool:
        """Whether the days that the programme asks for are there."""
        return self.attended >= self.required


def standing(days: Sequence[DayFact], required: int) -> Standing:
    """Where a person stands after these days, of which `required` must count."""
    return Standing(tuple(sorted(days, key=lambda day: day.number)), required)
