"""Signing in: codes, passwords, the second step, organisations' own sign-ins, the demonstration."""

import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core import mail
from django.core.cache import cache
from django.test import Client

from people import actions, rules
from people.models import Person, SignInProvider
from people.views import signing
from tests.cast import NOW, person


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


def signed_in(client):
    """Who the client is, or None."""
    key = client.session.get("_auth_user_id")
    return Person.objects.get(pk=key) if key else None


def ask_code(client, address, **more):
    return client.post("/account/login/code/", {"email": address, **more})


def code_in_letter():
    return re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", mail.outbox[-1].body, re.MULTILINE).group(1)


# ---------- A code by e-mail ----------


def test_a_code_signs_in_without_a_password_and_in_the_persons_language(cast, client):
    answer = ask_code(client, "YASMIN@nykoping.example", next="/people/me/")
    assert answer["Location"].startswith("/account/login/code/confirm/")
    letter = mail.outbox[-1]
    assert letter.to == ["yasmin@nykoping.example"]
    answer = client.post("/account/login/code/confirm/", {"code": code_in_letter(), "next": "/people/me/"})
    assert answer["Location"] == "/people/me/"
    assert signed_in(client) == cast.yasmin


def test_an_invited_person_confirms_the_address_by_signing_in(cast, client):
    nils = actions.register_person(name="Nils Ny", email="nils@flen.example", by=cast.malin, now=NOW)
    ask_code(client, "nils@flen.example")
    client.post("/account/login/code/confirm/", {"code": code_in_letter()})
    assert signed_in(client) == nils
    assert EmailAddress.objects.get(user=nils).verified


def test_any_confirmed_address_signs_in_and_an_unconfirmed_one_does_not_lead_astray(cast, client):
    EmailAddress.objects.create(user=cast.tuva, email="tuva@hemma.example", verified=True)
    # Edvin claims Leila's address without having confirmed it.
    EmailAddress.objects.create(user=cast.edvin, email="leila@eskilstuna.example", verified=False)
    ask_code(client, "tuva@hemma.example")
    client.post("/account/login/code/confirm/", {"code": code_in_letter()})
    assert signed_in(client) == cast.tuva
    client.post("/account/logout/")
    ask_code(client, "leila@eskilstuna.example")
    client.post("/account/login/code/confirm/", {"code": code_in_letter()})
    assert signed_in(client) == cast.leila


def test_a_claimed_address_of_an_invited_person_leads_to_the_invited_person(cast, client):
    nils = actions.register_person(name="Nils Ny", email="nils@flen.example", by=cast.malin, now=NOW)
    EmailAddress.objects.create(user=cast.edvin, email="nils@flen.example", verified=False)
    ask_code(client, "nils@flen.example")
    client.post("/account/login/code/confirm/", {"code": code_in_letter()})
    assert signed_in(client) == nils


def test_the_page_never_says_whether_an_address_is_known(cast, client):
    known = ask_code(client, "tuva@eskilstuna.example")
    page = client.get(known["Location"]).content.decode()
    client.post("/account/logout/")
    unknown = ask_code(client, "ingen@annat.example")
    other = client.get(unknown["Location"]).content.decode()

    def plain(text, address):
        return re.sub(r'(value|content|nonce)="[^"]*"|\{"X-CSRFToken[^}]*\}', "", text.replace(address, "ADDRESS"))

    assert known.status_code == unknown.status_code
    assert known["Location"] == unknown["Location"]
    assert plain(page, "tuva@eskilstuna.example") == plain(other, "ingen@annat.example")
    assert [letter.to[0] for letter in mail.outbox] == ["tuva@eskilstuna.example", "ingen@annat.example"]


def test_a_wrong_code_is_refused_and_three_end_the_attempt(cast, client):
    ask_code(client, "tuva@eskilstuna.example")
    for _attempt in range(3):
        client.post("/account/login/code/confirm/", {"code": "000-000"})
    client.post("/account/login/code/confirm/", {"code": code_in_letter()})
    assert signed_in(client) is None


