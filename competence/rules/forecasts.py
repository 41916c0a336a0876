"""What could be published at which response, from counts alone: asked before the launch.

A share of a few people is seldom a whole number of them: of a single manager, 60 per cent is nobody or she. So each
share stands for all ways of rounding it, up in some groups and down in others, and what is said to be published is what
would be in each of them. When there are too many ways, those are looked at in which all groups are rounded alike, all
of one role are, a single group is rounded otherwise than the rest, or every second to fifth one is.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from answers.plan import Plan, Stratum, make_plan
from answers.suppression import exact_from, floor_of
from competence.rules.circles import Circle

SHARES = (60, 75, 90, 100)  # of a hundred who are asked
ALL_WAYS = 6  # of so many groups all ways of rounding are looked at
STRIDES = (2, 3, 4, 5)
WORTH = ("nothing", "word", "figures")

Counts = Mapping[Stratum, int]


def of(circle: Circle, *, k: int) -> dict[str, Any]:
    """For each share of answers what every unit could read: own figures, one word, a joint table, or nothing."""
    return {"k": floor_of(k), "shares": [_at(circle, share, k) for share in SHARES]}


def roundings(counts: Counts, share: int) -> Iterator[dict[Stratum, int]]:
    """How many answers that many of a hundred may be: first all rounded down, then all rounded up, then mixed."""
    least = {stratum: n * share // 100 for stratum, n in counts.items()}
    open_ones = sorted(stratum for stratum, n in counts.items() if n * share % 100)
    seen = set()
    for ups in _ways(open_ones):
        if ups not in seen:
            seen.add(ups)
            yield {stratum: n + (stratum in ups) for stratum, n in least.items()}


def _ways(groups: Sequence[Stratum]) -> Iterator[frozenset[Stratum]]:
    """Which groups are rounded up."""
    every = frozenset(groups)
    yield frozenset()
    yield every
    if len(groups) <= ALL_WAYS:
        for chosen in product((False, True), repeat=len(groups)):
            yield frozenset(group for group, up in zip(groups, chosen, strict=True) if up)
        return
    for role in sorted({group.role for group in groups}):
        yield frozenset(group for group in groups if group.role == role)
    for group in groups:
        yield frozenset([group])
        yield every - {group}
    for step in STRIDES:
        for start in range(step):
            yield frozenset(groups[start::step])
            yield every - frozenset(groups[start::step])


def _at(circle: Circle, share: int, k: int) -> dict[str, Any]:
    ways = list(roundings(circle.counts, share))
    # The audit of tables by role is the costly part: of these, all rounded down and all rounded up are enough to say
    # how many survive.
    by_role = [make_plan(circle.nodes, counts, k=k) for counts in ways[:2]]
    plans = [*by_role, *(make_plan(circle.nodes, counts, k=k, by_role=False) for counts in ways[2:])]
    wide = [node.key for node in circle.nodes if node.level in ("municipality", "region")]
    shown = [{table.node for table in plan.tables if table.kind == "node"} for plan in plans]
    roles = [{(table.role, table.node) for table in plan.tables if table.kind == "role"} for plan in by_role]
    wanted = [tables | set(plan.hidden_roles) for tables, plan in zip(roles, by_role, strict=True)]
    survive = set.intersection(*roles)
    asked = [str(unit.organisation_id) for unit in circle.units]
    return {
        "share": share,
        "units": {key: _least([_unit(plan, key, k) for plan in plans]) for key in asked},
        "places": [key for key in wide if all(key in places for places in shown)],
        "roles": len(survive),
        "roles_hidden": len(set.union(*wanted) - survive),
    }


def _unit(plan: Plan, unit: str, k: int) -> tuple[str, frozenset[str]]:
    """What a unit could read, and with which others it stands together."""
    block = next((block for block in plan.blocks if unit in block.units), None)
    if block is None:
        return "nothing", frozenset()
    return ("figures" if block.n >= exact_from(k) else "word"), block.units - {unit}


def _least(found: Sequence[tuple[str, frozenset[str]]]) -> dict[str, Any]:
    """The least of what the unit could read, together with everybody whom it may have to stand with."""
    how = min((how for how, _others in found), key=WORTH.index)
    others = frozenset().union(*(others for _how, others in found)) if how != "nothing" else frozenset()
    return {"how": how, "with": sorted(others)}


def summed_up(facts: Mapping[str, Any]) -> list[tuple[int, Counter[str]]]:
    """For each share, how many units get own figures, a word, a joint table, nothing."""
    return [
        (at["share"], Counter("joint" if row["with"] else row["how"] for row in at["units"].values()))
        for at in facts["shares"]
    ]
