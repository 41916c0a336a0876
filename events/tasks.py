"""The clock's hands."""

from datetime import datetime, timedelta

from events import actions
from outbox import clock

REMINDERS = "events.reminders"


@clock.job(REMINDERS, every=timedelta(minutes=1))
def enqueue_due_reminders(now: datetime) -> int:
    """Write the reminders that fell due since this last succeeded; the first time, within the last hour."""
    since = clock.last_done(REMINDERS) or now - timedelta(hours=1)
    return actions.enqueue_due_reminders(since=since, now=now)


@clock.job("events.held", every=timedelta(minutes=10))
def hold_past_events(now: datetime) -> int:
    """Events whose end has passed have been held."""
    return actions.hold_past_events(now=now)


@clock.job("events.needs", every=timedelta(hours=1))
def erase_needs(now: datetime) -> int:
    """Erase food and access needs whose day has come."""
    return actions.erase_needs(now=now)
