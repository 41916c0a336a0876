"""Improvements follow from a decision into the next round, where each is done, or not with a reason."""

from datetime import date, datetime

from django.db import transaction

from audit.actions import record
from people.models import Person
from programmes.models import Cohort, Decision, Improvement
from programmes.rules import improvements as rules
from programmes.states import ImprovementState


def follow(decision: Decision) -> list[Improvement]:
    """Put what the decision wants better on the checklist of the next round, or bring that up to date.

    Nothing happens while there is no next round; then they follow when it is made. Rows that somebody has settled
    stay as they are; open ones go when the decision no longer names them. In the caller's transaction.
    """
    rows = list(decision.followed_up.select_related("cohort__responsible"))
    target = rows[0].cohort if rows else rules.next_round(decision.cohort)
    if target is None:
        return []
    wanted = rules.lines(decision.improvements)
    kept = {row.words: row for row in rows}
    gone = [row.pk for row in rows if row.words not in wanted and row.state == ImprovementState.OPEN]
    Improvement.objects.filter(pk__in=gone).delete()
    first = target.days.order_by("event__date").values_list("event__date", flat=True).first()
    for order, words in enumerate(wanted):
        if words in kept:
            Improvement.objects.filter(pk=kept[words].pk).update(order=order)
        else:
            Improvement.objects.create(
                cohort=target, decision=decision, order=order, words=words, owner=target.responsible, due=first
            )
    return list(target.improvements.all())


def begin(cohort: Cohort) -> list[Improvement]:
    """Begin a new round with the improvements that the round before asked for; in the caller's transaction."""
    decision = getattr(cohort.previous, "decision", None) if cohort.previous else None
    return follow(decision) if decision else []


@transaction.atomic
def settle(
    *,
    improvement: Improvement,
    state: str,
    reason: str,
    owner: Person | None,
    due: date | None,
    by: Person,
    now: datetime,
) -> Improvement:
    """Say whether an improvement is done, who sees to it and by when; refused when it is given up without a reason."""
    improvement = Improvement.objects.select_for_update(of=("self",)).get(pk=improvement.pk)
    if refusal := rules.why_not_settle(state, reason):
        raise refusal
    if improvement.state != state:
        improvement.settled_at = None if state == ImprovementState.OPEN else now
    improvement.state, improvement.reason = state, reason.strip()
    improvement.owner, improvement.due = owner, due
    improvement.save()
    cohort = improvement.cohort
    record(
        "cohort.improvement",
        by=by,
        about=cohort,
        scope=cohort.scope,
        now=now,
        state=state,
        words={"improvement": improvement.words, "reason": improvement.reason},
    )
    return improvement
