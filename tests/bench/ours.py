"""Helmi in production's settings, with enough people in it: what the bench measures."""

import functools
import io
import itertools
import logging
import re
import sys
import tempfile
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django

PEOPLE, EXPORTED, REMINDED, BADGES, CERTIFIED, UPLOADS = 2_000, 10_000, 100, 500, 100, 30
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

    from programmes.rules.conditions import asks_months, name_of

    cohort = _open_cohort()
    start = f"{cohort.programme.get_absolute_url()}{cohort.number}/apply/"
    numbers = itertools.count(1)
    asked = {name_of(row): "mars 2025" if asks_months(row) else "yes" for row in cohort.programme.entry.all()}

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
        work |= {"exercises_authority": "yes", "manager_address": "chef@example.org", **asked}
        answer = client.post(address, work)
        assert answer.status_code == 302, re.findall(rb"error[^<]*<[^<]*", answer.content)[:5]
        _shown, address = step(answer["Location"], {})
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


@functools.cache
def certificates() -> tuple[Callable[[], None], Callable[[], dict[str, float]]]:
    """The certificates of a hundred who were there every day, printed as the worker does: ten one by one, and all."""
    from base.clock import now
    from events.models import Attendance, Registration
    from programmes.actions import certificates as actions
    from programmes.models import Certificate, Cohort
    from programmes.states import CohortState

    moment = now()
    over = Cohort.objects.filter(state__in=[CohortState.FINISHED, CohortState.DECIDED])
    cohort = over.filter(days__event__ends_at__lt=moment).order_by("pk").first()
    assert cohort is not None
    people = cohort.enrolments.filter(person__email__startswith="bench").order_by("pk")[:CERTIFIED]
    days = list(cohort.days.select_related("event"))
    marked = Registration.objects.bulk_create(
        [
            Registration(event=day.event, person_id=one.person_id, created_at=moment, changed_at=moment)
            for one in people
            for day in days
        ]
    )
    Attendance.objects.bulk_create(
        [Attendance(registration=row, mark="present", hours=row.event.hours, at=moment) for row in marked]
    )
    actions.print_waiting(now=moment)
    made = actions.issue_batch(cohort=cohort, by=cohort.responsible, now=moment)
    papers = Certificate.objects.filter(pk__in=[row.pk for row in made])
    assert len(made) == CERTIFIED

    def alone() -> None:
        some = papers.filter(pk__in=[row.pk for row in made[:10]])
        some.update(file=None, print_tries=1, print_after=None)  # as what has failed before: each by itself
        assert actions.print_waiting(now=moment) == len(made[:10])

    def together() -> dict[str, float]:
        papers.update(file=None, print_tries=0, print_after=None)
        assert actions.print_waiting(now=moment) == CERTIFIED
        return {"kb_each": round(sum(papers.values_list("file__size", flat=True)) / CERTIFIED / 1024, 1)}

    together()
    return alone, together


