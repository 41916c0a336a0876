"""Events: time and place, programme, who works on them, what is asked, and what changed."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.models.places import Places
from events.querysets import EventQuerySet
from events.states import AgendaKind, Audience, EventKind, EventState, QuestionKind, StaffFunction
from people.models import Organisation, Person, Region


class Event(models.Model):
    """A time and a place where people come together; it does not know who organises it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey(Region, models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=16, choices=EventKind)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience, default=Audience.INVITED)
    state = models.CharField(_("state"), max_length=10, choices=EventState, default=EventState.DRAFT)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("in one or two sentences"), max_length=400, blank=True, db_default="")
    description = models.TextField(_("description"), blank=True)
    for_whom = models.CharField(_("for whom"), max_length=200, blank=True, db_default="")
    # One line a paragraph; each becomes a row of the list.
    good_to_know = models.TextField(_("good to know"), blank=True, db_default="")
    cost = models.CharField(_("what it costs"), max_length=200, blank=True, db_default="")
    date = models.DateField(_("date"))
    # The last day, where there are several; the end time is on that day.
    last_date = models.DateField(_("last day"), null=True, blank=True)
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
    # Who answers questions about it; letters carry this address for replies.
    contact = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who answers questions")
    )
    opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    asks_diet = models.BooleanField(_("ask about food"), default=False, db_default=False)
    asks_access = models.BooleanField(_("ask about access needs"), default=False, db_default=False)
    published_at = models.DateTimeField(null=True, blank=True)
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
                condition=Q(last_date__isnull=True) | Q(last_date__gt=F("date")), name="event_last_day_later"
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="event_closes_after_opening",
            ),
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


class AgendaItem(models.Model):
    """One line of an event's programme."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="agenda")
    date = models.DateField(_("day"))
    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=AgendaKind, default=AgendaKind.LECTURE)
    title = models.CharField(_("title"), max_length=200)
    text = models.CharField(_("what it is about"), max_length=600, blank=True)
    speakers = models.CharField(_("speakers"), max_length=300, blank=True)
    # A workshop has seats of its own.
    places = models.ForeignKey(Places, models.SET_NULL, null=True, blank=True, related_name="agenda")

    class Meta:
        ordering = ["date", "starts", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")), name="agenda_ends_after")
        ]

    def __str__(self) -> str:
        return self.title


class Question(models.Model):
    """Something asked at registration, why it is asked, and when the answers are erased."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind of answer"), max_length=10, choices=QuestionKind, default=QuestionKind.TEXT)
    label = models.CharField(_("question"), max_length=200)
    purpose = models.CharField(_("why it is asked"), max_length=200)
    # One choice a line, in each language the same number of lines.
    choices = models.TextField(_("choices"), blank=True)
    required = models.BooleanField(_("must be answered"), default=False)
    erase_on = models.DateField(_("answers are erased on"))

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.label


class Invited(models.Model):
    """A person or an organisation that may see an event for invited people and register on it."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="invited")
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="invited_to")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="invited_to")

    class Meta:
        verbose_name_plural = "invited"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, organisation__isnull=True)
                | Q(person__isnull=True, organisation__isnull=False),
                name="invited_one",
            ),
            models.UniqueConstraint(
                fields=["event", "person"], condition=Q(person__isnull=False), name="invited_person_once"
            ),
            models.UniqueConstraint(
                fields=["event", "organisation"],
                condition=Q(organisation__isnull=False),
                name="invited_organisation_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id or self.organisation_id} to {self.event_id}"


class Interest(models.Model):
    """Somebody wants to be told once when registration opens; the row goes with the letter."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="interests")
    address = models.EmailField(max_length=254)
    language = models.CharField(max_length=2)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "address"], name="interest_once")]

    def __str__(self) -> str:
        return f"interest in {self.event_id}"
