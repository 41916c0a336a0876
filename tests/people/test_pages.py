"""The pages about people, organisations, roles and regions: who opens them, what they say, how much they ask."""

from datetime import date

import pytest
from django.urls import reverse

from people import actions
from people.models import Employment, Import, Organisation, Participation, Person, Region, RoleAssignment
from tests.cast import NOW, employment, organisation, person, role


def urls(cast):
    """Every page that is opened with GET, about Sörmland."""
    tuva, barn, region = cast.tuva, cast.barn, cast.sormland
    job = tuva.employments.get()
    held = cast.stina.roles.get()
    part = region.participations.first()
    closed = actions.add_closed_period(
        region=region, name="Jul", valid_from=date(2027, 12, 20), valid_to=date(2028, 1, 7), by=cast.malin, now=NOW
    )
    assert closed
    actions.replace_contact(organisation=barn, person=cast.stina, by=cast.malin, now=NOW)
    pages = ["persons", "new", "roles", "organisations", "organisation_new", "regions", "imports"]
    return [reverse(f"people:{name}") for name in pages] + [
        reverse(f"people:{name}", args=[key])
        for name, key in [
            ("person", tuva.pk),
            ("edit", tuva.pk),
            ("employ", tuva.pk),
            ("employment", job.pk),
            ("end_employment", job.pk),
            ("give_role", tuva.pk),
            ("end_role", held.pk),
            ("organisation", barn.pk),
            ("organisation_edit", barn.pk),
            ("organisation_rename", barn.pk),
            ("organisation_move", barn.pk),
            ("organisation_end", barn.pk),
            ("contact", barn.pk),
            ("contact_correct", barn.pk),
            ("region", region.pk),
            ("region_edit", region.pk),
            ("take_part", region.pk),
            ("end_participation", part.pk),
            ("closed_period", region.pk),
        ]
    ]


def test_every_page_opens_for_the_coordinator_in_three_languages(cast, sign_in):
    client = sign_in(cast.malin)
    for url in urls(cast):
        for language in ("sv", "fi", "en"):
            answer = client.get(url, {"lang": language} if "?" not in url else {})
            assert answer.status_code == 200, url


@pytest.mark.parametrize("who", ["vera", "lars", "stina", "tuva", "outsider"])
def test_to_others_there_are_no_such_pages(cast, sign_in, who):
    pages = urls(cast)
    client = sign_in(getattr(cast, who))
    shared = set(map(reverse, [f"people:{name}" for name in (
        "persons", "new", "roles", "organisations", "organisation_new", "regions", "imports")]))  # fmt: skip
    for url in pages:
        expected = 200 if who == "vera" and url in shared else 404
        assert client.get(url).status_code == expected, url


def test_who_has_not_signed_in_is_sent_to_sign_in(cast, client):
    for url in urls(cast):
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/login/")


# ---------- The list of people ----------


def listed(client, **query):
    answer = client.get("/people/", query)
    return answer, [row.name for row in answer.context["page"]]


def test_the_list_holds_the_region_in_swedish_order_and_nobody_else(cast, sign_in):
    for name in ("Örjan Öst", "Åsa Alm", "Ärla Ek", "Zäta Zon"):
        person(name, region=cast.sormland)
    answer, names = listed(sign_in(cast.malin))
    assert [name for name in names if name[0] in "ÖÅÄZ"] == ["Zäta Zon", "Åsa Alm", "Ärla Ek", "Örjan Öst"]
    assert "Selma Åkervall" not in names
    assert "Olle Utanför" not in names
    assert "Ada Lindqvist" not in answer.content.decode()


def test_a_search_needs_three_letters_and_knows_case_and_composition(cast, sign_in):
    client = sign_in(cast.malin)
    assert listed(client, q="ÅKESS")[1] == ["Petra Åkesson"]
    assert listed(client, q="a\u030akess")[1] == ["Petra Åkesson"]
    assert listed(client, q="petra@nyk")[1] == ["Petra Åkesson"]
    answer, names = listed(client, q="Pe")
    assert answer.status_code == 422
    assert names == []
    assert listed(client, q="ingenalls")[1] == []
    person("Sinéad O'Brien", region=cast.sormland)
    assert listed(client, q="O'Brien")[1] == ["Sinéad O'Brien"]


@pytest.mark.parametrize(
    "query",
    [
        {"page": "-1"},
        {"page": "99999999999999999999"},
        {"page": "x"},
        {"organisation": "99999999999999999999"},
        {"organisation": "x"},
        {"role": "emperor"},
        {"q": "a\x00bc"},
        {"q": "%%%"},
        {"q": "x" * 100_000},
        {"sort": "password"},
    ],
)
def test_odd_queries_are_never_an_error_of_ours(cast, sign_in, query):
    assert sign_in(cast.malin).get("/people/", query).status_code in (200, 422)


