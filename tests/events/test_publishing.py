"""Events are drafted, announced, published, moved, copied and cancelled; and what everybody reads and follows."""

import io
import json
import re
from datetime import UTC, date, datetime, time, timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from icalendar import Calendar
from PIL import Image

from base.refusal import Refusal
from events import actions as days
from events import feeds
from events.actions import publishing as actions
from events.actions.publishing import Line
from events.documents import pictures
from events.letters.days import cancelled_mail
from events.models import Event, Interest, Question
from events.rules import publishing as rules
from events.states import Audience, EventKind, EventState, QuestionKind, Way
from outbox import kinds
from outbox.models import Letter
from tests.cast import NOW

pytestmark = pytest.mark.django_db
DAY = date(2027, 11, 12)
TITLE = {"sv": "Stanna och väx", "fi": "Jää ja kasva", "en": "Stay and grow"}


def drafted(cast, day=DAY, *, title=TITLE, audience=Audience.PUBLIC, region=None, by=None):
    return actions.draft_event(
        region=region or cast.sormland,
        kind=EventKind.SEMINAR,
        title=title,
        date=day,
        start_time=time(9, 30),
        end_time=time(15, 30),
        audience=audience,
        by=by or cast.malin,
        now=NOW,
    )


def published(cast, day=DAY, **facts):
    event = drafted(cast, day, **facts)
    days.change_practicalities(event=event, venue="Stadshuset", by=cast.malin, now=NOW)
    actions.add_way(event=event, way=Way.ON_SITE, capacity=120, by=cast.malin, now=NOW)
    return actions.publish(event=event, by=cast.malin, now=NOW)


def page(event):
    return reverse("events:public", args=[event.region.slug, event.pk])


def listing(cast):
    return reverse("events:listing", args=[cast.sormland.slug])


# ---------- What can happen ----------


def test_publishing_names_everything_that_is_missing(cast):
    event = drafted(cast, title={"sv": "Stanna och väx"})
    with pytest.raises(rules.Lacks) as refused:
        actions.publish(event=event, by=cast.malin, now=NOW)
    sentence = str(refused.value)
    others = [code for code in rules.languages_of(event) if code != "sv"]
    assert len(rules.lacking(event, [])) == len(others) + 1
    assert "Suomi" in sentence or "fi" not in others
    places = actions.add_way(event=event, way=Way.ON_SITE, capacity=3, by=cast.malin, now=NOW)
    remote = actions.add_way(event=event, way=Way.REMOTE, capacity=None, by=cast.malin, now=NOW)
    assert len(rules.lacking(event, [places, remote])) == len(others) + 2
    event.refresh_from_db()
    assert event.state == EventState.DRAFT


def test_a_draft_is_not_there_and_a_published_event_is(cast, client, at):
    event = drafted(cast)
    assert client.get(page(event)).status_code == 404
    days.change_practicalities(event=event, venue="Stadshuset", by=cast.malin, now=NOW)
    actions.add_way(event=event, way=Way.ON_SITE, capacity=120, by=cast.malin, now=NOW)
    actions.publish(event=event, by=cast.malin, now=NOW)
    answer = client.get(page(event), {"lang": "sv"})
    assert answer.status_code == 200
    assert "Stanna och väx" in answer.content.decode()


def test_only_the_region_s_organisers_publish(cast):
    event = drafted(cast)
    for deed in (actions.announce_event, actions.publish):
        with pytest.raises(Refusal):
            deed(event=event, by=cast.tuva, now=NOW)


def test_registration_closes_after_it_opens_and_not_after_the_start(cast):
    event = drafted(cast)
    with pytest.raises(rules.ClosesAfterStart):
        actions.arrange_event(event=event, closes_at=event.starts_at + timedelta(hours=1), by=cast.malin, now=NOW)
    with pytest.raises(rules.ClosesBeforeOpening):
        actions.arrange_event(
            event=event,
            opens_at=NOW + timedelta(days=9),
            closes_at=NOW + timedelta(days=8),
            by=cast.malin,
            now=NOW,
        )


def test_a_way_is_added_once_and_stays_while_somebody_uses_it(cast):
    event = published(cast)
    hall = event.ways.get()
    with pytest.raises(rules.WayTwice):
        actions.add_way(event=event, way=Way.ON_SITE, capacity=2, by=cast.malin, now=NOW)
    days.claim_place(places=hall, person=cast.tuva, by=cast.malin, now=NOW)
    with pytest.raises(rules.WayInUse):
        actions.remove_way(places=hall, by=cast.malin, now=NOW)


