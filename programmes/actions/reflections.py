"""Participants write for themselves, and let others read."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import actions as audit
from base.models import Draft
from people.models import Person
from programmes.actions.typed import forget_typed, keep_typed, typed_by
from programmes.models import CourseDay, Enrolment, Reader, Reflection
from programmes.rules import reflections as rules

DRAFT = "programmes.reflection"


def draft_of(*, about: Enrolment | Reflection, person: Person, now: datetime) -> Draft | None:
    """What the person has typed in a new reflection of a round, or in one of hers, and not saved."""
    return typed_by(person, form=DRAFT, about=about, now=now)


@transaction.atomic
def keep_draft(*, about: Enrolment | Reflection, data: dict[str, Any], by: Person, now: datetime) -> Draft:
    """Keep what the person has typed so far; nobody else can open it."""
    _lock(about, by)
    return keep_typed(by, form=DRAFT, about=about, data=data, now=now)


def _lock(about: Enrolment | Reflection, by: Person) -> None:
    """Let one page at a time write about this, and refuse who may not."""
    if isinstance(about, Enrolment):
        about = Enrolment.objects.select_for_update(of=("self",)).get(pk=about.pk)
        refusal = rules.why_not_write(about, by=by)
    else:
        about = Reflection.objects.select_for_update(of=("self",)).select_related("enrolment").get(pk=about.pk)
        refusal = rules.why_not_change(about, by=by)
    if refusal:
        raise refusal


@transaction.atomic
def write(
    *, enrolment: Enrolment, day: CourseDay | None, title: str, text: str, by: Person, now: datetime
) -> Reflection:
    """Keep a new reflection, which nobody but its author can read. The log holds nothing of it.

    Refused as `rules.reflections.why_not_write` says.
    """
    _lock(enrolment, by)
    row = Reflection.objects.create(
        enrolment=enrolment, day=day, title=title.strip(), text=text, created_at=now, changed_at=now
    )
    forget_typed(by, form=DRAFT, about=enrolment)
    return row


@transaction.atomic
def rewrite(
    *, reflection: Reflection, day: CourseDay | None, title: str, text: str, by: Person, now: datetime
) -> Reflection:
    """Change the author's own text; who may read it stays, but for those who had a part in another day."""
    _lock(reflection, by)
    reflection.day, reflection.title, reflection.text, reflection.changed_at = day, title.strip(), text, now
    reflection.save(update_fields=["day", "title", "text", "changed_at"])
    able = [one.pk for one in rules.choices(reflection, today=now.date())]
    reflection.readers.exclude(person__in=able).delete()
    forget_typed(by, form=DRAFT, about=reflection)
    return reflection


@transaction.atomic
def let_read(
    *, reflection: Reflection, with_group: bool, people: Collection[int], by: Person, now: datetime
) -> Reflection:
    """Let exactly these read, from now on: the group or not, and the people of these keys; none takes it all back.

    Refused to all but the author, and for anyone who is not among `rules.reflections.choices`. The log keeps that it
    was shared or taken back, by number, and not with whom.
    """
    _lock(reflection, by)
    if set(people) - {one.pk for one in rules.choices(reflection, today=now.date())}:
        raise rules.NotToBeChosen()
    reflection.with_group = with_group
    reflection.save(update_fields=["with_group"])
    reflection.readers.exclude(person__in=people).delete()
    known = set(reflection.readers.values_list("person_id", flat=True))
    Reader.objects.bulk_create(
        Reader(reflection=reflection, person_id=pk, since=now) for pk in sorted(set(people) - known)
    )
    deed = "reflection.shared" if with_group or people else "reflection.taken_back"
    audit.record(deed, by=by, about=reflection, now=now)
    return reflection


@transaction.atomic
def remove(*, reflection: Reflection, by: Person, now: datetime) -> None:
    """Erase a reflection with everything typed in it; nothing of it is left."""
    _lock(reflection, by)
    forget_typed(by, form=DRAFT, about=reflection)
    audit.record("reflection.removed", by=by, about=reflection, now=now)
    reflection.delete()
