"""The door of an event: who is seen counts once, the earliest time stands, and every fact is kept."""

import json
import threading
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from audit.models import Deed
from base.refusal import Forbidden, Refusal
from events import actions, rules
from events.actions import door
from events.actions.door import Seen
from events.models import Attendance, Event, Places, Registration, Scan, Staff
from events.rules import door as door_rules
from events.states import EventKind
from people.models import Person
from tests.cast import NOW, make_cast, person

DAY = date(2027, 5, 12)
AM, PM = "2027-05-12 am", "2027-05-12 pm"
# 12 May 2027, half past nine in Stockholm.
START = datetime(2027, 5, 12, 7, 30, tzinfo=UTC)


def made(cast, **facts):
    """A published seminar with a hall."""
    event = actions.create_event(
        region=cast.sormland,
        kind=EventKind.SEMINAR,
        title={"sv": "Stanna och väx"},
        date=DAY,
        start_time=time(9, 30),
        end_time=time(15, 30),
        by=cast.malin,
        now=NOW,
    )
    Event.objects.filter(pk=event.pk).update(**facts)
    event.refresh_from_db()
    return actions.publish_event(event=event, by=cast.malin, now=NOW)


def hall_of(event, way="on_site"):
    row = actions.open_places(region=event.region, capacity=90, starts_at=event.starts_at)
    Places.objects.filter(pk=row.pk).update(event=event, way=way)
    row.refresh_from_db()
    return row


def comes(event, hall, who):
    claim = actions.claim_place(places=hall, person=who, by=who, now=NOW)
    return Registration.objects.create(event=event, person=who, claim=claim, created_at=NOW, changed_at=NOW)


@pytest.fixture
def seminar(cast):
    return made(cast)


@pytest.fixture
def hall(seminar):
    return hall_of(seminar)


@pytest.fixture
def tuva(cast, seminar, hall):
    return comes(seminar, hall, cast.tuva)


@pytest.fixture
def edvin(cast, seminar, hall):
    return comes(seminar, hall, cast.edvin)


def seen(row, at=START, half=AM, **facts):
    return Seen(nonce=facts.pop("nonce", None) or uuid.uuid4(), code=door_rules.code_of(row), half=half, at=at, **facts)


def take(event, facts, by, now=START + timedelta(hours=1)):
    return door.take(event=event, seen=facts, by=by, now=now)


def page(event, end=""):
    return f"{reverse('events:door', args=[event.pk])}{end}"


# ---------- Codes ----------


def test_a_code_finds_its_registration_however_it_is_typed_and_no_other(cast, seminar, tuva, edvin):
    code = door_rules.code_of(tuva)
    assert door_rules.registration_of(code, seminar) == tuva
    assert door_rules.registration_of(f" {code.lower().replace('-', ' ')}", seminar) == tuva
    assert door_rules.registration_of(code.replace("0", "O").replace("1", "l"), seminar) == tuva
    assert door_rules.code_of(edvin) != code
    number, proof = code.split("-")
    for wrong in (
        f"{number}-{proof[:-1]}{'Z' if proof[-1] != 'Z' else 'Y'}",
        number,
        "",
        "ÅÄÖ",
        "Ü" * 60,
        f"{'Z' * 30}-{proof}",
    ):
        assert door_rules.registration_of(wrong, seminar) is None
    other = made(cast, summary="En annan")
    assert door_rules.registration_of(code, other) is None


def test_codes_that_are_printed_hold_when_the_secret_is_changed(settings, seminar, tuva):
    code = door_rules.code_of(tuva)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-secret"
    assert door_rules.code_of(tuva) != code
    assert door_rules.registration_of(code, seminar) == tuva


# ---------- What a phone sends ----------


def test_the_same_sent_any_number_of_times_counts_once(cast, seminar, tuva, edvin):
    facts = [seen(tuva), seen(edvin, at=START + timedelta(minutes=2))]
    for _time in range(3):
        answer = take(seminar, facts, cast.malin)
        assert len(answer.taken) == 2
    assert Scan.objects.count() == 2
    attendance = Attendance.objects.get(registration=tuva)
    assert (attendance.mark, attendance.hours, attendance.how) == ("present", Decimal("3.00"), "code")
    assert Deed.objects.filter(deed="checked_in").count() == 1


