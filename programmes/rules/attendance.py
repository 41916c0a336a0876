"""How far participants have come, and who may record or make up a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from base import dates
from base.clock import now as clock_now
from base.refusal import Refusal
from events.models import Attendance, Event, Registration
from events.states import EventState, RegistrationState
from people.models import Person
from programmes.completion import DayFact, Standing, standing
from programmes.models import Break, Cohort, CourseDay, Enrolment, MakeUp
from programmes.rules.workplaces import Periods, holds


class DayNotYet(Refusal):
    """Attendance is recorded from the morning of the day."""

    message = gettext_lazy("You can record attendance from the morning of the day.")


class DayCancelled(Refusal):
    """A cancelled day has no attendance."""

    message = gettext_lazy("This day is cancelled, so there is no attendance to record.")


class NotMissed(Refusal):
    """Only a missed day can be made up."""

    message = gettext_lazy("Only a day that was missed can be made up.")


class AlreadyMadeUp(Refusal):
    """A missed day is made up once."""

    message = gettext_lazy("This day is already made up, or the day you chose already replaces another one.")


class OwnDay(Refusal):
    """A make-up is on another cohort's day."""

    message = gettext_lazy("Choose a day in another round. This one belongs to the person's own round.")


class NotYours(Refusal):
    """Attendance is recorded by those who run the cohort or the day."""

    message = gettext_lazy("Only the coordinator, and those who arrange the day, can record attendance.")


class AlreadyThere(Refusal):
    """A make-up that has been done stands."""

    message = gettext_lazy("The person has already been there, so this stands.")


def why_not_mark(event: Event, *, now: datetime) -> Refusal | None:
    """The reason that attendance on a day cannot be recorded now, or None."""
    if event.state == EventState.CANCELLED:
        return DayCancelled()
    if now.astimezone(ZoneInfo(event.zone)).date() < event.date:
        return DayNotYet()
    return None


def why_not_make_up(enrolment: Enrolment, missed: CourseDay, day: CourseDay) -> Refusal | None:
    """The reason that `missed` cannot be made up on `day`, or None; asked by the page and under the lock."""
    if missed.cohort_id != enrolment.cohort_id or missed.number not in to_make_up(standing_of(enrolment)):
        return NotMissed()
    if day.cohort_id == enrolment.cohort_id:
        return OwnDay()
    if (
        enrolment.make_ups.filter(missed=missed).exists()
        or MakeUp.objects.filter(registration__event=day.event, enrolment__person=enrolment.person_id).exists()
    ):
        return AlreadyMadeUp()
    return None


def to_make_up(result: Standing) -> tuple[int, ...]:
    """Numbers of the days that may be taken in another round: missed, or in a break."""
    return (*result.missed, *result.on_break)


@dataclass(frozen=True)
class Row:
    """One line of the grid: the person, the standing, and per day the registration that a mark belongs to."""

    enrolment: Enrolment
    standing: Standing
    registrations: dict[int, int]
    absences: frozenset[int]


def _facts(
    days: Iterable[CourseDay],
    registrations: dict[int, Registration],
    attendance: dict[int, Attendance],
    made_up: dict[int, Decimal | None],
    away: set[int],
    now: datetime,
) -> list[DayFact]:
    facts = []
    for day in days:
        if day.event.state == EventState.CANCELLED:
            continue
        registration = registrations.get(day.event_id)
        row = attendance.get(registration.pk) if registration else None
        reported = bool(registration and registration.state == RegistrationState.ABSENCE_REPORTED)
        facts.append(
            DayFact(
                number=day.number,
                full_hours=day.event.hours,
                over=day.event.ends_at <= now,
                mark=row.mark if row else "excused" if reported else "",
                hours=row.hours if row else Decimal(0),
                made_up_hours=made_up.get(day.pk),
                on_break=day.event_id in away,
            )
        )
    return facts


