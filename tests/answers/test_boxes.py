"""A box is frozen at launch, opened where the keys are, answered by code, closed once, and then nobody can open it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from answers import actions, ballots, keys, rules, seals
from answers.actions.boxes import Invited
from answers.models import AnswerDraft, Ballot, BallotCode, Box, FreeText, Invitation, Part, Rate, Release
from answers.plan import Node
from answers.states import BoxState, HeldUp, TextState
from tests.answers.conftest import FORM, TOLD, make_people, open_box
from tests.cast import NOW

pytestmark = pytest.mark.django_db

END = NOW + timedelta(days=11)


def test_a_box_is_launched_opened_answered_and_released():
    opened = open_box(12)
    assert opened.box.state == BoxState.OPEN
    assert BallotCode.objects.count() == Invitation.objects.count() == 12
    for number in range(11):
        opened.vote(number, score=4, good=f"Bra {number}")
    box = opened.end()
    assert box.state == BoxState.RELEASED
    assert [("opened", box.pk), ("released", box.pk)] == TOLD
    release = box.release.tables
    assert release["turnout"] == {"n": "11", "invited": 12, "percent": "92"}
    (table,) = release["tables"]
    assert table["items"]["score"] == {
        "how": "figures", "n": "", "word": "", "mean": "4.0", "bins": ["<=10", "<=10", ">=90"],
    }  # fmt: skip
    assert not Ballot.objects.exists()
    assert not BallotCode.objects.exists()
    assert box.keys_destroyed_at is not None


def test_who_opens_it_twice_makes_it_once():
    opened = open_box(6)
    assert actions.open_due(now=NOW) == 0
    assert BallotCode.objects.count() == 6
    assert opened.codes[0] == actions.link_for(box=opened.box, person_id=opened.people[0].pk).rpartition("#")[2]


def test_where_there_is_no_place_for_keys_a_box_stays_shut(settings, tmp_path):
    settings.KEYS_DIR, settings.KEYS_EMBEDDED = str(tmp_path / "away"), False
    box = actions.make_box(
        kind="test.plain", owner="x:1", scope="region:1", form=FORM, title={}, zone="Europe/Stockholm"
    )
    (who,) = make_people(1)
    actions.launch(box=box, invited=[Invited(who.pk)], opens_at=NOW, closes_at=END, now=NOW)
    assert actions.open_due(now=NOW) == 0
    box.refresh_from_db()
    assert box.state == BoxState.LAUNCHED
    (tmp_path / "away").mkdir()
    assert actions.open_due(now=NOW) == 1


def test_keys_are_readable_to_their_owner_only_and_survive_being_made_twice(keys_folder):
    pair = keys.store().make("abc")
    assert keys.store().make("abc") == pair
    assert (keys_folder / "abc.keys").stat().st_mode & 0o077 == 0
    keys.store().destroy("abc")
    keys.store().destroy("abc")
    assert list(keys_folder.iterdir()) == []
    with pytest.raises(keys.KeysAway):
        keys.store().read("abc")


@pytest.mark.parametrize("code", ["", "x", "a" * 43, "a" * 44, "å" * 43, " ", "https://helmi.example/b/sv/#kort"])
def test_what_is_not_a_code_opens_nothing(code):
    open_box(6)
    with pytest.raises(rules.CodeUnknown):
        actions.open_ticket(code=code, now=NOW)


def test_a_whole_link_with_spaces_and_line_breaks_opens_the_form():
    opened = open_box(6)
    words = f" http://localhost:8000/b/sv/#{opened.codes[0][:20]}\n {opened.codes[0][20:]} "
    assert actions.open_ticket(code=words, now=NOW).box == opened.box


def test_before_opening_and_after_closing_the_code_opens_nothing():
    opened = open_box(6)
    for moment in (NOW - timedelta(minutes=1), NOW + timedelta(days=10)):
        with pytest.raises(rules.CodeUnknown):
            actions.open_ticket(code=opened.codes[0], now=moment)
    ticket = actions.open_ticket(code=opened.codes[0], now=NOW)
    with pytest.raises(rules.CodeUnknown):
        actions.cast(ticket=ticket, answers={"score": 3}, now=NOW + timedelta(days=10))
    assert not Ballot.objects.exists()
    assert not BallotCode.objects.filter(used=True).exists()


def test_an_answer_can_be_changed_until_closing_and_counts_once():
    opened = open_box(6)
    for _time in range(3):
        opened.vote(0, score=1)
    for number in range(5):
        opened.vote(number, score=5)
    assert Ballot.objects.count() == 5
    (table,) = opened.end().release.tables["tables"]
    assert (table["n"], table["items"]["score"]["word"]) == ("5-9", "high")


def test_all_ballots_and_drafts_are_of_one_length():
    opened = open_box(6)
    opened.vote(0, score=1)
    opened.vote(1, score=5, good="Mycket bra. " * 40, missing="Inget")
    assert {len(row) for row in Ballot.objects.values_list("ciphertext", flat=True)} == {seals.SEALED}
    for number, words in ((2, "a"), (3, "b" * 900)):
        ticket = actions.open_ticket(code=opened.codes[number], now=NOW)
        actions.keep_draft(ticket=ticket, answers={"good": words})
    assert {len(row) for row in AnswerDraft.objects.values_list("ciphertext", flat=True)} == {seals.PADDED + 40}


def test_a_draft_opens_with_its_link_on_any_device_and_goes_with_the_vote():
    opened = open_box(6)
    ticket = actions.open_ticket(code=opened.codes[0], now=NOW)
    actions.keep_draft(ticket=ticket, answers={"score": 2, "good": "Halvvägs"})
    actions.keep_draft(ticket=ticket, answers={"score": 3, "good": "Halvvägs"})
    assert actions.open_ticket(code=opened.codes[0], now=NOW).draft == {"score": 3, "good": "Halvvägs"}
    assert actions.open_ticket(code=opened.codes[1], now=NOW).draft == {}
    opened.vote(0, score=3)
    assert not AnswerDraft.objects.exists()


def test_an_empty_ballot_and_one_that_is_too_long_are_refused():
    opened = open_box(6)
    with pytest.raises(rules.NothingAnswered):
        opened.vote(0)
    from random import Random

    noise = Random(1)
    words = "".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _letter in range(1000))
    with pytest.raises(rules.TooMuchWritten):
        opened.vote(0, good=words, missing=words[::-1], better=words[1:])
    assert not Ballot.objects.exists()


def test_voting_takes_seven_queries_whoever_else_has_voted():
    opened = open_box(9)
    numbers = []
    for number in (0, 1, 2, 0):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            opened.vote(number, score=4)
        numbers.append(len([query for query in queries if "SAVEPOINT" not in query["sql"]]))
    assert numbers == [7, 7, 7, 7]


def test_fewer_than_five_answers_publish_nothing_not_even_how_many():
    opened = open_box(18)
    for number in range(4):
        opened.vote(number, score=5, good="Canary")
    release = opened.end().release.tables
    assert release["turnout"] == {"n": "", "invited": 18, "percent": ""}
    assert release["tables"] == []
    assert not FreeText.objects.exists()


def test_free_text_of_ten_writers_waits_for_redaction_and_that_of_fewer_is_sealed_for_the_pool():
    opened = open_box(15, pool="tests.pool:1")
    for number in range(12):
        opened.vote(number, score=5, good=f"Ord {number}", **({"missing": f"Paus {number}"} if number < 6 else {}))
    box = opened.end()
    assert FreeText.objects.filter(box=box, state=TextState.WAITING, question="good").count() == 12
    assert FreeText.objects.count() == 12, "what six wrote lies in no readable row"
    pool = Box.objects.get(owner="tests.pool:1")
    assert (pool.state, Part.objects.filter(box=pool).count()) == (BoxState.OPEN, 7)
    assert {len(row) for row in Part.objects.values_list("ciphertext", flat=True)} == {seals.SEALED}


def test_without_a_pool_the_words_of_fewer_than_ten_are_gone():
    opened = open_box(12)
    for number in range(9):
        opened.vote(number, score=5, good="Hemligt")
    opened.end()
    assert not FreeText.objects.exists()
    assert not Part.objects.exists()


def test_eva_4_a_redacted_text_keeps_nothing_of_the_original():
    opened = open_box(12)
    for number in range(11):
        opened.vote(number, good=f"Tack till Edvin Kronqvist {number}")
    opened.end()
    text = FreeText.objects.first()
    actions.redact(text=text, words="Tack till [namn]", now=END)
    text.refresh_from_db()
    assert (text.words, text.state) == ("Tack till [namn]", TextState.SHOWN)
    with pytest.raises(rules.AlreadyRead):
        actions.redact(text=text, words="Annat", now=END)
    last = FreeText.objects.filter(state=TextState.WAITING).first()
    with pytest.raises(rules.NothingLeft):
        actions.redact(text=last, words="  ", now=END)
    actions.leave_out(text=last, now=END)
    last.refresh_from_db()
    assert (last.words, last.state) == ("", TextState.LEFT_OUT)


def test_sur_7_questions_and_limits_are_frozen_at_launch_and_a_change_behind_our_back_stops_the_count():
    opened = open_box(6)
    with pytest.raises(rules.NotADraft):
        actions.set_questions(box=opened.box, form=FORM)
    with pytest.raises(IntegrityError), transaction.atomic():
        Box.objects.filter(pk=opened.box.pk).update(k=2)
    for number in range(6):
        opened.vote(number, score=5)
    questions = ballots.as_json(FORM)
    questions["pages"][0]["questions"].pop()
    Box.objects.filter(pk=opened.box.pk).update(questions=questions)
    box = opened.end()
    assert box.state == BoxState.CLOSING
    assert Ballot.objects.count() == 6
    assert not Release.objects.exists()


def test_a_release_is_never_changed():
    opened = open_box(6)
    opened.end()
    with pytest.raises(TypeError, match="never changed"):
        Release.objects.update(digest="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.create(box=opened.box, tables={}, digest="", at=NOW)


def test_a_ballot_that_was_tampered_with_is_no_ballot():
    opened = open_box(9)
    for number in range(6):
        opened.vote(number, score=5)
    Ballot.objects.filter(pk=Ballot.objects.first().pk).update(ciphertext=b"x" * seals.SEALED)
    (table,) = opened.end().release.tables["tables"]
    assert table["n"] == "5-9"


def test_a_box_that_is_thrown_away_is_never_counted(keys_folder):
    opened = open_box(8)
    for number in range(6):
        opened.vote(number, score=5)
    actions.destroy(box=opened.box, now=NOW)
    assert not Ballot.objects.exists()
    actions.count_due(now=NOW)
    assert list(keys_folder.iterdir()) == []
    assert not Release.objects.exists()


def test_invitations_are_erased_sixty_days_after_the_end():
    opened = open_box(6)
    opened.end()
    assert Invitation.objects.count() == 6
    actions.sweep(now=NOW + timedelta(days=71))
    assert not Invitation.objects.exists()


# ---------- Surveys: the plan is confirmed by a person ----------

TREE = (
    Node("region", "", "region"),
    Node("alavesi", "region", "municipality"),
    Node("home", "alavesi"),
    Node("day", "alavesi"),
)


def survey(n=20, owner="tests.survey:1", **facts):
    units = [("home" if i % 2 else "day", "worker") for i in range(n)]
    return open_box(n, kind="test.survey", owner=owner, units=units, nodes=TREE, **facts)


def test_a_survey_waits_for_a_person_who_confirms_the_plan():
    opened = survey()
    for number in range(20):
        opened.vote(number, score=3)
    box = opened.end()
    assert box.state == BoxState.OPEN, "nobody has confirmed the plan"
    plan = actions.plan_of(box)
    assert {(table.key, table.n) for table in plan.tables} == {
        ("home", 10), ("day", 10), ("alavesi", 20), ("region", 20),
    }  # fmt: skip
    actions.confirm_plan(box=box, digest=plan.digest(), now=END)
    assert actions.count_due(now=END) == 1
    box.refresh_from_db()
    assert box.state == BoxState.RELEASED
    assert box.plan_digest == plan.digest()


def confirmed():
    """A survey of twenty answers that is over and whose plan is confirmed."""
    opened = survey()
    for number in range(20):
        opened.vote(number, score=3)
    box = opened.end()
    actions.confirm_plan(box=box, digest=actions.plan_of(box).digest(), now=END)
    return opened, box


def spoil(box, place, **facts):
    ballot = Ballot.objects.filter(box=box, unit=place).order_by("pk").first()
    Ballot.objects.filter(pk=ballot.pk).update(**(facts or {"ciphertext": b"x" * seals.SEALED}))
    return ballot


def test_a_ballot_spoilt_after_the_plan_was_confirmed_gives_the_plan_back_and_loses_nothing_else():
    opened, box = confirmed()
    spoilt = spoil(box, "home")
    assert actions.count_due(now=END) == 0
    box.refresh_from_db()
    assert (box.state, box.held_up, box.unreadable) == (BoxState.OPEN, HeldUp.PLAN, [["home", "worker", 1]])
    assert Ballot.objects.count() == 20
    assert not Release.objects.exists()
    assert keys.store().has(box.key_name)
    with pytest.raises(rules.CodeUnknown):
        opened.vote(0, now=END, score=5)
    plan = actions.plan_of(box)
    assert ("home", 9) in {(table.key, table.n) for table in plan.tables}
    actions.confirm_plan(box=box, digest=plan.digest(), now=END)
    # Put back as it was: then it is the other way round, and asked once more.
    Ballot.objects.filter(pk=spoilt.pk).update(ciphertext=spoilt.ciphertext)
    assert actions.count_due(now=END) == 0
    box.refresh_from_db()
    assert (box.state, box.unreadable) == (BoxState.OPEN, None)
    actions.confirm_plan(box=box, digest=actions.plan_of(box).digest(), now=END)
    assert actions.count_due(now=END) == 1
    box.refresh_from_db()
    assert (box.state, box.held_up) == (BoxState.RELEASED, "")
    assert not Ballot.objects.exists()


def test_a_ballot_put_into_a_place_that_is_not_there_stops_neither_the_plan_nor_other_boxes():
    opened = survey()
    for number in range(20):
        opened.vote(number, score=3)
    box = opened.end()
    spoil(box, "home", unit="nowhere")
    actions.confirm_plan(box=box, digest=actions.plan_of(box).digest(), now=END)
    assert actions.count_due(now=END) == 0
    box.refresh_from_db()
    assert box.unreadable == [["nowhere", "worker", 1]]
    actions.confirm_plan(box=box, digest=actions.plan_of(box).digest(), now=END)
    assert actions.count_due(now=END) == 1


def test_what_was_frozen_and_changed_holds_the_box_up_until_it_is_put_back():
    _opened, box = confirmed()
    Box.objects.filter(pk=box.pk).update(k=6)
    assert actions.count_due(now=END) == 0
    box.refresh_from_db()
    assert (box.state, box.held_up) == (BoxState.CLOSING, HeldUp.ALTERED)
    Box.objects.filter(pk=box.pk).update(k=5)
    assert actions.count_due(now=END) == 1
    box.refresh_from_db()
    assert (box.state, box.held_up) == (BoxState.RELEASED, "")


def test_a_box_that_was_changed_before_it_opened_does_not_keep_the_others_shut():
    people = make_people(12)
    for number, k in ((1, 6), (2, 5)):
        box = actions.make_box(
            kind="test.plain", owner=f"tests.two:{number}", scope="region:1", form=FORM, title={}, zone="UTC"
        )
        actions.launch(box=box, invited=[Invited(one.pk) for one in people], opens_at=NOW, closes_at=END, now=NOW)
        Box.objects.filter(pk=box.pk).update(k=k)
    assert actions.open_due(now=NOW) == 1
    assert set(Box.objects.values_list("state", "held_up")) == {("launched", "altered"), ("open", "")}


def test_a_plan_is_not_confirmed_before_two_days_or_when_answers_have_come_since():
    opened = survey()
    for number in range(12):
        opened.vote(number, score=3)
    digest = actions.plan_of(opened.box).digest()
    with pytest.raises(rules.TooEarly):
        actions.confirm_plan(box=opened.box, digest=digest, now=NOW + timedelta(days=2, seconds=-1))
    opened.vote(12, score=3)
    with pytest.raises(rules.PlanChanged):
        actions.confirm_plan(box=opened.box, digest=digest, now=NOW + timedelta(days=2))


def test_s7_the_same_questions_to_almost_the_same_people_are_refused_for_thirty_days():
    first = survey()
    circle = [one.pk for one in first.people]

    def again(people, day, number):
        box = actions.make_box(
            kind="test.survey", owner=f"tests.survey:{number}", scope="region:1", form=FORM, title={}, zone="UTC"
        )
        later = NOW + timedelta(days=day)
        invited = [Invited(pk, "home", "worker") for pk in people]
        actions.launch(
            box=box, invited=invited, opens_at=later, closes_at=later + timedelta(days=9), now=later, nodes=TREE
        )

    with pytest.raises(rules.AlmostTheSame):
        again(circle[:-1], 29, 2)
    with pytest.raises(rules.AlmostTheSame):
        again([*circle, make_people(1)[0].pk], 29, 3)
    again(circle, 1, 4)
    again(circle[:-5], 29, 5)
    for day in (31, 62, 67):  # the last of them is open until the 38th day
        with pytest.raises(rules.AlmostTheSame):
            again(circle[:-1], day, 6)
    again(circle[:-1], 68, 7)


def test_s7_a_round_that_opens_later_than_others_is_counted_from_when_it_is_asked():
    """Launched long before it opens, it would be forgotten by a count from the launch, and be asked beside another."""
    people = make_people(13)

    def round_of(number, circle, day, opens):
        box = actions.make_box(
            kind="test.survey", owner=f"tests.survey:{number}", scope="region:1", form=FORM,
            title={"sv": f"Nr {number}"}, zone="UTC",
        )  # fmt: skip
        opens_at = NOW + timedelta(days=opens)
        actions.launch(
            box=box, invited=[Invited(one.pk, "home", "worker") for one in circle], opens_at=opens_at,
            closes_at=opens_at + timedelta(days=9), now=NOW + timedelta(days=day), nodes=TREE,
        )  # fmt: skip

    round_of(1, people, 0, 40)
    with pytest.raises(rules.AlmostTheSame) as refused:
        round_of(2, people[1:], 31, 40)
    assert refused.value.facts["title"] == "Nr 1"
    assert str(refused.value.facts["least"]) in str(refused.value)


def test_sur_4_the_rate_is_in_tens_once_a_day_and_where_ten_are_asked():
    opened = survey(21)
    assert actions.note_rates(now=NOW) == 1
    for number in range(11):
        opened.vote(number, score=3)
    assert actions.note_rates(now=NOW + timedelta(hours=1)) == 0
    assert set(Rate.objects.values_list("place", "tens")) == {("", "<=10"), ("alavesi", "<=10")}
    actions.note_rates(now=NOW + timedelta(days=1))
    assert set(Rate.objects.filter(on=NOW.date() + timedelta(days=1)).values_list("place", "tens")) == {
        ("", "50"), ("alavesi", "50"),
    }  # fmt: skip


def test_slips_are_codes_without_a_person_that_vote_like_any_other():
    people = make_people(6)
    box = actions.make_box(kind="test.plain", owner="x:9", scope="region:1", form=FORM, title={}, zone="UTC")
    actions.launch(
        box=box,
        invited=[Invited(one.pk) for one in people],
        slips=[("all", "", 4)],
        opens_at=NOW,
        closes_at=END,
        now=NOW,
    )
    actions.open_due(now=NOW)
    box.refresh_from_db()
    words = actions.slip_codes(box=box, unit="all")
    assert len(set(words)) == 4
    assert BallotCode.objects.count() == 10
    for code in words:
        actions.cast(ticket=actions.open_ticket(code=code, now=NOW), answers={"score": 4}, now=NOW)
    assert Ballot.objects.count() == 4


def test_a_question_that_one_person_left_out_is_not_shown_where_that_would_tell_of_her():
    """Two units of 10 and 6: with the whole, 15 answers of 16 would speak of one person."""
    opened = survey(16)
    for number in range(16):
        opened.vote(number, **({"score": 3} if number else {"good": "Bara ord"}))
    box = opened.end()
    actions.confirm_plan(box=box, digest=actions.plan_of(box).digest(), now=END)
    actions.count_due(now=END)
    tables = {table["key"]: table for table in Release.objects.get(box=box).tables["tables"]}
    assert tables["region"]["n"] == "16"
    assert all(table["items"]["score"]["n"] == "" for table in tables.values())