def test_what_is_asked_has_an_end_within_a_year_and_the_same_choices_in_each_language(cast):
    event = drafted(cast)
    facts = {
        "event": event,
        "kind": QuestionKind.ONE,
        "label": {"sv": "Vilket pass?", "fi": "Mikä työpaja?"},
        "purpose": {"sv": "Rummens storlek", "fi": "Huoneiden koko"},
        "by": cast.malin,
        "now": NOW,
    }
    with pytest.raises(rules.ChoicesDiffer):
        actions.ask(**facts, choices={"sv": "Ett\nTvå", "fi": "Yksi"}, erase_on=DAY + timedelta(days=30))
    for day in (DAY, DAY + timedelta(days=400)):
        with pytest.raises(rules.QuestionsKeptTooLong):
            actions.ask(**facts, choices={"sv": "Ett\nTvå", "fi": "Yksi\nKaksi"}, erase_on=day)
    row = actions.ask(**facts, choices={"sv": "Ett\nTvå", "fi": "Yksi\nKaksi"}, erase_on=DAY + timedelta(days=30))
    assert Question.objects.get() == row


def test_an_event_of_several_days_moves_with_its_programme_and_its_places(cast):
    event = published(cast)
    actions.arrange_event(
        event=event,
        last_date=DAY + timedelta(days=1),
        closes_at=event.starts_at - timedelta(days=1),
        by=cast.malin,
        now=NOW,
    )
    second = Line(starts=time(10), title={"sv": "Andra dagen"}, day=DAY + timedelta(days=1))
    actions.set_agenda(
        event=event, lines=[Line(starts=time(9, 30), title={"sv": "Välkomna"}), second], by=cast.malin, now=NOW
    )
    version = event.version
    sooner = DAY - timedelta(days=7)
    days.move_event(event=event, date=sooner, start_time=time(10), end_time=time(16), reason="", by=cast.malin, now=NOW)
    event.refresh_from_db()
    assert event.version == version + 1
    assert event.last_date == sooner + timedelta(days=1)
    assert event.ends_at == datetime(2027, 11, 6, 15, tzinfo=UTC)
    assert event.closes_at == event.starts_at
    assert [item.date for item in event.agenda.all()] == [sooner, sooner + timedelta(days=1)]
    hall = event.ways.get()
    assert (hall.starts_at, hall.offers_until) == (event.starts_at, event.closes_at)


def test_a_line_stands_on_a_day_of_the_event(cast):
    event = drafted(cast)
    line = Line(starts=time(10), title={"sv": "Andra dagen"}, day=DAY + timedelta(days=1))
    with pytest.raises(rules.OutsideEvent):
        actions.set_agenda(event=event, lines=[line], by=cast.malin, now=NOW)


def test_a_copy_has_words_programme_questions_and_ways_but_nobody(cast):
    event = published(cast)
    actions.describe_event(event=event, words={"summary_sv": "Kort"}, by=cast.malin, now=NOW)
    actions.set_agenda(event=event, lines=[Line(starts=time(9, 30), title={"sv": "Hej"})], by=cast.malin, now=NOW)
    actions.ask(
        event=event,
        kind=QuestionKind.TEXT,
        label={"sv": "Varför?"},
        purpose={"sv": "Därför"},
        erase_on=DAY + timedelta(days=30),
        by=cast.malin,
        now=NOW,
    )
    days.register(event=event, person=cast.tuva, by=cast.malin, now=NOW)
    copy = actions.copy_event(event=event, date=DAY + timedelta(days=364), by=cast.malin, now=NOW)
    assert (copy.state, copy.summary_sv, copy.registrations.count()) == (EventState.DRAFT, "Kort", 0)
    assert copy.agenda.get().date == copy.date
    assert copy.questions.get().erase_on == copy.date + timedelta(days=30)
    assert copy.ways.get().capacity == 120
    assert event.questions.count() == 1
    assert copy.uid != event.uid


# ---------- Told when registration opens ----------


