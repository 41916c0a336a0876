"""The employer's yes: asked, answered by link, page or telephone, sent on, confirmed, taken back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from audit.actions import record
from base.tokens import fresh
from outbox.models import Letter
from people.models import Person
from people.rules import manager_by_address
from programmes.actions import sides
from programmes.letters import approvals as letters
from programmes.models import Approval, Enrolment, Transition
from programmes.rules.applications import local_day
from programmes.rules.approvals import (
    LET_REST,
    LINK_DAYS,
    REMIND_BEFORE,
    NameMissing,
    NothingToConfirm,
    NotYourOwn,
    ReasonMissing,
    waits_for_confirmation,
    why_not_answer,
    why_not_answer_signed_in,
)
from programmes.rules.undo import UNDO
from programmes.rules.workplaces import asked_of
from programmes.states import Answer, AnswerWay, CohortState, EmployerSide, ProgrammeSide, Side


def _locked(approval: Approval) -> Approval:
    """The question under its row lock, with what the rules look at."""
    return (
        Approval.objects.select_for_update(of=("self",))
        .select_related("enrolment__cohort__programme__region", "enrolment__person", "enrolment__unit", "asked")
        .get(pk=approval.pk)
    )


@transaction.atomic(savepoint=False)
def ask(
    *,
    enrolment: Enrolment,
    address: str,
    by: Person | None,
    now: datetime,
    forwarded_from: Approval | None = None,
    first: bool = False,
) -> Approval:
    """Ask for the employer's yes at this address; earlier questions that are open close, and their links die.

    Whether the address is that of a known manager of the unit, or of one above it, is decided now: only then does the
    answer count by itself. `first` says that nobody has been asked before.
    """
    if not first:
        close_open(enrolment=enrolment, now=now)
    unit = enrolment.unit if first else asked_of(enrolment)[1]
    asked = manager_by_address(address, unit, local_day(enrolment.cohort, now))
    if asked is not None and asked.pk == enrolment.person_id:
        asked = None
    approval = Approval.objects.create(
        enrolment=enrolment,
        address=address,
        asked=asked,
        nonce=fresh(),
        asked_at=now,
        expires_at=now + timedelta(days=LINK_DAYS),
        forwarded_from=forwarded_from,
    )
    if enrolment.manager_address != address:
        Enrolment.objects.filter(pk=enrolment.pk).update(manager_address=address)
        enrolment.manager_address = address
    record(
        "approval.asked",
        by=by,
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        known=asked is not None,
        approval=approval.pk,
    )
    letters.asked(approval, now=now)
    return approval


def close_open(*, enrolment: Enrolment, now: datetime) -> int:
    """Questions nobody has answered, and answers that wait to be confirmed, are over; how many."""
    waits = Q(answered_at__isnull=True) | Q(asked__isnull=True)
    rows = Approval.objects.filter(waits, enrolment=enrolment, replaced_at__isnull=True, confirmed_at__isnull=True)
    return rows.update(replaced_at=now)


@transaction.atomic
def answer(
    *,
    approval: Approval,
    answer: str,
    way: str,
    by: Person | None,
    now: datetime,
    reason: str = "",
    name: str = "",
) -> Approval:
    """Answer the question that a link opened.

    From a known manager's address it counts at once; from any other it is shown to the coordinator and counts when she
    confirms. A no needs a reason. Refused when it is answered, sent on, expired, or the application is gone.
    """
    approval = _locked(approval)
    if refusal := why_not_answer(approval, now=now):
        raise refusal
    who = approval.asked or by
    if who is not None and who.pk == approval.enrolment.person_id:
        raise NotYourOwn()
    if answer == Answer.NO and not reason.strip():
        raise ReasonMissing()
    if approval.asked is None and not name.strip():
        raise NameMissing()
    _write(approval, answer=answer, way=way, by=approval.asked, reason=reason, name=name, now=now)
    if approval.asked is not None:
        _settle(approval, by=approval.asked, now=now)
    else:
        letters.to_confirm(approval, now=now)
    return approval


@transaction.atomic
def answer_signed_in(*, enrolment: Enrolment, answer: str, by: Person, now: datetime, reason: str = "") -> Approval:
    """A manager of the unit, or one above, answers on the page; open questions by letter close with it."""
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region", "person", "unit")
        .get(pk=enrolment.pk)
    )
    if refusal := why_not_answer_signed_in(enrolment, by):
        raise refusal
    if answer == Answer.NO and not reason.strip():
        raise ReasonMissing()
    return _new_answer(enrolment, answer=answer, way=AnswerWay.PAGE, by=by, asked=by, reason=reason, name="", now=now)


@transaction.atomic
def record_phone_answer(
    *, enrolment: Enrolment, answer: str, name: str, by: Person, now: datetime, reason: str = ""
) -> Approval:
    """The coordinator writes down an answer given by telephone: whose it was, and when."""
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("cohort__programme__region", "person", "unit")
        .get(pk=enrolment.pk)
    )
    if answer == Answer.NO and not reason.strip():
        raise ReasonMissing()
    if not name.strip():
        raise NameMissing()
    return _new_answer(
        enrolment, answer=answer, way=AnswerWay.PHONE, by=by, asked=None, reason=reason, name=name, now=now
    )


def _new_answer(
    enrolment: Enrolment,
    *,
    answer: str,
    way: str,
    by: Person,
    asked: Person | None,
    reason: str,
    name: str,
    now: datetime,
) -> Approval:
    """A question that is answered in the same breath; it counts at once."""
    close_open(enrolment=enrolment, now=now)
    approval = Approval.objects.create(
        enrolment=enrolment,
        address=(asked.email if asked else None) or enrolment.manager_address,
        asked=asked,
        nonce=fresh(),
        asked_at=now,
        expires_at=now,
        confirmed_by=by if asked is None else None,
        confirmed_at=now if asked is None else None,
    )
    _write(approval, answer=answer, way=way, by=by, reason=reason, name=name, now=now)
    _settle(approval, by=by, now=now)
    return approval


def _write(
    approval: Approval, *, answer: str, way: str, by: Person | None, reason: str, name: str, now: datetime
) -> None:
    approval.answer = answer
    approval.reason = reason.strip() if answer == Answer.NO else ""
    approval.way = way
    approval.answered_by = by
    approval.answered_name = name.strip() or (str(by) if by else "")
    approval.answered_at = now
    approval.save(update_fields=["answer", "reason", "way", "answered_by", "answered_name", "answered_at"])
    record(
        "approval.answered",
        by=by,
        about=approval.enrolment,
        scope=approval.enrolment.cohort.scope,
        now=now,
        answer=answer,
        way=way,
        approval=approval.pk,
        words={"name": approval.answered_name, "reason": approval.reason},
    )


def _settle(approval: Approval, *, by: Person, now: datetime) -> Transition:
    """The answer moves the employer's side, and the applicant hears of it when it can no longer be undone."""
    transition = sides.change(
        enrolment=approval.enrolment,
        side=Side.EMPLOYER,
        after=EmployerSide.APPROVED if approval.answer == Answer.YES else EmployerSide.DECLINED,
        by=by,
        now=now,
        why=approval.reason,
    )
    letters.answered(approval, transition, now=now)
    return transition


