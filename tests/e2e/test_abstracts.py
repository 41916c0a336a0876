"""Writing an abstract in the browser: the meter follows the text, with and without a script; the organiser decides."""

from typing import Any

import pytest

from events.actions import calls
from events.letters.abstracts import token_of
from events.models import Abstract
from events.states import AbstractState
from tests.cast import NOW
from tests.events.test_abstracts import Scene, words

pytestmark = [
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def scene(cast: Any, at: Any) -> Scene:
    at(NOW)
    return Scene(cast)


def test_the_author_sees_the_page_fill_and_sends_it_in(page: Any, site: str, scene: Scene, look: Any) -> None:
    abstract = scene.begin()
    page.goto(f"{site}/w/{token_of(abstract)}/")
    assert not page.is_checked("[name=publish][value=yes]")
    assert not page.is_checked("[name=publish][value=no]")
    look("abstract-empty", widths=(1280, 390, 320))
    page.fill("[name=title]", "Att stanna kvar")
    page.fill("[name=text]", words(640))
    page.wait_for_selector(".fill-over")
    assert "går utanför sidan" in page.inner_text("#page-live")
    look("abstract-over")
    page.check("[name=topic][value='0']")
    page.check("[name=publish][value=yes]")
    page.expected.add("422")
    page.click("button[value=submit]")
    page.wait_for_selector(".errsum")
    assert page.locator(".errsum a[href='#id_text']").count() == 1
    look("abstract-refused", widths=(390,))
    page.fill("[name=text]", words(200))
    page.wait_for_selector(".fill:not(.fill-over)")
    page.focus("[name=text]")
    page.click(".marks-key button >> nth=0")
    page.click("button[value=submit]")
    page.wait_for_selector("text=Sammandraget är inskickat")
    abstract.refresh_from_db()
    assert abstract.state == AbstractState.SUBMITTED
    assert "**fet**" in abstract.text


def test_without_a_script_the_draft_is_kept_and_too_much_is_refused(browser: Any, site: str, scene: Scene) -> None:
    abstract = scene.begin()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{site}/w/{token_of(abstract)}/?lang=sv")
    page.fill("[name=title]", "Att stanna kvar")
    page.fill("[name=text]", words(640))
    page.click("label[for=id_topic_0]")
    page.click("label[for=id_publish_1]")
    page.click("button[value=submit]")
    assert page.locator(".errsum a[href='#id_text']").count() == 1
    assert page.locator(".sheet").count() == 2
    abstract.refresh_from_db()
    assert (abstract.state, abstract.pages) == (AbstractState.DRAFT, 2)
    page.fill("[name=text]", words(200))
    page.click("button[value=submit]")
    assert "Sammandraget är inskickat" in page.inner_text("body")
    context.close()
    assert Abstract.objects.get().state == AbstractState.SUBMITTED


def test_the_organiser_accepts_and_everybody_reads(page: Any, site: str, scene: Scene, sign_in: Any, look: Any) -> None:
    abstract = scene.sent_in(text=words(200))
    sign_in(scene.cast.malin)
    page.goto(f"{site}/events/{scene.event.pk}/organise/abstracts/")
    look("abstracts-call")
    page.click("button[value=accept]")
    page.wait_for_selector("a:has-text('Läs och skicka')")
    page.goto(f"{site}/events/{scene.event.pk}/organise/abstracts/{abstract.pk}/")
    look("abstract-decided")
    page.goto(f"{site}/events/{scene.event.pk}/organise/abstracts/edit/")
    look("abstract-call-form", widths=(390,))
    page.context.clear_cookies()
    page.goto(f"{site}/sormland/events/{scene.event.pk}/abstracts/?lang=sv")
    look("abstracts-section")
    page.click("text=Att stanna kvar")
    look("abstract-public")


def test_a_reviewer_reads_without_names(page: Any, site: str, scene: Scene, sign_in: Any, look: Any) -> None:
    scene.call = scene.set_call(blind=True, reviews_each=1)
    scene.sent_in(text=words(200))
    calls.give(call=scene.call, people=[scene.cast.petra], by=scene.cast.malin, now=NOW)
    sign_in(scene.cast.petra)
    page.goto(f"{site}/events/reviews/")
    page.click("text=Att stanna kvar")
    look("abstract-review")
    assert "Författare" not in page.inner_text("main article")
    page.check("[name=advice][value=accept]")
    page.click("form .btn-primary")
    page.wait_for_selector("text=Granskningen är sparad")
