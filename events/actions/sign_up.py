"""People register on an event with ways of its own: held, confirmed, in line, offered, changed, cancelled, erased.

One order of locks holds: people who are new are written first, by their addresses in order; then the rows of the
places, by key; then claims and registrations. Whoever registers on a way waits for its row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from audit import actions as audit
from events import rules as places_rules
from events.actions.events import scope_of
from events.actions.places import (
    accept_offer,
    cancel_claim,
    change_capacity,
    claim_place,
    confirm_claim,
    decline_offer,
    give_offer,
    keep_needs,
    lapse_offer,
    lock_places,
)
from events.actions.waiting import WORKING_DAYS, claim_party, offer_freed, release_reserve
from events.letters import sign_up as letters
from events.models import Claim, Event, Needs, Places, Question, Registration, Reply, Reserve
from events.rules import sign_up as rules
from events.states import LIVE, ClaimState, EventState, RegistrationState
from people import actions as people
from people.models import Employment, Organisation, Person

# What coming back writes anew on a registration that was over.
WRITTEN = (
    "claim",
    "state",
    "by",
    "name",
    "employer",
    "organisation",
    "badge_name",
    "absence_reason",
    "absence_at",
    "link_version",
    "changed_at",
)


@dataclass(frozen=True)
class Facts:
    """What somebody types to register: kept with the registration, and used for this event only."""

    name: str
    email: str
    language: str
    employer: str = ""
    badge_name: str = ""
    diet: str = ""
    access: str = ""
    replies: Mapping[int, Any] = field(default_factory=dict)
    organisation: Organisation | None = None


# ---------- Registering oneself ----------


def sign_up(*, event: Event, places: Places, facts: Facts, now: datetime, person: Person | None = None) -> Registration:
    """Register on one way of an event: with a place when one is free and nobody waits, else last in line.

    Who has signed in (`person`) has the place at once. Anybody else is known by the address: a place is held for 24
    hours, or 4 near the start, and confirmed by the link in the letter; what was typed changes no fact of anybody.
    Registering once more changes nothing and writes the owner of the address a letter. Refused while registration is
    not open. Of many at once exactly as many have a place as there are.
    """
    try:
        return _sign_up(event=event, places=places, facts=facts, now=now, person=person)
    except (IntegrityError, places_rules.AlreadyClaimed):
        # The same person registered on another way in the same moment: that one counts.
        return _sign_up(event=event, places=places, facts=facts, now=now, person=person)


@transaction.atomic
def _sign_up(*, event: Event, places: Places, facts: Facts, now: datetime, person: Person | None) -> Registration:
    who = person or people.know_guest(name=facts.name, email=facts.email, language=facts.language, now=now)
    known = Registration.objects.filter(event=event, person=who).select_related("claim", "person", "event").first()
    if known is not None and rules.stands(known):
        if person is None:
            _tell_again(known, now)
        return known
    asked = _asked(event, facts)
    # From here on the row of the places is held: everybody else on this way waits, so little is done.
    with audit.together():
        claim = claim_place(
            places=places,
            person=who,
            by=person,
            now=now,
            hold_until=None if person else places_rules.guest_limit(starts_at=event.starts_at, now=now),
            organisation=facts.organisation,
            reserve=_reserve_for(places, person, now) if person else None,
        )
        fresh = Event.objects.select_related("region").get(pk=event.pk)
        if refusal := rules.why_not_sign_up(fresh, now=now):
            raise refusal
        row = _keep(known, fresh, claim, facts, by=None, now=now, asked=asked)
    if claim.state == ClaimState.HELD:
        letters.confirm(row, now=now)
    elif claim.state == ClaimState.WAITLISTED:
        letters.waiting(row, now=now)
    else:
        letters.place(row, now=now)
    return row


def _tell_again(known: Registration, now: datetime) -> None:
    """The owner of an address that is registered already hears of it, unless it is the same press of the button."""
    if known.changed_at > now - rules.SAME_PRESS:
        return
    if known.claim is not None and known.claim.state == ClaimState.HELD:
        letters.confirm(known, now=now, again=True)
    else:
        letters.again(known, now=now)


def _reserve_for(places: Places, person: Person, now: datetime) -> Reserve | None:
    """Places kept back for the person's own employer, where any are left."""
    if not places.reserved:
        return None
    paths = Employment.objects.on(now.date()).filter(person=person).values_list("unit__path", flat=True)
    tops = {int(path.split("/", 1)[0]) for path in paths}
    kept = Reserve.objects.filter(places=places, organisation__in=tops, released_at__isnull=True)
    return kept.filter(taken__lt=F("number")).first()