@transaction.atomic
def confirm(*, approval: Approval, by: Person, now: datetime) -> Approval:
    """The coordinator lets an answer from an unknown address count."""
    approval = _locked(approval)
    if not waits_for_confirmation(approval):
        raise NothingToConfirm()
    approval.confirmed_by, approval.confirmed_at = by, now
    approval.save(update_fields=["confirmed_by", "confirmed_at"])
    record(
        "approval.confirmed",
        by=by,
        about=approval.enrolment,
        scope=approval.enrolment.cohort.scope,
        now=now,
        approval=approval.pk,
    )
    _settle(approval, by=by, now=now)
    return approval


@transaction.atomic
def refuse(*, approval: Approval, by: Person, now: datetime) -> Approval:
    """The coordinator does not let an answer from an unknown address count; the question is open again."""
    approval = _locked(approval)
    if not waits_for_confirmation(approval):
        raise NothingToConfirm()
    approval.replaced_at = now
    approval.save(update_fields=["replaced_at"])
    record(
        "approval.refused",
        by=by,
        about=approval.enrolment,
        scope=approval.enrolment.cohort.scope,
        now=now,
        approval=approval.pk,
    )
    return approval


@transaction.atomic
def forward(*, approval: Approval, address: str, now: datetime) -> Approval:
    """ "Not mine, send to ...": the question goes to another address with a link of its own; the old link is dead."""
    approval = _locked(approval)
    if refusal := why_not_answer(approval, now=now):
        raise refusal
    return ask(enrolment=approval.enrolment, address=address, by=approval.asked, now=now, forwarded_from=approval)


