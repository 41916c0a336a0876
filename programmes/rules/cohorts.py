"""Why a cohort cannot be made, opened or changed; whose turn it is to host in it; who can be responsible."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from events.limits import wall
from events.models import Event
from events.states import EventState
from people.models import Organisation, Participation, Person, Region, RoleAssignment
from people.states import Role
from programmes import turns
from programmes.models import Cohort, CourseDay, Programme, Share
from programmes.states import CohortState

# As many days as one cohort can have.
MOST_DAYS = 30


class DecisionMissing(Refusal):
    """A finished cohort waits for its decision."""

    message = _(
        "%(cohort)s is finished and has no decision. Record one, at least preliminary, before the next round opens."
    )


class NotDraft(Refusal):
    """It is open already, or later."""

    message = _("This round has already been opened.")


class WindowMissing(Refusal):
    """Nobody knows when to apply."""

    message = _("Set the first and the last day to apply before you open the round.")


class NoDays(Refusal):
    """A cohort without days."""

    message = _("The round has no course days yet.")


class NoSeats(Refusal):
    """More is guaranteed than there is."""

    message = _("%(guaranteed)s seats are guaranteed, and there are only %(capacity)s.")


class WindowBackwards(Refusal):
    """The window ends before it begins, or after the start."""

    message = _("Applications must close after they open, and before the first course day.")


class NewDayPast(Refusal):
    """A day that is to come is not moved to a time that has been."""

    message = _("That time has already been. Choose a day that is still to come.")


class NumberTaken(Refusal):
    """Somebody made the same round at the same time."""

    message = _("Round %(number)s has just been made by someone else. Open it from the list.")


def undecided(programme: Programme) -> Cohort | None:
    """The finished cohort that waits for a decision, if there is one; a preliminary decision is enough."""
    return (
        programme.cohorts.filter(state=CohortState.FINISHED, decision__isnull=True)
        .select_related("programme")
        .order_by("number")
        .first()
    )


def why_not_open(cohort: Cohort) -> Refusal | None:
    """The reason that applications to `cohort` cannot open, or None."""
    if cohort.state != CohortState.DRAFT:
        return NotDraft()
    waiting = undecided(cohort.programme)
    if waiting is not None:
        return DecisionMissing(cohort=waiting)
    if cohort.opens_on is None or cohort.closes_on is None:
        return WindowMissing()
    if not cohort.days.exists():
        return NoDays()
    return None


def why_not_make(
    *, start: date, capacity: int | None, guaranteed: int, municipalities: int, opens_on: date, closes_on: date
) -> Refusal | None:
    """The reason that a cohort cannot be made from these numbers, or None."""
    if opens_on > closes_on or closes_on >= start:
        return WindowBackwards()
    if capacity is not None and guaranteed * municipalities > capacity:
        return NoSeats(guaranteed=guaranteed * municipalities, capacity=capacity)
    return None


def latest(programme: Programme) -> Cohort | None:
    """The last cohort, from which the next is made."""
    return programme.cohorts.order_by("-number").select_related("places", "programme__region").first()


def next_number(programme: Programme) -> int:
    """The number of the next cohort."""
    return (programme.cohorts.aggregate(most=Max("number"))["most"] or 0) + 1


def taking_part(region: Region, day: date) -> list[Organisation]:
    """The organisations that take part in the region on a day, in the order of the host round."""
    rows = Participation.objects.on(day).filter(region=region).select_related("organisation").order_by("order", "pk")
    return list({row.organisation_id: row.organisation for row in rows}.values())


def coordinators(region: Region, day: date) -> list[Person]:
    """Who can be responsible for a cohort: the region's coordinators on a day."""
    held = RoleAssignment.objects.on(day).filter(role=Role.COORDINATOR, region=region)
    return list(Person.objects.filter(pk__in=held.values("person")).order_by("name"))


def fair_hosts(cohort: Cohort, count: int, *, before: int | None = None) -> list[Organisation]:
    """Whose turn it is to host the next `count` days of the programme.

    Counted from every day of its earlier cohorts and of this one (up to day `before`, else all), cancelled days not;
    a municipality owes nothing for cohorts before its first.
    """
    order = [share.organisation for share in cohort.shares.select_related("organisation").order_by("order", "pk")]
    hosted, first_turn = _turns_taken(cohort, before)
    by_pk = {row.pk: row for row in order}
    chosen = turns.next_hosts(list(by_pk), hosted, count, joined=first_turn)
    return [by_pk[pk] for pk in chosen]


def _turns_taken(cohort: Cohort, before: int | None) -> tuple[list[int], dict[int, int]]:
    """Hosts so far, oldest first, and after how many turns each municipality came in."""
    days = (
        CourseDay.objects.filter(
            cohort__programme=cohort.programme, cohort__number__lte=cohort.number, event__host__isnull=False
        )
        .exclude(event__state=EventState.CANCELLED)
        .order_by("cohort__number", "number")
        .values_list("cohort__number", "number", "event__host_id")
    )
    taken = [(number, host) for number, day, host in days if number < cohort.number or before is None or day < before]
    first_cohort: dict[int, int] = {}
    shares = Share.objects.filter(cohort__programme=cohort.programme, cohort__number__lte=cohort.number)
    for number, organisation in shares.order_by("cohort__number").values_list("cohort__number", "organisation_id"):
        first_cohort.setdefault(organisation, number)
    joined = {pk: sum(number < since for number, _host in taken) for pk, since in first_cohort.items()}
    return [host for _number, host in taken if host is not None], joined


def offers_end(last_entry_on: date | None, start: datetime, zone: str) -> datetime:
    """Until when freed seats are offered: the end of the last entry day, else the first day's start."""
    if last_entry_on is None:
        return start
    return (
        max(wall(last_entry_on, time(20), zone), start)
        if last_entry_on >= start.date()
        else wall(last_entry_on, time(20), zone)
    )


def dates_of(days: Sequence[CourseDay]) -> list[date]:
    """The dates of a cohort's days, in order."""
    return [day.event.date for day in days]


def pool_of(event: Event) -> str:
    """Where a course day is summed up: with the round's other days."""
    day = getattr(event, "course_day", None)
    return f"programmes.cohort:{day.cohort_id}" if day is not None else ""