def _slides(number: int, title: str) -> bytes:
    """An upload as people make them: pages of text, here and there a picture."""
    import pikepdf
    from PIL import Image

    from tests.documents.uploads import KINDS, upload

    content = io.BytesIO()
    with pikepdf.open(io.BytesIO(upload(KINDS[number % len(KINDS)], 5 + number * 7 % 12, title))) as slides:
        noise = Image.effect_noise((300, 200), 40).convert("RGB").tobytes()
        picture = slides.make_stream(noise, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        picture.Width, picture.Height, picture.BitsPerComponent = 300, 200, 8
        picture.ColorSpace = pikepdf.Name.DeviceRGB
        for place, page in enumerate(slides.pages):
            lines = " ".join(f"({(title + ' med text ') * 4}{line}) Tj T*" for line in range(25))
            fonts = page.obj.get("/Resources", {}).get("/Font", {})
            if "/F1" in fonts:
                page.contents_add(f"q BT /F1 9 Tf 12 TL 60 700 Td {lines} ET Q".encode("cp1252"))
                if place % 4 == 0:
                    name = page.add_resource(picture, pikepdf.Name.XObject)
                    page.contents_add(f"q 200 0 0 130 60 60 cm {name} Do Q".encode())
        slides.save(content, compress_streams=False)  # as many programs leave them: whoever saves them packs them
    return content.getvalue()


class Heard(logging.Handler):
    """What the binder says that its child has needed, in MB."""

    def __init__(self) -> None:
        super().__init__()
        self.memory: list[float] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.memory.append(getattr(record, "facts", {}).get("memory_mb", 0))


def _peak(process: Any) -> float:
    """The most memory that a running child has had, in MB; 0 when there is none."""
    if process is None or not (status := Path(f"/proc/{process.pid}/status")).exists():
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    return int(found[1]) / 1024 if found else 0


@functools.cache
def folder() -> tuple[Callable[[], None], Callable[[], dict[str, float]]]:
    """The course folder of a round with thirty uploads of all kinds, and their bare pages put after each other."""
    import pikepdf

    from base.clock import now
    from documents import pdf
    from documents.actions import keep_file, root
    from events.models import Material
    from programmes.actions import folders
    from programmes.models import Cohort
    from programmes.states import CohortState

    moment = now()
    cohort = Cohort.objects.filter(state=CohortState.RUNNING).order_by("pk").first()
    assert cohort is not None
    by = cohort.responsible
    days = list(cohort.days.select_related("event").order_by("number"))
    Material.objects.filter(event__course_day__cohort=cohort).delete()
    paths: list[Path] = []
    for number in range(UPLOADS):
        title = f"Underlag {number + 1}"
        data = _slides(number, title)
        file = keep_file(
            source=data, kind="material", name=f"{title}.pdf", content_type="application/pdf", by=by, now=moment
        )
        Material.objects.create(
            event=days[number * len(days) // UPLOADS].event,
            title=title,
            file=file,
            owner=by,
            order=number,
            created_at=moment,
            changed_at=moment,
        )
        paths.append(root() / file.path)
    sizes: list[int] = []
    heard = Heard()
    binder = logging.getLogger("helmi.binder")
    binder.setLevel(logging.INFO)
    binder.propagate = False
    binder.addHandler(heard)

    def extended() -> None:
        with tempfile.TemporaryDirectory() as place, pikepdf.new() as whole:
            for one in [pikepdf.open(path) for path in paths]:
                whole.pages.extend(one.pages)
            target = Path(place) / "all.pdf"
            whole.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
            sizes.append(target.stat().st_size)

    def make() -> dict[str, float]:
        cohort.folders.update(ended_at=moment)
        folders.make(cohort=cohort, language="sv", by=by, now=moment)
        assert folders.print_waiting(now=moment) == 1
        made = cohort.folders.latest("pk")
        assert made.file is not None
        assert made.uploads == UPLOADS
        # Of the child that binds and of the press: what a parent knows of its children's peaks counts from the fork on.
        facts = {"pages": made.pages, "memory_mb": round(max(*heard.memory, _peak(pdf._press.child)))}
        return {**facts, "size_ratio": round(made.file.size / sizes[-1], 2)} if sizes else facts

    return extended, make


@functools.cache
def matching() -> tuple[Callable[[], None], Callable[[], None]]:
    """Sixty people and twenty-five mentors of whom each may take three; a third of the pairs is not allowed."""
    from programmes.matching import match

    costs = {
        (person, mentor): (person * 37 + mentor * 61 + person * mentor * 13) % 97
        for person in range(60)
        for mentor in range(25)
        if (person * 7 + mentor * 11) % 3
    }
    room = dict.fromkeys(range(25), 3)

    def greedy() -> None:
        left, have = dict(room), set()
        for (person, mentor), _cost in sorted(costs.items(), key=lambda pair: (pair[1], pair[0])):
            if person not in have and left[mentor]:
                have.add(person)
                left[mentor] -= 1

    def best() -> None:
        assert len(match(costs, room, crowding=10)) == 60

    return greedy, best


def items() -> dict[str, Callable[[], Any]]:
    """What can be measured here."""
    from django.test import Client

    return {
        "certificate": lambda: certificates()[0](),
        "certificates": lambda: certificates()[1](),
        "extended": lambda: folder()[0](),
        "folder": lambda: folder()[1](),
        "greedy": lambda: matching()[0](),
        "matching": lambda: matching()[1](),
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
