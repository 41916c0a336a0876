"""From applications to places: closing, sharing the seats, offers and the waiting list."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_noop

from audit.actions import record
from base.tokens import in_fours, spoken_code
from events import actions as events
from events.models import Claim
from events.rules import offer_limit
from events.states import ClaimState, EventState
from people.models import Person
from programmes.actions import conditions, sides
from programmes.letters import selection as letters
from programmes.models import Cohort, CourseDay, Enrolment, MakeUp, Share
from programmes.rules import selection as rules
from programmes.rules.applications import RECEIPT, facts_along
from programmes.rules.selection import Proposal
from programmes.states import CohortState, EmployerSide, ProgrammeSide, Side

# Needs are erased so long after the last course day.
KEPT_AFTER = timedelta(days=30)

# Why a side changed, as it stands on the transition; said in the reader's language where it is shown.
DECLINED = gettext_noop("The offer was declined.")
NOT_ANSWERED = gettext_noop("The offer was not answered in time.")
WENT_ON = gettext_noop("Went on, first in line, to the next round.")


def _locked(cohort: Cohort) -> Cohort:
    return (
        Cohort.objects.select_for_update(of=("self",))
        .select_related("programme__region", "places__region")
        .get(pk=cohort.pk)
    )


def propose(cohort: Cohort) -> Proposal:
    """How the seats would be split now."""
    return rules.proposal(cohort)


# ---------- Closing and sharing ----------


@transaction.atomic
def close_applications(*, cohort: Cohort, by: Person | None, now: datetime) -> Cohort:
    """End the time of applications: the seats are shared next.

    Selection is skipped, and everyone gets an offer at once, while the applications do not exceed the seats, and in
    programmes that give places as they come. Nothing happens when it is done already.
    """
    cohort = _locked(cohort)
    if cohort.state != CohortState.OPEN:
        return cohort
    cohort.state = CohortState.SELECTION
    cohort.save(update_fields=["state"])
    record("cohort.closed", by=by, about=cohort, scope=cohort.scope, now=now)
    capacity = cohort.places.capacity
    if cohort.programme.first_come:
        cohort.selection_confirmed_at = now
        cohort.save(update_fields=["selection_confirmed_at"])
    elif capacity is None or cohort.enrolments.applied().count() <= capacity:
        _give_out(cohort, rules.proposal(cohort), by=by, now=now)
    return cohort


@transaction.atomic
def confirm_selection(
    *, cohort: Cohort, given: Mapping[int, int], reasons: Mapping[int, str], by: Person, now: datetime
) -> Cohort:
    """Share the seats as the coordinator decides: `given` by organisation, with a reason for each changed number.

    The cohort's row is locked, so of two who confirm at once one is refused. Within a municipality places are offered
    in the order of the applications; everyone else stands on the waiting list in that order. All get a letter.
    """
    cohort = _locked(cohort)
    wanted = rules.proposal(cohort, given=given, reasons=reasons)
    if refusal := rules.why_not_confirm(cohort, wanted):
        raise refusal
    _give_out(cohort, wanted, by=by, now=now)
    return cohort


def _give_out(cohort: Cohort, wanted: Proposal, *, by: Person | None, now: datetime) -> None:
    """Offer the places of a confirmed proposal and line up the rest; the cohort's row is locked."""
    cohort.selection_confirmed_at = now
    cohort.save(update_fields=["selection_confirmed_at"])
    for row in wanted.rows:
        Share.objects.filter(cohort=cohort, organisation=row.organisation).update(
            proposed=row.line.seats, given=row.given, reason=row.reason.strip()
        )
    record(
        "cohort.selection",
        by=by,
        about=cohort,
        scope=cohort.scope,
        now=now,
        proposed={str(row.organisation.pk): row.line.seats for row in wanted.rows},
        given={str(row.organisation.pk): row.given for row in wanted.rows},
        words={str(row.organisation.pk): row.reason for row in wanted.rows if row.reason} or None,
    )
    left = dict(wanted.given)
    expires_at = answer_by(cohort, now=now)
    in_line = list(
        cohort.enrolments.counting().in_line().select_related("person", "claim", "cohort__programme__region")
    )
    waiting = []
    for enrolment in in_line:
        if left.get(enrolment.organisation_id, 0) > 0:
            left[enrolment.organisation_id] -= 1
            _offer(enrolment, expires_at=expires_at, by=by, now=now)
        else:
            waiting.append(enrolment)
    for enrolment in waiting:
        _line_up(enrolment, by=by, now=now)


