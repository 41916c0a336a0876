"""The fixed cast: people whom every test knows, in two regions, on Friday 16 April 2027 at 9.00 in Stockholm.

Sörmland: Malin Ekdahl coordinates. In Eskilstuna, Stina Malmqvist manages the unit Barn och familj, where Tuva and
Edvin work, and Lars Fors directs the municipality; Omar manages the sibling unit Mottagning, where Leila works.
Nyköping is another municipality with manager Petra and worker Yasmin. Skaraborg is the foreign region: coordinator
Vera, municipality Lidköping, manager Ulf, worker Selma. Ada is administrator. `outsider` has no role and no employment.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.db.models.sql import InsertQuery

NOW = datetime(2027, 4, 16, 7, 0, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
SINCE = date(2026, 9, 1)  # when people began where they work
STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAYS = (
    date(2027, 3, 9),
    date(2027, 3, 10),
    date(2027, 4, 14),
    date(2027, 5, 12),
    date(2027, 6, 10),
    date(2027, 9, 8),
    date(2027, 10, 6),
    date(2027, 11, 3),
)
THEMES = (
    "Socialtjänstens uppdrag och ansvar",
    "Rollen som socialsekreterare",
    "Barnets rättigheter och delaktighet",
    "Utredning enligt BBIC och LVU",
    "Samverkan: BUP, skola, polis",
    "Uppföljning, SIP och Lex Sarah",
    "Svåra samtal i praktiken",
    "Avslutning med mentorerna",
)


def organisation(name: str, kind: str = "municipality", parent: Any = None, mark: str = "", country: str = "SE") -> Any:
    """A row of the organisation tree, valid since long ago."""
    from people.models import Organisation

    row = Organisation.objects.create(
        name=name, kind=kind, parent=parent, mark=mark, country=country, valid_from=LONG_AGO
    )
    row.path = f"{parent.path if parent else ''}{row.pk}/"
    row.save(update_fields=["path"])
    return row


def person(
    name: str, email: str | None = None, region: Any = None, language: str = "sv", confirmed: bool = True, **facts: Any
) -> Any:
    """Someone; the address is confirmed unless said otherwise."""
    from allauth.account.models import EmailAddress

    from people.models import Person

    row = Person(name=name, email=email, language=language, home_region=region, created_at=NOW, **facts)
    row.set_unusable_password()
    row.save()
    if email:
        EmailAddress.objects.create(user=row, email=email, primary=True, verified=confirmed)
    return row


def role(who: Any, name: str, region: Any = None, organisation: Any = None) -> Any:
    """A role assignment since long ago."""
    from people.models import RoleAssignment

    return RoleAssignment.objects.create(
        person=who, role=name, region=region, organisation=organisation, valid_from=LONG_AGO
    )


def employment(who: Any, unit: Any, since: date = SINCE, until: date | None = None, form: str = "permanent") -> Any:
    """An employment in a unit."""
    from people.models import Employment

    return Employment.objects.create(
        person=who, unit=unit, valid_from=since, valid_to=until, form=form, job_title="Socialsekreterare"
    )


def region(slug: str, name: str, organisations: list[Any], **facts: Any) -> Any:
    """A region and who takes part in it."""
    from people.models import Participation, Region

    row = Region.objects.create(
        slug=slug,
        name=name,
        country=facts.pop("country", "SE"),
        languages=["sv", "fi", "en"],
        sender_name=f"Helmi {name}",
        sender_address=f"{slug}@helmi.example",
        parts=["course", "newsletter", "competence"],
        **facts,
    )
    Participation.objects.bulk_create(
        Participation(region=row, organisation=part, order=order, valid_from=LONG_AGO)
        for order, part in enumerate(organisations)
    )
    return row


@dataclass
class Cast:
    """Everybody by name; `cohort()` and its kin make programmes as a test needs them."""

    made: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["made"][name]
        except KeyError:
            raise AttributeError(name) from None

    def programme(self, region: Any = None, slug: str = "introduktion", **facts: Any) -> Any:
        """A published programme; made once per region and slug."""
        from programmes.models import Programme

        region = region or self.sormland
        return Programme.objects.filter(region=region, slug=slug).first() or Programme.objects.create(
            region=region,
            slug=slug,
            title="Introduktionsutbildning",
            summary="För nya socialsekreterare i barn- och ungdomsvården.",
            audience="Nya socialsekreterare",
            published=True,
            parts=["course"],
            **facts,
        )

    def cohort(
        self,
        programme: Any = None,
        number: int = 12,
        state: str = "running",
        capacity: int | None = 24,
        days: tuple[date, ...] = DAYS,
        guaranteed: int = 2,
        **facts: Any,
    ) -> Any:
        """A cohort with published days and a share for every municipality; the region's coordinator is responsible."""
        from events.models import Event, Places, Reminder
        from programmes.models import Cohort, CourseDay, Share

        programme = programme or self.programme()
        region = programme.region
        coordinator = self.malin if region == self.sormland else self.vera
        first = datetime.combine(days[0], time(9), STOCKHOLM) if days else None
        places = Places.objects.create(region=region, capacity=capacity, label=f"omgång {number}", starts_at=first)
        window = {"opens_on": date(2027, 1, 11), "closes_on": date(2027, 2, 12), "last_entry_on": date(2027, 3, 10)}
        row = Cohort.objects.create(
            programme=programme,
            number=number,
            state=state,
            places=places,
            responsible=coordinator,
            created_at=NOW,
            **{**window, **facts},
        )
        hosts = list(region.organisations.order_by("participations__order"))
        Share.objects.bulk_create(
            Share(cohort=row, organisation=host, guaranteed=guaranteed, order=order) for order, host in enumerate(hosts)
        )
        starts = [datetime.combine(day, time(9), STOCKHOLM) for day in days]
        events = Event.objects.bulk_create(
            Event(
                region=region,
                kind="course_day",
                state="published",
                title=THEMES[index % len(THEMES)],
                date=start.date(),
                start_time=time(9),
                end_time=time(16),
                zone="Europe/Stockholm",
                starts_at=start,
                ends_at=start + timedelta(hours=7),
                hours=Decimal("6.00"),
                host=hosts[index % len(hosts)],
                venue="Kommunhuset, sal Djulö",
                arrival="kaffe från 8.30",
                places=places,
                changed_at=NOW,
            )
            for index, start in enumerate(starts)
        )
        Reminder.objects.bulk_create(
            Reminder(event=event, days_before=before, at_time=time(8)) for event in events for before in (14, 2, 1)
        )
        preparation = "Läs fallet om familjen Ask före dagen."
        CourseDay.objects.bulk_create(
            CourseDay(cohort=row, number=number, event=event, preparation=preparation)
            for number, event in enumerate(events, start=1)
        )
        return row

    def enrolment(
        self, cohort: Any, who: Any, unit: Any = None, side: str = "enrolled", employer: str = "approved", **facts: Any
    ) -> Any:
        """`who` in `cohort`; with a place, a confirmed claim and a registration on every day come along."""
        from events.models import Claim, Registration
        from programmes.models import Enrolment

        unit = unit or who.employments.first().unit
        states = {"enrolled": "confirmed", "completed": "confirmed", "offered": "offered", "waitlisted": "waitlisted"}
        claim = None
        if side in states:
            position = None
            if side == "waitlisted":
                position = cohort.places.last_position + 1
                cohort.places.last_position = position
            else:
                cohort.places.sold += 1
            cohort.places.save()
            claim = Claim.objects.create(
                places=cohort.places,
                person=who,
                state=states[side],
                position=position,
                created_at=NOW,
                changed_at=NOW,
                offers=1 if side == "offered" else 0,
                expires_at=NOW + timedelta(days=7) if side == "offered" else None,
            )
        from people.models import Organisation

        row = Enrolment.objects.create(
            cohort=cohort,
            person=who,
            code=f"T{cohort.pk}-{who.pk}",
            claim=claim,
            programme_side=side,
            employer_side=employer,
            organisation=Organisation.objects.get(pk=unit.top_id),
            unit=unit,
            employed_since=date(2026, 9, 1),
            degree="Socionomexamen 2026",
            exercises_authority=True,
            manager_address="stina@eskilstuna.example",
            applied_at=facts.pop("applied_at", NOW),
            **facts,
        )
        if side in ("enrolled", "completed"):
            Registration.objects.bulk_create(
                Registration(event=day.event, person=who, from_enrolment=True, created_at=NOW, changed_at=NOW)
                for day in cohort.days.select_related("event")
            )
        return row

    def attendance(self, enrolment: Any, *marks: str) -> None:
        """Marks for the first days, in order: n present, a reported, f absent, a number of hours, or "" for none."""
        from events.models import Attendance, Registration

        for day, mark in zip(enrolment.cohort.days.select_related("event"), marks, strict=False):
            if not mark:
                continue
            registration = Registration.objects.get(event=day.event, person=enrolment.person)
            words = {"n": "present", "a": "excused", "f": "absent"}
            hours = day.event.hours if mark == "n" else Decimal(mark) if mark not in words else Decimal(0)
            Attendance.objects.create(
                registration=registration,
                mark=words.get(mark, "present"),
                hours=hours,
                by=enrolment.cohort.responsible,
                at=NOW,
            )


