"""Sessions of supervision groups: booked, moved, written down. They are events without a word of content."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from audit.actions import record
from base.languages import in_each
from events import actions as events
from events.actions.changes import not_held, write_down
from events.actions.events import REMINDERS
from events.models import Event, Registration
from events.rules import EventOver
from events.states import EventKind, Mark, RegistrationState, StaffFunction
from outbox.models import Batch
from people.models import Person
from programmes.actions.supervision import lock_group
from programmes.letters import supervision as letters
from programmes.models import SupervisionGroup, SupervisionSession
from programmes.rules import supervision as rules
from programmes.states import Answer, SupervisionState

QUARTERS = Decimal("0.25")


def hours_of(minutes: int) -> Decimal:
    """Hours to the quarter."""
    return (Decimal(minutes) / 60 / QUARTERS).quantize(Decimal(1)) * QUARTERS


def end_of(start: time, minutes: int) -> time:
    """When a session is over that begins at this time."""
    return (datetime.combine(date(2000, 1, 1), start) + timedelta(minutes=minutes)).time()


def _event(
    group: SupervisionGroup,
    day: date,
    start: time,
    minutes: int,
    *,
    like: Event | None,
    reminders: Sequence[tuple[int, time]],
    by: Person,
    now: datetime,
) -> Event:
    """A published session with its supervisor and those who have said yes; the place is the last session's."""
    event = events.create_event(
        region=group.programme.region,
        kind=EventKind.SUPERVISION,
        title=in_each(lambda: str(group)),
        date=day,
        start_time=start,
        end_time=end_of(start, minutes),
        hours=hours_of(minutes),
        venue=like.venue if like else "",
        address=like.address if like else "",
        access_notes=like.access_notes if like else "",
        remote_link=like.remote_link if like else "",
        reminders=reminders,
        by=by,
        now=now,
    )
    # The group makes its supervisor the one who works on the session, whoever books it.
    events.staff_event(event=event, person=group.supervisor, function=StaffFunction.SUPERVISOR, by=None, now=now)
    return events.publish_event(event=event, by=by, now=now)


def _register(group: SupervisionGroup, made: Sequence[Event], *, by: Person, now: datetime) -> list[Person]:
    said = rules.answers_of(group)
    people = [row.person for row in rules.members_of(group) if said.get(row.person_id) == Answer.YES]
    for person in people:
        events.register_on(events=made, person=person, by=by, now=now)
    return people


@transaction.atomic
def book(
    *,
    group: SupervisionGroup,
    days: Sequence[date],
    start: time,
    minutes: int,
    form: str,
    by: Person,
    now: datetime,
) -> Batch | None:
    """Book sessions on these days; the members get the dates in one letter, which can be held for ten minutes.

    Refused as `rules.why_not_book` and `rules.why_not_days` say, for days that have been, and when a session would end
    before it begins. With the first session the group runs.
    """
    group = lock_group(group)
    if refusal := rules.why_not_book(group, by, more=len(days)) or rules.why_not_days(group, days):
        raise refusal
    if any(day < rules.local_day(group, now) for day in days):
        raise EventOver()
    before = rules.sessions_of(group)
    like = before[-1].event if before else None
    made = [_event(group, day, start, minutes, like=like, reminders=REMINDERS, by=by, now=now) for day in sorted(days)]
    rows = SupervisionSession.objects.bulk_create(
        SupervisionSession(group=group, event=event, form=form, minutes=minutes) for event in made
    )
    people = _register(group, made, by=by, now=now)
    if group.state == SupervisionState.AGREED:
        group.state = SupervisionState.RUNNING
        group.save(update_fields=["state"])
    record("supervision.booked", by=by, about=group, scope=group.scope, now=now, days=[f"{day}" for day in days])
    return letters.booked(group, rows, people, by=by, now=now)


