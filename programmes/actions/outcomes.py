"""How a round ended for those who have not come through."""

from datetime import datetime

from django.db import transaction

from people.models import Person
from programmes.actions import sides
from programmes.actions.certificates import locked
from programmes.models import Cohort, Enrolment
from programmes.rules import outcomes as rules
from programmes.rules.attendance import rows
from programmes.states import ProgrammeSide, Side


@transaction.atomic
def end_without(*, cohort: Cohort, by: Person, now: datetime) -> list[Enrolment]:
    """Write down of everybody who has not come through that the round is over without; they stay in their group.

    Refused when there is nobody such. Who makes up a day later gets the certificate like others.
    """
    cohort = locked(cohort.pk)
    found = [row.enrolment for row in rules.without_end(rows(cohort, now=now))]
    if not found:
        raise rules.NobodyEnded()
    for enrolment in found:
        enrolment.cohort = cohort
        sides.change(enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.NOT_COMPLETED, by=by, now=now)
    return found


@transaction.atomic
def go_on(*, enrolment: Enrolment, by: Person, now: datetime) -> Enrolment:
    """Take back that somebody has not completed: she is taking part again. Refused when nothing says so any more."""
    locked(enrolment.cohort_id)
    enrolment = Enrolment.objects.select_related("cohort__programme__region").get(pk=enrolment.pk)
    if enrolment.programme_side != ProgrammeSide.NOT_COMPLETED:
        raise sides.DoesNotFollow()
    sides.change(enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.ENROLLED, by=by, now=now)
    return enrolment
