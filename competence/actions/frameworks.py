"""Frameworks are made, written as a draft, published and followed by a new version; the published never changes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from audit.actions import record
from base.languages import in_each
from competence import lineage
from competence.models import Area, Competence, Descent, Descriptor, Framework, FrameworkVersion
from competence.rules import frameworks as rules
from competence.rules.ready import Ready
from competence.states import Step, VersionState
from people.models import Person, Region
from programmes.rules.together import SavedMeanwhile

T = TypeVar("T", Area, Competence)


def scope_of(framework: Framework) -> str:
    """Who may read what the log says of it."""
    return f"region:{framework.region_id}"


# ---------- Beginning ----------


@transaction.atomic
def create(*, region: Region, words: Mapping[str, str], by: Person, now: datetime) -> FrameworkVersion:
    """Begin a framework of one's own, with a plain scale to change; `words` are its title and kind of work."""
    framework = Framework.objects.create(region=region, created_at=now, **_stripped(words))
    languages = rules.languages_of(region)
    steps = {
        f"step_{step}_{code}": said[code]
        for step, said in zip(Step.values, _plain_scale(), strict=True)
        for code in languages
    }
    version = FrameworkVersion.objects.create(framework=framework, number=1, created_at=now, **steps)
    record("framework.created", by=by, about=framework, scope=scope_of(framework), now=now)
    return version


def _plain_scale() -> list[dict[str, str]]:
    """The five steps in words that fit any work, in every language."""
    return [
        in_each(lambda: _("The work is new")),
        in_each(lambda: _("Manages with support")),
        in_each(lambda: _("Works independently in ordinary situations")),
        in_each(lambda: _("Works independently in difficult situations too")),
        in_each(lambda: _("Teaches others and develops the way of working")),
    ]


@transaction.atomic
def create_from(*, region: Region, ready: Ready, by: Person, now: datetime) -> FrameworkVersion:
    """Begin a framework as a copy of one that comes with Helmi, in the region's languages; from then on it is own."""
    codes = rules.languages_of(region)
    framework = Framework.objects.create(
        region=region,
        origin=ready.key,
        created_at=now,
        **{f"title_{code}": ready.title[code] for code in codes},
        **{f"kind_of_work_{code}": ready.kind_of_work[code] for code in codes},
    )
    version = FrameworkVersion.objects.create(
        framework=framework,
        number=1,
        created_at=now,
        **{f"introduction_{code}": ready.introduction[code] for code in codes},
        **{f"step_{step}_{code}": ready.scale[code][step - 1] for step in Step.values for code in codes},
    )
    descriptors = []
    for position, facts in enumerate(ready.areas):
        area = Area.objects.create(version=version, position=position, **_named(facts, codes))
        for place, one in enumerate(facts["competences"]):
            competence = Competence.objects.create(area=area, position=place, **_named(one, codes))
            descriptors += [
                Descriptor(
                    competence=competence,
                    step=step,
                    **{f"words_{code}": one[code]["steps"][step - 1] for code in codes},
                )
                for step in Step.values
            ]
    Descriptor.objects.bulk_create(descriptors)
    record("framework.created", by=by, about=framework, scope=scope_of(framework), now=now, origin=ready.key)
    return version


def _named(facts: Mapping[str, Any], codes: Collection[str]) -> dict[str, str]:
    return {f"{name}_{code}": facts[code][name] for name in ("name", "description") for code in codes}


def _stripped(words: Mapping[str, str]) -> dict[str, str]:
    return {name: text.strip() for name, text in words.items()}


# ---------- Writing the draft ----------


def _lock(version: FrameworkVersion) -> FrameworkVersion:
    """The version as it stands, with its framework locked; refused unless it is a draft."""
    version = _locked(version)
    if refusal := rules.why_not_change(version):
        raise refusal
    return version


def _locked(version: FrameworkVersion) -> FrameworkVersion:
    Framework.objects.select_for_update().get(pk=version.framework_id)
    found = FrameworkVersion.objects.select_related("framework__region").filter(pk=version.pk).first()
    if found is None:
        raise rules.NotADraft()
    return found


def _same(facts: rules.Facts, mark: str) -> None:
    """Refuse to write over what another has saved after the page was opened."""
    if rules.mark_of(facts) != mark:
        raise SavedMeanwhile()


def _changed(version: FrameworkVersion, part: str, by: Person, now: datetime) -> None:
    FrameworkVersion.objects.filter(pk=version.pk).update(revision=F("revision") + 1)
    framework = version.framework
    record(
        "framework.changed",
        by=by,
        about=version,
        scope=scope_of(framework),
        now=now,
        version=version.number,
        part=part,
    )


def _put(thing: Any, words: Mapping[str, str], names: Collection[str]) -> None:
    """Set those fields of a row that `words` holds, in each language."""
    given = {key: text for key, text in _stripped(words).items() if key.rpartition("_")[0] in names}
    for key, text in given.items():
        setattr(thing, key, text)
    thing.save(update_fields=list(given))


