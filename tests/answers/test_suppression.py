"""What is shown of a group's answers: nothing, a word, or rounded figures."""

from fractions import Fraction

import pytest

from answers.suppression import number_shown, rate_while_open, shown, tens, texts_shown, turnout


@pytest.mark.parametrize("n", range(5))
def test_fewer_than_five_answers_show_nothing_not_even_how_many(n):
    said = shown({3: n})
    assert (said.how, said.n, said.word, said.mean, said.bins) == ("hidden", "", "", "", ())
    assert number_shown(n) == ""
    assert turnout(n, 18).as_json() == {"n": "", "invited": 18, "percent": ""}


@pytest.mark.parametrize(
    ("tally", "word"),
    [
        ({1: 5}, "low"),
        ({2: 6, 3: 3}, "mixed"),
        ({2: 7, 3: 2}, "low"),
        ({3: 9}, "mixed"),
        ({4: 5}, "high"),
        ({3: 2, 4: 4}, "mixed"),
    ],
)
def test_five_to_nine_answers_show_one_word_by_thirds_of_the_scale(tally, word):
    said = shown(tally)
    assert (said.how, said.n, said.word, said.mean, said.bins) == ("word", "5-9", word, "", ())


@pytest.mark.parametrize(
    ("tally", "word"), [({3: 5}, "near"), ({3: 4, 4: 2}, "above"), ({2: 2, 3: 4}, "below"), ({3: 7, 4: 3 - 1}, "near")]
)
def test_against_a_level_the_word_is_below_near_or_above(tally, word):
    assert shown(tally, words="against", against=Fraction(3)).word == word


def test_the_edge_of_near_is_near():
    assert shown({3: 7, 4: 2}, words="against", against=Fraction(3) + Fraction(2, 9) - Fraction(3, 10)).word == "near"


def test_without_a_level_a_small_group_shows_nothing():
    assert shown({3: 7}, words="against").how == "hidden"


def test_ten_answers_show_mean_and_three_bins_in_tens():
    said = shown({2: 1, 3: 3, 4: 4, 5: 3})
    assert (said.how, said.n, said.mean, said.bins) == ("figures", "11", "3.8", ("<=10", "30", "60"))


@pytest.mark.parametrize("step", [1, 5])
def test_what_all_said_alike_is_not_shown_as_what_each_said(step):
    said = shown({step: 40})
    assert said.mean in ("<=1.5", ">=4.5")
    assert set(said.bins) == {"<=10", ">=90"}


def test_a_mean_at_the_clamp_is_clamped():
    assert (shown({1: 10, 2: 10}).mean, shown({4: 10, 5: 10}).mean) == ("<=1.5", ">=4.5")
    assert (shown({1: 9, 2: 11}).mean, shown({4: 11, 5: 9}).mean) == ("1.6", ">=4.5")


def test_halves_are_rounded_up_everywhere():
    assert shown({3: 19, 4: 1}).mean == "3.1"
    assert (tens(3, 20), tens(1, 4), tens(5, 100), tens(85, 100)) == ("20", "30", "<=10", ">=90")


def test_a_higher_threshold_hides_more_and_a_lower_one_is_five():
    assert shown({3: 9}, k=10).how == "hidden"
    assert shown({3: 11}, k=12).how == "hidden"
    assert shown({3: 7}, k=7).n == "7-9"
    assert shown({3: 4}, k=1).how == "hidden"


def test_an_answer_outside_the_scale_is_a_bug():
    with pytest.raises(ValueError, match="outside the scale"):
        shown({6: 10})


def test_eva_1_how_many_answered():
    assert turnout(11, 18).as_json() == {"n": "11", "invited": 18, "percent": "61"}
    assert turnout(7, 18).as_json() == {"n": "5-9", "invited": 18, "percent": ""}


def test_while_open_a_rate_is_in_tens_and_from_ten_invited():
    assert rate_while_open(3, 9) == ""
    assert [rate_while_open(n, 10) for n in (0, 1, 2, 5, 9, 10)] == ["<=10", "<=10", "20", "50", ">=90", ">=90"]


def test_free_text_is_read_from_ten_writers():
    assert [texts_shown(n) for n in (9, 10)] == [False, True]
    assert not texts_shown(10, k=12)
