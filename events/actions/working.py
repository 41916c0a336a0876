"""Organisers give somebody a part in an event, as lecturer or host."""

from datetime import datetime

from django.db import transaction

from events.actions.changes import staff_event
from events.letters import working as letters
from events.models import Event, Staff
from events.rules import working as rules
from people.actions import register_person
from people.models import Person


@transaction.atomic
def name_person(
    *, event: Event, function: str, name: str, email: str, language: str, by: Person | None, now: datetime
) -> Staff:
    """Give whoever has this address a part in the event, and tell her; who is new in Helmi is invited.

    She sees the event from now on, and does there what the part lets her. Refused as `why_not_name` says. A part that
    she has already is not told again.
    """
    if refusal := rules.why_not_name(event, function, by):
        raise refusal
    person = register_person(name=name, email=email, language=language, by=by, now=now)
    row = staff_event(event=event, person=person, function=function, by=by, now=now)
    row.event, row.person = event, person
    letters.named(row, by=by, now=now)
    return row
