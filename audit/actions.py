"""What the audit does: record a deed, seal the deeds, check the seals, erase the words."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import models, transaction

from audit import seals
from audit.models import Deed, Seal, Words

RUN = 1000  # deeds under one seal, at most


def key(thing: models.Model | str) -> str:
    """The string by which a deed names what it is about: "app.model:pk"."""
    return thing if isinstance(thing, str) else f"{thing._meta.label_lower}:{thing.pk}"


# A deed before it is a row, its words, and the salt of their digest.
Waiting = tuple[Deed, dict[str, Any] | None, str]
_together: ContextVar[list[Waiting] | None] = ContextVar("together", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Write the deeds that are recorded inside at its end, in one statement and in their order; none after an error."""
    waiting: list[Waiting] = []
    token = _together.set(waiting)
    try:
        yield
    finally:
        _together.reset(token)
    _write(waiting)


@transaction.atomic(savepoint=False)
def record(
    deed: str,
    /,
    *,
    by: Any,
    about: models.Model | str,
    now: datetime,
    scope: str = "",
    words: dict[str, Any] | None = None,
    **codes: Any,
) -> Deed:
    """Write that `by` (None: the clock) did `deed` to `about`, in the caller's transaction.

    Codes are ids, states, numbers and dates, kept for good. Names and texts go into `words`: a row that can be
    erased, of which the deed keeps a salted digest. The clock seals the row within a minute.
    """
    salt = secrets.token_hex(16) if words else ""
    row = Deed(
        deed=deed,
        by=by,
        by_key=str(getattr(by, "key", "") or ""),
        about=key(about),
        scope=scope,
        codes=seals.plain(codes),
        words_digest=seals.words_digest(salt, seals.plain(words)) if words else "",
        at=now,
    )
    waiting = _together.get()
    if waiting is None:
        _write([(row, words, salt)])
    else:
        waiting.append((row, words, salt))
    return row


def _write(waiting: list[Waiting]) -> None:
    Deed.objects.bulk_create([row for row, _words, _salt in waiting])
    Words.objects.bulk_create(
        [Words(deed=row, text=seals.plain(words), salt=salt) for row, words, salt in waiting if words]
    )


def facts_of(deed: Deed) -> dict[str, Any]:
    """The part of a deed that its seal covers."""
    return {
        "id": deed.pk,
        "uid": str(deed.uid),
        "deed": deed.deed,
        "by": deed.by_key,
        "about": deed.about,
        "scope": deed.scope,
        "codes": deed.codes,
        "words": deed.words_digest,
        "at": seals.instant(deed.at),
    }


@transaction.atomic
def seal(now: datetime) -> int:
    """Put the deeds that no seal covers under a new one, which holds the digest of the seal before; how many."""
    last = Seal.objects.select_for_update().order_by("-pk").first()
    deeds = list(Deed.objects.unsealed()[:RUN])
    if not deeds:
        return 0
    ids = [deed.pk for deed in deeds]
    row = Seal.objects.create(
        previous=last,
        digest=seals.digest(last.digest if last else "", seals.instant(now), [facts_of(deed) for deed in deeds]),
        first_id=ids[0],
        last_id=ids[-1],
        ids=ids,
        at=now,
    )
    Deed.objects.filter(pk__in=ids, seal__isnull=True).update(seal=row)
    return len(ids)


def erase_words_about(*, about: list[str]) -> int:
    """Erase the names and texts of every deed about these keys; the deeds and their seals stand."""
    return Words.objects.filter(deed__about__in=about).delete()[0]


def first_broken() -> str:
    """What is wrong with the first seal or deed that does not hold, in a sentence for the operator; "" when all do."""
    previous: Seal | None = None
    for row in Seal.objects.order_by("pk").iterator(chunk_size=50):
        if row.previous_id != (previous.pk if previous else None):
            return f"Seal {row.pk} does not follow the seal before it: one has been taken out or put in."
        deeds = list(Deed.objects.filter(seal=row).select_related("words").order_by("pk"))
        found, sealed = {deed.pk for deed in deeds}, set(row.ids)
        if gone := sorted(sealed - found):
            return f"Deed {gone[0]} is missing under seal {row.pk}."
        if added := sorted(found - sealed):
            return f"Deed {added[0]} was put under seal {row.pk} afterwards."
        expected = seals.digest(
            previous.digest if previous else "", seals.instant(row.at), [facts_of(deed) for deed in deeds]
        )
        if row.digest != expected:
            return f"Seal {row.pk} over deeds {row.first_id} to {row.last_id} is broken: something in them was changed."
        for deed in deeds:
            words = getattr(deed, "words", None)
            if words and seals.words_digest(words.salt, words.text) != deed.words_digest:
                return f"The words of deed {deed.pk} were changed."
        previous = row
    return ""