@transaction.atomic
def undo_answer(*, approval: Approval, now: datetime) -> Approval:
    """Whoever answered by link takes it back within the undo time; the same link can then answer anew."""
    approval = _locked(approval)
    if approval.answered_at is None or now > approval.answered_at + UNDO or approval.confirmed_at is not None:
        raise sides.CannotUndo()
    if approval.asked is not None:
        transition = approval.enrolment.transitions.filter(side=Side.EMPLOYER, undone_at__isnull=True).last()
        if transition is None:
            raise sides.CannotUndo()
        sides.undo(transition=transition, by=approval.asked, now=now)
    _reopen(approval)
    return approval


@transaction.atomic
def undo_change(*, transition: Transition, by: Person, now: datetime) -> Enrolment:
    """Take back a change of either side; an answer that caused it is open again.

    A change that moved a seat is not taken back here: the seat may have gone to the next in line.
    """
    if transition.side == Side.PROGRAMME and transition.enrolment.claim_id is not None:
        raise sides.CannotUndo()
    enrolment = sides.undo(transition=transition, by=by, now=now)
    if transition.side == Side.EMPLOYER:
        approval = (
            Approval.objects.select_for_update()
            .filter(enrolment=enrolment, answered_at__isnull=False, replaced_at__isnull=True)
            .last()
        )
        if approval is not None and transition.at in (approval.answered_at, approval.confirmed_at):
            if approval.confirmed_at is not None and approval.confirmed_at != approval.answered_at:
                approval.confirmed_by = approval.confirmed_at = None
                approval.save(update_fields=["confirmed_by", "confirmed_at"])
            else:
                _reopen(approval)
    return enrolment


def _reopen(approval: Approval) -> None:
    approval.answer = approval.reason = approval.way = approval.answered_name = ""
    approval.answered_by = approval.answered_at = approval.confirmed_by = approval.confirmed_at = None
    approval.save(
        update_fields=[
            "answer",
            "reason",
            "way",
            "answered_name",
            "answered_by",
            "answered_at",
            "confirmed_by",
            "confirmed_at",
        ]
    )


@transaction.atomic
def send_new_link(*, approval: Approval, now: datetime) -> Approval:
    """An expired question is asked once more at the same address; the old link stays dead."""
    approval = _locked(approval)
    if approval.answered_at is None and approval.replaced_at is None and approval.expires_at <= now:
        return ask(enrolment=approval.enrolment, address=approval.address, by=None, now=now)
    return approval


def remind(now: datetime) -> int:
    """Three days before applications close, remind each manager who has not answered; once a question."""
    rows = Approval.objects.open().filter(
        enrolment__cohort__state=CohortState.OPEN,
        enrolment__cohort__closes_on__lte=(now + REMIND_BEFORE + timedelta(days=1)).date(),
        enrolment__cohort__closes_on__gte=(now - timedelta(days=1)).date(),
        enrolment__employer_side=EmployerSide.ASKED,
        asked_at__lte=now - LET_REST,
    )
    rows = rows.exclude(enrolment__programme_side=ProgrammeSide.WITHDRAWN)
    rows = rows.select_related("enrolment__cohort__programme__region", "asked")
    keys = {letters.reminder_key(approval): approval for approval in rows}
    done = set(Letter.objects.filter(key__in=keys).values_list("key", flat=True))
    written = 0
    for key, approval in keys.items():
        cohort = approval.enrolment.cohort
        closes = cohort.closes_on
        if key in done or closes is None or not closes - REMIND_BEFORE <= local_day(cohort, now) <= closes:
            continue
        with transaction.atomic():
            # The link in the reminder is the one in the first letter: it works for 14 days more.
            approval.expires_at = now + timedelta(days=LINK_DAYS)
            approval.save(update_fields=["expires_at"])
            letters.reminder(approval, now=now)
        written += 1
    return written
