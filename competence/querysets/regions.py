"""Whose region: the regions that somebody works in, or has a role in."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from base.clock import now
from people.querysets import valid_on


def at_home_in(person: Any, field: str = "region") -> Q:
    """Rows of regions that the person coordinates, belongs to, works in, or directs or manages something in.

    `field` leads to the region; "" stands for the region itself.
    """
    key = f"{field}_id" if field else "pk"
    today = now().date()
    Employment = apps.get_model("people", "Employment")
    RoleAssignment = apps.get_model("people", "RoleAssignment")
    Participation = apps.get_model("people", "Participation")
    works = Employment.objects.on(today).filter(person=person, unit__path__startswith=OuterRef("organisation__path"))
    leads = RoleAssignment.objects.on(today).filter(
        person=person, organisation__path__startswith=OuterRef("organisation__path")
    )
    there = Participation.objects.filter(valid_on(today)).filter(Q(Exists(works)) | Q(Exists(leads)))
    mine = Q(**{f"{key}__in": person.reach.region_ids}) | Q(**{f"{key}__in": there.values("region_id")})
    return mine | Q(**{key: person.home_region_id}) if person.home_region_id else mine
