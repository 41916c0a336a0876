"""The picture of an event that is shown where its address is shared: 1200 × 630, in the reader's language."""

import io
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from base import dates
from events.letters.days import place_of

if TYPE_CHECKING:
    from events.models import Event

SIZE = (1200, 630)
BAND, RING, PEARL, WORDS = "#0b4f61", "#1e6475", "#f2b84b", "#ffffff"
LEFT, TOP, WIDTH, HEIGHT = 72, 132, 880, 330
FONTS = settings.BASE_DIR / "static" / "pdf" / "fonts"


@lru_cache(maxsize=32)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"{name}.ttf"), size)


def wrap(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """The text in lines that are no wider than `width`; a word that is wider by itself is divided."""
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if font.getlength(f"{lines[-1]}{letter}-") > width:
                lines[-1] += "-"
                lines.append("")
            lines[-1] += letter
    return lines


def fit(text: str) -> tuple[list[str], int]:
    """The lines of a title and the size of its letters: as large as fits, and whole however long it is."""
    for size in range(76, 26, -4):
        lines = wrap(text, _font("SchibstedGrotesk-Bold", size), WIDTH)
        if len(lines) * size * 1.18 <= HEIGHT:
            return lines, size
    return lines, size


def share_picture(event: "Event") -> bytes:
    """The picture as PNG: region, title, day, place."""
    image = Image.new("RGB", SIZE, BAND)
    draw = ImageDraw.Draw(image)
    for start in range(0, 360, 45):
        draw.arc((800, 60, 1310, 570), start + 8, start + 37, fill=RING, width=76)
    draw.ellipse((838, 430, 962, 554), fill=PEARL)
    draw.text((LEFT, 64), f"Helmi  {event.region.name}", font=_font("SourceSans3-Semibold", 32), fill=WORDS)
    lines, size = fit(str(event.title))
    for n, line in enumerate(lines):
        draw.text((LEFT, TOP + n * size * 1.18), line, font=_font("SchibstedGrotesk-Bold", size), fill=WORDS)
    when = dates.span(event.date, event.last_date) if event.last_date else dates.full_day(event.date)
    if not event.last_date:
        when = f"{when}, {dates.time_span(event.start_time, event.end_time)}"
    for n, line in enumerate(part for part in (when, place_of(event)) if part):
        room = _font("SourceSans3-Regular", 36)
        draw.text((LEFT, 498 + n * 48), wrap(line, room, 730)[0], font=room, fill=WORDS)
    sheet = io.BytesIO()
    image.save(sheet, "PNG", optimize=True)
    return sheet.getvalue()
