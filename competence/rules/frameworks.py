"""Who may do what with a framework, and what its words are."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.languages import spoken
from base.refusal import Refusal
from competence.models import Area, Competence, Descent, Framework, FrameworkVersion
from competence.states import Lineage, Step, VersionState
from people.models import Person, Region
from people.states import Language

MOST_AREAS, MOST_COMPETENCES = 8, 12  # of a version, and of an area: what people can still answer and read


class Published(Refusal):
    """It has been published."""

    message = gettext_lazy("A published version never changes. Begin a new version from it.")


class NotADraft(Refusal):
    """There is nothing to publish or throw away."""

    message = gettext_lazy("The version is not a draft.")


class ChangedSince(Refusal):
    """Somebody has changed the draft after it was read."""

    message = gettext_lazy("Somebody has changed the draft since you opened the page. Read it again first.")


class AlreadyBegun(Refusal):
    """There is a draft already."""

    message = gettext_lazy("A new version has been begun. Go on with that one.")


class NotPublished(Refusal):
    """Only the version in force is copied."""

    message = gettext_lazy("A new version begins from the one in force.")


class InUse(Refusal):
    """Something leans on it."""

    message = gettext_lazy("A role profile, a survey or somebody's own assessment uses it, so it stays.")


class Lacks(Refusal):
    """The names of what has no words."""

    message = gettext_lazy("The version cannot be published yet: %(missing)s")


class Removed(Refusal):
    """Somebody has taken it out of the draft."""

    message = gettext_lazy("Somebody has removed it from the draft meanwhile. What you typed stands below.")


class TooMany(Refusal):
    """More than people can answer."""

    message = gettext_lazy("There is room for %(n)s. Put some together first.")


class NoWords(Refusal):
    """It cannot be asked about (COM-5)."""

    message = gettext_lazy("%(name)s has no words for all five steps in %(languages)s, so it cannot be asked about.")


# ---------- Words ----------


def languages_of(region: Region) -> list[str]:
    """The languages that a framework of the region has its words in."""
    return list(region.languages) or [Language.SWEDISH.value]


def words(thing: Model, name: str, language: str) -> str:
    """The words of a field in one language, and in no other."""
    return str(getattr(thing, f"{name}_{language}") or "")


def steps_of(competence: Competence, language: str = "") -> dict[int, str]:
    """What each step means for a competence: its own words, else those of the whole version.

    In the language spoken, falling back to the others; with `language` in that one only, "" where words are missing.
    """
    own = {row.step: row for row in competence.descriptors.all()}
    version = competence.area.version
    found: dict[int, str] = {}
    for step in Step.values:
        if language:
            mine = words(own[step], "words", language) if step in own else ""
            found[step] = mine or words(version, f"step_{step}", language)
        else:
            found[step] = str((own[step].words if step in own else "") or getattr(version, f"step_{step}") or "")
    return found


def without_steps(competence: Competence) -> list[str]:
    """The languages of the region in which a step of the competence has no words."""
    languages = languages_of(competence.area.version.framework.region)
    return [language for language in languages if not all(steps_of(competence, language).values())]


def why_not_ask(competence: Competence) -> Refusal | None:
    """The reason that a survey cannot ask about a competence, or None: a step that says nothing is nobody's level."""
    if missing := without_steps(competence):
        return NoWords(name=competence.name, languages=_spoken_of(missing))
    return None


def _spoken_of(languages: Iterable[str]) -> str:
    """Languages as the middle of a sentence names them."""
    names = {"sv": _("Swedish"), "fi": _("Finnish"), "en": _("English")}
    return ", ".join(names[language] if spoken() == "en" else names[language].lower() for language in languages)


Facts = dict[str, str]  # what stands in the fields of a page, by the field's name


def facts_of_version(version: FrameworkVersion) -> Facts:
    """What stands in a version besides its areas: the introduction and the scale, and the framework's own words."""
    names = ["introduction", *(f"step_{step}" for step in Step.values)]
    codes = languages_of(version.framework.region)
    own = {
        f"{name}_{code}": words(version.framework, name, code) for name in ("title", "kind_of_work") for code in codes
    }
    return own | {f"{name}_{code}": words(version, name, code) for name in names for code in codes}


