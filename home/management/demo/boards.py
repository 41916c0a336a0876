"""What the demonstration's rounds taught: pairs of what was said and changed, a released page, checklists."""

from datetime import date, datetime, timedelta

from people.models import Person
from programmes.actions import boards, decisions, improvements
from programmes.models import Cohort
from programmes.states import ImprovementState, Outcome, Shown

EVIDENCE = (
    "Utvärderingen av dagarna, samtal med enhetscheferna i juni och närvaron: de flesta var med alla dagar, "
    "och eftermiddagarna fick lägst betyg."
)
SAID = (
    (
        {
            "said_sv": "Eftermiddagarna blev för tunga.",
            "said_fi": "Iltapäivät olivat liian raskaita.",
            "said_en": "The afternoons were too heavy.",
            "changed_sv": "Efter lunch arbetar vi i smågrupper med egna fall.",
            "changed_fi": "Lounaan jälkeen työskentelemme pienryhmissä omien tapausten parissa.",
            "changed_en": "After lunch we work in small groups with our own cases.",
        },
        Shown.PUBLIC,
    ),
    (
        {
            "said_sv": "Vi ville få fallet tidigare, så att vi hann läsa det.",
            "said_fi": "Toivoimme saavamme tapauksen aiemmin, jotta ehtisimme lukea sen.",
            "said_en": "We wanted the case earlier, so that there was time to read it.",
            "changed_sv": "Fallet skickas två veckor före dagen.",
            "changed_fi": "Tapaus lähetetään kaksi viikkoa ennen päivää.",
            "changed_en": "The case is sent two weeks before the day.",
        },
        Shown.INSIDE,
    ),
)


def tell(cohort: Cohort, *, by: Person, now: datetime) -> None:
    """What participants of a round said and what was changed; the directors may read its page."""
    for words, shown in SAID:
        boards.keep_said(cohort=cohort, said=None, words=words, shown=shown, by=by, now=now)
    boards.release(cohort=cohort, by=by, now=now)


def decide_early(cohort: Cohort, *, look_again_on: date, by: Person, now: datetime) -> None:
    """A round that still runs shows already what the next one should do better."""
    decisions.decide(
        cohort=cohort,
        outcome=Outcome.CHANGE,
        preliminary=True,
        why="Omgången fungerar, men de som börjar sent kommer inte med i gruppen.",
        evidence="Närvaron de första dagarna och det som sades på dag 3.",
        improvements="Ring var och en som får plats sent\nBjud in mentorerna till dag 1",
        look_again_on=look_again_on,
        by=by,
        now=now,
    )


def settle(cohort: Cohort, *, by: Person, now: datetime) -> None:
    """Of a checklist the first is done, and the second given up for a reason; the rest is open."""
    settled = ((ImprovementState.DONE, ""), (ImprovementState.NOT_DONE, "Skolan hade ingen att skicka i vår."))
    for row, (state, reason) in zip(cohort.improvements.all(), settled, strict=False):
        improvements.settle(
            improvement=row, state=state, reason=reason, owner=by, due=now.date() + timedelta(days=14), by=by, now=now
        )
