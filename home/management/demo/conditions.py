"""What the programme asks of those who apply to the open round, what they answer, and where Malin decided otherwise."""

from collections.abc import Sequence
from datetime import date, datetime

from people.models import Person
from programmes.actions import conditions as actions
from programmes.models import Cohort, Condition, Programme
from programmes.rules.conditions import Reply, asks_months
from programmes.states import Fact, Flag

MOST_MONTHS = 24
DEGREE = {
    "words_sv": "Du har socionomexamen eller motsvarande.",
    "words_fi": "Sinulla on sosiaalityön tutkinto tai vastaava.",
    "words_en": "You have a degree in social work or equal.",
    "question_sv": "Har du socionomexamen eller motsvarande?",
    "question_fi": "Onko sinulla sosiaalityön tutkinto tai vastaava?",
    "question_en": "Do you have a degree in social work or equal?",
    "reason_sv": "Utbildningen är för den som har socionomexamen eller motsvarande.",
    "reason_fi": "Koulutus on niille, joilla on sosiaalityön tutkinto tai vastaava.",
    "reason_en": "The programme is for those with a degree in social work or equal.",
}
MONTHS = {
    "words_sv": "Du har arbetat högst två år i yrket.",
    "words_fi": "Olet työskennellyt ammatissa enintään kaksi vuotta.",
    "words_en": "You have worked at most two years in the profession.",
    "question_sv": "Sedan när arbetar du i yrket?",
    "question_fi": "Mistä lähtien olet työskennellyt ammatissa?",
    "question_en": "Since when have you worked in the profession?",
    "reason_sv": "Utbildningen är för den som har arbetat högst två år i yrket.",
    "reason_fi": "Koulutus on niille, jotka ovat työskennelleet ammatissa enintään kaksi vuotta.",
    "reason_en": "The programme is for those who have worked at most two years in the profession.",
}
# Who has worked longer than that, since how many years before, and why she comes along all the same.
LONGER, YEARS = "Örjan Fält", 3
WHY = "Var föräldraledig i arton månader, så det är knappt två år i yrket. Avstämt med chefen."


def ask(programme: Programme, *, by: Person, now: datetime) -> list[Condition]:
    """Two conditions that decide who may attend."""
    asked: tuple[tuple[Fact, int | None, dict[str, str]], ...] = (
        (Fact.DEGREE, None, DEGREE),
        (Fact.MONTHS_MOST, MOST_MONTHS, MONTHS),
    )
    return [
        actions.add_condition(
            programme=programme, fact=fact, decides=Flag.MAY_ATTEND, months=months, words=words, by=by, now=now
        )
        for fact, months, words in asked
    ]


def begun(name: str, since: date) -> date:
    """The month in which somebody who has worked in her unit since then began in the profession."""
    first = since.replace(day=1)
    return first.replace(year=first.year - YEARS) if name == LONGER else first


def replies(asked: Sequence[Condition], begun: date) -> dict[int, Reply]:
    """What somebody who began in the profession then answers."""
    return {row.pk: Reply(since=begun) if asks_months(row) else Reply(yes=True) for row in asked}


def rule(cohort: Cohort, *, by: Person, now: datetime) -> None:
    """One of those who applied may attend all the same."""
    row = cohort.enrolments.get(person__name=LONGER)
    actions.set_flags(
        enrolment=row,
        may_attend=True,
        may_attend_reason=WHY,
        counts_for_funder=row.counts_for_funder,
        counts_reason=row.counts_reason,
        by=by,
        now=now,
    )
