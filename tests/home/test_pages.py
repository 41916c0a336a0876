"""The shell around every page, the pages about Helmi itself, and what is said when something goes wrong."""

import re

import pytest
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.test import RequestFactory
from django.urls import path

from home.views import errors
from people.models import Person

pytestmark = pytest.mark.django_db

OPEN = ["/", "/accessibility/", "/personal-data/", "/contact/"]


def title(page):
    return re.search(r"<title>(.*?)</title>", page.content.decode(), re.S)[1].strip()


@pytest.mark.parametrize("address", OPEN)
@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_public_pages_open_for_everybody_in_three_languages(client, cast, address, language):
    page = client.get(address, {"lang": language})
    assert page.status_code == 200
    text = page.content.decode()
    assert f'<html lang="{language}"' in text
    assert text.count("<h1") == 1
    assert title(page).endswith("– Helmi")
    assert page.headers["Content-Language"] == language


def test_a_language_asked_for_is_remembered_in_a_cookie_and_nowhere_else(client, cast):
    client.get("/contact/", {"lang": "fi"})
    assert '<html lang="fi"' in client.get("/contact/").content.decode()


def test_a_language_link_keeps_what_else_stands_in_the_address(client, cast):
    page = client.get("/contact/", {"page": "3", "lang": "sv"}).content.decode()
    assert 'href="?page=3&amp;lang=fi"' in page


def test_a_signed_in_person_s_choice_of_language_stays_with_the_person(client, cast):
    person = cast.tuva
    client.force_login(person)
    answer = client.post("/language/", {"language": "fi", "next": "/contact/?page=2&lang=sv"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/contact/?page=2")
    assert Person.objects.get(pk=person.pk).language == "fi"
    page = client.get("/contact/").content.decode()
    assert '<html lang="fi"' in page
    assert "suomeksi" in page


def test_opening_a_page_changes_nobody_s_language(client, cast):
    person = cast.tuva
    client.force_login(person)
    client.get("/contact/", {"lang": "fi"})
    assert Person.objects.get(pk=person.pk).language == person.language


@pytest.mark.parametrize(
    "address", ["//evil.example/", "https://evil.example/", "/\\evil.example", "https:evil", "javascript:alert(1)", ""]
)
def test_the_choice_of_language_never_leads_to_another_site(client, cast, address):
    answer = client.post("/language/", {"language": "fi", "next": address})
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_changes_nothing(client, cast):
    answer = client.post("/language/", {"language": "xx", "next": "/contact/"})
    assert answer.headers["Location"] == "/contact/"
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


def test_the_choice_of_language_is_made_with_a_button_only(client, cast):
    page = client.get("/language/")
    assert page.status_code == 405
    assert page.headers["Allow"] == "POST"
    assert "<h1>" in page.content.decode()


def test_contact_names_each_region_s_address(client, cast):
    cast.programme()
    page = client.get("/contact/").content.decode()
    assert cast.sormland.sender_address in page


@pytest.mark.parametrize("signed_in", [False, True])
def test_what_does_not_exist_looks_the_same_wherever_it_was_looked_for(client, cast, signed_in):
    if signed_in:
        client.force_login(cast.tuva)
    one, other = client.get("/programmes/cohorts/999999/"), client.get("/no/such/page/at/all/here/")
    if signed_in:
        assert one.status_code == other.status_code == 404
        assert one.content == other.content
    else:
        assert other.status_code == 404
    assert "csrfmiddlewaretoken" not in other.content.decode()


def test_script_in_an_address_comes_back_as_nothing(client, cast):
    page = client.get("/<script>alert(1)</script>/", {"lang": '"><script>'})
    assert page.status_code == 404
    assert "<script>alert" not in page.content.decode()
    assert '"><script>' not in page.content.decode()


def test_a_form_that_is_too_old_is_refused_with_advice(cast):
    from django.test import Client

    page = Client(enforce_csrf_checks=True).post("/language/", {"language": "fi"})
    assert page.status_code == 403
    assert "<h1>" in page.content.decode()


def test_too_much_at_once_is_said_as_such(rf, cast):
    request = RequestFactory().post("/")
    request.user = cast.tuva
    request.resolver_match = None
    assert errors.bad_request(request, RequestDataTooBig()).status_code == 413
    assert errors.bad_request(request, ValueError()).status_code == 400


def failing(request):
    raise RuntimeError("the secret words of a fault")


def down(request):
    raise OperationalError("connection refused by 10.0.0.7")


urlpatterns = [path("failing/", failing), path("down/", down)]
handler500 = "home.views.errors.server_error"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address, status", [("/failing/", 500), ("/down/", 503)])
@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_a_fault_is_said_without_its_cause_and_with_a_number(client, cast, address, status, language):
    client.raise_request_exception = False
    client.cookies["theme"] = "dark"
    client.force_login(cast.tuva)
    page = client.get(address, {"lang": language})
    text = page.content.decode()
    assert page.status_code == status
    assert f'lang="{language}"' in text
    assert page.headers["X-Request-ID"] in text
    assert 'data-bs-theme="dark"' in text
    assert "secret" not in text
    assert "10.0.0.7" not in text


@pytest.mark.parametrize("template", ["500.html", "503.html"])
def test_pages_of_faults_need_no_database(template, django_db_blocker):
    from django.template.loader import render_to_string

    with django_db_blocker.block():
        assert "<h1>" in render_to_string(template, {"language": "sv", "theme": "", "request_id": "abc"})


def test_the_component_page_is_for_administrators(client, cast):
    assert client.get("/components/").status_code == 302
    client.force_login(cast.malin)
    assert client.get("/components/").status_code == 404
    client.force_login(cast.ada)
    page = client.get("/components/")
    assert page.status_code == 200
    assert "style=" not in page.content.decode()


def test_each_role_finds_its_own_way(client, cast):
    def menu(person):
        client.force_login(person)
        page = client.get("/accessibility/").content.decode()
        return set(re.findall(r'href="(/[^"]*)"', page))

    assert "/programmes/" in menu(cast.malin)
    assert "/operations/" not in menu(cast.malin)
    assert "/operations/" in menu(cast.ada)
    assert "/programmes/staff/" in menu(cast.stina)
    assert "/letters/" not in menu(cast.stina)
    assert "/programmes/staff/" not in menu(cast.tuva)


def test_the_theme_that_a_person_has_chosen_stands_on_the_page(client, cast):
    client.cookies["theme"] = "dark"
    assert 'data-bs-theme="dark"' in client.get("/contact/").content.decode()
    client.cookies["theme"] = '"><script>'
    assert "data-bs-theme" not in client.get("/contact/").content.decode()


def test_one_region_has_the_front_page_to_itself(client, cast):
    cast.programme()
    page = client.get("/").content.decode()
    assert "Introduktionsutbildning" in page
    assert f"<h1>{cast.sormland.name}" in page


def test_several_regions_stand_side_by_side(client, cast):
    cast.programme()
    cast.programme(region=cast.skaraborg)
    page = client.get("/").content.decode()
    assert cast.sormland.name in page
    assert cast.skaraborg.name in page


def test_what_is_not_published_is_not_on_the_front_page(client, cast):
    programme = cast.programme()
    programme.published = False
    programme.save()
    assert "Introduktionsutbildning" not in client.get("/").content.decode()


def test_the_front_page_asks_as_much_for_three_programmes_as_for_one(client, cast, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    cast.programme(region=cast.skaraborg)
    cast.programme()
    client.get("/")
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    cast.programme(slug="two")
    cast.programme(slug="three")
    with django_assert_num_queries(len(few)):
        client.get("/")
