"""Answering: by code alone, nothing noted of who or when."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from answers import ballots, rules, seals
from answers.ballots import Answers, Form
from answers.models import AnswerDraft, Ballot, BallotCode, Box


@dataclass(frozen=True)
class Ticket:
    """What a code opens: the form of its unit, and what was typed before. Whether it has been used stays untold."""

    code: bytes
    box: Box
    form: Form
    draft: Answers = field(default_factory=dict)


def open_ticket(*, code: str, now: datetime) -> Ticket:
    """What this code opens now; refused when it is not a code or the box is not open."""
    raw = seals.read_code(code)
    if raw is None:
        raise rules.CodeUnknown()
    digest = seals.code_hash(raw)
    found = BallotCode.objects.filter(code_hash=digest, box__in=Box.objects.taking_answers(now))
    known = found.select_related("box").only("unit", "box").first()
    if known is None:
        raise rules.CodeUnknown()
    box, form = known.box, ballots.from_json(known.box.questions).of(known.unit)
    locked = AnswerDraft.objects.filter(code_hash=digest).values_list("ciphertext", flat=True).first()
    draft = ballots.unpack(form, seals.open_draft(raw, bytes(locked))) if locked else {}
    return Ticket(raw, box, form, draft)


def keep_draft(*, ticket: Ticket, answers: Answers) -> Ticket:
    """Keep what has been typed, readable only with the link; without a time."""
    row = AnswerDraft(
        box_id=ticket.box.pk,
        code_hash=seals.code_hash(ticket.code),
        ciphertext=seals.close_draft(ticket.code, _packed(_kept(ticket, answers))),
    )
    AnswerDraft.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["code_hash"], update_fields=["ciphertext"]
    )
    return Ticket(ticket.code, ticket.box, ticket.form, answers)


@transaction.atomic
def cast(*, ticket: Ticket, answers: Answers, now: datetime) -> None:
    """Seal the answers and put them into the box; those under the same code are replaced.

    The code's row is locked first, so two hands with one code leave one ballot. Then it is asked once more whether the
    box is open: whoever begins to close it waits for this lock, and nobody votes after that.
    """
    answers = _kept(ticket, answers)
    if not answers:
        raise rules.NothingAnswered()
    digest = seals.code_hash(ticket.code)
    if not BallotCode.objects.filter(code_hash=digest).update(used=True):
        raise rules.CodeUnknown()
    code = BallotCode.objects.filter(code_hash=digest).select_related("box").get()
    if not Box.objects.taking_answers(now).filter(pk=code.box_id).exists() or code.box.public_key is None:
        raise rules.CodeUnknown()
    ballot = Ballot(
        id=seals.ballot_id(ticket.code),
        box_id=code.box_id,
        unit=code.unit,
        role=code.role,
        ciphertext=seals.seal(bytes(code.box.public_key), _packed(answers)),
    )
    Ballot.objects.bulk_create([ballot], update_conflicts=True, unique_fields=["id"], update_fields=["ciphertext"])
    AnswerDraft.objects.filter(code_hash=digest).delete()


def _kept(ticket: Ticket, answers: Answers) -> Answers:
    """What is an answer to the form of this code's unit, and not only tried out."""
    keys = {question.key for question in ticket.form.kept}
    return {key: value for key, value in answers.items() if key in keys}


def _packed(answers: Answers) -> bytes:
    packed = ballots.pack(answers)
    if len(packed) > seals.PADDED - 2:
        raise rules.TooMuchWritten()
    return packed
