"""Reflections belong to their author: nobody reads one until the author says who."""

import json

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Deed
from base.models import Draft
from events.models import Staff
from outbox.models import Letter
from people.models import Person
from programmes.actions import reflections as actions
from programmes.models import Reader, Reflection
from programmes.rules import reflections as rules
from reports.documents import extract
from tests.cast import NOW, person, role

pytestmark = pytest.mark.django_db
MINE = "/programmes/my/group/reflections/"
SECRET = "Jag-grät-i-bilen-hem"
TITLE = "Hemlig-rubrik"


@pytest.fixture
def sign_in():
    """Everybody at a browser of her own."""

    def signed_in(who):
        client = Client()
        client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


@pytest.fixture
def round_(cast):
    """Tuva, Yasmin and Leila take part; Lena lectures on day 4, and Hilma is its host."""
    row = cast.cohort()
    for who in (cast.tuva, cast.yasmin, cast.leila):
        cast.enrolment(row, who)
    cast.made["lecturer"] = person("Lena Lektor", "lena@universitet.example")
    cast.made["host"] = person("Hilma Värd", "hilma@nykoping.example", cast.sormland)
    event = row.days.get(number=4).event
    Staff.objects.create(event=event, person=cast.lecturer, function="lecturer")
    Staff.objects.create(event=event, person=cast.host, function="host")
    return row


@pytest.fixture
def text(cast, round_):
    """Tuva's, about day 4."""
    return actions.write(
        enrolment=round_.enrolments.get(person=cast.tuva),
        day=round_.days.get(number=4),
        title=TITLE,
        text=SECRET,
        by=cast.tuva,
        now=NOW,
    )


def let(text, cast, *people, group=False):
    return actions.let_read(reflection=text, with_group=group, people=[who.pk for who in people], by=cast.tuva, now=NOW)


def readers_of(text, cast):
    """Who among everybody sees the text."""
    people = [name for name, one in cast.made.items() if isinstance(one, Person)]
    asked = {name: Person.objects.get(pk=cast.made[name].pk) for name in people}
    return {name for name, one in asked.items() if Reflection.objects.visible_to(one).filter(pk=text.pk).exists()}


def found_by(text, who, sign_in):
    """Whether someone finds the text at its address and in her list; who does not finds no word of it."""
    client = sign_in(who)
    answer, listing = client.get(text.get_absolute_url()), client.get(MINE).content.decode()
    page = answer.content.decode()
    assert (answer.status_code, SECRET in page, TITLE in page, TITLE in listing) in (
        (200, True, True, True),
        (404, False, False, False),
    )
    return answer.status_code == 200


def test_nobody_but_the_author_reads_what_is_not_shared(cast, text, sign_in):
    assert readers_of(text, cast) == {"tuva"}
    everybody = (cast.tuva, cast.yasmin, cast.lecturer, cast.malin, cast.ada, cast.stina)
    assert [who for who in everybody if found_by(text, who, sign_in)] == [cast.tuva]
    let(text, cast, cast.yasmin, cast.lecturer)
    readers = [cast.tuva, cast.yasmin, cast.lecturer]
    assert [who for who in everybody if found_by(text, who, sign_in)] == readers
    let(text, cast)
    assert [who for who in everybody if found_by(text, who, sign_in)] == [cast.tuva]


def test_no_page_file_or_log_of_anybody_else_holds_a_word_of_it(cast, round_, text, sign_in):
    let(text, cast, cast.yasmin)
    let(text, cast)
    enrolment = text.enrolment_id
    addresses = [
        "/", "/people/me/", "/reports/me/", "/reports/me/file/", "/audit/", "/letters/", "/programmes/staff/",
        f"/programmes/cohorts/{round_.pk}/group/", f"/programmes/enrolments/{enrolment}/",
        f"/people/persons/{cast.tuva.pk}/", round_.days.get(number=4).event.get_absolute_url(), MINE,
    ]  # fmt: skip
    others = (cast.ada, cast.malin, cast.stina, cast.lecturer)
    answered = 0
    for who in others:
        client = sign_in(who)
        for address in addresses:
            answer = client.get(address)
            answered += answer.status_code == 200
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert SECRET.encode() not in said, (who, address)
            assert TITLE.encode() not in said, (who, address)
    assert answered > 25
    kept = json.dumps([deed.codes for deed in Deed.objects.all()]) + str(Letter.objects.values_list("facts", flat=True))
    assert SECRET not in kept
    assert TITLE not in kept
    for table in apps.get_models():
        if table is Reflection:
            continue
        for row in table._base_manager.values():
            assert SECRET not in str(row), table
            assert TITLE not in str(row), table


