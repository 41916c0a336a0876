"""Who may arrange, publish, move and cancel an event, and why not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from base.refusal import Forbidden, Refusal
from events.states import EventKind, EventState, StaffFunction

if TYPE_CHECKING:
    from events.models import Event
    from people.models import Person


class EventOver(Refusal):
    """The event has begun or is over."""

    message = _("The event has begun or is over.")


class DayOver(EventOver):
    """The course day has begun or is over."""

    message = _("The day has begun or is over.")


class EventCancelled(Refusal):
    """The event is cancelled."""

    message = _("The event is cancelled.")


class DayCancelled(EventCancelled):
    """The course day is cancelled."""

    message = _("The day is cancelled.")


class EndsBeforeStart(Refusal):
    """The end is not after the start."""

    message = _("The end must be later than the start.")


class NothingMoved(Refusal):
    """Day and times are what they were."""

    message = _("Day and times are the same as before.")


class NotPublishable(Refusal):
    """Only drafts and announced events are published."""

    message = _("The event is already published.")


class NotOrganiser(Forbidden):
    """Only who organises the event."""

    message = _("Only the coordinators of the region can do this.")


class NotHost(Forbidden):
    """The practical side of this day is not the person's."""

    message = _("You can change the practical details of the events that you host, not of this one.")


class NotHostOfDay(NotHost):
    """The same, of a course day."""

    message = _("You can change the practical details of the days that you host, not of this one.")


class RemindersTwice(Refusal):
    """Two reminders on the same day."""

    message = _("There can be one reminder a day.")


def over(event: Event) -> EventOver:
    """That the event has begun or is over, a course day called a day."""
    return DayOver() if event.kind == EventKind.COURSE_DAY else EventOver()


def cancelled(event: Event) -> EventCancelled:
    """That the event is cancelled, a course day called a day."""
    return DayCancelled() if event.kind == EventKind.COURSE_DAY else EventCancelled()


def organises(event: Event, person: Any) -> bool:
    """Whether the person's roles reach over the event's organiser."""
    return bool(person.reach.administrator or event.region_id in person.reach.region_ids)


def works_on(event: Event, person: Any) -> bool:
    """Whether the person has a function on the event."""
    return event.staff.filter(person=person).exists()


def supervises(event: Event, person: Any) -> bool:
    """Whether this is a supervision session that the person leads."""
    return event.kind == EventKind.SUPERVISION and (
        event.staff.filter(person=person, function=StaffFunction.SUPERVISOR).exists()
    )


def why_not_organise(event: Event, by: Person | None) -> Refusal | None:
    """The reason `by` may not move, cancel or staff the event, or None; the clock may, and who supervises a session."""
    return None if by is None or organises(event, by) or supervises(event, by) else NotOrganiser()


def why_not_change_practicalities(event: Event, by: Person | None) -> Refusal | None:
    """The reason `by` may not change place and arrival, or None: organisers may, and the hosts of this very event."""
    if by is None or organises(event, by):
        return None
    if event.staff.filter(person=by, function=StaffFunction.HOST).exists():
        return None
    return NotHostOfDay() if event.kind == EventKind.COURSE_DAY else NotHost()


def why_not_change(event: Event, *, now: datetime) -> Refusal | None:
    """The reason the event cannot be changed any more, or None."""
    if event.state == EventState.CANCELLED:
        return cancelled(event)
    if event.state == EventState.HELD or event.ends_at <= now:
        return over(event)
    return None


def why_not_publish(event: Event) -> Refusal | None:
    """The reason the event cannot be published, or None."""
    if event.state == EventState.CANCELLED:
        return cancelled(event)
    return None if event.state in (EventState.DRAFT, EventState.ANNOUNCED) else NotPublishable()
