"""The two sides of an enrolment change here and nowhere else."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.actions import record
from base.refusal import Refusal
from people.models import Person
from programmes.models import Enrolment, Transition
from programmes.rules.undo import UNDO
from programmes.states import PROGRAMME_FOLLOWS, EmployerSide, Side

EMPLOYER_FOLLOWS: dict[str, tuple[str, ...]] = {
    EmployerSide.ASKED: (EmployerSide.APPROVED, EmployerSide.DECLINED, EmployerSide.ENDED),
    EmployerSide.APPROVED: (EmployerSide.ENDED, EmployerSide.DECLINED, EmployerSide.ASKED),
    EmployerSide.DECLINED: (EmployerSide.APPROVED, EmployerSide.ASKED, EmployerSide.ENDED),
    EmployerSide.ENDED: (EmployerSide.APPROVED, EmployerSide.ASKED),
}


class DoesNotFollow(Refusal):
    """The state asked for cannot follow the one that stands."""

    message = _("This has already been changed by someone else. Look at the page again.")


class CannotUndo(Refusal):
    """Too late, not one's own, or something else came after."""

    message = _("This can no longer be undone.")


@transaction.atomic
def change(
    *, enrolment: Enrolment, side: str, after: str, by: Person | None, now: datetime, why: str = ""
) -> Transition:
    """Move one side of an enrolment to `after`, and keep who, when and why.

    The row is locked; refused when `after` does not follow what stands. The transition is the reason of letters.
    """
    enrolment_now = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    field = "employer_side" if side == Side.EMPLOYER else "programme_side"
    follows = EMPLOYER_FOLLOWS if side == Side.EMPLOYER else PROGRAMME_FOLLOWS
    before = getattr(enrolment_now, field)
    if after not in follows.get(before, ()):
        raise DoesNotFollow()
    Enrolment.objects.filter(pk=enrolment.pk).update(**{field: after})
    setattr(enrolment, field, after)
    transition = Transition.objects.create(
        enrolment=enrolment, side=side, before=before, after=after, why=why, by=by, at=now
    )
    record(
        f"enrolment.{side}",
        by=by,
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        before=before,
        after=after,
        words={"why": why} if why else None,
    )
    return transition


@transaction.atomic
def undo(*, transition: Transition, by: Person, now: datetime) -> Enrolment:
    """Take a change back: only by the one who made it, within the undo time, while nothing else came after."""
    enrolment = Enrolment.objects.select_for_update().get(pk=transition.enrolment_id)
    transition = Transition.objects.select_for_update().get(pk=transition.pk)
    field = "employer_side" if transition.side == Side.EMPLOYER else "programme_side"
    later = enrolment.transitions.filter(side=transition.side, pk__gt=transition.pk, undone_at__isnull=True)
    if (
        transition.by_id != by.pk
        or transition.undone_at is not None
        or now > transition.at + UNDO
        or getattr(enrolment, field) != transition.after
        or later.exists()
    ):
        raise CannotUndo()
    Enrolment.objects.filter(pk=enrolment.pk).update(**{field: transition.before})
    setattr(enrolment, field, transition.before)
    transition.undone_at = now
    transition.save(update_fields=["undone_at"])
    record(
        f"enrolment.{transition.side}.undone",
        by=by,
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        before=transition.after,
        after=transition.before,
    )
    return enrolment