@transaction.atomic
def keep_version(
    *, version: FrameworkVersion, words: Mapping[str, str], mark: str, by: Person, now: datetime
) -> FrameworkVersion:
    """Keep the introduction and the scale; the name too, as long as the framework has never been published.

    Refused when it is published, and when somebody else has saved after `mark` was read.
    """
    version = _lock(version)
    _same(rules.facts_of_version(version), mark)
    _put(version, words, ["introduction", *(f"step_{step}" for step in Step.values)])
    if version.number == 1:
        _put(version.framework, words, ["title", "kind_of_work"])
    _changed(version, "words", by, now)
    return version


@transaction.atomic
def keep_area(
    *, version: FrameworkVersion, area: Area | None, words: Mapping[str, str], mark: str, by: Person, now: datetime
) -> Area:
    """Keep the words of an area, or add one at the end. Refused as `keep_version` is."""
    version = _lock(version)
    if area is None:
        if version.areas.count() >= rules.MOST_AREAS:
            raise rules.TooMany(n=rules.MOST_AREAS)
        area = Area.objects.create(version=version, position=_last(version.areas.all()), **_stripped(words))
    else:
        area = _found(version.areas.select_related("version__framework__region").filter(pk=area.pk).first())
        _same(rules.facts_of_area(area), mark)
        _put(area, words, ["name", "description"])
    _changed(version, "area", by, now)
    return area


def _found(row: T | None) -> T:
    """The row, unless somebody has removed it meanwhile."""
    if row is None:
        raise rules.Removed()
    return row


def _last(rows: Any) -> int:
    return (rows.aggregate(last=Max("position"))["last"] or 0) + 1 if rows.exists() else 0


@transaction.atomic
def keep_competence(
    *,
    version: FrameworkVersion,
    competence: Competence | None,
    area: Area,
    words: Mapping[str, str],
    comes_from: Collection[Competence],
    mark: str,
    by: Person,
    now: datetime,
) -> Competence:
    """Keep a competence of the draft with the words of its steps, or add one at the end of its area.

    `comes_from` are the competences of the version before that it takes up: one is the same or renamed, several are
    merged, and one that several take up is split. Refused as `keep_version` is.
    """
    version = _lock(version)
    area = _found(version.areas.filter(pk=area.pk).first())
    if (competence is None or competence.area_id != area.pk) and area.competences.count() >= rules.MOST_COMPETENCES:
        raise rules.TooMany(n=rules.MOST_COMPETENCES)
    own = {key: text for key, text in _stripped(words).items() if not key.startswith("step_")}
    if competence is None:
        competence = Competence.objects.create(area=area, position=_last(area.competences.all()), **own)
    else:
        rows = Competence.objects.select_related("area__version__framework__region")
        competence = _found(rows.filter(area__version=version, pk=competence.pk).first())
        _same(rules.facts_of_competence(competence), mark)
        if competence.area_id != area.pk:
            competence.position = _last(area.competences.all())
            competence.area = area
            competence.save(update_fields=["area", "position"])
        _put(competence, own, ["name", "description"])
    _keep_steps(competence, words)
    _keep_origin(version, competence, comes_from)
    _changed(version, "competence", by, now)
    return competence


def _keep_steps(competence: Competence, words: Mapping[str, str]) -> None:
    """A step with words of its own has a row; one that lost them has none."""
    given: dict[int, dict[str, str]] = {}
    for key, text in _stripped(words).items():
        if key.startswith("step_"):
            _word, step, code = key.split("_")
            given.setdefault(int(step), {})[f"words_{code}"] = text
    for number, texts in given.items():
        if any(texts.values()):
            Descriptor.objects.update_or_create(competence=competence, step=number, defaults=texts)
        else:
            Descriptor.objects.filter(competence=competence, step=number).delete()


def _keep_origin(version: FrameworkVersion, competence: Competence, olds: Collection[Competence]) -> None:
    earlier = rules.before(version)
    allowed = Competence.objects.filter(area__version=earlier) if earlier else Competence.objects.none()
    wanted = set(allowed.filter(pk__in=[old.pk for old in olds]).values_list("pk", flat=True))
    competence.descents.exclude(old__in=wanted).delete()
    have = set(competence.descents.values_list("old_id", flat=True))
    Descent.objects.bulk_create(
        Descent(old_id=old, new=competence, kind=rules.Lineage.SAME) for old in sorted(wanted - have)
    )
    _retrace(version)


def _retrace(version: FrameworkVersion) -> None:
    """Say of each descent in the draft what it is now: a change of one competence may make another's a split."""
    rows = list(Descent.objects.filter(new__area__version=version).select_related("old", "new"))
    codes = rules.languages_of(version.framework.region)
    kinds = lineage.kinds(
        [(row.old_id, row.new_id) for row in rows],
        {row.old_id: {code: rules.words(row.old, "name", code) for code in codes} for row in rows},
        {row.new_id: {code: rules.words(row.new, "name", code) for code in codes} for row in rows},
    )
    for row in rows:
        kind = kinds[row.old_id, row.new_id]
        if row.kind != kind:
            Descent.objects.filter(pk=row.pk).update(kind=kind)


