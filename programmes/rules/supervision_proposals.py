"""Supervision groups as they are proposed: who has finished a round and can be in one, and why they are shared so."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.models import Organisation, Person
from programmes import grouping
from programmes.models import Enrolment, Programme, SupervisionMember
from programmes.rules.supervision import employed, leads, tops_of
from programmes.states import LIVE_SUPERVISION, ProgrammeSide


@dataclass(frozen=True)
class Finished:
    """Somebody who completed a round and still works in the region; whether a group has or had her."""

    person: Person
    enrolment: Enrolment
    unit: Organisation
    town: Organisation
    had: bool
    has: bool


def finished(programme: Programme, day: date) -> list[Finished]:
    """Those who completed a round of the programme and work in the region on `day`, each once, by name."""
    rows = (
        Enrolment.objects.filter(cohort__programme=programme, programme_side=ProgrammeSide.COMPLETED)
        .filter(person__is_active=True, person__is_guest=False)
        .select_related("person", "cohort__programme")
        .order_by("person__name", "-cohort__number", "pk")
    )
    latest: dict[int, Enrolment] = {}
    for row in rows:
        latest.setdefault(row.person_id, row)
    jobs = employed(latest, programme.region, day)
    tops = tops_of(job.unit for job in jobs.values())
    states: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    for person, state, left in SupervisionMember.objects.filter(
        group__programme=programme, person__in=latest
    ).values_list("person", "group__state", "left_on"):
        states[person].append((state, left is None))
    return [
        Finished(
            row.person,
            row,
            jobs[key].unit,
            tops[jobs[key].unit.top_id],
            had=key in states,
            has=any(state in LIVE_SUPERVISION and there for state, there in states[key]),
        )
        for key, row in latest.items()
        if key in jobs
    ]


@dataclass(frozen=True)
class Proposed:
    """A group as it is proposed: who leads it, who is in it."""

    supervisor: Person
    people: tuple[Finished, ...]


@dataclass(frozen=True)
class Proposal:
    """Groups, those who are in none, and why it is so."""

    groups: tuple[Proposed, ...]
    left: tuple[Finished, ...]
    reasons: tuple[str, ...]


def propose(people: Sequence[Finished], supervisors: Sequence[Person], *, size: int, day: date) -> Proposal:
    """Groups of about this size, as few from the same unit as possible; supervisors take turns."""
    found = leads([*(one.person for one in people), *supervisors], day)
    barred = [found.by(lead.pk) | {lead.pk} for lead in supervisors]
    result = grouping.propose(
        [grouping.Candidate(one.unit.pk, one.person.pk) for one in people], size, apart=found.pairs(), barred=barred
    )
    by_key = {one.person.pk: one for one in people}
    groups = tuple(
        Proposed(supervisors[n % len(supervisors)], _by_name(by_key[key] for key in keys))
        for n, keys in enumerate(result.groups)
    )
    left = _by_name(by_key[key] for key in result.left)
    return Proposal(groups, left, tuple(reasons(groups, left)))


def _by_name(people: Iterable[Finished]) -> tuple[Finished, ...]:
    return tuple(sorted(people, key=lambda one: (one.person.name, one.person.pk)))


def reasons(groups: Sequence[Proposed], left: Sequence[Finished]) -> list[str]:
    """Why some meet from the same unit, and why some are in no group."""
    placed = Counter(one.unit.pk for group in groups for one in group.people)
    told = []
    for n, group in enumerate(groups, start=1):
        units = {one.unit.pk: one.unit for one in group.people}
        for key, count in sorted(Counter(one.unit.pk for one in group.people).items()):
            if count < 2:
                continue
            facts = {
                "group": n,
                "n": count,
                "unit": units[key].name,
                "there": placed[key],
                "all": sum(placed.values()),
                "groups": len(groups),
            }
            if placed[key] > len(groups):
                words = _(
                    "Group %(group)s: %(n)s people from %(unit)s. Not avoidable: %(there)s of %(all)s work there, and "
                    "there are %(groups)s groups."
                )
            else:
                words = _("Group %(group)s: %(n)s people from %(unit)s. Another group would have room for one of them.")
            told.append(words % facts)
    if left and groups:
        told.append(
            ngettext(
                "%(n)s person is in no group: a manager is never in a group with own staff.",
                "%(n)s people are in no group: a manager is never in a group with own staff.",
                len(left),
            )
            % {"n": len(left)}
        )
    elif left:
        told.append(_("There are too few people for a group: it has 3 to 8 members."))
    return told
