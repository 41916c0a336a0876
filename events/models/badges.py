"""Name badges that were asked for: which people, on which labels, and the file."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from events.querysets import BadgePrintQuerySet
from events.states import BadgeSheet, PrintState
from people.models import Person


class BadgePrint(models.Model):
    """Sheets of badges for some of an event's people, made by the clock and kept for some days."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="badge_prints")
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    sheet = models.CharField(_("labels"), max_length=10, choices=BadgeSheet)
    # The position of the first badge on the first sheet, counted from 1: earlier labels are used up.
    start = models.PositiveSmallIntegerField(default=1)
    # Whose badges, as numbers only: who has left by the time of printing gets none.
    registrations: Any = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=8, choices=PrintState, default=PrintState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    print_after = models.DateTimeField(null=True, blank=True)
    file = models.ForeignKey("documents.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)

    objects = BadgePrintQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.count} badges of {self.event_id}"
