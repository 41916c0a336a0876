"""Files with people to register: staged until they are confirmed."""

from django.db import models
from django.urls import reverse

from people.models import Person, StagedFile
from programmes.models.cohorts import Cohort


class StaffFile(StagedFile):
    """A file of staff for one round: what is right in it waits, what is wrong goes back with why."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="staff_files")
    by = models.ForeignKey(Person, models.CASCADE, related_name="staff_files")
    # Confirmed: it is stored at once, or by the clock where it is large.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=300, blank=True)
    # What came of it, once it is stored.
    made = models.PositiveIntegerField(default=0)
    before = models.PositiveIntegerField(default=0)

    def get_absolute_url(self) -> str:
        return reverse("programmes:staff_file", args=[self.pk])
