"""What can be asked about programmes, cohorts and enrolments, and who may see it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, F, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from base.clock import now
from events.states import PrintState, StaffFunction
from people.querysets import valid_on, within
from programmes.states import (
    AGREED_PAIRS,
    LIVE_PAIRS,
    LIVE_SIDES,
    LIVE_SUPERVISION,
    MENDABLE,
    STILL_ASKED,
    TAKING_PART,
    Answer,
    CertificateState,
    CohortState,
    EmployerSide,
    Fact,
    ImprovementState,
    PairState,
    ProgrammeSide,
    Shown,
)

if TYPE_CHECKING:
    from programmes.models import (
        Approval,
        Break,
        Certificate,
        Closing,
        Cohort,
        Condition,
        CourseDay,
        Decision,
        Enrolment,
        Folder,
        FolderReader,
        GroupTask,
        Improvement,
        Mentor,
        MentorCheck,
        MentorInvitation,
        MentorMeeting,
        MentorNote,
        Mentorship,
        MentorWish,
        Programme,
        ProposalAnswer,
        Reflection,
        Ruling,
        Said,
        Share,
        SupervisionGroup,
        SupervisionMember,
        SupportNeed,
        TaskGroup,
        Workplace,
    )

# How long a participant can take back what she has passed to her manager; until then nobody has read it.
PASSED_AFTER = timedelta(minutes=10)


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    """What regions offer again and again."""

    def published(self) -> ProgrammeQuerySet:
        """Those with a public page."""
        return self.filter(published=True)

    def visible_to(self, person: Any) -> ProgrammeQuerySet:
        """Published ones to all; every one to the region's coordinators and administrators."""
        if not person.is_authenticated:
            return self.published()
        if person.reach.administrator:
            return self
        return self.filter(Q(published=True) | Q(region_id__in=person.reach.region_ids))

    def run_by(self, person: Any) -> ProgrammeQuerySet:
        """Those that a coordinator runs."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(region_id__in=person.reach.region_ids)


class CohortQuerySet(models.QuerySet["Cohort"]):
    """Rounds of programmes."""

    def open_on(self, day: date) -> CohortQuerySet:
        """Those that take applications on `day`."""
        return self.filter(state=CohortState.OPEN, opens_on__lte=day, closes_on__gte=day)

    def visible_to(self, person: Any) -> CohortQuerySet:
        """The region's coordinators see all its cohorts; others those they, or their staff, are in or may apply to."""
        if not person.is_authenticated:
            return self.filter(programme__published=True).exclude(state=CohortState.DRAFT)
        reach = person.reach
        if reach.administrator:
            return self
        public = Q(programme__published=True) & ~Q(state=CohortState.DRAFT)
        return self.filter(public | Q(programme__region_id__in=reach.region_ids))

    def run_by(self, person: Any) -> CohortQuerySet:
        """Those whose inside a person may see: coordinators of the region, and administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(programme__region_id__in=person.reach.region_ids)

    def on_one_page_for(self, person: Any) -> CohortQuerySet:
        """Those whose page for a board a person reads: who runs them, and directors of its municipalities once out."""
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        Share = apps.get_model("programmes", "Share")
        directed = Share.objects.filter(within(reach.director_paths, "organisation__path"), cohort=OuterRef("pk"))
        return self.filter(
            Q(programme__region_id__in=reach.region_ids) | Q(Exists(directed), board_page__released_at__isnull=False)
        )

    def with_tasks_for(self, person: Any) -> CohortQuerySet:
        """Those whose tasks concern a person: who runs them, who takes part, and who lectures on one of their days."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        Enrolment = apps.get_model("programmes", "Enrolment")
        fellow = Enrolment.objects.taking_part().filter(cohort=OuterRef("pk"), person=person)
        days = apps.get_model("programmes", "CourseDay").objects.filter(cohort=OuterRef("pk"))
        lectured = days.filter(event__staff__person=person, event__staff__function=StaffFunction.LECTURER)
        region = Q(programme__region_id__in=person.reach.region_ids)
        return self.filter(region | Q(Exists(fellow)) | Q(Exists(lectured)))

    def with_improvements(self) -> CohortQuerySet:
        """With `improvements_open`, `improvement_due` (the nearest) and `improvement_first` of the checklist."""
        Improvement = apps.get_model("programmes", "Improvement")
        waiting = Improvement.objects.waiting().filter(cohort=OuterRef("pk"))
        by_cohort = waiting.order_by().values("cohort")
        return self.annotate(
            improvements_open=Subquery(by_cohort.annotate(n=Count("pk")).values("n")),
            improvement_due=Subquery(by_cohort.annotate(first=Min("due")).values("first")),
            improvement_first=Subquery(waiting.order_by("due", "order", "pk").values("words")[:1]),
        )


