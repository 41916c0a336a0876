"""What could be published at which response, from counts alone: asked before the launch."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from answers.plan import Plan, Stratum, make_plan
from answers.suppression import exact_from, floor_of
from competence.rules.circles import Circle

SHARES = (60, 75, 90, 100)  # of a hundred who are asked


def of(circle: Circle, *, k: int) -> dict[str, Any]:
    """For each share of answers what every unit could read: own figures, one word, a joint table, or nothing."""
    return {"k": floor_of(k), "shares": [_at(circle, share, k) for share in SHARES]}


def _at(circle: Circle, share: int, k: int) -> dict[str, Any]:
    counts: Mapping[Stratum, int] = {stratum: (n * share + 50) // 100 for stratum, n in circle.counts.items()}
    plan = make_plan(circle.nodes, counts, k=k)
    wide = [node.key for node in circle.nodes if node.level in ("municipality", "region")]
    return {
        "share": share,
        "units": {str(unit.organisation_id): _unit(plan, str(unit.organisation_id), k) for unit in circle.units},
        "places": [table.node for table in plan.tables if table.kind == "node" and table.node in wide],
        "roles": sum(table.kind == "role" for table in plan.tables),
        "roles_hidden": len(plan.hidden_roles),
    }


def _unit(plan: Plan, unit: str, k: int) -> dict[str, Any]:
    block = next((block for block in plan.blocks if unit in block.units), None)
    if block is None:
        return {"how": "nothing", "with": []}
    how = "figures" if block.n >= exact_from(k) else "word"
    return {"how": how, "with": sorted(block.units - {unit})}


def summed_up(facts: Mapping[str, Any]) -> list[tuple[int, Counter[str]]]:
    """For each share, how many units get own figures, a word, a joint table, nothing."""
    return [
        (at["share"], Counter("joint" if row["with"] else row["how"] for row in at["units"].values()))
        for at in facts["shares"]
    ]
