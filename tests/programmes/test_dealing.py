"""Groups for a task: even, and with people from different municipalities where there are some."""

from collections import Counter

import pytest

from programmes.dealing import deal, join


def people(**towns: int) -> list[tuple[str, str]]:
    return [(f"{town}{n}", town) for town, count in towns.items() for n in range(count)]


@pytest.mark.parametrize(
    ("towns", "most"),
    [
        ({"a": 9, "b": 6, "c": 4, "d": 3}, 4),
        ({"a": 5, "b": 5}, 2),
        ({"a": 1}, 4),
        ({"a": 7}, 3),
        ({"a": 2, "b": 2, "c": 2}, 30),
    ],
)
def test_groups_and_municipalities_are_as_even_as_they_can_be(towns, most):
    row = people(**towns)
    groups = deal(row, most=most)
    assert sorted(who for group in groups for who in group) == sorted(who for who, _town in row)
    assert max(map(len, groups)) <= most
    assert max(map(len, groups)) - min(map(len, groups)) <= 1
    for town, count in towns.items():
        own = [sum(who.startswith(town) for who in group) for group in groups]
        assert max(own) - min(own) <= 1
        assert max(own) == -(-count // len(groups))


def test_the_same_people_are_dealt_alike_and_differently_for_another_task():
    row = people(a=8, b=8)
    assert deal(row, most=4, salt=1) == deal(list(reversed(row)), most=4, salt=1)
    assert deal(row, most=4, salt=1) != deal(row, most=4, salt=2)
    assert deal([], most=4) == []


def test_who_comes_later_joins_the_smallest_group_with_the_fewest_from_the_own_municipality():
    groups = [["a", "a"], ["a", "b"], ["b", "b", "b"]]
    assert join([("new", "a"), ("newer", "b")], groups) == [("new", 1), ("newer", 0)]
    assert Counter(place for _who, place in join(people(c=3), groups)) == {0: 1, 1: 1, 2: 1}
    assert join([("new", "a")], []) == []
