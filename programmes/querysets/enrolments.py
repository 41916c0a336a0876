"""What can be asked about people in rounds."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Subquery

from base.clock import now
from people.querysets import within
from programmes.states import (
    LIVE_SIDES,
    MENDABLE,
    STILL_ASKED,
    TAKING_PART,
    EmployerSide,
    Fact,
    ProgrammeSide,
)

if TYPE_CHECKING:
    from programmes.models import Approval, Break, Condition, Enrolment, Ruling, Workplace


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """People in cohorts."""

    def live(self) -> EnrolmentQuerySet:
        """Those that are not withdrawn."""
        return self.filter(programme_side__in=LIVE_SIDES)

    def taking_part(self) -> EnrolmentQuerySet:
        """Those with a place, on a break, or through."""
        return self.filter(programme_side__in=TAKING_PART)

    def named_in_folder(self) -> EnrolmentQuerySet:
        """Those of people who take part and have said yes to being named; a protected identity is never named."""
        agreed = self.taking_part().filter(in_folder_since__isnull=False)
        return agreed.filter(person__protected=False, person__erased_at__isnull=True)

    def fellows_of(self, person: Any) -> EnrolmentQuerySet:
        """Everyone who takes part in a round that the person takes part in, herself too: her groups."""
        if not person.is_authenticated:
            return self.none()
        Enrolment = apps.get_model("programmes", "Enrolment")
        own = Enrolment.objects.taking_part().filter(person=person)
        return self.taking_part().filter(cohort__in=own.values("cohort"))

    def with_next_task(self) -> EnrolmentQuerySet:
        """With the nearest task that is not handed in: its group, title, last day and course day.

        And whether the round `has_tasks` and `has_closing`, a closing day.
        """
        mine = apps.get_model("programmes", "TaskMember").objects.filter(enrolment=OuterRef("pk"))
        waiting = mine.filter(group__hand_in__handed_in_at__isnull=True).order_by("task__due", "pk")
        return self.annotate(
            has_closing=Exists(apps.get_model("programmes", "Closing").objects.filter(cohort=OuterRef("cohort"))),
            has_tasks=Exists(apps.get_model("programmes", "GroupTask").objects.filter(cohort=OuterRef("cohort"))),
            task_group=Subquery(waiting.values("group")[:1]),
            task_title=Subquery(waiting.values("task__title")[:1]),
            task_due=Subquery(waiting.values("task__due")[:1]),
            task_day=Subquery(waiting.values("task__day__number")[:1]),
        )

    def with_waiting_pair(self, moment: datetime) -> EnrolmentQuerySet:
        """With the pair whose agreement waits for the mentee's yes, and the one that asks how it goes, until when."""
        pairs = apps.get_model("programmes", "Mentorship").objects.filter(enrolment=OuterRef("pk"))
        checks = apps.get_model("programmes", "MentorCheck").objects.answerable(moment)
        checks = checks.filter(mentorship__enrolment=OuterRef("pk"), person=OuterRef("person")).order_by("until")
        return self.annotate(
            pair_to_agree=Subquery(pairs.to_confirm(OuterRef("person")).order_by("pk").values("pk")[:1]),
            pair_to_answer=Subquery(checks.values("mentorship")[:1]),
            answer_until=Subquery(checks.values("until")[:1]),
        )

    def applied(self) -> EnrolmentQuerySet:
        """Those that wait for the selection."""
        return self.filter(programme_side=ProgrammeSide.APPLIED)

    def by_code(self, code: str) -> EnrolmentQuerySet:
        """The one with this number on its receipt; for holders of the receipt's signed link."""
        return self.filter(code=code).select_related("cohort__programme__region", "person")

    def counting(self) -> EnrolmentQuerySet:
        """Applicants who count in the selection: approved by the employer, or let in by the coordinator."""
        return self.applied().filter(Q(employer_side=EmployerSide.APPROVED) | ~Q(included_reason=""), may_attend=True)

    def pending(self) -> EnrolmentQuerySet:
        """Applicants who do not count yet, since something is missing."""
        return self.applied().filter(
            ~Q(employer_side=EmployerSide.APPROVED) & Q(included_reason="") | Q(may_attend=False)
        )

    def unfinished(self, now: datetime) -> EnrolmentQuerySet:
        """Those that are kept although something is missing; with `job_over`: whether the employment has ended."""
        return self.filter(lacks_something(now)).annotate(
            job_over=ExpressionWrapper(job_over(now), output_field=models.BooleanField())
        )

    def in_line(self) -> EnrolmentQuerySet:
        """In the order in which seats are given: who was carried over first, then as they applied."""
        return self.order_by(F("carried_from").asc(nulls_last=True), "applied_at", "pk")

    def visible_to(self, person: Any) -> EnrolmentQuerySet:
        """One's own; a region's for its coordinators; a unit's for its managers and directors while employed there."""
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        condition = Q(person=person) | Q(cohort__programme__region_id__in=reach.region_ids)
        if reach.staff_paths:
            condition |= ever_with(reach.staff_paths, now().date())
        return self.filter(condition)

    def with_employer(self, paths: list[str], day: date) -> EnrolmentQuerySet:
        """With `mine`: whether the day's employer is within these paths, and `mine_since` where it is a later one.

        And `mine_unit`, the name of the last unit within them of a person who has changed employers.
        """
        Workplace = apps.get_model("programmes", "Workplace")
        ours = Workplace.objects.filter(within(paths, "unit__path"), enrolment=OuterRef("pk"))
        later = ours.on(day)
        begun = ours.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day))
        return self.annotate(
            mine=ExpressionWrapper(employed_by(paths, day), output_field=models.BooleanField()),
            mine_since=Subquery(later.values("valid_from")[:1]),
            mine_unit=Subquery(begun.order_by(F("valid_from").desc(nulls_last=True)).values("unit__name")[:1]),
        )

    def waiting_for(self, paths: list[str], day: date) -> EnrolmentQuerySet:
        """Those that wait for the yes of an employer within these paths: applications, and who has moved to it."""
        Workplace = apps.get_model("programmes", "Workplace")
        moved = Workplace.objects.on(day).filter(enrolment=OuterRef("pk"), valid_from__isnull=False)
        sides = Q(programme_side__in=STILL_ASKED) | Q(programme_side__in=MENDABLE) & Q(Exists(moved))
        return self.filter(employed_by(paths, day), sides, employer_side=EmployerSide.ASKED)

    def employed_by(self, paths: list[str], day: date) -> EnrolmentQuerySet:
        """Those whose employer of the day is within these paths."""
        return self.filter(employed_by(paths, day))