@transaction.atomic
def remove(*, thing: Area | Competence, into: Competence | None = None, by: Person, now: datetime) -> FrameworkVersion:
    """Take an area with its competences, or one competence, out of the draft.

    `into` is a competence of the draft that takes up what this one came from: the two are merged.
    """
    area = thing if isinstance(thing, Area) else thing.area
    version = _lock(area.version)
    gone = list(Competence.objects.filter(area__version=version, **_which(thing)))
    if refusal := rules.why_not_remove(gone):
        raise refusal
    if into is not None and into.pk not in {row.pk for row in gone}:
        target = _found(Competence.objects.filter(area__version=version, pk=into.pk).first())
        olds = set(Descent.objects.filter(new__in=gone).values_list("old_id", flat=True))
        olds -= set(target.descents.values_list("old_id", flat=True))
        Descent.objects.bulk_create(Descent(old_id=old, new=target, kind=rules.Lineage.MERGED) for old in sorted(olds))
    thing.delete()
    _retrace(version)
    _changed(version, "area" if isinstance(thing, Area) else "competence", by, now)
    return version


def _which(thing: Area | Competence) -> dict[str, int]:
    return {"area_id": thing.pk} if isinstance(thing, Area) else {"pk": thing.pk}


@transaction.atomic
def move_up(*, thing: Area | Competence, by: Person, now: datetime) -> FrameworkVersion:
    """Let an area, or a competence within its area, change places with the one before it."""
    area = thing if isinstance(thing, Area) else thing.area
    version = _lock(area.version)
    rows: list[Any] = list(version.areas.all() if isinstance(thing, Area) else area.competences.all())
    place = next((n for n, row in enumerate(rows) if row.pk == thing.pk), 0)
    if place:
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
    for position, row in enumerate(rows):
        type(row).objects.filter(pk=row.pk).update(position=position)
    _changed(version, "order", by, now)
    return version


# ---------- Publishing ----------


@transaction.atomic
def publish(*, version: FrameworkVersion, revision: int | None = None, by: Person, now: datetime) -> FrameworkVersion:
    """Put a draft in force; the version before is replaced, and neither ever changes again.

    Refused as `rules.frameworks.why_not_publish` says, with the names of what lacks words in which language.
    """
    version = rules.whole(_locked(version))
    if refusal := rules.why_not_publish(version, revision=revision):
        raise refusal
    framework = version.framework
    FrameworkVersion.objects.filter(framework=framework, state=VersionState.PUBLISHED).update(
        state=VersionState.REPLACED
    )
    version.state, version.published_at, version.published_by = VersionState.PUBLISHED, now, by
    version.save(update_fields=["state", "published_at", "published_by"])
    record("framework.published", by=by, about=version, scope=scope_of(framework), now=now, version=version.number)
    return version


@transaction.atomic
def begin_version(*, version: FrameworkVersion, by: Person, now: datetime) -> FrameworkVersion:
    """Begin a draft from the version in force: everything is copied, and each competence knows where it comes from.

    Refused as `rules.frameworks.why_not_begin` says.
    """
    version = rules.whole(_locked(version))
    if refusal := rules.why_not_begin(version):
        raise refusal
    framework = version.framework
    draft = FrameworkVersion.objects.create(
        framework=framework,
        number=(framework.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        created_at=now,
        **_words_of(version, ["introduction", *(f"step_{step}" for step in Step.values)]),
    )
    descriptors, descents = [], []
    for old_area in version.areas.all():
        area = Area.objects.create(
            version=draft, position=old_area.position, **_words_of(old_area, ["name", "description"])
        )
        for old in old_area.competences.all():
            new = Competence.objects.create(area=area, position=old.position, **_words_of(old, ["name", "description"]))
            descents.append(Descent(old=old, new=new, kind=rules.Lineage.SAME))
            descriptors += [
                Descriptor(competence=new, step=row.step, **_words_of(row, ["words"])) for row in old.descriptors.all()
            ]
    Descriptor.objects.bulk_create(descriptors)
    Descent.objects.bulk_create(descents)
    record("framework.begun", by=by, about=draft, scope=scope_of(framework), now=now, version=draft.number)
    return draft


def _words_of(thing: Any, names: Collection[str]) -> dict[str, Any]:
    return {f"{name}_{code}": getattr(thing, f"{name}_{code}") for name in names for code in rules.Language.values}


@transaction.atomic
def discard(*, version: FrameworkVersion, by: Person, now: datetime) -> None:
    """Throw a draft away; a framework that was never published goes with it.

    Refused as `rules.frameworks.why_not_discard` says.
    """
    version = _locked(version)
    if refusal := rules.why_not_discard(version):
        raise refusal
    framework = version.framework
    record("framework.discarded", by=by, about=version, scope=scope_of(framework), now=now, version=version.number)
    version.delete()
    if not framework.versions.exists():
        framework.delete()
