"""Programmes and their cohorts: made from the last one, opened, changed, and moved on by the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from audit.actions import record
from events import actions as events
from events.limits import wall
from events.rules import working_day
from events.states import EventKind, EventState
from people.models import Organisation, Person
from people.states import Language
from programmes import plan
from programmes.actions import improvements
from programmes.actions.emblems import clear
from programmes.actions.selection import carry_waiting_list, offer_next
from programmes.models import Cohort, CourseDay, Funder, Programme, Share
from programmes.rules import cohorts as rules
from programmes.states import CohortState, Part

# A first cohort meets every fourth week, and closes four weeks before it starts.
RHYTHM = timedelta(weeks=4)
DAY_STARTS, DAY_ENDS, DAY_HOURS = time(9), time(16), Decimal("6")
WORDS = ("title", "summary", "description", "audience", "conditions", "themes")
DAY_WORDS = ("aims", "preparation")


@dataclass(frozen=True)
class Preset:
    """What the form for the next cohort starts with."""

    start: date
    days: int
    capacity: int | None
    opens_on: date | None
    closes_on: date | None
    guaranteed: int
    responsible: Person | None


def preset(programme: Programme, *, today: date) -> Preset:
    """The next cohort as the last one's rhythm suggests it; sensible numbers where there is none."""
    last = rules.latest(programme)
    if last is None:
        start = today + timedelta(weeks=12)
        return Preset(start, 8, 24, today + timedelta(weeks=2), start - RHYTHM, 2, None)
    dates = rules.dates_of(list(last.days.select_related("event")))
    firsts = []
    for cohort in programme.cohorts.order_by("number").prefetch_related("days__event"):
        first = [day.event.date for day in cohort.days.all()]
        if first:
            firsts.append(min(first))
    start = plan.next_start(firsts, today) if firsts else today + timedelta(weeks=12)
    old_start = dates[0] if dates else start
    shares = list(last.shares.all())
    return Preset(
        start=start,
        days=len(dates),
        capacity=last.places.capacity,
        opens_on=plan.shifted(last.opens_on, old_start, start),
        closes_on=plan.shifted(last.closes_on, old_start, start),
        guaranteed=max((share.guaranteed for share in shares), default=0),
        responsible=last.responsible,
    )


@transaction.atomic
def make_next(
    *,
    programme: Programme,
    start: date,
    days: int,
    capacity: int | None,
    opens_on: date,
    closes_on: date,
    guaranteed: int,
    responsible: Person,
    by: Person,
    now: datetime,
) -> Cohort:
    """Make the next cohort from the last one: its plan is copied and none of its people.

    Dates follow the last one's rhythm and skip days off, each day keeps its theme, aims, preparation and reminders,
    the fair next hosts are proposed, and no place is confirmed yet. It is a draft until it is opened. Refused when
    the window or the guarantees do not fit.
    """
    programme = Programme.objects.select_for_update(of=("self",)).select_related("region").get(pk=programme.pk)
    region = programme.region
    last = rules.latest(programme)
    towns = rules.taking_part(region, start)
    if refusal := rules.why_not_make(
        start=start,
        capacity=capacity,
        guaranteed=guaranteed,
        municipalities=len(towns),
        opens_on=opens_on,
        closes_on=closes_on,
    ):
        raise refusal
    old_days = list(last.days.select_related("event").prefetch_related("event__reminders")) if last else []
    old_start = old_days[0].event.date if old_days else start
    last_entry_on = plan.shifted(last.last_entry_on, old_start, start) if last else None
    zone = region.time_zone
    begins = wall(start, old_days[0].event.start_time if old_days else DAY_STARTS, zone)
    number = rules.next_number(programme)
    ends = rules.offers_end(last_entry_on, begins, zone)
    cohort = Cohort.objects.create(
        programme=programme,
        number=number,
        places=events.open_places(
            region=region,
            capacity=capacity,
            label=f"{programme} {number}",
            starts_at=max(begins, ends),
            offers_until=ends,
        ),
        opens_on=opens_on,
        closes_on=closes_on,
        last_entry_on=last_entry_on,
        days_required=_required(last, len(old_days), days),
        answer_days=last.answer_days if last else 5,
        responsible=responsible,
        deputy=last.deputy if last else None,
        previous=last,
        created_at=now,
    )
    _share(cohort, towns, last, guaranteed)
    dates = _dates(old_days, start, days, working_day(region))
    hosts = rules.fair_hosts(cohort, len(dates))
    for n, day in enumerate(dates):
        _copy_day(
            cohort, n + 1, day, old_days[n] if n < len(old_days) else None, hosts[n] if hosts else None, by=by, now=now
        )
    improvements.begin(cohort)
    record("cohort.made", by=by, about=cohort, scope=cohort.scope, now=now, previous=last.pk if last else None)
    return cohort


