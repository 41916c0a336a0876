"""Mentors of the region, and those of the round that runs: most have one, one is asked, three have none yet.

Two of the round before had one as well, before the others came into the pool.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from people.models import Person, Region
from programmes.actions import mentoring as actions
from programmes.actions.cohorts import change_programme
from programmes.models import Cohort, Mentor, Mentorship
from programmes.rules import mentoring as rules
from programmes.states import PairState, ReplyWay

from .people import SIGN_INS, Someone

FIRST = "Förste socialsekreterare"
# Who, how many mentees, in which languages, and on which themes of the programme (by their number).
MENTORS: tuple[tuple[Someone, int, tuple[str, ...], tuple[int, ...]], ...] = (
    (SIGN_INS["mentor"], 3, ("sv", "fi"), (0, 1, 6)),
    (Someone("Anneli Brodin", "Eskilstuna", title=FIRST), 3, ("sv",), (3, 5)),
    (Someone("Petter Lundvall", "Eskilstuna", 1), 2, ("sv", "en"), (0, 4)),
    (Someone("Raija Koskinen", "Eskilstuna", 1, language="fi"), 2, ("sv", "fi"), (2, 6)),
    (Someone("Stellan Grip", "Nyköping", title=FIRST), 3, ("sv", "en"), (1, 3)),
    (Someone("Ulla-Britt Sandin", "Nyköping"), 2, ("sv",), (2, 5, 6)),
    (Someone("Vendela Rask", "Strängnäs", title=FIRST), 3, ("sv",), (0, 6)),
    (Someone("Yngve Falk", "Flen"), 2, ("sv",), (4,)),
    (Someone("Ingrid Modée", "Oxelösund"), 1, ("sv",), (5,)),
    (Someone("Kalle Sjödahl", "Vingåker"), 2, ("sv",), (3,)),
    (Someone("Lillemor Ek", "Gnesta"), 1, ("sv",), (2,)),
    (Someone("Torsten Alm", "Trosa"), 2, ("sv",), (1,)),
)
ABOUT = "Arton år i barn- och ungdomsvården. Lyssnar hellre än jag talar."
# Those who have no mentor yet, and the one whose mentor is asked just now.
WITHOUT = ("Ronja Almlöf", "Edvin Kronqvist", "Amir Sayadi")
ASKED = "Ellen Bäckvall"
# Who of the round before had which of the first mentors.
EARLIER = {"Hanna Järvelin": 0, "Agnes Holmertz": 1}
PIONEERS = MENTORS[: len(EARLIER)]


def gather(
    region: Region,
    cohort: Cohort,
    employed: Callable[..., Person],
    *,
    some: Sequence[tuple[Someone, int, tuple[str, ...], tuple[int, ...]]] = MENTORS[len(EARLIER) :],
    by: Person,
    now: datetime,
) -> dict[str, Mentor]:
    """The programme has local mentors, and the region has a pool of them; each has said what she offers."""
    programme = cohort.programme
    change_programme(
        programme=programme,
        words={},
        published=programme.published,
        first_come=programme.first_come,
        funder=programme.funder,
        mentoring={"mentor_kind": "local"},
        by=by,
        now=now,
    )
    themes, found = rules.themes_of(programme), {}
    for who, cap, languages, numbers in some:
        known = Person.objects.filter(email=who.email).first() if who.email else None
        person = known or employed(who, now)
        mentor = found[who.name] = actions.add_mentor(region=region, email=person.email or "", by=by, now=now)
        facts: dict[str, Any] = {"about": ABOUT} if known else {}
        actions.change_offer(
            mentor=mentor,
            cap=cap,
            languages=languages,
            themes=[themes[n] for n in numbers if n < len(themes)],
            by=person,
            now=now,
            **facts,
        )
    return found


def begin(
    region: Region,
    cohort: Cohort,
    employed: Callable[..., Person],
    *,
    by: Person,
    now: datetime,
    send: Callable[[datetime], None],
) -> None:
    """The first two mentors, each with somebody of the round that is over now."""
    found = list(gather(region, cohort, employed, some=PIONEERS, by=by, now=now).values())
    rows = cohort.enrolments.filter(person__name__in=EARLIER).select_related("person")
    chosen = {row.pk: found[EARLIER[row.person.name]].pk for row in rows}
    pair(cohort, chosen=chosen, by=by, now=now, send=send)


def pair(
    cohort: Cohort,
    *,
    chosen: Mapping[int, int] | None = None,
    by: Person,
    now: datetime,
    send: Callable[[datetime], None],
) -> None:
    """Everybody but four gets the mentor who is proposed, and these say yes, mostly by the link; or those `chosen`."""
    if chosen is None:
        chosen = _proposed(cohort, but=(*WITHOUT, ASKED), now=now)
    actions.propose(cohort=cohort, choices=chosen, by=by, now=now)
    send(now)
    later = now + timedelta(minutes=30)
    actions.keep_proposals(later)
    asked = Mentorship.objects.run_by(by).filter(enrolment__cohort=cohort, state=PairState.PROPOSED)
    for n, row in enumerate(asked.select_related("mentor__person").order_by("pk")):
        way = ReplyWay.COORDINATOR if n % 5 == 4 else ReplyWay.LINK
        actions.answer(pair=row, yes=True, way=way, by=row.mentor.person, now=later)
    send(later)


def ask(cohort: Cohort, *, by: Person, now: datetime, send: Callable[[datetime], None]) -> None:
    """One more is asked, and has not answered yet."""
    chosen = _proposed(cohort, but=WITHOUT, now=now)
    actions.propose(cohort=cohort, choices=chosen, by=by, now=now)
    send(now)
    actions.keep_proposals(now + timedelta(minutes=30))


def _proposed(cohort: Cohort, *, but: tuple[str, ...], now: datetime) -> dict[int, int]:
    """The mentors that Helmi proposes for these participants."""
    region = cohort.programme.region
    waiting = [row for row in rules.without_mentor(cohort.enrolments.all()) if row.person.name not in but]
    pool: list[Mentor] = rules.pool(region, day=now.date())
    facts = rules.facts_of(pool, waiting, region, day=now.date())
    return rules.proposal(rules.options(waiting, pool, facts))
