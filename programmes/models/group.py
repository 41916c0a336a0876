"""What a participant shows her group, by her own choice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from programmes.models.enrolments import Enrolment


class Card(models.Model):
    """What a participant shows the others in her round beside name and municipality: nothing until she chooses."""

    enrolment = models.OneToOneField(Enrolment, models.CASCADE, related_name="card")
    email = models.BooleanField(_("shows the e-mail address"), default=False)
    phone = models.BooleanField(_("shows the mobile number"), default=False)
    about = models.CharField(_("a line about yourself"), max_length=200, blank=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.enrolment_id}"
