"""Who does what in a programme, in the browser: a coordinator's day, a lecturer's own day, texts that stay private."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.documents import hostile

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
PAST = (date(2026, 9, 1), date(2026, 9, 2), date(2026, 10, 6))


def press(page: Any, name: str) -> None:
    """Press the button with these words and wait for what follows."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name).first.click()


def follow(page: Any, name: str) -> None:
    """Follow the link with these words in the page's content."""
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=name).first.click()


def test_a_coordinators_day_goes_from_the_first_task_to_the_decision(
    page: Any, site: str, cast: Any, look: Any, sign_in: Any
) -> None:
    from programmes.models import Certificate, Decision

    finished = cast.cohort(number=11, state="finished", days=PAST, days_required=2)
    for who, marks in (("tuva", "nnn"), ("edvin", "nnf"), ("yasmin", "nff")):
        cast.attendance(cast.enrolment(finished, getattr(cast, who)), *marks)
    sign_in(cast.malin)
    page.goto(f"{site}/")
    look("10-home")
    with page.expect_navigation():
        page.locator(".todo-first a").click()
    assert page.url == site + reverse("programmes:certificates", args=[finished.pk])
    with page.expect_navigation():
        page.locator("main button.btn-primary").first.click()
    assert Certificate.objects.count() == 2
    page.goto(f"{site}/")
    assert page.locator(".todo-first a").get_attribute("href") == reverse("programmes:decision", args=[finished.pk])
    page.goto(site + reverse("programmes:board", args=[finished.pk]))
    look("10-board", widths=(1280,))
    assert page.locator("main").get_by_text("3", exact=True).first.is_visible()
    follow(page, "Skriv in beslutet")
    page.check("[name=outcome][value=change]")
    page.fill("[name=why]", "Deltagarna lär sig det de behöver.")
    page.fill("[name=improvements]", "Kortare dag 2\nFler fall")
    page.fill("[name=look_again_on]", "15 oktober 2027")
    look("10-decision", widths=(390,))
    press(page, "Skriv in beslutet")
    decision = Decision.objects.get(cohort=finished)
    assert (decision.outcome, decision.look_again_on) == ("change", date(2027, 10, 15))
    page.goto(site + reverse("programmes:board", args=[finished.pk]))
    assert page.get_by_text("Kortare dag 2").is_visible()
    page.goto(f"{site}/")
    assert page.locator(f'.todo a[href="{reverse("programmes:decision", args=[finished.pk])}"]').count() == 0


def test_a_lecturer_is_named_and_adds_slides_to_her_own_day_on_a_phone(
    page: Any, site: str, cast: Any, look: Any, sign_in: Any, tmp_path: Path
) -> None:
    from events.models import Material
    from people.models import Person

    cohort = cast.cohort()
    cast.enrolment(cohort, cast.tuva)
    mine, others = (cohort.days.get(number=number).event for number in (4, 5))
    (tmp_path / "Bilder.pdf").write_bytes(hostile.pdf(pages=2))
    sign_in(cast.malin)
    page.goto(site + reverse("events:working", args=[mine.pk]))
    page.check("[name=function][value=lecturer]")
    page.fill("[name=name]", "Lena Lektor")
    page.fill("[name=email]", "lena@universitet.example")
    press(page, "Sätt upp personen")
    assert page.locator("main .tasks").get_by_text("Lena Lektor").first.is_visible()
    look("11-working", widths=(1280,))

    sign_in(Person.objects.get(email="lena@universitet.example"))
    page.set_viewport_size(PHONE)
    page.goto(f"{site}/")
    look("11-home", widths=(390,))
    page.goto(site + reverse("events:my_work"))
    look("11-days", widths=(390,))
    page.set_viewport_size(PHONE)
    follow(page, "Lägg till material")
    page.get_by_label("Rubrik").fill("Bilderna")
    page.locator("input[type=file]").set_input_files(tmp_path / "Bilder.pdf")
    press(page, "Lägg till materialet")
    assert page.get_by_role("link", name="Bilderna").first.is_visible()
    assert Material.objects.get().event == mine
    page.expected.add("404")
    for route in ("event", "materials", "material_new"):
        assert page.goto(site + reverse(f"events:{route}", args=[others.pk])).status == 404


def test_what_a_participant_writes_stays_private_under_every_role(
    page: Any, site: str, cast: Any, look: Any, sign_in: Any
) -> None:
    from programmes.models import Reflection

    cohort = cast.cohort()
    for who in (cast.tuva, cast.yasmin, cast.leila):
        cast.enrolment(cohort, who)
    sign_in(cast.tuva)
    page.set_viewport_size(PHONE)
    page.goto(site + reverse("programmes:reflections"))
    follow(page, "Skriv en reflektion")
    page.fill("[name=title]", "Hemlig rubrik")
    page.fill("[name=text]", "Det här är bara mitt.")
    look("12-write", widths=(390,))
    press(page, "Spara")
    text = Reflection.objects.get()
    here = site + text.get_absolute_url()
    look("12-mine", widths=(390,))
    page.expected.add("404")

    def sees(who: Any) -> bool:
        sign_in(who)
        status = page.goto(here).status
        found = "Det här är bara mitt." in page.content()
        assert (status, found) in ((200, True), (404, False)), who
        return found

    everybody = (cast.tuva, cast.stina, cast.malin, cast.ada, cast.lars, cast.yasmin, cast.leila)
    assert [who.name for who in everybody if sees(who)] == [cast.tuva.name]
    sign_in(cast.tuva)
    page.goto(here)
    follow(page, "Välj vem som får läsa")
    page.get_by_label("Yasmin Haddadi").check()
    look("12-readers", widths=(390,))
    press(page, "Spara")
    assert [who.name for who in everybody if sees(who)] == [cast.tuva.name, cast.yasmin.name]
    sign_in(cast.yasmin)
    page.goto(site + reverse("programmes:reflections"))
    assert page.get_by_role("link", name="Hemlig rubrik").is_visible()
    sign_in(cast.tuva)
    page.goto(here)
    follow(page, "Välj vem som får läsa")
    page.get_by_label("Yasmin Haddadi").uncheck()
    press(page, "Spara")
    assert not sees(cast.yasmin)


def test_a_mentor_logs_a_meeting_on_a_phone(page: Any, site: str, cast: Any, look: Any, sign_in: Any) -> None:
    from programmes.models import MentorMeeting
    from tests.programmes.test_mentorships import activate, paired

    pair = activate(paired(cast, cast.tuva, cohort=cast.cohort()))
    sign_in(pair.mentor.person)
    page.set_viewport_size(PHONE)
    page.goto(f"{site}/")
    look("13-home", widths=(390,))
    page.goto(site + reverse("programmes:my_mentoring"))
    look("13-mentoring", widths=(390,))
    with page.expect_navigation():
        page.locator('main a[href*="/meetings/"]').first.click()
    page.check("[name=met][value=in_person]")
    page.check("[name=tag][value=work]")
    # There is nowhere to write what was said.
    assert page.locator("main textarea, main input[type=text]:not([name=day])").count() == 0
    look("13-log", widths=(390,))
    with page.expect_navigation():
        page.locator("main button.btn-primary").first.click()
    row = MentorMeeting.objects.get(mentorship=pair)
    assert (row.tag, row.form, row.by) == ("work", "in_person", pair.mentor.person)
    page.goto(site + reverse("programmes:mentorship", args=[pair.pk]))
    look("13-pair", widths=(390,))
