"""Whose turn it is to host."""

from hypothesis import given
from hypothesis import strategies as st

from programmes.turns import next_hosts

TOWNS = ["Skara", "Götene", "Lidköping"]


def test_towns_host_in_turn_and_begin_again():
    assert next_hosts(TOWNS, [], 5) == ["Skara", "Götene", "Lidköping", "Skara", "Götene"]
    assert next_hosts(TOWNS, ["Skara", "Götene"]) == ["Lidköping"]
    assert next_hosts(TOWNS, ["Skara", "Götene", "Lidköping"]) == ["Skara"]


def test_nobody_hosts_twice_before_all_have_hosted_once():
    assert next_hosts(TOWNS, ["Lidköping", "Skara"], 2) == ["Götene", "Skara"]


def test_who_hosted_an_extra_time_sits_out_a_round():
    assert next_hosts(TOWNS, ["Skara", "Skara", "Götene", "Lidköping"], 3) == ["Götene", "Lidköping", "Skara"]


def test_a_newcomer_owes_nothing_for_the_rounds_before():
    hosted = ["Skara", "Götene"] * 3
    order = ["Skara", "Götene", "Lidköping"]
    assert next_hosts(order, hosted, 4, joined={"Lidköping": 6}) == ["Skara", "Götene", "Lidköping", "Skara"]


def test_who_has_left_is_passed_over():
    assert next_hosts(["Skara", "Götene"], ["Lidköping", "Skara"], 2) == ["Götene", "Skara"]


def test_without_towns_nobody_hosts():
    assert next_hosts([], ["Skara"], 3) == []


@given(st.lists(st.sampled_from("ABCDE"), max_size=40), st.integers(1, 15))
def test_proposals_never_let_anyone_get_a_turn_ahead(hosted, count):
    proposed = next_hosts("ABCDE", hosted, 5 + count)
    later = proposed[-5:] if len(hosted) == 0 else []
    assert len(set(later)) == len(later)
    assert next_hosts("ABCDE", [*hosted, proposed[0]], 4 + count) == proposed[1:]