def _keep(
    known: Registration | None,
    event: Event,
    claim: Claim,
    facts: Facts,
    *,
    by: Person | None,
    now: datetime,
    asked: Mapping[int, Question] | None = None,
) -> Registration:
    """The registration with what was typed; who had left comes back, and links from before open nothing."""
    row = known or Registration(event=event, person=claim.person, created_at=now, link_version=0)
    row.claim, row.state, row.by = claim, RegistrationState.REGISTERED, by
    row.name, row.employer, row.organisation = facts.name, facts.employer[:160], facts.organisation
    row.badge_name = facts.badge_name
    row.absence_reason, row.absence_at = "", None
    row.link_version += 1
    row.changed_at = now
    if known is None:
        row.save(force_insert=True)
    else:
        _come_back(row)
    row.event = event
    asked = _asked(event, facts) if asked is None else asked
    if known is None:
        _keep_first_answers(row, facts, asked, by=by, now=now)
    else:
        _keep_answers(row, facts, asked, by=by, now=now)
    audit.record(
        "registered",
        by=by or (None if claim.state == ClaimState.HELD else claim.person),
        about=row,
        scope=scope_of(event),
        now=now,
        event=event.pk,
        person=row.person_id,
        state=claim.state,
    )
    return row


def _come_back(row: Registration) -> None:
    """Write a registration that was over; refused when another came back on it in the same moment, on another way."""
    before = Registration.objects.filter(pk=row.pk, link_version=row.link_version - 1)
    if not before.update(**{name: getattr(row, name) for name in WRITTEN}):
        raise places_rules.AlreadyClaimed()


def _asked(event: Event, facts: Facts) -> dict[int, Question]:
    """The questions that may be answered, by their key; none when nothing is answered."""
    if all(_is_empty(value) for value in facts.replies.values()):
        return {}
    return {question.pk: question for question in event.questions.all()}


def _is_empty(value: Any) -> bool:
    return value in (None, "", [])


def _is_kept(pk: int, asked: Mapping[int, Question], today: date) -> bool:
    return pk in asked and asked[pk].erase_on > today


def _keep_first_answers(
    row: Registration, facts: Facts, asked: Mapping[int, Question], *, by: Person | None, now: datetime
) -> None:
    """What a new registration answers and needs: nothing is there before, so nothing is looked for."""
    today = rules.local(now, row.event).date()
    replies = [
        Reply(registration=row, question=asked[pk], value=value)
        for pk, value in facts.replies.items()
        if not _is_empty(value) and _is_kept(pk, asked, today)
    ]
    if replies:
        Reply.objects.bulk_create(replies)
    if row.claim is not None and (facts.diet or facts.access) and rules.asks_needs(row.event, row.claim.places):
        _keep_needs(row, row.claim, facts, by=by, now=now, first=True)


def _keep_needs(
    row: Registration, claim: Claim, facts: Facts, *, by: Person | None, now: datetime, first: bool = False
) -> None:
    keep_needs(
        claim=claim,
        diet=facts.diet if row.event.asks_diet else "",
        access=facts.access if row.event.asks_access else "",
        erase_on=rules.erase_needs_on(row.event),
        by=by,
        now=now,
        first=first,
    )


