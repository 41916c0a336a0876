"""Boxes, invitations, codes, sealed ballots, and what is released of them.

No row joins a person and an answer. An invitation is never touched by an answer; a code knows no person; a ballot is a
number that only its code gives, a stratum and a ciphertext of one length, without time and author.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from answers import seals
from answers.states import BoxState, HeldUp, TextState


class BoxQuerySet(models.QuerySet["Box"]):
    """Boxes by state and time."""

    def taking_answers(self, now: Any) -> "BoxQuerySet":
        """Those that may be answered at this instant."""
        return self.filter(state=BoxState.OPEN, opens_at__lte=now, closes_at__gt=now)

    def to_open(self, now: Any) -> "BoxQuerySet":
        """Those whose time to open has come."""
        return self.filter(state=BoxState.LAUNCHED, opens_at__lte=now)

    def over(self, now: Any) -> "BoxQuerySet":
        """Open ones whose time is over."""
        return self.filter(state=BoxState.OPEN, closes_at__lte=now)

    def of_late(self, since: Any) -> "BoxQuerySet":
        """Launched ones that are not over or were not at this instant, unless they were thrown away."""
        return self.filter(launched_at__isnull=False, closes_at__gt=since).exclude(state=BoxState.DESTROYED)

    def visible_to(self, person: Any) -> "BoxQuerySet":
        """For the coordinators of the region, and administrators; what is published of a box, its owner's app shows."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(scope__in=[f"region:{pk}" for pk in person.reach.region_ids])


class Box(models.Model):
    """A sealed ballot box: questions and thresholds frozen at launch, answers that only its keys open."""

    kind = models.CharField(max_length=40)
    owner = models.CharField(max_length=120, unique=True)
    scope = models.CharField(max_length=120, db_index=True)
    # The owner of the box that sums this one up with others, and where its words are read when it has too few writers.
    pool = models.CharField(max_length=120, blank=True, db_index=True)
    title: Any = models.JSONField(default=dict)
    lead: Any = models.JSONField(default=dict)
    questions: Any = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    zone = models.CharField(max_length=40, default="Europe/Stockholm")
    state = models.CharField(max_length=10, choices=BoxState, default=BoxState.DRAFT)
    opens_at = models.DateTimeField(null=True, blank=True, db_index=True)
    closes_at = models.DateTimeField(null=True, blank=True, db_index=True)
    # Frozen at launch, with the digest over them and the questions.
    tree: Any = models.JSONField(default=dict)
    slips: Any = models.JSONField(default=list)
    k = models.PositiveSmallIntegerField(default=5)
    frozen_digest = models.CharField(max_length=64, blank=True)
    invited = models.PositiveIntegerField(default=0)
    key_name = models.CharField(max_length=32, blank=True)
    public_key = models.BinaryField(null=True, blank=True)
    plan_digest = models.CharField(max_length=64, blank=True)
    # Why it has not been counted, and how many ballots of which stratum cannot be opened; nothing when all is well.
    held_up = models.CharField(max_length=10, choices=HeldUp, blank=True, default="", db_default="")
    unreadable: Any = models.JSONField(null=True, blank=True)
    launched_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    keys_destroyed_at = models.DateTimeField(null=True, blank=True)

    objects = BoxQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "boxes"
        constraints = [
            models.CheckConstraint(condition=Q(k__gte=5), name="box_at_least_five"),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__gt=F("opens_at")), name="box_closes_after_opening"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BoxState.DRAFT, BoxState.DESTROYED]) | ~Q(frozen_digest=""),
                name="box_frozen_at_launch",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BoxState.DRAFT, BoxState.LAUNCHED, BoxState.DESTROYED])
                | Q(public_key__isnull=False),
                name="box_open_has_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.state}"


class Invitation(models.Model):
    """A person was asked to answer, in a stratum as it was at launch; no answer ever touches this row."""

    box = models.ForeignKey(Box, models.CASCADE, related_name="invitations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    unit = models.CharField(max_length=60)
    role = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["box", "person"], name="invitation_once")]

    def __str__(self) -> str:
        return f"{self.person_id} to {self.box_id}"


