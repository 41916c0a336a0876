"""The closing day of a round: mentors come, support that is still needed, and proposals that are answered."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from people.models import Organisation, Person
from programmes.models.cohorts import Cohort, CourseDay
from programmes.models.enrolments import Enrolment
from programmes.querysets import (
    ClosingQuerySet,
    MentorInvitationQuerySet,
    ProposalAnswerQuerySet,
    SupportNeedQuerySet,
)
from programmes.states import Answer, AnswerWay, ProposalReply, SupportKind


class Closing(models.Model):
    """Which day closes a round, and how far its proposals and the figures about needs have come."""

    cohort = models.OneToOneField(Cohort, models.CASCADE, related_name="closing")
    day = models.OneToOneField(CourseDay, models.CASCADE, related_name="closing", verbose_name=_("closing day"))
    # How many need which support: counted once, so that nobody can compare two counts.
    figures: Any = models.JSONField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    # Since when nobody changes the proposals, and since when the directors have them.
    agreed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects = ClosingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(agreed_at__isnull=False), name="closing_agreed_before_sent"
            ),
            models.CheckConstraint(
                condition=Q(counted_at__isnull=True) | Q(figures__isnull=False), name="closing_counted_with_figures"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}"

    def get_absolute_url(self) -> str:
        return reverse("programmes:closing", args=[self.cohort_id])


class MentorInvitation(models.Model):
    """A mentor of somebody in the round is invited to its closing day."""

    closing = models.ForeignKey(Closing, models.CASCADE, related_name="invitations")
    person = models.ForeignKey(Person, models.CASCADE, related_name="closing_invitations")
    answer = models.CharField(max_length=3, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()

    objects = MentorInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["closing", "person"], name="mentor_invited_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="mentor_answered_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.closing_id} {self.person_id} {self.answer or '?'}"


class SupportNeed(models.Model):
    """Support that a participant still needs, as she and her mentor put it; the manager reads it when she says so."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="support_needs")
    kind = models.CharField(_("kind of support"), max_length=12, choices=SupportKind)
    text = models.TextField(_("what is needed"))
    from_whom = models.CharField(_("from whom"), max_length=160, blank=True)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField()
    passed_to = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="support_passed")
    passed_at = models.DateTimeField(_("passed to the manager"), null=True, blank=True)

    objects = SupportNeedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.kind}"


class Proposal(models.Model):
    """Something that the group of a round proposes to the municipalities."""

    closing = models.ForeignKey(Closing, models.CASCADE, related_name="proposals")
    words = models.TextField(_("proposal"))
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.words


class ProposalAnswer(models.Model):
    """A municipality is asked what it does with the proposals, and what its director answered last."""

    closing = models.ForeignKey(Closing, models.CASCADE, related_name="answers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=10, choices=ProposalReply, blank=True)
    words = models.TextField(_("in your own words"), blank=True)
    way = models.CharField(max_length=5, choices=AnswerWay, blank=True)
    answered_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ProposalAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["closing", "organisation"], name="proposal_answer_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="proposal_answered_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.closing_id} {self.organisation_id} {self.answer or '?'}"

    def get_absolute_url(self) -> str:
        return reverse("programmes:proposal_answer", args=[self.pk])
