"""The light between a mentor and a mentee, at the borders of its days."""

from datetime import date, timedelta

import pytest

from programmes.lights import Colour, Pause, light, months_after, silence

BEGAN = date(2027, 1, 11)
LAST = date(2027, 5, 4)


def on(today, *, held=(LAST,), booked=(), pauses=(), began=BEGAN):
    return light(began=began, held=held, booked=booked, today=today, pauses=pauses)


@pytest.mark.parametrize(
    ("days", "colour"),
    [
        (0, Colour.GREEN),
        (44, Colour.GREEN),
        (45, Colour.AMBER),
        (89, Colour.AMBER),
        (90, Colour.RED),
        (400, Colour.RED),
    ],
)
def test_amber_after_45_days_of_silence_and_red_after_90(days, colour):
    found = on(LAST + timedelta(days=days))
    assert (found.colour, found.silent, found.since, found.met) == (colour, days, LAST, True)


@pytest.mark.parametrize("month", [3, 10])
def test_the_clocks_change_makes_no_day_longer_or_shorter(month):
    last = date(2027, month, 1)
    assert [on(last + timedelta(days=n), held=[last]).colour for n in (44, 45)] == [Colour.GREEN, Colour.AMBER]


def test_without_any_meeting_the_silence_begins_with_the_pair():
    found = on(BEGAN + timedelta(days=45), held=[])
    assert (found.colour, found.since, found.met) == (Colour.AMBER, BEGAN, False)


def test_a_booked_meeting_keeps_the_light_green_and_is_not_said_to_be_written_down():
    today = LAST + timedelta(days=100)
    assert on(today, booked=[today + timedelta(days=1)]).colour == Colour.GREEN
    found = on(today, booked=[today])
    assert (found.colour, found.silent, found.since) == (Colour.GREEN, 0, LAST)
    past = on(today, booked=[today - timedelta(days=50)])
    assert (past.colour, past.silent, past.since) == (Colour.AMBER, 50, LAST)


def test_a_meeting_written_down_for_a_day_to_come_is_no_meeting_yet():
    assert on(LAST + timedelta(days=45), held=[LAST, date(2028, 1, 1)]).colour == Colour.AMBER


def test_days_of_leave_and_breaks_do_not_count_to_the_day():
    leave = Pause(date(2027, 5, 5), date(2027, 6, 4))  # 30 days
    assert on(LAST + timedelta(days=74), pauses=[leave]).colour == Colour.GREEN
    assert on(LAST + timedelta(days=75), pauses=[leave]).colour == Colour.AMBER
    assert on(LAST + timedelta(days=75), pauses=[leave]).paused is False
    assert on(date(2027, 6, 3), pauses=[leave]).paused is True
    assert on(date(2027, 6, 4), pauses=[leave]).paused is False


def test_days_in_two_pauses_are_left_out_once():
    pauses = [Pause(date(2027, 5, 5), date(2027, 5, 15)), Pause(date(2027, 5, 10), date(2027, 5, 20))]
    assert on(LAST + timedelta(days=60), pauses=pauses).silent == 45


def test_public_holidays_do_not_count_and_one_in_a_leave_is_left_out_once():
    may = {date(2027, 5, 1), date(2027, 5, 6), date(2027, 5, 16), date(2027, 6, 20)}  # two of them within the 45 days
    assert light(began=BEGAN, held=[LAST], booked=[], today=LAST + timedelta(days=46), holidays=may).silent == 44
    found = light(began=BEGAN, held=[LAST], booked=[], today=LAST + timedelta(days=48), holidays=may)
    assert (found.silent, found.colour, found.paused) == (45, Colour.AMBER, False)
    leave = [Pause(date(2027, 5, 10), date(2027, 5, 20))]
    assert silence(after=LAST, today=date(2027, 5, 20), pauses=leave, holidays=may) == 16 - 10 - 1
    assert light(began=BEGAN, held=[LAST], booked=[], today=date(2027, 5, 16), holidays=may).paused is True


def test_a_leave_without_an_end_stops_the_light_where_it_stands():
    pauses = [Pause(LAST + timedelta(days=45))]
    assert on(LAST + timedelta(days=300), pauses=pauses).silent == 44
    assert on(LAST + timedelta(days=300), pauses=pauses).colour == Colour.GREEN


def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month():
    assert months_after(date(2027, 4, 16), 2) == date(2027, 6, 16)
    assert months_after(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert months_after(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert months_after(date(2027, 4, 16), 12) == date(2028, 4, 16)
