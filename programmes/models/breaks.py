"""Breaks in a participation: from which day, back on which, and what becomes of the seat. No reason is kept."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models import Person
from programmes.models.enrolments import Enrolment
from programmes.querysets import BreakQuerySet


class Break(models.Model):
    """Somebody is away for a while; the days in it are neither missed nor attended."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="breaks")
    starts_on = models.DateField(_("first day of the break"))
    # The first day back: as it is thought, and as it was.
    expected_on = models.DateField(_("expected back"), null=True, blank=True)
    returned_on = models.DateField(_("back since"), null=True, blank=True)
    keeps_seat = models.BooleanField(_("keeps the seat"), default=True)
    seat_freed_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    returned_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = BreakQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(expected_on__isnull=True) | Q(expected_on__gt=F("starts_on")))
                & (Q(returned_on__isnull=True) | Q(returned_on__gt=F("starts_on"))),
                name="break_forwards",
            ),
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(returned_on__isnull=True, undone_at__isnull=True),
                name="break_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.starts_on}"

    @property
    def until(self) -> date | None:
        """The first day that is no longer in the break; None while nobody knows, and while there is no seat."""
        return self.returned_on or (self.expected_on if self.keeps_seat else None)

    def covers(self, day: date) -> bool:
        """Whether the day is in the break."""
        return self.starts_on <= day and (self.until is None or day < self.until)
