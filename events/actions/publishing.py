"""Events of their own, seminars, meetings and workshops, come into being, are described, announced and published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction

from audit import actions as audit
from events.actions.events import create_event, scope_of
from events.actions.places import open_places
from events.letters import publishing as letters
from events.limits import wall
from events.models import AgendaItem, Claim, Event, Interest, Invited, Places, Question
from events.rules import EndsBeforeStart, why_not_change, why_not_organise
from events.rules import publishing as rules
from events.states import LIVE, AgendaKind, EventState, Policy, Way
from people.models import Organisation, Person, Region

# The words of an event that stand in several languages.
WORDS = ("title", "summary", "description", "for_whom", "good_to_know", "cost", "arrival")


@dataclass(frozen=True)
class Line:
    """One line of a programme as somebody writes it; the words by language."""

    starts: time
    title: Mapping[str, str]
    day: date | None = None
    ends: time | None = None
    kind: str = AgendaKind.LECTURE
    text: Mapping[str, str] | None = None
    speakers: str = ""


def _locked(event: Event) -> Event:
    return Event.objects.select_for_update(of=("self",)).select_related("region", "host").get(pk=event.pk)


@transaction.atomic
def draft_event(
    *,
    region: Region,
    kind: str,
    title: Mapping[str, str],
    date: date,
    start_time: time,
    end_time: time,
    by: Person | None,
    now: datetime,
    hours: Decimal = Decimal("6.00"),
    host: Organisation | None = None,
    audience: str,
) -> Event:
    """A draft that only the organisers see. Refused when it does not end after it starts, and for course days."""
    if kind not in rules.KINDS:
        raise rules.CourseDayElsewhere()
    event = create_event(
        region=region,
        kind=kind,
        title=title,
        date=date,
        start_time=start_time,
        end_time=end_time,
        hours=hours,
        host=host,
        audience=audience,
        by=by,
        now=now,
    )
    Event.objects.filter(pk=event.pk).update(contact=by)
    event.refresh_from_db()
    return event


@transaction.atomic
def describe_event(*, event: Event, words: Mapping[str, str], by: Person | None, now: datetime) -> Event:
    """Give the event its words, by field and language ("summary_sv"). Readers are not written to; calendars follow.

    Refused for others than the organisers, and when it is cancelled or over.
    """
    locked = _locked(event)
    if refusal := why_not_organise(locked, by) or why_not_change(locked, now=now):
        raise refusal
    known = {f"{name}_{code}" for name in WORDS for code in ("sv", "fi", "en")}
    facts = {
        name: text.strip()
        for name, text in words.items()
        if name in known and text.strip() != (getattr(locked, name) or "")
    }
    if facts:
        for name, text in facts.items():
            setattr(locked, name, text)
        locked.version += 1
        locked.changed_at = now
        locked.save(update_fields=[*facts, "version", "changed_at"])
        audit.record("event_described", by=by, about=locked, scope=scope_of(locked), now=now, fields=sorted(facts))
    event.refresh_from_db()
    return event


@transaction.atomic
def arrange_event(*, event: Event, by: Person | None, now: datetime, **facts: Any) -> Event:
    """Who may come, when registration opens and closes, what is asked, who answers questions, the last day, the host.

    `facts` are among audience, opens_at, closes_at, asks_diet, asks_access, contact, hours, host and last_date. Refused
    for others than the organisers, when the event is over or cancelled, and when the window does not fit the event.
    """
    locked = _locked(event)
    if refusal := why_not_organise(locked, by) or why_not_change(locked, now=now):
        raise refusal
    for name, value in facts.items():
        setattr(locked, name, value)
    if locked.last_date is not None and locked.last_date <= locked.date:
        raise rules.LastDayEarly()
    locked.ends_at = wall(locked.last_date or locked.date, locked.end_time, locked.zone)
    if locked.ends_at <= locked.starts_at:
        raise EndsBeforeStart()
    if refusal := rules.why_not_window(
        starts_at=locked.starts_at, opens_at=locked.opens_at, closes_at=locked.closes_at
    ):
        raise refusal
    locked.changed_at = now
    locked.version += 1
    locked.save(update_fields=[*facts, "ends_at", "changed_at", "version"])
    time_ways(event=locked)
    audit.record("event_arranged", by=by, about=locked, scope=scope_of(locked), now=now, fields=sorted(facts))
    event.refresh_from_db()
    return event


def time_ways(*, event: Event) -> None:
    """The event's own places begin with it, and freed ones are offered until registration closes."""
    Places.objects.filter(event=event).update(starts_at=event.starts_at, offers_until=event.closes_at)


