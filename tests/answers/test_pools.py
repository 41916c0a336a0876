"""A total over boxes: it sums only what is published itself, says nothing of what is not, and is counted once."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from answers import actions, keys, pools, seals
from answers.actions.pools import count_pool
from answers.leaks import find_leak
from answers.models import Ballot, Box, FreeText, Part, Release
from answers.pools import ALL, Sums, Text, summed, texts_to_read, total
from answers.states import BoxState, TextState
from answers.suppression import shown
from tests.answers.conftest import TOLD, open_box
from tests.answers.test_plan import EXAMPLES, exposed, holds, rank
from tests.cast import NOW

END = NOW + timedelta(days=11)
LATER = NOW + timedelta(days=40)


def tallies(high):
    """How many chose each of the five steps, so many at most: one number is one tally, which is quick to draw."""
    base = high + 1
    return st.integers(0, base**5 - 1).map(
        lambda code: {step: code // base ** (step - 1) % base for step in range(1, 6)}
    )


@st.composite
def days(draw, first=1, most=5, high=6):
    """What is published of the days of a round: some of fewer than five, some questions left out by many."""
    found = []
    for number in range(draw(st.integers(1, most))):
        score, own = draw(tallies(high)), draw(tallies(high))
        n = max(sum(score.values()), sum(own.values()))
        kept = {key: tally for key, tally in (("score", score), ("own", own)) if sum(tally.values()) >= 5}
        found.append(Sums(first + number, n, n + draw(st.integers(0, 9)), kept))
    return found


def sizes(boxes, key):
    return {one.box: one.n if key == ALL else sum(one.tallies[key].values()) for one in boxes}


def published(boxes, key):
    """Every group of which this question is shown: each day that shows it, and the total."""
    own = [one for one in boxes if one.n >= 5 and (key == ALL or key in one.tallies)]
    groups = [frozenset([one.box]) for one in own]
    inside = total(boxes, k=5)["sums"].get(key, [])
    return own, [*groups, frozenset(inside)] if inside else groups


# ---------- The total, from counts and sums ----------


@EXAMPLES
def test_p1_days_total_and_the_round_before_say_nothing_exact_about_fewer_than_five(examples):
    def law(pair):
        now, then = pair
        for key in (ALL, "score", "own"):
            groups, weights = [], {}
            for boxes in (now, then):
                own, family = published(boxes, key)
                groups += family
                weights |= sizes(own, key)
            assert find_leak(groups, weights) is None

    holds(examples, st.tuples(days(most=4), days(first=100, most=3)), law)


@EXAMPLES
def test_p2_p3_every_small_set_is_tried_also_by_one_who_answered_on_each_day(examples):
    """Somebody who knows an own answer on every day subtracts them all: what is left touches four others a day."""

    def law(boxes):
        own, groups = published(boxes, "score")
        weights = sizes(own, "score")
        assume(groups and sum(weights.values()) <= 17)
        people = [box for box, n in weights.items() for _ in range(n)]
        vectors = [[int(box in group) for box in people] for group in groups]
        assert exposed(vectors, 4) is None
        assert find_leak(groups, weights) is None
        insider = [box for box, n in weights.items() for _ in range(n - 1)]
        others = [[int(box in group) for box in insider] for group in groups]
        assert exposed(others, 4) is None

    holds(max(50, examples // 4), days(most=3, high=2), law)


@EXAMPLES
def test_a_hidden_day_is_in_no_sum_whatever_was_answered_on_it(examples):
    """With a day of fewer than five or without it, everything that is published is the same, the number asked too."""

    def law(pair):
        boxes, hidden = pair
        n = sum(hidden.values())
        assume(n < 5)
        with_it = [*boxes, Sums(999, n, 12, {"score": hidden})]
        assert total(with_it, k=5) == total(boxes, k=5)

    holds(examples, st.tuples(days(), tallies(1)), law)


@EXAMPLES
def test_a_question_that_is_hidden_on_a_day_is_not_in_its_total(examples):
    def law(boxes):
        found = total(boxes, k=5)
        for key in ("score", "own"):
            inside = found["sums"].get(key, [])
            assert set(inside) == {one.box for one in boxes if one.n >= 5 and key in one.tallies}
            tally = Counter()
            for one in boxes:
                if one.box in inside:
                    tally.update(one.tallies[key])
            item = found["tables"][0]["items"].get(key) if found["tables"] else None
            assert (item is None) == (not inside)
            if item:
                assert item == {**shown(tally).as_json(), "n": ""}, "the one function that shows figures"

    holds(examples, days(), law)


@EXAMPLES
def test_p4_other_answers_never_change_which_days_are_summed(examples):
    def law(boxes):
        turned = []
        for one in boxes:
            other = {key: {6 - step: n for step, n in tally.items()} for key, tally in one.tallies.items()}
            turned.append(Sums(one.box, one.n, one.invited, other))
        assert total(turned, k=5)["sums"] == total(boxes, k=5)["sums"]
        assert total(turned[::-1], k=5)["turnout"] == total(boxes, k=5)["turnout"]

    holds(examples, days(), law)


@EXAMPLES
def test_p8_who_knows_every_sum_of_days_and_total_exactly_does_not_know_an_answer(examples):
    """Whatever union of days can be worked out, one of its people can still have answered two steps apart."""

    def law(boxes):
        own, groups = published(boxes, "score")
        assume(groups)
        rows = [[int(one.box in group) for one in own] for group in groups]
        base = rank(rows)
        for chosen in product((0, 1), repeat=len(own)):
            if not any(chosen) or rank([*rows, list(chosen)]) > base:
                continue
            tally = Counter()
            for one, there in zip(own, chosen, strict=True):
                if there:
                    tally.update(one.tallies["score"])
            n, score = sum(tally.values()), sum(step * count for step, count in tally.items())
            assert n >= 5
            if Fraction(3, 2) < Fraction(score, n) < Fraction(9, 2):
                assert min(5, score - (n - 1)) - max(1, score - 5 * (n - 1)) >= 2

    holds(max(60, examples // 2), days(most=4), law)


@EXAMPLES
@pytest.mark.parametrize("k", [5, 8, 12])
def test_p11_a_higher_threshold_holds_for_the_total_too(examples, k):
    def law(boxes):
        for key, inside in summed(boxes, k=k).items():
            weights = sizes(inside, key)
            assert all(n >= k for n in weights.values())
            assert find_leak([*(frozenset([box]) for box in weights), frozenset(weights)], weights, k=k) is None

    holds(examples // 4, days(), law)


def test_p12_a_total_over_a_hidden_day_would_be_found(monkeypatch):
    """Without the rule that sums only published days, total minus days is a statement about three people."""
    boxes = [Sums(1, 8, 10, {"score": {4: 8}}), Sums(2, 3, 10, {"score": {1: 3}})]
    groups = [frozenset([1]), frozenset([1, 2])]
    assert find_leak(groups, {1: 8, 2: 3}) == {2}
    assert total(boxes, k=5)["sums"] == {ALL: [1], "score": [1]}
    assert not pools.audited([(1, 8), (2, 3)], k=5)


def test_words_are_read_together_from_ten_texts_of_at_least_five_people():
    def written(*by_day):
        return [Text(day, "good", "x") for day, n in enumerate(by_day) for _ in range(n)]

    assert len(texts_to_read(written(6, 4), k=5)) == 10
    assert texts_to_read(written(5, 4), k=5) == []
    assert texts_to_read(written(4, 4, 4), k=5) == [], "the same four may have written every day"
    assert texts_to_read(written(6, 5), k=12) == []
    assert texts_to_read([], k=5) == []


@pytest.mark.parametrize("part", [Sums(3, 7, 9, {"score": {1: 2, 5: 5}}), Text(3, "good", "Åska 🌩 i Årsta")])
def test_a_part_comes_back_as_it_was_sealed(part):
    assert pools.unpack(pools.pack(part)) == part


# ---------- Counted once ----------


def counted(*answers, pool="tests.pool:1", asked=14):
    """Days on which so many answered with a score and some wrote: [(scores, writers)]."""
    boxes = []
    for day, (scores, writers) in enumerate(answers, start=1):
        opened = open_box(asked, owner=f"tests.thing:{pool}{day}", pool=pool)
        for number, score in enumerate(scores):
            opened.vote(number, score=score, **({"good": f"Dag {day} nr {number}"} if number < writers else {}))
        boxes.append(opened.end())
    return boxes


def close(owner="tests.pool:1"):
    assert actions.close_pool(owner=owner)
    assert actions.count_due(now=LATER) == 1
    return Box.objects.get(owner=owner)


@pytest.mark.django_db
def test_evt_25_the_total_of_published_days_is_released_once_and_its_key_destroyed(keys_folder):
    first, second, third = counted(([4] * 12, 0), ([2] * 7, 0), ([1] * 4, 0))
    pool = close()
    release = pool.release.tables
    assert release["sums"] == {ALL: [first.pk, second.pk], "score": [first.pk, second.pk]}
    assert release["turnout"] == {"n": "19", "invited": 28, "percent": "68"}
    assert release["tables"][0]["items"]["score"] == {
        "how": "figures", "n": "", "word": "", "mean": "3.3", "bins": ["40", "<=10", "60"],
    }  # fmt: skip
    assert third.release.tables["turnout"]["n"] == ""
    assert release["questions"][0]["label"]["en"] == "How good was the day?"
    assert not Part.objects.exists()
    assert list(keys_folder.iterdir()) == []
    assert ("pooled", pool.pk) in TOLD
    assert not actions.close_pool(owner="tests.pool:1")
    assert actions.count_due(now=LATER) == 0
    assert Release.objects.filter(box=pool).count() == 1


@pytest.mark.django_db
def test_words_of_several_days_wait_to_be_read_when_enough_people_wrote_and_keep_no_day():
    counted(([3] * 8, 6), ([3] * 8, 6))
    pool = close()
    texts = FreeText.objects.all()
    assert {(text.box_id, text.state, text.question, text.place) for text in texts} == {
        (pool.pk, TextState.WAITING, "good", "")
    }
    assert texts.count() == 12


@pytest.mark.django_db
def test_words_of_too_few_over_all_days_are_gone_unread():
    counted(([3] * 8, 5), ([3] * 8, 4))
    close()
    assert not FreeText.objects.exists()
    assert not Part.objects.exists()


@pytest.mark.django_db
def test_words_that_waited_in_a_pool_before_there_were_parts_are_read_with_the_others():
    rows = [FreeText(pool="tests.pool:1", scope="r", question="good", words="Äldre", state=TextState.POOLED)] * 4
    for row in rows:
        row.pk = None
    FreeText.objects.bulk_create(
        FreeText(pool="tests.pool:1", scope="r", question="good", words="Äldre", state=TextState.POOLED) for _ in rows
    )
    counted(([3] * 8, 6))
    close()
    assert FreeText.objects.filter(state=TextState.WAITING).count() == 10
    assert not FreeText.objects.filter(state=TextState.POOLED).exists()


@pytest.mark.django_db
def test_a_day_that_is_counted_after_its_pool_adds_nothing_to_it():
    counted(([4] * 8, 0))
    pool = close()
    before = dict(pool.release.tables)
    opened = open_box(9, owner="tests.thing:late", pool="tests.pool:1")
    for number in range(8):
        opened.vote(number, score=1, good="För sent")
    assert opened.end().state == BoxState.RELEASED
    pool.refresh_from_db()
    assert Release.objects.get(box=pool).tables == before
    assert not Part.objects.exists()
    assert not FreeText.objects.exists()


@pytest.mark.django_db
def test_a_part_that_was_tampered_with_is_left_out_and_one_box_is_not_counted_twice():
    counted(([4] * 8, 0), ([2] * 8, 0))
    Part.objects.filter(pk=Part.objects.order_by("pk").first().pk).update(ciphertext=b"x" * seals.SEALED)
    pool = close()
    assert pool.release.tables["turnout"]["n"] == "5-9"


@pytest.mark.django_db
def test_while_the_pool_waits_nothing_of_a_day_can_be_read_without_its_key(keys_folder):
    counted(([4] * 8, 6))
    pool = Box.objects.get(owner="tests.pool:1")
    assert not Ballot.objects.exists()
    keys.store().destroy(pool.key_name)
    actions.close_pool(owner="tests.pool:1")
    assert actions.count_due(now=LATER) == 0, "the key is gone, so nobody opens it"
    assert Part.objects.count() == 7


@pytest.mark.django_db
def test_nobody_answers_a_pool_and_what_goes_back_leaves_no_half(monkeypatch):
    counted(([4] * 8, 0))
    pool = Box.objects.get(owner="tests.pool:1")
    assert not Box.objects.taking_answers(NOW).filter(pk=pool.pk).exists()
    assert pool.codes.count() == 0
    actions.close_pool(owner="tests.pool:1")

    def torn(*args, **facts):
        raise RuntimeError("the power goes")

    pool.refresh_from_db()
    monkeypatch.setattr("answers.actions.pools.kinds.find", torn)
    with pytest.raises(RuntimeError):
        count_pool(box=pool, now=LATER)
    pool.refresh_from_db()
    assert pool.state == BoxState.CLOSING
    assert Part.objects.count() == 1
    assert not Release.objects.filter(box=pool).exists()
