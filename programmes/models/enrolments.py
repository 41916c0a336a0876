"""People in cohorts: both sides, the manager's answers, days made up."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.models import Claim, Registration
from people.models import Organisation, Person
from programmes.models.cohorts import Cohort, CourseDay
from programmes.querysets import ApprovalQuerySet, EnrolmentQuerySet
from programmes.states import LIVE_SIDES, Answer, AnswerWay, EmployerSide, ProgrammeSide, Side, Source


class Enrolment(models.Model):
    """A person in a cohort: the employer's side and the programme's side stand side by side."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="enrolments")
    person = models.ForeignKey(Person, models.CASCADE, related_name="enrolments")
    # The number on the receipt.
    code = models.CharField(max_length=12, unique=True)
    claim = models.OneToOneField(Claim, models.SET_NULL, null=True, blank=True, related_name="enrolment")
    source = models.CharField(max_length=12, choices=Source, default=Source.SELF)
    employer_side = models.CharField(max_length=10, choices=EmployerSide, default=EmployerSide.ASKED)
    programme_side = models.CharField(max_length=14, choices=ProgrammeSide, default=ProgrammeSide.APPLIED)
    # The municipality (or other participating organisation) and the unit, as they were at the application.
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="enrolments")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="unit_enrolments")
    employed_since = models.DateField(_("employed since"), null=True, blank=True)
    degree = models.CharField(_("degree"), max_length=160, blank=True)
    exercises_authority = models.BooleanField(_("exercise of authority"), null=True, blank=True)
    # What was typed: the name and address on the application change no fact of anyone.
    typed_unit = models.CharField(max_length=160, blank=True)
    manager_address = models.EmailField(_("manager's e-mail"), max_length=254, blank=True)
    may_attend = models.BooleanField(_("may attend"), default=True)
    may_attend_reason = models.CharField(max_length=300, blank=True)
    counts_for_funder = models.BooleanField(_("counts for the funder"), default=True)
    counts_reason = models.CharField(max_length=300, blank=True)
    flags_at = models.DateTimeField(null=True, blank=True)
    # The coordinator lets the application count in the selection although the manager's yes is missing.
    included_reason = models.CharField(_("reason"), max_length=300, blank=True)
    applied_at = models.DateTimeField()
    completed_on = models.DateField(null=True, blank=True)
    # Since when the person agrees to stand with name and municipality in the course folder; nobody does by default.
    in_folder_since = models.DateTimeField(_("named in the course folder since"), null=True, blank=True)
    # Kept first in line when the waiting list goes over to the next cohort.
    carried_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="carried_to")

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "person"], condition=Q(programme_side__in=LIVE_SIDES), name="enrolment_one_live"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}"

    def get_absolute_url(self) -> str:
        return reverse("programmes:enrolment", args=[self.pk])


class Transition(models.Model):
    """A change of one side of an enrolment: who, when, why; the reason of the letters it causes."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="transitions")
    side = models.CharField(max_length=10, choices=Side)
    before = models.CharField(max_length=14, blank=True)
    after = models.CharField(max_length=14)
    why = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.before} > {self.after}"


class Approval(models.Model):
    """A manager is asked for a yes: to which address, until when, and what came back."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="approvals")
    address = models.EmailField(max_length=254)
    # The manager that Helmi knows by this address; None makes the yes count only when the coordinator confirms.
    asked = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="approvals_asked")
    nonce = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)
    forwarded_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="forwarded_to")
    answer = models.CharField(max_length=3, choices=Answer, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    way = models.CharField(max_length=5, choices=AnswerWay, blank=True)
    answered_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    answered_name = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.answer or '?'}"


class MakeUp(models.Model):
    """A missed day is made up on another cohort's day; attendance stays one row, on that day's registration."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="make_ups")
    missed = models.ForeignKey(CourseDay, models.CASCADE, related_name="made_up_by")
    registration = models.OneToOneField(Registration, models.CASCADE, related_name="make_up")
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "missed"], name="make_up_once")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.missed_id}"
