"""Places: claims, offers and the waiting list.

One order of locks holds everywhere: the row of the places first, then claims. The first statement of every action is a
lock on that row, most often a conditional UPDATE that takes the place itself.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, Q

from audit import actions as audit
from events import rules
from events.models import CapacityChange, Claim, Needs, Party, Places, Reserve
from events.states import FOLLOWS, LIVE, SOLD, ClaimState
from people.models import Organisation, Person, Region

FREE = Q(capacity__isnull=True) | Q(capacity__gt=F("sold") + F("reserved"))
WAITS = Q(state=ClaimState.WAITLISTED)


def scope_of(places: Places) -> str:
    """Who may see deeds and letters about these places."""
    return f"region:{places.region_id}"


def record(deed: str, claim: Claim, places: Places, *, by: Person | None, now: datetime, **codes: Any) -> None:
    """Write down a deed about a claim."""
    audit.record(
        deed, by=by, about=claim, scope=scope_of(places), now=now, places=places.pk, person=claim.person_id, **codes
    )


def lock_places(places: Places | int) -> Places:
    """The places' row, held until the transaction ends."""
    return Places.objects.select_for_update().get(pk=places if isinstance(places, int) else places.pk)


@transaction.atomic
def open_places(
    *,
    region: Region,
    capacity: int | None,
    label: str = "",
    starts_at: datetime | None = None,
    offers_until: datetime | None = None,
) -> Places:
    """A number of places (None: no limit) with an empty waiting list."""
    return Places.objects.create(
        region=region, capacity=capacity, label=label, starts_at=starts_at, offers_until=offers_until
    )


@transaction.atomic
def time_places(*, places: Places, starts_at: datetime | None, offers_until: datetime | None) -> Places:
    """Say when the first day starts and until when freed places are offered."""
    Places.objects.filter(pk=places.pk).update(starts_at=starts_at, offers_until=offers_until)
    places.refresh_from_db()
    return places


@transaction.atomic
def change_capacity(
    *, places: Places, capacity: int | None, reason: str, by: Person | None, now: datetime
) -> CapacityChange:
    """Give these places another number, with a reason that is kept.

    Refused without a reason, and below what is taken. Nobody is offered a place by this; `offer_next` does it.
    """
    locked = lock_places(places)
    if refusal := rules.why_not_capacity(locked, capacity, reason):
        raise refusal
    change = CapacityChange.objects.create(
        places=locked, before=locked.capacity, after=capacity, reason=reason.strip(), by=by, at=now
    )
    Places.objects.filter(pk=locked.pk).update(capacity=capacity)
    audit.record(
        "capacity_changed",
        by=by,
        about=locked,
        scope=scope_of(locked),
        now=now,
        words={"reason": reason.strip()},
        before=change.before,
        after=capacity,
    )
    places.refresh_from_db()
    return change


def take_place(places: Places) -> bool:
    """Take one place if any is free; the row is locked afterwards when it was."""
    return bool(Places.objects.filter(FREE, pk=places.pk).update(sold=F("sold") + 1))


def _take_reserved(places: Places, reserve: Reserve) -> bool:
    """Take one of the places that are kept back there; the row is locked afterwards when any were."""
    kept = Places.objects.filter(pk=places.pk, reserved__gt=0)
    if not kept.update(reserved=F("reserved") - 1, sold=F("sold") + 1):
        return False
    if Reserve.objects.filter(pk=reserve.pk, places=places.pk, released_at__isnull=True, taken__lt=F("number")).update(
        taken=F("taken") + 1
    ):
        return True
    Places.objects.filter(pk=places.pk).update(reserved=F("reserved") + 1, sold=F("sold") - 1)
    return False


def give_back(places_id: int, reserve_id: int | None = None) -> None:
    """A place is free again: for those it was kept for until its release, and for all after it. Under the lock."""
    if reserve_id and Reserve.objects.filter(pk=reserve_id, released_at__isnull=True).update(taken=F("taken") - 1):
        Places.objects.filter(pk=places_id).update(sold=F("sold") - 1, reserved=F("reserved") + 1)
    else:
        Places.objects.filter(pk=places_id).update(sold=F("sold") - 1)


