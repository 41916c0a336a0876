"""Role profiles: what is still missing before one is published, what a new version takes along, who has the role."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from base.languages import NAMES
from base.refusal import Refusal
from competence.models import (
    Competence,
    Descent,
    FrameworkVersion,
    Holding,
    ProfileVersion,
    Rating,
    RoleProfile,
    Target,
)
from competence.rules.frameworks import languages_of, steps_of
from competence.states import COMPARABLE, VersionState
from people.models import Employment, Organisation, Participation, Person
from people.querysets import valid_on, within
from people.rules import EndsBeforeStart

WORDS = 8  # of a task, when a sentence names it


# ---------- Refusals ----------


class NotADraft(Refusal):
    """A published version never changes."""

    message = _("A published version never changes. Make a new version and change that.")


class DraftExists(Refusal):
    """A profile has one draft at a time."""

    message = _("There is a draft already. Publish it or throw it away first.")


class WordsMissing(Refusal):
    """Somebody in the region could not read all of it."""

    message = _("It cannot be published, because words are missing: %(items)s.")


class NoTasks(Refusal):
    """A role without tasks is none."""

    message = _("It cannot be published without tasks. Write at least one.")


class NoTargets(Refusal):
    """A competence description names competences."""

    message = _("It cannot be published without target levels. Choose the level of at least one competence.")


class ToSettle(Refusal):
    """Targets of competences that split or merged are chosen anew."""

    message = _("It cannot be published before these have a target level, or none on purpose: %(names)s.")


class FrameworkNotPublished(Refusal):
    """Targets rest on words that stay."""

    message = _("The competence framework is not published yet. Publish it first.")


class TitleMissing(Refusal):
    """A role has a name."""

    message = _("Write what the role is called in at least one language.")


class NotPublished(Refusal):
    """Nobody is given a role that is not described yet."""

    message = _("The role profile is not published yet.")


class NotTheirEmployer(Refusal):
    """A profile of one employer is for its own staff; a region's for those who take part in it."""

    message = _("This role profile is not for people who work there.")


class OutsideEmployment(Refusal):
    """Nobody has a role where she does not work."""

    message = _("The employment does not go on that day. Choose a day within it.")


class HasTheRole(Refusal):
    """The same role twice at a time."""

    message = _("This person already has the role during that time.")


class NobodyChosen(Refusal):
    """Somebody is to have the role."""

    message = _("Choose at least one person.")


# ---------- Words and versions ----------


def missing(version: ProfileVersion) -> list[str]:
    """What lacks words in a language of the region, each by its name and the language (COM-3)."""
    codes = languages_of(version.profile.region)
    things: list[tuple[str, object, str]] = [
        (gettext("Name of the role"), version.profile, "title"),
        (gettext("What the role is for"), version, "purpose"),
        (gettext("Education and experience"), version, "requirements"),
    ]
    for number, task in enumerate(version.tasks.all(), start=1):
        spoken = next((words for code in codes if (words := getattr(task, f"words_{code}"))), "")
        label = gettext("Task %(number)s, %(words)s") % {
            "number": number,
            "words": Truncator(spoken).words(WORDS),
        }
        things.append((label, task, "words"))
    return [
        f"{label} ({NAMES[code]})"
        for label, thing, name in things
        for code in codes
        if not (getattr(thing, f"{name}_{code}") or "").strip()
    ]


def is_named(profile: RoleProfile) -> bool:
    """Whether the role has its name for good: a version with it has been published."""
    return profile.versions.exclude(state=VersionState.DRAFT).exists()


def unsettled(version: ProfileVersion) -> list[Competence]:
    """Competences that split or merged, whose target waits for an answer."""
    return list(Competence.objects.filter(pk__in=version.to_settle)) if version.to_settle else []


def why_not_change(version: ProfileVersion) -> Refusal | None:
    """The reason that this version cannot be changed, or None."""
    return None if version.state == VersionState.DRAFT else NotADraft()


def why_not_publish(version: ProfileVersion) -> Refusal | None:
    """The first reason that this version cannot be published, or None; asked by the page and under the lock."""
    if refusal := why_not_change(version):
        return refusal
    if version.framework.state == VersionState.DRAFT:
        return FrameworkNotPublished()
    if not version.tasks.all():
        return NoTasks()
    if waiting := unsettled(version):
        return ToSettle(names=", ".join(one.name for one in waiting))
    if not version.targets.all():
        return NoTargets()
    if items := missing(version):
        return WordsMissing(items="; ".join(items))
    return None


