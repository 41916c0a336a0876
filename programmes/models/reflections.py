"""What participants write for themselves, and whom they let read it."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from people.models import Person
from programmes.models.cohorts import CourseDay
from programmes.models.enrolments import Enrolment
from programmes.querysets import ReflectionQuerySet


class Reflection(models.Model):
    """A text of a participant about a day, or free; nobody reads it until she says who."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="reflections")
    day = models.ForeignKey(
        CourseDay, models.SET_NULL, null=True, blank=True, related_name="reflections", verbose_name=_("course day")
    )
    title = models.CharField(_("title"), max_length=160)
    text = models.TextField(_("text"))
    with_group = models.BooleanField(_("the whole group may read"), default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ReflectionQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("programmes:reflection", args=[self.pk])


class Reader(models.Model):
    """Someone whom the author has chosen, by name, to read a reflection."""

    reflection = models.ForeignKey(Reflection, models.CASCADE, related_name="readers")
    person = models.ForeignKey(Person, models.CASCADE, related_name="reflections_to_read")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reflection", "person"], name="reflection_reader_once")]

    def __str__(self) -> str:
        return f"{self.reflection_id} {self.person_id}"
