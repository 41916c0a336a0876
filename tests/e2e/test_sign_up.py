"""People register on an event in the browser: a guest on a phone, the waiting list, a manager with a list."""

import re
from datetime import time, timedelta

import pytest
from django.utils import translation

from base import clock
from events import actions
from events.actions import sign_up
from events.letters.days import own_token
from events.models import Claim, Event, Places, Registration
from outbox import kinds
from outbox.models import Letter
from tests.cast import make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def seminar(cast):
    """A public seminar in two months with two places and a question about food."""
    now = clock.now()
    event = actions.create_event(
        region=cast.sormland, kind="seminar", title={"sv": "Stanna och väx", "fi": "Jää ja kasva"},
        date=(now + timedelta(days=60)).date(), start_time=time(9, 30), end_time=time(15, 30), venue="Stadshuset",
        audience="public", by=cast.malin, now=now,
    )  # fmt: skip
    event = actions.publish_event(event=event, by=cast.malin, now=now)
    Event.objects.filter(pk=event.pk).update(asks_diet=True, asks_access=True)
    row = actions.open_places(region=event.region, capacity=2, starts_at=event.starts_at)
    Places.objects.filter(pk=row.pk).update(event=event, way="on_site")
    event.refresh_from_db()
    return event


def link_in(kind):
    letter = Letter.objects.filter(kind=f"events.{kind}").latest("created_at")
    with translation.override(letter.reader_language):
        return re.search(r"/r/[^/\s]+/", kinds.find(letter.kind).build(letter).text)[0]


def fill(page, name, address):
    page.get_by_label("Namn", exact=True).fill(name)
    page.get_by_label("E-post", exact=True).fill(address)
    page.get_by_label("Arbetsgivare", exact=True).fill("Flens kommun")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_guest_on_a_phone_registers_confirms_by_mail_and_cancels(browser, site, seminar, script):
    context = browser.new_context(
        locale="sv-SE", viewport={"width": 390, "height": 844}, java_script_enabled=script, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{site}/sormland/events/{seminar.pk}/register/")
    fill(page, "Gäst Ett", "ett@annan.example")
    page.get_by_role("textbox", name="Mat").fill("Vegan")
    page.get_by_role("button", name="Anmäl dig").click()
    page.get_by_role("heading", name="Titta i din e-post").wait_for()
    page.goto(site + link_in("confirm"))
    page.get_by_role("button", name="Bekräfta anmälan").click()
    page.get_by_role("heading", name="Du har en plats").wait_for()
    assert Claim.objects.get().state == "confirmed"
    page.get_by_role("link", name="Jag kan inte komma").click()
    page.get_by_role("button", name="Avboka min anmälan").click()
    page.get_by_role("heading", name="Din anmälan är avbokad").wait_for()
    assert Claim.objects.get().state != "confirmed"
    context.close()


def test_full_then_the_waiting_list_an_offer_and_the_place(page, site, seminar, look):
    places = Places.objects.get(event=seminar)
    rows = [
        sign_up.sign_up(
            event=seminar,
            places=places,
            facts=sign_up.Facts(name=f"Person {n}", email=f"p{n}@annan.example", language="sv"),
            now=clock.now(),
        )
        for n in range(3)
    ]
    page.goto(f"{site}/sormland/events/{seminar.pk}/register/")
    page.get_by_text("1 före dig i kön").first.wait_for()
    look("sign-up-full")
    fill(page, "Gäst Fyra", "fyra@annan.example")
    page.get_by_role("button", name="Ställ dig på reservlistan").click()
    page.get_by_role("heading", name="Titta i din e-post").wait_for()
    look("sign-up-sent", schemes=("light",))
    page.goto(site + link_in("waiting"))
    page.get_by_text("1 före dig.").wait_for()
    look("sign-up-waits", schemes=("light",))
    for row in rows[:2]:
        sign_up.cancel(registration=row, by=row.person, now=clock.now())
    page.reload()
    look("sign-up-offered", schemes=("light",))
    page.get_by_role("button", name="Ta platsen").click()
    page.get_by_role("heading", name="Du har en plats").wait_for()
    look("sign-up-mine")
    page.get_by_role("link", name="Ändra").click()
    look("sign-up-change", schemes=("light",))


def test_a_manager_pastes_a_list_and_the_organiser_sees_it(page, site, cast, seminar, sign_in, look):
    sign_in(cast.stina)
    page.expected.add("422")
    page.goto(f"{site}/events/{seminar.pk}/register-staff/")
    page.get_by_label("Tuva Ljungdahl, Barn och familj").check()
    page.get_by_label("Andra").fill("Ny Nilsson; ny@annan.example; Flen\nFel Person; inte en adress")
    look("staff-list", schemes=("light",))
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("link", name="Rad 2, Fel Person: ”inte en adress” är ingen e-postadress.").wait_for()
    look("staff-list-wrong", schemes=("light",))
    page.get_by_label("Andra").fill("Ny Nilsson; ny@annan.example; Flen\nRätt Person; ratt@annan.example")
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_text("2 får plats nu, 1 väntar").wait_for()
    look("staff-check", schemes=("light",))
    page.get_by_label("2 får plats nu, 1 väntar").check()
    page.get_by_role("button", name="Anmäl 3 personer").click()
    page.get_by_text("3 personer är anmälda").wait_for()
    assert Registration.objects.filter(by=cast.stina).count() == 3
    sign_in(cast.malin)
    page.goto(f"{site}/events/{seminar.pk}/organise/registrations/")
    page.get_by_text("3 anmälningar").wait_for()
    look("registrations")
    row = Registration.objects.filter(claim__state="waitlisted").get()
    for path in (f"{row.pk}/", f"{row.pk}/cancel/", "add/", "file/", "answers/"):
        page.goto(f"{site}/events/{seminar.pk}/organise/registrations/{path}")
        look(f"registrations-{path.strip('/').replace('/', '-')}", schemes=("light",))
    assert own_token(row)
