"""Half-days of an event: which there are, what each gives, which it is now, and since when somebody is there."""

import itertools
import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from events import halves
from events.halves import Fact, half_at, halves_of, since

DAY = date(2027, 11, 12)
NOON = datetime(2027, 11, 12, 12, tzinfo=UTC)


def shape(found):
    return [(half.day.day, half.half, half.hours) for half in found]


@pytest.mark.parametrize(
    ("start", "end", "hours", "after"),
    [
        (time(9, 30), time(15, 30), "6", [(12, "am", Decimal("3.00")), (12, "pm", Decimal("3.00"))]),
        (time(9), time(16), "6", [(12, "am", Decimal("3.00")), (12, "pm", Decimal("3.00"))]),
        (time(9), time(14, 30), "5.5", [(12, "am", Decimal("3.50")), (12, "pm", Decimal("2.00"))]),
        (time(9), time(12, 30), "3.5", [(12, "am", Decimal("3.50"))]),
        (time(12, 30), time(16), "3", [(12, "pm", Decimal("3.00"))]),
        (time(8), time(12, 31), "4", [(12, "am", Decimal("4.00")), (12, "pm", Decimal("0.00"))]),
    ],
)
def test_a_half_that_the_event_does_not_reach_does_not_exist(start, end, hours, after):
    assert shape(halves_of(DAY, None, start, end, Decimal(hours))) == after


def test_several_days_begin_and_end_at_their_own_times():
    found = halves_of(DAY, DAY + timedelta(days=2), time(13), time(12), Decimal("12"))
    assert [(day, half) for day, half, _hours in shape(found)] == [(12, "pm"), (13, "am"), (13, "pm"), (14, "am")]
    assert [hours for _day, _half, hours in shape(found)] == [
        Decimal("2.75"),
        Decimal("3.25"),
        Decimal("3.25"),
        Decimal("2.75"),
    ]


def test_whatever_the_times_the_halves_are_in_order_and_give_all_the_hours():
    chance = random.Random(20271112)
    for _round in range(3000):
        start = chance.randrange(0, 24 * 60 - 1)
        days = chance.choice([0, 0, 0, 1, 2, 6])
        end = chance.randrange(0 if days else start + 1, 24 * 60)
        hours = Decimal(chance.randrange(0, 400)) / chance.choice([4, 4, 4, 10])
        last = DAY + timedelta(days=days) if days else None
        found = halves_of(DAY, last, time(*divmod(start, 60)), time(*divmod(end, 60)), hours)
        assert sum(half.hours for half in found) == hours
        assert all(half.hours >= 0 for half in found)
        if hours % Decimal("0.25") == 0:
            assert all(half.hours % Decimal("0.25") == 0 for half in found)
        assert list(found) == sorted(found, key=lambda half: (half.day, half.half))
        assert len({half.key for half in found}) == len(found)
        assert {half.day for half in found} == {DAY + timedelta(days=n) for n in range(days + 1)}
        if not days:
            assert ("am" in [half.half for half in found]) == (start < halves.MIDDLE)
            assert ("pm" in [half.half for half in found]) == (end > halves.MIDDLE)
        moment = datetime.combine(DAY, time(*divmod(chance.randrange(24 * 60), 60))) + timedelta(
            days=chance.randrange(-2, 9)
        )
        assert half_at(found, moment) in found


@pytest.mark.parametrize(
    ("moment", "key"),
    [
        (datetime(2027, 11, 11, 18), "2027-11-12 am"),
        (datetime(2027, 11, 12, 8, 40), "2027-11-12 am"),
        (datetime(2027, 11, 12, 12, 29), "2027-11-12 am"),
        (datetime(2027, 11, 12, 12, 30), "2027-11-12 pm"),
        (datetime(2027, 11, 12, 22), "2027-11-12 pm"),
        (datetime(2027, 11, 13, 0, 1), "2027-11-13 am"),
        (datetime(2027, 11, 13, 15), "2027-11-13 am"),
        (datetime(2027, 11, 20, 9), "2027-11-13 am"),
    ],
)
def test_who_comes_comes_to_the_half_that_it_is(moment, key):
    found = halves_of(DAY, DAY + timedelta(days=1), time(9), time(12), Decimal("8"))
    assert half_at(found, moment).key == key


def test_who_comes_early_to_an_afternoon_comes_to_the_afternoon():
    found = halves_of(DAY, None, time(13), time(16), Decimal("3"))
    assert half_at(found, datetime(2027, 11, 12, 11, 50)).half == "pm"


def test_the_earliest_time_stands_whatever_the_order_in_which_facts_come():
    facts = [Fact(NOON + timedelta(minutes=n), n) for n in (7, 3, 5)]
    for order in itertools.permutations(facts):
        assert since(order) == NOON + timedelta(minutes=3)


def test_what_was_seen_before_it_was_taken_back_does_not_count_and_what_comes_after_does():
    seen, back, again = (
        Fact(NOON, 1),
        Fact(NOON + timedelta(minutes=1), 2, here=False),
        Fact(NOON + timedelta(minutes=2), 3),
    )
    for order in itertools.permutations([seen, back]):
        assert since(order) is None
    for order in itertools.permutations([seen, back, again]):
        assert since(order) == again.at
    assert since([]) is None
