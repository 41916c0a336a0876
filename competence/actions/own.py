"""A person assesses herself and lets others read it; her manager puts levels beside hers."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from audit import actions as audit
from competence.letters import own as letters
from competence.models import Assessment, Competence, FrameworkVersion, Rating, Share
from competence.rules import own as rules
from competence.states import RatedBy
from people.models import Person

# A level, or None for "cannot say", and the wish to learn more; by competence.
Levels = Mapping[int, tuple[int | None, bool]]


def _locked(assessment: Assessment) -> Assessment:
    found = Assessment.objects.select_for_update(of=("self",)).select_related("framework__framework__region")
    return found.get(pk=assessment.pk)


@transaction.atomic
def begin(*, framework: FrameworkVersion, by: Person, today: date, now: datetime) -> Assessment:
    """The person's self-assessment of today against a framework: a new one, or the one that is there.

    Refused as `rules.own.why_not_begin` says. The log holds nothing of it.
    """
    if refusal := rules.why_not_begin(framework, by=by, today=today):
        raise refusal
    Person.objects.select_for_update().get(pk=by.pk)
    found, _new = Assessment.objects.get_or_create(
        person=by, framework=framework, on=today, defaults={"changed_at": now}
    )
    return found


@transaction.atomic
def put_levels(*, assessment: Assessment, levels: Levels, by: Person, today: date, now: datetime) -> Assessment:
    """Keep what the person has said of these competences; what is missing in `levels` stays as it was.

    Refused as `rules.own.why_not_change` says; competences of other frameworks are passed over.
    """
    assessment = _locked(assessment)
    if refusal := rules.why_not_change(assessment, by=by, today=today):
        raise refusal
    _put(assessment, levels, on=max(assessment.on, today), now=now)
    return assessment


def _put(assessment: Assessment, levels: Levels, *, on: date, now: datetime) -> None:
    known = {row.competence_id: row for row in assessment.ratings.all()}
    keys = Competence.objects.filter(area__version=assessment.framework_id, pk__in=levels).values_list("pk", flat=True)
    new, changed = [], []
    for key in keys:
        level, wishes = levels[key]
        row = known.get(key)
        if row is None:
            row = Rating(
                person_id=assessment.person_id, competence_id=key, rated_by=RatedBy.SELF, assessment=assessment
            )
            new.append(row)
        elif (row.level, row.wishes) == (level, wishes):
            continue
        else:
            changed.append(row)
        row.by_id, row.level, row.wishes, row.on, row.at = assessment.person_id, level, wishes, on, now
    Rating.objects.bulk_create(new)
    Rating.objects.bulk_update(changed, ["by", "level", "wishes", "on", "at"])
    if new or changed:
        assessment.changed_at = now
        assessment.revision += 1
        assessment.save(update_fields=["changed_at", "revision"])


@transaction.atomic
def fill_from_file(*, found: rules.Found, by: Person, now: datetime) -> list[Assessment]:
    """Keep what a survey's file tells as the person's own assessments of the day when the file was made.

    A level that she has put that day is replaced by the one in the file. The survey knows nothing of it.
    """
    Person.objects.select_for_update().get(pk=by.pk)
    kept = []
    on = found.receipt.saved_on
    for read in found.read:
        row, _new = Assessment.objects.get_or_create(
            person=by, framework=read.version, on=on, defaults={"changed_at": now, "from_file": True}
        )
        _put(row, {row.pk: (said.level, said.wishes) for row, said in read.answers}, on=on, now=now)
        kept.append(row)
    return kept


@transaction.atomic
def share(*, assessment: Assessment, reader: int, by: Person, today: date, now: datetime) -> Share:
    """Let a manager or mentor read the assessment from now on, and write to her; once however often it is said.

    Refused to all but its owner, and for anybody who is not among `rules.own.choices`. The log keeps that it was
    shared, and no level.
    """
    assessment = _locked(assessment)
    if refusal := rules.why_not_own(assessment, by=by):
        raise refusal
    if reader not in {choice.person.pk for choice in rules.choices(by, today=today)}:
        raise rules.NotToBeChosen()
    row, new = Share.objects.get_or_create(assessment=assessment, reader_id=reader, ended_at=None, defaults={"at": now})
    if new:
        audit.record("assessment.shared", by=by, about=assessment, now=now)
        letters.shared(row, now=now)
    return row


@transaction.atomic
def take_back(*, assessment: Assessment, reader: int, by: Person, now: datetime) -> None:
    """Let somebody read it no longer, from this moment."""
    assessment = _locked(assessment)
    if refusal := rules.why_not_own(assessment, by=by):
        raise refusal
    if assessment.shares.standing().filter(reader=reader).update(ended_at=now):
        audit.record("assessment.taken_back", by=by, about=assessment, now=now)


@transaction.atomic
def remove(*, assessment: Assessment, by: Person, now: datetime) -> None:
    """Erase a self-assessment with its levels and shares; what a manager has put beside it stays the person's."""
    assessment = _locked(assessment)
    if refusal := rules.why_not_own(assessment, by=by):
        raise refusal
    audit.record("assessment.removed", by=by, about=assessment, now=now)
    assessment.delete()


@transaction.atomic
def rate(
    *,
    person: Person,
    framework: FrameworkVersion,
    levels: Mapping[int, int],
    rated_by: str,
    by: Person,
    today: date,
    now: datetime,
) -> list[Rating]:
    """The manager puts her levels, or those that the group agreed on after a talk, beside the person's own.

    Each level that differs from what stands is a new row with its day, so that earlier ones stay to be read; one of
    the same day is replaced. The person is written to. Refused to all but her manager of today. The log keeps that
    levels were put, and none of them.
    """
    if refusal := rules.why_not_rate(person, by=by):
        raise refusal
    Person.objects.select_for_update().get(pk=person.pk)
    keys = Competence.objects.filter(area__version=framework, pk__in=levels).values_list("pk", flat=True)
    before: dict[int, Rating] = {}
    for row in Rating.objects.filter(person=person, rated_by=rated_by, by=by).order_by("on", "pk"):
        before[row.competence_id] = row
    put = []
    for key in keys:
        last = before.get(key)
        if last is not None and last.level == levels[key]:
            continue
        if last is None or last.on != today:
            last = Rating(person=person, competence_id=key, rated_by=rated_by, by=by, on=today)
        last.level, last.at = levels[key], now
        last.save()
        put.append(last)
    if put:
        audit.record("assessment.rated", by=by, about=person, now=now)
        letters.rated(person, framework, by=by, now=now)
    return put


@transaction.atomic
def end_shares(now: datetime, today: date) -> int:
    """End what is shared with somebody who is no longer the owner's manager or mentor; how many."""
    shares = Share.objects.standing().select_related("assessment")
    can: dict[int, set[int]] = {}
    over = []
    for row in shares.order_by("pk"):
        owner = row.assessment.person_id
        if owner not in can:
            can[owner] = rules.able(owner, today)
        if row.reader_id not in can[owner]:
            over.append(row)
    for row in over:
        audit.record("assessment.share_ended", by=None, about=row.assessment, now=now)
    return Share.objects.filter(pk__in=[row.pk for row in over]).update(ended_at=now)
