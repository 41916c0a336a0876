"""Strategic goals, from a municipality's strategy down to its units."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from competence.models.frameworks import Competence
from competence.querysets import StrategicGoalQuerySet
from people.models import Organisation


class StrategicGoal(models.Model):
    """What an organisation is to reach, and the goal above that it serves."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="strategic_goals")
    serves = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="served_by", verbose_name=_("serves the goal")
    )
    position = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(_("goal"), max_length=200)
    explanation = models.CharField(_("what it means here"), max_length=500, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    competences = models.ManyToManyField(Competence, through="GoalCompetence", related_name="goals")

    objects = StrategicGoalQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="strategic_goal_period"
            )
        ]

    def __str__(self) -> str:
        return self.words

    def get_absolute_url(self) -> str:
        return reverse("competence:goals", args=[self.organisation_id])


class GoalCompetence(models.Model):
    """A competence that a goal asks for."""

    goal = models.ForeignKey(StrategicGoal, models.CASCADE, related_name="links")
    competence = models.ForeignKey(Competence, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["goal", "competence"], name="goal_competence_once")]

    def __str__(self) -> str:
        return f"{self.goal_id} {self.competence_id}"
