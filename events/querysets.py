"""What can be asked about events, places and attendance, and who may see it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from answers.states import TextState
from base import clock
from documents.states import FileState
from events.states import (
    LIVE,
    OUT_OF_DATE,
    SHOWN,
    SOLD,
    AbstractState,
    Audience,
    ClaimState,
    EventState,
    PrintState,
    RegistrationState,
    Seen,
    Way,
)
from people.querysets import within, works_below

if TYPE_CHECKING:
    from events.models import Abstract, BadgePrint, Claim, Evaluation, Event, Material, Needs, Registration


def regions_of_work(person: Any) -> models.QuerySet[Any, Any]:
    """The regions in which an organisation takes part today that the person works in."""
    day = clock.now().date()
    parts = apps.get_model("people", "Participation").objects.on(day)
    return parts.filter(works_below(person, day, "organisation__path")).values("region_id")


class EventQuerySet(models.QuerySet["Event"]):
    """Times and places where people come together."""

    def to_come(self, now: datetime) -> EventQuerySet:
        """Not over and not cancelled, the next first."""
        return self.filter(ends_at__gt=now).exclude(state=EventState.CANCELLED).order_by("starts_at")

    def published(self) -> EventQuerySet:
        """What the audience may know of."""
        return self.filter(state__in=[EventState.PUBLISHED, EventState.CANCELLED, EventState.HELD])

    def shown(self) -> EventQuerySet:
        """What the audience may know of, a save-the-date included."""
        return self.filter(state__in=SHOWN)

    def open_to_all(self) -> EventQuerySet:
        """Public events as anybody sees them."""
        return self.filter(audience=Audience.PUBLIC, state__in=SHOWN)

    def with_ways(self) -> EventQuerySet:
        """Those that one registers on: with ways of their own to take part."""
        return self.filter(Exists(apps.get_model("events", "Places").objects.filter(event=OuterRef("pk"))))

    def visible_to(self, person: Any) -> EventQuerySet:
        """Public events to all; others through audience, registration, staff row, the host's or the organiser's roles.

        Who works in an organisation that takes part in the region sees the region's events; who is invited, by name or
        with her organisation, sees those for invited people.
        """
        public = Q(audience=Audience.PUBLIC, state__in=SHOWN)
        if not person.is_authenticated:
            return self.filter(public)
        reach = person.reach
        if reach.administrator:
            return self
        Registration = apps.get_model("events", "Registration")
        Staff = apps.get_model("events", "Staff")
        Invited = apps.get_model("events", "Invited")
        mine = Registration.objects.filter(event=OuterRef("pk"), person=person).exclude(
            state=RegistrationState.CANCELLED
        )
        staff = Staff.objects.filter(event=OuterRef("pk"), person=person)
        by_name = Q(person=person) | works_below(person, clock.now().date(), "organisation__path")
        invited = Exists(Invited.objects.filter(by_name, event=OuterRef("pk")))
        return self.filter(
            public
            | Q(audience=Audience.REGION, state__in=SHOWN, region_id__in=regions_of_work(person))
            | (Q(audience=Audience.INVITED, state__in=SHOWN) & invited)
            | Q(region_id__in=reach.region_ids)
            | within(reach.director_paths, "host__path")
            | Exists(mine)
            | Exists(staff)
        )

    def on_calendar_of(self, person: Any) -> EventQuerySet:
        """What the person is registered on or works on, as far as it is published; the earliest first."""
        registration = apps.get_model("events", "Registration")
        staff = apps.get_model("events", "Staff")
        mine = registration.objects.with_place().filter(event=OuterRef("pk"), person=person)
        works = staff.objects.filter(event=OuterRef("pk"), person=person)
        return self.published().filter(Exists(mine) | Exists(works)).order_by("starts_at", "pk")


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    """What is asked after events."""

    def to_read_by(self, person: Any) -> EvaluationQuerySet:
        """Those with own words that wait for this person: a coordinator who neither worked nor took part on the day."""
        FreeText = apps.get_model("answers", "FreeText")
        Staff = apps.get_model("events", "Staff")
        waiting = FreeText.objects.filter(box=OuterRef("box"), state=TextState.WAITING)
        worked = Staff.objects.filter(event=OuterRef("event"), person=person)
        came = apps.get_model("events", "Registration").objects.filter(event=OuterRef("event"), person=person)
        came = came.exclude(state=RegistrationState.CANCELLED)
        rows = self.filter(Exists(waiting), ~Exists(worked), ~Exists(came))
        rows = rows.filter(event__region_id__in=person.reach.region_ids)
        return rows.select_related("event").order_by("event__date", "pk")


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


def _employed_on(paths: list[str], day: OuterRef) -> models.QuerySet[Any, Any]:
    """The employments of the person of an outer row, within these paths, that hold the outer day."""
    Employment = apps.get_model("people", "Employment")
    return Employment.objects.filter(
        within(paths, "unit__path"),
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        person=OuterRef("person"),
        valid_from__lte=day,
    )


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """People on events."""

    def expected(self) -> RegistrationQuerySet:
        """Those who are awaited: registered, not reported absent, and not waiting for a place of their own."""
        has_place = Q(claim__isnull=True) | Q(claim__state=ClaimState.CONFIRMED)
        return self.filter(has_place, state=RegistrationState.REGISTERED)

    def with_place(self) -> RegistrationQuerySet:
        """Those who have a place, also when they have told that they cannot come."""
        has_place = Q(claim__isnull=True) | Q(claim__state=ClaimState.CONFIRMED)
        return self.standing().filter(has_place)

    def coming_to(self, event: Event) -> RegistrationQuerySet:
        """Those who are awaited at the place itself, and not those who follow the broadcast."""
        return self.expected().filter(event=event).exclude(claim__places__way=Way.REMOTE)

    def standing(self) -> RegistrationQuerySet:
        """All but the cancelled."""
        return self.exclude(state=RegistrationState.CANCELLED)

    def visible_to(self, person: Any) -> RegistrationQuerySet:
        """One's own; those on events that one organises or is staff of; those one has registered; one's staff's.

        An employer sees the days of the employment: nothing from before its first day or after its last.
        """
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        Staff = apps.get_model("events", "Staff")
        staff = Staff.objects.filter(event=OuterRef("event_id"), person=person)
        condition: Any = Q(person=person) | Q(event__region_id__in=reach.region_ids) | Exists(staff) | Q(by=person)
        if reach.staff_paths:
            condition |= Exists(_employed_on(reach.staff_paths, OuterRef("event__date")))
        return self.filter(condition)


class BadgePrintQuerySet(models.QuerySet["BadgePrint"]):
    """Sheets of name badges."""

    def to_print(self, now: datetime, tries: int) -> BadgePrintQuerySet:
        """Those that wait, that nobody prints at this moment, and that have not failed too often; the oldest first."""
        free = Q(print_after__isnull=True) | Q(print_after__lte=now)
        return self.filter(free, state=PrintState.WAITING, tries__lt=tries).order_by("pk")

    def visible_to(self, person: Any) -> BadgePrintQuerySet:
        """Those of the regions that one coordinates."""
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        return self if reach.administrator else self.filter(event__region_id__in=reach.region_ids)


class MaterialQuerySet(models.QuerySet["Material"]):
    """Files and links of events."""

    def in_order(self) -> MaterialQuerySet:
        """As it is listed, with what a list shows."""
        return self.select_related("file", "owner").order_by("order", "pk")

    def ready(self) -> MaterialQuerySet:
        """Links, and files that may be served: those that the virus scanner holds back are left out."""
        return self.filter(Q(file__isnull=True) | Q(file__state=FileState.READY))

    def public(self, now: datetime) -> MaterialQuerySet:
        """What everybody may fetch, of events that are open to everybody."""
        Event = apps.get_model("events", "Event")
        return self.ready().filter(_begun(now), seen_by=Seen.PUBLIC, event__in=Event.objects.open_to_all().values("pk"))

    def behind_link_of(self, registration: Registration, now: datetime) -> MaterialQuerySet:
        """What who is registered may fetch with the link of the registration: nothing without a place."""
        has_place = apps.get_model("events", "Registration").objects.with_place().filter(pk=registration.pk)
        rows = self.ready().filter(_begun(now), event=registration.event_id, event__state__in=SHOWN)
        return rows.filter(Exists(has_place))

    def out_of_date(self, today: date) -> MaterialQuerySet:
        """Whose review date passed 30 days ago."""
        return self.filter(review_on__lte=today - OUT_OF_DATE)

    def to_look_at(self, person: Any, today: date) -> MaterialQuerySet:
        """What the person looks after, may be out of date, and is still hers to change."""
        Staff = apps.get_model("events", "Staff")
        works = Exists(Staff.objects.filter(event=OuterRef("event_id"), person=person))
        rows = self.out_of_date(today).filter(owner=person).select_related("event").order_by("review_on", "pk")
        reach = person.reach
        return rows if reach.administrator else rows.filter(works | Q(event__region_id__in=reach.region_ids))

    def visible_to(self, person: Any, *, now: datetime) -> MaterialQuerySet:
        """Of events that the person sees: the public's, the region's, and that of events where she has a place.

        Organisers, those who work on the event and the owner see it before its time.
        """
        Event = apps.get_model("events", "Event")
        if not person.is_authenticated:
            return self.public(now)
        reach = person.reach
        if reach.administrator:
            return self
        Registration = apps.get_model("events", "Registration")
        Staff = apps.get_model("events", "Staff")
        mine = Exists(Registration.objects.with_place().filter(event=OuterRef("event_id"), person=person))
        region = Q(seen_by=Seen.REGION, event__region_id__in=regions_of_work(person))
        open_now = _begun(now) & Q(event__in=Event.objects.visible_to(person).values("pk"))
        return self.filter(
            (open_now & (Q(seen_by=Seen.PUBLIC) | region | mine))
            | Q(event__region_id__in=reach.region_ids)
            | Exists(Staff.objects.filter(event=OuterRef("event_id"), person=person))
            | Q(owner=person)
        )


def _begun(now: datetime) -> Q:
    return Q(seen_from__isnull=True) | Q(seen_from__lte=now)


class AbstractQuerySet(models.QuerySet["Abstract"]):
    """Contributions to an event."""

    def in_the_book(self) -> AbstractQuerySet:
        """The accepted ones, in their order: what participants get."""
        return self.filter(state=AbstractState.ACCEPTED).order_by("order", "pk")

    def on_the_site(self) -> AbstractQuerySet:
        """The accepted ones whose author says yes to publication, at this very moment."""
        return self.in_the_book().filter(publish=True)

    def visible_to(self, person: Any) -> AbstractQuerySet:
        """One's own, those of the regions one coordinates; a reviewer's come by her reviews, not here."""
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        return self.filter(Q(person=person) | Q(call__event__region_id__in=reach.region_ids))