def test_the_earliest_time_stands_and_the_duplicate_is_kept(cast, seminar, tuva):
    take(seminar, [seen(tuva, at=START + timedelta(minutes=9))], cast.malin)
    take(seminar, [seen(tuva, at=START + timedelta(minutes=4))], cast.malin)
    take(seminar, [seen(tuva, at=START + timedelta(minutes=30))], cast.malin)
    assert Scan.objects.filter(registration=tuva).count() == 3
    assert door_rules.present([tuva.pk])[tuva.pk] == {AM: START + timedelta(minutes=4)}
    assert Deed.objects.filter(deed="attendance_marked").count() == 1


def test_both_halves_give_all_the_hours(cast, seminar, tuva):
    take(
        seminar,
        [seen(tuva), seen(tuva, at=START + timedelta(hours=4), half=PM)],
        cast.malin,
        now=START + timedelta(hours=5),
    )
    assert Attendance.objects.get().hours == seminar.hours


def test_what_was_taken_back_is_as_if_nobody_had_come_and_a_new_scan_counts(cast, seminar, tuva):
    take(seminar, [seen(tuva), seen(tuva, at=START + timedelta(minutes=1), here=False)], cast.malin)
    assert not Attendance.objects.exists()
    assert Scan.objects.count() == 2
    take(seminar, [seen(tuva, at=START + timedelta(minutes=3))], cast.malin)
    assert door_rules.present([tuva.pk])[tuva.pk] == {AM: START + timedelta(minutes=3)}


@pytest.mark.parametrize("wrong", [timedelta(days=-30), timedelta(days=2), timedelta(hours=2), timedelta(days=-9000)])
def test_a_clock_that_cannot_be_right_is_not_believed_but_the_fact_is_kept(cast, seminar, tuva, wrong):
    answer = take(seminar, [seen(tuva, at=START + wrong)], cast.malin)
    assert len(answer.retimed) == 1
    assert Scan.objects.get().seen_at == START + timedelta(hours=1)
    assert Attendance.objects.get().mark == "present"


def test_a_half_that_the_event_does_not_have_becomes_the_one_that_it_was(cast, seminar, tuva):
    take(seminar, [seen(tuva, half="1999-01-01 xx")], cast.malin)
    assert (Scan.objects.get().date, Scan.objects.get().half) == (DAY, "am")


def test_codes_of_nobody_are_named_and_the_rest_is_taken(cast, seminar, hall, tuva, edvin):
    actions.unregister(registration=edvin, by=cast.malin, now=NOW)
    nobody = Seen(uuid.uuid4(), "7-AAAAAA", AM, START)
    answer = take(seminar, [nobody, seen(edvin), seen(tuva)], cast.malin)
    assert [one.code for one in answer.unknown] == ["7-AAAAAA"]
    assert [one.code for one in answer.cancelled] == [door_rules.code_of(edvin)]
    assert Scan.objects.get().registration == tuva


def test_nothing_is_taken_before_the_day_on_a_cancelled_event_or_from_others(cast, seminar, tuva):
    with pytest.raises(rules.NotYetHeld):
        take(seminar, [seen(tuva)], cast.malin, now=NOW)
    with pytest.raises(Forbidden):
        take(seminar, [seen(tuva)], cast.tuva)
    Staff.objects.create(event=seminar, person=cast.omar, function="lecturer")
    take(seminar, [seen(tuva)], cast.omar)
    actions.cancel_event(event=seminar, reason="Snö", by=cast.malin, now=NOW)
    seminar.refresh_from_db()
    with pytest.raises(rules.EventCancelled):
        take(seminar, [seen(tuva)], cast.malin)
    assert Scan.objects.count() == 1
    with pytest.raises(Refusal):
        take(made(cast), [seen(tuva)] * 501, cast.malin)


