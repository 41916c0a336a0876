"""What can be asked about strategic goals."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from base.clock import now
from people.querysets import valid_on, within

if TYPE_CHECKING:
    from competence.models import StrategicGoal


class StrategicGoalQuerySet(models.QuerySet["StrategicGoal"]):
    """Goals of organisations."""

    def on(self, day: date) -> StrategicGoalQuerySet:
        """Those that hold on `day`."""
        return self.filter(valid_on(day))

    def run_by(self, person: Any) -> StrategicGoalQuerySet:
        """Those of what one directs or manages, or of the regions that one coordinates; all for administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(within(person.reach.all_paths, "organisation__path"))

    def visible_to(self, person: Any) -> StrategicGoalQuerySet:
        """Those within reach of one's roles, and those of one's own unit and of everything above it."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        works = (
            apps.get_model("people", "Employment")
            .objects.on(now().date())
            .filter(person=person, unit__path__startswith=OuterRef("organisation__path"))
        )
        leads = (
            apps.get_model("people", "RoleAssignment")
            .objects.on(now().date())
            .filter(person=person, organisation__path__startswith=OuterRef("organisation__path"))
        )
        return self.filter(within(person.reach.all_paths, "organisation__path") | Q(Exists(works)) | Q(Exists(leads)))