class BallotCode(models.Model):
    """The digest of a code, made shuffled and without a person; one code, one vote."""

    box = models.ForeignKey(Box, models.CASCADE, related_name="codes")
    unit = models.CharField(max_length=60)
    role = models.CharField(max_length=40, blank=True)
    code_hash = models.CharField(max_length=64, unique=True)
    used = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"code of {self.box_id}"


class SlipSheet(models.Model):
    """Slips of a unit on paper, sealed for the browser that asked; gone when read, after a day, and at closing."""

    box = models.ForeignKey(Box, models.CASCADE, related_name="slip_sheets")
    unit = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    public_key = models.BinaryField()
    ciphertext = models.BinaryField(null=True, blank=True)
    wanted_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["box", "unit"], name="slip_sheet_once")]

    def __str__(self) -> str:
        return f"slips of {self.unit} in {self.box_id}"


class AnswerDraft(models.Model):
    """What somebody has typed and not sent, locked with a key that only the code gives; gone at closing."""

    box = models.ForeignKey(Box, models.CASCADE, related_name="drafts")
    code_hash = models.CharField(max_length=64, primary_key=True)
    ciphertext = models.BinaryField(max_length=seals.PADDED + 40)

    def __str__(self) -> str:
        return f"draft in {self.box_id}"


class Ballot(models.Model):
    """A sealed answer: no time, no author, one length."""

    id = models.UUIDField(primary_key=True, editable=False)
    box = models.ForeignKey(Box, models.CASCADE, related_name="ballots")
    unit = models.CharField(max_length=60)
    role = models.CharField(max_length=40, blank=True)
    ciphertext = models.BinaryField(max_length=seals.SEALED)

    def __str__(self) -> str:
        return f"ballot in {self.box_id}"


class Part(models.Model):
    """What a counted box gives to its pool, sealed for the pool's key: sums that it publishes, or a text of too few.

    All are of one length, so that sums and texts look alike.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    box = models.ForeignKey(Box, models.CASCADE, related_name="parts")
    ciphertext = models.BinaryField(max_length=seals.SEALED)

    def __str__(self) -> str:
        return f"part of {self.box_id}"


class ReleaseQuerySet(models.QuerySet["Release"]):
    """What has been published."""

    def update(self, **facts: Any) -> int:
        """A release is read and never changed."""
        raise TypeError("a release is never changed")


class Release(models.Model):
    """The published tables of a box: every page, file and export reads them here and nowhere else."""

    box = models.OneToOneField(Box, models.PROTECT, related_name="release")
    tables: Any = models.JSONField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = ReleaseQuerySet.as_manager()

    def __str__(self) -> str:
        return f"release of {self.box_id}"


class FreeText(models.Model):
    """What somebody wrote, without stratum: unread until redacted, of which the original is then gone.

    In `box` the words have at least ten writers. Rows that wait in a pool are of before there were sealed parts; they
    are read with these when the pool is counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    box = models.ForeignKey(Box, models.CASCADE, null=True, blank=True, related_name="texts")
    pool = models.CharField(max_length=120, blank=True, db_index=True)
    scope = models.CharField(max_length=120)
    question = models.CharField(max_length=40)
    place = models.CharField(max_length=60, blank=True)
    words = models.TextField()
    state = models.CharField(max_length=10, choices=TextState, default=TextState.WAITING)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=TextState.POOLED, box__isnull=True)
                | (~Q(state=TextState.POOLED) & Q(box__isnull=False)),
                name="free_text_box_or_pool",
            )
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.state}"


class Rate(models.Model):
    """The share that has answered, in whole tens, as it was once on a day: what may be shown while a box is open."""

    box = models.ForeignKey(Box, models.CASCADE, related_name="rates")
    place = models.CharField(max_length=60, blank=True)
    on = models.DateField()
    tens = models.CharField(max_length=4)

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["box", "place", "on"], name="rate_once_a_day")]

    def __str__(self) -> str:
        return f"{self.box_id} {self.on} {self.tens}"