def refuse_second(places: Places, person: Person) -> tuple[int, int | None]:
    """How many wait, and the person's last claim that is over; refused when a live one is there. Under the lock."""
    mine = Q(person=person)
    found = Claim.objects.filter(places=places).aggregate(
        live=Count("pk", filter=mine & Q(state__in=LIVE)),
        waiting=Count("pk", filter=WAITS),
        over=Max("pk", filter=mine & ~Q(state__in=LIVE)),
    )
    if found["live"]:
        raise rules.AlreadyClaimed()
    return found["waiting"], found["over"]


def count_up(places: Places) -> Places:
    """Lock the places' row and count the line up by one; the row as it is then."""
    Places.objects.filter(pk=places.pk).update(last_position=F("last_position") + 1)
    return Places.objects.get(pk=places.pk)


@transaction.atomic
def claim_place(
    *,
    places: Places,
    person: Person,
    by: Person | None,
    now: datetime,
    hold_until: datetime | None = None,
    reserve: Reserve | None = None,
    organisation: Organisation | None = None,
    party: Party | None = None,
) -> Claim:
    """Take a free place for `person`, or stand last on the waiting list when none is free or somebody waits already.

    With `hold_until` the place is held until then and confirmed by `confirm_claim`. One that is kept back in `reserve`
    is taken first, whoever waits. Refused when the person has a live claim. Of many who ask at once exactly as many
    get a place as are free, and nobody overtakes.
    """
    kept = reserve is not None and _take_reserved(places, reserve)
    taken = kept or take_place(places)
    last = 0
    if not taken:
        locked = count_up(places)
        last = locked.last_position
        taken = locked.free is not None and locked.free > 0 and take_place(places)  # freed between the two
    waiting, over = refuse_second(places, person)
    if taken and waiting and not kept:
        give_back(places.pk)
    more: dict[str, Any] = {"organisation": organisation, "party": party}
    if not taken or (waiting and not kept):
        last = last or count_up(places).last_position
        return wait(places, person, last, over, by=by, now=now, **more)
    return grant(places, person, by=by, now=now, hold_until=hold_until, reserve=reserve if kept else None, **more)


def grant(
    places: Places, person: Person, *, by: Person | None, now: datetime, hold_until: datetime | None, **more: Any
) -> Claim:
    """The claim on a place that has been taken for `person`: held until an hour, or confirmed."""
    state = ClaimState.HELD if hold_until else ClaimState.CONFIRMED
    claim = Claim.objects.create(
        places=places, person=person, state=state, expires_at=hold_until, created_at=now, changed_at=now, **more
    )
    record("place_claimed", claim, places, by=by, now=now, state=state)
    return claim


def wait(
    places: Places,
    person: Person,
    last: int,
    over: int | None,
    *,
    by: Person | None,
    now: datetime,
    first: bool = False,
    **more: Any,
) -> Claim:
    """Put `person` on the waiting list; the places' row is locked already, and counted up to `last`."""
    position = _room_in_front(places, last) if first else last
    facts: dict[str, Any] = {"state": ClaimState.WAITLISTED, "position": position, "first": first, "expires_at": None}
    facts |= {"reserve": None, **more}
    if over is None:
        claim = Claim.objects.create(places=places, person=person, created_at=now, changed_at=now, **facts)
    else:
        Claim.objects.filter(pk=over).update(changed_at=now, **facts)
        claim = Claim.objects.get(pk=over)
    record("waits_for_place", claim, places, by=by, now=now, position=position)
    return claim


def _room_in_front(places: Places, last: int) -> int:
    """The position behind those who stand first already; everybody after it moves one step back.

    In two strides, since no two may stand on one position even for a moment.
    """
    waiting = Claim.objects.filter(WAITS, places=places)
    position = (waiting.filter(first=True).aggregate(last=Max("position"))["last"] or 0) + 1
    behind = waiting.filter(position__gte=position)
    behind.update(position=F("position") + last)
    waiting.filter(position__gt=last).update(position=F("position") - last + 1)
    return position


