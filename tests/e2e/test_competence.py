"""Competence in the browser: a survey answered on a phone, its file as one's own, its results read by a manager."""

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.competence.conftest import make_framework
from tests.competence.released import worked_example
from tests.competence.surveying import drafted, opened, standing_open

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
ON = "form#ballot .btn-row .btn-primary"


@pytest.fixture(autouse=True)
def keys_folder(settings: Any, tmp_path: Path) -> None:
    """Keys of a test lie in its own folder."""
    settings.KEYS_DIR = str(tmp_path / "keys")
    settings.KEYS_EMBEDDED = True


def test_a_survey_is_answered_on_a_phone_with_a_draft_and_a_return_and_kept_as_ones_own(
    page: Any, site: str, cast: Any, look: Any, sign_in: Any, at: Any, tmp_path: Path
) -> None:
    from answers import actions as answers
    from answers.models import Ballot
    from competence.models import Assessment

    survey = opened(cast, drafted(cast))
    at(survey.box.opens_at)
    link = answers.link_for(box=survey.box, person_id=cast.tuva.pk, language="sv").replace(
        "https://helmi.example", site
    )
    page.set_viewport_size(PHONE)
    page.goto(link)
    page.wait_for_selector("text=Kompetens 1.1")
    look("20-answer", widths=(390, 320))
    page.set_viewport_size(PHONE)
    radios = page.locator("form#ballot [type=radio][value='4']")
    radios.first.check(force=True)
    page.click("button:has-text('Spara utkastet')")
    page.wait_for_selector("text=Det öppnas bara med din länk")
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("text=Kompetens 1.1")
    assert page.locator("form#ballot [type=radio][value='4']").first.is_checked()
    for _area in range(12):
        with page.expect_navigation():
            page.locator(ON).first.click()
        if "Kontrollera" in page.locator("h1").inner_text():
            break
    look("20-check", widths=(390,))
    assert Ballot.objects.count() == 0
    page.set_viewport_size(PHONE)
    page.click("button:has-text('Skicka')")
    page.wait_for_selector(".done-panel")
    look("20-receipt", widths=(390,))
    with page.expect_download() as kept:
        page.click("#keep .btn-outline")
    kept.value.save_as(tmp_path / "svar.html")
    assert page.context.cookies() == []
    assert Ballot.objects.count() == 1

    sign_in(cast.tuva)
    page.goto(site + reverse("competence:my"))
    page.locator("input[type=file]").set_input_files(tmp_path / "svar.html")
    with page.expect_navigation():
        page.get_by_role("button", name="Läs filen").click()
    assert page.locator("main").get_by_text("Kompetens 1.1").first.is_visible()
    look("20-file", widths=(390,))
    with page.expect_navigation():
        page.locator("main .btn-primary").first.click()
    assert Assessment.objects.get().ratings.get().level == 4
    page.goto(site + reverse("competence:my"))
    look("20-my")


def test_a_manager_reads_the_results_of_her_unit_with_the_keyboard(
    page: Any, site: str, cast: Any, look: Any, sign_in: Any
) -> None:
    from tests.cast import person, role

    survey, _towns, units = worked_example(cast.sormland, make_framework(cast.sormland))
    leader = person("Chef Child", "child@helmi.example", cast.sormland)
    role(leader, "manager", organisation=units["Child"])
    sign_in(leader)
    page.goto(site + reverse("competence:results", args=[survey.pk]))
    look("21-unit", widths=(1280, 390))
    table = page.locator("table.heat").first
    assert table.locator("xpath=ancestor::*[@tabindex='0' and @role='region']").count() == 1
    sign_in(cast.malin)
    page.goto(site + reverse("competence:results", args=[survey.pk]))
    look("21-region", widths=(1280, 390, 320))
    # The table that is wider than the phone is moved with the keyboard alone.
    page.set_viewport_size(PHONE)
    region = page.locator("[role=region][tabindex='0']", has=page.locator("table.heat")).first
    region.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("element => element.scrollLeft > 0", arg=region.element_handle())


def test_a_coordinator_prepares_launches_and_closes_a_survey(
    page: Any, site: str, cast: Any, look: Any, sign_in: Any
) -> None:
    from competence.models import Survey

    survey = drafted(cast)
    sign_in(cast.malin)
    for name in ("survey", "survey_frame", "survey_questions", "survey_units", "survey_check"):
        page.goto(site + reverse(f"competence:{name}", args=[survey.pk]))
        look(f"22-{name}", schemes=("light",))
    with page.expect_navigation():
        page.locator("main .btn-primary").first.click()
    assert Survey.objects.get().state == "launched"


def test_the_other_pages_of_competence_can_be_read_by_everybody(
    page: Any, site: str, cast: Any, look: Any, sign_in: Any
) -> None:
    over = standing_open(cast, over=True)
    version = over.parts.get().framework
    sign_in(cast.malin)
    for address in (
        reverse("competence:home"),
        version.get_absolute_url(),
        reverse("competence:profiles"),
        reverse("competence:goals", args=[cast.eskilstuna.pk]),
        reverse("competence:survey_plan", args=[over.pk]),
    ):
        page.goto(site + address)
        look("23-" + address.strip("/").replace("/", "-"), schemes=("light",))
