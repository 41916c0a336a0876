"""How far a participant has come, in the numbers of the scenarios."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from programmes.completion import DayFact, DayState, Standing, standing

SIX = Decimal("6.00")


def days(*marks: str, made_up: dict[int, str] | None = None, of: int = 8) -> Standing:
    """A standing after days marked n present, a reported, f absent, by hours, or "" not marked; the rest to come."""
    words = {"n": "present", "a": "excused", "f": "absent", "": ""}
    facts = []
    for number in range(1, of + 1):
        mark = marks[number - 1] if number <= len(marks) else None
        again = (made_up or {}).get(number)
        facts.append(
            DayFact(
                number=number,
                full_hours=SIX,
                over=mark is not None,
                mark="" if mark is None else words.get(mark, "present"),
                hours=SIX if mark == "n" else Decimal(0) if mark in (None, "", "a", "f") else Decimal(mark),
                made_up_hours=Decimal(again) if again else None,
            )
        )
    return standing(facts, 7)


def test_six_and_a_half_days_of_six_hours_are_39_hours_and_no_completion() -> None:
    result = days("n", "n", "n", "n", "n", "n", "3", "f")
    assert result.hours == Decimal("39.00")
    assert not result.complete
    assert result.missed == (7, 8)
    assert result.must_make_up == Fraction(1, 2)


def test_a_missed_day_that_is_made_up_elsewhere_completes_once() -> None:
    marks = ("n", "n", "f", "n", "n", "n", "a", "n")
    assert not days(*marks).complete
    result = days(*marks, made_up={3: "6"})
    assert result.complete
    assert result.attended == 7
    assert result.days[2].state is DayState.MADE_UP
    assert result.missed == (7,)


def test_a_day_both_attended_in_part_and_made_up_gives_no_more_than_the_day() -> None:
    result = days("4", made_up={1: "6"})
    assert result.days[0].hours_there == SIX
    assert result.attended == 1


def test_nobody_has_missed_anything_before_the_first_day() -> None:
    result = days()
    assert (result.can_miss_days, result.can_miss_hours, result.must_make_up) == (1, 0, 0)


def test_one_missed_day_leaves_none_to_miss_and_two_leave_one_to_make_up() -> None:
    assert days("n", "a", "n").can_miss_days == 0
    assert days("n", "a", "f").must_make_up == 1


def test_part_of_a_day_leaves_hours_to_miss() -> None:
    result = days("n", "4", "n")
    assert result.can_miss_days == 0
    assert result.can_miss_hours == Decimal("4")


def test_an_unmarked_day_is_asked_about_and_not_held_against_anyone() -> None:
    result = days("n", "n", "")
    assert result.unknown == (3,)
    assert result.can_miss_days == 1
    assert result.whole_days == 2


@given(st.lists(st.sampled_from(["n", "a", "f", "", "1.25", "3", "5.75"]), max_size=8))
def test_what_is_left_to_miss_and_what_must_be_made_up_never_contradict_completion(marks: list[str]) -> None:
    result = days(*marks)
    assert not (result.left > 0 and result.must_make_up > 0)
    if result.complete:
        assert result.left >= 0
    if len(marks) == 8 and not result.unknown:
        assert result.complete == (result.left >= 0)
