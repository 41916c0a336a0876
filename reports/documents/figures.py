"""Figures of programmes by municipality and year: counted by the database, added up here, the same in every form."""

import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateField,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from base.nordic import sort_key
from documents.sheets import Cell, CsvTable, Workbook
from events.models import Attendance
from events.states import EventState, Mark
from people.models import Organisation, Person
from programmes.models import Certificate, Cohort, Enrolment, Transfer, Transition, Workplace
from programmes.states import LIVE_SIDES, TAKING_PART, ProgrammeSide, Side
from reports.documents import mentoring
from reports.documents.exports import STARTED, attended, make_ups, year_of
from reports.rules import counted_for, ever_counted_for, places_for, told_of, towns_of

FORMS = ("xlsx", "csv")
HOURS = DecimalField(max_digits=12, decimal_places=2)


class Choice(NamedTuple):
    """What is counted: one region or all, one programme or all, from a year to a year."""

    region: int | None = None
    programme: int | None = None
    first: int | None = None
    last: int | None = None


@dataclass
class Sums:
    """The figures of a municipality in a year, or of several together."""

    name: str = ""
    applied: int = 0
    took_part: int = 0
    completed: int = 0
    not_completed: int = 0
    dropped_out: int = 0
    certificates: int = 0
    hours: Decimal = Decimal(0)

    def add(self, other: "Sums") -> None:
        """Take another's figures in."""
        self.applied += other.applied
        self.took_part += other.took_part
        self.completed += other.completed
        self.not_completed += other.not_completed
        self.dropped_out += other.dropped_out
        self.certificates += other.certificates
        self.hours += other.hours

    @property
    def ended_early(self) -> int:
        """Those who took part and did not get through."""
        return self.not_completed + self.dropped_out

    @property
    def under_way(self) -> int:
        """Those who still take part, on a break or not."""
        return self.took_part - self.completed - self.ended_early

    @property
    def reached(self) -> int:
        """Those who have not left: where the last part of a bar begins."""
        return self.took_part - self.ended_early

    @property
    def cells(self) -> list[Cell]:
        """The figures in the order of the columns."""
        return [
            self.applied,
            self.took_part,
            self.completed,
            self.not_completed,
            self.dropped_out,
            self.hours,
            self.certificates,
        ]


@dataclass
class Year:
    """A year: its total, and the municipalities of it."""

    year: int
    total: Sums = field(default_factory=Sums)
    towns: list[Sums] = field(default_factory=list)