def test_a_closed_account_gets_no_code(cast, client):
    actions.close_account(person=cast.tuva, by=cast.ada, now=NOW)
    ask_code(client, "tuva@eskilstuna.example")
    assert not any(re.search(r"^\s*[A-Z0-9]{3}-?[A-Z0-9]{3}\s*$", letter.body, re.MULTILINE) for letter in mail.outbox)


def test_nobody_signs_up(cast, client):
    assert client.post("/account/signup/", {"email": "ny@annat.example"}).status_code in (200, 404)
    assert not Person.objects.filter(email="ny@annat.example").exists()


def test_codes_are_limited_whoever_asks(cast):
    for _attempt in range(6):
        ask_code(Client(), "tuva@eskilstuna.example")
    assert len(mail.outbox) == 3


# ---------- Passwords ----------


def with_password(who):
    password = "en riktigt lång lösenfras"
    who.set_password(password)
    who.save()
    return password


def test_a_password_signs_in_with_any_confirmed_address(cast, client):
    EmailAddress.objects.create(user=cast.tuva, email="tuva@hemma.example", verified=True)
    password = with_password(cast.tuva)
    client.post("/account/login/", {"login": "TUVA@hemma.example", "password": password})
    assert signed_in(client) == cast.tuva


def test_ten_wrong_passwords_are_slowed_but_lock_nobody_out_elsewhere(cast, client):
    password = with_password(cast.tuva)
    for attempt in range(10):
        client.post(
            "/account/login/",
            {"login": "tuva@eskilstuna.example", "password": "fel"},
            headers={"x-forwarded-for": f"10.0.0.{attempt}"},
        )
    client.post("/account/login/", {"login": "tuva@eskilstuna.example", "password": password})
    assert signed_in(client) is None
    client.post("/account/login/", {"login": "tuva@eskilstuna.example", "password": password}, REMOTE_ADDR="192.0.2.77")
    assert signed_in(client) == cast.tuva


def test_the_session_is_another_after_signing_in_and_dies_with_signing_out(cast, client):
    client.get("/account/login/")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.post("/account/login/", {"login": "tuva@eskilstuna.example", "password": with_password(cast.tuva)})
    assert client.session.session_key != before
    old = client.cookies["sessionid"].value
    client.post("/account/logout/")
    client.cookies["sessionid"] = old
    assert client.get("/people/me/").status_code == 302


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example", "javascript:alert(1)",
     "/\tevil", "///evil.example", "\\\\evil.example"],
)  # fmt: skip
def test_sign_in_leads_to_our_own_pages_only(cast, client, address):
    password = with_password(cast.tuva)
    answer = client.post("/account/login/", {"login": "tuva@eskilstuna.example", "password": password, "next": address})
    assert signed_in(client) == cast.tuva
    assert answer["Location"] == "/"
    assert not rules.is_own_path(address)


def test_our_own_pages_are_followed(cast):
    assert rules.is_own_path("/people/me/?x=1")


# ---------- The second step ----------


def test_administrators_and_coordinators_set_up_a_second_step_first(cast, sign_in, settings):
    settings.SECOND_STEP_REQUIRED = True
    for who in (cast.ada, cast.malin):
        client = sign_in(who)
        for path in ("/people/", "/", "/people/me/"):
            assert client.get(path)["Location"] == "/people/sign-in/second-step/"
        assert client.get("/people/sign-in/second-step/").status_code == 200
        assert client.get("/account/2fa/").status_code == 200
        Authenticator.objects.create(user=who, type=Authenticator.Type.TOTP, data={"secret": "x"})
        assert client.get("/people/").status_code == 200
        assert client.get("/people/sign-in/second-step/").status_code == 302
    assert sign_in(cast.tuva).get("/people/me/").status_code == 200


