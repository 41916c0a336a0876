"""What can be asked about role profiles and who has a role."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q

from competence.querysets.own import managed_by
from competence.querysets.regions import at_home_in
from competence.states import VersionState
from people.querysets import valid_on, within

if TYPE_CHECKING:
    from competence.models import Holding, ProfileVersion, RoleProfile


class RoleProfileQuerySet(models.QuerySet["RoleProfile"]):
    """Role and competence descriptions."""

    def run_by(self, person: Any) -> RoleProfileQuerySet:
        """Those of the regions that the person coordinates; all for administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(region_id__in=person.reach.region_ids)

    def visible_to(self, person: Any) -> RoleProfileQuerySet:
        """All for whoever runs the region; those that have been published for everybody at home in it."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        versions = apps.get_model("competence", "ProfileVersion").objects.exclude(state=VersionState.DRAFT)
        out = versions.filter(profile=OuterRef("pk"))
        return self.filter(Q(region_id__in=person.reach.region_ids) | at_home_in(person) & Q(Exists(out)))


class ProfileVersionQuerySet(models.QuerySet["ProfileVersion"]):
    """Versions of role profiles."""

    def published(self) -> ProfileVersionQuerySet:
        """The one in force of each profile."""
        return self.filter(state=VersionState.PUBLISHED)

    def run_by(self, person: Any) -> ProfileVersionQuerySet:
        """Those of the regions that the person coordinates; all for administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(profile__region_id__in=person.reach.region_ids)

    def visible_to(self, person: Any) -> ProfileVersionQuerySet:
        """Drafts for whoever runs the region; what has been published for everybody at home in it."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(
            Q(profile__region_id__in=person.reach.region_ids)
            | at_home_in(person, "profile__region") & ~Q(state=VersionState.DRAFT)
        )


class HoldingQuerySet(models.QuerySet["Holding"]):
    """Who has which role, and when."""

    def on(self, day: date) -> HoldingQuerySet:
        """Those in force on `day`, in an employment that is in force too (COM-4)."""
        return self.filter(valid_on(day), valid_on(day, "employment__"))

    def led_by(self, person: Any) -> HoldingQuerySet:
        """Those of the people that one leads, or whose region one coordinates; all for administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(within(person.reach.all_paths, "employment__unit__path"))

    def with_page_for(self, person: Any) -> HoldingQuerySet:
        """With `has_page`: whether the person manages the holder today, and so has a page about her competence."""
        managed = managed_by(person, "employment__person") & Q(employment__person__is_active=True)
        return self.annotate(has_page=ExpressionWrapper(managed, output_field=models.BooleanField()))

    def visible_to(self, person: Any) -> HoldingQuerySet:
        """One's own, and those within reach of one's roles."""
        if not person.is_authenticated:
            return self.none()
        return self.led_by(person) | self.filter(employment__person=person)
