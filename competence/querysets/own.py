"""What can be asked about self-assessments and the levels beside them: no role reaches in, only the person's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from competence.states import RatedBy

if TYPE_CHECKING:
    from competence.models import Assessment, Rating


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Self-assessments."""

    def visible_to(self, person: Any) -> AssessmentQuerySet:
        """One's own, and those that somebody shares with one just now; whatever one's roles are."""
        if not person.is_authenticated:
            return self.none()
        shares = apps.get_model("competence", "Share").objects
        shared = shares.filter(assessment=OuterRef("pk"), reader=person, ended_at__isnull=True)
        return self.filter(Q(person=person) | Q(Exists(shared)))


class RatingQuerySet(models.QuerySet["Rating"]):
    """Levels of people in competences."""

    def visible_to(self, person: Any) -> RatingQuerySet:
        """Those about oneself; those one has put; those in an assessment that is shared with one just now."""
        if not person.is_authenticated:
            return self.none()
        shares = apps.get_model("competence", "Share").objects
        shared = shares.filter(assessment=OuterRef("assessment"), reader=person, ended_at__isnull=True)
        return self.filter(Q(person=person) | Q(by=person) & ~Q(rated_by=RatedBy.SELF) | Q(Exists(shared)))
