"""A role profile as it is read: plain facts for its page, and the paper made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

from base import dates
from base.languages import spoken
from competence.models import ProfileVersion, Target
from competence.rules.profiles import words_of
from documents import pdf


@dataclass(frozen=True)
class Sought:
    """A competence that the role asks for: its target level, and what somebody on that level can."""

    name: str
    level: int
    words: str

    @property
    def dots(self) -> list[bool]:
        """The five steps of the scale, filled up to the target."""
        return [step <= self.level for step in range(1, 6)]


@dataclass(frozen=True)
class ProfilePaper:
    """Everything that the page and the paper say, as it is read."""

    title: str
    whose: str
    region: str
    language: str
    version: str
    framework: str
    purpose: str
    tasks: Sequence[str]
    requirements: str
    areas: Sequence[tuple[str, Sequence[Sought]]]
    draft: bool
    printed_on: str


def paper_of(version: ProfileVersion, targets: Sequence[Target], printed_on: str) -> ProfilePaper:
    """What a version says, in the language that is on."""
    profile = version.profile
    areas: dict[str, list[Sought]] = {}
    for target in targets:
        rows = areas.setdefault(target.competence.area.name, [])
        rows.append(Sought(target.competence.name, target.level, words_of(target)))
    return ProfilePaper(
        title=profile.title,
        whose=profile.organisation.name if profile.organisation else "",
        region=profile.region.name,
        language=spoken(),
        version=dates.full_day(version.published_at.date()) if version.published_at else "",
        framework=version.framework.framework.title,
        purpose=version.purpose,
        tasks=[task.words for task in version.tasks.all()],
        requirements=version.requirements,
        areas=list(areas.items()),
        draft=version.published_at is None,
        printed_on=printed_on,
    )


def print_profile(paper: ProfilePaper, number: int) -> pdf.Printed:
    """The profile as PDF/UA in the language that is on."""
    html = render_to_string("competence/documents/profile.html", {"paper": paper, "number": number})
    return pdf.press(html, styles=["profile.css"])
