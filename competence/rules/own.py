"""The own profile: against which framework, who may be let read it, and what stands side by side on its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import dates
from base.refusal import Forbidden, Refusal
from competence import receipts
from competence.models import (
    Assessment,
    Competence,
    Descriptor,
    FrameworkVersion,
    Holding,
    ProfileVersion,
    Rating,
    Share,
)
from competence.querysets.own import managed_by
from competence.rules.regions import in_use
from competence.rules.results import lineage
from competence.states import RatedBy, VersionState
from people.models import Employment, Person, RoleAssignment
from people.rules import managers_of, name_for
from people.states import Role
from programmes.models import Mentorship

CHANGEABLE = timedelta(days=30)
UNREADABLE = {
    "large": _("The file is larger than 200 kilobytes. The file from the survey is much smaller: choose that one."),
    "foreign": _("This is not a file with answers from a survey in Helmi. Choose the file that you saved then."),
    "newer": _("The file was made by a newer Helmi than this one, and cannot be read here."),
    "changed": _("The file has been changed or is broken, so that it cannot be read. Assess yourself here instead."),
}


# ---------- Refusals ----------


class NotYours(Forbidden):
    """A self-assessment is its owner's."""

    message = _("Only the person herself can change her self-assessment or choose who reads it.")


class NotOffered(Refusal):
    """A framework that is not in force where the person works."""

    message = _("That framework is not in use where you work. Choose another.")


class Settled(Refusal):
    """History stands."""

    message = _("This self-assessment is part of your history and stands as it was. Make a new one instead.")


class NotToBeChosen(Refusal):
    """The form was older than who is over the person."""

    message = _("That person is neither your manager nor your mentor today. Look at the list again.")


class FileUnreadable(Refusal):
    """The file is none of ours."""

    message = UNREADABLE["foreign"]

    def __init__(self, why: str) -> None:
        super().__init__()
        self.message = UNREADABLE[why]


class NothingKnown(Refusal):
    """None of what the file tells is known here."""

    message = _("Nothing in the file belongs to a framework that is in use where you work.")


class FromTheFuture(Refusal):
    """The day in the file has not come."""

    message = UNREADABLE["changed"]


class NotTheManager(Forbidden):
    """Levels beside the person's own are put by her manager."""

    message = _("Only the manager of today puts levels beside the person's own.")


# ---------- Against what ----------


def profile_of(person: Person, day: date) -> ProfileVersion | None:
    """The published description of the role that the person has that day, of her main employment first."""
    holding = (
        Holding.objects.on(day)
        .filter(employment__person=person, profile__versions__state=VersionState.PUBLISHED)
        .order_by("-employment__main", "-valid_from", "pk")
        .first()
    )
    if holding is None:
        return None
    found = (
        ProfileVersion.objects.published()
        .filter(profile=holding.profile_id)
        .select_related("profile__region", "framework__framework__region")
    )
    version = found.first()
    return version if version and in_use(version.profile.region) else None


def offered_to(person: Person) -> list[FrameworkVersion]:
    """The frameworks in force where the person works or has a role, and competence is in use."""
    found = FrameworkVersion.objects.visible_to(person).published().select_related("framework__region")
    return [version for version in found.order_by("framework__title", "pk") if in_use(version.framework.region)]


def why_not_begin(version: FrameworkVersion, *, by: Person, today: date) -> Refusal | None:
    """The reason that the person cannot assess herself against this framework, or None."""
    profile = profile_of(by, today)
    if profile is not None and profile.framework_id == version.pk:
        return None
    return None if version in offered_to(by) else NotOffered()


