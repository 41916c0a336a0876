"""The poster of a unit's goals: as large as fits on one sheet, to be read from across a room."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from documents import pdf

# Type in points on A4, the largest first; on A3 it is larger by the root of two, as the sheet is.
SIZES = (48, 43, 38, 34, 30, 27, 24, 21.5, 19, 17, 15, 13.5, 12, 10.5, 9)
SHEETS = {"A4": 1.0, "A3": 1.4142}


class NoGoals(Refusal):
    """An empty wall says as much."""

    message = _("There is no goal to print yet.")


class TooMuch(Refusal):
    """A poster is one sheet."""

    message = _("The goals do not fit on one sheet. Shorten what they mean here, or end some of them.")


@dataclass(frozen=True)
class Printable:
    """A goal on the poster: what it means here, and which one above it serves."""

    words: str
    explanation: str
    serves: str
    whose: str


@dataclass(frozen=True)
class Poster:
    """Everything that stands on it."""

    title: str
    unit: str
    above: str
    region: str
    language: str
    goals: Sequence[Printable]
    printed_on: str


def print_poster(poster: Poster, sheet: str) -> pdf.Printed:
    """The poster as PDF/UA on a sheet of `SHEETS`, in the largest type with which it is one page.

    Refused without goals, and where they do not fit in the smallest type.
    """
    if not poster.goals:
        raise NoGoals()
    fitting: pdf.Printed | None = None
    low, high = 0, len(SIZES)  # the largest type that fits is somewhere in between
    while low < high:
        middle = (low + high) // 2
        made = _press(poster, sheet, SIZES[middle])
        if made.pages == 1:
            fitting, high = made, middle
        else:
            low = middle + 1
    if fitting is None:
        raise TooMuch()
    return fitting


def _press(poster: Poster, sheet: str, size: float) -> pdf.Printed:
    facts = {"poster": poster, "sheet": sheet, "size": f"{size * SHEETS[sheet]:.1f}"}
    html = render_to_string("competence/documents/poster.html", facts)
    return pdf.press(html, styles=["poster.css"], expected=1)
