"""Letters that come back."""

from datetime import datetime
from email.message import EmailMessage, Message

from outbox import post
from outbox.actions.sending import flag
from outbox.models import Letter
from outbox.states import LetterState

RECIPIENT_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "To")


def take_bounce(*, message: EmailMessage, recipient: str = "", now: datetime) -> Letter | None:
    """Mark the letter that a mail server reports as not delivered; None when the report is not about a letter of ours.

    The letter is known by the return path, or by the Message-ID in what came back; both carry our signature, so a
    report that someone made up changes nothing. Reports of delay and automatic replies change nothing either.
    """
    status = _failure(message)
    if status is None:
        return None
    places = [recipient, *(str(message.get(name, "")) for name in RECIPIENT_HEADERS)]
    places += [str(part.get("Message-ID", "")) for part in message.walk() if part is not message]
    places += [str(part.get_payload()) for part in message.walk() if part.get_content_type() == "text/rfc822-headers"]
    for place in places:
        pk = post.read_token(str(place))
        if pk and (letter := Letter.objects.filter(pk=pk).first()):
            break
    else:
        return None
    changed = Letter.objects.filter(
        pk=letter.pk, state__in=[LetterState.SENT, LetterState.UNCERTAIN, LetterState.INFLIGHT]
    ).update(state=LetterState.BOUNCED, trouble=status, lease="", leased_until=None, begun_at=None)
    if changed and status.startswith("5.1.") and letter.sent_to:
        flag(letter.sent_to, status, now=now)
    letter.refresh_from_db()
    return letter


def _failure(message: Message) -> str | None:
    """The status code of a delivery report (RFC 3464) that says "failed"; None for anything else."""
    if message.get_content_type() != "multipart/report":
        return None
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        payload = part.get_payload()
        for block in payload if isinstance(payload, list) else []:
            if isinstance(block, Message) and str(block.get("Action", "")).strip().lower() == "failed":
                return str(block.get("Status", "")).strip()[:20] or "failed"
    return None
