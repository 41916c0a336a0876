"""Material in the browser: a lecturer adds slides, a participant fetches them, at 1280, 390 and 320."""

from pathlib import Path
from typing import Any

import pytest

from events.models import Material, Staff
from tests.cast import person
from tests.documents import hostile

pytestmark = pytest.mark.django_db(transaction=True)


def press(page: Any, name: str) -> None:
    """Press the button with these words and wait for what follows."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name).click()


def test_a_lecturer_adds_slides_and_a_participant_fetches_them(
    page: Any, site: str, cast: Any, sign_in: Any, look: Any, tmp_path: Path
) -> None:
    cohort = cast.cohort()
    cast.enrolment(cohort, cast.tuva)
    event = cohort.days.get(number=4).event
    lena = person("Lena Lektor", "lena@universitet.example")
    Staff.objects.create(event=event, person=lena, function="lecturer")
    (tmp_path / "Bilder.pdf").write_bytes(hostile.pdf(hostile.scripts, pages=3))
    (tmp_path / "Program.docx").write_bytes(hostile.office(parts={"word/vbaProject.bin": b"x"}))

    sign_in(lena)
    page.goto(f"{site}{event.get_absolute_url()}")
    page.locator("main").get_by_role("link", name="Material", exact=True).click()
    look("material-1-none", (1280, 390))
    page.get_by_role("link", name="Lägg till material").click()
    look("material-2-form", (1280, 390, 320))
    page.get_by_label("Rubrik").fill("Bilderna")
    page.locator("input[type=file]").set_input_files(tmp_path / "Program.docx")
    page.expected.add("422")
    press(page, "Lägg till materialet")
    assert page.title().startswith("Fel:")
    look("material-3-macros", (1280, 390))
    page.locator("input[type=file]").set_input_files(tmp_path / "Bilder.pdf")
    press(page, "Lägg till materialet")
    assert page.get_by_text("Skript har tagits bort ur filen.").is_visible()
    look("material-4-list", (1280, 390, 320))
    Material.objects.update(review_on="2027-01-10")
    page.reload()
    look("material-5-old", (1280, 390, 320))
    press(page, "Det gäller fortfarande")
    assert page.get_by_text("Ses över den 15 april 2028").is_visible()
    page.get_by_role("link", name="Ändra eller byt ut").click()
    look("material-6-change", (1280, 390))
    page.get_by_role("link", name="Tillbaka").click()

    sign_in(cast.tuva)
    page.goto(f"{site}{event.get_absolute_url()}")
    look("material-7-reader", (1280, 390, 320))
    with page.expect_download() as download:
        page.get_by_role("link", name="Bilderna").click()
    assert download.value.suggested_filename == "Bilder.pdf"
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