def _keep_answers(
    row: Registration, facts: Facts, asked: Mapping[int, Question], *, by: Person | None, now: datetime
) -> None:
    """Answers to the event's questions, and needs where they are asked of those who come this way."""
    today = rules.local(now, row.event).date()
    for pk, value in facts.replies.items():
        if _is_empty(value):
            Reply.objects.filter(registration=row, question=pk).delete()
        elif _is_kept(pk, asked, today):
            Reply.objects.update_or_create(registration=row, question=asked[pk], defaults={"value": value})
    if row.claim is None:
        return
    if not rules.asks_needs(row.event, row.claim.places):
        Needs.objects.filter(claim=row.claim).delete()
    elif facts.diet or facts.access or Needs.objects.filter(claim=row.claim).exists():
        _keep_needs(row, row.claim, facts, by=by, now=now)


# ---------- What the personal link can do ----------


def _locked(registration: Registration) -> Registration:
    """The registration as it stands, with its way's row and its own held; refused when the event has begun."""
    claim = Claim.objects.filter(registration=registration.pk).only("places").first()
    if claim is not None:
        lock_places(claim.places_id)
    return (
        Registration.objects.select_for_update(of=("self",))
        .select_related("event__region", "claim__places", "person")
        .get(pk=registration.pk)
    )


def _claim_of(row: Registration) -> Claim:
    if row.claim is None:
        raise rules.LinkOver()
    return row.claim


@transaction.atomic
def confirm(*, registration: Registration, now: datetime) -> Registration:
    """A guest confirms in time: the place is hers. Confirming twice is once; refused when it has lapsed."""
    row = _locked(registration)
    claim = _claim_of(row)
    if claim.state == ClaimState.CONFIRMED:
        return row
    if refusal := rules.why_not_change_own(row, now=now):
        raise refusal
    row.claim = confirm_claim(claim=claim, by=row.person, now=now)
    letters.place(row, now=now)
    return row


@transaction.atomic
def accept(*, registration: Registration, by: Person | None, now: datetime) -> Registration:
    """The offered place is taken, which also confirms the address. Refused when the offer is over."""
    row = _locked(registration)
    claim = _claim_of(row)
    if claim.state == ClaimState.CONFIRMED:
        return row
    if refusal := rules.why_not_change_own(row, now=now):
        raise refusal
    row.claim = accept_offer(claim=claim, by=by, now=now)
    letters.place(row, now=now)
    return row


@transaction.atomic
def cancel(
    *, registration: Registration, by: Person | None, now: datetime, reason: str = "", quiet: bool = False
) -> Registration:
    """Give up the place, the offer or the position in line; what is freed is offered to the next at once.

    The person may, and the organisers with a reason, which the letter tells. Needs and answers are erased. Cancelling
    twice is once; refused when the event has begun.
    """
    row = _locked(registration)
    claim = _claim_of(row)
    if claim.state not in LIVE:
        return row
    if refusal := rules.why_not_change_own(row, now=now) or places_rules.why_not_speak_for(row, by):
        raise refusal
    by_self = by is None or by.pk == row.person_id
    if not by_self and not reason.strip():
        raise places_rules.ReasonNeeded()
    if claim.state in (ClaimState.OFFERED, ClaimState.WAITLISTED) and by_self:
        row.claim = decline_offer(claim=claim, by=by, now=now)
    else:
        row.claim = cancel_claim(claim=claim, by=by, now=now)
    _end(row, now=now)
    audit.record(
        "registration_cancelled",
        by=by,
        about=row,
        scope=scope_of(row.event),
        now=now,
        words={"reason": reason.strip()} if reason.strip() else None,
        event=row.event_id,
        person=row.person_id,
    )
    if not quiet:
        letters.left(row, by_self=by_self, reason=reason.strip(), now=now)
    fill(places=claim.places, now=now)
    return row


def _end(row: Registration, *, now: datetime) -> None:
    """What goes when a registration is over: needs, answers, letters that promise or ask something."""
    Needs.objects.filter(claim=row.claim_id).delete()
    Reply.objects.filter(registration=row).delete()
    Registration.objects.filter(pk=row.pk).update(state=RegistrationState.CANCELLED, changed_at=now)
    row.state, row.changed_at = RegistrationState.CANCELLED, now
    letters.take_back(row, now=now)


