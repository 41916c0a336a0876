"""Sending: letters are claimed, asked whether they are still true, handed over, and marked.

A claim is one conditional update that writes a lease; what has run out of its lease may be claimed anew. Just before
the mail server is spoken to, `begun_at` is written: only a letter that had begun is in doubt after a crash, and is
looked up in the relay's log by its Message-ID.
"""

import logging
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, F, When
from django.utils import translation

from outbox import kinds, post
from outbox.actions.suppression import count_bounce
from outbox.kinds import Mail
from outbox.models import FlaggedAddress, Letter
from outbox.states import Lane, LetterState

LEASE = timedelta(minutes=5)
AT_ONCE = 50  # letters under one claim and over one connection
LONGEST = 100.0  # seconds after which a sender stops; the next round goes on
RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=60),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
BUILD_TRIES = 3
NOT_TRUE = "not true any more"
log = logging.getLogger("helmi.letters")


@dataclass
class Hand:
    """One sender at work: its instant, which goes on while it works, its line, and what it knows of addresses."""

    start: datetime
    line: post.Line
    began: float = field(default_factory=time.monotonic)
    flagged: set[str] = field(default_factory=set)
    sent: int = 0

    @property
    def now(self) -> datetime:
        """The present instant: the clock's, and the time worked since."""
        return self.start + timedelta(seconds=time.monotonic() - self.began)

    @property
    def tired(self) -> bool:
        """Whether it has worked long enough for one round."""
        return time.monotonic() - self.began > LONGEST


def send_due(*, now: datetime) -> int:
    """Send every letter whose time has come; how many the mail server took. Several senders may do it at once."""
    expire_missed(now=now)
    with post.Line() as line:
        hand = Hand(now, line)
        while not hand.tired and (letters := claim(now=hand.now)):
            hand.flagged = set(
                FlaggedAddress.objects.filter(address__in=[letter.reader_address for letter in letters]).values_list(
                    "address", flat=True
                )
            )
            letters = _settle(letters, hand)
            kinds.go_together(letters)
            for letter in letters:
                _deliver(letter, hand)
    return hand.sent


def expire_missed(*, now: datetime) -> int:
    """Put away the letters that are no longer useful: an outage outlasted them. One alert in the log for all."""
    missed = (
        Letter.objects.not_begun()
        .filter(useful_until__lte=now)
        .update(state=LetterState.EXPIRED, lease="", leased_until=None, trouble="missed")
    )
    if missed:
        log.error("letters were not sent in time", extra={"facts": {"missed": missed}})
    return missed


def claim(*, now: datetime, limit: int = AT_ONCE) -> list[Letter]:
    """Take letters that are due: one conditional update writes our lease, then they are read by it.

    The condition stands twice: inside it chooses, outside it holds when another sender was faster. What goes to many
    comes last: an offer or a confirmation does not wait behind a newsletter.
    """
    lease = uuid.uuid4().hex
    to_many = Case(When(lane=Lane.BULK, then=1), default=0)
    chosen = Letter.objects.due(now).order_by(to_many, "not_before", "created_at").values("pk")
    if connection.features.has_select_for_update_skip_locked:
        chosen = chosen.select_for_update(skip_locked=True)
    with transaction.atomic():
        taken = (
            Letter.objects.due(now)
            .filter(pk__in=chosen[:limit])
            .update(state=LetterState.INFLIGHT, lease=lease, leased_until=now + LEASE)
        )
    if not taken:
        return []
    return list(Letter.objects.filter(lease=lease).select_related("person").order_by("not_before", "created_at"))


def _settle(letters: list[Letter], hand: Hand) -> list[Letter]:
    """Decide about those whose sender fell silent after it had begun; returns the letters that are to be sent.

    Found in the relay's log: sent. Not found: sent anew. Unknown: sent once more and counted as a possible duplicate,
    unless a second copy would do harm, or this is the second time: then a person decides.
    """
    doubtful = [letter for letter in letters if letter.begun_at]
    if not doubtful:
        return letters
    since = max(letter.begun_at for letter in doubtful if letter.begun_at)
    taken = post.in_relay_log([letter.message_id for letter in doubtful], since)
    go_on = [letter for letter in letters if not letter.begun_at]
    for letter in doubtful:
        if taken is not None and letter.message_id in taken:
            _finish(letter, LetterState.SENT, sent_at=letter.begun_at)
        elif taken is not None:
            go_on.append(letter)
        elif letter.possible_duplicates or _careful(letter) or letter.useful_until and letter.useful_until <= hand.now:
            _finish(letter, LetterState.UNCERTAIN, trouble="the sender fell silent")
        elif Letter.objects.filter(pk=letter.pk, lease=letter.lease).update(
            possible_duplicates=F("possible_duplicates") + 1, begun_at=None
        ):
            log.warning("a letter is sent once more", extra={"facts": {"kind": letter.kind}})
            go_on.append(letter)
    return go_on