@transaction.atomic
def write(
    *,
    group: SupervisionGroup,
    session: SupervisionSession | None,
    day: date,
    minutes: int,
    form: str,
    present: Collection[int],
    by: Person,
    now: datetime,
) -> SupervisionSession:
    """Write down that a session was held, how long, in which form, and who was there: by the key of the person.

    Without a session it is one that nobody had booked. A later correction is the same deed. Refused for others than the
    supervisor and the coordinators, before the day, and when there is another session on that day.
    """
    group = lock_group(group)
    if refusal := rules.why_not_lead(group, by):
        raise refusal
    if day > rules.local_day(group, now):
        raise rules.DayToCome()
    if refusal := rules.why_not_days(group, [day], but=session.pk if session is not None else None):
        raise refusal
    if session is None:
        session = _unbooked(group, day, minutes, by=by, now=now)
    else:
        session = SupervisionSession.objects.select_related("event").get(pk=session.pk, group=group)
        write_down(event=session.event, date=day, minutes=minutes, hours=hours_of(minutes), by=by, now=now)
    session.minutes, session.form, session.recorded_at = minutes, form, now
    session.save(update_fields=["minutes", "form", "recorded_at"])
    marks = {
        row.pk: (_mark(row, present), None)
        for row in Registration.objects.standing().filter(event=session.event).order_by("pk")
    }
    events.mark_day(event=Event.objects.get(pk=session.event_id), marks=marks, by=by, now=now)
    record(
        "supervision.recorded",
        by=by,
        about=group,
        scope=group.scope,
        now=now,
        event=session.event_id,
        minutes=minutes,
        form=form,
    )
    return session


@transaction.atomic
def take_away(*, session: SupervisionSession, by: Person, now: datetime) -> None:
    """A session was not held, or written down by mistake: it counts for nobody, and nobody is written to.

    Its attendance and hours go, and another one can be booked instead. Refused as `rules.why_not_take_away` says.
    """
    group = lock_group(session.group)
    session = SupervisionSession.objects.select_related("event").get(pk=session.pk)
    session.group = group
    if refusal := rules.why_not_take_away(session, by, now=now):
        raise refusal
    for row in Registration.objects.filter(event=session.event, attendance__isnull=False).order_by("pk"):
        events.clear_attendance(registration=row, by=by, now=now)
    not_held(event=session.event, by=by, now=now)
    session.recorded_at = None
    session.save(update_fields=["recorded_at"])
    record(
        "supervision.taken_away",
        by=by,
        about=group,
        scope=group.scope,
        now=now,
        event=session.event_id,
        minutes=session.minutes,
    )


def _mark(row: Registration, present: Collection[int]) -> str:
    if row.person_id in present:
        return Mark.PRESENT
    return Mark.EXCUSED if row.state == RegistrationState.ABSENCE_REPORTED else Mark.ABSENT


def _unbooked(group: SupervisionGroup, day: date, minutes: int, *, by: Person, now: datetime) -> SupervisionSession:
    """A session that was held without having been booked, at the time of the last one; nobody is written to."""
    if refusal := rules.why_not_book(group, by):
        raise refusal
    before = rules.sessions_of(group)
    like = before[-1].event if before else None
    event = _event(group, day, like.start_time if like else time(13), minutes, like=like, reminders=(), by=by, now=now)
    _register(group, [event], by=by, now=now)
    if group.state == SupervisionState.AGREED:
        group.state = SupervisionState.RUNNING
        group.save(update_fields=["state"])
    return SupervisionSession.objects.create(group=group, event=event, minutes=minutes)


@transaction.atomic
def move(*, session: SupervisionSession, day: date, start: time, by: Person, now: datetime) -> SupervisionSession:
    """Give a session that is to come another day or time; the members get a letter. Refused as moving an event is."""
    group = lock_group(session.group)
    if refusal := rules.why_not_lead(group, by) or rules.why_not_days(group, [day], but=session.pk):
        raise refusal
    events.move_event(
        event=session.event,
        date=day,
        start_time=start,
        end_time=end_of(start, session.minutes),
        reason="",
        by=by,
        now=now,
    )
    return session


@transaction.atomic
def cancel(*, session: SupervisionSession, reason: str, by: Person, now: datetime) -> None:
    """Cancel a session that is to come, for one of the reasons that can be chosen; another can be booked instead."""
    group = lock_group(session.group)
    if refusal := rules.why_not_lead(group, by):
        raise refusal
    events.cancel_event(event=session.event, reason=reason, by=by, now=now)
