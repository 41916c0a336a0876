"""Supervision groups: who leads whom, what stands in the way of a group, what it may do now, and its sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from base import dates
from base.refusal import Forbidden, Refusal
from events.rules.todos import Todo
from events.states import EventState
from people.models import Employment, Organisation, Person, Region, RoleAssignment
from people.querysets import within
from people.rules import managers_by_person, name_for
from people.states import Role
from programmes import grouping
from programmes.models import (
    Programme,
    SupervisionAnswer,
    SupervisionGroup,
    SupervisionMember,
    SupervisionSession,
)
from programmes.states import LIVE_SUPERVISION, Answer, SupervisionState

FEWEST, MOST = grouping.FEWEST, grouping.MOST


class LeadsMembers(Refusal):
    """A manager is in no group with own staff."""


class LedByMember(Refusal):
    """The other way round."""

    message = gettext_lazy("%(manager)s is in the group and leads %(name)s, so they cannot be in the same group.")


class SupervisorLeads(Refusal):
    """A supervisor is nobody's manager in the group."""

    message = gettext_lazy("%(name)s leads %(members)s at work, and the supervisor is never the manager of a member.")


class OwnSupervisor(Refusal):
    """Nobody supervises herself."""

    message = gettext_lazy("%(name)s supervises the group and cannot be a member of it.")


class InAnother(Refusal):
    """One group of a programme at a time."""

    message = gettext_lazy("%(name)s is already in %(group)s.")


class WrongSize(Refusal):
    """Three to eight."""

    message = gettext_lazy("A group has 3 to 8 members; this one would have %(n)s.")


class NotEmployed(Refusal):
    """Who joins works in the region."""

    message = gettext_lazy("%(name)s has no employment in the region today.")


class GroupOver(Refusal):
    """The group has ended."""

    message = gettext_lazy("The group has ended.")


class NotAsked(Refusal):
    """There is no contract to answer."""

    message = gettext_lazy("The contract has been agreed already, so there is nothing to answer.")


class NotInGroup(Forbidden):
    """Only who is to keep the contract answers it."""

    message = gettext_lazy("The contract is answered by the members and the supervisor, each for herself or himself.")


class NotArranging(Forbidden):
    """Members, supervisors and contracts are for the coordinators."""

    message = gettext_lazy("Only the coordinators of the region can do this.")


class NotLeading(Forbidden):
    """Sessions are booked and written down by the supervisor and the coordinators."""

    message = gettext_lazy("Sessions are booked and written down by the supervisor and by the coordinators.")


class NotAgreed(Refusal):
    """No sessions before the contract."""

    message = gettext_lazy("Sessions begin when everybody has said yes to the contract.")


class SupervisorNotAgreed(Refusal):
    """A group without its supervisor's yes has nobody to lead it."""

    message = gettext_lazy("The supervisor has not said yes to the contract.")


class EnoughSessions(Refusal):
    """All agreed sessions are booked or held."""

    message = gettext_lazy("All %(n)s sessions that were agreed are booked or held. The group can be extended later.")


class SameDay(Refusal):
    """One session a day."""

    message = gettext_lazy("There is a session on %(day)s already.")


class DayToCome(Refusal):
    """What has not been cannot be written down."""

    message = gettext_lazy("A session is written down on its day or later.")


class SessionToCome(Refusal):
    """Those who are to come hear of it."""

    message = gettext_lazy("The session is still to come. Cancel it instead, so that the members get a letter.")


def local_day(group: SupervisionGroup, now: datetime) -> date:
    """The date that the wall calendar of the group's region shows."""
    return now.astimezone(ZoneInfo(group.programme.region.time_zone)).date()


def runs(group: SupervisionGroup, person: Any) -> bool:
    """Whether the person coordinates the group's region."""
    return bool(person.reach.administrator or group.programme.region_id in person.reach.region_ids)


def why_not_arrange(group: SupervisionGroup, person: Any) -> Refusal | None:
    """The reason that this person cannot change who is in the group and what it agreed to, or None."""
    return None if runs(group, person) else NotArranging()


