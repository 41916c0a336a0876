"""The dates of the next cohort."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from programmes.plan import next_dates, next_start, shifted

LAST = [
    date(2027, 3, 9),
    date(2027, 3, 10),
    date(2027, 4, 14),
    date(2027, 5, 12),
    date(2027, 6, 10),
    date(2027, 9, 8),
    date(2027, 10, 6),
    date(2027, 11, 3),
]


def weekday(day):
    return day.weekday() < 5


def test_the_next_cohort_keeps_weekdays_and_distances():
    days = next_dates(LAST, date(2028, 3, 7), weekday)
    assert days[:3] == [date(2028, 3, 7), date(2028, 3, 8), date(2028, 4, 12)]
    assert [day.weekday() for day in days] == [day.weekday() for day in LAST]


def test_a_holiday_moves_the_day_a_week_and_keeps_its_weekday():
    days = next_dates(LAST, date(2028, 3, 7), lambda day: weekday(day) and day != date(2028, 4, 12))
    assert days[2] == date(2028, 4, 19)


def test_days_next_to_each_other_stay_together_when_the_start_changes_weekday():
    days = next_dates(LAST, date(2028, 3, 9), weekday)
    assert days[1] == date(2028, 3, 10)
    assert days[2].weekday() == LAST[2].weekday()


def test_the_second_of_two_days_does_not_fall_on_a_weekend():
    assert next_dates(LAST[:2], date(2028, 3, 10), weekday) == [date(2028, 3, 10), date(2028, 3, 13)]


def test_the_next_start_follows_the_distance_between_the_last_two():
    assert next_start([date(2026, 9, 8), date(2027, 3, 9)], date(2027, 5, 1)) == date(2027, 9, 7)
    assert next_start([date(2027, 3, 9)], date(2027, 5, 1)) == date(2028, 3, 7)
    assert next_start([date(2020, 3, 10)], date(2027, 5, 1)) > date(2027, 5, 1)


def test_the_window_keeps_its_distance_to_the_start():
    assert shifted(date(2027, 2, 1), date(2027, 3, 9), date(2028, 3, 7)) == date(2028, 1, 31)
    assert shifted(None, date(2027, 3, 9), date(2028, 3, 7)) is None


def test_without_days_there_is_nothing_to_copy():
    assert next_dates([], date(2028, 3, 7), weekday) == []


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=10),
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
)
def test_days_come_one_after_the_other_and_on_working_days(gaps, first, start):
    last = [first]
    for gap in gaps:
        last.append(last[-1] + timedelta(days=gap))
    days = next_dates(last, start, weekday)
    assert len(days) == len(last)
    assert days == sorted(set(days))
    for old, new, gap in zip(last[1:], days[1:], gaps, strict=True):
        assert weekday(new) or (gap > 3 and old.weekday() >= 5)
