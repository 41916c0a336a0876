"""People come through the door: seen by a phone, now or when its network is back, and corrected by hand."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from audit import actions as audit
from events import rules as event_rules
from events.actions.events import scope_of
from events.halves import HalfDay, hours_for
from events.models import Attendance, Event, Registration, Scan
from events.rules import door as rules
from events.states import CheckIn, Mark, RegistrationState
from people.models import Person


@dataclass(frozen=True)
class Seen:
    """What a phone says: whom, in which half, when by its own clock, and whether she is there or not after all."""

    nonce: uuid.UUID
    code: str
    half: str
    at: datetime
    here: bool = True
    how: str = CheckIn.CODE


@dataclass
class Taken:
    """What became of what a phone sent, by nonce: none of it needs to be sent again."""

    taken: list[uuid.UUID] = field(default_factory=list)
    # Codes of nobody on the event; of somebody who has cancelled; facts whose time was not the phone's to know.
    unknown: list[Seen] = field(default_factory=list)
    cancelled: list[Seen] = field(default_factory=list)
    retimed: list[uuid.UUID] = field(default_factory=list)


@transaction.atomic
def take(*, event: Event, seen: Sequence[Seen], by: Person | None, now: datetime) -> Taken:
    """Take what a phone has seen, any number of times: a nonce counts once, and the earliest time of a half stands.

    What says the same again is kept as a fact. A time that the phone cannot know, far from the event or ahead of ours,
    is replaced by the time at which it reached us. Refused as marking is; codes that are of nobody are named.
    """
    if refusal := event_rules.why_not_mark(event, by, now=now):
        raise refusal
    if len(seen) > rules.MOST:
        raise rules.TooMany()
    halves = {half.key: half for half in rules.halves_of(event)}
    keys = {one.nonce: rules.key_of(one.code, event) for one in seen}
    wanted = sorted({key for key in keys.values() if key is not None})
    # In the order of the keys: two phones that send at once wait for each other and never for one another.
    locked = Registration.objects.select_for_update(of=("self",)).filter(event=event, pk__in=wanted).order_by("pk")
    rows = {row.pk: row for row in locked}
    known = set(Scan.objects.filter(nonce__in=list(keys)).values_list("nonce", flat=True))
    answer, fresh = Taken(), []
    for one in seen:
        row = rows.get(keys[one.nonce] or 0)
        if row is None:
            answer.unknown.append(one)
            continue
        if row.state == RegistrationState.CANCELLED:
            answer.cancelled.append(one)
            continue
        answer.taken.append(one.nonce)
        if one.nonce in known:
            continue
        known.add(one.nonce)
        at = one.at
        if not rules.believable(event, at, now=now):
            at = now
            answer.retimed.append(one.nonce)
        half = halves.get(one.half) or rules.half_now(event, at)
        fresh.append(_scan(row, half, one.here, at, nonce=one.nonce, how=one.how, by=by, now=now))
    _keep(event, rows, fresh, by=by, now=now)
    return answer


@transaction.atomic
def check_in(*, registration: Registration, half: HalfDay, here: bool = True, by: Person | None, now: datetime) -> None:
    """Check one person in from the list, or take that back; what is so already is not said again."""
    row = Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    if refusal := event_rules.why_not_mark(row.event, by, now=now):
        raise refusal
    if row.state == RegistrationState.CANCELLED:
        raise event_rules.NotRegistered()
    if (half.key in rules.present([row.pk]).get(row.pk, {})) is here:
        return
    _keep(row.event, {row.pk: row}, [_scan(row, half, here, now, how=CheckIn.LIST, by=by, now=now)], by=by, now=now)


@transaction.atomic
def correct(*, registration: Registration, present: set[str], by: Person | None, now: datetime) -> Attendance | None:
    """Say by hand in which halves she was there, also late; none means that she was absent.

    What phones have seen stays as facts, and what one sends later with an earlier time changes nothing of this.
    """
    row = Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    if refusal := event_rules.why_not_mark(row.event, by, now=now):
        raise refusal
    if row.state == RegistrationState.CANCELLED:
        raise event_rules.NotRegistered()
    for key in present:
        rules.half_named(row.event, key)
    before = rules.present([row.pk]).get(row.pk, {})
    fresh = [
        _scan(row, half, half.key in present, now, how=CheckIn.LIST, by=by, now=now)
        for half in rules.halves_of(row.event)
        if half.key not in present or half.key not in before
    ]
    return _keep(row.event, {row.pk: row}, fresh, by=by, now=now, absent=not present)


def _scan(
    row: Registration,
    half: HalfDay,
    here: bool,
    at: datetime,
    *,
    how: str,
    by: Person | None,
    now: datetime,
    nonce: uuid.UUID | None = None,
) -> Scan:
    return Scan(
        registration=row,
        nonce=nonce or uuid.uuid4(),
        date=half.day,
        half=half.half,
        here=here,
        how=how,
        by=by,
        seen_at=at,
        received_at=now,
    )


def _keep(
    event: Event,
    rows: dict[int, Registration],
    fresh: list[Scan],
    *,
    by: Person | None,
    now: datetime,
    absent: bool = False,
) -> Attendance | None:
    """Store the facts and let the attendance of those whom they are about follow from all there are."""
    if not fresh:
        return None
    # Another event's fact with the same number, sent at this very moment, is left as it is.
    Scan.objects.bulk_create(fresh, ignore_conflicts=True)
    touched = sorted({scan.registration_id for scan in fresh})
    there = rules.present(touched)
    halves = rules.halves_of(event)
    before = {row.registration_id: row for row in Attendance.objects.filter(registration__in=touched)}
    hows = {scan.registration_id: scan.how for scan in fresh}
    changed: list[Attendance] = []
    gone: list[int] = []
    codes: dict[str, list[str]] = {}
    for key in touched:
        was, present = before.get(key), there.get(key, {})
        hours = hours_for(halves, present)
        mark = Mark.PRESENT if present else Mark.ABSENT if absent else ""
        if not mark and (was is None or was.mark != Mark.PRESENT):
            continue
        if was is not None and (was.mark, was.hours) == (mark, hours):
            continue
        if not mark:
            gone.append(key)
        else:
            changed.append(Attendance(registration_id=key, mark=mark, hours=hours, how=hows[key], by=by, at=now))
        codes[str(key)] = [was.mark if was else "", str(was.hours) if was else "", mark, str(hours)]
    Attendance.objects.filter(registration__in=gone).delete()
    if changed:
        Attendance.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["registration"],
            update_fields=["mark", "hours", "how", "by", "at"],
        )
    if codes:
        _record(event, rows, codes, by=by, now=now)
    return changed[0] if len(changed) == 1 else None


def _record(
    event: Event, rows: dict[int, Registration], codes: dict[str, list[str]], *, by: Person | None, now: datetime
) -> None:
    """One deed for one person with what was before, one for all that a phone sent together."""
    if len(codes) > 1:
        audit.record("checked_in", by=by, about=event, scope=scope_of(event), now=now, marks=codes)
        return
    [(key, (before, before_hours, after, hours))] = codes.items()
    row = rows[int(key)]
    audit.record(
        "attendance_marked" if after else "attendance_cleared",
        by=by,
        about=row,
        scope=scope_of(event),
        now=now,
        event=event.pk,
        person=row.person_id,
        before=before,
        before_hours=Decimal(before_hours) if before_hours else None,
        after=after,
        hours=Decimal(hours),
    )
