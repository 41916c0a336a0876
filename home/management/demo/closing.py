"""Tasks between the days of the round that runs, and how the finished round closed: needs, proposals, answers."""

from collections.abc import Callable
from datetime import datetime, timedelta

from people.models import Person
from programmes.actions import closing, group_tasks, proposals, support
from programmes.models import Closing, Cohort, Enrolment, GroupTask, TaskGroup
from programmes.rules import closing as rules
from programmes.rules.proposals import directors_of

ASK = (
    "Läs fallet om familjen Ask och svara tillsammans på tre frågor:\n\n"
    "- Vad behöver barnet veta i dag?\n"
    "- Vilka uppgifter saknas i utredningen?\n"
    "- Vem i er kommun skulle ni ringa först?\n\n"
    "En sida räcker. Skriv inga namn på klienter."
)
MAP = "Rita en karta över dem som ni samverkar med i er kommun, och skriv en rad om var och en."
ANSWERS = (
    (
        "Barnet behöver få veta vad som händer i veckan, och vem som hämtar.\n\n"
        "Vi saknar skolans bild och vad barnet självt har sagt. Först skulle vi ringa **förskolans rektor**."
    ),
    "Vi hade olika ordning i våra kommuner, och det lärde oss mest. Alla ringer skolan, men ingen hade ett nummer.",
)
DRAFT = "Vad behöver barnet veta i dag?\n\n- att hon får bo kvar hos mormor över helgen\n- att vi kommer igen på tisdag"
MINE = (
    ("supervision", "Handledning även sedan kursen är slut, gärna i grupp med andra nya.", "kommunen"),
    ("introduction", "Någon som visar hur vi gör med placeringar. Det har jag fått fråga mig fram om.", "min chef"),
)
NEEDS = ("supervision", "supervision", "colleagues", "training", "supervision", "mentor", "colleagues")
WORDS = {
    "supervision": "Handledning varannan vecka det andra året också.",
    "colleagues": "En timme i månaden med de andra från omgången.",
    "training": "Mer om LVU, med övningar.",
    "mentor": "Att få ha kvar mentorn ett halvår till.",
}
PROPOSALS = (
    "Var och en som börjar får en introduktionsplan första dagen, med namn på den som svarar på frågor.",
    "Yrkeshandledning i grupp också det andra året.",
    "Ett gemensamt nätverk för nya i de mindre kommunerna.",
)
REPLIES = (
    ("will_do", "Introduktionsplanen är beslutad och gäller från årsskiftet. Handledningen ligger i budgeten."),
    ("will_think", "Vi tar upp nätverket med de andra kommunerna i vår."),
    ("not_now", ""),
    ("will_do", ""),
)


def set_tasks(cohort: Cohort, reader: Person | None, *, by: Person, now: datetime) -> None:
    """One task that is handed in and shown, and one for the next day, which the reader's group has begun."""
    days = {day.number: day for day in cohort.days.select_related("event")}
    earlier = group_tasks.set_task(
        cohort=cohort,
        day=days[3],
        title="Karta över samverkan",
        instruction=MAP,
        due=now.date() + timedelta(days=1),
        most=4,
        by=by,
        now=now,
    )
    for group, text in zip(earlier.groups.all(), ANSWERS, strict=False):
        _write(group, text, now=now, hand_in=True)
    group_tasks.show(task=earlier, shown=True, by=by, now=now)
    task = group_tasks.set_task(
        cohort=cohort,
        day=days[4],
        title="Fallet Ask",
        instruction=ASK,
        due=days[4].event.date - timedelta(days=3),
        most=4,
        by=by,
        now=now,
    )
    _begin(task, reader, now)


def _begin(task: GroupTask, reader: Person | None, now: datetime) -> None:
    for group in task.groups.all():
        if group.members.filter(enrolment__person=reader).exists():
            _write(group, DRAFT, now=now, but=reader)
        elif group.number == 2:
            _write(group, ANSWERS[0], now=now, hand_in=True)


def _write(group: TaskGroup, text: str, *, now: datetime, hand_in: bool = False, but: Person | None = None) -> None:
    people = [row.enrolment.person for row in group.members.select_related("enrolment__person")]
    who = next(person for person in people if person != but)
    group_tasks.save(group=group, text=text, version=0, hand_in=hand_in, by=who, now=now)


def prepare(cohort: Cohort, reader: Person | None, *, by: Person, now: datetime) -> None:
    """The last day closes the round that runs, and its reader has begun the list of what she needs."""
    choose(cohort, by=by, now=now)
    mine = cohort.enrolments.taking_part().filter(person=reader).first()
    if mine is not None:
        for kind, text, from_whom in MINE:
            support.add(enrolment=mine, kind=kind, text=text, from_whom=from_whom, by=mine.person, now=now)


def choose(cohort: Cohort, *, by: Person, now: datetime) -> Closing | None:
    """The last day closes the round."""
    day = rules.last_day(cohort)
    return closing.choose_day(cohort=cohort, day=day, by=by, now=now) if day else None


def close(cohort: Cohort, *, by: Person, now: datetime, send: Callable[[datetime], None]) -> None:
    """On the closing day of the round that is over needs were listed, and proposals agreed and sent."""
    row = choose(cohort, by=by, now=now)
    if row is None:
        return
    people: list[Enrolment] = list(cohort.enrolments.taking_part().select_related("person").order_by("pk"))
    for n, mine in enumerate(people[:-1]):
        kind = NEEDS[n % len(NEEDS)]
        facts = {"kind": kind, "text": WORDS[kind], "from_whom": ""}
        support.add(enrolment=mine, by=mine.person, now=now, **facts)
    for words in PROPOSALS:
        proposals.write(closing=row, words=words, by=people[0].person, now=now)
    proposals.agree(closing=row, agreed=True, by=by, now=now)
    proposals.send(closing=row, by=by, now=now)
    send(now)


def answer(cohort: Cohort, *, by: Person, now: datetime) -> None:
    """Some of the directors have answered, and the needs are counted."""
    row = Closing.objects.get(cohort=cohort)
    support.count(closing=row, by=by, now=now)
    rows = list(row.answers.select_related("organisation").order_by("organisation__name"))
    directors = directors_of([one.organisation for one in rows], now.date())
    for one, (reply, words) in zip(rows, REPLIES, strict=False):
        for director in directors[one.organisation_id][:1]:
            proposals.answer(row=one, answer=reply, words=words, way="link", by=director, now=now)