def why_not_lead(group: SupervisionGroup, person: Any) -> Refusal | None:
    """The reason that this person cannot book sessions and write them down, or None."""
    return None if person.pk == group.supervisor_id or runs(group, person) else NotLeading()


# ---------- Who leads whom ----------


@dataclass(frozen=True)
class Leads:
    """Of some people, who leads which others: as the direct manager, or from above."""

    direct: Mapping[int, frozenset[int]] = field(default_factory=dict)
    above: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def by(self, manager: int) -> frozenset[int]:
        """Everybody whom this person leads, at whatever level."""
        return self.direct.get(manager, frozenset()) | self.above.get(manager, frozenset())

    def pairs(self) -> list[tuple[int, int]]:
        """Manager and led, each once."""
        return sorted((one, other) for one in {*self.direct, *self.above} for other in self.by(one))


def leads(people: Iterable[Person], day: date) -> Leads:
    """Who of these people leads which others of them on a day, in four queries."""
    people = list(people)
    keys = {person.pk for person in people}
    direct: dict[int, set[int]] = defaultdict(set)
    for led, managers in managers_by_person(people, day).items():
        for manager in managers:
            if manager.pk in keys:
                direct[manager.pk].add(led)
    works = list(Employment.objects.on(day).filter(person__in=keys).values_list("person", "unit__path"))
    roles = RoleAssignment.objects.on(day).filter(person__in=keys, role__in=(Role.MANAGER, Role.DIRECTOR))
    above: dict[int, set[int]] = defaultdict(set)
    for over, path in roles.filter(organisation__isnull=False).values_list("person", "organisation__path"):
        above[over] |= {led for led, unit in works if unit.startswith(path) and led != over}
    return Leads(
        {manager: frozenset(led) for manager, led in direct.items()},
        {manager: frozenset(led - direct[manager]) for manager, led in above.items() if led - direct[manager]},
    )


def _names(people: Iterable[Person], viewer: Any) -> str:
    return ", ".join(sorted(name_for(person, viewer) for person in people))


def why_not_together(person: Person, others: Collection[Person], found: Leads, *, by: Any) -> Refusal | None:
    """The reason that a person cannot be in a group with these others, or None: a manager and own staff never meet."""
    name, there = name_for(person, by), {other.pk for other in others}
    if led := found.direct.get(person.pk, frozenset()) & there:
        return LeadsMembers(
            ngettext(
                "%(name)s is direct manager of %(n)s member, and a manager is never in a group with own staff.",
                "%(name)s is direct manager of %(n)s members, and a manager is never in a group with own staff.",
                len(led),
            )
            % {"name": name, "n": len(led)}
        )
    if led := found.by(person.pk) & there:
        return LeadsMembers(
            ngettext(
                "%(name)s leads %(n)s member from a higher level, and is never in a group with own staff.",
                "%(name)s leads %(n)s members from a higher level, and is never in a group with own staff.",
                len(led),
            )
            % {"name": name, "n": len(led)}
        )
    managers = [other for other in others if person.pk in found.by(other.pk)]
    return LedByMember(manager=_names(managers, by), name=name) if managers else None


def why_not_supervise(supervisor: Person, members: Collection[Person], found: Leads, *, by: Any) -> Refusal | None:
    """The reason that somebody cannot supervise these people, or None."""
    if any(member.pk == supervisor.pk for member in members):
        return OwnSupervisor(name=name_for(supervisor, by))
    led = [member for member in members if member.pk in found.by(supervisor.pk)]
    return SupervisorLeads(name=name_for(supervisor, by), members=_names(led, by)) if led else None


def members_of(group: SupervisionGroup) -> list[SupervisionMember]:
    """Those who are in the group now, by name."""
    rows = SupervisionMember.objects.standing().filter(group=group)
    return list(rows.select_related("person", "organisation", "unit").order_by("person__name", "pk"))


