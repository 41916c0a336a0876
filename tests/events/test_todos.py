"""What is to be done about events stands on the start page, with a day, as long as it is to be done."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from answers.models import Box
from answers.states import BoxState
from events import actions as days
from events.actions import calls, publishing, sign_up
from events.models import Abstract, Evaluation, Event
from events.rules.todos import todos
from events.states import Audience, EventKind, Policy, Way
from tests.cast import NOW

pytestmark = pytest.mark.django_db
TODAY = date(2027, 4, 16)


def drafted(cast, *, left, region=None, by=None, kind=EventKind.SEMINAR):
    """A draft so many days ahead."""
    return publishing.draft_event(
        region=region or cast.sormland,
        kind=kind,
        title={"sv": "Stanna och väx", "fi": "Jää ja kasva", "en": "Stay and grow"},
        date=TODAY + timedelta(days=left),
        start_time=time(9),
        end_time=time(16),
        audience=Audience.PUBLIC,
        by=by or cast.malin,
        now=NOW,
    )


def published(cast, *, left, agenda=True, **way):
    event = drafted(cast, left=left)
    days.change_practicalities(event=event, venue="Stadshuset", by=cast.malin, now=NOW)
    publishing.add_way(event=event, way=Way.ON_SITE, by=cast.malin, now=NOW, **{"capacity": 1, **way})
    if agenda:
        line = publishing.Line(title={"sv": "Inledning"}, starts=time(9), ends=time(10))
        publishing.set_agenda(event=event, lines=[line], by=cast.malin, now=NOW)
    publishing.publish(event=event, by=cast.malin, now=NOW)
    return Event.objects.get(pk=event.pk)


def said(person, now=NOW):
    """What is to be done: where, by when, and whether that has passed."""
    return [(todo.url.rstrip("/").rsplit("/", 1)[1], todo.by, todo.late) for todo in todos(person, now=now)]


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (60, []),
        (42, [("organise", TODAY + timedelta(days=14), False)]),
        (27, [("organise", TODAY - timedelta(days=1), True)]),
    ],
)
def test_a_draft_is_published_four_weeks_before(cast, at, left, expected):
    at(NOW)
    drafted(cast, left=left)
    assert said(cast.malin) == expected


def test_what_a_published_event_lacks_is_asked_for_a_week_before(cast, at):
    at(NOW)
    event = published(cast, left=15, agenda=False)
    Event.objects.filter(pk=event.pk).update(venue="", address="")
    assert said(cast.malin) == []
    tomorrow = at(NOW + timedelta(days=1))
    by = event.date - timedelta(days=7)
    assert sorted(said(cast.malin, tomorrow)) == [("place", by, False), ("programme", by, False)]
    assert {late for _where, _by, late in said(cast.malin, at(NOW + timedelta(days=9)))} == {True}
    days.change_practicalities(event=event, venue="Folkets hus", by=cast.malin, now=NOW)
    assert [where for where, _by, _late in said(cast.malin, tomorrow)] == ["programme"]


def test_a_broadcast_is_held_nowhere(cast, at):
    at(NOW)
    event = published(cast, left=10)
    event.ways.update(way=Way.REMOTE)
    Event.objects.filter(pk=event.pk).update(venue="")
    assert said(cast.malin) == []


def test_abstracts_are_decided_on_when_the_call_has_closed(cast, at):
    at(NOW)
    event = published(cast, left=60)
    call = calls.set_call(
        event=event, opens_at=NOW - timedelta(days=9), closes_at=NOW + timedelta(days=1), by=cast.malin, now=NOW
    )
    facts = {"language": "sv", "title": "A", "pages": 1, "publish": True, "created_at": NOW, "changed_at": NOW}
    row = Abstract.objects.create(call=call, person=cast.tuva, state="submitted", **facts)
    assert said(cast.malin) == []
    later = at(NOW + timedelta(days=2))
    assert said(cast.malin, later) == [("abstracts", TODAY + timedelta(days=15), False)]
    calls.decide(abstract=row, accept=True, by=cast.malin, now=later)
    assert said(cast.malin, later) == []


def test_a_free_place_that_the_organiser_gives_by_hand_waits_for_her(cast, at):
    at(NOW)
    event = published(cast, left=60, policy=Policy.BY_HAND)
    places = event.ways.get()
    rows = [
        sign_up.sign_up(
            event=event,
            places=places,
            facts=sign_up.Facts(name=f"Gäst {n}", email=f"gast{n}@annan.example", language="sv"),
            now=NOW,
        )
        for n in range(2)
    ]
    assert said(cast.malin) == []
    sign_up.cancel(registration=rows[0], by=rows[0].person, now=NOW)
    assert said(cast.malin) == [("registrations", event.date, False)]
    sign_up.offer_by_hand(registration=rows[1], reason="Håller i ett pass", by=cast.malin, now=NOW)
    assert said(cast.malin) == []


def test_the_results_of_an_evaluation_are_read_within_two_weeks(cast, at):
    at(NOW)
    event = published(cast, left=1)
    Event.objects.filter(pk=event.pk).update(state="held")
    box = Box.objects.create(
        kind="event", owner="event:1", scope=f"region:{cast.sormland.pk}", state=BoxState.RELEASED,
        frozen_digest="x", public_key=b"x", released_at=NOW + timedelta(days=9),
    )  # fmt: skip
    Evaluation.objects.create(event=event, box=box)
    assert said(cast.malin, at(NOW + timedelta(days=10))) == [("evaluation", TODAY + timedelta(days=23), False)]
    assert said(cast.malin, at(NOW + timedelta(days=24))) == []


def test_only_who_organises_has_it_to_do(cast, at, django_assert_num_queries):
    at(NOW)
    drafted(cast, left=20)
    published(cast, left=3, agenda=False)
    for person in (cast.outsider, cast.tuva, cast.stina, cast.vera):
        assert said(person) == []
    malin = type(cast.malin).objects.get(pk=cast.malin.pk)
    assert malin.reach.region_ids
    with django_assert_num_queries(1):
        assert len(todos(malin, now=NOW)) == 2


def test_the_start_page_and_the_list_of_events_say_it_in_each_language(cast, at, sign_in):
    at(NOW)
    drafted(cast, left=27)
    words = {"sv": "Publicera Stanna och väx", "fi": "Julkaise Jää ja kasva", "en": "Publish Stay and grow"}
    client = sign_in(cast.malin)
    for address in (reverse("home:home"), reverse("events:organised")):
        for code, title in words.items():
            assert title in client.get(f"{address}?lang={code}").content.decode()
