"""Closing: the plan from counts, one tally in memory, one short transaction, and then the keys are destroyed.

Killed at any point, either nothing has happened or the release is complete. Until the one transaction commits, the
ballots and the keys are all there and the next round begins anew; after it the ballots are gone and the release
stands, and only the keys are left, which every round destroys where it finds them.
"""

import hashlib
import json
import logging
from collections import Counter
from datetime import datetime
from random import SystemRandom
from typing import Any

from django.db import transaction
from django.db.models import Count

from answers import ballots, keys, kinds, rules, seals
from answers.actions.boxes import KEPT_AFTER, empty, hold
from answers.actions.pools import count_pool, give, ready_for
from answers.ballots import Answers, Outcome
from answers.models import Ballot, BallotCode, Box, FreeText, Invitation, Release
from answers.plan import Node, Plan, Stratum, make_plan
from answers.states import BoxState, HeldUp

log = logging.getLogger("helmi.answers")
Sealed = list[tuple[Any, str, str, bytes]]
Unreadable = list[list[Any]]  # unit, role, how many


def nodes_of(box: Box) -> list[Node]:
    """The tree as it was at launch."""
    return [Node(*row) for row in box.tree.get("nodes", [])]


def plan_of(box: Box) -> Plan:
    """What would be published of the answers there are, from their counts alone; of those that can be opened."""
    nodes = nodes_of(box)
    known = {node.key for node in nodes}
    rows = Ballot.objects.filter(box=box).values_list("unit", "role").annotate(n=Count("pk"))
    counts = Counter({Stratum(unit, role): n for unit, role, n in rows if unit in known})
    counts.subtract({Stratum(unit, role): n for unit, role, n in box.unreadable or ()})
    return make_plan(nodes, +counts, k=box.k)


# ---------- No more ballots ----------


@transaction.atomic
def confirm_plan(*, box: Box, digest: str, now: datetime) -> Box:
    """A coordinator confirms what will be published: no ballot is taken any more, and the clock counts.

    Refused before two days, and when answers have come since the plan with this digest was made.
    """
    box = _lock(box)
    if refusal := rules.why_not_close(box, now=now):
        raise refusal
    if plan_of(box).digest() != digest:
        raise rules.PlanChanged()
    return begin_closing(box=box, digest=digest)


@transaction.atomic
def begin_closing(*, box: Box, digest: str = "") -> Box:
    """No more ballots: every vote under way is waited for, and the next finds the box shut."""
    box = _lock(box)
    if box.state != BoxState.OPEN:
        raise rules.NotOpen()
    box.state = BoxState.CLOSING
    box.plan_digest = digest
    box.save(update_fields=["state", "plan_digest"])
    return box


def _lock(box: Box) -> Box:
    """The box's row, then every code's: a vote holds its code until it has committed.

    A vote's ballot refers to the box while the vote holds its code. So the box is locked without its key: else the two
    would wait for each other.
    """
    box = Box.objects.select_for_update(no_key=True).get(pk=box.pk)
    list(BallotCode.objects.filter(box=box).order_by("pk").select_for_update().values_list("pk"))
    return box


def close_over(*, now: datetime) -> int:
    """Shut the boxes whose time is over and that are released by themselves; how many.

    Of the others no answer is taken any more either; they wait for a person who confirms the plan.
    """
    over = list(Box.objects.over(now).filter(kind__in=kinds.names(by_itself=True)))
    for box in over:
        begin_closing(box=box)
    return len(over)


# ---------- The one tally ----------


def count_due(*, now: datetime) -> int:
    """Count every box that is shut, and destroy the keys of those that are done; how many were counted."""
    counted = 0
    for box in Box.objects.filter(state=BoxState.CLOSING).order_by("pk"):
        try:
            counted += (count_pool if kinds.find(box.kind).gathers else count)(box=box, now=now)
        except (rules.Altered, keys.KeysAway) as refusal:
            facts = {"box": box.pk, "why": type(refusal).__name__}
            log.error("a box is not counted", extra={"facts": facts})
            hold(box, HeldUp.ALTERED if isinstance(refusal, rules.Altered) else HeldUp.KEYS)
    sweep(now=now)
    return counted


