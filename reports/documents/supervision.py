"""Supervision in figures: groups, people, sessions and hours by the year of the session and the municipality."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear
from django.utils.translation import pgettext

from documents.sheets import Cell
from events.states import Mark
from people.models import Person
from people.querysets import within
from programmes.models import SupervisionMember
from reports.documents.figures import Choice

THERE = "group__held__event__registrations"


@dataclass(frozen=True)
class Sums:
    """The figures of a municipality in a year, or of a whole year."""

    name: str
    groups: int
    people: int
    sessions: int
    hours: Decimal

    @property
    def cells(self) -> list[Cell]:
        """The figures in the order of the columns."""
        return [self.groups, self.people, self.sessions, self.hours]


@dataclass
class Year:
    """A year: its total, where a group of several municipalities counts once, and the municipalities of it."""

    year: int
    total: Sums
    towns: list[Sums] = field(default_factory=list)


def titles() -> list[str]:
    """The heads of the columns after year and municipality."""
    return [
        pgettext("figures of supervision", "Groups"),
        pgettext("figures of supervision", "People"),
        pgettext("figures of supervision", "Sessions"),
        pgettext("figures of supervision", "Hours"),
    ]


def _there(viewer: Person, choice: Choice) -> QuerySet[Any, Any]:
    """Presence at sessions, of the people whom the viewer may count: of one's regions, of one's own municipality."""
    rows = SupervisionMember.objects.filter(
        group__held__recorded_at__isnull=False,
        **{f"{THERE}__person": F("person"), f"{THERE}__attendance__mark": Mark.PRESENT},
    )
    reach = viewer.reach
    if not reach.administrator:
        rows = rows.filter(
            Q(group__programme__region_id__in=reach.region_ids) | within(reach.director_paths, "unit__path")
        )
    if choice.region is not None:
        rows = rows.filter(group__programme__region=choice.region)
    if choice.programme is not None:
        rows = rows.filter(group__programme=choice.programme)
    if choice.first is not None:
        rows = rows.filter(group__held__event__date__year__gte=choice.first)
    if choice.last is not None:
        rows = rows.filter(group__held__event__date__year__lte=choice.last)
    return rows.annotate(year=ExtractYear("group__held__event__date")).order_by()


def count(viewer: Person, choice: Choice) -> list[Year]:
    """The years of the choice, the newest first, each with its municipalities by name; two statements."""
    sums = {
        "groups": Count("group", distinct=True),
        "people": Count("person", distinct=True),
        "sessions": Count("group__held", distinct=True),
        "hours": Sum(f"{THERE}__attendance__hours"),
    }
    there = _there(viewer, choice)
    found = {
        row["year"]: Year(row["year"], Sums("", row["groups"], row["people"], row["sessions"], row["hours"]))
        for row in there.values("year").annotate(**sums)
    }
    towns = there.values("year", "organisation__name").annotate(**sums).order_by("organisation__name")
    for row in towns:
        town = Sums(row["organisation__name"], row["groups"], row["people"], row["sessions"], row["hours"])
        found[row["year"]].towns.append(town)
    return sorted(found.values(), key=lambda year: -year.year)
