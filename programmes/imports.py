"""Staff of a round from CSV and XLSX files: what is right waits to be confirmed, what is wrong comes back with why."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from base.forms import EmailField, MonthField
from base.refusal import Refusal
from people.actions.staged import known_people
from people.forms.common import no_personal_number
from people.imports import (
    BY_HAND,
    FORMS,
    HEADINGS,
    LANGUAGES,
    Judge,
    Line,
    Wrong,
    by_name,
    columns_of,
    fold,
    namesakes,
    read,
)
from people.models import Organisation, Person
from people.states import EmploymentForm
from programmes.actions import files as actions
from programmes.models import Cohort, Condition, Enrolment, StaffFile
from programmes.rules.applications import Workplace, local_day, workplaces_of
from programmes.rules.conditions import asks_months, name_of

OWN = ("name", "email", "language", "unit", "form", "valid_from")
MANAGER = "manager"
TITLES: dict[str, Any] = {
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail"),
    "language": gettext_lazy("Language"),
    "employer": gettext_lazy("Employer"),
    "unit": gettext_lazy("Unit"),
    "form": gettext_lazy("Form of employment"),
    "valid_from": gettext_lazy("Employed since"),
    MANAGER: gettext_lazy("The manager's e-mail"),
}
MORE = {
    "valid_from": ("employed since", "anställd sedan", "palveluksessa alkaen", "palvelussuhteen alku"),
    "manager": (
        "the manager's e-mail",
        "manager",
        "chefens e-postadress",
        "chef",
        "esihenkilön sähköposti",
        "esihenkilö",
    ),
}
YES = {"yes", "ja", "kyllä", "x", "1", "true"}
NO = {"no", "nej", "ei", "0", "false"}


class WrongUnits(Refusal):
    """Nobody is registered from nowhere."""

    message = gettext_lazy("There is no unit that you can register people from in this round.")


def _asked(cohort: Cohort) -> list[Condition]:
    return list(Condition.objects.standing().filter(programme=cohort.programme_id))


def titles(cohort: Cohort, *, runs: bool) -> list[str]:
    """The headings of a file for this round, in the reader's language: the template's."""
    facts = [*OWN[:3], *(("employer",) if runs else ()), *OWN[3:], *((MANAGER,) if runs else ())]
    return [*(str(TITLES[fact]) for fact in facts), *(row.question for row in _asked(cohort))]


def _headings(conditions: Sequence[Condition]) -> dict[str, set[str]]:
    """What each column may be called: in any of our languages, and a condition by its question in any of them."""
    found = {fact: {fold(word) for word in HEADINGS.get(fact, ())} for fact in (*OWN, "employer", MANAGER)}
    for fact, words in MORE.items():
        found[fact] |= {fold(word) for word in words}
    for code, _name in settings.LANGUAGES:
        with override(code):
            for fact, title in TITLES.items():
                found[fact].add(fold(str(title)))
            for row in conditions:
                found.setdefault(name_of(row), set()).add(fold(row.question))
    return found


@dataclass
class StaffJudge(Judge):
    """What the lines of a file of staff are held against."""

    cohort: Cohort = field(kw_only=True)
    places: Sequence[Workplace] = field(kw_only=True)
    conditions: Sequence[Condition] = field(kw_only=True)
    runs: bool = field(kw_only=True)
    now: datetime = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        # Employers by name, and the units below them from which this reader registers people.
        below = [one for place in self.places for one in (place.employer, *place.units)]
        self.by_name = by_name(below)
        self.own = {one.pk for one in below if self.runs or self.by.reach.over(one.path)}
        self.there = self._there()

    def _there(self) -> set[str]:
        """The addresses of those who are in the round already, as far as the reader sees them."""
        seen = Enrolment.objects.visible_to(self.by).live().filter(cohort=self.cohort, person__email__isnull=False)
        return {str(address).lower() for address in seen.values_list("person__email", flat=True)}

    def staff(self, line: Line) -> dict[str, Any]:
        """A row, as `actions.files.store` registers it."""
        name, email = self.name(line), self.email(line)
        self.cell(line, "name", no_personal_number)
        if email and email in self.there:
            raise Wrong(_("%(name)s has already applied to this round.") % {"name": name})
        unit = self.unit(line)
        if unit is None:
            raise Wrong(_("Write the unit."))
        if unit.pk not in self.own:
            raise Wrong(_("You can register people only in units that you lead."))
        since = self.cell(line, "valid_from", self._month)
        facts = {
            "name": name,
            "email": email,
            "language": self.word(line, "language", LANGUAGES, self.by.language),
            "unit": unit.pk,
            "form": self.word(line, "form", FORMS, EmploymentForm.PERMANENT),
            "since": since.isoformat() if since else None,
            "manager": self.cell(line, MANAGER, EmailField(required=False).clean) if self.runs else "",
        }
        return facts | {name_of(row): self._answer(line, row) for row in self.conditions}

    def _month(self, text: str) -> date | None:
        """A month as people write it, or the day that a spreadsheet made of it: its first day."""
        with suppress(ValueError):
            text = f"{date.fromisoformat(text):%m/%Y}"
        month: date | None = MonthField(required=False, latest=local_day(self.cohort, self.now)).clean(text)
        return month

    def _answer(self, line: Line, condition: Condition) -> str:
        """What the file says about a condition; empty is no answer, and the person is asked."""
        column = name_of(condition)
        if asks_months(condition):
            since = self.cell(line, column, self._month)
            return since.isoformat() if since else ""
        word = fold(self.text(line, column))
        if word in YES:
            return "yes"
        if word in NO:
            return "no"
        if word:
            raise Wrong(_("Write yes or no: %(column)s") % {"column": self.columns[column]})
        return ""


def stage(*, cohort: Cohort, file: IO[bytes], source: str, runs: bool, by: Person, now: datetime) -> StaffFile:
    """Read a file of staff and keep what is right in it; nobody is registered before it is confirmed.

    Refused whole: what is no table, cannot be read, lacks the names or the units, or holds more than 1,000 rows.
    """
    table = read(file, limit=BY_HAND)
    conditions = _asked(cohort)
    needed = {fact: TITLES[fact] for fact in ("name", "unit")}
    places = workplaces_of(cohort, local_day(cohort, now))
    judge = StaffJudge(
        by,
        cohort.programme.region,
        columns_of(table, _headings(conditions), needed),
        cohort=cohort,
        places=places,
        conditions=conditions,
        runs=runs,
        now=now,
    )
    if not judge.own:
        raise WrongUnits()
    for line in table.lines:
        judge.judge(line, judge.staff)
    return actions.stage(cohort=cohort, source=source, good=judge.good, bad=judge.bad, by=by, now=now)


def alike(staged: StaffFile, by: Person) -> list[dict[str, Any]]:
    """Rows whose name somebody has with another address: perhaps the same person twice."""
    known = known_people([row["email"] for row in staged.good if row["email"]])
    return namesakes([row for row in staged.good if row["email"] not in known], by)


def units_of(staged: StaffFile, most: int) -> dict[int, Organisation]:
    """The units of the rows that a page shows."""
    return Organisation.objects.in_bulk({row["unit"] for row in staged.good[:most]})