class CourseDayQuerySet(models.QuerySet["CourseDay"]):
    """Days of cohorts."""

    def visible_to(self, person: Any) -> CourseDayQuerySet:
        """As the day's event is seen, and as its cohort is run."""
        if not person.is_authenticated:
            return self.none()
        from events.models import Event

        if person.reach.administrator:
            return self
        return self.filter(event__in=Event.objects.visible_to(person).values("pk"))


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
        """With `mine`: whether the day's employer is within these paths, and `mine_since` where it is a later one."""
        Workplace = apps.get_model("programmes", "Workplace")
        later = Workplace.objects.on(day).filter(within(paths, "unit__path"), enrolment=OuterRef("pk"))
        return self.annotate(
            mine=ExpressionWrapper(employed_by(paths, day), output_field=models.BooleanField()),
            mine_since=Subquery(later.values("valid_from")[:1]),
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


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions to go on."""

    def visible_to(self, person: Any) -> DecisionQuerySet:
        """The region's coordinators and administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(cohort__programme__region_id__in=person.reach.region_ids)


Row = TypeVar("Row", bound=models.Model)


class OfRounds(models.QuerySet[Row]):
    """Rows that belong to a cohort."""

    def run_by(self, person: Any) -> Self:
        """Those of the rounds that a person runs."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(cohort__programme__region_id__in=person.reach.region_ids)


class SaidQuerySet(OfRounds["Said"]):
    """What participants said, and what was changed."""

    def shown(self) -> SaidQuerySet:
        """Those that the coordinator shows."""
        return self.exclude(shown=Shown.HIDDEN)

    def public(self) -> SaidQuerySet:
        """Those that stand on the programme's public page."""
        return self.filter(shown=Shown.PUBLIC)


class ImprovementQuerySet(OfRounds["Improvement"]):
    """Rows of checklists."""

    def waiting(self) -> ImprovementQuerySet:
        """Those that are neither done nor given up."""
        return self.filter(state=ImprovementState.OPEN)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Certificates."""

    def valid(self) -> CertificateQuerySet:
        """Those that are neither replaced nor revoked."""
        return self.filter(state=CertificateState.VALID)

    def unprinted(self, tries: int) -> CertificateQuerySet:
        """Valid ones whose paper is not printed yet, and was tried fewer than `tries` times."""
        return self.valid().filter(file__isnull=True, print_tries__lt=tries)

    def visible_to(self, person: Any) -> CertificateQuerySet:
        """One's own, and a region's for its coordinators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        regions = person.reach.region_ids
        return self.filter(
            Q(enrolment__person=person)
            | Q(person=person)
            | Q(enrolment__cohort__programme__region_id__in=regions)
            | Q(cohort__programme__region_id__in=regions)
        )

    def held_by(self, person: Any) -> CertificateQuerySet:
        """Those of one person."""
        return self.filter(Q(enrolment__person=person) | Q(person=person))

    def about(self, cohorts: Any) -> CertificateQuerySet:
        """Those of some rounds."""
        return self.filter(Q(enrolment__cohort__in=cohorts) | Q(cohort__in=cohorts))

    def with_round(self) -> CertificateQuerySet:
        """With the person and the round at hand."""
        rows = ("enrolment__person", "enrolment__cohort__programme__region", "person", "cohort__programme__region")
        return self.select_related(*rows)


class FolderQuerySet(models.QuerySet["Folder"]):
    """Versions of course folders."""

    def standing(self) -> FolderQuerySet:
        """Those that no newer version has replaced."""
        return self.filter(ended_at__isnull=True)

    def released(self) -> FolderQuerySet:
        """The one of each round and language that others than the coordinators can fetch."""
        return self.standing().filter(state=PrintState.READY, released_at__isnull=False)

    def to_make(self, now: datetime, tries: int) -> FolderQuerySet:
        """Those that wait to be made and were tried fewer than `tries` times, the oldest first."""
        free = Q(print_after__isnull=True) | Q(print_after__lte=now)
        return self.standing().filter(free, state=PrintState.WAITING, tries__lt=tries).order_by("tries", "pk")

    def visible_to(self, person: Any) -> FolderQuerySet:
        """All versions to the region's coordinators; released ones to those who take part, and to the municipalities.

        A municipality that had seats keeps its copy after the round and the project are over: its directors of the day
        fetch it, and those whom they have named.
        """
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        Share = apps.get_model("programmes", "Share")
        Enrolment = apps.get_model("programmes", "Enrolment")
        FolderReader = apps.get_model("programmes", "FolderReader")
        directed = Share.objects.directed_by(person).filter(cohort=OuterRef("cohort"))
        named = FolderReader.objects.standing().filter(share__cohort=OuterRef("cohort"), person=person)
        taking_part = Enrolment.objects.taking_part().filter(cohort=OuterRef("cohort"), person=person)
        released = Q(state=PrintState.READY, released_at__isnull=False, ended_at__isnull=True)
        return self.filter(
            Q(cohort__programme__region_id__in=reach.region_ids)
            | (released & (Exists(directed) | Exists(named) | Exists(taking_part)))
        )

    def copies_of(self, person: Any) -> FolderQuerySet:
        """The released ones of the municipalities that the person directs, or for which she is named."""
        Share = apps.get_model("programmes", "Share")
        FolderReader = apps.get_model("programmes", "FolderReader")
        directed = Share.objects.directed_by(person).filter(cohort=OuterRef("cohort"))
        named = FolderReader.objects.standing().filter(share__cohort=OuterRef("cohort"), person=person)
        return self.released().filter(Exists(directed) | Exists(named))


class ShareQuerySet(models.QuerySet["Share"]):
    """Participating municipalities of cohorts."""

    def directed_by(self, person: Any) -> ShareQuerySet:
        """Those of the municipalities that a person directs today."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(within(person.reach.director_paths, "organisation__path"))


class FolderReaderQuerySet(models.QuerySet["FolderReader"]):
    """Those whom directors have named."""

    def standing(self) -> FolderReaderQuerySet:
        """Named still, and with an account that is open."""
        return self.filter(ended_at__isnull=True, person__is_active=True)


class ReflectionQuerySet(models.QuerySet["Reflection"]):
    """What participants have written for themselves."""

    def by(self, person: Any) -> ReflectionQuerySet:
        """The person's own."""
        return self.filter(enrolment__person=person) if person.is_authenticated else self.none()

    def visible_to(self, person: Any) -> ReflectionQuerySet:
        """One's own, and those that their authors let one read: by name, or as one of the group.

        Whoever is chosen must still take part in the round, have a part in the day, or be the author's mentor.
        Administrators, coordinators of the region and the author's managers and directors read none, whatever they have
        a part in besides.
        """
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self.by(person)
        Enrolment = apps.get_model("programmes", "Enrolment")
        works = apps.get_model("events", "Staff").objects.filter(event=OuterRef("day__event"), person=person)
        chosen = apps.get_model("programmes", "Reader").objects.filter(reflection=OuterRef("pk"), person=person)
        fellow = Enrolment.objects.taking_part().filter(cohort=OuterRef("enrolment__cohort"), person=person)
        mentors = apps.get_model("programmes", "Mentorship").objects.between(person)
        able = Q(Exists(fellow)) | Q(Exists(works)) | Q(Exists(mentors))
        let = Q(with_group=True) & Q(Exists(fellow)) | Q(Exists(chosen)) & able
        let &= Q(enrolment__programme_side__in=TAKING_PART)
        let &= ~Q(enrolment__cohort__programme__region_id__in=reach.region_ids)
        if reach.staff_paths:
            Employment = apps.get_model("people", "Employment")
            jobs = Employment.objects.on(now().date()).filter(person=OuterRef("enrolment__person"))
            let &= ~within(reach.staff_paths, "enrolment__unit__path")
            let &= ~Q(Exists(jobs.filter(within(reach.staff_paths, "unit__path"))))
        return self.filter(Q(enrolment__person=person) | let)


class MentorQuerySet(models.QuerySet["Mentor"]):
    """Regions' pools of mentors."""

    def on(self, day: date) -> MentorQuerySet:
        """Those in the pool on `day`."""
        return self.filter(valid_on(day))

    def with_load(self) -> MentorQuerySet:
        """With `load`: how many mentees each has, those who are only proposed too."""
        live = Count("mentorships", filter=Q(mentorships__state__in=LIVE_PAIRS))
        return self.annotate(load=live)

    def of(self, person: Any) -> MentorQuerySet:
        """The person's own rows."""
        return self.filter(person=person) if person.is_authenticated else self.none()

    def visible_to(self, person: Any) -> MentorQuerySet:
        """One's own, and a region's for its coordinators; everyone for administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(Q(person=person) | Q(region_id__in=person.reach.region_ids))


class MentorshipQuerySet(models.QuerySet["Mentorship"]):
    """Mentors and mentees."""

    def live(self) -> MentorshipQuerySet:
        """Those that are not closed: they take up room with the mentor."""
        return self.filter(state__in=LIVE_PAIRS)

    def agreed(self) -> MentorshipQuerySet:
        """Those in which the mentor has said yes and that are not closed."""
        return self.filter(state__in=AGREED_PAIRS)

    def blocking(self) -> MentorshipQuerySet:
        """Those for which nobody looks for another mentor: proposals, and pairs in which none is asked for."""
        wish = apps.get_model("programmes", "MentorWish").objects.waiting().filter(mentorship=OuterRef("pk"))
        return self.live().filter(Q(state=PairState.PROPOSED) | ~Q(Exists(wish)))

    def waiting(self) -> MentorshipQuerySet:
        """Proposals that have left and wait for the mentor's answer."""
        return self.filter(state=PairState.PROPOSED, proposed_at__isnull=False)

    def closed(self) -> MentorshipQuerySet:
        """Those that were a pair and are over, with `meetings_held` and `minutes_held`; no mere proposals."""
        return self.filter(state=PairState.CLOSED, started_on__isnull=False).with_meetings()

    def with_meetings(self) -> MentorshipQuerySet:
        """With `meetings_held`, how many meetings are written down as held, and `minutes_held`, how long they were."""
        held = Q(meetings__held_at__isnull=False)
        minutes = Coalesce(Sum("meetings__minutes", filter=held), 0)
        return self.annotate(meetings_held=Count("meetings", filter=held), minutes_held=minutes)

    def between(self, mentor: Any) -> MentorshipQuerySet:
        """Those that go on, with the person as the mentor of whom an outer row's enrolment is."""
        return self.agreed().filter(enrolment=OuterRef("enrolment"), mentor__person=mentor)

    def outlived(self) -> MentorshipQuerySet:
        """Proposals whose mentee has left the round, or whose mentor has left the pool."""
        gone = ~Q(enrolment__programme_side__in=TAKING_PART) | Q(mentor__valid_to__isnull=False)
        return self.filter(gone, state=PairState.PROPOSED)

    def asking(self) -> MentorshipQuerySet:
        """Those in which somebody wants another mentor, or a call from the coordinator, and nobody has seen to it."""
        MentorWish = apps.get_model("programmes", "MentorWish")
        MentorCheck = apps.get_model("programmes", "MentorCheck")
        wish = MentorWish.objects.waiting().filter(mentorship=OuterRef("pk"))
        call = MentorCheck.objects.calls().filter(mentorship=OuterRef("pk"))
        return self.filter(Q(Exists(wish)) | Q(Exists(call)))

    def of_mentor(self, person: Any) -> MentorshipQuerySet:
        """Those in which the person is the mentor."""
        return self.filter(mentor__person=person) if person.is_authenticated else self.none()

    def of_mentee(self, person: Any) -> MentorshipQuerySet:
        """Those in which the person is the mentee, once she has been told: never proposals nobody has said yes to."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(enrolment__person=person, agreed_at__isnull=False)

    def run_by(self, person: Any) -> MentorshipQuerySet:
        """Those of the rounds that a person runs: coordinators of the region, and administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(enrolment__cohort__programme__region_id__in=person.reach.region_ids)

    def visible_to(self, person: Any) -> MentorshipQuerySet:
        """The two, and who runs the round. A manager or a director sees none, nor does a former coordinator.

        A mentee sees a pair once the mentor has said yes.
        """
        if not person.is_authenticated:
            return self.none()
        reach = person.reach
        if reach.administrator:
            return self
        return self.filter(
            Q(mentor__person=person)
            | Q(enrolment__person=person, agreed_at__isnull=False)
            | Q(enrolment__cohort__programme__region_id__in=reach.region_ids)
        )


class OfPairs(models.QuerySet[Row]):
    """Rows that belong to a mentor and a mentee."""

    def visible_to(self, person: Any) -> Self:
        """As the pairs are seen: by the two, and by who runs the round."""
        return self.filter(mentorship__in=apps.get_model("programmes", "Mentorship").objects.visible_to(person))


class MentorMeetingQuerySet(OfPairs["MentorMeeting"]):
    """Meetings of mentors and mentees."""

    def held(self) -> MentorMeetingQuerySet:
        """Those that are written down as held."""
        return self.filter(held_at__isnull=False)

    def booked(self) -> MentorMeetingQuerySet:
        """Those that nobody has written down as held yet, to come or not."""
        return self.filter(held_at__isnull=True)


class MentorNoteQuerySet(models.QuerySet["MentorNote"]):
    """What the two write for themselves."""

    def visible_to(self, person: Any) -> MentorNoteQuerySet:
        """One's own and no others, whatever one's roles are; also after the pair has ended."""
        return self.filter(writer=person) if person.is_authenticated else self.none()


class MentorCheckQuerySet(models.QuerySet["MentorCheck"]):
    """The questions after two months."""

    def open_to(self, person: Any, now: datetime) -> MentorCheckQuerySet:
        """Those that the person can answer now."""
        mine = self.filter(person=person) if person.is_authenticated else self.none()
        return mine.filter(answered_at__isnull=True, until__gt=now, mentorship__state__in=AGREED_PAIRS)

    def calls(self) -> MentorCheckQuerySet:
        """Where somebody wants the coordinator to call, and nobody has yet."""
        return self.filter(call=True, called_at__isnull=True)


class MentorWishQuerySet(OfPairs["MentorWish"]):
    """Wishes for another mentor."""

    def waiting(self) -> MentorWishQuerySet:
        """Those that nobody has seen to."""
        return self.filter(settled_at__isnull=True)


class GroupTaskQuerySet(OfRounds["GroupTask"]):
    """Tasks of rounds."""

    def set_by(self, person: Any) -> GroupTaskQuerySet:
        """Those that a person sets and changes: of the rounds that she runs, and of the days on which she lectures."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        region = Q(cohort__programme__region_id__in=person.reach.region_ids)
        return self.filter(region | Q(Exists(lectures(person, "day__event"))))

    def done_by(self, person: Any) -> GroupTaskQuerySet:
        """Those of the rounds that a person takes part in."""
        if not person.is_authenticated:
            return self.none()
        Enrolment = apps.get_model("programmes", "Enrolment")
        return self.filter(Exists(Enrolment.objects.taking_part().filter(cohort=OuterRef("cohort"), person=person)))


class TaskGroupQuerySet(models.QuerySet["TaskGroup"]):
    """Groups that do a task, and what they hand in."""

    def of(self, person: Any) -> TaskGroupQuerySet:
        """Those that a person is in, of rounds that she takes part in."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(Exists(_task_places(person).filter(group=OuterRef("pk"))))

    def visible_to(self, person: Any) -> TaskGroupQuerySet:
        """One's own; and what was handed in, to who runs the round, to the lecturer of the day, and to all when shown.

        Nobody else reads anything: an employer sees neither what is written nor who has handed in.
        """
        if not person.is_authenticated:
            return self.none()
        tasks = apps.get_model("programmes", "GroupTask").objects
        handed_in = Q(hand_in__handed_in_at__isnull=False)
        read = Q(task__in=tasks.set_by(person)) | Q(task__in=tasks.done_by(person).filter(shown_at__isnull=False))
        return self.filter(Q(Exists(_task_places(person).filter(group=OuterRef("pk")))) | handed_in & read)


def _task_places(person: Any) -> models.QuerySet[Any]:
    return apps.get_model("programmes", "TaskMember").objects.filter(
        enrolment__person=person, enrolment__programme_side__in=TAKING_PART
    )


def lectures(person: Any, event: str) -> models.QuerySet[Any]:
    """That the person is a lecturer of the event whose key stands in the outer query's field."""
    Staff = apps.get_model("events", "Staff")
    return Staff.objects.filter(event=OuterRef(event), person=person, function=StaffFunction.LECTURER)


class ClosingQuerySet(OfRounds["Closing"]):
    """Closing days of rounds."""

    def shared_with(self, person: Any) -> ClosingQuerySet:
        """Those whose proposals a person reads: who runs the round, who takes part, and a mentor who comes."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        Enrolment = apps.get_model("programmes", "Enrolment")
        fellow = Enrolment.objects.taking_part().filter(cohort=OuterRef("cohort"), person=person)
        coming = apps.get_model("programmes", "MentorInvitation").objects.filter(
            closing=OuterRef("pk"), person=person, answer=Answer.YES
        )
        region = Q(cohort__programme__region_id__in=person.reach.region_ids)
        return self.filter(region | Q(Exists(fellow)) | Q(Exists(coming)))


class MentorInvitationQuerySet(models.QuerySet["MentorInvitation"]):
    """Mentors who are invited to closing days."""

    def to(self, person: Any) -> MentorInvitationQuerySet:
        """The person's own."""
        return self.filter(person=person) if person.is_authenticated else self.none()


class SupportNeedQuerySet(models.QuerySet["SupportNeed"]):
    """Support that participants still need."""

    def passed(self, now: datetime) -> SupportNeedQuerySet:
        """Those that have gone to a manager and cannot be taken back any more."""
        return self.filter(passed_to__isnull=False, passed_at__lte=now - PASSED_AFTER)

    def between(self, person: Any) -> SupportNeedQuerySet:
        """One's own, and those of one's mentees while the pair stands: nobody's role reaches in."""
        if not person.is_authenticated:
            return self.none()
        pairs = apps.get_model("programmes", "Mentorship").objects.agreed().of_mentor(person)
        mentee = Q(Exists(pairs.filter(enrolment=OuterRef("enrolment"))), enrolment__programme_side__in=TAKING_PART)
        return self.filter(Q(enrolment__person=person) | mentee)

    def with_manager(self, person: Any, now: datetime) -> SupportNeedQuerySet:
        """The rows that people on a manager's staff have passed to her, while they are on it."""
        if not person.is_authenticated or not person.reach.staff_paths:
            return self.none()
        jobs = apps.get_model("people", "Employment").objects.on(now.date())
        own = jobs.filter(within(person.reach.staff_paths, "unit__path"), person=OuterRef("enrolment__person"))
        return self.passed(now).filter(Exists(own), passed_to=person).exclude(enrolment__person=person)


class ProposalAnswerQuerySet(models.QuerySet["ProposalAnswer"]):
    """What municipalities answer to proposals."""

    def directed_by(self, person: Any) -> ProposalAnswerQuerySet:
        """Those of the municipalities that a person directs today."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(within(person.reach.director_paths, "organisation__path"))

    def waiting(self) -> ProposalAnswerQuerySet:
        """Those without an answer."""
        return self.filter(answered_at__isnull=True)


class SupervisionGroupQuerySet(models.QuerySet["SupervisionGroup"]):
    """Supervision groups."""

    def live(self) -> SupervisionGroupQuerySet:
        """Those that have not ended."""
        return self.filter(state__in=LIVE_SUPERVISION)

    def run_by(self, person: Any) -> SupervisionGroupQuerySet:
        """Those of the regions that a person coordinates."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(programme__region_id__in=person.reach.region_ids)

    def of(self, person: Any) -> SupervisionGroupQuerySet:
        """Those that the person supervises or is a member of."""
        member = apps.get_model("programmes", "SupervisionMember").objects.standing()
        return self.filter(Q(supervisor=person) | Exists(member.filter(group=OuterRef("pk"), person=person)))

    def to_agree(self, person: Any) -> SupervisionGroupQuerySet:
        """Those whose contract waits for the person's answer."""
        said = apps.get_model("programmes", "SupervisionAnswer").objects.filter(
            group=OuterRef("pk"), person=person, term=OuterRef("term")
        )
        return self.live().of(person).filter(~Exists(said))

    def visible_to(self, person: Any) -> SupervisionGroupQuerySet:
        """The supervisor's, the members', and those of the regions that one coordinates; no manager's."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.of(person) | self.run_by(person)


class SupervisionMemberQuerySet(models.QuerySet["SupervisionMember"]):
    """People in supervision groups."""

    def standing(self) -> SupervisionMemberQuerySet:
        """Those who have not left."""
        return self.filter(left_on__isnull=True)

    def visible_to(self, person: Any) -> SupervisionMemberQuerySet:
        """Of the groups that the person sees."""
        groups = apps.get_model("programmes", "SupervisionGroup").objects.visible_to(person)
        return self.filter(group__in=groups.values("pk"))


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


def live_in(cohort: str = "pk") -> Exists:
    """A condition: the cohort has a live enrolment."""
    Enrolment = apps.get_model("programmes", "Enrolment")

    return Exists(Enrolment.objects.live().filter(cohort=OuterRef(cohort)))
