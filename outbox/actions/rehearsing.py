"""What a deed would write is shown before it is done."""

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import TypeVar

from django.db import transaction

from outbox import kinds
from outbox.actions.sending import build
from outbox.actions.writing import noted
from outbox.kinds import Preview, Reader

Thing = TypeVar("Thing")


def rehearse(deed: Callable[[Thing], object], thing: Thing) -> list[Preview]:
    """The letters that a deed to a thing would write: one of each kind in each language, with all who would get it.

    The deed is done to a copy and taken back at once, so the letters say what will be true after it, and nothing of it
    stays: no row, no letter, no wake-up of a job. When it is refused, the refusal is raised.
    """
    with transaction.atomic():
        with noted() as letters:
            deed(deepcopy(thing))
        kinds.go_together(letters)
        found = kinds.previews(
            Reader(letter.person, letter.reader_language, partial(build, letter), letter.kind)
            for letter in letters
            if letter.person is not None
        )
        transaction.set_rollback(True)
    return found
