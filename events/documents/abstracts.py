"""The page of an abstract and the book of all: one description for the check, the preview and the book."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cache
from pathlib import Path

from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils import translation

from documents import pdf
from events import prose

TOP, HEIGHT = 25.0, 247.0  # millimetres: the margin above, and what is left between the margins of an A4
STYLES = ("abstract.css",)
BOOK_STYLES = ("abstract.css", "book.css")
WIDE = 1000  # points of a page's picture
QUOTED = 8  # words
STEP = 20
KEPT = 3600


@dataclass(frozen=True)
class Line:
    """Somebody who wrote it, as the page says it."""

    name: str
    employer: str = ""
    presents: bool = False


@dataclass(frozen=True)
class Sheet:
    """What stands on the page of one abstract: plain facts."""

    title: str
    text: str
    language: str
    event: str
    topic: str = ""
    authors: Sequence[Line] = ()
    anchor: str = ""


@dataclass(frozen=True)
class Measure:
    """How full the page is: 1.000 is exactly one A4. `over` quotes where the text leaves the page."""

    fill: Decimal
    pages: int
    renderer: str
    over: str = ""

    @property
    def fits(self) -> bool:
        """Whether it is one page."""
        return self.pages == 1

    @property
    def percent(self) -> int:
        """In whole per cent, and never "100" for what does not fit or "100" too early."""
        whole = math.floor(self.fill * 100)
        return whole if self.fits else max(math.ceil(self.fill * 100), 101)


@dataclass(frozen=True)
class Preview:
    """The page as it will be printed, too much in red."""

    measure: Measure
    content: bytes
    pictures: tuple[bytes, ...]


def renderer() -> str:
    """What laid it out: the program, and which edition of our rules for the page."""
    return f"{pdf.renderer()}, abstract {_edition()}"


@cache
def _edition() -> str:
    rules = (Path(pdf.ASSETS) / STYLES[0]).read_bytes()
    return hashlib.sha256(rules).hexdigest()[:8]


def _page(sheet: Sheet, body: str) -> str:
    with translation.override(sheet.language):
        return render_to_string(
            "events/documents/abstract.html", {"sheet": sheet, "body": body, "language": sheet.language}
        )


def measure(sheet: Sheet) -> Measure:
    """Lay the page out and say how full it is. Refused as the press refuses."""
    body = prose.html(sheet.text)
    laid = pdf.lay_out(_page(sheet, body), styles=STYLES)
    page, y = laid.places["end"]
    fill = Decimal(page + (y - TOP) / HEIGHT - 1e-6).quantize(Decimal("0.001"), ROUND_CEILING)
    over = _over(sheet, body)[1] if laid.pages > 1 else ""
    return Measure(max(fill, Decimal("0")), laid.pages, renderer(), over)


def _over(sheet: Sheet, body: str) -> tuple[int, str]:
    """The number of the first word that is not on the first page, and the words from there on.

    Asked in two steps, since each word that has a name makes the layout slower: about where, then exactly.
    """
    words = prose.words(body)
    about = _last_on_first_page(sheet, body, range(0, len(words), STEP))
    first = _last_on_first_page(sheet, body, range(about, min(about + STEP + 1, len(words)))) + 1
    first = min(first, max(len(words) - 1, 0))
    return first, " ".join(words[first : first + QUOTED])


def _last_on_first_page(sheet: Sheet, body: str, numbers: range) -> int:
    laid = pdf.lay_out(_page(sheet, prose.with_names(body, numbers)), styles=STYLES)
    return max((number for number in numbers if laid.places.get(f"w{number}", (1, 0.0))[0] == 0), default=-1)


def preview(sheet: Sheet) -> Preview:
    """The page as PDF and as pictures, with what is too much in red. The same page is kept for an hour."""
    body = prose.html(sheet.text)
    page = _page(sheet, body)
    near, key = caches["near"], f"abstract:{_edition()}:{hashlib.sha256(page.encode()).hexdigest()}"
    known: Preview | None = near.get(key)
    if known is not None:
        return known
    measured = measure(sheet)
    if not measured.fits:
        page = _page(sheet, prose.with_overflow(body, _over(sheet, body)[0]))
    laid = pdf.lay_out(page, styles=STYLES, write=True, draw=WIDE)
    made = Preview(measured, laid.content, laid.pictures)
    near.set(key, made, KEPT)
    return made


@dataclass(frozen=True)
class Cover:
    """What the book's first page says: plain facts."""

    title: str
    region: str
    when: str
    where: str
    note: str
    language: str


class BookDoesNotFit(ValueError):
    """An abstract in the book takes more than its one page: a bug, for each was measured when it was submitted."""


def book(cover: Cover, sheets: Sequence[Sheet]) -> pdf.Printed:
    """All pages in order after a cover and contents with page numbers; kept for an hour under what it says.

    Each abstract's page is looked at once more: one that has grown beyond its page stops the book.
    """
    named = [
        (
            Sheet(**{**sheet.__dict__, "anchor": f"a{number}"}),
            prose.html(sheet.text),
        )
        for number, sheet in enumerate(sheets, start=1)
    ]
    with translation.override(cover.language):
        html = render_to_string("events/documents/book.html", {"cover": cover, "sheets": named})
    key = f"book:{_edition()}:{hashlib.sha256(html.encode()).hexdigest()}"
    store = caches["default"]
    if (known := store.get(key)) is not None:
        return pdf.Printed(known[0], known[1])
    laid = pdf.lay_out(html, styles=BOOK_STYLES, write=True)
    for sheet, _body in named:
        begins, ends = laid.places[sheet.anchor][0], laid.places[f"{sheet.anchor}-end"][0]
        if begins != ends:
            raise BookDoesNotFit(sheet.title)
    store.set(key, (laid.content, laid.pages), KEPT)
    return pdf.Printed(laid.content, laid.pages)
