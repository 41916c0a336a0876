"""Making a box, freezing it, inviting, opening, throwing away."""

import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any

from django.conf import settings
from django.db import transaction

from answers import ballots, keys, kinds, rounds, rules, seals
from answers.ballots import Form
from answers.models import AnswerDraft, Ballot, BallotCode, Box, Invitation, Part, Rate, SlipSheet
from answers.plan import Node
from answers.states import BoxState, HeldUp
from base.languages import spoken

log = logging.getLogger("helmi.answers")
AT_ONCE = 500
KEPT_AFTER = timedelta(days=60)  # how long invitations are kept after the end: longer than the rule of 30 days


@dataclass(frozen=True)
class Invited:
    """Somebody who is asked, and where she belongs on the day of the launch (S1)."""

    person_id: int
    unit: str = "all"
    role: str = ""


WHOLE = (Node("all", "", "region"),)  # one stratum: an event's evaluation


@transaction.atomic
def make_box(
    *,
    kind: str,
    owner: str,
    scope: str,
    form: Form,
    title: dict[str, str],
    lead: dict[str, str] | None = None,
    zone: str,
    k: int = 5,
    pool: str = "",
) -> Box:
    """A box of this kind for its owner, not open yet; the one that is there when it is made twice."""
    kinds.find(kind)
    box, _made = Box.objects.get_or_create(
        owner=owner,
        defaults={
            "kind": kind,
            "scope": scope,
            "pool": pool,
            "title": title,
            "lead": lead or {},
            "questions": ballots.as_json(form),
            "zone": zone,
            "k": max(5, k),
        },
    )
    return box


@transaction.atomic
def set_questions(*, box: Box, form: Form) -> Box:
    """Other questions, as the next version; refused when the box has been launched."""
    box = Box.objects.select_for_update().get(pk=box.pk)
    if refusal := rules.why_not_change(box):
        raise refusal
    box.questions = ballots.as_json(form)
    box.version += 1
    box.save(update_fields=["questions", "version"])
    return box


@transaction.atomic
def launch(
    *,
    box: Box,
    invited: Sequence[Invited],
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
    nodes: Sequence[Node] = WHOLE,
    slips: Sequence[tuple[str, str, int]] = (),
) -> Box:
    """Freeze questions, thresholds and where everybody belongs, and invite; the clock opens the box.

    `slips` says how many codes without a person are made for a unit and role. Refused when it is launched already,
    when nobody is asked, or when almost the same people were asked the same a short while ago.
    """
    box = Box.objects.select_for_update().get(pk=box.pk)
    asked = len(invited) + sum(n for _unit, _role, n in slips)
    if refusal := rules.why_not_launch(box, invited=asked, places={node.key for node in nodes}):
        raise refusal
    asked_now = rounds.round_of(ballots.from_json(box.questions), [(one.person_id, one.unit) for one in invited], slips)
    if refusal := rules.why_not_again(
        kind=box.kind, scope=box.scope, owner=box.owner, now_asked=asked_now, k=box.k, now=now
    ):
        raise refusal
    box.tree = {"nodes": [list(node) for node in nodes]}
    box.slips = [list(row) for row in slips]
    box.opens_at, box.closes_at, box.launched_at = opens_at, closes_at, now
    box.invited = asked
    box.key_name = uuid.uuid4().hex
    box.state = BoxState.LAUNCHED
    box.frozen_digest = rules.frozen_digest(box)
    box.save()
    Invitation.objects.bulk_create(
        [Invitation(box=box, person_id=one.person_id, unit=one.unit, role=one.role) for one in invited],
        batch_size=AT_ONCE,
    )
    return box


# ---------- Opening: where the keys are ----------


def open_due(*, now: datetime) -> int:
    """Open the boxes whose time has come; how many. Only where the keys are kept."""
    opened = 0
    for box in Box.objects.to_open(now):
        try:
            opened += open_box(box, now)
        except keys.KeysAway:
            log.error("there is no place for keys, so a box stays shut", extra={"facts": {"box": box.pk}})
        except rules.Altered:
            log.error("what was frozen has been changed, so a box stays shut", extra={"facts": {"box": box.pk}})
            hold(box, HeldUp.ALTERED)
    return opened


