"""Answering a sealed form in the browser: with the link, on a phone, in another language, and without a script."""

from typing import Any

import pytest

from answers.ballots import Form, Page, Question
from answers.models import Ballot
from tests.answers.conftest import STEPS, keys_folder, open_box  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db(transaction=True)

AREAS = Form(
    (
        Page(
            "day",
            {"sv": "Dagen", "fi": "Päivä", "en": "The day"},
            (
                Question("score", "scale", {"sv": "Hur bra var dagen?", "fi": "Miten hyvä päivä oli?"}, steps=STEPS),
                Question("good", "text", {"sv": "Vad var bra?", "fi": "Mikä oli hyvää?"}),
            ),
        ),
        Page(
            "self",
            {"sv": "Efteråt", "fi": "Jälkeenpäin", "en": "Afterwards"},
            (
                Question(
                    "use",
                    "scale",
                    {"sv": "Kan du använda det?", "fi": "Voitko käyttää sitä?"},
                    steps=STEPS,
                    required=True,
                ),
            ),
        ),
    )
)


@pytest.fixture
def opened(cast: Any) -> Any:
    """A form of two areas, open for answers."""
    return open_box(6, form=AREAS)


def test_the_link_opens_the_form_which_is_answered_in_finnish_on_a_phone(
    page: Any, site: str, opened: Any, look: Any
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    code = opened.codes[0]
    page.goto(f"{site}/b/sv/#{code}")
    page.wait_for_selector("text=Hur bra var dagen?")
    assert code not in page.url
    look("ballot-1", widths=(1280, 390, 320))
    page.check("[name='q-score'][value='4']")
    page.fill("textarea", "Tid för frågor")
    page.click(".topbar button:has-text('FI')")
    page.wait_for_selector("text=Miten hyvä päivä oli?")
    assert page.input_value("textarea") == "Tid för frågor"
    assert page.is_checked("[name='q-score'][value='4']")
    page.click("form#ballot .btn-primary")
    page.wait_for_selector("text=Voitko käyttää sitä?")
    page.expected.add("422")
    page.click("form#ballot .btn-primary")
    page.wait_for_selector(".errsum")
    look("ballot-error", widths=(390,))
    page.check("[name='q-use'][value='5']")
    page.click("form#ballot .btn-primary")
    page.wait_for_selector("text=Mitään ei ole vielä lähetetty")
    look("ballot-check", widths=(390,))
    assert Ballot.objects.count() == 0
    page.click("form#ballot .btn-primary")
    page.wait_for_selector(".done-panel")
    look("ballot-thanks", widths=(1280, 390, 320))
    assert Ballot.objects.count() == 1
    assert page.context.cookies() == []


def test_a_draft_is_found_again_on_another_device(page: Any, site: str, opened: Any) -> None:
    page.goto(f"{site}/b/sv/#{opened.codes[1]}")
    page.fill("textarea", "Halvvägs")
    page.click("button:has-text('Spara utkastet')")
    page.wait_for_selector("text=Det öppnas bara med din länk")
    page.context.clear_cookies()
    page.goto("about:blank")
    page.goto(f"{site}/b/sv/#{opened.codes[1]}")
    page.wait_for_selector("textarea")
    assert page.input_value("textarea") == "Halvvägs"


def test_without_a_script_the_link_is_pasted(browser: Any, site: str, opened: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/b/sv/#{opened.codes[2]}")
    page.fill("[name=code]", f"{site}/b/sv/#{opened.codes[2]}")
    page.click(".btn-primary")
    assert page.locator("legend").first.inner_text() == "Hur bra var dagen?"
    page.check("[name='q-score'][value='3']", force=True)
    page.click("form#ballot .btn-primary")
    page.check("[name='q-use'][value='0']", force=True)
    page.click("form#ballot .btn-primary")
    page.click("form#ballot .btn-primary")
    assert "/thanks/" in page.url
    assert context.cookies() == []
    context.close()
    assert Ballot.objects.count() == 1


def test_the_page_without_a_code_asks_for_the_link(page: Any, site: str, cast: Any, look: Any) -> None:
    page.goto(f"{site}/b/sv/")
    look("ballot-enter", widths=(1280, 390, 320))
    page.expected.add("422")
    page.fill("[name=code]", "fel")
    page.click(".btn-primary")
    page.wait_for_selector(".errsum")
    look("ballot-wrong-code", widths=(390,))
