"""Whether published groups say anything exact about fewer than `k` people (S5), decided from counts alone.

Let each published group be the 0/1 vector of the people in it, and V all rational combinations of these vectors. The
promise I1 is that every vector of V other than zero touches at least `k` people: then no sum, difference or weighted
combination of tables is a statement about fewer. A vector of V that touches fewer is a leak.

People who are in exactly the same groups cannot be told apart by any combination: they form one class, with their
number as its weight, and V is constant on it. The search narrows V without losing a leak:

- A leak is zero on every class of weight `k` or more, for it touches a class wholly or not at all. So only the vectors
  of V that are zero there are kept, found by elimination in exact integers.
- Two classes on which all vectors kept are proportional are zero together or not: they are joined to one, with the sum
  of their weights, which may now be `k` or more. Then the first step is taken again, until nothing changes.
- What is left falls into parts that share no vector of a reduced basis. A leak's share in one part is a vector of its
  own, and touches no more people than the whole: each part is searched by itself.

In a part, let N be a basis of the null space of its vectors, one row a class. The vectors are exactly what is
orthogonal to the columns of N, so there is one, not zero, that touches only the classes of a set U if and only if the
rows of N that belong to U are linearly dependent: its entries are the coefficients. The search goes through every set U
of total weight below `k`: a row that is zero, two rows that are parallel, and for more the same question after dividing
by one row of the set. Only here is calculated modulo a large prime: rows with a rational dependency have an integer one
whose entries share no factor, which stays one modulo the prime. So the arithmetic can err towards refusing a harmless
table, never towards publishing a leak.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from math import gcd
from typing import TypeVar

from answers.suppression import K, floor_of

PRIME = 2**61 - 1
Row = dict[int, int]
Who = TypeVar("Who", bound=Hashable)


def find_leak(groups: Sequence[AbstractSet[Who]], weights: Mapping[Who, int], *, k: int = K) -> frozenset[Who] | None:
    """Strata (or people), fewer than `k` in all, about which the groups together say something exact; None without any.

    `weights` says how many people stand behind each element; one that stands for nobody is left out. Which leak is
    found among several depends on sizes first, so that other names lead to the same decisions.
    """
    k = floor_of(k)
    atoms = _atoms(groups, weights)
    sizes = [sum(weights.get(who, 0) for who in group) for group in groups]

    def by_size(signs: frozenset[int]) -> tuple[int, list[int], str]:
        return _weight(atoms[signs], weights), sorted(sizes[i] for i in signs), min(map(repr, atoms[signs]))

    order = sorted(atoms, key=by_size)
    classes = {column: [column] for column in range(len(order))}
    heavy = {column: _weight(atoms[signs], weights) for column, signs in enumerate(order)}
    rows = _reduced([{i: 1 for i, signs in enumerate(order) if index in signs} for index in range(len(groups))])
    rows = _narrowed(rows, classes, heavy, k)
    for part in _parts(_reduced(rows)):
        columns = sorted({column for row in part for column in row})
        kernel = _null_rows(part, columns)
        light = [(column, heavy[column], kernel[column]) for column in columns]
        light.sort(key=lambda row: (row[1], row[0]))
        if (found := _dependent(light, k - 1)) is not None:
            return frozenset(who for column in found for one in classes[column] for who in atoms[order[one]])
    return None


def _atoms(groups: Sequence[AbstractSet[Who]], weights: Mapping[Who, int]) -> dict[frozenset[int], list[Who]]:
    """Those who are in exactly the same groups, by which groups these are."""
    signs: dict[Who, set[int]] = {}
    for index, group in enumerate(groups):
        for who in group:
            if weights.get(who, 0):
                signs.setdefault(who, set()).add(index)
    atoms: dict[frozenset[int], list[Who]] = {}
    for who, found in signs.items():
        atoms.setdefault(frozenset(found), []).append(who)
    return atoms


def _weight(atom: Iterable[Who], weights: Mapping[Who, int]) -> int:
    return sum(weights[who] for who in atom)


def _reduced(vectors: Sequence[Row]) -> list[Row]:
    """A basis of the span of these vectors, each with a leading column that no other has; in exact integers."""
    leads: dict[int, Row] = {}
    for vector in vectors:
        row = dict(vector)
        for column in [column for column in row if column in leads]:
            row = _eliminate(row, column, leads[column])
        if not row:
            continue
        # The column that fewest other rows hold keeps the rows short.
        chosen = min(row, key=lambda column: (sum(column in other for other in leads.values()), column))
        for column, other in leads.items():
            if chosen in other:
                leads[column] = _eliminate(other, chosen, row)
        leads[chosen] = row
    return list(leads.values())


def _narrowed(rows: list[Row], classes: dict[int, list[int]], weights: dict[int, int], k: int) -> list[Row]:
    """The vectors that are zero on all classes of weight `k` or more; proportional classes are joined on the way."""
    while True:
        for column in [column for column in classes if weights[column] >= k]:
            lead = next((row for row in rows if column in row), None)
            if lead is not None:
                rows = [_eliminate(row, column, lead) if column in row else row for row in rows if row is not lead]
            del classes[column]
        first: dict[tuple[tuple[int, int], ...], int] = {}
        joined = False
        for column in sorted(classes):
            ray = _ray([(index, row[column]) for index, row in enumerate(rows) if column in row])
            if not ray:
                del classes[column]
            elif (same := first.setdefault(ray, column)) != column:
                classes[same] += classes.pop(column)
                weights[same] += weights[column]
                rows = [{key: value for key, value in row.items() if key != column} for row in rows]
                joined = joined or weights[same] >= k
        if not joined:
            return rows


def _ray(entries: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Entries up to a factor."""
    if not entries:
        return ()
    common = gcd(*(value for _index, value in entries))
    sign = 1 if entries[0][1] > 0 else -1
    return tuple((index, sign * value // common) for index, value in entries)


def _parts(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that share columns, directly or through others, together."""
    parts: list[tuple[set[int], list[Row]]] = []
    for row in rows:
        columns, together = set(row), [row]
        apart = []
        for held, others in parts:
            if held & columns:
                columns |= held
                together += others
            else:
                apart.append((held, others))
        parts = [*apart, (columns, together)]
    return [together for _columns, together in parts]


def _null_rows(basis: Sequence[Row], columns: Sequence[int]) -> dict[int, Row]:
    """The rows of a basis of the null space, by column and modulo the prime; `basis` is a reduced one."""
    held: dict[int, int] = {}
    for row in basis:
        for column in row:
            held[column] = held.get(column, 0) + 1
    rows: dict[int, Row] = {column: {column: 1} for column in columns}
    leads: list[tuple[int, Row]] = []
    for row in basis:
        leads.append((next(column for column in row if held[column] == 1), row))
    for lead, row in leads:
        if row[lead] % PRIME == 0:
            raise ArithmeticError("a leading entry is a multiple of the prime")
        inverse = pow(row[lead], -1, PRIME)
        values = {free: -value * inverse % PRIME for free, value in row.items() if free != lead}
        rows[lead] = {free: value for free, value in values.items() if value}
    return rows


def _eliminate(row: Row, column: int, by: Row) -> Row:
    """The row without `column`, by a multiple of another, with no factor common to all its entries."""
    factor, other = by[column], row[column]
    result = {key: value * factor for key, value in row.items()}
    for key, value in by.items():
        result[key] = result.get(key, 0) - value * other
    result = {key: value for key, value in result.items() if value}
    common = gcd(*result.values()) if result else 1
    return {key: value // common for key, value in result.items()} if common > 1 else result


def _dependent(rows: list[tuple[int, int, Row]], budget: int) -> set[int] | None:
    """A set of dependent rows whose weights come to at most `budget`, smallest sets first; None when there is none.

    For a set of three or more, one of its rows is divided out: the others are then dependent if and only if all were.
    """
    for column, weight, row in rows:
        if not row and weight <= budget:
            return {column}
    seen: dict[tuple[tuple[int, int], ...], tuple[int, int]] = {}
    for column, weight, row in rows:
        if not row:
            continue
        direction = _direction(row)
        if direction in seen and seen[direction][1] + weight <= budget:
            return {seen[direction][0], column}
        if direction not in seen or weight < seen[direction][1]:
            seen[direction] = (column, weight)
    for index, (column, weight, row) in enumerate(rows):
        rest = [other for other in rows[index + 1 :] if weight + other[1] <= budget]
        if len(rest) < 2 or weight + sum(sorted(other[1] for other in rest)[:2]) > budget:
            continue
        lead = next(iter(row))
        quotient = [(other, heavy, _quotient(theirs, row, lead)) for other, heavy, theirs in rest]
        if (found := _dependent(quotient, budget - weight)) is not None:
            return {column, *found}
    return None


def _direction(row: Row) -> tuple[tuple[int, int], ...]:
    """A row up to a factor: parallel rows have the same."""
    entries = sorted(row.items())
    inverse = pow(entries[0][1], -1, PRIME)
    return tuple((column, value * inverse % PRIME) for column, value in entries)


def _quotient(row: Row, by: Row, lead: int) -> Row:
    """The row modulo another: without the other's leading column."""
    if lead not in row:
        return row
    factor = row[lead] * pow(by[lead], -1, PRIME) % PRIME
    result = dict(row)
    for column, value in by.items():
        left = (result.get(column, 0) - factor * value) % PRIME
        if left:
            result[column] = left
        else:
            result.pop(column, None)
    return result


# ---------- Across time (S7) ----------


def differ_by_few(before: AbstractSet[Hashable], after: AbstractSet[Hashable], *, k: int = K) -> bool:
    """Whether two circles of people differ by somebody, but by fewer than `k`: a second round would speak of these."""
    return 0 < len(before ^ after) < floor_of(k)


def second_release_is_safe(
    before: Sequence[AbstractSet[Hashable]], after: Sequence[AbstractSet[Hashable]], *, k: int = K
) -> bool:
    """Whether groups of people may be published although earlier ones were: each pair differs by nobody or by `k`.

    Both families are given block by block, in the same order; and all of them together must say nothing exact about
    fewer than `k`.
    """
    if len(before) != len(after) or any(differ_by_few(one, two, k=k) for one, two in zip(before, after, strict=True)):
        return False
    people = frozenset().union(*before, *after)
    return find_leak([*before, *after], dict.fromkeys(people, 1), k=k) is None
