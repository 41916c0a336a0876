"""Helmi in production's settings, with enough people in it: what the bench measures."""

import itertools
import re
import sys
import tempfile
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django

PEOPLE, EXPORTED, REMINDED, BADGES = 2_000, 10_000, 100, 500
FIRST = ["Åsa", "Björn", "Maija", "Öivind", "Selma", "Kerttu", "Tage", "Yrsa"]
LAST = ["Åkervall", "Lindh", "Mäkelä", "Östling", "Virtanen", "Ekdahl", "Björklund", "Zetterman"]
ADDRESS = re.compile(r'(?:value="(\d+)")[^>]*data-employer="(\d+)"')


def set_up() -> None:
    """Make the tables, tell the demonstration's story, and add many people."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("demo")
    _add_people()


def _add_people() -> None:
    """2,000 people of the region, and 10,000 places in its rounds that have begun, written past the actions."""
    from base.clock import now
    from people.models import Employment, Organisation, Person
    from programmes.models import Cohort, Enrolment
    from programmes.states import CohortState, EmployerSide, ProgrammeSide

    cohorts = list(Cohort.objects.filter(state__in=[CohortState.RUNNING, CohortState.FINISHED, CohortState.DECIDED]))
    region = cohorts[0].programme.region
    units = list(Organisation.objects.filter(path__regex=r"^\d+/\d+/", participations__isnull=True)[:40])
    units = units or list(region.organisations.all())
    names = itertools.cycle(f"{first} {last}" for first, last in itertools.product(FIRST, LAST))
    people = Person.objects.bulk_create(
        [
            Person(name=next(names), email=f"bench{number}@example.org", home_region=region)
            for number in range(EXPORTED)
        ],
        batch_size=1000,
    )
    Employment.objects.bulk_create(
        [
            Employment(person=person, unit=units[number % len(units)], valid_from=date(2024, 1, 1))
            for number, person in enumerate(people[:PEOPLE])
        ],
        batch_size=1000,
    )
    Person.objects.filter(pk__in=[person.pk for person in people[PEOPLE:]]).update(home_region=None)
    moment = now() - timedelta(days=300)
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                cohort=cohorts[number % len(cohorts)],
                person=person,
                code=uuid.uuid4().hex[:12],
                employer_side=EmployerSide.APPROVED,
                programme_side=ProgrammeSide.ENROLLED,
                organisation=_top(units[number % len(units)]),
                unit=units[number % len(units)],
                applied_at=moment,
            )
            for number, person in enumerate(people)
        ],
        batch_size=1000,
    )


def _top(unit: Any) -> Any:
    """The employer of a unit."""
    from people.models import Organisation

    return Organisation(pk=unit.top_id)


def page(client: Any) -> Callable[[], None]:
    """The public page of a programme with its open cohort, as a stranger sees it."""
    address = _open_cohort().programme.get_absolute_url()

    def get() -> None:
        assert client.get(address).status_code == 200

    return get


def _open_cohort() -> Any:
    from base.clock import now
    from programmes.models import Cohort

    return Cohort.objects.open_on(now().date()).select_related("programme__region").first()


def application(client: Any) -> Callable[[], None]:
    """From the empty form to the receipt, as a new person each time: form, two steps, check, send, receipt."""
    from django.core.cache import cache

    cohort = _open_cohort()
    start = f"{cohort.programme.get_absolute_url()}{cohort.number}/apply/"
    numbers = itertools.count(1)

    def step(address: str, data: dict[str, str]) -> Any:
        shown = client.get(address)
        assert shown.status_code == 200, (address, shown.status_code)
        answer = client.post(address, data)
        assert answer.status_code == 302, (address, re.findall(rb"error[^<]*<[^<]*", answer.content)[:5])
        return shown, answer["Location"]

    def apply() -> None:
        client.cookies.clear()
        cache.clear()  # limits count by address, and here everybody has the same
        number = next(numbers)
        about = {"name": f"Åsa Bänk {number}", "email": f"asa{number}@example.org", "phone": "070-174 06 32"}
        _shown, address = step(start, {**about, "language": "sv"})
        html = client.get(address).content.decode()
        unit, employer = ADDRESS.search(html).groups()  # type: ignore[union-attr]
        work = {"organisation": employer, "unit": unit, "employed_since": "mars 2025", "degree": "Socionom 2025"}
        work |= {"exercises_authority": "yes", "manager_address": "chef@example.org"}
        address = client.post(address, work)["Location"]
        _shown, address = step(address, {})
        assert client.get(address).status_code == 200

    return apply


def _open_event() -> Any:
    """The seminar of the demonstration that everybody can register on, with places for all who come."""
    from events.models import Event, Places

    event = Event.objects.open_to_all().filter(state="published", kind="seminar").select_related("region").first()
    assert event is not None
    Places.objects.filter(event=event).update(capacity=1_000_000)
    return event


def event_page(client: Any) -> Callable[[], None]:
    """The public page of an event, as a stranger sees it."""
    from django.urls import reverse

    event = _open_event()
    address = reverse("events:public", args=[event.region.slug, event.pk])

    def get() -> None:
        assert client.get(address).status_code == 200

    return get


def registration(client: Any) -> Callable[[], None]:
    """From the event's page to "look in your mail", as a new person each time: page, form, send, receipt."""
    from django.core.cache import cache
    from django.urls import reverse

    event = _open_event()
    where = [event.region.slug, event.pk]
    page, form = reverse("events:public", args=where), reverse("events:sign_up", args=where)
    way = event.ways.filter(way="on_site").get().pk
    numbers = itertools.count(1)

    def register() -> None:
        client.cookies.clear()
        cache.clear()  # limits count by address, and here everybody has the same
        number = next(numbers)
        for address in (page, form):
            assert client.get(address).status_code == 200
        typed = {"way": way, "name": f"Åsa Plats {number}", "email": f"plats{number}@example.org", "language": "sv"}
        answer = client.post(form, typed | {"employer": "Katrineholms kommun", "diet": "Vegetarisk"})
        assert answer.status_code == 302, re.findall(rb"error[^<]*<[^<]*", answer.content)[:5]
        assert client.get(answer["Location"]).status_code == 200

    return register


