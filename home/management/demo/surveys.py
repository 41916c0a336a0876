"""The demonstration's surveys: one of last spring that has been counted, and one that is being prepared."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256

from answers import actions as answers
from answers.ballots import Answers, Form
from answers.models import Invitation
from competence.actions import surveys as actions
from competence.models import Competence, FrameworkVersion, Survey
from competence.states import RoleGroup
from people.actions import organisations, roles
from people.models import Organisation, Person, Region
from people.states import Role

LONG_AGO = date(2015, 1, 1)
# Units by municipality, and how many answer on a slip in each; those beyond the first two are made here.
ANSWERS = {
    "Eskilstuna": {"Barn och familj": 36, "Mottagning": 8, "Familjehem": 7, "Öppenvård": 12, "Ungdom": 3},
    "Nyköping": {"Barn och familj": 14, "Mottagning": 5, "Familjehem": 4, "Öppenvård": 8},
    "Katrineholm": {"Barn och familj": 12, "Mottagning": 6, "Familjehem": 2, "Öppenvård": 5, "Ungdom": 9},
}
FRAME = {
    "purpose_sv": "Vi vill veta vad vi kan tillsammans och vad vi behöver lära oss, så att utbildningen hamnar rätt.",
    "purpose_fi": "Haluamme tietää, mitä osaamme yhdessä ja mitä meidän pitää oppia, jotta koulutus osuu oikeaan.",
    "purpose_en": "We want to know what we can do together and what we need to learn, so that training fits.",
    "disposal_sv": "Svaren förstörs när de har räknats, enligt gallringsbeslut Dnr 2026/114.",
    "disposal_fi": "Vastaukset hävitetään, kun ne on laskettu, hävittämispäätöksen Dnr 2026/114 mukaan.",
    "disposal_en": "Answers are destroyed once they have been counted, by disposal decision Dnr 2026/114.",
}
TITLE = {"sv": "Vad kan vi, {}?", "fi": "Mitä osaamme, {}?", "en": "What can we do, {}?"}
STATEMENTS = (
    {
        "sv": "Jag hinner tänka efter innan jag beslutar.",
        "fi": "Ehdin harkita ennen kuin päätän.",
        "en": "I have time to think before I decide.",
    },
    {
        "sv": "Jag vet vem jag kan fråga när det är svårt.",
        "fi": "Tiedän, keneltä voin kysyä, kun on vaikeaa.",
        "en": "I know whom to ask when it is difficult.",
    },
    {
        "sv": "Vi lär av varandra i enheten.",
        "fi": "Opimme yksikössämme toisiltamme.",
        "en": "In our unit we learn from each other.",
    },
)
TEXTS = (
    {
        "sv": "Vad skulle hjälpa dig mest att lära nytt?",
        "fi": "Mikä auttaisi sinua eniten oppimaan uutta?",
        "en": "What would help you most to learn?",
    },
)
WORDS = (
    "Tid i kalendern som ingen bokar över.", "Att få gå bredvid någon som kan.", "Kortare kurser, men fler.",
    "Handledning i grupp även efter första året.", "Att chefen frågar vad vi behöver.", "Besök i andra kommuner.",
    "Någon att ringa när det gäller LVU.", "Ärendegenomgångar varje vecka.", "Mer om barn med funktionsnedsättning.",
    "Lugn och ro att läsa in sig.", "En mentor utanför den egna enheten.", "Att lära tillsammans med skolan.",
)  # fmt: skip


def units_of(
    towns: Mapping[str, Organisation], managers: Mapping[int, Person], *, by: Person, now: datetime
) -> list[tuple[Organisation, int]]:
    """The units that are asked, with how many answer on a slip; each new one has its municipality's manager."""
    found = []
    for town, sizes in ANSWERS.items():
        there = {unit.name: unit for unit in Organisation.objects.filter(parent=towns[town])}
        manager = next(managers[unit.pk] for unit in there.values() if unit.pk in managers)
        for name, size in sizes.items():
            if name not in there:
                there[name] = organisations.create_organisation(
                    name=name, kind="unit", country="SE", parent=towns[town], valid_from=LONG_AGO, by=by, now=now
                )
                roles.give_role(
                    person=manager, role=Role.MANAGER, organisation=there[name], valid_from=LONG_AGO, by=by, now=now
                )
            found.append((there[name], size))
    return found


