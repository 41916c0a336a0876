"""Moves to a later round of the same programme."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import Person
from programmes.models.enrolments import Enrolment


class Transfer(models.Model):
    """One participation goes on as another, in a later round; what was attended goes along."""

    old = models.OneToOneField(Enrolment, models.CASCADE, related_name="transferred_to")
    new = models.OneToOneField(Enrolment, models.CASCADE, related_name="transferred_from")
    # Why a seat was given although none was free, others waited, or the last entry day had been.
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.old_id} > {self.new_id}"