def test_only_those_who_are_chosen_by_name_read_it_and_only_until_it_is_taken_back(cast, text):
    let(text, cast, cast.yasmin, cast.lecturer)
    assert readers_of(text, cast) == {"tuva", "yasmin", "lecturer"}
    let(text, cast, cast.lecturer)
    assert readers_of(text, cast) == {"tuva", "lecturer"}
    let(text, cast)
    assert readers_of(text, cast) == {"tuva"}
    deeds = Deed.objects.filter(deed__startswith="reflection.").order_by("pk")
    assert [(deed.deed, deed.codes, deed.scope) for deed in deeds] == [
        ("reflection.shared", {}, ""),
        ("reflection.shared", {}, ""),
        ("reflection.taken_back", {}, ""),
    ]


def test_the_group_reads_it_and_those_outside_do_not(cast, round_, text):
    let(text, cast, group=True)
    assert readers_of(text, cast) == {"tuva", "yasmin", "leila"}
    round_.enrolments.filter(person=cast.leila).update(programme_side="withdrawn")
    assert readers_of(text, cast) == {"tuva", "yasmin"}
    round_.enrolments.filter(person=cast.tuva).update(programme_side="withdrawn")
    assert readers_of(text, cast) == {"tuva"}


def test_a_lecturer_reads_it_only_as_long_as_she_has_a_part_in_the_day(cast, text):
    let(text, cast, cast.lecturer, cast.host)
    assert readers_of(text, cast) == {"tuva", "lecturer", "host"}
    Staff.objects.filter(person=cast.lecturer).delete()
    assert readers_of(text, cast) == {"tuva", "host"}


def test_another_day_has_other_readers(cast, round_, text):
    let(text, cast, cast.lecturer, cast.yasmin)
    day = round_.days.get(number=2)
    actions.rewrite(reflection=text, day=day, title=TITLE, text=SECRET, by=cast.tuva, now=NOW)
    assert set(Reader.objects.values_list("person", flat=True)) == {cast.yasmin.pk}
    assert readers_of(text, cast) == {"tuva", "yasmin"}


@pytest.mark.parametrize("name", ["administrator", "coordinator", "manager", "director"])
def test_who_is_over_the_author_reads_nothing_even_as_one_of_the_group(cast, text, name):
    let(text, cast, cast.yasmin, group=True)
    assert "yasmin" in readers_of(text, cast)
    where = {
        "administrator": {},
        "coordinator": {"region": cast.sormland},
        "manager": {"organisation": cast.barn},
        "director": {"organisation": cast.eskilstuna},
    }[name]
    role(cast.yasmin, name, **where)
    cast.yasmin.__dict__.pop("reach", None)
    assert readers_of(text, cast) == {"tuva", "leila"}
    offered = {choice.pk for choice in rules.choices(text, today=NOW.date())}
    assert offered == {cast.leila.pk, cast.lecturer.pk, cast.host.pk}


def test_nobody_outside_the_list_can_be_chosen(cast, text):
    for who in (cast.stina, cast.malin, cast.ada, cast.edvin, cast.outsider, cast.tuva):
        with pytest.raises(rules.NotToBeChosen):
            let(text, cast, who)
    assert not Reader.objects.exists()


def test_those_who_may_read_can_do_nothing_else(cast, text, sign_in):
    let(text, cast, cast.yasmin)
    yasmin = sign_in(cast.yasmin)
    for page in ("edit", "readers", "remove"):
        assert yasmin.get(f"{MINE}{text.pk}/{page}/").status_code == 403
        answer = yasmin.post(f"{MINE}{text.pk}/{page}/", {"title": "x", "text": "y", "with_group": "on"})
        assert answer.status_code == 403
        assert "Reader" not in answer.content.decode()
    text.refresh_from_db()
    assert (text.title, text.text, text.with_group) == (TITLE, SECRET, False)
    shown = yasmin.get(text.get_absolute_url()).content.decode()
    assert "Lena Lektor" not in shown
    for deed in (actions.remove, actions.let_read, actions.rewrite):
        facts = {
            actions.let_read: {"with_group": True, "people": []},
            actions.rewrite: {"day": None, "title": "x", "text": "y"},
        }.get(deed, {})
        with pytest.raises(rules.NotTheAuthor):
            deed(reflection=text, by=cast.yasmin, now=NOW, **facts)


def test_a_reflection_is_written_shared_and_erased_on_its_pages(cast, round_, sign_in):
    tuva = sign_in(cast.tuva)
    enrolment = round_.enrolments.get(person=cast.tuva)
    address = f"/programmes/my/group/{enrolment.pk}/reflections/new/"
    answer = tuva.post(address, {"day": "4", "title": "Efter dagen", "text": "Först var jag nervös."})
    row = Reflection.objects.get()
    assert answer.url == row.get_absolute_url()
    assert (row.day.number, row.with_group, row.readers.count()) == (4, False, 0)
    form = tuva.get(f"{MINE}{row.pk}/readers/").content.decode().split("<main")[1]
    assert "checked" not in form
    assert "Lena Lektor" in form
    for name in ("Stina Malmqvist", "Malin Ekdahl", "Ada Lindqvist"):
        assert name not in form
    tuva.post(f"{MINE}{row.pk}/readers/", {"people": [cast.yasmin.pk]})
    assert sign_in(cast.yasmin).get(row.get_absolute_url()).status_code == 200
    tuva.post(f"{MINE}{row.pk}/readers/", {})
    assert sign_in(cast.yasmin).get(row.get_absolute_url()).status_code == 404
    tuva.post(f"{MINE}{row.pk}/remove/")
    assert not Reflection.objects.exists()


