"""Groups of people so that as few as possible meet somebody from the same unit, and nobody her own manager.

Pure: numbers in, numbers out. People are dealt unit by unit, one to each group in turn: then every unit is spread as
evenly as the number of groups allows, so no other groups have fewer pairs from one unit. Only where this puts people
together who may not be, everything is searched: placing one person after the other and giving up a branch as soon as it
cannot be better than the best that is known. The search is exact as long as it ends within `STEPS`; larger cases keep
the best that it has found until then, which starts from dealing with the conflicts exchanged away.

Equal input gives equal groups, in whatever order the people come.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

FEWEST, MOST = 3, 8
STEPS = 60_000


@dataclass(frozen=True, order=True)
class Candidate:
    """Somebody who is to be in a group, and the unit that counts as the same."""

    unit: int
    key: int


@dataclass(frozen=True)
class Rules:
    """Who may not be together, and whom which group cannot take because of who leads it."""

    apart: frozenset[frozenset[int]] = frozenset()
    barred: tuple[frozenset[int], ...] = ()

    def allows(self, key: int, group: int, others: Iterable[int]) -> bool:
        """Whether this person may join these others in this group."""
        if group < len(self.barred) and key in self.barred[group]:
            return False
        return all(frozenset((key, other)) not in self.apart for other in others)


@dataclass(frozen=True)
class Grouping:
    """The groups; who could not be placed; how many pairs are of one unit, and whether fewer are impossible."""

    groups: tuple[tuple[int, ...], ...]
    left: tuple[int, ...] = ()
    pairs: int = 0
    exact: bool = True


def sizes(people: int, wanted: int) -> tuple[int, ...]:
    """How large the groups are: between three and eight, as even as possible, nearest to what is wanted."""
    choices = range(-(-people // MOST), people // FEWEST + 1)
    if people < FEWEST or not choices:
        return ()
    number = min((n for n in choices if n), key=lambda n: (abs(people - wanted * n) / n, n))
    return tuple(people // number + (n < people % number) for n in range(number))


def pairs_in(groups: Iterable[Iterable[int]], unit_of: Mapping[int, int]) -> int:
    """How many pairs of one unit stand in the same group."""
    return sum(n * (n - 1) // 2 for group in groups for n in Counter(unit_of[key] for key in group).values())


def fewest_pairs(people: Iterable[Candidate], number: int) -> int:
    """What no grouping into so many groups can go below: each unit spread evenly."""
    found = 0
    for count in Counter(one.unit for one in people).values():
        small, more = divmod(count, number)
        found += more * (small + 1) * small // 2 + (number - more) * small * (small - 1) // 2
    return found


def propose(
    people: Collection[Candidate], wanted: int, *, apart: Iterable[Collection[int]] = (),
    barred: Sequence[Collection[int]] = (), steps: int = STEPS,
) -> Grouping:  # fmt: skip
    """Groups of these people; `barred` says whom each leader in turn cannot have, the first leader leads again.

    Whoever has most conflicts is left out where everybody cannot be placed.
    """
    pairs = frozenset(frozenset(pair) for pair in apart)
    staying, left = sorted(people), list[int]()
    while shape := sizes(len(staying), wanted):
        turns = tuple(frozenset(barred[n % len(barred)]) for n in range(len(shape))) if barred else ()
        rules = Rules(pairs, turns)
        found = _Search(staying, shape, rules, steps).best()
        if found is not None:
            return Grouping(found[0], tuple(sorted(left)), *found[1:])
        left.append(_most_in_conflict(staying, rules))
        staying = [one for one in staying if one.key != left[-1]]
    return Grouping((), tuple(sorted([*left, *(one.key for one in staying)])))


def _most_in_conflict(people: Sequence[Candidate], rules: Rules) -> int:
    keys = {one.key for one in people}
    conflicts = Counter(key for pair in rules.apart if pair <= keys for key in pair)
    conflicts.update(key for group in rules.barred for key in group if key in keys)
    return max(people, key=lambda one: (conflicts[one.key], one.key)).key


Groups = tuple[tuple[int, ...], ...]


@dataclass
class _Search:
    people: Sequence[Candidate]
    shape: tuple[int, ...]
    rules: Rules
    steps: int
    unit_of: dict[int, int] = field(init=False)
    known: tuple[int, Groups] | None = None
    taken: int = 0

    def __post_init__(self) -> None:
        self.unit_of = {one.key: one.unit for one in self.people}

    def best(self) -> tuple[Groups, int, bool] | None:
        """The groups with fewest pairs, how many pairs, and whether it is proven; None where nothing fits."""
        least = fewest_pairs(self.people, len(self.shape))
        dealt = self._exchanged(self._dealt())
        if self._fits(dealt):
            groups = tuple(tuple(sorted(group)) for group in dealt)
            self.known = pairs_in(groups, self.unit_of), groups
        if self.known is None or self.known[0] > least:
            self._place(0, [[] for _size in self.shape], 0, self._hardest_first(), least)
        if self.known is None:
            return None
        pairs, groups = self.known
        return groups, pairs, pairs == least or self.taken <= self.steps

    def _dealt(self) -> list[list[int]]:
        """One to each group in turn, unit by unit: the first groups get one more."""
        groups: list[list[int]] = [[] for _size in self.shape]
        for n, one in enumerate(self.people):
            groups[n % len(groups)].append(one.key)
        return groups

    def _fits(self, groups: Sequence[Sequence[int]]) -> bool:
        return not any(self._wrong(groups, n, key) for n, group in enumerate(groups) for key in group)

    def _wrong(self, groups: Sequence[Sequence[int]], n: int, key: int) -> bool:
        return not self.rules.allows(key, n, [other for other in groups[n] if other != key])

    def _exchanged(self, groups: list[list[int]]) -> list[list[int]]:
        """Change places with somebody in another group, as long as a conflict goes and none comes; fewest pairs first.

        Each change makes one conflict less, so it ends.
        """
        while True:
            wrong = [(n, key) for n, group in enumerate(groups) for key in group if self._wrong(groups, n, key)]
            better: list[tuple[int, int, list[list[int]]]] = []
            for n, key in wrong:
                for m, other in ((m, other) for m, group in enumerate(groups) if m != n for other in group):
                    tried = [[*group] for group in groups]
                    tried[n][tried[n].index(key)], tried[m][tried[m].index(other)] = other, key
                    conflicts = sum(self._wrong(tried, g, one) for g, group in enumerate(tried) for one in group)
                    if conflicts < len(wrong):
                        better.append((conflicts, pairs_in(tried, self.unit_of), tried))
            if not better:
                return groups
            groups = min(better)[2]

    def _hardest_first(self) -> list[Candidate]:
        conflicts: dict[int, int] = defaultdict(int)
        for key in (key for pair in self.rules.apart for key in pair):
            conflicts[key] += 1
        for key in (key for group in self.rules.barred for key in group):
            conflicts[key] += 1
        large = Counter(one.unit for one in self.people)
        return sorted(self.people, key=lambda one: (-conflicts[one.key], -large[one.unit], one.unit, one.key))

    def _place(self, n: int, groups: list[list[int]], pairs: int, order: Sequence[Candidate], least: int) -> None:
        """Try every group for the next person, those that cost least first."""
        if self.taken > self.steps or (self.known is not None and (pairs >= self.known[0] or self.known[0] == least)):
            return
        self.taken += 1
        if n == len(order):
            self.known = pairs, tuple(tuple(sorted(group)) for group in groups)
            return
        one = order[n]
        for cost, group in sorted(self._choices(one, groups)):
            groups[group].append(one.key)
            self._place(n + 1, groups, pairs + cost, order, least)
            groups[group].pop()

    def _choices(self, one: Candidate, groups: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
        """The groups that may take the person, with the pairs that each would cost; of alike empty ones the first."""
        small, large = min(self.shape), max(self.shape)
        more = sum(size > small for size in self.shape)
        full = sum(len(group) > small for group in groups)
        found, empty = [], set()
        for n, group in enumerate(groups):
            if len(group) >= (large if full < more or len(group) > small else small):
                continue
            if not group:
                bar = self.rules.barred[n] if self.rules.barred else frozenset()
                if bar in empty:
                    continue
                empty.add(bar)
            if self.rules.allows(one.key, n, group):
                found.append((sum(self.unit_of[other] == one.unit for other in group), n))
        return found
