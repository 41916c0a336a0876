"""Calendars: a person's own, followed by link, and single files to keep."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from base import dates
from events import ics
from events.letters import entry_of
from events.models import Event
from events.rules.publishing import KINDS
from events.states import EventState
from people.models import Person, Region

# How long a cancelled event stays in calendars, marked as cancelled.
CANCELLED_SHOWN = timedelta(days=30)
REFRESH = timedelta(hours=1)
_signer = signing.Signer(sep="~", salt="helmi.feed")


def token_of(person: Person) -> str:
    """The secret of a person's calendar link: the same until it is renewed."""
    return _signer.sign(f"{person.key.hex}.{person.feed_version}")


def link_of(person: Person) -> str:
    """The whole address that a calendar program subscribes to."""
    return settings.BASE_URL + reverse("events:feed", args=[token_of(person)])


def holder_of(token: str) -> Person | None:
    """Whose calendar this link opens; nobody's when it is altered, renewed since, or its person is shut out."""
    try:
        key, version = _signer.unsign(token).split(".")
        number = int(version)
        return Person.objects.active().filter(key=key, feed_version=number).first()
    except (signing.BadSignature, ValueError):
        return None


def events_of(person: Person, *, now: datetime) -> list[Event]:
    """What stands in a person's own calendar: where she or he is registered or works, cancelled ones for 30 days."""
    events = Event.objects.visible_to(person).on_calendar_of(person).select_related("region", "host")
    shown_from = now - CANCELLED_SHOWN
    return [
        event
        for event in events
        if event.state != EventState.CANCELLED or (event.cancelled_at or event.changed_at) > shown_from
    ]


def calendar_of(person: Person, events: Iterable[Event]) -> bytes:
    """The followed calendar, in the language that is active."""
    return ics.write(map(entry_of, events), name=_("Helmi: your days"), refresh=REFRESH)


def file_of(events: Iterable[Event], *, name: str) -> bytes:
    """A file to keep."""
    return ics.write(map(entry_of, events), name=name)


def answer(request: HttpRequest, content: bytes, *, filename: str, attachment: bool = False) -> HttpResponse:
    """A calendar as an answer: asked for anew each time, but not sent again when it has not changed."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}
    response = (
        HttpResponse(status=304) if tag in known else HttpResponse(content, content_type="text/calendar; charset=utf-8")
    )
    if response.status_code == 200:
        response["Content-Disposition"] = f'{"attachment" if attachment else "inline"}; filename="{filename}"'
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


# ---------- A region's public events ----------


def _public(region: Region, now: datetime) -> list[Event]:
    """What everybody may know of in this region: the last month's and all to come, cancelled ones for 30 days."""
    rows = Event.objects.open_to_all().filter(region=region, ends_at__gt=now - CANCELLED_SHOWN, kind__in=KINDS)
    return [
        event
        for event in rows.select_related("region", "host").order_by("starts_at", "pk")
        if event.state != EventState.CANCELLED or (event.cancelled_at or event.changed_at) > now - CANCELLED_SHOWN
    ]


def region_calendar(region: Region, *, now: datetime) -> bytes:
    """The region's public events as a calendar to follow, in the language that is active."""
    return ics.write(map(entry_of, _public(region, now)), name=str(region.name), refresh=REFRESH)


def region_news(region: Region, *, now: datetime) -> str:
    """The region's public events as RSS 2.0, in the language that is active; one item a public event to come."""
    news = Rss201rev2Feed(
        title=_("Events in %(region)s") % {"region": region.name},
        link=settings.BASE_URL + reverse("events:listing", args=[region.slug]),
        description=_("Seminars, meetings and workshops that are open to everybody."),
        language=get_language(),
    )
    for event in _public(region, now):
        if event.ends_at <= now:
            continue
        entry = entry_of(event)
        starts = event.starts_at.astimezone(ZoneInfo(event.zone))
        when = f"{dates.full_day(starts.date())} {dates.clock_time(starts.time())}"
        news.add_item(
            title=entry.title,
            link=settings.BASE_URL + reverse("events:public", args=[region.slug, event.pk]),
            description=". ".join(part for part in (when, entry.location, str(event.summary or "")) if part),
            unique_id=entry.uid,
            unique_id_is_permalink=False,
            pubdate=event.published_at or event.changed_at,
        )
    return news.writeString("utf-8")
