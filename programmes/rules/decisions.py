"""When the decision about a cohort can be recorded."""

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from programmes.models import Cohort
from programmes.states import CohortState


class TooEarly(Refusal):
    """It has not begun to run."""

    message = _("A decision is recorded when the round runs or has finished.")


class StillRuns(Refusal):
    """A final decision waits for the end."""

    message = _("The round still runs. Record the decision as preliminary.")


class AlreadyDecided(Refusal):
    """The decision is final."""

    message = _("The decision about this round is final.")


class WhyMissing(Refusal):
    """A decision needs its reasons."""

    message = _("Write why.")


def why_not_decide(cohort: Cohort, *, preliminary: bool, why: str = "-") -> Refusal | None:
    """The reason that a decision about `cohort` cannot be recorded, or None."""
    if cohort.state == CohortState.DECIDED:
        return AlreadyDecided()
    if cohort.state not in (CohortState.RUNNING, CohortState.FINISHED):
        return TooEarly()
    if cohort.state == CohortState.RUNNING and not preliminary:
        return StillRuns()
    if not why.strip():
        return WhyMissing()
    return None


def improvements(cohort: Cohort) -> list[str]:
    """What the decision about the cohort before said should be better this time, one by one."""
    previous = cohort.previous
    decision = getattr(previous, "decision", None) if previous else None
    return [line.strip() for line in decision.improvements.splitlines() if line.strip()] if decision else []
