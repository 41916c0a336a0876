"""Who may take a break, when, and what can be taken back."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from people.models import Person
from programmes.models import Break, Enrolment, MakeUp
from programmes.rules.undo import UNDO
from programmes.states import ProgrammeSide


class NoPlaceToPause(Refusal):
    """Only somebody with a place can be away from it."""

    message = _("Only someone who has a place can take a break.")


class BreakGoesOn(Refusal):
    """One break at a time."""

    message = _("A break is already written down. Change the day of return, or take it back first.")


class BreaksOverlap(Refusal):
    """A break begins when the last one is over."""

    message = _("The break begins before the last one ended.")


class BackBeforeGone(Refusal):
    """The first day back comes after the first day away."""

    message = _("The first day back must come after the first day of the break.")


class DayAgreedInBreak(Refusal):
    """A make-up day that is agreed stands until it is taken away."""

    message = _("A missed day is to be made up during the break. Take that away first, or choose other days.")


class BreakOver(Refusal):
    """What is over or taken back is not changed."""

    message = _("This break is over, or was taken back. Look at the page again.")


class NoSeatToReturnTo(Refusal):
    """The seat was freed and others have it, or wait for it."""

    message = _(
        "The seat was freed, and none is free now. Write why you give one more, or move the person to a later round."
    )


class CannotTakeBack(Refusal):
    """Too late, or not one's own."""

    message = _("This can no longer be undone. Write down the day of return instead.")


def open_break(enrolment: Enrolment) -> Break | None:
    """The break that is planned or goes on."""
    return enrolment.breaks.standing().filter(returned_on__isnull=True).first()


def why_not_take_break(enrolment: Enrolment, starts_on: date, expected_on: date | None) -> Refusal | None:
    """The reason that this break cannot be written down, or None; asked under the lock."""
    if enrolment.programme_side not in (ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED):
        return NoPlaceToPause()
    if open_break(enrolment) is not None:
        return BreakGoesOn()
    if expected_on is not None and expected_on <= starts_on:
        return BackBeforeGone()
    if enrolment.breaks.standing().filter(returned_on__gt=starts_on).exists():
        return BreaksOverlap()
    return _agreed_within(enrolment, starts_on, expected_on)


def _agreed_within(enrolment: Enrolment, starts_on: date, until: date | None) -> Refusal | None:
    agreed = MakeUp.objects.filter(
        enrolment=enrolment, registration__attendance__isnull=True, registration__event__date__gte=starts_on
    )
    if until is not None:
        agreed = agreed.filter(registration__event__date__lt=until)
    return DayAgreedInBreak() if agreed.exists() else None


def why_not_come_back(row: Break, day: date) -> Refusal | None:
    """The reason that `day` cannot be the first day back, or None; seats are counted by the action."""
    if row.undone_at is not None or row.returned_on is not None:
        return BreakOver()
    if row.enrolment.programme_side not in (ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED):
        return BreakOver()
    if day <= row.starts_on:
        return BackBeforeGone()
    return _agreed_within(row.enrolment, row.starts_on, day)


def why_not_take_back(row: Break, *, by: Person, now: datetime) -> Refusal | None:
    """The reason that `by` cannot take the break, or the return from it, back; None when it can be done.

    What has not begun can be taken back always; what has, by the one who wrote it down, for a short while.
    """
    if row.undone_at is not None or row.enrolment.programme_side not in (ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED):
        return BreakOver()
    if row.returned_on is not None:
        fresh = row.returned_by_id == by.pk and row.returned_at is not None and now <= row.returned_at + UNDO
        return None if fresh and row.seat_freed_at is None else CannotTakeBack()
    if row.enrolment.programme_side == ProgrammeSide.ENROLLED:
        return None
    fresh = row.by_id == by.pk and now <= row.at + UNDO
    return None if fresh and row.seat_freed_at is None else CannotTakeBack()
