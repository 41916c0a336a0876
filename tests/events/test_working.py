"""Lecturers and hosts: named by organisers, they see and work on their own days, and on no other."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Deed
from events import actions
from events.actions.working import name_person
from events.letters.days import build_cancelled, build_moved
from events.letters.working import NAMED, build_named
from events.models import Staff
from events.rules.days import EventCancelled, NotOrganiser
from events.rules.working import NotThere, functions_on
from outbox.models import Letter
from people.models import Person
from tests.cast import NOW, person

pytestmark = pytest.mark.django_db

MINE = "/events/mine/"


@pytest.fixture
def running(cast):
    """The round that runs, with three on it."""
    cohort = cast.cohort()
    for who in ("tuva", "edvin", "yasmin"):
        cast.enrolment(cohort, getattr(cast, who))
    return cohort


def event_of(cohort, number):
    return cohort.days.get(number=number).event


def url(name, event):
    return reverse(f"events:{name}", args=[event.pk])


def name(cast, event, function="lecturer", email="lena@universitet.example", by=None, **facts):
    words = {"name": "Lena Lektor", "language": "sv", **facts}
    return name_person(event=event, function=function, email=email, by=by or cast.malin, now=NOW, **words)


def test_an_organiser_names_a_lecturer_who_is_new_and_she_gets_one_letter(cast, running, sign_in):
    event = event_of(running, 4)
    client = sign_in(cast.malin)
    facts = {"function": "lecturer", "name": "Lena Lektor", "email": "Lena@universitet.example", "language": "fi"}
    assert client.post(url("working", event), facts).url == url("working", event)
    lena = Person.objects.get(email__iexact="lena@universitet.example")
    assert (lena.name, lena.language, lena.roles.count()) == ("Lena Lektor", "fi", 0)
    assert Staff.objects.filter(event=event, person=lena, function="lecturer").exists()
    client.post(url("working", event), facts)
    letter = Letter.objects.get(kind=NAMED)
    assert (letter.person, letter.language) == (lena, "fi")
    assert letter.not_before > NOW
    page = client.get(url("working", event)).content.decode()
    assert "Lena Lektor" in page
    assert Deed.objects.filter(deed="event_staffed").count() == 1


def test_who_is_known_keeps_name_and_language(cast, running):
    row = name(cast, event_of(running, 4), email="TUVA@eskilstuna.example", language="fi")
    assert row.person == cast.tuva
    cast.tuva.refresh_from_db()
    assert (cast.tuva.name, cast.tuva.language) == ("Tuva Ljungdahl", "sv")


def test_who_names_herself_gets_no_letter(cast, running):
    name(cast, event_of(running, 4), email="malin@sormland.example")
    assert not Letter.objects.filter(kind=NAMED).exists()


def test_a_part_is_taken_away_with_its_letter(cast, running, sign_in):
    event = event_of(running, 4)
    row = name(cast, event)
    letter = Letter.objects.get(kind=NAMED)
    assert letter_text(letter)
    client = sign_in(cast.malin)
    assert client.post(url("working", event), {"remove": row.pk}).status_code == 302
    assert not Staff.objects.filter(event=event).exists()
    assert letter_text(letter) is None
    other = name(cast, event_of(running, 5))
    assert client.post(url("working", event), {"remove": other.pk}).status_code == 404
    assert client.post(url("working", event), {"remove": "x"}).status_code == 404


def letter_text(letter):
    mail = build_named(letter)
    return mail and f"{mail.subject}\n{mail.text}"


def test_the_letter_says_what_the_part_is_and_where_the_day_is(cast, running):
    event = event_of(running, 4)
    name(cast, event)
    name(cast, event, function="host", email="hilma@katrineholm.example", name="Hilma Värd")
    letters = {letter.person.name: letter_text(letter) for letter in Letter.objects.filter(kind=NAMED)}
    lecturer, host = letters["Lena Lektor"], letters["Hilma Värd"]
    assert "Du är föreläsare: Utredning enligt BBIC och LVU" in lecturer
    assert "Malin Ekdahl har satt upp dig" in lecturer
    assert "Kommunhuset, sal Djulö" in lecturer
    assert event.get_absolute_url() in lecturer
    assert "Du är värd: Utredning enligt BBIC och LVU" in host
    assert "utan namn" in host
    actions.cancel_event(event=event, reason="Storm", by=cast.malin, now=NOW)
    assert letter_text(Letter.objects.filter(kind=NAMED).first()) is None


def test_who_works_on_a_day_is_told_that_it_is_moved_or_cancelled_but_not_of_her_own_change(cast, running):
    event = event_of(running, 4)
    name(cast, event)
    host = name(cast, event, function="host", email="hilma@katrineholm.example", name="Hilma Värd").person
    actions.change_practicalities(event=event, venue="Biblioteket", by=host, now=NOW)
    told = Letter.objects.filter(kind="events.changed")
    assert set(told.values_list("person__name", flat=True)) == {
        "Lena Lektor", "Tuva Ljungdahl", "Edvin Kronqvist", "Yasmin Haddadi",
    }  # fmt: skip
    actions.move_event(
        event=event, date=date(2027, 5, 19), start_time=time(9), end_time=time(16), reason="", by=cast.malin, now=NOW
    )
    moved = Letter.objects.get(kind="events.moved", person=host)
    text = build_moved(moved).text
    assert "Om du inte kan komma den nya tiden, svara på mejlet." in text
    assert "eftersom du medverkar" in text
    assert "Om du inte kan komma den nya dagen" not in text
    Staff.objects.filter(person=host).delete()
    assert build_moved(Letter.objects.get(pk=moved.pk)) is None
    actions.cancel_event(event=event, reason="Storm", by=cast.malin, now=NOW + timedelta(minutes=1))
    cancelled = Letter.objects.filter(kind="events.cancelled", person__name="Lena Lektor").get()
    assert "Storm" in build_cancelled(cancelled).text


def test_nobody_else_names_and_cancelled_days_have_no_new_lecturers(cast, running):
    event = event_of(running, 4)
    for who in (cast.tuva, cast.stina, cast.vera, cast.lars):
        with pytest.raises(NotOrganiser):
            name(cast, event, by=who)
    with pytest.raises(NotThere):
        name(cast, event, function="supervisor")
    actions.cancel_event(event=event, reason="Storm", by=cast.malin, now=NOW)
    with pytest.raises(EventCancelled):
        name(cast, event)
    assert not Person.objects.filter(email="lena@universitet.example").exists()
    event.kind = "supervision"
    assert [str(one) for one in functions_on(event)] == ["supervisor"]


@pytest.mark.parametrize("part", ["lecturer", "host"])
def test_my_days_are_mine_alone(cast, running, sign_in, part):
    lena = name(cast, event_of(running, 4), function=part).person
    Staff.objects.create(event=event_of(running, 2), person=lena, function=part)
    other = name(cast, event_of(running, 5), function=part, email="lars.lektor@universitet.example", name="Lars Lektor")
    client = sign_in(lena)
    page = client.get(MINE).content.decode()
    assert page.index("Utredning enligt BBIC och LVU") < page.index("Rollen som socialsekreterare")
    assert "Samverkan: BUP, skola, polis" not in page
    assert "3 väntas." in page
    assert MINE in client.get("/").content.decode()
    assert "Utredning enligt BBIC och LVU" in client.get("/").content.decode()
    assert "Samverkan: BUP, skola, polis" in sign_in(other.person).get(MINE).content.decode()
    assert "Inga dagar än" in sign_in(cast.outsider).get(MINE).content.decode()
    assert MINE not in client.get("/").content.decode()


@pytest.mark.parametrize("part", ["lecturer", "host"])
def test_who_works_on_one_day_opens_nothing_of_another(cast, running, sign_in, part):
    """No page, no file and no deed of a day that is not hers; of her own what her part lets her."""
    mine, others = event_of(running, 4), event_of(running, 3)
    client = sign_in(name(cast, mine, function=part).person)
    theirs = ("event", "event_file", "materials", "material_new", "needs", "practicalities", "working", "evaluation")
    for route in theirs:
        for method in (client.get, client.post):
            assert method(url(route, others)).status_code in (404, 405), route
    own = {route: client.get(url(route, mine)).status_code for route in theirs}
    assert own.pop("practicalities") == (200 if part == "host" else 403)
    assert own.pop("working") == 403
    assert set(own.values()) == {200}
    for route in ("days", "cohort_participants", "attendance", "cohort", "cohort_letters", "cohort_group"):
        assert client.get(reverse(f"programmes:{route}", args=[running.pk])).status_code == 404, route
    door = [reverse("programmes:door", args=[running.pk, number]) for number in (4, 3)]
    assert [client.get(address).status_code for address in door] == [200, 404]


@pytest.mark.parametrize("part", ["lecturer", "host"])
def test_nothing_private_of_participants_is_shown_to_who_works_on_the_day(cast, running, sign_in, part):
    event = event_of(running, 4)
    for enrolment, diet in zip(running.enrolments.order_by("pk"), ("vegan", "Vegan", "nötter"), strict=True):
        actions.keep_needs(
            claim=enrolment.claim, diet=diet, access="hörslinga", erase_on=date(2027, 12, 3), by=None, now=NOW
        )
    absent = event.registrations.get(person=cast.yasmin)
    actions.report_absence(registration=absent, reason="Rättegång", by=cast.yasmin, now=NOW)
    lena = name(cast, event, function=part).person
    Staff.objects.create(event=event_of(running, 3), person=lena, function=part)
    client = sign_in(lena)
    pages = [MINE, "/", *(url(route, event) for route in ("event", "needs", "materials", "evaluation"))]
    seen = "".join(client.get(address).content.decode() for address in pages)
    assert "<td>2</td>" in seen
    door = client.get(reverse("programmes:door", args=[running.pk, 3])).content.decode()
    assert "Tuva Ljungdahl" in door
    for secret in ("hörslinga", "Rättegång", "@eskilstuna.example", "Socionomexamen"):
        assert secret not in seen + door, secret
    for named in ("Tuva", "Edvin", "Yasmin", ">TL<", ">EK<"):
        assert named not in seen, named


def test_what_a_host_may_not_is_written_down_and_a_part_that_is_gone_opens_nothing(cast, running, sign_in):
    mine, others = event_of(running, 4), event_of(running, 2)
    row = name(cast, mine, function="host", email="tuva@eskilstuna.example")
    facts = {"venue": "Biblioteket", "address": "", "arrival": "", "access_notes": "", "remote_link": ""}
    client = sign_in(row.person)
    assert client.post(url("practicalities", others), facts).status_code == 403
    deed = Deed.objects.get(deed="practicalities_changed_refused")
    assert (deed.by, deed.about) == (cast.tuva, f"events.event:{others.pk}")
    actions.unstaff_event(event=mine, person=row.person, function="host", by=cast.malin, now=NOW)
    assert client.post(url("practicalities", mine), facts).status_code == 403
    assert Deed.objects.filter(deed="practicalities_changed_refused").count() == 2
    mine.refresh_from_db()
    assert mine.venue == "Kommunhuset, sal Djulö"


def test_my_days_cost_the_same_for_one_and_for_three(cast, running, sign_in):
    lena = person("Lena Lektor", "lena@universitet.example")
    counts = []
    for number in (4, 5, 6):
        Staff.objects.create(event=event_of(running, number), person=lena, function="lecturer")
        client = sign_in(lena)
        client.get(MINE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(MINE).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[-1]
    assert counts[0] <= 12, counts


def test_the_next_round_copies_nobody_who_worked_on_the_last(cast, running):
    from programmes.actions.cohorts import make_next

    name(cast, event_of(running, 4))
    name(cast, event_of(running, 4), function="host", email="hilma@katrineholm.example", name="Hilma Värd")
    made = make_next(
        programme=running.programme,
        start=NOW.date() + timedelta(days=330),
        days=8,
        capacity=24,
        opens_on=date(2027, 12, 1),
        closes_on=date(2028, 1, 20),
        guaranteed=2,
        responsible=cast.malin,
        by=cast.malin,
        now=NOW,
    )
    assert not Staff.objects.filter(event__course_day__cohort=made).exists()
    assert all(day.event.host and day.event.reminders.count() == 3 for day in made.days.all())
    assert not any(day.event.registrations.exists() for day in made.days.all())
