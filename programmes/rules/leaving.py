"""Who may end somebody's participation, and when."""

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from people.models import Person
from programmes.models import Enrolment
from programmes.states import ProgrammeSide


class NotTakingPart(Refusal):
    """Only someone with a place can leave it."""

    message = _("There is no place to leave.")


class LeavingNotYours(Refusal):
    """The person herself and the coordinator end a participation."""

    message = _("Only the participant and the coordinator can do this.")


def may_leave(enrolment: Enrolment, person: Person) -> bool:
    """The participant herself, and whoever runs the cohort."""
    reach = person.reach
    return (
        enrolment.person_id == person.pk
        or reach.administrator
        or enrolment.cohort.programme.region_id in reach.region_ids
    )


def why_not_leave(enrolment: Enrolment, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot end this participation, or None."""
    if not may_leave(enrolment, by):
        return LeavingNotYours()
    if enrolment.programme_side not in (ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED):
        return NotTakingPart()
    return None
