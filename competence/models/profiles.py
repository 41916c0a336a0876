"""Role profiles: the tasks of a role and the levels that it asks for, in versions that never change."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from competence.models.frameworks import Competence, FrameworkVersion
from competence.querysets import HoldingQuerySet, ProfileVersionQuerySet, RoleProfileQuerySet
from competence.states import Step, VersionState
from people.models import Employment, Organisation, Person, Region


class RoleProfile(models.Model):
    """The role and competence description of a role, of a region or of one employer in it."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="role_profiles")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="role_profiles", verbose_name=_("employer")
    )
    title = models.CharField(_("role"), max_length=120)
    created_at = models.DateTimeField()

    objects = RoleProfileQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("competence:profile", args=[self.pk])


class ProfileVersion(models.Model):
    """One version of a role profile against one version of a framework; once published it never changes."""

    profile = models.ForeignKey(RoleProfile, models.CASCADE, related_name="versions")
    framework = models.ForeignKey(FrameworkVersion, models.PROTECT, related_name="profiles")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    purpose = models.TextField(_("what the role is for"), blank=True)
    requirements = models.TextField(_("education and experience"), blank=True)
    # Keys of competences that split or merged since the version before: their targets wait for an answer.
    to_settle: Any = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ProfileVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "number"], name="profile_version_once"),
            models.UniqueConstraint(fields=["profile"], condition=Q(state=VersionState.DRAFT), name="profile_draft"),
            models.UniqueConstraint(
                fields=["profile"], condition=Q(state=VersionState.PUBLISHED), name="profile_one_published"
            ),
            models.CheckConstraint(
                condition=Q(state=VersionState.DRAFT, published_at__isnull=True)
                | ~Q(state=VersionState.DRAFT) & Q(published_at__isnull=False),
                name="profile_published_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("competence:profile_version", args=[self.pk])


class Task(models.Model):
    """A task of the role."""

    version = models.ForeignKey(ProfileVersion, models.CASCADE, related_name="tasks")
    position = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(_("task"), max_length=300)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.words


class Target(models.Model):
    """The level of a competence that the role asks for."""

    version = models.ForeignKey(ProfileVersion, models.CASCADE, related_name="targets")
    competence = models.ForeignKey(Competence, models.PROTECT, related_name="targets")
    level = models.PositiveSmallIntegerField(_("target level"), choices=Step)

    class Meta:
        ordering = ["competence__area__position", "competence__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "competence"], name="target_once")]

    def __str__(self) -> str:
        return f"{self.competence_id}: {self.level}"


class Holding(models.Model):
    """A person has a role in an employment, from a day to a day."""

    employment = models.ForeignKey(Employment, models.CASCADE, related_name="holdings")
    profile = models.ForeignKey(RoleProfile, models.PROTECT, related_name="holdings")
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="holding_period"
            ),
            models.UniqueConstraint(fields=["employment", "profile", "valid_from"], name="holding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.employment_id} {self.profile_id} {self.valid_from}"
