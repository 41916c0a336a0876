"""Model bits that every app uses, and the one table of drafts."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models


class DraftQuerySet(models.QuerySet["Draft"]):
    """Unsent forms."""

    def for_holder(self, digest: str) -> "DraftQuerySet":
        """Drafts that the holder of the link with this token digest may open."""
        return self.filter(token_digest=digest)

    def expired(self, now: Any) -> "DraftQuerySet":
        """Drafts that have been kept for their 30 days."""
        return self.filter(expires_at__lte=now)


class Draft(models.Model):
    """What somebody has typed and not yet sent; nobody else's until then, erased after 30 days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form = models.CharField(max_length=80)
    about = models.CharField(max_length=120, blank=True)
    token_digest = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="drafts")
    data = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at"]

    def __str__(self) -> str:
        return f"{self.form} {self.id}"


class Tick(models.Model):
    """The lease on the clock's hands: who holds it, until when, and when it last moved."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    watermark = models.DateTimeField(null=True)
    # Rounds that failed since the last that did not, and the kind of error (never its message, which may quote data).
    failures = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return self.name
