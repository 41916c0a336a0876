"""The demonstration's events: the seminar that one can register on, a meeting that is announced, and a draft."""

from datetime import date, datetime, time, timedelta

from base import clock
from base.dates import read_clock
from events import actions as days
from events.actions import publishing as actions
from events.actions.publishing import Line
from events.models import Event
from events.states import AgendaKind, Audience, EventKind, QuestionKind, Way
from people.models import Organisation, Person, Region

SEMINAR = {
    "title": {
        "sv": "Stanna och växa: så behåller vi nya socialsekreterare",
        "fi": "Pysy ja kasva: näin uudet sosiaalityöntekijät viihtyvät työssä",
        "en": "Stay and grow: how we keep new social workers",
    },
    "summary": {
        "sv": "Tre kommuner berättar vad som fick nya kollegor att stanna, och forskare visar vad som fungerar.",
        "fi": "Kolme kuntaa kertoo, mikä sai uudet kollegat jäämään, ja tutkijat näyttävät, mikä toimii.",
        "en": "Three municipalities tell what made new colleagues stay, and researchers show what works.",
    },
    "for_whom": {
        "sv": "För chefer, förtroendevalda och socialsekreterare",
        "fi": "Esihenkilöille, luottamushenkilöille ja sosiaalityöntekijöille",
        "en": "For managers, elected representatives and social workers",
    },
    "good_to_know": {
        "sv": "Hörslinga, skrivtolk och hiss finns. Annat skriver du under Anpassning på plats.\n"
        "Tio minuter till fots från stationen.\n"
        "Lunch och kaffe ingår. Du anger specialkost när du anmäler dig.\n"
        "Sändningen textas. Inspelningen finns kvar i 30 dagar.",
        "fi": "Paikalla on induktiosilmukka, kirjoitustulkki ja hissi. Muista tarpeista voit kertoa kohdassa "
        "Tuen tarve paikalla.\n"
        "Asemalta on kymmenen minuutin kävelymatka.\n"
        "Lounas ja kahvi sisältyvät. Erityisruokavaliosta kerrot ilmoittautuessasi.\n"
        "Lähetys tekstitetään. Tallenne on katsottavissa 30 päivää.",
        "en": "There is a hearing loop, a speech-to-text interpreter and a lift. Tell us of anything else under Access "
        "needs.\n"
        "Ten minutes on foot from the station.\n"
        "Lunch and coffee are included. You tell us about food when you register.\n"
        "The broadcast has captions. The recording can be watched for 30 days.",
    },
    "cost": {
        "sv": "Det kostar inget att delta.",
        "fi": "Osallistuminen on maksutonta.",
        "en": "It costs nothing to take part.",
    },
    "arrival": {
        "sv": "Kaffe från kl. 9.00 i foajén",
        "fi": "Kahvia aulassa klo 9.00 alkaen",
        "en": "Coffee in the foyer from 9am",
    },
}
# Starts, kind, title, text, speakers; the words in Swedish, Finnish and English.
PROGRAMME: list[tuple[str, str, tuple[str, str, str], tuple[str, str, str], str]] = [
    ("9.30", "discussion", ("Välkomna", "Tervetuloa", "Welcome"), ("", "", ""), "Ingela Frostell"),
    (
        "9.45",
        "lecture",
        ("Vad gör att nya stannar?", "Mikä saa uudet jäämään?", "What makes newcomers stay?"),
        (
            "Resultat från tio års yrkesintroduktion i länet.",
            "Tuloksia kymmenen vuoden perehdytyksestä läänissä.",
            "Results of ten years of induction in the county.",
        ),
        "Harri Koskenkorva",
    ),
    ("11.00", "break", ("Paus", "Tauko", "Break"), ("", "", ""), ""),
    (
        "11.20",
        "discussion",
        ("Tre kommuner, ett program", "Kolme kuntaa, yksi ohjelma", "Three municipalities, one programme"),
        (
            "Samtal om delat värdskap, mentorer och tid att lära. Nyköping, Flen och Strängnäs.",
            "Keskustelu yhteisestä isännöinnistä, mentoreista ja ajasta oppia. Nyköping, Flen ja Strängnäs.",
            "A conversation about hosting in turn, mentors and time to learn. Nyköping, Flen and Strängnäs.",
        ),
        "",
    ),
    ("12.15", "break", ("Lunch, ingår", "Lounas, sisältyy", "Lunch, included"), ("", "", ""), ""),
    (
        "13.15",
        "workshop",
        ("Välj ett arbetspass", "Valitse työpaja", "Choose a workshop"),
        (
            "Mentorskap som håller. Gruppsamtal om kompetens. Handledning det första året.",
            "Kestävä mentorointi. Ryhmäkeskustelu osaamisesta. Työnohjaus ensimmäisenä vuonna.",
            "Mentoring that lasts. Group discussions about competence. Supervision in the first year.",
        ),
        "",
    ),
    ("15.00", "discussion", ("Vad tar vi med hem?", "Mitä viemme kotiin?", "What do we take home?"), ("", "", ""), ""),
]
CODES = ("sv", "fi", "en")