class ConditionQuerySet(models.QuerySet["Condition"]):
    """What is asked of those who apply."""

    def standing(self) -> ConditionQuerySet:
        """Those that are asked now."""
        return self.filter(ended_at__isnull=True)


class RulingQuerySet(models.QuerySet["Ruling"]):
    """What coordinators have decided about the flags of enrolments."""

    def standing(self) -> RulingQuerySet:
        """Those that are not taken back."""
        return self.filter(undone_at__isnull=True)


class WorkplaceQuerySet(models.QuerySet["Workplace"]):
    """Employers of those who have changed them, day by day."""

    def on(self, day: Any) -> WorkplaceQuerySet:
        """Those that the day, or the column with a day, is in."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        return self.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class BreakQuerySet(models.QuerySet["Break"]):
    """Breaks in participations."""

    def standing(self) -> BreakQuerySet:
        """Those that are not taken back."""
        return self.filter(undone_at__isnull=True)

    def going_on(self) -> BreakQuerySet:
        """Those that are planned or not over, of people who have a place."""
        return self.standing().filter(
            returned_on__isnull=True, enrolment__programme_side__in=(ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED)
        )

    def covering(self, day: Any) -> BreakQuerySet:
        """Those that the day, or the column with a day, is in; as `Break.covers` says of one."""
        thought = Q(keeps_seat=False) | Q(expected_on__isnull=True) | Q(expected_on__gt=day)
        return self.standing().filter(
            Q(returned_on__gt=day) | Q(returned_on__isnull=True) & thought, starts_on__lte=day
        )

    def visible_to(self, person: Any) -> BreakQuerySet:
        """As the enrolments are seen: one's own, a region's, one's staff's."""
        Enrolment = apps.get_model("programmes", "Enrolment")

        return self.filter(enrolment__in=Enrolment.objects.visible_to(person).values("pk"))


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Managers' answers."""

    def open(self) -> ApprovalQuerySet:
        """Questions nobody has answered and that are not replaced."""
        return self.filter(answered_at__isnull=True, replaced_at__isnull=True)

    def visible_to(self, person: Any) -> ApprovalQuerySet:
        """The asked manager, any manager above the unit, and the region's coordinators."""
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        condition = Q(asked=person) | Q(enrolment__cohort__programme__region_id__in=reach.region_ids)
        if not reach.staff_paths:
            return self.filter(condition)
        # A question is to the employer of its time, not to one before it or after it.
        Workplace = apps.get_model("programmes", "Workplace")
        rows = Workplace.objects.filter(enrolment=OuterRef("enrolment"), at__lte=OuterRef("asked_at"))
        last = rows.order_by(F("valid_from").desc(nulls_last=True)).values("unit__path")[:1]
        asked = Q(last_path__isnull=True) & within(reach.staff_paths, "enrolment__unit__path")
        asked |= within(reach.staff_paths, "last_path")
        return self.alias(last_path=Subquery(last)).filter(condition | (asked & ~Q(enrolment__person=person)))


