"""Whose turn it is to host: the one who has hosted least in the round, in the agreed order."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def next_hosts(
    order: Sequence[Key], hosted: Sequence[Key], count: int = 1, *, joined: Mapping[Key, int] | None = None
) -> list[Key]:
    """The fair next `count` hosts.

    `order` is the agreed order of those who take turns, `hosted` who has hosted so far, oldest first, and `joined`
    says after how many turns somebody came into the round (none: from the start). Nobody hosts twice before all have
    hosted once; who has hosted an extra time sits out a round, and a newcomer owes nothing for rounds before it came.
    """
    if not order:
        return []
    since = joined or {}
    level: Counter[Key] = Counter()
    for turn, host in enumerate(hosted):
        level[host] += 1
        _end_round(level, [key for key in order if since.get(key, 0) <= turn])
    place = {key: n for n, key in enumerate(order)}
    proposed: list[Key] = []
    for _turn in range(count):
        host = min(order, key=lambda key: (level[key], place[key]))
        proposed.append(host)
        level[host] += 1
        _end_round(level, order)
    return proposed


def _end_round(level: Counter[Key], taking_turns: Sequence[Key]) -> None:
    """When everyone has hosted, a new round begins."""
    while taking_turns and min(level[key] for key in taking_turns) > 0:
        for key in taking_turns:
            level[key] -= 1
