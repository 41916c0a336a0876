"""The door with the network cut: what a phone sees is kept encrypted, sent once, and gone a day after the event."""

import re
from datetime import time, timedelta
from time import sleep
from typing import Any

import pytest

from base import clock
from events import actions
from events.models import Attendance, Event, Places, Registration, Scan
from events.rules import door as rules
from events.states import EventKind
from tests.cast import NOW, person

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("Tuva Ljungdahl", "Edvin Kronqvist", "Åsa Öberg", "Leila Mansouri")
# What the phone's database holds, as it lies there: every value with its type, bytes as numbers and as text.
RECORDS = """async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("helmi-door");
    asked.onsuccess = () => done(asked.result);
  });
  const all = (name) => new Promise((done) => {
    const asked = db.transaction(name).objectStore(name).getAll();
    asked.onsuccess = () => done(asked.result);
  });
  const plain = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
    if (value instanceof CryptoKey) return `key ${value.algorithm.name} ${value.extractable}`;
    if (!value || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, plain(inside)]));
  };
  const found = {};
  for (const name of ["keys", "lists", "queue"]) found[name] = (await all(name)).map(plain);
  const row = (await all("keys"))[0];
  if (row) {
    found.exported = await crypto.subtle.exportKey("raw", row.key).then(() => "yes", (error) => error.name);
  }
  db.close();
  return found;
}"""


# Every page that the worker keeps.
KEPT_PAGES = """async () => {
  const texts = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      if ((answer.headers.get("Content-Type") || "").includes("html")) texts.push(await answer.text());
    }
  }
  if (!texts.length) throw new Error("the worker keeps no page");
  return texts;
}"""


@pytest.fixture
def seminar(cast: Any) -> Any:
    """A seminar that begins in half an hour, to which four people come."""
    event = actions.create_event(
        region=cast.sormland,
        kind=EventKind.SEMINAR,
        title={"sv": "Stanna och väx"},
        date=NOW.date(),
        start_time=time(9, 30),
        end_time=time(15, 30),
        by=cast.malin,
        now=NOW - timedelta(days=60),
    )
    event = actions.publish_event(event=event, by=cast.malin, now=NOW - timedelta(days=60))
    hall = actions.open_places(region=cast.sormland, capacity=90, starts_at=event.starts_at)
    Places.objects.filter(pk=hall.pk).update(event=event, way="on_site")
    for who in (cast.tuva, cast.edvin, person(NAMES[2], "asa@helmi.example", cast.sormland), cast.leila):
        claim = actions.claim_place(places=hall, person=who, by=who, now=NOW)
        Registration.objects.create(
            event=event, person=who, claim=claim, organisation=cast.eskilstuna, created_at=NOW, changed_at=NOW
        )
    return event


def code(event: Event, name: str) -> str:
    return rules.code_of(Registration.objects.get(event=event, person__name=name))


def ready(page: Any, site: str, event: Event) -> None:
    """Open the door with network and wait until the phone has all that it needs without."""
    page.clock.install(time=clock.now())
    page.goto(f"{site}/events/{event.pk}/organise/door/")
    page.get_by_text("0 av 4 här").wait_for()
    wait_for(lambda: page.evaluate("navigator.serviceWorker.ready.then((found) => Boolean(found.active))"))
    wait_for(lambda: page.evaluate("navigator.serviceWorker.controller !== null"))


def search(page: Any, words: str) -> None:
    page.get_by_label("Namn eller kod").fill(words)
    page.get_by_label("Namn eller kod").press("Enter")


