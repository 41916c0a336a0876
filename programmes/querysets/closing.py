"""What can be asked about closing days, support that is needed, and proposals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from people.querysets import within
from programmes.querysets.rounds import OfRounds
from programmes.states import (
    TAKING_PART,
    Answer,
)

if TYPE_CHECKING:
    from programmes.models import Closing, MentorInvitation, ProposalAnswer, SupportNeed

# How long a participant can take back what she has passed to her manager; until then nobody has read it.
PASSED_AFTER = timedelta(minutes=10)


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
