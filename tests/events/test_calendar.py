"""Calendars follow every change: one identity, a rising sequence, cancelled days shown for 30 days."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from icalendar import Calendar

from events import actions, feeds
from events.models import Event, Registration
from tests.cast import NOW


@pytest.fixture
def day(cast):
    """Day 1 of a short round, 12 May 2027; Tuva and the Finnish-speaking Yasmin are registered."""
    cohort = cast.cohort(days=(date(2027, 5, 12), date(2027, 11, 3)))
    for who in (cast.tuva, cast.yasmin):
        cast.enrolment(cohort, who)
    return cohort.days.get(number=1).event


def feed(client, who, **headers):
    return client.get(reverse("events:feed", args=[feeds.token_of(who)]), headers=headers)


def entries(answer):
    return {str(row["UID"]): row for row in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_a_calendar_shows_the_days_at_their_place_and_time_in_summer_and_winter(cast, client, day):
    answer = feed(client, cast.tuva)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    found = entries(answer)
    assert len(found) == 2
    summer = found[f"{day.uid}@helmi"]
    assert summer["DTSTART"].dt == datetime(2027, 5, 12, 9, tzinfo=ZoneInfo("Europe/Stockholm"))
    assert b"DTSTART;TZID=Europe/Stockholm:20270512T090000" in answer.content
    assert b"DTSTART;TZID=Europe/Stockholm:20271103T090000" in answer.content
    assert answer.content.count(b"BEGIN:VTIMEZONE") == 1
    assert str(summer["SUMMARY"]) == day.title
    assert str(summer["LOCATION"]) == "Kommunhuset, sal Djulö, Eskilstuna"
    assert (summer["SEQUENCE"], str(summer["STATUS"])) == (0, "CONFIRMED")
    assert summer["LAST-MODIFIED"].dt == day.changed_at


def test_a_move_keeps_the_identity_and_raises_the_sequence_by_one(cast, client, day):
    before = entries(feed(client, cast.tuva))
    actions.move_event(
        event=day, date=date(2027, 5, 19), start_time=time(10), end_time=time(17), reason="", by=cast.malin, now=NOW
    )
    after = entries(feed(client, cast.tuva))
    assert set(after) == set(before)
    moved = after[f"{day.uid}@helmi"]
    assert moved["SEQUENCE"] == before[f"{day.uid}@helmi"]["SEQUENCE"] + 1
    assert moved["DTSTART"].dt == datetime(2027, 5, 19, 10, tzinfo=ZoneInfo("Europe/Stockholm"))


def test_a_cancelled_day_is_shown_as_cancelled_in_the_readers_language_for_30_days(cast, client, day, at):
    actions.cancel_event(event=day, reason="Snö", by=cast.malin, now=NOW)
    key = f"{day.uid}@helmi"
    swedish, finnish = entries(feed(client, cast.tuva))[key], entries(feed(client, cast.yasmin))[key]
    assert str(swedish["STATUS"]) == "CANCELLED"
    assert str(swedish["SUMMARY"]) == f"Inställt: {day.title}"
    assert str(finnish["SUMMARY"]) == f"Peruttu: {day.title}"
    at(NOW + timedelta(days=29, hours=23))
    assert key in entries(feed(client, cast.tuva))
    at(NOW + timedelta(days=30))
    assert key not in entries(feed(client, cast.tuva))


def test_the_link_dies_when_it_is_renewed_altered_or_its_person_is_shut_out(cast, client, sign_in, day):
    old = feeds.token_of(cast.tuva)
    assert feeds.token_of(cast.tuva) == old
    sign_in(cast.tuva).post(reverse("events:renew_feed"))
    client.logout()
    cast.tuva.refresh_from_db()
    assert client.get(reverse("events:feed", args=[old])).status_code == 404
    assert feed(client, cast.tuva).status_code == 200
    token = feeds.token_of(cast.tuva)
    for wrong in (token[:-1], f"x{token}", token.replace(cast.tuva.key.hex, cast.yasmin.key.hex), "x", "a.b~c"):
        assert client.get(reverse("events:feed", args=[wrong])).status_code == 404
    cast.tuva.is_active = False
    cast.tuva.save()
    assert feed(client, cast.tuva).status_code == 404


def test_a_calendar_is_gone_with_the_last_registration_and_shows_only_ones_own(cast, client, day):
    assert feed(client, cast.outsider).status_code == 404
    for row in Registration.objects.filter(person=cast.tuva).order_by("-pk"):
        actions.unregister(registration=row, by=cast.malin, now=NOW)
    assert feed(client, cast.tuva).status_code == 404
    assert len(entries(feed(client, cast.yasmin))) == 2


def test_staff_of_a_day_have_it_in_their_calendar_until_they_are_taken_off(cast, client, day):
    actions.staff_event(event=day, person=cast.petra, function="host", by=cast.malin, now=NOW)
    assert len(entries(feed(client, cast.petra))) == 1
    actions.unstaff_event(event=day, person=cast.petra, function="host", by=cast.malin, now=NOW)
    assert feed(client, cast.petra).status_code == 404


def test_drafts_are_in_no_calendar(cast, client, day):
    Event.objects.filter(pk=day.pk).update(state="draft")
    assert len(entries(feed(client, cast.tuva))) == 1


def test_what_people_type_starts_no_line_of_its_own(cast, client, day):
    evil = "Lunch\r\nATTENDEE:mailto:ond@example.org\r\nEND:VEVENT, och; mer\\n"
    Event.objects.filter(pk=day.pk).update(title=evil, title_sv=evil, venue=evil, arrival=evil, arrival_sv=evil)
    content = feed(client, cast.tuva).content
    unfolded = content.replace(b"\r\n ", b"")
    assert not [line for line in unfolded.split(b"\r\n") if line.startswith((b"ATTENDEE", b"END:VEVENT,"))]
    assert content.count(b"END:VEVENT\r\n") == 2
    row = entries(feed(client, cast.tuva))[f"{day.uid}@helmi"]
    assert str(row["SUMMARY"]) == evil.replace("\r\n", "\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_a_calendar_program_that_has_the_newest_gets_304_and_nobody_caches_it_for_others(cast, client, day):
    first = feed(client, cast.tuva)
    assert "private" in first["Cache-Control"]
    again = feed(client, cast.tuva, if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    actions.change_practicalities(event=day, venue="Biblioteket", by=cast.malin, now=NOW)
    assert feed(client, cast.tuva, if_none_match=first["ETag"]).status_code == 200


def test_the_same_facts_give_the_same_bytes_and_cost_the_same_for_many_days(cast, client, day):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    assert feed(client, cast.tuva).content == feed(client, cast.tuva).content
    with CaptureQueriesContext(connection) as two:
        feed(client, cast.tuva)
    cast.enrolment(cast.cohort(number=13), cast.tuva)
    with CaptureQueriesContext(connection) as ten:
        answer = feed(client, cast.tuva)
    assert len(entries(answer)) == 10
    assert len(two) == len(ten) <= 4


def test_a_day_and_a_whole_round_are_files_for_those_who_see_them(cast, client, sign_in, day):
    one = sign_in(cast.tuva).get(reverse("events:event_file", args=[day.pk]))
    assert list(entries(one)) == [f"{day.uid}@helmi"]
    assert one["Content-Disposition"] == 'attachment; filename="helmi-2027-05-12.ics"'
    cohort = day.course_day.cohort
    whole = reverse("programmes:my_days_file", args=[cohort.pk])
    assert len(entries(client.get(whole))) == 2
    assert len(entries(sign_in(cast.malin).get(whole))) == 2
    for who in (cast.outsider, cast.vera):
        assert sign_in(who).get(whole).status_code == 404
        assert sign_in(who).get(reverse("events:event_file", args=[day.pk])).status_code == 404


def test_the_page_about_calendars_gives_the_link_and_how_to_renew_it(cast, sign_in, day):
    page = sign_in(cast.tuva).get(reverse("events:calendar")).content.decode()
    assert feeds.link_of(cast.tuva) in page
    assert "webcal://" in page
    assert reverse("events:renew_feed") in page
    empty = sign_in(cast.outsider).get(reverse("events:calendar")).content.decode()
    assert feeds.link_of(cast.outsider) not in empty
