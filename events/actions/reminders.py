"""Reminders fall due."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction

from audit import actions as audit
from events import letters
from events.actions.events import scope_of
from events.limits import Rule, fallen_due
from events.models import Event, Registration
from events.states import EventState


def enqueue_due_reminders(*, since: datetime, now: datetime) -> int:
    """Write the reminders that fell due later than `since` and not later than `now`; returns how many letters.

    Due is the same time on the event's wall, so many days before. Each rule writes once for each version of the event
    and each person who is awaited, however often this runs. After an outage the reminders go late, and of several the
    one nearest the day; when the event has begun meanwhile, nobody is written to, and the region gets one alert.
    """
    # No rule reaches further ahead than a year.
    events = (
        Event.objects.filter(
            state__in=[EventState.PUBLISHED, EventState.HELD],
            starts_at__gt=since,
            starts_at__lte=now + timedelta(days=366),
        )
        .select_related("region")
        .prefetch_related("reminders")
    )
    due: list[tuple[Event, int, datetime]] = []
    late: list[Event] = []
    for event in events:
        rules = [Rule(row.days_before, row.at_time) for row in event.reminders.all()]
        # What fell due before the last change belongs to a version that is no more.
        fallen = fallen_due(rules, event.date, event.zone, after=since, until=now)
        if fallen is None:
            continue
        rule, moment = fallen
        if event.starts_at <= now:
            late.append(event)
        else:
            due.append((event, rule.days_before, moment))
    return _write(due, now) + _miss(late, now)


def _write(due: list[tuple[Event, int, datetime]], now: datetime) -> int:
    if not due:
        return 0
    readers: dict[int, list[Registration]] = defaultdict(list)
    keys = [event.pk for event, _days, _moment in due]
    for row in Registration.objects.expected().filter(event__in=keys).select_related("person").order_by("pk"):
        readers[row.event_id].append(row)
    written = 0
    for event, days, moment in due:
        with transaction.atomic():
            for row in readers[event.pk]:
                letters.reminder(event, row.person, days_before=days, due=moment, now=now)
                written += 1
    return written


def _miss(late: list[Event], now: datetime) -> int:
    for event in late:
        with transaction.atomic():
            if Registration.objects.expected().filter(event=event).exists():
                letters.missed(event, now=now)
                audit.record("reminders_missed", by=None, about=event, scope=scope_of(event), now=now)
    return 0
