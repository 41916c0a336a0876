"""The public pages of events are kept for strangers, and show at once what anybody has done."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from audit.actions import record
from events import actions as days
from events.actions import abstracts as authors
from events.actions import calls, material, publishing, sign_up
from events.models import Abstract, Event, Material
from events.states import Audience, EventKind, Way
from people import actions as people
from tests.cast import NOW

pytestmark = pytest.mark.django_db
OPENED, OPENS, CLOSES = NOW - timedelta(hours=1), NOW + timedelta(hours=1), NOW + timedelta(days=3)


@pytest.fixture
def event(cast, at):
    """A public seminar that calls for abstracts; registration opens in an hour."""
    at(NOW)
    row = publishing.draft_event(
        region=cast.sormland,
        kind=EventKind.SEMINAR,
        title={"sv": "Stanna och väx", "fi": "Jää ja kasva", "en": "Stay and grow"},
        date=date(2027, 5, 12),
        start_time=time(9),
        end_time=time(16),
        audience=Audience.PUBLIC,
        host=cast.eskilstuna,
        by=cast.malin,
        now=NOW,
    )
    days.change_practicalities(event=row, venue="Stadshuset", by=cast.malin, now=NOW)
    publishing.add_way(event=row, way=Way.ON_SITE, capacity=3, by=cast.malin, now=NOW)
    publishing.arrange_event(event=row, closes_at=CLOSES, contact=cast.malin, by=cast.malin, now=NOW)
    publishing.publish(event=row, by=cast.malin, now=NOW)
    return Event.objects.get(pk=row.pk)


def address(event, name="events:public"):
    region, of_region = event.region.slug, ("events:listing", "events:rss", "events:region_calendar")
    return reverse(name, args=[region] if name in of_region else [region, event.pk])


def link(cast, event):
    facts = {"title": "Bilder", "link": "https://bilder.example/", "seen_by": "public", "by": cast.malin, "now": NOW}
    return material.add(event=event, **facts)


def call(cast, event):
    return calls.set_call(event=event, opens_at=OPENED, closes_at=CLOSES, by=cast.malin, now=NOW)


def published_abstract(cast, event):
    over = calls.set_call(event=event, opens_at=OPENED - timedelta(days=9), closes_at=OPENED, by=cast.malin, now=NOW)
    return Abstract.objects.create(
        call=over,
        person=cast.tuva,
        state="accepted",
        language="sv",
        title="Vad de sade",
        pages=1,
        publish=True,
        created_at=NOW,
        changed_at=NOW,
    )


def register(cast, event):
    facts = sign_up.Facts(name="Åsa Öberg", email="asa@nykoping.example", language="sv", employer="Nyköping")
    return sign_up.sign_up(event=event, places=event.ways.get(), facts=facts, now=NOW)


def words(**facts):
    return lambda cast, event: publishing.describe_event(event=event, words=facts, by=cast.malin, now=NOW)


def agenda(cast, event):
    line = publishing.Line(title={"sv": "Vad forskningen säger"}, starts=time(9), ends=time(10))
    publishing.set_agenda(event=event, lines=[line], by=cast.malin, now=NOW)


def renamed(cast, event):
    people.correct_organisation(organisation=cast.eskilstuna, name={"sv": "Eskilstuna stad"}, by=cast.malin, now=NOW)


def moved(cast, event):
    times = {"date": date(2027, 5, 19), "start_time": time(9), "end_time": time(16), "reason": "Krock"}
    days.move_event(event=event, by=cast.malin, now=NOW, **times)


BEFORE = {  # what is there before the page is read, and what is done then
    "texts": (None, words(description_sv="Varför de stannar"), "Varför de stannar"),
    "programme": (None, agenda, "Vad forskningen säger"),
    "another way": (
        None,
        lambda cast, event: publishing.add_way(event=event, way=Way.REMOTE, capacity=77, by=cast.malin, now=NOW),
        "av 77 kvar",
    ),
    "more places": (
        None,
        lambda cast, event: days.change_capacity(
            places=event.ways.get(), capacity=99, reason="Större sal", by=cast.malin, now=NOW
        ),
        "av 99 kvar",
    ),
    "a place taken": (None, register, "<strong>2</strong> av 3 kvar"),
    "a place given back": (
        register,
        lambda cast, event: sign_up.cancel(
            registration=event.registrations.get(), by=event.registrations.get().person, now=NOW
        ),
        "<strong>3</strong> av 3 kvar",
    ),
    "the place": (
        None,
        lambda cast, event: days.change_practicalities(event=event, venue="Folkets hus", by=cast.malin, now=NOW),
        "Folkets hus",
    ),
    "the day": (None, moved, "19 maj"),
    "who answers questions": (
        None,
        lambda cast, event: people.set_own_facts(
            person=cast.malin, name="Malin Nyman", phone="", language="sv", theme="", now=NOW
        ),
        "Malin Nyman",
    ),
    "the telephone of the region": (
        None,
        lambda cast, event: people.change_region(region=cast.sormland, phone="016-12 34 56", by=cast.malin, now=NOW),
        "016-12 34 56",
    ),
    "material": (None, link, "https://bilder.example/"),
    "a call for abstracts": (None, call, "/abstracts/"),
    "an abstract that everybody may read": (None, published_abstract, "Publicerade sammandrag"),
    "cancelled": (
        None,
        lambda cast, event: days.cancel_event(event=event, reason="Sjukdom", by=cast.malin, now=NOW),
        "Sjukdom",
    ),
}
AFTER = {  # what is there before the page is read, what is done, and what may stand there no longer
    "material taken away": (
        link,
        lambda cast, event: material.remove(material=Material.objects.get(), by=cast.malin, now=NOW),
        "https://bilder.example/",
    ),
    "material for those who come only": (
        link,
        lambda cast, event: material.change(
            material=Material.objects.get(),
            title="Bilder",
            link="https://bilder.example/",
            seen_by="registered",
            by=cast.malin,
            now=NOW,
        ),
        "https://bilder.example/",
    ),
    "an author takes the yes back": (
        published_abstract,
        lambda cast, event: authors.set_publish(abstract=Abstract.objects.get(), publish=False, language="sv", now=NOW),
        "Publicerade sammandrag",
    ),
    "the call is closed": (
        call,
        lambda cast, event: calls.close_call(call=event.call, by=cast.malin, now=NOW),
        "Inbjudan att lämna sammandrag",
    ),
    "the name of who may not be named": (
        None,
        lambda cast, event: people.change_person(person=cast.malin, protected=True, by=cast.ada, now=NOW),
        "Malin Ekdahl",
    ),
}


@pytest.mark.parametrize("name", BEFORE)
def test_a_kept_page_shows_at_once(cast, event, client, name):
    there, deed, shown = BEFORE[name]
    if there:
        there(cast, event)
    event = Event.objects.get(pk=event.pk)
    assert shown not in client.get(address(event)).content.decode()
    deed(cast, event)
    assert shown in client.get(address(event)).content.decode()


@pytest.mark.parametrize("name", AFTER)
def test_a_kept_page_stops_at_once_showing(cast, event, client, name):
    there, deed, shown = AFTER[name]
    if there:
        there(cast, event)
    event = Event.objects.get(pk=event.pk)
    assert shown in client.get(address(event)).content.decode()
    deed(cast, event)
    assert shown not in client.get(address(event)).content.decode()


def test_registration_opens_and_closes_and_material_appears_by_the_clock(cast, event, client, at):
    publishing.arrange_event(event=event, opens_at=OPENS, by=cast.malin, now=NOW)
    facts = {"title": "Bilder", "link": "https://bilder.example/", "seen_by": "public", "seen_from": OPENS}
    material.add(event=event, by=cast.malin, now=NOW, **facts)
    seen = []
    for moment in (OPENS - timedelta(seconds=1), OPENS, CLOSES - timedelta(seconds=1), CLOSES):
        at(moment)
        client.get(address(event))
        page = client.get(address(event)).content.decode()
        seen.append((f'href="{address(event, "events:sign_up")}"' in page, "https://bilder.example/" in page))
    assert seen == [(False, False), (True, True), (True, True), (False, True)]


PAGES = ("events:public", "events:listing", "events:public_file", "events:rss", "events:region_calendar")


@pytest.mark.parametrize("name", PAGES)
def test_the_second_stranger_costs_one_statement_and_reads_the_same(event, client, django_assert_num_queries, name):
    first = client.get(address(event, name))
    with django_assert_num_queries(1):
        again = client.get(address(event, name))
    assert again.content == first.content
    assert {**again.headers, "X-Request-ID": ""} == {**first.headers, "X-Request-ID": ""}
    with django_assert_num_queries(1):
        known = client.get(address(event, name), headers={"If-None-Match": first.headers.get("ETag", "none")})
    assert known.status_code == (304 if "ETag" in first.headers else 200)


def test_the_page_made_anew_costs_at_most_twelve_statements(cast, event, client, django_assert_max_num_queries):
    agenda(cast, event), link(cast, event), published_abstract(cast, event), register(cast, event)
    with django_assert_max_num_queries(12):
        assert "Bilder" in client.get(address(event)).content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_each_language_has_its_own(event, client, name):
    titles = {"sv": "Stanna och väx", "fi": "Jää ja kasva", "en": "Stay and grow"}
    for _turn in range(2):
        for code, title in titles.items():
            assert title in client.get(f"{address(event, name)}?lang={code}").content.decode()


def test_who_has_signed_in_and_the_stranger_never_read_each_others_page(cast, event, client, sign_in):
    stranger = client.get(address(event)).content.decode()
    own = sign_in(cast.malin).get(f"{address(event)}?lang=sv").content.decode()
    assert cast.malin.name in own.split("<main")[0]
    client.logout()
    assert client.get(f"{address(event)}?lang=sv").content.decode().split("<main")[0] == stranger.split("<main")[0]


def test_a_form_with_a_token_is_nobody_elses(cast, event, client, settings):
    """The pages that are kept hold no form; the one for an address has its own token each time."""
    publishing.arrange_event(event=event, opens_at=OPENS, by=cast.malin, now=NOW)
    page = client.get(address(event)).content.decode()
    assert "csrfmiddlewaretoken" not in page
    assert f'href="{address(event, "events:interest")}"' in page
    assert "csrfmiddlewaretoken" in client.get(address(event, "events:interest")).content.decode()


def test_an_event_that_is_for_the_region_only_is_kept_for_nobody(cast, event, client):
    assert client.get(address(event)).status_code == 200
    publishing.arrange_event(event=event, audience=Audience.REGION, by=cast.malin, now=NOW)
    assert client.get(address(event)).status_code == 404
    assert "Stanna" not in client.get(address(event, "events:listing")).content.decode()


def test_the_number_of_deeds_rises_also_for_one_that_was_written_behind_another(cast, event):
    from audit.models import Deed

    late = record("a_late_deed", by=None, about=event, now=NOW)
    number = late.pk
    late.delete()
    record("a_deed", by=None, about=event, now=NOW)
    before = Deed.objects.tide()
    late.pk = number
    late.save(force_insert=True)
    assert Deed.objects.tide() > before
