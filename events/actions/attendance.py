"""Who was there, for how long, and who says so."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from audit import actions as audit
from events import rules
from events.actions.events import scope_of
from events.models import Attendance, Event, Registration
from events.states import CheckIn, RegistrationState
from people.models import Person


@transaction.atomic
def mark_attendance(
    *,
    registration: Registration,
    mark: str,
    by: Person | None,
    now: datetime,
    hours: Decimal | None = None,
    how: str = CheckIn.LIST,
) -> Attendance:
    """Say whether the person was there; without hours, present means all of the day's.

    Refused before the day, on a cancelled one, for who is not registered, with hours that the day does not have, and
    for others than the organisers and those who work on the day. The same mark again changes nothing; a late
    correction is a new mark.
    """
    row = Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    if refusal := rules.why_not_mark(row.event, by, now=now):
        raise refusal
    if row.state == RegistrationState.CANCELLED:
        raise rules.NotRegistered()
    given = rules.hours_of(row.event, mark, hours)
    before = Attendance.objects.filter(registration=row).first()
    if before is not None and (before.mark, before.hours) == (mark, given):
        return before
    after, _created = Attendance.objects.update_or_create(
        registration=row, defaults={"mark": mark, "hours": given, "how": how, "by": by, "at": now}
    )
    audit.record(
        "attendance_marked",
        by=by,
        about=row,
        scope=scope_of(row.event),
        now=now,
        event=row.event_id,
        person=row.person_id,
        before=before.mark if before else "",
        before_hours=before.hours if before else None,
        after=mark,
        hours=given,
    )
    return after


@transaction.atomic
def clear_attendance(*, registration: Registration, by: Person | None, now: datetime) -> None:
    """Take a mark away, as if nobody had said anything. Refused as marking is; clearing twice is once."""
    row = Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    if refusal := rules.why_not_mark(row.event, by, now=now):
        raise refusal
    before = Attendance.objects.filter(registration=row).first()
    if before is None:
        return
    before.delete()
    audit.record(
        "attendance_cleared",
        by=by,
        about=row,
        scope=scope_of(row.event),
        now=now,
        event=row.event_id,
        person=row.person_id,
        before=before.mark,
        before_hours=before.hours,
    )


@transaction.atomic
def mark_day(
    *,
    event: Event,
    marks: Mapping[int, tuple[str, Decimal | None]],
    by: Person | None,
    now: datetime,
    how: str = CheckIn.LIST,
) -> int:
    """Mark many at once, by the key of their registration; returns how many marks are new or other than before.

    Refused as a single mark is, and then as a whole: nothing of the list is stored.
    """
    if refusal := rules.why_not_mark(event, by, now=now):
        raise refusal
    rows = {row.pk: row for row in Registration.objects.select_for_update().standing().filter(event=event)}
    if set(marks) - set(rows):
        raise rules.NotRegistered()
    before = {row.registration_id: row for row in Attendance.objects.filter(registration__in=rows)}
    fresh: list[Attendance] = []
    codes: dict[str, list[str]] = {}
    for key, (mark, hours) in marks.items():
        given = rules.hours_of(event, mark, hours)
        was = before.get(key)
        if was is not None and (was.mark, was.hours) == (mark, given):
            continue
        fresh.append(Attendance(registration_id=key, mark=mark, hours=given, how=how, by=by, at=now))
        codes[str(key)] = [was.mark if was else "", str(was.hours) if was else "", mark, str(given)]
    if not fresh:
        return 0
    Attendance.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["registration"],
        update_fields=["mark", "hours", "how", "by", "at"],
    )
    audit.record("day_marked", by=by, about=event, scope=scope_of(event), now=now, marks=codes)
    return len(fresh)
