"""Participants and their mentors list the support that is still needed, and what of it goes to a manager."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from audit.actions import record
from people.models import Person
from programmes.actions.closing import locked
from programmes.letters import closing as letters
from programmes.models import Closing, Enrolment, SupportNeed
from programmes.rules import support as rules
from programmes.rules.applications import local_day
from programmes.rules.together import why_not_replace


def _list_of(enrolment: Enrolment) -> Enrolment:
    along = ("person", "cohort__programme__region", "cohort__responsible")
    return Enrolment.objects.select_for_update(of=("self",)).select_related(*along).get(pk=enrolment.pk)


def _row(need: SupportNeed) -> SupportNeed:
    return (
        SupportNeed.objects.select_for_update(of=("self",))
        .select_related("enrolment__person", "enrolment__cohort__programme__region")
        .get(pk=need.pk)
    )


@transaction.atomic
def add(*, enrolment: Enrolment, kind: str, text: str, from_whom: str, by: Person, now: datetime) -> SupportNeed:
    """Write a row in the list; refused to all but the participant and her mentor. The log holds nothing of it."""
    enrolment = _list_of(enrolment)
    if refusal := rules.why_not_write(enrolment, by=by):
        raise refusal
    return SupportNeed.objects.create(
        enrolment=enrolment, kind=kind, text=text.strip(), from_whom=from_whom.strip(), by=by, changed_at=now
    )


@transaction.atomic
def change(
    *, need: SupportNeed, kind: str, text: str, from_whom: str, version: int, by: Person, now: datetime
) -> SupportNeed:
    """Change a row that the manager does not have; refused when the other of the two saved since it was read."""
    need = _row(need)
    if refusal := rules.why_not_change(need, by=by) or why_not_replace(need.version, version):
        raise refusal
    need.kind, need.text, need.from_whom = kind, text.strip(), from_whom.strip()
    need.version, need.by, need.changed_at = need.version + 1, by, now
    need.save(update_fields=["kind", "text", "from_whom", "version", "by", "changed_at"])
    return need


@transaction.atomic
def remove(*, need: SupportNeed, by: Person, now: datetime) -> None:
    """Remove a row; the participant removes also what her manager has, who then no longer sees it."""
    need = _row(need)
    if refusal := rules.why_not_remove(need, by=by):
        raise refusal
    need.delete()


@transaction.atomic
def pass_on(
    *, enrolment: Enrolment, needs: Collection[int], manager: int | None = None, by: Person, now: datetime
) -> list[SupportNeed]:
    """Let the participant's manager read these rows, from ten minutes on; a letter then says that they are there.

    Refused to all but the participant, without a manager, and when nothing is chosen that the manager does not have.
    """
    enrolment = _list_of(enrolment)
    if enrolment.person_id != by.pk:
        raise rules.NotYoursToPass()
    known = {person.pk: person for person in rules.managers(enrolment, local_day(enrolment.cohort, now))}
    reader = known.get(manager) if manager else next(iter(known.values()), None)
    if reader is None:
        raise rules.NoManager()
    rows = list(enrolment.support_needs.select_for_update().filter(pk__in=needs, passed_at__isnull=True))
    if not rows:
        raise rules.NothingChosen()
    for row in rows:
        row.passed_to, row.passed_at = reader, now
        row.save(update_fields=["passed_to", "passed_at"])
    letters.support_passed(enrolment, rows, reader, now=now)
    record("support.passed", by=by, about=enrolment, scope=enrolment.cohort.scope, now=now, lines=len(rows))
    return rows


@transaction.atomic
def take_back(*, need: SupportNeed, by: Person, now: datetime) -> SupportNeed:
    """Take back a row before it is sent; refused to all but the participant, and when it has left."""
    need = _row(need)
    if need.enrolment.person_id != by.pk:
        raise rules.NotYoursToPass()
    if rules.has_left(need, now=now):
        raise rules.HasLeft()
    if need.passed_at is not None:
        need.passed_to = need.passed_at = None
        need.save(update_fields=["passed_to", "passed_at"])
        scope = need.enrolment.cohort.scope
        record("support.taken_back", by=by, about=need.enrolment, scope=scope, now=now)
    return need


@transaction.atomic
def count(*, closing: Closing, by: Person, now: datetime) -> Closing:
    """Count how many need which support, once; what is listed later is in no figure."""
    closing = locked(closing)
    if refusal := rules.why_not_count(closing, now=now):
        raise refusal
    people = Enrolment.objects.taking_part().filter(cohort=closing.cohort_id).order_by("pk")
    lists: dict[int, set[str]] = defaultdict(set)
    for pk, kind in people.values_list("pk", "support_needs__kind"):
        lists[pk] |= {kind} if kind else set()
    closing.figures, closing.counted_at = rules.figures(list(lists.values())).as_json(), now
    closing.save(update_fields=["figures", "counted_at"])
    record("support.counted", by=by, about=closing, scope=closing.cohort.scope, now=now)
    return closing