def test_somebody_who_is_not_on_the_list_cannot_be_chosen_on_the_page(cast, text, sign_in):
    answer = sign_in(cast.tuva).post(f"{MINE}{text.pk}/readers/", {"people": [cast.stina.pk]})
    assert answer.status_code == 422
    assert not Reader.objects.exists()


def test_what_is_typed_is_kept_and_only_its_author_finds_it(cast, round_, sign_in):
    enrolment = round_.enrolments.get(person=cast.tuva)
    address = f"/programmes/my/group/{enrolment.pk}/reflections/new/"
    tuva = sign_in(cast.tuva)
    answer = tuva.post(address, {"act": "keep", "day": "4", "title": "", "text": SECRET})
    assert "Utkastet sparades" in answer.content.decode() or "Utkast sparat" in answer.content.decode()
    assert not Reflection.objects.exists()
    tuva.post(address, {"act": "keep", "day": "4", "title": TITLE, "text": SECRET})
    assert Draft.objects.filter(person=cast.tuva).count() == 1
    assert SECRET in tuva.get(address).content.decode()
    for who in (cast.yasmin, cast.malin, cast.ada, cast.stina):
        assert sign_in(who).get(address).status_code == 404
    tuva.post(address, {"day": "4", "title": TITLE, "text": SECRET})
    assert not Draft.objects.exists()
    row = Reflection.objects.get()
    tuva.post(f"{MINE}{row.pk}/edit/", {"act": "keep", "title": TITLE, "text": "Ännu inte sparat"})
    assert "Ännu inte sparat" in tuva.get(f"{MINE}{row.pk}/edit/").content.decode()
    assert "Ännu inte sparat" not in tuva.get(row.get_absolute_url()).content.decode()
    tuva.post(f"{MINE}{row.pk}/edit/", {"title": TITLE, "text": "Nu sparat"})
    row.refresh_from_db()
    assert (row.text, Draft.objects.count()) == ("Nu sparat", 0)


def test_only_those_who_take_part_write(cast, round_):
    enrolment = round_.enrolments.get(person=cast.tuva)
    for who in (cast.yasmin, cast.malin):
        with pytest.raises(rules.NotInTheRound):
            actions.write(enrolment=enrolment, day=None, title="x", text="y", by=who, now=NOW)
    round_.enrolments.filter(person=cast.tuva).update(programme_side="withdrawn")
    with pytest.raises(rules.NotInTheRound):
        actions.write(enrolment=enrolment, day=None, title="x", text="y", by=cast.tuva, now=NOW)


def test_it_is_in_the_authors_own_extract_and_in_nobody_elses_and_goes_with_her(cast, text):
    let(text, cast, cast.yasmin, group=True)
    assert SECRET in str(extract.as_plain(cast.tuva, "sv", NOW))
    assert SECRET not in str(extract.as_plain(cast.yasmin, "sv", NOW))
    actions.keep_draft(about=text, data={"text": "Utkastet"}, by=cast.tuva, now=NOW)
    cast.tuva.delete()
    assert not Reflection.objects.exists()
    assert not Reader.objects.exists()
    assert not Draft.objects.exists()


def test_who_is_let_read_finds_it_in_the_menu(cast, text, sign_in):
    assert MINE not in sign_in(cast.lecturer).get("/people/me/").content.decode()
    let(text, cast, cast.lecturer)
    assert MINE in sign_in(cast.lecturer).get("/people/me/").content.decode()
    let(text, cast)
    assert MINE not in sign_in(cast.lecturer).get("/people/me/").content.decode()


def test_the_list_costs_as_much_for_three_as_for_one(cast, round_, text, sign_in):
    let(text, cast, cast.yasmin)
    enrolment = text.enrolment

    def count(who):
        client = sign_in(who)
        client.get(MINE)
        with CaptureQueriesContext(connection) as queries:
            client.get(MINE)
        return len(queries)

    one = [count(who) for who in (cast.tuva, cast.yasmin)]
    for number in (2, 3):
        more = actions.write(
            enrolment=enrolment, day=round_.days.get(number=number), title="t", text="x", by=cast.tuva, now=NOW
        )
        let(more, cast, cast.yasmin, group=True)
    assert [count(who) for who in (cast.tuva, cast.yasmin)] == one


def test_who_has_left_the_round_still_reaches_her_own(cast, round_, text, sign_in):
    round_.enrolments.filter(person=cast.tuva).update(programme_side="withdrawn")
    tuva = sign_in(cast.tuva)
    assert MINE in tuva.get("/people/me/").content.decode()
    assert SECRET in tuva.get(text.get_absolute_url()).content.decode()
    assert tuva.post(f"{MINE}{text.pk}/remove/").status_code == 302
    assert not Reflection.objects.exists()
