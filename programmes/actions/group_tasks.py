"""Tasks are set and shared out to groups, which write together, hand in, and are reminded."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit import actions as audit
from base.models import Draft
from documents.actions import erase_file, keep_upload
from documents.gate import Admitted
from outbox.models import Letter
from people.models import Person
from programmes import dealing
from programmes.actions.typed import forget_typed, keep_typed, typed_by
from programmes.letters import group_tasks as letters
from programmes.models import Cohort, CourseDay, Enrolment, GroupTask, HandIn, TaskGroup, TaskMember
from programmes.rules import group_tasks as rules
from programmes.rules.together import why_not_replace

DRAFT = KIND = "programmes.hand_in"
ALONG = ("cohort__programme__region", "cohort__responsible", "day__event")


def _locked(task: GroupTask, by: Person) -> GroupTask:
    """The task, locked; refused to those who do not set tasks of its day."""
    row = GroupTask.objects.select_for_update(of=("self",)).select_related(*ALONG).get(pk=task.pk)
    if refusal := rules.why_not_set(row.cohort, row.day, by):
        raise refusal
    return row


def _record(deed: str, about: GroupTask | TaskGroup, cohort: Cohort, by: Person, now: datetime, **codes: Any) -> None:
    audit.record(deed, by=by, about=about, scope=cohort.scope, now=now, **codes)


@transaction.atomic
def set_task(
    *,
    cohort: Cohort,
    day: CourseDay | None,
    title: str,
    instruction: str,
    due: date,
    alone: bool = False,
    most: int | None = None,
    by: Person,
    now: datetime,
) -> GroupTask:
    """Set a task: each alone, in groups of at most `most` dealt at once, or in groups that are made by hand later.

    The participants get a letter, which can be held for ten minutes. Refused to those who neither run the round nor
    lecture on the day, and for a last day that has been.
    """
    if refusal := rules.why_not_set(cohort, day, by) or rules.why_not_due(cohort, due, now=now):
        raise refusal
    task = GroupTask.objects.create(
        cohort=cohort,
        day=day,
        title=title.strip(),
        instruction=instruction.strip(),
        due=due,
        alone=alone,
        by=by,
        created_at=now,
    )
    if alone or most:
        _deal(task, 1 if alone else most or 1)
    _record("group_task.set", task, cohort, by, now, day=day.number if day else None, alone=alone)
    letters.told(task, rules.participants(task), by=by, now=now)
    return task


@transaction.atomic
def change(
    *, task: GroupTask, day: CourseDay | None, title: str, instruction: str, due: date, by: Person, now: datetime
) -> GroupTask:
    """Change what a task says and by when; the groups stay. Another last day is told in a letter, as setting it is.

    Refused as setting it is.
    """
    task = _locked(task, by)
    if refusal := rules.why_not_set(task.cohort, day, by):
        raise refusal
    if due != task.due and (refusal := rules.why_not_due(task.cohort, due, now=now)):
        raise refusal
    moved = due != task.due
    task.day, task.title, task.instruction, task.due = day, title.strip(), instruction.strip(), due
    task.save(update_fields=["day", "title", "instruction", "due"])
    _record("group_task.changed", task, task.cohort, by, now)
    if moved:
        letters.not_told(task, now=now)
        letters.told(task, rules.to_tell(task), by=by, now=now)
    return task


@transaction.atomic
def remove(*, task: GroupTask, by: Person, now: datetime) -> None:
    """Remove a task, with the letters about it that have not left; refused once a group has saved something."""
    task = _locked(task, by)
    if rules.begun(task):
        raise rules.TaskHasBegun()
    _record("group_task.removed", task, task.cohort, by, now)
    letters.not_told(task, now=now)
    task.delete()


@transaction.atomic
def show(*, task: GroupTask, shown: bool, by: Person, now: datetime) -> GroupTask:
    """Let everyone in the round read what is handed in, or no longer."""
    task = _locked(task, by)
    task.shown_at = (task.shown_at or now) if shown else None
    task.save(update_fields=["shown_at"])
    _record("group_task.shown" if shown else "group_task.hidden", task, task.cohort, by, now)
    return task


# ---------- Groups ----------


def _make(task: GroupTask, groups: Iterable[tuple[int, Iterable[Enrolment]]]) -> None:
    rows = [(TaskGroup(task=task, number=number), list(people)) for number, people in groups]
    TaskGroup.objects.bulk_create(group for group, _people in rows)
    TaskMember.objects.bulk_create(
        TaskMember(task=task, group=group, enrolment=one) for group, people in rows for one in people
    )


def _deal(task: GroupTask, most: int) -> None:
    people = {row.pk: row for row in rules.participants(task)}
    # Which of the round's tasks it is, so that the letter that is read before tells the groups that there will be.
    salt = GroupTask.objects.filter(cohort=task.cohort_id, pk__lt=task.pk).count()
    dealt = dealing.deal([(pk, row.organisation_id) for pk, row in people.items()], most=most, salt=salt)
    if most == 1:  # by name, since the number is all that tells them apart
        dealt = [[pk] for pk in people]
    _make(task, ((n, (people[pk] for pk in own)) for n, own in enumerate(dealt, start=1)))


@transaction.atomic
def deal(*, task: GroupTask, most: int, by: Person, now: datetime) -> GroupTask:
    """Deal everyone anew into even groups of at most `most`, from different municipalities where it can be done.

    Refused once a group has saved something.
    """
    task = _locked(task, by)
    if rules.begun(task):
        raise rules.GroupsHaveBegun()
    task.groups.all().delete()
    _deal(task, 1 if task.alone else most)
    _record("group_task.grouped", task, task.cohort, by, now)
    return task


@transaction.atomic
def place_rest(*, task: GroupTask, by: Person, now: datetime) -> int:
    """Give those who are in no group one: the smallest, or each an own where everybody works alone; how many.

    Those who have not been told of the task are.
    """
    task = _locked(task, by)
    groups = list(task.groups.prefetch_related("members__enrolment").order_by("number"))
    placed = {row.enrolment_id for group in groups for row in group.members.all()}
    rest = {row.pk: row for row in rules.participants(task) if row.pk not in placed}
    if task.alone:
        first = max((group.number for group in groups), default=0) + 1
        _make(task, ((first + n, [row]) for n, row in enumerate(rest.values())))
    else:
        towns = [[row.enrolment.organisation_id for row in group.members.all()] for group in groups]
        for pk, place in dealing.join([(pk, row.organisation_id) for pk, row in rest.items()], towns):
            TaskMember.objects.create(task=task, group=groups[place], enrolment=rest[pk])
    if rest:
        _record("group_task.grouped", task, task.cohort, by, now)
        letters.told(task, rest.values(), by=by, now=now)
    return len(rest)


@transaction.atomic
def regroup(*, task: GroupTask, places: Mapping[int, int | None], by: Person, now: datetime) -> GroupTask:
    """Put these participants, by key, into the groups of these numbers, or into none; new numbers make new groups.

    A group without anybody goes. Refused where it has saved something.
    """
    task = _locked(task, by)
    groups = {group.number: group for group in task.groups.all()}
    people = {row.pk: row for row in rules.participants(task) if row.pk in places}
    for number in sorted({number for number in places.values() if number}):
        if number not in groups:
            groups[number] = TaskGroup.objects.create(task=task, number=number)
    TaskMember.objects.filter(task=task, enrolment__in=people).delete()
    TaskMember.objects.bulk_create(
        TaskMember(task=task, group=groups[number], enrolment=people[pk])
        for pk, number in places.items()
        if number and pk in people
    )
    for group in task.groups.filter(members__isnull=True).select_related("hand_in"):
        if rules.hand_in_of(group) is not None:
            raise rules.GroupWouldBeEmpty(number=group.number)
        group.delete()
    _record("group_task.grouped", task, task.cohort, by, now)
    return task


# ---------- Handing in ----------


def _group(group: TaskGroup) -> TaskGroup:
    along = ("task__cohort__programme__region", "task__cohort__responsible", "hand_in__file")
    return TaskGroup.objects.select_for_update(of=("self",)).select_related(*along).get(pk=group.pk)


def draft_of(*, group: TaskGroup, person: Person, now: datetime) -> Draft | None:
    """What the person has typed for the group and not saved."""
    return typed_by(person, form=DRAFT, about=group, now=now)


@transaction.atomic
def keep_draft(*, group: TaskGroup, data: dict[str, Any], by: Person, now: datetime) -> Draft:
    """Keep what one of the group has typed so far; the others read it when it is saved."""
    group = _group(group)
    if refusal := rules.why_not_write(group, by=by):
        raise refusal
    return keep_typed(by, form=DRAFT, about=group, data=data, now=now)


@transaction.atomic
def save(
    *,
    group: TaskGroup,
    text: str,
    admitted: Admitted | None = None,
    without_file: bool = False,
    version: int,
    hand_in: bool = False,
    by: Person,
    now: datetime,
) -> HandIn:
    """Save what the group writes, and hand it in as well when asked to; late is allowed, and said.

    Refused to all but the group, once it is handed in, when nothing is there to hand in, and when somebody saved since
    `version` was read. A new file replaces the one before, which is erased.
    """
    group = _group(group)
    if refusal := rules.why_not_write(group, by=by):
        raise refusal
    row = rules.hand_in_of(group)
    if refusal := why_not_replace(row.version if row else 0, version):
        raise refusal
    before = row.file if row else None
    file = None if without_file else before
    if admitted is not None:
        scope = group.task.cohort.scope
        file = keep_upload(admitted=admitted, kind=KIND, about=audit.key(group), scope=scope, by=by, now=now)
    if hand_in and not text.strip() and file is None:
        raise rules.NothingToHandIn()
    if row is None:
        row = HandIn(group=group, version=0)
    row.text, row.file, row.version = text.strip(), file, row.version + 1
    row.changed_by, row.changed_at = by, now
    if hand_in:
        row.handed_in_by, row.handed_in_at = by, now
        row.late = rules.over(group.task, now=now)
    row.save()
    if before is not None and before != file:
        erase_file(file=before)
    forget_typed(by, form=DRAFT, about=group)
    if hand_in:
        _record("hand_in.handed_in", group, group.task.cohort, by, now, late=row.late)
    return row


@transaction.atomic
def take_back(*, group: TaskGroup, by: Person, now: datetime) -> HandIn:
    """Take back what was handed in, to go on with it; refused to all but the group, and after the last day."""
    group = _group(group)
    if refusal := rules.why_not_take_back(group, by=by, now=now):
        raise refusal
    row = group.hand_in
    row.handed_in_by = row.handed_in_at = None
    row.version += 1
    row.save(update_fields=["handed_in_by", "handed_in_at", "version"])
    _record("hand_in.taken_back", group, group.task.cohort, by, now)
    return row


# ---------- The clock ----------


def remind(now: datetime) -> int:
    """Two days before the last day, remind everyone in groups that have not handed in; once for each last day."""
    near = GroupTask.objects.filter(
        due__gte=now.date() - rules.REMIND_BEFORE, due__lte=now.date() + 2 * rules.REMIND_BEFORE
    )
    written = 0
    for task in near.select_related(*ALONG):
        if not rules.to_remind(task, now=now):
            continue
        waiting = list(letters.readers_of(task))
        known = set(
            Letter.objects.filter(key__in=[letters.key_of(row) for row in waiting]).values_list("key", flat=True)
        )
        with transaction.atomic():
            for row in waiting:
                if letters.key_of(row) not in known:
                    letters.reminder(row, now=now)
                    written += 1
    return written


def erase_left(now: datetime) -> int:
    """Erase the groups that nobody is in any more, with what they wrote; how many."""
    left = TaskGroup.objects.filter(members__isnull=True).select_related("hand_in__file")
    for group in left:
        with transaction.atomic():
            row = rules.hand_in_of(group)
            file = row.file if row else None
            group.delete()
            if file is not None:
                erase_file(file=file)
    return len(left)
