"""Drafts: authors are reminded before their call closes, and what was begun and stayed empty is cleared away."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from audit import actions as audit
from events.actions.events import scope_of
from events.letters import abstracts as letters
from events.limits import Rule, fallen_due
from events.models import Abstract, Author, Call, Claim, Evaluation, Event, Material, Registration, Staff
from events.rules import abstracts as rules
from events.rules import evaluations, publishing
from events.states import AbstractState, EventState
from outbox import actions as outbox

# How long before a call closes, on the wall of its region.
REMINDERS = (Rule(7, time(8)), Rule(1, time(8)))
# What is empty is kept as long as an unsent form, so that somebody who was interrupted finds the way back.
EMPTY_KEPT = timedelta(days=30)
AT_ONCE = 500


def remind_authors(*, since: datetime, now: datetime) -> int:
    """Write to authors whose draft is not sent in, 7 days and 1 day before their call closes; how many letters.

    What fell due later than `since` and not later than `now`, at eight in the morning there; after an outage the one
    nearest the deadline. Each once for a deadline: when it moves, the reminders before the new one are due.
    """
    farthest = now + timedelta(days=max(rule.days_before for rule in REMINDERS) + 1)
    calls = Call.objects.filter(opens_at__lte=now, closes_at__gt=now, closes_at__lte=farthest)
    written = 0
    for call in calls.select_related("event__region"):
        if rules.why_not_begin(call, now=now):
            continue
        day = call.closes_at.astimezone(ZoneInfo(call.event.zone)).date()
        fallen = fallen_due(REMINDERS, day, call.event.zone, after=since, until=now)
        if fallen is not None:
            rule, due = fallen
            written += _remind(call, rule.days_before, due, now)
    return written


@transaction.atomic
def _remind(call: Call, days_before: int, due: datetime, now: datetime) -> int:
    drafts = Abstract.objects.filter(call=call, state=AbstractState.DRAFT).select_related("call__event", "person")
    for draft in drafts.order_by("pk"):
        letters.deadline(draft, days_before=days_before, due=due, now=now)
    return len(drafts)


def clear_empty(*, now: datetime) -> int:
    """Clear away what somebody began 30 days ago or earlier and left empty; how much.

    Abstracts without title, text and co-authors; events that were never given a title; evaluations without own
    questions that never opened, when their event is over. What holds a word, or a person, stays.
    """
    before = now - EMPTY_KEPT
    return _clear_abstracts(before, now) + _clear_events(before, now) + _clear_evaluations(before)


@transaction.atomic
def _clear_abstracts(before: datetime, now: datetime) -> int:
    others = Author.objects.filter(abstract=OuterRef("pk"), order__gt=0)
    empty = Abstract.objects.filter(
        ~Exists(others), state=AbstractState.DRAFT, title="", text="", changed_at__lte=before
    )
    rows = list(empty.select_related("call__event").select_for_update(of=("self",)).order_by("pk")[:AT_ONCE])
    for row in rows:
        outbox.cancel_about(about=row, now=now)
        audit.record("abstract_cleared", by=None, about=row, scope=scope_of(row.call.event), now=now)
        row.delete()
    return len(rows)


@transaction.atomic
def _clear_events(before: datetime, now: datetime) -> int:
    untitled = Q(pk__isnull=False)
    for language, _name in settings.LANGUAGES:
        untitled &= Q(**{f"title_{language}__isnull": True}) | Q(**{f"title_{language}": ""})
    busy = (
        Registration.objects.filter(event=OuterRef("pk")),
        Claim.objects.filter(places__event=OuterRef("pk")),
        Material.objects.filter(event=OuterRef("pk")),
        Staff.objects.filter(event=OuterRef("pk")),
        Call.objects.filter(event=OuterRef("pk")),
    )
    empty = Event.objects.filter(untitled, kind__in=publishing.KINDS, state=EventState.DRAFT, changed_at__lte=before)
    for rows in busy:
        empty = empty.exclude(Exists(rows))
    found = list(empty.select_for_update(of=("self",)).order_by("pk")[:AT_ONCE])
    for event in found:
        audit.record("event_cleared", by=None, about=event, scope=scope_of(event), now=now, kind=event.kind)
        event.delete()
    return len(found)


@transaction.atomic
def _clear_evaluations(before: datetime) -> int:
    over = Q(event__ends_at__lte=before - evaluations.LATEST) | Q(event__cancelled_at__lte=before)
    return Evaluation.objects.filter(over, box__isnull=True, questions=[]).delete()[0]