def test_an_address_gets_one_letter_when_registration_opens_and_is_erased(cast, client, at):
    event = actions.announce_event(event=drafted(cast), by=cast.malin, now=NOW)
    address = reverse("events:interest", args=[event.region.slug, event.pk])
    for typed in ("Anna@Grann.example", "anna@grann.example"):
        assert client.post(f"{address}?lang=fi", {"email": typed}).status_code == 302
    assert Interest.objects.get().address == "anna@grann.example"
    assert actions.tell_interested(now=NOW) == 0
    days.change_practicalities(event=event, venue="Stadshuset", by=cast.malin, now=NOW)
    actions.add_way(event=event, way=Way.ON_SITE, capacity=3, by=cast.malin, now=NOW)
    opens = NOW + timedelta(days=3)
    actions.arrange_event(event=event, opens_at=opens, by=cast.malin, now=NOW)
    actions.publish(event=event, by=cast.malin, now=NOW)
    assert actions.tell_interested(now=NOW) == 0
    assert actions.tell_interested(now=opens) == 1
    assert actions.tell_interested(now=opens) == 0
    assert not Interest.objects.exists()
    letter = Letter.objects.get(kind="events.opened")
    assert (letter.address, letter.language) == ("anna@grann.example", "fi")
    with time_machine.travel(opens, tick=False), translation.override("fi"):
        mail = kinds.find(letter.kind).build(letter)
    assert page(event) in mail.text
    assert "Jää ja kasva" in mail.subject


def test_nobody_waits_for_what_is_open_or_cancelled(cast):
    event = published(cast)
    with pytest.raises(rules.AlreadyOpen):
        actions.note_interest(event=event, address="a@b.example", language="sv", now=NOW)
    coming = actions.announce_event(event=drafted(cast), by=cast.malin, now=NOW)
    actions.note_interest(event=coming, address="a@b.example", language="sv", now=NOW)
    days.cancel_event(event=coming, reason="Sjukdom", by=cast.malin, now=NOW)
    assert actions.tell_interested(now=NOW) == 0
    assert not Interest.objects.exists()


# ---------- What everybody reads ----------


def test_the_list_shows_what_is_public_in_this_region_the_next_first(cast, client, at):
    later, sooner = published(cast), published(cast, date(2027, 6, 1))
    hidden = [published(cast, audience=Audience.INVITED), drafted(cast)]
    text = client.get(listing(cast)).content.decode()
    found = [int(pk) for pk in re.findall(r"/events/(\d+)/\"", text)]
    assert found == [sooner.pk, later.pk]
    assert not {event.pk for event in hidden} & set(found)
    elsewhere = reverse("events:public", args=["annan", later.pk])
    assert client.get(elsewhere).status_code == 404


def test_the_list_and_the_page_cost_the_same_for_one_and_for_three(cast, client, at):
    first = published(cast)
    costs = []
    for _more in range(2):
        client.get(listing(cast))
        client.get(page(first))
        with CaptureQueriesContext(connection) as queries:
            client.get(listing(cast))
            client.get(page(first))
        costs.append(len(queries))
        for n in (1, 2):
            published(cast, DAY + timedelta(days=n))
            actions.add_way(event=first, way=Way.WORKSHOP, capacity=9, name={"sv": f"Pass {n}"}, by=cast.malin, now=NOW)
    assert costs[0] == costs[1], costs


def test_search_engines_read_facts_that_are_no_markup(cast, client, at):
    event = published(cast, title={**TITLE, "sv": "</script><script>alert(1)</script> & co"})
    text = client.get(page(event), {"lang": "sv"}).content.decode()
    assert "<script>alert" not in text
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    facts = json.loads(data.group(1))
    assert facts["@type"] == "Event"
    assert facts["name"] == "</script><script>alert(1)</script> & co"
    assert datetime.fromisoformat(facts["startDate"]) == event.starts_at
    assert "og:image" in text
    assert "canonical" in text


@pytest.mark.parametrize("title", ["Hej", "Sosiaalityöntekijöiden perehdyttämisohjelman " * 5, "x" * 200])
def test_the_shared_picture_holds_the_whole_title(cast, title):
    lines, size = pictures.fit(title)
    assert len(lines) * size * 1.18 <= pictures.HEIGHT
    font = pictures._font("SchibstedGrotesk-Bold", size)
    assert max(font.getlength(line) for line in lines) <= pictures.WIDTH
    assert "".join(lines).replace("-", "").replace(" ", "") == title.replace(" ", "")
    event = drafted(cast, title={"sv": title[:200]})
    image = Image.open(io.BytesIO(pictures.share_picture(event)))
    assert (image.size, image.format) == ((1200, 630), "PNG")


