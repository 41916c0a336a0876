"""A stranger applies: three steps, check, send, receipt; drafts, bad input, double clicks, and what stays secret."""

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.test import Client

from audit.actions import record
from base.clock import now
from base.models import Draft
from outbox import kinds
from outbox.models import Letter
from people.models import Employment, Person
from programmes.actions import applications, approvals
from programmes.models import Approval, Cohort, Enrolment
from programmes.rules.applications import flags_for

WINDOW = {"opens_on": date(2027, 4, 1), "closes_on": date(2027, 5, 14), "last_entry_on": date(2027, 9, 1)}
DAYS = (date(2027, 9, 7), date(2027, 10, 5))
ABOUT = {"name": "Saga O'Brien Åström", "email": "saga@nykoping.example", "phone": "070-174 06 32", "language": "sv"}


@pytest.fixture
def open_round(cast):
    return cast.cohort(state="open", days=DAYS, **WINDOW)


@pytest.fixture
def work(cast):
    return {
        "organisation": cast.nykoping.pk,
        "unit": cast.nyk_barn.pk,
        "employed_since": "mars 2027",
        "degree": "Socionomexamen 2026",
        "exercises_authority": "yes",
        "manager_address": "petra@nykoping.example",
    }


START = "/sormland/introduktion/12/apply/"


def steps(client, work, about=ABOUT):
    """Up to the check page; gives its address."""
    answer = client.post(START, about)
    assert answer.status_code == 302, answer.context["form"].errors
    answer = client.post(answer.url, work)
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer.url.endswith("/check/")
    return answer.url


def apply(client, work, about=ABOUT):
    """The whole way; gives the address of the receipt."""
    return client.post(steps(client, work, about)).url


def mail_of(letter):
    """A letter as its reader gets it."""
    from django.utils import translation

    with translation.override(letter.language):
        return kinds.find(letter.kind).build(letter)


# ---------- The way through ----------


def test_three_steps_and_a_receipt_without_an_account(open_round, work, client):
    check = steps(client, work)
    shown = client.get(check).content.decode()
    assert "Saga O&#x27;Brien Åström" in shown
    assert "mars 2027" in shown
    assert not Enrolment.objects.exists()
    receipt = client.get(client.post(check).url)
    enrolment = Enrolment.objects.get()
    assert enrolment.code in receipt.content.decode()
    assert (enrolment.person.name, enrolment.person.email) == (ABOUT["name"], ABOUT["email"])
    assert enrolment.employed_since == date(2027, 3, 1)
    assert enrolment.exercises_authority is True
    assert (enrolment.programme_side, enrolment.employer_side) == ("applied", "asked")
    assert {letter.kind for letter in Letter.objects.all()} == {
        "programmes.application_received",
        "programmes.approval_asked",
    }


def test_ten_fields_nine_required(open_round, work, client):
    about = client.get(START).context["form"]
    work_form = client.get(client.post(START, ABOUT).url).context["form"]
    fields = [*about.fields.values(), *(field for name, field in work_form.fields.items() if name != "typed_unit")]
    assert (len(fields), sum(field.required for field in fields)) == (10, 9)


