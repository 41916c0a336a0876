"""What an export holds: rows read as plain tuples in one query, written one by one, and the sums beside them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from documents.sheets import Cell, CsvTable, Workbook
from events.models import Attendance
from events.states import EventState, Mark
from people.models import Person, Region
from programmes.models import Cohort, Condition, Enrolment, MakeUp, Workplace
from programmes.rules.applications import flag_words
from programmes.rules.conditions import codes_of
from programmes.states import CohortState, ProgrammeSide
from reports.rules import may_see_attendance
from reports.states import ExportFormat

CHUNK = 2_000
STARTED = (CohortState.RUNNING, CohortState.FINISHED, CohortState.DECIDED)
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Round:
    """What the rows of one cohort share."""

    region_id: int
    region: str
    programme: str
    number: int
    year: int


@dataclass
class Sums:
    """One line of the summary: a municipality in a year."""

    people: int = 0
    completed: int = 0
    counted: int = 0
    hours: Decimal = Decimal(0)
    counted_hours: Decimal = Decimal(0)


@dataclass(frozen=True)
class Extra:
    """Presence on one day."""

    day: date
    hours: Decimal
    days: int


@dataclass
class Spell:
    """One employer of somebody who has changed employers, and the presence on its days."""

    organisation: str
    unit: str
    first: date | None
    last: date | None
    partner: bool
    days: int = 0
    hours: Decimal = Decimal(0)

    def add(self, extra: Extra) -> None:
        """Count a day, where it is this employer's."""
        if (self.first is None or self.first <= extra.day) and (self.last is None or extra.day <= self.last):
            self.days += extra.days
            self.hours += extra.hours


