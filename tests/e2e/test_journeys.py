"""The seven steps of an introduction programme in the browser: from sign-up to certificate and export.

Each step opens its pages at 1280 and 390 px, light and dark, with axe; the pages of people on the move also at 320 px.
"""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from base.clock import now
from outbox.actions import sending

pytestmark = pytest.mark.django_db(transaction=True)

LATER = (date(2027, 8, 31), date(2027, 9, 1), date(2027, 10, 6), date(2027, 11, 3))


@pytest.fixture
def opened(cast: Any) -> Any:
    """A round of Sörmland's programme that takes applications."""
    return cast.cohort(
        number=13,
        state="open",
        opens_on=date(2027, 4, 1),
        closes_on=date(2027, 5, 14),
        last_entry_on=date(2027, 9, 1),
        days=LATER,
        days_required=3,
    )


@pytest.fixture
def running(cast: Any) -> Any:
    """The round that runs, with three participants and three days behind it."""
    cohort = cast.cohort()
    for who, marks in (("tuva", "nnn"), ("edvin", "nf"), ("yasmin", "na4")):
        row = cast.enrolment(cohort, getattr(cast, who))
        cast.attendance(row, *marks)
        setattr(cohort, who, row)
    return cohort


def links(subject: str = "") -> list[str]:
    """Send what is due and give the addresses in the last letter."""
    sending.send_due(now=now() + timedelta(minutes=30))
    letters = [letter for letter in mail.outbox if subject in letter.subject]
    return re.findall(r"https?://[^\s)>\]]+", str(letters[-1].body))


def send(page: Any) -> None:
    """Press the page's one primary button and wait for what follows."""
    with page.expect_navigation():
        page.locator("main button.btn-primary").first.click()


def test_1_a_new_social_worker_applies_on_a_phone(page: Any, site: str, cast: Any, opened: Any, look: Any) -> None:
    from programmes.models import Enrolment

    page.goto(f"{site}/")
    look("1-front")
    page.goto(f"{site}/sormland/introduktion/")
    look("1-programme", widths=(1280, 390, 320))
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator('a[href*="/apply/"]:visible').first.click()
    if page.locator("[name=name]").count() == 0:
        send(page)
    page.expected.add("422")
    send(page)
    assert page.locator("main [role=alert], main .errsum").count() >= 1
    page.fill("[name=name]", "Selma O'Brien Åkervall")
    page.fill("[name=email]", "selma.akervall")
    send(page)
    assert page.input_value("[name=name]") == "Selma O'Brien Åkervall"
    look("1-error", widths=(390,))
    page.fill("[name=email]", "selma.akervall@kommun.example")
    page.check("[name=language][value=sv]")
    send(page)
    here = page.url
    look("1-work", widths=(1280, 390, 320))
    # She leaves, and comes back by the same link: what she typed is there.
    page.goto(f"{site}/")
    page.goto(here)
    page.set_viewport_size({"width": 390, "height": 844})
    page.select_option("[name=organisation]", label="Eskilstuna")
    page.select_option("[name=unit]", str(cast.barn.pk))
    page.fill("[name=employed_since]", "mars 2027")
    page.fill("[name=degree]", "Socionomexamen 2026")
    page.locator("[name=exercises_authority]").first.check()
    page.fill("[name=manager_address]", "stina@eskilstuna.example")
    send(page)
    assert "Kontrollera och skicka din anmälan" in page.inner_text("h1")
    look("1-check", widths=(1280, 390, 320))
    page.set_viewport_size({"width": 390, "height": 844})
    send(page)
    enrolment = Enrolment.objects.get(cohort=opened)
    assert enrolment.code in page.inner_text("main")
    look("1-receipt", widths=(1280, 390, 320))
    receipt = page.url
    page.go_back()
    page.goto(receipt)
    assert enrolment.code in page.inner_text("main")
    assert Enrolment.objects.filter(cohort=opened).count() == 1
    assert enrolment.person.name == "Selma O'Brien Åkervall"


