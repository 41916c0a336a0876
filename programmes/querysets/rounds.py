"""What all rows of rounds can be asked."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import OuterRef

from events.states import StaffFunction

Row = TypeVar("Row", bound=models.Model)


class OfRounds(models.QuerySet[Row]):
    """Rows that belong to a cohort."""

    def run_by(self, person: Any) -> Self:
        """Those of the rounds that a person runs."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(cohort__programme__region_id__in=person.reach.region_ids)


def lectures(person: Any, event: str) -> models.QuerySet[Any]:
    """That the person is a lecturer of the event whose key stands in the outer query's field."""
    Staff = apps.get_model("events", "Staff")
    return Staff.objects.filter(event=OuterRef(event), person=person, function=StaffFunction.LECTURER)
