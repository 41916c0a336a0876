"""What a person takes along of her own: the wheel, one assessment on paper, and her whole history as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from base import dates
from competence import wheel
from competence.documents.bars import Bar, bar
from competence.models import Assessment, ProfileVersion, Rating
from competence.rules.own import Line
from documents import pdf
from documents.sheets import Cell
from people.models import Person
from people.rules import name_for


@dataclass(frozen=True)
class Wheel:
    """The picture: its rings and sectors, its title, and in one or two sentences what it shows."""

    key: str
    title: str
    words: str
    rings: Sequence[str]
    sectors: Sequence[wheel.Sector]
    lines: Sequence[Line]


def wheel_of(assessment: Assessment, lines: Sequence[Line]) -> Wheel:
    """The wheel of a self-assessment against the target levels of the role, where it has any."""
    gaps = [line.gap for line in lines if line.gap is not None]
    words = [ngettext("%(n)s competence.", "%(n)s competences.", len(lines)) % {"n": len(lines)}]
    if gaps:
        under, over = sum(gap < 0 for gap in gaps), sum(gap >= 0 for gap in gaps)
        words.append(_("At or above the target level: %(over)s. Below it: %(under)s.") % {"over": over, "under": under})
    words.append(_("The table has every level."))
    return Wheel(
        key=f"wheel{assessment.pk}",
        title=_("Self-assessment of %(day)s") % {"day": dates.full_day(assessment.on)},
        words=" ".join(words),
        rings=wheel.rings(),
        sectors=wheel.sectors([(line.level, line.target) for line in lines]),
        lines=lines,
    )


def bars_of(lines: Sequence[Line]) -> list[Bar]:
    """Own level and target of each competence that has both, in whole steps."""
    return [
        replace(
            bar(str(line.competence), Decimal(line.level), Decimal(line.target), value=str(line.level)),
            goal=str(line.target),
        )
        for line in lines
        if line.level is not None and line.target is not None
    ]


@dataclass(frozen=True)
class Paper:
    """One assessment as it is printed."""

    title: str
    language: str
    person: str
    framework: str
    profile: str
    region: str
    wheel: Wheel
    lines: Sequence[Line]
    printed_on: str


def paper_of(assessment: Assessment, lines: Sequence[Line], *, profile: ProfileVersion | None, today: date) -> Paper:
    """The owner's own paper: the wheel, and every level with its day."""
    return Paper(
        title=_("Self-assessment of %(day)s") % {"day": dates.full_day(assessment.on)},
        language=get_language() or "sv",
        person=assessment.person.name,
        framework=str(assessment.framework.framework),
        profile=str(profile.profile) if profile and any(line.target for line in lines) else "",
        region=assessment.framework.framework.region.name,
        wheel=wheel_of(assessment, lines),
        lines=lines,
        printed_on=dates.full_day(today),
    )


def print_own(paper: Paper) -> pdf.Printed:
    """The paper as PDF/UA."""
    html = render_to_string("competence/documents/own.html", {"paper": paper, "wheel": paper.wheel})
    return pdf.press(html, styles=["abstract.css", "board.css", "own.css"])


# ---------- The whole history ----------


def titles() -> list[str]:
    """The columns of the history."""
    return [
        _("Day"),
        _("Framework"),
        _("Area"),
        _("Competence"),
        _("Level"),
        _("Put by"),
        _("Name"),
        _("Wish to learn"),
    ]


def history_rows(ratings: Iterable[Rating], owner: Person) -> Iterator[list[Cell]]:
    """Every level about the person, the oldest first."""
    for rating in ratings:
        area = rating.competence.area
        yield [
            rating.on,
            str(area.version.framework),
            area.name,
            rating.competence.name,
            rating.level if rating.level is not None else _("cannot say"),
            rating.get_rated_by_display(),
            name_for(rating.by, owner) if rating.by else "",
            _("yes") if rating.wishes else "",
        ]


def history_as_data(ratings: Iterable[Rating], owner: Person) -> dict[str, Any]:
    """The same as data."""
    return {
        "levels": [
            {
                "on": rating.on.isoformat(),
                "framework": str(rating.competence.area.version.framework),
                "area": rating.competence.area.name,
                "competence": rating.competence.name,
                "level": rating.level,
                "put_by": rating.rated_by,
                "name": name_for(rating.by, owner) if rating.by else "",
                "wishes_to_learn": rating.wishes,
            }
            for rating in ratings
        ]
    }