def test_the_picture_is_seen_by_those_who_see_the_page(cast, client, at):
    shown, hidden = published(cast), drafted(cast)
    address = reverse("events:picture", args=[cast.sormland.slug, shown.pk])
    assert client.get(address)["Content-Type"] == "image/png"
    assert client.get(reverse("events:picture", args=[cast.sormland.slug, hidden.pk])).status_code == 404


# ---------- What calendars and news readers follow ----------


def feed(cast, client, name="region_calendar", lang="sv"):
    answer = client.get(reverse(f"events:{name}", args=[cast.sormland.slug]), {"lang": lang})
    assert answer.status_code == 200
    return answer.content


def entries(content):
    return {str(row["uid"]): row for row in Calendar.from_ical(content).walk("VEVENT")}


@pytest.mark.parametrize(("day", "offset"), [(date(2027, 10, 29), 2), (date(2027, 11, 1), 1), (date(2028, 3, 27), 2)])
def test_the_region_s_calendar_shows_the_wall_clock_on_both_sides_of_the_change(cast, client, at, day, offset):
    event = published(cast, day)
    starts = entries(feed(cast, client))[f"{event.uid}@helmi"]["dtstart"].dt
    assert (starts.hour, starts.minute, starts.utcoffset()) == (9, 30, timedelta(hours=offset))


def test_a_moved_event_keeps_its_identity_and_a_cancelled_one_stays_thirty_days(cast, client, at):
    event = published(cast)
    before = entries(feed(cast, client))[f"{event.uid}@helmi"]
    days.move_event(
        event=event,
        date=DAY + timedelta(days=7),
        start_time=time(10),
        end_time=time(16),
        reason="",
        by=cast.malin,
        now=NOW,
    )
    after = entries(feed(cast, client))[f"{event.uid}@helmi"]
    assert after["sequence"] == before["sequence"] + 1
    days.cancel_event(event=event, reason="Snöstorm", by=cast.malin, now=NOW)
    gone = entries(feed(cast, client, lang="sv"))[f"{event.uid}@helmi"]
    assert gone["status"] == "CANCELLED"
    assert str(gone["summary"]).endswith(": Stanna och väx")
    assert f"{event.uid}@helmi" not in entries(feeds.region_calendar(cast.sormland, now=NOW + timedelta(days=31)))


def test_the_news_are_whole_xml_in_the_language_of_the_address(cast, client, at):
    event = published(cast, title={**TITLE, "fi": "Jää & <kasva>"})
    published(cast, audience=Audience.INVITED)
    tree = ElementTree.fromstring(feed(cast, client, "rss", "fi"))  # noqa: S314  # what we wrote ourselves
    items = tree.findall("./channel/item")
    assert [row.findtext("title") for row in items] == ["Jää & <kasva>"]
    assert items[0].findtext("link").endswith(page(event))
    assert items[0].findtext("guid") == f"{event.uid}@helmi"
    assert tree.findtext("./channel/language") == "fi"


def test_who_was_registered_reads_of_the_seminar_and_not_of_a_day(cast):
    event = published(cast)
    days.register(event=event, person=cast.tuva, by=cast.malin, now=NOW)
    days.cancel_event(event=event, reason="Snöstorm", by=cast.malin, now=NOW)
    with translation.override("en"):
        mail = cancelled_mail(Event.objects.get(pk=event.pk), cast.tuva)
    assert "on the day" not in mail.text
    assert "Snöstorm" in mail.text


# ---------- The organiser's pages of questions, invitations and places kept back ----------


