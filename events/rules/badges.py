"""Name badges: who gets one, what stands on it, whose is new, and who may print them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from base import nordic
from base.refusal import Refusal
from events.labels import SHEETS
from events.models import BadgePrint, Event, Registration
from events.rules.days import EventCancelled, EventOver, organises, why_not_organise
from events.rules.door import KINDS, code_of
from events.rules.registrations import NotYours
from events.states import EventState, PrintState, RegistrationState
from people.models import Employment, Organisation, Person
from people.rules import may_read_name

# How many stand in one file, and how often a file is tried; files are erased after a week.
MOST_IN_FILE, TRIES = 500, 3
KEPT = timedelta(days=7)


class NoBadges(Refusal):
    """Nobody is awaited at the place."""

    message = _("Nobody who comes to the place has registered yet.")


class NoNewBadges(Refusal):
    """Everybody's badge is printed, with the words that stand there now."""

    message = _("All badges are printed, and no name or employer has changed since. Choose all to print them again.")


class PrintingNow(Refusal):
    """Files are in the making; another order would print the same badges again."""

    message = _("Badges are being made right now. Wait until the file is ready.")


class NoSuchLabel(Refusal):
    """A position that the sheet does not have."""

    message = _("The sheet has %(number)s labels. Write a number from 1 to %(number)s.")


@dataclass(frozen=True)
class Badge:
    """What stands on somebody's badge."""

    registration: int
    name: str
    organisation: str
    code: str

    @property
    def digest(self) -> str:
        """The words in short, so that it can be seen whether they have changed since they were printed."""
        words = f"{self.registration}\0{self.name}\0{self.organisation}"
        return salted_hmac("helmi.badge", words, algorithm="sha256").hexdigest()[:32]


def why_not_badges(event: Event, by: Person | None) -> Refusal | None:
    """The reason `by` cannot print the event's badges, or None: its organisers may, until it is cancelled."""
    if refusal := why_not_organise(event, by):
        return refusal
    return EventCancelled() if event.state == EventState.CANCELLED else None


def why_not_start(sheet: str, start: int) -> Refusal | None:
    """The reason the first badge cannot stand at this position of the sheet, or None."""
    number = SHEETS[sheet].number
    return None if 1 <= start <= number else NoSuchLabel(number=number)


def why_not_name(registration: Registration, by: Person | None, *, now: datetime) -> Refusal | None:
    """The reason `by` cannot say what stands on the badge, or None: oneself and the organisers, until the event ends.

    Of somebody with a protected identity only those may who know the name.
    """
    event = registration.event
    if event.state == EventState.CANCELLED:
        return EventCancelled()
    if event.kind not in KINDS or event.ends_at <= now or registration.state == RegistrationState.CANCELLED:
        return EventOver()
    if by is None or by.pk == registration.person_id:
        return None
    return None if organises(event, by) and may_read_name(registration.person, by) else NotYours()


def is_printing(event: Event) -> bool:
    """Whether files are in the making."""
    return BadgePrint.objects.filter(event=event, state=PrintState.WAITING).exists()


def registrations_of(event: Event) -> Any:
    """Who gets a badge: those who are awaited at the place itself."""
    return Registration.objects.coming_to(event).select_related("person", "organisation")


def badges_of(registrations: Sequence[Registration], viewer: Person | None) -> list[Badge]:
    """The badges of these people, by name.

    The chosen name goes before the one that was registered. Everybody in the room reads a badge: a protected identity's
    says the code, or the name that she has chosen for it where `viewer` knows her, and never an employer.
    """
    employers = _employers(registrations)
    found = []
    for row in registrations:
        protected = row.person.protected
        name = row.badge_name or (row.name if row.person.is_guest else "") or row.person.name
        if protected and not (row.badge_name and may_read_name(row.person, viewer)):
            name = row.person.substitute_code
        organisation = "" if protected else _organisation(row, employers)
        found.append(Badge(row.pk, " ".join(name.split()), organisation, code_of(row)))
    return sorted(found, key=lambda badge: (nordic.sort_key(badge.name), badge.registration))


def new_ones(registrations: Iterable[Registration], badges: Iterable[Badge]) -> list[Badge]:
    """Those that were not printed yet, or say something else than what was printed."""
    printed = {row.pk: row.badge_words for row in registrations if row.badge_printed_at is not None}
    return [badge for badge in badges if printed.get(badge.registration) != badge.digest]


def _organisation(row: Registration, employers: dict[int, str]) -> str:
    if row.organisation is not None:
        return str(row.organisation.name)
    return " ".join(row.employer.split()) or employers.get(row.person_id, "")


def _employers(registrations: Sequence[Registration]) -> dict[int, str]:
    """The employer, by person, of those who registered without saying it."""
    silent = [row.person_id for row in registrations if row.organisation_id is None and not row.employer]
    if not silent:
        return {}
    event = registrations[0].event
    rows = Employment.objects.on(event.date).filter(person__in=silent).order_by("-main", "pk").select_related("unit")
    tops: dict[int, int] = {}
    for job in rows:
        tops.setdefault(job.person_id, job.unit.top_id)
    names = dict(Organisation.objects.filter(pk__in=set(tops.values())).values_list("pk", "name"))
    return {person: names[top] for person, top in tops.items() if top in names}
