"""Who has registered on the demonstration's seminar: guests, staff of a manager, some who wait, one with an offer."""

from datetime import datetime, time, timedelta

from events import actions as events
from events.actions import publishing, sign_up
from events.models import Event, Places
from events.rules.sign_up import employers_of, match_employer
from events.states import Audience, EventKind, EventState, Way
from people.models import Person, Region

# First names and last names that go round each other, so that many people have names of their own.
FIRST = ("Aino", "Björn", "Carina", "David", "Elsa", "Farid", "Gunilla", "Hannes", "Ines", "Jussi", "Karin", "Liv")
LAST = ("Ahlgren", "Berglund", "Ceder", "Dahlin", "Ekroth", "Forsman", "Granath")
DIETS = ("", "", "Vegetariskt", "", "", "Glutenfritt", "", "", "", "Laktosfritt", "")


def register(region: Region, manager: Person | None, *, by: Person, now: datetime) -> None:
    """Two thirds of the seminar's seats, and a workshop that is full with people who wait, through the real actions."""
    event = Event.objects.filter(region=region, kind=EventKind.SEMINAR, state=EventState.PUBLISHED).first()
    if event is not None and event.starts_at > now:
        for way in Places.objects.filter(event=event).order_by("order", "pk"):
            _guests(event, way, wanted=min(way.capacity or 120, 82) if way.way == Way.ON_SITE else 14, now=now)
    workshop = _workshop(region, by=by, now=now)
    hall = workshop.ways.get()
    _guests(workshop, hall, wanted=14, now=now)
    if manager is not None:
        group = [
            sign_up.Guest(name="Sanna Lindroos", email="sanna.lindroos@flen.example", employer="Flen"),
            sign_up.Guest(name="Pekka Niemi", email="pekka.niemi@flen.example", employer="Flen"),
        ]
        sign_up.register_group(
            event=workshop, places=hall, group=group, language="sv", by=manager, now=now, together=True
        )
    first = workshop.registrations.order_by("pk").first()
    if first is not None:
        sign_up.cancel(registration=first, by=first.person, now=now)


def _workshop(region: Region, *, by: Person, now: datetime) -> Event:
    """A workshop with twelve places, six weeks ahead."""
    day = (now + timedelta(days=42)).date()
    day += timedelta(days=(1 - day.weekday()) % 7)
    event = events.create_event(
        region=region,
        kind=EventKind.WORKSHOP,
        audience=Audience.PUBLIC,
        title={
            "sv": "Verkstad: gruppsamtal om kompetens",
            "fi": "Työpaja: ryhmäkeskustelut osaamisesta",
            "en": "Workshop: group discussions about competence",
        },
        date=day,
        start_time=time(13),
        end_time=time(16),
        venue="Kulturhuset, Eskilstuna",
        by=by,
        now=now - timedelta(days=7),
    )
    event = events.publish_event(event=event, by=by, now=now - timedelta(days=7))
    publishing.add_way(event=event, way=Way.ON_SITE, capacity=12, by=by, now=now - timedelta(days=7))
    return event


def _guests(event: Event, way: Places, *, wanted: int, now: datetime) -> None:
    """So many guests, a few minutes apart; most confirm, the last hold their places still."""
    begun = now - timedelta(days=6)
    employers = employers_of(event.region, now.date())
    names = [one.name for one in employers] or ["Katrineholm"]
    for number in range(wanted):
        first, last = FIRST[number % len(FIRST)], LAST[(number + way.order) % len(LAST)]
        at = min(begun + timedelta(minutes=7 * number), now)
        employer = names[number % len(names)]
        facts = sign_up.Facts(
            name=f"{first} {last}",
            email=f"{first}.{last}.{way.pk}.{number}@gast.example".casefold().replace("ö", "o"),
            language="fi" if first in ("Aino", "Jussi") else "sv",
            employer=f"{employer} kommun",
            organisation=match_employer(employer, employers),
            diet=DIETS[number % len(DIETS)],
        )
        row = sign_up.sign_up(event=event, places=way, facts=facts, now=at)
        if row.claim is not None and row.claim.state == "held" and number < wanted - 3:
            sign_up.confirm(registration=row, now=min(at + timedelta(minutes=3), now))
