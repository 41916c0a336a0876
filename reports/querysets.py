"""What can be asked about exports, and who may see them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from reports.states import ExportState

if TYPE_CHECKING:
    from reports.models import Export


class ExportQuerySet(models.QuerySet["Export"]):
    """Files asked for."""

    def to_make(self, now: datetime) -> ExportQuerySet:
        """Those that nobody makes yet, and those whose maker has fallen silent."""
        silent = models.Q(state=ExportState.RUNNING, leased_until__lte=now)
        return self.filter(models.Q(state=ExportState.WAITING) | silent)

    def unfinished(self) -> ExportQuerySet:
        """Waiting or being made."""
        return self.filter(state__in=[ExportState.WAITING, ExportState.RUNNING])

    def expired(self, now: datetime) -> ExportQuerySet:
        """Ready ones whose time is over."""
        return self.filter(state=ExportState.READY, expires_at__lte=now)

    def visible_to(self, person: Any) -> ExportQuerySet:
        """Only the one who asked for it, while the role that allowed it lasts."""
        if not person.is_authenticated:
            return self.none()
        own = self.filter(by=person)
        return own if person.reach.administrator else own.filter(region_id__in=person.reach.region_ids)
