"""Reminders: each exactly once, at its time on the wall, late after an outage, never past the start."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from events import actions, letters
from events.limits import wall
from events.models import Event, Registration
from outbox import clock, kinds
from outbox.actions import sending as sender
from outbox.models import Letter
from tests.cast import NOW

BOUNDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@pytest.fixture
def day(cast):
    """Day 4, 12 May 2027 at 9, with Tuva (Swedish), Edvin (English) and Yasmin (Finnish)."""
    cohort = cast.cohort(days=(date(2027, 5, 12),))
    for who in (cast.tuva, cast.edvin, cast.yasmin):
        cast.enrolment(cohort, who)
    return cohort.days.get(number=1).event


def tick(since, now):
    return actions.enqueue_due_reminders(since=since, now=now)


def through(start, end, step=timedelta(minutes=167)):
    """The clock beats from `start` to `end`; how many letters it wrote."""
    written, since = 0, start
    while since < end:
        now = min(since + step, end)
        written += tick(since, now)
        since = now
    return written


def reminders():
    return Letter.objects.filter(kind=letters.REMINDER)


def mail(letter):
    with translation.override(letter.language):
        return kinds.find(letter.kind).build(letter)


def test_each_rule_writes_to_each_awaited_person_once(cast, day):
    assert through(NOW, day.ends_at + timedelta(days=1)) == 9
    due = sorted({row.not_before for row in reminders()})
    assert due == [
        wall(date(2027, 4, 28), time(8), day.zone),
        wall(date(2027, 5, 10), time(8), day.zone),
        wall(date(2027, 5, 11), time(8), day.zone),
    ]
    assert {row.useful_until for row in reminders()} == {day.starts_at}
    # Run again from the beginning, as after a restored watermark: nothing is written twice.
    for since in (NOW, day.starts_at - timedelta(days=3)):
        through(since, day.ends_at)
    assert reminders().count() == 9


def test_who_reported_absence_or_left_is_not_reminded(cast, day):
    absent = Registration.objects.get(event=day, person=cast.tuva)
    actions.report_absence(registration=absent, reason="", by=cast.tuva, now=NOW)
    actions.unregister(registration=Registration.objects.get(event=day, person=cast.edvin), by=cast.malin, now=NOW)
    through(NOW, day.starts_at, timedelta(hours=6))
    assert set(reminders().values_list("person", flat=True)) == {cast.yasmin.pk}


def test_who_reports_absence_after_the_letter_was_written_does_not_get_it(cast, day):
    tick(day.starts_at - timedelta(days=15), day.starts_at - timedelta(days=13, hours=23))
    letter = reminders().get(person=cast.tuva)
    assert mail(letter) is not None
    registration = Registration.objects.get(event=day, person=cast.tuva)
    actions.report_absence(registration=registration, reason="", by=cast.tuva, now=NOW)
    assert mail(letter) is None
    actions.take_back_absence(registration=registration, by=cast.tuva, now=NOW)
    assert mail(letter) is not None


@pytest.mark.parametrize("zone", ["Europe/Stockholm", "Europe/Helsinki"])
@pytest.mark.parametrize(
    "on",
    [
        date(2026, 3, 29),
        date(2026, 3, 30),
        date(2026, 10, 25),
        date(2026, 10, 26),
        date(2027, 3, 29),
        date(2027, 11, 1),
        date(2028, 3, 27),
        date(2028, 10, 30),
    ],
)
def test_across_both_changes_of_clocks_each_goes_once_at_eight_on_the_wall(cast, on, zone):
    cohort = cast.cohort(days=(on,))
    cast.enrolment(cohort, cast.tuva)
    start = wall(on, time(9), zone)
    Event.objects.update(zone=zone, starts_at=start, ends_at=start + timedelta(hours=7))
    assert through(start - timedelta(days=15), start) == 3
    walls = sorted(row.not_before.astimezone(ZoneInfo(zone)) for row in reminders())
    assert [(row.date(), row.time()) for row in walls] == [(on - timedelta(days=n), time(8)) for n in (14, 2, 1)]


def test_after_an_outage_of_hours_reminders_go_late(cast, day):
    morning = wall(date(2027, 5, 11), time(7, 30), day.zone)
    assert tick(morning, morning + timedelta(hours=3)) == 3


def test_after_an_outage_of_days_nobody_gets_two_reminders_at_once(cast, day):
    before = wall(date(2027, 5, 9), time(12), day.zone)
    assert tick(before, wall(date(2027, 5, 11), time(12), day.zone)) == 3
    assert {row.not_before for row in reminders()} == {wall(date(2027, 5, 11), time(8), day.zone)}


def test_past_the_start_nobody_is_reminded_and_the_region_gets_one_alert(cast, day):
    before = wall(date(2027, 5, 9), time(12), day.zone)
    for _again in range(2):
        assert tick(before, day.starts_at + timedelta(minutes=1)) == 0
    assert not reminders().exists()
    alert = Letter.objects.get(kind=letters.MISSED)
    assert (alert.address, alert.language) == ("sormland@helmi.example", "sv")
    assert "Påminnelser skickades inte" in mail(alert).subject


def test_an_event_nobody_awaits_alerts_nobody(cast):
    cohort = cast.cohort(days=(date(2027, 5, 12),))
    day = cohort.days.get().event
    tick(day.starts_at - timedelta(days=2), day.starts_at + timedelta(minutes=1))
    assert not Letter.objects.exists()


def test_a_move_after_a_reminder_arms_it_once_more_for_the_new_day_and_nobody_gets_two_equal_mails(cast, day):
    through(NOW, wall(date(2027, 4, 29), time(9), day.zone), timedelta(hours=4))
    assert reminders().count() == 3
    moved = wall(date(2027, 4, 29), time(9), day.zone)
    actions.move_event(
        event=day, date=date(2027, 5, 19), start_time=time(10), end_time=time(17), reason="", by=cast.malin, now=moved
    )
    through(moved, datetime(2027, 5, 20, tzinfo=ZoneInfo("UTC")), timedelta(hours=2))
    mine = reminders().filter(person=cast.tuva).exclude(state="cancelled")
    assert sorted(row.not_before for row in mine) == [
        wall(date(2027, 5, 5), time(8), day.zone),
        wall(date(2027, 5, 17), time(8), day.zone),
        wall(date(2027, 5, 18), time(8), day.zone),
    ]


def test_a_reminder_that_waits_when_the_day_is_moved_is_not_sent(cast, day):
    tick(day.starts_at - timedelta(days=15), day.starts_at - timedelta(days=13, hours=23))
    waiting = reminders().get(person=cast.tuva)
    actions.move_event(
        event=day, date=date(2027, 5, 19), start_time=time(10), end_time=time(17), reason="", by=None, now=NOW
    )
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert mail(waiting) is None


def test_a_reminder_that_waits_when_the_place_changes_goes_with_the_new_place(cast, day):
    tick(day.starts_at - timedelta(days=15), day.starts_at - timedelta(days=13, hours=23))
    actions.change_practicalities(event=day, venue="Biblioteket", by=cast.malin, now=NOW)
    assert "Biblioteket" in mail(reminders().get(person=cast.tuva)).text


def test_the_letter_says_where_and_when_as_a_colleague_would(cast, day, at):
    through(NOW, day.starts_at, timedelta(hours=8))
    swedish, english, finnish = (
        reminders().filter(person=who).order_by("not_before") for who in (cast.tuva, cast.edvin, cast.yasmin)
    )
    at("2027-04-28 08:00")
    assert mail(swedish[0]).subject == "Vi ses i Eskilstuna onsdag 12 maj"
    at("2027-05-10 08:00")
    letter = mail(swedish[1])
    assert letter.subject == "Vi ses i Eskilstuna på onsdag"
    assert letter.text.startswith("Hej Tuva")
    assert "Dag 1 är onsdag 12 maj" in letter.text
    assert "Vi börjar kl. 9.00 i Kommunhuset, sal Djulö, Eskilstuna." in letter.text
    assert "Läs fallet om familjen Ask före dagen." in letter.text
    assert "Du får det här mejlet eftersom du är anmäld till dagen." in letter.text
    assert f"/events/{day.pk}/" in letter.text
    assert letter.attachments[0][0] == "helmi-2027-05-12.ics"
    assert mail(english[1]).subject == "We meet in Eskilstuna on Wednesday"
    assert mail(finnish[1]).subject == "Tavataan keskiviikkona: Eskilstuna"
    at("2027-05-11 08:00")
    assert mail(swedish[2]).subject == "Vi ses i Eskilstuna i morgon"
    at("2027-05-12 09:00")
    assert mail(swedish[2]) is None


def test_the_clock_does_it_from_where_it_last_succeeded(cast, day, at):
    at("2027-04-28 07:59")
    clock.run("events.reminders", now=datetime(2027, 4, 28, 5, 59, tzinfo=ZoneInfo("UTC")))
    assert not reminders().exists()
    assert clock.run("events.reminders", now=datetime(2027, 4, 28, 9, 0, tzinfo=ZoneInfo("UTC"))) == 3


def test_writing_costs_the_same_statements_for_each_person(cast, day, django_assert_max_num_queries):
    with django_assert_max_num_queries(4 + 3 * 3):
        tick(day.starts_at - timedelta(days=15), day.starts_at - timedelta(days=13, hours=23))


def sent_with_queries(cast, day, number, at):
    """How many statements it takes to send the reminder of the day to so many people."""
    for person in [cast.tuva, cast.edvin, cast.yasmin][number:]:
        Registration.objects.get(event=day, person=person).delete()
    now = day.starts_at - timedelta(days=13, hours=23)
    tick(day.starts_at - timedelta(days=15), now)
    at(now)
    with CaptureQueriesContext(connection) as queries:
        assert sender.send_due(now=now) == number
    return sum(not query["sql"].startswith(BOUNDS) for query in queries)


@pytest.mark.parametrize("number", [1, 3])
def test_a_reminder_is_sent_with_two_statements_beside_those_for_all(cast, day, at, number):
    # For all: missed ones, the claim, its letters, flagged addresses, events, who is awaited, and the last claim.
    assert sent_with_queries(cast, day, number, at) == 7 + 2 * number


def test_while_a_slow_mail_server_is_waited_for_people_still_leave(cast, day, at, monkeypatch):
    now = day.starts_at - timedelta(days=13, hours=23)
    tick(day.starts_at - timedelta(days=15), now)
    at(now)
    claimed = sender.claim(now=now)
    kinds.go_together(claimed)
    first, second = (letter for letter in claimed if letter.person in (cast.tuva, cast.edvin))
    assert mail(first) is not None
    Registration.objects.filter(person=second.person).delete()
    monkeypatch.setattr(kinds, "TRUSTED", 0.0)
    assert mail(second) is None
