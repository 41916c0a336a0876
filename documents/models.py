"""Stored private files."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Sum

from documents.states import FileState

EMBLEM = "emblem"


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    """Files by what they belong to; who may open one is asked of the thing that owns it."""

    def expired(self, now: Any) -> "StoredFileQuerySet":
        """Files whose time is over."""
        return self.filter(expires_at__lte=now)

    def held(self) -> "StoredFileQuerySet":
        """Uploads that wait for the virus scanner, the oldest first."""
        return self.filter(state=FileState.HELD).order_by("created_at", "pk")

    def uploads_of(self, person: Any) -> "StoredFileQuerySet":
        """What a person has uploaded and what counts against their share; a refused file does not."""
        return self.filter(by=person, uploaded=True).exclude(state=FileState.REFUSED)

    def total_size(self) -> int:
        """How many bytes these files fill together."""
        return int(self.aggregate(total=Sum("size"))["total"] or 0)

    def emblems(self) -> "StoredFileQuerySet":
        """Pictures of funders and organisations."""
        return self.filter(kind=EMBLEM)

    def waiting(self, *, key: str, about: str, by: Any, now: Any) -> "StoredFile | None":
        """The picture that somebody has handed in about a thing, which waits for the rest of its form."""
        try:
            pk = uuid.UUID(key)
        except ValueError:
            return None
        return self.emblems().filter(pk=pk, about=about, by=by, expires_at__gt=now).first()


class StoredFile(models.Model):
    """A private file: a random name on disk, a safe name to show, a digest; served only through its owner's rule."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    # The thing it belongs to and the region or organisation that may see it, as string keys.
    about = models.CharField(max_length=120, blank=True, db_index=True)
    scope = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=200, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    # What the gate and the virus scanner said of an upload; files of our own making are ready from the beginning.
    state = models.CharField(
        max_length=10, choices=FileState.choices, default=FileState.READY, db_default=FileState.READY
    )
    uploaded = models.BooleanField(default=False, db_default=False)
    pages = models.PositiveIntegerField(null=True, blank=True)
    notes = models.JSONField(null=True, blank=True)
    found = models.CharField(max_length=200, blank=True, db_default="")
    scanned_at = models.DateTimeField(null=True, blank=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["created_at"], condition=models.Q(state="held"), name="held_files")]

    def __str__(self) -> str:
        return self.name