def _required(last: Cohort | None, old: int, new: int) -> int:
    """As many days may be missed as in the last cohort."""
    may_miss = max(0, old - last.days_required) if last else 1
    return max(1, new - may_miss)


def _dates(old_days: Sequence[CourseDay], start: date, count: int, works: Any) -> list[date]:
    dates = plan.next_dates(rules.dates_of(old_days)[:count], start, works) or [start]
    while len(dates) < count:
        dates = [*dates, *plan.next_dates([dates[-1], dates[-1] + RHYTHM], dates[-1], works)[1:]]
    return dates


def _share(cohort: Cohort, towns: Sequence[Organisation], last: Cohort | None, guaranteed: int) -> None:
    """Who takes part today, in the last cohort's order; newcomers come last."""
    order = {share.organisation_id: share.order for share in last.shares.all()} if last else {}
    in_order = sorted(towns, key=lambda town: order.get(town.pk, len(order)))
    Share.objects.bulk_create(
        Share(cohort=cohort, organisation=town, guaranteed=guaranteed, order=n) for n, town in enumerate(in_order)
    )


def _copy_day(
    cohort: Cohort,
    number: int,
    on: date,
    old: CourseDay | None,
    host: Organisation | None,
    *,
    by: Person,
    now: datetime,
) -> CourseDay:
    """One day of the plan: what it is about goes along, where it is held does not."""
    languages = [code for code, _name in Language.choices]
    region = cohort.programme.region
    titles = {code: getattr(old.event, f"title_{code}") or "" for code in languages} if old else {}
    if not any(titles.values()):
        titles = {region.languages[0] if region.languages else languages[0]: f"{number}"}
    event = events.create_event(
        region=region,
        kind=EventKind.COURSE_DAY,
        title={code: words for code, words in titles.items() if words},
        date=on,
        start_time=old.event.start_time if old else DAY_STARTS,
        end_time=old.event.end_time if old else DAY_ENDS,
        hours=old.event.hours if old else DAY_HOURS,
        host=host,
        places=cohort.places,
        by=by,
        now=now,
    )
    if old:
        rules_of_old = [(reminder.days_before, reminder.at_time) for reminder in old.event.reminders.all()]
        events.set_reminders(event=event, rules=rules_of_old, by=by, now=now)
    words = (
        {f"{name}_{code}": getattr(old, f"{name}_{code}") for name in DAY_WORDS for code in languages} if old else {}
    )
    return CourseDay.objects.create(
        cohort=cohort, number=number, event=event, preparation_link=old.preparation_link if old else "", **words
    )


@transaction.atomic
def open_for_applications(*, cohort: Cohort, by: Person, now: datetime) -> Cohort:
    """Open a draft: its days are published and it takes applications from its first day on.

    Refused while a finished cohort of the programme has no decision. Who still waited in the last one stands first.
    """
    cohort = _locked(cohort)
    if refusal := rules.why_not_open(cohort):
        raise refusal
    cohort.state = CohortState.OPEN
    cohort.save(update_fields=["state"])
    for day in cohort.days.select_related("event"):
        if day.event.state == EventState.DRAFT:
            events.publish_event(event=day.event, by=by, now=now)
    record("cohort.opened", by=by, about=cohort, scope=cohort.scope, now=now)
    carry_waiting_list(cohort=cohort, by=by, now=now)
    return cohort


def _locked(cohort: Cohort) -> Cohort:
    return (
        Cohort.objects.select_for_update(of=("self",))
        .select_related("programme__region", "places", "previous__programme__region")
        .get(pk=cohort.pk)
    )


@transaction.atomic
def change_capacity(*, cohort: Cohort, capacity: int | None, reason: str, by: Person, now: datetime) -> Cohort:
    """Change the number of seats, with a reason that is kept; refused below what is taken or offered.

    Where places are given one by one, new seats go to whoever is first in line.
    """
    cohort = _locked(cohort)
    events.change_capacity(places=cohort.places, capacity=capacity, reason=reason, by=by, now=now)
    record("cohort.capacity", by=by, about=cohort, scope=cohort.scope, now=now, capacity=capacity)
    offer_next(cohort=cohort, now=now, by=by)
    return cohort


