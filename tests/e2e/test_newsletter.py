"""A newsletter in the browser: somebody subscribes on a phone, a coordinator writes and sends, the reader leaves."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from base.clock import now
from outbox.actions import newsletters, sending
from outbox.models import Issue, Subscription
from outbox.states import IssueState, SubscriptionState

pytestmark = pytest.mark.django_db(transaction=True)


def links() -> list[str]:
    """Send what is due and give the addresses in the last letter."""
    later = now() + timedelta(minutes=12)
    newsletters.write_due(now=later)
    sending.send_due(now=later)
    newsletters.write_due(now=later)
    return re.findall(r"https?://[^\s)>\]]+", str(mail.outbox[-1].body))


def press(page: Any, name: str | re.Pattern[str]) -> None:
    """Press the button with these words and wait for what follows."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()


def test_somebody_subscribes_reads_and_leaves_and_a_coordinator_sends(
    page: Any, site: str, cast: Any, sign_in: Any, look: Any
) -> None:
    cast.cohort()
    # A stranger on a phone.
    page.goto(f"{site}/sormland/")
    page.get_by_role("link", name="Prenumerera eller läs tidigare nummer").click()
    look("newsletter-1-page", (1280, 390, 320))
    page.get_by_label("E-post").fill("ny@kommun")
    page.expected.add("422")
    press(page, "Prenumerera")
    assert page.title().startswith("Fel:")
    look("newsletter-2-wrong", (390,))
    page.get_by_label("E-post").fill("ny@kommun.example")
    press(page, "Prenumerera")
    look("newsletter-3-asked", (390, 320))
    confirm = next(link for link in links() if "/confirm/" in link)
    page.goto(confirm)
    look("newsletter-4-confirm", (390, 320))
    press(page, "Bekräfta prenumerationen")
    assert "ny@kommun.example" in page.locator("main").inner_text()
    look("newsletter-5-confirmed", (390,))
    assert Subscription.objects.get().state == SubscriptionState.CONFIRMED

    # The coordinator, by keyboard and mouse alike: nothing here needs a script.
    sign_in(cast.malin)
    page.goto(f"{site}/")
    page.get_by_label("Huvudmeny").get_by_role("link", name="Nyhetsbrev").first.click()
    look("newsletter-6-none", (1280, 390))
    press(page, "Nytt nummer")
    look("newsletter-7-new", (1280, 320))
    page.get_by_role("link", name=re.compile("Skriv.*Svenska")).click()
    page.get_by_label("Ämne").fill("Våren i samarbetet")
    page.get_by_label("Inledning").fill("Hej **alla**\n\n- en rad\n- [en länk](https://helmi.example/)")
    page.get_by_label("Rubrik").fill("Seminarium")
    look("newsletter-8-text", (1280, 320))
    press(page, "Spara och förhandsgranska")
    assert page.locator(".issue strong").inner_text() == "alla"
    look("newsletter-9-preview", (1280, 390, 320))
    page.get_by_role("link", name="Som på mobil").click()
    look("newsletter-10-phone", (1280,))
    page.get_by_role("link", name="Som ren text").click()
    look("newsletter-11-plain", (1280, 320))
    page.get_by_role("link", name="Våren i samarbetet").first.click()
    press(page, "Skicka ett provmejl till mig")
    look("newsletter-12-issue", (1280, 390, 320))
    page.get_by_role("link", name="Kontrollera och skicka").click()
    look("newsletter-13-check", (1280, 320))
    press(page, "Skicka numret")
    look("newsletter-14-released", (1280,))
    press(page, "Ångra")
    assert Issue.objects.get().state == IssueState.DRAFT
    page.get_by_role("link", name="Kontrollera och skicka").click()
    press(page, "Skicka numret")
    addresses = links()
    assert {message.to[0] for message in mail.outbox[1:]} == {cast.malin.email, "ny@kommun.example"}
    page.reload()
    look("newsletter-15-sent", (1280, 390))
    page.get_by_label("Huvudmeny").get_by_role("link", name="Nyhetsbrev").first.click()
    page.get_by_role("link", name="Prenumeranter").click()
    look("newsletter-16-subscribers", (1280, 320))
    page.get_by_role("link", name="Adresser utan leverans").click()
    look("newsletter-17-suppressed", (1280,))
    page.goto(f"{site}/newsletters/my/")
    look("newsletter-18-mine", (1280, 320))
    press(page, re.compile("Prenumerera.*Sörmland"))
    look("newsletter-19-mine-too", (1280, 320))

    # The reader again.
    page.context.clear_cookies()
    page.goto(next(link for link in addresses if "/newsletter/sormland/1/" in link))
    assert page.get_by_role("heading", level=1).inner_text() == "Våren i samarbetet"
    look("newsletter-20-web", (1280, 390, 320))
    page.goto(next(link for link in addresses if "/leave/" in link))
    look("newsletter-21-leave", (390, 320))
    press(page, "Avsluta prenumerationen")
    look("newsletter-22-left", (390, 320))
    assert Subscription.objects.get(address="ny@kommun.example").state == SubscriptionState.LEFT
