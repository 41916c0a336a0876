"""The closing day of a round, and which mentors come to it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from events.states import EventState
from people.models import Person
from programmes.models import Closing, Cohort, CourseDay, Mentorship
from programmes.states import TAKING_PART

INVITED = "programmes.mentor_invited"


class NotADayOfTheRound(Refusal):
    """The closing day is one of the round's own."""

    message = _("Choose one of the days of the round that is not cancelled.")


class DayIsFixed(Refusal):
    """Somebody has been invited to the day, or something was agreed on it."""

    message = _("Mentors are invited already, or proposals are agreed, so another day cannot be chosen.")


class DayHasBegun(Refusal):
    """There is nothing to come to any more."""

    message = _("The day has begun or is over, or is cancelled.")


class NoMentorToInvite(Refusal):
    """Nobody is left to write to."""

    message = _("There is no mentor to invite: nobody has a mentor yet, or all of them are invited.")


def last_day(cohort: Cohort) -> CourseDay | None:
    """The last day of the round that is not cancelled: the one that closes it unless another is chosen."""
    held = cohort.days.exclude(event__state=EventState.CANCELLED).select_related("event")
    return held.order_by("-event__starts_at").first()


def why_not_day(cohort: Cohort, day: CourseDay, closing: Closing | None) -> Refusal | None:
    """The reason that this day cannot close the round, or None."""
    if day.cohort_id != cohort.pk or day.event.state == EventState.CANCELLED:
        return NotADayOfTheRound()
    if closing is not None and closing.day_id != day.pk and (closing.agreed_at or closing.invitations.exists()):
        return DayIsFixed()
    return None


def why_not_come(closing: Closing, *, now: datetime) -> Refusal | None:
    """The reason that nobody can be invited to the day, or answer, or None."""
    event = closing.day.event
    return DayHasBegun() if event.state == EventState.CANCELLED or event.starts_at <= now else None


def mentors_to_invite(closing: Closing) -> list[Person]:
    """The mentors of those who take part, who can be written to and are not invited yet; each once, by name."""
    pairs = Mentorship.objects.agreed().filter(
        enrolment__cohort=closing.cohort_id,
        enrolment__programme_side__in=TAKING_PART,
        mentor__person__is_active=True,
        mentor__person__email__isnull=False,
    )
    pairs = pairs.exclude(mentor__person__in=closing.invitations.values("person")).select_related("mentor__person")
    return sorted({pair.mentor.person for pair in pairs}, key=lambda person: (person.name, person.pk))