def test_filters_narrow_the_list(cast, sign_in):
    client = sign_in(cast.malin)
    assert set(listed(client, organisation=cast.nykoping.pk)[1]) == {"Petra Åkesson", "Yasmin Haddadi"}
    assert listed(client, role="director")[1] == ["Lars Fors"]
    foreign = client.get("/people/", {"organisation": cast.lidkoping.pk})
    assert foreign.status_code == 422


def test_a_protected_name_is_neither_shown_nor_found_by_those_who_may_not_read_it(cast, sign_in):
    Person.objects.filter(pk=cast.tuva.pk).update(protected=True)
    client = sign_in(cast.ada)
    answer, _names = listed(client)
    code = Person.objects.get(pk=cast.tuva.pk).substitute_code
    assert "Ljungdahl" not in answer.content.decode()
    assert code in answer.content.decode()
    assert listed(client, q="Ljungdahl")[1] == []
    assert listed(client, q="tuva@esk")[1] == []
    assert len(listed(client, q=code)[1]) == 1
    page = client.get(f"/people/{cast.tuva.pk}/").content.decode()
    assert "Ljungdahl" not in page
    assert "tuva@eskilstuna.example" not in page
    assert client.get(f"/people/{cast.tuva.pk}/edit/").status_code == 403
    assert listed(sign_in(cast.malin), q="Ljungdahl")[1] == ["Tuva Ljungdahl"]


def count_queries(client, url):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(url)
    with CaptureQueriesContext(connection, ) as caught:  # fmt: skip
        assert client.get(url).status_code == 200
    return [
        query["sql"] for query in caught if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]


@pytest.mark.parametrize("path", ["/people/", "/people/roles/", "/people/organisations/", "/people/regions/"])
def test_the_lists_ask_the_same_however_long_they_are(cast, sign_in, path):
    def add(n):
        for number in range(n):
            unit = organisation(f"Enhet {path[-4:-1]} {number}", "unit", cast.flen)
            who = person(
                f"Nya {number} {path}", f"ny{number}@{path.strip('/').replace('/', '-')}.example", cast.sormland
            )
            employment(who, unit)
            role(who, "manager", organisation=unit)
            extra = Region.objects.create(
                slug=f"r{number}", name=f"R{number}", country="SE", sender_name="x", sender_address="a@b.example"
            )
            Participation.objects.create(region=extra, organisation=unit, valid_from=date(2020, 1, 1))

    client = sign_in(cast.ada)
    add(1)
    one = count_queries(client, path)
    for thing in (RoleAssignment, Employment):
        thing.objects.filter(person__name__startswith="Nya").delete()
    Person.objects.filter(name__startswith="Nya").delete()
    Region.objects.filter(slug__startswith="r0").delete()
    Organisation.objects.filter(name__startswith="Enhet").delete()
    add(3)
    three = count_queries(client, path)
    assert len(one) == len(three)


def test_the_coordinators_list_asks_ten_questions_at_most(cast, sign_in):
    queries = count_queries(sign_in(cast.malin), "/people/")
    reads = [sql for sql in queries if sql.startswith("SELECT")]
    assert len(reads) <= 10, "\n".join(sql[:150] for sql in reads)


# ---------- One person ----------


def form_of(**facts):
    return {"name": "Nils Ny", "email": "nils@flen.example", "language": "sv", "form": "permanent", **facts}


def test_a_person_is_added_with_where_she_works(cast, sign_in):
    client = sign_in(cast.malin)
    answer = client.post(
        "/people/new/",
        form_of(unit=cast.barn.pk, since="1.3.2027", region=cast.sormland.pk, job_title="Socialsekreterare"),
    )
    nils = Person.objects.get(email="nils@flen.example")
    assert answer["Location"] == f"/people/{nils.pk}/"
    assert nils.employments.get().valid_from == date(2027, 3, 1)
    # A double click finds the person and the employment there.
    assert client.post("/people/new/", form_of(unit=cast.barn.pk, since="1.3.2027")).status_code == 200
    assert Person.objects.filter(name="Nils Ny").count() == 1


