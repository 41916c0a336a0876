"""What can be asked about frameworks and their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from competence.querysets.regions import at_home_in
from competence.states import VersionState

if TYPE_CHECKING:
    from competence.models import Framework, FrameworkVersion


class FrameworkQuerySet(models.QuerySet["Framework"]):
    """Frameworks of regions."""

    def visible_to(self, person: Any) -> FrameworkQuerySet:
        """All for whoever runs the region; those that have been published for everybody at home in it."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        versions = apps.get_model("competence", "FrameworkVersion").objects.exclude(state=VersionState.DRAFT)
        out = versions.filter(framework=OuterRef("pk"))
        return self.filter(Q(region_id__in=person.reach.region_ids) | at_home_in(person) & Q(Exists(out)))

    def run_by(self, person: Any) -> FrameworkQuerySet:
        """Those of the regions that the person coordinates; all for administrators."""
        if not person.is_authenticated:
            return self.none()
        return self if person.reach.administrator else self.filter(region_id__in=person.reach.region_ids)


class FrameworkVersionQuerySet(models.QuerySet["FrameworkVersion"]):
    """Versions of frameworks."""

    def published(self) -> FrameworkVersionQuerySet:
        """The one in force of each framework."""
        return self.filter(state=VersionState.PUBLISHED)

    def visible_to(self, person: Any) -> FrameworkVersionQuerySet:
        """Drafts for whoever runs the region; what has been published for everybody at home in it."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(
            Q(framework__region_id__in=person.reach.region_ids)
            | at_home_in(person, "framework__region") & ~Q(state=VersionState.DRAFT)
        )
