"""Files and links that belong to an event."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.models import StoredFile
from events.models.events import Event
from events.querysets import MaterialQuerySet
from events.states import Seen
from people.models import Person
from people.states import Language


class Material(models.Model):
    """A file or a link of an event, visible to some from a moment on, with somebody who looks after it."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="material")
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    link = models.URLField(_("link"), max_length=500, blank=True)
    seen_by = models.CharField(_("who sees it"), max_length=12, choices=Seen, default=Seen.REGISTERED)
    seen_from = models.DateTimeField(_("from"), null=True, blank=True)
    owner = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="material")
    review_on = models.DateField(_("look at it again on"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = MaterialQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name_plural = "material"
        constraints = [
            models.CheckConstraint(
                condition=Q(file__isnull=False, link="") | (Q(file__isnull=True) & ~Q(link="")), name="material_one"
            )
        ]

    def __str__(self) -> str:
        return self.title