@transaction.atomic
def change(
    *,
    registration: Registration,
    facts: Facts,
    by: Person | None,
    now: datetime,
    places: Places | None = None,
) -> Registration:
    """Change what was typed, and the way where another has a free place.

    On another way the claim begins anew there, and the place that is left goes to the next in line. Refused when the
    other way is full (nothing is lost then), when the event has begun, and for a registration that is over.
    """
    wanted = places.pk if places is not None else None
    with_claim = Registration.objects.select_related("claim").get(pk=registration.pk)
    old = _claim_of(with_claim)
    for key in sorted({old.places_id, wanted or old.places_id}):
        lock_places(key)
    row = _locked(registration)
    claim = _claim_of(row)
    if refusal := rules.why_not_change_own(row, now=now):
        raise refusal
    if claim.state not in LIVE:
        raise rules.LinkOver()
    left = None
    if wanted is not None and wanted != claim.places_id:
        left = _move_to(row, Places.objects.get(pk=wanted, event=row.event_id), by=by, now=now)
    Registration.objects.filter(pk=row.pk).update(
        name=facts.name or row.name,
        employer=facts.employer[:160],
        organisation=facts.organisation,
        badge_name=facts.badge_name,
        changed_at=now,
    )
    row = (
        Registration.objects.select_related("event__region", "claim__places", "person")
        .prefetch_related("event__questions")
        .get(pk=row.pk)
    )
    _keep_answers(row, facts, _asked(row.event, facts), by=by, now=now)
    audit.record(
        "registration_changed",
        by=by,
        about=row,
        scope=scope_of(row.event),
        now=now,
        event=row.event_id,
        person=row.person_id,
        way=row.claim.places_id if row.claim else None,
    )
    letters.changed(row, now=now)
    if left is not None:
        fill(places=left, now=now)
    return row


def _move_to(row: Registration, wanted: Places, *, by: Person | None, now: datetime) -> Places:
    """A claim on another way instead of the one there is; both ways are locked. The way that is left."""
    before = _claim_of(row)
    waits = Claim.objects.waiting().filter(places=wanted).exists()
    if waits or (wanted.free is not None and wanted.free < 1):
        raise rules.NoPlaceThere()
    held = before.expires_at if before.state == ClaimState.HELD else None
    after = claim_place(
        places=wanted, person=row.person, by=by, now=now, hold_until=held, organisation=before.organisation
    )
    Needs.objects.filter(claim=before).update(claim=after)
    cancel_claim(claim=before, by=by, now=now)
    Registration.objects.filter(pk=row.pk).update(claim=after)
    return before.places


@transaction.atomic
def renew_link(*, registration: Registration, by: Person | None, now: datetime) -> Registration:
    """Links that were sent before open nothing any more; the new one goes by letter."""
    Registration.objects.filter(pk=registration.pk).update(link_version=F("link_version") + 1)
    row = Registration.objects.select_related("event__region", "claim", "person").get(pk=registration.pk)
    audit.record("link_renewed", by=by, about=row, scope=scope_of(row.event), now=now, person=row.person_id)
    letters.link(row, now=now)
    return row


@transaction.atomic
def send_link(*, event: Event, address: str, now: datetime) -> None:
    """Mail the personal link to who has this address and is on the event; else nothing happens, and nobody learns."""
    found = (
        Registration.objects.filter(
            Q(person__email__iexact=address)
            | Q(person__emailaddress__email__iexact=address, person__emailaddress__verified=True),
            event=event,
            claim__state__in=LIVE,
        )
        .select_related("event__region", "claim", "person")
        .first()
    )
    if found is None:
        return
    if found.claim is not None and found.claim.state == ClaimState.HELD:
        letters.confirm(found, now=now, again=True)
    else:
        letters.link(found, now=now)


# ---------- Registered by a manager or an organiser ----------


@dataclass(frozen=True)
class Guest:
    """Somebody on a list: known already (`person`), or written down by name and address."""

    name: str
    email: str = ""
    employer: str = ""
    organisation: Organisation | None = None
    person: Person | None = None


