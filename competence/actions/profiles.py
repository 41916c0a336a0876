"""Role profiles are written, published and given to people."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit.actions import record
from competence.models import Competence, FrameworkVersion, Holding, ProfileVersion, RoleProfile, Target, Task
from competence.rules import profiles as rules
from competence.states import VersionState
from people.models import Employment, Organisation, Person, Region
from people.states import Language
from programmes.rules.together import why_not_replace


def _locked(version: ProfileVersion, revision: int | None = None) -> ProfileVersion:
    """The draft under its lock; refused when it is published, or when it is another one than was read."""
    found = (
        ProfileVersion.objects.select_for_update(of=("self",))
        .select_related("profile__region", "framework")
        .get(pk=version.pk)
    )
    if refusal := rules.why_not_change(found):
        raise refusal
    if revision is not None and (refusal := why_not_replace(found.revision, revision)):
        raise refusal
    return found


def _keep(version: ProfileVersion, deed: str, *, by: Person, now: datetime, **codes: Any) -> ProfileVersion:
    version.revision += 1
    version.save()
    _record(deed, version, by=by, now=now, **codes)
    return version


def _record(deed: str, version: ProfileVersion, *, by: Person, now: datetime, **codes: Any) -> None:
    scope = f"region:{version.profile.region_id}"
    record(deed, by=by, about=version.profile, scope=scope, now=now, number=version.number, **codes)


@transaction.atomic
def start(
    *,
    region: Region,
    organisation: Organisation | None,
    framework: FrameworkVersion,
    titles: Mapping[str, str],
    by: Person,
    now: datetime,
) -> ProfileVersion:
    """Begin the profile of a role, of the region or of one employer in it, as a draft; `titles` by language.

    Refused without a title, and for a framework that is not published.
    """
    if framework.state == VersionState.DRAFT:
        raise rules.FrameworkNotPublished()
    if not any(words.strip() for words in titles.values()):
        raise rules.TitleMissing()
    profile = RoleProfile(region=region, organisation=organisation, created_at=now)
    for code, words in titles.items():
        setattr(profile, f"title_{code}", words.strip())
    profile.save()
    version = ProfileVersion.objects.create(profile=profile, framework=framework, number=1, created_at=now)
    _record("profile.started", version, by=by, now=now)
    return version


@transaction.atomic
def keep_words(
    *,
    version: ProfileVersion,
    titles: Mapping[str, str],
    words: Mapping[str, str],
    revision: int,
    by: Person,
    now: datetime,
) -> ProfileVersion:
    """Write what the role is called, what it is for and what it asks for, by field and language ("purpose_fi").

    The name changes only until the first version is published. Refused when somebody else saved meanwhile.
    """
    version = _locked(version, revision)
    for name, text in words.items():
        setattr(version, name, text.strip())
    if titles and not rules.is_named(version.profile):
        for code, text in titles.items():
            setattr(version.profile, f"title_{code}", text.strip())
        version.profile.save()
    return _keep(version, "profile.words_kept", by=by, now=now)


@transaction.atomic
def keep_tasks(
    *, version: ProfileVersion, tasks: Sequence[Mapping[str, str]], revision: int, by: Person, now: datetime
) -> ProfileVersion:
    """Write the tasks in their order, each by language; one without a word is none. Refused as `keep_words` is."""
    version = _locked(version, revision)
    version.tasks.all().delete()
    kept = [task for task in tasks if any(words.strip() for words in task.values())]
    for position, task in enumerate(kept):
        row = Task(version=version, position=position)
        for code, words in task.items():
            setattr(row, f"words_{code}", words.strip())
        row.save()
    return _keep(version, "profile.tasks_kept", by=by, now=now, tasks=len(kept))


@transaction.atomic
def keep_targets(
    *, version: ProfileVersion, levels: Mapping[int, int | None], revision: int, by: Person, now: datetime
) -> ProfileVersion:
    """Choose the target level of each competence in `levels`; None: the role does not ask for it.

    What split or merged is settled by being among them. Refused as `keep_words` is.
    """
    version = _locked(version, revision)
    own = set(Competence.objects.filter(area__version=version.framework_id).values_list("pk", flat=True))
    levels = {pk: level for pk, level in levels.items() if pk in own}
    version.targets.filter(competence__in=levels).delete()
    Target.objects.bulk_create(
        Target(version=version, competence_id=pk, level=level) for pk, level in levels.items() if level is not None
    )
    version.to_settle = [pk for pk in version.to_settle if pk not in levels]
    return _keep(version, "profile.targets_kept", by=by, now=now, targets=version.targets.count())


@transaction.atomic
def publish(*, version: ProfileVersion, by: Person, now: datetime) -> ProfileVersion:
    """Put a draft in force, in place of the version before it; from then on it never changes.

    Refused as `rules.why_not_publish` says, and names what is missing.
    """
    version = _locked(version)
    if refusal := rules.why_not_publish(version):
        raise refusal
    version.profile.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.REPLACED)
    version.state, version.published_at, version.published_by = VersionState.PUBLISHED, now, by
    version.save()
    _record("profile.published", version, by=by, now=now)
    return version


@transaction.atomic
def new_version(*, profile: RoleProfile, by: Person, now: datetime) -> ProfileVersion:
    """Begin the next version as a copy of the last one, against the version of its framework that is in force.

    Targets follow their competences; where one split or merged, the draft asks for the target anew. Refused while
    there is a draft.
    """
    profile = RoleProfile.objects.select_for_update(of=("self",)).get(pk=profile.pk)
    if profile.versions.filter(state=VersionState.DRAFT).exists():
        raise rules.DraftExists()
    last = profile.versions.select_related("framework").latest("number")
    framework = rules.newest(last.framework.framework_id) or last.framework
    made = ProfileVersion(
        profile=profile, framework=framework, number=last.number + 1, created_at=now, state=VersionState.DRAFT
    )
    for code in Language.values:
        for name in ("purpose", "requirements"):
            setattr(made, f"{name}_{code}", getattr(last, f"{name}_{code}"))
    there = set(Competence.objects.filter(area__version=framework).values_list("pk", flat=True))
    levels = dict(last.targets.values_list("competence_id", "level"))
    taken = rules.carried(levels, rules.descents_between(last.framework, framework), there)
    made.to_settle = sorted(taken.asked)
    made.save()
    for task in last.tasks.all():
        task.pk, task.version = None, made
        task.save(force_insert=True)
    Target.objects.bulk_create(Target(version=made, competence_id=pk, level=one) for pk, one in taken.levels.items())
    _record("profile.new_version", made, by=by, now=now, to_settle=len(made.to_settle))
    return made


@transaction.atomic
def throw_away(*, version: ProfileVersion, by: Person, now: datetime) -> None:
    """Throw a draft away; with the only version goes the profile. Refused for what has been published."""
    version = _locked(version)
    _record("profile.thrown_away", version, by=by, now=now)
    profile = version.profile
    version.delete()
    if not profile.versions.exists():
        profile.delete()


# ---------- Who has the role ----------


@transaction.atomic
def give(
    *,
    profile: RoleProfile,
    employments: Sequence[Employment],
    valid_from: date,
    valid_to: date | None = None,
    by: Person,
    now: datetime,
) -> list[Holding]:
    """Give the role to people in their employments, from a day on; refused for all as soon as it is for one."""
    if not employments:
        raise rules.NobodyChosen()
    keys = [employment.pk for employment in employments]
    rows = Employment.objects.select_for_update(of=("self",)).filter(pk__in=keys).select_related("unit").order_by("pk")
    given = []
    for employment in rows:
        if refusal := rules.why_not_give(profile, employment, valid_from=valid_from, valid_to=valid_to):
            raise refusal
        holding = Holding.objects.create(
            employment=employment, profile=profile, valid_from=valid_from, valid_to=valid_to
        )
        _of_person("profile.given", holding, by=by, now=now)
        given.append(holding)
    return given


@transaction.atomic
def end(*, holding: Holding, last_day: date, by: Person, now: datetime) -> Holding:
    """Let somebody have the role up to a day, that one included; what she has rated stays hers."""
    holding = Holding.objects.select_for_update(of=("self",)).select_related("profile").get(pk=holding.pk)
    if refusal := rules.why_not_end(holding, last_day=last_day):
        raise refusal
    holding.valid_to = last_day
    holding.save(update_fields=["valid_to"])
    _of_person("profile.ended", holding, by=by, now=now)
    return holding


def _of_person(deed: str, holding: Holding, *, by: Person, now: datetime) -> None:
    record(
        deed,
        by=by,
        about=holding.employment,
        scope=f"region:{holding.profile.region_id}",
        now=now,
        profile=holding.profile_id,
        valid_from=holding.valid_from,
        valid_to=holding.valid_to,
    )