def test_the_whole_way_costs_few_requests_and_queries(open_round, work, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        client.get("/sormland/introduktion/")
        client.get(START)
        second = client.post(START, ABOUT).url
        client.get(second)
        third = client.post(second, work).url
        client.get(third)
        assert client.get(client.post(third).url).status_code == 200


def test_a_step_knows_at_once_what_a_deed_has_changed(open_round, client):
    link = client.post(START, ABOUT).url
    assert "form" in client.get(link).context
    Cohort.objects.filter(pk=open_round.pk).update(closes_on=date(2027, 4, 15))
    record("cohort.changed", by=None, about=open_round, now=now())
    assert "form" not in (closed := client.get(link)).context
    assert closed.context["reason"]


def test_the_receipt_stays_and_the_letter_carries_the_days(open_round, work, client, at):
    receipt = apply(client, work)
    mail = mail_of(Letter.objects.get(kind="programmes.application_received"))
    assert "SUMMARY" in mail.attachments[0][1].decode()
    assert "7 sep" in mail.text
    at("2027-08-01 10:00")
    assert Client().get(receipt).status_code == 200


def test_the_letter_speaks_the_applicants_language(open_round, work, client):
    apply(client, work, ABOUT | {"language": "fi"})
    letter = Letter.objects.get(kind="programmes.application_received")
    assert letter.language == "fi"
    assert "ilmoittautumi" in mail_of(letter).text.lower()


def test_a_unit_that_is_not_in_the_list_is_kept_as_typed(cast, open_round, work, client):
    apply(client, work | {"unit": "other", "typed_unit": "Familjehemsgruppen"})
    enrolment = Enrolment.objects.get()
    assert (enrolment.typed_unit, enrolment.unit) == ("Familjehemsgruppen", cast.nykoping)


def test_change_on_the_check_page_returns_there(open_round, work, client):
    check = steps(client, work)
    answer = client.post(check.replace("/check/", "/about/"), ABOUT | {"name": "Saga"})
    assert answer.url == check
    assert "Saga</dd>" in client.get(check).content.decode()


# ---------- Bad input ----------


@pytest.mark.parametrize(
    "field,value",
    [
        ("email", "saga"),
        ("email", "a@b\r\nBcc: x@y.example"),
        ("name", ""),
        ("name", "S" * 201),
        ("name", "Saga 19900101-1234"),
        ("phone", "ring mig"),
        ("language", "xx"),
    ],
)
def test_what_is_wrong_in_step_1_is_shown_and_nothing_is_lost(open_round, client, field, value):
    answer = client.post(START, ABOUT | {field: value})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "errsum" in page
    assert field in answer.context["form"].errors
    assert "070-174 06 32" in page or field == "phone"
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "name", ["O", "Å", "O'Brien", "Åström", "李", "Saga 🌊", "S" * 200, "=HYPERLINK(1)", "<b>Saga</b>"]
)
def test_any_name_is_a_name(open_round, work, client, name):
    apply(client, work, ABOUT | {"name": name})
    assert Enrolment.objects.get().person.name == name


