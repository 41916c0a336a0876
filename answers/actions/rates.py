"""The share that has answered while a box is open: once a day, in whole tens, where ten or more are asked (SUR-4)."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count

from answers.actions.closing import nodes_of
from answers.models import BallotCode, Box, Rate
from answers.plan import Node
from answers.suppression import rate_while_open


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
        rows = []
        for node, units in _groups(nodes_of(box)):
            tens = rate_while_open(sum(used[unit] for unit in units), sum(asked[unit] for unit in units))
            rows.append(Rate(box=box, place=node.key if node.parent else "", on=today, tens=tens))
        Rate.objects.bulk_create(rows, ignore_conflicts=True)
        counted += 1
    return counted


def _by_unit(box: Box, used: bool | None) -> Counter[str]:
    codes = BallotCode.objects.filter(box=box)
    if used is not None:
        codes = codes.filter(used=used)
    return Counter(dict(codes.values_list("unit").annotate(n=Count("pk"))))


def _groups(nodes: list[Node]) -> list[tuple[Node, set[str]]]:
    """The whole and each municipality, with the places in them."""
    above = {node.key: node.parent for node in nodes}

    def inside(key: str, top: str) -> bool:
        while key:
            if key == top:
                return True
            key = above[key]
        return False

    wanted = [node for node in nodes if not node.parent or node.level == "municipality"]
    return [(node, {one.key for one in nodes if inside(one.key, node.key)}) for node in wanted]
