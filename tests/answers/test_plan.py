"""What is published says nothing exact about fewer than k people: the plan, the audit, and attacks on both.

The properties of the design, each with the test that asks it:

- P1 by the audit: `test_p1_no_plan_leaks_by_the_audit`
- P2 by brute force: `test_p2_no_plan_leaks_when_every_small_set_of_people_is_tried`
- P3 an insider: `test_p3_who_knows_one_own_answer_learns_nothing_of_fewer_than_four_others`
- P4 other answers: `test_p4_other_answers_never_change_what_is_published`
- P5 other names: `test_p5_other_names_publish_groups_of_the_same_sizes`
- P6 two releases: `test_p6_a_second_release_is_safe_or_refused`; the same asked again soon, own parts and slips among
  it: `test_own_parts.test_s7_own_parts_count_by_themselves_when_the_same_is_asked_again_soon`
- P7 questions left out: `test_p7_a_question_that_some_leave_out_leaks_nothing`; asked in some units only, counted as
  ballots are: `test_own_parts.test_p7_own_parts_and_unanswered_questions_leak_nothing`
- P8 exact sums: `test_p8_who_knows_every_sum_exactly_still_does_not_know_an_answer`
- P9 the same in every channel: `tests/competence/test_results.py` and `tests/programmes/test_evaluations.py`, by name
- P10 no page shows another group: in the same two modules
- P11 every threshold: `test_p11_the_promise_holds_for_every_threshold`
- P12 without a part of the protection: the three `test_p12_...` here, and those in `test_pools.py`

The worked example of the design, from its file to the release: `test_own_parts.py`.
"""

import time
from fractions import Fraction
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from answers import plan as planning
from answers.leaks import differ_by_few, find_leak, second_release_is_safe
from answers.plan import Node, Stratum, make_plan, tables_of_item
from answers.suppression import shown
from tests.answers.worked import worked_plan

EXAMPLES = pytest.mark.parametrize("examples", [200, pytest.param(5000, marks=pytest.mark.deep)])


def holds(examples, strategy, law):
    """The law holds for so many examples; a deep run looks elsewhere each time."""
    limits = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples <= 200,
        suppress_health_check=list(HealthCheck),
    )
    limits(given(strategy)(law))()


@st.composite
def regions(draw, most=60, units=5):
    """A region of municipalities and units with workers and managers, as nodes and counts."""
    nodes = [Node("R", "", "region")]
    counts = {}
    left = draw(st.integers(0, most))
    for m in range(draw(st.integers(1, 3))):
        nodes.append(Node(f"M{m}", "R", "municipality"))
        for u in range(draw(st.integers(0, units))):
            unit = Node(f"M{m}U{u}", f"M{m}")
            nodes.append(unit)
            for role, highest in (("worker", 13), ("manager", 4)):
                n = min(left, draw(st.integers(0, highest)))
                left -= n
                if n:
                    counts[Stratum(unit.key, role)] = n
        if draw(st.booleans()) and left:
            counts[Stratum(f"M{m}", "manager")] = 1
            left -= 1
    return nodes, counts


def people_of(counts):
    """Everybody, one number each, with the stratum."""
    return [stratum for stratum, n in sorted(counts.items()) for _ in range(n)]


