"""Signing in in the browser: by code, by password, with an app, with a passkey and with a recovery code, and out again.

Each page on the way is looked at with axe, light and dark. A wrong or expired code gets a sentence, and an address that
nobody has is answered exactly as one that somebody has.
"""

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.core import mail

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "fyra egna lagom ord"  # made up
SECOND_STEP = re.compile(r"/account/2fa/authenticate/")


@pytest.fixture
def site(site: str, settings: Any) -> str:
    """By its name: a passkey belongs to a name, and http is enough for this one only."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    address = site.replace("127.0.0.1", "localhost")
    settings.BASE_URL = address
    settings.CSRF_TRUSTED_ORIGINS = [address]
    return address


@pytest.fixture
def clean(page: Any, axe: Any) -> Iterator[Any]:
    """Note what axe finds on the page as it stands, and once more about its colours in the dark.

    Fails at the end of the test.
    """
    found: list[str] = []

    def now(name: str) -> None:
        found.extend(f"{name}: {violation}" for violation in axe())
        page.emulate_media(color_scheme="dark")
        dark = page.evaluate("axe.run({runOnly: ['color-contrast']}).then(said => said.violations.map(v => v.nodes))")
        found.extend(f"{name} in the dark: {nodes}" for nodes in dark)
        page.emulate_media(color_scheme="light")

    yield now
    assert not found, "\n".join(found)


@pytest.fixture
def tuva(cast: Any) -> Any:
    """A participant with one confirmed address and a password."""
    cast.tuva.set_password(PASSWORD)
    cast.tuva.save()
    EmailAddress.objects.update_or_create(user=cast.tuva, email=cast.tuva.email, defaults={"verified": True})
    return cast.tuva


def code_in_letter() -> str:
    """The code in the letter that was sent last."""
    found = re.search(r"^\s*([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found.group(1)


def press(page: Any, name: str) -> None:
    """Press the button or link in the page's content, and wait for the page that follows."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).or_(
            page.locator("main").get_by_role("link", name=name, exact=True)
        ).first.click()


def ask_code(page: Any, site: str, address: str) -> None:
    page.goto(f"{site}/account/login/")
    page.locator("#id_code_email").fill(address)
    press(page, "Fortsätt")


def write_code(page: Any, code: str) -> None:
    page.get_by_label("Kod", exact=True).fill(code)
    press(page, "Fortsätt")


def by_password(page: Any, site: str, address: str) -> None:
    page.goto(f"{site}/account/login/")
    page.get_by_text("Logga in med lösenord").click()
    page.locator("[name=login]").fill(address)
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "Logga in")


def password_once_more(page: Any) -> None:
    page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
    press(page, "Fortsätt")


def sign_out(page: Any, site: str) -> None:
    page.goto(f"{site}/account/logout/")
    press(page, "Logga ut")
    assert not signed_in(page, site)


def signed_in(page: Any, site: str) -> bool:
    """Whether one's own page opens."""
    page.goto(f"{site}/people/me/")
    return urlsplit(page.url).path == "/people/me/"