@transaction.atomic
def give_place(*, places: Places, person: Person, by: Person | None, now: datetime) -> Claim:
    """Give `person` a free place, confirmed at once; the organiser's choice, whoever waits and however late it is.

    Refused when none is free, and for who has a live claim.
    """
    if not take_place(places):
        raise rules.PlacesFull()
    refuse_second(places, person)
    return grant(places, person, by=by, now=now, hold_until=None)


@transaction.atomic
def join_waiting_list(
    *, places: Places, person: Person, by: Person | None, now: datetime, first: bool = False
) -> Claim:
    """Stand on the waiting list: at its end, or with `first` before all others (behind earlier ones who were first).

    A claim that is over comes back to life. Refused when the person has a live claim.
    """
    locked = count_up(places)
    _waiting, over = refuse_second(locked, person)
    return wait(locked, person, locked.last_position, over, by=by, now=now, first=first)


@transaction.atomic
def give_offer(*, places: Places, person: Person, expires_at: datetime, by: Person | None, now: datetime) -> Claim:
    """Offer `person` a place and hold it while the offer runs; the organiser's choice, whoever else waits.

    Somebody on the waiting list keeps the same claim. Refused when no place is free, when freed places are not offered
    any more, and for who has a place or an offer already.
    """
    if not take_place(places):
        lock_places(places)
        places.refresh_from_db()
        raise rules.why_not_offer(places, now=now) or rules.PlacesFull()
    places.refresh_from_db()
    if rules.offers_over(places, now):
        raise rules.OffersEnded()
    claim = Claim.objects.filter(places=places, person=person, state__in=LIVE).first()
    if claim is not None and claim.state != ClaimState.WAITLISTED:
        raise rules.AlreadyClaimed()
    claim = claim or Claim(places=places, person=person, created_at=now)
    make_offer(claim, places, expires_at=expires_at, by=by, now=now)
    return claim


def make_offer(claim: Claim, locked: Places, *, expires_at: datetime, by: Person | None, now: datetime) -> None:
    """Turn a new or a waiting claim into an offer; its place has been taken from the locked ones."""
    claim.state, claim.position, claim.offers = ClaimState.OFFERED, None, claim.offers + 1
    claim.offered_at, claim.expires_at, claim.changed_at = now, expires_at, now
    claim.save()
    record("place_offered", claim, locked, by=by, now=now, until=expires_at, offers=claim.offers)


@transaction.atomic
def offer_next(*, places: Places, expires_at: datetime, by: Person | None, now: datetime) -> Claim | None:
    """Offer a free place to the first in line and hold it; None when nobody waits, none is free or offers are over."""
    locked = lock_places(places)
    if rules.why_not_offer(locked, now=now):
        return None
    claim = Claim.objects.waiting().filter(places=locked).first()
    if claim is None:
        return None
    Places.objects.filter(pk=locked.pk).update(sold=F("sold") + 1)
    make_offer(claim, locked, expires_at=expires_at, by=by, now=now)
    return claim


def _move(claim: Claim, to: str, sources: tuple[str, ...], now: datetime) -> tuple[Claim, str]:
    """Under the lock of its places: bring the claim to another state if it is in one of `sources`, and free its place.

    Returns the claim and the state it had; that state is `to` when it stands there already, refused in any other.
    """
    locked = Claim.objects.select_related("places").get(pk=claim.pk)
    before = locked.state
    if before == to:
        return locked, before
    if before not in sources or to not in FOLLOWS[before]:
        raise rules.NotPossibleNow(state=locked.get_state_display())
    locked.state = to
    locked.changed_at = now
    locked.position = None
    locked.save(update_fields=["state", "changed_at", "position"])
    if before in SOLD and to not in SOLD:
        give_back(locked.places_id, locked.reserve_id)
    return locked, before


@transaction.atomic
def accept_offer(*, claim: Claim, by: Person | None, now: datetime) -> Claim:
    """The person takes the offered place. Refused when the offer's time is over or it was answered otherwise.

    Accepting twice is accepting once.
    """
    lock_places(claim.places_id)
    fresh = Claim.objects.select_related("places").get(pk=claim.pk)
    if fresh.state == ClaimState.CONFIRMED:
        return fresh
    if refusal := rules.why_not_accept(fresh, now=now):
        raise refusal
    fresh, _before = _move(fresh, ClaimState.CONFIRMED, (ClaimState.OFFERED,), now)
    record("offer_accepted", fresh, fresh.places, by=by, now=now)
    return fresh


