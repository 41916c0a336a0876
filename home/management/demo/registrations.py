"""Who has registered on the demonstration's seminar: guests, staff of a manager, some who wait, one with an offer."""

from datetime import datetime, timedelta

from events.actions import sign_up
from events.models import Event, Places
from events.rules.sign_up import employers_of, match_employer
from events.states import EventKind, EventState, Way
from people.models import Person, Region

# First names and last names that go round each other, so that many people have names of their own.
FIRST = ("Aino", "Björn", "Carina", "David", "Elsa", "Farid", "Gunilla", "Hannes", "Ines", "Jussi", "Karin", "Liv")
LAST = ("Ahlgren", "Berglund", "Ceder", "Dahlin", "Ekroth", "Forsman", "Granath")
DIETS = ("", "", "Vegetariskt", "", "", "Glutenfritt", "", "", "", "Laktosfritt", "")


def register(region: Region, manager: Person | None, *, now: datetime) -> None:
    """Fill the workshop-sized ways to the last place and the large ones by two thirds, through the real actions."""
    event = Event.objects.filter(region=region, kind=EventKind.SEMINAR, state=EventState.PUBLISHED).first()
    if event is None or event.starts_at <= now:
        return
    ways = list(Places.objects.filter(event=event).order_by("order", "pk"))
    if not ways:
        return
    begun = max(event.opens_at or now - timedelta(days=6), now - timedelta(days=6)) + timedelta(hours=1)
    hall = next((way for way in ways if way.way == Way.ON_SITE), ways[0])
    _guests(event, hall, begun, wanted=min(hall.capacity or 60, 82), now=now)
    for way in ways:
        if way.pk != hall.pk:
            _guests(event, way, begun, wanted=(way.capacity or 14) + (4 if way.capacity else 0), now=now)
    if manager is not None:
        group = [
            sign_up.Guest(name="Sanna Lindroos", email="sanna.lindroos@flen.example", employer="Flen"),
            sign_up.Guest(name="Pekka Niemi", email="pekka.niemi@flen.example", employer="Flen"),
        ]
        sign_up.register_group(
            event=event, places=hall, group=group, language="sv", by=manager, now=now, together=False
        )


def _guests(event: Event, way: Places, begun: datetime, *, wanted: int, now: datetime) -> None:
    """So many guests, a few minutes apart; most confirm, the last hold their places still."""
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