@pytest.mark.parametrize(
    "field,value",
    [
        ("employed_since", "31 november 2027"),
        ("employed_since", "13.2027"),
        ("employed_since", "0001-01"),
        ("employed_since", "juni 2031"),
        ("unit", "999999"),
        ("organisation", "x"),
        ("manager_address", "chefen"),
        ("manager_address", "SAGA@nykoping.example"),
        ("exercises_authority", ""),
        ("degree", ""),
    ],
)
def test_what_is_wrong_in_step_2_is_shown_and_nothing_is_lost(open_round, work, client, field, value):
    second = client.post(START, ABOUT).url
    answer = client.post(second, work | {field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    if field != "degree":
        assert "Socionomexamen 2026" in answer.content.decode()


def test_a_unit_of_another_municipality_is_pointed_out(cast, open_round, work, client):
    second = client.post(START, ABOUT).url
    answer = client.post(second, work | {"unit": cast.barn.pk})
    assert "Nyköping" in answer.context["form"].errors["unit"][0]


def test_fields_of_ours_that_are_not_in_the_form_change_nothing(open_round, work, client):
    extra = {"employer_side": "approved", "counts_for_funder": "0", "is_guest": "1", "protected": "1"}
    apply(client, work | extra, ABOUT | extra)
    enrolment = Enrolment.objects.get()
    assert (enrolment.employer_side, enrolment.counts_for_funder, enrolment.person.protected) == ("asked", True, False)


# ---------- Drafts ----------


def test_a_draft_survives_leaving_and_this_browser_finds_it(open_round, client):
    second = client.post(START, ABOUT).url
    back = client.get(START)
    assert back.url == second
    assert "saga@nykoping.example" in client.get(second.replace("/work/", "/about/")).content.decode()
    assert Client().get(START).status_code == 200


def test_the_link_opens_the_draft_in_another_browser_and_nothing_else_does(open_round, client):
    second = client.post(START, ABOUT).url
    elsewhere = Client()
    assert elsewhere.get(second).status_code == 200
    token = second.split("/")[-3]
    altered = second.replace(token, token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert elsewhere.get(altered).status_code == 404
    assert "sormland/introduktion/12/apply/" in elsewhere.get(altered).content.decode()


def test_save_and_continue_later_mails_the_link_and_shows_it(open_round, client):
    shown = client.post(START, {**ABOUT, "name": "", "later": "yes"}, follow=True)
    page = shown.content.decode()
    letter = Letter.objects.get()
    assert (letter.kind, letter.address) == ("programmes.application_draft", "saga@nykoping.example")
    mail = mail_of(letter)
    assert mail.secrets[0] in mail.text
    assert mail.secrets[0] not in str(letter.facts)
    link = next(word for word in mail.text.split() if word.startswith("http"))
    assert "070-174 06 32" in Client().get(urlsplit(link).path).content.decode()
    assert "saga@nykoping.example" in page


def test_a_draft_without_an_address_is_kept_and_mails_nothing(open_round, client):
    assert client.post(START, {"name": "Saga", "later": "yes"}, follow=True).status_code == 200
    assert (Draft.objects.count(), Letter.objects.count()) == (1, 0)


def test_after_30_days_the_draft_is_gone_and_the_page_says_so(open_round, client, at):
    second = client.post(START, ABOUT).url
    at("2027-05-20 09:00")
    answer = client.get(second)
    assert answer.status_code == 410
    assert "30" in answer.content.decode()


def test_begin_anew_throws_the_draft_away(open_round, client):
    second = client.post(START, ABOUT).url
    client.post(second.replace("/work/", "/drop/"))
    assert not Draft.objects.exists()
    assert client.get(START).status_code == 200


def test_nothing_that_was_typed_stays_in_a_sent_draft(open_round, work, client):
    apply(client, work)
    assert "saga" not in str(Draft.objects.get().data).lower()


# ---------- Once ----------


def test_two_presses_and_going_back_give_one_enrolment_and_one_receipt(open_round, work, client):
    check = steps(client, work)
    first = client.get(client.post(check).url).context["code"]
    second = client.get(client.post(check).url).context["code"]
    third = client.post(check.replace("/check/", "/work/"), work, follow=True).context["code"]
    assert first == second == third
    assert (Enrolment.objects.count(), Letter.objects.count()) == (1, 2)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_ten_presses_at_once_give_one_enrolment():
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from tests.cast import make_cast

    cast = make_cast()
    today = now().date()
    window = {"opens_on": today - timedelta(days=1), "closes_on": today + timedelta(days=9), "last_entry_on": None}
    cast.cohort(state="open", days=DAYS, **window)
    work = {
        "organisation": cast.nykoping.pk,
        "unit": cast.nyk_barn.pk,
        "employed_since": "mars 2020",
        "degree": "Socionom",
        "exercises_authority": "yes",
        "manager_address": "petra@nykoping.example",
    }
    check = steps(Client(), work)

    def press(_n):
        try:
            browser = Client()
            return browser.get(browser.post(check).url).context["code"]
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        codes = set(pool.map(press, range(10)))
    assert len(codes) == 1
    assert (Enrolment.objects.count(), Approval.objects.count()) == (1, 1)


# ---------- Who has applied stays secret ----------


def anonymous(page, code):
    """A page without what must differ: its number and its tokens."""
    import re

    text = page.content.decode().replace(code, "NUMBER")
    return re.sub(r"receipt/[^/\"]+/|lang=\w\w|csrfmiddlewaretoken\" value=\"\w+|X-CSRFToken\": \"\w+", "", text)


def test_applying_again_with_a_known_address_looks_the_same_and_tells_the_owner(cast, open_round, work, client):
    first = client.get(apply(client, work))
    other = Client()
    second = other.get(apply(other, work, ABOUT | {"name": "Någon Annan", "email": "SAGA@nykoping.example"}))
    assert anonymous(first, first.context["code"]) == anonymous(second, second.context["code"])
    assert first.context["code"] != second.context["code"]
    assert Enrolment.objects.count() == 1
    assert Person.objects.get(email="saga@nykoping.example").name == ABOUT["name"]
    letter = Letter.objects.get(kind="programmes.application_again")
    assert letter.person.email == "saga@nykoping.example"
    assert first.context["code"] in mail_of(letter).text


def test_withdrawing_from_either_receipt_looks_the_same(open_round, work, client):
    first, other = apply(client, work), Client()
    second = apply(other, work)
    fake = other.post(f"{second}withdraw/")
    assert Enrolment.objects.get().programme_side == "applied"
    real = client.post(f"{first}withdraw/")
    assert Enrolment.objects.get().programme_side == "withdrawn"
    assert anonymous(real, real.context["code"]) == anonymous(fake, fake.context["code"])


def test_what_a_stranger_types_changes_no_fact_of_an_existing_person(cast, open_round, work, client):
    before = Person.objects.filter(pk=cast.yasmin.pk).values().get()
    apply(client, work, {"name": "Fel", "email": "YASMIN@nykoping.example", "phone": "000000", "language": "en"})
    assert Person.objects.filter(pk=cast.yasmin.pk).values().get() == before
    assert Enrolment.objects.get().person == cast.yasmin
    assert Employment.objects.filter(person=cast.yasmin).count() == 1


# ---------- The window ----------


@pytest.mark.parametrize(
    "moment,words", [("2027-03-31 23:59", "1 april"), ("2027-05-15 00:00", "14 maj"), ("2027-06-01 12:00", "14 maj")]
)
def test_outside_the_window_the_page_says_when(open_round, client, at, moment, words):
    at(moment)
    client.cookies["language"] = "sv"
    answer = client.get(START)
    assert words in answer.content.decode()
    assert "<input" not in answer.content.decode().split("<main", 1)[1]
    assert client.post(START, ABOUT).status_code == 409


def test_the_last_minute_counts_and_the_minute_after_does_not(open_round, work, client, at):
    at("2027-05-14 23:59")
    check = steps(client, work)
    at("2027-05-15 00:00")
    answer = client.post(check)
    assert answer.status_code == 409
    assert not Enrolment.objects.exists()
    at("2027-05-14 23:59:30")
    assert client.post(check).status_code == 302


def test_a_draft_round_and_another_regions_round_do_not_exist(cast, client):
    cast.cohort(state="draft", days=DAYS, **WINDOW)
    for address in (
        START,
        "/skaraborg/introduktion/12/apply/",
        "/sormland/annat/12/apply/",
        "/sormland/introduktion/99/apply/",
    ):
        assert client.get(address).status_code == 404


# ---------- Withdrawing and the owner's page ----------


@pytest.fixture
def applied(cast, open_round):
    return applications.apply(
        cohort=open_round,
        name="Saga Åström",
        email="saga@nykoping.example",
        language="sv",
        organisation=cast.nykoping,
        unit=cast.nyk_barn,
        manager_address="petra@nykoping.example",
        employed_since=date(2027, 3, 1),
        degree="Socionom",
        exercises_authority=True,
        by=None,
        now=now(),
    )


def own_path(letter):
    mail = mail_of(letter)
    return f"/s/{mail.secrets[0]}/"


def test_the_link_in_the_letter_shows_the_state_and_withdraws_once(applied, client):
    path = own_path(Letter.objects.get(kind="programmes.application_received"))
    assert applied.code in client.get(path).content.decode()
    client.get(f"{path}withdraw/")
    assert Enrolment.objects.get().programme_side == "applied"
    client.post(f"{path}withdraw/")
    client.post(f"{path}withdraw/")
    assert Enrolment.objects.get().programme_side == "withdrawn"
    assert Letter.objects.filter(kind="programmes.application_withdrawn").count() == 1
    assert mail_of(Letter.objects.get(kind="programmes.approval_asked")) is None


def test_after_the_deadline_the_link_does_not_withdraw(applied, client, at):
    path = own_path(Letter.objects.get(kind="programmes.application_received"))
    at("2027-05-15 08:00")
    assert client.post(f"{path}withdraw/").status_code == 409
    assert Enrolment.objects.get().programme_side == "applied"


def test_altered_and_foreign_links_open_nothing(applied, client):
    path = own_path(Letter.objects.get(kind="programmes.application_received"))
    token = path.split("/")[2]
    other_purpose = signing.dumps({"e": applied.pk}, salt="helmi.receipt")
    for wrong in (token[:-1] + ("x" if token[-1] != "x" else "y"), other_purpose, "x"):
        assert client.get(f"/s/{wrong}/").status_code == 404
        assert client.post(f"/s/{wrong}/withdraw/").status_code == 404


def test_someone_who_withdrew_can_apply_again(applied, work, client):
    applications.withdraw(enrolment=applied, by=applied.person, now=now())
    apply(client, work)
    assert sorted(Enrolment.objects.values_list("programme_side", flat=True)) == ["applied", "withdrawn"]


def test_one_sees_ones_own_application_and_nobody_elses(cast, applied, sign_in):
    address = f"/programmes/my/applications/{applied.pk}/"
    assert sign_in(applied.person).get(address).status_code == 200
    for stranger in (cast.outsider, cast.tuva, cast.petra, cast.malin):
        assert sign_in(stranger).get(address).status_code == 404
        assert sign_in(stranger).post(f"{address}withdraw/").status_code == 404


# ---------- What it counts for ----------


def test_an_agency_worker_may_attend_and_does_not_count():
    flags = flags_for(form="agency", partner=True)
    assert (flags.may_attend, flags.counts_for_funder, flags.counts_reason) == (True, False, "not_partner")
    assert flags_for(form="permanent", partner=True).counts_for_funder
    assert not flags_for(form="permanent", partner=False).counts_for_funder


def test_two_weeks_before_the_start_the_coordinator_hears_who_has_no_address(cast, open_round, at):
    someone = cast.enrolment(open_round, cast.yasmin, side="applied")
    someone.person.email = None
    someone.person.save()
    at("2027-08-23 10:00")
    assert applications.remind_of_missing_contacts(now()) == 0
    at("2027-08-24 10:00")
    applications.remind_of_missing_contacts(now())
    applications.remind_of_missing_contacts(now())
    letter = Letter.objects.get()
    assert letter.person == cast.malin
    assert "Yasmin Haddadi" in mail_of(letter).text


def test_after_a_yes_that_cannot_be_undone_the_applicant_belongs_to_the_unit(cast, applied, at):
    question = Approval.objects.get()
    approvals.answer(approval=question, answer="yes", way="link", by=None, now=now())
    applications.settle_approved(now())
    assert not Employment.objects.filter(person=applied.person).exists()
    later = now() + timedelta(minutes=3)
    assert applications.settle_approved(later) == 1
    assert applications.settle_approved(later) == 0
    assert Employment.objects.get(person=applied.person).unit == cast.nyk_barn


# ---------- The public pages ----------


@pytest.mark.parametrize("count", [1, 3])
def test_the_public_pages_cost_few_queries(cast, client, django_assert_max_num_queries, count):
    for number in range(count):
        cast.cohort(number=12 + number, state="open", days=DAYS, **WINDOW)
    with django_assert_max_num_queries(5):
        assert client.get("/sormland/introduktion/").status_code == 200
    with django_assert_max_num_queries(5):
        assert client.get("/sormland/").status_code == 200


def test_a_stranger_reads_what_the_last_one_read_until_something_is_done_or_the_minute_ends(
    cast, open_round, client, at, django_assert_num_queries
):
    from audit.actions import record

    at("2027-05-10 10:00:05")
    first = client.get("/sormland/introduktion/")
    assert "/12/apply/" in first.content.decode()
    with django_assert_num_queries(1):
        assert client.get("/sormland/introduktion/").content == first.content
    assert 'lang="fi"' in client.get("/sormland/introduktion/?lang=fi").content.decode()[:200]
    client.cookies.clear()
    type(open_round).objects.filter(pk=open_round.pk).update(state="selection")
    assert "/12/apply/" in client.get("/sormland/introduktion/").content.decode()
    record("round_closed", by=cast.malin, about=open_round, now=now())
    assert "/12/apply/" not in client.get("/sormland/introduktion/").content.decode()
    type(open_round).objects.filter(pk=open_round.pk).update(state="open")
    at("2027-05-10 10:01")
    assert "/12/apply/" in client.get("/sormland/introduktion/").content.decode()


def test_who_has_signed_in_reads_no_page_that_was_made_for_a_stranger(cast, open_round, client, sign_in):
    stranger = client.get("/sormland/introduktion/").content.decode()
    assert cast.malin.name in sign_in(cast.malin).get("/sormland/introduktion/?lang=sv").content.decode()
    client.logout()
    assert client.get("/sormland/introduktion/").content.decode() == stranger
    assert 'class="me"' not in stranger


def test_the_programme_page_tells_days_hosts_and_funder_in_the_readers_language(cast, open_round, client):
    from programmes.models import Funder

    programme = open_round.programme
    programme.funder = Funder.objects.create(
        region=programme.region,
        name="ESF+",
        statement_sv="Medfinansieras av Europeiska unionen",
        statement_fi="Euroopan unionin osarahoittama",
        emblem_name="eu",
    )
    programme.save()
    page = client.get("/sormland/introduktion/?lang=fi").content.decode()
    assert "Euroopan unionin osarahoittama" in page
    assert "eu.svg" in page
    assert "Eskilstuna" in page


@pytest.mark.parametrize("state", ["selection", "running", "finished"])
def test_a_closed_round_says_so_and_offers_no_button(cast, client, state):
    cast.cohort(state=state, days=DAYS, **WINDOW)
    page = client.get("/sormland/introduktion/").content.decode()
    assert "/12/apply/" not in page


def test_the_calendar_file_is_public_and_holds_no_links_into_the_days(cast, open_round, client):
    event = open_round.days.first().event
    event.remote_link = "https://meet.example/secret"
    event.save()
    answer = client.get("/sormland/introduktion/12/days.ics")
    assert answer.content.decode().count("BEGIN:VEVENT") == 2
    assert b"secret" not in answer.content


def test_an_unpublished_programme_does_not_exist(cast, open_round, client):
    programme = open_round.programme
    programme.published = False
    programme.save()
    for address in ("/sormland/introduktion/", START, "/sormland/introduktion/12/days.ics"):
        assert client.get(address).status_code == 404


def test_the_day_is_the_regions_own(open_round, client, at):
    at(datetime.fromisoformat("2027-05-14T21:59:00+00:00"))
    assert client.get(START).status_code == 200
    assert b"<form" in client.get(START).content


def test_a_machine_that_applies_again_and_again_is_slowed_and_keeps_its_draft(open_round, work, client, monkeypatch):
    monkeypatch.setattr("programmes.views.applications.APPLICATIONS", 1)
    apply(client, work)
    other = Client()
    check = steps(other, work, ABOUT | {"email": "annan@nykoping.example"})
    assert other.post(check).status_code == 429
    assert Enrolment.objects.count() == 1
    assert "annan@nykoping.example" in str(Draft.objects.exclude(data__has_key="sent").get().data)


def test_links_to_drafts_are_not_mailed_without_end(open_round, client, monkeypatch):
    monkeypatch.setattr("programmes.views.applications.DRAFT_LETTERS", 1)
    for address in ("a@x.example", "b@x.example"):
        shown = Client().post(START, {**ABOUT, "email": address, "later": "yes"}, follow=True)
        assert "/apply/" in shown.context["link"]
    assert Letter.objects.count() == 1


SENT = {"sv": "Din anmälan är skickad", "fi": "Ilmoittautumisesi on lähetetty", "en": "Your application is sent"}


@pytest.mark.parametrize("language", SENT)
def test_the_receipt_speaks_every_language(open_round, work, client, language):
    assert SENT[language] in client.get(f"{apply(client, work)}?lang={language}").content.decode()


def test_the_first_step_of_a_kept_draft_says_that_it_is_kept(cast, open_round, client):
    _draft, token = applications.open_draft(cohort=open_round, data={"name": "Åsa Öberg"}, now=now())
    page = client.get(f"/sormland/introduktion/{open_round.number}/apply/{token}/about/")
    assert "Utkast sparat" in page.content.decode()
    assert 'value="Åsa Öberg"' in page.content.decode()
