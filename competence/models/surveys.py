"""Competence surveys: what is asked whom, and when; the answers lie in a sealed box that knows nothing of this."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from answers.models import Box
from competence.models.frameworks import FrameworkVersion
from competence.querysets import SurveyQuerySet
from competence.states import SurveyState
from people.models import Organisation, Person, Region


class Survey(models.Model):
    """One survey in one window: a common part that all answer, and at most one own part for each kind of work."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="surveys")
    title = models.CharField(_("title"), max_length=160)
    purpose = models.TextField(_("what it is for"), blank=True)
    state = models.CharField(max_length=10, choices=SurveyState, default=SurveyState.DRAFT)
    opens_on = models.DateField(_("opens"), null=True, blank=True)
    closes_on = models.DateField(_("closes"), null=True, blank=True)
    # Days after the opening on which everybody gets the same words once more.
    reminders: Any = models.JSONField(_("reminders"), default=list)
    # Forms of employment that are asked; all when empty.
    employment_forms: Any = models.JSONField(_("forms of employment"), default=list)
    by_role = models.BooleanField(_("figures for employees and managers apart, where possible"), default=True)
    asks_need = models.BooleanField(_("asks which level the work needs"), default=False)
    asks_wish = models.BooleanField(_("asks who wishes to learn more"), default=True)
    # The disposal decision that the answers are destroyed by, as it is shown before the launch and on the form.
    disposal = models.TextField(_("disposal decision"), blank=True)
    # What could be published at which response, from counts alone; made by the clock when units change.
    forecast: Any = models.JSONField(null=True, blank=True)
    forecast_wanted_at = models.DateTimeField(null=True, blank=True)
    tryout = models.OneToOneField(Box, models.SET_NULL, null=True, blank=True, related_name="+")
    box = models.OneToOneField(Box, models.PROTECT, null=True, blank=True, related_name="+")
    earlier = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="later", verbose_name=_("compare with")
    )
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True) | Q(closes_on__isnull=True) | Q(closes_on__gt=F("opens_on")),
                name="survey_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(state=SurveyState.DRAFT) | Q(box__isnull=False), name="survey_launched_has_box"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("competence:survey", args=[self.pk])


class SurveyPart(models.Model):
    """The competences of one framework: for all (the common part), or for the units of one kind of work."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="parts")
    framework = models.ForeignKey(FrameworkVersion, models.PROTECT, related_name="survey_parts")
    common = models.BooleanField(default=False)
    # Which of the competences are asked (all when empty), and the level that groups are put against, by competence:
    # {"12": "3.8"}; preset from a role profile where there is one.
    chosen: Any = models.JSONField(default=list)
    targets: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["-common", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["survey"], condition=Q(common=True), name="survey_one_common_part"),
            models.UniqueConstraint(fields=["survey", "framework"], name="survey_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.framework_id}"


class SurveyUnit(models.Model):
    """A unit that is asked, with the own part of its kind of work."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="units")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    part = models.ForeignKey(SurveyPart, models.SET_NULL, null=True, blank=True, related_name="units")
    # Whether the unit answers the try-out first.
    tries_out = models.BooleanField(default=False)
    # Slips printed beside those for staff without a used address (people that Helmi does not know).
    extra_slips = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["organisation__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "organisation"], name="survey_unit_once")]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.organisation_id}"


class Statement(models.Model):
    """A sentence that one agrees with or not, such as about working conditions."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="statements")
    position = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(_("statement"), max_length=200)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.words


class SurveyText(models.Model):
    """A question that is answered in own words."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="texts")
    position = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(_("question"), max_length=200)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.words
