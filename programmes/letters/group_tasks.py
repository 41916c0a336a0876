"""The letters that tell of a task and remind of it."""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from outbox.actions import Draft, cancel_about, write, write_released
from outbox.actions.writing import about_key
from outbox.kinds import Mail, name_about, register
from outbox.models import Batch, Letter
from outbox.states import LetterState
from people.models import Person
from programmes.letters.applications import address, compose_for
from programmes.models import Enrolment, GroupTask, TaskMember
from programmes.rules import group_tasks as rules
from programmes.states import ProgrammeSide

TOLD, REMINDER = "programmes.task_set", "programmes.task_reminder"


def told(task: GroupTask, people: Collection[Enrolment], *, by: Person, now: datetime) -> Batch | None:
    """Tell these participants of a task, each once for its last day; not those on a break, or without an address.

    The letters can be held for ten minutes, and say what is true when they leave.
    """
    drafts = {
        f"{TOLD}:{task.pk}:{task.due.isoformat()}:{row.person_id}": row.person
        for row in people
        if row.programme_side == ProgrammeSide.ENROLLED and row.person.email
    }
    known = set(Letter.objects.filter(key__in=drafts).values_list("key", flat=True))
    facts = {"task": task.pk, "due": task.due.isoformat()}
    return write_released(
        drafts=[Draft(TOLD, key, person, facts) for key, person in drafts.items() if key not in known],
        about=task,
        scope=task.cohort.scope,
        by=by,
        now=now,
        useful_until=_over(task),
    )


def batch_of(task: GroupTask, *, at: datetime) -> Batch | None:
    """The letters that were written about a task at this instant; none when nobody was written to."""
    return Batch.objects.filter(about=about_key(task), created_at=at).first()


def not_told(task: GroupTask, *, now: datetime) -> int:
    """Letters that tell of a task and have not left do not leave; how many."""
    return cancel_about(about=task, kinds=(TOLD,), now=now)


def _over(task: GroupTask) -> datetime:
    return clock.wall(task.due + timedelta(days=1), time(0), task.cohort.programme.region.time_zone)


def build_told(letter: Letter) -> Mail | None:
    """What is to be done by when, and with whom; nothing once it is handed in, or when the last day is another."""
    reader = letter.person
    along = ("cohort__programme__region", "cohort__programme__funder", "cohort__responsible", "day")
    task = GroupTask.objects.filter(pk=letter.facts["task"]).select_related(*along).first()
    if task is None or reader is None or task.due.isoformat() != letter.facts["due"]:
        return None
    if not task.cohort.enrolments.filter(person=reader, programme_side=ProgrammeSide.ENROLLED).exists():
        return None
    group = rules.with_members(task.groups.filter(members__enrolment__person=reader)).first()
    if group is not None and rules.is_handed_in(group):
        return None
    before = Letter.objects.filter(kind=TOLD, about=letter.about, person=reader, state=LetterState.SENT)
    return compose_for(
        task.cohort,
        "programmes/letters/task_set.txt",
        {
            "person": reader,
            "task": task,
            "moved": before.exclude(pk=letter.pk).exists(),
            "placed": group is not None,
            "fellows": ", ".join(rules.fellows(group, reader)) if group is not None else "",
            "link": address("programmes:hand_in", group.pk)
            if group is not None
            else address("programmes:group_tasks", task.cohort_id),
        },
        why=gettext("You get this letter because you take part in the round."),
    )


def readers_of(task: GroupTask) -> QuerySet[TaskMember]:
    """Those in groups that have not handed in; not those on a break."""
    found = TaskMember.objects.filter(
        task=task,
        group__hand_in__handed_in_at__isnull=True,
        enrolment__programme_side=ProgrammeSide.ENROLLED,
        enrolment__person__email__isnull=False,
    )
    return found.select_related("enrolment__person", "task__cohort__programme__region").order_by("pk")


def key_of(row: TaskMember) -> str:
    """One reminder a member and last day."""
    return f"{REMINDER}:{row.task_id}:{row.task.due.isoformat()}:{row.enrolment.person_id}"


def reminder(row: TaskMember, *, now: datetime) -> Letter:
    """Remind one who is in a group that has not handed in."""
    task = row.task
    return write(
        kind=REMINDER,
        key=key_of(row),
        about=row.enrolment,
        scope=task.cohort.scope,
        now=now,
        person=row.enrolment.person,
        facts={"member": row.pk, "due": task.due.isoformat()},
        useful_until=_over(task),
    )


def build_reminder(letter: Letter) -> Mail | None:
    """What is to be handed in and by when; nothing once it is, or when the last day is another."""
    along = ("task__cohort__programme__region", "task__cohort__programme__funder", "task__cohort__responsible")
    rows = TaskMember.objects.select_related(*along, "task__day", "group__hand_in", "enrolment__person")
    row = rows.filter(pk=letter.facts["member"], enrolment__programme_side=ProgrammeSide.ENROLLED).first()
    if row is None or rules.is_handed_in(row.group) or row.task.due.isoformat() != letter.facts["due"]:
        return None
    return compose_for(
        row.task.cohort,
        "programmes/letters/task_reminder.txt",
        {
            "person": row.enrolment.person,
            "task": row.task,
            "begun": rules.hand_in_of(row.group) is not None,
            "link": address("programmes:hand_in", row.group_id),
        },
        why=gettext("You get this letter because you take part in the round."),
    )


def names_of(pks: list[str]) -> dict[str, str]:
    """What tasks are called on pages about letters: the round and the title."""
    rows = GroupTask.objects.filter(pk__in=[int(pk) for pk in pks]).select_related("cohort__programme")
    return {str(row.pk): f"{row.cohort}, {row.title}" for row in rows}


name_about("programmes.grouptask", names_of)
register(TOLD, build_told, title=_("A task is set"))
register(REMINDER, build_reminder, title=_("Reminder of a task"))
