"""What can be asked about programmes, their rounds and days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery

from events.states import StaffFunction
from people.querysets import within
from programmes.states import (
    CohortState,
)

if TYPE_CHECKING:
    from programmes.models import Cohort, CourseDay, Decision, Programme, Share


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


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions to go on."""

    def visible_to(self, person: Any) -> DecisionQuerySet:
        """The region's coordinators and administrators."""
        if not person.is_authenticated:
            return self.none()
        if person.reach.administrator:
            return self
        return self.filter(cohort__programme__region_id__in=person.reach.region_ids)


class ShareQuerySet(models.QuerySet["Share"]):
    """Participating municipalities of cohorts."""

    def directed_by(self, person: Any) -> ShareQuerySet:
        """Those of the municipalities that a person directs today."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(within(person.reach.director_paths, "organisation__path"))


def live_in(cohort: str = "pk") -> Exists:
    """A condition: the cohort has a live enrolment."""
    Enrolment = apps.get_model("programmes", "Enrolment")

    return Exists(Enrolment.objects.live().filter(cohort=OuterRef(cohort)))
