"""Exports: asked for, made in the background, kept for a while."""

import uuid
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from people.models import Person, Region
from reports.querysets import ExportQuerySet
from reports.states import ExportFormat, ExportKind, ExportState


class Export(models.Model):
    """A list that somebody asked for with a purpose; made by the worker, downloaded until it expires."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=ExportKind)
    form = models.CharField(max_length=4, choices=ExportFormat)
    region = models.ForeignKey(Region, models.CASCADE, null=True, blank=True)
    by = models.ForeignKey(Person, models.CASCADE, related_name="exports")
    purpose = models.CharField(_("purpose"), max_length=300)
    choices: Any = models.JSONField(default=dict)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    lease = models.CharField(max_length=36, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    file = models.ForeignKey("documents.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("reports:export", args=[self.pk])

    @property
    def percent(self) -> int:
        """How much is made, 0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0
