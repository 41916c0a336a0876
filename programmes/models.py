"""Programmes, cohorts, course days, enrolments, decisions, certificates."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Claim, Event, Places, Registration
from people.models import Organisation, Person, Region
from people.states import Language
from programmes.querysets import (
    ApprovalQuerySet,
    CertificateQuerySet,
    CohortQuerySet,
    CourseDayQuerySet,
    DecisionQuerySet,
    EnrolmentQuerySet,
    ProgrammeQuerySet,
)
from programmes.states import (
    LIVE_SIDES,
    Answer,
    AnswerWay,
    CertificateKind,
    CertificateState,
    CohortState,
    EmployerSide,
    Outcome,
    ProgrammeSide,
    Side,
    Source,
)


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

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["region", "slug"], name="programme_address")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:programme", args=[self.region.slug, self.slug])


class Cohort(models.Model):
    """One round of a programme (sv omgång, fi toteutus)."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="cohorts")
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=CohortState, default=CohortState.DRAFT)
    places = models.OneToOneField(Places, models.PROTECT, related_name="cohort")
    opens_on = models.DateField(_("applications open"), null=True, blank=True)
    closes_on = models.DateField(_("last day to apply"), null=True, blank=True)
    last_entry_on = models.DateField(_("last entry day"), null=True, blank=True)
    days_required = models.PositiveSmallIntegerField(_("days required"), default=7)
    answer_days = models.PositiveSmallIntegerField(_("working days to answer an offer"), default=5)
    responsible = models.ForeignKey(
        Person, models.PROTECT, related_name="responsible_for", verbose_name=_("responsible")
    )
    deputy = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="deputy_for", verbose_name=_("deputy")
    )
    previous = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="next")
    selection_confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="cohort_number"),
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True) | Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
                name="cohort_window",
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(programme)s, round %(number)s") % {"programme": self.programme, "number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("programmes:cohort", args=[self.pk])

    @property
    def scope(self) -> str:
        """Whose the deeds and letters about this cohort are: its region's."""
        return f"region:{self.programme.region_id}"

    @property
    def short_name(self) -> str:
        """ "Omgång 12", where the programme is known."""
        return gettext("Round %(number)s") % {"number": self.number}


class Share(models.Model):
    """A participating municipality of a cohort: its guarantee, its place in the host round, its seats when split."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="shares")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="shares")
    guaranteed = models.PositiveSmallIntegerField(_("guaranteed seats"), default=0)
    order = models.PositiveSmallIntegerField(_("place in the host round"), default=0)
    # Seats proposed by the rule and seats given by the coordinator at the selection.
    proposed = models.PositiveSmallIntegerField(null=True, blank=True)
    given = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["cohort", "organisation"], name="share_once")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.guaranteed}"


class CourseDay(models.Model):
    """A day of a cohort: an event plus its theme and learning aims."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="days")
    number = models.PositiveSmallIntegerField(_("day"))
    event = models.OneToOneField(Event, models.PROTECT, related_name="course_day")
    aims = models.TextField(_("learning aims"), blank=True)
    preparation = models.CharField(_("preparation"), max_length=400, blank=True)
    preparation_link = models.URLField(_("link to the preparation"), blank=True)

    objects = CourseDayQuerySet.as_manager()

    class Meta:
        ordering = ["cohort", "number"]
        constraints = [models.UniqueConstraint(fields=["cohort", "number"], name="course_day_number")]

    def __str__(self) -> str:
        return gettext("Day %(number)s") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("programmes:day", args=[self.cohort_id, self.number])


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


class Decision(models.Model):
    """After the evaluation: continue, change or stop, why, and what to improve next time."""

    cohort = models.OneToOneField(Cohort, models.CASCADE, related_name="decision")
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome)
    preliminary = models.BooleanField(_("preliminary"), default=False)
    why = models.TextField(_("why"))
    improvements = models.TextField(_("improvements, one a line"), blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects = DecisionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.outcome}"


class Certificate(models.Model):
    """What a person did in a cohort, as it stood when it was issued; the address behind the code never changes."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="certificates")
    kind = models.CharField(max_length=14, choices=CertificateKind)
    code = models.CharField(max_length=16, unique=True)
    language = models.CharField(max_length=2, choices=Language)
    state = models.CharField(max_length=10, choices=CertificateState, default=CertificateState.VALID)
    # Everything that the paper says, frozen: name, programme, days, hours, themes, municipality, funder, signatories.
    facts: Any = models.JSONField(default=dict)
    file = models.ForeignKey("documents.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+")
    # The paper is printed by the clock; how often that was tried, and when it is tried again.
    print_tries = models.PositiveSmallIntegerField(default=0)
    print_after = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replaces")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "kind", "language"],
                condition=Q(state=CertificateState.VALID),
                name="certificate_one_valid",
            )
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("programmes:certificate", args=[self.code])
