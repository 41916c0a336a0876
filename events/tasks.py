"""The clock's hands."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from events import actions
from events.actions import evaluations, material
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


@clock.job("events.refused_material", every=timedelta(minutes=1))
def put_away_refused_material(now: datetime) -> int:
    """Material whose file holds a virus is taken off its event, and its uploader is told."""
    return material.put_away_refused(now=now)


@clock.job("events.material_review", every=timedelta(hours=1))
def remind_owners_of_material(now: datetime) -> int:
    """Owners of material that may be out of date are asked to look at it."""
    return material.remind_owners(now=now, today=now.astimezone(ZoneInfo(settings.HOME_ZONE)).date())


@clock.job("events.evaluations", every=timedelta(minutes=5))
def open_evaluations(now: datetime) -> int:
    """Those who were there are asked how it was."""
    return evaluations.open_due(now=now)
