"""Breaks and returns: right to the day, without a reason, and with what is left."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from base.clock import now
from events.actions import enqueue_due_reminders
from events.models import Registration
from outbox import kinds
from outbox.models import Letter
from programmes.actions import attendance as marks
from programmes.actions import breaks, sides
from programmes.models import Break
from programmes.rules import attendance
from programmes.rules import breaks as rules

SECOND = timedelta(minutes=2, seconds=1)


def build(letter):
    with translation.override(letter.language):
        return kinds.find(letter.kind).build(letter)


@pytest.fixture
def running(cast):
    cohort = cast.cohort()
    cast.tuva_row = cast.enrolment(cohort, cast.tuva)
    cast.edvin_row = cast.enrolment(cohort, cast.edvin)
    return cohort


def away(cast, starts_on, expected_on=None, *, keeps_seat=True, row=None):
    return breaks.take_break(
        enrolment=row or cast.tuva_row,
        starts_on=starts_on,
        expected_on=expected_on,
        keeps_seat=keeps_seat,
        by=cast.malin,
        now=now(),
    )


def on(cohort, person):
    """The numbers of the days that a person is on."""
    rows = Registration.objects.standing().filter(event__course_day__cohort=cohort, person=person)
    return sorted(rows.values_list("event__course_day__number", flat=True))


def test_days_in_a_break_are_neither_missed_nor_attended_to_the_day(cast, running):
    cast.attendance(cast.tuva_row, "n", "n", "n")
    away(cast, date(2027, 5, 12), date(2027, 9, 8))
    assert on(running, cast.tuva) == [1, 2, 3, 6, 7, 8]  # 12 May is the first day away, 8 September the first back
    result = attendance.standing_of(cast.tuva_row)
    assert result.on_break == (4, 5)
    assert result.missed == ()
    assert result.can_miss_days == 1
    assert attendance.in_words(result) == "kan missa 1 dag till, 2 dagar kvar från uppehållet"


def test_a_missed_day_beside_the_break_leaves_nothing_to_miss(cast, running):
    cast.attendance(cast.tuva_row, "n", "n", "f")
    away(cast, date(2027, 5, 12), date(2027, 6, 1))
    assert attendance.in_words(attendance.standing_of(cast.tuva_row)) == (
        "kan inte missa fler, 1 dag kvar från uppehållet"
    )


def test_what_was_attended_in_the_break_counts_and_an_unmarked_day_is_not_asked_for(cast, running):
    cast.attendance(cast.tuva_row, "n", "n", "")
    away(cast, date(2027, 3, 10))
    result = attendance.standing_of(cast.tuva_row)
    assert result.whole_days == 2
    assert result.unknown == ()
    assert result.on_break == (3, 4, 5, 6, 7, 8)
    assert on(running, cast.tuva) == [1, 2]


def test_a_day_of_the_break_is_taken_in_another_round_and_counts_once(cast, running, at):
    cast.attendance(cast.tuva_row, "n", "n", "n")
    away(cast, date(2027, 5, 12), date(2027, 6, 1))
    coming = cast.cohort(number=13, days=(date(2027, 8, 31),))
    day = coming.days.get(number=1)
    made_up = marks.make_up(
        enrolment=cast.tuva_row, missed=running.days.get(number=4), day=day, by=cast.malin, now=now()
    )
    at("2027-08-31 17:00")
    marks.mark(registration=made_up.registration, mark="present", by=cast.malin, now=now())
    result = attendance.standing_of(cast.tuva_row)
    assert result.whole_days == 4
    assert result.on_break == ()


def test_reminders_stop_on_the_first_day_away_and_begin_again_on_the_first_back(cast, running, at):
    away(cast, date(2027, 5, 12), date(2027, 6, 10))
    at("2027-05-11 08:01")
    enqueue_due_reminders(since=now() - timedelta(minutes=5), now=now())
    reminded = Letter.objects.filter(kind="events.reminder", person=cast.tuva)
    assert not reminded.exists()
    assert Letter.objects.filter(kind="events.reminder", person=cast.edvin).exists()
    at("2027-06-09 08:01")
    breaks.keep_breaks(now())
    enqueue_due_reminders(since=now() - timedelta(minutes=5), now=now())
    assert reminded.exists()


def test_a_break_to_come_begins_and_ends_by_itself_on_its_days(cast, running, at):
    row = away(cast, date(2027, 5, 12), date(2027, 6, 10))
    cast.tuva_row.refresh_from_db()
    assert cast.tuva_row.programme_side == "enrolled"
    at("2027-05-11 23:50")
    assert breaks.keep_breaks(now()) == 0
    at("2027-05-12 00:10")
    breaks.keep_breaks(now())
    cast.tuva_row.refresh_from_db()
    assert cast.tuva_row.programme_side == "paused"
    at("2027-06-09 23:50")
    assert breaks.keep_breaks(now()) == 0
    at("2027-06-10 00:10")
    breaks.keep_breaks(now())
    cast.tuva_row.refresh_from_db()
    row.refresh_from_db()
    assert cast.tuva_row.programme_side == "enrolled"
    assert row.returned_on == date(2027, 6, 10)
    assert Letter.objects.filter(kind="programmes.break_over", person=cast.tuva).count() == 1
    assert breaks.keep_breaks(now()) == 0


def test_a_break_is_taken_back_with_its_days_by_the_one_who_wrote_it(cast, running, at):
    row = away(cast, date(2027, 4, 16))
    assert cast.tuva_row.transitions.last().after == "paused"
    with pytest.raises(rules.CannotTakeBack):
        breaks.take_back(row=row, by=cast.ada, now=now())
    breaks.take_back(row=row, by=cast.malin, now=now())
    cast.tuva_row.refresh_from_db()
    assert cast.tuva_row.programme_side == "enrolled"
    assert on(running, cast.tuva) == [1, 2, 3, 4, 5, 6, 7, 8]
    again = away(cast, date(2027, 4, 16))
    with pytest.raises(rules.CannotTakeBack):
        breaks.take_back(row=again, by=cast.malin, now=now() + SECOND)


def test_a_return_is_taken_back_and_the_break_goes_on(cast, running):
    row = away(cast, date(2027, 4, 10), date(2027, 9, 1))
    breaks.come_back(row=row, day=date(2027, 4, 16), by=cast.malin, now=now())
    assert on(running, cast.tuva) == [1, 2, 3, 4, 5, 6, 7, 8][:2] + [4, 5, 6, 7, 8]
    row.refresh_from_db()
    breaks.take_back(row=row, by=cast.malin, now=now())
    cast.tuva_row.refresh_from_db()
    assert cast.tuva_row.programme_side == "paused"
    assert on(running, cast.tuva) == [1, 2, 6, 7, 8]


def test_a_freed_seat_goes_to_the_next_in_line_and_only_after_the_time_of_undo(cast, at):
    cohort = cast.cohort(capacity=1, state="selection", days=(date(2027, 8, 31), date(2027, 9, 23)),
                         last_entry_on=date(2027, 9, 1), selection_confirmed_at=now())  # fmt: skip
    cohort.places.offers_until = None
    cohort.places.save()
    row = cast.enrolment(cohort, cast.tuva)
    waiting = cast.enrolment(cohort, cast.edvin, side="waitlisted")
    taken = away(cast, date(2027, 4, 12), keeps_seat=False, row=row)
    assert breaks.keep_breaks(now()) == 0
    breaks.keep_breaks(now() + SECOND)
    waiting.refresh_from_db()
    assert waiting.programme_side == "offered"
    taken.refresh_from_db()
    with pytest.raises(rules.NoSeatToReturnTo):
        breaks.come_back(row=taken, day=date(2027, 4, 16), by=cast.malin, now=now() + SECOND)
    breaks.come_back(row=taken, day=date(2027, 4, 16), reason="Lovades platsen", by=cast.malin, now=now() + SECOND)
    row.refresh_from_db()
    cohort.places.refresh_from_db()
    assert row.programme_side == "enrolled"
    assert row.claim.state == "confirmed"
    assert (cohort.places.capacity, cohort.places.sold) == (2, 2)
    assert on(cohort, cast.tuva) == [1, 2]


def test_one_break_at_a_time_forwards_and_only_with_a_place(cast, running):
    with pytest.raises(rules.BackBeforeGone):
        away(cast, date(2027, 5, 12), date(2027, 5, 12))
    away(cast, date(2027, 5, 12), date(2027, 6, 1))
    with pytest.raises(rules.BreakGoesOn):
        away(cast, date(2027, 9, 1))
    sides.change(enrolment=cast.edvin_row, side="programme", after="withdrawn", by=cast.malin, now=now())
    with pytest.raises(rules.NoPlaceToPause):
        away(cast, date(2027, 5, 12), row=cast.edvin_row)


def test_the_pages_take_a_break_and_show_it_to_the_manager_without_a_reason(cast, running, sign_in):
    client = sign_in(cast.malin)
    page = reverse("programmes:enrolment", args=[cast.tuva_row.pk])
    assert reverse("programmes:break", args=[cast.tuva_row.pk]) in client.get(page).content.decode()
    answer = client.post(
        reverse("programmes:break", args=[cast.tuva_row.pk]),
        {"starts_on": "2027-05-12", "expected_on": "2027-06-10", "seat": "yes"},
    )
    assert answer.status_code == 302
    row = Break.objects.get()
    back = reverse("programmes:break_back", args=[cast.tuva_row.pk, row.pk])
    assert back in client.get(page).content.decode()
    wrong = client.post(back, {"day": "2027-05-01"})
    assert wrong.status_code == 422
    assert client.post(back, {"day": "2027-06-01"}).status_code == 302
    row.refresh_from_db()
    assert row.expected_on == date(2027, 6, 1)
    shown = sign_in(cast.stina).get(page).content.decode()
    assert "Borta från 12 maj 2027, tillbaka 1 juni 2027" in shown
    assert back not in shown
    assert sign_in(cast.stina).get(back).status_code == 404
    assert sign_in(cast.vera).get(back).status_code == 404


def test_the_grid_says_that_somebody_is_on_a_break(cast, running, sign_in):
    away(cast, date(2027, 4, 10))
    page = sign_in(cast.malin).get(reverse("programmes:attendance", args=[running.pk])).content.decode()
    assert "Tuva Ljungdahl, dag 3: uppehåll" in page


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_the_letters_say_from_when_to_when_and_what_is_left(cast, running, language):
    cast.tuva.language = language
    cast.tuva.save()
    row = away(cast, date(2027, 4, 10), date(2027, 9, 1))
    letter = Letter.objects.get(kind="programmes.break")
    text = build(letter).text
    assert "2027" in text
    breaks.come_back(row=row, day=date(2027, 4, 16), by=cast.malin, now=now())
    assert build(Letter.objects.get(kind="programmes.break")) is None
    assert build(Letter.objects.get(kind="programmes.break_over")).text