@transaction.atomic
def add_way(
    *,
    event: Event,
    way: str,
    capacity: int | None,
    by: Person | None,
    now: datetime,
    name: Mapping[str, str] | None = None,
    policy: str = Policy.FIRST,
) -> Places:
    """A way to take part, with so many places or no limit. Workshops may be several, the others are one each."""
    locked = _locked(event)
    if refusal := why_not_organise(locked, by) or why_not_change(locked, now=now):
        raise refusal
    rows = Places.objects.filter(event=locked)
    if way != Way.WORKSHOP and rows.filter(way=way).exists():
        raise rules.WayTwice()
    places = open_places(
        region=locked.region, capacity=capacity, starts_at=locked.starts_at, offers_until=locked.closes_at
    )
    places.event, places.way, places.policy, places.order = locked, way, policy, rows.count()
    for code, text in (name or {}).items():
        setattr(places, f"name_{code}", text.strip())
    places.save()
    audit.record("way_added", by=by, about=locked, scope=scope_of(locked), now=now, way=way, capacity=capacity)
    return places


@transaction.atomic
def remove_way(*, places: Places, by: Person | None, now: datetime) -> None:
    """Take a way to take part away. Refused while anybody has or waits for a place there."""
    locked = Places.objects.select_for_update().get(pk=places.pk)
    event = Event.objects.select_related("region").get(ways=locked)
    if refusal := why_not_organise(event, by) or why_not_change(event, now=now):
        raise refusal
    if Claim.objects.filter(places=locked, state__in=LIVE).exists():
        raise rules.WayInUse()
    way = locked.way
    locked.delete()
    audit.record("way_removed", by=by, about=event, scope=scope_of(event), now=now, way=way)


@transaction.atomic
def set_agenda(*, event: Event, lines: Sequence[Line], by: Person | None, now: datetime) -> list[AgendaItem]:
    """The event's programme, in place of the one before. Each line stands on one of the event's days."""
    locked = _locked(event)
    if refusal := why_not_organise(locked, by) or why_not_change(locked, now=now):
        raise refusal
    days = rules.days_of(locked)
    if any(line.day is not None and line.day not in days for line in lines):
        raise rules.OutsideEvent()
    AgendaItem.objects.filter(event=locked).delete()
    rows = [
        AgendaItem(
            event=locked,
            date=line.day or locked.date,
            starts=line.starts,
            ends=line.ends,
            kind=line.kind,
            speakers=line.speakers.strip(),
            **{f"title_{code}": text.strip() for code, text in line.title.items()},
            **{f"text_{code}": text.strip() for code, text in (line.text or {}).items()},
        )
        for line in lines
    ]
    AgendaItem.objects.bulk_create(rows)
    Event.objects.filter(pk=locked.pk).update(changed_at=now)
    audit.record("agenda_set", by=by, about=locked, scope=scope_of(locked), now=now, lines=len(rows))
    return rows


@transaction.atomic
def announce_event(*, event: Event, by: Person | None, now: datetime) -> Event:
    """Save the date: the audience sees title, day and place; nobody can register yet. Refused unless it is a draft."""
    locked = _locked(event)
    if refusal := rules.why_not_announce(locked, by, now=now):
        raise refusal
    Event.objects.filter(pk=locked.pk).update(state=EventState.ANNOUNCED, changed_at=now)
    audit.record("event_announced", by=by, about=locked, scope=scope_of(locked), now=now)
    event.refresh_from_db()
    return event


@transaction.atomic
def publish(*, event: Event, by: Person | None, now: datetime) -> Event:
    """Show the event to its audience and let people register. Refused with everything that is missing, named."""
    locked = _locked(event)
    ways = list(Places.objects.filter(event=locked))
    if refusal := rules.why_not_publish(locked, ways, by, now=now):
        raise refusal
    Event.objects.filter(pk=locked.pk).update(state=EventState.PUBLISHED, published_at=now, changed_at=now)
    time_ways(event=locked)
    audit.record("event_published", by=by, about=locked, scope=scope_of(locked), now=now)
    event.refresh_from_db()
    return event