def rank(rows):
    """Of a small matrix, in exact fractions."""
    rows = [[Fraction(value) for value in row] for row in rows]
    found = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((i for i in range(found, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for i in range(found + 1, len(rows)):
            if rows[i][column]:
                factor = rows[i][column] / rows[found][column]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[found], strict=True)]
        found += 1
    return found


def independent(rows):
    """As many of these rows as are independent, in the same span."""
    kept = []
    for row in rows:
        if rank([*kept, row]) == len(kept) + 1:
            kept.append(row)
    return kept


def exposed(vectors, k):
    """Fewer than k people, by number, whom a combination of the vectors touches alone: tried one set after another.

    This knows nothing of atoms and null spaces: some combination that is not zero lies within the set exactly when the
    vectors lose rank as the set's columns are taken away.
    """
    vectors = independent(vectors)
    full = len(vectors)
    for size in range(1, k):
        for chosen in combinations(range(len(vectors[0]) if vectors else 0), size):
            if rank([[v for i, v in enumerate(row) if i not in chosen] for row in vectors]) < full:
                return chosen
    return None


def vectors_of(tables, people):
    return [[int(stratum in table.strata) for stratum in people] for table in tables]


def test_the_worked_example_gives_exactly_its_tables():
    plan = make_plan(*worked_plan())
    assert {(table.key, table.n) for table in plan.tables} == {
        ("Home care", 14),
        ("Day care", 9),
        ("Admin+Social work", 10),
        ("Child", 6),
        ("Adult+Elder+IFO", 10),
        ("Alavesi", 33),
        ("region", 49),
        ("worker@region", 40),
        ("manager@region", 9),
    }
    assert {"Berga", "Cedersund", "IFO", "Adult", "Elder", "Admin", "Social work"} == set(plan.hidden_nodes)
    assert set(plan.hidden_roles) == {("manager", "Alavesi"), ("worker", "Alavesi")}


def test_sur_1_a_parent_of_14_8_and_4_publishes_the_small_ones_together():
    nodes = [Node("R", "", "region"), Node("P", "R", "municipality"), *(Node(unit, "P") for unit in "ABC")]
    plan = make_plan(nodes, {Stratum("A"): 14, Stratum("B"): 8, Stratum("C"): 4})
    assert {(table.key, table.n) for table in plan.tables} == {("A", 14), ("B+C", 12), ("P", 26), ("R", 26)}


def test_what_a_coordinator_confirms_tells_no_number_that_is_not_shown():
    """It stands on a page and in the log: over what is hidden, it would be a lock that anybody can try keys in."""
    nodes = [Node("R", "", "region"), Node("P", "R", "municipality"), *(Node(unit, "P") for unit in "AB")]

    def digest(workers, others, managers):
        counts = {Stratum("A", "worker"): workers, Stratum("B", "worker"): others, Stratum("A", "manager"): managers}
        return make_plan(nodes, counts).digest()

    assert len({digest(9, 6, 0), digest(8, 6, 1), digest(7, 7, 1), digest(6, 8, 1)}) == 1
    assert digest(9, 6, 0) != digest(9, 7, 0), "the whole is shown, and has one more"


def test_nothing_tells_whether_the_only_manager_has_answered():
    nodes = [Node("R", "", "region"), Node("P", "R", "municipality"), Node("A", "P")]
    with_her = make_plan(nodes, {Stratum("A", "worker"): 12, Stratum("A", "manager"): 1})
    without = make_plan(nodes, {Stratum("A", "worker"): 13})
    assert [(table.key, table.n) for table in with_her.tables] == [(table.key, table.n) for table in without.tables]
    assert with_her.hidden_roles == without.hidden_roles == (("worker", "P"), ("worker", "R"))


def test_a_region_of_four_publishes_nothing():
    plan = make_plan([Node("R", "", "region"), Node("U", "R")], {Stratum("U"): 4})
    assert plan.tables == ()
    assert make_plan([Node("R", "", "region"), Node("U", "R")], {}).tables == ()


@EXAMPLES
def test_p1_no_plan_leaks_by_the_audit(examples):
    def law(region):
        nodes, counts = region
        plan = make_plan(nodes, counts)
        assert find_leak([table.strata for table in plan.tables], counts) is None
        assert all(table.n >= 5 for table in plan.tables)
        if sum(counts.values()) >= 5:
            assert sum(block.n for block in plan.blocks) == sum(counts.values()), "somebody's answers are left out"

    holds(examples, regions(), law)


@EXAMPLES
def test_p2_no_plan_leaks_when_every_small_set_of_people_is_tried(examples):
    most = 13 if examples <= 200 else 17

    def law(region):
        nodes, counts = region
        people = people_of(counts)
        vectors = vectors_of(make_plan(nodes, counts).tables, people)
        assert exposed(vectors, 5) is None

    holds(examples, regions(most=most, units=3), law)


@EXAMPLES
def test_p3_who_knows_one_own_answer_learns_nothing_of_fewer_than_four_others(examples):
    def law(pair):
        (nodes, counts), chance = pair
        people = people_of(counts)
        vectors = vectors_of(make_plan(nodes, counts).tables, people)
        assume(vectors)
        insider = chance.randrange(len(people))
        # What is known of the insider can be subtracted: the insider's column says nothing more.
        others = [[value for i, value in enumerate(row) if i != insider] for row in vectors]
        assert exposed([row for row in others if any(row)], 4) is None

    holds(max(50, examples // 2), st.tuples(regions(most=13, units=3), st.randoms(use_true_random=False)), law)


@EXAMPLES
def test_p4_other_answers_never_change_what_is_published(examples):
    """A plan is made from counts: whatever was answered, and by whom within a stratum, the tables are the same."""

    def law(pair):
        (nodes, counts), chance = pair
        shuffled = list(counts.items())
        chance.shuffle(shuffled)
        again = make_plan(nodes, dict(shuffled))
        assert again.tables == make_plan(nodes, counts).tables
        assert again.digest() == make_plan(nodes, counts).digest()

    holds(examples, st.tuples(regions(), st.randoms(use_true_random=False)), law)


@EXAMPLES
def test_p5_other_names_publish_groups_of_the_same_sizes(examples):
    def law(pair):
        (nodes, counts), chance = pair
        names = [f"{chance.randrange(10**9)}-{node.key}" for node in nodes]
        other = {node.key: name for node, name in zip(nodes, names, strict=True)}
        renamed = [Node(other[node.key], other.get(node.parent, ""), node.level) for node in nodes]
        moved = {Stratum(other[stratum.unit], stratum.role): n for stratum, n in counts.items()}

        def sizes(plan):
            return sorted((table.kind, table.role, table.n) for table in plan.tables)

        assert sizes(make_plan(renamed, moved)) == sizes(make_plan(nodes, counts))

    holds(examples, st.tuples(regions(), st.randoms(use_true_random=False)), law)


@EXAMPLES
def test_p6_a_second_release_is_safe_or_refused(examples):
    def law(pair):
        (nodes, counts), chance = pair
        people = [(stratum, i) for i, stratum in enumerate(people_of(counts))]
        assume(people)
        gone = set(chance.sample(people, min(len(people), chance.randrange(10))))
        units = sorted({stratum for stratum, _i in people})
        new = [(chance.choice(units), 1000 + i) for i in range(chance.randrange(10))]
        plan = make_plan(nodes, counts)

        def groups(here):
            return [frozenset(who for who in here if who[0] in table.strata) for table in plan.tables]

        before, after = groups(people), groups([who for who in people if who not in gone] + new)
        assume(before)
        if second_release_is_safe(before, after):
            everybody = sorted(frozenset().union(*before, *after))
            vectors = [[int(who in group) for who in everybody] for group in [*before, *after]]
            assert exposed([row for row in vectors if any(row)], 5) is None

    holds(examples // 4, st.tuples(regions(most=9, units=3), st.randoms(use_true_random=False)), law)


def test_p6_one_person_more_in_a_second_release_is_refused():
    first = [frozenset(range(10)), frozenset(range(10, 20))]
    assert second_release_is_safe(first, first)
    assert not second_release_is_safe(first, [frozenset(range(11)), first[1]])
    assert not second_release_is_safe(first, [first[0], frozenset(range(10, 24))])
    assert second_release_is_safe(first, [first[0], frozenset(range(10, 25))])


def test_a_circle_that_differs_by_one_to_four_people_is_too_near():
    circle = set(range(20))
    assert not differ_by_few(circle, set(circle))
    assert all(differ_by_few(circle, circle | set(range(100, 100 + n))) for n in (1, 2, 3, 4))
    assert not differ_by_few(circle, circle | set(range(100, 105)))


@EXAMPLES
def test_p7_a_question_that_some_leave_out_leaks_nothing(examples):
    def law(pair):
        (nodes, counts), chance = pair
        answered = {stratum: n - min(n, chance.choice((0, 0, 0, 1, 1, 2, 5))) for stratum, n in counts.items()}
        tables = tables_of_item(make_plan(nodes, counts).tables, answered)
        people = people_of(answered)
        if vectors := vectors_of(tables, people):
            assert exposed(vectors, 5) is None
        assert all(sum(answered[stratum] for stratum in table.strata) >= 5 for table in tables)

    holds(examples, st.tuples(regions(most=13, units=3), st.randoms(use_true_random=False)), law)


def sets_that_can_be_worked_out(plan, counts):
    """Every set of strata whose sum follows from the published ones, by trying them all."""
    strata = sorted(counts)
    vectors = independent([[int(stratum in table.strata) for stratum in strata] for table in plan.tables])
    for chosen in product((0, 1), repeat=len(strata)):
        if any(chosen) and rank([*vectors, chosen]) == len(vectors):
            yield frozenset(stratum for stratum, there in zip(strata, chosen, strict=True) if there)


@EXAMPLES
def test_p8_who_knows_every_sum_exactly_still_does_not_know_an_answer(examples):
    """Each person's answer can lie in an interval of two steps, unless a set's mean is one that is shown clamped.

    The interval is found by moving answers about so that no published sum changes: between two people of one stratum,
    and along the whole numbers that every published set is blind to.
    """

    def law(pair):
        (nodes, counts), chance = pair
        assume(len(counts) <= 9)
        plan = make_plan(nodes, counts)
        assume(plan.tables)
        answers = {stratum: [chance.randint(1, 5) for _ in range(n)] for stratum, n in counts.items()}
        for group in sets_that_can_be_worked_out(plan, counts):
            values = [value for stratum in group for value in answers[stratum]]
            assert len(values) >= 5
            total, n = sum(values), len(values)
            if not Fraction(3, 2) < Fraction(total, n) < Fraction(9, 2):
                continue
            # All others as high, or as low, as the scale allows: how far one of the set can still be from that.
            lowest, highest = max(1, total - 5 * (n - 1)), min(5, total - (n - 1))
            assert highest - lowest >= 2

    holds(max(60, examples // 2), st.tuples(regions(most=40, units=3), st.randoms(use_true_random=False)), law)


@EXAMPLES
@pytest.mark.parametrize("k", range(5, 13))
def test_p11_the_promise_holds_for_every_threshold(examples, k):
    def law(region):
        nodes, counts = region
        plan = make_plan(nodes, counts, k=k)
        assert all(table.n >= k for table in plan.tables)
        assert find_leak([table.strata for table in plan.tables], counts, k=k) is None

    holds(examples // 8, regions(most=45, units=3), law)


def test_a_threshold_below_five_is_five():
    plan = make_plan([Node("R", "", "region"), Node("U", "R")], {Stratum("U"): 4}, k=2)
    assert plan.tables == ()
    assert plan.k == 5


# ---------- P12: without a part of the protection, an attack succeeds ----------


def leaks_of(nodes, counts):
    people = people_of(counts)
    vectors = vectors_of(make_plan(nodes, counts).tables, people)
    return exposed(vectors, 5) if vectors else None


SMALL = (
    [
        Node("R", "", "region"),
        Node("A", "R", "municipality"),
        Node("B", "R", "municipality"),
        Node("A1", "A"),
        Node("A2", "A"),
        Node("A3", "A"),
        Node("B1", "B"),
    ],
    {Stratum("A1", "worker"): 5, Stratum("A2", "worker"): 5, Stratum("A3", "worker"): 1, Stratum("B1", "worker"): 5},
)
ROLES = (
    [Node("R", "", "region"), *(node for m in "ABC" for node in (Node(m, "R", "municipality"), Node(f"{m}1", m)))],
    {
        Stratum("A1", "manager"): 5,
        Stratum("A1", "worker"): 1,
        Stratum("B1", "manager"): 1,
        Stratum("B1", "worker"): 9,
    },
)


def test_p12_without_the_merge_a_small_unit_can_be_worked_out(monkeypatch):
    assert leaks_of(*SMALL) is None
    monkeypatch.setattr(planning, "settle", lambda tree, blocks, residue, k: (blocks, frozenset()))
    monkeypatch.setattr(planning, "_is_union", lambda units, blocks: True)
    monkeypatch.setattr(planning, "find_leak", lambda *args, **rest: None)
    assert leaks_of(*SMALL) is not None


def test_p12_without_the_audit_of_roles_one_person_can_be_worked_out(monkeypatch):
    assert leaks_of(*ROLES) is None
    monkeypatch.setattr(planning, "find_leak", lambda *args, **rest: None)
    assert leaks_of(*ROLES) is not None


def test_p12_without_the_clamp_everybody_is_known_who_answered_alike(monkeypatch):
    from answers import suppression

    assert (shown({5: 12}).mean, shown({5: 12}).bins[2]) == (">=4.5", ">=90")
    monkeypatch.setattr(suppression, "_mean", lambda total, n: f"{total / n:.1f}")
    assert shown({5: 12}).mean == "5.0", "the clamp stands somewhere else too"


def test_pairs_are_not_enough_which_the_audit_knows():
    """Units of 5, 5 and 1 with their total: every set and every remainder has five, and yet one person stands alone."""
    groups = [frozenset("a"), frozenset("b"), frozenset("abc")]
    assert find_leak(groups, {"a": 5, "b": 5, "c": 1}) == {"c"}
    assert find_leak(groups, {"a": 5, "b": 5, "c": 5}) is None


@EXAMPLES
def test_the_audit_agrees_with_trying_every_set_of_people(examples):
    """On groups chosen at random, most of which leak."""
    circles = st.lists(st.sets(st.integers(0, 6), min_size=1).map(frozenset), min_size=1, max_size=6)
    weights = st.lists(st.integers(0, 4), min_size=7, max_size=7)

    def law(pair):
        groups, numbers = pair
        heavy = dict(enumerate(numbers))
        assume(sum(numbers) <= 14)
        people = [atom for atom, n in heavy.items() for _ in range(n)]
        vectors = [[int(who in group) for who in people] for group in groups]
        vectors = [row for row in vectors if any(row)]
        assert (find_leak(groups, heavy) is None) == (not vectors or exposed(vectors, 5) is None)

    holds(examples, st.tuples(circles, weights), law)


def test_a_region_of_600_people_in_60_units_is_planned_in_seconds():
    nodes = [Node("R", "", "region")]
    counts = {}
    for m in range(8):
        nodes.append(Node(f"M{m}", "R", "municipality"))
    for u in range(60):
        nodes.append(Node(f"U{u}", f"M{u % 8}"))
        counts[Stratum(f"U{u}", "worker")] = 3 + (u * 7) % 13
        counts[Stratum(f"U{u}", "manager")] = 1
    start = time.monotonic()
    plan = make_plan(nodes, counts)
    assert time.monotonic() - start < 20
    assert find_leak([table.strata for table in plan.tables], counts) is None


@pytest.mark.deep
def test_22_municipalities_with_four_roles_are_planned_in_a_minute_or_two():
    chance = Random(1)
    nodes, counts = [Node("R", "", "region")], {}
    for m in range(22):
        nodes.append(Node(f"M{m}", "R", "municipality"))
        for u in range(chance.randint(3, 14)):
            nodes.append(Node(f"M{m}U{u}", f"M{m}"))
            for role, n in (("worker", round(chance.lognormvariate(1.6, 0.6))), ("manager", 1), ("lead", u % 3 // 2)):
                counts[Stratum(f"M{m}U{u}", role)] = n
    start = time.monotonic()
    plan = make_plan(nodes, counts)
    assert time.monotonic() - start < 120
    assert find_leak([table.strata for table in plan.tables], counts) is None


def test_answers_of_600_people_to_20_questions_are_counted_in_less_than_a_minute():
    from answers import ballots

    chance = Random(1)
    steps = tuple({"sv": str(step)} for step in range(5))
    questions = tuple(ballots.Question(f"q{n}", "scale", {"sv": "Fråga"}, steps=steps) for n in range(20))
    form = ballots.Form((ballots.Page("area", {"sv": "Område"}, questions),))
    nodes = [Node("R", "", "region"), *(Node(f"M{m}", "R", "municipality") for m in range(8))]
    nodes += [Node(f"U{u}", f"M{u % 8}") for u in range(60)]
    rows = []
    for person in range(600):
        stratum = Stratum(f"U{person % 60}", "manager" if person < 60 else "worker")
        said = {one.key: chance.randint(1, 5) for one in questions if chance.random() < 0.95}
        rows.append((stratum, said))
    start = time.monotonic()
    outcome = ballots.count(form, nodes, rows, invited=700, k=5, words="against")
    assert time.monotonic() - start < 60
    assert len(outcome.tables["tables"]) > 60
