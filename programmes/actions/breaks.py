"""Breaks: somebody is away for a while, and comes back. No reason is asked for or kept."""

from datetime import date, datetime

from django.db import transaction

from audit.actions import record
from events import actions as events
from events.models import Registration
from events.states import EventState, RegistrationState
from people.models import Person
from programmes.actions import selection, sides
from programmes.letters import breaks as letters
from programmes.models import Break, Cohort, Enrolment
from programmes.rules import breaks as rules
from programmes.rules.applications import local_day
from programmes.rules.undo import UNDO
from programmes.states import ProgrammeSide, Side


def _locked(enrolment: Enrolment) -> Enrolment:
    """The enrolment's row, behind its cohort's, as the selection locks them."""
    Cohort.objects.select_for_update(of=("self",)).get(pk=enrolment.cohort_id)
    return (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region", "cohort__places__region", "person", "claim")
        .get(pk=enrolment.pk)
    )


def _locked_break(row: Break) -> Break:
    enrolment = _locked(row.enrolment)
    found = Break.objects.select_for_update().get(pk=row.pk)
    found.enrolment = enrolment
    return found


@transaction.atomic
def take_break(
    *, enrolment: Enrolment, starts_on: date, expected_on: date | None, keeps_seat: bool, by: Person, now: datetime
) -> Break:
    """Write down that a participant is away from a day on, and until when if that is known.

    She is taken off the days in the break, so no reminder or letter about them goes; those days are neither missed nor
    attended. A seat that is not kept is freed when the break begins, and goes to the next in line. Refused as
    `rules.why_not_take_break` says. She gets a letter.
    """
    enrolment = _locked(enrolment)
    if refusal := rules.why_not_take_break(enrolment, starts_on, expected_on):
        raise refusal
    row = Break.objects.create(
        enrolment=enrolment, starts_on=starts_on, expected_on=expected_on, keeps_seat=keeps_seat, by=by, at=now
    )
    record(
        "break.taken",
        by=by,
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        starts_on=starts_on,
        expected_on=expected_on,
        keeps_seat=keeps_seat,
    )
    _begin(row, by=by, now=now)
    _keep_days(enrolment, by=by, now=now)
    letters.away(row, now=now)
    return row


def _begin(row: Break, *, by: Person | None, now: datetime) -> None:
    """On its first day the break shows on the programme's side."""
    enrolment = row.enrolment
    if enrolment.programme_side == ProgrammeSide.ENROLLED and row.starts_on <= local_day(enrolment.cohort, now):
        sides.change(enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.PAUSED, by=by, now=now)


@transaction.atomic
def come_back(*, row: Break, day: date, reason: str = "", by: Person, now: datetime) -> Break:
    """Write down the first day back, to come or already here.

    A seat that was freed is taken again: only a free one that nobody waits for, unless the coordinator writes why one
    more is given. Refused as `rules.why_not_come_back` says. The person is on the days from then on, and gets a letter.
    """
    row = _locked_break(row)
    enrolment = row.enrolment
    if refusal := rules.why_not_come_back(row, day):
        raise refusal
    if row.seat_freed_at is not None and not row.keeps_seat:
        _take_seat(enrolment, reason=reason.strip(), by=by, now=now)
    here = day <= local_day(enrolment.cohort, now)
    row.keeps_seat, row.expected_on = True, row.expected_on if here else day
    row.save(update_fields=["keeps_seat", "expected_on"])
    record("break.return_set", by=by, about=enrolment, scope=enrolment.cohort.scope, now=now, expected_on=day)
    if here:
        _return(row, day, by=by, now=now)
    else:
        letters.away(row, now=now)
    _keep_days(enrolment, by=by, now=now)
    return row


def _return(row: Break, day: date, *, by: Person | None, now: datetime) -> None:
    enrolment = row.enrolment
    row.returned_on, row.returned_by, row.returned_at = day, by, now
    row.save(update_fields=["returned_on", "returned_by", "returned_at"])
    if enrolment.programme_side == ProgrammeSide.PAUSED:
        sides.change(enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.ENROLLED, by=by, now=now)
    letters.back(row, now=now)