@transaction.atomic
def copy_event(*, event: Event, date: date, by: Person | None, now: datetime) -> Event:
    """A new draft with the words, the programme, the questions and the ways of this one, on another day; no people."""
    region = event.region
    copy = draft_event(
        region=region,
        kind=event.kind,
        title={code: getattr(event, f"title_{code}") or "" for code in ("sv", "fi", "en")},
        date=date,
        start_time=event.start_time,
        end_time=event.end_time,
        hours=event.hours,
        host=event.host,
        audience=event.audience,
        by=by,
        now=now,
    )
    words = {f"{name}_{code}": getattr(event, f"{name}_{code}") or "" for name in WORDS for code in ("sv", "fi", "en")}
    describe_event(event=copy, words=words, by=by, now=now)
    shift = date - event.date
    for way in Places.objects.filter(event=event).order_by("order", "pk"):
        names = {code: getattr(way, f"name_{code}") or "" for code in ("sv", "fi", "en")}
        add_way(event=copy, way=way.way, capacity=way.capacity, name=names, policy=way.policy, by=by, now=now)
    set_agenda(
        event=copy,
        lines=[
            Line(
                day=item.date + shift,
                starts=item.starts,
                ends=item.ends,
                kind=item.kind,
                speakers=item.speakers,
                title={code: getattr(item, f"title_{code}") or "" for code in ("sv", "fi", "en")},
                text={code: getattr(item, f"text_{code}") or "" for code in ("sv", "fi", "en")},
            )
            for item in event.agenda.all()
            if event.last_date is None
        ],
        by=by,
        now=now,
    )
    for question in event.questions.all():
        question.pk, question.event_id = None, copy.pk
        question.erase_on = question.erase_on + shift
        question.save(force_insert=True)
    Event.objects.filter(pk=copy.pk).update(asks_diet=event.asks_diet, asks_access=event.asks_access)
    copy.refresh_from_db()
    return copy


@transaction.atomic
def ask(
    *,
    event: Event,
    kind: str,
    label: Mapping[str, str],
    purpose: Mapping[str, str],
    choices: Mapping[str, str] | None = None,
    required: bool = False,
    erase_on: date,
    by: Person | None,
    now: datetime,
) -> Question:
    """Ask something at registration: why is said beside it, and answers are erased on a day.

    Refused when answers would stand longer than a year after the event, and when the choices differ in number.
    """
    locked = _locked(event)
    if refusal := (
        why_not_organise(locked, by)
        or why_not_change(locked, now=now)
        or rules.why_not_ask(locked, kind=kind, choices=list((choices or {}).values()), erase_on=erase_on)
    ):
        raise refusal
    words = {"label": label, "purpose": purpose, "choices": choices or {}}
    row = Question.objects.create(
        event=locked,
        kind=kind,
        required=required,
        erase_on=erase_on,
        order=Question.objects.filter(event=locked).count(),
        **{f"{name}_{code}": text.strip() for name, by_code in words.items() for code, text in by_code.items()},
    )
    audit.record("question_added", by=by, about=locked, scope=scope_of(locked), now=now, kind=kind)
    return row


@transaction.atomic
def stop_asking(*, question: Question, by: Person | None, now: datetime) -> None:
    """Take a question away; the answers that have come go with it."""
    event = Event.objects.get(pk=question.event_id)
    if refusal := why_not_organise(event, by):
        raise refusal
    question.delete()
    audit.record("question_removed", by=by, about=event, scope=scope_of(event), now=now)


@transaction.atomic
def invite(
    *,
    event: Event,
    person: Person | None = None,
    organisation: Organisation | None = None,
    by: Person | None,
    now: datetime,
) -> Invited:
    """Let a person, or all who work in an organisation, see an event for invited people and register on it."""
    if refusal := why_not_organise(event, by) or why_not_change(event, now=now):
        raise refusal
    row, created = Invited.objects.get_or_create(event=event, person=person, organisation=organisation)
    if created:
        audit.record("invited", by=by, about=event, scope=scope_of(event), now=now)
    return row


@transaction.atomic
def uninvite(*, invited: Invited, by: Person | None, now: datetime) -> None:
    """Take an invitation back; who has registered stays registered."""
    event = Event.objects.get(pk=invited.event_id)
    if refusal := why_not_organise(event, by):
        raise refusal
    invited.delete()
    audit.record("uninvited", by=by, about=event, scope=scope_of(event), now=now)


@transaction.atomic
def note_interest(*, event: Event, address: str, language: str, now: datetime) -> None:
    """Keep an address for one letter when registration opens. The same address twice is one; nothing says it is known.

    Refused when registration is open already, or will never be.
    """
    locked = _locked(event)
    if refusal := rules.why_not_interest(locked, now=now):
        raise refusal
    Interest.objects.get_or_create(
        event=locked, address=address.strip().casefold(), defaults={"language": language, "created_at": now}
    )


@transaction.atomic
def tell_interested(*, now: datetime) -> int:
    """Write to those who wanted to know when registration opens, once each, and forget their addresses.

    Of events that are cancelled, or over, the addresses are forgotten without a letter.
    """
    told = 0
    for row in Interest.objects.select_related("event__region").order_by("pk"):
        event = row.event
        if event.state == EventState.PUBLISHED and event.starts_at > now:
            if event.opens_at is not None and event.opens_at > now:
                continue
            letters.opened(event, row, now=now)
            told += 1
        elif event.state in (EventState.DRAFT, EventState.ANNOUNCED) and event.starts_at > now:
            continue
        row.delete()
    return told
