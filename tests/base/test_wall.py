"""Times on the wall: once each, across every change of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from base.clock import wall, within_hours

STOCKHOLM, HELSINKI = "Europe/Stockholm", "Europe/Helsinki"
FORWARD = [date(2026, 3, 29), date(2027, 3, 28), date(2028, 3, 26)]
BACK = [date(2026, 10, 25), date(2027, 10, 31), date(2028, 10, 29)]


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize("day", FORWARD)
@pytest.mark.parametrize(("zone", "hour"), [(STOCKHOLM, 2), (HELSINKI, 3)])
def test_in_the_gap_it_is_the_first_instant_after_it(day: date, zone: str, hour: int) -> None:
    assert wall(day, time(hour, 30), zone) == utc(day, 1)
    assert wall(day, time(hour), zone) == utc(day, 1)
    assert wall(day, time(hour, 59, 59), zone) == utc(day, 1)
    assert wall(day, time(hour + 1), zone) == utc(day, 1)


@pytest.mark.parametrize("day", BACK)
@pytest.mark.parametrize(("zone", "hour"), [(STOCKHOLM, 2), (HELSINKI, 3)])
def test_where_a_time_comes_twice_it_is_the_first(day: date, zone: str, hour: int) -> None:
    assert wall(day, time(hour, 30), zone) == utc(day, 0, 30)
    assert wall(day, time(hour, 30, fold=1), zone) == utc(day, 0, 30)


@pytest.mark.parametrize("day", [*FORWARD, *BACK])
@pytest.mark.parametrize("zone", [STOCKHOLM, HELSINKI])
def test_days_before_a_change_keep_the_time_on_the_wall(day: date, zone: str) -> None:
    for before in (1, 2, 7, 14):
        instant = wall(day - timedelta(days=before - 1), time(8), zone)
        assert instant.astimezone(ZoneInfo(zone)).time() == time(8)


@pytest.mark.parametrize("zone", [STOCKHOLM, HELSINKI])
def test_every_half_hour_of_three_years_comes_in_order(zone: str) -> None:
    last = datetime(2025, 12, 31, 20, tzinfo=UTC)
    day = date(2026, 1, 1)
    while day < date(2029, 1, 1):
        for half in range(48):
            instant = wall(day, time(half // 2, 30 * (half % 2)), zone)
            assert instant >= last
            last = instant
        day += timedelta(days=1)


def test_nobody_is_written_to_at_night() -> None:
    night = wall(date(2027, 4, 16), time(2), HELSINKI)
    assert within_hours(night, HELSINKI) == wall(date(2027, 4, 16), time(7), HELSINKI)
    evening = wall(date(2027, 4, 16), time(18), HELSINKI)
    assert within_hours(evening, HELSINKI) == wall(date(2027, 4, 17), time(7), HELSINKI)
    noon = wall(date(2027, 4, 16), time(12), HELSINKI)
    assert within_hours(noon, HELSINKI) == noon
