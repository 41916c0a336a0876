"""What can be asked about events, places and attendance, and who may see it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from events.states import LIVE, SOLD, Audience, ClaimState, EventState, RegistrationState
from people.querysets import within

if TYPE_CHECKING:
    from events.models import Claim, Event, Needs, Registration


class EventQuerySet(models.QuerySet["Event"]):
    """Times and places where people come together."""

    def to_come(self, now: datetime) -> EventQuerySet:
        """Not over and not cancelled, the next first."""
        return self.filter(ends_at__gt=now).exclude(state=EventState.CANCELLED).order_by("starts_at")

    def published(self) -> EventQuerySet:
        """What the audience may know of."""
        return self.filter(state__in=[EventState.PUBLISHED, EventState.CANCELLED, EventState.HELD])

    def visible_to(self, person: Any) -> EventQuerySet:
        """Public events to all; others through a registration, a staff row, the host's or the organiser's roles."""
        public = Q(audience=Audience.PUBLIC, state__in=[EventState.PUBLISHED, EventState.CANCELLED, EventState.HELD])
        if not person.is_authenticated:
            return self.filter(public)
        reach = person.reach
        if reach.administrator:
            return self
        Registration = apps.get_model("events", "Registration")
        Staff = apps.get_model("events", "Staff")

        mine = Registration.objects.filter(event=OuterRef("pk"), person=person).exclude(
            state=RegistrationState.CANCELLED
        )
        staff = Staff.objects.filter(event=OuterRef("pk"), person=person)
        return self.filter(
            public
            | Q(region_id__in=reach.region_ids)
            | within(reach.director_paths, "host__path")
            | Exists(mine)
            | Exists(staff)
        )

    def on_calendar_of(self, person: Any) -> EventQuerySet:
        """What the person is registered on or works on, as far as it is published; the earliest first."""
        registration = apps.get_model("events", "Registration")
        staff = apps.get_model("events", "Staff")
        mine = registration.objects.standing().filter(event=OuterRef("pk"), person=person)
        works = staff.objects.filter(event=OuterRef("pk"), person=person)
        return self.published().filter(Exists(mine) | Exists(works)).order_by("starts_at", "pk")


class NeedsQuerySet(models.QuerySet["Needs"]):
    """Food and access needs."""

    def of_expected_at(self, event: Event) -> NeedsQuerySet:
        """Those of the people awaited at the event, whose place is the event's own or the whole cohort's."""
        registration = apps.get_model("events", "Registration")
        awaited = registration.objects.expected().filter(event=event, person=OuterRef("claim__person"))
        here = Q(claim__registration__event=event)
        if event.places_id is not None:
            here |= Q(claim__places=event.places_id)
        return self.filter(here, Exists(awaited), claim__state=ClaimState.CONFIRMED).distinct()

    def visible_to(self, person: Any) -> NeedsQuerySet:
        """One's own, and those of the regions that one coordinates."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(Q(claim__person=person) | Q(claim__places__region_id__in=person.reach.region_ids))


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Who has, is offered, or waits for a place."""

    def live(self) -> ClaimQuerySet:
        """Those that are not over."""
        return self.filter(state__in=LIVE)

    def sold(self) -> ClaimQuerySet:
        """Those that take a place: held, offered or confirmed."""
        return self.filter(state__in=SOLD)

    def waiting(self) -> ClaimQuerySet:
        """The waiting list, in its order."""
        return self.filter(state=ClaimState.WAITLISTED).order_by("position", "pk")

    def lapsing(self, now: datetime) -> ClaimQuerySet:
        """Offers and held places whose time has run out."""
        return self.filter(state__in=[ClaimState.OFFERED, ClaimState.HELD], expires_at__lte=now)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """People on events."""

    def expected(self) -> RegistrationQuerySet:
        """Those who are awaited: registered, not reported absent, and not waiting for a place of their own."""
        has_place = Q(claim__isnull=True) | Q(claim__state=ClaimState.CONFIRMED)
        return self.filter(has_place, state=RegistrationState.REGISTERED)

    def standing(self) -> RegistrationQuerySet:
        """All but the cancelled."""
        return self.exclude(state=RegistrationState.CANCELLED)

    def visible_to(self, person: Any) -> RegistrationQuerySet:
        """One's own; those on events that one organises or is staff of; one's staff's."""
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        Staff = apps.get_model("events", "Staff")
        from people.models import Person

        staff = Staff.objects.filter(event=OuterRef("event_id"), person=person)
        condition: Any = Q(person=person) | Q(event__region_id__in=reach.region_ids) | Exists(staff)
        if reach.staff_paths:
            condition |= Q(person__in=Person.objects.visible_to(person).values("pk"))
        return self.filter(condition)
