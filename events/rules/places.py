"""Who may have a place and why not; when a region works, and until when an offer can be answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import holidays
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from events.limits import NEAR, end_of_working_day_limit
from events.states import ClaimState

if TYPE_CHECKING:
    from events.models import Claim, Places
    from people.models import Organisation, Region

GUEST_LONG, GUEST_SHORT = timedelta(hours=24), timedelta(hours=4)


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

    message = _("%(sold)s places are taken, offered or kept back, so the number cannot be lower.")


class PartyDoesNotFit(Refusal):
    """Fewer places are free than people were registered together: say how they want it."""

    message = _("%(free)s of the %(asked)s places are free. Choose how you want it.")

    def __init__(self, *, free: int, asked: int) -> None:
        super().__init__(free=free, asked=asked)
        self.free, self.asked = free, asked


class TooManyReserved(Refusal):
    """More places than are free cannot be kept back."""

    message = _("%(free)s places are free, so that many can be kept back.")


class ReservedForNobody(Refusal):
    """Places are kept back for somebody."""

    message = _("Say for whom the places are kept back.")


class ReleaseTooLate(Refusal):
    """Places kept back are free for all before the event."""

    message = _("The places must be free for all before the event begins.")


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
    if capacity is not None and capacity < places.sold + places.reserved:
        return FewerThanTaken(sold=places.sold + places.reserved)
    return None


def why_not_reserve(
    places: Places, *, number: int, whom: str, organisation: Organisation | None, release_at: datetime
) -> Refusal | None:
    """The reason `number` places cannot be kept back until `release_at`, or None."""
    if organisation is None and not whom.strip():
        return ReservedForNobody()
    if places.starts_at is not None and release_at >= places.starts_at:
        return ReleaseTooLate()
    if places.free is not None and places.free < number:
        return TooManyReserved(free=places.free)
    return None


def guest_limit(*, starts_at: datetime | None, now: datetime) -> datetime:
    """Until when a guest confirms by the link in the mail: 24 hours, or 4 when the start is nearer than 72 hours."""
    return now + (GUEST_SHORT if starts_at is not None and starts_at - now < NEAR else GUEST_LONG)


# Days on which nobody works, beside the law's own: Midsummer Eve, Christmas Eve and New Year's Eve in Sweden.
_CATEGORIES = {"SE": ("public", "de_facto")}


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year, categories=_CATEGORIES.get(country, ("public",))))


def public_holidays(country: str, first: date, last: date) -> frozenset[date]:
    """The days from `first` to `last`, both among them, on which nobody in the country works, whatever the weekday."""
    years = range(first.year, last.year + 1)
    return frozenset(day for year in years for day in _holidays(country, year) if first <= day <= last)


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