def test_many_cost_what_one_costs(cast, seminar, hall, django_assert_max_num_queries):
    rows = [comes(seminar, hall, person(f"Person {n}", f"p{n}@helmi.example", cast.sormland)) for n in range(30)]
    with django_assert_max_num_queries(16):
        take(seminar, [seen(rows[0])], cast.malin)
    with django_assert_max_num_queries(16):
        take(seminar, [seen(row) for row in rows], cast.malin)
    assert Attendance.objects.count() == 30


# ---------- By hand ----------


def test_a_correction_by_hand_stands_against_what_a_phone_sends_later(cast, seminar, tuva):
    take(seminar, [seen(tuva)], cast.malin)
    late = START + timedelta(days=2)
    door.correct(registration=tuva, present={PM}, by=cast.malin, now=late)
    take(seminar, [seen(tuva, at=START + timedelta(minutes=2))], cast.malin, now=late + timedelta(hours=1))
    assert set(door_rules.present([tuva.pk])[tuva.pk]) == {PM}
    assert Attendance.objects.get().hours == Decimal("3.00")
    door.correct(registration=tuva, present=set(), by=cast.malin, now=late + timedelta(hours=2))
    attendance = Attendance.objects.get()
    assert (attendance.mark, attendance.hours) == ("absent", Decimal(0))
    assert Scan.objects.count() == 6


def test_what_is_so_already_is_not_said_again(cast, seminar, tuva):
    half = door_rules.half_named(seminar, AM)
    for here, rows, marks in ((True, 1, 1), (True, 1, 1), (False, 2, 0), (False, 2, 0)):
        door.check_in(registration=tuva, half=half, here=here, by=cast.malin, now=START)
        assert (Scan.objects.count(), Attendance.objects.count()) == (rows, marks)
    with pytest.raises(door_rules.NoSuchHalf):
        door_rules.half_named(seminar, "2027-05-13 am")


# ---------- Pages ----------


def test_names_are_found_without_marks_and_by_their_beginnings(cast, seminar, hall):
    for n, name in enumerate(("Åsa Öberg", "Anna-Lena Ähman", "Sampsa Åkerö", "Kaj Asp")):
        comes(seminar, hall, person(name, f"x{n}@helmi.example", cast.sormland))
    rows = door_rules.rows_of(list(door_rules.at_the_door(seminar)), cast.malin)

    def names(words):
        return [row.name for row in door_rules.found(rows, words)]

    assert names("asa") == names("ÅSA ö") == ["Åsa Öberg"]
    assert names("lena ah") == ["Anna-Lena Ähman"]
    assert names("ake") == ["Sampsa Åkerö"]
    assert names("xyz") == []
    assert names("  ") == [row.name for row in rows]
    assert names(rows[0].code.lower()) == [rows[0].name]


def test_who_follows_the_broadcast_or_waits_is_not_awaited_at_the_door(cast, seminar, hall, tuva):
    comes(seminar, hall_of(seminar, "remote"), cast.edvin)
    waits = comes(seminar, hall, cast.leila)
    waits.claim.state = "waitlisted"
    waits.claim.save()
    assert [row.person for row in door_rules.at_the_door(seminar)] == [cast.tuva]


def test_the_list_of_a_phone_holds_names_codes_and_marks_and_nothing_else(cast, seminar, tuva, at):
    Registration.objects.filter(pk=tuva.pk).update(organisation=cast.eskilstuna, phone="070", employer="Eskilstuna")
    Person.objects.filter(pk=cast.tuva.pk).update(protected=False)
    hidden = comes(seminar, tuva.claim.places, person("Hemlig Person", "hemlig@helmi.example", cast.skaraborg))
    Person.objects.filter(pk=hidden.person_id).update(protected=True, substitute_code="Deltagare 7K")
    at(START)
    client = Client()
    client.force_login(cast.malin)
    answer = client.get(page(seminar, "names/"))
    assert "no-store" in answer["Cache-Control"]
    data = answer.json()
    assert {key for one in data["people"] for key in one} == {"code", "name", "mark", "tint", "here"}
    assert sorted(one["name"] for one in data["people"]) == ["Deltagare 7K", "Tuva Ljungdahl"]
    assert "Hemlig" not in answer.content.decode()
    assert data["until"] == (START + timedelta(hours=6 + 24)).timestamp() * 1000
    assert [half["from"] for half in data["halves"]] == [
        datetime(2027, 5, 11, 22, tzinfo=UTC).timestamp() * 1000,
        datetime(2027, 5, 12, 10, 30, tzinfo=UTC).timestamp() * 1000,
    ]


