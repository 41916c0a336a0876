"""What can be asked about surveys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from competence.states import SurveyState
from people.querysets import within

if TYPE_CHECKING:
    from competence.models import Survey


class SurveyQuerySet(models.QuerySet["Survey"]):
    """Surveys of regions."""

    def run_by(self, person: Any) -> SurveyQuerySet:
        """Those of the regions that the person coordinates; all for administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(region_id__in=person.reach.region_ids)

    def visible_to(self, person: Any) -> SurveyQuerySet:
        """All of one's regions for whoever runs them; once launched, for directors and managers of units asked."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        units = apps.get_model("competence", "SurveyUnit").objects.filter(survey=OuterRef("pk"))
        mine = units.filter(within(person.reach.staff_paths, "organisation__path"))
        launched = ~Q(state__in=[SurveyState.DRAFT, SurveyState.DESTROYED])
        return self.filter(Q(region_id__in=person.reach.region_ids) | launched & Q(Exists(mine)))
