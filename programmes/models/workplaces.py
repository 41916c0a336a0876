"""Where a participant was employed, day by day: only of those who have changed employers since they applied."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models import Organisation, Person
from programmes.models.enrolments import Enrolment
from programmes.querysets import WorkplaceQuerySet


class Workplace(models.Model):
    """One employer of an enrolled person from a day to a day; no organisation where nobody employs her.

    The first row of an enrolment has no first day and the last one no last day, so every day is in exactly one.
    """

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="workplaces")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="workplaces")
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="unit_workplaces")
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)
    # Whether the hours of these days count for the funder: the employer takes part.
    partner = models.BooleanField(_("employed by a partner"), default=True)
    # Why the person goes on attending.
    why = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects = WorkplaceQuerySet.as_manager()

    class Meta:
        ordering = [F("valid_from").asc(nulls_first=True), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="workplace_period",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=True, unit__isnull=True)
                | Q(organisation__isnull=False, unit__isnull=False),
                name="workplace_unit",
            ),
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(valid_from__isnull=True), name="workplace_one_first"
            ),
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(valid_to__isnull=True), name="workplace_one_last"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.valid_from} {self.organisation_id}"