def test_a_phone_sends_and_learns_how_everything_stands(cast, seminar, tuva, at):
    at(START + timedelta(hours=1))
    client = Client()
    client.force_login(cast.malin)
    fact = {
        "nonce": str(uuid.uuid4()),
        "code": door_rules.code_of(tuva),
        "half": AM,
        "at": START.isoformat(),
        "how": "list",
    }

    def send(data):
        return client.post(page(seminar, "send/"), data, content_type="application/json")

    answer = send({"seen": [fact, {**fact, "nonce": str(uuid.uuid4()), "code": "1-XXXXXX"}]}).json()
    assert answer["taken"] == [fact["nonce"]]
    assert [one["code"] for one in answer["unknown"]] == ["1-XXXXXX"]
    assert answer["names"]["people"][0]["here"] == {AM: START.timestamp() * 1000}
    odd = [{"at": "2027-05-12T09:30:00"}, {"here": 1}, {"nonce": "1"}, {"code": None}]
    bodies = ["", "[]", "{}", '{"seen": 3}', '{"seen": [3]}', '{"seen": [{"nonce": "x"}]}']
    for wrong in [*bodies, *(json.dumps({"seen": [{**fact, **one}]}) for one in odd)]:
        assert send(wrong).status_code == 422, wrong
    assert Scan.objects.count() == 1


def test_before_the_day_the_phone_keeps_what_it_has(cast, seminar, tuva, at):
    at(NOW)
    client = Client()
    client.force_login(cast.malin)
    fact = {"nonce": str(uuid.uuid4()), "code": door_rules.code_of(tuva), "half": AM, "at": NOW.isoformat()}
    answer = client.post(page(seminar, "send/"), {"seen": [fact]}, content_type="application/json")
    assert (answer.status_code, bool(answer.json()["reason"])) == (409, True)


def test_a_phone_whose_sign_in_is_over_is_sent_to_sign_in(cast, seminar, tuva):
    answer = Client().post(page(seminar, "send/"), {"seen": []}, content_type="application/json")
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]


def test_the_plain_list_checks_in_takes_back_and_takes_a_code(cast, seminar, tuva, edvin, at):
    at(START)
    client = Client()
    client.force_login(cast.malin)
    text = client.get(page(seminar)).content.decode()
    assert "Tuva Ljungdahl" in text
    assert "0 av 2 här" in text
    client.post(page(seminar), {"registration": tuva.pk, "half": AM, "here": "1"})
    client.post(page(seminar), {"code": door_rules.code_of(edvin), "half": AM, "here": "1"})
    assert "2 av 2 här" in client.get(page(seminar)).content.decode()
    assert "0 av 2 här" in client.get(page(seminar), {"half": PM}).content.decode()
    client.post(page(seminar), {"registration": tuva.pk, "half": AM, "here": "0"})
    assert "1 av 2 här" in client.get(page(seminar)).content.decode()
    found = client.get(page(seminar), {"q": "ljung"}).content.decode()
    assert "Tuva Ljungdahl" in found
    assert "Edvin Kronqvist" not in found
    for wrong in (
        {},
        {"code": "1-AAAAAA", "half": AM, "here": "1"},
        {"registration": tuva.pk, "half": "x", "here": "1"},
    ):
        assert client.post(page(seminar), wrong).status_code == 302
    assert Scan.objects.count() == 3


