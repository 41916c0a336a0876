"""What goes into a course folder, when it can be made and released, and who may be named to fetch it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base.refusal import Forbidden, Refusal
from events.models import Material
from events.states import EventState, PrintState
from people.models import Employment, Person
from people.querysets import within
from programmes.models import Cohort, CourseDay, Enrolment, Folder, FolderReader, Share
from programmes.states import TAKING_PART, CohortState

TRIES = 3
PDF = "application/pdf"


class NothingToMake(Refusal):
    """A round without days has no folder."""

    message = _("The folder is made of the round's days. Open the round for applications first.")


class BeingMade(Refusal):
    """One at a time in each language."""

    message = _("A folder in this language is being made. Wait until it is ready.")


class NotInLanguage(Refusal):
    """The region does not publish in it."""

    message = _("The region has no content in that language.")


class NotReady(Refusal):
    """A file that is not there cannot be released."""

    message = _("The folder is not ready yet.")


class AlreadyReleased(Refusal):
    """It is out."""

    message = _("This version is released.")


class Replaced(Refusal):
    """There is a newer one, or it was taken back."""

    message = _("A newer version has taken the place of this one.")


class SomebodyLeft(Refusal):
    """A person who is named in it no longer agrees, or must not be named."""

    message = _(
        "A person who is named in this version no longer agrees to it. It is made anew without the name, "
        "which takes a few minutes, and cannot be fetched until then."
    )


class NotTheirDirector(Forbidden):
    """Each municipality's director decides about its own copy."""

    message = _("The municipality's directors say who else fetches its copy.")


class NobodyThere(Refusal):
    """An address that belongs to nobody in the municipality."""

    message = _("Nobody who works in %(organisation)s has this address in Helmi. Check it, or ask the coordinator.")


class NamedAlready(Refusal):
    """Once is enough."""

    message = _("%(name)s can fetch the folder already.")


class NoPlace(Refusal):
    """Only those who take part can be named in the folder."""

    message = _("You can be named in the folder when you have a place in the round.")


class Protected(Refusal):
    """A protected identity stands in no list."""

    message = _("Your identity is protected, so your name is never printed in the folder.")


# ---------- What goes in ----------


@dataclass(frozen=True)
class Piece:
    """Material of a day: bound into the folder when it is a PDF file, else listed by its name."""

    day: CourseDay
    material: Material

    @property
    def is_bound(self) -> bool:
        """Whether its pages stand in the folder."""
        file = self.material.file
        return file is not None and file.content_type == PDF


def days_of(cohort: Cohort) -> list[CourseDay]:
    """The round's days in their order; cancelled ones are left out, and their material with them."""
    days = cohort.days.exclude(event__state=EventState.CANCELLED)
    return list(days.select_related("event__host", "event__region").order_by("number"))


def pieces_of(days: Iterable[CourseDay], now: datetime) -> list[Piece]:
    """The material of these days that participants may see at this moment, in the order of the days."""
    by_event = {day.event_id: day for day in days}
    rows = Material.objects.ready().filter(event__in=list(by_event))
    seen = rows.filter(Q(seen_from__isnull=True) | Q(seen_from__lte=now)).in_order()
    found = [Piece(by_event[row.event_id], row) for row in seen]
    return sorted(found, key=lambda piece: piece.day.number)


def waiting_of(days: Iterable[CourseDay], now: datetime) -> int:
    """How much material is not in it, since participants do not see it yet."""
    rows = Material.objects.filter(event__in=[day.event_id for day in days])
    return rows.exclude(pk__in=[piece.material.pk for piece in pieces_of(days, now)]).count()


def named_in(cohort: Cohort) -> list[Enrolment]:
    """Who is named in the round's folder: those who have said yes, by name."""
    rows = Enrolment.objects.named_in_folder().filter(cohort=cohort)
    return list(rows.select_related("person", "organisation").order_by("person__name", "pk"))


def names_somebody_who_left(folder: Folder) -> bool:
    """Whether the version names a person who no longer agrees, has left, or must not be named."""
    return bool(with_somebody_who_left([folder]))


def with_somebody_who_left(folders: Iterable[Folder]) -> list[Folder]:
    """Those of the versions that name such a person; asked at once for all of them."""
    naming = [folder for folder in folders if folder.named]
    if not naming:
        return []
    every = {pk for folder in naming for pk in folder.named}
    agreed = set(Enrolment.objects.named_in_folder().filter(pk__in=every).values_list("pk", flat=True))
    return [folder for folder in naming if set(folder.named) - agreed]


# ---------- Why not ----------


def why_not_make(cohort: Cohort, language: str) -> Refusal | None:
    """The reason that no folder can be made of the round in this language, or None."""
    if cohort.state == CohortState.DRAFT or not days_of(cohort):
        return NothingToMake()
    if language not in cohort.programme.region.languages:
        return NotInLanguage()
    if cohort.folders.standing().filter(language=language, state=PrintState.WAITING).exists():
        return BeingMade()
    return None


def why_not_release(folder: Folder) -> Refusal | None:
    """The reason that a version cannot be released, or None."""
    if folder.ended_at is not None:
        return Replaced()
    if folder.state != PrintState.READY or folder.file_id is None:
        return NotReady()
    if folder.released_at is not None:
        return AlreadyReleased()
    return SomebodyLeft() if names_somebody_who_left(folder) else None


def why_not_fetch(folder: Folder) -> Refusal | None:
    """The reason that a version that one may see cannot be fetched now, or None."""
    if folder.ended_at is not None:
        return Replaced()
    if folder.state != PrintState.READY or folder.file_id is None:
        return NotReady()
    return SomebodyLeft() if names_somebody_who_left(folder) else None


def why_not_be_named(enrolment: Enrolment) -> Refusal | None:
    """The reason that the person cannot be named in the round's folder, or None."""
    if enrolment.person.protected:
        return Protected()
    return None if enrolment.programme_side in TAKING_PART else NoPlace()


def directs(share: Share, by: Person) -> bool:
    """Whether a person directs the municipality of this copy today."""
    return any(share.organisation.path.startswith(path) for path in by.reach.director_paths)


def why_not_name(share: Share, person: Person | None, by: Person, *, now: datetime) -> Refusal | None:
    """The reason that `by` cannot let `person` fetch the municipality's copy, or None: she must work there today."""
    if not directs(share, by):
        return NotTheirDirector()
    works = (
        person is not None
        and person.is_active
        and Employment.objects.on(now.date())
        .filter(within([*by.reach.director_paths, share.organisation.path], "unit__path"), person=person)
        .exists()
    )
    if person is None or not works:
        return NobodyThere(organisation=share.organisation.name)
    if directs(share, person) or FolderReader.objects.standing().filter(share=share, person=person).exists():
        return NamedAlready(name=person.name)
    return None
