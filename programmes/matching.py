"""Who is the best mentor for whom: as many pairs as possible, then the best ones, nobody above her room."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar


class Key(Protocol):
    """What stands for a person or a mentor: it has an order, by which ties are broken."""

    def __lt__(self, other: Any, /) -> bool: ...

    def __hash__(self) -> int: ...


Person = TypeVar("Person", bound=Key)
Mentor = TypeVar("Mentor", bound=Key)


def match(
    costs: Mapping[tuple[Person, Mentor], int],
    room: Mapping[Mentor, int],
    *,
    load: Mapping[Mentor, int] | None = None,
    crowding: int = 0,
) -> dict[Person, Mentor]:
    """The best mentor for each person, of those pairs that are allowed: the keys of `costs`.

    As many people as possible get a mentor; of all such ways the one that costs least. A mentor takes `room` more at
    most; one who then has n mentees, those in `load` too, costs `crowding` times n for each new one, so that nobody has
    many while others have none. Of ways that cost the same, who comes first in order gets the mentor who does. So the
    answer depends on what is asked alone, not on the order in which it stands there.

    Solved as a flow of least cost: a linear programme whose corners are whole numbers.
    """
    pairs = sorted(pair for pair in costs if room.get(pair[1], 0) > 0)
    if not pairs:
        return {}
    # Loaded when it is needed, since nothing else of a page needs it.
    import highspy
    import numpy as np

    people = {person: n for n, person in enumerate(sorted({person for person, _mentor in pairs}))}
    mentors = {mentor: n for n, mentor in enumerate(sorted({mentor for _person, mentor in pairs}))}
    # A place with a mentor: her first new mentee, her second one, each dearer than the one before.
    places = [(mentor, n) for mentor in mentors for n in range(min(room[mentor], len(people)))]
    # Three wishes in one number each: nothing of a lower one outweighs one unit of a higher one.
    ties = [(len(people) - people[person]) * mentors[mentor] for person, mentor in pairs]
    whole = len(people) * max(ties) + 1
    wishes = [costs[pair] * whole + tie for pair, tie in zip(pairs, ties, strict=True)]
    wishes += [crowding * ((load or {}).get(mentor, 0) + n + 1) * whole for mentor, n in places]
    pair_is_worth = 2 * len(people) * max(abs(wish) for wish in wishes) + 1
    cost = [wish - pair_is_worth for wish in wishes[: len(pairs)]] + wishes[len(pairs) :]

    # A row for each person (one mentor at most) and for each mentor (as many people as places are taken).
    columns: list[list[tuple[int, int]]] = [
        [(people[person], 1), (len(people) + mentors[mentor], 1)] for person, mentor in pairs
    ]
    columns += [[(len(people) + mentors[mentor], -1)] for mentor, _n in places]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(columns), len(people) + len(mentors)
    model.col_cost_ = np.array(cost, dtype=np.double)
    model.col_lower_, model.col_upper_ = np.zeros(len(columns)), np.ones(len(columns))
    model.row_lower_ = np.array([0.0] * len(people) + [-highspy.kHighsInf] * len(mentors))
    model.row_upper_ = np.array([1.0] * len(people) + [0.0] * len(mentors))
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.cumsum([0] + [len(column) for column in columns], dtype=np.int32)
    model.a_matrix_.index_ = np.array([row for column in columns for row, _sign in column], dtype=np.int32)
    model.a_matrix_.value_ = np.array([sign for column in columns for _row, sign in column], dtype=np.double)
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("solver", "simplex"), ("presolve", "off")):
        solver.setOptionValue(option, value)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError(f"the solver gave up: {solver.getModelStatus()}")
    taken = solver.getSolution().col_value
    return {person: mentor for n, (person, mentor) in enumerate(pairs) if taken[n] > 0.5}


def burden(
    pairs: Mapping[Person, Mentor],
    costs: Mapping[tuple[Person, Mentor], int],
    *,
    load: Mapping[Mentor, int] | None = None,
    crowding: int = 0,
) -> int:
    """What these pairs cost, as `match` counts it."""
    total = 0
    having: defaultdict[Mentor, int] = defaultdict(int, load or {})
    for person, mentor in pairs.items():
        having[mentor] += 1
        total += costs[person, mentor] + crowding * having[mentor]
    return total