def test_what_a_phone_keeps_of_the_page_names_nobody_and_the_worker_has_its_own_place(cast, seminar, tuva, edvin):
    client = Client()
    client.force_login(cast.malin)
    shell = client.get(page(seminar, "shell/"))
    for word in ("Tuva", "Malin", "Ekdahl", "Stanna", "csrfmiddlewaretoken", "X-CSRFToken"):
        assert word not in shell.content.decode(), word
    assert shell["Permissions-Policy"].startswith("camera=(self)")
    worker = client.get(page(seminar, "worker.js"))
    assert worker["Service-Worker-Allowed"] == page(seminar)
    assert worker["Content-Type"].startswith("text/javascript")
    assert "script-src 'self'" in worker["Content-Security-Policy"]
    assert "camera=()" in client.get("/").headers["Permissions-Policy"]


@pytest.mark.parametrize("end", ["", "names/", "presence"])
def test_pages_cost_the_same_for_three_as_for_thirty(cast, seminar, hall, end, at, django_assert_max_num_queries):
    at(START)
    client = Client()
    client.force_login(cast.malin)
    address = reverse("events:presence", args=[seminar.pk]) if end == "presence" else page(seminar, end)
    client.get(address)
    for count, start in ((3, 0), (27, 3)):
        rows = [comes(seminar, hall, person(f"P {n}", f"p{n}@helmi.example")) for n in range(start, start + count)]
        take(seminar, [seen(row) for row in rows], cast.malin)
        with django_assert_max_num_queries(18):
            client.get(address)


def test_presence_is_shown_corrected_and_taken_as_a_file(cast, seminar, tuva, edvin, at):
    take(seminar, [seen(tuva)], cast.malin)
    at(START + timedelta(days=3))
    client = Client()
    client.force_login(cast.malin)
    address = reverse("events:presence", args=[seminar.pk])
    text = client.get(address).content.decode()
    assert "9.30" in text
    assert "1 av 2 har varit där" in text
    one = reverse("events:presence_one", args=[seminar.pk, edvin.pk])
    assert client.get(one).status_code == 200
    assert client.post(one, {"present": [AM, PM]}).status_code == 302
    assert Attendance.objects.get(registration=edvin).hours == seminar.hours
    assert client.post(one, {"present": ["2027-05-13 am"]}).status_code == 422
    assert client.post(one, {}).status_code == 302
    assert Attendance.objects.get(registration=edvin).mark == "absent"
    file = client.post(f"{address}file/")
    assert file.content.startswith(b"PK")
    assert "attachment" in file["Content-Disposition"]


def test_who_neither_organises_nor_works_there_learns_nothing(cast, seminar, tuva):
    client = Client()
    for who in (cast.tuva, cast.vera, cast.omar):
        client.force_login(who)
        for address in (
            page(seminar),
            page(seminar, "names/"),
            page(seminar, "worker.js"),
            reverse("events:presence", args=[seminar.pk]),
        ):
            assert client.get(address).status_code == 404
    day = cast.cohort().days.first().event
    client.force_login(cast.malin)
    assert client.get(page(day)).status_code == 404


# ---------- At once ----------


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_phones_that_send_at_once_neither_lose_nor_double_anything(transactional_db):
    cast = make_cast()
    event = made(cast)
    hall = hall_of(event)
    rows = [comes(event, hall, person(f"Person {n}", f"p{n}@helmi.example", cast.sormland)) for n in range(8)]
    shared = [seen(row, at=START + timedelta(minutes=20)) for row in rows]
    phones = [[*shared, *(seen(row, at=START + timedelta(minutes=n)) for row in reversed(rows))] for n in range(1, 7)]
    start, errors = threading.Barrier(len(phones)), []

    def run(facts):
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            for part in (facts, list(reversed(facts))):
                take(event, part, cast.malin)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[facts], daemon=True) for facts in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not errors
    assert not any(thread.is_alive() for thread in threads)
    assert Scan.objects.count() == len(rows) * (1 + len(phones))
    assert Attendance.objects.filter(mark="present", hours=Decimal("3.00")).count() == len(rows)
    there = door_rules.present(row.pk for row in rows)
    assert all(there[row.pk] == {AM: START + timedelta(minutes=1)} for row in rows)
