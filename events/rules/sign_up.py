"""Who may register on an event with ways of its own, what stands in line, and why not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from base import dates
from base.refusal import Refusal
from events.models import Claim, Event, Places, Question, Registration
from events.rules.days import EventCancelled, EventOver
from events.states import LIVE, ClaimState, EventState, Policy, QuestionKind, RegistrationState, Way
from people.models import Organisation
from people.rules import name_for

if TYPE_CHECKING:
    from people.models import Region

# Needs are erased so long after the last day; a guest so long after the last event; a link opens so long after the end.
NEEDS_KEPT, GUESTS_KEPT, LINK_KEPT = timedelta(days=30), timedelta(days=365), timedelta(days=30)
# Within this time a second press of the button, or the way back and once more, says nothing new to anybody.
SAME_PRESS = timedelta(minutes=10)
# How many a manager registers at once.
MOST_STAFF = 50


class NotOpen(Refusal):
    """Registration has not been opened."""

    message = gettext_lazy("Registration has not opened yet.")


class OpensLater(NotOpen):
    """Registration opens at an hour that is known."""

    message = gettext_lazy("Registration opens %(when)s.")


class RegistrationClosed(Refusal):
    """Registration has ended."""

    message = gettext_lazy("Registration is closed.")


class NoPlaceThere(Refusal):
    """Another way to take part is full."""

    message = gettext_lazy("All places are taken there. You keep what you have.")


class TooManyFromHere(Refusal):
    """A machine, or a very large town hall behind one address."""

    message = gettext_lazy("Very many registrations have come from your network in the last hour. Try again later.")


class LinkOver(Refusal):
    """A personal link that has been replaced, or whose event is long past."""

    message = gettext_lazy("This link no longer opens anything. Use the link in the latest letter.")


class NobodyChosen(Refusal):
    """An empty list."""

    message = gettext_lazy("Choose at least one person, or write a row.")


class NotWaiting(Refusal):
    """Only who waits is offered a place."""

    message = gettext_lazy("Only someone on the waiting list can be offered a place.")


def local(moment: datetime, event: Event) -> datetime:
    """A moment on the wall of the event's zone."""
    return moment.astimezone(ZoneInfo(event.zone))


def why_not_sign_up(event: Event, *, now: datetime) -> Refusal | None:
    """The reason nobody can register on the event by themselves now, or None."""
    if event.state == EventState.CANCELLED:
        return EventCancelled()
    if event.state == EventState.HELD or event.starts_at <= now:
        return EventOver()
    if event.opens_at is not None and event.opens_at > now:
        return OpensLater(when=dates.moment(local(event.opens_at, event)))
    if event.state != EventState.PUBLISHED:
        return NotOpen()
    return RegistrationClosed() if event.closes_at is not None and event.closes_at <= now else None


def why_not_add(event: Event, *, now: datetime) -> Refusal | None:
    """The reason an organiser cannot put anybody on the event any more, or None: the window does not bind her."""
    if event.state == EventState.CANCELLED:
        return EventCancelled()
    return EventOver() if event.state == EventState.HELD or event.ends_at <= now else None


def why_not_change_own(registration: Registration, *, now: datetime) -> Refusal | None:
    """The reason nothing can be changed on this registration any more, or None."""
    event = registration.event
    if event.state == EventState.CANCELLED:
        return EventCancelled()
    return EventOver() if event.starts_at <= now else None


def why_not_open(registration: Registration | None, version: int, *, now: datetime) -> Refusal | None:
    """The reason a personal link with this version opens nothing, or None."""
    if registration is None or registration.link_version != version or registration.claim is None:
        return LinkOver()
    return LinkOver() if registration.event.ends_at + LINK_KEPT <= now else None


# ---------- Ways and the line ----------