def lacks_something(now: datetime) -> Q:
    """A condition: an enrolment lacks an address, a unit, an answer, the employer's yes or an employer."""
    Condition = apps.get_model("programmes", "Condition")
    Answered = apps.get_model("programmes", "Answered")
    asked = Condition.objects.standing().filter(programme=OuterRef("cohort__programme"))
    said = Answered.objects.filter(enrolment=OuterRef(OuterRef("pk")), condition=OuterRef("pk"))
    answers = Q(Exists(asked.filter(~Exists(said)))) | Q(degree="") & ~Q(Exists(asked.filter(fact=Fact.DEGREE)))
    return Q(programme_side__in=MENDABLE) & (
        Q(person__email__isnull=True)
        | ~Q(typed_unit="")
        | Q(programme_side__in=STILL_ASKED) & answers
        | Q(employer_side__in=(EmployerSide.ASKED, EmployerSide.ENDED))
        | job_over(now)
    )


def ever_with(paths: list[str], day: date) -> Q:
    """A condition: within these paths is the employer at the application, or a later one whose first day has come."""
    Workplace = apps.get_model("programmes", "Workplace")
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    theirs = Workplace.objects.filter(within(paths, "unit__path"), begun, enrolment=OuterRef("pk"))
    return within(paths, "unit__path") | Q(Exists(theirs))


def employed_by(paths: list[str], day: date) -> Q:
    """A condition: within these paths is the employer of the day."""
    Workplace = apps.get_model("programmes", "Workplace")
    rows = Workplace.objects.filter(enrolment=OuterRef("pk"))
    return within(paths, "unit__path") & ~Q(Exists(rows)) | Q(Exists(rows.on(day).filter(within(paths, "unit__path"))))


def job_over(now: datetime) -> Q:
    """A condition: the person was employed where she applied from, and is no longer, and no move is written down."""
    Employment = apps.get_model("people", "Employment")
    Workplace = apps.get_model("programmes", "Workplace")
    day = now.date()
    jobs = Employment.objects.filter(person=OuterRef("person"), unit__path__startswith=OuterRef("organisation__path"))
    over = jobs.filter(valid_to__lt=day)
    still = jobs.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    moved = Workplace.objects.filter(enrolment=OuterRef("pk"))
    return Q(Exists(over)) & ~Q(Exists(still)) & ~Q(Exists(moved))
