"""What a coordinator does with one letter."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from base import jobs
from outbox import rules
from outbox.actions.writing import SENDER
from outbox.models import Letter
from outbox.states import LetterState


def _locked(letter: Letter) -> Letter:
    return Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)


def _put(letter: Letter, state: LetterState, **facts: Any) -> Letter:
    Letter.objects.filter(pk=letter.pk).update(state=state, lease="", leased_until=None, begun_at=None, **facts)
    letter.refresh_from_db()
    return letter


@transaction.atomic
def hold(*, letter: Letter, by: Any, now: datetime) -> Letter:
    """Keep a waiting letter from leaving until somebody sends it. Refused when it has begun to leave."""
    letter = _locked(letter)
    if refusal := rules.why_not(letter, rules.HOLDABLE):
        raise refusal
    return _put(letter, LetterState.HELD)


@transaction.atomic
def send_now(*, letter: Letter, by: Any, now: datetime) -> Letter:
    """Let a held or waiting letter leave at once. Refused when it has left, or what it tells is over."""
    letter = _locked(letter)
    if refusal := rules.why_not_send(letter, now=now):
        raise refusal
    jobs.wake(SENDER)
    return _put(letter, LetterState.QUEUED, not_before=now)


@transaction.atomic
def cancel(*, letter: Letter, by: Any, now: datetime) -> Letter:
    """Take a letter back that has not left, or close one in trouble. Refused when it has left."""
    letter = _locked(letter)
    if refusal := rules.why_not(letter, rules.CANCELLABLE):
        raise refusal
    return _put(letter, LetterState.CANCELLED)


@transaction.atomic
def try_again(*, letter: Letter, by: Any, now: datetime) -> Letter:
    """Begin anew with a letter that failed or came back. Refused when what it tells is over."""
    letter = _locked(letter)
    if refusal := rules.why_not_repeat(letter, now=now):
        raise refusal
    jobs.wake(SENDER)
    return _put(letter, LetterState.QUEUED, not_before=now, attempts=0, trouble="")


@transaction.atomic
def resolve(*, letter: Letter, arrived: bool, by: Any, now: datetime) -> Letter:
    """Say whether a letter whose delivery is unknown arrived: then it is sent, else it goes once more, counted."""
    letter = _locked(letter)
    if refusal := rules.why_not(letter, (LetterState.UNCERTAIN,)):
        raise refusal
    if arrived:
        return _put(letter, LetterState.SENT, sent_at=now, trouble="")
    jobs.wake(SENDER)
    return _put(
        letter, LetterState.QUEUED, not_before=now, trouble="", possible_duplicates=F("possible_duplicates") + 1
    )
