"""The worked example of the design, from its one file: who answered where, in three municipalities."""

from __future__ import annotations

import csv
from pathlib import Path

from answers.plan import Node, Stratum

FILE = Path(__file__).parent / "worked_example.csv"


def worked_rows() -> list[tuple[str, str, str, int]]:
    """Municipality, unit, role, and how many answered."""
    with FILE.open() as file:
        return [(row["municipality"], row["unit"], row["role"], int(row["answers"])) for row in csv.DictReader(file)]


def worked_plan() -> tuple[list[Node], dict[Stratum, int]]:
    """Its tree, and the number of answers in each stratum."""
    rows = worked_rows()
    places = [Node(town, "region", "municipality") for town, *_rest in rows] + [Node(row[1], row[0]) for row in rows]
    return [Node("region", "", "region"), *dict.fromkeys(places)], {Stratum(row[1], row[2]): row[3] for row in rows}