def why_not_add(group: SupervisionGroup, person: Person, *, by: Any, day: date) -> Refusal | None:
    """The reason that a person cannot join the group, or None; asked again under the programme's lock."""
    if group.state not in LIVE_SUPERVISION:
        return GroupOver()
    members = [row.person for row in members_of(group)]
    if any(member.pk == person.pk for member in members):
        return InAnother(name=name_for(person, by), group=str(group))
    if refusal := why_not_free(group.programme, [person], by=by):
        return refusal
    if len(members) >= MOST:
        return WrongSize(n=len(members) + 1)
    if unit_of(person, group.programme.region, day) is None:
        return NotEmployed(name=name_for(person, by))
    found = leads([*members, person, group.supervisor], day)
    return why_not_together(person, members, found, by=by) or why_not_supervise(
        group.supervisor, [person], found, by=by
    )


def why_not_free(programme: Programme, people: Collection[Person], *, by: Any) -> Refusal | None:
    """The reason that one of these people cannot be in a new group, or None: each is in one group of a programme."""
    rows = SupervisionMember.objects.standing().filter(person__in=people, group__programme=programme)
    row = rows.filter(group__state__in=LIVE_SUPERVISION).select_related("person", "group").first()
    return InAnother(name=name_for(row.person, by), group=str(row.group)) if row is not None else None


def why_not_form(
    groups: Sequence[tuple[Person, Collection[Person]]], *, by: Any, day: date
) -> list[tuple[int, Refusal]]:
    """What stands in the way of these groups, each of a supervisor and members: all of it, by the group's place."""
    everybody = {person.pk: person for lead, people in groups for person in (lead, *people)}
    found = leads(everybody.values(), day)
    wrong: list[tuple[int, Refusal]] = []
    for n, (supervisor, people) in enumerate(groups):
        if not FEWEST <= len(people) <= MOST:
            wrong.append((n, WrongSize(n=len(people))))
        for person in people:
            # Said of the manager, so not again of those whom she leads.
            refusal = why_not_together(person, people, found, by=by)
            if refusal is not None and not isinstance(refusal, LedByMember):
                wrong.append((n, refusal))
        if refusal := why_not_supervise(supervisor, people, found, by=by):
            wrong.append((n, refusal))
    return wrong


def conflicts(groups: Sequence[SupervisionGroup], *, by: Any, day: date) -> dict[int, list[str]]:
    """By group, what has become wrong since it was made: somebody has become the manager of another."""
    rows = SupervisionMember.objects.standing().filter(group__in=[group.pk for group in groups])
    members: dict[int, list[Person]] = defaultdict(list)
    for row in rows.select_related("person"):
        members[row.group_id].append(row.person)
    live = [group for group in groups if group.state in LIVE_SUPERVISION]
    wrong = why_not_form([(group.supervisor, members[group.pk]) for group in live], by=by, day=day) if live else []
    told: dict[int, list[str]] = defaultdict(list)
    for n, refusal in wrong:
        if not isinstance(refusal, WrongSize):
            told[live[n].pk].append(str(refusal))
    return told


# ---------- Where they work ----------


def employed(people: Collection[int], region: Region, day: date) -> dict[int, Employment]:
    """The main employment of each on a day, in an organisation that takes part in the region: one query more."""
    paths = list(Organisation.objects.in_region(region, day).values_list("path", flat=True))
    rows = Employment.objects.on(day).filter(within(paths, "unit__path"), person__in=people)
    found: dict[int, Employment] = {}
    for row in rows.select_related("unit").order_by("-main", "pk"):
        found.setdefault(row.person_id, row)
    return found


def unit_of(person: Person, region: Region, day: date) -> Organisation | None:
    """Where the person works in the region on a day."""
    row = employed([person.pk], region, day).get(person.pk)
    return row.unit if row is not None else None


def tops_of(units: Iterable[Organisation]) -> dict[int, Organisation]:
    """The organisations at the top of these units' trees, by key."""
    return Organisation.objects.in_bulk({unit.top_id for unit in units})


# ---------- The contract ----------


def answers_of(group: SupervisionGroup) -> dict[int, str]:
    """What each has said to the contract of this term, by person."""
    rows = SupervisionAnswer.objects.filter(group=group, term=group.term)
    return dict(rows.values_list("person", "answer"))


