"""Programmes and who pays for them."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from people.models import Region
from programmes.querysets import ProgrammeQuerySet
from programmes.states import MentorKind


class Funder(models.Model):
    """Who pays a part: its statement per language and its emblem stand on everything of the programme."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="funders")
    name = models.CharField(_("name"), max_length=160)
    statement = models.CharField(_("statement"), max_length=200)
    # A name of an emblem that ships with Helmi ("eu"), or a stored picture.
    emblem_name = models.CharField(max_length=20, blank=True)
    emblem = models.ForeignKey("documents.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+")
    emblem_alt = models.CharField(_("what the picture shows"), max_length=160, blank=True, default="", db_default="")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def emblem_address(self) -> str:
        """Where the stored picture is; another picture has another address, so that browsers may keep each."""
        return f"{reverse('programmes:funder_emblem', args=[self.pk])}?v={str(self.emblem_id)[:8]}"


class Programme(models.Model):
    """What a region offers again and again, such as an introduction for new social workers."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="programmes")
    slug = models.SlugField(_("address"), max_length=60)
    title = models.CharField(_("title"), max_length=160)
    summary = models.CharField(_("in one sentence"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    audience = models.CharField(_("for whom"), max_length=300)
    conditions = models.TextField(_("conditions"), blank=True)
    themes = models.TextField(_("themes, one a line"), blank=True)
    parts = models.JSONField(_("parts"), default=list)
    published = models.BooleanField(_("has a public page"), default=False)
    # Places are given as applications come; else they are shared after the deadline.
    first_come = models.BooleanField(_("gives places as applications come"), default=False)
    funder = models.ForeignKey(Funder, models.PROTECT, null=True, blank=True, related_name="programmes")
    # Whether participants get a mentor, of which kind, and how often the two are thought to meet.
    mentor_kind = models.CharField(
        _("mentors"), max_length=8, choices=MentorKind, blank=True, default="", db_default=""
    )
    mentor_meetings = models.PositiveSmallIntegerField(_("meetings with the mentor"), default=7, db_default=7)
    mentor_minutes = models.PositiveSmallIntegerField(_("minutes a meeting"), default=90, db_default=90)
    mentor_months = models.PositiveSmallIntegerField(_("within this many months"), default=12, db_default=12)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["region", "slug"], name="programme_address")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:programme", args=[self.region.slug, self.slug])