def newest(framework_id: int) -> FrameworkVersion | None:
    """The version of a framework that is in force."""
    return FrameworkVersion.objects.published().filter(framework=framework_id).first()


@dataclass(frozen=True)
class Carried:
    """What becomes of targets in a newer version of the framework: levels, and what must be asked and of what."""

    levels: dict[int, int]
    asked: dict[int, list[int]]


def carried(levels: dict[int, int], descents: Iterable[tuple[int, int, str]], there: Container[int]) -> Carried:
    """Follow `levels` along `descents` (old, new, kind), in the order of versions, to the competences that are `there`.

    What is unchanged or renamed keeps its level. What comes from a split or a merger is asked about, and so is what
    comes from that later; what comes from nothing, or from a competence without a target, has no target.
    """
    stand, asked = dict(levels), dict[int, list[int]]()
    for old, new, kind in descents:
        if old not in stand and old not in asked:
            continue
        if kind in COMPARABLE and old in stand:
            stand[new] = stand[old]
        else:
            asked[new] = [*asked.get(new, []), *asked.get(old, [old])]
    return Carried(
        {pk: level for pk, level in stand.items() if pk in there and pk not in asked},
        {pk: roots for pk, roots in asked.items() if pk in there},
    )


def descents_between(old: FrameworkVersion, new: FrameworkVersion) -> list[tuple[int, int, str]]:
    """How competences became what they are, from one version of a framework to a later one, step by step."""
    rows = Descent.objects.filter(
        new__area__version__framework=new.framework_id,
        new__area__version__number__gt=old.number,
        new__area__version__number__lte=new.number,
    ).order_by("new__area__version__number", "pk")
    return [(row.old_id, row.new_id, row.kind) for row in rows]


# ---------- Who has the role ----------


def regions_of(unit: Organisation, day: date) -> list[int]:
    """The regions that a unit, or something above it, takes part in on a day."""
    above = [int(key) for key in unit.path.strip("/").split("/")]
    return list(Participation.objects.on(day).filter(organisation__in=above).values_list("region_id", flat=True))


def why_not_give(
    profile: RoleProfile, employment: Employment, *, valid_from: date, valid_to: date | None
) -> Refusal | None:
    """The reason that somebody cannot have this role in that employment for that time, or None."""
    if valid_to is not None and valid_to < valid_from:
        return EndsBeforeStart()
    if not profile.versions.filter(state=VersionState.PUBLISHED).exists():
        return NotPublished()
    unit = employment.unit
    if profile.organisation is not None and not unit.path.startswith(profile.organisation.path):
        return NotTheirEmployer()
    if profile.organisation is None and profile.region_id not in regions_of(unit, valid_from):
        return NotTheirEmployer()
    if valid_from < employment.valid_from or (employment.valid_to is not None and valid_from > employment.valid_to):
        return OutsideEmployment()
    goes_on = Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from)
    rows = Holding.objects.filter(goes_on, employment=employment, profile=profile)
    if rows.filter(valid_from__lte=valid_to).exists() if valid_to else rows.exists():
        return HasTheRole()
    return None


def why_not_end(holding: Holding, *, last_day: date) -> Refusal | None:
    """The reason that a role cannot end on that day, or None."""
    return EndsBeforeStart() if last_day < holding.valid_from else None


# ---------- Levels beside targets ----------


@dataclass(frozen=True)
class Level:
    """A level that somebody put on a day; `words` say who."""

    words: str
    level: int | None
    on: date


@dataclass(frozen=True)
class Line:
    """A competence of the role: its target, and the levels of each holder, in the order of the holders."""

    name: str
    area: str
    target: int
    words: str
    levels: list[list[Level]]


@dataclass(frozen=True)
class Gap:
    """The role on a day: what it asks for and what its holders have shared with the reader. No means, no ranking."""

    version: ProfileVersion | None
    holdings: Sequence[Holding]
    shared: list[bool]
    lines: list[Line]

    @property
    def people(self) -> Iterator[tuple[Holding, bool]]:
        """The holders, and whether the reader may read any of their levels."""
        return zip(self.holdings, self.shared, strict=True)

    @property
    def open(self) -> list[Holding]:
        """Those of whom the reader may read levels."""
        return [holding for holding, shared in self.people if shared]


