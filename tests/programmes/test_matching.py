"""Mentors and people: as many pairs as possible, the best of them, the same whatever the order of what is asked."""

import itertools
import subprocess
import sys
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from programmes.matching import burden, match


@st.composite
def cases(draw, people=5, mentors=4):
    """Allowed pairs with what they cost, the room that mentors have, and how many each has already."""
    pairs = st.tuples(st.integers(1, people), st.integers(1, mentors))
    costs = draw(st.dictionaries(pairs, st.integers(0, 9), max_size=people * mentors))
    room = {mentor: draw(st.integers(0, 3)) for mentor in range(1, mentors + 1)}
    load = {mentor: draw(st.integers(0, 2)) for mentor in range(1, mentors + 1)}
    return costs, room, load, draw(st.integers(0, 5))


def ways(costs, room):
    """Every way to give people mentors."""
    people = sorted({person for person, _mentor in costs})
    choices = [[None, *(mentor for one, mentor in sorted(costs) if one == person)] for person in people]
    for chosen in itertools.product(*choices):
        if all(chosen.count(mentor) <= room[mentor] for mentor in set(chosen) - {None}):
            yield {person: mentor for person, mentor in zip(people, chosen, strict=True) if mentor is not None}


@settings(max_examples=150, deadline=None)
@given(cases())
def test_as_many_pairs_as_possible_and_then_the_best(case):
    costs, room, load, crowding = case
    found = match(costs, room, load=load, crowding=crowding)
    best = min((-len(way), burden(way, costs, load=load, crowding=crowding)) for way in ways(costs, room))
    assert (-len(found), burden(found, costs, load=load, crowding=crowding)) == best


@settings(max_examples=60, deadline=None)
@given(cases(people=8, mentors=6), st.randoms(use_true_random=False))
def test_the_order_in_which_it_is_asked_does_not_matter(case, chance):
    costs, room, load, crowding = case
    mixed, rooms = list(costs.items()), list(room.items())
    chance.shuffle(mixed)
    chance.shuffle(rooms)
    asked = match(costs, room, load=load, crowding=crowding)
    assert match(dict(mixed), dict(rooms), load=load, crowding=crowding) == asked


@settings(max_examples=60, deadline=None)
@given(cases(people=12, mentors=5))
def test_only_allowed_pairs_and_nobody_above_her_room(case):
    costs, room, load, crowding = case
    found = match(costs, room, load=load, crowding=crowding)
    assert set(found.items()) <= set(costs)
    assert all(list(found.values()).count(mentor) <= room[mentor] for mentor in room)


def test_somebody_goes_without_rather_than_two_others():
    # Ada is best with Bo and Cia alike, but Bo is the only one for Disa.
    assert match({("ada", "bo"): 0, ("ada", "cia"): 9, ("disa", "bo"): 9}, {"bo": 1, "cia": 1}) == {
        "ada": "cia",
        "disa": "bo",
    }


def test_of_equals_the_first_in_order_gets_the_first():
    equal = {(person, mentor): 1 for person in (3, 1, 2) for mentor in (9, 8, 7)}
    assert match(equal, {7: 1, 8: 1, 9: 1}) == {1: 7, 2: 8, 3: 9}


def test_mentors_share_the_work_unless_one_fits_much_better():
    costs = {(person, mentor): 0 for person in (1, 2, 3) for mentor in (7, 8)}
    assert sorted(match(costs, {7: 5, 8: 5}, crowding=1).values()) == [7, 7, 8]
    assert sorted(match(costs, {7: 5, 8: 5}, load={7: 3}, crowding=1).values()) == [8, 8, 8]
    dear = {**costs, (1, 8): 9, (2, 8): 9, (3, 8): 9}
    assert sorted(match(dear, {7: 5, 8: 5}, crowding=1).values()) == [7, 7, 7]


def test_without_room_or_people_nobody_is_paired():
    assert match({}, {1: 3}) == {}
    assert match({(1, 1): 0, (2, 1): 0}, {1: 0}) == {}
    assert match({(1, 1): 0}, {}) == {}


def test_a_whole_programme_of_sixty_people_and_25_mentors_is_solved_in_less_than_a_second():
    costs = {
        (person, mentor): (person * 7 + mentor * 13) % 50
        for person in range(60)
        for mentor in range(25)
        # The rules forbid about a third: own manager, other municipality.
        if (person + mentor) % 3
    }
    began = time.process_time()
    found = match(costs, dict.fromkeys(range(25), 3), load={n: n % 3 for n in range(25)}, crowding=4)
    assert time.process_time() - began < 1  # of computing, the solver's own loading too
    assert len(found) == 60
    assert (
        match(
            dict(reversed(costs.items())), dict.fromkeys(range(25), 3), load={n: n % 3 for n in range(25)}, crowding=4
        )
        == found
    )


def test_the_solver_is_loaded_only_when_it_is_needed():
    code = "import sys, programmes.matching; sys.exit('highspy' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
