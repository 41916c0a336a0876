"""People on events: registered, what they answered, and whether they were there."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event, Question
from events.models.places import Claim
from events.querysets import RegistrationQuerySet
from events.states import CheckIn, Half, Mark, RegistrationState
from people.models import Organisation, Person


class Registration(models.Model):
    """A person on an event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations")
    person = models.ForeignKey(Person, models.CASCADE, related_name="registrations")
    claim = models.OneToOneField(Claim, models.SET_NULL, null=True, blank=True, related_name="registration")
    state = models.CharField(max_length=16, choices=RegistrationState, default=RegistrationState.REGISTERED)
    # True where the registration follows an enrolment in a cohort: it is made, moved and cancelled with it.
    from_enrolment = models.BooleanField(default=False)
    # What was typed at registration; it changes no fact of anyone, and is used for this event only.
    name = models.CharField(_("name"), max_length=200, blank=True, db_default="")
    badge_name = models.CharField(_("name on the badge"), max_length=120, blank=True, db_default="")
    phone = models.CharField(_("mobile number"), max_length=40, blank=True, db_default="")
    employer = models.CharField(_("employer"), max_length=160, blank=True, db_default="")
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="+")
    # Who registered the person, when it was somebody else.
    by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="registered")
    # Part of the personal link; raising it makes earlier links open nothing.
    link_version = models.PositiveIntegerField(default=1, db_default=1)
    badge_printed_at = models.DateTimeField(null=True, blank=True)
    # What stood on the badge, as a digest: when name or employer have changed since, the badge is new again.
    badge_words = models.CharField(max_length=32, blank=True, default="", db_default="")
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


class Reply(models.Model):
    """What a registered person answered to one of the event's questions."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="replies")
    question = models.ForeignKey(Question, models.CASCADE, related_name="replies")
    # Text, a number, yes or no, or the numbers of the lines that were chosen.
    value: Any = models.JSONField()

    class Meta:
        verbose_name_plural = "replies"
        constraints = [models.UniqueConstraint(fields=["registration", "question"], name="reply_once")]

    def __str__(self) -> str:
        return f"reply to {self.question_id}"


class Scan(models.Model):
    """Somebody was seen at the door, or was said not to have been: a fact, kept even when it says nothing new."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="scans")
    # Made by the device, so that sending it again adds nothing.
    nonce = models.UUIDField(unique=True)
    date = models.DateField()
    half = models.CharField(max_length=2, choices=Half)
    # False takes back what was said until then.
    here = models.BooleanField(default=True, db_default=True)
    how = models.CharField(max_length=6, choices=CheckIn, default=CheckIn.CODE)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    # What the device's clock showed, and when it reached us.
    seen_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["seen_at", "pk"]
        indexes = [models.Index(fields=["registration", "date", "half"], name="scan_half")]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.date} {self.half}"
