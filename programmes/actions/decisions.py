"""The decision to go on, change or stop."""

from datetime import date, datetime

from django.db import transaction

from audit.actions import record
from people.models import Person
from programmes.actions.improvements import follow
from programmes.models import Cohort, Decision
from programmes.rules.boards import why_not_look
from programmes.rules.decisions import why_not_decide
from programmes.states import CohortState


@transaction.atomic
def decide(
    *,
    cohort: Cohort,
    outcome: str,
    preliminary: bool,
    why: str,
    improvements: str,
    evidence: str = "",
    look_again_on: date | None = None,
    by: Person,
    now: datetime,
) -> Decision:
    """Record what is decided about a cohort, why, and what should be better next time.

    A preliminary decision can be changed and made final; a final one closes the cohort. The improvements follow into
    the next round's checklist, if it has been made. Refused before the cohort runs, a final one while it still does,
    and when the next look is not to come.
    """
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("programme__region").get(pk=cohort.pk)
    if refusal := why_not_decide(cohort, preliminary=preliminary, why=why):
        raise refusal
    if refusal := why_not_look(why, look_again_on, now=now, zone=cohort.programme.region.time_zone):
        raise refusal
    decision, _created = Decision.objects.update_or_create(
        cohort=cohort,
        defaults={
            "outcome": outcome,
            "preliminary": preliminary,
            "why": why.strip(),
            "evidence": evidence.strip(),
            "look_again_on": look_again_on,
            "improvements": improvements.strip(),
            "by": by,
            "at": now,
        },
    )
    if not preliminary:
        cohort.state = CohortState.DECIDED
        cohort.save(update_fields=["state"])
    follow(decision)
    record(
        "cohort.decided",
        by=by,
        about=cohort,
        scope=cohort.scope,
        now=now,
        outcome=outcome,
        preliminary=preliminary,
        look_again_on=look_again_on,
        words={"why": why.strip(), "evidence": evidence.strip(), "improvements": improvements.strip()},
    )
    return decision