def rows(
    cohort: Cohort,
    enrolments: Iterable[Enrolment] | None = None,
    *,
    seen: Mapping[int, Periods] | None = None,
    now: datetime | None = None,
) -> list[Row]:
    """The grid of a cohort, or of some of its enrolments; four queries whatever their number.

    Of the enrolments in `seen` only the days in these periods are told: an employer's own.
    """
    told = seen or {}
    now = now or clock_now()
    days = list(cohort.days.select_related("event").order_by("number"))
    people = list(
        enrolments
        if enrolments is not None
        else cohort.enrolments.taking_part().select_related("person", "organisation", "unit").order_by("person__name")
    )
    registrations: dict[int, dict[int, Registration]] = defaultdict(dict)
    attendance: dict[int, Attendance] = {}
    # In a break the registration is cancelled, and tells that there was one.
    away: dict[int, set[int]] = defaultdict(set)
    breaks = Break.objects.covering(OuterRef("event__date")).filter(
        enrolment__in=[row.pk for row in people], enrolment__person=OuterRef("person")
    )
    for registration in (
        Registration.objects.filter(
            event__in=[day.event_id for day in days], person__in=[row.person_id for row in people]
        )
        .annotate(in_break=Exists(breaks))
        .select_related("attendance")
    ):
        if registration.in_break:
            away[registration.person_id].add(registration.event_id)
        if registration.state == RegistrationState.CANCELLED:
            continue
        registrations[registration.person_id][registration.event_id] = registration
        if hasattr(registration, "attendance"):
            attendance[registration.pk] = registration.attendance
    made_up: dict[int, dict[int, Decimal | None]] = defaultdict(dict)
    for make_up in MakeUp.objects.filter(enrolment__in=[row.pk for row in people]).select_related(
        "registration__attendance", "registration__event"
    ):
        periods = told.get(make_up.enrolment_id)
        if periods is not None and not holds(periods, make_up.registration.event.date):
            continue
        there = getattr(make_up.registration, "attendance", None)
        made_up[make_up.enrolment_id][make_up.missed_id] = there.hours if there else None
    required = min(cohort.days_required, len(days)) if days else cohort.days_required
    found = []
    for enrolment in people:
        own = registrations[enrolment.person_id]
        by_number = {day.number: own[day.event_id].pk for day in days if day.event_id in own}
        absences = frozenset(
            day.number
            for day in days
            if day.event_id in own and own[day.event_id].state == RegistrationState.ABSENCE_REPORTED
        )
        theirs = [day for day in days if enrolment.pk not in told or holds(told[enrolment.pk], day.event.date)]
        result = standing(
            _facts(theirs, own, attendance, made_up[enrolment.pk], away[enrolment.person_id], now), required
        )
        found.append(Row(enrolment, result, by_number, absences))
    return found


def standing_of(enrolment: Enrolment, *, now: datetime | None = None) -> Standing:
    """Where one person stands."""
    return rows(enrolment.cohort, [enrolment], now=now)[0].standing


def standings(cohort: Cohort, *, now: datetime | None = None) -> dict[int, Standing]:
    """Where everybody stands, by enrolment."""
    return {row.enrolment.pk: row.standing for row in rows(cohort, now=now)}


def in_words(result: Standing) -> str:
    """What is left, in the same words everywhere: "can miss 1 more day, 3 days left from the break"."""
    words = left_to_miss(result)
    away = len(result.on_break)
    if not away or result.unknown or result.complete and not any(day.state == "to_come" for day in result.days):
        return words
    return ngettext("%(left)s, %(n)s day left from the break", "%(left)s, %(n)s days left from the break", away) % {
        "left": words,
        "n": away,
    }


def left_to_miss(result: Standing) -> str:
    """What is left to miss, whatever a break has left over: "can miss 1 more day"."""
    if result.unknown:
        return _("not recorded")
    if result.complete and not any(day.state == "to_come" for day in result.days):
        return _("completed")
    if result.must_make_up:
        days = -(-result.must_make_up.numerator // result.must_make_up.denominator)
        return ngettext("must make up %(n)s day", "must make up %(n)s days", days) % {"n": days}
    if result.can_miss_hours and not result.can_miss_days:
        hours = result.can_miss_hours
        return ngettext("can miss %(n)s more hour", "can miss %(n)s more hours", int(hours)) % {
            "n": dates.number(hours)
        }
    if result.can_miss_days:
        return ngettext("can miss %(n)s more day", "can miss %(n)s more days", result.can_miss_days) % {
            "n": result.can_miss_days
        }
    return _("cannot miss any more")


def may_record(event: Event, person: Person) -> bool:
    """Coordinators of the region, and whoever has a function on the day as host or lecturer, record attendance."""
    reach = person.reach
    if reach.administrator or event.region_id in reach.region_ids:
        return True
    return event.staff.filter(person=person).exists()