def _take_seat(enrolment: Enrolment, *, reason: str, by: Person, now: datetime) -> None:
    """A seat for who had one: a free one that nobody waits for, or one more with a reason."""
    places = enrolment.cohort.places
    free = places.free is None or places.free > 0
    if not reason and (not free or places.claims.waiting().exists()):
        raise rules.NoSeatToReturnTo()
    if not free and places.capacity is not None:
        events.change_capacity(places=places, capacity=places.capacity + 1, reason=reason, by=by, now=now)
        places.refresh_from_db()
    claim = events.give_place(places=places, person=enrolment.person, by=by, now=now)
    Enrolment.objects.filter(pk=enrolment.pk).update(claim=claim)
    enrolment.claim = claim


@transaction.atomic
def take_back(*, row: Break, by: Person, now: datetime) -> Break:
    """Take a break back, or the return from one; refused as `rules.why_not_take_back` says."""
    row = _locked_break(row)
    enrolment = row.enrolment
    if refusal := rules.why_not_take_back(row, by=by, now=now):
        raise refusal
    if row.returned_on is not None:
        turned = ProgrammeSide.ENROLLED
        row.returned_on, row.returned_by, row.returned_at = None, None, None
        if row.expected_on is not None and row.expected_on <= local_day(enrolment.cohort, now):
            row.expected_on = None
    else:
        turned = ProgrammeSide.PAUSED
        row.undone_at = now
    row.save(update_fields=["returned_on", "returned_by", "returned_at", "expected_on", "undone_at"])
    change = enrolment.transitions.filter(side=Side.PROGRAMME, undone_at__isnull=True).last()
    if (
        change is not None
        and change.after == turned
        and change.before in (ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED)
    ):
        sides.undo(transition=change, by=by, now=now)
    record("break.taken_back", by=by, about=enrolment, scope=row.enrolment.cohort.scope, now=now)
    _keep_days(row.enrolment, by=by, now=now)
    return row


def _keep_days(enrolment: Enrolment, *, by: Person | None, now: datetime) -> int:
    """Let the person be on the days outside her breaks, and off those in them that have no mark; how many changed."""
    breaks = list(enrolment.breaks.standing())
    rows = list(
        Registration.objects.filter(
            event__course_day__cohort=enrolment.cohort_id, person=enrolment.person_id, from_enrolment=True
        )
        .exclude(event__state=EventState.CANCELLED)
        .select_related("event__region", "attendance")
    )
    changed = 0
    missing = []
    for registration in rows:
        away = any(row.covers(registration.event.date) for row in breaks)
        if away and registration.state == RegistrationState.REGISTERED and not hasattr(registration, "attendance"):
            events.unregister(registration=registration, by=by, now=now)
            changed += 1
        elif not away and registration.state == RegistrationState.CANCELLED:
            missing.append(registration.event)
    if missing:
        events.register_on(events=missing, person=enrolment.person, by=by, now=now)
    return changed + len(missing)


# ---------- The clock ----------


def keep_breaks(now: datetime) -> int:
    """Begin and end breaks on their days, free seats that are not kept, follow moved days; how many changed."""
    return sum(_keep(row, now) for row in Break.objects.going_on().select_related("enrolment"))


@transaction.atomic
def _keep(row: Break, now: datetime) -> bool:
    row = _locked_break(row)
    enrolment = row.enrolment
    if row.undone_at is not None or row.returned_on is not None or now < row.at + UNDO:
        return False
    if enrolment.programme_side not in (ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED):
        return False
    today = local_day(enrolment.cohort, now)
    before = enrolment.programme_side
    _begin(row, by=None, now=now)
    done = before != enrolment.programme_side
    if not row.keeps_seat and row.seat_freed_at is None and row.starts_on <= today and enrolment.claim is not None:
        events.cancel_claim(claim=enrolment.claim, by=None, now=now)
        row.seat_freed_at = now
        row.save(update_fields=["seat_freed_at"])
        record("break.seat_freed", by=None, about=enrolment, scope=enrolment.cohort.scope, now=now)
        selection.offer_next(cohort=enrolment.cohort, now=now)
        done = True
    if row.until is not None and row.until <= today:
        _return(row, row.until, by=None, now=now)
        done = True
    return bool(_keep_days(enrolment, by=None, now=now)) or done
