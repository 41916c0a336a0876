"""How far a participant has come towards the certificate: counted from plain facts, in the same words everywhere.

Presence is counted in days: a whole day is 1, four hours of a six-hour day are 4/6. A missed day that is made up
elsewhere counts once, and never for more than the day itself. A rule of 7 days of 8 leaves one day, or its hours, to
miss.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class DayState(StrEnum):
    """What is known of one day for one person."""

    PRESENT = "present"
    PARTLY = "partly"
    EXCUSED = "excused"
    ABSENT = "absent"
    ON_BREAK = "on_break"  # neither missed nor attended
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
    made_up_hours: Decimal | None = None  # presence on the day that replaces it
    on_break: bool = False

    @property
    def state(self) -> DayState:
        """The word for the day."""
        if self.mark == "present" and self.hours >= self.full_hours:
            return DayState.PRESENT
        if self.made_up_hours is not None and self.hours_there >= self.full_hours:
            return DayState.MADE_UP
        if self.hours_there > 0:
            return DayState.PARTLY
        if self.on_break:
            return DayState.ON_BREAK
        if self.mark == "excused":
            return DayState.EXCUSED
        if self.mark == "absent":
            return DayState.ABSENT
        return DayState.UNKNOWN if self.over else DayState.TO_COME

    @property
    def hours_there(self) -> Decimal:
        """Hours of presence; a missed day and its replacement never give more than the day has."""
        return min(self.full_hours, self.hours + (self.made_up_hours or Decimal(0)))

    @property
    def share(self) -> Fraction:
        """How much of the day counts, 0 to 1."""
        return Fraction(self.hours_there) / Fraction(self.full_hours) if self.full_hours else Fraction(0)


@dataclass(frozen=True)
class Standing:
    """Where a person stands when `required` days must count."""

    days: tuple[DayFact, ...]
    required: int

    @property
    def attended(self) -> Fraction:
        """Days that count, parts of days included."""
        return sum((day.share for day in self.days), Fraction(0))

    @property
    def whole_days(self) -> int:
        """Days that count, rounded down: "you have done 3 of 8 days"."""
        return int(self.attended)

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
    def on_break(self) -> tuple[int, ...]:
        """Numbers of the days in a break, held or to come, that are not taken anywhere else."""
        return tuple(day.number for day in self.days if day.state is DayState.ON_BREAK)

    @property
    def unknown(self) -> tuple[int, ...]:
        """Numbers of the days that have been and that nobody has marked."""
        return tuple(day.number for day in self.days if day.state is DayState.UNKNOWN)

    @property
    def left(self) -> Fraction:
        """Days that may still be missed; negative when something must be made up. Unmarked days count as attended."""
        lost = sum((1 - day.share for day in self.days if day.number in self.missed), Fraction(0))
        return len(self.days) - self.required - lost

    @property
    def can_miss_days(self) -> int:
        """Whole days that may still be missed."""
        return max(0, int(self.left))

    @property
    def can_miss_hours(self) -> Decimal:
        """Hours that may still be missed when that is no whole number of days, else 0; to the quarter, downwards."""
        if self.left <= 0 or self.left.denominator == 1 or not self.days:
            return Decimal(0)
        quarters = int(self.left * Fraction(self.days[0].full_hours) * 4)
        return Decimal(quarters) / 4

    @property
    def must_make_up(self) -> Fraction:
        """Days, or parts, that must be made up elsewhere even if all that is to come is attended."""
        return max(Fraction(0), -self.left)

    @property
    def complete(self) -> bool:
        """Whether the days that the programme asks for are there."""
        return self.attended >= self.required


def standing(days: Sequence[DayFact], required: int) -> Standing:
    """Where a person stands after these days, of which `required` must count."""
    return Standing(tuple(sorted(days, key=lambda day: day.number)), required)
