"""Cohorts: their seats, their days, and the decision after them."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Event, Places
from people.models import Organisation, Person
from programmes.models.programmes import Programme
from programmes.querysets import CohortQuerySet, CourseDayQuerySet, DecisionQuerySet, ShareQuerySet
from programmes.states import CohortState, Outcome


class Cohort(models.Model):
    """One round of a programme (sv omgång, fi toteutus)."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="cohorts")
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=CohortState, default=CohortState.DRAFT)
    places = models.OneToOneField(Places, models.PROTECT, related_name="cohort")
    opens_on = models.DateField(_("applications open"), null=True, blank=True)
    closes_on = models.DateField(_("last day to apply"), null=True, blank=True)
    last_entry_on = models.DateField(_("last entry day"), null=True, blank=True)
    days_required = models.PositiveSmallIntegerField(_("days required"), default=7)
    answer_days = models.PositiveSmallIntegerField(_("working days to answer an offer"), default=5)
    responsible = models.ForeignKey(
        Person, models.PROTECT, related_name="responsible_for", verbose_name=_("responsible")
    )
    deputy = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="deputy_for", verbose_name=_("deputy")
    )
    previous = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="next")
    selection_confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="cohort_number"),
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True) | Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
                name="cohort_window",
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(programme)s, round %(number)s") % {"programme": self.programme, "number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("programmes:cohort", args=[self.pk])

    @property
    def scope(self) -> str:
        """Whose the deeds and letters about this cohort are: its region's."""
        return f"region:{self.programme.region_id}"

    @property
    def short_name(self) -> str:
        """ "Omgång 12", where the programme is known."""
        return gettext("Round %(number)s") % {"number": self.number}


class Share(models.Model):
    """A participating municipality of a cohort: its guarantee, its place in the host round, its seats when split."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="shares")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="shares")
    guaranteed = models.PositiveSmallIntegerField(_("guaranteed seats"), default=0)
    order = models.PositiveSmallIntegerField(_("place in the host round"), default=0)
    # Seats proposed by the rule and seats given by the coordinator at the selection.
    proposed = models.PositiveSmallIntegerField(null=True, blank=True)
    given = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["cohort", "organisation"], name="share_once")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.guaranteed}"


class CourseDay(models.Model):
    """A day of a cohort: an event plus its theme and learning aims."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="days")
    number = models.PositiveSmallIntegerField(_("day"))
    event = models.OneToOneField(Event, models.PROTECT, related_name="course_day")
    aims = models.TextField(_("learning aims"), blank=True)
    preparation = models.CharField(_("preparation"), max_length=400, blank=True)
    preparation_link = models.URLField(_("link to the preparation"), blank=True)

    objects = CourseDayQuerySet.as_manager()

    class Meta:
        ordering = ["cohort", "number"]
        constraints = [models.UniqueConstraint(fields=["cohort", "number"], name="course_day_number")]

    def __str__(self) -> str:
        return gettext("Day %(number)s") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("programmes:day", args=[self.cohort_id, self.number])


class Decision(models.Model):
    """After the evaluation: continue, change or stop, why, and what to improve next time."""

    cohort = models.OneToOneField(Cohort, models.CASCADE, related_name="decision")
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome)
    preliminary = models.BooleanField(_("preliminary"), default=False)
    why = models.TextField(_("why"))
    evidence = models.TextField(_("what it rests on"), blank=True, default="", db_default="")
    improvements = models.TextField(_("improvements, one a line"), blank=True)
    # When it is looked at again; a task of the coordinators until somebody has.
    look_again_on = models.DateField(_("next look"), null=True, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects = DecisionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.outcome}"