def count(*, box: Box, now: datetime) -> int:
    """Open, check and tally in memory; then write the release and delete everything else in one transaction.

    Nothing decrypted touches the disk but the tables and, redaction pending, the words of at least ten writers. What
    the pool is given is sealed again. 0 when somebody else has counted it, or when a ballot changed meanwhile: then
    the next round counts; and when it is not what a person has confirmed, which is given back to her.
    """
    if refusal := rules.why_not_open_ballots(box):
        raise refusal
    pair = keys.store().read(box.key_name)
    sealed = _sealed(box)
    outcome, unreadable = _tally(box, pair.private, sealed)
    if box.plan_digest and (outcome.plan.digest() != box.plan_digest or unreadable != (box.unreadable or [])):
        return _give_back(box, sealed, unreadable, now)
    pool = ready_for(box, now=now)
    with transaction.atomic():
        box = _lock(box)
        if box.state != BoxState.CLOSING or _fingerprint(_sealed(box)) != _fingerprint(sealed):
            return 0
        words = json.dumps(outcome.tables, sort_keys=True, ensure_ascii=False)
        Release.objects.create(
            box=box, tables=outcome.tables, digest=hashlib.sha256(words.encode()).hexdigest(), at=now
        )
        _keep_texts(box, outcome)
        if pool is not None:
            give(pool=pool, box=box, outcome=outcome)
        empty(box)
        box.state = BoxState.RELEASED
        box.plan_digest = outcome.plan.digest()
        box.released_at = now
        box.held_up, box.unreadable = "", None
        box.save(update_fields=["state", "plan_digest", "released_at", "held_up", "unreadable"])
        kinds.find(box.kind).released(box, now)
    return 1


def _give_back(box: Box, sealed: Sealed, unreadable: Unreadable, now: datetime) -> int:
    """Ask for another plan, since what can be counted is not what was confirmed; always 0.

    Nothing is published and nothing thrown away: the ballots lie sealed as before, and nobody can answer any more. All
    that is noted is how many of which stratum cannot be opened, which says nothing of an answer. So the next plan is
    made without them, again from counts alone, and a person confirms it.
    """
    with transaction.atomic():
        box = _lock(box)
        if box.state != BoxState.CLOSING or _fingerprint(_sealed(box)) != _fingerprint(sealed):
            return 0
        box.state, box.plan_digest = BoxState.OPEN, ""
        box.held_up, box.unreadable = HeldUp.PLAN, unreadable or None
        box.closes_at = min(box.closes_at or now, now)
        box.save(update_fields=["state", "plan_digest", "held_up", "unreadable", "closes_at"])
        kinds.find(box.kind).given_back(box, now)
    return 0


def _sealed(box: Box) -> Sealed:
    rows = Ballot.objects.filter(box=box).order_by("pk").values_list("pk", "unit", "role", "ciphertext")
    return [(pk, unit, role, bytes(ciphertext)) for pk, unit, role, ciphertext in rows]


def _fingerprint(rows: Sealed) -> str:
    whole = hashlib.sha256()
    for pk, unit, role, ciphertext in rows:
        whole.update(pk.bytes + f"{unit}\0{role}\0".encode() + hashlib.sha256(ciphertext).digest())
    return whole.hexdigest()


def _tally(box: Box, private_key: bytes, sealed: Sealed) -> tuple[Outcome, Unreadable]:
    """The outcome of the ballots that can be opened, and how many cannot; one that was tampered with is no ballot.

    What a ballot says is read by the form of its unit: an answer to another unit's own part is none.
    """
    form, nodes = ballots.from_json(box.questions), nodes_of(box)
    own = {node.key: form.of(node.key) for node in nodes}
    rows: list[tuple[Stratum, Answers]] = []
    spoilt: Counter[tuple[str, str]] = Counter()
    for _pk, unit, role, ciphertext in sealed:
        try:
            if unit not in own:
                raise seals.Unreadable
            rows.append((Stratum(unit, role), ballots.unpack(own[unit], seals.unseal(private_key, ciphertext))))
        except seals.Unreadable:
            spoilt[unit, role] += 1
            log.error("a ballot cannot be opened", extra={"facts": {"box": box.pk}})
    kind = kinds.find(box.kind)
    SystemRandom().shuffle(rows)
    codes = BallotCode.objects.filter(box=box).values_list("unit", "role").annotate(n=Count("pk"))
    whom = {Stratum(unit, role): n for unit, role, n in codes}
    outcome = ballots.count(form, nodes, rows, invited=box.invited, k=box.k, words=kind.words, whom=whom)
    return outcome, [[unit, role, n] for (unit, role), n in sorted(spoilt.items())]


def _keep_texts(box: Box, outcome: Outcome) -> None:
    """Put what was written into the queue for redaction; the words of too few are not kept here."""
    texts = [
        FreeText(box=box, scope=box.scope, question=question, place=place, words=words)
        for question, place, words in outcome.texts
    ]
    SystemRandom().shuffle(texts)
    FreeText.objects.bulk_create(texts, batch_size=500)


# ---------- After the commit ----------


def sweep(*, now: datetime) -> int:
    """Destroy the keys of every box that has ended, and the invitations 60 days later; how many boxes were swept."""
    ended = Box.objects.filter(state__in=[BoxState.RELEASED, BoxState.DESTROYED], keys_destroyed_at__isnull=True)
    swept = 0
    for box in ended.exclude(key_name=""):
        keys.store().destroy(box.key_name)
        swept += Box.objects.filter(pk=box.pk).update(keys_destroyed_at=now)
    Invitation.objects.filter(
        box__state__in=[BoxState.RELEASED, BoxState.DESTROYED], box__closes_at__lt=now - KEPT_AFTER
    ).delete()
    return swept
