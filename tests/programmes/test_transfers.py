"""Moving to a later round: what was attended counts there once, and nobody is overtaken by accident."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from base.clock import now
from events.models import Attendance, Registration
from outbox import kinds
from outbox.models import Letter
from programmes.actions import attendance as marks
from programmes.actions import breaks, selection, transfers
from programmes.models import Enrolment, Transfer
from programmes.rules import attendance
from programmes.rules import transfers as rules

NEXT = (
    date(2027, 8, 31),
    date(2027, 9, 1),
    date(2027, 9, 23),
    date(2027, 10, 20),
    date(2027, 11, 18),
    date(2028, 1, 12),
    date(2028, 2, 9),
    date(2028, 3, 8),
)


@pytest.fixture
def rounds(cast):
    running = cast.cohort()
    cast.tuva_row = cast.enrolment(running, cast.tuva)
    later = cast.cohort(
        number=13,
        state="selection",
        days=NEXT,
        capacity=2,
        opens_on=date(2027, 2, 1),
        closes_on=date(2027, 4, 10),
        last_entry_on=date(2027, 9, 1),
        selection_confirmed_at=now(),
    )
    return running, later


def move(cast, to, reason="", row=None):
    return transfers.transfer(enrolment=row or cast.tuva_row, to=to, reason=reason, by=cast.malin, now=now())


def on(cohort, person):
    rows = Registration.objects.standing().filter(event__course_day__cohort=cohort, person=person)
    return sorted(rows.values_list("event__course_day__number", flat=True))


def test_attended_days_follow_along_as_one_record_and_only_the_rest_is_left(cast, rounds):
    running, later = rounds
    cast.attendance(cast.tuva_row, "n", "4", "f")
    row = move(cast, later)
    cast.tuva_row.refresh_from_db()
    assert cast.tuva_row.programme_side == "withdrawn"
    assert cast.tuva_row.claim.state == "cancelled"
    assert row.new.programme_side == "enrolled"
    assert on(running, cast.tuva) == [1, 2, 3]
    assert on(later, cast.tuva) == [2, 3, 4, 5, 6, 7, 8]
    assert Attendance.objects.filter(registration__person=cast.tuva).count() == 3
    here = attendance.standing_of(row.new)
    assert here.hours == 10
    assert here.missed == (2,)
    assert attendance.standing_of(cast.tuva_row).hours == 10


def test_what_follows_along_completes_the_later_round_on_its_day(cast, rounds, at):
    _running, later = rounds
    cast.attendance(cast.tuva_row, "n", "n", "n")
    row = move(cast, later)
    for number, day in enumerate(NEXT[3:7], start=4):
        at(f"{day} 17:00")
        registration = Registration.objects.get(event__course_day__cohort=later, event__date=day, person=cast.tuva)
        assert not attendance.standing_of(row.new).complete, number
        marks.mark(registration=registration, mark="present", by=cast.malin, now=now())
    assert attendance.standing_of(row.new).complete


def test_a_day_made_up_elsewhere_goes_along(cast, rounds):
    _running, later = rounds
    other = cast.cohort(number=11, state="finished", days=(date(2027, 4, 1),))
    cast.attendance(cast.tuva_row, "n", "n", "f")
    made_up = marks.make_up(
        enrolment=cast.tuva_row,
        missed=cast.tuva_row.cohort.days.get(number=3),
        day=other.days.get(),
        by=cast.malin,
        now=now(),
    )
    marks.mark(registration=made_up.registration, mark="present", by=cast.malin, now=now())
    row = move(cast, later)
    assert attendance.standing_of(row.new).whole_days == 3
    assert attendance.standing_of(cast.tuva_row).whole_days == 2


def test_nobody_in_line_is_overtaken_unless_the_coordinator_writes_why(cast, rounds):
    _running, later = rounds
    cast.enrolment(later, cast.edvin)
    cast.enrolment(later, cast.leila)
    waiting = cast.enrolment(later, cast.yasmin, side="waitlisted")
    row = move(cast, later)
    assert row.new.programme_side == "waitlisted"
    assert row.new.claim.position > waiting.claim.position
    again = cast.enrolment(rounds[0], cast.outsider, unit=cast.barn)
    seated = move(cast, later, "Lovades en plats före sin ledighet", row=again)
    assert seated.new.programme_side == "enrolled"
    later.places.refresh_from_db()
    assert (later.places.capacity, later.places.sold) == (3, 3)
    waiting.refresh_from_db()
    assert waiting.programme_side == "waitlisted"


def test_who_waited_and_gets_a_place_is_not_asked_to_days_that_are_done(cast, rounds):
    _running, later = rounds
    cast.attendance(cast.tuva_row, "n", "n")
    cast.enrolment(later, cast.edvin)
    leaving = cast.enrolment(later, cast.leila)
    row = move(cast, later)
    assert row.new.programme_side == "waitlisted"
    from programmes.actions.leaving import leave

    leave(enrolment=leaving, why="", by=cast.malin, now=now())
    offered = Enrolment.objects.get(pk=row.new_id)
    assert offered.programme_side == "offered"
    selection.accept(enrolment=offered, by=cast.tuva, now=now())
    assert on(later, cast.tuva) == [3, 4, 5, 6, 7, 8]


def test_before_the_seats_are_shared_the_person_is_among_the_applicants(cast, rounds):
    later = cast.cohort(number=14, state="open", days=NEXT, opens_on=date(2027, 4, 1), closes_on=date(2027, 6, 1))
    row = move(cast, later, "Vill ha plats")
    assert row.new.programme_side == "applied"
    assert later.enrolments.counting().count() == 1
    assert not later.places.claims.exists()


def test_from_a_break_one_goes_on_in_a_later_round(cast, rounds):
    _running, later = rounds
    breaks.take_break(
        enrolment=cast.tuva_row,
        starts_on=date(2027, 4, 1),
        expected_on=None,
        keeps_seat=False,
        by=cast.malin,
        now=now(),
    )
    breaks.keep_breaks(now() + timedelta(minutes=3))
    assert move(cast, later).new.programme_side == "enrolled"


def test_only_a_later_round_that_takes_people_and_only_once(cast, rounds):
    running, later = rounds
    for wrong in (running, cast.cohort(number=11), cast.cohort(number=15, state="finished")):
        with pytest.raises(rules.NotALaterRound):
            move(cast, wrong)
    foreign = cast.cohort(cast.programme(cast.skaraborg), number=20)
    with pytest.raises(rules.NotALaterRound):
        move(cast, foreign)
    late = cast.cohort(number=16, days=NEXT, selection_confirmed_at=now(), last_entry_on=date(2027, 4, 15))
    with pytest.raises(rules.EntryOver):
        move(cast, late)
    move(cast, later)
    with pytest.raises(rules.NothingToMove):
        move(cast, late, "Ändå")


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_the_person_and_the_manager_are_told_after_ten_minutes(cast, rounds, language):
    _running, later = rounds
    for reader in (cast.tuva, cast.stina):
        reader.language = language
        reader.save()
    cast.attendance(cast.tuva_row, "n", "n")
    move(cast, later)
    letters = list(Letter.objects.filter(kind__startswith="programmes.moved_round").order_by("kind"))
    assert [letter.person for letter in letters] == [cast.tuva, cast.stina]
    for letter in letters:
        assert letter.not_before >= now() + timedelta(minutes=9)
        with translation.override(letter.language):
            mail = kinds.find(letter.kind).build(letter)
        assert "12" in mail.text
        assert "13" in mail.text
        assert "Tuva" in mail.text


def test_the_pages_show_the_letters_first_and_both_rounds_afterwards(cast, rounds, sign_in):
    _running, later = rounds
    client = sign_in(cast.malin)
    address = reverse("programmes:transfer", args=[cast.tuva_row.pk])
    page = client.post(address, {"to": later.pk, "reason": ""})
    assert page.status_code == 200
    assert not Transfer.objects.exists()
    assert "Tuva" in page.content.decode()
    answer = client.post(address, {"to": later.pk, "reason": "", "confirm": "yes"})
    new = Transfer.objects.get().new
    assert answer.url == new.get_absolute_url()
    assert "omgång 12" in client.get(new.get_absolute_url()).content.decode().casefold()
    assert "omgång 13" in client.get(cast.tuva_row.get_absolute_url()).content.decode().casefold()
    for other in (cast.stina, cast.vera, cast.tuva):
        assert sign_in(other).get(address).status_code == 404
