"""The demonstration's material: slides as PDF, a text and a link for the days of the round that runs."""

import io
from datetime import datetime, timedelta

from documents import gate, pdf
from documents.actions import workplace
from events.actions import material
from events.models import Event
from people.models import Person

SLIDES = (
    ("Barnets rättigheter i utredningen", ("Barnkonventionen är lag sedan 2020", "Barnets bästa prövas och beskrivs")),
    ("Samtal med barn", ("Förbered barnet: vem, var, hur länge", "Öppna frågor först", "Berätta vad som händer sedan")),
    ("Dokumentation", ("Skriv så att barnet kan läsa det som vuxen", "Skilj på fakta och bedömning")),
)
CASE = (
    "Familjen Ask\n\nEn skola anmäler oro för Alva, 9 år, som ofta kommer för sent och är trött. Pappan arbetar natt. "
    "Mormor hjälper till på helgerna.\n\n1. Vad vill ni veta mer om?\n2. Hur pratar ni med Alva?\n"
    "3. Vilka samverkar ni med?\n"
)
LINK = "https://www.socialstyrelsen.se/kunskapsstod-och-regler/omraden/barn-och-unga/"


def _slides() -> bytes:
    """The slides of a lecture; a page with the words alone where nothing can be printed."""
    pages = "".join(
        f"<section><h1>{title}</h1><ul>{''.join(f'<li>{point}</li>' for point in points)}</ul></section>"
        for title, points in SLIDES
    )
    style = "@page{size:A4 landscape;margin:25mm}section{break-after:page}h1{font-size:32pt}li{font-size:20pt}"
    html = f"<!doctype html><html lang=sv><head><title>{SLIDES[0][0]}</title><style>{style}</style></head><body>{pages}"
    return pdf.press(html).content


def _add(event: Event, title: str, name: str, data: bytes, *, by: Person, now: datetime, review_after: int) -> None:
    admitted = gate.admit(io.BytesIO(data), name=name, folder=workplace())
    material.add(
        event=event,
        title=title,
        admitted=admitted,
        language="sv",
        seen_by="registered",
        review_on=(now + timedelta(days=review_after)).date(),
        by=by,
        now=now,
    )


def of_day(event: Event, *, by: Person, now: datetime, review_after: int = 365) -> None:
    """A day's slides, its case and a link; the slides are left out on a machine that cannot print."""
    if pdf.why_not_print() is None:
        _add(event, SLIDES[0][0], "Barnets rättigheter.pdf", _slides(), by=by, now=now, review_after=review_after)
    _add(event, "Fallet familjen Ask", "Familjen Ask.txt", CASE.encode(), by=by, now=now, review_after=365)
    material.add(
        event=event,
        title="Socialstyrelsen: barn och unga",
        link=LINK,
        language="sv",
        seen_by="registered",
        by=by,
        now=now,
    )