def make_cast() -> Cast:
    """Two regions and their people: nearly every test has them, so the rows of a table are written at once."""
    from allauth.account.models import EmailAddress

    from people.models import Employment, Organisation, Person, RoleAssignment

    def organisations(*rows: tuple[str, str, Any, str]) -> list[Any]:
        made = Organisation.objects.bulk_create(
            Organisation(name=name, kind=kind, parent=parent, mark=mark, country="SE", valid_from=LONG_AGO)
            for name, kind, parent, mark in rows
        )
        for row in made:
            row.path = f"{row.parent.path if row.parent else ''}{row.pk}/"
        Organisation.objects.bulk_update(made, ["path"])
        return made

    eskilstuna, nykoping, flen, lidkoping = organisations(
        ("Eskilstuna", "municipality", None, "ES"),
        ("Nyköping", "municipality", None, "NK"),
        ("Flen", "municipality", None, "FL"),
        ("Lidköping", "municipality", None, "LI"),
    )
    barn, mottagning, nyk_barn, lid_barn = organisations(
        ("Barn och familj", "unit", eskilstuna, ""),
        ("Mottagning", "unit", eskilstuna, ""),
        ("Barn och unga", "unit", nykoping, ""),
        ("Barn och familj Lidköping", "unit", lidkoping, ""),
    )
    sormland = region("sormland", "Sörmland", [eskilstuna, nykoping, flen])
    skaraborg = region("skaraborg", "Skaraborg", [lidkoping])
    facts = {
        "ada": ("Ada Lindqvist", "ada@helmi.example", None, "sv"),
        "malin": ("Malin Ekdahl", "malin@sormland.example", sormland, "sv"),
        "lars": ("Lars Fors", "lars@eskilstuna.example", sormland, "sv"),
        "stina": ("Stina Malmqvist", "stina@eskilstuna.example", sormland, "sv"),
        "omar": ("Omar Haddad", "omar@eskilstuna.example", sormland, "sv"),
        "petra": ("Petra Åkesson", "petra@nykoping.example", sormland, "sv"),
        "tuva": ("Tuva Ljungdahl", "tuva@eskilstuna.example", sormland, "sv"),
        "edvin": ("Edvin Kronqvist", "edvin@eskilstuna.example", sormland, "en"),
        "leila": ("Leila Mansouri", "leila@eskilstuna.example", sormland, "sv"),
        "yasmin": ("Yasmin Haddadi", "yasmin@nykoping.example", sormland, "fi"),
        "vera": ("Vera Sund", "vera@skaraborg.example", skaraborg, "sv"),
        "ulf": ("Ulf Rosander", "ulf@lidkoping.example", skaraborg, "sv"),
        "selma": ("Selma Åkervall", "selma@lidkoping.example", skaraborg, "sv"),
        "outsider": ("Olle Utanför", "olle@annat.example", None, "sv"),
    }
    people = {
        key: Person(name=name, email=email, language=language, home_region=home, created_at=NOW)
        for key, (name, email, home, language) in facts.items()
    }
    for row in people.values():
        row.set_unusable_password()
    Person.objects.bulk_create(people.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=row, email=row.email, primary=True, verified=True) for row in people.values()
    )
    roles = (
        ("ada", "administrator", {}),
        ("malin", "coordinator", {"region": sormland}),
        ("vera", "coordinator", {"region": skaraborg}),
        ("lars", "director", {"organisation": eskilstuna}),
        ("stina", "manager", {"organisation": barn}),
        ("omar", "manager", {"organisation": mottagning}),
        ("petra", "manager", {"organisation": nyk_barn}),
        ("ulf", "manager", {"organisation": lid_barn}),
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(person=people[key], role=name, valid_from=LONG_AGO, **over) for key, name, over in roles
    )
    units = {
        eskilstuna: ("lars",),
        barn: ("stina", "tuva", "edvin"),
        mottagning: ("omar", "leila"),
        nyk_barn: ("petra", "yasmin"),
        lid_barn: ("ulf", "selma"),
    }
    Employment.objects.bulk_create(
        Employment(person=people[key], unit=unit, valid_from=SINCE, form="permanent", job_title="Socialsekreterare")
        for unit, staff in units.items()
        for key in staff
    )
    places = {
        "eskilstuna": eskilstuna,
        "nykoping": nykoping,
        "flen": flen,
        "lidkoping": lidkoping,
        "barn": barn,
        "mottagning": mottagning,
        "nyk_barn": nyk_barn,
        "lid_barn": lid_barn,
    }
    return Cast({**places, "sormland": sormland, "skaraborg": skaraborg, **people})


