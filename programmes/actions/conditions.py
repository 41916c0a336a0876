"""Conditions of programmes: set, changed, ended; answered by those who apply; overruled by coordinators."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from audit.actions import record
from people.models import Person
from programmes.models import Answered, Condition, Enrolment, Programme, Ruling
from programmes.rules import conditions as rules
from programmes.rules.applications import Flags, flag_words, flags_for, form_of, is_partner, local_day
from programmes.states import MONTHS, STILL_ASKED, CohortState, Flag

FLAGS = ["may_attend", "may_attend_reason", "counts_for_funder", "counts_reason"]


def _months(fact: str, months: int | None) -> int | None:
    """The number that a condition about months needs, and no other has."""
    if fact not in MONTHS:
        return None
    if months is None:
        raise rules.MonthsMissing()
    return months


@transaction.atomic
def add_condition(
    *,
    programme: Programme,
    fact: str,
    decides: str,
    words: Mapping[str, str],
    months: int | None = None,
    by: Person,
    now: datetime,
) -> Condition:
    """Ask one more thing of everyone who applies; `words` are by field and language, such as "question_fi".

    Refused beyond what a short application holds. Applications that have come in are unanswered on this point, and
    keep what was decided until they are answered.
    """
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    standing = list(Condition.objects.standing().filter(programme=programme))
    if refusal := rules.why_not_add(standing):
        raise refusal
    condition = Condition(
        programme=programme,
        fact=fact,
        decides=decides,
        months=_months(fact, months),
        order=max((row.order for row in standing), default=0) + 1,
    )
    for name, text in words.items():
        setattr(condition, name, text)
    condition.save()
    _record("condition.added", condition, by=by, now=now)
    return condition


@transaction.atomic
def change_condition(
    *,
    condition: Condition,
    fact: str,
    decides: str,
    words: Mapping[str, str],
    months: int | None = None,
    by: Person,
    now: datetime,
) -> Condition:
    """Say or decide it otherwise; the flags of those who have no place yet follow, except where somebody has ruled.

    Where yes or no becomes a month, or the other way round, the old answers say nothing about it and are no longer
    asked for: a new condition takes its place.
    """
    condition = Condition.objects.select_for_update().select_related("programme").get(pk=condition.pk)
    if (fact in MONTHS) != rules.asks_months(condition):
        end_condition(condition=condition, by=by, now=now)
        return add_condition(
            programme=condition.programme, fact=fact, decides=decides, words=words, months=months, by=by, now=now
        )
    condition.fact, condition.decides, condition.months = fact, decides, _months(fact, months)
    for name, text in words.items():
        setattr(condition, name, text)
    condition.save()
    _record("condition.changed", condition, by=by, now=now)
    _follow(condition.programme, now=now)
    return condition


@transaction.atomic
def end_condition(*, condition: Condition, by: Person, now: datetime) -> Condition:
    """It is no longer asked and decides nothing more; the answers stay. Pressed twice, it is done once."""
    condition = Condition.objects.select_for_update().select_related("programme").get(pk=condition.pk)
    if condition.ended_at is None:
        condition.ended_at = now
        condition.save(update_fields=["ended_at"])
        _record("condition.ended", condition, by=by, now=now)
        _follow(condition.programme, now=now)
    return condition


@transaction.atomic
def ask_condition_again(*, condition: Condition, by: Person, now: datetime) -> Condition:
    """What was taken away is asked again; the answers that there were count."""
    programme = Programme.objects.select_for_update().get(pk=condition.programme_id)
    condition = Condition.objects.select_for_update().select_related("programme").get(pk=condition.pk)
    if condition.ended_at is not None:
        if refusal := rules.why_not_add(list(Condition.objects.standing().filter(programme=programme))):
            raise refusal
        condition.ended_at = None
        condition.save(update_fields=["ended_at"])
        _record("condition.asked_again", condition, by=by, now=now)
        _follow(programme, now=now)
    return condition


def _record(deed: str, condition: Condition, *, by: Person, now: datetime) -> None:
    programme = condition.programme
    record(
        deed,
        by=by,
        about=programme,
        scope=f"region:{programme.region_id}",
        now=now,
        fact=condition.fact,
        decides=condition.decides,
        words={"words": condition.words},
    )


def _follow(programme: Programme, *, now: datetime) -> None:
    """The flags of those who have no place yet follow what the programme asks now."""
    states = (CohortState.OPEN, CohortState.SELECTION, CohortState.RUNNING)
    waiting = Enrolment.objects.filter(
        cohort__programme=programme, cohort__state__in=states, programme_side__in=STILL_ASKED
    )
    for enrolment in waiting.select_related("cohort__programme__region", "cohort__places", "organisation", "person"):
        recompute(enrolment=enrolment, now=now)


# ---------- Answers ----------


def keep_answers(*, enrolment: Enrolment, replies: rules.Replies, now: datetime) -> None:
    """Keep what an application says about the conditions, each over what was said before."""
    Answered.objects.bulk_create(
        [
            Answered(enrolment=enrolment, condition_id=pk, yes=reply.yes, since=reply.since, at=now)
            for pk, reply in replies.items()
        ],
        update_conflicts=True,
        unique_fields=["enrolment", "condition"],
        update_fields=["yes", "since", "at"],
    )


@transaction.atomic
def write_down(*, enrolment: Enrolment, replies: rules.Replies, degree: str, by: Person, now: datetime) -> Enrolment:
    """A coordinator writes down what she has been told about the conditions and the degree; the flags follow."""
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region", "cohort__places", "organisation", "person")
        .get(pk=enrolment.pk)
    )
    keep_answers(enrolment=enrolment, replies=replies, now=now)
    if degree.strip():
        enrolment.degree = degree.strip()
        enrolment.save(update_fields=["degree"])
    recompute(enrolment=enrolment, now=now)
    record("application.completed", by=by, about=enrolment, scope=enrolment.cohort.scope, now=now)
    return enrolment


def replies_of(enrolment: Enrolment) -> dict[int, rules.Reply]:
    """What has been answered for the person."""
    return {row.condition_id: rules.Reply(row.yes, row.since) for row in enrolment.answers.all()}


def along(*, old: Enrolment, new: Enrolment) -> None:
    """Answers and rulings go along when somebody goes on in another round of the programme."""
    Answered.objects.bulk_create(
        Answered(enrolment=new, condition_id=row.condition_id, yes=row.yes, since=row.since, at=row.at)
        for row in old.answers.all()
    )
    Ruling.objects.bulk_create(
        Ruling(enrolment=new, flag=row.flag, value=row.value, why=row.why, by_id=row.by_id, at=row.at)
        for row in old.rulings.standing()
    )


# ---------- What it counts for ----------


def base_of(enrolment: Enrolment) -> Flags:
    """What the employment alone says: the form of it that is known, and whether the employer takes part."""
    cohort = enrolment.cohort
    form = form_of(enrolment.person, enrolment.organisation, local_day(cohort, enrolment.applied_at))
    return flags_for(form=form, partner=is_partner(cohort, enrolment.organisation))


@transaction.atomic
def recompute(*, enrolment: Enrolment, now: datetime) -> Enrolment:
    """Let the flags follow the answers; where a coordinator has ruled, her word stands."""
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    cohort = enrolment.cohort
    conditions = list(Condition.objects.standing().filter(programme=cohort.programme_id))
    flags = rules.decide(
        conditions,
        replies_of(locked),
        base=base_of(enrolment),
        start=rules.start_of(cohort, cohort.places.starts_at, now),
    )
    _set(locked, rules.ruled(flags, locked.rulings.standing()), now=now)
    for name in (*FLAGS, "flags_at"):
        setattr(enrolment, name, getattr(locked, name))
    return enrolment


def _set(enrolment: Enrolment, flags: Flags, *, now: datetime) -> None:
    if all(getattr(enrolment, name) == getattr(flags, name) for name in FLAGS):
        return
    for name in FLAGS:
        setattr(enrolment, name, getattr(flags, name))
    enrolment.flags_at = now
    enrolment.save(update_fields=[*FLAGS, "flags_at"])


@transaction.atomic
def set_flags(
    *,
    enrolment: Enrolment,
    may_attend: bool,
    may_attend_reason: str,
    counts_for_funder: bool,
    counts_reason: str,
    by: Person,
    now: datetime,
) -> Enrolment:
    """The coordinator decides whether the person may attend and counts for the funder, each with her reason.

    What is as it was is left alone; what is decided otherwise stands, whatever is answered or asked later, until she
    takes it back.
    """
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",)).select_related("cohort__programme").get(pk=enrolment.pk)
    )
    known = rules.codes_of(enrolment.cohort.programme.entry.all())
    wanted = {
        Flag.MAY_ATTEND: (may_attend, may_attend_reason, enrolment.may_attend, enrolment.may_attend_reason),
        Flag.COUNTS: (counts_for_funder, counts_reason, enrolment.counts_for_funder, enrolment.counts_reason),
    }
    for flag, (value, why, stood, reason) in wanted.items():
        if value == stood and (value or why.strip() == flag_words(reason, known)):
            continue
        Ruling.objects.create(enrolment=enrolment, flag=flag, value=value, why=why.strip(), by=by, at=now)
    flags = Flags(*(getattr(enrolment, name) for name in FLAGS))
    _set(enrolment, rules.ruled(flags, enrolment.rulings.standing()), now=now)
    record(
        "enrolment.flags",
        by=by,
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        may_attend=enrolment.may_attend,
        counts=enrolment.counts_for_funder,
        words={"may_attend": enrolment.may_attend_reason, "counts": enrolment.counts_reason},
    )
    return enrolment


@transaction.atomic
def undo_ruling(*, ruling: Ruling, by: Person, now: datetime) -> Enrolment:
    """Take a coordinator's word back: the answers, or her word before, decide again. Refused when it is taken back."""
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region", "cohort__places", "organisation", "person")
        .get(pk=ruling.enrolment_id)
    )
    if not Ruling.objects.standing().filter(pk=ruling.pk).update(undone_at=now):
        raise rules.RulingOver()
    recompute(enrolment=enrolment, now=now)
    record(
        "enrolment.flags_back",
        by=by,
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        may_attend=enrolment.may_attend,
        counts=enrolment.counts_for_funder,
    )
    return enrolment
