"""What we write to those who register on an event by themselves, or are registered by a manager or an organiser."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from events import ics
from events.letters.days import entry_of, foot_of, own_token, public_path, scope_of, whole_place_of
from events.models import Claim, Event, Registration
from events.rules import sign_up as rules
from events.states import ClaimState, RegistrationState, Way
from outbox import actions as outbox
from outbox import kinds
from outbox.kinds import Mail
from outbox.models import Letter
from people.rules import name_for

CONFIRM = "events.confirm"
PLACE = "events.place"
WAITING = "events.waiting"
OFFER = "events.offer"
LAPSED = "events.sign_up_lapsed"
CHANGED = "events.sign_up_changed"
LEFT = "events.sign_up_left"
AGAIN = "events.sign_up_again"
LINK = "events.sign_up_link"
STAFF = "events.sign_up_staff"
OURS = (CONFIRM, PLACE, WAITING, OFFER, LAPSED, CHANGED, LEFT, AGAIN, LINK, STAFF)
# Letters that ask for something or promise something: they lose their sense when the registration moves on.
UNDONE = (CONFIRM, PLACE, WAITING, OFFER, CHANGED, STAFF)


def page_of(event: Event) -> str:
    """Where the reader finds the event: its public page, or the form where only some may read about it."""
    path = public_path(event) or reverse("events:sign_up", args=[event.region.slug, event.pk])
    return settings.BASE_URL + path


# ---------- Writing ----------


def _write(kind: str, registration: Registration, key: str, *, now: datetime, **facts: Any) -> None:
    """One letter to the registered person, unless there is no address; once for its key, and not read back."""
    person, claim = registration.person, registration.claim
    if not person.email:
        return
    until = claim.expires_at if claim is not None and kind in (CONFIRM, OFFER) else None
    outbox.write(
        kind=kind,
        key=f"{kind}:{registration.pk}:{key}",
        about=registration,
        scope=scope_of(registration.event),
        now=now,
        person=person,
        facts={"registration": registration.pk, "claim": claim.pk if claim else None, **facts},
        useful_until=until or max(registration.event.starts_at, now),
        read_back=False,
    )


def _since(claim: Claim | None) -> str:
    """What tells one turn of a claim from the next: which claim, and when it last changed."""
    return f"{claim.pk}:{claim.changed_at:%Y%m%d%H%M%S%f}" if claim is not None else ""


def confirm(registration: Registration, *, now: datetime, again: bool = False) -> None:
    """Ask a guest to confirm; asked for again, at most once an hour."""
    key = f"{_since(registration.claim)}:{now:%Y%m%d%H}" if again else _since(registration.claim)
    _write(CONFIRM, registration, key, now=now)


def place(registration: Registration, *, now: datetime) -> None:
    """You have a place."""
    _write(PLACE, registration, _since(registration.claim), now=now)


def waiting(registration: Registration, *, now: datetime) -> None:
    """You stand in line."""
    _write(WAITING, registration, _since(registration.claim), now=now)


def offer(registration: Registration, *, now: datetime) -> None:
    """A place is free for you."""
    claim = registration.claim
    _write(
        OFFER, registration, f"{claim.pk}:{claim.offers}" if claim else "", now=now, offers=claim.offers if claim else 0
    )


def lapsed(registration: Registration, *, held: bool, now: datetime) -> None:
    """The time to confirm or to answer is over."""
    _write(LAPSED, registration, _since(registration.claim), now=now, held=held)


def changed(registration: Registration, *, now: datetime) -> None:
    """Your registration is changed; of several changes within an hour one letter."""
    _write(CHANGED, registration, f"{_since(registration.claim)}:{now:%Y%m%d%H}", now=now)


def left(registration: Registration, *, by_self: bool, reason: str, now: datetime) -> None:
    """Your registration is cancelled, by you or by the organiser."""
    _write(LEFT, registration, _since(registration.claim), now=now, by_self=by_self, reason=reason)


def again(registration: Registration, *, now: datetime) -> None:
    """Somebody registered with your address, which is registered already; at most once an hour."""
    _write(AGAIN, registration, f"{now:%Y%m%d%H}", now=now)


def link(registration: Registration, *, now: datetime) -> None:
    """Here is your link; at most once an hour for each version of the link."""
    _write(LINK, registration, f"{registration.link_version}:{now:%Y%m%d%H}", now=now)


def staff(registration: Registration, *, now: datetime) -> None:
    """A manager or an organiser has registered you."""
    _write(STAFF, registration, _since(registration.claim), now=now)


def take_back(registration: Registration, *, now: datetime) -> int:
    """Letters that have not left and are no longer true."""
    return outbox.cancel_about(about=registration, kinds=UNDONE, now=now)


# ---------- Building ----------


@dataclass(frozen=True)
class _AtHand:
    """What the letters of one round need: the registrations, and how many stand before those who wait."""

    registrations: dict[int, Registration]
    before: dict[int, int]


WITH = (
    "event__region",
    "event__host",
    "event__contact",
    "claim__places",
    "person",
    "by",
)


def _read(letters: Sequence[Letter]) -> _AtHand:
    keys = {
        letter.facts["registration"] for letter in letters if letter.kind in OURS and "registration" in letter.facts
    }
    rows = Registration.objects.select_related(*WITH).in_bulk(keys)
    return _AtHand(rows, positions(rows.values()))


def positions(registrations: Iterable[Registration]) -> dict[int, int]:
    """How many stand before each of these who waits, by claim; in one query, or none when nobody waits."""
    waiting = [row.claim.pk for row in registrations if row.claim and row.claim.state == ClaimState.WAITLISTED]
    if not waiting:
        return {}
    return dict(Claim.objects.filter(pk__in=waiting).order_by().annotate(n=rules.ahead()).values_list("pk", "n"))


def file_of(event: Event) -> tuple[str, bytes, str]:
    """The event as an attachment for those who may have no account: it leads to the public page."""
    entry = replace(entry_of(event), url=page_of(event))
    return f"helmi-{event.date:%Y-%m-%d}.ics", ics.write([entry], name=str(event.title)), "text/calendar"


def _why(kind: str, registration: Registration) -> str:
    if kind in (CONFIRM, AGAIN, LINK):
        return gettext("You get this letter because your address was written in a registration.")
    if registration.by_id is not None and registration.by_id != registration.person_id:
        return gettext("You get this letter because somebody you work with has registered you.")
    return gettext("You get this letter because you have registered.")


def _mail(letter: Letter, registration: Registration, at_hand: _AtHand, **more: Any) -> Mail:
    event, claim = registration.event, registration.claim
    zone = ZoneInfo(event.zone)
    token = own_token(registration)
    own = settings.BASE_URL + reverse("events:mine", args=[token])
    state = claim.state if claim is not None else ClaimState.CONFIRMED
    remote = claim is not None and claim.places.way == Way.REMOTE
    context = {
        "event": event,
        "registration": registration,
        "name": rules.first_name(registration),
        "starts": event.starts_at.astimezone(zone),
        "ends": event.ends_at.astimezone(zone),
        "one_day": event.last_date is None,
        "place": "" if remote else whole_place_of(event),
        "remote": remote,
        "way": rules.way_name(claim.places) if claim is not None else "",
        "until": claim.expires_at.astimezone(zone) if claim is not None and claim.expires_at else None,
        "before": at_hand.before.get(registration.claim_id or 0, 0),
        "policy": rules.policy_words(claim.places) if claim is not None else "",
        "confirmed": state == ClaimState.CONFIRMED,
        "held": state == ClaimState.HELD,
        "waits": state == ClaimState.WAITLISTED,
        "offered": state == ClaimState.OFFERED,
        "own": own,
        "cancel": settings.BASE_URL + reverse("events:mine_cancel", args=[token]),
        "page": page_of(event),
        "by": name_for(registration.by, registration.person) if registration.by is not None else "",
        **more,
    }
    with_file = state == ClaimState.CONFIRMED and letter.kind in (PLACE, STAFF, CHANGED)
    return kinds.compose(
        f"events/letters/{letter.kind.removeprefix('events.')}.txt",
        context,
        why=_why(letter.kind, registration),
        **foot_of(event),
        attachments=[file_of(event)] if with_file else (),
        secrets=[token],
    )


STANDING = (ClaimState.HELD, ClaimState.CONFIRMED, ClaimState.WAITLISTED, ClaimState.OFFERED)
# In which states of the claim each letter is true.
TRUE_WHILE: dict[str, tuple[str, ...]] = {
    CONFIRM: (ClaimState.HELD,),
    PLACE: (ClaimState.CONFIRMED,),
    WAITING: (ClaimState.WAITLISTED,),
    OFFER: (ClaimState.OFFERED,),
    LAPSED: (ClaimState.LAPSED,),
    CHANGED: STANDING,
    AGAIN: STANDING,
    LINK: STANDING,
    STAFF: STANDING,
    LEFT: (ClaimState.CANCELLED, ClaimState.DECLINED),
}


def build(letter: Letter) -> Mail | None:
    """The letter, while what it says is true: of this claim, of this offer, in time, on an event that takes place."""
    at_hand = kinds.round_of(letter).once("sign_up", _read)
    registration = at_hand.registrations.get(letter.facts["registration"])
    if registration is None or registration.claim is None or letter.person_id != registration.person_id:
        return None
    claim = registration.claim
    if claim.state not in TRUE_WHILE[letter.kind] or registration.event.cancelled_at is not None:
        return None
    if letter.kind not in (AGAIN, LINK) and claim.pk != letter.facts["claim"]:
        return None
    if (registration.state == RegistrationState.CANCELLED) != (letter.kind in (LEFT, LAPSED)):
        return None
    if letter.kind == OFFER and claim.offers != letter.facts["offers"]:
        return None
    if letter.kind in (CONFIRM, OFFER) and claim.expires_at is not None and claim.expires_at <= clock.now():
        return None
    if letter.kind == LAPSED:
        return _mail(letter, registration, at_hand, was_held=letter.facts["held"])
    if letter.kind == LEFT:
        return _mail(
            letter,
            registration,
            at_hand,
            by_self=letter.facts["by_self"],
            reason=letter.facts["reason"],
            declined=claim.state == ClaimState.DECLINED,
        )
    return _mail(letter, registration, at_hand)


def names_of(pks: list[str]) -> dict[str, str]:
    """What registrations are called on pages about letters: by their event."""
    rows = Registration.objects.filter(pk__in=[int(pk) for pk in pks]).select_related("event")
    return {str(row.pk): str(row.event.title) for row in rows}


def register_kinds() -> None:
    """Tell the outbox how our letters are built."""
    kinds.register(CONFIRM, build, title=_("Confirm a registration"))
    kinds.register(PLACE, build, title=_("Place on an event"))
    kinds.register(WAITING, build, title=_("Position on an event's waiting list"))
    kinds.register(OFFER, build, title=_("Offer of a place on an event"), careful=True)
    kinds.register(LAPSED, build, title=_("A registration was not confirmed or an offer not answered in time"))
    kinds.register(CHANGED, build, title=_("A registration is changed"))
    kinds.register(LEFT, build, title=_("A registration is cancelled"))
    kinds.register(AGAIN, build, title=_("Registered already"))
    kinds.register(LINK, build, title=_("Link to a registration"))
    kinds.register(STAFF, build, title=_("Registered by a manager or an organiser"))
    kinds.name_about("events.registration", names_of)