class Mould:
    """The cast as it was made the first time. To copy its rows, with their keys, takes a fourth of making them."""

    def __init__(self) -> None:
        from allauth.account.models import EmailAddress

        from people.models import Employment, Organisation, Participation, Person, Region, RoleAssignment

        self.cast = make_cast()
        self.inserts: list[Any] = []
        for model in (Organisation, Region, Participation, Person, EmailAddress, RoleAssignment, Employment):
            query = InsertQuery(model)
            query.insert_values(model._meta.concrete_fields, list(model._base_manager.order_by("pk")))
            self.inserts += query.get_compiler("default").as_sql()

    def cast_again(self) -> Cast:
        """Another one, the same in each row."""
        with connection.cursor() as cursor:
            for sql, values in self.inserts:
                cursor.execute(sql, values)
        return deepcopy(self.cast)


@pytest.fixture(scope="session")
def moulds() -> list[Mould]:
    """Where the first test with a cast leaves its mould."""
    return []


@pytest.fixture
def cast(db: None, moulds: list[Mould]) -> Any:
    """The cast, with the clock at NOW (it goes on from there)."""
    from people.models import Organisation, Person

    with time_machine.travel(NOW, tick=True):
        if Organisation.objects.exists() or Person.objects.exists():
            yield make_cast()  # beside what the test has made before
        elif moulds:
            yield moulds[0].cast_again()
        else:
            moulds.append(Mould())
            yield deepcopy(moulds[0].cast)


@pytest.fixture
def sign_in(client: Any) -> Any:
    """`sign_in(person)` gives a test client that is signed in."""

    def signed_in(who: Any) -> Any:
        client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in
