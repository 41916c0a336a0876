"""The decision to go on, change or stop."""

from datetime import datetime

from django.db import transaction

from audit.actions import record
from people.models import Person
from programmes.models import Cohort, Decision
from programmes.rules.decisions import why_not_decide
from programmes.states import CohortState


@transaction.atomic
def decide(
    *, cohort: Cohort, outcome: str, preliminary: bool, why: str, improvements: str, by: Person, now: datetime
) -> Decision:
    """Record what is decided about a cohort, why, and what should be better next time.

    A preliminary decision can be changed and made final; a final one closes the cohort. Refused before it runs, and a
    final one while it still does.
    """
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("programme").get(pk=cohort.pk)
    if refusal := why_not_decide(cohort, preliminary=preliminary, why=why):
        raise refusal
    decision, _created = Decision.objects.update_or_create(
        cohort=cohort,
        defaults={
            "outcome": outcome,
            "preliminary": preliminary,
            "why": why.strip(),
            "improvements": improvements.strip(),
            "by": by,
            "at": now,
        },
    )
    if not preliminary:
        cohort.state = CohortState.DECIDED
        cohort.save(update_fields=["state"])
    record(
        "cohort.decided",
        by=by,
        about=cohort,
        scope=cohort.scope,
        now=now,
        outcome=outcome,
        preliminary=preliminary,
        words={"why": why.strip(), "improvements": improvements.strip()},
    )
    return decision
