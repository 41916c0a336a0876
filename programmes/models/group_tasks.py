"""Tasks between the days: in which groups they are done, and what each group hands in."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from people.models import Person
from programmes.models.cohorts import Cohort, CourseDay
from programmes.models.enrolments import Enrolment
from programmes.querysets import GroupTaskQuerySet, TaskGroupQuerySet


class GroupTask(models.Model):
    """Something to do for a round, by a day, in groups or each alone."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="group_tasks")
    day = models.ForeignKey(
        CourseDay, models.SET_NULL, null=True, blank=True, related_name="group_tasks", verbose_name=_("course day")
    )
    title = models.CharField(_("title"), max_length=160)
    instruction = models.TextField(_("instruction"))
    due = models.DateField(_("last day to hand in"))
    alone = models.BooleanField(_("each alone"), default=False)
    # Since when everyone in the round may read what was handed in.
    shown_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = GroupTaskQuerySet.as_manager()

    class Meta:
        ordering = ["due", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:group_task", args=[self.pk])


class TaskGroup(models.Model):
    """Those who do a task together, or the one who does it alone."""

    task = models.ForeignKey(GroupTask, models.CASCADE, related_name="groups")
    number = models.PositiveSmallIntegerField()

    objects = TaskGroupQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["task", "number"], name="task_group_number")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("programmes:hand_in", args=[self.pk])


class TaskMember(models.Model):
    """A participant in a group; in one group of each task."""

    task = models.ForeignKey(GroupTask, models.CASCADE, related_name="members")
    group = models.ForeignKey(TaskGroup, models.CASCADE, related_name="members")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="task_places")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["task", "enrolment"], name="task_member_once")]

    def __str__(self) -> str:
        return f"{self.group_id} {self.enrolment_id}"


class HandIn(models.Model):
    """What a group writes together, and when one of it handed it in; `version` counts how often it was saved."""

    group = models.OneToOneField(TaskGroup, models.CASCADE, related_name="hand_in")
    text = models.TextField(_("text"), blank=True)
    # A refused upload is erased by itself after a while, and then no longer stands here.
    file = models.ForeignKey("documents.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField()
    handed_in_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    handed_in_at = models.DateTimeField(null=True, blank=True)
    late = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(handed_in_at__isnull=False) | Q(late=False, handed_in_by__isnull=True),
                name="hand_in_late_only_when_handed_in",
            )
        ]

    def __str__(self) -> str:
        return f"{self.group_id}"
