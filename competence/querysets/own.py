"""What can be asked about self-assessments and the levels beside them: no role reaches in, only the person's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from base.clock import now
from competence.states import RatedBy
from people.querysets import within

if TYPE_CHECKING:
    from competence.models import Assessment, Rating, Share


def managed_by(reader: Any, field: str = "person") -> Q:
    """Rows about people, in `field`, whom the reader manages today; directors and coordinators manage nobody."""
    paths = reader.reach.manager_paths
    if not paths:
        return Q(pk__in=[])
    jobs = apps.get_model("people", "Employment").objects.on(now().date()).filter(person=OuterRef(field))
    return Q(Exists(jobs.filter(within(paths, "unit__path")))) & ~Q(**{field: reader.pk})


def mentored_by(reader: Any, field: str = "person") -> Q:
    """Rows about people, in `field`, whose mentor the reader is just now."""
    pairs = apps.get_model("programmes", "Mentorship").objects.agreed()
    return Q(Exists(pairs.filter(enrolment__person=OuterRef(field), mentor__person=reader)))


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Self-assessments."""

    def shared_with(self, person: Any) -> AssessmentQuerySet:
        """Those that their owners let the person read, as long as she is their manager or mentor."""
        if not person.is_authenticated:
            return self.none()
        shares = apps.get_model("competence", "Share").objects.standing().filter(assessment=OuterRef("pk"))
        return self.filter(managed_by(person) | mentored_by(person), Exists(shares.filter(reader=person)))

    def visible_to(self, person: Any) -> AssessmentQuerySet:
        """One's own, and those that somebody shares with one just now; whatever one's roles are."""
        if not person.is_authenticated:
            return self.none()
        shared = apps.get_model("competence", "Assessment").objects.shared_with(person)
        return self.filter(Q(person=person) | Q(pk__in=shared.order_by().values("pk")))


class RatingQuerySet(models.QuerySet["Rating"]):
    """Levels of people in competences."""

    def beside(self) -> RatingQuerySet:
        """Those that others put beside a self-assessment."""
        return self.exclude(rated_by=RatedBy.SELF)

    def visible_to(self, person: Any) -> RatingQuerySet:
        """Those about oneself; those one has put about one's staff of today; those in what is shared with one."""
        if not person.is_authenticated:
            return self.none()
        shared = apps.get_model("competence", "Assessment").objects.shared_with(person)
        put = Q(by=person) & ~Q(rated_by=RatedBy.SELF) & managed_by(person)
        return self.filter(Q(person=person) | put | Q(assessment__in=shared.order_by().values("pk")))


class SharingQuerySet(models.QuerySet["Share"]):
    """Who is let read what."""

    def standing(self) -> SharingQuerySet:
        """Those that have not been taken back."""
        return self.filter(ended_at__isnull=True)
