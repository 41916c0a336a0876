"""Who changes an event reads the letters first, can hold them for ten minutes, and nobody gets two that disagree."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from icalendar import Calendar

from audit.models import Deed
from events import actions, feeds, letters
from events.actions import publishing
from events.letters.days import cancelled_mail
from events.models import Change, Event, Registration
from events.rules import EventCancelled, EventOver, NothingMoved
from events.rules.days import why_not_change
from events.states import Audience, EventKind, Way
from outbox import actions as outbox
from outbox import kinds
from outbox.models import Batch, Letter
from people.models import Person
from tests.cast import NOW

DAY = date(2027, 11, 12)
MINUTE = timedelta(minutes=1)
NOTICES = (letters.MOVED, letters.CHANGED, letters.CANCELLED)


def seminar_of(cast, *readers, **facts):
    """A seminar in the town hall on 12 November, 9.00, on which these are registered."""
    event = publishing.draft_event(
        region=cast.sormland,
        kind=EventKind.SEMINAR,
        title={"sv": "Stanna och väx", "fi": "Jää ja kasva", "en": "Stay and grow"},
        date=DAY,
        start_time=time(9),
        end_time=time(15),
        audience=Audience.PUBLIC,
        by=cast.malin,
        now=NOW,
    )
    actions.change_practicalities(event=event, venue="Stadshuset", by=cast.malin, now=NOW)
    publishing.add_way(event=event, way=Way.ON_SITE, capacity=120, by=cast.malin, now=NOW)
    publishing.publish(event=event, by=cast.malin, now=NOW)
    for person in readers:
        actions.register(event=event, person=person, by=cast.malin, now=NOW)
    Letter.objects.all().delete()
    Event.objects.filter(pk=event.pk).update(**facts)
    return Event.objects.get(pk=event.pk)


@pytest.fixture
def seminar(cast):
    """Read by Tuva in Swedish, Edvin in English and Yasmin in Finnish."""
    return seminar_of(cast, cast.tuva, cast.edvin, cast.yasmin)


def move(event, to=date(2027, 11, 19), now=NOW, reason="Lokalen", by=None):
    return actions.move_event(
        event=event, date=to, start_time=time(10), end_time=time(16), reason=reason, by=by, now=now
    )


def place(event, venue, now=NOW, by=None):
    return actions.change_practicalities(event=event, venue=venue, by=by, now=now)


def waiting(person=None):
    rows = Letter.objects.not_begun().filter(kind__in=NOTICES).order_by("person_id")
    return list(rows.filter(person=person) if person else rows)


def mail_of(letter):
    with translation.override(letter.reader_language):
        return kinds.find(letter.kind).build(letter)


# ---------- Reading first ----------


def test_what_a_move_would_write_is_read_before_it_is_done_and_nothing_of_it_stays(cast, seminar):
    def rows():
        return [model.objects.count() for model in (Letter, Batch, Change, Deed)]

    before = rows()
    previews = outbox.rehearse(lambda event: move(event, by=cast.malin), seminar)
    words = {preview.code: preview.mail for preview in previews}
    assert words["sv"].subject == "Stanna och väx flyttas till fredag 19 november"
    assert "Uusi aika: pe 19.11. klo 10.00." in words["fi"].text
    assert "Lokalen" in words["en"].text
    assert [[person.name for person in preview.readers] for preview in previews if preview.code == "fi"] == [
        [cast.yasmin.name]
    ]
    assert rows() == before
    assert (seminar.date, Event.objects.get(pk=seminar.pk).date) == (DAY, DAY)


def test_what_is_refused_is_refused_before_anything_is_read(cast, seminar):
    def stay(event):
        actions.move_event(
            event=event, date=DAY, start_time=time(9), end_time=time(15), reason="", by=cast.malin, now=NOW
        )

    with pytest.raises(NothingMoved):
        outbox.rehearse(stay, seminar)


def test_the_letter_that_is_shown_names_nobody_whose_identity_is_protected(cast):
    Person.objects.filter(pk=cast.tuva.pk).update(protected=True)
    seminar = seminar_of(cast, Person.objects.get(pk=cast.tuva.pk))
    [preview] = outbox.rehearse(lambda event: move(event, by=cast.malin), seminar)
    assert "Tuva" not in preview.mail.text
    other = person_who_reads(cast, "sv")
    actions.register(event=seminar, person=other, by=cast.malin, now=NOW)
    [preview] = outbox.rehearse(lambda event: move(event, by=cast.malin), seminar)
    assert f"Hej {other.first_name}" in preview.mail.text


def person_who_reads(cast, language):
    cast.edvin.language = language
    cast.edvin.save()
    return cast.edvin


@pytest.mark.parametrize("language", ["sv", "fi"])
def test_an_organiser_reads_the_letter_of_a_move_sends_it_and_holds_it(cast, seminar, sign_in, at, language):
    cast.malin.language = language
    cast.malin.save()
    client = sign_in(cast.malin)
    address = reverse("events:event_move", args=[seminar.pk])
    typed = {"on": "2027-11-19", "start_time": "10.00", "end_time": "16.00", "reason": "Lokalen"}
    check = client.post(address, typed)
    text = check.content.decode()
    told = {"sv": "3 personer får ett mejl", "fi": "3 henkilöä saa viestin"}[language]
    assert told in text
    for person in (cast.tuva, cast.edvin, cast.yasmin):
        assert person.name in text
    for words in ("flyttas till fredag 19 november", "perjantaina 19.11.", "is moved to Friday 19 November"):
        assert words in text
    assert not waiting()
    back = client.post(address, {**typed, "change": "yes"})
    assert back.context["form"]["reason"].value() == "Lokalen"
    page = client.post(address, {**typed, "confirm": "yes"}, follow=True).content.decode()
    assert {"sv": "3 mejl går kl. 9.10.", "fi": "3 viestiä lähtee klo 9.10."}[language] in page
    batch = Batch.objects.get()
    hold = reverse("outbox:undo_batch", args=[batch.pk])
    assert batch.get_absolute_url() in page
    assert hold in page
    assert client.post(hold).status_code == 302
    assert {letter.state for letter in waiting()} == {"held"}
    assert Event.objects.get(pk=seminar.pk).date == date(2027, 11, 19)


def test_a_change_that_nobody_is_told_of_asks_nothing(cast, sign_in, at):
    seminar = seminar_of(cast)
    typed = {"on": "2027-11-19", "start_time": "10.00", "end_time": "16.00", "reason": ""}
    done = sign_in(cast.malin).post(reverse("events:event_move", args=[seminar.pk]), typed)
    assert done.status_code == 302
    assert not Batch.objects.exists()


def test_who_hosts_reads_the_letter_too_but_the_letters_are_the_organisers_to_hold(cast, seminar, sign_in, at):
    actions.staff_event(event=seminar, person=cast.petra, function="host", by=cast.malin, now=NOW)
    client = sign_in(cast.petra)
    address = reverse("events:practicalities", args=[seminar.pk])
    typed = {"venue": "Biblioteket", "address": "", "arrival": "", "access_notes": "", "remote_link": ""}
    check = client.post(address, typed)
    assert {preview.code for preview in check.context["previews"]} == {"sv", "fi", "en"}
    assert all("Biblioteket" in preview.mail.text for preview in check.context["previews"])
    assert Event.objects.get(pk=seminar.pk).venue == "Stadshuset"
    page = client.post(address, {**typed, "confirm": "yes"}, follow=True).content.decode()
    assert "3 mejl går kl. 9.10." in page
    assert "/letters/" not in page


def test_reading_the_letters_costs_as_many_statements_for_one_reader_as_for_three(cast, sign_in, at):
    client, counts = sign_in(cast.malin), []
    typed = {"on": "2027-11-19", "start_time": "10.00", "end_time": "16.00", "reason": ""}
    cast.edvin.language = cast.yasmin.language = "sv"
    cast.edvin.save()
    cast.yasmin.save()
    for readers in ([cast.tuva], [cast.tuva, cast.edvin, cast.yasmin]):
        seminar = seminar_of(cast, *readers)
        with CaptureQueriesContext(connection) as queries:
            check = client.post(reverse("events:event_move", args=[seminar.pk]), typed)
        assert len(check.context["previews"][0].readers) == len(readers)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# ---------- Ten minutes, and no two that disagree ----------


def test_notices_are_a_batch_that_leaves_after_ten_minutes_and_can_be_held_and_let_go(cast, seminar):
    move(seminar, by=cast.malin)
    batch = letters.notices_of(seminar, at=NOW)
    assert (batch.by, batch.released_at, batch.letters.count()) == (cast.malin, NOW, 3)
    assert {letter.not_before for letter in waiting()} == {NOW + 10 * MINUTE}
    outbox.undo_release(batch=batch, by=cast.malin, now=NOW + 9 * MINUTE)
    assert {letter.state for letter in waiting()} == {"held"}
    outbox.release_batch(batch=batch, by=cast.malin, now=NOW + 60 * MINUTE)
    assert {letter.not_before for letter in waiting()} == {NOW + 70 * MINUTE}


def test_moved_and_then_placed_elsewhere_in_ten_minutes_is_told_in_one_letter(cast, seminar):
    move(seminar)
    place(seminar, "Biblioteket", now=NOW + 4 * MINUTE)
    [letter] = waiting(cast.tuva)
    mail = mail_of(letter)
    assert letter.kind == letters.MOVED
    assert letter.not_before == NOW + 14 * MINUTE
    assert "från fre 12 nov kl. 9.00 till fre 19 nov kl. 10.00" in mail.text
    assert "Orsaken: Lokalen" in mail.text
    assert "Även platsen är en annan än förut." in mail.text
    assert "Biblioteket" in mail.text
    assert Letter.objects.filter(person=cast.tuva, state="cancelled").count() == 1


def test_placed_elsewhere_and_then_moved_is_told_in_one_letter_too(cast, seminar):
    place(seminar, "Biblioteket")
    move(seminar, now=NOW + 4 * MINUTE)
    [letter] = waiting(cast.yasmin)
    assert letter.kind == letters.MOVED
    assert "Myös paikka on vaihtunut." in mail_of(letter).text


def test_a_place_that_is_taken_back_in_time_is_told_to_nobody(cast, seminar):
    place(seminar, "Biblioteket")
    assert len(waiting()) == 3
    place(seminar, "Stadshuset", now=NOW + 4 * MINUTE)
    assert not waiting()


def test_moved_and_back_but_elsewhere_is_told_as_another_place(cast, seminar):
    move(seminar)
    place(seminar, "Biblioteket", now=NOW + 2 * MINUTE)
    actions.move_event(
        event=seminar, date=DAY, start_time=time(9), end_time=time(15), reason="", by=None, now=NOW + 4 * MINUTE
    )
    [letter] = waiting(cast.tuva)
    assert letter.kind == letters.CHANGED
    assert mail_of(letter).subject == "Ny plats: Stanna och väx fredag 12 november"


def test_whose_first_notice_has_left_is_told_from_what_it_said_and_the_others_from_what_they_knew(cast, seminar):
    move(seminar)
    Letter.objects.filter(person=cast.tuva).update(state="sent")
    move(seminar, to=DAY, now=NOW + 9 * MINUTE)
    told = {letter.person: mail_of(letter).text for letter in waiting()}
    assert "från fre 19 nov kl. 10.00 till fre 12 nov kl. 10.00" in told[cast.tuva]
    assert "Fri 12 Nov, 9am to Fri 12 Nov, 10am" in told[cast.edvin]
    back = {"date": DAY, "start_time": time(9), "end_time": time(15)}
    actions.move_event(event=seminar, **back, reason="", by=None, now=NOW + 10 * MINUTE)
    assert [letter.person for letter in waiting()] == [cast.tuva]


def test_cancelling_takes_every_notice_back_that_has_not_left(cast, seminar):
    move(seminar)
    place(seminar, "Biblioteket", now=NOW + MINUTE)
    actions.cancel_event(event=seminar, reason="Storm", by=cast.malin, now=NOW + 2 * MINUTE)
    assert {letter.kind for letter in waiting()} == {letters.CANCELLED}
    assert len(waiting()) == 3


def test_the_page_of_letters_that_a_later_change_took_back_says_so(cast, seminar, sign_in, at):
    move(seminar, by=cast.malin)
    batch = letters.notices_of(seminar, at=NOW)
    place(seminar, "Biblioteket", now=NOW + MINUTE)
    text = sign_in(cast.malin).get(batch.get_absolute_url()).content.decode()
    assert "De här mejlen är avbrutna." in text
    assert reverse("outbox:undo_batch", args=[batch.pk]) not in text


def test_ninety_are_told_once_when_the_date_moves_and_feeds_and_reminders_follow(cast):
    """EVT-11: from 12 November 9.00 to 19 November 10.00, when the reminder seven days before has left."""
    seminar = seminar_of(cast)
    actions.set_reminders(event=seminar, rules=[(7, time(8))], by=cast.malin, now=NOW)
    people = Person.objects.bulk_create(
        Person(name=f"Gäst {n}", email=f"gast{n}@annan.example", language=("sv", "fi", "en")[n % 3]) for n in range(90)
    )
    Registration.objects.bulk_create(
        Registration(event=seminar, person=person, created_at=NOW, changed_at=NOW) for person in people
    )

    def entry():
        calendar = Calendar.from_ical(feeds.region_calendar(cast.sormland, now=NOW))
        return next(row for row in calendar.walk("VEVENT") if str(row["UID"]) == f"{seminar.uid}@helmi")

    def reminders_through(first, last):
        return actions.enqueue_due_reminders(since=first, now=last)

    week_before = datetime.combine(DAY, time(9), NOW.tzinfo) - timedelta(days=7)
    assert reminders_through(week_before - timedelta(days=1), week_before) == 90
    Letter.objects.update(state="sent")
    before = entry()
    move(seminar, by=cast.malin, now=week_before + timedelta(hours=1))
    after = entry()
    assert (str(after["UID"]), after["SEQUENCE"]) == (str(before["UID"]), before["SEQUENCE"] + 1)
    assert len({letter.person_id for letter in waiting()}) == len(waiting()) == 90
    assert reminders_through(week_before, week_before + timedelta(days=7)) == 90
    assert reminders_through(week_before, week_before + timedelta(days=14)) == 0
    written = Letter.objects.exclude(person=None)
    keys = list(written.values_list("kind", "person", "facts__starts_at"))
    assert len(keys) == len(set(keys)) == 270


# ---------- What the letters call it, and who answers ----------


def all_of(cast, event, person):
    """Each letter about an event's time and place, as the person reads it."""
    yield mail_of(letters.reminder(event, person, days_before=1, due=NOW, now=NOW))
    move(event)
    yield mail_of(waiting(person)[0])
    Letter.objects.filter(kind=letters.MOVED).update(state="sent")
    place(event, "Biblioteket", now=NOW + 20 * MINUTE)
    yield mail_of(waiting(person)[0])
    actions.cancel_event(event=event, reason="Storm", by=cast.malin, now=NOW + 40 * MINUTE)
    yield mail_of(waiting(person)[0])