def facts_of_area(area: Area) -> Facts:
    """What stands in an area besides its competences."""
    codes = languages_of(area.version.framework.region)
    return {f"{name}_{code}": words(area, name, code) for name in ("name", "description") for code in codes}


def facts_of_competence(competence: Competence) -> Facts:
    """What stands in a competence: its words, those of its own steps, its area, and from which it comes."""
    codes = languages_of(competence.area.version.framework.region)
    own = {row.step: row for row in competence.descriptors.all()}
    facts = {f"{name}_{code}": words(competence, name, code) for name in ("name", "description") for code in codes}
    for step in Step.values:
        for code in codes:
            facts[f"step_{step}_{code}"] = words(own[step], "words", code) if step in own else ""
    olds = sorted(row.old_id for row in competence.descents.all())
    return facts | {"area": str(competence.area_id), "comes_from": ",".join(map(str, olds))}


def mark_of(facts: Facts) -> str:
    """A short word for what stood in the fields when a page was opened; another one when somebody has saved since."""
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


# ---------- Asking ----------


def whole(version: FrameworkVersion) -> FrameworkVersion:
    """The version with its areas, competences, words and descents, fetched at once."""
    rows = FrameworkVersion.objects.filter(pk=version.pk).select_related("framework__region", "published_by")
    return rows.prefetch_related(
        "areas__competences__descriptors", "areas__competences__descents__old", "framework__versions"
    ).get()


def competences_of(version: FrameworkVersion) -> list[Competence]:
    """All competences of a version that was fetched as a whole, in their order."""
    return [competence for area in version.areas.all() for competence in area.competences.all()]


def before(version: FrameworkVersion) -> FrameworkVersion | None:
    """The version that this one follows."""
    rows = FrameworkVersion.objects.filter(framework=version.framework_id, number__lt=version.number)
    return rows.order_by("-number").first()


def runs(framework: Framework, person: Person) -> bool:
    """Whether the person coordinates the region of the framework."""
    return person.reach.administrator or framework.region_id in person.reach.region_ids


@dataclass
class Changes:
    """What is otherwise in a version than in the one before; trends break where it says so."""

    renamed: list[tuple[str, str]] = field(default_factory=list)
    split: list[tuple[str, list[str]]] = field(default_factory=list)
    merged: list[tuple[list[str], str]] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    reworded: list[str] = field(default_factory=list)

    @property
    def breaks(self) -> bool:
        """Whether some figures cannot be put beside those of the version before."""
        return bool(self.split or self.merged or self.new or self.gone)

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.breaks or self.renamed or self.reworded)


def changes(version: FrameworkVersion, earlier: FrameworkVersion) -> Changes:
    """What happened between two versions, both fetched as a whole."""
    found = Changes()
    old = {row.pk: row for row in competences_of(earlier)}
    children: dict[int, list[Competence]] = {}
    for competence in competences_of(version):
        descents = [row for row in competence.descents.all() if row.old_id in old]
        for descent in descents:
            children.setdefault(descent.old_id, []).append(competence)
        if not descents:
            found.new.append(competence.name)
        elif len(descents) > 1:
            found.merged.append(([old[row.old_id].name for row in descents], competence.name))
        else:
            _one_of_one(found, descents[0], old[descents[0].old_id], competence)
    for pk, row in old.items():
        if pk not in children:
            found.gone.append(row.name)
        elif len(children[pk]) > 1:
            found.split.append((row.name, [child.name for child in children[pk]]))
    return found


def _one_of_one(found: Changes, descent: Descent, old: Competence, new: Competence) -> None:
    if descent.kind == Lineage.RENAMED and old.name != new.name:
        found.renamed.append((old.name, new.name))
    if descent.kind in (Lineage.SAME, Lineage.RENAMED):
        region = new.area.version.framework.region
        if any(steps_of(old, code) != steps_of(new, code) for code in languages_of(region)):
            found.reworded.append(new.name)


