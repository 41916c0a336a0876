"""Employments: begun, corrected, ended; the rows of one person are counted while that person's row is locked."""

from datetime import date, datetime

from django.db import transaction

from audit import actions as audit
from people import rules
from people.actions.persons import register_person, scope_of
from people.models import Employment, Organisation, Person, Region
from people.states import EmploymentForm


@transaction.atomic
def employ(
    *,
    person: Person,
    unit: Organisation,
    form: str = EmploymentForm.PERMANENT,
    job_title: str = "",
    valid_from: date,
    valid_to: date | None = None,
    main: bool = True,
    by: Person | None,
    now: datetime,
) -> Employment:
    """`person` works in `unit` from a day, to a day or onwards.

    Refused as `rules.why_not_employ` says: a period backwards, a unit that has ended, an overlap in the same unit.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    if refusal := rules.why_not_employ(person=person, unit=unit, valid_from=valid_from, valid_to=valid_to):
        raise refusal
    employment = Employment.objects.create(
        person=person,
        unit=unit,
        form=form,
        job_title=job_title.strip(),
        valid_from=valid_from,
        valid_to=valid_to,
        main=main,
    )
    audit.record(
        "employed", by=by, about=person, scope=scope_of(person), now=now, unit=unit.pk, employment=employment.pk
    )
    return employment


@transaction.atomic
def change_employment(
    *,
    employment: Employment,
    form: str,
    job_title: str,
    valid_from: date,
    valid_to: date | None,
    main: bool = True,
    by: Person | None,
    now: datetime,
) -> Employment:
    """Correct an employment's days, form and title; refused as `rules.why_not_employ` says."""
    person = Person.objects.select_for_update().get(pk=employment.person_id)
    if refusal := rules.why_not_employ(
        person=person, unit=employment.unit, valid_from=valid_from, valid_to=valid_to, but=employment
    ):
        raise refusal
    employment.form, employment.job_title, employment.main = form, job_title.strip(), main
    employment.valid_from, employment.valid_to = valid_from, valid_to
    employment.save()
    audit.record("employment_changed", by=by, about=person, scope=scope_of(person), now=now, employment=employment.pk)
    return employment


@transaction.atomic
def end_employment(*, employment: Employment, last_day: date, by: Person | None, now: datetime) -> Employment:
    """The person's last day in the unit; refused when it comes before the first."""
    person = Person.objects.select_for_update().get(pk=employment.person_id)
    if refusal := rules.why_not_employ(
        person=person, unit=employment.unit, valid_from=employment.valid_from, valid_to=last_day, but=employment
    ):
        raise refusal
    employment.valid_to = last_day
    employment.save(update_fields=["valid_to"])
    audit.record("employment_ended", by=by, about=person, scope=scope_of(person), now=now, employment=employment.pk)
    return employment


@transaction.atomic
def add_person(
    *,
    name: str,
    email: str,
    phone: str,
    language: str,
    region: Region | None,
    unit: Organisation | None,
    job_title: str,
    form: str,
    since: date | None,
    by: Person,
    now: datetime,
) -> Person:
    """Register a person and, where a unit is given, the employment there; both or neither."""
    person = register_person(name=name, email=email, phone=phone, language=language, region=region, by=by, now=now)
    if unit is not None and since is not None:
        employ(
            person=person,
            unit=unit,
            form=form or EmploymentForm.PERMANENT,
            job_title=job_title,
            valid_from=since,
            by=by,
            now=now,
        )
    return person
