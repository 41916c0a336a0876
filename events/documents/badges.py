"""Name badges on sheets of labels, as one tagged PDF."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.utils import translation

from documents import pdf
from events.labels import POINT, SHEETS, Fitted, Room, Sheet, fit, sheets_needed
from events.rules.badges import Badge

STYLES = ("badges.css",)
# In millimetres: the line with the event above, and the foot with employer, code and QR.
HEAD, FOOT, QR = 7.5, 16.0, 16.0
GAP, CODE = 2.5, 4.6
# A QR code has eight patterns to choose from; always the same one reads as well and costs a third.
MASK = 3
UNKNOWN = 1000  # thousandths: what a letter is taken to be wide that our fonts do not have


@dataclass(frozen=True)
class Label:
    """One label, laid out: its words with their sizes, and how far down the name begins, in points."""

    badge: Badge
    name: Fitted
    organisation: Fitted
    plain: bool
    above: float

    @property
    def name_style(self) -> str:
        """The name of the rule that says how the name stands; labels share it."""
        return f"n{self.name.size * 10:.0f}-{self.above * 10:.0f}"

    @property
    def organisation_style(self) -> str:
        """The same for the employer."""
        return f"o{self.organisation.size * 10:.0f}"


@dataclass(frozen=True)
class Paper:
    """One sheet: labels that are used up, and those to print."""

    used: range
    labels: list[Label]


def _width(font: pdf.Font) -> Callable[[str], float]:
    widths = font.widths
    return lambda text: sum(widths.get(ord(letter), UNKNOWN) for letter in text) / 1000


def label(sheet: Sheet, badge: Badge) -> Label:
    """What stands on a label, in sizes at which no word leaves it."""
    width, height = sheet.inner
    plain = bool(pdf.font(pdf.HEADING).lacks(badge.name))
    text = _width(pdf.font(pdf.TEXT))
    large = text if plain else _width(pdf.font(pdf.HEADING))
    middle = Room(width, height - HEAD - FOOT, 34, 7)
    name = fit(badge.name, middle, large)
    above = (middle.height * POINT - len(name.lines) * name.size * middle.leading) / 2
    foot = Room(width - QR - GAP, FOOT - CODE, 13, 6, leading=1.2, hyphens_from=9, letters_from=8)
    return Label(badge, name, fit(badge.organisation, foot, text), plain, round(above, 1))


def papers(sheet: Sheet, badges: Sequence[Badge], start: int) -> list[Paper]:
    """The badges on their sheets; the first sheet begins at position `start`, counted from 1."""
    found, rest = [], [label(sheet, badge) for badge in badges]
    for number in range(sheets_needed(sheet, len(badges), start)):
        used = range(start - 1 if number == 0 else 0)
        here = sheet.number - len(used)
        found.append(Paper(used, rest[:here]))
        rest = rest[here:]
    return found


def print_badges(
    *, badges: Sequence[Badge], sheet: str, start: int, title: str, region: str, language: str
) -> pdf.Printed:
    """The sheets as PDF/UA. Refused as the press refuses."""
    measures = SHEETS[sheet]
    room = Room(measures.inner[0], HEAD, 9.5, 5, leading=1.2, hyphens_from=8, letters_from=7)
    sheets = papers(measures, badges, start)
    labels = [label for paper in sheets for label in paper.labels]
    with translation.override(language):
        html = render_to_string(
            "events/documents/badges.html",
            {
                "papers": sheets,
                # Rules that labels share are quicker to read than a style on each of them.
                "names": {label.name_style: (label.name.size, label.above) for label in labels},
                "organisations": {label.organisation_style: label.organisation.size for label in labels},
                "sheet": measures,
                "middle": measures.inner[1] - HEAD - FOOT,
                "event": fit(title, room, _width(pdf.font(pdf.TEXT))),
                "title": title,
                "region": region,
                "language": language,
            },
        )
    pictures = {f"q{badge.registration}": pdf.qr_code(badge.code, mask=MASK) for badge in badges}
    return pdf.press(html, styles=STYLES, pictures=pictures)


def file_name(day: date, language: str) -> str:
    """What the file is called when it is downloaded."""
    with translation.override(language):
        return f"{translation.gettext('name badges')}-{day:%Y-%m-%d}.pdf"
