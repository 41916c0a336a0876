"""Somebody goes on in a later round of the same programme."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from audit.actions import record
from base.tokens import in_fours, spoken_code
from events import actions as events
from events.models import Attendance
from events.states import EventState
from people.models import Person
from programmes.actions import conditions, selection, sides
from programmes.letters import transfers as letters
from programmes.models import Cohort, CourseDay, Enrolment, MakeUp, Transfer, Transition
from programmes.rules import transfers as rules
from programmes.rules.applications import RECEIPT, facts_along
from programmes.rules.selection import gives_places
from programmes.states import EmployerSide, ProgrammeSide, Side


@transaction.atomic
def transfer(*, enrolment: Enrolment, to: Cohort, reason: str, by: Person, now: datetime) -> Transfer:
    """Let a participant go on in a later round; what was attended goes along and is kept once.

    A seat there is given when one is free and nobody waits; else the person stands last in line, or is among the
    applicants while the seats are not shared. With a reason the coordinator gives a seat all the same. The old
    participation ends, its seat is freed and its days to come are left. Refused as `rules.why_not_transfer` says. The
    person and the managers get letters, which wait ten minutes.
    """
    reason = reason.strip()
    cohorts = {
        row.pk: row
        for row in Cohort.objects.select_for_update(of=("self",))
        .select_related("programme__region", "places__region")
        .filter(pk__in=(enrolment.cohort_id, to.pk))
        .order_by("pk")
    }
    old = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region", "cohort__places", "claim", "person", "organisation", "unit")
        .get(pk=enrolment.pk)
    )
    to = cohorts[to.pk]
    if refusal := rules.why_not_transfer(old, to, reason=reason, now=now):
        raise refusal
    sides.change(enrolment=old, side=Side.PROGRAMME, after=ProgrammeSide.WITHDRAWN, by=by, now=now)
    days = [day.event for day in old.cohort.days.select_related("event")]
    events.unregister_from(events=days, person=old.person, by=by, now=now)
    if old.claim is not None:
        events.cancel_claim(claim=old.claim, by=by, now=now)
    new = Enrolment.objects.create(
        cohort=to,
        code=in_fours(spoken_code(RECEIPT)),
        employer_side=old.employer_side,
        programme_side=ProgrammeSide.APPLIED,
        applied_at=now,
        **facts_along(old),
    )
    Transition.objects.create(enrolment=new, side=Side.PROGRAMME, after=ProgrammeSide.APPLIED, by=by, at=now)
    conditions.along(old=old, new=new)
    row = Transfer.objects.create(old=old, new=new, reason=reason, by=by, at=now)
    record(
        "enrolment.transferred",
        by=by,
        about=new,
        scope=to.scope,
        now=now,
        enrolment=old.pk,
        words={"reason": reason} if reason else None,
    )
    done = _take_along(old, new, by=by, now=now)
    _seat(new, done, reason=reason, by=by, now=now)
    letters.moved(row, by=by, now=now)
    selection.offer_next(cohort=cohorts[old.cohort_id], now=now, by=by)
    return row


def _take_along(old: Enrolment, new: Enrolment, *, by: Person, now: datetime) -> set[int]:
    """Let the days that were attended count in the new round, day by day; the numbers of those wholly done.

    Attendance stays the one row it is. What was made up elsewhere, or is to be, goes along too.
    """
    days = {day.number: day for day in new.cohort.days.exclude(event__state=EventState.CANCELLED)}
    done: set[int] = set()
    for made_up in old.make_ups.select_related("missed", "registration__attendance"):
        day = days.pop(made_up.missed.number, None)
        if day is None:
            continue
        MakeUp.objects.filter(pk=made_up.pk).update(enrolment=new, missed=day)
        if _whole(getattr(made_up.registration, "attendance", None), made_up.missed):
            done.add(day.number)
    there = Attendance.objects.filter(
        registration__person=old.person_id, registration__event__course_day__cohort=old.cohort_id, hours__gt=0
    ).select_related("registration__event__course_day__event")
    for attendance in there:
        source = attendance.registration.event.course_day
        day = days.pop(source.number, None)
        if day is None:
            continue
        MakeUp.objects.create(enrolment=new, missed=day, registration=attendance.registration, by=by, at=now)
        if _whole(attendance, source):
            done.add(day.number)
    return done


def _whole(attendance: Attendance | None, day: CourseDay) -> bool:
    return (attendance.hours if attendance else Decimal(0)) >= day.event.hours


def _seat(new: Enrolment, done: set[int], *, reason: str, by: Person, now: datetime) -> None:
    """A seat as the seats rules give it, or on purpose with a reason; else a place in line, or among the applicants."""
    cohort, places = new.cohort, new.cohort.places
    if not rules.shared(cohort):
        return
    free = places.free is None or places.free > 0
    counts = new.may_attend and new.employer_side == EmployerSide.APPROVED
    in_turn = counts and gives_places(cohort, now=now) and free and not places.claims.waiting().exists()
    if not in_turn and not reason:
        if counts:
            claim = events.join_waiting_list(places=places, person=new.person, by=by, now=now)
            _own(new, claim.pk)
            sides.change(enrolment=new, side=Side.PROGRAMME, after=ProgrammeSide.WAITLISTED, by=by, now=now)
        return
    if not free and places.capacity is not None:
        events.change_capacity(places=places, capacity=places.capacity + 1, reason=reason, by=by, now=now)
    claim = events.give_place(places=places, person=new.person, by=by, now=now)
    _own(new, claim.pk)
    sides.change(enrolment=new, side=Side.PROGRAMME, after=ProgrammeSide.ENROLLED, by=by, now=now)
    to_come = [day.event for day in cohort.days.select_related("event") if day.number not in done]
    events.register_on(events=to_come, person=new.person, by=by, now=now)


def _own(enrolment: Enrolment, claim: int) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(claim=claim)
    enrolment.claim_id = claim
