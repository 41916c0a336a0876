"""What we write to people about events: reminders, moved, changed, cancelled, and the alert of what was missed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from base import clock, dates
from base.tokens import seal
from events import ics
from events.letters.emblems import emblem
from events.models import Change, Claim, Event, Registration, Staff
from events.states import Audience, EventKind, EventState
from outbox import actions as outbox
from outbox import kinds
from outbox.kinds import Emblem, Mail
from outbox.models import Batch, Letter
from outbox.states import Lane
from people.models import Person
from people.rules import name_for

REMINDER = "events.reminder"
MOVED = "events.moved"
CHANGED = "events.changed"
CANCELLED = "events.cancelled"
MISSED = "events.missed"
# Letters that lose their sense when the event is cancelled.
BEFORE_THE_DAY = (REMINDER, MOVED, CHANGED)
KINDS = (*BEFORE_THE_DAY, CANCELLED, MISSED)
# What readers are told when it is another than they knew.
TIMES = ("starts_at", "ends_at")
PLACES = ("venue", "address", "remote_link")
TOLD = (*TIMES, *PLACES)


# What a personal link to a registration is signed for.
OWN = "registration"


def own_token(registration: Registration) -> str:
    """The token of somebody's personal link to a registration; raising its version makes earlier links open nothing."""
    return _token_of(registration.pk, registration.link_version)


def _token_of(key: int, version: int) -> str:
    return seal(OWN, {"r": key, "v": version})


def scope_of(event: Event) -> str:
    """Who may see the letter among the organisers."""
    return f"region:{event.region_id}"


# ---------- Writing ----------


def reminder(event: Event, person: Person, *, days_before: int, due: datetime, now: datetime) -> Letter:
    """Remind one registered person; once for this rule, this version of the event and this person."""
    return outbox.write(
        kind=REMINDER,
        key=f"{REMINDER}:{event.pk}:{event.version}:{days_before}:{person.pk}",
        about=event,
        scope=scope_of(event),
        now=now,
        person=person,
        facts={"event": event.pk, "starts_at": event.starts_at.isoformat()},
        not_before=due,
        useful_until=event.starts_at,
        lane=Lane.REMINDER,
    )


def _registered(event: Event) -> list[Person]:
    rows = Registration.objects.standing().filter(event=event).select_related("person").order_by("pk")
    return [row.person for row in rows]


def _works_on(event: Event, change: Change) -> list[Person]:
    """Lecturers, hosts and others with a part in it, but for who made the change."""
    rows = Staff.objects.filter(event=event).exclude(person=change.by_id).select_related("person").order_by("pk")
    return [row.person for row in rows]


def _concerned(event: Event, change: Change) -> list[Person]:
    """Everybody whom a change of the event concerns, once."""
    return list({person.pk: person for person in [*_registered(event), *_works_on(event, change)]}.values())


def _send(event: Event, change: Change, to: Sequence[tuple[str, Person, dict[str, Any]]], now: datetime) -> int:
    """Write to these, each of a kind and with what is told; how many. Somebody can hold them for ten minutes."""
    drafts = [
        outbox.Draft(kind, f"{kind}:{change.pk}:{person.pk}", person, {"event": event.pk, "change": change.pk, **facts})
        for kind, person, facts in to
    ]
    outbox.write_released(
        drafts=drafts,
        about=event,
        scope=scope_of(event),
        by=change.by,
        now=now,
        useful_until=None if event.state == EventState.CANCELLED else max(event.ends_at, change.at),
    )
    return len(drafts)


