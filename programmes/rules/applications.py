"""Whether a cohort takes applications, what an application counts for, and what may still be taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import dates
from base.refusal import Forbidden, Refusal
from people.models import Employment, Organisation, Person
from people.rules import near_duplicates
from people.states import EmploymentForm
from programmes.models import Cohort, Enrolment
from programmes.states import CohortState, ProgrammeSide

# Signs of a receipt's number: a million seldom meet, and the database refuses twins.
RECEIPT = 8
# What an application says of somebody goes along to another round.
GOES_ALONG = (
    "person",
    "source",
    "organisation",
    "unit",
    "employed_since",
    "degree",
    "exercises_authority",
    "typed_unit",
    "manager_address",
    "may_attend",
    "may_attend_reason",
    "counts_for_funder",
    "counts_reason",
    "flags_at",
)
# How long before the first day the coordinator hears of people who have no address.
CONTACTS_BEFORE = timedelta(days=14)
# Why somebody does not count for the funder, where the rule itself decided it.
NOT_PARTNER = "not_partner"


class ApplicationsNotOpen(Refusal):
    """Too early."""

    message = _("Applications open on %(day)s.")


class ApplicationsClosed(Refusal):
    """Too late."""

    message = _("Applications closed on %(day)s.")


class TakesNoApplications(Refusal):
    """The round never opened, or is over."""

    message = _("This round does not take applications.")


class AlreadyApplied(Refusal):
    """The person has a live application to this round."""

    message = _("%(name)s has already applied to this round.")


class TooLateToWithdraw(Refusal):
    """After the deadline the programme's coordinator takes a withdrawal."""

    message = _("The time to withdraw the application here is over. Write to the coordinator.")


class TooMany(Refusal):
    """A machine, or a whole town hall behind one address."""

    message = _("Many applications have come from your network in the last hour. Your draft is kept. Try again later.")


class NotYourStaff(Forbidden):
    """Only whoever leads the unit registers its people."""

    message = _("You can register people only in units that you lead.")


class NobodyToRegister(Refusal):
    """A registration without people."""

    message = _("Choose at least one person, or add a new one.")


def local_day(cohort: Cohort, now: datetime) -> date:
    """The date that the wall calendar of the cohort's region shows."""
    return now.astimezone(ZoneInfo(cohort.programme.region.time_zone)).date()


def why_not_apply(cohort: Cohort, *, now: datetime) -> Refusal | None:
    """The reason that nobody can apply to `cohort` now, or None.

    Asked by the public pages, to show the button or the sentence, and by the action under the cohort's lock. The last
    day to apply counts to its midnight on the region's clock.
    """
    if cohort.state == CohortState.DRAFT or cohort.opens_on is None or cohort.closes_on is None:
        return TakesNoApplications()
    today = local_day(cohort, now)
    if cohort.state == CohortState.OPEN and today < cohort.opens_on:
        return ApplicationsNotOpen(day=dates.plain_day(cohort.opens_on, today=today))
    if cohort.state != CohortState.OPEN or today > cohort.closes_on:
        if today <= cohort.closes_on:
            return TakesNoApplications()
        return ApplicationsClosed(day=dates.plain_day(cohort.closes_on, today=today))
    return None


def why_not_withdraw(enrolment: Enrolment, *, now: datetime) -> Refusal | None:
    """The reason that an applicant cannot take the application back by herself, or None."""
    cohort = enrolment.cohort
    if enrolment.programme_side == ProgrammeSide.WITHDRAWN:
        return None
    if enrolment.programme_side != ProgrammeSide.APPLIED or cohort.closes_on is None:
        return TooLateToWithdraw()
    return None if local_day(cohort, now) <= cohort.closes_on else TooLateToWithdraw()


def why_not_register(person: Person, unit: Organisation) -> Refusal | None:
    """The reason that `person` cannot register staff of `unit`, or None."""
    return None if person.reach.over(unit.path) else NotYourStaff()


# ---------- What it counts for ----------


@dataclass(frozen=True)
class Flags:
    """May attend, and counts for the funder, each with its reason."""

    may_attend: bool = True
    may_attend_reason: str = ""
    counts_for_funder: bool = True
    counts_reason: str = ""


def flags_for(*, form: str, partner: bool) -> Flags:
    """What an application counts for, from the form of employment and whether the employer is a partner.

    Someone from an agency works in the unit but is employed elsewhere: she may attend and does not count.
    """
    if form == EmploymentForm.AGENCY or not partner:
        return Flags(counts_for_funder=False, counts_reason=NOT_PARTNER)
    return Flags()


def flag_words(reason: str, conditions: Mapping[str, str] | None = None) -> str:
    """A flag's reason in words: the rule's own code and those of `conditions` said, a coordinator's text as it is."""
    if reason == NOT_PARTNER:
        return gettext("not employed by a partner")
    return (conditions or {}).get(reason, reason)


def form_of(person: Person, organisation: Organisation, day: date) -> str:
    """The form of employment that is known for the person with this employer; permanent when none is."""
    row = Employment.objects.on(day).filter(person=person, unit__path__startswith=organisation.path).first()
    return row.form if row else EmploymentForm.PERMANENT


def is_partner(cohort: Cohort, organisation: Organisation) -> bool:
    """Whether the employer takes part in the cohort, or in its region where the cohort names nobody."""
    shares = set(cohort.shares.values_list("organisation_id", flat=True))
    return organisation.pk in shares if shares else takes_part(cohort, organisation)


def takes_part(cohort: Cohort, organisation: Organisation) -> bool:
    """Whether the employer takes part in the region, which counts where the cohort names nobody."""
    return cohort.programme.region.participations.filter(organisation=organisation).exists()


# ---------- Where people work ----------


@dataclass(frozen=True)
class Workplace:
    """A unit that can be chosen, under its employer."""

    employer: Organisation
    units: tuple[Organisation, ...]


def workplaces_of(cohort: Cohort, day: date) -> list[Workplace]:
    """The employers that take part in the cohort, else in its region, with the units under each; in one query."""
    return _workplaces(cohort.shares.all(), day) or _workplaces(cohort.programme.region.participations.on(day), day)


def _workplaces(rows: QuerySet[Any], day: date) -> list[Workplace]:
    """Everything at or below the organisations of these rows, under its employer."""
    here = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    above = rows.alias(here=here).filter(here__startswith=F("organisation__path")).order_by()
    itself = rows.filter(organisation=OuterRef("pk")).order_by()
    tree = Organisation.objects.on(day).filter(Exists(above)).annotate(employs=Exists(itself)).order_by("name")
    found = list(tree)
    employers = [row for row in found if row.employs]
    return [
        Workplace(
            employer,
            tuple(row for row in found if not row.employs and row.path.startswith(employer.path)),
        )
        for employer in employers
    ]


def known_namesakes(names: list[str], manager: Person, unit_of: dict[str, Organisation]) -> dict[str, list[Person]]:
    """For each new name: people with the same name at the same employer, as far as the manager may see them."""
    found: dict[str, list[Person]] = {}
    for name in names:
        alike = near_duplicates(name=name, employer=unit_of[name])
        keys = [person.pk for person in alike]
        if seen := list(Person.objects.visible_to(manager).filter(pk__in=keys)) if keys else []:
            found[name] = seen
    return found


def facts_along(enrolment: Enrolment) -> dict[str, Any]:
    """What goes along when somebody goes on in another round: the person, the workplace, the conditions."""
    return {name: getattr(enrolment, name) for name in GOES_ALONG}
