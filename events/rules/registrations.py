"""Who may be on an event, say that she does not come, and mark who was there; and why not."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from base.refusal import Forbidden, Refusal
from events.rules.days import cancelled, organises, over, works_on
from events.states import EventKind, EventState, Mark, RegistrationState

if TYPE_CHECKING:
    from events.models import Event, Registration
    from people.models import Person


class NotYours(Forbidden):
    """Another person's registration."""

    message = _("This registration is another person's.")


class NotRegistered(Refusal):
    """The registration is cancelled."""

    message = _("The person is not registered on this day.")


class NotYetHeld(Refusal):
    """Attendance is marked from the day itself on."""

    message = _("Attendance can be marked from the day itself on.")


class HoursWrong(Refusal):
    """Hours outside what the day holds."""

    message = _("Hours must be more than 0 and at most %(most)s.")


class NotMarking(Forbidden):
    """Marks are made by those who run the day."""

    message = _("Attendance is marked by the coordinators and by those who work on the day.")


def why_not_register(event: Event, *, now: datetime) -> Refusal | None:
    """The reason nobody can be registered on the event any more, or None."""
    if event.state == EventState.CANCELLED:
        return cancelled(event)
    return None


def has_own_places(event: Event) -> bool:
    """Whether a registration takes a place: on a cohort's day the seat belongs to the enrolment."""
    return event.kind != EventKind.COURSE_DAY


def why_not_speak_for(registration: Registration, by: Person | None) -> Refusal | None:
    """The reason `by` may not say whether this person comes, or None: oneself and the organisers may."""
    if by is None or registration.person_id == by.pk or organises(registration.event, by):
        return None
    return NotYours()


def why_not_report_absence(registration: Registration, by: Person | None, *, now: datetime) -> Refusal | None:
    """The reason `by` cannot report this person absent, or None."""
    if refusal := why_not_speak_for(registration, by):
        return refusal
    event = registration.event
    if event.state == EventState.CANCELLED:
        return cancelled(event)
    if registration.state == RegistrationState.CANCELLED:
        return NotRegistered()
    return over(event) if event.ends_at <= now else None


def why_not_mark(event: Event, by: Person | None, *, now: datetime) -> Refusal | None:
    """The reason `by` cannot mark attendance on the event, or None; late corrections are allowed."""
    if by is not None and not organises(event, by) and not works_on(event, by):
        return NotMarking()
    if event.state == EventState.CANCELLED:
        return cancelled(event)
    if now.astimezone(ZoneInfo(event.zone)).date() < event.date:
        return NotYetHeld()
    return None


def hours_of(event: Event, mark: str, hours: Decimal | None) -> Decimal:
    """The hours that a mark gives: all of the day's when none are said, none for who was not there.

    Refused when they are not more than nothing and at most the day's.
    """
    if mark != Mark.PRESENT:
        return Decimal(0)
    if hours is None:
        return event.hours
    if not 0 < hours <= event.hours:
        raise HoursWrong(most=event.hours.normalize())
    return hours