def test_a_second_step_is_asked_for_and_a_code_works_once(cast, client):
    secret = generate_totp_secret()
    TOTP.activate(cast.malin, secret)
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    for expected in (cast.malin, None):
        ask_code(client, "malin@sormland.example")
        answer = client.post("/account/login/code/confirm/", {"code": code_in_letter()})
        assert answer["Location"].startswith("/account/2fa/authenticate/")
        assert signed_in(client) is None
        client.post("/account/2fa/authenticate/", {"code": code})
        assert signed_in(client) == expected
        client.logout()


# ---------- The demonstration ----------


def test_one_click_signs_in_in_a_demonstration_only(cast, client, settings):
    coordinator = person("Malin Demo", "coordinator@demo.example", cast.sormland)
    page = client.get("/account/login/").content.decode()
    assert "coordinator@demo.example" not in page
    assert client.post("/people/sign-in/demo/", {"person": "coordinator@demo.example"}).status_code == 404
    settings.DEMO = True
    assert "coordinator@demo.example" in client.get("/account/login/").content.decode()
    assert client.get("/people/sign-in/demo/").status_code == 405
    assert client.post("/people/sign-in/demo/", {"person": "tuva@eskilstuna.example"}).status_code == 404
    answer = client.post("/people/sign-in/demo/", {"person": "coordinator@demo.example", "next": "//evil.example"})
    assert answer["Location"] == "/"
    assert signed_in(client) == coordinator


# ---------- An organisation's own sign-in ----------

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ISSUER = "https://login.eskilstuna.example"


class Provider:
    """A provider on paper: its pages are answers to the requests that allauth makes; tokens are really signed."""

    def __init__(self):
        self.claims = {}
        self.key, self.algorithm, self.kid = KEY, "RS256", "k1"

    def token(self):
        facts = {
            "iss": ISSUER, "aud": "helmi", "sub": "u-17", "email": "tuva@eskilstuna.example", "email_verified": True,
            "iat": int(time.time()), "exp": int(time.time()) + 300, **self.claims,
        }  # fmt: skip
        if self.algorithm == "none":
            return jwt.encode(facts, "", algorithm="none", headers={"kid": self.kid})
        return jwt.encode(facts, self.key, algorithm=self.algorithm, headers={"kid": self.kid})

    def answer(self, method, url, **kwargs):
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        pages = {
            "/.well-known/openid-configuration": {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "userinfo_endpoint": f"{ISSUER}/me",
                "jwks_uri": f"{ISSUER}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/keys": {"keys": [{**jwk, "kid": "k1", "alg": "RS256", "use": "sig"}]},
            "/token": {"access_token": "a", "token_type": "Bearer", "id_token": self.token()}
            if "/token" in url
            else {},
        }
        import requests

        response = requests.Response()
        response.status_code = 200
        response.headers["content-type"] = "application/json"
        response._content = json.dumps(pages[urlsplit(url).path]).encode()
        return response


@pytest.fixture
def provider(cast, settings, monkeypatch):
    """Eskilstuna's sign-in, for addresses at eskilstuna.example."""
    import requests

    paper = Provider()
    monkeypatch.setattr(requests.Session, "request", lambda self, method, url, **kw: paper.answer(method, url, **kw))
    apps = [
        {"provider_id": name, "name": name, "client_id": "helmi", "secret": "s", "settings": {"server_url": ISSUER}}
        for name in ("eskilstuna", "annan")
    ]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}}
    paper.row = SignInProvider.objects.create(
        organisation=cast.eskilstuna, provider_id="eskilstuna", domains=["eskilstuna.example"]
    )
    return paper