def listing(client: Any) -> Callable[[], None]:
    """The coordinator's list of people, its first page."""
    from django.urls import reverse

    from people.models import Person

    client.force_login(Person.objects.get(email="coordinator@demo.example"))
    address = reverse("people:persons")

    def get() -> None:
        assert client.get(address).status_code == 200

    return get


def export() -> None:
    """The workbook of participants, as the worker makes it."""
    from people.models import Person, Region
    from reports.documents import Participants

    by = Person.objects.get(email="administrator@demo.example")
    region = Region.objects.get(pk=_open_cohort().programme.region_id)
    with tempfile.TemporaryDirectory() as folder:
        table = Participants(viewer=by, region=region, language="sv")
        assert table.write(Path(folder) / "export.xlsx", "xlsx", lambda done: None) >= EXPORTED


def reminders() -> Callable[[], None]:
    """The reminder of one course day to a hundred people, as the worker sends it; each time anew."""
    from base.clock import now
    from events import letters
    from events.models import Registration
    from events.states import EventState
    from outbox import actions
    from outbox.models import Letter
    from outbox.states import LetterState
    from people.models import Person
    from programmes.models import CourseDay

    moment = now()
    day = CourseDay.objects.filter(event__state=EventState.PUBLISHED, event__starts_at__gt=moment).first()
    assert day is not None
    people = list(Person.objects.filter(email__startswith="bench").order_by("pk")[:REMINDED])
    Registration.objects.bulk_create(
        [Registration(event=day.event, person=person, created_at=moment, changed_at=moment) for person in people]
    )
    for person in people:
        letters.reminder(day.event, person, days_before=2, due=moment, now=moment)
    ours = Letter.objects.filter(person__in=people, kind=letters.REMINDER)

    def send() -> None:
        ours.update(state=LetterState.QUEUED, sent_at=None)
        assert actions.send_due(now=now()) >= REMINDED

    return send


def badges() -> Callable[[], None]:
    """The badges of a seminar with five hundred people, ordered and made as the worker makes them; each time all."""
    from base.clock import now
    from events.actions import badges as actions
    from events.models import BadgePrint, Event, Registration
    from people.models import Person

    event = Event.objects.filter(kind="seminar", starts_at__gt=now()).order_by("pk").last()
    assert event is not None
    by = Person.objects.get(email="coordinator@demo.example")
    have = Registration.objects.coming_to(event).count()
    people = Person.objects.filter(email__startswith="bench").order_by("pk")[: BADGES - have]
    Registration.objects.bulk_create(
        [
            Registration(event=event, person=person, employer="Katrineholms kommun", created_at=now(), changed_at=now())
            for person in people
        ]
    )

    def make() -> None:
        actions.ask_badges(event=event, sheet="90x60", only_new=False, by=by, now=now())
        assert actions.print_waiting(now=now()) == 1
        latest = BadgePrint.objects.select_related("file").first()
        assert latest is not None
        assert latest.file is not None
        assert (latest.count, latest.file.size <= BADGES * 10 * 1024) == (BADGES, True)

    return make


def items() -> dict[str, Callable[[], Any]]:
    """What can be measured here."""
    from django.test import Client

    return {
        "page": page(Client()),
        "application": application(Client()),
        "event": event_page(Client()),
        "registration": registration(Client()),
        "list": listing(Client()),
        "export": export,
        "reminders": reminders(),
        "badges": badges(),
    }


if __name__ == "__main__":
    from tests.bench.measure import serve

    sys.stdout.flush()
    set_up()
    serve(items())
