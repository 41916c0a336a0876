"""What can be asked about tasks and what was handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from programmes.querysets.rounds import OfRounds, lectures
from programmes.states import (
    TAKING_PART,
)

if TYPE_CHECKING:
    from programmes.models import GroupTask, TaskGroup


class GroupTaskQuerySet(OfRounds["GroupTask"]):
    """Tasks of rounds."""

    def set_by(self, person: Any) -> GroupTaskQuerySet:
        """Those that a person sets and changes: of the rounds that she runs, and of the days on which she lectures."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        region = Q(cohort__programme__region_id__in=person.reach.region_ids)
        return self.filter(region | Q(Exists(lectures(person, "day__event"))))

    def done_by(self, person: Any) -> GroupTaskQuerySet:
        """Those of the rounds that a person takes part in."""
        if not person.is_authenticated:
            return self.none()
        Enrolment = apps.get_model("programmes", "Enrolment")
        return self.filter(Exists(Enrolment.objects.taking_part().filter(cohort=OuterRef("cohort"), person=person)))


class TaskGroupQuerySet(models.QuerySet["TaskGroup"]):
    """Groups that do a task, and what they hand in."""

    def of(self, person: Any) -> TaskGroupQuerySet:
        """Those that a person is in, of rounds that she takes part in."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(Exists(_task_places(person).filter(group=OuterRef("pk"))))

    def visible_to(self, person: Any) -> TaskGroupQuerySet:
        """One's own; and what was handed in, to who runs the round, to the lecturer of the day, and to all when shown.

        Nobody else reads anything: an employer sees neither what is written nor who has handed in.
        """
        if not person.is_authenticated:
            return self.none()
        tasks = apps.get_model("programmes", "GroupTask").objects
        handed_in = Q(hand_in__handed_in_at__isnull=False)
        read = Q(task__in=tasks.set_by(person)) | Q(task__in=tasks.done_by(person).filter(shown_at__isnull=False))
        return self.filter(Q(Exists(_task_places(person).filter(group=OuterRef("pk")))) | handed_in & read)


def _task_places(person: Any) -> models.QuerySet[Any]:
    return apps.get_model("programmes", "TaskMember").objects.filter(
        enrolment__person=person, enrolment__programme_side__in=TAKING_PART
    )
