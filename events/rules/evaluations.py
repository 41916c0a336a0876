"""Who asks, who reads results, who redacts, and when an evaluation opens by itself."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from answers.states import BoxState
from base import clock
from base.refusal import Forbidden, Refusal
from events.rules.days import NotOrganiser, cancelled, organises, works_on
from events.states import EventKind, EventState, RegistrationState

if TYPE_CHECKING:
    from events.models import Evaluation, Event
    from people.models import Person

OPEN_FOR = timedelta(days=10)  # after the end of the event
LATEST = timedelta(days=7)  # after which it does not open any more: too little time would be left
REMINDER_AFTER = timedelta(days=5)
FEWEST = 5  # of fewer nothing could ever be shown
MOST_OWN = 3
# Kinds that are evaluated unless somebody says otherwise; sessions of supervision never are here.
BY_DEFAULT = (EventKind.COURSE_DAY, EventKind.SEMINAR, EventKind.WORKSHOP)


class EvaluationBegun(Refusal):
    """The questions are frozen."""

    message = _("The evaluation has opened, so its questions can no longer be changed.")


class NeverEvaluated(Refusal):
    """Supervision sessions have no evaluation of their own."""

    message = _("A supervision session has no evaluation: with few people in the room, everybody would be known.")


class ResultsNotYours(Forbidden):
    """Results are for those who took part, worked on the event, or organise it."""

    message = _("The evaluation is shown to those who took part and to those who arrange the event.")


class NotReader(Forbidden):
    """Free text is read first by a coordinator who neither worked nor took part."""

    message = _(
        "The answers may be about those who worked or took part, so a coordinator who did neither reads them first."
    )


def wanted_by_default(event: Event) -> bool:
    """Whether an event of this kind is evaluated unless its organiser says no."""
    return event.kind in BY_DEFAULT


def why_not_set_up(event: Event, by: Person | None) -> Refusal | None:
    """The reason `by` cannot choose what is asked after the event, or None."""
    if by is not None and not organises(event, by):
        return NotOrganiser()
    if event.kind == EventKind.SUPERVISION:
        return NeverEvaluated()
    if event.state == EventState.CANCELLED:
        return cancelled(event)
    evaluation = evaluation_of(event)
    return EvaluationBegun() if evaluation is not None and evaluation.box_id else None


def evaluation_of(event: Event) -> Evaluation | None:
    """The event's evaluation, once somebody or the clock has made one."""
    return getattr(event, "evaluation", None)


def opens_at(event: Event, *, marked: bool) -> datetime:
    """When the form opens: at the end when it is known who was there, else at eight on the next morning."""
    if marked:
        return event.ends_at
    last = event.last_date or event.date
    return max(event.ends_at, clock.wall(last + timedelta(days=1), time(8), event.zone))


def why_not_see_results(event: Event, person: Any) -> Refusal | None:
    """The reason this person is not shown what came out, or None; whether she sees the event is asked before."""
    if not person.is_authenticated:
        return ResultsNotYours()
    if organises(event, person) or works_on(event, person):
        return None
    if event.host is not None and any(event.host.path.startswith(path) for path in person.reach.director_paths):
        return None
    mine = event.registrations.filter(person=person).exclude(state=RegistrationState.CANCELLED)
    return None if mine.exists() else ResultsNotYours()


def why_not_read_texts(event: Event, person: Person) -> Refusal | None:
    """The reason this person does not read what was written before the others, or None."""
    if not organises(event, person) or works_on(event, person) or takes_part(event, person):
        return NotReader()
    return None


def takes_part(event: Event, person: Person) -> bool:
    """Whether the person is registered on the event: she may have answered, and the answers may be about her."""
    return event.registrations.filter(person=person).exclude(state=RegistrationState.CANCELLED).exists()


def is_over(event: Event, evaluation: Evaluation | None, *, now: datetime) -> bool:
    """Whether no answers to this event's evaluation will be counted any more."""
    if event.state == EventState.CANCELLED:
        return True
    if evaluation is not None and evaluation.box is not None:
        return evaluation.box.state in (BoxState.RELEASED, BoxState.DESTROYED)
    if evaluation is not None and not evaluation.wanted and event.ends_at <= now:
        return True
    return event.ends_at + LATEST < now


def is_released(evaluation: Evaluation | None) -> bool:
    """Whether there are results."""
    return evaluation is not None and evaluation.box is not None and evaluation.box.state == BoxState.RELEASED
