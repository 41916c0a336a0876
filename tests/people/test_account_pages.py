"""The pages, sentences and letters about one's own account: all of them ours, none of allauth's."""

import re
import tomllib
from pathlib import Path

import allauth
import pytest
from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter as second_step_adapter
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from people.templatetags.people import browser
from tests.access.routes import POLICY, THEIRS
from tests.cast import NOW
from tests.people.test_sign_in import ask_code, code_in_letter

TEMPLATES = Path(settings.BASE_DIR) / "templates"
ALLAUTH = Path(allauth.__file__).parent / "templates"
# allauth's templates with words of its own that no page of ours can show, and why.
UNREACHABLE = {
    "account/confirm_phone_verification_code.html": "nobody signs in with a telephone",
    "account/phone_change.html": "nobody signs in with a telephone",
    "account/messages/phone_verification_sent.txt": "nobody signs in with a telephone",
    "account/messages/phone_verified.txt": "nobody signs in with a telephone",
    "account/email/password_reset_key_message.txt": "passwords are reset by code",
    "account/email/password_reset_key_subject.txt": "passwords are reset by code",
    "account/password_reset_done.html": "passwords are reset by code",
    "account/email_confirm.html": "addresses are confirmed by code",
    "account/verification_sent.html": "addresses are confirmed by code",
    "account/verified_email_required.html": "addresses are confirmed by code",
    "account/email_change.html": "a person may have several addresses",
    "account/signup.html": "nobody signs up: account/signup_closed.html is shown instead",
    "account/signup_by_passkey.html": "nobody signs up",
    "account/snippets/already_logged_in.html": "included by account/signup.html only",
    "account/snippets/warn_no_email.html": "included by allauth's account/email.html, which ours replaces",
    "mfa/trust.html": "a second step is asked for at each sign-in",
    "mfa/webauthn/signup_form.html": "nobody signs up",
    "mfa/recovery_codes/download.txt": "codes are shown once and not downloaded",
    "socialaccount/connections.html": "closed",
    "socialaccount/login.html": "people.views.signing.provider stands before it",
    "socialaccount/login_redirect.html": "people.views.signing.provider stands before it",
    "socialaccount/signup.html": "closed",
    "socialaccount/snippets/login.html": "included by allauth's account/login.html, which ours replaces",
    "socialaccount/messages/account_connected.txt": "an account is opened for a sign-in without a message",
    "socialaccount/messages/account_connected_other.txt": "closed",
    "socialaccount/messages/account_connected_updated.txt": "closed",
    "socialaccount/messages/account_disconnected.txt": "closed",
}
WORDS = re.compile(r"{%\s*(?:blocktrans|trans)")


def test_no_template_of_allauths_with_words_of_its_own_can_be_reached():
    theirs = {
        str(path.relative_to(ALLAUTH))
        for app in ("account", "mfa", "socialaccount", "usersessions")
        for path in (ALLAUTH / app).rglob("*.*")
        if WORDS.search(path.read_text())
    }
    shown = {name for name in theirs if not (TEMPLATES / name).exists()}
    layouts = {name for name in shown if not re.search(r"<(h1|p|form)|element|{% block content", read(name))}
    assert shown - layouts - set(UNREACHABLE) == set()


def read(name):
    return (ALLAUTH / name).read_text()


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_every_sentence_that_can_be_said_about_an_account_is_ours(language):
    other_ways = ("phone", "username", "unknown_", "invalid_", "select_only_one")
    with translation.override(language):
        for adapter in (account_adapter(), second_step_adapter()):
            ours = vars(type(adapter))["error_messages"]
            theirs = type(adapter).__mro__[1].error_messages
            for code, sentence in theirs.items():
                if not code.startswith(other_ways):
                    assert str(ours[code]) != str(sentence) or not str(sentence), code


# ---------- Which pages there are ----------


SHADOWED = ("account/oidc/", "account/social/")  # allauth's addresses that stand behind a closed one


