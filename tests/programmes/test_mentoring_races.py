"""The last room with a mentor, and a yes that comes while the time runs out. On PostgreSQL, with threads.

Each race has a control: the same run with the locks taken away lets both past the rule.
"""

import time
from contextlib import contextmanager
from datetime import timedelta

import pytest

from programmes.actions import mentoring as actions
from programmes.models import Enrolment, Mentor, Mentorship
from programmes.rules import mentoring as rules
from tests.cast import LONG_AGO, NOW, employment, make_cast, person
from tests.events.test_races import at_once
from tests.programmes.test_selection_races import counting

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def cast():
    cast = make_cast()
    programme = cast.programme()
    programme.mentor_kind = "local"
    programme.save()
    cast.made["round"] = cast.cohort()
    cast.made["rows"] = [cast.enrolment(cast.round, who) for who in (cast.tuva, cast.edvin)]
    cast.made["mentor"] = Mentor.objects.create(
        region=cast.sormland, person=cast.leila, cap=1, languages=["sv"], valid_from=LONG_AGO, added_at=NOW
    )
    return cast


@pytest.fixture
def passed(monkeypatch):
    """How many got past the rules."""
    return counting(monkeypatch, rules, "why_not_pair", "why_not_answer")


@contextmanager
def without_the_locks(monkeypatch):
    """As a careless programmer writes it: read, look, write."""

    def just_read_pool(region, keys=None):
        return {row.pk: row for row in Mentor.objects.filter(region=region).select_related("person", "region")}

    def just_read(pair):
        return Mentorship.objects.select_related(
            "mentor__person", "enrolment__person", "enrolment__cohort__programme__region"
        ).get(pk=pair.pk)

    with monkeypatch.context() as patch:
        patch.setattr(actions, "_locked_pool", just_read_pool)
        patch.setattr(actions, "locked", just_read)
        yield


def two_coordinators(cast):
    def give(row):
        return lambda: actions.propose(cohort=cast.round, choices={row.pk: cast.mentor.pk}, by=cast.malin, now=NOW)

    return at_once([give(row) for row in cast.rows])


def test_of_two_coordinators_one_gets_the_last_room(cast, passed):
    answers = two_coordinators(cast)
    assert sorted(type(answer).__name__ for answer in answers) == ["Batch", "NoRoom"]
    assert len(passed) == 1
    assert Mentorship.objects.live().count() == 1


def test_without_the_lock_both_get_it(cast, passed, monkeypatch):
    with without_the_locks(monkeypatch):
        two_coordinators(cast)
    assert len(passed) == 2
    assert Mentorship.objects.live().count() == 2


def yes_and_lapse(cast):
    """The mentor's yes, a moment before the evening of the last day, and the clock a moment after it."""
    pair = Mentorship.objects.create(
        enrolment=cast.rows[0], mentor=cast.mentor, nonce="n", created_at=NOW, proposed_at=NOW, answer_by=NOW
    )
    other = person("Rut Ek", "rut@eskilstuna.example", cast.sormland)
    employment(other, cast.mottagning)
    Mentor.objects.create(region=cast.sormland, person=other, languages=["sv"], valid_from=LONG_AGO, added_at=NOW)
    before, after = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)

    def lapse():
        time.sleep(0.05)
        return actions.lapse(pair=pair, now=after)

    answers = at_once([lambda: actions.answer(pair=pair, yes=True, way="link", by=cast.leila, now=before), lapse])
    return pair, answers


def test_a_yes_that_comes_while_the_time_runs_out_counts_once(cast, passed):
    pair, answers = yes_and_lapse(cast)
    pair.refresh_from_db()
    assert (pair.state, answers[1]) in (("agreed", False), ("closed", True))
    assert len(set(passed)) == 1
    assert Mentorship.objects.live().filter(enrolment=cast.rows[0]).count() == 1
    assert Enrolment.objects.filter(mentorships__state="agreed").count() == int(pair.state == "agreed")


def test_without_the_lock_both_get_past_the_rule(cast, passed, monkeypatch):
    with without_the_locks(monkeypatch):
        _pair, answers = yes_and_lapse(cast)
    # The mentor's yes and the clock both get past the rule; only the database's own constraint is left to stop one.
    assert answers[1] is True
    assert len(set(passed)) == 2