def test_the_organiser_asks_invites_and_keeps_places_back_on_pages(cast, sign_in, at):
    event = published(cast, audience=Audience.INVITED)
    client, hall = sign_in(cast.malin), event.ways.get()
    codes = rules.languages_of(event)
    asked = {f"{name}_{code}": f"{name} {code}" for name in ("label", "purpose") for code in codes}
    address = reverse("events:questions", args=[event.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {**asked, "kind": "one", "erase_on": "2027-12-12"}).status_code == 422
    assert client.post(address, {**asked, "kind": "text", "erase_on": "2027-12-12"}).status_code == 302
    question = event.questions.get()
    assert question.label_sv == "label sv"

    address = reverse("events:invited", args=[event.pk])
    assert not Event.objects.visible_to(cast.tuva).filter(pk=event.pk).exists()
    assert client.post(address, {"email": ""}).status_code == 422
    assert client.post(address, {"email": "okand@nagon.example"}).status_code == 422
    assert client.post(address, {"email": cast.tuva.email}).status_code == 302
    assert Event.objects.visible_to(cast.tuva).filter(pk=event.pk).exists()
    assert client.get(address).status_code == 200

    address = reverse("events:reserve", args=[event.pk])
    kept = {"places": hall.pk, "number": 200, "whom": "Talare", "until": "2027-10-01"}
    assert client.post(address, kept).status_code == 422
    assert client.post(address, {**kept, "number": 5}).status_code == 302
    hall.refresh_from_db()
    assert (hall.free, hall.reserved) == (115, 5)
    page_text = client.get(address).content.decode()
    assert "Talare" in page_text
    reserve = hall.reserves.get()
    assert client.post(reverse("events:reserve_release", args=[event.pk, reserve.pk])).status_code == 302
    hall.refresh_from_db()
    assert hall.free == 120
    assert client.post(reverse("events:question_remove", args=[event.pk, question.pk])).status_code == 302
    assert not event.questions.exists()
    invitation = event.invited.get()
    assert client.post(reverse("events:invited_remove", args=[event.pk, invitation.pk])).status_code == 302
    assert not Event.objects.visible_to(cast.tuva).filter(pk=event.pk).exists()


def test_the_region_s_page_shows_the_coming_public_events(cast, client, at):
    event = published(cast)
    text = client.get(reverse("programmes:region", args=[cast.sormland.slug])).content.decode()
    assert page(event) in text


def test_a_programme_does_not_take_the_address_of_the_events(cast):
    from programmes.forms.programmes import TAKEN

    assert "events" in TAKEN


def test_the_organiser_makes_publishes_moves_and_cancels_on_pages(cast, sign_in, at):
    client = sign_in(cast.malin)
    titles = {f"title_{code}": "Mötesdag" for code in cast.sormland.languages}
    typed = {**titles, "region": cast.sormland.pk, "kind": "meeting", "audience": "public", "on": "2027-11-12"}
    answer = client.post(reverse("events:event_new"), {**typed, "start_time": "9.00", "end_time": "15.00"})
    event = Event.objects.get(title_sv="Mötesdag")
    assert answer["Location"] == reverse("events:organise", args=[event.pk])
    for name in ("organise", "event_words", "arrange", "agenda", "ways", "event_move", "event_cancel", "event_copy"):
        assert client.get(reverse(f"events:{name}", args=[event.pk])).status_code == 200, name
    client.post(reverse("events:event_publish", args=[event.pk]))
    event.refresh_from_db()
    assert event.state == EventState.DRAFT
    client.post(reverse("events:ways", args=[event.pk]), {"way": "on_site", "capacity": 9, "policy": "first"})
    days.change_practicalities(event=event, venue="Stadshuset", by=cast.malin, now=NOW)
    client.post(reverse("events:event_publish", args=[event.pk]))
    event.refresh_from_db()
    assert event.state == EventState.PUBLISHED
    days.register(event=event, person=cast.tuva, by=cast.malin, now=NOW)
    address = reverse("events:event_move", args=[event.pk])
    moved = {"on": "2027-11-19", "start_time": "10.00", "end_time": "16.00", "reason": ""}
    assert client.post(address, moved).status_code == 200
    event.refresh_from_db()
    assert event.date == DAY
    assert client.post(address, {**moved, "confirm": "yes"}).status_code == 302
    event.refresh_from_db()
    assert event.date == date(2027, 11, 19)
    address = reverse("events:event_cancel", args=[event.pk])
    check = client.post(address, {"reason": "Snöstorm"})
    assert "Snöstorm" in check.content.decode()
    assert client.post(address, {"reason": "Snöstorm", "confirm": "yes"}).status_code == 302
    event.refresh_from_db()
    assert event.state == EventState.CANCELLED
    assert client.get(page(event), {"lang": "sv"}).status_code == 200
