"""Events in the browser: a visitor finds one and keeps its day; an organiser publishes, moves and cancels one."""

from datetime import time, timedelta

import pytest
from icalendar import Calendar

from base import clock
from events import actions as days
from events.actions import publishing as actions
from events.models import Event
from tests.cast import make_cast

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = {"sv": "Stanna och väx", "fi": "Jää ja kasva", "en": "Stay and grow"}


@pytest.fixture
def cast():
    return make_cast()


def draft(cast, ahead, **words):
    now = clock.now()
    event = actions.draft_event(
        region=cast.sormland,
        kind="seminar",
        title=TITLE,
        date=(now + timedelta(days=ahead)).date(),
        start_time=time(9, 30),
        end_time=time(15, 30),
        host=cast.eskilstuna,
        audience="public",
        by=cast.malin,
        now=now,
    )
    words = {
        **{f"summary_{code}": "Tre kommuner berättar." for code in TITLE},
        "good_to_know_sv": "Hiss finns.\nLunch ingår.",
        **words,
    }
    actions.describe_event(event=event, words=words, by=cast.malin, now=now)
    lines = [
        actions.Line(starts=time(9, 30), title={"sv": "Välkomna"}),
        actions.Line(starts=time(12), title={"sv": "Lunch"}, kind="break"),
    ]
    actions.set_agenda(event=event, lines=lines, by=cast.malin, now=now)
    return event


@pytest.fixture
def seminar(cast):
    """A public seminar with places on site and a broadcast."""
    event, now = draft(cast, 60), clock.now()
    days.change_practicalities(
        event=event, venue="Stadshuset", remote_link="https://sandning.example/a", by=cast.malin, now=now
    )
    actions.add_way(event=event, way="on_site", capacity=120, by=cast.malin, now=now)
    actions.add_way(event=event, way="remote", capacity=None, by=cast.malin, now=now)
    return actions.publish(event=event, by=cast.malin, now=now)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_visitor_goes_from_the_region_to_the_event_and_keeps_its_day(browser, site, cast, seminar, script):
    context = browser.new_context(locale="sv-SE", viewport={"width": 390, "height": 844}, java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{site}/sormland/")
    page.get_by_role("link", name="Se alla evenemang").click()
    page.get_by_role("heading", level=1, name="Evenemang").wait_for()
    page.get_by_role("link", name="Stanna och väx").click()
    page.get_by_role("heading", level=1, name="Stanna och väx").wait_for()
    with page.expect_download() as kept:
        page.get_by_role("link", name="Lägg i kalendern").click()
    rows = Calendar.from_ical(kept.value.path().read_bytes()).walk("VEVENT")
    assert [str(row["uid"]) for row in rows] == [f"{seminar.uid}@helmi"]
    page.locator(".sticky-cta").get_by_role("link", name="Anmäl dig").click()
    page.get_by_role("heading", level=1, name="Anmäl dig").wait_for()
    context.close()


def test_every_reader_can_read_the_public_pages(page, site, cast, seminar, look):
    coming = actions.announce_event(event=draft(cast, 90), by=cast.malin, now=clock.now())
    gone = draft(cast, 75)
    actions.announce_event(event=gone, by=cast.malin, now=clock.now())
    days.cancel_event(event=gone, reason="Snöstorm", by=cast.malin, now=clock.now())
    for name, address in (
        ("listing", "events/"),
        ("open", f"events/{seminar.pk}/"),
        ("announced", f"events/{coming.pk}/"),
        ("cancelled", f"events/{gone.pk}/"),
    ):
        page.goto(f"{site}/sormland/{address}")
        look(f"event-{name}")
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name


def test_an_organiser_makes_publishes_moves_and_cancels_an_event(page, site, cast, sign_in, look):
    sign_in(cast.malin)
    event = draft(cast, 60)
    days.change_practicalities(event=event, venue="Stadshuset", by=cast.malin, now=clock.now())
    hub = f"{site}/events/{event.pk}/organise/"
    page.goto(hub)
    look("organise-draft")
    page.goto(f"{hub}ways/")
    look("organise-ways")
    page.get_by_label("På plats").check()
    page.locator("[name=capacity]").fill("40")
    page.locator("main form").last.locator("button[type=submit]").click()
    for subject in ("texts", "programme", "questions", "invited", "kept-back", "arrange"):
        page.goto(f"{hub}{subject}/")
        look(f"organise-{subject}")
    page.goto(hub)
    page.get_by_role("button", name="Publicera").click()
    assert Event.objects.get(pk=event.pk).state == "published"
    days.register(event=event, person=cast.tuva, by=cast.malin, now=clock.now())
    page.goto(f"{hub}move/")
    page.locator("[name=on]").fill(f"{event.date + timedelta(days=7)}")
    page.locator("main form button[type=submit]").click()
    look("organise-move")
    page.locator("button[name=confirm]").click()
    assert Event.objects.get(pk=event.pk).date == event.date + timedelta(days=7)
    page.goto(f"{hub}cancel/")
    page.locator("[name=reason]").fill("Snöstorm")
    page.locator("main form button[type=submit]").click()
    look("organise-cancel")
    page.locator("button[name=confirm]").click()
    assert Event.objects.get(pk=event.pk).state == "cancelled"
