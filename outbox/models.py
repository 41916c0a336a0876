"""Letters, and batches of them."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from outbox.states import OPEN, TROUBLE, WAITING, Lane, LetterState

if TYPE_CHECKING:
    from outbox.kinds import Round


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters by state and scope."""

    def due(self, now: Any) -> "LetterQuerySet":
        """Those that may be claimed by a sender at `now`."""
        return self.filter(
            Q(state__in=WAITING, not_before__lte=now) | Q(state=LetterState.INFLIGHT, leased_until__lte=now)
        )

    def not_begun(self) -> "LetterQuerySet":
        """Those of which nothing has been said to a mail server yet."""
        return self.filter(
            Q(state__in=[LetterState.HELD, *WAITING]) | Q(state=LetterState.INFLIGHT, begun_at__isnull=True)
        )

    def waiting(self) -> "LetterQuerySet":
        """Those not finished with."""
        return self.filter(state__in=OPEN)

    def in_trouble(self) -> "LetterQuerySet":
        """Those that a person should look at."""
        return self.filter(state__in=TROUBLE)

    def visible_to(self, person: Any) -> "LetterQuerySet":
        """One's own, and for a coordinator those of her regions; administrators see all."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(Q(person=person) | Q(scope__in=[f"region:{pk}" for pk in person.reach.region_ids]))

    def handled_by(self, person: Any) -> "LetterQuerySet":
        """Those that a person may hold, send and cancel: not one's own, but those of the regions one coordinates."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(scope__in=[f"region:{pk}" for pk in person.reach.region_ids])


class BatchQuerySet(models.QuerySet["Batch"]):
    """Letters to many."""

    def visible_to(self, person: Any) -> "BatchQuerySet":
        """For a coordinator those of her regions; administrators see all."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(scope__in=[f"region:{pk}" for pk in person.reach.region_ids])


class Batch(models.Model):
    """Letters that leave together, held until someone has read them, with time to undo after the release."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=120, db_index=True)
    scope = models.CharField(max_length=120, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    send_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"

    def get_absolute_url(self) -> str:
        return reverse("outbox:batch", args=[self.pk])


class Letter(models.Model):
    """A mail that is a row before it is sent: one per reason and person, in the reader's language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # kind + object that is the reason + its version + recipient: the same reason never writes twice.
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60, db_index=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="letters")
    # Only where the reader is nobody that Helmi knows; else the person's address at sending counts.
    address = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=2)
    about = models.CharField(max_length=120, db_index=True)
    scope = models.CharField(max_length=120, db_index=True)
    facts: Any = models.JSONField(default=dict)
    lane = models.CharField(max_length=10, choices=Lane, default=Lane.NOW)
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.QUEUED)
    batch = models.ForeignKey(Batch, models.CASCADE, null=True, blank=True, related_name="letters")
    not_before = models.DateTimeField(db_index=True)
    useful_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.CharField(max_length=36, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=160, blank=True)
    # What was really sent, with personal links masked; erased with the person.
    sent_to = models.EmailField(max_length=254, blank=True)
    sent_subject = models.CharField(max_length=250, blank=True)
    sent_text = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # Set just before the mail server is spoken to, cleared when its answer is known: what a crash leaves in doubt.
    begun_at = models.DateTimeField(null=True, blank=True)
    possible_duplicates = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    # No field: the letters that are being sent with this one, so that their builders read once for all.
    round: "Round | None" = None

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "not_before"], name="letter_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("outbox:letter", args=[self.pk])

    @property
    def reader_address(self) -> str:
        """Where it goes: the person's address as it is now, or the one that was given for nobody we know."""
        return (self.person.email or "") if self.person else self.address

    @property
    def reader_language(self) -> str:
        """The language it is written in: the person's as it is now, until it has been sent."""
        return self.person.language if self.person and not self.sent_at else self.language


class FlaggedAddress(models.Model):
    """An address whose mail server said that there is no such mailbox; a letter that arrives takes the flag away."""

    address = models.EmailField(max_length=254, unique=True)
    code = models.CharField(max_length=40, blank=True)
    flagged_at = models.DateTimeField()

    class Meta:
        ordering = ["address"]
        verbose_name_plural = "flagged addresses"

    def __str__(self) -> str:
        return self.address
