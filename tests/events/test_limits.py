"""Answers are due at the end of a working day, and reminders keep their time on the wall."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from events import rules
from events.limits import Rule, due_at, end_of_working_day_limit, fallen_due, wall

STOCKHOLM, HELSINKI = "Europe/Stockholm", "Europe/Helsinki"


def at(text, zone=STOCKHOLM):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def weekdays(day):
    return day.weekday() < 5


def limit(start, days=2, starts_at=None, zone=STOCKHOLM, works=weekdays):
    return end_of_working_day_limit(
        start=start, working_days=days, starts_at=starts_at, zone=zone, is_working_day=works
    )


def test_an_offer_on_friday_afternoon_lapses_at_eight_on_tuesday_evening():
    assert limit(at("2026-10-02 15:00"), starts_at=at("2026-12-01 09:00")) == at("2026-10-06 20:00")


def test_holidays_and_closed_periods_do_not_count():
    def works(day):
        return weekdays(day) and day != date(2026, 10, 5)

    assert limit(at("2026-10-02 15:00"), works=works) == at("2026-10-07 20:00")


@pytest.mark.parametrize(
    ("offered", "until"),
    [
        ("2026-10-05 10:00", "2026-10-05 14:00"),
        ("2026-10-05 18:00", "2026-10-06 09:00"),
        ("2026-10-05 22:30", "2026-10-06 11:00"),
        ("2026-10-05 05:00", "2026-10-05 11:00"),
        ("2026-10-05 16:00", "2026-10-05 20:00"),
    ],
)
def test_near_the_start_an_offer_lasts_four_waking_hours(offered, until):
    assert limit(at(offered), starts_at=at("2026-10-07 09:00")) == at(until)


def test_no_offer_lasts_beyond_the_start():
    assert limit(at("2026-10-05 07:30"), starts_at=at("2026-10-05 09:00")) == at("2026-10-05 09:00")
    assert limit(at("2026-10-02 08:00"), days=5, starts_at=at("2026-10-06 09:00")) == at("2026-10-06 09:00")


def test_exactly_72_hours_before_the_start_is_not_near():
    assert limit(at("2026-10-02 09:00"), days=1, starts_at=at("2026-10-05 09:00")) == at("2026-10-05 09:00")
    assert limit(at("2026-10-02 09:01"), days=1, starts_at=at("2026-10-05 09:00")) == at("2026-10-02 13:01")


@pytest.mark.parametrize(
    ("zone", "day", "clock", "utc"),
    [
        # Spring: 02:30 does not exist in Stockholm, 03:30 not in Helsinki; the first instant after the gap counts.
        (STOCKHOLM, date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (HELSINKI, date(2026, 3, 29), time(3, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (STOCKHOLM, date(2027, 3, 28), time(2, 0), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (HELSINKI, date(2027, 3, 28), time(3, 59), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (STOCKHOLM, date(2028, 3, 26), time(2, 59, 59), datetime(2028, 3, 26, 1, 0, tzinfo=UTC)),
        # Autumn: 02:30 comes twice in Stockholm, 03:30 in Helsinki; the first counts.
        (STOCKHOLM, date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (HELSINKI, date(2026, 10, 25), time(3, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (STOCKHOLM, date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        (HELSINKI, date(2028, 10, 29), time(3, 30), datetime(2028, 10, 29, 0, 30, tzinfo=UTC)),
        # Ordinary mornings on both sides.
        (STOCKHOLM, date(2026, 3, 28), time(8), datetime(2026, 3, 28, 7, tzinfo=UTC)),
        (STOCKHOLM, date(2026, 3, 29), time(8), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        (HELSINKI, date(2026, 10, 24), time(8), datetime(2026, 10, 24, 5, tzinfo=UTC)),
        (HELSINKI, date(2026, 10, 25), time(8), datetime(2026, 10, 25, 6, tzinfo=UTC)),
    ],
)
def test_the_wall_knows_the_changes_of_clocks(zone, day, clock, utc):
    assert wall(day, clock, zone) == utc


@pytest.mark.parametrize("zone", [STOCKHOLM, HELSINKI])
@pytest.mark.parametrize(
    "change",
    [
        date(2026, 3, 29),
        date(2026, 10, 25),
        date(2027, 3, 28),
        date(2027, 10, 31),
        date(2028, 3, 26),
        date(2028, 10, 29),
    ],
)
@pytest.mark.parametrize("days", [1, 2, 7, 14])
def test_days_before_is_the_same_time_on_the_wall_across_every_change(zone, change, days):
    day = change + timedelta(days=1)
    due = due_at(day, days, time(8), zone).astimezone(ZoneInfo(zone))
    assert (due.date(), due.time()) == (day - timedelta(days=days), time(8))


@pytest.mark.parametrize("zone", [STOCKHOLM, HELSINKI])
@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_a_clock_that_ticks_through_a_year_finds_each_rule_once(zone, year):
    """Every day an event with three rules; hours of ticks; each rule falls due once, at eight on the wall."""
    rules_ = [Rule(14, time(8)), Rule(2, time(8)), Rule(1, time(8))]
    for change in (date(year, 3, 20) + timedelta(days=n) for n in (0, 5, 9, 12)):
        found = []
        tick = datetime(year, 3, 1, tzinfo=UTC)
        while tick < datetime(year, 4, 10, tzinfo=UTC):
            later = tick + timedelta(minutes=31)
            if fallen := fallen_due(rules_, change, zone, after=tick, until=later):
                found.append(fallen)
            tick = later
        assert [rule.days_before for rule, _due in found] == [14, 2, 1]
        assert {due.astimezone(ZoneInfo(zone)).time() for _rule, due in found} == {time(8)}


def test_of_reminders_that_an_outage_held_back_the_nearest_goes():
    rules_ = [Rule(14, time(8)), Rule(2, time(8)), Rule(1, time(8))]
    fallen = fallen_due(
        rules_, date(2027, 5, 12), STOCKHOLM, after=at("2027-05-09 12:00"), until=at("2027-05-11 09:00")
    )
    assert fallen == (Rule(1, time(8)), at("2027-05-11 08:00"))


@pytest.mark.parametrize(
    ("country", "day", "works"),
    [
        ("SE", date(2027, 6, 25), False),  # Midsummer Eve
        ("SE", date(2027, 12, 24), False),
        ("SE", date(2027, 12, 6), True),
        ("SE", date(2028, 6, 6), False),  # National Day, a Tuesday
        ("FI", date(2027, 12, 6), False),  # Independence Day
        ("FI", date(2028, 6, 6), True),
        ("AX", date(2027, 6, 9), False),  # Autonomy Day
        ("FI", date(2027, 6, 9), True),
        ("SE", date(2027, 5, 15), False),  # a Saturday
        ("SE", date(2027, 5, 12), True),
    ],
)
def test_a_region_works_by_its_countrys_calendar(cast, country, day, works):
    cast.sormland.country = country
    assert rules.working_day(cast.sormland)(day) is works


def test_a_closed_period_is_no_working_time(cast, django_assert_num_queries):
    cast.sormland.closed_periods.create(name="Semester", valid_from=date(2027, 7, 5), valid_to=date(2027, 8, 1))
    with django_assert_num_queries(1):
        works = rules.working_day(cast.sormland)
        assert [works(date(2027, 7, day)) for day in (2, 5, 30)] == [True, False, False]
        assert works(date(2027, 8, 2))
