"""Supervision groups: who leads and who is in them, what they agreed to, and their sessions. No field holds words."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from answers.models import Box
from events.models import Event
from people.models import Organisation, Person
from programmes.models.enrolments import Enrolment
from programmes.models.programmes import Programme
from programmes.querysets import SupervisionGroupQuerySet, SupervisionMemberQuerySet
from programmes.states import Answer, SessionForm, SupervisionState

# How long a session may be, how many there may be, and how many weeks may lie between two.
SHORTEST, LONGEST = 30, 240
MOST_SESSIONS, MOST_WEEKS = 60, 12


class SupervisionGroup(models.Model):
    """People who meet with a supervisor a number of times; every extension is a new term with a contract of its own."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="supervision")
    number = models.PositiveSmallIntegerField(_("number"))
    supervisor = models.ForeignKey(Person, models.PROTECT, related_name="supervises", verbose_name=_("supervisor"))
    # The coordinator whom members and supervisor ask.
    responsible = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("responsible"))
    state = models.CharField(_("state"), max_length=8, choices=SupervisionState, default=SupervisionState.PROPOSED)
    term = models.PositiveSmallIntegerField(_("term"), default=1)
    # How many there are to be in all terms together.
    sessions = models.PositiveSmallIntegerField(_("number of sessions"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    weeks = models.PositiveSmallIntegerField(_("weeks between sessions"))
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SupervisionGroupQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="supervision_group_number"),
            models.CheckConstraint(
                condition=Q(sessions__gte=1, sessions__lte=MOST_SESSIONS), name="supervision_group_sessions"
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=SHORTEST, minutes__lte=LONGEST), name="supervision_group_minutes"
            ),
            models.CheckConstraint(condition=Q(weeks__gte=1, weeks__lte=MOST_WEEKS), name="supervision_group_weeks"),
            models.CheckConstraint(
                condition=Q(state=SupervisionState.ENDED, ended_at__isnull=False)
                | (~Q(state=SupervisionState.ENDED) & Q(ended_at__isnull=True)),
                name="supervision_group_ended",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Supervision, group %(number)s") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("programmes:supervision_group", args=[self.pk])

    @property
    def scope(self) -> str:
        """Whose the deeds and letters about this group are: its region's."""
        return f"region:{self.programme.region_id}"


class SupervisionMember(models.Model):
    """A person in a group, from a day to a day; from the round that she completed, or added by the coordinator."""

    group = models.ForeignKey(SupervisionGroup, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.CASCADE, related_name="supervision")
    enrolment = models.ForeignKey(
        Enrolment, models.SET_NULL, null=True, blank=True, related_name="supervision", verbose_name=_("round")
    )
    # Where the person worked when she joined.
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("municipality"))
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("unit"))
    joined_on = models.DateField(_("in the group from"))
    left_on = models.DateField(_("in the group until"), null=True, blank=True)

    objects = SupervisionMemberQuerySet.as_manager()

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "person"], name="supervision_member_once"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")), name="supervision_member_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.group_id}"


class SupervisionAnswer(models.Model):
    """What somebody said to the contract of a term: the supervisor and each member, signed in."""

    group = models.ForeignKey(SupervisionGroup, models.CASCADE, related_name="answers")
    person = models.ForeignKey(Person, models.CASCADE, related_name="supervision_answers")
    term = models.PositiveSmallIntegerField(_("term"))
    answer = models.CharField(_("answer"), max_length=3, choices=Answer)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "person", "term"], name="supervision_answer_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.answer} to {self.group_id}"


class SupervisionSession(models.Model):
    """A session: an event without content, how long it was, and in which form it is held."""

    group = models.ForeignKey(SupervisionGroup, models.CASCADE, related_name="held")
    event = models.OneToOneField(Event, models.PROTECT, related_name="supervision_session")
    form = models.CharField(_("how you meet"), max_length=6, choices=SessionForm, default=SessionForm.ROOM)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    # When somebody wrote down that it was held, and who was there; until then it is booked.
    recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["event__starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=SHORTEST, minutes__lte=LONGEST), name="supervision_session_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.event_id}"


class SupervisionEvaluation(models.Model):
    """The evaluation of a term: its sealed box, or none where the group is too small to be asked."""

    group = models.ForeignKey(SupervisionGroup, models.CASCADE, related_name="evaluations")
    term = models.PositiveSmallIntegerField(_("term"))
    box = models.OneToOneField(Box, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "term"], name="supervision_evaluation_once")]

    def __str__(self) -> str:
        return f"evaluation of {self.group_id}, {self.term}"