# ---------- What lacks words ----------


def missing(version: FrameworkVersion) -> list[str]:
    """What keeps a version (fetched as a whole) from being published, each with its name and language."""
    languages = languages_of(version.framework.region)
    found = [*_lacking(_("the framework's name"), version.framework, "title", languages)]
    found += _lacking(_("the kind of work"), version.framework, "kind_of_work", languages)
    found += _uneven(_("the introduction"), version, "introduction", languages)
    for step in Step.values:
        found += _uneven(_("step %(n)s of the scale") % {"n": step}, version, f"step_{step}", languages)
    areas = list(version.areas.all())
    if not areas:
        found.append(_("there is no area yet"))
    for area in areas:
        found += _of_area(area, languages)
    return found


def _of_area(area: Area, languages: list[str]) -> Iterator[str]:
    name = area.name or _("an area without a name")
    yield from _lacking(name, area, "name", languages)
    yield from _uneven(_("%(name)s, its sentence") % {"name": name}, area, "description", languages)
    competences = list(area.competences.all())
    if not competences:
        yield _("%(name)s has no competences") % {"name": name}
    for competence in competences:
        name = competence.name or _("a competence without a name")
        yield from _lacking(name, competence, "name", languages)
        yield from _uneven(_("%(name)s, its sentence") % {"name": name}, competence, "description", languages)
        for row in competence.descriptors.all():
            yield from _uneven(_("%(name)s, step %(n)s") % {"name": name, "n": row.step}, row, "words", languages)


def _lacking(name: str, thing: Any, field_name: str, languages: list[str]) -> Iterator[str]:
    """The name of what must have words, with the languages that have none."""
    gaps = [language for language in languages if not words(thing, field_name, language).strip()]
    if gaps:
        yield _("%(name)s (%(languages)s)") % {"name": name, "languages": _spoken_of(gaps)}


def _uneven(name: str, thing: Any, field_name: str, languages: list[str]) -> Iterator[str]:
    """The name of what needs no words, but has them in some languages only."""
    if any(words(thing, field_name, language).strip() for language in languages):
        yield from _lacking(name, thing, field_name, languages)


def unasked(version: FrameworkVersion) -> list[Competence]:
    """The competences of a version that no survey can ask about, since a step has no words (COM-5)."""
    return [competence for competence in competences_of(version) if without_steps(competence)]


# ---------- Why not ----------


def why_not_change(version: FrameworkVersion) -> Refusal | None:
    """The reason that the words of a version cannot change, or None: only a draft does."""
    return None if version.state == VersionState.DRAFT else Published()


def why_not_publish(version: FrameworkVersion, *, revision: int | None = None) -> Refusal | None:
    """The reason that a version (fetched as a whole) cannot be published, or None; `revision` is the one read."""
    if version.state != VersionState.DRAFT:
        return NotADraft()
    if revision is not None and revision != version.revision:
        return ChangedSince()
    if lacking := missing(version):
        return Lacks(missing="; ".join(lacking))
    return None


def why_not_begin(version: FrameworkVersion) -> Refusal | None:
    """The reason that no new version can be begun from this one, or None."""
    if version.framework.versions.filter(state=VersionState.DRAFT).exists():
        return AlreadyBegun()
    return None if version.state == VersionState.PUBLISHED else NotPublished()


def why_not_discard(version: FrameworkVersion) -> Refusal | None:
    """The reason that a draft cannot be thrown away, or None: nothing else may lean on it."""
    if version.state != VersionState.DRAFT:
        return NotADraft()
    leaning = (version.profiles, version.survey_parts, version.assessments)
    return InUse() if any(rows.exists() for rows in leaning) else None


def why_not_remove(competences: Iterable[Competence]) -> Refusal | None:
    """The reason that competences of a draft cannot be taken out, or None."""
    keys = [row.pk for row in competences]
    rows = Competence.objects.filter(pk__in=keys)
    leaning = rows.filter(targets__isnull=False) | rows.filter(ratings__isnull=False)
    return InUse() if leaning.exists() else None