@transaction.atomic
def register_group(
    *,
    event: Event,
    places: Places,
    group: Sequence[Guest],
    language: str,
    by: Person,
    now: datetime,
    together: bool | None = None,
) -> tuple[list[Registration], list[str]]:
    """A manager registers several at once; returns the new registrations and the names of those who were on it before.

    Each gets an own letter in the own language with an own link, and can decline. When not all fit, `together` says
    how they want it (as `claim_party`); refused with how many are free while that has not been said.
    """
    if not group:
        raise rules.NobodyChosen()
    by_address = sorted(group, key=lambda one: one.email)
    met = {
        one: one.person or people.know_guest(name=one.name, email=one.email, language=language, now=now)
        for one in by_address
    }
    locked = lock_places(places)
    fresh = Event.objects.select_related("region").get(pk=event.pk)
    if refusal := rules.why_not_sign_up(fresh, now=now):
        raise refusal
    who = list({met[one].pk: one for one in group}.values())
    known = {
        row.person_id: row
        for row in Registration.objects.filter(event=fresh, person__in=met.values()).select_related("claim", "person")
    }
    before = [one.name for one in who if rules.stands(known.get(met[one].pk))]
    new = [one for one in who if not rules.stands(known.get(met[one].pk))]
    if not new:
        return [], before
    claims = claim_party(
        places=locked, people=[(met[one], one.organisation) for one in new], by=by, now=now, together=together
    )
    rows = []
    for one, claim in zip(new, claims, strict=True):
        facts = Facts(
            name=one.name, email=one.email, language=language, employer=one.employer, organisation=one.organisation
        )
        row = _keep(known.get(claim.person_id), fresh, claim, facts, by=by, now=now)
        letters.staff(row, now=now)
        rows.append(row)
    return rows, before


@transaction.atomic
def add_by_hand(
    *, event: Event, places: Places, facts: Facts, by: Person, now: datetime, reserve: Reserve | None = None
) -> Registration:
    """An organiser puts somebody on the event, also outside the window; with a place when one is free, else in line.

    One that is kept back in `reserve` is taken first. Refused for others than the organisers, for who is on it
    already, and when the event is cancelled or over.
    """
    if refusal := places_rules.why_not_organise(event, by):
        raise refusal
    who = people.know_guest(name=facts.name, email=facts.email, language=facts.language, now=now)
    locked = lock_places(places)
    fresh = Event.objects.select_related("region").get(pk=event.pk)
    if refusal := rules.why_not_add(fresh, now=now):
        raise refusal
    known = Registration.objects.filter(event=fresh, person=who).select_related("claim", "person").first()
    if rules.stands(known):
        raise places_rules.AlreadyClaimed()
    claim = claim_place(places=locked, person=who, by=by, now=now, organisation=facts.organisation, reserve=reserve)
    row = _keep(known, fresh, claim, facts, by=by, now=now)
    letters.staff(row, now=now)
    return row


@transaction.atomic
def offer_by_hand(*, registration: Registration, reason: str, by: Person, now: datetime) -> Registration:
    """The organiser offers a free place to somebody on the list, whoever else waits; the reason is kept.

    Refused without a reason, when no place is free, when offers are over, and for who does not wait.
    """
    row = _locked(registration)
    claim = _claim_of(row)
    if refusal := places_rules.why_not_organise(row.event, by):
        raise refusal
    if not reason.strip():
        raise places_rules.ReasonNeeded()
    if claim.state != ClaimState.WAITLISTED:
        raise rules.NotWaiting()
    until = places_rules.offer_limit(claim.places, working_days=WORKING_DAYS, now=now)
    row.claim = give_offer(places=claim.places, person=row.person, expires_at=until, by=by, now=now)
    audit.record(
        "offered_by_hand",
        by=by,
        about=row,
        scope=scope_of(row.event),
        now=now,
        words={"reason": reason.strip()},
        event=row.event_id,
        person=row.person_id,
    )
    letters.take_back(row, now=now)
    letters.offer(row, now=now)
    return row


