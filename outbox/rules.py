"""What may happen to a letter, a batch and an issue of a newsletter, and why not."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from outbox.models import Batch, FlaggedAddress, Issue, IssueText, Letter, Subscription
from outbox.states import IssueState, LetterState

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


# ---------- Newsletters ----------


class LinkIsUsed(Refusal):
    """The confirming link has done its work, or a newer one has taken its place."""

    message = _("This link has been used, or a newer one has been sent. Open the latest letter, or subscribe again.")


class NotSuppressed(Refusal):
    """Letters go to the address anyhow."""

    message = _("Newsletters go to this address again already.")


class IssueHasGone(Refusal):
    """The issue is not a draft."""

    message = _("The issue is released, so its text stands. Undo the release first, as long as that can be done.")


class TextHasChanged(Refusal):
    """Somebody else has saved the text in the meantime."""

    message = _(
        "Somebody else has changed this text since you opened it. Both texts are shown. Save the one that is to stand."
    )


class NothingWritten(Refusal):
    """There is no text to send."""

    message = _("Write the issue in at least one language first.")


class TextIncomplete(Refusal):
    """A text lacks its subject or says nothing."""

    message = _("A text has no subject or says nothing. Complete it, or remove it.")


class NobodySubscribes(Refusal):
    """There is nobody to send to."""

    message = _("Nobody subscribes yet, so there is nobody to send to.")


class AlreadyLeaving(Refusal):
    """The issue has begun to leave."""

    message = _("The issue has begun to leave, so the release cannot be undone. You can pause it.")


class NotBeingSent(Refusal):
    """Only what is being sent can be paused."""

    message = _("The issue is not being sent just now.")


class NotPaused(Refusal):
    """Only what is paused can be resumed."""

    message = _("The issue is not paused.")


class TooManySections(Refusal):
    """An issue has a size that somebody still reads."""

    message = _("An issue has room for twenty sections.")


MOST_SECTIONS = 20


def why_not_confirm(subscription: Subscription, nonce: str) -> Refusal | None:
    """The reason a confirming link does nothing, or None."""
    if not subscription.nonce or not hmac.compare_digest(subscription.nonce, nonce):
        return LinkIsUsed()
    return None


def why_not_change(issue: Issue) -> Refusal | None:
    """The reason the texts of an issue stand as they are, or None."""
    return None if issue.state == IssueState.DRAFT else IssueHasGone()


def why_not_release_issue(issue: Issue, texts: Sequence[IssueText], *, readers: int) -> Refusal | None:
    """The reason an issue cannot be released, or None."""
    if refusal := why_not_change(issue):
        return refusal
    if not texts:
        return NothingWritten()
    if not all(text.complete for text in texts):
        return TextIncomplete()
    return None if readers else NobodySubscribes()


def why_not_undo_issue(issue: Issue) -> Refusal | None:
    """The reason the release of an issue cannot be taken back, or None."""
    return None if issue.state == IssueState.RELEASED else AlreadyLeaving()


def why_not_pause(issue: Issue) -> Refusal | None:
    """The reason an issue cannot be paused, or None."""
    return None if issue.state == IssueState.SENDING else NotBeingSent()


def why_not_resume(issue: Issue) -> Refusal | None:
    """The reason an issue cannot go on, or None."""
    return None if issue.state == IssueState.PAUSED else NotPaused()
