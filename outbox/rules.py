"""What may happen to a letter and to a batch, and why not."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from outbox.models import Batch, FlaggedAddress, Letter
from outbox.states import LetterState

UNDO_BULK = timedelta(minutes=10)
HOLDABLE = (LetterState.QUEUED, LetterState.RETRY)
SENDABLE = (LetterState.HELD, LetterState.QUEUED, LetterState.RETRY)
CANCELLABLE = (*SENDABLE, LetterState.FAILED, LetterState.UNCERTAIN, LetterState.BOUNCED)
REPEATABLE = (LetterState.FAILED, LetterState.BOUNCED, LetterState.EXPIRED)


class LetterHasMoved(Refusal):
    """The letter's state does not allow this any more."""

    message = _("The letter has gone on in the meantime. See its state, and try again if it is still needed.")


class LetterTooLate(Refusal):
    """What the letter tells is over."""

    message = _("What the letter tells is over, so it cannot be sent any more.")


class BatchIsEmpty(Refusal):
    """Nothing is held in the batch."""

    message = _("No letter is waiting here.")


class BatchIsReleased(Refusal):
    """The batch is on its way already."""

    message = _("These letters are released already.")


class UndoIsOver(Refusal):
    """The first letters have gone."""

    message = _("The ten minutes are over, and the letters are leaving. Those that have not gone can still be held.")


def why_not(letter: Letter, states: tuple[LetterState, ...]) -> Refusal | None:
    """The reason a letter cannot be treated so in its state, or None."""
    return None if letter.state in states else LetterHasMoved()


def why_not_send(letter: Letter, *, now: datetime) -> Refusal | None:
    """The reason a letter cannot be sent now, or None."""
    if refusal := why_not(letter, SENDABLE):
        return refusal
    return _why_too_late(letter, now)


def why_not_repeat(letter: Letter, *, now: datetime) -> Refusal | None:
    """The reason a letter cannot be tried again, or None."""
    if refusal := why_not(letter, REPEATABLE):
        return refusal
    return _why_too_late(letter, now)


def _why_too_late(letter: Letter, now: datetime) -> Refusal | None:
    return LetterTooLate() if letter.useful_until and letter.useful_until <= now else None


def why_not_release(batch: Batch, *, held: int) -> Refusal | None:
    """The reason a batch cannot be released, or None."""
    if batch.released_at:
        return BatchIsReleased()
    return None if held else BatchIsEmpty()


def why_not_undo(batch: Batch, *, gone: int, now: datetime) -> Refusal | None:
    """The reason a release cannot be taken back, or None."""
    if not batch.released_at:
        return BatchIsEmpty()
    return UndoIsOver() if gone or now >= leaves_at(batch) else None


def leaves_at(batch: Batch) -> datetime:
    """The instant from which a released batch leaves: ten minutes after the release, or when it is to be sent."""
    earliest = (batch.released_at or batch.created_at) + UNDO_BULK
    return max(earliest, batch.send_at) if batch.send_at else earliest


def address_works(address: str) -> bool:
    """Whether no mail server has said that there is no such mailbox."""
    return not FlaggedAddress.objects.filter(address__iexact=address).exists()
