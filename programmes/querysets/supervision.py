"""What can be asked about supervision groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from programmes.states import (
    LIVE_SUPERVISION,
)

if TYPE_CHECKING:
    from programmes.models import SupervisionGroup, SupervisionMember


class SupervisionGroupQuerySet(models.QuerySet["SupervisionGroup"]):
    """Supervision groups."""

    def live(self) -> SupervisionGroupQuerySet:
        """Those that have not ended."""
        return self.filter(state__in=LIVE_SUPERVISION)

    def run_by(self, person: Any) -> SupervisionGroupQuerySet:
        """Those of the regions that a person coordinates."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(programme__region_id__in=person.reach.region_ids)

    def of(self, person: Any) -> SupervisionGroupQuerySet:
        """Those that the person supervises or is a member of."""
        member = apps.get_model("programmes", "SupervisionMember").objects.standing()
        return self.filter(Q(supervisor=person) | Exists(member.filter(group=OuterRef("pk"), person=person)))

    def to_agree(self, person: Any) -> SupervisionGroupQuerySet:
        """Those whose contract waits for the person's answer."""
        said = apps.get_model("programmes", "SupervisionAnswer").objects.filter(
            group=OuterRef("pk"), person=person, term=OuterRef("term")
        )
        return self.live().of(person).filter(~Exists(said))

    def visible_to(self, person: Any) -> SupervisionGroupQuerySet:
        """The supervisor's, the members', and those of the regions that one coordinates; no manager's."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.of(person) | self.run_by(person)


class SupervisionMemberQuerySet(models.QuerySet["SupervisionMember"]):
    """People in supervision groups."""

    def standing(self) -> SupervisionMemberQuerySet:
        """Those who have not left."""
        return self.filter(left_on__isnull=True)

    def visible_to(self, person: Any) -> SupervisionMemberQuerySet:
        """Of the groups that the person sees."""
        groups = apps.get_model("programmes", "SupervisionGroup").objects.visible_to(person)
        return self.filter(group__in=groups.values("pk"))
