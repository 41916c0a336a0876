"""The waiting list of an event's own places: parties, places kept back, and who is offered the next place."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F

from audit import actions as audit
from events import rules
from events.actions.places import (
    claim_place,
    count_up,
    grant,
    lock_places,
    make_offer,
    refuse_second,
    scope_of,
    wait,
)
from events.models import Claim, Event, Party, Places, Reserve
from events.states import SOLD, EventState, Policy
from people.models import Organisation, Person

WORKING_DAYS = 2


@transaction.atomic
def claim_party(
    *,
    places: Places,
    people: Sequence[tuple[Person, Organisation | None]],
    by: Person | None,
    now: datetime,
    together: bool | None = None,
    hold_until: datetime | None = None,
) -> list[Claim]:
    """Take places for people who were registered together; the claims in the same order.

    When not all fit, `together` says how they want it: False, as many as fit have a place and the others wait; True,
    all wait until all fit. Refused with how many are free while that has not been said, and when one of them has a
    live claim.
    """
    locked = lock_places(places)
    waiting = Claim.objects.waiting().filter(places=locked).exists()
    free = 0 if waiting else locked.free
    if free is None or free >= len(people):
        party = Party.objects.create(places=locked, by=by, together=bool(together), created_at=now)
        return [
            claim_place(
                places=locked, person=person, organisation=employer, party=party, by=by, now=now, hold_until=hold_until
            )
            for person, employer in people
        ]
    if together is None:
        raise rules.PartyDoesNotFit(free=free, asked=len(people))
    party = Party.objects.create(places=locked, by=by, together=together, created_at=now)
    claims = []
    for number, (person, employer) in enumerate(people):
        _waiting, over = refuse_second(locked, person)
        if not together and number < free:
            Places.objects.filter(pk=locked.pk).update(sold=F("sold") + 1)
            claims.append(
                grant(locked, person, by=by, now=now, hold_until=hold_until, organisation=employer, party=party)
            )
        else:
            last = count_up(locked).last_position
            claims.append(wait(locked, person, last, over, by=by, now=now, organisation=employer, party=party))
    return claims


def next_in_line(places: Places) -> list[Claim]:
    """Whom the policy gives the next place to: one claim, or all of a party that comes only together.

    Nobody where the organiser chooses by hand.
    """
    if places.policy == Policy.BY_HAND:
        return []
    waiting = list(Claim.objects.waiting().filter(places=places).select_related("party"))
    if not waiting:
        return []
    head = waiting[0]
    if places.policy == Policy.BALANCED:
        sold = Claim.objects.filter(places=places, state__in=SOLD, organisation__isnull=False)
        have = dict(sold.order_by().values_list("organisation").annotate(number=Count("pk")))
        head = min(waiting, key=lambda claim: (have.get(claim.organisation_id or 0, 0), claim.position or 0))
    if head.party is not None and head.party.together:
        return [claim for claim in waiting if claim.party_id == head.party_id]
    return [head]


@transaction.atomic
def offer_freed(*, places: Places, now: datetime, by: Person | None = None) -> list[Claim]:
    """Offer what is free to those whose turn it is; the claims that are offered now.

    A party that comes only together is offered its places when all fit; until then nobody overtakes it. Nothing is
    offered by itself where the organiser chooses, nor unless the event is published, nor after offers have ended.
    """
    locked = lock_places(places)
    if locked.event_id and not Event.objects.filter(pk=locked.event_id, state=EventState.PUBLISHED).exists():
        return []
    given: list[Claim] = []
    while not rules.why_not_offer(locked, now=now):
        group = next_in_line(locked)
        if not group or (locked.free is not None and locked.free < len(group)):
            break
        expires_at = rules.offer_limit(locked, working_days=WORKING_DAYS, now=now)
        for claim in group:
            Places.objects.filter(pk=locked.pk).update(sold=F("sold") + 1)
            make_offer(claim, locked, expires_at=expires_at, by=by, now=now)
        given += group
        locked.refresh_from_db()
    return given


@transaction.atomic
def reserve_places(
    *,
    places: Places,
    number: int,
    release_at: datetime,
    by: Person | None,
    now: datetime,
    whom: str = "",
    organisation: Organisation | None = None,
) -> Reserve:
    """Keep places back for an organisation or a named group until a day.

    Refused when fewer are free, for nobody, and until after the start.
    """
    locked = lock_places(places)
    if refusal := rules.why_not_reserve(
        locked, number=number, whom=whom, organisation=organisation, release_at=release_at
    ):
        raise refusal
    row = Reserve.objects.create(
        places=locked, number=number, whom=whom.strip(), organisation=organisation, release_at=release_at
    )
    Places.objects.filter(pk=locked.pk).update(reserved=F("reserved") + number)
    audit.record("places_reserved", by=by, about=locked, scope=scope_of(locked), now=now, number=number)
    places.refresh_from_db()
    return row


@transaction.atomic
def release_reserve(*, reserve: Reserve, by: Person | None, now: datetime) -> int:
    """What is left of the places kept back is free for all; returns how many. Releasing twice is once."""
    places = lock_places(reserve.places_id)
    fresh = Reserve.objects.get(pk=reserve.pk)
    if fresh.released_at is not None:
        return 0
    left = fresh.number - fresh.taken
    Reserve.objects.filter(pk=fresh.pk).update(released_at=now)
    Places.objects.filter(pk=places.pk).update(reserved=F("reserved") - left)
    audit.record("places_released", by=by, about=places, scope=scope_of(places), now=now, number=left)
    return left
