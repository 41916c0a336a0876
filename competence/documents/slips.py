"""Slips of paper for whoever has no address: a code each, to be drawn in the unit; no name stands anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation

from answers.ballots import say
from answers.models import Box
from base import dates
from competence.states import RoleGroup
from documents import pdf
from people.models import Organisation


@dataclass(frozen=True)
class Slip:
    """One slip: where to go, the code in groups that can be typed, and the name of its QR code."""

    address: str
    code: Sequence[str]
    picture: str


@dataclass(frozen=True)
class Pile:
    """The slips of one group, which are drawn from a bowl of their own."""

    group: str
    slips: Sequence[Slip]


def groups_of(code: str, size: int = 6) -> list[str]:
    """A long code in pieces, so that an eye keeps its place."""
    return [code[n : n + size] for n in range(0, len(code), size)]


def print_slips(box: Box, unit: str, links: Mapping[str, Sequence[str]], language: str) -> bytes:
    """A unit's slips as a PDF: called where the keys are, with the links by role."""
    pictures: dict[str, pdf.Picture] = {}
    piles = []
    with translation.override(language):
        for role, addresses in links.items():
            slips = []
            for link in addresses:
                name = f"slip{len(pictures)}"
                pictures[name] = pdf.qr_code(link)
                start, _hash, code = link.partition("#")
                slips.append(Slip(start.partition("://")[2].rstrip("/"), groups_of(code), name))
            piles.append(Pile(str(RoleGroup(role).label) if role and len(links) > 1 else "", slips))
        last = box.closes_at.astimezone(ZoneInfo(box.zone)) - timedelta(minutes=1) if box.closes_at else None
        place = Organisation.objects.select_related("parent").get(pk=unit)
        facts = {
            "title": say(box.title, language),
            "unit": f"{place.name}, {place.parent.name}" if place.parent else place.name,
            "last": dates.full_day(last.date()) if last else "",
            "piles": piles,
            "language": language,
        }
        html = render_to_string("competence/documents/slips.html", facts)
    return pdf.press(html, styles=["slips.css"], pictures=pictures).content
