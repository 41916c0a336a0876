"""What an employer sees of supervision: on which days, and whether there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from events.models import Attendance
from people.models import Employment, Person
from people.querysets import within


@dataclass(frozen=True)
class Seen:
    """Somebody's sessions as an employer sees them: on which days, and whether there."""

    person: Person
    days: tuple[tuple[date, bool], ...]

    @property
    def present(self) -> list[date]:
        """The days on which she was there."""
        return [day for day, there in self.days if there]

    @property
    def absent(self) -> list[date]:
        """The days on which she was not."""
        return [day for day, there in self.days if not there]


def attendance_of_staff(person: Any, *, since: date) -> list[Seen]:
    """Dates and attendance of those who worked under the person on the day of the session, by name; nothing else.

    So an earlier employer sees nothing of what came after a move, and a new one nothing of what was before.
    """
    paths = person.reach.staff_paths
    if not paths:
        return []
    day = OuterRef("registration__event__date")
    theirs = (
        Employment.objects.filter(within(paths, "unit__path"), person=OuterRef("registration__person"))
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)
        .exclude(person=person)
    )
    rows = (
        Attendance.objects.filter(Exists(theirs), registration__event__supervision_session__recorded_at__isnull=False)
        .filter(registration__event__date__gte=since)
        .select_related("registration__person", "registration__event")
        .order_by("registration__person__name", "registration__person", "registration__event__date")
    )
    found: dict[int, list[Attendance]] = defaultdict(list)
    for row in rows:
        found[row.registration.person_id].append(row)
    return [
        Seen(some[0].registration.person, tuple((row.registration.event.date, row.hours > 0) for row in some))
        for some in found.values()
    ]