@transaction.atomic
def confirm_claim(*, claim: Claim, by: Person | None, now: datetime) -> Claim:
    """A held place is confirmed in time. Refused when it has lapsed."""
    lock_places(claim.places_id)
    fresh = Claim.objects.select_related("places").get(pk=claim.pk)
    if fresh.state == ClaimState.CONFIRMED:
        return fresh
    if fresh.expires_at is not None and fresh.expires_at <= now:
        raise rules.OfferOver()
    fresh, _before = _move(fresh, ClaimState.CONFIRMED, (ClaimState.HELD,), now)
    record("place_confirmed", fresh, fresh.places, by=by, now=now)
    return fresh


@transaction.atomic
def decline_offer(*, claim: Claim, by: Person | None, now: datetime) -> Claim:
    """The person does not take the offer, or leaves the waiting list; an offered place is free again.

    Declining twice is declining once. Who has a place already cancels it instead.
    """
    lock_places(claim.places_id)
    fresh, before = _move(claim, ClaimState.DECLINED, (ClaimState.OFFERED, ClaimState.WAITLISTED), now)
    if before != fresh.state:
        record("offer_declined", fresh, fresh.places, by=by, now=now, before=before)
    return fresh


@transaction.atomic
def lapse_offer(*, claim: Claim, now: datetime) -> Claim:
    """An offer or a held place was not answered in time; the place is free again. Refused before its time."""
    lock_places(claim.places_id)
    fresh = Claim.objects.select_related("places").get(pk=claim.pk)
    if fresh.state in (ClaimState.OFFERED, ClaimState.HELD) and (fresh.expires_at is None or fresh.expires_at > now):
        raise rules.NotPossibleNow(state=fresh.get_state_display())
    fresh, before = _move(fresh, ClaimState.LAPSED, (ClaimState.OFFERED, ClaimState.HELD), now)
    if before != fresh.state:
        record("offer_lapsed", fresh, fresh.places, by=None, now=now)
    return fresh


@transaction.atomic
def cancel_claim(*, claim: Claim, by: Person | None, now: datetime) -> Claim:
    """Give up a place, an offer or a position in line; what was taken is free again.

    A claim that is over already stays as it is.
    """
    lock_places(claim.places_id)
    fresh = Claim.objects.select_related("places").get(pk=claim.pk)
    if fresh.state not in LIVE:
        return fresh
    fresh, before = _move(fresh, ClaimState.CANCELLED, LIVE, now)
    record("place_given_up", fresh, fresh.places, by=by, now=now, before=before)
    return fresh


@transaction.atomic
def keep_needs(
    *,
    claim: Claim,
    diet: str,
    access: str,
    erase_on: date,
    by: Person | None,
    now: datetime,
    first: bool = False,
) -> Needs | None:
    """Keep what the person needs in food and access until `erase_on`; nothing typed keeps nothing.

    `first` says that the claim is new, so that no needs are looked for.
    """
    facts = {"diet": diet.strip(), "access": access.strip(), "erase_on": erase_on}
    needs: Needs | None = None
    if not facts["diet"] and not facts["access"]:
        Needs.objects.filter(claim=claim).delete()
    elif first:
        needs = Needs.objects.create(claim=claim, **facts)
    else:
        needs, _created = Needs.objects.update_or_create(claim=claim, defaults=facts)
    # The needs themselves stand in no deed and no letter, so that erasing the row erases them everywhere.
    record("needs_kept", claim, claim.places, by=by, now=now, diet=bool(facts["diet"]), access=bool(facts["access"]))
    return needs


@transaction.atomic
def erase_needs(*, now: datetime) -> int:
    """Erase food and access needs whose day has come; returns how many."""
    return Needs.objects.filter(erase_on__lte=now.date()).delete()[0]