def through(client, provider, *, name="eskilstuna", **changes):
    """Go to the provider and come back; `changes` are claims, or `state`, `nonce` as the answer would hold them."""
    answer = client.post(f"/account/oidc/{name}/login/", {"next": "/people/me/"})
    query = {key: value[0] for key, value in parse_qs(urlsplit(answer["Location"]).query).items()}
    assert query["code_challenge_method"] == "S256"
    state = changes.pop("state", query["state"])
    provider.claims = {"nonce": query["nonce"], **changes}
    return client.get(f"/account/oidc/{name}/login/callback/", {"code": "c", "state": state})


def test_the_domain_of_the_address_chooses_the_organisations_sign_in(provider, client):
    answer = ask_code(client, "nagon@ESKILSTUNA.example", next="/people/me/")
    assert answer["Location"] == "/account/oidc/eskilstuna/login/?next=%2Fpeople%2Fme%2F"
    assert client.get(answer["Location"]).status_code == 200
    assert ask_code(client, "nagon@nykoping.example")["Location"].startswith("/account/login/code/confirm/")
    assert client.get("/account/oidc/finns-inte/login/").status_code == 404


def test_the_first_time_opens_the_account_of_the_person_we_know(cast, provider, client):
    answer = through(client, provider)
    assert signed_in(client) == cast.tuva
    assert answer["Location"] == "/people/me/"
    assert SocialAccount.objects.get().user == cast.tuva
    client.logout()
    through(client, provider, email="nytt.namn@eskilstuna.example")
    assert signed_in(client) == cast.tuva


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"iss": "https://login.evil.example"},
        {"exp": 1_000_000_000},
        {"email_verified": False},
        {"email_verified": None},
        {"email": ""},
        {"email": "petra@nykoping.example"},
        {"email": "ingen@eskilstuna.example"},
        {"azp": "somebody-else", "aud": ["helmi", "somebody-else"]},
        {"state": "forged"},
        {"state": ""},
    ],
)
def test_a_token_that_is_not_for_this_attempt_is_refused(cast, provider, client, changes):
    answer = through(client, provider, **changes)
    assert signed_in(client) is None
    assert answer.status_code in (401, 403)
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("how", ["none", "other key", "unknown key", "shared secret"])
def test_a_token_that_is_not_signed_by_the_provider_is_refused(cast, provider, client, how):
    if how == "none":
        provider.algorithm = "none"
    elif how == "other key":
        provider.key = OTHER_KEY
    elif how == "unknown key":
        provider.kid = "k9"
    else:
        provider.key, provider.algorithm = "s" * 32, "HS256"
    assert through(client, provider).status_code == 401
    assert signed_in(client) is None


def test_the_same_address_from_a_second_provider_opens_nothing(cast, provider, client):
    through(client, provider)
    client.logout()
    SignInProvider.objects.create(
        organisation=cast.nykoping, provider_id="annan", domains=["nykoping.example", "eskilstuna.example"]
    )
    answer = through(client, provider, name="annan", sub="u-99")
    assert answer.status_code == 403
    assert signed_in(client) is None


def test_the_organisations_second_step_counts_when_it_says_so(cast, provider, client, settings):
    settings.SECOND_STEP_REQUIRED = True
    from tests.cast import role

    role(cast.tuva, "coordinator", region=cast.sormland)
    through(client, provider, amr=["pwd"])
    assert client.get("/people/")["Location"] == "/people/sign-in/second-step/"
    client.logout()
    through(client, provider, amr=["pwd", "mfa"])
    assert client.get("/people/").status_code == 200
    client.logout()
    provider.row.mfa_counts = False
    provider.row.save()
    through(client, provider, amr=["pwd", "mfa"])
    assert client.get("/people/")["Location"] == "/people/sign-in/second-step/"


def test_a_closed_account_is_closed_there_too(cast, provider, client):
    through(client, provider)
    client.logout()
    actions.close_account(person=cast.tuva, by=cast.ada, now=NOW)
    through(client, provider)
    assert signed_in(client) is None


def test_the_algorithms_are_all_asymmetric():
    assert not any(name.startswith(("HS", "none")) for name in signing.ALGORITHMS)
