"""The own profile: a self-assessment that is the person's own, and levels that others put beside it."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from base import dates
from competence.models.frameworks import Competence, FrameworkVersion
from competence.querysets import AssessmentQuerySet, RatingQuerySet, SharingQuerySet
from competence.states import RatedBy, Step
from people.models import Person


class Assessment(models.Model):
    """A person's own assessment against a framework on a day; nobody else reads it unless she shares it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="assessments")
    framework = models.ForeignKey(FrameworkVersion, models.PROTECT, related_name="assessments")
    on = models.DateField()
    from_file = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["person", "framework", "on"], name="assessment_once_a_day")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.on}"

    @property
    def label(self) -> str:
        """Its day, which is what its owner knows it by."""
        return dates.full_day(self.on)

    def get_absolute_url(self) -> str:
        return reverse("competence:assessment", args=[self.pk])


class Rating(models.Model):
    """A level that somebody put on a day: the person in an assessment, a manager, or the group. Never averaged."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="competence_ratings")
    competence = models.ForeignKey(Competence, models.PROTECT, related_name="ratings")
    rated_by = models.CharField(max_length=8, choices=RatedBy)
    assessment = models.ForeignKey(Assessment, models.CASCADE, null=True, blank=True, related_name="ratings")
    by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Step, null=True, blank=True)
    wishes = models.BooleanField(default=False)  # would like to learn more
    on = models.DateField()
    at = models.DateTimeField()

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering = ["competence__area__position", "competence__position", "-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rated_by=RatedBy.SELF, assessment__isnull=False)
                | ~Q(rated_by=RatedBy.SELF) & Q(assessment__isnull=True),
                name="rating_of_self_in_assessment",
            ),
            models.UniqueConstraint(fields=["assessment", "competence"], name="rating_once_in_assessment"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.competence_id} {self.rated_by} {self.level}"


class Share(models.Model):
    """The person lets somebody read an assessment, for an individual discussion, until she takes it back."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="shares")
    reader = models.ForeignKey(Person, models.CASCADE, related_name="assessments_shared")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SharingQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "reader"], condition=Q(ended_at__isnull=True), name="assessment_share_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.reader_id}"