@dataclass(frozen=True)
class Line:
    """A way to take part as everybody may see it: places, how many are free, how many wait."""

    places: Places
    waiting: int

    @property
    def name(self) -> str:
        """What the way is called."""
        return way_name(self.places)

    @property
    def free(self) -> int | None:
        """Places that a newcomer can have: none while somebody waits; None without a limit."""
        return 0 if self.waiting and self.places.capacity is not None else self.places.free

    @property
    def full(self) -> bool:
        """Whether a newcomer stands in line."""
        return self.free is not None and self.free < 1

    @property
    def taken(self) -> int:
        """Places that somebody has, is offered, or that are kept back."""
        return self.places.sold + self.places.reserved

    @property
    def words(self) -> str:
        """How it stands, in words."""
        if self.free is None:
            return _("No limit")
        if self.full and self.waiting:
            return ngettext("Full, %(n)s before you in line", "Full, %(n)s before you in line", self.waiting) % {
                "n": self.waiting
            }
        if self.full:
            return _("Full, nobody before you in line")
        return ngettext("%(free)s place left of %(all)s", "%(free)s places left of %(all)s", self.free) % {
            "free": self.free,
            "all": self.places.capacity,
        }


def way_name(places: Places) -> str:
    """What a way to take part is called: its own name, or the kind of way."""
    return str(places.name or capfirst(Way(places.way).label if places.way else _("on site")))


def ways_of(event: Event) -> list[Line]:
    """The event's ways with how many wait for each, in their order."""
    waiting = Count("claims", filter=Q(claims__state=ClaimState.WAITLISTED))
    rows = Places.objects.filter(event=event).annotate(in_line=waiting).order_by("order", "pk")
    return [Line(row, row.in_line) for row in rows]


def ahead() -> Coalesce:
    """How many stand before a waiting claim, as an annotation of claims."""
    before = (
        Claim.objects.filter(places=OuterRef("places"), state=ClaimState.WAITLISTED, position__lt=OuterRef("position"))
        .order_by()
        .values("places")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(before, output_field=IntegerField()), Value(0))


def before_in_line(claim: Claim) -> int:
    """How many stand before this claim."""
    waiting = Claim.objects.filter(places=claim.places_id, state=ClaimState.WAITLISTED)
    return waiting.filter(position__lt=claim.position or 0).count()


def policy_words(places: Places) -> str:
    """Who is offered the next place, as readers are told."""
    return {
        Policy.FIRST: _("A place that becomes free is offered to the first in line."),
        Policy.BALANCED: _(
            "A place that becomes free is offered to the organisation that has fewest places, and there to the first "
            "in line."
        ),
        Policy.BY_HAND: _("The organiser chooses who is offered a place that becomes free, and writes down why."),
    }[Policy(places.policy)]


def stands(registration: Registration | None) -> bool:
    """Whether the registration is alive: a place, an offer or a position in line."""
    if registration is None or registration.state == RegistrationState.CANCELLED:
        return False
    return registration.claim is None or registration.claim.state in LIVE


def shown_name(registration: Registration, viewer: Any) -> str:
    """The name that `viewer` reads: of guests what was typed for this event, of others their own or the code."""
    if registration.person.is_guest and registration.name:
        return registration.name
    return name_for(registration.person, viewer)


def first_name(registration: Registration) -> str:
    """What a letter to the registered says after "Hello"."""
    return (registration.name or registration.person.name).split(" ", 1)[0]


def erase_needs_on(event: Event) -> date:
    """The day on which food and access needs are erased."""
    return (event.last_date or event.date) + NEEDS_KEPT


def asks_needs(event: Event, places: Places | None = None) -> bool:
    """Whether food or access is asked: where the event does so, of those who come to the place."""
    return (event.asks_diet or event.asks_access) and (places is None or places.way != Way.REMOTE)


# ---------- Answers to questions ----------


def choices_of(question: Question) -> list[tuple[str, str]]:
    """The choices of a question in the language that is active, numbered by their lines."""
    lines = [line.strip() for line in str(question.choices).splitlines() if line.strip()]
    return [(str(number), line) for number, line in enumerate(lines)]


def reply_words(question: Question, value: Any) -> str:
    """An answer in words."""
    if value in (None, "", []):
        return ""
    if question.kind == QuestionKind.YES_NO:
        return _("Yes") if value else _("No")
    if question.kind in (QuestionKind.ONE, QuestionKind.SEVERAL):
        named = dict(choices_of(question))
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(named.get(str(number), "") for number in chosen if str(number) in named)
    return str(value)


