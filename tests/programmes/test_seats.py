"""How the seats of a cohort are split."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from programmes.seats import split

KEYS = "ABCDEFGHI"
towns = st.integers(1, 9).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 40), min_size=n, max_size=n), st.lists(st.integers(0, 5), min_size=n, max_size=n)
    )
)


def case(numbers):
    counts, guarantees = numbers
    return dict(zip(KEYS, counts, strict=False)), dict(zip(KEYS, guarantees, strict=False))


def test_the_regions_example_is_split_in_two_steps_with_the_tie_to_the_smaller():
    result = split(25, {"A": 14, "B": 8, "C": 4, "D": 2, "E": 1}, dict.fromkeys("ABCDE", 2))
    assert {line.key: line.seats for line in result.lines} == {"A": 11, "B": 7, "C": 4, "D": 2, "E": 1}
    assert {line.key: line.waiting for line in result.lines if line.waiting} == {"A": 3, "B": 1}
    assert (result.guaranteed, result.by_remainder) == (9, 16)
    assert result.tied == ("A", "C")
    assert result.tie_to == ("C",)
    assert result.of("A").exact == Fraction(48, 5)


def test_everyone_gets_a_seat_when_there_are_enough():
    result = split(24, {"A": 3, "B": 0, "C": 20}, {"A": 2, "B": 2, "C": 2})
    assert [line.seats for line in result.lines] == [3, 0, 20]
    assert result.tied == ()


def test_guarantees_beyond_the_seats_are_shared_and_never_oversell():
    result = split(3, {"A": 2, "B": 2, "C": 2}, {"A": 2, "B": 2, "C": 2})
    assert [line.seats for line in result.lines] == [1, 1, 1]


def test_a_full_tie_goes_to_the_one_that_stands_first():
    result = split(1, {"B": 1, "A": 1}, {})
    assert [(line.key, line.seats) for line in result.lines] == [("B", 1), ("A", 0)]


def test_no_seats_and_no_applicants_are_no_error():
    assert split(0, {"A": 3}, {"A": 2}).seats == 0
    assert split(5, {}, {}).seats == 0
    assert split(5, {"A": 0}, {"A": 2}).seats == 0


@given(st.integers(0, 120), towns)
def test_all_seats_are_given_and_none_without_an_applicant(capacity, numbers):
    applicants, guarantees = case(numbers)
    result = split(capacity, applicants, guarantees)
    assert result.seats == min(capacity, sum(applicants.values()))
    assert all(0 <= line.seats <= line.applicants for line in result.lines)


@given(st.integers(0, 120), towns)
def test_the_guarantee_is_kept_while_the_seats_allow_it(capacity, numbers):
    applicants, guarantees = case(numbers)
    result = split(capacity, applicants, guarantees)
    promised = {key: min(guarantees[key], applicants[key]) for key in applicants}
    if sum(promised.values()) <= capacity:
        assert all(line.seats >= promised[line.key] for line in result.lines)
        assert all(line.guaranteed == promised[line.key] for line in result.lines)


@given(st.integers(0, 120), towns)
def test_nobody_is_further_than_one_seat_from_the_exact_share(capacity, numbers):
    result = split(capacity, *case(numbers))
    assert all(-1 < line.by_remainder - line.exact < 1 for line in result.lines)


@given(st.integers(0, 120), towns)
def test_more_applicants_left_never_means_fewer_of_the_remaining_seats(capacity, numbers):
    lines = split(capacity, *case(numbers)).lines
    for one in lines:
        for other in lines:
            if one.left > other.left:
                assert one.by_remainder >= other.by_remainder
            elif one.left == other.left:
                assert abs(one.by_remainder - other.by_remainder) <= 1


@given(st.integers(0, 120), towns)
def test_the_same_numbers_always_give_the_same_seats(capacity, numbers):
    assert split(capacity, *case(numbers)) == split(capacity, *case(numbers))


@given(st.integers(1, 120), towns)
def test_a_tie_leaves_the_larger_without(capacity, numbers):
    result = split(capacity, *case(numbers))
    for won in result.tie_to:
        for lost in set(result.tied) - set(result.tie_to):
            mine, theirs = result.of(won), result.of(lost)
            assert mine.guaranteed + mine.whole <= theirs.guaranteed + theirs.whole
