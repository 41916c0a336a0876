"""Course days: what they are about, who hosts, where, and when they change."""

from collections.abc import Mapping
from datetime import date, datetime, time

from django.db import transaction

from audit.actions import record
from events import actions as events
from events.limits import wall
from events.models import Event
from events.states import EventState
from people.models import Organisation, Person
from programmes.models import Cohort, CourseDay
from programmes.rules.cohorts import NewDayPast, offers_end


def _event(day: CourseDay) -> Event:
    return Event.objects.select_related("region").get(pk=day.event_id)


@transaction.atomic
def change_day(
    *,
    day: CourseDay,
    titles: Mapping[str, str],
    words: Mapping[str, str],
    preparation_link: str,
    by: Person,
    now: datetime,
) -> CourseDay:
    """Change a day's theme (by language), its learning aims and preparation (by field and language)."""
    events.change_words(event=_event(day), title=titles, by=by, now=now)
    for name, text in words.items():
        setattr(day, name, text)
    day.preparation_link = preparation_link
    day.save()
    record(
        "course_day.changed",
        by=by,
        about=day,
        scope=day.cohort.scope,
        now=now,
        words={**titles, **words},
    )
    return day


def choose_host(*, day: CourseDay, host: Organisation | None, by: Person, now: datetime) -> CourseDay:
    """Let a municipality host a day, the fair next one or another; the place is then to be confirmed anew."""
    events.change_host(event=_event(day), host=host, by=by, now=now)
    day.event.refresh_from_db()
    return day


def keep_venue(
    *,
    day: CourseDay,
    venue: str,
    address: str,
    access_notes: str,
    arrival: Mapping[str, str],
    remote_link: str,
    confirmed: bool,
    by: Person,
    now: datetime,
) -> CourseDay:
    """Say where a day is held, and whether the host has confirmed it; readers who knew another place are told."""
    events.change_practicalities(
        event=_event(day),
        venue=venue,
        address=address,
        access_notes=access_notes,
        arrival=arrival,
        remote_link=remote_link,
        venue_confirmed=confirmed,
        by=by,
        now=now,
    )
    day.event.refresh_from_db()
    return day


@transaction.atomic
def move_day(
    *, day: CourseDay, on: date, start_time: time, end_time: time, reason: str, by: Person, now: datetime
) -> CourseDay:
    """Move a day; everybody is told, calendars follow and reminders are due anew.

    Refused as `events.actions.move_event` says, and when the new time has already been.
    """
    if wall(on, start_time, day.event.zone) <= now:
        raise NewDayPast()
    events.move_event(
        event=_event(day), date=on, start_time=start_time, end_time=end_time, reason=reason, by=by, now=now
    )
    _retime(day.cohort)
    day.event.refresh_from_db()
    return day


@transaction.atomic
def cancel_day(*, day: CourseDay, reason: str, by: Person, now: datetime) -> CourseDay:
    """Cancel a day with a reason; everybody is told, and no more days are asked for than there are left."""
    events.cancel_event(event=_event(day), reason=reason, by=by, now=now)
    cohort = day.cohort
    left = cohort.days.exclude(event__state=EventState.CANCELLED).count()
    if cohort.days_required > left:
        Cohort.objects.filter(pk=cohort.pk).update(days_required=left)
    _retime(cohort)
    day.event.refresh_from_db()
    return day


def _retime(cohort: Cohort) -> None:
    """Offers end with the last entry day, or when the first day begins."""
    first = cohort.days.exclude(event__state=EventState.CANCELLED).order_by("event__starts_at").first()
    if first is None:
        return
    begins = first.event.starts_at
    ends = offers_end(cohort.last_entry_on, begins, cohort.programme.region.time_zone)
    events.time_places(places=cohort.places, starts_at=max(begins, ends), offers_until=ends)