def prepare(
    region: Region,
    version: FrameworkVersion,
    units: list[tuple[Organisation, int]],
    *,
    opens_on: date,
    earlier: Survey | None = None,
    by: Person,
    now: datetime,
) -> Survey:
    """A draft with everything in it but the try-out."""
    title = {code: words.format(opens_on.year) for code, words in TITLE.items()}
    survey = actions.begin(region=region, title=title, by=by, now=now)
    facts = {
        **FRAME,
        "opens_on": opens_on,
        "closes_on": opens_on + timedelta(days=21),
        "reminders": [10],
        "earlier": earlier,
    }
    survey = actions.set_frame(survey=survey, facts=facts, revision=survey.revision, by=by, now=now)
    competences = Competence.objects.filter(area__version=version)
    levels = ("4.0", "3.8", "3.5", "4.2")
    targets = {str(one.pk): levels[n % len(levels)] for n, one in enumerate(competences) if n % 5}
    survey = actions.set_questions(
        survey=survey,
        parts=[actions.PartFacts(version.pk, common=True, targets=targets)],
        statements=STATEMENTS,
        texts=TEXTS,
        asks_need=False,
        asks_wish=True,
        revision=survey.revision,
        by=by,
        now=now,
    )
    rows = [actions.UnitFacts(unit.pk, extra_slips=size + (size + 4) // 5) for unit, size in units]
    return actions.set_units(survey=survey, units=rows, revision=survey.revision, by=by, now=now)


def answer(survey: Survey, units: list[tuple[Organisation, int]], *, now: datetime) -> int:
    """Slips that were drawn and some of those who got a letter answer; how many."""
    box = survey.box
    if box is None:
        return 0
    codes = [
        code
        for unit, size in units
        for code in answers.slip_codes(box=box, unit=str(unit.pk), role=RoleGroup.WORKERS)[:size]
    ]
    people = Invitation.objects.filter(box=box).order_by("pk").values_list("person_id", flat=True)
    codes += [answers.link_for(box=box, person_id=pk) for pk in people if pk % 3]
    asked = [question["key"] for page in box.questions["pages"] for question in page["questions"]]
    levels = {key: 2.4 + 1.9 * _chance(key) for key in asked}
    for number, code in enumerate(codes):
        ticket = answers.open_ticket(code=code, now=now)
        said = _said(ticket.form, levels, number)
        answers.cast(ticket=ticket, answers=said, now=now)
    return len(codes)


def _chance(*facts: object) -> float:
    """A number from 0 to 1 that is the same in every demonstration."""
    return int.from_bytes(sha256(repr(facts).encode()).digest()[:4]) / 2**32


def _said(form: Form, levels: Mapping[str, float], number: int) -> Answers:
    said: Answers = {}
    for question in form.kept:
        if question.kind == "text":
            if number % 4 == 0:
                said[question.key] = WORDS[number // 4 % len(WORDS)]
        elif _chance(number, question.key, "left out") < 0.04:
            said[question.key] = 0
        else:
            apart = sum(_chance(number, question.key, turn) for turn in range(3)) - 1.5
            said[question.key] = min(5, max(1, round(levels[question.key] + 1.7 * apart)))
    return said


def close(survey: Survey, *, by: Person, now: datetime) -> None:
    """The time is over: the coordinator confirms the plan, and the answers are counted."""
    actions.confirm(survey=survey, digest=actions.plan_of(survey).digest(), by=by, now=now)
    answers.count_due(now=now)
