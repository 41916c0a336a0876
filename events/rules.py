"""Who may, and why not; when a region works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import gettext_lazy as _

from base.refusal import Forbidden, Refusal
from events.limits import end_of_working_day_limit
from events.states import ClaimState, EventKind, EventState, Mark, RegistrationState, StaffFunction

if TYPE_CHECKING:
    from events.models import Claim, Event, Places, Registration
    from people.models import Person, Region


# ---------- Places ----------


class PlacesFull(Refusal):
    """No place is free."""

    message = _("All places are taken.")


class AlreadyClaimed(Refusal):
    """The person has, is offered or waits for a place."""

    message = _("The person already has a place here, or waits for one.")


class OfferOver(Refusal):
    """The offer's time is over, or it was taken back."""

    message = _("This offer is no longer open.")


class OffersEnded(Refusal):
    """Freed places are not offered any more."""

    message = _("Freed places are not offered any more.")


class NotPossibleNow(Refusal):
    """The claim is in a state from which this does not follow."""

    message = _("This cannot be done any more (%(state)s).")


class ReasonNeeded(Refusal):
    """A reason is kept with this change."""

    message = _("Write a reason. It is kept with the change.")


class FewerThanTaken(Refusal):
    """Places that people have cannot be taken away by number."""

    message = _("%(sold)s places are taken or offered, so the number cannot be lower.")


def offers_over(places: Places, now: datetime) -> bool:
    """Whether freed places are not offered any more: after the last entry day, or the start."""
    ends = [moment for moment in (places.offers_until, places.starts_at) if moment is not None]
    return any(moment <= now for moment in ends)


def why_not_offer(places: Places, *, now: datetime) -> Refusal | None:
    """The reason no place can be offered here now, or None."""
    if offers_over(places, now):
        return OffersEnded()
    if places.free is not None and places.free < 1:
        return PlacesFull()
    return None


def why_not_accept(claim: Claim, *, now: datetime) -> Refusal | None:
    """The reason this offer cannot be accepted, or None."""
    if claim.state != ClaimState.OFFERED:
        return OfferOver()
    if claim.expires_at is not None and claim.expires_at <= now:
        return OfferOver()
    return None


def why_not_capacity(places: Places, capacity: int | None, reason: str) -> Refusal | None:
    """The reason the number of places cannot become `capacity`, or None."""
    if not reason.strip():
        return ReasonNeeded()
    if capacity is not None and capacity < places.sold:
        return FewerThanTaken(sold=places.sold)
    return None


# ---------- When a region works ----------


# Days on which nobody works, beside the law's own: Midsummer Eve, Christmas Eve and New Year's Eve in Sweden.
_CATEGORIES = {"SE": ("public", "de_facto")}


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year, categories=_CATEGORIES.get(country, ("public",))))


def working_day(region: Region) -> Callable[[date], bool]:
    """Says of a date whether the region works: no weekend, no public holiday of its country, no closed period."""
    closed = list(region.closed_periods.values_list("valid_from", "valid_to"))

    def works(day: date) -> bool:
        return (
            day.weekday() < 5
            and day not in _holidays(region.country, day.year)
            and not any(first <= day <= last for first, last in closed)
        )

    return works


def offer_limit(places: Places, *, working_days: int, now: datetime) -> datetime:
    """Until when an offer made now can be answered; never after offers have ended."""
    region = places.region
    return end_of_working_day_limit(
        start=now,
        working_days=working_days,
        starts_at=places.starts_at,
        zone=region.time_zone,
        is_working_day=working_day(region),
    )


# ---------- Events ----------


class EventOver(Refusal):
    """The event has begun or is over."""

    message = _("The day has begun or is over.")


class EventCancelled(Refusal):
    """The event is cancelled."""

    message = _("The day is cancelled.")


class EndsBeforeStart(Refusal):
    """The end is not after the start."""

    message = _("The end must be later than the start.")


class NothingMoved(Refusal):
    """Day and times are what they were."""

    message = _("Day and times are the same as before.")


class NotPublishable(Refusal):
    """Only drafts and announced events are published."""

    message = _("The day is already published.")


class NotOrganiser(Forbidden):
    """Only who organises the event."""

    message = _("Only the coordinators of the region can do this.")


class NotHost(Forbidden):
    """The practical side of this day is not the person's."""

    message = _("You can change the practical details of the days that you host, not of this one.")


class RemindersTwice(Refusal):
    """Two reminders on the same day."""

    message = _("There can be one reminder a day.")


def organises(event: Event, person: Any) -> bool:
    """Whether the person's roles reach over the event's organiser."""
    return bool(person.reach.administrator or event.region_id in person.reach.region_ids)


def works_on(event: Event, person: Any) -> bool:
    """Whether the person has a function on the event."""
    return event.staff.filter(person=person).exists()


def why_not_organise(event: Event, by: Person | None) -> Refusal | None:
    """The reason `by` may not move, cancel or staff the event, or None; the clock may."""
    return None if by is None or organises(event, by) else NotOrganiser()


def why_not_change_practicalities(event: Event, by: Person | None) -> Refusal | None:
    """The reason `by` may not change place and arrival, or None: organisers may, and the hosts of this very event."""
    if by is None or organises(event, by):
        return None
    if event.staff.filter(person=by, function=StaffFunction.HOST).exists():
        return None
    return NotHost()


def why_not_change(event: Event, *, now: datetime) -> Refusal | None:
    """The reason the event cannot be changed any more, or None."""
    if event.state == EventState.CANCELLED:
        return EventCancelled()
    if event.state == EventState.HELD or event.ends_at <= now:
        return EventOver()
    return None


def why_not_publish(event: Event) -> Refusal | None:
    """The reason the event cannot be published, or None."""
    if event.state == EventState.CANCELLED:
        return EventCancelled()
    return None if event.state in (EventState.DRAFT, EventState.ANNOUNCED) else NotPublishable()


# ---------- Registrations and attendance ----------


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
        return EventCancelled()
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
        return EventCancelled()
    if registration.state == RegistrationState.CANCELLED:
        return NotRegistered()
    return EventOver() if event.ends_at <= now else None


def why_not_mark(event: Event, by: Person | None, *, now: datetime) -> Refusal | None:
    """The reason `by` cannot mark attendance on the event, or None; late corrections are allowed."""
    if by is not None and not organises(event, by) and not works_on(event, by):
        return NotMarking()
    if event.state == EventState.CANCELLED:
        return EventCancelled()
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
