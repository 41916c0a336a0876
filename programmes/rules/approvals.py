"""Who may say yes for the employer, and why not."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Forbidden, Refusal
from people.models import Person
from programmes.models import Approval, Enrolment
from programmes.rules.workplaces import here
from programmes.states import EmployerSide, ProgrammeSide

# How long the link in a letter to a manager works, and when before the deadline a reminder goes.
LINK_DAYS = 14
REMIND_BEFORE = timedelta(days=3)
LET_REST = timedelta(days=2)


class AnswerExpired(Refusal):
    """The link's 14 days are over."""

    message = _("This link has expired. Nothing has been answered with it.")


class AnswerReplaced(Refusal):
    """The question went on to someone else, or was asked anew."""

    message = _("This question has been sent on, and this link no longer works.")


class AlreadyAnswered(Refusal):
    """There is an answer."""

    message = _("This question has already been answered.")


class ApplicationWithdrawn(Refusal):
    """There is nothing left to answer."""

    message = _("The application has been withdrawn, so there is nothing to answer.")


class NotYourOwn(Forbidden):
    """Nobody says yes to herself."""

    message = _("You cannot answer for your own application. Your manager, or a manager above, can.")


class NotYourUnit(Forbidden):
    """Someone else's staff."""

    message = _("Only the manager of the unit, or a manager above, can answer.")


class ReasonMissing(Refusal):
    """A no says why."""

    message = _("Write why, in a sentence. The applicant reads it.")


class NameMissing(Refusal):
    """Who says it?"""

    message = _("Write your name, so that the coordinator sees who answers.")


class NothingToConfirm(Refusal):
    """The answer came from a known manager, or is handled already."""

    message = _("There is no answer here that waits for you.")


def why_not_answer(approval: Approval, *, now: datetime) -> Refusal | None:
    """The reason that the question cannot be answered by its link now, or None."""
    if approval.enrolment.programme_side == ProgrammeSide.WITHDRAWN:
        return ApplicationWithdrawn()
    if approval.answered_at is not None:
        return AlreadyAnswered()
    if approval.replaced_at is not None:
        return AnswerReplaced()
    if now >= approval.expires_at:
        return AnswerExpired()
    return None


def why_not_answer_signed_in(enrolment: Enrolment, person: Person) -> Refusal | None:
    """The reason that `person`, signed in, cannot answer, or None: never for oneself, and any manager above can."""
    if enrolment.person_id == person.pk:
        return NotYourOwn()
    _employer, unit = here(enrolment, clock.now().date())
    if unit is None or not person.reach.over(unit.path):
        return NotYourUnit()
    if enrolment.programme_side == ProgrammeSide.WITHDRAWN:
        return ApplicationWithdrawn()
    if enrolment.employer_side != EmployerSide.ASKED:
        return AlreadyAnswered()
    return None


def waits_for_confirmation(approval: Approval) -> bool:
    """Whether an answer came from an address that is not a known manager's and nobody has confirmed it."""
    return (
        approval.answered_at is not None
        and approval.asked_id is None
        and approval.confirmed_at is None
        and approval.replaced_at is None
    )
