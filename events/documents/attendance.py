"""The attendance sheet to sign: names, employers and an empty line each, a part for every day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import capfirst

from base import dates
from base.languages import spoken
from documents import pdf

STYLES = ("attendance.css",)
# Lines at the end for those whom nobody had on the list.
SPARE = 5


@dataclass(frozen=True)
class Line:
    """Somebody who is awaited: plain facts, and nothing of health, absence or needs."""

    name: str
    organisation: str = ""


@dataclass(frozen=True)
class Sheet:
    """What is signed: plain facts."""

    title: str
    kind: str
    region: str
    days: Sequence[date]
    hours: str
    where: str
    lines: Sequence[Line]


def days_of(first: date, last: date | None) -> list[date]:
    """Each day of an event."""
    return [date.fromordinal(n) for n in range(first.toordinal(), (last or first).toordinal() + 1)]


def print_sheet(sheet: Sheet) -> pdf.Printed:
    """The sheet as PDF/UA in the reader's language, one part a day. Refused as the press refuses."""
    html = render_to_string(
        "events/documents/attendance.html",
        {
            "sheet": sheet,
            "days": [f"{capfirst(dates.weekday_name(day))} {dates.full_day(day)}" for day in sheet.days],
            "language": spoken(),
            "spare": range(len(sheet.lines) + 1, len(sheet.lines) + 1 + SPARE),
        },
    )
    return pdf.press(html, styles=STYLES)


def file_name(day: date) -> str:
    """What the file is called when it is downloaded."""
    return f"{translation.gettext('attendance sheet')}-{day:%Y-%m-%d}.pdf"