def answer_by(cohort: Cohort, *, now: datetime) -> datetime:
    """Until when an offer that is made now is held: so many working days, shorter near the first day."""
    return offer_limit(cohort.places, working_days=cohort.answer_days, now=now)


def _offer(enrolment: Enrolment, *, expires_at: datetime, by: Person | None, now: datetime) -> Claim:
    claim = events.give_offer(
        places=enrolment.cohort.places, person=enrolment.person, expires_at=expires_at, by=by, now=now
    )
    return _offered(enrolment, claim, by=by, now=now)


def _offered(enrolment: Enrolment, claim: Claim, *, by: Person | None, now: datetime) -> Claim:
    _own(enrolment, claim)
    sides.change(enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.OFFERED, by=by, now=now)
    letters.offered(enrolment, claim, now=now)
    return claim


def _line_up(enrolment: Enrolment, *, by: Person | None, now: datetime) -> Claim:
    claim = events.join_waiting_list(places=enrolment.cohort.places, person=enrolment.person, by=by, now=now)
    _own(enrolment, claim)
    changed = sides.change(enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.WAITLISTED, by=by, now=now)
    letters.waitlisted(enrolment, changed.pk, now=now)
    return claim


def _own(enrolment: Enrolment, claim: Claim) -> None:
    if enrolment.claim_id != claim.pk:
        Enrolment.objects.filter(pk=enrolment.pk).update(claim=claim)
    enrolment.claim = claim


@transaction.atomic
def include(*, enrolment: Enrolment, reason: str, by: Person, now: datetime) -> Enrolment:
    """Let an application count in the selection although the manager's yes is missing; refused without a reason.

    The employer's side stays as it is. An empty reason on one that was let in takes it out again.
    """
    enrolment = _locked_enrolment(enrolment)
    if enrolment.programme_side != ProgrammeSide.APPLIED:
        raise rules.NotAnApplicant()
    if not reason.strip() and not enrolment.included_reason:
        raise rules.IncludeReasonMissing()
    enrolment.included_reason = reason.strip()
    enrolment.save(update_fields=["included_reason"])
    record(
        "enrolment.included" if reason.strip() else "enrolment.not_included",
        by=by,
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        words={"reason": reason.strip()} if reason.strip() else None,
    )
    consider(enrolment=enrolment, by=by, now=now)
    return enrolment


# ---------- One by one ----------


@transaction.atomic
def consider(*, enrolment: Enrolment, by: Person | None, now: datetime) -> Enrolment:
    """Give an applicant who now counts a place, or a place in line, where places are given one by one.

    That is so when the selection is over, or when the programme gives places as they come; else nothing happens and
    the application waits for the selection.
    """
    cohort = _locked(enrolment.cohort)
    if not rules.gives_places(cohort, now=now):
        return enrolment
    counting = Enrolment.objects.counting().filter(pk=enrolment.pk).select_related("person", "claim").first()
    if counting is None:
        return enrolment
    counting.cohort = cohort
    free = cohort.places.free
    waits = cohort.places.claims.waiting().exists()
    if (free is None or free > 0) and not waits:
        _offer(counting, expires_at=answer_by(cohort, now=now), by=by, now=now)
    else:
        _line_up(counting, by=by, now=now)
        offer_next(cohort=cohort, now=now)
    return counting


@transaction.atomic
def offer_next(*, cohort: Cohort, now: datetime, by: Person | None = None) -> list[Enrolment]:
    """Offer every free seat to whoever is first in line; nobody after the last entry day."""
    cohort = _locked(cohort)
    offered: list[Enrolment] = []
    while rules.gives_places(cohort, now=now):
        claim = events.offer_next(places=cohort.places, expires_at=answer_by(cohort, now=now), by=by, now=now)
        if claim is None:
            break
        enrolment = Enrolment.objects.select_related("person", "cohort__programme__region").get(claim=claim)
        _offered(enrolment, claim, by=by, now=now)
        offered.append(enrolment)
    return offered


def _locked_enrolment(enrolment: Enrolment) -> Enrolment:
    """The enrolment's row, behind its cohort's: everything here locks in that order."""
    _locked(enrolment.cohort)
    return (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region", "cohort__places__region", "person", "claim")
        .get(pk=enrolment.pk)
    )


