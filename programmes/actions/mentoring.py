"""The pool of mentors, and pairs from the proposal to the yes: asked, answered, lapsed, and the next one asked."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from audit.actions import record
from base.tokens import fresh
from outbox.models import Batch, Letter
from outbox.states import LetterState
from people.actions import register_person
from people.models import Person, Region
from programmes.letters import mentoring as letters
from programmes.letters import mentorships as running
from programmes.models import Cohort, Enrolment, Mentor, Mentorship
from programmes.rules import mentoring as rules
from programmes.states import TAKING_PART, PairEnd, PairState

# ---------- The pool ----------


@transaction.atomic
def add_mentor(
    *,
    region: Region,
    email: str,
    name: str = "",
    languages: Sequence[str] = (),
    themes: Sequence[str] = (),
    about: str = "",
    by: Person,
    now: datetime,
) -> Mentor:
    """Take the person with this address into the region's pool; whom Helmi does not know is made, with the name.

    The mentor gets a letter and says how many mentees she can have: three until then. Refused as `rules.why_not_add`
    says. The region's row is locked, so nobody is in the pool twice.
    """
    region = Region.objects.select_for_update().get(pk=region.pk)
    day = now.astimezone(ZoneInfo(region.time_zone)).date()
    if refusal := rules.why_not_add(region, email, name, day=day):
        raise refusal
    person = register_person(name=name, email=email, region=region, by=by, now=now)
    row = Mentor.objects.create(
        region=region,
        person=person,
        languages=list(languages) or [person.language],
        themes=list(themes),
        about=about.strip(),
        valid_from=day,
        by=by,
        added_at=now,
    )
    record("mentor.added", by=by, about=row, scope=f"region:{region.pk}", now=now, person=person.pk)
    letters.welcome(row, now=now)
    return row


def _locked_pool(region: int, keys: Collection[int] | None = None) -> dict[int, Mentor]:
    """Mentors under their row locks, always in the same order, so that two who share them wait and never block."""
    rows = Mentor.objects.select_for_update(of=("self",)).filter(region=region).order_by("pk")
    if keys is not None:
        rows = rows.filter(pk__in=keys)
    return {row.pk: row for row in rows.select_related("person", "region")}


@transaction.atomic
def change_offer(
    *,
    mentor: Mentor,
    cap: int | None = None,
    languages: Sequence[str] = (),
    themes: Sequence[str] = (),
    about: str = "",
    shows_phone: bool | None = None,
    paused_until: date | None = None,
    by: Person,
    now: datetime,
) -> Mentor:
    """What the mentor offers: how many, in which languages, on which themes, and from when again after a pause.

    Only the mentor decides how many, five at most, and whether mentees get the telephone number; a smaller number than
    there are mentees ends nothing, it asks for nobody new. Refused as `rules.why_not_cap` says.
    """
    mentor = _locked_pool(mentor.region_id, [mentor.pk])[mentor.pk]
    if cap is not None and (refusal := rules.why_not_cap(mentor, cap, by=by)):
        raise refusal
    mentor.cap = mentor.cap if cap is None else cap
    mentor.shows_phone = mentor.shows_phone if shows_phone is None else shows_phone
    mentor.languages, mentor.themes, mentor.about = list(languages), list(themes), about.strip()
    mentor.paused_until = paused_until
    mentor.save()
    record("mentor.changed", by=by, about=mentor, scope=f"region:{mentor.region_id}", now=now, cap=mentor.cap)
    return mentor


@transaction.atomic
def end_mentor(*, mentor: Mentor, by: Person, now: datetime) -> Mentor:
    """The mentor is no longer in the pool: pairs go on; questions she has not answered go to the next one.

    That is done by the clock within minutes (`keep_proposals`), which takes the locks in their order.
    """
    mentor = _locked_pool(mentor.region_id, [mentor.pk])[mentor.pk]
    if mentor.valid_to is not None:
        return mentor
    mentor.valid_to = max(mentor.valid_from, now.astimezone(ZoneInfo(mentor.region.time_zone)).date())
    mentor.save(update_fields=["valid_to"])
    record("mentor.ended", by=by, about=mentor, scope=f"region:{mentor.region_id}", now=now)
    for pair in mentor.mentorships.filter(state=PairState.PROPOSED):
        letters.take_back(pair, now=now)
    return mentor


# ---------- Proposals ----------


def _lock_enrolments(keys: Any) -> dict[int, Enrolment]:
    rows = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("person", "unit", "organisation", "cohort__programme__region", "cohort__responsible")
        .filter(pk__in=list(keys))
        .order_by("pk")
    )
    return {row.pk: row for row in rows}


@transaction.atomic
def propose(*, cohort: Cohort, choices: Mapping[int, int], by: Person, now: datetime) -> Batch | None:
    """Ask these mentors for these people of a round; the letters can be held for ten minutes.

    `choices` gives the key of a mentor for each enrolment. All of it is done or nothing: refused as
    `rules.why_not_pair` says of the first pair that cannot be, each one counting those before it. Enrolments and
    mentors are locked, so the last room with a mentor is given once.
    """
    enrolments = _lock_enrolments(cohort.enrolments.filter(pk__in=choices).values_list("pk", flat=True))
    if not enrolments:
        raise rules.NobodyChosen()
    mentors = _locked_pool(cohort.programme.region_id, set(choices.values()))
    drafts = []
    for key, enrolment in enrolments.items():
        mentor = mentors.get(choices[key])
        if mentor is None:
            raise rules.NobodyChosen()
        drafts.append(_propose(enrolment, mentor, by=by, now=now))
    return letters.asked(cohort, drafts, by=by, now=now)


def _propose(enrolment: Enrolment, mentor: Mentor, *, by: Person | None, now: datetime) -> Mentorship:
    """One proposal, of rows that are locked."""
    day = rules.day_of(enrolment, now)
    facts = rules.facts_of([mentor], [enrolment], enrolment.cohort.programme.region, day=day)
    if refusal := rules.why_not_pair(mentor, enrolment, day=day, facts=facts):
        raise refusal
    pair = Mentorship.objects.create(
        enrolment=enrolment,
        mentor=mentor,
        rank=enrolment.mentorships.count() + 1,
        reasons=rules.fit(mentor, enrolment, facts).reasons,
        nonce=fresh(),
        by=by,
        created_at=now,
    )
    record_about("mentorship.proposed", pair, by=by, now=now, mentor=mentor.pk)
    return pair


def record_about(deed: str, pair: Mentorship, *, by: Person | None, now: datetime, **codes: Any) -> None:
    """Record a deed about a pair: it stands with the mentee's place in the round."""
    record(deed, by=by, about=pair.enrolment, scope=pair.enrolment.cohort.scope, now=now, pair=pair.pk, **codes)


