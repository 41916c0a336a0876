"""The door of an event: who may stand there, who is awaited, the codes on badges, and who was there in which half."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from base import dates, nordic
from base.refusal import Refusal
from events import halves as pure
from events.halves import Fact, HalfDay
from events.models import Attendance, Event, Registration, Scan
from events.rules.days import organises, works_on
from events.rules.sign_up import shown_name
from events.states import EventKind, Half, Mark, Way
from people.rules import may_read_name

# Whose door is here; the days of a round have their own list, and nobody counts heads at a supervision.
KINDS = (EventKind.SEMINAR, EventKind.MEETING, EventKind.WORKSHOP)
# A phone keeps names so long after the end.
KEPT = timedelta(hours=24)
# How far from the event a phone's clock is believed, and how far ahead of ours.
NEAR, AHEAD = timedelta(hours=12), timedelta(minutes=5)
# How many facts a phone sends at once.
MOST = 500
# Letters and digits that nobody mistakes for each other: no I, L, O or U.
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PROOF = 6


class CodeUnknown(Refusal):
    """A code that is of nobody here."""

    message = _("Nobody on this event has the code %(code)s.")


class NoSuchHalf(Refusal):
    """A half-day that the event does not have."""

    message = _("The event does not have this half-day.")


class TooMany(Refusal):
    """More than a phone sends at once."""

    message = _("Too much was sent at once.")


# ---------- Who ----------


def may_stand(event: Event, person: Any) -> bool:
    """Whether the person checks people in: organisers, and those who work on the event."""
    return organises(event, person) or works_on(event, person)


def at_the_door(event: Event) -> Any:
    """The registrations that somebody may come with: those with a place, unless they follow the broadcast."""
    rows = Registration.objects.with_place().filter(event=event)
    return rows.exclude(claim__places__way=Way.REMOTE).select_related("person", "organisation")


# ---------- Codes ----------


def _base32(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 32)
        text = DIGITS[rest] + text
    return text or "0"


def _proof(registration: int, event: int, secret: str) -> str:
    made = salted_hmac("helmi.door", f"{event}:{registration}", secret=secret, algorithm="sha256").digest()
    number = int.from_bytes(made[:5], "big")
    return "".join(DIGITS[number >> 5 * n & 31] for n in range(PROOF))


def code_of(registration: Registration) -> str:
    """The code on the person's badge, as letters to type and as the whole content of the QR: "1F-7KQ2M9".

    It says which registration, and proves that we have written it. It opens no page: who finds a badge can do nothing
    with it, and the personal link stands on no badge.
    """
    return f"{_base32(registration.pk)}-{_proof(registration.pk, registration.event_id, settings.SECRET_KEY)}"


def plain_code(text: str) -> str:
    """A code as it was typed, with capitals, without spaces, and with the letters that people mistake put right."""
    letters = re.sub(r"[^0-9A-Z]", "", text.upper()[:40]).translate(str.maketrans("OILU", "011V"))
    return f"{letters[:-PROOF]}-{letters[-PROOF:]}" if len(letters) > PROOF else letters


def key_of(code: str, event: Event) -> int | None:
    """Which registration of the event a code names, if we have written it; codes of an earlier secret still hold."""
    number, _dash, proof = plain_code(code).partition("-")
    if not proof or len(number) > 12:
        return None
    key = 0
    for letter in number:
        key = key * 32 + DIGITS.index(letter)
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return key if any(constant_time_compare(proof, _proof(key, event.pk, secret)) for secret in secrets) else None


def registration_of(code: str, event: Event) -> Registration | None:
    """The registration on the event that a code names; none for a code that is not ours or of another event."""
    key = key_of(code, event)
    return None if key is None else Registration.objects.filter(event=event, pk=key).first()


# ---------- Half-days ----------


def halves_of(event: Event) -> tuple[HalfDay, ...]:
    """The event's half-days."""
    return pure.halves_of(event.date, event.last_date, event.start_time, event.end_time, event.hours)


def half_now(event: Event, now: datetime) -> HalfDay:
    """The half that somebody who comes now comes to."""
    return pure.half_at(halves_of(event), now.astimezone(ZoneInfo(event.zone)))


def half_named(event: Event, key: str) -> HalfDay:
    """The event's half with this key; refused when it has none."""
    found = next((half for half in halves_of(event) if half.key == key), None)
    if found is None:
        raise NoSuchHalf()
    return found


def half_words(event: Event, half: HalfDay) -> str:
    """ "Morning", with the day before it where there are several: "Friday 12 November, morning"."""
    words = str(Half(half.half).label)
    return f"{dates.day_short(half.day)}, {words}" if event.last_date else words


