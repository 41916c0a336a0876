"""Attendance in the grid, at the door, and days made up in another round."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from audit.models import Deed
from base.clock import now
from events.models import Attendance, Registration
from programmes.actions import attendance
from programmes.rules import attendance as rules

NEXT = (date(2027, 8, 31), date(2027, 9, 23))


def registration(cohort, who, number):
    return Registration.objects.get(event=cohort.days.get(number=number).event, person=who)


@pytest.fixture
def running(cast):
    cohort = cast.cohort()
    cast.tuva_row = cast.enrolment(cohort, cast.tuva)
    cast.edvin_row = cast.enrolment(cohort, cast.edvin)
    return cohort


def test_a_mark_is_saved_and_the_words_follow(cast, running, sign_in):
    client = sign_in(cast.malin)
    cell = registration(running, cast.tuva, 1)
    page = client.post(
        reverse("programmes:mark", args=[running.pk]),
        {"registration": cell.pk, "mark": "4"},
        headers={"X-Requested-With": "fetch"},
    )
    assert page.status_code == 200
    assert Attendance.objects.get(registration=cell).hours == Decimal("4")
    assert "Tuva Ljungdahl, dag 1: 4 timmar" in page.content.decode()
    client.post(reverse("programmes:mark", args=[running.pk]), {"registration": cell.pk, "mark": "f"})
    assert Attendance.objects.get(registration=cell).mark == "absent"
    client.post(reverse("programmes:mark", args=[running.pk]), {"registration": cell.pk, "mark": ""})
    assert not Attendance.objects.filter(registration=cell).exists()


def test_hours_that_are_no_hours_get_a_sentence_and_change_nothing(cast, running, sign_in):
    cell = registration(running, cast.tuva, 1)
    for wrong in ("ABC", "4,1", "0", "-3"):
        answer = sign_in(cast.malin).post(
            reverse("programmes:mark", args=[running.pk]), {"registration": cell.pk, "mark": wrong}
        )
        assert answer.status_code == 422
        assert "Skriv timmar som 4 eller 3,5" in answer.content.decode()
    assert not Attendance.objects.exists()


def test_a_day_to_come_cannot_be_marked_before_its_morning(cast, running, at):
    cell = registration(running, cast.tuva, 4)
    with pytest.raises(rules.DayNotYet):
        attendance.mark(registration=cell, mark="present", by=cast.malin, now=at("2027-05-11 23:50"))
    attendance.mark(registration=cell, mark="present", by=cast.malin, now=at("2027-05-12 00:10"))
    assert cell.event.hours == Attendance.objects.get(registration=cell).hours


@pytest.mark.parametrize("who", ["vera", "stina", "lars", "tuva", "outsider"])
def test_nobody_else_finds_the_grid_or_the_door(cast, running, sign_in, who):
    client = sign_in(getattr(cast, who))
    cell = registration(running, cast.tuva, 1)
    assert client.get(reverse("programmes:attendance", args=[running.pk])).status_code == 404
    assert client.get(reverse("programmes:door", args=[running.pk, 1])).status_code == 404
    assert (
        client.post(reverse("programmes:mark", args=[running.pk]), {"registration": cell.pk, "mark": "n"}).status_code
        == 404
    )
    assert client.get(reverse("programmes:make_up", args=[cast.tuva_row.pk])).status_code == 404
    assert not Attendance.objects.exists()


def test_another_cohorts_registration_is_not_marked_through_ones_own(cast, running, sign_in):
    foreign = cast.cohort(cast.programme(cast.skaraborg), number=1, days=(date(2027, 3, 9),))
    cast.enrolment(foreign, cast.selma)
    cell = registration(foreign, cast.selma, 1)
    answer = sign_in(cast.malin).post(
        reverse("programmes:mark", args=[running.pk]), {"registration": cell.pk, "mark": "n"}
    )
    assert answer.status_code == 404


def test_the_door_list_presets_everyone_to_present_and_saves_once(cast, running, sign_in):
    client = sign_in(cast.malin)
    address = reverse("programmes:door", args=[running.pk, 3])
    page = client.get(address).content.decode()
    assert page.count("checked") == 2
    edvin = registration(running, cast.edvin, 3)
    tuva = registration(running, cast.tuva, 3)
    answer = client.post(address, {f"r{edvin.pk}": "f", f"r{tuva.pk}": "n", f"h{tuva.pk}": "3,5"})
    assert answer.status_code == 302
    assert Attendance.objects.get(registration=edvin).mark == "absent"
    assert Attendance.objects.get(registration=tuva).hours == Decimal("3.5")


def test_wrong_hours_at_the_door_are_said_beside_the_field_and_nothing_is_lost(cast, running, sign_in):
    tuva, edvin = registration(running, cast.tuva, 3), registration(running, cast.edvin, 3)
    answer = sign_in(cast.malin).post(
        reverse("programmes:door", args=[running.pk, 3]), {f"r{tuva.pk}": "n", f"h{tuva.pk}": "9", f"r{edvin.pk}": "f"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Så många timmar har dagen inte." in page
    assert f'name="h{tuva.pk}" value="9"' in page
    assert f'name="r{edvin.pk}" value="f" checked' in page
    assert not Attendance.objects.exists()


def test_a_host_of_the_day_takes_its_attendance_and_no_other_days(cast, running, sign_in):
    from events.models import Staff

    Staff.objects.create(event=running.days.get(number=3).event, person=cast.petra, function="host")
    client = sign_in(cast.petra)
    assert client.get(reverse("programmes:door", args=[running.pk, 3])).status_code == 200
    assert client.get(reverse("programmes:door", args=[running.pk, 2])).status_code == 404


def test_a_missed_day_made_up_in_the_next_round_completes_and_is_one_record(cast, running, at):
    cast.attendance(cast.tuva_row, "n", "n", "f", "n", "n", "n", "a", "n")
    at("2027-11-10 09:00")
    coming = cast.cohort(number=13, days=(date(2027, 11, 20), date(2027, 12, 1)))
    day = coming.days.get(number=1)
    missed = running.days.get(number=3)
    row = attendance.make_up(enrolment=cast.tuva_row, missed=missed, day=day, by=cast.malin, now=now())
    assert not rules.standing_of(cast.tuva_row).complete
    at("2027-11-20 17:00")
    attendance.mark(registration=row.registration, mark="present", by=cast.malin, now=now())
    result = rules.standing_of(cast.tuva_row)
    assert result.complete
    assert result.missed == (7,)
    assert Attendance.objects.filter(registration__person=cast.tuva, registration__event=day.event).count() == 1


def test_a_missed_day_is_made_up_once_and_only_elsewhere(cast, running):
    cast.attendance(cast.tuva_row, "n", "f", "n")
    coming = cast.cohort(number=13, days=NEXT)
    missed, there = running.days.get(number=2), coming.days.get(number=1)
    with pytest.raises(rules.NotMissed):
        attendance.make_up(
            enrolment=cast.tuva_row, missed=running.days.get(number=1), day=there, by=cast.malin, now=now()
        )
    with pytest.raises(rules.OwnDay):
        attendance.make_up(
            enrolment=cast.tuva_row, missed=missed, day=running.days.get(number=8), by=cast.malin, now=now()
        )
    attendance.make_up(enrolment=cast.tuva_row, missed=missed, day=there, by=cast.malin, now=now())
    with pytest.raises(rules.AlreadyMadeUp):
        attendance.make_up(
            enrolment=cast.tuva_row, missed=missed, day=coming.days.get(number=2), by=cast.malin, now=now()
        )


def test_a_make_up_can_be_taken_back_until_it_is_done(cast, running, sign_in):
    cast.attendance(cast.tuva_row, "n", "f", "n")
    coming = cast.cohort(number=13, days=NEXT)
    row = attendance.make_up(
        enrolment=cast.tuva_row,
        missed=running.days.get(number=2),
        day=coming.days.get(number=1),
        by=cast.malin,
        now=now(),
    )
    answer = sign_in(cast.malin).post(reverse("programmes:undo_make_up", args=[cast.tuva_row.pk, row.pk]))
    assert answer.status_code == 302
    assert not cast.tuva_row.make_ups.exists()
    assert Registration.objects.get(event=coming.days.get(number=1).event, person=cast.tuva).state == "cancelled"


def test_the_words_about_what_is_left_are_the_same_everywhere(cast, running):
    from django.utils import translation

    cast.attendance(cast.tuva_row, "n", "n", "n")
    cast.attendance(cast.edvin_row, "n", "a", "n")
    tuva, edvin = rules.standing_of(cast.tuva_row), rules.standing_of(cast.edvin_row)
    with translation.override("sv"):
        assert (rules.in_words(tuva), rules.in_words(edvin)) == ("kan missa 1 dag till", "kan inte missa fler")
    with translation.override("fi"):
        assert rules.in_words(tuva) == "voi olla poissa vielä 1 päivän"
    with translation.override("en"):
        assert rules.in_words(tuva) == "can miss 1 more day"


def test_the_grid_asks_the_same_questions_for_one_and_for_three(cast, running, sign_in, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(cast.malin)
    address = reverse("programmes:attendance", args=[running.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as two:
        client.get(address)
    for who in (cast.leila, cast.yasmin, cast.selma):
        cast.enrolment(running, who)
    with CaptureQueriesContext(connection) as five:
        client.get(address)
    assert len(two) == len(five)


def test_looking_at_the_grid_is_recorded(cast, running, sign_in):
    sign_in(cast.malin).get(reverse("programmes:attendance", args=[running.pk]))
    assert Deed.objects.filter(deed="attendance.seen", by=cast.malin).exists()
