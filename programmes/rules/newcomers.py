"""New in the region: who has begun in the round's municipalities and has not applied to the programme, by manager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from audit.actions import key
from base.refusal import Refusal
from outbox.models import Letter
from outbox.states import LetterState
from people.models import Absence, Employment, Organisation, Person
from people.querysets import EmploymentQuerySet, valid_on, within
from people.rules import managers_by_person
from programmes.models import Cohort, Enrolment
from programmes.rules.applications import why_not_apply

ASKED = "programmes.newcomers"
MONTHS = 12


class NobodyToWriteTo(Refusal):
    """No manager is left of those who were chosen."""

    message = _(
        "No letter goes: those whom you chose have been written to in the meantime, or their new staff have applied. "
        "Look at the list again."
    )


def why_not_write(cohort: Cohort, *, now: datetime) -> Refusal | None:
    """The reason that managers cannot be asked to register for this round, or None: it takes no applications."""
    return why_not_apply(cohort, now=now)


def last_moment(cohort: Cohort) -> datetime | None:
    """Until when a letter about the round is of use: the midnight after the last day to apply."""
    if cohort.closes_on is None:
        return None
    zone = ZoneInfo(cohort.programme.region.time_zone)
    return datetime.combine(cohort.closes_on + timedelta(days=1), time.min, zone)


def months_before(day: date, months: int = MONTHS) -> date:
    """The first of the month so many months ago."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


# ---------- Who is new ----------


@dataclass(frozen=True)
class Newcomer:
    """Somebody who has begun: in which unit of which municipality, and since when."""

    person: Person
    unit: Organisation
    town: Organisation | None
    since: date


def towns_of(cohort: Cohort) -> list[Organisation]:
    """The municipalities that take part in the round."""
    return [share.organisation for share in cohort.shares.select_related("organisation").order_by("order", "pk")]


def newcomers(
    employments: EmploymentQuerySet, cohort: Cohort, towns: Iterable[Organisation], *, since: date, day: date
) -> list[Newcomer]:
    """Those of these employments that are new, each person once, by unit and name.

    New is who works in one of the round's municipalities on `day`, is not on leave, began on `since` or later, and did
    not work in any of them before: a move inside the region is no beginning. Who has applied to any round of the
    programme, whatever became of it, is not in the list.
    """
    towns = list(towns)
    reached = within([path for town in towns for path in (town.path, *town.past_paths)], "unit__path")
    earlier = Employment.objects.filter(reached, person=OuterRef("person"), valid_from__lt=since)
    applied = Enrolment.objects.filter(person=OuterRef("person"), cohort__programme=cohort.programme_id)
    away = Absence.objects.filter(valid_on(day), employment=OuterRef("pk"))
    found: dict[int, Newcomer] = {}
    rows = (
        employments.on(day)
        .filter(reached, valid_from__gte=since, person__is_active=True, person__is_guest=False)
        .exclude(Exists(earlier))
        .exclude(Exists(applied))
        .exclude(Exists(away))
        .select_related("person", "unit")
        .order_by("unit__path", "person__name", "-main", "pk")
    )
    for row in rows:
        town = next((town for town in towns if row.unit.path.startswith(town.path)), None)
        found.setdefault(row.person_id, Newcomer(row.person, row.unit, town, row.valid_from))
    return list(found.values())


# ---------- By manager ----------


@dataclass
class Asked:
    """A letter that a manager was sent about this round, and who has been registered since."""

    letter: Letter
    people: int
    registered: list[Enrolment] = field(default_factory=list)


@dataclass
class Group:
    """A manager, her new staff, and what she was written about them."""

    manager: Person
    people: list[Newcomer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    @property
    def choice(self) -> str:
        """What stands for this manager in the form: a page that is out of date names another number of letters."""
        return f"{self.manager.pk}-{len(self.asked)}"

    @property
    def last(self) -> Asked | None:
        """The latest letter that was not taken back."""
        standing = [one for one in self.asked if one.letter.state != LetterState.CANCELLED]
        return standing[-1] if standing else None


def by_manager(people: Iterable[Newcomer], asked: Mapping[int, list[Asked]], *, day: date) -> list[Group]:
    """The newcomers under their nearest manager, one who can be written to before one who cannot; see `unled`."""
    people = list(people)
    managers = managers_by_person([one.person for one in people], day)
    groups: dict[int, Group] = {}
    for one in people:
        nearest = managers[one.person.pk]
        if not nearest:
            continue
        manager = next((who for who in nearest if who.email), nearest[0])
        groups.setdefault(manager.pk, Group(manager, asked=asked.get(manager.pk, []))).people.append(one)
    return list(groups.values())


def unled(people: Iterable[Newcomer], groups: Iterable[Group]) -> list[Newcomer]:
    """Those for whom no manager is known."""
    led = {one.person.pk for group in groups for one in group.people}
    return [one for one in people if one.person.pk not in led]


def asked_about(cohort: Cohort, letters: QuerySet[Letter], enrolments: QuerySet[Enrolment]) -> dict[int, list[Asked]]:
    """The letters about this round by manager, the first one first, each with who has applied after it was written."""
    found: dict[int, list[Asked]] = {}
    rows = list(letters.filter(kind=ASKED, about=key(cohort)).select_related("person").order_by("created_at", "key"))
    people = {pk for letter in rows for pk in letter.facts["people"]}
    applied = list(
        enrolments.filter(cohort__programme=cohort.programme_id, person__in=people)
        .select_related("person")
        .order_by("applied_at", "pk")
    )
    for letter in rows:
        about = set(letter.facts["people"])
        since = [row for row in applied if row.person_id in about and row.applied_at >= letter.created_at]
        if letter.person_id is not None:
            found.setdefault(letter.person_id, []).append(Asked(letter, len(about), since))
    return found
