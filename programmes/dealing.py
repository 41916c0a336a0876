"""Groups for a task: as even as they can be, and with people from different municipalities where there are some."""

from collections.abc import Hashable, Sequence
from hashlib import sha256
from typing import TypeVar

Who = TypeVar("Who", bound=Hashable)


def deal(people: Sequence[tuple[Who, Hashable]], *, most: int, salt: object = "") -> list[list[Who]]:
    """Share people, each with a municipality, between as few groups as hold `most` each.

    Groups differ by one person at most, and so does the number from any one municipality. The same people are always
    dealt alike for the same `salt`, and differently for another.
    """
    if not people:
        return []

    def mixed(who: Hashable) -> str:
        return sha256(f"{salt}:{who}".encode()).hexdigest()

    count = -(-len(people) // most)
    groups: list[list[Who]] = [[] for _ in range(count)]
    towns: dict[Hashable, list[Who]] = {}
    for who, town in people:
        towns.setdefault(town, []).append(who)
    # Those from one municipality stand in a row, so going round the groups spreads them as far as it can.
    in_turn = sorted(towns, key=lambda town: (-len(towns[town]), mixed(town)))
    row = [who for town in in_turn for who in sorted(towns[town], key=mixed)]
    for place, who in enumerate(row):
        groups[place % count].append(who)
    return groups


def join(people: Sequence[tuple[Who, Hashable]], groups: Sequence[Sequence[Hashable]]) -> list[tuple[Who, int]]:
    """Where each of those without a group goes: the smallest group, of such one with the fewest from her municipality.

    `groups` hold the municipalities of those who are in them. Without groups nobody goes anywhere.
    """
    there = [list(towns) for towns in groups]
    found = []
    for who, town in people:
        if not there:
            break
        place = min(range(len(there)), key=lambda n: (len(there[n]), there[n].count(town), n))
        there[place].append(town)
        found.append((who, place))
    return found