class Figures:
    """What `viewer` may count, and the figures of a choice of it; three statements whatever there is."""

    def __init__(self, viewer: Person) -> None:
        self.mine, self.ever = counted_for(viewer), ever_counted_for(viewer)
        self.told, self.places, self.towns = told_of(viewer), places_for(viewer), towns_of(viewer)
        rounds = Cohort.objects.filter(Exists(self.ever.filter(cohort=OuterRef("pk"))))
        self.rounds = list(rounds.select_related("programme__region", "places").order_by("programme__title", "pk"))
        self.years = {cohort.pk: year_of(cohort) for cohort in self.rounds}

    def regions(self) -> list[tuple[str, str]]:
        """The regions that there is something to count of."""
        found = {str(row.programme.region_id): row.programme.region.name for row in self.rounds}
        return sorted(found.items(), key=lambda item: item[1])

    def programmes(self) -> list[tuple[str, str]]:
        """The programmes; with their region, where there are several."""
        several = len(self.regions()) > 1
        return list(
            {
                str(row.programme_id): f"{row.programme.title}, {row.programme.region.name}"
                if several
                else row.programme.title
                for row in self.rounds
            }.items()
        )

    def all_years(self) -> list[int]:
        """From the first year to the last, none left out."""
        return list(range(min(self.years.values()), max(self.years.values()) + 1)) if self.years else []

    def count(self, choice: Choice) -> list[Year]:
        """The years of the choice, the newest first, each with its municipalities by name."""
        chosen = {
            row.pk
            for row in self.rounds
            if choice.region in (None, row.programme.region_id)
            and choice.programme in (None, row.programme_id)
            and (choice.first is None or self.years[row.pk] >= choice.first)
            and (choice.last is None or self.years[row.pk] <= choice.last)
        }
        found: dict[int, Year] = {}
        towns: dict[tuple[int, int | None], Sums] = {}
        for row in self._counted(chosen):
            year = self.years[row["cohort"]]
            sums = towns.get((year, row["organisation"]))
            if sums is None:
                sums = towns[year, row["organisation"]] = Sums(row["organisation__name"])
                found.setdefault(year, Year(year)).towns.append(sums)
            own = Sums(
                applied=row["applied"],
                took_part=row["took_part"],
                completed=row["completed"],
                not_completed=row["not_completed"],
                dropped_out=row["dropped_out"],
                certificates=row["issued"] or 0,
                hours=row["hours"] or Decimal(0),
            )
            sums.add(own)
            found[year].total.add(own)
        more = self._more_hours(chosen)
        new = {town for cohort, town, _hours in more if town and (self.years[cohort], town) not in towns}
        names = {row.pk: row.name for row in Organisation.objects.filter(pk__in=new)} if new else {}
        for cohort, town, hours in more:
            year = self.years[cohort]
            sums = towns.get((year, town))
            if sums is None:
                sums = towns[year, town] = Sums(names[town] if town else _("No employer"))
                found.setdefault(year, Year(year)).towns.append(sums)
            sums.hours += Decimal(hours)
            found[year].total.hours += Decimal(hours)
        return sorted(found.values(), key=lambda year: -year.year)

    def _counted(self, chosen: set[int]) -> QuerySet[Any, Any]:
        """One row a round and municipality; a person counts once in a round."""
        took_part = _took_part()
        certificates = Certificate.objects.valid().filter(enrolment=OuterRef("pk")).order_by().values("enrolment")
        return (
            _with_leaving(self.mine)
            .filter(cohort__in=chosen)
            .annotate(
                own_hours=Subquery(attended().filter(~Exists(_after_leaving())).annotate(n=Sum("hours")).values("n")),
                papers=Subquery(certificates.annotate(n=Count("pk")).values("n")),
            )
            .order_by("organisation__name", "organisation", "cohort")
            .values("cohort", "organisation", "organisation__name")
            .annotate(
                applied=Count("person", distinct=True),
                took_part=Count("person", distinct=True, filter=took_part),
                completed=_ended(ProgrammeSide.COMPLETED, self.told),
                not_completed=_ended(ProgrammeSide.NOT_COMPLETED, self.told),
                dropped_out=Count("person", distinct=True, filter=Q(left=True, goes_on=False) & self.told),
                hours=Sum("own_hours", filter=took_part),
                issued=Sum("papers", filter=self.told),
            )
        )

    def _more_hours(self, chosen: set[int]) -> list[tuple[int, int | None, Any]]:
        """Hours by round and employer that stand beside the first employers' own: one statement.

        Those of days made up in other rounds, and those of the days with a later employer, each for whoever employed
        the person on the day.
        """
        who = _with_leaving(self.ever).filter(_took_part(), cohort__in=chosen)
        none = Value(Decimal(0), HOURS)
        missing = F("missed__event__hours") - F("own")
        more = Greatest(none, Least(missing, F("registration__attendance__hours"), output_field=HOURS))
        on_day = Workplace.objects.filter(enrolment=OuterRef("enrolment")).on(OuterRef("registration__event__date"))
        made_up = (
            make_ups()
            .filter(enrolment__in=who.values("pk"))
            .annotate(
                more=more,
                town=Case(
                    When(Exists(on_day), then=Subquery(on_day.values("organisation_id")[:1])),
                    default=F("enrolment__organisation_id"),
                    output_field=BigIntegerField(),
                ),
            )
            .order_by()
            .values_list("enrolment__cohort", "town")
            .annotate(total=Coalesce(Sum("more", output_field=HOURS), none))
        )
        there = (
            Attendance.objects.filter(
                registration__person=OuterRef("enrolment__person"),
                registration__event__course_day__cohort=OuterRef("enrolment__cohort"),
                registration__event__date__gte=OuterRef("valid_from"),
                registration__event__date__lte=Coalesce(
                    OuterRef("valid_to"), Value(date.max), output_field=DateField()
                ),
                mark=Mark.PRESENT,
            )
            .exclude(registration__event__state=EventState.CANCELLED)
            .order_by()
            .values("registration__person")
            .annotate(n=Sum("hours"))
        )
        later = (
            Workplace.objects.filter(self.places, valid_from__isnull=False, enrolment__in=who.values("pk"))
            .annotate(own=Subquery(there.values("n"), output_field=HOURS))
            .order_by()
            .values_list("enrolment__cohort", "organisation_id")
            .annotate(total=Coalesce(Sum("own", output_field=HOURS), none))
        )
        rows = made_up.union(later, all=True)
        return [row for row in rows if row[2] and (self.towns is None or row[1] in self.towns)]


