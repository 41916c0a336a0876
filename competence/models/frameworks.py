"""Frameworks: areas, competences, and the words for each step of the one scale; versions that never change."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from competence.querysets import FrameworkQuerySet, FrameworkVersionQuerySet
from competence.states import Lineage, Step, VersionState
from people.models import Person, Region


class Framework(models.Model):
    """What everyone in a kind of work can and must learn, in one version after the other."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="frameworks")
    title = models.CharField(_("name"), max_length=120)
    kind_of_work = models.CharField(_("kind of work"), max_length=120)
    # The name of the ready-made framework that it began as, where it did.
    origin = models.SlugField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("competence:framework", args=[self.pk])


class FrameworkVersion(models.Model):
    """One version of a framework; once published it never changes."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    introduction = models.TextField(_("introduction"), blank=True)
    # The steps of the scale where a competence has no words of its own for them.
    step_1 = models.CharField(_("step 1"), max_length=200, blank=True)
    step_2 = models.CharField(_("step 2"), max_length=200, blank=True)
    step_3 = models.CharField(_("step 3"), max_length=200, blank=True)
    step_4 = models.CharField(_("step 4"), max_length=200, blank=True)
    step_5 = models.CharField(_("step 5"), max_length=200, blank=True)
    revision = models.PositiveIntegerField(default=1)  # counts edits, so that two editors do not overwrite each other
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = FrameworkVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "number"], name="framework_version_once"),
            models.UniqueConstraint(
                fields=["framework"], condition=Q(state=VersionState.DRAFT), name="framework_one_draft"
            ),
            models.UniqueConstraint(
                fields=["framework"], condition=Q(state=VersionState.PUBLISHED), name="framework_one_published"
            ),
            models.CheckConstraint(
                condition=Q(state=VersionState.DRAFT, published_at__isnull=True)
                | ~Q(state=VersionState.DRAFT) & Q(published_at__isnull=False),
                name="framework_published_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.framework} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("competence:framework_version", args=[self.pk])


class Area(models.Model):
    """Competences that belong together; one page of a survey."""

    version = models.ForeignKey(FrameworkVersion, models.CASCADE, related_name="areas")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("in one sentence"), max_length=300, blank=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Competence(models.Model):
    """Something that a person in this work can, more or less."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="competences")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("what it is, in one or two sentences"), max_length=400, blank=True)
    predecessors = models.ManyToManyField("self", symmetrical=False, through="Descent", related_name="successors")

    class Meta:
        ordering = ["area__position", "position", "pk"]

    def __str__(self) -> str:
        return self.name


class Descriptor(models.Model):
    """What a step of the scale means for one competence."""

    competence = models.ForeignKey(Competence, models.CASCADE, related_name="descriptors")
    step = models.PositiveSmallIntegerField(choices=Step)
    words = models.CharField(_("in words"), max_length=300)

    class Meta:
        ordering = ["step"]
        constraints = [models.UniqueConstraint(fields=["competence", "step"], name="descriptor_once")]

    def __str__(self) -> str:
        return f"{self.step}: {self.words}"


class Descent(models.Model):
    """From which competence of the version before one comes, and whether figures of the two may be compared."""

    old = models.ForeignKey(Competence, models.CASCADE, related_name="+")
    new = models.ForeignKey(Competence, models.CASCADE, related_name="descents")
    kind = models.CharField(max_length=8, choices=Lineage)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="descent_once")]

    def __str__(self) -> str:
        return f"{self.old_id} {self.kind} {self.new_id}"
