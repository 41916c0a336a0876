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

    def waiting(self) -> ExportQuerySet:
        """Those that nobody makes yet."""
        return self.filter(state=ExportState.WAITING)

    def expired(self, now: datetime) -> ExportQuerySet:
        """Ready ones whose time is over."""
        return self.filter(state=ExportState.READY, expires_at__lte=now)

    def visible_to(self, person: Any) -> ExportQuerySet:
        """Only the one who asked for it."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(by=person)
