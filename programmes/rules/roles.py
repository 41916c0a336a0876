"""What people have done for a round besides taking part, as far as it can be certified: a function for each source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Max, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from base import dates
from base.refusal import Refusal
from events.models import Staff
from events.states import EventState, StaffFunction
from people.models import Organisation, Person
from programmes.models import Cohort, CourseDay, MentorMeeting, Mentorship, SupervisionGroup, SupervisionSession
from programmes.states import RoleFunction, SupervisionState


class NothingDone(Refusal):
    """Nobody is certified for what has not been."""

    message = gettext_lazy("The person has done nothing in this role that is over, so there is nothing to certify.")


class NotOver(Refusal):
    """A role is certified when it is over."""

    message = gettext_lazy("The certificate can be issued when the last of it is over.")


class NobodyDone(Refusal):
    """There is nobody to issue to."""

    message = gettext_lazy("Nobody is waiting for a certificate of a role.")


@dataclass(frozen=True)
class Done:
    """What one person has done in one role for a round: from when to when, how often, and the hours where known."""

    person: Person
    function: RoleFunction
    first: date
    last: date
    times: int
    days: tuple[CourseDay, ...] = ()
    hours: Decimal | None = None
    to_come: int = 0
    organisation: Organisation | None = None

    @property
    def key(self) -> tuple[int, str]:
        """What tells one role from another in a round."""
        return self.person.pk, str(self.function)

    @property
    def in_words(self) -> str:
        """How often, and what is still to come: "days 2 and 5", "7 meetings"."""
        words = [_times(self)]
        if self.hours:
            words.append(_("%(hours)s hours") % {"hours": dates.number(self.hours, 2)})
        if self.to_come:
            words.append(_still(self) % {"n": self.to_come})
        return "; ".join(words)


def _times(done: Done) -> str:
    words = {"n": done.times}
    if done.days:
        return ngettext("%(n)s day", "%(n)s days", done.times) % words
    return ngettext("%(n)s meeting", "%(n)s meetings", done.times) % words


def _still(done: Done) -> str:
    if done.days:
        return ngettext("%(n)s day is still to come", "%(n)s days are still to come", done.to_come)
    if done.function == RoleFunction.MENTOR:
        return ngettext("%(n)s mentee goes on", "%(n)s mentees go on", done.to_come)
    return ngettext("%(n)s group goes on", "%(n)s groups go on", done.to_come)


def on_days(cohort: Cohort, now: datetime) -> list[Done]:
    """Lecturers and hosts of course days that have been; how long each spoke is not known, so there are no hours."""
    functions = {
        StaffFunction.LECTURER: RoleFunction.LECTURER,
        StaffFunction.HOST: RoleFunction.HOST,
    }
    found: dict[tuple[int, str], list[Staff]] = {}
    rows = (
        Staff.objects.filter(event__course_day__cohort=cohort, function__in=functions, person__erased_at__isnull=True)
        .exclude(event__state=EventState.CANCELLED)
        .select_related("person", "event__host", "event__course_day")
        .order_by("person__name", "person", "function", "event__starts_at")
    )
    for row in rows:
        found.setdefault((row.person_id, row.function), []).append(row)
    made = []
    for (_person, function), staff in found.items():
        held = [row for row in staff if row.event.ends_at <= now]
        if not held:
            continue
        hosts = {row.event.host for row in held}
        made.append(
            Done(
                person=held[0].person,
                function=functions[StaffFunction(function)],
                first=held[0].event.date,
                last=held[-1].event.date,
                times=len(held),
                days=tuple(row.event.course_day for row in held),
                to_come=len(staff) - len(held),
                organisation=hosts.pop() if function == StaffFunction.HOST and len(hosts) == 1 else None,
            )
        )
    return made


def mentors(cohort: Cohort, now: datetime) -> list[Done]:
    """Mentors whose pairs have ended: their meetings and hours, and never with whom."""
    found: dict[int, list[Mentorship]] = {}
    closed = Mentorship.objects.filter(enrolment__cohort=cohort, mentor__person__erased_at__isnull=True).closed()
    for pair in closed.select_related("mentor__person").order_by("mentor__person__name", "started_on"):
        found.setdefault(pair.mentor.person_id, []).append(pair)
    if not found:
        return []
    going = Mentorship.objects.filter(enrolment__cohort=cohort, mentor__person__in=found).agreed()
    on = Counter(going.values_list("mentor__person", flat=True))
    held: dict[int, list[int]] = {}
    meetings = MentorMeeting.objects.held().filter(
        mentorship__in=[pair.pk for pairs in found.values() for pair in pairs]
    )
    for who, minutes in meetings.values_list("mentorship__mentor__person", "minutes"):
        held.setdefault(who, []).append(minutes)
    zone = ZoneInfo(cohort.programme.region.time_zone)
    made = []
    for who, pairs in found.items():
        if who in held:
            made.append(
                Done(
                    person=pairs[0].mentor.person,
                    function=RoleFunction.MENTOR,
                    first=min(pair.started_on for pair in pairs if pair.started_on),
                    last=max(pair.closed_at.astimezone(zone).date() for pair in pairs if pair.closed_at),
                    times=len(held[who]),
                    hours=hours_of(sum(held[who])),
                    to_come=on[who],
                )
            )
    return made


def supervisors(cohort: Cohort, now: datetime) -> list[Done]:
    """Supervisors whose groups have ended, in the newest round that the group's members come from."""
    of_programme = Q(members__enrolment__cohort__programme=cohort.programme_id)
    newest = Cohort.objects.filter(programme=cohort.programme_id).order_by("-number").values("number")[:1]
    groups = (
        SupervisionGroup.objects.filter(programme=cohort.programme_id, supervisor__erased_at__isnull=True)
        .annotate(round=Coalesce(Max("members__enrolment__cohort__number", filter=of_programme), Subquery(newest)))
        .filter(round=cohort.number)
    )
    going = Counter(groups.exclude(state=SupervisionState.ENDED).values_list("supervisor", flat=True))
    sessions = (
        SupervisionSession.objects.filter(
            group__in=groups.filter(state=SupervisionState.ENDED).values("pk"), recorded_at__isnull=False
        )
        .select_related("group__supervisor", "event")
        .order_by("group__supervisor__name", "group__supervisor", "event__date")
    )
    found: dict[int, list[SupervisionSession]] = {}
    for row in sessions:
        found.setdefault(row.group.supervisor_id, []).append(row)
    return [
        Done(
            person=held[0].group.supervisor,
            function=RoleFunction.SUPERVISOR,
            first=held[0].event.date,
            last=held[-1].event.date,
            times=len(held),
            hours=hours_of(sum(row.minutes for row in held)),
            to_come=going[who],
        )
        for who, held in found.items()
    ]


def hours_of(minutes: int) -> Decimal:
    """Minutes as hours to the quarter, downwards."""
    return Decimal(minutes // 15) / 4


# Each source says who has done what in a round.
SOURCES: tuple[Callable[[Cohort, datetime], list[Done]], ...] = (on_days, mentors, supervisors)


def done_in(cohort: Cohort, now: datetime) -> list[Done]:
    """Everything that has been done for a round and can be certified, by function."""
    order = list(RoleFunction)
    rows = [row for source in SOURCES for row in source(cohort, now)]
    return sorted(rows, key=lambda row: order.index(row.function))


def done_by(cohort: Cohort, person: Person, function: str, now: datetime) -> Done | None:
    """What one person has done in one role."""
    return next((row for row in done_in(cohort, now) if row.key == (person.pk, function)), None)


def why_not_issue(done: Done | None) -> Refusal | None:
    """The reason that a role cannot be certified, or None; asked by the page and under the lock."""
    if done is None:
        return NothingDone()
    return NotOver() if done.to_come else None
