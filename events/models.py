"""Events, places and claims, registrations, attendance, reminders."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.querysets import ClaimQuerySet, EventQuerySet, NeedsQuerySet, RegistrationQuerySet
from events.states import (
    LIVE,
    Audience,
    CheckIn,
    ClaimState,
    EventKind,
    EventState,
    Mark,
    RegistrationState,
    StaffFunction,
)
from people.models import Organisation, Person, Region


class Places(models.Model):
    """A number of places (or no limit), an order and offers; a cohort has one, an event one or several.

    `sold` counts held, offered and confirmed claims; it moves only with them, and the constraint proves it.
    """

    region = models.ForeignKey(Region, models.CASCADE, related_name="+")
    label = models.CharField(max_length=120, blank=True)
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    sold = models.PositiveIntegerField(default=0)
    last_position = models.PositiveIntegerField(default=0)
    # After this instant freed places are not offered: the last entry day, or the start.
    offers_until = models.DateTimeField(null=True, blank=True)
    # The event's or the first day's start; offers near it are shorter.
    starts_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "places"
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(sold__lte=F("capacity")), name="places_not_oversold"
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.sold}/{self.capacity}"

    @property
    def free(self) -> int | None:
        """Places nobody has; None without a limit."""
        return None if self.capacity is None else self.capacity - self.sold


class CapacityChange(models.Model):
    """An organiser changed the number of places, with a reason."""

    places = models.ForeignKey(Places, models.CASCADE, related_name="changes")
    before = models.PositiveIntegerField(null=True)
    after = models.PositiveIntegerField(null=True)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.before} > {self.after}"


class Claim(models.Model):
    """A person's claim on places: held, confirmed, waiting, offered, or over."""

    places = models.ForeignKey(Places, models.CASCADE, related_name="claims")
    person = models.ForeignKey(Person, models.CASCADE, related_name="claims")
    state = models.CharField(max_length=12, choices=ClaimState)
    position = models.PositiveIntegerField(null=True, blank=True)
    # Stands before those who are not: carried over from another waiting list.
    first = models.BooleanField(default=False)
    offered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # How many times a place was offered; with the key it names the reason of each offer letter.
    offers = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["places", "person"], condition=Q(state__in=LIVE), name="claim_one_live"),
            models.UniqueConstraint(
                fields=["places", "position"], condition=Q(state=ClaimState.WAITLISTED), name="claim_no_ties"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"


class Needs(models.Model):
    """Food and access needs, asked when a place is accepted and erased 30 days after the last day."""

    claim = models.OneToOneField(Claim, models.CASCADE, related_name="needs")
    diet = models.CharField(_("food"), max_length=300, blank=True)
    access = models.CharField(_("access needs"), max_length=500, blank=True)
    erase_on = models.DateField(db_index=True)

    objects = NeedsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "needs"

    def __str__(self) -> str:
        return f"needs of claim {self.claim_id}"


class Event(models.Model):
    """A time and a place where people come together; it does not know who organises it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey(Region, models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=16, choices=EventKind)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience, default=Audience.INVITED)
    state = models.CharField(_("state"), max_length=10, choices=EventState, default=EventState.DRAFT)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    date = models.DateField(_("date"))
    start_time = models.TimeField(_("starts"))
    end_time = models.TimeField(_("ends"))
    zone = models.CharField(_("time zone"), max_length=40)
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    # Hours of content that full presence gives, to the quarter.
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=2, default=Decimal("6.00"))
    host = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="hosted_events",
        verbose_name=_("host municipality"),
    )
    venue = models.CharField(_("place"), max_length=160, blank=True)
    address = models.CharField(_("street address"), max_length=200, blank=True)
    access_notes = models.CharField(_("access at the place"), max_length=500, blank=True)
    arrival = models.CharField(_("on arrival"), max_length=160, blank=True)
    remote_link = models.URLField(_("link"), blank=True)
    venue_confirmed_at = models.DateTimeField(null=True, blank=True)
    places = models.ForeignKey(Places, models.SET_NULL, null=True, blank=True, related_name="events")
    # Raised by every change that readers of the calendar must learn: SEQUENCE in feeds, part of each reminder's key.
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(kind=EventKind.SUPERVISION) | Q(description=""), name="event_supervision_no_content"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("events:event", args=[self.pk])


class Staff(models.Model):
    """Someone with a function on an event: sees it and, as host, edits its practical side."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="staff")
    person = models.ForeignKey(Person, models.CASCADE, related_name="staffed")
    function = models.CharField(max_length=12, choices=StaffFunction)

    class Meta:
        verbose_name_plural = "staff"
        constraints = [models.UniqueConstraint(fields=["event", "person", "function"], name="staff_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.function} {self.event_id}"


class Change(models.Model):
    """An event was moved, changed or cancelled; the row that is the reason of the notices."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["event", "version"], name="change_one_per_version")]

    def __str__(self) -> str:
        return f"{self.event_id} v{self.version}"


class Registration(models.Model):
    """A person on an event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations")
    person = models.ForeignKey(Person, models.CASCADE, related_name="registrations")
    claim = models.OneToOneField(Claim, models.SET_NULL, null=True, blank=True, related_name="registration")
    state = models.CharField(max_length=16, choices=RegistrationState, default=RegistrationState.REGISTERED)
    # True where the registration follows an enrolment in a cohort: it is made, moved and cancelled with it.
    from_enrolment = models.BooleanField(default=False)
    absence_reason = models.CharField(_("reason"), max_length=300, blank=True)
    absence_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="registration_once")]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.event_id}"


class Attendance(models.Model):
    """Whether and how long a registered person was there, and who says so."""

    registration = models.OneToOneField(Registration, models.CASCADE, related_name="attendance")
    mark = models.CharField(max_length=8, choices=Mark)
    hours = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("0"))
    how = models.CharField(max_length=6, choices=CheckIn, default=CheckIn.LIST)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hours__gte=0), name="attendance_hours"),
            models.CheckConstraint(condition=Q(mark=Mark.PRESENT) | Q(hours=0), name="attendance_absent_no_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.mark} {self.hours}"


class Reminder(models.Model):
    """A rule of an event: remind the registered so many days before, at this time on the wall of the event's zone."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="reminders")
    days_before = models.PositiveSmallIntegerField(_("days before"))
    at_time = models.TimeField(_("at"))

    class Meta:
        ordering = ["-days_before"]
        constraints = [models.UniqueConstraint(fields=["event", "days_before"], name="reminder_once_a_day")]

    def __str__(self) -> str:
        return f"{self.event_id} -{self.days_before} d"