def test_2_her_manager_says_yes_from_the_letter(page: Any, site: str, cast: Any, opened: Any, look: Any) -> None:
    from programmes.actions import applications

    enrolment = applications.apply(
        cohort=opened,
        name="Leila Mansouri",
        email="leila@eskilstuna.example",
        language="sv",
        organisation=cast.eskilstuna,
        unit=cast.mottagning,
        manager_address="omar@eskilstuna.example",
        by=None,
        now=now(),
    )
    link = next(one for one in links() if "/a/" in one)
    page.goto(link)
    enrolment.refresh_from_db()
    assert enrolment.employer_side == "asked"
    look("2-answer", widths=(1280, 390, 320))
    page.set_viewport_size({"width": 390, "height": 844})
    send(page)
    enrolment.refresh_from_db()
    assert enrolment.employer_side == "approved"
    look("2-answered", widths=(390,))
    page.expected.add("410")
    page.expected.add("404")
    page.expected.add("409")
    page.goto(link)
    assert enrolment.approvals.count() == 1


def test_2b_a_manager_registers_her_staff_in_two_screens(
    page: Any, site: str, cast: Any, opened: Any, look: Any, sign_in: Any
) -> None:
    sign_in(cast.stina)
    page.goto(site + reverse("programmes:staff_register"))
    if page.locator("[name=cohort]").count():
        page.locator("[name=cohort]").first.check()
    for box in page.locator("[name=people]").all()[:2]:
        box.check()
    look("2-staff")
    send(page)
    look("2-staff-check")
    send(page)
    assert opened.enrolments.filter(employer_side="approved").count() == 2


def test_3_seats_are_shared_and_an_offer_is_accepted(
    page: Any, site: str, cast: Any, opened: Any, look: Any, sign_in: Any
) -> None:
    from programmes.actions import selection

    opened.places.capacity = 2
    opened.places.save()
    opened.shares.update(guaranteed=0)
    for who in ("tuva", "edvin", "leila", "yasmin"):
        cast.enrolment(opened, getattr(cast, who), side="applied")
    selection.close_applications(cohort=opened, by=cast.malin, now=now())
    sign_in(cast.malin)
    page.goto(site + reverse("programmes:seats", args=[opened.pk]))
    look("3-seats")
    send(page)
    look("3-seats-check")
    send(page)
    sides = sorted(opened.enrolments.values_list("programme_side", flat=True))
    assert sides == ["offered", "offered", "waitlisted", "waitlisted"]
    page.context.clear_cookies()
    offered = opened.enrolments.filter(programme_side="offered").order_by("pk").first()
    sending.send_due(now=now() + timedelta(minutes=30))
    [letter] = [one for one in mail.outbox if one.to == [offered.person.email]]
    link = next(one for one in re.findall(r"https?://[^\s)>\]]+", str(letter.body)) if "/o/" in one)
    page.goto(link)
    look("3-offer", widths=(1280, 390, 320))
    page.fill("[name=diet]", "Vegetariskt")
    send(page)
    offered.refresh_from_db()
    assert offered.programme_side == "enrolled"
    assert offered.claim.needs.diet == "Vegetariskt"
    assert offered.person.registrations.filter(event__course_day__cohort=opened).count() == len(LATER)
    look("3-accepted", widths=(390,))


def test_4_the_coordinator_works_in_the_hub(
    page: Any, site: str, cast: Any, running: Any, look: Any, sign_in: Any
) -> None:
    from events.models import Attendance

    sign_in(cast.malin)
    page.goto(f"{site}/")
    look("4-home")
    page.goto(site + reverse("programmes:cohort", args=[running.pk]))
    look("4-hub", widths=(1280, 390, 320))
    page.goto(site + reverse("programmes:attendance", args=[running.pk]))
    cell = page.locator('button[data-registration][data-mark=""]').first
    registration = cell.get_attribute("data-registration")
    cell.focus()
    # Swedish letters: F is absent. The cell saves itself and says so; Ctrl+Z takes it back.
    page.keyboard.press("f")
    page.wait_for_selector(f'button[data-registration="{registration}"].f')
    assert Attendance.objects.get(registration=registration).mark == "absent"
    page.wait_for_function("document.querySelector('[data-attendance-status]').textContent.includes('Sparat')")
    page.keyboard.press("Control+z")
    page.wait_for_selector(f'button[data-registration="{registration}"].q')
    assert not Attendance.objects.filter(registration=registration).exists()
    look("4-attendance")
    page.goto(site + reverse("programmes:door", args=[running.pk, 3]))
    look("4-door", widths=(1280, 390, 320))
    page.set_viewport_size({"width": 390, "height": 844})
    send(page)
    assert Attendance.objects.filter(registration__event=running.days.get(number=3).event).count() == 3