def why_not_answer(group: SupervisionGroup, person: Any) -> Refusal | None:
    """The reason that this person cannot answer the contract, or None; who comes later answers while the group runs."""
    if group.state == SupervisionState.ENDED:
        return GroupOver()
    members = SupervisionMember.objects.standing().filter(group=group, person=person)
    if person.pk != group.supervisor_id and not members.exists():
        return NotInGroup()
    if group.state == SupervisionState.PROPOSED or answers_of(group).get(person.pk) != Answer.YES:
        return None
    return NotAsked()


def why_not_start(group: SupervisionGroup, by: Any) -> Refusal | None:
    """The reason that the group cannot begin with those who have said yes, or None."""
    if refusal := why_not_arrange(group, by):
        return refusal
    if group.state == SupervisionState.ENDED:
        return GroupOver()
    if group.state != SupervisionState.PROPOSED:
        return NotAsked()
    said = answers_of(group)
    if said.get(group.supervisor_id) != Answer.YES:
        return SupervisorNotAgreed()
    willing = sum(said.get(row.person_id) == Answer.YES for row in members_of(group))
    return None if willing >= FEWEST else WrongSize(n=willing)


# ---------- Sessions ----------


def sessions_of(group: SupervisionGroup) -> list[SupervisionSession]:
    """The sessions that are booked or held, the first one first."""
    rows = SupervisionSession.objects.filter(group=group).exclude(event__state=EventState.CANCELLED)
    return list(rows.select_related("event__region").order_by("event__starts_at", "pk"))


def why_not_book(group: SupervisionGroup, person: Any, *, more: int = 1) -> Refusal | None:
    """The reason that no more sessions can be booked or written down, or None."""
    if refusal := why_not_lead(group, person):
        return refusal
    if group.state == SupervisionState.ENDED:
        return GroupOver()
    if group.state == SupervisionState.PROPOSED:
        return NotAgreed()
    return EnoughSessions(n=group.sessions) if len(sessions_of(group)) + more > group.sessions else None


def why_not_days(group: SupervisionGroup, days: Iterable[date], *, but: int | None = None) -> Refusal | None:
    """The reason that there can be no session on one of these days, or None: there is one already."""
    days = list(days)
    taken = {row.event.date for row in sessions_of(group) if row.pk != but}
    twice = next((day for n, day in enumerate(days) if day in taken or day in days[:n]), None)
    return SameDay(day=dates.plain_day(twice)) if twice is not None else None


def why_not_take_away(session: SupervisionSession, person: Any, *, now: datetime) -> Refusal | None:
    """The reason that a session cannot be taken away as not held, or None: it is written down, or has been."""
    if refusal := why_not_lead(session.group, person):
        return refusal
    return SessionToCome() if session.recorded_at is None and session.event.starts_at > now else None


def to_record(group: SupervisionGroup, *, now: datetime) -> SupervisionSession | None:
    """The first session that has been and that nobody has written down."""
    return next((row for row in sessions_of(group) if row.recorded_at is None and row.event.starts_at <= now), None)


def todos(person: Person, *, now: datetime) -> list[Todo]:
    """What somebody has to do about her groups: answer the contract, write down a session that has been; one query."""
    unwritten = (
        SupervisionSession.objects.filter(group=OuterRef("pk"), recorded_at__isnull=True, event__ends_at__lte=now)
        .exclude(event__state=EventState.CANCELLED)
        .order_by("event__starts_at")
    )
    rows = (
        SupervisionGroup.objects.live()
        .of(person)
        .annotate(
            waits=Exists(SupervisionGroup.objects.to_agree(person).filter(pk=OuterRef("pk"))),
            session=Subquery(unwritten.values("pk")[:1]),
            day=Subquery(unwritten.values("event__date")[:1]),
        )
        .select_related("programme")
        .order_by("programme", "number")
    )
    found, today = [], now.date()
    for row in rows:
        if row.waits:
            url = reverse("programmes:supervision_contract", args=[row.pk])
            found.append(Todo(_("Read the contract and answer"), f"{row}, {row.programme}", url, None, today))
        if row.session is not None and row.supervisor_id == person.pk:
            url = reverse("programmes:supervision_write", args=[row.pk]) + f"?session={row.session}"
            title = _("Write down the session on %(day)s") % {"day": dates.plain_day(row.day, today=today)}
            found.append(Todo(title, f"{row}, {row.programme}", url, None, today))
    return found
