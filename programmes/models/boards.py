"""What follows after a round: its page for a board, what was changed, improvements, and the next look."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from people.models import Person
from programmes.models.cohorts import Cohort, Decision
from programmes.querysets import ImprovementQuerySet, SaidQuerySet
from programmes.states import ImprovementState, Shown


class BoardPage(models.Model):
    """That the page about a round may be read by the directors of its municipalities, and since when."""

    cohort = models.OneToOneField(Cohort, models.CASCADE, related_name="board_page")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.released_at}"


class Said(models.Model):
    """What the participants of a round said, as the coordinator words it, and what was changed ("you said, ...")."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="said")
    order = models.PositiveSmallIntegerField(default=0)
    said = models.TextField(_("what participants said"))
    changed = models.TextField(_("what was changed"))
    shown = models.CharField(_("shown"), max_length=10, choices=Shown, default=Shown.HIDDEN)
    at = models.DateTimeField()

    objects = SaidQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.said

    def get_absolute_url(self) -> str:
        return reverse("programmes:said_edit", args=[self.cohort_id, self.pk])


class Improvement(models.Model):
    """Something that the decision about an earlier round wants better: a row of this round's checklist."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="improvements")
    decision = models.ForeignKey(Decision, models.CASCADE, related_name="followed_up")
    order = models.PositiveSmallIntegerField(default=0)
    words = models.TextField(_("improvement"))
    state = models.CharField(_("state"), max_length=10, choices=ImprovementState, default=ImprovementState.OPEN)
    reason = models.TextField(_("reason"), blank=True)
    owner = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who sees to it")
    )
    due = models.DateField(_("date"), null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = ImprovementQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ImprovementState.NOT_DONE) | ~Q(reason=""), name="improvement_not_done_why"
            )
        ]

    def __str__(self) -> str:
        return self.words

    def get_absolute_url(self) -> str:
        return reverse("programmes:improvement", args=[self.cohort_id, self.pk])


class Look(models.Model):
    """The decision about a round was looked at again: what is seen now."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="looks")
    words = models.TextField(_("what we see now"))
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.at}"