def _as_told(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def changed(change: Change, *, now: datetime) -> int:
    """Tell all registered and who works on it of another time or place, compared with what each last knew; how many.

    Notices of earlier changes that have not left are taken back, and the new one says what is new in both: nobody gets
    two that contradict each other. Who knows what holds now is not written to.
    """
    event = change.event
    now_so = {name: _as_told(getattr(event, name)) for name in TOLD}
    before = now_so | {name: str(change.before[name]) for name in TOLD if name in change.before}
    unsent = Letter.objects.not_begun().filter(about=f"{event._meta.label_lower}:{event.pk}", kind__in=(MOVED, CHANGED))
    earlier = {letter.person_id: letter.facts for letter in unsent.select_for_update().order_by("-created_at")}
    outbox.cancel_about(about=event, kinds=[MOVED, CHANGED], now=now)
    to: list[tuple[str, Person, dict[str, Any]]] = []
    for person in _concerned(event, change):
        last = earlier.get(person.pk, {})
        known = before | {name: str(last[name]) for name in TOLD if name in last}
        if any(known[name] != now_so[name] for name in TIMES):
            # The change that moved it holds the reason; this one may only be about the place.
            moved_by = change.pk if "starts_at" in change.after else last["change"]
            to.append((MOVED, person, {**known, "change": moved_by}))
        elif event.state == EventState.PUBLISHED and _elsewhere(known, now_so):
            to.append((CHANGED, person, known))
    return _send(event, change, to, now)


def _elsewhere(known: Mapping[str, str], now_so: Mapping[str, str]) -> bool:
    """Whether somebody who knew one place finds another."""
    return any(known.get(name) and known[name] != now_so[name] for name in PLACES)


def cancelled(change: Change, *, also_tell: Iterable[Person], now: datetime) -> int:
    """Tell everybody registered, who works on it, everybody on the waiting list, and `also_tell`; each once."""
    event = change.event
    people = {person.pk: person for person in _concerned(event, change)}
    if event.places_id is not None:
        waiting = Claim.objects.waiting().filter(places=event.places_id, registration__event=event)
        people |= {claim.person_id: claim.person for claim in waiting.select_related("person")}
    people |= {person.pk: person for person in also_tell}
    return _send(event, change, [(CANCELLED, person, {}) for person in people.values()], now)


def notices_of(event: Event, *, at: datetime) -> Batch | None:
    """The notices that a change at this instant wrote; none when nobody was written to."""
    return Batch.objects.filter(about=f"{event._meta.label_lower}:{event.pk}", created_at=at).first()


def missed(event: Event, *, now: datetime) -> Letter:
    """Tell the region, once for this version of the event, that its reminders could not go before it began."""
    region = event.region
    return outbox.write(
        kind=MISSED,
        key=f"{MISSED}:{event.pk}:{event.version}",
        about=event,
        scope=scope_of(event),
        now=now,
        address=region.sender_address,
        language=(region.languages or [settings.LANGUAGE_CODE])[0],
        facts={"event": event.pk},
    )


# ---------- Building ----------


_along: list[str] = []


def read_along(*relations: str) -> None:
    """Tell which relations of an upper app the templates follow from an event, so that they are read with it."""
    _along.extend(relations)


def along() -> tuple[str, ...]:
    """The relations of upper apps that templates follow from an event."""
    return tuple(_along)


class Foot(TypedDict):
    """What `outbox.kinds.compose` is told of where a letter comes from."""

    ask: str
    reply_to: str
    region: str
    sender: str
    funder: str
    emblem: Emblem | None


@dataclass(frozen=True)
class _Alike:
    """What every letter about an event says in a language, whoever reads it."""

    foot: Foot
    file: tuple[str, bytes, str]


@dataclass(frozen=True)
class _AtHand:
    """What the letters of one round need: events, changes, and (event, person): takes part, is awaited, only works."""

    events: dict[int, Event]
    changes: dict[int, Change]
    standing: set[tuple[int, int]]
    expected: set[tuple[int, int]]
    works: set[tuple[int, int]]
    # Tokens of those registered on a way of the event, who may have no account: their letters carry their own link.
    own: dict[tuple[int, int | None], str]
    alike: dict[tuple[int, str], _Alike] = field(default_factory=dict)


def _read(letters: Sequence[Letter]) -> _AtHand:
    ours = [letter for letter in letters if letter.kind in KINDS]
    events = {letter.facts["event"] for letter in ours if "event" in letter.facts}
    changes = {
        letter.facts["change"] for letter in ours if letter.kind in (MOVED, CHANGED) and "change" in letter.facts
    }
    rows = Registration.objects.filter(event__in=events, person__in={letter.person_id for letter in ours} - {None})
    told = rows.standing() if any(letter.kind in (MOVED, CHANGED) for letter in ours) else rows.none()
    awaited = rows.expected() if any(letter.kind == REMINDER for letter in ours) else rows.none()
    noticed = any(letter.kind in (MOVED, CHANGED, CANCELLED) for letter in ours)
    registered = Registration.objects.standing().filter(event=OuterRef("event"), person=OuterRef("person"))
    works = Staff.objects.filter(~Exists(registered), event__in=events)
    columns = ("event", "person", "pk", "link_version", "claim__places__event")
    standing, expected = list(told.values_list(*columns)), list(awaited.values_list(*columns))
    return _AtHand(
        Event.objects.select_related(*with_organiser()).in_bulk(events),
        Change.objects.in_bulk(changes) if changes else {},
        {(event, person) for event, person, *_more in standing},
        {(event, person) for event, person, *_more in expected},
        set(works.values_list("event", "person")) if noticed else set(),
        {
            (event, person): _token_of(key, version)
            for event, person, key, version, way in [*standing, *expected]
            if way is not None
        },
    )


def _at_hand(letter: Letter) -> _AtHand:
    return kinds.round_of(letter).once("events", _read)


def _event(letter: Letter) -> Event | None:
    return _at_hand(letter).events.get(letter.facts["event"])


def _takes_part(letter: Letter, event: Event, *, expected: bool) -> bool:
    """Whether the reader is still on the event, and awaited there where that matters."""
    facts = _at_hand(letter)
    return (event.pk, letter.person_id) in (facts.expected if expected else facts.standing)


def _only_works(letter: Letter, event: Event) -> bool:
    """Whether the reader has a part in the event and is not registered on it."""
    return (event.pk, letter.person_id) in _at_hand(letter).works


def place_of(event: Event) -> str:
    """Where the event is, in a line: venue and host municipality, or the address when it has no name."""
    parts = [event.venue or event.address]
    if event.host is not None and event.host.name not in parts[0]:
        parts.append(event.host.name)
    return ", ".join(part for part in parts if part)


def whole_place_of(event: Event) -> str:
    """Where the event is with its street: venue, address, and the host municipality where neither names it."""
    parts = [event.venue, event.address]
    if event.host is not None and not any(event.host.name in part for part in parts):
        parts.append(event.host.name)
    return ", ".join(part for part in parts if part)


def public_path(event: Event) -> str:
    """Where everybody reads about the event; nothing where only some may."""
    if event.audience != Audience.PUBLIC or event.kind == EventKind.COURSE_DAY:
        return ""
    return reverse("events:public", args=[event.region.slug, event.pk])


def entry_of(event: Event) -> ics.Entry:
    """The event as a calendar shows it, in the language that is active."""
    title = str(event.title)
    if event.state == EventState.CANCELLED:
        word = pgettext("before the title of an event in calendars", "Cancelled")
        title = f"{word}: {title}"
    lines = [str(event.arrival), event.access_notes, event.remote_link]
    if event.state == EventState.CANCELLED:
        lines = [event.cancel_reason]
    return ics.Entry(
        uid=f"{event.uid}@helmi",
        sequence=event.version - 1,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.zone,
        title=title,
        changed_at=event.changed_at,
        location=whole_place_of(event),
        description="\n".join(line for line in lines if line),
        url=settings.BASE_URL + (public_path(event) or event.get_absolute_url()),
        cancelled=event.state == EventState.CANCELLED,
    )


def file_of(event: Event) -> tuple[str, bytes, str]:
    """The event as an attachment."""
    name = f"helmi-{event.date:%Y-%m-%d}.ics"
    return name, ics.write([entry_of(event)], name=str(event.title)), "text/calendar"


def with_organiser(path: str = "") -> list[str]:
    """What a letter reads of an event, and of who answers questions about it, with the event or by a path to it."""
    return [path + name for name in ("region", "host", "contact", *_along)]


def foot_of(event: Event) -> Foot:
    """Where every letter about an event comes from, and who answers questions: in its foot, and where replies go."""
    region = event.region
    funder, picture = "", None
    if event.kind == EventKind.COURSE_DAY:
        # Who organises a course day, and who pays for it, is known to the templates only.
        parts = ("answers", "reply_to", "funder", "emblem")
        texts = (render_to_string(f"events/letters/{part}.txt", {"event": event}).split("\n") for part in parts)
        [name, *_], [address, *_], [funder, *_], [shipped, stored, alt, *_] = texts
        picture = emblem(shipped, stored, alt)
    elif event.contact is not None and event.contact.email:
        name, address = name_for(event.contact), event.contact.email
    else:
        name, address = region.sender_name, region.sender_address
    ask = gettext("Do you have a question? Answer this letter, or write to %(name)s, %(address)s.")
    return Foot(
        ask=ask % {"name": name, "address": address},
        reply_to=address,
        region=str(region.name),
        sender=region.sender_name,
        funder=funder,
        emblem=picture,
    )


def _alike(event: Event) -> _Alike:
    return _Alike(
        foot=foot_of(event),
        file=file_of(event),
    )


def _compose(name: str, event: Event, context: dict[str, Any], *, why: str, letter: Letter | None = None) -> Mail:
    known = _at_hand(letter).alike if letter else {}
    key = event.pk, get_language() or ""
    alike = known[key] if key in known else known.setdefault(key, _alike(event))
    facts = {"event": event, "starts": event.starts_at.astimezone(ZoneInfo(event.zone)), "place": place_of(event)}
    page = f"{settings.BASE_URL}{event.get_absolute_url()}"
    token = _at_hand(letter).own.get((event.pk, letter.person_id), "") if letter else ""
    if token:
        page = settings.BASE_URL + reverse("events:mine", args=[token])
        context = {**context, "absent": settings.BASE_URL + reverse("events:mine_cancel", args=[token])}
    return kinds.compose(
        f"events/letters/{name}.txt",
        {**facts, "page": page, **context},
        why=why,
        **(alike.foot if name != "missed" else Foot(**{**alike.foot, "ask": ""})),
        attachments=[alike.file] if name != "missed" else (),
        secrets=[token] if token else (),
    )


def because_works() -> str:
    """Why a letter comes to a lecturer or a host."""
    return gettext("You get this letter because you have a part in the event.")


def _because_registered(event: Event) -> str:
    if event.kind == EventKind.COURSE_DAY:
        return gettext("You get this letter because you are registered on the day.")
    return gettext("You get this letter because you are registered: %(title)s.") % {"title": event.title}


def meeting_words(event: Event, today: datetime) -> str:
    """The reminder's subject: where we meet, and when as one says it so many days before."""
    local = today.astimezone(ZoneInfo(event.zone)).date()
    days = (event.date - local).days
    place = event.host.name if event.host is not None else event.venue
    facts = {"place": place, "day": dates.day_on(event.date, today=local), "weekday": _on_weekday(event)}
    if not place:
        if days <= 1:
            return gettext("We meet tomorrow") if days == 1 else gettext("We meet today")
        return gettext("We meet on %(day)s") % {"day": facts["weekday"] if days < 7 else facts["day"]}
    if days == 0:
        return gettext("We meet today in %(place)s") % facts
    if days == 1:
        return gettext("We meet tomorrow in %(place)s") % facts
    if days < 7:
        return gettext("We meet in %(place)s on %(weekday)s") % facts
    return gettext("We meet in %(place)s on %(day)s") % facts


def _on_weekday(event: Event) -> str:
    """The weekday as it stands in a sentence: onsdag, keskiviikkona, Wednesday."""
    name = dates.weekday_name(event.date)
    return f"{name}na" if dates.spoken(get_language()) == "fi" else name


def build_reminder(letter: Letter) -> Mail | None:
    """Not for who left or reported absence, nor when the event was cancelled or moved, nor after its start."""
    event = _event(letter)
    if event is None or letter.person is None or event.state != EventState.PUBLISHED:
        return None
    if event.starts_at.isoformat() != letter.facts["starts_at"] or event.starts_at <= clock.now():
        return None
    if not _takes_part(letter, event, expected=True):
        return None
    context = {
        "subject": meeting_words(event, clock.now()),
        "name": letter.person.first_name,
        "absent": settings.BASE_URL + reverse("events:absence", args=[event.pk]),
    }
    return _compose("reminder", event, context, why=_because_registered(event), letter=letter)


def build_moved(letter: Letter) -> Mail | None:
    """Not when the event was moved again or cancelled, and not for who left."""
    event = _event(letter)
    if event is None or letter.person is None or event.state not in (EventState.PUBLISHED, EventState.ANNOUNCED):
        return None
    change = _at_hand(letter).changes.get(letter.facts["change"])
    if change is None or change.after["starts_at"] != event.starts_at.isoformat():
        return None
    works = _only_works(letter, event)
    if not works and not _takes_part(letter, event, expected=False):
        return None
    zone = ZoneInfo(event.zone)
    context = {
        "name": letter.person.first_name,
        "before": datetime.fromisoformat(letter.facts["starts_at"]).astimezone(zone),
        "elsewhere": _elsewhere(letter.facts, {name: getattr(event, name) for name in PLACES}),
        "reason": change.reason,
        "works": works,
    }
    why = because_works() if works else _because_registered(event)
    return _compose("moved", event, context, why=why, letter=letter)


def build_changed(letter: Letter) -> Mail | None:
    """Not when the event is cancelled or over, and not for who left."""
    event = _event(letter)
    if event is None or letter.person is None or event.state != EventState.PUBLISHED:
        return None
    works = _only_works(letter, event)
    if not works and not _takes_part(letter, event, expected=False):
        return None
    why = because_works() if works else _because_registered(event)
    return _compose("changed", event, {"name": letter.person.first_name, "works": works}, why=why, letter=letter)


def build_cancelled(letter: Letter) -> Mail | None:
    """Only while the event is cancelled."""
    event = _event(letter)
    if event is None or letter.person is None or event.state != EventState.CANCELLED:
        return None
    return cancelled_mail(event, letter.person, works=_only_works(letter, event))


def cancelled_mail(event: Event, person: Person, *, works: bool = False) -> Mail:
    """The letter about a cancelled event; organisers read it before they cancel."""
    why = gettext("You get this letter because you were registered on the day or waited for a place.")
    if event.kind != EventKind.COURSE_DAY:
        why = gettext("You get this letter because you were registered or waited for a place: %(title)s.") % {
            "title": event.title
        }
    if works:
        why = because_works()
    return _compose("cancelled", event, {"name": person.first_name}, why=why)


def build_missed(letter: Letter) -> Mail | None:
    """The alert to the region."""
    event = _event(letter)
    if event is None:
        return None
    why = gettext("You get this letter because you are the region's address for letters.")
    return _compose("missed", event, {}, why=why)


def names_of(pks: list[str]) -> dict[str, str]:
    """What events are called on pages about letters."""
    events = Event.objects.filter(pk__in=[int(pk) for pk in pks])
    return {str(event.pk): f"{event.title}, {dates.day_short(event.date)}" for event in events}


def register_kinds() -> None:
    """Tell the outbox how our letters are built."""
    kinds.register(REMINDER, build_reminder, title=_("Reminder of a day or an event"))
    kinds.register(MOVED, build_moved, title=_("A day or an event is moved"))
    kinds.register(CHANGED, build_changed, title=_("A day or an event has another place"))
    kinds.register(CANCELLED, build_cancelled, title=_("A day or an event is cancelled"))
    kinds.register(MISSED, build_missed, title=_("Reminders that could not be sent"))
    kinds.name_about("events.event", names_of)