@transaction.atomic
def raise_capacity(*, places: Places, capacity: int | None, reason: str, by: Person, now: datetime) -> Places:
    """Another number of places with a reason that is kept; what becomes free is offered to those who wait at once."""
    if places.event is not None and (refusal := places_rules.why_not_organise(places.event, by)):
        raise refusal
    change_capacity(places=places, capacity=capacity, reason=reason, by=by, now=now)
    fill(places=places, now=now)
    places.refresh_from_db()
    return places


# ---------- The clock, and what follows at once ----------


@transaction.atomic
def fill(*, places: Places, now: datetime) -> int:
    """Offer what is free to those whose turn it is, and tell them; how many. Safe at any time, and twice."""
    claims = offer_freed(places=places, now=now)
    if not claims:
        return 0
    rows = Registration.objects.filter(claim__in=claims).select_related("event__region", "claim", "person")
    for row in rows.order_by("pk"):
        letters.take_back(row, now=now)
        letters.offer(row, now=now)
    return len(claims)


def fill_due(*, now: datetime) -> int:
    """Offer what is free on every way where somebody waits; how many offers."""
    waiting = Places.objects.filter(
        Q(capacity__isnull=True) | Q(capacity__gt=F("sold") + F("reserved")),
        event__state=EventState.PUBLISHED,
        claims__state=ClaimState.WAITLISTED,
    )
    return sum(fill(places=row, now=now) for row in waiting.distinct())


def lapse_due(*, now: datetime) -> int:
    """Held places and offers whose time is over go back, their people are told, and the next are offered; how many."""
    due = Claim.objects.lapsing(now).filter(places__event__isnull=False).order_by("expires_at", "pk")
    done = 0
    for claim in due[:500]:
        done += _lapse(claim, now=now)
    return done


@transaction.atomic
def _lapse(claim: Claim, *, now: datetime) -> int:
    places = lock_places(claim.places_id)
    before = Claim.objects.get(pk=claim.pk)
    if before.state not in (ClaimState.HELD, ClaimState.OFFERED) or before.expires_at is None:
        return 0
    if before.expires_at > now:
        return 0
    after = lapse_offer(claim=before, now=now)
    row = Registration.objects.filter(claim=after).select_related("event__region", "claim", "person").first()
    if row is not None:
        _end(row, now=now)
        letters.lapsed(row, held=before.state == ClaimState.HELD, now=now)
    fill(places=places, now=now)
    return 1


def release_due(*, now: datetime) -> int:
    """Places kept back until now are free for all, the line first; how many places."""
    due = Reserve.objects.filter(release_at__lte=now, released_at__isnull=True).select_related("places")
    freed = 0
    for reserve in due:
        with transaction.atomic():
            freed += release_reserve(reserve=reserve, by=None, now=now)
            fill(places=reserve.places, now=now)
    return freed


@transaction.atomic
def erase_replies(*, now: datetime) -> int:
    """Answers to questions are erased on the day that was said when they were asked; how many."""
    return Reply.objects.filter(question__erase_on__lte=now.date()).delete()[0]


def keep_needs_until_after(*, event: Event) -> int:
    """The event has another day: needs are kept until 30 days after it, or after the last of those that share places.

    How many rows have another day by this.
    """
    needs, last = Needs.objects.filter(claim__registration__event=event), event
    if event.places_id is not None:
        needs = Needs.objects.filter(claim__places=event.places_id)
        days = Event.objects.filter(places=event.places_id).exclude(state=EventState.CANCELLED)
        last = days.order_by("-date").first() or event
    until = rules.erase_needs_on(last)
    return needs.exclude(erase_on=until).update(erase_on=until)


@transaction.atomic
def note_file(*, event: Event, rows: int, with_needs: bool, reason: str, by: Person, now: datetime) -> None:
    """Write down that the list was taken as a file, and why where it holds food and access needs.

    Refused for others than the organisers, and with needs without a reason.
    """
    if refusal := places_rules.why_not_organise(event, by):
        raise refusal
    if with_needs and not reason.strip():
        raise places_rules.ReasonNeeded()
    audit.record(
        "registrations.exported",
        by=by,
        about=event,
        scope=scope_of(event),
        now=now,
        words={"reason": reason.strip()} if reason.strip() else None,
        rows=rows,
        diet=with_needs,
    )
