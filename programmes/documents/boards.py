"""A round on one page, as a board reads it: plain facts, and the paper made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

from answers.documents import Result, titles
from documents import pdf
from programmes.documents.pictures import Mark


@dataclass(frozen=True)
class PaperLine:
    """A municipality, or several as one: how many took part, completed, and their hours, each as it is read."""

    name: str
    took_part: str
    completed: str
    hours: str


@dataclass(frozen=True)
class Compared:
    """A question with this round's figure and those of earlier rounds, the nearest first."""

    label: str
    now: str
    earlier: Sequence[str]


@dataclass(frozen=True)
class Decided:
    """What was decided, why and on what, what becomes better, and when it is looked at again."""

    outcome: str
    preliminary: bool
    day: str
    why: str
    evidence: str
    improvements: Sequence[str]
    look_again_on: str
    looks: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class BoardPaper:
    """Everything that the page and the paper say, as it is read."""

    title: str
    summary: str
    region: str
    language: str
    facts: Sequence[str]
    days: Sequence[tuple[str, str, str]]
    towns: Sequence[str]
    totals: Sequence[tuple[str, str]]
    lines: Sequence[PaperLine]
    exact: bool
    result: Result | None
    earlier: Sequence[str]
    compared: Sequence[Compared]
    decision: Decided | None
    said: Sequence[tuple[str, str]]
    funder: str
    printed_on: str


def print_board(paper: BoardPaper, funder: Mark | None) -> pdf.Printed:
    """The page as PDF/UA in the reader's language, with the funder's emblem and statement at its end."""
    html = render_to_string("programmes/documents/board.html", {"paper": paper, "heads": titles(), "funder": funder})
    pictures = {"funder": funder.picture} if funder and funder.picture else {}
    return pdf.press(html, styles=["abstract.css", "evaluation.css", "board.css"], pictures=pictures)
