"""Mentoring in figures: pairs, meetings and hours by the mentor's employer and year, the same on page and in files."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from base.nordic import sort_key
from documents.sheets import Cell
from people.models import Employment, Organisation, Person
from programmes.models import MentorMeeting, Mentorship

NOWHERE = 0


@dataclass
class Line:
    """One employer's mentors in a year."""

    year: int
    employer: str
    pairs: set[int] = field(default_factory=set)
    meetings: int = 0
    minutes: int = 0

    @property
    def cells(self) -> list[Cell]:
        """The figures in the order of the columns."""
        return [self.year, self.employer, len(self.pairs), self.meetings, self.hours]

    @property
    def hours(self) -> Decimal:
        """To two decimals."""
        return (Decimal(self.minutes) / 60).quantize(Decimal("0.01"))


def held(viewer: Person, *, region: int | None = None, programme: int | None = None) -> QuerySet[MentorMeeting]:
    """The meetings that stand in this person's figures: written down as held, in rounds that she runs."""
    found = MentorMeeting.objects.held().filter(mentorship__in=Mentorship.objects.run_by(viewer).values("pk"))
    if region is not None:
        found = found.filter(mentorship__enrolment__cohort__programme__region=region)
    if programme is not None:
        found = found.filter(mentorship__enrolment__cohort__programme=programme)
    return found


def lines(meetings: QuerySet[MentorMeeting], *, first: int | None = None, last: int | None = None) -> list[Line]:
    """The newest year first, employers by name; where a mentor has none that day it says so. Three statements."""
    if first is not None:
        meetings = meetings.filter(date__year__gte=first)
    if last is not None:
        meetings = meetings.filter(date__year__lte=last)
    rows = list(meetings.order_by().values_list("date", "minutes", "mentorship_id", "mentorship__mentor__person_id"))
    works = _employers({person for _day, _minutes, _pair, person in rows})
    found: dict[tuple[int, int], Line] = {}
    keys = [(day.year, _employer_on(works[person], day)) for day, _minutes, _pair, person in rows]
    names = dict(Organisation.objects.filter(pk__in={key for _year, key in keys}).values_list("pk", "name"))
    for (day, minutes, pair, _person), (year, key) in zip(rows, keys, strict=True):
        line = found.setdefault((year, key), Line(day.year, names.get(key, _("No employer"))))
        line.pairs.add(pair)
        line.meetings += 1
        line.minutes += minutes
    return sorted(found.values(), key=lambda line: (-line.year, sort_key(line.employer)))


Periods = dict[int, list[tuple[date, date | None, int]]]


def _employers(people: set[int]) -> Periods:
    """When each has worked for whom: the keys of those at the top, the main unit first."""
    found: Periods = defaultdict(list)
    jobs: Any = Employment.objects.filter(person__in=people).order_by("-main", "valid_from", "pk")
    for person, first, last, path in jobs.values_list("person_id", "valid_from", "valid_to", "unit__path"):
        found[person].append((first, last, int(path.split("/", 1)[0])))
    return found


def _employer_on(periods: list[tuple[date, date | None, int]], day: date) -> int:
    return next((key for first, last, key in periods if first <= day and (last is None or day <= last)), NOWHERE)


def titles() -> list[str]:
    """The heads of the columns."""
    return [
        _("Year"),
        _("The mentor's employer"),
        pgettext("mentoring in figures", "Pairs that met"),
        pgettext("mentoring in figures", "Meetings"),
        pgettext("mentoring in figures", "Hours"),
    ]


WIDTHS = (8, 30, 14, 12, 12)


def cells(found: list[Line]) -> Iterator[list[Cell]]:
    """One row a year and employer."""
    for line in found:
        yield line.cells