def locked(pair: Mentorship) -> Mentorship:
    """A pair under its lock, its enrolment's before it: every deed about pairs takes the locks in this order."""
    enrolment = _lock_enrolments([pair.enrolment_id])[pair.enrolment_id]
    row = Mentorship.objects.select_for_update(of=("self",)).select_related("mentor__person").get(pk=pair.pk)
    row.enrolment = enrolment
    return row


def close_pair(pair: Mentorship, why: str, *, by: Person | None, now: datetime) -> None:
    """The pair is over, with the reason; letters about it that have not left do not leave."""
    pair.state, pair.closed_at, pair.closed_why, pair.closed_by = PairState.CLOSED, now, why, by
    pair.save(update_fields=["state", "closed_at", "closed_why", "closed_by"])
    letters.take_back(pair, now=now)
    record_about("mentorship.closed", pair, by=by, now=now, why=why)


def _ask_next(enrolment: int, *, now: datetime) -> Mentorship | None:
    """Ask the best mentor that is left for somebody, at once; None when nobody is, which the coordinator sees.

    The enrolment is locked already; the pool is locked here, since any of it may be chosen.
    """
    row = _lock_enrolments([enrolment])[enrolment]
    day = rules.day_of(row, now)
    region = row.cohort.programme.region
    mentors = [mentor for mentor in _locked_pool(region.pk).values() if rules.in_pool(mentor, day)]
    found = rules.options([row], mentors, rules.facts_of(mentors, [row], region, day=day))[row.pk]
    for option in found.values():
        pair = _propose(row, option.mentor, by=None, now=now)
        letters.asked_next(pair, now=now)
        return pair
    return None


@transaction.atomic
def withdraw(*, pair: Mentorship, by: Person, now: datetime) -> Mentorship:
    """Take a proposal back that the mentor has not answered, to choose another; refused when there is an answer."""
    pair = locked(pair)
    if pair.state != PairState.PROPOSED:
        raise rules.NotProposed()
    close_pair(pair, PairEnd.WITHDRAWN, by=by, now=now)
    return pair


@transaction.atomic
def give_more_time(*, pair: Mentorship, by: Person, now: datetime) -> Mentorship:
    """The mentor has as many working days more as she had at first; refused when she was not asked yet, or answered."""
    pair = locked(pair)
    if pair.state != PairState.PROPOSED or pair.answer_by is None:
        raise rules.NotProposed()
    before = pair.answer_by
    pair.answer_by = rules.answer_limit(pair.enrolment.cohort.programme.region, start=max(before, now))
    pair.save(update_fields=["answer_by"])
    record_about(
        "mentorship.extended", pair, by=by, now=now, before=before.isoformat(), until=pair.answer_by.isoformat()
    )
    return pair