def version_on(profile: RoleProfile, day: date) -> ProfileVersion | None:
    """The version in force on a day; for a day before the first, the first."""
    rows = list(
        profile.versions.exclude(state=VersionState.DRAFT).select_related("framework__framework").order_by("number")
    )
    before = [row for row in rows if row.published_at and row.published_at.date() <= day]
    return before[-1] if before else rows[0] if rows else None


def gap(profile: RoleProfile, holdings: Sequence[Holding], *, day: date, viewer: Person) -> Gap:
    """The newest level of each kind up to `day`, of what `viewer` may read, beside the targets of that day.

    Levels in an earlier version of the framework count where the competence is unchanged or only renamed.
    """
    version = version_on(profile, day)
    if version is None:
        return Gap(None, holdings, [False] * len(holdings), [])
    targets = targets_of(version)
    root = _roots(version.framework, [target.competence_id for target in targets])
    people = [holding.employment.person_id for holding in holdings]
    found: dict[tuple[int, int], dict[str, Level]] = defaultdict(dict)
    rows = Rating.objects.visible_to(viewer).filter(person__in=people, competence__in=root, on__lte=day)
    for row in rows.order_by("on", "at", "pk"):
        kinds = found[row.person_id, root[row.competence_id]]
        kinds[row.rated_by] = Level(row.get_rated_by_display(), row.level, row.on)
    shared = [any(person == whose for whose, _competence in found) for person in people]
    lines = [
        Line(
            target.competence.name,
            target.competence.area.name,
            target.level,
            words_of(target),
            [
                sorted(found.get((person, target.competence_id), {}).values(), key=lambda level: level.on, reverse=True)
                for person, open_ in zip(people, shared, strict=True)
                if open_
            ],
        )
        for target in targets
    ]
    return Gap(version, holdings, shared, lines)


def _roots(version: FrameworkVersion, competences: Sequence[int]) -> dict[int, int]:
    """The competences of this version, and those of earlier ones that may be compared with them, each with its heir."""
    rows = Descent.objects.filter(
        new__area__version__framework=version.framework_id,
        new__area__version__number__lte=version.number,
        kind__in=COMPARABLE,
    ).order_by("-new__area__version__number")
    root = {pk: pk for pk in competences}
    for row in rows:
        if row.new_id in root:
            root[row.old_id] = root[row.new_id]
    return root


def targets_of(version: ProfileVersion) -> list[Target]:
    """The targets of a version with their competences and the words of the steps."""
    rows = Target.objects.filter(version=version).select_related("competence__area__version")
    return list(rows.prefetch_related("competence__descriptors"))


def words_of(target: Target) -> str:
    """What somebody on the target level can, in the words of that step."""
    return steps_of(target.competence)[target.level]


def advert(version: ProfileVersion, targets: Iterable[Target]) -> str:
    """The role as plain text for an advertisement of a vacancy, in the language that is on."""
    blocks = [version.profile.title, version.purpose.strip()]
    if tasks := [f"- {task.words}" for task in version.tasks.all() if task.words]:
        blocks.append("\n".join([pgettext("heading in an advertisement", "Your tasks"), *tasks]))
    if sought := [f"- {one.competence.name}: {words}" for one in targets if (words := words_of(one))]:
        blocks.append("\n".join([pgettext("heading in an advertisement", "What we look for"), *sought]))
    if version.requirements.strip():
        heading = pgettext("heading in an advertisement", "Education and experience")
        blocks.append(f"{heading}\n{version.requirements.strip()}")
    return "\n\n".join(block for block in blocks if block)


def to_give(employments: Iterable[Employment], holdings: Iterable[Holding]) -> list[Employment]:
    """Those employments in which nobody has the role already."""
    taken = {holding.employment_id for holding in holdings}
    return [employment for employment in employments if employment.pk not in taken]


def employments_for(profile: RoleProfile, viewer: Person, day: date) -> Iterable[Employment]:
    """Whom the viewer may give this role on a day: those who work where she leads and the profile is for."""
    reach = viewer.reach
    found = Employment.objects.visible_to(viewer).on(day).filter(person__is_guest=False)
    if not reach.administrator:
        found = found.filter(within(reach.all_paths, "unit__path"))
    if profile.organisation is not None:
        found = found.filter(unit__path__startswith=profile.organisation.path)
    else:
        tops = Organisation.objects.filter(
            valid_on(day, "participations__"), participations__region=profile.region_id
        ).values_list("path", flat=True)
        found = found.filter(within(list(tops), "unit__path"))
    return found.select_related("person", "unit").order_by("person__name", "pk")
