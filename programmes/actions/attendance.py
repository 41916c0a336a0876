"""Attendance of a cohort's days, and days made up elsewhere."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from audit.actions import record
from base.refusal import Forbidden
from events import actions as events
from events.models import Attendance, Registration
from events.states import Mark, RegistrationState
from people.models import Person
from programmes.models import CourseDay, Enrolment, MakeUp
from programmes.rules import attendance as rules


def _allowed(registration: Registration, by: Person, now: datetime) -> None:
    if not rules.may_record(registration.event, by):
        raise Forbidden(str(rules.NotYours()))
    if refusal := rules.why_not_mark(registration.event, now=now):
        raise refusal


@transaction.atomic
def mark(
    *, registration: Registration, mark: str, hours: Decimal | None = None, how: str = "list", by: Person, now: datetime
) -> Attendance | None:
    """Record one person's presence on one day; an empty `mark` takes the record away.

    Refused before the morning of the day, on cancelled days, and to those who neither run the cohort nor the day.
    """
    _allowed(registration, by, now)
    if not mark:
        events.clear_attendance(registration=registration, by=by, now=now)
        return None
    return events.mark_attendance(registration=registration, mark=mark, hours=hours, how=how, by=by, now=now)


@transaction.atomic
def mark_day(*, day: CourseDay, marks: dict[int, tuple[str, Decimal | None]], by: Person, now: datetime) -> int:
    """Record a whole day from the door list: registration keys to mark and hours. Returns how many were recorded."""
    if not rules.may_record(day.event, by):
        raise Forbidden(str(rules.NotYours()))
    if refusal := rules.why_not_mark(day.event, now=now):
        raise refusal
    return events.mark_day(event=day.event, marks=marks, by=by, now=now)


@transaction.atomic
def make_up(*, enrolment: Enrolment, missed: CourseDay, day: CourseDay, by: Person, now: datetime) -> MakeUp:
    """Let a missed day be made up on a day of another cohort: a registration there, and a row that joins the two.

    Refused as `rules.why_not_make_up` says; asked under the lock on the enrolment.
    """
    enrolment = Enrolment.objects.select_for_update().select_related("cohort", "person").get(pk=enrolment.pk)
    if refusal := rules.why_not_make_up(enrolment, missed, day):
        raise refusal
    registration = events.register(event=day.event, person=enrolment.person, from_enrolment=False, by=by, now=now)
    row = MakeUp.objects.create(enrolment=enrolment, missed=missed, registration=registration, by=by, at=now)
    record(
        "make_up.agreed",
        by=by,
        about=enrolment,
        scope=f"region:{day.event.region_id}",
        now=now,
        missed=missed.pk,
        day=day.pk,
    )
    return row


@transaction.atomic
def undo_make_up(*, make_up: MakeUp, by: Person, now: datetime) -> None:
    """Take a make-up back, unless the person has already been there."""
    make_up = MakeUp.objects.select_for_update().select_related("registration__event", "enrolment").get(pk=make_up.pk)
    if Attendance.objects.filter(registration=make_up.registration, mark=Mark.PRESENT).exists():
        raise rules.AlreadyThere()
    registration = make_up.registration
    record(
        "make_up.undone",
        by=by,
        about=make_up.enrolment,
        scope=f"region:{registration.event.region_id}",
        now=now,
        missed=make_up.missed_id,
    )
    make_up.delete()
    if registration.state != RegistrationState.CANCELLED:
        events.unregister(registration=registration, by=by, now=now)
