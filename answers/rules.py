"""Why not: what refuses an answer, a launch, a closing, a redaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from answers import ballots, kinds, rounds
from answers.models import Box
from answers.states import BoxState, TextState
from answers.suppression import floor_of
from base import dates
from base.languages import spoken
from base.refusal import Refusal

if TYPE_CHECKING:
    from answers.models import FreeText

OPEN_AT_LEAST = timedelta(days=2)
SAME_QUESTIONS = timedelta(days=30)  # from the end of a round: as long as it is open, it is being asked
ONE_DAY = timedelta(days=1)


class CodeUnknown(Refusal):
    """The code opens nothing, or its box is not open: the two are not told apart."""

    message = _(
        "This link does not open a form for answering. Perhaps the time to answer is over, or a part of the link is "
        "missing. Open it again from the letter, or paste all of it."
    )


class NothingAnswered(Refusal):
    """An empty ballot."""

    message = _("Answer at least one question.")


class TooMuchWritten(Refusal):
    """More than a ballot holds."""

    message = _("What you have written is too long to be sealed. Shorten your answers a little.")


class NotADraft(Refusal):
    """The questions are frozen."""

    message = _("The questions and limits are frozen when answering opens. Close this one and begin a new one instead.")


class FormFaulty(Refusal):
    """The questions cannot be asked as they are."""

    message = _("The questions are not complete yet: %(what)s.")


class NobodyInvited(Refusal):
    """There is nobody to ask."""

    message = _("Nobody is invited to answer.")


class AlmostTheSame(Refusal):
    """A round of the same questions with almost the same people."""

    message = _(
        "“%(question)s” is asked in “%(title)s” too, and those who are asked differ by fewer than %(least)s people. "
        "Their answers could be worked out from the two results. Ask exactly the same people, or others by "
        "%(least)s or more, or wait until %(day)s, when that one has been over for 30 days."
    )


class NotOpen(Refusal):
    """Only what is open can be closed."""

    message = _("This is not open for answers.")


class TooEarly(Refusal):
    """It has been open for less than two days."""

    message = _("Answering must stay open for at least two days.")


class PlanChanged(Refusal):
    """More answers have come since the plan was looked at."""

    message = _("More answers have come since you looked. Look at the plan again and confirm it.")


class Altered(Refusal):
    """What was frozen is not what it was."""

    message = _("The questions or limits were changed after answering opened, so the answers are not opened.")


class AlreadyRead(Refusal):
    """The text does not wait."""

    message = _("This answer has already been handled.")


class NothingLeft(Refusal):
    """A redaction that leaves nothing is leaving out."""

    message = _("Write what is to be shown, or leave the answer out.")


class NoSlips(Refusal):
    """A unit where nobody draws a slip."""

    message = _("Everybody in this unit has a link by letter, so there are no slips.")


class SlipsNotReady(Refusal):
    """The clock has not made them, or they have been fetched."""

    message = _("The slips are not here: they are being made, which takes a minute, or they were fetched already.")


class SlipsOfAnother(Refusal):
    """Another browser asked."""

    message = _("Only the browser that asked for the slips can open them, for one day. Ask for them again here.")


def frozen_digest(box: Box) -> str:
    """The digest over what is frozen at launch: questions, thresholds, the tree and where slips go."""
    facts: dict[str, Any] = {
        "kind": box.kind,
        "questions": box.questions,
        "version": box.version,
        "k": box.k,
        "tree": box.tree,
        "slips": box.slips,
        "pool": box.pool,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def why_not_change(box: Box) -> Refusal | None:
    """The reason the questions or limits cannot be changed, or None."""
    return None if box.state == BoxState.DRAFT else NotADraft()


def why_not_launch(box: Box, *, invited: int, places: Collection[str] | None = None) -> Refusal | None:
    """The reason the box cannot be launched, or None; `places` are those of its tree."""
    if refusal := why_not_change(box):
        return refusal
    if wrong := ballots.faults(ballots.from_json(box.questions), places):
        return FormFaulty(what="; ".join(wrong))
    return None if invited else NobodyInvited()


def why_not_again(
    *, kind: str, scope: str, owner: str, now_asked: rounds.Round, k: int, now: datetime
) -> Refusal | None:
    """The reason these people cannot be asked this so soon, or None (S7).

    Looked at beside every round of the same kind and region that is not over, or has been for less than 30 days. Asked
    before the launch, to say why not, and by the launch itself.
    """
    if not kinds.find(kind).guards_time:
        return None
    earlier = Box.objects.of_late(now - SAME_QUESTIONS).filter(kind=kind, scope=scope).exclude(owner=owner)
    for box in earlier:
        people = box.invitations.values_list("person_id", "unit")
        before = rounds.round_of(ballots.from_json(box.questions), people, box.slips)
        if (question := rounds.too_similar(now_asked, before, k=k)) is not None and box.closes_at is not None:
            language = spoken()
            return AlmostTheSame(
                question=ballots.say(question.label, language),
                title=ballots.say(box.title, language),
                least=floor_of(k),
                day=dates.full_day((box.closes_at + SAME_QUESTIONS).astimezone(ZoneInfo(box.zone)).date() + ONE_DAY),
            )
    return None


def why_not_close(box: Box, *, now: datetime) -> Refusal | None:
    """The reason no plan can be confirmed, or None."""
    if box.state != BoxState.OPEN:
        return NotOpen()
    if box.opens_at is None or now < box.opens_at + OPEN_AT_LEAST:
        return TooEarly()
    return None


def why_not_open_ballots(box: Box) -> Refusal | None:
    """The reason the ballots are not opened, or None."""
    return None if frozen_digest(box) == box.frozen_digest else Altered()


def why_not_print(box: Box, unit: str) -> Refusal | None:
    """The reason the slips of a unit cannot be had, or None."""
    if box.state != BoxState.OPEN:
        return NotOpen()
    return None if any(where == unit and n for where, _role, n in box.slips) else NoSlips()


def why_not_redact(text: FreeText) -> Refusal | None:
    """The reason a text cannot be redacted, or None."""
    return None if text.state == TextState.WAITING else AlreadyRead()