def test_three_come_while_the_network_is_cut_and_are_sent_exactly_once(
    page: Any, site: str, cast: Any, seminar: Event, sign_in: Any, look: Any, browser: Any
) -> None:
    page.expected |= {"ERR_INTERNET_DISCONNECTED", "ERR_FAILED"}
    sign_in(cast.malin)
    ready(page, site, seminar)
    look("door-1-open", (1280, 390, 320))

    page.context.set_offline(True)
    page.reload()
    page.get_by_text("0 av 4 här").wait_for()
    assert page.get_by_text("Inget nät.").is_visible()
    page.get_by_role("button", name=re.compile("Pricka av.*Tuva")).click()
    page.get_by_text("1 av 4 här").wait_for()
    search(page, "asa ob")
    page.get_by_text("2 av 4 här").wait_for()
    search(page, code(seminar, "Edvin Kronqvist").lower().replace("-", " "))
    page.get_by_text("3 av 4 här").wait_for()
    assert page.get_by_text("3 avprickningar är inte skickade än").is_visible()
    search(page, "1-XXXXXX")
    page.get_by_text("Koden 1-XXXXXX finns inte i listan.", exact=False).wait_for()
    look("door-2-cut", (1280, 390, 320))

    # The phone may even be switched off: what is kept is there again, and is nothing that anybody can read.
    page.reload()
    page.get_by_text("3 av 4 här").wait_for()
    kept = page.evaluate(RECORDS)
    assert len(kept["queue"]) == 4
    assert len(kept["lists"]) == 1
    assert {row["key"] for row in kept["keys"]} == {"key AES-GCM false"}
    assert kept["exported"] == "InvalidAccessError"
    for word in (
        *NAMES,
        *(part for name in NAMES for part in name.split()),
        code(seminar, "Edvin Kronqvist"),
        "Stanna",
    ):
        assert word not in str(kept), word
    assert not any(name in text for name in NAMES for text in page.evaluate(KEPT_PAGES))
    assert not Scan.objects.exists()

    page.context.set_offline(False)
    page.get_by_text("Uppkopplad.", exact=True).wait_for()
    page.get_by_text("Ingen på evenemanget har koden 1-XXXXXX.").wait_for()
    assert Scan.objects.count() == 3
    assert Attendance.objects.filter(mark="present", hours=3).count() == 3
    page.reload()
    page.get_by_text("3 av 4 här").wait_for()
    assert Scan.objects.count() == 3
    assert page.evaluate(RECORDS)["queue"] == []

    # Another phone has seen Tuva too: its fact is kept, and the first time stands.
    first = Scan.objects.get(registration__person=cast.tuva)
    other = browser.new_context(locale="sv-SE", timezone_id="Europe/Stockholm")
    other.add_cookies(page.context.cookies())
    second = other.new_page()
    second.clock.install(time=clock.now() + timedelta(minutes=1))
    second.goto(f"{site}/events/{seminar.pk}/organise/door/")
    # Whoever is quicker than the list loses nothing.
    second.locator("#door-q").fill(code(seminar, "Tuva Ljungdahl"))
    second.locator("#door-q").press("Enter")
    second.get_by_text("Tuva Ljungdahl är redan här").wait_for()
    second.get_by_text("Uppkopplad.", exact=True).wait_for()
    wait_for(lambda: Scan.objects.filter(registration__person=cast.tuva).count() == 2)
    other.close()
    assert rules.present([first.registration_id])[first.registration_id] == {f"{NOW.date()} am": first.seen_at}


def wait_for(true: Any) -> None:
    """Wait, at most ten seconds."""
    for _try in range(100):
        if true():
            return
        sleep(0.1)
    raise AssertionError("it did not come")


