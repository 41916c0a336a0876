"""Events come into being, are published, and are over."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction

from audit import actions as audit
from base.languages import spoken
from events import rules
from events.limits import wall
from events.models import Event, Places, Reminder
from events.rules import RemindersTwice, why_not_organise
from events.states import Audience, EventState
from people.models import Organisation, Person, Region

# Fourteen days, two days and the morning before, at eight on the wall.
REMINDERS: tuple[tuple[int, time], ...] = ((14, time(8)), (2, time(8)), (1, time(8)))


def scope_of(event: Event) -> str:
    """Who may see deeds and letters about this event."""
    return f"region:{event.region_id}"


def in_languages(field: str, words: Mapping[str, str] | str) -> dict[str, str]:
    """A translated field's columns: one for each language that is given, or one text for the reader's language."""
    if isinstance(words, str):
        words = {spoken(): words}
    return {f"{field}_{language}": text for language, text in words.items() if text}


@transaction.atomic
def create_event(
    *,
    region: Region,
    kind: str,
    title: Mapping[str, str] | str,
    date: date,
    start_time: time,
    end_time: time,
    by: Person | None,
    now: datetime,
    hours: Decimal = Decimal("6.00"),
    host: Organisation | None = None,
    venue: str = "",
    address: str = "",
    access_notes: str = "",
    arrival: Mapping[str, str] | str = "",
    remote_link: str = "",
    description: Mapping[str, str] | str = "",
    audience: str = Audience.INVITED,
    places: Places | None = None,
    reminders: Sequence[tuple[int, time]] = REMINDERS,
) -> Event:
    """A draft of an event on the wall clock of its region, with its reminders.

    Refused when it does not end after it starts. Nobody but the organisers sees it before `publish_event`.
    """
    zone = region.time_zone
    starts_at, ends_at = wall(date, start_time, zone), wall(date, end_time, zone)
    if ends_at <= starts_at:
        raise rules.EndsBeforeStart()
    event = Event.objects.create(
        region=region,
        kind=kind,
        audience=audience,
        date=date,
        start_time=start_time,
        end_time=end_time,
        zone=zone,
        starts_at=starts_at,
        ends_at=ends_at,
        hours=hours,
        host=host,
        venue=venue,
        address=address,
        access_notes=access_notes,
        remote_link=remote_link,
        places=places,
        changed_at=now,
        **in_languages("title", title),
        **in_languages("arrival", arrival),
        **in_languages("description", description),
    )
    Reminder.objects.bulk_create(Reminder(event=event, days_before=days, at_time=at) for days, at in reminders)
    audit.record("event_created", by=by, about=event, scope=scope_of(event), now=now, kind=kind, date=date)
    return event


@transaction.atomic
def publish_event(*, event: Event, by: Person | None, now: datetime) -> Event:
    """Show the event to its audience, and begin to remind. Refused unless it is a draft or announced."""
    locked = Event.objects.select_for_update().get(pk=event.pk)
    if refusal := rules.why_not_organise(locked, by) or rules.why_not_publish(locked):
        raise refusal
    Event.objects.filter(pk=locked.pk).update(state=EventState.PUBLISHED, changed_at=now)
    audit.record("event_published", by=by, about=locked, scope=scope_of(locked), now=now)
    event.refresh_from_db()
    return event


@transaction.atomic
def set_reminders(
    *, event: Event, rules: Sequence[tuple[int, time]], by: Person | None, now: datetime
) -> list[Reminder]:
    """Remind so many days before, at a time on the wall; what was set before is replaced.

    Refused with two reminders on one day. A reminder that has gone does not go again because its time is changed.
    """
    if refusal := why_not_organise(event, by):
        raise refusal
    if len({days for days, _at in rules}) != len(rules):
        raise RemindersTwice()
    Reminder.objects.filter(event=event).delete()
    rows = Reminder.objects.bulk_create(Reminder(event=event, days_before=days, at_time=at) for days, at in rules)
    audit.record(
        "reminders_set",
        by=by,
        about=event,
        scope=scope_of(event),
        now=now,
        rules=[[days, f"{at:%H:%M}"] for days, at in rules],
    )
    return rows


@transaction.atomic
def hold_past_events(*, now: datetime) -> int:
    """Published events whose end has passed have been held; returns how many."""
    return Event.objects.filter(state=EventState.PUBLISHED, ends_at__lte=now).update(state=EventState.HELD)