def test_a_near_duplicate_is_pointed_out_before_anything_is_saved(cast, sign_in):
    client = sign_in(cast.malin)
    facts = form_of(name="tuva LJUNGDAHL", email="tuva.ny@eskilstuna.example", unit=cast.barn.pk, since="1.3.2027")
    answer = client.post("/people/new/", facts)
    assert answer.context["near"] == [cast.tuva]
    assert not Person.objects.filter(email="tuva.ny@eskilstuna.example").exists()
    assert 'name="really_new" value="on"' in answer.content.decode()
    assert client.post("/people/new/", {**facts, "really_new": "on"}).status_code == 302
    assert Person.objects.filter(email="tuva.ny@eskilstuna.example").exists()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"since": "31.11.2026"}, "since"),
        ({"since": "29.2.2027"}, "since"),
        ({"since": "1.1.0001"}, "since"),
        ({"since": ""}, "since"),
        ({"email": "inte en adress"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "bad\x07name"}, "name"),
        ({"phone": "ring mig"}, "phone"),
        ({"unit": "999999"}, "unit"),
    ],
)
def test_bad_input_comes_back_with_a_sentence_and_what_was_typed(cast, sign_in, facts, field):
    answer = sign_in(cast.malin).post("/people/new/", form_of(**{"unit": cast.barn.pk, "since": "1.3.2027", **facts}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    if field != "name":
        assert 'value="Nils Ny"' in answer.content.decode()


def test_a_unit_of_another_region_cannot_be_chosen(cast, sign_in):
    answer = sign_in(cast.malin).post("/people/new/", form_of(unit=cast.lid_barn.pk, since="1.3.2027"))
    assert answer.status_code == 422
    assert not Person.objects.filter(name="Nils Ny").exists()


def test_fields_that_are_not_asked_for_change_nothing(cast, sign_in):
    client = sign_in(cast.malin)
    client.post(
        f"/people/{cast.tuva.pk}/edit/",
        {
            "name": "Tuva Ljung",
            "language": "sv",
            "is_active": "",
            "email": "stulen@x.example",
            "home_region": cast.skaraborg.pk,
        },
    )
    tuva = Person.objects.get(pk=cast.tuva.pk)
    assert (tuva.is_active, tuva.email, tuva.home_region) == (True, "tuva@eskilstuna.example", cast.sormland)
    client.post("/people/me/", {"name": "Malin E", "language": "fi", "theme": "dark", "role": "administrator"})
    malin = Person.objects.get(pk=cast.malin.pk)
    assert (malin.name, malin.language, malin.theme) == ("Malin E", "fi", "dark")
    assert not malin.reach.administrator


def test_an_account_is_closed_by_an_administrator_only(cast, sign_in):
    assert sign_in(cast.malin).post(f"/people/{cast.tuva.pk}/close/").status_code == 404
    assert sign_in(cast.ada).get(f"/people/{cast.tuva.pk}/close/").status_code == 200
    assert Person.objects.get(pk=cast.tuva.pk).is_active
    sign_in(cast.ada).post(f"/people/{cast.tuva.pk}/close/")
    assert not Person.objects.get(pk=cast.tuva.pk).is_active
    sign_in(cast.ada).post(f"/people/{cast.tuva.pk}/open/")
    assert Person.objects.get(pk=cast.tuva.pk).is_active
    assert sign_in(cast.ada).post(f"/people/{cast.ada.pk}/close/").status_code == 409


def test_an_employment_is_corrected_and_ended_and_overlaps_are_refused_in_the_page(cast, sign_in):
    client = sign_in(cast.malin)
    job = cast.tuva.employments.get()
    again = client.post(f"/people/{cast.tuva.pk}/employments/new/", {
        "unit": cast.barn.pk, "form": "permanent", "valid_from": "1.1.2027"})  # fmt: skip
    assert again.status_code == 422
    assert "arbetar redan" in again.content.decode() or "already works" in again.content.decode()
    client.post(f"/people/employments/{job.pk}/end/", {"last_day": "31.3.2027"})
    job.refresh_from_db()
    assert job.valid_to == date(2027, 3, 31)
    assert client.get(f"/people/employments/{cast.selma.employments.get().pk}/").status_code == 404


# ---------- Roles ----------


def test_a_coordinator_gives_a_managers_role_and_no_higher_one(cast, sign_in):
    client = sign_in(cast.malin)
    url = f"/people/{cast.tuva.pk}/roles/new/"
    assert client.post(url, {"role": "administrator", "valid_from": "16.4.2027"}).status_code == 422
    assert (
        client.post(url, {"role": "manager", "organisation": cast.lid_barn.pk, "valid_from": "16.4.2027"}).status_code
        == 422
    )
    assert (
        client.post(url, {"role": "manager", "organisation": cast.barn.pk, "valid_from": "16.4.2027"}).status_code
        == 302
    )
    assert cast.tuva.roles.get().given_by == cast.malin


def test_nobody_ends_her_own_role_in_the_page(cast, sign_in):
    answer = sign_in(cast.ada).post(f"/people/roles/{cast.ada.roles.get().pk}/end/", {"last_day": "16.4.2027"})
    assert answer.status_code == 422
    assert RoleAssignment.objects.get(person=cast.ada).valid_to is None
    assert sign_in(cast.ada).get("/people/roles/").context["page"].object_list


# ---------- Organisations and regions ----------


def test_a_unit_is_added_renamed_moved_and_ended(cast, sign_in):
    client = sign_in(cast.malin)
    facts = {"name_sv": "Familjerätt", "country": "SE", "kind": "unit", "parent": cast.flen.pk}
    client.post("/people/organisations/new/", {**facts, "valid_from": "1.1.2027"})
    unit = Organisation.objects.get(name_sv="Familjerätt")
    client.post(
        f"/people/organisations/{unit.pk}/rename/", {"name_sv": "Familj", "name_fi": "Perhe", "day": "1.4.2027"}
    )
    new = unit.successors.get()
    assert new.name_fi == "Perhe"
    client.post(f"/people/organisations/{new.pk}/move/", {"parent": cast.nykoping.pk, "day": "10.4.2027"})
    moved = new.successors.get()
    assert moved.parent == cast.nykoping
    client.post(f"/people/organisations/{moved.pk}/end/", {"last_day": "16.4.2027"})
    moved.refresh_from_db()
    assert moved.valid_to == date(2027, 4, 16)
    assert (
        client.get(f"/people/organisations/{unit.pk}/").status_code == 404
        or client.get(f"/people/organisations/{unit.pk}/").status_code == 200
    )


def test_a_coordinator_changes_no_employer(cast, sign_in):
    client = sign_in(cast.malin)
    assert client.get(f"/people/organisations/{cast.flen.pk}/").status_code == 200
    assert client.get(f"/people/organisations/{cast.flen.pk}/edit/").status_code == 403
    assert client.get(f"/people/organisations/{cast.lidkoping.pk}/edit/").status_code == 404
    answer = client.post("/people/organisations/new/", {
        "name_sv": "Trosa", "country": "SE", "kind": "municipality", "valid_from": "1.1.2027"})  # fmt: skip
    assert answer.status_code == 422
    assert sign_in(cast.ada).get(f"/people/organisations/{cast.flen.pk}/edit/").status_code == 200


def test_kinds_follow_the_country_in_the_form(cast, sign_in):
    answer = sign_in(cast.ada).post("/people/organisations/new/", {
        "name_sv": "X", "country": "SE", "kind": "wellbeing_county", "valid_from": "1.1.2027"})  # fmt: skip
    assert "kind" in answer.context["form"].errors


def test_the_contact_is_somebody_in_the_region(cast, sign_in):
    client = sign_in(cast.malin)
    url = f"/people/organisations/{cast.flen.pk}/contact/"
    assert client.post(url, {"email": "selma@lidkoping.example"}).status_code == 422
    assert client.post(url, {"email": "TUVA@eskilstuna.example"}).status_code == 302
    cast.flen.refresh_from_db()
    assert cast.flen.contact == cast.tuva


def test_a_region_is_made_and_changed(cast, sign_in):
    facts = {
        "name_sv": "Norra", "slug": "norra", "country": "SE", "languages": ["sv"], "time_zone": "Europe/Stockholm",
        "sender_name": "Helmi Norra", "sender_address": "norra@helmi.example", "parts": ["course"],
    }  # fmt: skip
    client = sign_in(cast.ada)
    assert "slug" in client.post("/people/regions/new/", {**facts, "slug": "people"}).context["form"].errors
    assert client.post("/people/regions/new/", facts).status_code == 302
    region = Region.objects.get(slug="norra")
    client.post(f"/people/regions/{region.pk}/organisations/new/", {
        "organisation": cast.flen.pk, "valid_from": "1.1.2027"})  # fmt: skip
    assert region.organisations.get() == cast.flen
    malin = sign_in(cast.malin)
    assert malin.post("/people/regions/new/", {**facts, "slug": "sodra"}).status_code == 404
    assert malin.get(f"/people/regions/{region.pk}/").status_code == 404
    malin.post(f"/people/regions/{cast.sormland.pk}/edit/", {**facts, "slug": "stulen", "name_sv": "Sörmland"})
    assert Region.objects.get(pk=cast.sormland.pk).slug == "sormland"


def test_a_closed_period_is_taken_away_with_post_only(cast, sign_in):
    client = sign_in(cast.malin)
    client.post(f"/people/regions/{cast.sormland.pk}/closed/new/", {
        "name": "Jul", "valid_from": "20.12.2027", "valid_to": "7.1.2028"})  # fmt: skip
    period = cast.sormland.closed_periods.get()
    assert client.get(f"/people/closed/{period.pk}/remove/").status_code == 405
    assert sign_in(cast.vera).post(f"/people/closed/{period.pk}/remove/").status_code == 404
    assert sign_in(cast.malin).post(f"/people/closed/{period.pk}/remove/").status_code == 302
    assert not Import.objects.exists()
