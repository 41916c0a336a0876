"""Calendar files (RFC 5545) from plain facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone


@dataclass(frozen=True)
class Entry:
    """One event as a calendar shows it; `uid` never changes, `sequence` rises with every change."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    changed_at: datetime
    location: str = ""
    description: str = ""
    url: str = ""
    cancelled: bool = False


@lru_cache(maxsize=16)
def _zone(name: str) -> Timezone:
    """The rules of a zone, long enough for everything we hold."""
    return Timezone.from_tzid(name, first_date=date(2020, 1, 1), last_date=date(2038, 1, 1))


def write(entries: Iterable[Entry], *, name: str, refresh: timedelta | None = None) -> bytes:
    """A calendar of these entries; the same facts give the same bytes.

    Text is text: line ends and commas in what people typed are escaped and start no property of their own.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Helmi//Helmi//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    if refresh is not None:
        calendar.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", f"PT{int(refresh.total_seconds() // 60)}M")
    rows = sorted(entries, key=lambda entry: (entry.starts_at, entry.uid))
    for zone in sorted({entry.zone for entry in rows}):
        calendar.add_component(_zone(zone))
    for entry in rows:
        calendar.add_component(_event(entry))
    return calendar.to_ical()


def _event(entry: Entry) -> Event:
    zone = ZoneInfo(entry.zone)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", _text(entry.title))
    if entry.location:
        event.add("location", _text(entry.location))
    if entry.description:
        event.add("description", _text(entry.description))
    if entry.url:
        event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    return event


def _text(value: str) -> str:
    """Text without the control characters that a calendar cannot hold."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in value if letter == "\n" or letter >= " ")