@pytest.mark.parametrize(
    ("who", "day", "ask"),
    [
        ("tuva", "dagen", "Har du en fråga? Svara på det här mejlet eller skriv till Malin"),
        ("edvin", "the day", "Do you have a question? Answer this letter, or write to Malin"),
        ("yasmin", "koulutuspäivä", "Onko sinulla kysyttävää? Vastaa tähän viestiin tai kirjoita: Malin"),
    ],
)
def test_letters_of_a_seminar_speak_of_no_day_and_say_who_answers(cast, seminar, who, day, ask):
    mails = list(all_of(cast, seminar, getattr(cast, who)))
    assert len(mails) == 4
    for mail in mails:
        assert day not in f"{mail.subject} {mail.text}".lower()
        assert ask in mail.text
        assert cast.malin.email in mail.text
        assert mail.reply_to == cast.malin.email
        assert ".." not in mail.text + mail.subject


def test_where_nobody_is_named_the_region_answers_and_of_a_course_day_its_coordinator(cast, seminar):
    region, seminar.contact = cast.sormland, None
    mail = cancelled_mail(seminar, cast.edvin)
    assert f"{region.sender_name}, {region.sender_address}" in mail.text
    assert mail.reply_to == region.sender_address
    cohort = cast.cohort()
    cast.enrolment(cohort, cast.yasmin)
    for mail in all_of(cast, cohort.days.get(number=4).event, cast.yasmin):
        assert f"{cast.malin.name}, {cast.malin.email}" in mail.text
        assert ".." not in mail.text + mail.subject


def test_what_is_over_or_cancelled_is_called_what_it_is(cast, seminar):
    day = cast.cohort().days.get(number=4).event
    for event, over, cancelled in (
        (seminar, "The event has begun or is over.", "The event is cancelled."),
        (day, "The day has begun or is over.", "The day is cancelled."),
    ):
        with translation.override("en"):
            refusal = why_not_change(event, now=event.ends_at)
            assert isinstance(refusal, EventOver)
            assert str(refusal) == over
            event.state = "cancelled"
            refusal = why_not_change(event, now=NOW)
            assert isinstance(refusal, EventCancelled)
            assert str(refusal) == cancelled
