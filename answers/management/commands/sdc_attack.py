"""`manage.py sdc_attack`: simulate regions, publish by a policy, and attack what is published by brute force.

Each region is attacked twice: in what is published of everybody, and in what is published of one question of an own
part, which only some of the units were asked and some people left out.

The attack shares nothing with `answers.leaks` but the question: it goes through every set of people who cannot be told
apart, fewer than five in all, and asks by elimination modulo another prime whether some combination of the published
tables touches nobody else.
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import combinations
from random import Random
from typing import Any

from django.core.management.base import BaseCommand

from answers.plan import Counts, Node, Stratum, make_plan, tables_of_item

MODULUS = 2**31 - 1
K = 5
POLICIES = ("hide-lt-5", "set-and-remainder", "helmi")
Group = frozenset[Stratum]


def simulate(chance: Random) -> tuple[list[Node], dict[Stratum, int]]:
    """A region as they are: units of about seven, one manager each, half to nearly all of them answer."""
    nodes = [Node("R", "", "region")]
    counts: dict[Stratum, int] = {}
    for m in range(chance.choice((1, 1, 2, 3, 4))):
        nodes.append(Node(f"M{m}", "R", "municipality"))
        for u in range(chance.randint(1, 6)):
            key = f"M{m}U{u}"
            nodes.append(Node(key, f"M{m}"))
            size, share = round(chance.lognormvariate(1.95, 0.6)), chance.uniform(0.5, 0.95)
            workers = sum(chance.random() < share for _person in range(size))
            for role, n in (("worker", workers), ("manager", int(chance.random() < share))):
                if n:
                    counts[Stratum(key, role)] = n
    return nodes, counts


def own_part(chance: Random, nodes: list[Node], counts: Counts) -> dict[Stratum, int]:
    """How many answered a question that only the units of some kind of work are asked; a few leave it out."""
    asked = {node.key for node in nodes if chance.random() < 0.5}
    given = {one: n - min(n, chance.choice((0, 0, 0, 1, 1, 2))) for one, n in counts.items() if one.unit in asked}
    return {one: n for one, n in given.items() if n}


def candidates(nodes: list[Node], counts: Counts) -> Iterator[tuple[Group, Group]]:
    """Every table that somebody might want, with the table that it is a part of."""
    above = {node.key: node.parent for node in nodes}

    def inside(unit: str, key: str) -> bool:
        while unit and unit != key:
            unit = above[unit]
        return bool(unit)

    places = {node.key: frozenset(one for one in counts if inside(one.unit, node.key)) for node in nodes}
    for node in nodes:
        yield places[node.key], places.get(node.parent, frozenset())
        if node.level in ("municipality", "region"):
            for role in ("worker", "manager"):
                yield frozenset(one for one in places[node.key] if one.role == role), places[node.key]


def publish(policy: str, nodes: list[Node], counts: Counts, answered: Counts) -> list[Group]:
    """The groups of which a policy shows exact figures, for a question that so many of them answered."""
    if policy == "helmi":
        return [table.strata for table in tables_of_item(make_plan(nodes, counts).tables, answered)]
    counts = answered

    def n(group: Group) -> int:
        return sum(counts[one] for one in group)

    shown = []
    for group, whole in candidates(nodes, counts):
        rest = n(whole) - n(group) if whole else 0
        if n(group) >= K and (policy == "hide-lt-5" or rest == 0 or rest >= K):
            shown.append(group)
    return shown


def _reduced(rows: list[list[int]]) -> tuple[list[list[int]], list[int]]:
    """Gauss and Jordan modulo the prime: the rows that are left, and the column of each one's leading entry."""
    rows = [row[:] for row in rows]
    leads: list[int] = []
    for column in range(len(rows[0]) if rows else 0):
        at = next((i for i in range(len(leads), len(rows)) if rows[i][column] % MODULUS), None)
        if at is None:
            continue
        top = len(leads)
        rows[top], rows[at] = rows[at], rows[top]
        inverse = pow(rows[top][column], -1, MODULUS)
        rows[top] = [value * inverse % MODULUS for value in rows[top]]
        for i, row in enumerate(rows):
            if i != top and row[column]:
                factor = row[column]
                rows[i] = [(one - factor * other) % MODULUS for one, other in zip(row, rows[top], strict=True)]
        leads.append(column)
    return rows[: len(leads)], leads


def exposed(groups: list[Group], counts: Counts) -> bool:
    """Whether a combination of the groups is a statement about fewer than five people."""
    alike: dict[tuple[bool, ...], int] = {}
    for one, n in counts.items():
        signs = tuple(one in group for group in groups)
        if any(signs):
            alike[signs] = alike.get(signs, 0) + n
    atoms = list(alike)
    reduced, leads = _reduced([[int(signs[i]) for signs in atoms] for i in range(len(groups))])
    free = [column for column in range(len(atoms)) if column not in leads]
    kernel: dict[int, list[int]] = {column: [int(column == other) for other in free] for column in free}
    for row, lead in zip(reduced, leads, strict=True):
        kernel[lead] = [-row[column] % MODULUS for column in free]
    few = [column for column, signs in enumerate(atoms) if alike[signs] < K]
    for size in range(1, K):
        for chosen in combinations(few, size):
            if sum(alike[atoms[column]] for column in chosen) < K:
                _rows, found = _reduced([kernel[column] for column in chosen])
                if len(found) < size:
                    return True
    return False


class Command(BaseCommand):
    """Counts in how many simulated regions a policy lets out something exact about one to four people."""

    help = "Attack the published tables of simulated regions; the last line is JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, from which seed, by which policy."""
        parser.add_argument("--waves", type=int, default=100, help="how many regions to simulate")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same regions")
        parser.add_argument("--policy", choices=POLICIES, default="helmi", help="what is published of them")

    def handle(self, *args: Any, waves: int, seed: int, policy: str, **options: Any) -> None:
        """Simulate, publish, attack."""
        chance = Random(seed)  # noqa: S311  (a simulation that can be repeated, no secret)
        violations = 0
        for wave in range(waves):
            nodes, counts = simulate(chance)
            asked = [counts, own_part(chance, nodes, counts)]
            violations += any(exposed(publish(policy, nodes, counts, answered), answered) for answered in asked)
            if waves >= 200 and (wave + 1) % 100 == 0:
                self.stdout.write(f"{wave + 1} regions, {violations} of them leak")
        self.stdout.write(json.dumps({"policy": policy, "waves": waves, "violations": violations, "seed": seed}))