def app_code(secret: str) -> str:
    """What the app shows now."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def test_a_code_by_letter_signs_in(page: Any, site: str, tuva: Any, clean: Any) -> None:
    page.goto(f"{site}/account/login/")
    clean("login")
    page.get_by_text("Logga in med lösenord").click()
    clean("login with the password open")
    ask_code(page, site, "TUVA@eskilstuna.example")
    clean("code")
    write_code(page, "AAA-BBB")
    assert "Det är inte koden" in page.locator("main").inner_text()
    assert page.title().startswith("Fel:")
    clean("wrong code")
    write_code(page, code_in_letter().lower())
    assert signed_in(page, site)
    page.goto(f"{site}/account/logout/")
    clean("logout")
    sign_out(page, site)


def test_an_address_that_nobody_has_is_answered_in_the_same_way(page: Any, site: str, tuva: Any) -> None:
    seen = []
    for address in ("tuva@eskilstuna.example", "ingen@annat.example"):
        ask_code(page, site, address)
        steps = [(page.url, page.locator("main").inner_text())]
        for _attempt in range(3):
            write_code(page, "AAA-BBB")
            steps.append((page.url, page.locator("main").inner_text()))
        seen.append([(url, words.replace(address, "ADDRESS")) for url, words in steps])
        page.context.clear_cookies()
    assert seen[0] == seen[1]
    assert "För många försök" in seen[0][-1][1]


def test_an_expired_code_says_so(page: Any, site: str, tuva: Any, settings: Any, clean: Any) -> None:
    ask_code(page, site, "tuva@eskilstuna.example")
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 0
    write_code(page, code_in_letter())
    assert "Koden gäller inte längre" in page.locator("main").inner_text()
    clean("expired code")


def test_a_password_signs_in_and_a_wrong_one_does_not(page: Any, site: str, tuva: Any, clean: Any) -> None:
    by_password(page, site, "ingen@annat.example")
    unknown = page.locator("main .errsum").inner_text()
    tuva.set_password("ett annat lösenord")
    tuva.save()
    by_password(page, site, tuva.email)
    assert page.locator("main .errsum").inner_text() == unknown
    clean("wrong password")
    tuva.set_password(PASSWORD)
    tuva.save()
    by_password(page, site, tuva.email)
    assert signed_in(page, site)
    page.goto(f"{site}/account/password/change/")
    clean("change the password")
    page.goto(f"{site}/account/email/")
    clean("addresses")
    page.goto(f"{site}/account/sessions/")
    assert "Chrome" in page.locator("main").inner_text()
    clean("sessions")


def test_an_app_is_set_up_and_asked_for(page: Any, site: str, tuva: Any, clean: Any) -> None:
    by_password(page, site, tuva.email)
    page.goto(f"{site}/account/2fa/")
    clean("two-step sign-in")
    press(page, "Slå på appen")
    clean("the password once more")
    password_once_more(page)
    clean("the app")
    secret = page.get_by_label("Hemlig nyckel").input_value()
    page.get_by_label("Kod från appen").fill("000000" if app_code(secret) != "000000" else "111111")
    press(page, "Slå på")
    assert "Koden fungerar inte" in page.locator("main").inner_text()
    clean("wrong code of the app")
    secret = page.get_by_label("Hemlig nyckel").input_value()
    page.get_by_label("Kod från appen").fill(app_code(secret))
    press(page, "Slå på")
    spare = page.locator(".codes li").first.inner_text()
    clean("recovery codes")

    sign_out(page, site)
    by_password(page, site, tuva.email)
    assert SECOND_STEP.search(page.url)
    clean("second step")
    # The code that was used to set the app up works once: the next one is asked for.
    from django.core.cache import cache

    cache.clear()
    page.get_by_label("Kod", exact=True).fill(app_code(secret))
    press(page, "Logga in")
    assert signed_in(page, site)

    sign_out(page, site)
    by_password(page, site, tuva.email)
    for code, opens in ((spare, True), (spare, False)):
        page.get_by_label("Kod", exact=True).fill(code)
        press(page, "Logga in")
        assert signed_in(page, site) is opens
        if opens:
            sign_out(page, site)
            by_password(page, site, tuva.email)


def test_a_passkey_signs_in_alone(page: Any, site: str, tuva: Any, clean: Any) -> None:
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable", {"enableUI": False})
    browser.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    by_password(page, site, tuva.email)
    page.goto(f"{site}/account/2fa/webauthn/")
    clean("no keys")
    press(page, "Lägg till en nyckel")
    password_once_more(page)
    clean("add a key")
    page.get_by_label("Nyckelns namn").fill("Min telefon")
    page.get_by_label("Logga in med bara den här nyckeln").check()
    press(page, "Lägg till en nyckel")
    page.goto(f"{site}/account/2fa/webauthn/")
    assert "Min telefon" in page.locator("main").inner_text()
    clean("keys")

    sign_out(page, site)
    page.goto(f"{site}/account/login/")
    press(page, "Logga in med passkey")
    assert signed_in(page, site)

    # Beside a password the key is the second step.
    sign_out(page, site)
    by_password(page, site, tuva.email)
    assert SECOND_STEP.search(page.url)
    clean("second step with a key")
    press(page, "Använd en passkey eller säkerhetsnyckel")
    assert signed_in(page, site)

    # A key that Helmi has forgotten opens nothing, and the page says so.
    sign_out(page, site)
    tuva.authenticator_set.all().delete()
    page.goto(f"{site}/account/login/")
    press(page, "Logga in med passkey")
    assert "Helmi känner inte till den passkeyn" in page.locator("main").inner_text()
    assert not signed_in(page, site)
