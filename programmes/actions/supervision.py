"""Supervision groups: they are formed, people come and go, the contract is answered, groups go on and end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from audit.actions import record
from events import actions as events
from events.models import Event
from events.states import EventState, StaffFunction
from outbox.models import Batch
from people.models import Organisation, Person
from programmes.letters import supervision as letters
from programmes.models import (
    Enrolment,
    Programme,
    SupervisionAnswer,
    SupervisionGroup,
    SupervisionMember,
)
from programmes.rules import supervision as rules
from programmes.rules import supervision_evaluations as evaluating
from programmes.states import Answer, ProgrammeSide, SupervisionState


@dataclass(frozen=True)
class Terms:
    """What a contract says in numbers: how many sessions, how long, how often."""

    sessions: int
    minutes: int
    weeks: int


def lock_programme(programme: Programme) -> Programme:
    """The programme, locked: who puts people in its groups waits, so nobody is put in two, or beside her own staff."""
    rows = Programme.objects.select_for_update(of=("self",)).select_related("region")
    return rows.get(pk=programme.pk)


def lock_group(group: SupervisionGroup) -> SupervisionGroup:
    """The group, locked, with what is asked of it."""
    rows = SupervisionGroup.objects.select_for_update(of=("self",))
    return rows.select_related("programme__region", "supervisor", "responsible").get(pk=group.pk)


# ---------- Who is in it ----------


@transaction.atomic
def form_groups(
    *,
    programme: Programme,
    groups: Sequence[tuple[Person, Collection[Person]]],
    terms: Terms,
    by: Person,
    now: datetime,
) -> Batch | None:
    """Make these groups, each of a supervisor and members, and ask everybody for a yes to the contract.

    Refused with the first of what `rules.why_not_form` finds, and when somebody is in a group of the programme or has
    no employment in the region. The programme's row is locked. The letters can be held for ten minutes.
    """
    programme = lock_programme(programme)
    day = now.astimezone(ZoneInfo(programme.region.time_zone)).date()
    if refusal := rules.why_not_free(programme, [person for _lead, people in groups for person in people], by=by):
        raise refusal
    for _n, refusal in rules.why_not_form(groups, by=by, day=day):
        raise refusal
    last = SupervisionGroup.objects.filter(programme=programme).aggregate(last=Max("number"))["last"] or 0
    made = []
    for number, (supervisor, people) in enumerate(groups, start=last + 1):
        group = SupervisionGroup.objects.create(
            programme=programme,
            number=number,
            supervisor=supervisor,
            responsible=by,
            sessions=terms.sessions,
            minutes=terms.minutes,
            weeks=terms.weeks,
            created_at=now,
        )
        for person in people:
            _join(group, person, by=by, now=now)
        record(
            "supervision.formed",
            by=by,
            about=group,
            scope=group.scope,
            now=now,
            supervisor=supervisor.pk,
            members=len(people),
            sessions=terms.sessions,
        )
        made.append((group, [supervisor, *people]))
    return letters.asked(made, about=programme, by=by, now=now)


def _join(group: SupervisionGroup, person: Person, *, by: Person, now: datetime) -> SupervisionMember:
    day = rules.local_day(group, now)
    unit = rules.unit_of(person, group.programme.region, day)
    if unit is None:
        raise rules.NotEmployed(name=rules.name_for(person, by))
    completed = Enrolment.objects.filter(
        person=person, cohort__programme=group.programme, programme_side=ProgrammeSide.COMPLETED
    )
    row, _made = SupervisionMember.objects.update_or_create(
        group=group,
        person=person,
        defaults={
            "enrolment": completed.order_by("-cohort__number").first(),
            "organisation": Organisation.objects.get(pk=unit.top_id),
            "unit": unit,
            "joined_on": day,
            "left_on": None,
        },
    )
    record("supervision.joined", by=by, about=group, scope=group.scope, now=now, person=person.pk)
    return row


@transaction.atomic
def add_member(*, group: SupervisionGroup, person: Person, by: Person, now: datetime) -> Batch | None:
    """Put somebody in the group and ask for a yes to the contract; sessions are hers once she has said it.

    Refused as `rules.why_not_add` says, under the lock of the programme.
    """
    lock_programme(group.programme)
    group = lock_group(group)
    if refusal := rules.why_not_arrange(group, by) or rules.why_not_add(
        group, person, by=by, day=rules.local_day(group, now)
    ):
        raise refusal
    # An answer of an earlier time in the group is not an answer to this one.
    SupervisionAnswer.objects.filter(group=group, person=person, term=group.term).delete()
    _join(group, person, by=by, now=now)
    return letters.asked([(group, [person])], about=group, by=by, now=now)


@transaction.atomic
def remove_member(*, group: SupervisionGroup, person: Person, by: Person, now: datetime) -> SupervisionGroup:
    """Let somebody leave; attendance stays, sessions to come are left. Who is left may now all have said yes."""
    group = lock_group(group)
    if refusal := rules.why_not_arrange(group, by):
        raise refusal
    row = SupervisionMember.objects.standing().filter(group=group, person=person).first()
    if row is not None:
        _leave(group, row, by=by, now=now)
        _agree_if_all(group, by=by, now=now)
    return group


def _leave(group: SupervisionGroup, row: SupervisionMember, *, by: Person, now: datetime) -> None:
    row.left_on = max(row.joined_on, rules.local_day(group, now))
    row.save(update_fields=["left_on"])
    events.unregister_from(events=_events_of(group), person=row.person, by=by, now=now)
    record("supervision.left", by=by, about=group, scope=group.scope, now=now, person=row.person_id)


def _events_of(group: SupervisionGroup) -> list[Event]:
    return [row.event for row in rules.sessions_of(group)]


@transaction.atomic
def change_supervisor(*, group: SupervisionGroup, supervisor: Person, by: Person, now: datetime) -> Batch | None:
    """Let somebody else lead the group; she is asked for a yes, and the sessions to come are hers.

    Refused when she leads or is one of the members, and for others than the coordinators.
    """
    lock_programme(group.programme)
    group = lock_group(group)
    if refusal := rules.why_not_arrange(group, by):
        raise refusal
    if group.state == SupervisionState.ENDED:
        raise rules.GroupOver()
    members = [row.person for row in rules.members_of(group)]
    found = rules.leads([*members, supervisor], rules.local_day(group, now))
    if refusal := rules.why_not_supervise(supervisor, members, found, by=by):
        raise refusal
    before = group.supervisor
    if before.pk == supervisor.pk:
        return None
    group.supervisor = supervisor
    group.save(update_fields=["supervisor"])
    for event in _events_of(group):
        if event.ends_at > now:
            for deed, person in ((events.unstaff_event, before), (events.staff_event, supervisor)):
                deed(event=event, person=person, function=StaffFunction.SUPERVISOR, by=by, now=now)
    record(
        "supervision.supervisor_changed",
        by=by,
        about=group,
        scope=group.scope,
        now=now,
        before=before.pk,
        after=supervisor.pk,
    )
    return letters.asked([(group, [supervisor])], about=group, by=by, now=now)


# ---------- The contract ----------


@transaction.atomic
def answer(*, group: SupervisionGroup, answer: Answer, by: Person, now: datetime) -> SupervisionGroup:
    """Say yes or no to the contract; with the last yes the group is agreed. Refused as `rules.why_not_answer` says."""
    group = lock_group(group)
    if refusal := rules.why_not_answer(group, by):
        raise refusal
    SupervisionAnswer.objects.update_or_create(
        group=group, person=by, term=group.term, defaults={"answer": answer, "at": now}
    )
    record("supervision.answered", by=by, about=group, scope=group.scope, now=now, answer=answer, term=group.term)
    if group.state == SupervisionState.PROPOSED:
        _agree_if_all(group, by=by, now=now)
    elif answer == Answer.YES and by.pk != group.supervisor_id:
        events.register_on(events=_to_come(group, now), person=by, by=by, now=now)
    return group


def _to_come(group: SupervisionGroup, now: datetime) -> list[Event]:
    return [event for event in _events_of(group) if event.starts_at > now]


def _agree_if_all(group: SupervisionGroup, *, by: Person, now: datetime) -> None:
    if group.state != SupervisionState.PROPOSED:
        return
    said = rules.answers_of(group)
    members = rules.members_of(group)
    asked = [group.supervisor_id, *(row.person_id for row in members)]
    if len(members) >= rules.FEWEST and all(said.get(person) == Answer.YES for person in asked):
        _agree(group, by=by, now=now)


def _agree(group: SupervisionGroup, *, by: Person, now: datetime) -> None:
    """The contract holds; a group that has met before goes on."""
    group.state = SupervisionState.RUNNING if rules.sessions_of(group) else SupervisionState.AGREED
    group.save(update_fields=["state"])
    record("supervision.agreed", by=by, about=group, scope=group.scope, now=now, term=group.term)


@transaction.atomic
def start(*, group: SupervisionGroup, by: Person, now: datetime) -> SupervisionGroup:
    """Begin with those who have said yes; the others leave. Refused as `rules.why_not_start` says."""
    group = lock_group(group)
    if refusal := rules.why_not_start(group, by):
        raise refusal
    said = rules.answers_of(group)
    for row in rules.members_of(group):
        if said.get(row.person_id) != Answer.YES:
            _leave(group, row, by=by, now=now)
    _agree(group, by=by, now=now)
    return group


# ---------- Going on, and the end ----------


@transaction.atomic
def extend(*, group: SupervisionGroup, sessions: int, by: Person, now: datetime) -> Batch | None:
    """Give the group more sessions, as a new term: everybody is asked for a yes again.

    Refused as `evaluating.why_not_extend` says: before the evaluation of the sessions that were agreed is closed.
    """
    group = lock_group(group)
    if refusal := evaluating.why_not_extend(group, by, now=now, more=sessions):
        raise refusal
    group.term += 1
    group.sessions += sessions
    group.state = SupervisionState.PROPOSED
    group.save(update_fields=["term", "sessions", "state"])
    record("supervision.extended", by=by, about=group, scope=group.scope, now=now, sessions=sessions, term=group.term)
    people = [group.supervisor, *(row.person for row in rules.members_of(group))]
    return letters.asked([(group, people)], about=group, by=by, now=now)


@transaction.atomic
def end(*, group: SupervisionGroup, by: Person, now: datetime) -> SupervisionGroup:
    """Let the group end; sessions to come are cancelled, and those who were to come get a letter."""
    group = lock_group(group)
    if refusal := rules.why_not_arrange(group, by):
        raise refusal
    if group.state == SupervisionState.ENDED:
        raise rules.GroupOver()
    for event in _to_come(group, now):
        if event.state != EventState.CANCELLED:
            events.cancel_event(event=event, reason=_("The group has ended."), by=by, now=now)
    group.state, group.ended_at = SupervisionState.ENDED, now
    group.save(update_fields=["state", "ended_at"])
    record("supervision.ended", by=by, about=group, scope=group.scope, now=now)
    return group