@transaction.atomic
def accept(
    *,
    enrolment: Enrolment,
    diet: str = "",
    access: str = "",
    cannot_days: Sequence[int] = (),
    by: Person | None,
    now: datetime,
) -> Enrolment:
    """Take the offered place: the person is registered on every day, and absent on those named in `cannot_days`.

    Refused when the offer was answered, taken back or has run out. Food and access needs are kept until 30 days
    after the last day.
    """
    enrolment = _locked_enrolment(enrolment)
    refusal = rules.why_not_answer(enrolment, now=now)
    if refusal or enrolment.claim is None:
        raise refusal or rules.NoOffer()
    claim = events.accept_offer(claim=enrolment.claim, by=by, now=now)
    if diet.strip() or access.strip():
        events.keep_needs(
            claim=claim, diet=diet.strip(), access=access.strip(), erase_on=erase_on(enrolment.cohort), by=by, now=now
        )
    _enrolled(enrolment, claim, cannot_days=cannot_days, by=by, now=now)
    return enrolment


def erase_on(cohort: Cohort) -> date:
    """The day on which food and access needs are erased."""
    last = cohort.days.exclude(event__state=EventState.CANCELLED).order_by("-event__date").first()
    return (last.event.date if last else cohort.created_at.date()) + KEPT_AFTER


def _enrolled(
    enrolment: Enrolment, claim: Claim, *, cannot_days: Sequence[int] = (), by: Person | None, now: datetime
) -> None:
    _own(enrolment, claim)
    changed = sides.change(enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.ENROLLED, by=by, now=now)
    # Whoever comes from an earlier round has done some of the days there.
    done = MakeUp.objects.filter(
        enrolment=enrolment, missed=OuterRef("pk"), registration__attendance__hours__gte=OuterRef("event__hours")
    )
    days = CourseDay.objects.filter(~Exists(done), cohort=enrolment.cohort).exclude(event__state=EventState.CANCELLED)
    for day in days.select_related("event"):
        registration = events.register(event=day.event, person=enrolment.person, from_enrolment=True, by=by, now=now)
        if day.number in cannot_days and day.event.starts_at > now:
            events.report_absence(registration=registration, reason="", by=by, now=now)
    letters.has_place(enrolment, changed.pk, now=now)


@transaction.atomic
def enrol(*, enrolment: Enrolment, by: Person, now: datetime) -> Enrolment:
    """Give an applicant, or one who waits, a place without an offer; refused when no seat is free."""
    enrolment = _locked_enrolment(enrolment)
    cohort = enrolment.cohort
    if enrolment.programme_side == ProgrammeSide.OFFERED and enrolment.claim is not None:
        claim = events.accept_offer(claim=enrolment.claim, by=by, now=now)
    else:
        free = cohort.places.free
        if free is not None and free <= 0:
            raise rules.NothingFree()
        offer = events.give_offer(
            places=cohort.places, person=enrolment.person, expires_at=answer_by(cohort, now=now), by=by, now=now
        )
        claim = events.accept_offer(claim=offer, by=by, now=now)
    _enrolled(enrolment, claim, by=by, now=now)
    return enrolment


@transaction.atomic
def decline(*, enrolment: Enrolment, by: Person | None, now: datetime) -> Enrolment:
    """Say no to the offered place; the next in line gets it."""
    enrolment = _locked_enrolment(enrolment)
    refusal = rules.why_not_answer(enrolment, now=now)
    if refusal or enrolment.claim is None:
        raise refusal or rules.NoOffer()
    events.decline_offer(claim=enrolment.claim, by=by, now=now)
    sides.change(enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.WITHDRAWN, why=DECLINED, by=by, now=now)
    offer_next(cohort=enrolment.cohort, now=now)
    return enrolment


@transaction.atomic
def lapse(*, enrolment: Enrolment, now: datetime) -> bool:
    """End an offer that was not answered in time, tell the person, and offer the place to the next in line.

    False when it was answered meanwhile.
    """
    enrolment = _locked_enrolment(enrolment)
    claim = enrolment.claim
    if enrolment.programme_side != ProgrammeSide.OFFERED or claim is None:
        return False
    if claim.state == ClaimState.OFFERED:
        if claim.expires_at is None or claim.expires_at > now:
            return False
        events.lapse_offer(claim=claim, now=now)
    changed = sides.change(
        enrolment=enrolment, side=Side.PROGRAMME, after=ProgrammeSide.WITHDRAWN, why=NOT_ANSWERED, by=None, now=now
    )
    letters.offer_over(enrolment, changed.pk, now=now)
    offer_next(cohort=enrolment.cohort, now=now)
    return True


