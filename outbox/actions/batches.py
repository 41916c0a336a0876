"""Letters to many: held until someone has read them, released with ten minutes to undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from outbox import rules
from outbox.actions.writing import about_key, put, unwritten
from outbox.models import Batch, Letter
from outbox.states import LetterState


def open_batch(
    *, kind: str, about: models.Model | str, scope: str, by: Any, now: datetime, send_at: datetime | None = None
) -> Batch:
    """Begin a batch; letters written with it are held until it is released."""
    return Batch.objects.create(kind=kind, about=about_key(about), scope=scope, by=by, created_at=now, send_at=send_at)


@dataclass(frozen=True)
class Draft:
    """A letter of a batch before it is written: who reads it, what it tells, and the key of its reason."""

    kind: str
    key: str
    person: Any
    facts: dict[str, Any]


@transaction.atomic(savepoint=False)
def write_released(
    *,
    drafts: Sequence[Draft],
    about: models.Model | str,
    scope: str,
    by: Any,
    now: datetime,
    useful_until: datetime | None = None,
) -> Batch | None:
    """Write letters to many that somebody has read before the deed which they tell of: a batch, released already.

    They leave ten minutes from now; until then `undo_release` holds them. Nothing is made when nobody is written to.
    """
    if not drafts:
        return None
    batch = Batch.objects.create(
        kind=drafts[0].kind, about=about_key(about), scope=scope, by=by, created_at=now, released_at=now
    )
    leaves_at = rules.leaves_at(batch)
    put(
        [
            unwritten(
                kind=draft.kind,
                key=draft.key,
                about=about,
                scope=scope,
                now=now,
                person=draft.person,
                facts=draft.facts,
                not_before=leaves_at,
                useful_until=useful_until,
                batch=batch,
            )
            for draft in drafts
        ]
    )
    return batch


def _locked(batch: Batch) -> Batch:
    return Batch.objects.select_for_update().get(pk=batch.pk)


@transaction.atomic
def release_batch(*, batch: Batch, by: Any, now: datetime, send_at: datetime | None = None) -> Batch:
    """Let the held letters of a batch go, ten minutes from now or at `send_at` if that is later.

    Refused when the batch is released already or holds nothing. Until they leave, `undo_release` takes it back.
    """
    batch = _locked(batch)
    held = batch.letters.filter(state=LetterState.HELD)
    if refusal := rules.why_not_release(batch, held=held.count()):
        raise refusal
    batch.released_at = now
    batch.by = by
    if send_at is not None:
        batch.send_at = send_at
    batch.save(update_fields=["released_at", "by", "send_at"])
    held.update(state=LetterState.QUEUED, not_before=rules.leaves_at(batch))
    return batch


@transaction.atomic
def undo_release(*, batch: Batch, by: Any, now: datetime) -> Batch:
    """Hold a released batch again, within its ten minutes. Refused when any of its letters has begun to leave."""
    batch = _locked(batch)
    gone = batch.letters.filter(
        models.Q(state__in=[LetterState.SENT, LetterState.UNCERTAIN, LetterState.FAILED, LetterState.BOUNCED])
        | models.Q(state=LetterState.INFLIGHT, begun_at__isnull=False)
    ).count()
    if refusal := rules.why_not_undo(batch, gone=gone, now=now):
        raise refusal
    batch.released_at = None
    batch.save(update_fields=["released_at"])
    _hold(batch)
    return batch


@transaction.atomic
def hold_batch(*, batch: Batch, by: Any, now: datetime) -> int:
    """Hold what has not begun to leave, at any time; how many."""
    batch = _locked(batch)
    batch.released_at = None
    batch.save(update_fields=["released_at"])
    return _hold(batch)


@transaction.atomic
def cancel_batch(*, batch: Batch, by: Any, now: datetime) -> int:
    """Cancel what has not begun to leave; how many."""
    return (
        Letter.objects.not_begun()
        .filter(batch=_locked(batch))
        .update(state=LetterState.CANCELLED, lease="", leased_until=None)
    )


def _hold(batch: Batch) -> int:
    return Letter.objects.not_begun().filter(batch=batch).update(state=LetterState.HELD, lease="", leased_until=None)