# ---------- Employers ----------

# What people add to a municipality's name, or leave out.
_KIND_WORDS = re.compile(
    r"\b(kommun|kommunen|stad|staden|region|regionen|välfärdsområde|välfärdsområdet|samkommun|kunta|kaupunki|"
    r"hyvinvointialue|kuntayhtymä|municipality|city)\b"
)


def plain_employer(text: str) -> str:
    """An employer's name without case, kind words and the genitive that goes with them."""
    words = _KIND_WORDS.sub(" ", text.casefold())
    words = " ".join(re.sub(r"[^\w\s-]", " ", words).split())
    return words.removesuffix("s") if words != text.casefold() else words


def employers_of(region: Region, day: date) -> list[Organisation]:
    """Those that take part in the region on the day, by name."""
    return list(Organisation.objects.in_region(region, day).order_by("name"))


def match_employer(text: str, employers: Sequence[Organisation]) -> Organisation | None:
    """The organisation that somebody means who typed this, where it is clear; else nobody is guessed."""
    if not text.strip():
        return None
    wanted = {text.casefold().strip(), plain_employer(text)}
    found = [
        one for one in employers if wanted & {one.name.casefold(), plain_employer(one.name), f"{one.name.casefold()}s"}
    ]
    if not found:
        found = [one for one in employers if plain_employer(text) == plain_employer(one.name).removesuffix("s")]
    return found[0] if len(found) == 1 else None


# ---------- A list that somebody pastes ----------


@dataclass(frozen=True)
class Row:
    """One line of a pasted list: name, address, employer; `number` is its line."""

    number: int
    name: str
    email: str
    employer: str = ""


_ADDRESSED = re.compile(r"(?P<name>[^<>]+)<(?P<email>[^<>]+)>$")


def read_rows(text: str) -> list[Row]:
    """The lines of a pasted list: parted by semicolons or tabs, or as mail programs write an address."""
    rows: list[Row] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in re.split(r"[;\t]", line)]
        if len(parts) == 1 and (found := _ADDRESSED.match(line.strip())):
            parts = [found["name"].strip().strip('"'), found["email"].strip()]
        parts = [*parts, "", "", ""]
        rows.append(Row(number, parts[0], parts[1], parts[2]))
    return rows


def registered_addresses(event: Event, addresses: Iterable[str]) -> set[str]:
    """Which of these addresses are on the event already, in lower case; in one query."""
    wanted = {address.casefold() for address in addresses}
    live = Registration.objects.standing().filter(event=event, claim__state__in=LIVE)
    main = live.values_list("person__email", flat=True)
    more = live.filter(person__emailaddress__verified=True).values_list("person__emailaddress__email", flat=True)
    return wanted & {str(address).casefold() for address in [*main, *more] if address}


# ---------- What it says in one word ----------


def state_words(registration: Registration) -> str:
    """How a registration stands, in a word or two."""
    claim = registration.claim
    if registration.state == RegistrationState.ABSENCE_REPORTED:
        return pgettext("a registration", "reported absence")
    if claim is None:
        return str(RegistrationState(registration.state).label)
    return {
        ClaimState.HELD: pgettext("a registration", "not confirmed yet"),
        ClaimState.CONFIRMED: pgettext("a registration", "has a place"),
        ClaimState.WAITLISTED: pgettext("a registration", "on the waiting list"),
        ClaimState.OFFERED: pgettext("a registration", "has an offer"),
        ClaimState.LAPSED: pgettext("a registration", "did not answer in time"),
        ClaimState.DECLINED: pgettext("a registration", "declined"),
        ClaimState.CANCELLED: pgettext("a registration", "cancelled"),
    }[ClaimState(claim.state)]


TONES = {
    ClaimState.CONFIRMED: "ok",
    ClaimState.HELD: "warn",
    ClaimState.OFFERED: "on",
}


def state_tone(registration: Registration) -> str:
    """The colour that goes with the word; the word alone says it too."""
    if registration.state != RegistrationState.REGISTERED or registration.claim is None:
        return ""
    return TONES.get(ClaimState(registration.claim.state), "")
