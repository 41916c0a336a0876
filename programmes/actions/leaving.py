"""Somebody leaves a round that has begun, or before it does."""

from datetime import datetime

from django.db import transaction

from events import actions as events
from people.models import Person
from programmes.actions import selection, sides
from programmes.letters import leaving as letters
from programmes.models import Enrolment
from programmes.rules.leaving import why_not_leave
from programmes.states import ProgrammeSide, Side


@transaction.atomic
def leave(*, enrolment: Enrolment, why: str, by: Person, now: datetime) -> Enrolment:
    """End a participation: the place is freed, the days to come are cancelled, and what was attended stays.

    Refused as `rules.leaving.why_not_leave` says. Until the last entry day the place goes to the next in line. The
    person gets a letter.
    """
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region", "cohort__places", "claim", "person")
        .get(pk=enrolment.pk)
    )
    if refusal := why_not_leave(enrolment, by=by):
        raise refusal
    change = sides.change(
        enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.WITHDRAWN, why=why.strip(), by=by, now=now
    )
    days = [day.event for day in enrolment.cohort.days.select_related("event")]
    events.unregister_from(events=days, person=enrolment.person, by=by, now=now)
    if enrolment.claim is not None:
        events.cancel_claim(claim=enrolment.claim, by=by, now=now)
    letters.left(enrolment, change, now=now)
    selection.offer_next(cohort=enrolment.cohort, now=now, by=by)
    return enrolment
