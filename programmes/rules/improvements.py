"""To which round improvements follow, and how one is settled."""

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from programmes.models import Cohort
from programmes.states import CohortState, ImprovementState

NOT_OVER = (CohortState.DRAFT, CohortState.OPEN, CohortState.SELECTION, CohortState.RUNNING)


class ReasonMissing(Refusal):
    """What is given up needs a reason."""

    message = _("Write why it was not done.")


def lines(text: str) -> list[str]:
    """Each improvement once, in the order in which they were written."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def next_round(cohort: Cohort) -> Cohort | None:
    """The round that what `cohort` taught follows into: the nearest later one that is not over."""
    later = Cohort.objects.filter(programme=cohort.programme_id, number__gt=cohort.number, state__in=NOT_OVER)
    return later.select_related("responsible").order_by("number").first()


def why_not_settle(state: str, reason: str) -> Refusal | None:
    """The reason that an improvement cannot get this state, or None."""
    if state == ImprovementState.NOT_DONE and not reason.strip():
        return ReasonMissing()
    return None