def hold(box: Box, why: HeldUp) -> int:
    """Note why a box waits, once; whoever runs it reads it in words."""
    return Box.objects.filter(pk=box.pk, state=box.state).exclude(held_up=why).update(held_up=why)


@transaction.atomic
def open_box(box: Box, now: datetime) -> int:
    """Make the keys and the codes, and let the owner write the letters.

    The keys are on the disk before anything is committed; when this dies in between, the next round finds them.
    Codes are stored in an order that no list of people has.
    """
    box = Box.objects.select_for_update().get(pk=box.pk)
    if box.state != BoxState.LAUNCHED:
        return 0
    if refusal := rules.why_not_open_ballots(box):
        raise refusal
    pair = keys.store().make(box.key_name)
    codes = [
        _code(box, seals.code_for(pair.link, f"person:{one.person_id}"), one.unit, one.role)
        for one in box.invitations.all()
    ]
    codes += [_code(box, words, unit, role) for unit, role, words in _slips(box, pair.link)]
    SystemRandom().shuffle(codes)
    BallotCode.objects.bulk_create(codes, batch_size=AT_ONCE)
    box.public_key = seals.public_key_of(pair.private)
    box.state = BoxState.OPEN
    box.held_up = ""
    box.save(update_fields=["public_key", "state", "held_up"])
    kinds.find(box.kind).opened(box, now)
    return 1


def _code(box: Box, words: str, unit: str, role: str) -> BallotCode:
    raw = seals.read_code(words)
    if raw is None:
        raise ValueError("a code of ours cannot be read")
    return BallotCode(box=box, unit=unit, role=role, code_hash=seals.code_hash(raw))


def _slips(box: Box, link_key: bytes) -> Iterable[tuple[str, str, str]]:
    for unit, role, n in box.slips:
        for number in range(n):
            yield unit, role, seals.code_for(link_key, f"slip:{unit}:{role}:{number}")


def slip_codes(*, box: Box, unit: str, role: str = "") -> list[str]:
    """The codes of a unit's slips for one role, shuffled, to be printed and drawn; refused where the keys are not."""
    pair = keys.store().read(box.key_name)
    words = [words for where, whose, words in _slips(box, pair.link) if (where, whose) == (unit, role)]
    SystemRandom().shuffle(words)
    return words


def link_for(*, box: Box, person_id: int, language: str = "") -> str:
    """A person's link, the same in every letter; refused where the keys are not."""
    pair = keys.store().read(box.key_name)
    language = language or spoken()
    return f"{settings.BASE_URL}/b/{language}/#{seals.code_for(pair.link, f'person:{person_id}')}"


# ---------- Throwing away ----------


@transaction.atomic
def destroy(*, box: Box, now: datetime) -> Box:
    """Throw a box away with all its answers, unread: a try-out that is over, or one that must not be counted.

    The keys go in the clock's next round, where they are kept.
    """
    box = Box.objects.select_for_update(no_key=True).get(pk=box.pk)
    list(BallotCode.objects.filter(box=box).order_by("pk").select_for_update().values_list("pk"))
    if box.state == BoxState.RELEASED:
        raise rules.NotOpen()
    empty(box)
    box.state = BoxState.DESTROYED
    box.held_up, box.unreadable = "", None
    box.save(update_fields=["state", "held_up", "unreadable"])
    kinds.find(box.kind).destroyed(box, now)
    return box


def empty(box: Box) -> None:
    """Delete ballots, codes, drafts, rates, slips not fetched and a pool's parts, in the caller's transaction."""
    for model in (Ballot, BallotCode, AnswerDraft, Rate, Part, SlipSheet):
        manager: Any = model._default_manager
        manager.filter(box=box).delete()
