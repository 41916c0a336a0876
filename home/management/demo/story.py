"""What has happened in the demonstration: a finished round with its decision, one that runs, one that is open.

Everything is told through the actions of the apps, at the time at which it would have happened, so that letters, audit
and figures look as they would. Days are counted from the day of seeding.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from answers import actions as answers
from base import clock
from competence.actions.surveys import forecast
from competence.actions.surveys import launch as launch_survey
from competence.models import FrameworkVersion, Survey
from events import actions as events
from events.actions.working import name_person
from events.models import Registration
from outbox.actions import sending
from people.actions import employments, organisations, persons, regions, roles
from people.models import Organisation, Person, Region
from people.states import Role
from programmes.actions import (
    applications,
    approvals,
    attendance,
    certificates,
    cohorts,
    days,
    decisions,
    outcomes,
    selection,
    workplaces,
)
from programmes.actions.breaks import take_break
from programmes.actions.leaving import leave
from programmes.actions.newcomers import ask_managers
from programmes.actions.programmes import create_programme
from programmes.actions.roles import issue_roles
from programmes.models import Cohort, Condition, CourseDay, Enrolment, Programme
from programmes.rules import selection as selection_rules
from programmes.states import Answer, AnswerWay, Outcome, Part, ProgrammeSide

from . import (
    abstracts,
    boards,
    closing,
    conditions,
    evaluations,
    folders,
    frameworks,
    group,
    material,
    mentors,
    mentorships,
    newsletter,
    own,
    profiles,
    registrations,
    seminar,
    supervision,
    surveys,
)
from . import people as cast
from .people import Someone

ZONE = ZoneInfo("Europe/Stockholm")
# The days of a round, counted from its first: two together, then about one a month.
RHYTHM = (0, 1, 28, 63, 91, 119, 147, 182)
LONG_AGO = date(2015, 1, 1)

PROGRAMME = {
    "title_sv": "Introduktionsutbildning",
    "title_fi": "Perehdytyskoulutus",
    "title_en": "Introduction programme",
    "summary_sv": "Åtta heldagar för dig som är ny i den sociala barn- och ungdomsvården.",
    "summary_fi": "Kahdeksan koulutuspäivää sinulle, joka olet uusi lasten ja nuorten sosiaalityössä.",
    "summary_en": "Eight full days for those who are new in social work with children and young people.",
    "audience_sv": "Nya socialsekreterare som utreder och beslutar om barn och unga",
    "audience_fi": "Uudet sosiaalityöntekijät, jotka selvittävät ja päättävät lasten ja nuorten asioista",
    "audience_en": "New social workers who investigate and decide about children and young people",
    "conditions_sv": "Du arbetar med myndighetsutövning.",
    "conditions_fi": "Työhösi kuuluu viranomaistehtäviä.",
    "conditions_en": "Your work includes the exercise of authority.",
    "description_sv": (
        "Föreläsningar, fall, grupparbete och tid att tänka tillsammans. Kommunerna är värdar i tur och ordning, "
        "så du lär känna kollegor och arbetsplatser i hela länet. Sista dagen kommer mentorerna."
    ),
    "description_fi": (
        "Luentoja, tapauksia, ryhmätyötä ja aikaa ajatella yhdessä. Kunnat isännöivät vuorotellen, "
        "joten opit tuntemaan kollegoita ja työpaikkoja koko läänistä. Viimeisenä päivänä mukana ovat mentorit."
    ),
    "description_en": (
        "Lectures, cases, group work and time to think together. The municipalities host in turn, so you get to know "
        "colleagues and workplaces all over the county. On the last day the mentors come."
    ),
    **{
        f"themes_{code}": "\n".join(theme[number] for theme in cast.THEMES)
        for number, code in enumerate(("sv", "fi", "en"))
    },
}
PREPARATION = {
    "preparation_sv": "Läs fallet om familjen Ask före dagen, 10 minuter.",
    "preparation_fi": "Lue ennen päivää Askin perheen tapaus, 10 minuuttia.",
    "preparation_en": "Read the case of the Ask family before the day, 10 minutes.",
}
AIMS = {
    "aims_sv": "Efter dagen kan du beskriva vad som gäller, och pröva det i ett eget ärende.",
    "aims_fi": "Päivän jälkeen osaat kertoa aiheen perusteet ja kokeilla niitä omassa työssäsi.",
    "aims_en": "After the day you can describe what applies, and try it in a case of your own.",
}
IMPROVEMENTS = (
    "Mer tid i smågrupper, mindre föreläsning efter lunch\n"
    "Någon från skolan med på dagen om samverkan\n"
    "Skicka fallet två veckor före dagen"
)


def address_of(name: str, municipality: str) -> str:
    """An address that can never reach anyone."""
    plain = name.casefold().translate(str.maketrans("åäöéćžñ", "aaoeczn", "'’"))
    host = municipality.casefold().translate(str.maketrans("åäö", "aao"))
    return f"{plain.replace(' ', '.')}@{host}.example"


@dataclass
class Story:
    """Tells it once, into an empty database; `today` is the day of seeding."""

    today: date
    units: dict[tuple[str, int], Organisation] = field(default_factory=dict)
    towns: dict[str, Organisation] = field(default_factory=dict)
    managers: dict[int, Person] = field(default_factory=dict)
    asked: list[Condition] = field(default_factory=list)
    region: Region = field(init=False)
    admin: Person = field(init=False)
    malin: Person = field(init=False)
    deputy: Person = field(init=False)

    def tell(self) -> None:
        """All of it, in the order in which it happened."""
        first = self.tuesday(self.today - timedelta(days=336))
        with self.at(first - timedelta(days=120)) as now:
            self.set_up(now)
        finished = self.first_round(first)
        self.take_stock()
        self.play(finished, cast.FINISHED, declining=(cast.DROPPED,))
        self.mentor_some(finished)
        for number in (6, 8):
            self.evaluate(finished, number)
        self.finish(finished)
        running = self.next_round(finished.programme, self.tuesday(self.today - timedelta(days=36)))
        self.take_stock()
        self.play(running, cast.RUNNING, leaving=cast.LEFT, waiting=cast.WAITING)
        self.take_stock()
        self.pause(running)
        self.move(running)
        for number in (2, 3):
            self.evaluate(running, number)
        with self.at(self.today - timedelta(days=22)) as now:
            boards.settle(running, by=self.malin, now=now)
            boards.decide_early(running, look_again_on=self.today + timedelta(days=180), by=self.malin, now=now)
        with self.at(self.today - timedelta(days=30)) as now:
            mentors.gather(self.region, running, self.employed, by=self.malin, now=now)
        with self.at(self.today - timedelta(days=28), 10) as now:
            mentors.pair(running, by=self.malin, now=now, send=self.send)
        with self.at(self.today - timedelta(days=1), 10) as now:
            mentors.ask(running, by=self.malin, now=now, send=self.send)
        mentorships.run(running, since=self.today - timedelta(days=28), today=self.today)
        self.name_lecturer_and_host(running)
        self.hand_out(finished, running)
        reader = Person.objects.filter(email=cast.SIGN_INS["participant"].email).first()
        with self.at(self.today - timedelta(days=4)) as now:
            closing.set_tasks(running, reader, by=self.malin, now=now)
            closing.prepare(running, reader, by=self.malin, now=now)
        with self.at(self.today - timedelta(days=2)) as now:
            group.tell(running, reader, now=now)
        self.bind(finished)
        self.supervise(finished.programme)
        self.open_round(finished.programme)
        self.newsletter()
        self.tell_competence()
        with self.at(self.today - timedelta(days=21)) as now:
            seminar.tell(self.region, self.towns, by=self.malin, now=now)
        with self.at(self.today - timedelta(days=1)) as now:
            manager = Person.objects.filter(email=cast.SIGN_INS["manager"].email).first()
            registrations.register(self.region, manager, by=self.malin, now=now)
        with self.at(self.today - timedelta(days=1)) as now:
            abstracts.call_for(self.region, by=self.malin, now=now)

    def take_stock(self) -> None:
        """Let the database count what it holds: it was empty a moment ago, and still plans its queries accordingly."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def tell_competence(self) -> None:
        """What people in the region's work can and learn: the frameworks first, since all else is put against them."""
        with self.at(self.today - timedelta(days=300)) as now:
            versions = frameworks.make(self.region, by=self.malin, now=now)
        self.profiles(versions)
        self.survey(versions["child-welfare"])
        for name in (cast.SIGN_INS["participant"].name, "Camilla Rydh"):
            who = Person.objects.get(name=name, home_region=self.region)
            own.tell(versions["child-welfare"], who, today=self.today, at=self.at)

    def profiles(self, versions: dict[str, FrameworkVersion]) -> None:
        """What roles ask for, who has them, and what two municipalities and their units are to reach."""
        towns = (("Eskilstuna", cast.SIGN_INS["director"].name), ("Katrineholm", cast.DIRECTORS["Katrineholm"]))
        units = [self.units[town, n] for town, _name in towns for n in range(len(cast.UNITS))]
        with self.at(self.today - timedelta(days=60)) as now:
            profiles.describe(self.region, versions, units, by=self.malin, now=now)
            for town, name in towns:
                profiles.set_goals(
                    self.towns[town],
                    [unit for unit in units if unit.parent_id == self.towns[town].pk],
                    versions["child-welfare"],
                    valid_from=date(self.today.year, 1, 1),
                    director=Person.objects.get(name=name),
                    manager=self.managers[self.units[town, 0].pk],
                    now=now,
                )

    def survey(self, version: FrameworkVersion) -> None:
        """A survey that has been counted, and the next one as it is being prepared."""
        opens_on = self.weekday(self.today - timedelta(days=232))
        with self.at(opens_on - timedelta(days=20)) as now:
            units = surveys.units_of(self.towns, self.managers, by=self.admin, now=now)
            counted = surveys.prepare(self.region, version, units, opens_on=opens_on, by=self.malin, now=now)
        with self.at(opens_on - timedelta(days=3)) as now:
            counted = launch_survey(survey=counted, by=self.malin, now=now)
        with self.at(opens_on) as now:
            answers.open_due(now=now)
            self.send(now)
        with self.at(opens_on + timedelta(days=10)) as now:
            self.send(now)
            surveys.answer(Survey.objects.select_related("box").get(pk=counted.pk), units, now=now)
        with self.at(opens_on + timedelta(days=22)) as now:
            surveys.close(Survey.objects.select_related("box").get(pk=counted.pk), by=self.malin, now=now)
            self.send(now)
        with self.at(self.today - timedelta(days=2)) as now:
            opens_on = self.weekday(self.today + timedelta(days=45))
            draft = surveys.prepare(
                self.region, version, units, opens_on=opens_on, earlier=counted, by=self.malin, now=now
            )
            forecast(survey=draft, now=now)

    def newsletter(self) -> None:
        """The region's newsletter has readers, an issue that has been sent and one that is being written."""
        with self.at(self.today - timedelta(days=40)) as now:
            newsletter.subscribe(self.region, now=now)
            self.send(now)
        with self.at(self.today - timedelta(days=12)) as now:
            newsletter.send_one(
                self.region, settings.BASE_URL, by=self.malin, now=now, later=now + timedelta(minutes=12)
            )
        with self.at(self.today - timedelta(days=1)) as now:
            newsletter.begin_next(self.region, settings.BASE_URL, by=self.malin, now=now)

    def at(self, day: date, hour: int = 9) -> Any:
        """Let the clock stand on the morning of a day."""
        return clock.standing_at(datetime.combine(day, time(hour), ZONE))

    def send(self, now: datetime) -> None:
        """What was to be written by now has been sent."""
        sending.send_due(now=now + timedelta(minutes=15))

    # ---------- The region ----------

    @transaction.atomic
    def set_up(self, now: datetime) -> None:
        """The county, its municipalities and their units, and who leads them."""
        lines = resources.files(__package__).joinpath("municipalities.csv").read_text(encoding="utf-8").splitlines()
        rows = [line.split(",") for line in lines[1:]]
        codes = {row[2]: row[1] for row in rows if row[4] == cast.COUNTY}
        self.admin = self.person(cast.SIGN_INS["administrator"], None, now)
        roles.give_role(person=self.admin, role=Role.ADMINISTRATOR, valid_from=LONG_AGO, by=None, now=now)
        self.region = regions.create_region(
            name={"sv": "Sörmland", "fi": "Södermanland", "en": "Sörmland"},
            slug="sormland",
            country="SE",
            languages=["sv", "fi", "en"],
            time_zone="Europe/Stockholm",
            sender_name="Helmi Sörmland",
            sender_address="helmi@sormland.example",
            phone="0155-24 50 00",
            parts=["course", "supervision", "competence", "funder", "newsletter"],
            by=self.admin,
            now=now,
        )
        for order, (name, mark) in enumerate(cast.MARKS.items()):
            town = organisations.create_organisation(
                name=name,
                kind="municipality",
                country="SE",
                code=codes[name],
                mark=mark,
                valid_from=LONG_AGO,
                by=self.admin,
                now=now,
            )
            self.towns[name] = town
            regions.take_part(
                region=self.region, organisation=town, order=order, valid_from=LONG_AGO, by=self.admin, now=now
            )
            for number, unit in enumerate(cast.UNITS):
                self.units[name, number] = organisations.create_organisation(
                    name=unit, kind="unit", country="SE", parent=town, valid_from=LONG_AGO, by=self.admin, now=now
                )
        for year in range(self.today.year - 1, self.today.year + 2):
            regions.add_closed_period(
                region=self.region,
                name="Sommaruppehåll",
                valid_from=date(year, 6, 18),
                valid_to=date(year, 8, 15),
                by=self.admin,
                now=now,
            )
        self.leaders(now)

    def leaders(self, now: datetime) -> None:
        """Coordinators, directors and managers, and the mentor and the supervisor."""
        give = partial(roles.give_role, valid_from=LONG_AGO, by=self.admin, now=now)
        self.malin = self.employed(cast.SIGN_INS["coordinator"], now)
        self.deputy = self.employed(cast.DEPUTY, now)
        for coordinator in (self.malin, self.deputy):
            give(person=coordinator, role=Role.COORDINATOR, region=self.region)
        for town, name in cast.DIRECTORS.items():
            self.direct(Someone(name, town, title="Socialchef"), give, now)
        self.direct(cast.SIGN_INS["director"], give, now)
        for town, name in cast.MANAGERS.items():
            self.manage(Someone(name, town, title="Enhetschef"), give, now)
        self.manage(cast.SIGN_INS["manager"], give, now)
        for role in ("mentor", "supervisor"):
            self.employed(cast.SIGN_INS[role], now)
        persons.change_person(person=self.admin, by=self.admin, now=now, home_region=self.region)

    def direct(self, who: Someone, give: Any, now: datetime) -> None:
        """Make someone director of her municipality, and its named contact."""
        person = self.employed(who, now)
        give(person=person, role=Role.DIRECTOR, organisation=self.towns[who.municipality])
        organisations.replace_contact(organisation=self.towns[who.municipality], person=person, by=self.admin, now=now)

    def manage(self, who: Someone, give: Any, now: datetime) -> None:
        """Make someone manager of both units of her municipality."""
        person = self.employed(who, now)
        for number in range(len(cast.UNITS)):
            unit = self.units[who.municipality, number]
            give(person=person, role=Role.MANAGER, organisation=unit)
            self.managers[unit.pk] = person

    def person(self, who: Someone, region: Region | None, now: datetime) -> Person:
        """Someone whom Helmi knows."""
        return persons.register_person(
            name=who.name,
            email=who.email or address_of(who.name, who.municipality),
            language=who.language,
            region=region,
            by=None,
            now=now,
        )

    def employed(self, who: Someone, now: datetime, since: date = LONG_AGO) -> Person:
        """Someone with an employment in her unit."""
        person = self.person(who, self.region, now)
        employments.employ(
            person=person,
            unit=self.units[who.municipality, who.unit],
            form=who.form,
            job_title=who.title,
            valid_from=since,
            by=self.admin,
            now=now,
        )
        return person

    # ---------- A round ----------

    def first_round(self, start: date) -> Cohort:
        """The programme and its first round, with themes, places and days as they were held."""
        with self.at(start - timedelta(days=100)) as now:
            programme = create_programme(
                region=self.region,
                slug="introduktion",
                words=PROGRAMME,
                parts=(Part.COURSE, Part.SUPERVISION),
                published=True,
                by=self.malin,
                now=now,
            )
            cohorts.keep_funder(
                programme=programme,
                funder=None,
                names={
                    "sv": "Europeiska socialfonden plus",
                    "fi": "Euroopan sosiaalirahasto plus",
                    "en": "European Social Fund Plus",
                },
                statements={
                    "sv": "Medfinansieras av Europeiska unionen",
                    "fi": "Euroopan unionin osarahoittama",
                    "en": "Co-funded by the European Union",
                },
                emblem_name="eu",
                by=self.malin,
                now=now,
            )
            cohort = self.make(programme, start, now)
            for day, offset, theme in zip(cohort.days.order_by("number"), RHYTHM, cast.THEMES, strict=True):
                days.change_day(
                    day=day,
                    titles=dict(zip(("sv", "fi", "en"), theme, strict=True)),
                    words={**AIMS, **(PREPARATION if day.number == 4 else {})},
                    preparation_link="",
                    by=self.malin,
                    now=now,
                )
                on = self.weekday(start + timedelta(days=offset))
                if on != day.event.date:
                    days.move_day(
                        day=day, on=on, start_time=time(9), end_time=time(16), reason="", by=self.malin, now=now
                    )
        return cohort

    def next_round(self, programme: Programme, start: date) -> Cohort:
        """The next round, made from the last one."""
        with self.at(start - timedelta(days=90)) as now:
            return self.make(programme, start, now)

    def make(self, programme: Programme, start: date, now: datetime) -> Cohort:
        """A draft with its window, 24 seats and two guaranteed seats for each municipality."""
        cohort = cohorts.make_next(
            programme=programme,
            start=self.weekday(start),
            days=len(RHYTHM),
            capacity=24,
            opens_on=start - timedelta(days=80),
            closes_on=start - timedelta(days=30),
            guaranteed=2,
            responsible=self.malin,
            by=self.malin,
            now=now,
        )
        return cohorts.change_cohort(
            cohort=cohort,
            opens_on=cohort.opens_on,
            closes_on=cohort.closes_on,
            last_entry_on=self.days_of(cohort)[1].event.date,
            days_required=cohort.days_required,
            answer_days=cohort.answer_days,
            responsible=self.malin,
            deputy=self.deputy,
            guarantees={share.organisation_id: share.guaranteed for share in cohort.shares.all()},
            by=self.malin,
            now=now,
        )

    @staticmethod
    def tuesday(day: date) -> date:
        """The Tuesday of the same week: a round begins with two days together."""
        return day + timedelta(days=1 - day.weekday())

    @staticmethod
    def weekday(day: date) -> date:
        """The same day; after a weekend the Monday, after the summer the same weekday."""
        while (6, 18) <= (day.month, day.day) <= (8, 15):
            day += timedelta(weeks=1)
        return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)

    def play(
        self,
        cohort: Cohort,
        who: tuple[tuple[Someone, str], ...],
        *,
        declining: tuple[Someone, ...] = (),
        leaving: tuple[tuple[Someone, str], ...] = (),
        waiting: tuple[Someone, ...] = (),
    ) -> None:
        """Applications, answers, seats, places, and the days that have been."""
        with self.at(cohort.opens_on or self.today) as now:
            cohort = cohorts.open_for_applications(cohort=cohort, by=self.malin, now=now)
            self.settle_venues(cohort, now)
        wanted = [*(someone for someone, _marks in (*who, *leaving)), *declining, *waiting]
        rows = {someone.name: self.apply(cohort, someone, n) for n, someone in enumerate(wanted)}
        closed = cohort.closes_on or self.today
        with self.at(closed + timedelta(days=1)) as now:
            cohort = selection.close_applications(cohort=cohort, by=self.malin, now=now)
            if cohort.selection_confirmed_at is None:
                self.share_seats(cohort, [*wanted[: len(wanted) - len(waiting)]], now)
            self.send(now)
        with self.at(closed + timedelta(days=3)) as now:
            self.answer_offers(rows, declining, now)
        begin = self.days_of(cohort)[0].event.date
        with self.at(begin, 17) as now:
            cohorts.move_on(now)
        self.mark(cohort, rows, (*who, *leaving))
        with self.at(begin + timedelta(days=5)) as now:
            for someone, _marks in leaving:
                enrolment = rows[someone.name]
                leave(enrolment=enrolment, why="Har slutat i kommunen.", by=self.malin, now=now)
            self.send(now)

    def pause(self, cohort: Cohort) -> None:
        """One of them is on a break over the next two days, and keeps the seat."""
        away = Enrolment.objects.get(cohort=cohort, person__name=cast.AWAY)
        with self.at(self.today - timedelta(days=5), 10) as now:
            take_break(
                enrolment=away,
                starts_on=self.today - timedelta(days=5),
                expected_on=self.days_of(cohort)[5].event.date,
                keeps_seat=True,
                by=self.malin,
                now=now,
            )
            self.send(now + timedelta(minutes=3))

    def move(self, cohort: Cohort) -> None:
        """One of them has begun in another municipality, whose manager is asked for her yes."""
        moved = Enrolment.objects.get(cohort=cohort, person__name=cast.MOVED)
        unit = self.units[cast.MOVED_TO, 0]
        with self.at(self.today - timedelta(days=9), 10) as now:
            workplaces.move(
                enrolment=moved,
                last_day=self.today - timedelta(days=12),
                unit=unit,
                first_day=self.today - timedelta(days=11),
                address=self.managers[unit.pk].email or "",
                by=self.malin,
                now=now,
            )
            self.send(now)

    def mentor_some(self, cohort: Cohort) -> None:
        """Two of the finished round had mentors, before the region had a pool of them."""
        first, last = self.days_of(cohort)[0].event.date, self.days_of(cohort)[-1].event.date
        begun = first + timedelta(days=7)
        with self.at(begun, 10) as now:
            mentors.begin(self.region, cohort, self.employed, by=self.malin, now=now, send=self.send)
        mentorships.run_earlier(cohort, since=begun, last=last, today=self.today, send=self.send)

    def share_seats(self, cohort: Cohort, placed: list[Someone], now: datetime) -> None:
        """The seats as the coordinator decided, with a reason wherever the rule proposed another number."""
        proposal = selection_rules.proposal(cohort)
        wanted = Counter(self.towns[someone.municipality].pk for someone in placed)
        given = {pk: wanted.get(pk, 0) for pk in proposal.given}
        reasons = {pk: "Efter samtal med kommunerna" for pk, number in given.items() if number != proposal.given[pk]}
        selection.confirm_selection(cohort=cohort, given=given, reasons=reasons, by=self.malin, now=now)

    def settle_venues(self, cohort: Cohort, now: datetime) -> None:
        """Each day's host has said where; in the round that runs, the next day's host has not confirmed yet."""
        upcoming = next((day.number for day in self.days_of(cohort) if day.event.date > self.today), 0)
        for day in self.days_of(cohort):
            host = day.event.host
            if host is None:
                continue
            venue, address = cast.VENUES[host.name_sv]  # type: ignore[attr-defined]  # modeltranslation adds it
            days.keep_venue(
                day=day,
                venue=venue,
                address=address,
                access_notes="Hörslinga, hiss och automatisk dörr.",
                arrival={"sv": "kaffe från 8.30", "fi": "kahvia klo 8.30 alkaen", "en": "coffee from 8.30am"},
                remote_link="",
                confirmed=day.number != upcoming,
                by=self.malin,
                now=now,
            )

    @staticmethod
    def days_of(cohort: Cohort) -> list[CourseDay]:
        """The days with their events and hosts, in order."""
        return list(
            cohort.days.select_related("event__host", "event__region", "cohort__programme__region").order_by("number")
        )

    def apply(self, cohort: Cohort, who: Someone, n: int, answer: str = "yes", *, employed: bool = False) -> Enrolment:
        """Someone applies, and her manager answers two days later; who is `employed` has begun before."""
        unit = self.units[who.municipality, who.unit]
        manager = self.managers[unit.pk]
        address = "chef.vikarie@annan.example" if answer == "stranger" else manager.email or ""
        on = (cohort.opens_on or self.today) + timedelta(days=1 + n)
        since = on.replace(day=1) - timedelta(days=30 + 37 * (n % 9))
        begun = conditions.begun(who.name, since)
        with self.at(min(on, self.today - timedelta(days=1)), 8 + n % 9) as now:
            if not employed:
                self.employed(who, now, since=since)
            enrolment = applications.apply(
                cohort=cohort,
                name=who.name,
                email=who.email or address_of(who.name, who.municipality),
                language=who.language,
                organisation=self.towns[who.municipality],
                unit=unit,
                manager_address=address,
                employed_since=since.replace(day=1),
                degree=f"Socionomexamen {begun.year - n % 3}",
                exercises_authority=True,
                replies=conditions.replies(self.asked, begun),
                by=None,
                now=now,
            )
            self.send(now)
        if answer:
            with self.at(min(on + timedelta(days=2), self.today), 7) as now:
                no = answer == "no"
                approvals.answer(
                    approval=enrolment.approvals.get(),
                    answer=Answer.NO if no else Answer.YES,
                    reason="Vi är för få på enheten i höst." if no else "",
                    way=AnswerWay.LINK,
                    name="Vikarierande chef" if answer == "stranger" else "",
                    by=None,
                    now=now,
                )
                self.send(now)
        return enrolment

    def answer_offers(self, rows: dict[str, Enrolment], declining: tuple[Someone, ...], now: datetime) -> None:
        """Everyone who was offered a place answers."""
        needs = {1: ("vegetariskt", ""), 4: ("", "plats nära dörren"), 7: ("utan gluten", ""), 12: ("veganskt", "")}
        no = {someone.name for someone in declining}
        for n, (name, enrolment) in enumerate(rows.items()):
            enrolment.refresh_from_db()
            if enrolment.programme_side != ProgrammeSide.OFFERED:
                continue
            if name in no:
                selection.decline(enrolment=enrolment, by=enrolment.person, now=now)
                continue
            diet, access = needs.get(n, ("", ""))
            selection.accept(enrolment=enrolment, diet=diet, access=access, by=enrolment.person, now=now)
        self.send(now)

    def mark(self, cohort: Cohort, rows: dict[str, Enrolment], who: tuple[tuple[Someone, str], ...]) -> None:
        """The attendance of the days that have been."""
        words = {"n": "present", "a": "excused", "f": "absent"}
        for day in self.days_of(cohort):
            if day.event.date > self.today:
                continue
            with self.at(day.event.date, 16) as now:
                there = {
                    row.person_id: row
                    for row in Registration.objects.standing().filter(event=day.event).select_related("event")
                }
                for someone, marks in who:
                    registration = there.get(rows[someone.name].person_id)
                    sign = marks[day.number - 1 : day.number]
                    if registration is None or sign in ("", "?"):
                        continue
                    hours = Decimal(sign) if sign.isdigit() else None
                    attendance.mark(
                        registration=registration, mark=words.get(sign, "present"), hours=hours, by=self.malin, now=now
                    )

    def evaluate(self, cohort: Cohort, number: int) -> None:
        """Those who were there on a day are asked how it was; what the finished round wrote has been read."""
        event = self.days_of(cohort)[number - 1].event
        if event.date >= self.today:
            return
        if number in (2, 8):
            with self.at(event.date - timedelta(days=3)) as now:
                evaluations.ask_more(event, by=self.malin, now=now)
        with self.at(event.date + timedelta(days=1)) as now:
            row = evaluations.open_form(event, now=now)
            self.send(now)
            if row is None:
                return
            evaluations.answer(row, share=0.8, now=now)
            evaluations.note_rates(now=now)
        if event.date + timedelta(days=6) <= self.today:
            with self.at(event.date + timedelta(days=6)) as now:
                self.send(now)
        if event.date + timedelta(days=11) <= self.today:
            with self.at(event.date + timedelta(days=11)) as now:
                evaluations.count(now=now)
                if number in (6, 8):
                    event.refresh_from_db()
                    evaluations.read_texts(event, by=self.malin, now=now)

    def name_lecturer_and_host(self, running: Cohort) -> None:
        """A lecturer has two days of the round that runs; the next of them has somebody who looks after the place."""
        named = ((3, "lecturer", cast.SIGN_INS["lecturer"]), (4, "lecturer", cast.SIGN_INS["lecturer"]))
        for number, function, who in (*named, (4, "host", cast.HOST)):
            with self.at(self.today - timedelta(days=30)) as now:
                name_person(
                    event=self.days_of(running)[number - 1].event,
                    function=function,
                    name=who.name,
                    email=who.email or address_of(who.name, who.municipality),
                    language=who.language,
                    by=self.malin,
                    now=now,
                )
                self.send(now)

    def hand_out(self, finished: Cohort, running: Cohort) -> None:
        """Material of a day of each round: the finished one's should have been looked at again by now."""
        for cohort, number, review_after in ((finished, 3, 90), (running, 3, 365), (running, 4, 365)):
            event = self.days_of(cohort)[number - 1].event
            with self.at(min(event.date, self.today) - timedelta(days=2)) as now:
                material.of_day(event, by=self.malin, now=now, review_after=review_after)

    def bind(self, finished: Cohort) -> None:
        """The finished round's course folder is made and released to its municipalities."""
        with self.at(self.today - timedelta(days=6)) as now:
            folders.of_round(finished, by=self.malin, now=now)
            self.send(now)

    # ---------- The ends ----------

    def supervise(self, programme: Programme) -> None:
        """A supervision group from the first round has met; another is being asked for a yes to its contract."""
        marjut = Person.objects.get(email=cast.SIGN_INS["supervisor"].email)
        with self.at(self.today - timedelta(days=85)) as now:
            first = supervision.form(programme, marjut, by=self.malin, now=now)
            self.send(now)
        with self.at(self.today - timedelta(days=80)) as now:
            supervision.agree(first, now=now)
        start = self.weekday(self.today - timedelta(days=supervision.AGO))
        with self.at(self.today - timedelta(days=75)) as now:
            first.refresh_from_db()
            supervision.book(first, start, now=now)
            self.send(now)
        for number, absent in enumerate((0, supervision.ABSENT)):
            day = start + timedelta(weeks=supervision.WEEKS * number)
            with self.at(day, 16) as now:
                supervision.hold(first, number, absent=absent, now=now)
        with self.at(self.today - timedelta(days=6)) as now:
            gunnel = self.person(cast.SECOND_SUPERVISOR, None, now)
            second = supervision.form(programme, gunnel, by=self.malin, now=now)
            self.send(now)
        with self.at(self.today - timedelta(days=4)) as now:
            supervision.agree(second, now=now, but=supervision.UNANSWERED)

    def finish(self, cohort: Cohort) -> None:
        """Certificates for those who have completed, and the decision to go on with changes."""
        last = self.days_of(cohort)[-1].event.date
        with self.at(last, 15) as now:
            closing.close(cohort, by=self.malin, now=now, send=self.send)
        with self.at(last + timedelta(days=1)) as now:
            events.hold_past_events(now=now)
            cohorts.move_on(now)
            cohort.refresh_from_db()
            certificates.issue_batch(cohort=cohort, by=self.malin, now=now)
            issue_roles(cohort=cohort, by=self.malin, now=now)
            outcomes.end_without(cohort=cohort, by=self.malin, now=now)
        with self.at(last + timedelta(days=14)) as now:
            evaluations.sum_up(cohort, by=self.malin, now=now)
            decisions.decide(
                cohort=cohort,
                outcome=Outcome.CHANGE,
                preliminary=False,
                why="Deltagarna blir tryggare i rollen och fler stannar. Dagarna efter lunch blev för tunga.",
                evidence=boards.EVIDENCE,
                look_again_on=self.today + timedelta(days=9),
                improvements=IMPROVEMENTS,
                by=self.malin,
                now=now,
            )
            boards.tell(cohort, by=self.malin, now=now)
            closing.answer(cohort, by=self.malin, now=now)
            self.send(now)

    def open_round(self, programme: Programme) -> None:
        """The round that takes applications now."""
        start = self.tuesday(self.today + timedelta(days=110))
        with self.at(self.today - timedelta(days=20)) as now:
            cohort = cohorts.make_next(
                programme=programme,
                start=self.weekday(start),
                days=len(RHYTHM),
                capacity=24,
                opens_on=self.today - timedelta(days=14),
                closes_on=self.today + timedelta(days=21),
                guaranteed=2,
                responsible=self.malin,
                by=self.malin,
                now=now,
            )
        with self.at(self.today - timedelta(days=14)) as now:
            self.asked = conditions.ask(programme, by=self.malin, now=now)
            cohort = cohorts.open_for_applications(cohort=cohort, by=self.malin, now=now)
        for n, (someone, answer) in enumerate(cast.OPEN):
            self.apply(cohort, someone, n, answer)
        with self.at(self.today - timedelta(days=1)) as now:
            conditions.rule(cohort, by=self.malin, now=now)
        self.new_staff(cohort)

    def new_staff(self, cohort: Cohort) -> None:
        """People who have begun lately; one manager has been asked about hers, and one of them has applied."""
        with self.at(self.today - timedelta(days=18)) as now:
            for someone, days_ago in cast.NEW:
                self.employed(someone, now, self.today - timedelta(days=days_ago))
        with self.at(self.today - timedelta(days=4)) as now:
            manager = next(row for row in self.managers.values() if row.name == cast.MANAGERS[cast.ASKED])
            ask_managers(
                cohort=cohort,
                choices=[f"{manager.pk}-0"],
                since=self.today - timedelta(days=90),
                by=self.malin,
                now=now,
            )
            self.send(now)
        self.apply(cohort, cast.NEW[0][0], len(cast.OPEN) - 1, employed=True)