def test_4b_the_next_round_copies_the_plan_and_no_people(
    page: Any, site: str, cast: Any, running: Any, look: Any, sign_in: Any
) -> None:
    from programmes.models import Cohort

    sign_in(cast.malin)
    page.goto(site + reverse("programmes:cohort_new", args=[running.programme_id]))
    look("4-next")
    send(page)
    made = Cohort.objects.get(previous=running)
    assert [day.event.title for day in made.days.select_related("event")] == [
        day.event.title for day in running.days.select_related("event")
    ]
    assert not made.enrolments.exists()
    look("4-new-hub", widths=(1280, 390))


def test_4c_a_day_is_moved_and_everybody_is_told(
    page: Any, site: str, cast: Any, running: Any, look: Any, sign_in: Any
) -> None:
    sign_in(cast.malin)
    page.goto(site + reverse("programmes:day", args=[running.pk, 4]))
    look("4-day")
    page.goto(site + reverse("programmes:day_move", args=[running.pk, 4]))
    look("4-move")
    page.expected.add("422")
    page.fill("[name=on]", "31 november 2027")
    send(page)
    assert page.input_value("[name=on]") == "31 november 2027"
    page.fill("[name=on]", "19 maj 2027")
    for _press in range(2):
        if page.locator("main button.btn-primary").count() and "move" in page.url:
            send(page)
    event = running.days.get(number=4).event
    assert (event.date, event.version) == (date(2027, 5, 19), 2)
    sending.send_due(now=now() + timedelta(minutes=30))
    assert {letter.to[0] for letter in mail.outbox} >= {cast.tuva.email, cast.edvin.email, cast.yasmin.email}


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_5_a_participant_sees_the_next_day_and_says_that_she_cannot_come(
    page: Any, site: str, cast: Any, running: Any, look: Any, sign_in: Any, language: str
) -> None:
    cast.tuva.language = language
    cast.tuva.save()
    sign_in(cast.tuva)
    page.goto(f"{site}/")
    assert page.locator("html").get_attribute("lang") == language
    look(f"5-home-{language}", widths=(1280, 390, 320) if language == "fi" else (390,))
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator('a[href*="/absence/"]').first.click()
    send(page)
    registration = cast.tuva.registrations.get(event=running.days.get(number=4).event)
    assert registration.state == "absence_reported"
    page.goto(site + reverse("programmes:my_days"))
    look(f"5-days-{language}", widths=(390,))
    page.goto(site + reverse("events:calendar"))
    look(f"5-calendar-{language}", widths=(390,))


def test_6_who_has_completed_gets_a_certificate_that_anyone_can_check(
    page: Any, site: str, cast: Any, look: Any, sign_in: Any
) -> None:
    from programmes.models import Certificate
    from programmes.tasks import print_certificates

    finished = cast.cohort(
        number=11,
        state="finished",
        days=(date(2026, 9, 1), date(2026, 9, 2), date(2026, 10, 6)),
        days_required=2,
    )
    for who, marks in (("tuva", "nnn"), ("edvin", "nff")):
        cast.attendance(cast.enrolment(finished, getattr(cast, who)), *marks)
    sign_in(cast.malin)
    page.goto(site + reverse("programmes:certificates", args=[finished.pk]))
    look("6-certificates")
    send(page)
    certificate = Certificate.objects.get()
    assert certificate.enrolment.person == cast.tuva
    print_certificates(now())
    page.context.clear_cookies()
    page.goto(site + reverse("programmes:certificate", args=[certificate.code]))
    assert "Tuva Ljungdahl" in page.inner_text("main")
    assert "tuva@" not in page.content()
    look("6-check", widths=(1280, 390, 320))
    sign_in(cast.tuva)
    page.goto(site + reverse("programmes:my_documents"))
    look("6-mine")
    with page.expect_download() as download:
        page.locator('a[href*="/file/"]').first.click()
    assert download.value.suggested_filename.endswith(".pdf")
    page.context.clear_cookies()
    sign_in(cast.edvin)
    page.goto(site + reverse("programmes:my_documents"))
    assert "2" in page.inner_text("main")
    look("6-missing", widths=(390,))


