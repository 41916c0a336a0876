"""Participants change employers: periods right to the day, the old side ends, the new employer is asked."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from audit.actions import record
from people.actions import employ, end_employment
from people.models import Employment, Organisation, Person
from programmes.actions import approvals, sides
from programmes.models import Enrolment, Workplace
from programmes.querysets import job_over
from programmes.rules import workplaces as rules
from programmes.states import MENDABLE, CohortState, EmployerSide, Side

DAY = timedelta(days=1)


def _locked(enrolment: Enrolment) -> Enrolment:
    return (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region", "organisation", "unit", "person")
        .get(pk=enrolment.pk)
    )


@transaction.atomic
def move(
    *,
    enrolment: Enrolment,
    last_day: date,
    unit: Organisation | None,
    first_day: date | None = None,
    why: str = "",
    address: str = "",
    by: Person,
    now: datetime,
) -> Enrolment:
    """The person leaves her employer after `last_day`, and works in `unit` from `first_day`, or for nobody.

    Each employer sees its own days from now on. The employer's side ends; where the new employer takes part it is
    asked for its yes, at `address` when there is one. The employments are ended and begun with it. Refused as
    `rules.why_not_move` says.
    """
    enrolment = _locked(enrolment)
    rows = list(enrolment.workplaces.all())
    last = rows[-1] if rows else None
    if last is not None and last.organisation_id is None and first_day is not None:
        last_day = first_day - DAY
    top = Organisation.objects.get(pk=unit.top_id) if unit is not None else None
    partner = top is not None and rules.in_cohort(enrolment.cohort, top, first_day or last_day)
    if refusal := rules.why_not_move(
        enrolment, unit=unit, last_day=last_day, first_day=first_day, partner=partner, why=why, last=last
    ):
        raise refusal
    _end_old(enrolment, last, last_day=last_day, by=by, now=now)
    _write(
        enrolment,
        rows,
        last_day=last_day,
        top=top,
        unit=unit,
        first_day=first_day,
        partner=partner,
        why=why.strip(),
        by=by,
        now=now,
    )
    if unit is not None and first_day is not None:
        there = Employment.objects.on(first_day).filter(person=enrolment.person_id, unit__path__startswith=unit.path)
        if not there.exists():
            employ(person=enrolment.person, unit=unit, valid_from=first_day, by=by, now=now)
    _tell_side(enrolment, by=by, now=now)
    if unit is not None and partner:
        sides.change(enrolment=enrolment, side=Side.EMPLOYER, after=EmployerSide.ASKED, by=by, now=now)
        if address:
            approvals.ask(enrolment=enrolment, address=address, by=by, now=now)
    record(
        "enrolment.moved",
        by=by,
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        day=last_day.isoformat(),
        unit=unit.pk if unit else None,
        words={"why": why.strip()} if why.strip() else None,
    )
    return enrolment


def _end_old(enrolment: Enrolment, last: Workplace | None, *, last_day: date, by: Person, now: datetime) -> None:
    """The employments with the employer that the person leaves end on the last day."""
    leaves = last.organisation if last is not None else enrolment.organisation
    if leaves is None:
        return
    open_rows = Employment.objects.on(last_day).filter(
        person=enrolment.person_id, unit__path__startswith=leaves.path, valid_from__lte=last_day
    )
    for row in open_rows.select_related("unit"):
        if row.valid_to is None or row.valid_to > last_day:
            end_employment(employment=row, last_day=last_day, by=by, now=now)


def _write(
    enrolment: Enrolment,
    rows: list[Workplace],
    *,
    last_day: date,
    by: Person | None,
    now: datetime,
    top: Organisation | None = None,
    unit: Organisation | None = None,
    first_day: date | None = None,
    partner: bool = False,
    why: str = "",
) -> None:
    """The periods: the one that stands ends, days without an employer stand between, the new one begins."""
    if not rows:
        Workplace.objects.create(
            enrolment=enrolment,
            organisation=enrolment.organisation,
            unit=enrolment.unit,
            valid_to=last_day,
            partner=rules.in_cohort(enrolment.cohort, enrolment.organisation, last_day),
            by=by,
            at=now,
        )
    elif rows[-1].valid_from is not None and last_day < rows[-1].valid_from:
        rows[-1].delete()  # nobody's days, of which none is left
    else:
        rows[-1].valid_to = last_day
        rows[-1].save(update_fields=["valid_to"])
    begins = first_day if unit is not None and first_day is not None else None
    if begins is None or begins > last_day + DAY:
        Workplace.objects.create(
            enrolment=enrolment,
            valid_from=last_day + DAY,
            valid_to=begins - DAY if begins else None,
            partner=False,
            why=why if begins is None else "",
            by=by,
            at=now,
        )
    if begins is not None:
        Workplace.objects.create(
            enrolment=enrolment,
            organisation=top,
            unit=unit,
            valid_from=begins,
            partner=partner,
            why=why,
            by=by,
            at=now,
        )


def _tell_side(enrolment: Enrolment, *, by: Person | None, now: datetime) -> None:
    """The old employer's side is over; questions to it are closed."""
    approvals.close_open(enrolment=enrolment, now=now)
    if enrolment.employer_side != EmployerSide.ENDED:
        sides.change(enrolment=enrolment, side=Side.EMPLOYER, after=EmployerSide.ENDED, by=by, now=now)


@transaction.atomic
def correct_unit(*, enrolment: Enrolment, unit: Organisation, by: Person, now: datetime) -> Enrolment:
    """The unit, where the person typed one that is not in the list or chose the wrong one; the employer stays."""
    enrolment = _locked(enrolment)
    if not unit.path.startswith(enrolment.organisation.path):
        raise rules.NotUnderEmployer(employer=enrolment.organisation.name)
    enrolment.unit, enrolment.typed_unit = unit, ""
    enrolment.save(update_fields=["unit", "typed_unit"])
    enrolment.workplaces.filter(valid_from__isnull=True).update(unit=unit)
    record("enrolment.unit", by=by, about=enrolment, scope=enrolment.cohort.scope, now=now, unit=unit.pk)
    return enrolment


def note_ended(now: datetime) -> int:
    """Where an employment has ended, its employer's days end with it; returns for how many enrolments.

    Whoever runs the round finds them among the unfinished registrations, and writes down where the person works now.
    """
    states = (CohortState.OPEN, CohortState.SELECTION, CohortState.RUNNING)
    over = Enrolment.objects.filter(job_over(now), programme_side__in=MENDABLE, cohort__state__in=states)
    count = 0
    for row in over.only("pk"):
        count += _note(row, now=now)
    return count


@transaction.atomic
def _note(enrolment: Enrolment, *, now: datetime) -> int:
    enrolment = _locked(enrolment)
    if enrolment.workplaces.exists():
        return 0
    jobs = Employment.objects.filter(person=enrolment.person_id, unit__path__startswith=enrolment.organisation.path)
    last_day = jobs.aggregate(last=Max("valid_to"))["last"]
    if last_day is None or last_day >= now.date() or jobs.filter(valid_to__isnull=True).exists():
        return 0
    _write(
        enrolment, [], last_day=last_day, top=None, unit=None, first_day=None, partner=False, why="", by=None, now=now
    )
    _tell_side(enrolment, by=None, now=now)
    record(
        "enrolment.moved",
        by=None,
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        day=last_day.isoformat(),
    )
    return 1
