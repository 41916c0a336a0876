"""Calls for abstracts: what comes in, who wrote it, who reads it, what is decided."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from events.querysets import AbstractQuerySet
from events.states import AbstractState, ReviewAdvice
from people.models import Organisation, Person
from people.states import Language


class Call(models.Model):
    """An event asks for abstracts until a deadline."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="call")
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    guidance = models.TextField(_("guidance for authors"), blank=True)
    # The section of the public site where consenting authors' abstracts stand.
    section = models.CharField(_("section of the site"), max_length=120)
    # One topic a line, in each language the same number of lines.
    topics = models.TextField(_("topics"), blank=True)
    blind = models.BooleanField(_("blind review"), default=False)
    reviews_each = models.PositiveSmallIntegerField(_("reviewers for each"), default=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=models.F("opens_at")), name="call_closes_after")
        ]

    def __str__(self) -> str:
        return f"call of {self.event_id}"


class Abstract(models.Model):
    """One contribution: at most one A4 page as typeset."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="abstracts")
    person = models.ForeignKey(Person, models.CASCADE, related_name="abstracts")
    state = models.CharField(max_length=10, choices=AbstractState, default=AbstractState.DRAFT)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    title = models.CharField(_("title"), max_length=200)
    # The number of the topic's line; none where the call has no topics.
    topic = models.PositiveSmallIntegerField(_("topic"), null=True, blank=True)
    text = models.TextField(_("text"), blank=True)
    # What reviewers read instead, where the organiser has taken names out; nothing (null) means the author's own words.
    blind_title = models.CharField(_("title for reviewers"), max_length=200, null=True, blank=True)
    blind_text = models.TextField(_("text for reviewers"), null=True, blank=True)
    # How full the page is: 1.0 is one whole A4; measured by the press at each save.
    fill = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    renderer = models.CharField(max_length=60, blank=True)
    # The one required answer; nothing is preset.
    publish = models.BooleanField(_("publish on the site"), null=True, blank=True)
    publish_at = models.DateTimeField(null=True, blank=True)
    publish_language = models.CharField(max_length=2, blank=True)
    publish_wording = models.CharField(max_length=20, blank=True)
    link_version = models.PositiveIntegerField(default=1)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = AbstractQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[AbstractState.DRAFT, AbstractState.WITHDRAWN])
                | Q(publish__isnull=False, pages=1),
                name="abstract_whole_when_submitted",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Consent(models.Model):
    """An author's yes or no to publication as it was given: the words, the language, the time."""

    abstract = models.ForeignKey(Abstract, models.CASCADE, related_name="consents")
    publish = models.BooleanField()
    wording = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.abstract_id} {self.publish}"


class Author(models.Model):
    """Somebody who wrote an abstract; co-authors confirm themselves."""

    abstract = models.ForeignKey(Abstract, models.CASCADE, related_name="authors")
    order = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("name"), max_length=200)
    address = models.EmailField(_("e-mail"), max_length=254, blank=True)
    employer = models.CharField(_("employer"), max_length=160, blank=True)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, blank=True, related_name="+")
    presents = models.BooleanField(_("presents"), default=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    link_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class Review(models.Model):
    """An abstract given to a reviewer, and what she or he says."""

    abstract = models.ForeignKey(Abstract, models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(Person, models.CASCADE, related_name="reviews")
    advice = models.CharField(_("advice"), max_length=10, choices=ReviewAdvice, blank=True)
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    comment = models.TextField(_("to the organisers"), blank=True)
    # A reviewer who stands aside says so; the reason is hers.
    stood_aside = models.BooleanField(default=False)
    given_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["abstract", "reviewer"], name="review_once"),
            models.CheckConstraint(condition=Q(score__isnull=True) | Q(score__range=(1, 5)), name="review_score"),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_id} on {self.abstract_id}"