def test_7_an_administrator_exports_participants(
    page: Any, site: str, cast: Any, running: Any, look: Any, sign_in: Any
) -> None:
    from reports.models import Export
    from reports.tasks import make_exports

    sign_in(cast.ada)
    page.goto(site + reverse("reports:exports"))
    look("7-exports")
    page.fill("[name=purpose]", "Årsrapport till finansiären")
    send(page)
    export = Export.objects.get()
    make_exports(now())
    page.goto(site + reverse("reports:exports"))
    look("7-ready")
    with page.expect_download() as download:
        page.locator('a[href*="/file/"]').first.click()
    assert download.value.suggested_filename.endswith((".xlsx", ".csv"))
    export.refresh_from_db()
    assert export.state == "ready"


# Words of our own pages that only a Swedish reader may meet; content of the region falls back to its first language.
SWEDISH = re.compile(r"\b(Skicka|Spara|Tillbaka|Namn|Anmäl dig|Ändra|Nästa|Frågor|Närvaro|Hej|Platser|Dagarna|Intyg)\b")


@pytest.mark.parametrize("language", ["fi", "en"])
def test_the_way_in_and_the_way_on_are_whole_in_the_other_languages(
    page: Any, site: str, cast: Any, opened: Any, running: Any, look: Any, sign_in: Any, language: str
) -> None:
    """Application, manager's answer, coordinator's hub: no Swedish word of ours on a Finnish or English page."""
    wrong: list[str] = []

    def read(name: str, size: int = 390) -> None:
        look(f"8-{name}-{language}", widths=(size,), schemes=("light",))
        assert page.locator("html").get_attribute("lang") == language
        if found := SWEDISH.search(page.inner_text("body")):
            wrong.append(f"{name}: {found.group()}")

    page.goto(f"{site}/sormland/introduktion/?lang={language}")
    read("programme")
    page.locator('a[href*="/apply/"]:visible').first.click()
    if page.locator("[name=name]").count() == 0:
        send(page)
    page.fill("[name=name]", "Riikka Mäkelä")
    page.fill("[name=email]", "riikka.makela@kommun.example")
    page.check(f"[name=language][value={language}]")
    read("about")
    send(page)
    page.select_option("[name=organisation]", label="Eskilstuna")
    page.select_option("[name=unit]", str(cast.barn.pk))
    page.fill("[name=employed_since]", "3/2027")
    page.fill("[name=degree]", "YTM 2026")
    page.locator("[name=exercises_authority]").first.check()
    page.fill("[name=manager_address]", "stina@eskilstuna.example")
    read("work")
    send(page)
    read("check")
    send(page)
    read("receipt")
    sending.send_due(now=now() + timedelta(minutes=30))
    receipt = next(letter for letter in mail.outbox if letter.to == ["riikka.makela@kommun.example"])
    assert not SWEDISH.search(receipt.subject)
    cast.malin.language = language
    cast.malin.save()
    sign_in(cast.malin)
    for name, address in (
        ("home", "/"),
        ("hub", reverse("programmes:cohort", args=[running.pk])),
        ("seats", reverse("programmes:seats", args=[opened.pk])),
        ("participants", reverse("programmes:cohort_participants", args=[running.pk])),
        ("certificates", reverse("programmes:certificates", args=[running.pk])),
        ("letters", reverse("outbox:letters")),
        ("persons", reverse("people:persons")),
        ("exports", reverse("reports:exports")),
    ):
        page.goto(site + address)
        read(name, 1280)
    assert not wrong, wrong
