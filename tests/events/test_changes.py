"""Days are moved, changed and cancelled: readers are told once, reminders are armed anew, calendars follow."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from audit.models import Deed
from base.refusal import Forbidden
from events import actions, letters, rules
from events.models import Change, Event, Registration, Reminder
from outbox import kinds
from outbox.models import Letter
from tests.cast import NOW

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def day(cast):
    """Day 4, 12 May 2027, with Tuva (Swedish), Edvin (English) and Yasmin (Finnish)."""
    cohort = cast.cohort()
    for who in (cast.tuva, cast.edvin, cast.yasmin):
        cast.enrolment(cohort, who)
    return cohort.days.get(number=4).event


def move(day, to=date(2027, 5, 19), by=None, now=NOW, hour=10, **facts):
    return actions.move_event(
        event=day, date=to, start_time=time(hour), end_time=time(17), reason="Lokalen", by=by, now=now, **facts
    )


def mail(letter):
    with translation.override(letter.language):
        return kinds.find(letter.kind).build(letter)


def notices(kind):
    return Letter.objects.filter(kind=kind, state="queued").order_by("person_id")


def test_an_event_begins_as_a_draft_with_three_reminders_at_eight(cast):
    event = actions.create_event(
        region=cast.sormland,
        kind="course_day",
        title={"sv": "Samverkan", "fi": "Yhteistyö", "en": "Working together"},
        date=date(2027, 6, 10),
        start_time=time(9),
        end_time=time(16),
        by=cast.malin,
        now=NOW,
    )
    assert (event.state, event.version, event.zone) == ("draft", 1, "Europe/Stockholm")
    assert event.starts_at == datetime(2027, 6, 10, 9, tzinfo=STOCKHOLM)
    assert [(row.days_before, row.at_time) for row in event.reminders.all()] == [(n, time(8)) for n in (14, 2, 1)]
    with translation.override("fi"):
        assert Event.objects.get(pk=event.pk).title == "Yhteistyö"
    assert actions.publish_event(event=event, by=cast.malin, now=NOW).state == "published"
    with pytest.raises(rules.NotPublishable):
        actions.publish_event(event=event, by=cast.malin, now=NOW)


def test_an_event_that_ends_before_it_starts_is_refused(cast, day):
    with pytest.raises(rules.EndsBeforeStart):
        actions.create_event(
            region=cast.sormland,
            kind="meeting",
            title="x",
            date=date(2027, 6, 10),
            start_time=time(16),
            end_time=time(9),
            by=None,
            now=NOW,
        )
    with pytest.raises(rules.EndsBeforeStart):
        actions.move_event(event=day, date=day.date, start_time=time(17), end_time=time(9), reason="", by=None, now=NOW)


def test_moving_a_day_writes_one_notice_each_in_the_readers_language_after_the_time_of_undo(cast, day):
    moved = move(day, by=cast.malin)
    assert (moved.version, moved.date, moved.starts_at) == (
        2,
        date(2027, 5, 19),
        datetime(2027, 5, 19, 10, tzinfo=STOCKHOLM),
    )
    change = Change.objects.get(event=day)
    assert (change.version, change.reason, change.by, change.before["date"]) == (2, "Lokalen", cast.malin, "2027-05-12")
    rows = list(notices(letters.MOVED))
    assert [row.person for row in rows] == [cast.tuva, cast.edvin, cast.yasmin]
    assert {row.not_before - NOW for row in rows} == {timedelta(minutes=10)}
    swedish, english, finnish = map(mail, rows)
    assert swedish.subject == "Utredning enligt BBIC och LVU flyttas till onsdag 19 maj"
    assert "flyttas från ons 12 maj kl. 9.00 till ons 19 maj kl. 10.00" in swedish.text
    assert "Orsaken: Lokalen" in swedish.text
    assert "You get this letter because you are registered on the day." in english.text
    assert "Wed 12 May, 9am" in english.text
    assert "Uusi aika: ke 19.5. klo 10.00." in finnish.text
    assert swedish.reply_to == "malin@sormland.example"
    [(name, content, _kind)] = swedish.attachments
    assert name == "helmi-2027-05-19.ics"
    assert b"SEQUENCE:1\r\n" in content


def test_a_move_that_is_taken_back_in_time_is_told_to_nobody(cast, day):
    move(day)
    back = actions.move_event(
        event=day,
        date=date(2027, 5, 12),
        start_time=time(9),
        end_time=time(16),
        reason="",
        by=None,
        now=NOW + timedelta(seconds=90),
    )
    assert back.version == 3
    assert not notices(letters.MOVED).exists()


def test_a_second_move_before_the_first_notice_left_is_told_from_what_readers_know(cast, day):
    move(day)
    move(day, to=date(2027, 5, 26), now=NOW + timedelta(minutes=1))
    rows = list(notices(letters.MOVED))
    assert len(rows) == 3
    assert "från ons 12 maj kl. 9.00 till ons 26 maj kl. 10.00" in mail(rows[0]).text


def test_a_notice_that_a_later_move_overtook_after_it_was_claimed_is_not_sent(cast, day):
    move(day)
    first = notices(letters.MOVED).first()
    Letter.objects.update(state="sent")
    move(day, to=date(2027, 5, 26), now=NOW + timedelta(hours=1))
    assert mail(first) is None
    assert "från ons 19 maj kl. 10.00 till ons 26 maj" in mail(notices(letters.MOVED).first()).text


def test_nothing_moves_to_where_it_is_and_nothing_past_moves(cast, day):
    with pytest.raises(rules.NothingMoved):
        actions.move_event(event=day, date=day.date, start_time=time(9), end_time=time(16), reason="", by=None, now=NOW)
    with pytest.raises(rules.EventOver):
        move(day, now=day.ends_at)


def test_only_organisers_move_and_cancel_and_attempts_of_others_are_written_down(cast, day):
    for who in (cast.tuva, cast.vera, cast.stina, cast.outsider):
        with pytest.raises(Forbidden):
            move(day, by=who)
        with pytest.raises(Forbidden):
            actions.cancel_event(event=day, reason="x", by=who, now=NOW)
    day.refresh_from_db()
    assert (day.version, day.state) == (1, "published")
    assert Deed.objects.filter(deed__in=["event_moved_refused", "event_cancelled_refused"]).count() == 8
    assert not Letter.objects.exists()


def test_cancelling_tells_everybody_in_their_language_and_stops_reminders(cast, day):
    letters.reminder(day, cast.tuva, days_before=14, due=NOW, now=NOW)
    actions.report_absence(
        registration=Registration.objects.get(event=day, person=cast.edvin), reason="", by=cast.edvin, now=NOW
    )
    actions.cancel_event(event=day, reason="Läraren är sjuk", by=cast.malin, now=NOW)
    rows = list(notices(letters.CANCELLED))
    assert [row.language for row in rows] == ["sv", "en", "fi"]
    swedish, english, finnish = map(mail, rows)
    assert swedish.subject == "Inställd: Utredning enligt BBIC och LVU onsdag 12 maj"
    assert "Orsaken: Läraren är sjuk" in swedish.text
    assert english.subject.startswith("Cancelled: ")
    assert finnish.subject.startswith("Peruttu: ")
    assert b"STATUS:CANCELLED" in swedish.attachments[0][1]
    assert Letter.objects.get(kind=letters.REMINDER).state == "cancelled"
    with pytest.raises(rules.EventCancelled):
        actions.cancel_event(event=day, reason="igen", by=cast.malin, now=NOW)
    with pytest.raises(rules.EventCancelled):
        move(day, by=cast.malin)


def test_cancelling_needs_a_reason(cast, day):
    with pytest.raises(rules.ReasonNeeded):
        actions.cancel_event(event=day, reason=" ", by=cast.malin, now=NOW)


def test_another_place_is_told_but_the_first_place_is_not_a_change(cast, day):
    actions.change_practicalities(event=day, venue="Biblioteket", by=cast.malin, now=NOW)
    row = notices(letters.CHANGED).first()
    assert notices(letters.CHANGED).count() == 3
    assert mail(row).subject == "Ny plats onsdag 12 maj"
    assert "Biblioteket, Eskilstuna" in mail(row).text
    Letter.objects.all().delete()
    Event.objects.filter(pk=day.pk).update(venue="")
    actions.change_practicalities(event=day, venue="Stadshuset", by=cast.malin, now=NOW)
    assert not Letter.objects.exists()


def test_arrival_changes_in_the_language_it_is_written_in_and_confirming_the_room_is_no_change(cast, day):
    with translation.override("fi"):
        actions.change_practicalities(event=day, arrival="kahvia klo 8.30", by=cast.malin, now=NOW)
    day = Event.objects.get(pk=day.pk)
    assert (day.arrival_fi, day.arrival_sv, day.version) == ("kahvia klo 8.30", "kaffe från 8.30", 2)
    actions.change_practicalities(event=day, venue_confirmed=True, by=cast.malin, now=NOW)
    day.refresh_from_db()
    assert (day.venue_confirmed_at, day.version) == (NOW, 2)
    assert not Letter.objects.exists()


def test_a_new_host_takes_over_and_the_old_ones_lose_the_practical_side(cast, day):
    actions.staff_event(event=day, person=cast.petra, function="host", by=cast.malin, now=NOW)
    actions.change_practicalities(event=day, venue="Petras sal", venue_confirmed=True, by=cast.petra, now=NOW)
    actions.change_host(event=day, host=cast.flen, by=cast.malin, now=NOW)
    day.refresh_from_db()
    assert (day.host, day.venue_confirmed_at) == (cast.flen, None)
    with pytest.raises(rules.NotHost):
        actions.change_practicalities(event=day, venue="x", by=cast.petra, now=NOW)
    with pytest.raises(rules.NotOrganiser):
        actions.change_host(event=day, host=cast.nykoping, by=cast.petra, now=NOW)


def test_reminders_are_set_anew_with_one_a_day(cast, day):
    actions.set_reminders(event=day, rules=[(7, time(8)), (0, time(7))], by=cast.malin, now=NOW)
    assert list(Reminder.objects.filter(event=day).values_list("days_before", flat=True)) == [7, 0]
    with pytest.raises(rules.RemindersTwice):
        actions.set_reminders(event=day, rules=[(7, time(8)), (7, time(9))], by=cast.malin, now=NOW)


def test_published_events_that_have_ended_are_held(cast, day):
    actions.hold_past_events(now=day.ends_at)
    day.refresh_from_db()
    assert day.state == "held"