def walk(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith(f"{THEIRS}/"):
            ours = pattern.callback.__module__.startswith("people.")
            if ours or not path.startswith(SHADOWED):
                yield pattern.name or path, path


def pages():
    """Name and path of each; of two at one address the first."""
    found = {}
    for name, path in walk(get_resolver().url_patterns):
        if path not in found.values():
            found[name] = path
    return found


def policy():
    return tomllib.loads(POLICY.read_text(encoding="utf-8"))["account"]


def address(path):
    return "/" + re.sub(r"<int:pk>", "1", re.sub(r"<path:rest>", "login/error/", path)).replace(
        "<slug:provider_id>", "finns-inte"
    )


def test_every_page_about_an_account_is_in_the_policy():
    table = policy()
    assert sorted(pages()) == sorted(table["open"] + table["own"] + table["closed"])


def test_closed_pages_are_not_there_and_ones_own_need_a_sign_in(cast, sign_in):
    table, paths = policy(), pages()
    client, reader = Client(), sign_in(cast.tuva)
    for name in table["closed"]:
        for who in (client, reader):
            assert who.get(address(paths[name])).status_code == 404, name
            assert who.post(address(paths[name])).status_code == 404, name
    for name in table["own"]:
        answer = client.get(address(paths[name]))
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/account/login/"), name
    for name in table["open"]:
        answer = client.get(address(paths[name]))
        assert "next=" not in answer.get("Location", ""), name


# ---------- What is said ----------


def test_an_expired_code_is_said_to_have_expired_whoever_asked(cast, at):
    said = []
    for who in ("tuva@eskilstuna.example", "ingen@annat.example"):
        at("2027-04-16 09:00")
        client = Client()
        ask_code(client, who)
        at("2027-04-16 09:11")
        page = client.post("/account/login/code/confirm/", {"code": "AAA-BBB"}, follow=True)
        assert page.redirect_chain[-1][0] == "/account/login/code/"
        said.append([str(message) for message in page.context["messages"]])
    assert said[0] == said[1]
    assert "tio minuter" in said[0][0]


def test_a_forgotten_password_is_replaced_by_code(cast, client):
    answer = client.post("/account/password/reset/", {"email": "tuva@eskilstuna.example"})
    assert answer["Location"].startswith("/account/password/reset/confirm/")
    client.post("/account/password/reset/confirm/", {"code": code_in_letter()})
    choose = "/account/password/reset/complete/"
    page = client.post(choose, {"password1": "en alldeles ny fras", "password2": "en annan fras alls"})
    assert "Lösenorden är inte likadana" in page.content.decode()
    page = client.post(choose, {"password1": "en alldeles ny fras", "password2": "en alldeles ny fras"}, follow=True)
    assert "Logga in med ditt nya lösenord" in page.content.decode()
    cast.tuva.refresh_from_db()
    assert cast.tuva.check_password("en alldeles ny fras")
    assert mail.outbox[-1].subject == "Ditt lösenord har ändrats"


def test_a_new_address_is_confirmed_by_code_and_seen_among_the_others(cast, sign_in):
    client = sign_in(cast.tuva)
    page = client.post("/account/email/", {"email": "tuva@hemma.example", "action_add": ""}, follow=True)
    assert page.redirect_chain[-1][0] == "/account/confirm-email/"
    assert "tuva@hemma.example" in page.content.decode()
    answer = client.post("/account/confirm-email/", {"code": code_in_letter()})
    assert answer["Location"] == "/account/email/"
    assert EmailAddress.objects.get(email="tuva@hemma.example").verified


def test_whoever_has_a_second_step_can_still_add_an_address(cast, sign_in):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    client = sign_in(cast.malin)
    TOTP.activate(cast.malin, generate_totp_secret())
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": NOW.timestamp(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(cast.malin.pk)
    session.save()
    page = client.post("/account/email/", {"email": "malin@hemma.example", "action_add": ""}, follow=True)
    assert page.redirect_chain[-1][0] == "/account/confirm-email/"


def test_too_many_attempts_get_a_page_of_ours(cast, client):
    for _attempt in range(31):
        answer = client.post("/account/login/", {"login": "x@y.example", "password": "fel"})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert "För många försök" in answer.content.decode()


@pytest.mark.parametrize("language", ["sv", "fi"])
def test_the_forms_about_an_account_are_in_one_language(cast, sign_in, language):
    """A word of English, or of a catalogue that is not ours, would stand in these pages first."""
    english = re.compile(r"\b(the|your|password|address|code|key)\b", re.IGNORECASE)
    client, reader = Client(), sign_in(cast.tuva)
    for who, path in (
        (client, "/account/login/"),
        (client, "/account/login/code/"),
        (client, "/account/password/reset/"),
        (client, "/account/signup/"),
        (client, "/account/inactive/"),
        (reader, "/account/email/"),
        (reader, "/account/password/set/"),
        (reader, "/account/2fa/"),
        (reader, "/account/2fa/totp/activate/"),
        (reader, "/account/2fa/webauthn/"),
        (reader, "/account/2fa/webauthn/add/"),
        (reader, "/account/sessions/"),
        (reader, "/account/logout/"),
    ):
        for answer in (who.get(path, {"lang": language}), who.post(f"{path}?lang={language}", {"action_add": ""})):
            if answer.status_code == 200:
                page = re.sub(r"(?s)<head>.*?</head>|<script.*?</script>|<[^>]+>", " ", answer.content.decode())
                assert not english.findall(page), (path, english.findall(page))


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/139.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/139.0 Safari/537.36 Edg/139.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("curl/8", "An unknown browser"),
    ],
)
def test_a_browser_is_called_what_its_user_calls_it(agent, said):
    with translation.override("en"):
        assert browser(agent) == said
