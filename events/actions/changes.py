"""Events are moved, changed and cancelled after people know of them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from audit import actions as audit
from events import letters, rules
from events.actions import sign_up
from events.actions.events import in_languages, scope_of
from events.limits import wall
from events.models import AgendaItem, Change, Event, Places, Staff
from events.states import EventState, StaffFunction
from outbox import actions as outbox
from people.models import Organisation, Person

PRACTICAL = ("venue", "address", "access_notes", "remote_link")


def _locked(event: Event) -> Event:
    return Event.objects.select_for_update(of=("self",)).select_related("region", "host").get(pk=event.pk)


def _refuse(deed: str, event: Event, by: Person | None, now: datetime, refusal: rules.Refusal | None) -> None:
    """Raise a refusal; that somebody tried what is not theirs is written down before."""
    if isinstance(refusal, rules.Forbidden):
        audit.record(f"{deed}_refused", by=by, about=event, scope=scope_of(event), now=now, why=type(refusal).__name__)
    if refusal:
        raise refusal


def _change(event: Event, facts: dict[str, Any], *, reason: str, by: Person | None, now: datetime) -> Change:
    """Store new facts as the next version, and what was before as the row that is the reason of the notices."""
    before = {name: getattr(event, name) for name in facts}
    for name, value in facts.items():
        setattr(event, name, value)
    event.version += 1
    event.changed_at = now
    event.save(update_fields=[*facts, "version", "changed_at"])
    return Change.objects.create(
        event=event,
        version=event.version,
        before={name: _plain(value) for name, value in before.items()},
        after={name: _plain(value) for name, value in facts.items()},
        reason=reason.strip(),
        by=by,
        at=now,
    )


def _plain(value: Any) -> Any:
    """A fact as JSON holds it."""
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return getattr(value, "pk", value)


def _record(deed: str, event: Event, change: Change | None, *, by: Person | None, now: datetime, reason: str) -> None:
    audit.record(
        deed,
        by=by,
        about=event,
        scope=scope_of(event),
        now=now,
        words={"reason": reason.strip()} if reason.strip() else None,
        version=event.version,
        change=change.pk if change else None,
    )


def move_event(
    *,
    event: Event,
    date: date,
    start_time: time,
    end_time: time,
    reason: str,
    by: Person | None,
    now: datetime,
) -> Event:
    """Give the event another day or other times; the reason may be empty.

    Its version rises: calendars show the new time under the same identity, reminders are due anew from the new day,
    and everybody registered gets a notice after ten minutes in which it can be held. Its last day, programme and places
    move along. Taken back within that time, nobody is written to. Refused for others than the organisers (and written
    down), when it is over or cancelled, and when nothing changes.
    """
    _refuse("event_moved", event, by, now, rules.why_not_organise(event, by))
    with transaction.atomic():
        locked = _locked(event)
        if refusal := rules.why_not_change(locked, now=now):
            raise refusal
        if (locked.date, locked.start_time, locked.end_time) == (date, start_time, end_time):
            raise rules.NothingMoved()
        shift = date - locked.date
        last = locked.last_date + shift if locked.last_date else None
        starts_at, ends_at = wall(date, start_time, locked.zone), wall(last or date, end_time, locked.zone)
        if ends_at <= starts_at:
            raise rules.EndsBeforeStart()
        facts: dict[str, Any] = {
            "date": date,
            "start_time": start_time,
            "end_time": end_time,
            "starts_at": starts_at,
            "ends_at": ends_at,
        }
        if last is not None:
            facts["last_date"] = last
        if locked.closes_at is not None and locked.closes_at > starts_at:
            facts["closes_at"] = starts_at
            if locked.opens_at is not None and locked.opens_at >= starts_at:
                facts["opens_at"] = None
        change = _change(locked, facts, reason=reason, by=by, now=now)
        Places.objects.filter(event=locked).update(starts_at=locked.starts_at, offers_until=locked.closes_at)
        for item in AgendaItem.objects.filter(event=locked) if shift else ():
            AgendaItem.objects.filter(pk=item.pk).update(date=item.date + shift)
        outbox.cancel_about(about=locked, kinds=[letters.REMINDER], now=now)
        sign_up.keep_needs_until_after(event=locked)
        if locked.state != EventState.DRAFT:
            letters.changed(change, now=now)
        _record("event_moved", locked, change, by=by, now=now, reason=reason)
    event.refresh_from_db()
    return event


def write_down(*, event: Event, date: date, minutes: int, hours: Decimal, by: Person | None, now: datetime) -> Event:
    """Say on which day a session was held and how long it was; calendars follow, and nobody is written to.

    For who organises or supervises it, and not when it is cancelled.
    """
    _refuse("event_written_down", event, by, now, rules.why_not_organise(event, by))
    with transaction.atomic():
        locked = _locked(event)
        if locked.state == EventState.CANCELLED:
            raise rules.cancelled(locked)
        starts_at = wall(date, locked.start_time, locked.zone)
        ends_at = starts_at + timedelta(minutes=minutes)
        facts: dict[str, Any] = {
            "date": date,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "end_time": ends_at.astimezone(ZoneInfo(locked.zone)).time(),
            "hours": hours,
        }
        if any(getattr(locked, name) != value for name, value in facts.items()):
            change = _change(locked, facts, reason="", by=by, now=now)
            outbox.cancel_about(about=locked, kinds=letters.BEFORE_THE_DAY, now=now)
            _record("event_written_down", locked, change, by=by, now=now, reason="")
    event.refresh_from_db()
    return event


def not_held(*, event: Event, by: Person | None, now: datetime) -> Event:
    """Say that a session that has been was not held: it stands as cancelled, and nobody is written to.

    For who organises or supervises it, and not when it is cancelled. The caller has taken its marks away.
    """
    _refuse("event_not_held", event, by, now, rules.why_not_organise(event, by))
    with transaction.atomic():
        locked = _locked(event)
        if locked.state == EventState.CANCELLED:
            raise rules.cancelled(locked)
        facts: dict[str, Any] = {"state": EventState.CANCELLED.value, "cancelled_at": now}
        change = _change(locked, facts, reason="", by=by, now=now)
        outbox.cancel_about(about=locked, kinds=letters.BEFORE_THE_DAY, now=now)
        _record("event_not_held", locked, change, by=by, now=now, reason="")
    event.refresh_from_db()
    return event


def change_practicalities(
    *,
    event: Event,
    by: Person | None,
    now: datetime,
    venue: str | None = None,
    address: str | None = None,
    access_notes: str | None = None,
    arrival: Mapping[str, str] | str | None = None,
    remote_link: str | None = None,
    venue_confirmed: bool | None = None,
) -> Event:
    """Say where it is and how to arrive; what is not given stays.

    The organisers may, and who hosts this very event; anybody else is refused, and that is written down. Calendars
    follow. Readers who knew another place get a notice after ten minutes in which it can be held.
    """
    _refuse("practicalities_changed", event, by, now, rules.why_not_change_practicalities(event, by))
    with transaction.atomic():
        locked = _locked(event)
        if refusal := rules.why_not_change(locked, now=now):
            raise refusal
        given: dict[str, Any] = {
            "venue": venue,
            "address": address,
            "access_notes": access_notes,
            "remote_link": remote_link,
            **(in_languages("arrival", arrival) if arrival is not None else {}),
        }
        if isinstance(arrival, Mapping):
            given |= {f"arrival_{language}": text for language, text in arrival.items()}
        facts = {
            name: value.strip()
            for name, value in given.items()
            if value is not None and (value.strip() or None) != (getattr(locked, name) or None)
        }
        if venue_confirmed is not None and venue_confirmed != (locked.venue_confirmed_at is not None):
            Event.objects.filter(pk=locked.pk).update(venue_confirmed_at=now if venue_confirmed else None)
            _record("venue_confirmed", locked, None, by=by, now=now, reason="")
        if facts:
            change = _change(locked, facts, reason="", by=by, now=now)
            # The rest is in the calendar and the reminders.
            if locked.state != EventState.DRAFT and any(name in letters.TOLD for name in facts):
                letters.changed(change, now=now)
            _record("practicalities_changed", locked, change, by=by, now=now, reason="")
    event.refresh_from_db()
    return event


def change_words(
    *,
    event: Event,
    title: Mapping[str, str] | str,
    by: Person | None,
    now: datetime,
    description: Mapping[str, str] | str | None = None,
) -> Event:
    """Give the event another title or description; calendars follow. Organisers only."""
    _refuse("event_renamed", event, by, now, rules.why_not_organise(event, by))
    with transaction.atomic():
        locked = _locked(event)
        given = in_languages("title", title)
        if description is not None:
            given |= in_languages("description", description)
        facts = {name: value for name, value in given.items() if value != getattr(locked, name)}
        if facts:
            change = _change(locked, facts, reason="", by=by, now=now)
            _record("event_renamed", locked, change, by=by, now=now, reason="")
    event.refresh_from_db()
    return event


def change_host(*, event: Event, host: Organisation | None, by: Person | None, now: datetime) -> Event:
    """Let another organisation host the event. The old host's people lose the practical side; place and arrival stay.

    Organisers only. The place is to be confirmed anew.
    """
    _refuse("host_changed", event, by, now, rules.why_not_organise(event, by))
    with transaction.atomic():
        locked = _locked(event)
        if refusal := rules.why_not_change(locked, now=now):
            raise refusal
        if locked.host_id != (host.pk if host else None):
            before = locked.host_id
            Event.objects.filter(pk=locked.pk).update(host=host, venue_confirmed_at=None, changed_at=now)
            Staff.objects.filter(event=locked, function=StaffFunction.HOST).delete()
            audit.record(
                "host_changed",
                by=by,
                about=locked,
                scope=scope_of(locked),
                now=now,
                before=before,
                after=host.pk if host else None,
            )
    event.refresh_from_db()
    return event


@transaction.atomic
def staff_event(*, event: Event, person: Person, function: str, by: Person | None, now: datetime) -> Staff:
    """Give `person` a function on the event: she or he sees it, and a host edits its practical side."""
    if refusal := rules.why_not_organise(event, by):
        raise refusal
    row, created = Staff.objects.get_or_create(event=event, person=person, function=function)
    if created:
        audit.record(
            "event_staffed",
            by=by,
            about=event,
            scope=scope_of(event),
            now=now,
            person=person.pk,
            function=function,
        )
    return row


@transaction.atomic
def unstaff_event(*, event: Event, person: Person, function: str, by: Person | None, now: datetime) -> None:
    """Take a function on the event away."""
    if refusal := rules.why_not_organise(event, by):
        raise refusal
    gone, _rows = Staff.objects.filter(event=event, person=person, function=function).delete()
    if gone:
        audit.record(
            "event_unstaffed",
            by=by,
            about=event,
            scope=scope_of(event),
            now=now,
            person=person.pk,
            function=function,
        )


def cancel_event(
    *, event: Event, reason: str, by: Person | None, now: datetime, also_tell: Iterable[Person] = ()
) -> Event:
    """The event does not take place; the reason is told.

    Reminders stop, everybody registered or waiting gets a notice after ten minutes in which it can be held, and
    calendars show it as cancelled for 30 days. Organisers only, with a reason, and not when it is over.
    """
    _refuse("event_cancelled", event, by, now, rules.why_not_organise(event, by))
    with transaction.atomic():
        locked = _locked(event)
        if refusal := rules.why_not_change(locked, now=now):
            raise refusal
        if not reason.strip():
            raise rules.ReasonNeeded()
        known = locked.state != EventState.DRAFT
        facts = {"state": EventState.CANCELLED.value, "cancelled_at": now, "cancel_reason": reason.strip()[:300]}
        change = _change(locked, facts, reason=reason, by=by, now=now)
        outbox.cancel_about(about=locked, kinds=letters.BEFORE_THE_DAY, now=now)
        sign_up.keep_needs_until_after(event=locked)
        if known:
            letters.cancelled(change, also_tell=also_tell, now=now)
        _record("event_cancelled", locked, change, by=by, now=now, reason=reason)
    event.refresh_from_db()
    return event