@transaction.atomic
def answer(*, pair: Mentorship, yes: bool, way: str, by: Person | None, now: datetime) -> Mentorship:
    """The mentor's answer. A yes: the two get each other's contact details. A no: the next mentor is asked.

    Refused as `rules.why_not_answer` says: answered, taken back, or the time is over.
    """
    pair = locked(pair)
    if refusal := rules.why_not_answer(pair, now=now):
        raise refusal
    pair.answered_at, pair.answered_way = now, way
    pair.save(update_fields=["answered_at", "answered_way"])
    record_about("mentorship.answered", pair, by=by, now=now, answer="yes" if yes else "no", way=way)
    if not yes:
        close_pair(pair, PairEnd.DECLINED, by=by, now=now)
        _ask_next(pair.enrolment_id, now=now)
        return pair
    _take_over(pair, now=now)
    pair.state, pair.agreed_at = PairState.AGREED, now
    pair.save(update_fields=["state", "agreed_at"])
    letters.take_back(pair, now=now)
    letters.agreed(pair, now=now)
    return pair


def _take_over(pair: Mentorship, *, now: datetime) -> None:
    """The mentor whom the mentee has had until now is thanked: a mentee has one at a time. The rows are locked."""
    for old in pair.enrolment.mentorships.agreed().select_related("mentor__person"):
        old.enrolment = pair.enrolment
        old.wishes.waiting().update(settled_at=now)
        old.meetings.booked().delete()
        close_pair(old, PairEnd.REPLACED, by=None, now=now)
        running.over(old, to=old.mentor.person, now=now)


@transaction.atomic
def ask_for_somebody_else(*, pair: Mentorship, by: Person | None, now: datetime) -> Mentorship:
    """The mentee asks for somebody else, without a reason and before the two have begun: the next mentor is asked.

    Refused as `rules.why_not_somebody_else` says. The mentor is told that it has nothing to do with her.
    """
    pair = locked(pair)
    if refusal := rules.why_not_somebody_else(pair):
        raise refusal
    close_pair(pair, PairEnd.SOMEBODY_ELSE, by=by, now=now)
    letters.released(pair, now=now)
    _ask_next(pair.enrolment_id, now=now)
    return pair


# ---------- The clock's part ----------


def keep_proposals(now: datetime) -> int:
    """Begin the time to answer where the letter has left, remind, and end what was not answered; how many."""
    return _begin(now) + _drop_left(now) + _remind(now) + _lapse(now)


def _begin(now: datetime) -> int:
    """The time to answer begins when the letter has left, so what is held for reading costs nobody time."""
    waiting = {
        letters.asked_key(pair): pair
        for pair in Mentorship.objects.filter(state=PairState.PROPOSED, proposed_at__isnull=True).select_related(
            "mentor", "enrolment__cohort__programme__region"
        )
    }
    sent = Letter.objects.filter(key__in=waiting, state=LetterState.SENT).values_list("key", "sent_at")
    for key, at in sent:
        pair, at = waiting[key], at or now
        limit = rules.answer_limit(pair.enrolment.cohort.programme.region, start=at)
        Mentorship.objects.filter(pk=pair.pk, state=PairState.PROPOSED, proposed_at__isnull=True).update(
            proposed_at=at, answer_by=limit
        )
    return len(sent)


def _drop_left(now: datetime) -> int:
    """Who has left the round needs no mentor any more; who has left the pool is none, and the next one is asked."""
    done = 0
    for row in Mentorship.objects.outlived():
        with transaction.atomic():
            pair = locked(row)
            if pair.state != PairState.PROPOSED:
                continue
            stays = pair.enrolment.programme_side in TAKING_PART
            close_pair(pair, PairEnd.MENTOR_LEFT if stays else PairEnd.MENTEE_LEFT, by=None, now=now)
            if stays:
                _ask_next(pair.enrolment_id, now=now)
            done += 1
    return done


def _remind(now: datetime) -> int:
    """On the fourth working day, remind each mentor who has not answered; once."""
    rows = Mentorship.objects.waiting().filter(reminded_at__isnull=True, answer_by__gt=now)
    done = 0
    for row in rows.select_related("enrolment__cohort__programme__region", "mentor__person"):
        if row.proposed_at is None or now < rules.reminder_time(
            row.enrolment.cohort.programme.region, start=row.proposed_at
        ):
            continue
        with transaction.atomic():
            pair = locked(row)
            if pair.state == PairState.PROPOSED and pair.reminded_at is None:
                pair.reminded_at = now
                pair.save(update_fields=["reminded_at"])
                letters.reminder(pair, now=now)
                done += 1
    return done


def _lapse(now: datetime) -> int:
    """What was not answered in seven working days is over, and the next mentor is asked."""
    done = 0
    for row in Mentorship.objects.waiting().filter(answer_by__lte=now):
        done += lapse(pair=row, now=now)
    return done


@transaction.atomic
def lapse(*, pair: Mentorship, now: datetime) -> bool:
    """End a proposal whose time is over and ask the next mentor; False when an answer came first."""
    pair = locked(pair)
    if pair.state != PairState.PROPOSED or pair.answer_by is None or now < pair.answer_by:
        return False
    close_pair(pair, PairEnd.LAPSED, by=None, now=now)
    _ask_next(pair.enrolment_id, now=now)
    return True
