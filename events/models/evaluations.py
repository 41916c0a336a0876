"""The evaluation of an event: whether it is wanted, the organiser's own questions, and the sealed box of answers."""

from typing import Any

from django.db import models

from answers.models import Box
from events.models.events import Event
from events.querysets import EvaluationQuerySet


class Evaluation(models.Model):
    """A short anonymous form after an event; its answers lie in a box that knows nothing of this row."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="evaluation")
    wanted = models.BooleanField(default=True)
    # Own questions: {"kind": "scale" or "text", "label": {language: words}}.
    questions: Any = models.JSONField(default=list)
    box = models.OneToOneField(Box, models.PROTECT, null=True, blank=True, related_name="+")

    objects = EvaluationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"evaluation of {self.event_id}"