def test_a_sign_in_that_is_over_loses_nothing(page: Any, site: str, cast: Any, seminar: Event, sign_in: Any) -> None:
    page.expected |= {"ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "403"}
    sign_in(cast.malin)
    ready(page, site, seminar)
    page.context.set_offline(True)
    page.get_by_role("button", name=re.compile("Pricka av.*Tuva")).click()
    page.get_by_text("1 avprickning är inte skickad än").wait_for()
    page.context.clear_cookies()
    page.context.set_offline(False)
    link = page.get_by_role("link", name="Logga in för att skicka 1 avprickning")
    link.wait_for()
    assert f"next=%2Fevents%2F{seminar.pk}%2Forganise%2Fdoor%2F" in link.get_attribute("href")
    sign_in(cast.malin)
    page.goto(f"{site}/events/{seminar.pk}/organise/door/")
    page.get_by_text("1 av 4 här").wait_for()
    wait_for(lambda: Scan.objects.count() == 1)


def test_a_day_after_the_event_the_first_opening_erases_list_and_key(
    page: Any, site: str, cast: Any, seminar: Event, sign_in: Any
) -> None:
    page.expected |= {"ERR_INTERNET_DISCONNECTED", "ERR_FAILED"}
    sign_in(cast.malin)
    ready(page, site, seminar)
    assert len(page.evaluate(RECORDS)["lists"]) == 1
    page.context.set_offline(True)
    page.clock.set_system_time(seminar.ends_at + timedelta(hours=23))
    page.reload()
    page.get_by_text("0 av 4 här").wait_for()
    page.clock.set_system_time(seminar.ends_at + timedelta(hours=25))
    page.reload()
    page.get_by_text("Evenemanget är över och listan är raderad från telefonen.").wait_for()
    kept = page.evaluate(RECORDS)
    assert (kept["lists"], kept["keys"]) == ([], [])
    assert "Tuva" not in page.content()


def test_the_button_and_signing_out_erase_too(page: Any, site: str, cast: Any, seminar: Event, sign_in: Any) -> None:
    page.expected |= {"ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_ABORTED"}
    sign_in(cast.malin)
    ready(page, site, seminar)
    page.context.set_offline(True)
    page.get_by_role("button", name=re.compile("Pricka av.*Tuva")).click()
    page.get_by_text("1 avprickning är inte skickad än").first.wait_for()
    page.get_by_text("Listan i telefonen").click()
    page.get_by_role("button", name="Radera listan från telefonen").click()
    page.get_by_text("1 avprickning är inte skickad än och går förlorad.").wait_for()
    page.get_by_role("button", name="Radera ändå").click()
    page.get_by_text("Listan är raderad från telefonen.").wait_for()
    kept = page.evaluate(RECORDS)
    assert (kept["lists"], kept["keys"], kept["queue"]) == ([], [], [])
    page.context.set_offline(False)
    page.reload()
    page.get_by_text("0 av 4 här").wait_for()
    wait_for(lambda: len(page.evaluate(RECORDS)["lists"]) == 1)
    page.goto(f"{site}/account/logout/")
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name="Logga ut").click()
    kept = page.evaluate(RECORDS)
    assert (kept["lists"], kept["keys"]) == ([], [])


def test_the_camera_reads_a_code_where_the_browser_can(
    page: Any, site: str, cast: Any, seminar: Event, sign_in: Any, look: Any
) -> None:
    sign_in(cast.malin)
    ready(page, site, seminar)
    assert page.get_by_text("Den här webbläsaren kan inte läsa koder med kameran.").is_visible()
    # A camera that shows a canvas, and a reader of codes that sees Leila's.
    page.add_init_script(
        """(() => {
          const canvas = document.createElement("canvas");
          canvas.getContext("2d").fillRect(0, 0, 8, 8);
          navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5);
          window.BarcodeDetector = class {
            static async getSupportedFormats() { return ["qr_code"]; }
            async detect() { return [{ rawValue: "CODE" }]; }
          };
        })()""".replace("CODE", code(seminar, "Leila Mansouri"))
    )
    page.reload()
    page.get_by_role("button", name="Läs koder med kameran").click()
    page.get_by_text("1 av 4 här").wait_for()
    page.get_by_role("button", name="Stäng av kameran").click()
    wait_for(lambda: Scan.objects.count() == 1)
    assert Scan.objects.get().how == "code"


def test_without_scripts_the_list_has_buttons_and_the_attendance_is_printed(
    page: Any, site: str, cast: Any, seminar: Event, sign_in: Any, look: Any, browser: Any
) -> None:
    sign_in(cast.malin)
    bare = browser.new_context(java_script_enabled=False, locale="sv-SE")
    bare.add_cookies(page.context.cookies())
    plain = bare.new_page()
    plain.goto(f"{site}/events/{seminar.pk}/organise/door/")
    plain.get_by_role("button", name=re.compile("Pricka av.*Tuva")).click()
    plain.get_by_text("1 av 4 här").wait_for()
    bare.close()
    page.goto(f"{site}/events/{seminar.pk}/organise/presence/")
    look("door-3-presence", (1280, 390, 320))
    page.get_by_role("link", name="Tuva Ljungdahl").click()
    look("door-4-correct", (1280, 390, 320))
    page.get_by_label("Eftermiddag").check()
    with page.expect_navigation():
        page.locator("main button.btn-primary").first.click()
    assert Attendance.objects.get().hours == seminar.hours
    page.goto(f"{site}/events/{seminar.pk}/organise/door/?lang=fi")
    page.get_by_text("1/4 paikalla").wait_for()
    halves = page.get_by_label("Puolipäivä").locator("option")
    wait_for(lambda: halves.all_text_contents() == ["Aamupäivä", "Iltapäivä"])
    look("door-5-fi", (1280, 390, 320))
    page.goto(f"{site}/events/{seminar.pk}/organise/presence/?lang=fi")
    look("door-6-presence-fi", (1280, 390))