def _with_leaving(enrolments: QuerySet[Enrolment]) -> QuerySet[Any, Any]:
    """With `left`: whether the person gave up the place after the first day, and has no other in the round.

    And `goes_on`: whether that was to go on in a later round. Once that round has begun with her she has not left this
    one, but is counted there alone, with what she had attended here.
    """
    later = Transfer.objects.filter(Q(new__programme_side__in=LIVE_SIDES) | Q(new__transferred_to__isnull=False))
    leavings = Transition.objects.filter(
        side=Side.PROGRAMME,
        before__in=[ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED],
        after=ProgrammeSide.WITHDRAWN,
        undone_at__isnull=True,
        at__gte=F("enrolment__cohort__places__starts_at"),
    )
    leaving = leavings.filter(enrolment=OuterRef("pk"))
    took_part = Q(new__programme_side__in=TAKING_PART) | Q(Exists(leavings.filter(enrolment=OuterRef("new"))))
    there = Transfer.objects.filter(took_part, new__cohort__state__in=STARTED)
    again = Enrolment.objects.live().filter(cohort=OuterRef("cohort"), person=OuterRef("person"))
    withdrawn = Q(programme_side=ProgrammeSide.WITHDRAWN, cohort__state__in=STARTED)
    begun = Q(Exists(there.filter(old=OuterRef("pk"))))
    return enrolments.annotate(
        left=withdrawn & Q(Exists(leaving)) & ~Q(Exists(again)) & ~begun,
        goes_on=Exists(later.filter(old=OuterRef("pk"))),
    )


def _took_part() -> Q:
    return Q(programme_side__in=TAKING_PART, cohort__state__in=STARTED) | Q(left=True)


def _ended(side: ProgrammeSide, told: Q) -> Count:
    return Count("person", distinct=True, filter=Q(programme_side=side, cohort__state__in=STARTED) & told)


def _after_leaving() -> QuerySet[Workplace]:
    """Whether a day of presence came after the first employer's last: then its hours are another's."""
    return Workplace.objects.filter(
        enrolment=OuterRef(OuterRef("pk")),
        valid_from__isnull=True,
        valid_to__lt=OuterRef("registration__event__date"),
    )


# ---------- Added up ----------


def by_town(years: Sequence[Year]) -> list[Sums]:
    """The municipalities over all the years, in the order of the Swedish alphabet."""
    found: dict[str, Sums] = {}
    for year in years:
        for town in year.towns:
            found.setdefault(town.name, Sums(town.name)).add(town)
    return sorted(found.values(), key=lambda town: sort_key(town.name))


def together(years: Sequence[Year]) -> Sums:
    """Everything."""
    total = Sums()
    for year in years:
        total.add(year.total)
    return total


# ---------- As files ----------


def titles() -> list[str]:
    """The heads of the columns after year and municipality."""
    return [
        pgettext("figures", "Applied"),
        pgettext("figures", "Took part"),
        pgettext("figures", "Completed"),
        pgettext("figures", "Not completed"),
        pgettext("figures", "Dropped out"),
        pgettext("figures", "Hours of attendance"),
        pgettext("figures", "Certificates"),
    ]


def definitions() -> list[tuple[str, str]]:
    """What each figure means, in words."""
    words = [
        _(
            "Everyone who applied or was registered by a manager, also those who got no place or withdrew. "
            "A person counts once in each round."
        ),
        _(
            "Everyone who had a place in a round that has begun. Who gave up the place before the first day is not "
            "counted; who left later is. The list of participants has only those who kept the place."
        ),
        _("Those who were present as much as the round requires, with days made up elsewhere, and are marked as such."),
        _("Those who kept the place to the end but were present less than the round requires."),
        _(
            "Those who left a place in the round on the first day or later. Where that was undone, it does not count. "
            "Who goes on in a later round has not dropped out, and is counted there when it has begun."
        ),
        _(
            "Hours that were marked as present on the course days, to a quarter of an hour, for everyone who took "
            "part. A day made up in another round counts with at most the hours of the missed day. Cancelled days "
            "count nothing."
        ),
        _("Certificates that are valid. One that was replaced counts once, a revoked one not at all."),
    ]
    return list(zip(titles(), words, strict=True))


def rows(years: Sequence[Year]) -> Iterator[list[Cell]]:
    """One row a year and municipality."""
    for year in years:
        for town in year.towns:
            yield [year.year, town.name, *town.cells]


def write(
    years: Sequence[Year], form: str, language: str, *, mentors: list[mentoring.Line] | None = None
) -> tuple[bytes, str]:
    """The table as a file of this form, and what it is; a workbook tells of mentors too, where there are any."""
    heads = [_("Year"), _("Municipality"), *titles()]
    if form == "csv":
        buffer = io.StringIO(newline="")
        table = CsvTable(buffer, language)
        table.head(heads)
        for cells in rows(years):
            table.row(cells)
        return buffer.getvalue().encode(), CsvTable.content_type
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.xlsx"
        book = Workbook(path, title=_("Figures"), language=language)
        sheet = book.sheet(_("By municipality and year"), heads, [8, 26, 12, 12, 12, 14, 14, 14, 12])
        for cells in rows(years):
            sheet.row(cells)
        sheet.close()
        if mentors:
            page = book.sheet(_("Mentoring"), mentoring.titles(), list(mentoring.WIDTHS))
            for cells in mentoring.cells(mentors):
                page.row(cells)
            page.close()
        words = book.sheet(_("What the figures mean"), [_("Figure"), _("Meaning")], [24, 110])
        for line in definitions():
            words.row(line)
        words.close()
        book.close()
        return path.read_bytes(), Workbook.content_type