@dataclass
class Participants:
    """Participants by municipality and year since the start, as `viewer` may have them, in one language."""

    viewer: Person
    region: Region | None
    language: str
    sums: dict[tuple[str, int, str], Sums] = field(default_factory=dict)

    def enrolments(self) -> QuerySet[Enrolment]:
        """Everyone with a place in a round that has begun."""
        found = Enrolment.objects.visible_to(self.viewer).taking_part().filter(cohort__state__in=STARTED)
        return found.filter(cohort__programme__region=self.region) if self.region else found

    def total(self) -> int:
        """How many rows there will be."""
        return self.enrolments().count()

    def titles(self) -> list[str]:
        """The names of the columns."""
        return [
            _("Year"),
            _("Region"),
            _("Programme"),
            _("Round"),
            _("Municipality"),
            _("Unit"),
            _("Name"),
            _("State"),
            _("Days present"),
            _("Hours"),
            _("Completed on"),
            _("May attend"),
            _("Counts for the funder"),
            _("Why not for the funder"),
        ]

    widths = (7, 16, 34, 8, 20, 26, 30, 16, 10, 9, 13, 10, 14, 30)

    def summary_titles(self) -> list[str]:
        """The columns of the summary."""
        return [
            _("Region"),
            _("Year"),
            _("Municipality"),
            _("Participants"),
            _("Of them completed"),
            _("Of them counted for the funder"),
            _("Hours"),
            _("Hours counted for the funder"),
        ]

    summary_widths = (18, 8, 24, 14, 14, 16, 12, 16)

    def rounds(self) -> dict[int, Round]:
        """The cohorts that the rows belong to, read once: there are few."""
        cohorts = Cohort.objects.filter(state__in=STARTED).select_related("programme__region", "places")
        if self.region:
            cohorts = cohorts.filter(programme__region=self.region)
        found = {}
        for cohort in cohorts:
            region = cohort.programme.region
            found[cohort.pk] = Round(region.pk, region.name, cohort.programme.title, cohort.number, year_of(cohort))
        return found

    def made_up(self) -> dict[int, list[Extra]]:
        """What make-ups add to an enrolment: never more than the missed day has, and counted once."""
        there = make_ups()
        if self.region:
            there = there.filter(enrolment__cohort__programme__region=self.region)
        found: dict[int, list[Extra]] = {}
        rows = there.values_list(
            "enrolment_id",
            "registration__event__date",
            "missed__event__hours",
            "registration__attendance__hours",
            "own",
        )
        for enrolment, day, full, made, had in rows.iterator(chunk_size=CHUNK):
            extra = Extra(day, max(Decimal(0), min(full - had, made)), 0 if had else 1)
            found.setdefault(enrolment, []).append(extra)
        return found

    def moved(self, made_up: dict[int, list[Extra]]) -> dict[int, list[Spell]]:
        """Of those who have changed employers: each employer's days and hours, to the day; two statements."""
        places = Workplace.objects.filter(enrolment__in=self.enrolments().values("pk")).order_by(
            "enrolment", F("valid_from").asc(nulls_first=True)
        )
        found: dict[int, list[Spell]] = {}
        rows = places.values_list(
            "enrolment_id", "organisation__name", "unit__name", "valid_from", "valid_to", "partner"
        )
        for enrolment, organisation, unit, first, last, partner in rows:
            spell = Spell(organisation or _("No employer"), unit or "", first, last, partner)
            found.setdefault(enrolment, []).append(spell)
        if not found:
            return {}
        days = Attendance.objects.filter(
            registration__person__enrolments__in=list(found),
            registration__event__course_day__cohort=F("registration__person__enrolments__cohort"),
            mark=Mark.PRESENT,
        ).exclude(registration__event__state=EventState.CANCELLED)
        for enrolment, day, hours in days.values_list(
            "registration__person__enrolments", "registration__event__date", "hours"
        ):
            for spell in found[enrolment]:
                spell.add(Extra(day, hours, 1 if hours > 0 else 0))
        for enrolment, spells in found.items():
            for extra in made_up.get(enrolment, []):
                for spell in spells:
                    spell.add(extra)
        return found

    def rows(self, progress: Progress) -> Iterator[Sequence[Cell]]:
        """One row a person and round; `progress` hears of every 2,000th."""
        rounds, made_up, sums = self.rounds(), self.made_up(), self.sums
        reasons, moved = codes_of(Condition.objects.all()), self.moved(made_up)
        states = {str(value): str(label) for value, label in ProgrammeSide.choices}
        yes, no = _("yes"), _("no")
        protected_ok = {one.region_id: may_see_attendance(self.viewer, one.region_id) for one in rounds.values()}
        query = (
            self.enrolments()
            .annotate(
                own_hours=Subquery(attended().annotate(n=Sum("hours")).values("n")),
                own_days=Subquery(attended().filter(hours__gt=0).annotate(n=Count("pk")).values("n")),
            )
            .order_by(
                F("cohort__places__starts_at").asc(nulls_last=True),
                "cohort_id",
                "organisation__name",
                "person__name",
                "pk",
            )
            .values_list(
                "pk",
                "cohort_id",
                "organisation__name",
                "unit__name",
                "person__name",
                "person__protected",
                "person__substitute_code",
                "programme_side",
                "own_hours",
                "own_days",
                "completed_on",
                "may_attend",
                "counts_for_funder",
                "counts_reason",
            )
        )
        for count, row in enumerate(query.iterator(chunk_size=CHUNK), start=1):
            pk, cohort, organisation, unit, name, protected, code, side, hours, days, done, may, counts, why = row
            where = rounds[cohort]
            extra = made_up.get(pk, [])
            whole = Spell(organisation, unit, None, None, partner=True)
            whole.days = (days or 0) + sum(row.days for row in extra)
            whole.hours = (hours or Decimal(0)) + sum((row.hours for row in extra), Decimal(0))
            spells = moved.get(pk, [whole])
            line = sums.setdefault((where.region, where.year, organisation), Sums())
            line.people += 1
            line.completed += side == ProgrammeSide.COMPLETED
            line.counted += bool(counts)
            for spell in spells:
                line = sums.setdefault((where.region, where.year, spell.organisation), Sums())
                line.hours += spell.hours
                if counts and spell.partner:
                    line.counted_hours += spell.hours
            head = (where.year, where.region, where.programme, where.number)
            if protected and not protected_ok[where.region_id]:
                yield (*head, "", "", code, "", None, None, None, "", "", "")
            else:
                shown = code if protected else name
                answers = (yes if may else no, yes if counts else no, flag_words(why, reasons))
                for spell in spells:
                    where_from = (spell.organisation, spell.unit)
                    yield (*head, *where_from, shown, states[side], spell.days, spell.hours, done, *answers)
            if count % CHUNK == 0:
                progress(count)

    def summary(self) -> Iterator[Sequence[Cell]]:
        """One line per region, year and municipality, once all rows have been read."""
        for (region, year, organisation), line in sorted(
            self.sums.items(), key=lambda item: (item[0][0], item[0][1], item[0][2])
        ):
            yield (
                region,
                year,
                organisation,
                line.people,
                line.completed,
                line.counted,
                line.hours,
                line.counted_hours,
            )

    def write(self, path: Path, form: str, progress: Progress) -> int:
        """Write the whole file to `path`; how many rows it has. Memory stays the same at any length."""
        count = 0
        with override(self.language):
            if form == ExportFormat.CSV:
                with path.open("w", encoding="utf-8", newline="") as file:
                    table = CsvTable(file, self.language)
                    table.head(self.titles())
                    for row in self.rows(progress):
                        table.row(row)
                        count += 1
                return count
            book = Workbook(path, title=_("Participants by municipality and year"), language=self.language)
            try:
                first = book.sheet(_("By municipality and year"), self.summary_titles(), self.summary_widths)
                page = book.sheet(pgettext("sheet of a workbook", "Participants"), self.titles(), self.widths)
                for row in self.rows(progress):
                    page.row(row)
                    count += 1
                for row in self.summary():
                    first.row(row)
                first.close()
                page.close()
            finally:
                book.close()
        return count


def year_of(cohort: Cohort) -> int:
    """The year in which a round begins, where it is held."""
    start = cohort.places.starts_at or cohort.created_at
    return start.astimezone(ZoneInfo(cohort.programme.region.time_zone)).year


def attended() -> QuerySet[Any, Any]:
    """The presence of an outer enrolment on its round's days, gathered to one row; cancelled days count nothing."""
    return (
        Attendance.objects.filter(
            registration__person=OuterRef("person_id"),
            registration__event__course_day__cohort=OuterRef("cohort_id"),
            mark=Mark.PRESENT,
        )
        .exclude(registration__event__state=EventState.CANCELLED)
        .order_by()
        .values("registration__person")
    )


def make_ups() -> QuerySet[Any, Any]:
    """Days made up by being there, with `own`: the hours that the person had on the missed day itself."""
    own = Attendance.objects.filter(
        registration__event=OuterRef("missed__event"), registration__person=OuterRef("enrolment__person")
    ).values("hours")[:1]
    return MakeUp.objects.filter(registration__attendance__hours__gt=0).annotate(
        own=Coalesce(Subquery(own), Decimal(0))
    )


def file_name(region: Region | None, form: str, day: date, language: str) -> str:
    """What the file is called: participants, the region, the day."""
    with override(language):
        words: list[Any] = [pgettext("name of a file", "Participants")]
        if region:
            words.append(region.name)
        return f"{' '.join(words)} {day.isoformat()}.{form}"
