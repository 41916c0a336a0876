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
_noted: ContextVar[list[Letter] | None] = ContextVar("noted", default=None)


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


@contextmanager
def noted() -> Iterator[list[Letter]]:
    """Collect the letters that are written inside."""
    letters: list[Letter] = []
    token = _noted.set(letters)
    try:
        yield letters
    finally:
        _noted.reset(token)


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
    read_back: bool = True,
) -> Letter:
    """Write a letter in the caller's transaction: a row, mailed after the commit, once for its key.

    The key is kind, the row that is the reason, its version, and the person: whoever writes the same again gets the
    letter that is there. `undoable` marks a letter that another person's act causes which that person can take back:
    it waits the time of undo (2 minutes, 10 in the bulk lane). In a batch the letter is held until the release.
    After `useful_until` it is not sent any more. Without `read_back` the letter that is returned is the one written,
    also when the key was there already: one statement less where others wait for the caller's lock.
    """
    earliest = not_before or now
    if undoable:
        earliest = max(earliest, now + (UNDO_BULK if lane == Lane.BULK else UNDO))
    letter = unwritten(
        kind=kind,
        key=key,
        about=about,
        scope=scope,
        now=now,
        person=person,
        address=address,
        language=language,
        facts=facts,
        not_before=earliest,
        useful_until=useful_until,
        lane=lane,
        batch=batch,
    )
    put([letter])
    if letter.state == LetterState.QUEUED and earliest <= now:
        jobs.wake(SENDER)
    return Letter.objects.get(key=key) if read_back else letter


def unwritten(
    *,
    kind: str,
    key: str,
    about: models.Model | str,
    scope: str,
    now: datetime,
    not_before: datetime,
    person: Any = None,
    address: str = "",
    language: str = "",
    facts: dict[str, Any] | None = None,
    useful_until: datetime | None = None,
    lane: Lane = Lane.NOW,
    batch: Batch | None = None,
) -> Letter:
    """A letter that is no row yet: held while its batch is, else queued; in doubt it waits for a person to decide."""
    registry.find(kind)
    if not person and not address:
        raise ValueError(f"the letter {kind} has no reader")
    held = batch is not None and batch.released_at is None
    doubtful = _in_doubt.get()
    return Letter(
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
        not_before=not_before,
        useful_until=useful_until,
        created_at=now,
    )


def put(letters: list[Letter]) -> None:
    """Make rows of letters, in the caller's transaction; those whose key is there already stay as they are."""
    # A conflict waits for the other transaction and does nothing: no savepoint, and no error to recover from.
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    noting = _noted.get()
    if noting is not None:
        noting += letters


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
