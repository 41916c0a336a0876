"""Who a programme is for: conditions in words, what was answered, and what a coordinator decided all the same."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Person
from programmes.models.enrolments import Enrolment
from programmes.models.programmes import Programme
from programmes.querysets import ConditionQuerySet, RulingQuerySet
from programmes.states import MONTHS, Fact, Flag


class Condition(models.Model):
    """Something that is asked of everyone who applies, and what the answer decides."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="entry")
    order = models.PositiveSmallIntegerField(default=0)
    fact = models.CharField(_("what it is about"), max_length=12, choices=Fact)
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    decides = models.CharField(_("what it decides"), max_length=10, choices=Flag)
    # As the public page says it, as the application asks it, and why not where the answer does not meet it.
    words = models.CharField(_("the condition in words"), max_length=200)
    question = models.CharField(_("question"), max_length=200)
    reason = models.CharField(_("reason"), max_length=200)
    # What is no longer asked stays for those who have answered.
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fact__in=MONTHS, months__isnull=False) | ~Q(fact__in=MONTHS) & Q(months__isnull=True),
                name="condition_months",
            )
        ]

    def __str__(self) -> str:
        return self.words


class Answered(models.Model):
    """What an application says about one condition: yes or no, or since which month."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="answers")
    condition = models.ForeignKey(Condition, models.CASCADE, related_name="answers")
    yes = models.BooleanField(_("yes"), null=True, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "condition"], name="condition_answered_once"),
            models.CheckConstraint(
                condition=Q(yes__isnull=True, since__isnull=False) | Q(yes__isnull=False, since__isnull=True),
                name="condition_one_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.condition_id}"


class Ruling(models.Model):
    """A coordinator decides one of the two flags of an enrolment, whatever the conditions say, and says why."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="rulings")
    flag = models.CharField(_("what it decides"), max_length=10, choices=Flag)
    value = models.BooleanField(_("decided"))
    why = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = RulingQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.flag} {self.value}"