def seminar_day(today: date) -> date:
    """The next 12 November with time to register before it; the Friday before when it is a weekend."""
    day = date(today.year, 11, 12)
    if day < today + timedelta(days=70):
        day = date(today.year + 1, 11, 12)
    return day - timedelta(days=max(0, day.weekday() - 4))


def tell(region: Region, towns: dict[str, Organisation], *, by: Person, now: datetime) -> Event:
    """A seminar with both ways to take part, a meeting whose date is to be saved, a draft of a workshop."""
    today = now.date()
    event = _seminar(region, towns.get("Katrineholm"), seminar_day(today), by=by, now=now)
    _meeting(region, towns.get("Nyköping"), _weekday(today + timedelta(days=150)), by=by, now=now)
    _draft(region, towns.get("Eskilstuna"), _weekday(today + timedelta(days=64)), by=by, now=now)
    return event


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 3))


def _by_language(words: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(CODES, words, strict=True))


def _flat(words: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"{name}_{code}": text for name, texts in words.items() for code, text in texts.items()}


def _seminar(region: Region, host: Organisation | None, day: date, *, by: Person, now: datetime) -> Event:
    event = actions.draft_event(
        region=region,
        kind=EventKind.SEMINAR,
        title=SEMINAR["title"],
        date=day,
        start_time=time(9, 30),
        end_time=time(15, 30),
        host=host,
        audience=Audience.PUBLIC,
        by=by,
        now=now,
    )
    actions.describe_event(event=event, words=_flat(SEMINAR), by=by, now=now)
    days.change_practicalities(
        event=event,
        venue="Stadshuset, Katrineholm",
        address="Gröna Kulle 1",
        remote_link="https://sandning.example/stanna-och-vaxa",
        venue_confirmed=True,
        by=by,
        now=now,
    )
    actions.arrange_event(
        event=event,
        contact=by,
        closes_at=clock.wall(date(day.year, 9, 30), time(23, 59), event.zone),
        asks_diet=True,
        asks_access=True,
        by=by,
        now=now,
    )
    actions.set_agenda(
        event=event,
        lines=[
            Line(
                starts=read_clock(starts),
                kind=AgendaKind(kind),
                title=_by_language(title),
                text=_by_language(text),
                speakers=speakers,
            )
            for starts, kind, title, text, speakers in PROGRAMME
        ],
        by=by,
        now=now,
    )
    actions.add_way(event=event, way=Way.ON_SITE, capacity=120, by=by, now=now)
    actions.add_way(event=event, way=Way.REMOTE, capacity=None, by=by, now=now)
    actions.ask(
        event=event,
        kind=QuestionKind.ONE,
        label={
            "sv": "Vilket arbetspass väljer du?",
            "fi": "Minkä työpajan valitset?",
            "en": "Which workshop do you choose?",
        },
        purpose={
            "sv": "Vi behöver veta hur stora rum vi bokar.",
            "fi": "Näin tiedämme, kuinka suuret huoneet varaamme.",
            "en": "We need to know how large rooms to book.",
        },
        choices={
            "sv": "Mentorskap som håller\nGruppsamtal om kompetens\nHandledning det första året",
            "fi": "Kestävä mentorointi\nRyhmäkeskustelu osaamisesta\nTyönohjaus ensimmäisenä vuonna",
            "en": "Mentoring that lasts\nGroup discussions about competence\nSupervision in the first year",
        },
        erase_on=day + timedelta(days=30),
        by=by,
        now=now,
    )
    return actions.publish(event=event, by=by, now=now)


def _meeting(region: Region, host: Organisation | None, day: date, *, by: Person, now: datetime) -> Event:
    event = actions.draft_event(
        region=region,
        kind=EventKind.MEETING,
        title={"sv": "Mötesdag för mentorer", "fi": "Mentorien tapaamispäivä", "en": "A day for mentors to meet"},
        date=day,
        start_time=time(13),
        end_time=time(16),
        host=host,
        audience=Audience.PUBLIC,
        by=by,
        now=now,
    )
    words = {
        "summary": {
            "sv": "Nya och erfarna mentorer delar med sig av hur de gör.",
            "fi": "Uudet ja kokeneet mentorit kertovat, miten he toimivat.",
            "en": "New and experienced mentors share how they do it.",
        }
    }
    actions.describe_event(event=event, words=_flat(words), by=by, now=now)
    event = actions.announce_event(event=event, by=by, now=now)
    actions.note_interest(event=event, address="anna.kvist@grannkommun.example", language="sv", now=now)
    return event


def _draft(region: Region, host: Organisation | None, day: date, *, by: Person, now: datetime) -> Event:
    return actions.draft_event(
        region=region,
        kind=EventKind.WORKSHOP,
        title={
            "sv": "Verkstad: handledning i grupp",
            "fi": "Työpaja: ryhmätyönohjaus",
            "en": "Workshop: supervision in groups",
        },
        date=day,
        start_time=time(9),
        end_time=time(12),
        host=host,
        audience=Audience.REGION,
        by=by,
        now=now,
    )
