"""Writing letters, and taking them back."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction

from base import jobs
from outbox import kinds as registry
from outbox.models import Batch, Letter
from outbox.states import RESTORED, Lane, LetterState

UNDO = timedelta(minutes=2)
UNDO_BULK = timedelta(minutes=10)
SENDER = "send letters"


_in_doubt: ContextVar[bool] = ContextVar("in_doubt", default=False)


@contextmanager
def in_doubt() -> Iterator[None]:
    """Whatever is written inside may have been sent before, which nobody remembers: a person decides about it."""
    token = _in_doubt.set(True)
    try:
        yield
    finally:
        _in_doubt.reset(token)


def written_in_doubt() -> bool:
    """Whether what is written now may have been sent before a backup was put back."""
    return _in_doubt.get()


@transaction.atomic(savepoint=False)
def write(
    *,
    kind: str,
    key: str,
    about: models.Model | str,
    scope: str,
    now: datetime,
    person: Any = None,
    address: str = "",
    language: str = "",
    facts: dict[str, Any] | None = None,
    not_before: datetime | None = None,
    useful_until: datetime | None = None,
    lane: Lane = Lane.NOW,
    batch: Batch | None = None,
    undoable: bool = False,
) -> Letter:
    """Write a letter in the caller's transaction: a row, mailed after the commit, once for its key.

    The key is kind, the row that is the reason, its version, and the person: whoever writes the same again gets the
    letter that is there. `undoable` marks a letter that another person's act causes which that person can take back:
    it waits the time of undo (2 minutes, 10 in the bulk lane). In a batch the letter is held until the release.
    After `useful_until` it is not sent any more.
    """
    registry.find(kind)
    if not person and not address:
        raise ValueError(f"the letter {kind} has no reader")
    earliest = not_before or now
    if undoable:
        earliest = max(earliest, now + (UNDO_BULK if lane == Lane.BULK else UNDO))
    held = batch is not None and batch.released_at is None
    doubtful = _in_doubt.get()
    letter = Letter(
        key=key,
        kind=kind,
        person=person,
        address="" if person else address,
        language=getattr(person, "language", "") or language or settings.LANGUAGE_CODE,
        about=about_key(about),
        scope=scope,
        facts=facts or {},
        lane=lane,
        state=LetterState.UNCERTAIN if doubtful else LetterState.HELD if held else LetterState.QUEUED,
        trouble=RESTORED if doubtful else "",
        batch=batch,
        not_before=earliest,
        useful_until=useful_until,
        created_at=now,
    )
    # A conflict waits for the other transaction and does nothing: no savepoint, and no error to recover from.
    Letter.objects.bulk_create([letter], ignore_conflicts=True)
    if not held and not doubtful and earliest <= now:
        jobs.wake(SENDER)
    return Letter.objects.get(key=key)


def about_key(about: models.Model | str) -> str:
    """The string by which a letter names what it is about: "app.model:pk"."""
    return about if isinstance(about, str) else f"{about._meta.label_lower}:{about.pk}"


@transaction.atomic(savepoint=False)
def cancel_about(*, about: models.Model | str, now: datetime, kinds: Iterable[str] | None = None) -> int:
    """Cancel the letters about a thing that have not begun to leave, of these kinds or of all; how many."""
    letters = Letter.objects.not_begun().filter(about=about_key(about))
    if kinds is not None:
        letters = letters.filter(kind__in=list(kinds))
    return letters.update(state=LetterState.CANCELLED, lease="", leased_until=None)
