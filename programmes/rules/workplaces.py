"""Where participants are employed day by day, and why a change of employer cannot be written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from base import dates
from base.refusal import Refusal
from people.models import Organisation, Person
from programmes.models import Cohort, Enrolment, Workplace
from programmes.states import LIVE_SIDES

# From a day to a day, both included; without an end to either side where None.
Periods = Sequence[tuple[date | None, date | None]]


class NothingToMove(Refusal):
    """Only an application or a participation that stands."""

    message = _("The application is withdrawn, so no employer is written down.")


class LastDayFirst(Refusal):
    """The new employment begins after the old one has ended."""

    message = _("The first day with the new employer must come after the last day with the old one.")


class BeforeTheLastMove(Refusal):
    """Moves are written down in the order in which they happen."""

    message = _("An earlier change of employer is written down from %(day)s. Choose a later day.")


class FirstDayMissing(Refusal):
    """From when?"""

    message = _("Write the first day with the new employer.")


class SameEmployer(Refusal):
    """Another unit of the same employer is no move."""

    message = _("The unit belongs to the employer that the person leaves. Correct the unit instead.")


class ReasonMissing(Refusal):
    """Somebody whose employer does not take part goes on by the coordinator's word."""

    message = _("Write why the person goes on attending without an employer that takes part.")


class NotUnderEmployer(Refusal):
    """A unit of somebody else's."""

    message = _("Choose a unit of %(employer)s.")


@dataclass(frozen=True)
class Period:
    """One employer from a day to a day, ready to print."""

    organisation: Organisation | None
    unit: Organisation | None
    first: date | None
    last: date | None
    partner: bool
    why: str


def periods(enrolment: Enrolment) -> list[Period]:
    """All days of an enrolment by employer; one period from the application on where nobody has moved."""
    rows = list(enrolment.workplaces.select_related("organisation", "unit"))
    if not rows:
        return [Period(enrolment.organisation, enrolment.unit, None, None, enrolment.counts_for_funder, "")]
    return [Period(row.organisation, row.unit, row.valid_from, row.valid_to, row.partner, row.why) for row in rows]


def here(enrolment: Enrolment, day: date) -> tuple[Organisation | None, Organisation | None]:
    """Employer and unit of an enrolment on a day; both None where nobody employs the person."""
    row = enrolment.workplaces.on(day).select_related("organisation", "unit").first()
    if row is None:
        return enrolment.organisation, enrolment.unit
    return row.organisation, row.unit


def asked_of(enrolment: Enrolment) -> tuple[Organisation, Organisation]:
    """The employer and the unit that the yes is asked of: the last that is written down."""
    row = enrolment.workplaces.select_related("organisation", "unit").filter(unit__isnull=False).last()
    if row is None or row.organisation is None or row.unit is None:
        return enrolment.organisation, enrolment.unit
    return row.organisation, row.unit


def why_not_move(
    enrolment: Enrolment,
    *,
    unit: Organisation | None,
    last_day: date,
    first_day: date | None,
    partner: bool,
    why: str,
    last: Workplace | None,
) -> Refusal | None:
    """The reason that this change of employer cannot be written down, or None; `last` is the one that stands."""
    if enrolment.programme_side not in LIVE_SIDES:
        return NothingToMove()
    if last is not None and last.organisation_id and last.valid_from is not None and last_day < last.valid_from:
        return BeforeTheLastMove(day=dates.plain_day(last.valid_from, today=last_day))
    if unit is not None and first_day is None:
        return FirstDayMissing()
    if first_day is not None and first_day <= last_day:
        return LastDayFirst()
    leaves = last.organisation_id if last is not None else enrolment.organisation_id
    if unit is not None and unit.top_id == leaves:
        return SameEmployer()
    if not partner and not why.strip():
        return ReasonMissing()
    return None


# ---------- What each side may see ----------


def seen_days(person: Person, enrolments: Sequence[Enrolment]) -> Mapping[int, Periods]:
    """Of the enrolments whose people have changed employers: the periods that `person` may see; one statement.

    Whoever runs the round sees all and has no entry, and so has the participant herself.
    """
    reach = person.reach
    if reach.administrator:
        return {}
    others = [
        row.pk
        for row in enrolments
        if row.person_id != person.pk and row.cohort.programme.region_id not in reach.region_ids
    ]
    if not others or not reach.staff_paths:
        return {}
    found: dict[int, list[tuple[date | None, date | None]]] = {}
    for row in Workplace.objects.filter(enrolment__in=others).select_related("unit"):
        seen = found.setdefault(row.enrolment_id, [])
        if row.unit is not None and reach.over(row.unit.path):
            seen.append((row.valid_from, row.valid_to))
    return found


def holds(periods: Periods, day: date) -> bool:
    """Whether one of the periods holds the day."""
    return any((first is None or first <= day) and (last is None or day <= last) for first, last in periods)


def in_cohort(cohort: Cohort, organisation: Organisation, day: date) -> bool:
    """Whether the employer takes part in the round, or in the region on the day."""
    if cohort.shares.filter(organisation=organisation).exists():
        return True
    return cohort.programme.region.participations.on(day).filter(organisation=organisation).exists()
