"""The share that has answered while a box is open: once a day, in whole tens, where ten or more are asked (SUR-4).

The whole of a region stands beside its municipalities only when what is left between them is nobody, or ten or more:
else the share of a small municipality would be the difference.
"""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count

from answers.actions.closing import nodes_of
from answers.models import BallotCode, Box, Rate
from answers.plan import Node
from answers.suppression import EXACT, rate_while_open


@transaction.atomic
def note_rates(*, now: datetime) -> int:
    """Note today's rate of every open box that has none yet; how many boxes were counted.

    A page reads these rows and never counts: whoever reloads it learns nothing of who has just answered.
    """
    counted = 0
    for box in Box.objects.taking_answers(now):
        today = now.astimezone(ZoneInfo(box.zone)).date()
        if Rate.objects.filter(box=box, on=today).exists():
            continue
        asked, used = _by_unit(box, None), _by_unit(box, True)
        rows, left = [], set(asked)
        for node, units in _groups(nodes_of(box)):
            tens = rate_while_open(_sum(used, units), _sum(asked, units))
            if not node.parent and 0 < _sum(asked, left) < EXACT:
                tens = ""
            if tens:
                left -= units
            rows.append(Rate(box=box, place=node.key if node.parent else "", on=today, tens=tens))
        Rate.objects.bulk_create(rows, ignore_conflicts=True)
        counted += 1
    return counted


def _by_unit(box: Box, used: bool | None) -> Counter[str]:
    codes = BallotCode.objects.filter(box=box)
    if used is not None:
        codes = codes.filter(used=used)
    return Counter(dict(codes.values_list("unit").annotate(n=Count("pk"))))


def _sum(counts: Counter[str], units: set[str]) -> int:
    return sum(counts[unit] for unit in units)


def _groups(nodes: list[Node]) -> list[tuple[Node, set[str]]]:
    """Each municipality and then the whole, with the places in them."""
    above = {node.key: node.parent for node in nodes}

    def inside(key: str, top: str) -> bool:
        while key:
            if key == top:
                return True
            key = above[key]
        return False

    wanted = sorted((node for node in nodes if not node.parent or node.level == "municipality"), key=_is_top)
    return [(node, {one.key for one in nodes if inside(one.key, node.key)}) for node in wanted]


def _is_top(node: Node) -> bool:
    return not node.parent
