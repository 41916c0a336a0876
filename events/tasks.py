"""The clock's hands."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from events import actions
from events.actions import badges, drafts, evaluations, guests, material, publishing, sign_up
from outbox import clock

REMINDERS = "events.reminders"
DEADLINES = "events.deadlines"


@clock.job(REMINDERS, title=_("Reminders of days"), every=timedelta(minutes=1))
def enqueue_due_reminders(now: datetime) -> int:
    """Write the reminders that fell due since this last succeeded; the first time, within the last hour."""
    since = clock.last_done(REMINDERS) or now - timedelta(hours=1)
    return actions.enqueue_due_reminders(since=since, now=now)


@clock.job("events.held", title=_("Noting which days have been held"), every=timedelta(minutes=10))
def hold_past_events(now: datetime) -> int:
    """Events whose end has passed have been held."""
    return actions.hold_past_events(now=now)


@clock.job("events.needs", title=_("Erasing food and access needs"), every=timedelta(hours=1))
def erase_needs(now: datetime) -> int:
    """Erase food and access needs whose day has come."""
    return actions.erase_needs(now=now)


@clock.job("events.refused_material", title=_("Taking away material with a virus"), every=timedelta(minutes=1))
def put_away_refused_material(now: datetime) -> int:
    """Material whose file holds a virus is taken off its event, and its uploader is told."""
    return material.put_away_refused(now=now)


@clock.job("events.material_review", title=_("Asking for material to be looked at"), every=timedelta(hours=1))
def remind_owners_of_material(now: datetime) -> int:
    """Owners of material that may be out of date are asked to look at it."""
    return material.remind_owners(now=now, today=now.astimezone(ZoneInfo(settings.HOME_ZONE)).date())


@clock.job("events.evaluations", title=_("Asking how a day was"), every=timedelta(minutes=5))
def open_evaluations(now: datetime) -> int:
    """Those who were there are asked how it was."""
    return evaluations.open_due(now=now)


@clock.job(
    "events.lapse", title=_("Giving back places that were not confirmed or answered"), every=timedelta(minutes=1)
)
def lapse_places(now: datetime) -> int:
    """Held places and offers whose time is over go to the next in line."""
    return sign_up.lapse_due(now=now)


@clock.job("events.fill", title=_("Offering free places to those who wait"), every=timedelta(minutes=1))
def fill_places(now: datetime) -> int:
    """Offer what is free, however it became so."""
    return sign_up.fill_due(now=now)


@clock.job("events.reserves", title=_("Freeing places that were kept back"), every=timedelta(minutes=1))
def release_reserves(now: datetime) -> int:
    """Places kept back until now are free for all."""
    return sign_up.release_due(now=now)


@clock.job("events.replies", title=_("Erasing answers given at registration"), every=timedelta(hours=1))
def erase_replies(now: datetime) -> int:
    """Erase answers to an event's questions whose day has come."""
    return sign_up.erase_replies(now=now)


@clock.job("events.guests", title=_("Erasing guests a year after their last event"), every=timedelta(hours=12))
def erase_guests(now: datetime) -> int:
    """Erase people without an account 12 months after the last event; figures and printed abstracts stay."""
    return guests.erase_guests(now=now)


@clock.job(DEADLINES, title=_("Reminders of calls that close"), every=timedelta(minutes=5))
def remind_authors(now: datetime) -> int:
    """Write to authors with unsent drafts as their deadline comes near."""
    return drafts.remind_authors(since=clock.last_done(DEADLINES) or now - timedelta(hours=1), now=now)


@clock.job("events.empty", title=_("Clearing away what was begun and stayed empty"), every=timedelta(hours=12))
def clear_empty(now: datetime) -> int:
    """Clear away abstracts, events and evaluations that nobody has written a word in for 30 days."""
    return drafts.clear_empty(now=now)


@clock.job("events.opened", title=_("Telling that registration has opened"), every=timedelta(minutes=1))
def tell_interested(now: datetime) -> int:
    """Those who wanted to know are told that registration has opened."""
    return publishing.tell_interested(now=now)


@clock.job(badges.PRINTER, title=_("Making name badges"), every=timedelta(minutes=1), shared=True)
def print_badges(now: datetime) -> int:
    """Make the sheets of name badges that wait."""
    return badges.print_waiting(now=now)
