"""Many register at once, managers too: the last places are given once. Threads on PostgreSQL, with controls."""

from datetime import date, time

import pytest
from django.db import connection

from events import actions, rules
from events.actions import places as kept
from events.actions import sign_up
from events.models import Claim, Places, Registration
from events.states import SOLD
from outbox.models import Letter
from tests.cast import NOW, make_cast
from tests.events.careless import only_read, read_then_write
from tests.events.test_races import at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def seminar(cast):
    """A public seminar with 90 places."""
    event = actions.create_event(
        region=cast.sormland, kind="seminar", title={"sv": "Stanna och väx"}, date=date(2027, 11, 12),
        start_time=time(9, 30), end_time=time(15, 30), audience="public", by=cast.malin, now=NOW,
    )  # fmt: skip
    event = actions.publish_event(event=event, by=cast.malin, now=NOW)
    row = actions.open_places(region=event.region, capacity=90, starts_at=event.starts_at)
    Places.objects.filter(pk=row.pk).update(event=event, way="on_site")
    return event


def hall(event):
    return Places.objects.get(event=event)


def guest(event, n, address=""):
    facts = sign_up.Facts(name=f"Gäst {n}", email=address or f"gast{n}@annan.example", language="sv")
    return lambda: sign_up.sign_up(event=event, places=hall(event), facts=facts, now=NOW)


def test_the_last_seat_of_ninety_goes_to_exactly_one_of_twenty(seminar):
    """EVT-1."""
    Places.objects.filter(event=seminar).update(sold=89)
    answers = at_once([guest(seminar, n) for n in range(20)])
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert sorted(answer.claim.state for answer in answers) == ["held"] + ["waitlisted"] * 19
    assert sorted(answer.claim.position for answer in answers if answer.claim.position) == list(range(1, 20))
    assert hall(seminar).sold == 90
    assert Letter.objects.count() == 20


def test_control_without_the_lock_ninety_is_passed(seminar, monkeypatch):
    Places.objects.filter(event=seminar).update(sold=89)
    monkeypatch.setattr(kept, "take_place", read_then_write)
    monkeypatch.setattr(kept, "lock_places", only_read)
    monkeypatch.setattr(sign_up, "lock_places", only_read)
    at_once([guest(seminar, n) for n in range(20)])
    assert 89 + Claim.objects.filter(places__event=seminar, state__in=SOLD).count() > 90


def test_two_managers_with_three_each_for_the_last_four_places(cast, seminar):
    """EVT-2: one gets three, the other chooses; never above ninety."""
    Places.objects.filter(event=seminar).update(sold=86)

    def party(manager, start, together=None):
        group = [sign_up.Guest(name=f"P {n}", email=f"p{n}@annan.example") for n in range(start, start + 3)]
        return lambda: sign_up.register_group(
            event=seminar, places=hall(seminar), group=group, language="sv", by=manager, now=NOW, together=together
        )

    answers = at_once([party(cast.stina, 0), party(cast.petra, 10)])
    refused = [answer for answer in answers if isinstance(answer, rules.PartyDoesNotFit)]
    assert len(refused) == 1
    assert (refused[0].free, refused[0].asked) == (1, 3)
    assert hall(seminar).sold == 89
    assert Registration.objects.count() == 3
    other = (cast.stina, 0) if isinstance(answers[0], Exception) else (cast.petra, 10)
    rows, _before = party(*other, together=False)()
    assert sorted(row.claim.state for row in rows) == ["confirmed", "waitlisted", "waitlisted"]
    assert hall(seminar).sold == 90


def test_one_address_in_ten_tabs_is_one_registration_and_one_letter(seminar):
    answers = at_once([guest(seminar, 1) for _tab in range(10)])
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert {answer.pk for answer in answers} == {Registration.objects.get().pk}
    assert hall(seminar).sold == Claim.objects.count() == Letter.objects.count() == 1


def test_one_person_on_two_ways_at_once_has_one_place(cast, seminar):
    other = actions.open_places(region=seminar.region, capacity=90, starts_at=seminar.starts_at)
    Places.objects.filter(pk=other.pk).update(event=seminar, way="remote", order=1)
    first = Places.objects.get(event=seminar, way="on_site")
    facts = sign_up.Facts(name="Tuva Ljungdahl", email=cast.tuva.email, language="sv")
    answers = at_once(
        [
            lambda row=row: sign_up.sign_up(event=seminar, places=row, facts=facts, person=cast.tuva, now=NOW)
            for row in (first, other) * 3
        ]
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert Registration.objects.count() == 1
    assert sum(Places.objects.filter(event=seminar).values_list("sold", flat=True)) == 1
    assert Claim.objects.filter(state__in=SOLD).count() == 1


def test_cancelling_accepting_and_the_clock_at_once_keep_the_count(cast, seminar):
    Places.objects.filter(event=seminar).update(capacity=3)
    rows = [guest(seminar, n)() for n in range(9)]
    deeds = [lambda row=row: sign_up.cancel(registration=row, by=row.person, now=NOW) for row in rows[:3]]
    deeds += [lambda: sign_up.fill_due(now=NOW) for _hand in range(3)]
    deeds += [lambda: sign_up.lapse_due(now=NOW) for _hand in range(2)]
    answers = at_once(deeds)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    place = hall(seminar)
    assert place.sold == Claim.objects.filter(places=place, state__in=SOLD).count() == 3
    assert Claim.objects.filter(places=place, state="offered").count() == 3
    assert Letter.objects.filter(kind="events.offer").count() == 3
    assert connection.vendor == "postgresql"
