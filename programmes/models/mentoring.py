"""Mentors of a region, and the pairs of a mentor and a mentee."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from people.models import Person, Region
from programmes.models.enrolments import Enrolment
from programmes.querysets import MentorQuerySet, MentorshipQuerySet
from programmes.states import AGREED_PAIRS, PairEnd, PairState, ReplyWay

# No mentor has more mentees than this at a time, whatever she chooses.
MOST = 5


class Mentor(models.Model):
    """A person in a region's pool of mentors, from a day to a day; she need not be employed any more."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="mentors")
    person = models.ForeignKey(Person, models.CASCADE, related_name="mentoring")
    # How many mentees at a time, by the mentor's own choice; 0 is none for now.
    cap = models.PositiveSmallIntegerField(_("mentees at a time"), default=3)
    # Codes of languages, and themes as they stand in the region's first language.
    languages: Any = models.JSONField(_("languages"), default=list, blank=True)
    themes: Any = models.JSONField(_("themes"), default=list, blank=True)
    about = models.CharField(_("about the mentor"), max_length=400, blank=True)
    # Beside the e-mail address, which each mentee gets.
    shows_phone = models.BooleanField(_("mentees get the mobile number too"), default=False)
    # No new mentees before this day.
    paused_until = models.DateField(_("no new mentees before"), null=True, blank=True)
    valid_from = models.DateField(_("in the pool from"))
    valid_to = models.DateField(_("in the pool until"), null=True, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()

    objects = MentorQuerySet.as_manager()

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(cap__gte=0, cap__lte=MOST), name="mentor_cap"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="mentor_period"
            ),
            models.UniqueConstraint(
                fields=["region", "person"], condition=Q(valid_to__isnull=True), name="mentor_once_in_pool"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.region_id}"


class Mentorship(models.Model):
    """A mentee and a mentor: proposed, agreed, active, closed. A mentee has one mentor at a time, and one is asked."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="mentorships")
    mentor = models.ForeignKey(Mentor, models.CASCADE, related_name="mentorships")
    state = models.CharField(max_length=8, choices=PairState, default=PairState.PROPOSED)
    # Which proposal of this mentee it is, and why these two: codes with facts, put into words when they are read.
    rank = models.PositiveSmallIntegerField(default=1)
    reasons: Any = models.JSONField(default=list, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    # Since the letter has left: until then it can be held, and the time to answer has not begun.
    proposed_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    nonce = models.CharField(max_length=32)
    # The mentor's answer; the mentee is told then, and may ask for somebody else until the pair is active.
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_way = models.CharField(max_length=12, choices=ReplyWay, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    # What the two agree on.
    aims = models.TextField(_("what the mentee wants out of it"), blank=True)
    rhythm = models.CharField(_("how often and how you meet"), max_length=300, blank=True)
    reached = models.CharField(_("how you reach each other"), max_length=300, blank=True, default="", db_default="")
    # Who wrote the words as they stand, and the other one's yes to them.
    written_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    started_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_why = models.CharField(max_length=14, choices=PairEnd, blank=True)
    closed_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    # How many meetings were held and how long they were, where `with_meetings` has counted them.
    meetings_held: int
    minutes_held: int

    objects = MentorshipQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(state__in=AGREED_PAIRS), name="mentorship_one_agreed"
            ),
            # Another mentor can be asked while the one whom the mentee has goes on.
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(state=PairState.PROPOSED), name="mentorship_one_asked"
            ),
            models.CheckConstraint(
                condition=Q(state=PairState.CLOSED, closed_at__isnull=False) & ~Q(closed_why="")
                | ~Q(state=PairState.CLOSED) & Q(closed_at__isnull=True, closed_why=""),
                name="mentorship_closed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("started_on")),
                name="mentorship_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.mentor_id} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("programmes:mentorship", args=[self.pk])
