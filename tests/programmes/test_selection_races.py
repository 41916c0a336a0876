"""Two coordinators at once, and three hands on the last seat. On PostgreSQL, with threads.

Each race has a control: the same run with the cohort's lock taken away lets more than one past the rule.
"""

import threading
import time
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from base.refusal import Refusal
from events.models import Places
from outbox.models import Letter
from programmes.actions import selection as actions
from programmes.models import Cohort, Enrolment
from programmes.rules import selection as rules
from tests.cast import DAYS, NOW, employment, make_cast, person
from tests.events.test_races import at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
]

LATER = tuple(day.replace(year=2028) for day in DAYS)
WINDOW = {"opens_on": date(2027, 4, 1), "closes_on": date(2027, 4, 15), "last_entry_on": date(2028, 3, 10)}


@pytest.fixture
def cast():
    return make_cast()


def applied(cast, cohort, count):
    rows = []
    for n in range(count):
        who = person(f"Sökande {n}", f"s{cohort.pk}-{n}@example.org", cast.sormland)
        employment(who, cast.barn)
        rows.append(cast.enrolment(cohort, who, side="applied", applied_at=NOW + timedelta(minutes=n)))
    return rows


def counting(monkeypatch, rules, *names):
    """How many get past these rules: the threads that were told no reason, which then wait for each other."""
    seen = []

    def counted(name):
        real = getattr(rules, name)

        def ask(*args, **kwargs):
            refusal = real(*args, **kwargs)
            if refusal is None:
                seen.append(threading.get_ident())
                time.sleep(0.2)
            return refusal

        monkeypatch.setattr(rules, name, ask)

    for name in names:
        counted(name)
    return seen


@pytest.fixture
def passed(monkeypatch):
    """How many got past the rule."""
    return counting(monkeypatch, rules, "why_not_confirm", "why_not_answer")


@contextmanager
def without_the_lock(monkeypatch):
    """As a careless programmer writes it: read, look, write."""

    def just_read(cohort):
        return Cohort.objects.select_related("programme__region", "places__region").get(pk=cohort.pk)

    def just_read_enrolment(enrolment):
        return Enrolment.objects.select_related(
            "cohort__programme__region", "cohort__places__region", "person", "claim"
        ).get(pk=enrolment.pk)

    with monkeypatch.context() as patch:
        patch.setattr(actions, "_locked", just_read)
        patch.setattr(actions, "_locked_enrolment", just_read_enrolment)
        yield


def two_confirm(cast, number):
    cohort = cast.cohort(number=number, state="selection", capacity=3, days=LATER, guaranteed=0, **WINDOW)
    applied(cast, cohort, 5)
    given = rules.proposal(cohort).given

    def confirm():
        return actions.confirm_selection(cohort=cohort, given=given, reasons={}, by=cast.malin, now=NOW)

    return cohort, at_once([confirm, confirm])


def test_of_two_coordinators_who_confirm_at_once_one_shares_the_seats(cast, passed):
    for number in range(20, 23):
        passed.clear()
        cohort, answers = two_confirm(cast, number)
        assert sorted(type(answer).__name__ for answer in answers) == ["Cohort", "SelectionDone"]
        assert len(passed) == 1
        assert Places.objects.get(pk=cohort.places_id).sold == 3
        about = [f"programmes.enrolment:{pk}" for pk in cohort.enrolments.values_list("pk", flat=True)]
        assert Letter.objects.filter(about__in=about).count() == 5


def test_without_the_lock_both_coordinators_get_past_the_rule(cast, passed, monkeypatch):
    with without_the_lock(monkeypatch):
        two_confirm(cast, 20)
    assert len(passed) == 2


def three_hands(cast, number):
    cohort = cast.cohort(
        number=number, state="selection", capacity=1, days=LATER, guaranteed=0, selection_confirmed_at=NOW, **WINDOW
    )
    one, two = applied(cast, cohort, 2)
    actions.consider(enrolment=one, by=None, now=NOW)
    actions.consider(enrolment=two, by=None, now=NOW)
    one.refresh_from_db()
    ended = one.claim.expires_at
    answers = at_once(
        [
            lambda: actions.accept(enrolment=one, by=None, now=NOW),
            lambda: actions.decline(enrolment=one, by=None, now=NOW),
            lambda: actions.lapse(enrolment=one, now=ended),
        ]
    )
    one.refresh_from_db()
    two.refresh_from_db()
    return cohort, one, two, answers


def test_the_last_offered_seat_is_accepted_declined_or_lapsed_but_once(cast, passed):
    for number in range(30, 33):
        cohort, one, two, answers = three_hands(cast, number)
        assert all(isinstance(answer, Enrolment | Refusal | bool) for answer in answers), answers
        won = [answer for answer in answers if isinstance(answer, Enrolment) or answer is True]
        assert len(won) == 1, answers
        assert Places.objects.get(pk=cohort.places_id).sold == 1
        if one.programme_side == "enrolled":
            assert two.programme_side == "waitlisted"
        else:
            assert (one.programme_side, two.programme_side) == ("withdrawn", "offered")


def test_without_the_lock_more_than_one_hand_gets_past_the_rule(cast, passed, monkeypatch):
    with without_the_lock(monkeypatch):
        three_hands(cast, 30)
    assert len(passed) == 2