def _careful(letter: Letter) -> bool:
    try:
        return kinds.find(letter.kind).careful
    except KeyError:
        return True


def build(letter: Letter) -> Mail | None:
    """The letter in words, as its reader would get it now; None when it is not true any more."""
    with translation.override(letter.reader_language):
        return kinds.find(letter.kind).build(letter)


def _deliver(letter: Letter, hand: Hand) -> None:
    """Take one claimed letter to its end for this time."""
    to = letter.reader_address
    if letter.useful_until and letter.useful_until <= hand.now:
        _finish(letter, LetterState.EXPIRED, trouble="missed")
        return
    try:
        mail = build(letter)
        message = post.envelope(letter.pk, mail, to, letter.reader_language) if mail and to else None
        if message:
            message.message()  # a header that cannot be written shows here, before anything is said
    except (OperationalError, InterfaceError):
        raise  # the database went away: the letter is not to blame, and its lease runs out
    except Exception:
        log.exception("a letter could not be written", extra={"facts": {"kind": letter.kind}})
        _poisoned(letter, hand)
        return
    if mail is None:
        _finish(letter, LetterState.CANCELLED, trouble=NOT_TRUE)
        return
    if message is None:
        _finish(letter, LetterState.FAILED, trouble="no address")
        return
    if not _begin(letter, mail, to, hand):
        return
    answer = hand.line.send(message)
    letter.attempts += 1
    if answer.outcome == post.Outcome.ACCEPTED:
        _finish(
            letter,
            LetterState.SENT,
            sent_at=hand.now,
        )
        hand.sent += 1
        if to in hand.flagged:
            FlaggedAddress.objects.filter(address=to).delete()
    elif answer.outcome == post.Outcome.LATER:
        _later(letter, hand, answer.code)
    elif answer.outcome in (post.Outcome.REFUSED, post.Outcome.NO_MAILBOX):
        _finish(letter, LetterState.FAILED, trouble=answer.code)
        if answer.outcome == post.Outcome.NO_MAILBOX:
            flag(to, answer.code, now=hand.now)
    # In doubt: the row stays as it is, exactly as after a crash, and is settled when its lease has run out.


def _begin(letter: Letter, mail: Mail, to: str, hand: Hand) -> bool:
    """Write that the mail server is about to be spoken to, and what it is told, with personal links masked.

    False when the lease is another's by now, or the letter was cancelled.
    """
    begun = hand.now
    letter.message_id = post.message_id(letter.pk)
    return bool(
        Letter.objects.filter(pk=letter.pk, lease=letter.lease, state=LetterState.INFLIGHT).update(
            attempts=F("attempts") + 1,
            begun_at=begun,
            leased_until=begun + LEASE,
            message_id=letter.message_id,
            sent_to=to,
            sent_subject=mail.masked(mail.subject)[:250],
            sent_text=mail.masked(mail.text),
            language=letter.reader_language,
        )
    )


def _finish(letter: Letter, state: LetterState, *, trouble: str = "", **facts: Any) -> None:
    """Write what became of a letter, if it is still ours."""
    Letter.objects.filter(pk=letter.pk, lease=letter.lease).update(
        state=state, lease="", leased_until=None, begun_at=None, trouble=trouble[:200], **facts
    )


def _later(letter: Letter, hand: Hand, code: str) -> None:
    """Try again after 1, 5, 15, 60 minutes, 4, 12, 24 hours, then give up."""
    if letter.attempts > len(RETRIES):
        _finish(letter, LetterState.FAILED, trouble=code)
        return
    wait = RETRIES[max(letter.attempts, 1) - 1]
    # A fifth earlier or later, by the letter's own number: those that failed together do not come back together.
    wait *= 1 + (letter.pk.int % 41 - 20) / 100
    _finish(letter, LetterState.RETRY, trouble=code, not_before=hand.now + wait)


def _poisoned(letter: Letter, hand: Hand) -> None:
    """A letter that cannot be written gets three tries in all; the others go on."""
    letter.attempts += 1
    if letter.attempts >= BUILD_TRIES:
        _finish(letter, LetterState.FAILED, trouble="could not be written", attempts=letter.attempts)
        return
    wait = RETRIES[letter.attempts - 1]
    _finish(
        letter,
        LetterState.RETRY,
        trouble="could not be written",
        attempts=letter.attempts,
        not_before=hand.now + wait,
    )


def flag(address: str, code: str, *, now: datetime) -> None:
    """Note that there is no mailbox at an address; the third time no newsletter goes there any more."""
    count_bounce(address=address, code=code, now=now)
    FlaggedAddress.objects.update_or_create(address=address, defaults={"code": code[:40], "flagged_at": now})
