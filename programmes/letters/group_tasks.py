"""The letter that reminds of a task."""

from datetime import datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from outbox.actions import write
from outbox.kinds import Mail, register
from outbox.models import Letter
from programmes.letters.applications import address, compose_for
from programmes.models import GroupTask, TaskMember
from programmes.rules import group_tasks as rules
from programmes.states import ProgrammeSide

REMINDER = "programmes.task_reminder"


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
    zone = task.cohort.programme.region.time_zone
    return write(
        kind=REMINDER,
        key=key_of(row),
        about=row.enrolment,
        scope=task.cohort.scope,
        now=now,
        person=row.enrolment.person,
        facts={"member": row.pk, "due": task.due.isoformat()},
        useful_until=clock.wall(task.due + timedelta(days=1), time(0), zone),
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


register(REMINDER, build_reminder, title=_("Reminder of a task"))