@transaction.atomic
def change_cohort(
    *,
    cohort: Cohort,
    opens_on: date | None,
    closes_on: date | None,
    last_entry_on: date | None,
    days_required: int,
    answer_days: int,
    responsible: Person,
    deputy: Person | None,
    guarantees: Mapping[int, int],
    by: Person,
    now: datetime,
) -> Cohort:
    """Change a cohort's window, rule, people and guarantees; refused when they do not fit."""
    cohort = _locked(cohort)
    first = cohort.days.select_related("event").first()
    if opens_on and closes_on and (opens_on > closes_on or (first and closes_on >= first.event.date)):
        raise rules.WindowBackwards()
    total = sum(guarantees.values())
    if cohort.places.capacity is not None and total > cohort.places.capacity:
        raise rules.NoSeats(guaranteed=total, capacity=cohort.places.capacity)
    cohort.opens_on, cohort.closes_on, cohort.last_entry_on = opens_on, closes_on, last_entry_on
    cohort.days_required, cohort.answer_days = days_required, answer_days
    cohort.responsible, cohort.deputy = responsible, deputy
    cohort.save()
    for organisation, seats in guarantees.items():
        Share.objects.filter(cohort=cohort, organisation_id=organisation).update(guaranteed=seats)
    if first:
        begins = first.event.starts_at
        ends = rules.offers_end(last_entry_on, begins, cohort.programme.region.time_zone)
        events.time_places(places=cohort.places, starts_at=max(begins, ends), offers_until=ends)
    record(
        "cohort.changed",
        by=by,
        about=cohort,
        scope=cohort.scope,
        now=now,
        opens_on=opens_on,
        closes_on=closes_on,
        last_entry_on=last_entry_on,
        days_required=days_required,
        answer_days=answer_days,
    )
    return cohort


# ---------- Programmes ----------


@transaction.atomic
def change_programme(
    *,
    programme: Programme,
    words: Mapping[str, str],
    published: bool,
    first_come: bool,
    funder: Funder | None,
    mentoring: Mapping[str, Any] | None = None,
    by: Person,
    now: datetime,
) -> Programme:
    """Change a programme's texts (by field and language, such as "title_fi"), its page, and how it gives places.

    `mentoring` says, by field, which kind of mentors it has and how often the two are thought to meet; without a kind
    it has none.
    """
    for name, value in {**words, **(mentoring or {})}.items():
        setattr(programme, name, value)
    others = [part for part in programme.parts if part != Part.MENTORS]
    programme.parts = [*others, Part.MENTORS.value] if programme.mentor_kind else others
    programme.published, programme.first_come, programme.funder = published, first_come, funder
    programme.save()
    record(
        "programme.changed",
        by=by,
        about=programme,
        scope=f"region:{programme.region_id}",
        now=now,
        published=published,
        first_come=first_come,
        funder=funder.pk if funder else None,
        mentors=programme.mentor_kind,
        words=dict(words),
    )
    return programme


@transaction.atomic
def keep_funder(
    *,
    programme: Programme,
    funder: Funder | None,
    names: Mapping[str, str],
    statements: Mapping[str, str],
    emblem_name: str,
    by: Person,
    now: datetime,
) -> Funder:
    """Write down who funds a programme: name and statement per language, and which emblem stands beside them.

    `emblem_name` is that of one that ships with Helmi, "own" for the picture that was or will be put up, or nothing.
    """
    funder = funder or Funder(region=programme.region)
    for code, name in names.items():
        setattr(funder, f"name_{code}", name)
    for code, statement in statements.items():
        setattr(funder, f"statement_{code}", statement)
    funder.emblem_name = "" if emblem_name == "own" else emblem_name
    if emblem_name != "own":
        clear(funder)
    funder.save()
    programme.funder = funder
    programme.save(update_fields=["funder"])
    record("programme.funder", by=by, about=programme, scope=f"region:{programme.region_id}", now=now, funder=funder.pk)
    return funder


# ---------- What the clock does ----------


def move_on(now: datetime) -> int:
    """Let cohorts run from their first day on, and finish after their last; returns how many moved.

    One whose seats nobody has shared stays where it is, with a task that is late.
    """
    moved = 0
    waiting = Cohort.objects.filter(state__in=[CohortState.OPEN, CohortState.SELECTION, CohortState.RUNNING])
    for cohort in waiting.select_related("programme__region"):
        moved += _move_on(cohort, now)
    return moved


@transaction.atomic
def _move_on(cohort: Cohort, now: datetime) -> bool:
    days = list(
        cohort.days.exclude(event__state=EventState.CANCELLED).order_by("event__starts_at").select_related("event")
    )
    if not days:
        return False
    zone = ZoneInfo(cohort.programme.region.time_zone)
    today = now.astimezone(zone).date()
    after = cohort.state
    shared = cohort.selection_confirmed_at is not None or cohort.programme.first_come
    if after in (CohortState.OPEN, CohortState.SELECTION) and shared and days[0].event.date <= today:
        after = CohortState.RUNNING
    if after == CohortState.RUNNING and max(day.event.ends_at for day in days) <= now:
        after = CohortState.FINISHED
    if after == cohort.state:
        return False
    moved = bool(Cohort.objects.filter(pk=cohort.pk, state=cohort.state).update(state=after))
    if moved:
        record("cohort.state", by=None, about=cohort, scope=cohort.scope, now=now, before=cohort.state, after=after)
    return moved