def believable(event: Event, seen_at: datetime, *, now: datetime) -> bool:
    """Whether a phone's clock can be right: near the event, and not ahead of ours."""
    return event.starts_at - NEAR <= seen_at <= min(event.ends_at + NEAR, now + AHEAD)


# ---------- Presence ----------


def present(registrations: Iterable[int]) -> dict[int, dict[str, datetime]]:
    """By registration, the halves in which she is there and since when, as the facts say."""
    facts: dict[tuple[int, str], list[Fact]] = {}
    rows = Scan.objects.filter(registration__in=list(registrations))
    for key, day, half, at, number, here in rows.values_list(
        "registration_id", "date", "half", "seen_at", "pk", "here"
    ):
        facts.setdefault((key, f"{day.isoformat()} {half}"), []).append(Fact(at, number, here))
    found: dict[int, dict[str, datetime]] = {}
    for (key, half), said in facts.items():
        if (moment := pure.since(said)) is not None:
            found.setdefault(key, {})[half] = moment
    return found


@dataclass(frozen=True)
class Row:
    """Somebody who is awaited at the door, ready to print."""

    registration: Registration
    name: str
    code: str
    here: dict[str, datetime]
    half: str = ""

    @property
    def pk(self) -> int:
        """The registration's."""
        return self.registration.pk

    @property
    def organisation(self) -> Any:
        """Whose mark stands beside the name; a protected person's is not shown."""
        return None if self.registration.person.protected else self.registration.organisation

    @property
    def since(self) -> datetime | None:
        """Since when she is there in the half that the page shows."""
        return self.here.get(self.half)


def rows_of(registrations: Sequence[Registration], viewer: Any, *, half: str = "") -> list[Row]:
    """These registrations as `viewer` may read them, by name."""
    there = present(row.pk for row in registrations)
    rows = [Row(row, name_of(row, viewer), code_of(row), there.get(row.pk, {}), half) for row in registrations]
    return sorted(rows, key=lambda row: (nordic.sort_key(row.name), row.pk))


def name_of(registration: Registration, viewer: Any) -> str:
    """The name, or the code that stands for a protected identity, also where a name was typed for this event."""
    if registration.person.protected and not may_read_name(registration.person, viewer):
        return str(registration.person.substitute_code)
    return shown_name(registration, viewer)


def lines_to_sign(
    registrations: Iterable[Registration], employers: Mapping[int, str] | None = None
) -> list[tuple[str, str]]:
    """Names and employers for a paper that lies on a table, by name: of protected identities the code, no employer.

    `employers` are by person, where the registration itself says none.
    """
    known = employers or {}
    lines = []
    for row in registrations:
        said = str(row.organisation.name) if row.organisation is not None else row.employer
        own = said or known.get(row.person_id, "")
        lines.append((name_of(row, None), "" if row.person.protected else own))
    return sorted(lines, key=lambda line: nordic.sort_key(line[0]))


def folded(text: str) -> str:
    """Text as it is searched: small letters without marks, so that "ake" finds Åke and "åke" does too."""
    bare = {"å": "a", "ä": "a", "ö": "o", "ø": "o", "æ": "a", "š": "s", "ž": "z"}
    letters = "".join(bare.get(letter, letter) for letter in text.casefold())
    return " ".join(re.sub(r"[^\w]+", " ", nordic.sort_key(letters)).split())


def found(rows: Iterable[Row], words: str) -> list[Row]:
    """Those in whose name each word begins a part, or who have the code that was typed."""
    asked, code = folded(words).split(), plain_code(words)
    if not asked:
        return list(rows)
    return [
        row
        for row in rows
        if row.code == code or all(any(part.startswith(word) for part in folded(row.name).split()) for word in asked)
    ]


@dataclass(frozen=True)
class Stand:
    """How somebody's attendance stands: half by half, hours, and the mark."""

    row: Row
    cells: tuple[tuple[HalfDay, datetime | None], ...]
    mark: str
    hours: Decimal | None


def stands_of(event: Event, viewer: Any) -> list[Stand]:
    """The attendance of all who have a place on the event, those who follow the broadcast too."""
    rows = Registration.objects.with_place().filter(event=event)
    registrations = list(rows.select_related("person", "organisation", "attendance"))
    halves = halves_of(event)
    found = []
    for row in rows_of(registrations, viewer):
        attendance: Attendance | None = getattr(row.registration, "attendance", None)
        cells = tuple((half, row.here.get(half.key)) for half in halves)
        mark = attendance.mark if attendance is not None else ""
        hours = attendance.hours if attendance is not None and mark == Mark.PRESENT else None
        found.append(Stand(row, cells, mark, hours))
    return found
