"""What can be asked about certificates and course folders."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from events.states import PrintState
from programmes.states import (
    CertificateState,
)

if TYPE_CHECKING:
    from programmes.models import Certificate, Folder, FolderReader


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


class FolderReaderQuerySet(models.QuerySet["FolderReader"]):
    """Those whom directors have named."""

    def standing(self) -> FolderReaderQuerySet:
        """Named still, and with an account that is open."""
        return self.filter(ended_at__isnull=True, person__is_active=True)
