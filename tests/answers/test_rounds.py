"""S7: which rounds are too alike, each way of looking by itself, without the database."""

from __future__ import annotations

from answers.ballots import Form, Page, Question
from answers.rounds import round_of, too_similar

TWELVE = [(number, "home" if number < 6 else "day") for number in range(12)]


def scale(key, **label):
    return Question(key, "scale", label, steps=())


def form(*pages):
    return Form(tuple(Page(f"p{n}", {}, questions, units=units) for n, (units, *questions) in enumerate(pages)))


COMMON = form(((), scale("now1", sv="Leda")))


def refused(now, before, *, k=5):
    found = too_similar(round_of(*now), round_of(*before), k=k)
    return found.key if found else None


def test_one_to_four_other_people_are_too_few_and_none_or_five_are_not():
    for n in (1, 2, 3, 4):
        assert refused((COMMON, TWELVE[n:], []), (COMMON, TWELVE, [])) == "now1"
    assert refused((COMMON, TWELVE, []), (COMMON, TWELVE, [])) is None
    assert refused((COMMON, TWELVE[5:], []), (COMMON, TWELVE, [])) is None
    assert refused((COMMON, TWELVE[5:], []), (COMMON, TWELVE, []), k=6) == "now1"


def test_the_whole_circles_count_although_the_question_in_common_is_asked_of_others():
    """A common question is now the own part of the six in home care: eleven of the twelve are asked something again."""
    own = form((("home",), scale("now1", sv="Leda")), ((), scale("now2", sv="Annat")))
    assert refused((own, TWELVE[:-1], []), (COMMON, TWELVE, [])) == "now1"


def test_those_who_are_asked_the_question_count_although_the_whole_circles_are_far_apart():
    own = form((("home",), scale("now1", sv="Leda")))
    more = [(100 + number, "day") for number in range(9)]
    assert refused((own, TWELVE[1:6] + more, []), (own, TWELVE, [])) == "now1"


def test_slips_are_strangers_and_do_not_hide_who_is_asked_by_letter():
    assert refused((COMMON, TWELVE, [("home", "", 2)]), (COMMON, TWELVE, [("home", "", 4)])) == "now1"
    assert refused((COMMON, TWELVE, [("home", "", 4)]), (COMMON, TWELVE, [("home", "", 4)])) is None
    # Three by letter and three slips are six in all; those by letter alone are three.
    assert refused((COMMON, TWELVE[3:], [("home", "", 1)]), (COMMON, TWELVE, [("home", "", 4)])) == "now1"


def test_a_question_is_known_again_by_its_key_or_by_its_words_in_any_language():
    then = (form(((), scale("now1", sv="Leda arbetet", fi="Johtaa työtä"))), TWELVE, [])
    for again in (scale("now1", sv="Nytt namn"), scale("st9", fi="johtaa  työtä"), scale("x", sv="LEDA arbetet")):
        assert refused((form(((), again)), TWELVE[1:], []), then) == again.key
    assert refused((form(((), scale("now2", sv="Annat"))), TWELVE[1:], []), then) is None


def test_what_is_only_tried_out_or_answered_in_own_words_is_no_figure():
    words = Question("now1", "text", {"sv": "Leda"})
    thrown = Question("now1", "scale", {"sv": "Leda"}, thrown=True)
    for one in (words, thrown):
        assert refused((form(((), one)), TWELVE[1:], []), (COMMON, TWELVE, [])) is None
