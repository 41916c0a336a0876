"""A pool: what boxes give to it when they are counted, sealed until it is counted itself, once."""

import hashlib
import json
import logging
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from random import SystemRandom
from typing import Any

from django.db import transaction

from answers import ballots, keys, kinds, pools, rules, seals
from answers.actions.boxes import make_box, open_box
from answers.ballots import Form, Outcome
from answers.models import Box, FreeText, Part, Release
from answers.pools import Sums, Text
from answers.states import BoxState, TextState

log = logging.getLogger("helmi.answers")


def ready_for(box: Box, *, now: datetime) -> Box | None:
    """The pool that this box gives to, made and opened when it is the first; None when it has none.

    Only where the keys are. Two steps, so that a key on the disk always has a row that knows it.
    """
    if not box.pool:
        return None
    with transaction.atomic():
        pool = make_box(
            kind=box.pool.partition(":")[0], owner=box.pool, scope=box.scope, form=Form(()), title={}, zone=box.zone,
            k=box.k,
        )  # fmt: skip
        pool = Box.objects.select_for_update(no_key=True).get(pk=pool.pk)
        if pool.state == BoxState.DRAFT:
            pool.key_name = uuid.uuid4().hex
            pool.opens_at = pool.launched_at = now
            pool.state = BoxState.LAUNCHED
            pool.frozen_digest = rules.frozen_digest(pool)
            pool.save(update_fields=["key_name", "opens_at", "launched_at", "state", "frozen_digest"])
    open_box(pool, now)
    pool.refresh_from_db()
    return pool


def give(*, pool: Box, box: Box, outcome: Outcome) -> None:
    """Seal what this box publishes, and the words of too few, for the pool; in the transaction that counts the box.

    Nothing is kept when the pool has been counted: the words are then gone with the ballots.
    """
    pool = Box.objects.select_for_update(no_key=True).get(pk=pool.pk)
    if pool.state != BoxState.OPEN or pool.public_key is None:
        return
    names = {question.key: question.shared for question in ballots.from_json(box.questions).questions}
    parts: list[Sums | Text] = [Text(box.pk, names[key], words) for key, words in outcome.pooled if names[key]]
    if outcome.n:
        tallies = {names[key]: dict(tally) for key, tally in outcome.tallies.items() if names[key]}
        parts.append(Sums(box.pk, outcome.n, box.invited, tallies))
    public = bytes(pool.public_key)
    rows = [Part(box=pool, ciphertext=seals.seal(public, pools.pack(part))) for part in parts]
    SystemRandom().shuffle(rows)
    Part.objects.bulk_create(rows, batch_size=500)


def close_pool(*, owner: str) -> bool:
    """Nothing more is given to the pool: the clock counts it where its key is. Whether there was one to close."""
    with transaction.atomic():
        pool = Box.objects.select_for_update(no_key=True).filter(owner=owner, state=BoxState.OPEN).first()
        if pool is None:
            return False
        pool.state = BoxState.CLOSING
        pool.save(update_fields=["state"])
    return True


def count_pool(*, box: Box, now: datetime) -> int:
    """Open every part in memory, add up, and write the release; then nothing is left of the parts.

    0 when somebody else has counted it.
    """
    if refusal := rules.why_not_open_ballots(box):
        raise refusal
    private = keys.store().read(box.key_name).private
    sealed = list(Part.objects.filter(box=box).order_by("pk").values_list("ciphertext", flat=True))
    parts = list(_opened(box, private, (bytes(one) for one in sealed)))
    sums = [part for part in parts if isinstance(part, Sums)]
    questions = _questions(parts)
    with transaction.atomic():
        box = Box.objects.select_for_update(no_key=True).get(pk=box.pk)
        if box.state != BoxState.CLOSING:
            return 0
        waiting = FreeText.objects.select_for_update().filter(pool=box.owner, state=TextState.POOLED)
        texts = [part for part in parts if isinstance(part, Text)]
        texts += [Text(-n, row.question, row.words) for n, row in enumerate(waiting, start=1)]
        tables = {**pools.total(sums, k=box.k), "questions": list(questions.values())}
        words = json.dumps(tables, sort_keys=True, ensure_ascii=False)
        Release.objects.create(box=box, tables=tables, digest=hashlib.sha256(words.encode()).hexdigest(), at=now)
        rows = [
            FreeText(box=box, scope=box.scope, question=text.question, words=text.words)
            for text in pools.texts_to_read([text for text in texts if text.question in questions], k=box.k)
        ]
        SystemRandom().shuffle(rows)
        FreeText.objects.bulk_create(rows, batch_size=500)
        waiting.delete()
        Part.objects.filter(box=box).delete()
        box.state = BoxState.RELEASED
        box.released_at = now
        box.held_up = ""
        box.save(update_fields=["state", "released_at", "held_up"])
        kinds.find(box.kind).released(box, now)
    return 1


def _opened(box: Box, private: bytes, sealed: Iterable[bytes]) -> Iterable[pools.Part]:
    for ciphertext in sealed:
        try:
            yield pools.unpack(seals.unseal(private, ciphertext))
        except seals.Unreadable:
            log.error("a part of a pool cannot be opened", extra={"facts": {"box": box.pk}})


def _questions(parts: Iterable[pools.Part]) -> Mapping[str, dict[str, Any]]:
    """What was asked, under the names that the boxes share, in the words of the last that asked it."""
    found: dict[str, dict[str, Any]] = {}
    for box in Box.objects.filter(pk__in={part.box for part in parts}).order_by("pk"):
        for one in ballots.from_json(box.questions).questions:
            if one.shared:
                found[one.shared] = {"key": one.shared, "kind": one.kind, "label": dict(one.label)}
    return found
