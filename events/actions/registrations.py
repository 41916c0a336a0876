"""People on events: registered, away, back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from audit import actions as audit
from events import rules
from events.actions.events import scope_of
from events.actions.places import cancel_claim, claim_place
from events.models import Event, Registration
from events.states import EventState, RegistrationState
from people.models import Person


@transaction.atomic
def register(
    *, event: Event, person: Person, by: Person | None, now: datetime, from_enrolment: bool = False
) -> Registration:
    """Put `person` on the event; who is on it already stays, who had left comes back.

    With `from_enrolment` the registration follows a cohort's enrolment and takes no place of its own; otherwise a place
    is claimed where the event has places. Refused when the event is cancelled.
    """
    if refusal := rules.why_not_register(event, now=now):
        raise refusal
    row, created = Registration.objects.select_for_update().get_or_create(
        event=event,
        person=person,
        defaults={"from_enrolment": from_enrolment, "created_at": now, "changed_at": now},
    )
    if not created and row.state != RegistrationState.CANCELLED:
        if from_enrolment and not row.from_enrolment:
            Registration.objects.filter(pk=row.pk).update(from_enrolment=True, changed_at=now)
            row.from_enrolment = True
        return row
    if event.places is not None and not from_enrolment and rules.has_own_places(event):
        row.claim = claim_place(places=event.places, person=person, by=by, now=now)
    row.state = RegistrationState.REGISTERED
    row.from_enrolment = from_enrolment
    row.absence_reason, row.absence_at = "", None
    row.changed_at = now
    row.save(update_fields=["state", "from_enrolment", "claim", "absence_reason", "absence_at", "changed_at"])
    audit.record("registered", by=by, about=row, scope=scope_of(event), now=now, event=event.pk, person=person.pk)
    return row


@transaction.atomic
def register_on(
    *, events: Sequence[Event], person: Person, by: Person | None, now: datetime, from_enrolment: bool = True
) -> list[Registration]:
    """Put `person` on several events at once, without places of their own: the days of a cohort.

    Cancelled events are passed over. Who is on a day already stays, who had left comes back.
    """
    keys = [event.pk for event in events if event.state != EventState.CANCELLED]
    Registration.objects.bulk_create(
        [
            Registration(event_id=key, person=person, from_enrolment=from_enrolment, created_at=now, changed_at=now)
            for key in keys
        ],
        ignore_conflicts=True,
    )
    mine = Registration.objects.filter(event__in=keys, person=person)
    mine.filter(state=RegistrationState.CANCELLED).update(
        state=RegistrationState.REGISTERED, absence_reason="", absence_at=None, changed_at=now
    )
    if from_enrolment:
        mine.filter(from_enrolment=False).update(from_enrolment=True)
    rows = list(mine.select_related("event"))
    if rows:
        scope = scope_of(rows[0].event)
        audit.record("registered", by=by, about=person, scope=scope, now=now, events=keys, person=person.pk)
    return rows


@transaction.atomic
def unregister(*, registration: Registration, by: Person | None, now: datetime) -> Registration:
    """Take the person off the event; a place of its own is free again. Attendance that is marked stays."""
    row = Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    if refusal := rules.why_not_speak_for(row, by):
        raise refusal
    if row.state == RegistrationState.CANCELLED:
        return row
    row.state = RegistrationState.CANCELLED
    row.changed_at = now
    row.save(update_fields=["state", "changed_at"])
    if row.claim is not None:
        cancel_claim(claim=row.claim, by=by, now=now)
    audit.record(
        "unregistered", by=by, about=row, scope=scope_of(row.event), now=now, event=row.event_id, person=row.person_id
    )
    return row


@transaction.atomic
def unregister_from(*, events: Iterable[Event], person: Person, by: Person | None, now: datetime) -> int:
    """Take the person off those of these events that are still to come and follow an enrolment; returns how many."""
    keys = [event.pk for event in events if event.ends_at > now]
    rows = Registration.objects.standing().filter(event__in=keys, person=person, from_enrolment=True)
    scope = rows.values_list("event__region_id", flat=True).first()
    done = rows.update(state=RegistrationState.CANCELLED, changed_at=now)
    if done:
        audit.record(
            "unregistered", by=by, about=person, scope=f"region:{scope}", now=now, events=keys, person=person.pk
        )
    return done


@transaction.atomic
def report_absence(*, registration: Registration, reason: str, by: Person | None, now: datetime) -> Registration:
    """The person says in advance that she or he cannot come; the reason may be empty.

    Refused for others than the person and the organisers, when the day is cancelled, and when it is over. Reminders
    stop. Reporting again keeps the newer reason.
    """
    row = Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    if refusal := rules.why_not_report_absence(row, by, now=now):
        raise refusal
    reason = reason.strip()[:300]
    if row.state == RegistrationState.ABSENCE_REPORTED and row.absence_reason == reason:
        return row
    row.state = RegistrationState.ABSENCE_REPORTED
    row.absence_reason = reason
    row.absence_at = now
    row.changed_at = now
    row.save(update_fields=["state", "absence_reason", "absence_at", "changed_at"])
    audit.record(
        "absence_reported",
        by=by,
        about=row,
        scope=scope_of(row.event),
        now=now,
        words={"reason": reason} if reason else None,
        event=row.event_id,
        person=row.person_id,
    )
    return row


@transaction.atomic
def take_back_absence(*, registration: Registration, by: Person | None, now: datetime) -> Registration:
    """The person comes after all. Refused as reporting is; taking back twice is once."""
    row = Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    if refusal := rules.why_not_report_absence(row, by, now=now):
        raise refusal
    if row.state == RegistrationState.REGISTERED:
        return row
    row.state = RegistrationState.REGISTERED
    row.absence_reason, row.absence_at = "", None
    row.changed_at = now
    row.save(update_fields=["state", "absence_reason", "absence_at", "changed_at"])
    audit.record(
        "absence_taken_back",
        by=by,
        about=row,
        scope=scope_of(row.event),
        now=now,
        event=row.event_id,
        person=row.person_id,
    )
    return row
