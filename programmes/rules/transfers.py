"""To which later rounds somebody can go on, and whether a seat is there."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from programmes.models import Cohort, Enrolment
from programmes.rules.selection import gives_places
from programmes.states import CohortState, ProgrammeSide

MOVES = (ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED)
TAKES = (CohortState.OPEN, CohortState.SELECTION, CohortState.RUNNING)


class NothingToMove(Refusal):
    """Only a participation that goes on can move."""

    message = _("Only someone who has a place, or is on a break, can move to a later round.")


class NotALaterRound(Refusal):
    """The round must follow, in the same programme, and take people."""

    message = _("Choose a later round of the same programme that is open or running.")


class ThereAlready(Refusal):
    """The person is in the other round already."""

    message = _("The person is already in that round.")


class EntryOver(Refusal):
    """After the last entry day a seat is given on purpose only."""

    message = _("The last entry day of that round has been. Write why the person gets a seat all the same.")


def later_rounds(enrolment: Enrolment) -> QuerySet[Cohort]:
    """The rounds that somebody can go on in."""
    return Cohort.objects.filter(
        programme=enrolment.cohort.programme_id, number__gt=enrolment.cohort.number, state__in=TAKES
    ).order_by("number")


def shared(cohort: Cohort) -> bool:
    """Whether the seats are shared already, so that one can be given; before that everybody is among the applicants."""
    return cohort.programme.first_come or cohort.selection_confirmed_at is not None


def why_not_transfer(enrolment: Enrolment, to: Cohort, *, reason: str, now: datetime) -> Refusal | None:
    """The reason that the person cannot go on in `to`, or None; asked under the lock."""
    if enrolment.programme_side not in MOVES:
        return NothingToMove()
    earlier = to.number <= enrolment.cohort.number
    if to.programme_id != enrolment.cohort.programme_id or earlier or to.state not in TAKES:
        return NotALaterRound()
    if to.enrolments.live().filter(person=enrolment.person_id).exists():
        return ThereAlready()
    if shared(to) and not gives_places(to, now=now) and not reason:
        return EntryOver()
    return None
