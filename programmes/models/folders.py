"""The course folder: its versions, and who may fetch a municipality's copy besides its directors."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.states import PrintState
from people.models import Person
from people.states import Language
from programmes.models.cohorts import Cohort, Share
from programmes.querysets import FolderQuerySet, FolderReaderQuerySet


class Folder(models.Model):
    """One version of a round's folder in one language: asked for, made by the clock, released, replaced by a newer."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="folders")
    number = models.PositiveSmallIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=2, choices=Language)
    state = models.CharField(max_length=8, choices=PrintState, default=PrintState.WAITING)
    # How many of the uploads are in, and how many there are.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    print_after = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)
    # Numbers of the enrolments of the people who are named in it; it is made anew when one of them no longer agrees.
    named: Any = models.JSONField(default=list)
    # How many uploads are in it, and how many of them cannot be read by every reader's program.
    uploads = models.PositiveIntegerField(default=0)
    inaccessible = models.PositiveIntegerField(default=0)
    file = models.ForeignKey("documents.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+")
    # It takes the place of a released version, so it is released as soon as it is ready.
    follows_on = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    ready_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FolderQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="folder_number"),
            models.UniqueConstraint(
                fields=["cohort", "language"],
                condition=Q(released_at__isnull=False, ended_at__isnull=True),
                name="folder_one_released",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Version %(number)s") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("programmes:folder", args=[self.cohort_id])

    @property
    def percent(self) -> int:
        """How much is made, 0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0


class FolderReader(models.Model):
    """Somebody whom a municipality's director has named: she can fetch the municipality's copy of a folder."""

    share = models.ForeignKey(Share, models.CASCADE, related_name="folder_readers", verbose_name=_("folder of"))
    person = models.ForeignKey(Person, models.CASCADE, related_name="folder_readings")
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FolderReaderQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["share", "person"], condition=Q(ended_at__isnull=True), name="folder_reader_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.share_id} {self.person_id}"
