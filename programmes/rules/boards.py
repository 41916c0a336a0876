"""What one page about a round says: who took part and how much, by municipality; who may read which of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from answers.models import Box
from answers.states import BoxState
from base.refusal import Refusal
from people.models import Organisation, Person
from programmes import few
from programmes.models import Cohort
from programmes.rules.attendance import Row
from programmes.rules.evaluations import KIND, owner_of
from programmes.states import CohortState

# As many earlier rounds stand beside this one.
EARLIER = 3


class NotOverYet(Refusal):
    """A round is told of when it is over."""

    message = _("The page is released when the round is over.")


class LookPast(Refusal):
    """The next look is to come."""

    message = _("Choose a day that is still to come.")


class WordsMissing(Refusal):
    """A look says what was seen."""

    message = _("Write what you see now.")


@dataclass(frozen=True)
class Part:
    """A municipality in a round: how many, how many completed, hours there and hours that there were."""

    organisation: Organisation
    took_part: int
    completed: int
    hours: Decimal
    hours_held: Decimal


@dataclass(frozen=True)
class Whole:
    """A round in figures, by municipality in the order of their names."""

    parts: tuple[Part, ...]

    @property
    def took_part(self) -> int:
        """How many had a place to the end."""
        return sum(part.took_part for part in self.parts)

    @property
    def completed(self) -> int:
        """How many were there on as many days as the programme asks for."""
        return sum(part.completed for part in self.parts)

    @property
    def hours(self) -> Decimal:
        """Hours of presence."""
        return sum((part.hours for part in self.parts), Decimal(0))

    @property
    def presence(self) -> Decimal | None:
        """Hours of presence, of those that the days that have been had for everybody; None before the first."""
        held = sum((part.hours_held for part in self.parts), Decimal(0))
        return self.hours / held if held else None

    @property
    def may_tell_sums(self) -> bool:
        """Whether sums over everybody say nothing exact about a few to any one municipality."""
        return few.may_be_exact([part.took_part for part in self.parts])

    @property
    def may_tell_completed(self) -> bool:
        """Whether the number of those who completed says nothing exact about a few to any one municipality."""
        failed = [part.took_part - part.completed for part in self.parts]
        return few.may_be_exact([part.completed for part in self.parts]) and few.may_be_exact(failed)


def whole_of(rows: Sequence[Row]) -> Whole:
    """The figures of a round from the lines of its grid."""
    by_town: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_town[row.enrolment.organisation_id].append(row)
    parts = []
    for lines in by_town.values():
        held = [day.full_hours for line in lines for day in line.standing.days if day.over]
        parts.append(
            Part(
                organisation=lines[0].enrolment.organisation,
                took_part=len(lines),
                completed=sum(line.standing.complete for line in lines),
                hours=sum((line.standing.hours for line in lines), Decimal(0)),
                hours_held=sum(held, Decimal(0)),
            )
        )
    return Whole(tuple(sorted(parts, key=lambda part: part.organisation.name)))


def runs(cohort: Cohort, person: Person) -> bool:
    """Whether this person runs the round, and so may see every row behind the figures."""
    return person.reach.administrator or cohort.programme.region_id in person.reach.region_ids


def why_not_release(cohort: Cohort) -> Refusal | None:
    """The reason that directors cannot read the page yet, or None."""
    if cohort.state not in (CohortState.FINISHED, CohortState.DECIDED):
        return NotOverYet()
    return None


def why_not_look(words: str, look_again_on: date | None, *, now: datetime, zone: str) -> Refusal | None:
    """The reason that a look cannot be noted, or None."""
    if not words.strip():
        return WordsMissing()
    if look_again_on is not None and look_again_on <= now.astimezone(ZoneInfo(zone)).date():
        return LookPast()
    return None


def boxes_of(cohort: Cohort) -> tuple[Box | None, list[tuple[Cohort, Box]]]:
    """The published total of the round, and of up to three earlier ones, the nearest first: two questions in all."""
    earlier = Cohort.objects.filter(programme=cohort.programme_id, number__lt=cohort.number)
    rounds = {owner_of(row.pk): row for row in earlier.select_related("programme").order_by("-number")[: EARLIER * 2]}
    owners = [owner_of(cohort.pk), *rounds]
    found = {
        box.owner: box
        for box in Box.objects.filter(kind=KIND, owner__in=owners, state=BoxState.RELEASED).select_related("release")
    }
    published = [(row, found[owner]) for owner, row in rounds.items() if owner in found]
    return found.get(owner_of(cohort.pk)), published[:EARLIER]
