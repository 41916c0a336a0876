"""What is told of few people to those who may not see them: nobody works anything out, whoever she is."""

from itertools import product

import pytest

from programmes.few import FEWEST, FEWEST_TOGETHER, Band, band, groups, may_be_exact


def test_small_municipalities_stand_together_and_large_ones_alone():
    found = groups([7, 3, 0, 2, 4, 9])
    assert found.alone == (0, 5)
    assert found.together == (1, 3, 4)


def test_a_sum_from_which_one_of_them_could_work_out_the_others_takes_a_larger_one_in():
    assert groups([3, 3, 9]).together == (0, 1, 2), "two know each other; a third comes in"
    assert groups([4, 1, 1, 6, 8]).together == (0, 1, 2, 3), "two would be left for the one with four"
    assert groups([1, 6, 8, 9]).together == (0, 1, 2)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_no_municipality_works_out_the_others(count):
    for sizes in product(range(8), repeat=count):
        found = groups(sizes)
        assert sorted([*found.alone, *found.together]) == [n for n, size in enumerate(sizes) if size]
        assert all(sizes[n] >= FEWEST for n in found.alone)
        in_sum = [sizes[n] for n in found.together]
        assert not found.alone or not in_sum or (len(in_sum) >= FEWEST_TOGETHER and sum(in_sum) - max(in_sum) >= FEWEST)


def test_a_word_is_true_of_three_numbers_or_more():
    for whole in range(5, 60):
        words = [band(part, whole) for part in range(whole + 1)]
        assert all(words.count(word) >= 3 for word in set(words)), whole
        assert Band.NOTHING not in words
    assert band(3, 4) == Band.NOTHING
    assert (band(9, 12), band(8, 12), band(5, 12)) == (Band.MOST, Band.HALF, Band.UNDER_HALF)


def test_a_number_is_told_when_without_any_one_part_it_is_of_five_or_more():
    assert may_be_exact([4, 3, 2])
    assert not may_be_exact([9, 4])
    assert not may_be_exact([])
