"""Many people at once: the last places are given once, the line has no ties. On PostgreSQL, with threads.

Each race has a control: the same run with the lock taken away must go wrong, or the race proves nothing.
"""

import threading
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection, connections

from base.refusal import Refusal
from events import actions
from events.actions import places as kept
from events.models import Claim, Places, Registration
from events.states import SOLD
from outbox.models import Letter
from tests.cast import NOW, make_cast, organisation, person, region

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

LATER = NOW + timedelta(days=5)


@pytest.fixture(params=[3, pytest.param(20, marks=pytest.mark.deep)], ids="{} rounds".format)
def rounds(request):
    """How often a race is run: three times, or twenty in a deep run."""
    return request.param


def at_once(deeds):
    """Do all of these in threads that wait for each other; what each gave, or the error it met."""
    start = threading.Barrier(len(deeds))
    answers = [None] * len(deeds)

    def run(index, deed):
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            answers[index] = deed()
        except Exception as error:
            answers[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "the threads hang"
    return answers


@pytest.fixture
def county():
    return region("sormland", "Sörmland", [organisation("Eskilstuna")])


def crowd(county, n):
    return [person(f"Person {i}", f"person{i}@helmi.example", county) for i in range(n)]


def claim(row, who):
    return lambda: actions.claim_place(places=row, person=who, by=who, now=NOW)


@contextmanager
def without_the_lock(monkeypatch):
    """As a careless programmer writes it: read, look, and write what was read. The database's own check is off too."""

    def read_then_write(places):
        row = Places.objects.get(pk=places.pk)
        if row.free is not None and row.free < 1:
            return False
        threading.Event().wait(0.05)
        Places.objects.filter(pk=row.pk).update(sold=row.sold + 1)
        return True

    with monkeypatch.context() as patch:
        patch.setattr(kept, "take_place", read_then_write)
        yield


@pytest.mark.parametrize("capacity", [10])
def test_of_fifty_people_ten_get_the_last_places_and_forty_stand_in_line(county, capacity, rounds):
    people = crowd(county, 50)
    for _round in range(rounds):
        row = actions.open_places(region=county, capacity=capacity)
        answers = at_once([claim(row, who) for who in people])
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        row.refresh_from_db()
        assert row.sold == capacity == Claim.objects.filter(places=row, state__in=SOLD).count()
        positions = sorted(Claim.objects.waiting().filter(places=row).values_list("position", flat=True))
        assert positions == list(range(1, 41))


def test_control_without_the_lock_more_places_are_given_than_there_are(county, monkeypatch):
    people = crowd(county, 20)
    row = actions.open_places(region=county, capacity=10)
    with without_the_lock(monkeypatch):
        at_once([claim(row, who) for who in people])
    assert Claim.objects.filter(places=row, state__in=SOLD).count() > 10


def test_the_very_last_place_is_given_to_exactly_one_of_twenty(county, rounds):
    people = crowd(county, 20)
    for _round in range(rounds):
        row = actions.open_places(region=county, capacity=90)
        Places.objects.filter(pk=row.pk).update(sold=89)
        answers = at_once([claim(row, who) for who in people])
        assert sorted(answer.state for answer in answers) == ["confirmed"] + ["waitlisted"] * 19
        assert sorted(answer.position for answer in answers if answer.position) == list(range(1, 20))
        row.refresh_from_db()
        assert row.sold == 90


def test_a_double_click_gives_one_place(county, rounds):
    [who] = crowd(county, 1)
    for _round in range(rounds):
        row = actions.open_places(region=county, capacity=5)
        answers = at_once([claim(row, who)] * 6)
        assert len([answer for answer in answers if isinstance(answer, Claim)]) == 1
        assert all(isinstance(answer, Claim | Refusal) for answer in answers)
        row.refresh_from_db()
        assert row.sold == 1


def test_offers_cancellations_and_newcomers_at_once_never_exceed_the_number_or_overtake(county, rounds):
    people = crowd(county, 30)
    for _round in range(rounds):
        row = actions.open_places(region=county, capacity=10)
        claims = [claim(row, who)() for who in people[:20]]

        def give_up(one, row=row):
            def deed():
                actions.cancel_claim(claim=one, by=None, now=NOW)
                return actions.offer_next(places=row, expires_at=LATER, by=None, now=NOW)

            return deed

        answers = at_once([give_up(one) for one in claims[:10]] + [claim(row, who) for who in people[20:]])
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        row.refresh_from_db()
        assert row.sold == 10 == Claim.objects.filter(places=row, state__in=SOLD).count()
        # The ten who waited first have the ten offers; the newcomers wait behind.
        offered = set(Claim.objects.filter(places=row, state="offered").values_list("person_id", flat=True))
        assert offered == {who.pk for who in people[10:20]}
        positions = list(Claim.objects.waiting().filter(places=row).values_list("position", flat=True))
        assert len(set(positions)) == len(positions) == 10


def test_an_offer_is_accepted_or_lapses_and_never_both(county, rounds):
    [who, next_one] = crowd(county, 2)
    for _round in range(rounds * 2):
        row = actions.open_places(region=county, capacity=1)
        offer = actions.give_offer(places=row, person=who, expires_at=LATER, by=None, now=NOW)
        actions.join_waiting_list(places=row, person=next_one, by=None, now=NOW)

        def lapse(offer=offer, row=row):
            actions.lapse_offer(claim=offer, now=LATER)
            return actions.offer_next(places=row, expires_at=LATER, by=None, now=NOW)

        at_once([lambda offer=offer: actions.accept_offer(claim=offer, by=who, now=NOW), lapse])
        row.refresh_from_db()
        offer.refresh_from_db()
        assert row.sold == 1 == Claim.objects.filter(places=row, state__in=SOLD).count()
        assert offer.state in ("confirmed", "lapsed")


def test_joining_the_line_at_once_gives_everyone_another_position(county, rounds):
    people = crowd(county, 20)
    for _round in range(rounds):
        row = actions.open_places(region=county, capacity=0)

        def join(who, first, row=row):
            return lambda: actions.join_waiting_list(places=row, person=who, by=None, now=NOW, first=first)

        answers = at_once([join(who, index % 2 == 0) for index, who in enumerate(people)])
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        line = list(Claim.objects.waiting().filter(places=row))
        assert len({one.position for one in line}) == 20
        assert [one.first for one in line] == [True] * 10 + [False] * 10


def test_two_clocks_at_once_write_each_reminder_once():
    cast = make_cast()
    cohort = cast.cohort(days=(date(2027, 5, 12),))
    people = crowd(cast.sormland, 20)
    day = cohort.days.get().event
    Registration.objects.bulk_create(
        Registration(event=day, person=who, created_at=NOW, changed_at=NOW) for who in people
    )
    since, now = day.starts_at - timedelta(days=15), day.starts_at - timedelta(days=13, hours=23)
    answers = at_once([lambda: actions.enqueue_due_reminders(since=since, now=now)] * 3)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    written = list(Letter.objects.filter(kind="events.reminder").values_list("person", flat=True))
    assert len(written) == len(set(written)) == 20


def group_claim(row, people, together):
    return lambda: actions.claim_party(
        places=row, people=[(who, None) for who in people], by=people[0], now=NOW, together=together
    )


def test_of_two_parties_of_three_for_four_places_one_comes_whole_and_the_other_chooses(county, rounds):
    people = crowd(county, 6)
    for _round in range(rounds):
        row = actions.open_places(region=county, capacity=90)
        Places.objects.filter(pk=row.pk).update(sold=86)
        answers = at_once([group_claim(row, people[:3], None), group_claim(row, people[3:], None)])
        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        [whole] = [answer for answer in answers if not isinstance(answer, Exception)]
        assert [claim.state for claim in whole] == ["confirmed"] * 3
        assert [(refusal.free, refusal.asked) for refusal in refused] == [(1, 3)]
        row.refresh_from_db()
        assert row.sold == 89


def test_freed_places_are_offered_once_although_two_look_at_the_same_moment(county, rounds):
    people = crowd(county, 12)
    for _round in range(rounds):
        row = actions.open_places(region=county, capacity=4)
        claims = [claim(row, who)() for who in people]
        for taken in claims[:4]:
            actions.cancel_claim(claim=taken, by=None, now=NOW)
        at_once([partial(actions.offer_freed, places=row, now=NOW)] * 4)
        row.refresh_from_db()
        assert row.sold == 4 == Claim.objects.filter(places=row, state__in=SOLD).count()
        offered = Claim.objects.filter(places=row, state="offered").values_list("person", flat=True)
        assert sorted(offered) == sorted(who.pk for who in people[4:8])