# ---------- What the clock does ----------


def lapse_due(now: datetime) -> int:
    """End every offer whose time has run out; returns how many."""
    due = Enrolment.objects.filter(programme_side=ProgrammeSide.OFFERED).filter(
        claim__in=Claim.objects.lapsing(now).values("pk")
    ) | Enrolment.objects.filter(programme_side=ProgrammeSide.OFFERED, claim__state=ClaimState.LAPSED)
    return sum(lapse(enrolment=enrolment, now=now) for enrolment in due.select_related("cohort"))


def offer_free(now: datetime) -> int:
    """Offer seats that became free in any way while somebody waits; returns how many."""
    waiting = Cohort.objects.filter(
        state__in=[CohortState.OPEN, CohortState.SELECTION, CohortState.RUNNING],
        enrolments__programme_side=ProgrammeSide.WAITLISTED,
        places__sold__lt=F("places__capacity"),
    )
    cohorts = waiting.select_related("programme__region").distinct()
    return sum(len(offer_next(cohort=cohort, now=now)) for cohort in cohorts if rules.gives_places(cohort, now=now))


def close_due(now: datetime) -> int:
    """Close applications where the last day is over on the region's clock; returns how many."""
    closed = 0
    waiting = Cohort.objects.filter(state=CohortState.OPEN, closes_on__lte=now.date() + timedelta(days=1))
    for cohort in waiting.select_related("programme__region"):
        zone = ZoneInfo(cohort.programme.region.time_zone)
        if cohort.closes_on is not None and now.astimezone(zone).date() > cohort.closes_on:
            close_applications(cohort=cohort, by=None, now=now)
            closed += 1
    return closed


def carry_due(now: datetime) -> int:
    """Carry the waiting lists of cohorts past their last entry day to the next open cohort; returns how many people."""
    carried = 0
    following = Cohort.objects.filter(state=CohortState.OPEN, previous__isnull=False)
    for cohort in following.select_related("programme__region", "previous__programme__region"):
        if (
            cohort.previous is not None
            and cohort.previous.enrolments.filter(programme_side=ProgrammeSide.WAITLISTED).exists()
        ):
            carried += len(carry_waiting_list(cohort=cohort, by=None, now=now))
    return carried


@transaction.atomic
def carry_waiting_list(*, cohort: Cohort, by: Person | None, now: datetime) -> list[Enrolment]:
    """Let those who still wait in the previous cohort stand first in line in this one, when entry there is over.

    Their old enrolment ends with that reason, a new one keeps the employer's answer, and they get a letter.
    """
    cohort = _locked(cohort)
    previous = cohort.previous
    if previous is None or cohort.state != CohortState.OPEN or rules.gives_places(previous, now=now):
        return []
    waiting = (
        previous.enrolments.filter(programme_side=ProgrammeSide.WAITLISTED)
        .select_related("person", "claim", "cohort__programme__region")
        .order_by("claim__position", "pk")
    )
    carried = []
    for old in waiting:
        if old.claim is not None:
            events.cancel_claim(claim=old.claim, by=by, now=now)
        sides.change(enrolment=old, side=Side.PROGRAMME, after=ProgrammeSide.WITHDRAWN, why=WENT_ON, by=by, now=now)
        if cohort.enrolments.live().filter(person=old.person).exists():
            continue
        carried.append(_carried(old, cohort, by=by, now=now))
    return carried


def _carried(old: Enrolment, cohort: Cohort, *, by: Person | None, now: datetime) -> Enrolment:
    new = Enrolment.objects.create(
        cohort=cohort,
        code=in_fours(spoken_code(RECEIPT)),
        carried_from=old,
        employer_side=old.employer_side,
        programme_side=ProgrammeSide.APPLIED,
        applied_at=old.applied_at,
        **facts_along(old),
    )
    conditions.along(old=old, new=new)
    record("enrolment.carried", by=by, about=new, scope=cohort.scope, now=now, carried_from=old.pk)
    letters.carried(new, now=now)
    if new.employer_side == EmployerSide.APPROVED:
        consider(enrolment=new, by=by, now=now)
    return new
