"""What other apps open boxes for: each registers once and is called when a box opens, is released or destroyed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from answers.models import Box

Told = Callable[["Box", datetime], None]
Printed = Callable[["Box", str, Mapping[str, Sequence[str]], str], bytes]


def _nothing(box: Box, now: datetime) -> None:
    """Nobody needs to know."""


def _no_slips(box: Box, unit: str, links: Mapping[str, Sequence[str]], language: str) -> bytes:
    """Nobody draws a slip."""
    raise LookupError(f"{box.kind} has no slips")


@dataclass(frozen=True)
class Kind:
    """What is known of a kind of box.

    `by_itself`: it closes and is released without a person who confirms the plan. `guards_time`: a second round with
    the same questions within 30 days, for almost the same people, is refused. `gathers`: nobody answers it; it holds
    what other boxes of its pool give, and the pool "some.model:12" is a box of the kind "some.model". `opened` runs in
    the transaction that opens the box (letters are written there), `released` and `destroyed` in the one that ends it,
    `given_back` in the one that asks for another plan, since what was confirmed could not be counted.
    `keeps_file`: after sending, whoever answered is offered what she said of competences as a file of her own. `slips`
    prints a unit's slips, with their links by role and the language, as a PDF.
    """

    name: str
    words: Literal["thirds", "against"] = "thirds"
    by_itself: bool = False
    guards_time: bool = False
    gathers: bool = False
    keeps_file: bool = False
    opened: Told = _nothing
    given_back: Told = _nothing
    released: Told = _nothing
    destroyed: Told = _nothing
    slips: Printed = _no_slips


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Tell what a kind of box is and who is to be told of it."""
    if kind.name in _kinds and _kinds[kind.name] != kind:
        raise ValueError(f"there are two kinds of box called {kind.name!r}")
    _kinds[kind.name] = kind


def find(name: str) -> Kind:
    """The kind with this name; KeyError is a bug in whoever made the box."""
    return _kinds[name]


def names(*, by_itself: bool) -> list[str]:
    """The kinds that close by themselves, or those that do not."""
    return [kind.name for kind in _kinds.values() if kind.by_itself == by_itself]
