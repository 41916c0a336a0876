"""What a survey is said to publish at a response is never more than the plan would give, however it comes about."""

from __future__ import annotations

from itertools import product
from random import Random
from types import SimpleNamespace

import pytest

from answers.plan import Node, Stratum, make_plan
from competence.rules import forecasts
from competence.rules.circles import Circle


def circle(towns):
    """The circle of {municipality: {unit: (workers, managers)}}."""
    nodes, counts = [Node("r", "", "region")], {}
    for town, units in towns.items():
        nodes += [Node(town, "r", "municipality"), *(Node(unit, town) for unit in units)]
        for unit, (workers, managers) in units.items():
            counts |= {Stratum(unit, "worker"): workers, Stratum(unit, "manager"): managers}
    units = [SimpleNamespace(organisation_id=unit) for town in towns.values() for unit in town]
    return Circle(units, nodes, [], {stratum: n for stratum, n in counts.items() if n})


def at(asked, share):
    return next(row for row in forecasts.of(asked, k=5)["shares"] if row["share"] == share)


def check(row, plan):
    """What is promised of each unit, its worth and that it stands alone, holds in this plan."""
    for unit, promised in row["units"].items():
        block = next((block for block in plan.blocks if unit in block.units), None)
        how = "figures" if block and block.n >= 10 else "word" if block else "nothing"
        assert forecasts.WORTH.index(promised["how"]) <= forecasts.WORTH.index(how)
        assert promised["how"] == "nothing" or block.units - {unit} <= set(promised["with"])
    assert set(row["places"]) <= {table.node for table in plan.tables if table.kind == "node"}


def test_a_single_manager_is_not_taken_for_an_answer_at_sixty_per_cent():
    asked = circle({"1": {"11": (7, 1)}})
    assert at(asked, 60)["units"]["11"]["how"] == "nothing", "four of seven, and perhaps she, is perhaps four"
    assert at(asked, 75)["units"]["11"]["how"] == "word"
    assert at(asked, 100)["units"]["11"]["how"] == "word"


def test_a_single_manager_is_not_taken_for_silent_either():
    """If she answers where nobody else works, she must be put together with others: their figures are not sure."""
    asked = circle({"1": {"11": (20, 0), "12": (0, 1)}})
    assert at(asked, 60)["units"]["11"] == {"how": "figures", "with": ["12"]}
    assert at(asked, 60)["units"]["12"]["how"] == "nothing"


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_promised_that_some_rounding_would_not_give(seed):
    dice = Random(seed)
    asked = circle(
        {
            f"{town}": {f"{town}{unit}": (dice.randint(0, 16), 0) for unit in range(1, dice.randint(2, 4))}
            for town in range(1, 3)
        }
    )
    for share in forecasts.SHARES:
        row = at(asked, share)
        choices = [{n * share // 100, -(-n * share // 100)} for n in asked.counts.values()]
        for numbers in product(*choices):
            check(row, make_plan(asked.nodes, dict(zip(asked.counts, numbers, strict=True))))


def test_of_many_groups_each_is_looked_at_by_itself():
    dice = Random(5)
    towns = {f"{t}": {f"{t}{u:02}": (dice.randint(1, 20), 1) for u in range(5)} for t in range(1, 4)}
    asked = circle(towns)
    ways = list(forecasts.roundings(asked.counts, 60))
    assert len(ways) > 2 * len(asked.counts) * 3 // 4
    row = at(asked, 60)
    assert row["roles"] + row["roles_hidden"] > 0
    for counts in ways[:40]:
        check(row, make_plan(asked.nodes, counts, by_role=False))
