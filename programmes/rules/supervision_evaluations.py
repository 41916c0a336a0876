"""How supervision groups are evaluated, and what follows: when the form opens, who goes on, and the total of a year."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from answers.models import Box
from answers.states import BoxState
from base import dates
from base.refusal import Refusal
from people.models import Person
from programmes.models import SupervisionEvaluation, SupervisionGroup
from programmes.models.supervision import MOST_SESSIONS
from programmes.rules.supervision import GroupOver, NotAgreed, sessions_of, why_not_arrange
from programmes.states import SupervisionState

KIND = "programmes.supervision"
TOTAL = "programmes.supervisor"
OPEN_FOR = timedelta(days=10)
# Of fewer nothing could ever be shown.
FEWEST_ANSWERS = 5


class SessionsLeft(Refusal):
    """First the sessions, then the evaluation, then more."""


class EvaluationOpen(Refusal):
    """The evaluation is not over."""

    message = gettext_lazy("The evaluation is open until %(day)s. The group can be extended when it is closed.")


class EvaluationToCome(Refusal):
    """The clock opens it."""

    message = gettext_lazy("The evaluation has not been opened yet. It opens by itself after the last session.")


class TooManySessions(Refusal):
    """A group is no institution."""

    message = gettext_lazy("A group can have at most %(n)s sessions in all.")


def evaluation_of(group: SupervisionGroup) -> SupervisionEvaluation | None:
    """The evaluation of this term, once the clock has made it."""
    rows = SupervisionEvaluation.objects.filter(group=group, term=group.term)
    return rows.select_related("box__release").first()


def is_released(box: Box | None) -> bool:
    """Whether there is something to read."""
    return box is not None and box.state == BoxState.RELEASED


def why_not_extend(group: SupervisionGroup, by: Any, *, now: datetime, more: int = 1) -> Refusal | None:
    """The reason that the group gets no more sessions, or None: those agreed have been, and are evaluated."""
    if refusal := why_not_arrange(group, by):
        return refusal
    if group.state == SupervisionState.ENDED:
        return GroupOver()
    if group.state == SupervisionState.PROPOSED:
        return NotAgreed()
    if refusal := why_not_evaluate(group, now=now):
        return refusal
    evaluation = evaluation_of(group)
    if evaluation is None:
        return EvaluationToCome()
    box = evaluation.box
    if box is not None and box.state not in (BoxState.RELEASED, BoxState.DESTROYED):
        return EvaluationOpen(day=dates.plain_day(box.closes_at.date()) if box.closes_at else "")
    return TooManySessions(n=MOST_SESSIONS) if group.sessions + more > MOST_SESSIONS else None


def why_not_evaluate(group: SupervisionGroup, *, now: datetime) -> Refusal | None:
    """The reason that nobody is asked yet how it was, or None: the sessions that were agreed have not all been."""
    held = sum(row.event.ends_at <= now for row in sessions_of(group))
    left = group.sessions - held
    if left <= 0:
        return None
    return SessionsLeft(
        ngettext(
            "%(n)s of the agreed sessions is left. Then comes the evaluation, and after it the group can be extended.",
            "%(n)s of the agreed sessions are left. Then comes the evaluation, and after it the group can be extended.",
            left,
        )
        % {"n": left}
    )


def total_of(supervisor: int, year: int) -> str:
    """Whose the box is in which a supervisor's groups of a year are summed up."""
    return f"{TOTAL}:{supervisor}-{year}"


def supervisor_of(box: Box) -> tuple[int, int]:
    """Of whom, and of which year, the total is."""
    person, _dash, year = box.owner.partition(":")[2].partition("-")
    return int(person), int(year)


def totals_of(supervisor: Person) -> list[tuple[int, Box]]:
    """The years in which a supervisor's groups were summed up with ten answers or more, the newest first."""
    found = []
    rows = Box.objects.filter(kind=TOTAL, owner__startswith=f"{TOTAL}:{supervisor.pk}-", state=BoxState.RELEASED)
    for box in rows.select_related("release"):
        items = [item for table in box.release.tables["tables"] for item in table["items"].values()]
        if any(item["how"] == "figures" for item in items):
            found.append((supervisor_of(box)[1], box))
    return sorted(found, key=lambda row: -row[0])
