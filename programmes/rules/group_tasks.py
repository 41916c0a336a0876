"""Who sets a task, who writes what a group hands in, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from base import clock
from base.nordic import sort_key
from base.refusal import Forbidden, Refusal
from events.states import StaffFunction
from people.models import Person
from people.rules import name_for
from programmes.models import Cohort, CourseDay, Enrolment, GroupTask, HandIn, TaskGroup, TaskMember
from programmes.rules.applications import local_day
from programmes.rules.boards import runs
from programmes.states import TAKING_PART

REMIND_BEFORE, REMIND_AT = timedelta(days=2), time(8)
MOST = 30


class NotYourTask(Forbidden):
    """Neither the round nor the day is theirs."""

    message = _("Tasks are set by the coordinators, and by the lecturer of the day that the task belongs to.")


class DuePast(Refusal):
    """A task is for days to come."""

    message = _("Choose a day that is still to come.")


class GroupsHaveBegun(Refusal):
    """What somebody has written is not thrown away by a press on a button."""

    message = _("A group has begun to write. Move people one by one instead; what is written stays with its group.")


class TaskHasBegun(Refusal):
    """The same, of removing the task."""

    message = _("A group has begun to write, so the task cannot be removed.")


class GroupWouldBeEmpty(Refusal):
    """What is written needs somebody who can hand it in."""

    message = _("Group %(number)s has written something. Leave somebody in it.")


class NotInThisGroup(Forbidden):
    """Only the group writes."""

    message = _("Only those in the group write what it hands in.")


class HandedInAlready(Refusal):
    """What is handed in is read by others."""

    message = _("It has been handed in. Take it back first, to change it.")


class NothingToHandIn(Refusal):
    """An empty page."""

    message = _("Write something or choose a file, before you hand it in.")


class NotHandedIn(Refusal):
    """Somebody else took it back."""

    message = _("It has not been handed in.")


class DueOver(Refusal):
    """The last day has been."""

    message = _("The last day to hand in has been, so what is handed in stays as it is.")


# ---------- Setting ----------


def days_to_set(cohort: Cohort, person: Person) -> list[CourseDay]:
    """The days that the person may set a task for: all of a round that she runs, else those on which she lectures."""
    days = cohort.days.select_related("event").order_by("number")
    if not runs(cohort, person):
        days = days.filter(event__staff__person=person, event__staff__function=StaffFunction.LECTURER)
    return list(days)


def why_not_set(cohort: Cohort, day: CourseDay | None, by: Person) -> Refusal | None:
    """The reason that `by` cannot set or change a task of this day, or of the round in general, or None."""
    if runs(cohort, by):
        return None
    return None if day is not None and day in days_to_set(cohort, by) else NotYourTask()


def why_not_due(cohort: Cohort, due: date, *, now: datetime) -> Refusal | None:
    """The reason that nothing can be handed in by this day, or None."""
    return DuePast() if due < local_day(cohort, now) else None


def begun(task: GroupTask) -> bool:
    """Whether a group has saved something."""
    return HandIn.objects.filter(group__task=task).exists()


def participants(task: GroupTask) -> list[Enrolment]:
    """Those who take part in the round, by name."""
    found = Enrolment.objects.taking_part().filter(cohort=task.cohort_id).select_related("person", "organisation")
    return sorted(found, key=lambda row: (sort_key(row.person.name), row.pk))


def to_tell(task: GroupTask) -> list[Enrolment]:
    """The participants who are told of another last day: not those whose group has handed in."""
    done = TaskMember.objects.filter(task=task, group__hand_in__handed_in_at__isnull=False)
    done_by = set(done.values_list("enrolment", flat=True))
    return [row for row in participants(task) if row.pk not in done_by]


# ---------- Handing in ----------


def in_group(group: TaskGroup, person: Person) -> bool:
    """Whether the person is in the group, and takes part in the round."""
    return group.members.filter(enrolment__person=person, enrolment__programme_side__in=TAKING_PART).exists()


def hand_in_of(group: TaskGroup) -> HandIn | None:
    """What the group has saved; None before it has begun."""
    return getattr(group, "hand_in", None)


def is_handed_in(group: TaskGroup) -> bool:
    """Whether the group has handed in, and not taken it back."""
    row = hand_in_of(group)
    return row is not None and row.handed_in_at is not None


def why_not_write(group: TaskGroup, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot write in what the group hands in, or None."""
    if not in_group(group, by):
        return NotInThisGroup()
    return HandedInAlready() if is_handed_in(group) else None


def over(task: GroupTask, *, now: datetime) -> bool:
    """Whether the last day to hand in has been, where the round is."""
    return local_day(task.cohort, now) > task.due


def why_not_take_back(group: TaskGroup, *, by: Person, now: datetime) -> Refusal | None:
    """The reason that `by` cannot take back what the group handed in, or None."""
    if not in_group(group, by):
        return NotInThisGroup()
    if not is_handed_in(group):
        return NotHandedIn()
    return DueOver() if over(group.task, now=now) else None


# ---------- Reminding ----------


def remind_at(task: GroupTask) -> datetime:
    """When groups that have not handed in are reminded: in the morning, two days before the last day."""
    return clock.wall(task.due - REMIND_BEFORE, REMIND_AT, task.cohort.programme.region.time_zone)


def to_remind(task: GroupTask, *, now: datetime) -> bool:
    """Whether it is time to remind, of a task that was there before; not when the last day has been."""
    moment = remind_at(task)
    return task.created_at < moment <= now and not over(task, now=now)


# ---------- Showing ----------


@dataclass(frozen=True)
class Line:
    """A group of a task as a list shows it: who is in it, and what it has saved."""

    group: TaskGroup
    names: list[str]
    hand_in: HandIn | None

    @property
    def handed_in(self) -> bool:
        """Whether it has been handed in."""
        return self.hand_in is not None and self.hand_in.handed_in_at is not None


def lines(groups: Iterable[TaskGroup], viewer: Person) -> list[Line]:
    """Groups with the names of those who are in them and take part; read with `with_members`."""
    found = []
    for group in groups:
        names = sorted((name_for(person, viewer) for person in _people(group)), key=sort_key)
        found.append(Line(group, names, hand_in_of(group)))
    return found


def _people(group: TaskGroup) -> list[Person]:
    return [row.enrolment.person for row in group.members.all() if row.enrolment.programme_side in TAKING_PART]


def fellows(group: TaskGroup, person: Person) -> list[str]:
    """What the person reads as the names of the others in her group; read with `with_members`."""
    return sorted((name_for(other, person) for other in _people(group) if other.pk != person.pk), key=sort_key)


def with_members(groups: Any) -> Any:
    """Groups together with everything that `lines` asks: two statements however many there are."""
    return groups.select_related("hand_in", "task").prefetch_related("members__enrolment__person").order_by("number")