def why_not_own(assessment: Assessment, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot share, take back or erase this self-assessment, or None."""
    return None if assessment.person_id == by.pk else NotYours()


def why_not_change(assessment: Assessment, *, by: Person, today: date) -> Refusal | None:
    """The reason that `by` cannot change the levels, or None: the newest for 30 days; older ones are history."""
    if refusal := why_not_own(assessment, by=by):
        return refusal
    newer = Assessment.objects.filter(person=by, framework=assessment.framework_id, on__gt=assessment.on)
    return Settled() if today > assessment.on + CHANGEABLE or newer.exists() else None


# ---------- Who reads ----------


@dataclass(frozen=True)
class Choice:
    """Somebody whom the person can let read, in words."""

    person: Person
    words: str


def choices(person: Person, *, today: date) -> list[Choice]:
    """Whom the person can let read: her managers, and her mentors."""
    found: dict[int, Choice] = {}
    for manager in managers_of(person, today):
        words = gettext("%(name)s, your manager") % {"name": name_for(manager, person)}
        found[manager.pk] = Choice(manager, words)
    for pair in Mentorship.objects.agreed().filter(enrolment__person=person).select_related("mentor__person"):
        mentor = pair.mentor.person
        words = gettext("%(name)s, your mentor") % {"name": name_for(mentor, person)}
        found.setdefault(mentor.pk, Choice(mentor, words))
    return [choice for pk, choice in found.items() if pk != person.pk]


def able(person: int, day: date) -> set[int]:
    """The keys of everybody who can be let read as things are that day: managers at or above the unit, and mentors."""
    upward = set()
    for path in Employment.objects.on(day).filter(person=person).values_list("unit__path", flat=True):
        keys = path.strip("/").split("/")
        upward |= set(keys)
    managers = RoleAssignment.objects.on(day).filter(role=Role.MANAGER, organisation_id__in=upward)
    mentors = Mentorship.objects.agreed().filter(enrolment__person=person)
    found = {*managers.values_list("person_id", flat=True), *mentors.values_list("mentor__person_id", flat=True)}
    return found - {person}


def readers_of(person: Person, day: date) -> list[Share]:
    """Everybody who can read something of the person's just now, with what."""
    shares = Share.objects.standing().filter(assessment__person=person).select_related("reader", "assessment")
    can = able(person.pk, day)
    return [share for share in shares if share.reader_id in can]


def why_not_rate(person: Person, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot put levels beside the person's own, or None."""
    return None if Person.objects.filter(managed_by(by, "pk"), pk=person.pk).exists() else NotTheManager()


# ---------- Side by side ----------


@dataclass(frozen=True)
class Line:
    """A competence with every level that somebody has put, each with its day. There is no mean of them."""

    number: int
    competence: Competence
    target: int | None
    own: Rating | None
    earlier: Rating | None
    manager: Rating | None
    group: Rating | None

    @property
    def level(self) -> int | None:
        """Her own level; None where she has said nothing, or that she cannot say."""
        return self.own.level if self.own else None

    @property
    def gap(self) -> int | None:
        """From the target to her own level."""
        return self.level - self.target if self.level is not None and self.target is not None else None

    @property
    def distance(self) -> str:
        """The same as it is read: +1, 0, −1, and a dash where there is nothing to compare."""
        if self.gap is None:
            return "–"
        return f"+{self.gap}" if self.gap > 0 else dates.number(self.gap)


def areas_of(version: FrameworkVersion) -> list[list[Competence]]:
    """The competences of a framework, area by area, with the words of their steps at hand."""
    words = Prefetch("descriptors", Descriptor.objects.order_by("step"))
    found: dict[int, list[Competence]] = {}
    rows = Competence.objects.filter(area__version=version).select_related("area").prefetch_related(words)
    for competence in rows.order_by("area__position", "area_id", "position", "pk"):
        found.setdefault(competence.area_id, []).append(competence)
    return list(found.values())


def steps_of(competence: Competence, version: FrameworkVersion) -> list[tuple[int, str]]:
    """Each step in words: the competence's own, or those of the whole framework."""
    own = {row.step: row.words for row in competence.descriptors.all()}
    return [(step, own.get(step) or getattr(version, f"step_{step}") or "") for step in range(1, 6)]


def targets_of(profile: ProfileVersion | None, version: FrameworkVersion) -> dict[int, int]:
    """The levels that the role asks for, by competence; none where the role is described against another framework.

    Against another version of the same framework they are those of the competences that are the same or renamed there;
    one that has been split or merged has none.
    """
    if profile is None or profile.framework.framework_id != version.framework_id:
        return {}
    targets = dict(profile.targets.values_list("competence_id", "level"))
    if profile.framework_id == version.pk:
        return targets
    here = list(Competence.objects.filter(area__version=version).values_list("pk", flat=True))
    if version.number > profile.framework.number:
        comes_from = lineage(here, targets).items()
        return {pk: targets[then.competence] for pk, then in comes_from if then.competence is not None}
    became = lineage(targets, here).items()
    return {then.competence: targets[pk] for pk, then in became if then.competence is not None}


def lines(
    version: FrameworkVersion,
    *,
    targets: dict[int, int],
    own: Iterable[Rating] = (),
    earlier: Iterable[Rating] = (),
    beside: Iterable[Rating] = (),
) -> list[Line]:
    """Everything about each competence of a framework; of `earlier` and `beside` the newest of its kind counts."""
    by_self = {rating.competence_id: rating for rating in own}
    before = _newest(rating for rating in earlier if rating.level is not None)
    others = {
        kind: _newest(rating for rating in ratings)
        for kind, ratings in (
            (kind, [rating for rating in beside if rating.rated_by == kind])
            for kind in (RatedBy.MANAGER, RatedBy.GROUP)
        )
    }
    rows = [competence for area in areas_of(version) for competence in area]
    return [
        Line(
            number=number,
            competence=competence,
            target=targets.get(competence.pk),
            own=by_self.get(competence.pk),
            earlier=before.get(competence.pk),
            manager=others[RatedBy.MANAGER].get(competence.pk),
            group=others[RatedBy.GROUP].get(competence.pk),
        )
        for number, competence in enumerate(rows, start=1)
    ]


def _newest(ratings: Iterable[Rating]) -> dict[int, Rating]:
    found: dict[int, Rating] = {}
    for rating in sorted(ratings, key=lambda rating: (rating.on, rating.pk)):
        found[rating.competence_id] = rating
    return found


def lines_of(assessment: Assessment, viewer: Person, *, today: date) -> list[Line]:
    """What the viewer may read beside each other on the page of an assessment."""
    seen = list(
        Rating.objects.visible_to(viewer)
        .filter(Q(assessment__isnull=True) | Q(assessment__framework=assessment.framework_id))
        .filter(person=assessment.person_id, competence__area__version=assessment.framework_id)
        .select_related("assessment", "by")
    )
    mine = assessment.person_id == viewer.pk
    before = [row for row in seen if row.assessment and row.assessment.on < assessment.on] if mine else []
    return lines(
        assessment.framework,
        targets=targets_of(profile_of(assessment.person, today), assessment.framework),
        own=[row for row in seen if row.assessment_id == assessment.pk],
        earlier=before,
        beside=[row for row in seen if row.assessment_id is None],
    )


# ---------- From a file ----------


@dataclass(frozen=True)
class Read:
    """What a file tells of one framework: each competence with its level in words."""

    version: FrameworkVersion
    answers: Sequence[tuple[Competence, receipts.Said]]


@dataclass(frozen=True)
class Found:
    """What a file tells that is known here, by framework, and the names of what is not."""

    receipt: receipts.Receipt
    read: Sequence[Read]
    unknown: Sequence[str]


def found_in(receipt: receipts.Receipt, *, person: Person, today: date) -> Found:
    """What of the file belongs to frameworks where the person works; refused when that is nothing.

    An answer is known when its key and its name are those of one competence: a file of another Helmi has other names.
    """
    if not date(2020, 1, 1) <= receipt.saved_on <= today:
        raise FromTheFuture()
    keys = [said.competence for said in receipt.answers]
    visible = FrameworkVersion.objects.visible_to(person).exclude(state=VersionState.DRAFT)
    versions = {
        version.pk: version
        for version in visible.select_related("framework__region")
        if in_use(version.framework.region)
    }
    rows = Competence.objects.filter(pk__in=keys, area__version__in=versions).select_related("area")
    known = {row.pk: row for row in rows}
    by_version: dict[int, list[tuple[Competence, receipts.Said]]] = {}
    unknown = []
    for said in receipt.answers:
        competence = known.get(said.competence)
        if competence is None or not _same(competence, said.label):
            unknown.append(said.label)
            continue
        by_version.setdefault(competence.area.version_id, []).append((competence, said))
    if not by_version:
        raise NothingKnown()
    return Found(receipt, [Read(versions[pk], answers) for pk, answers in by_version.items()], unknown)


def _same(competence: Competence, label: str) -> bool:
    names = {str(getattr(competence, f"name_{language}", "") or "") for language in ("sv", "fi", "en")}
    return any(name and name.casefold() in label.casefold() for name in names)
