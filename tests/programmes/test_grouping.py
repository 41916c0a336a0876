"""Groups with as few pairs from one unit as there can be: proven against trying everything, and the same every time."""

import random
from itertools import combinations, product
from time import perf_counter

import pytest

from programmes import grouping
from programmes.grouping import Candidate


def tried(people, wanted, apart, barred):
    """The fewest pairs over all groupings of the right sizes; None where none is allowed."""
    shape = grouping.sizes(len(people), wanted)
    unit_of = {one.key: one.unit for one in people}
    turns = [barred[n % len(barred)] if barred else set() for n in range(len(shape))]
    best = None
    for places in product(range(len(shape)), repeat=len(people)):
        groups = [[one.key for one, at in zip(people, places, strict=True) if at == n] for n in range(len(shape))]
        if sorted(map(len, groups)) != sorted(shape):
            continue
        if any(key in turns[n] for n, group in enumerate(groups) for key in group):
            continue
        if any(frozenset(pair) in apart for group in groups for pair in combinations(group, 2)):
            continue
        found = grouping.pairs_in(groups, unit_of)
        best = found if best is None or found < best else best
    return best


@pytest.mark.parametrize("seed", range(60))
def test_no_grouping_has_fewer_pairs_and_who_can_be_placed_is(seed):
    chance = random.Random(seed)
    people = [Candidate(chance.randint(1, chance.choice((2, 4))), key) for key in range(chance.randint(6, 8))]
    keys = range(len(people))
    apart = {frozenset(chance.sample(keys, 2)) for _pair in range(chance.randint(0, 3))}
    barred = [set(chance.sample(keys, chance.randint(0, 2))) for _lead in range(chance.choice((0, 2)))]
    best = tried(people, 3, apart, barred)
    found = grouping.propose(people, 3, apart=apart, barred=barred)
    if best is None:
        assert found.left
    else:
        assert (found.left, found.pairs, found.exact) == ((), best, True)


def test_the_order_of_the_people_makes_no_difference():
    people = [Candidate(key % 4, key) for key in range(17)]
    apart = [(0, 4), (1, 9), (2, 3)]
    first = grouping.propose(people, 6, apart=apart)
    for seed in range(5):
        random.Random(seed).shuffle(people)
        assert grouping.propose(people, 6, apart=apart) == first


@pytest.mark.parametrize(("people", "wanted", "sizes"), [
    (2, 6, ()), (3, 6, (3,)), (5, 3, (5,)), (8, 6, (8,)), (9, 6, (5, 4)), (11, 4, (4, 4, 3)), (12, 6, (6, 6)),
    (17, 8, (6, 6, 5)), (22, 6, (6, 6, 5, 5)),
])  # fmt: skip
def test_groups_are_as_even_as_they_can_be_and_hold_three_to_eight(people, wanted, sizes):
    assert grouping.sizes(people, wanted) == sizes


def test_a_manager_of_everybody_is_left_out():
    people = [Candidate(1, key) for key in range(7)]
    found = grouping.propose(people, 6, apart=[(0, key) for key in range(1, 7)])
    assert found.left == (0,)
    assert found.groups == ((1, 2, 3, 4, 5, 6),)


def test_many_people_are_grouped_within_bounds():
    people = [Candidate(key % 9, key) for key in range(60)]
    apart = [(key, key + 9) for key in range(0, 50, 7)]
    began = perf_counter()
    found = grouping.propose(people, 6, apart=apart, barred=[{1, 2, 3}, {40}], steps=1_000)
    assert perf_counter() - began < 20
    assert sorted(key for group in found.groups for key in group) == list(range(60))
    together = {frozenset(pair) for group in found.groups for pair in combinations(group, 2)}
    assert not together & {frozenset(pair) for pair in apart}
