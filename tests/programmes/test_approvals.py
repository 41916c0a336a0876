"""The manager's yes: by link, signed in, by telephone; what scanners, strangers and old links can do: nothing."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import translation

from base.clock import now
from base.tokens import seal
from outbox import kinds
from outbox.models import Letter
from programmes.actions import applications, approvals
from programmes.letters.approvals import ANSWER, answer_token
from programmes.models import Approval, Enrolment, Transition

WINDOW = {"opens_on": date(2027, 4, 1), "closes_on": date(2027, 5, 14), "last_entry_on": date(2027, 9, 1)}
DAYS = (date(2027, 9, 7), date(2027, 10, 5))


@pytest.fixture
def open_round(cast):
    return cast.cohort(state="open", days=DAYS, **WINDOW)


@pytest.fixture
def ask(cast, open_round):
    def asked(address="petra@nykoping.example", email="saga@nykoping.example", name="Saga Åström"):
        enrolment = applications.apply(
            cohort=open_round,
            name=name,
            email=email,
            language="fi",
            organisation=cast.nykoping,
            unit=cast.nyk_barn,
            manager_address=address,
            by=None,
            now=now(),
        )
        return enrolment.approvals.get()

    return asked


def link(approval):
    return f"/a/{answer_token(approval)}/"


def mail_of(letter):
    with translation.override(letter.language):
        return kinds.find(letter.kind).build(letter)


def side():
    return Enrolment.objects.get().employer_side


# ---------- By the link ----------


def test_one_click_in_the_letter_and_one_on_the_page(cast, ask, client):
    question = ask()
    mail = mail_of(Letter.objects.get(kind="programmes.approval_asked"))
    yes = next(word for word in mail.text.split() if word.endswith("?answer=yes"))
    path = yes.split("8000", 1)[1]
    page = client.get(path)
    assert "Saga Åström" in page.content.decode()
    assert page.context["form"].initial["answer"] == "yes"
    assert client.post(path, {"answer": "yes"}).status_code == 302
    question.refresh_from_db()
    assert (question.answer, question.way, question.answered_by) == ("yes", "link", cast.petra)
    assert side() == "approved"


def test_the_letter_says_by_when_before_it_lists_the_days_and_who_answers_questions(ask):
    ask()
    letter = Letter.objects.get(kind="programmes.approval_asked")
    for language, by_when, day, asks in (
        ("sv", "Svara senast fredag 14 maj", "tis 7 sep", "samordnaren läser det"),
        ("fi", "Vastaa viimeistään perjantaina 14.5.", "ti 7.9.", "koordinaattori lukee sen"),
    ):
        letter.language = language
        mail = mail_of(letter)
        assert mail.text.index(by_when) < mail.text.index(day) < mail.text.index("?answer=yes")
        assert asks in mail.text.partition("\n-- \n")[2]
        assert mail.reply_to


def test_a_scanners_get_changes_nothing(ask, client):
    question = ask()
    before = Approval.objects.values().get()
    for suffix in ("", "?answer=yes", "?answer=no", "?answer=forward"):
        for method in (client.get, client.head):
            assert method(link(question) + suffix).status_code == 200
    assert client.get(link(question) + "undo/").status_code == 405
    assert client.get(link(question) + "new-link/").status_code == 405
    assert Approval.objects.values().get() == before
    assert side() == "asked"


def test_a_no_needs_a_reason_and_the_applicant_reads_it_in_her_language(ask, client):
    question = ask()
    wrong = client.post(link(question), {"answer": "no"})
    assert wrong.status_code == 422
    client.post(link(question), {"answer": "no", "reason": "Vi är för få i höst."})
    assert side() == "declined"
    letter = Letter.objects.get(kind="programmes.application_answered")
    assert letter.language == "fi"
    assert letter.not_before >= now() + timedelta(seconds=100)
    assert "Vi är för få i höst." in mail_of(letter).text


def test_not_mine_sends_it_on_and_the_old_link_dies(cast, ask, client):
    question = ask("ingen@nykoping.example")
    assert client.post(link(question), {"answer": "forward"}).status_code == 422
    client.post(link(question), {"answer": "forward", "address": "PETRA@nykoping.example"})
    new = Approval.objects.get(replaced_at__isnull=True)
    assert (new.asked, new.forwarded_from) == (cast.petra, question)
    assert client.get(link(question)).status_code == 410
    assert client.post(link(question), {"answer": "yes", "name": "X"}).status_code == 410
    assert side() == "asked"
    assert Client().post(link(new), {"answer": "yes"}).status_code == 302
    assert side() == "approved"


def test_the_answer_can_be_taken_back_for_two_minutes_and_no_letter_goes(ask, client, at):
    at("2027-04-16 10:00")
    question = ask()
    client.post(link(question), {"answer": "yes"})
    at("2027-04-16 10:01")
    client.post(link(question) + "undo/")
    assert side() == "asked"
    assert mail_of(Letter.objects.get(kind="programmes.application_answered")) is None
    client.post(link(question), {"answer": "yes"})
    at("2027-04-16 10:04")
    assert client.post(link(question) + "undo/").status_code == 409
    assert side() == "approved"
    assert [
        bool(mail_of(row))
        for row in Letter.objects.filter(kind="programmes.application_answered").order_by("created_at")
    ] == [
        False,
        True,
    ]


def test_a_used_link_says_what_was_answered_and_does_nothing_more(ask, client, at):
    at("2027-04-16 10:00")
    question = ask()
    client.post(link(question), {"answer": "yes"})
    at("2027-04-16 10:05")
    assert client.get(link(question)).status_code == 200
    assert client.post(link(question), {"answer": "no", "reason": "nej"}).status_code == 410
    assert side() == "approved"


def test_two_tabs_give_one_answer(ask, client):
    question = ask()
    approvals.answer(approval=question, answer="yes", way="link", by=None, now=now())
    answer = client.post(link(question), {"answer": "no", "reason": "nej"})
    assert answer.status_code == 410
    assert Transition.objects.filter(side="employer").count() == 1


def test_an_expired_link_says_so_and_sends_a_new_one_to_the_same_address(ask, client, at):
    at("2027-04-16 10:00")
    question = ask()
    at("2027-04-30 10:01")
    page = client.get(link(question))
    assert page.status_code == 410
    assert "Vi kan skicka en ny länk till samma adress." in page.content.decode()
    assert client.post(link(question), {"answer": "yes"}).status_code == 410
    client.post(link(question) + "new-link/")
    new = Approval.objects.get(replaced_at__isnull=True)
    assert (new.address, new.pk != question.pk) == (question.address, True)
    client.post(link(question) + "new-link/")
    assert Approval.objects.count() == 2
    assert client.post(link(new), {"answer": "yes"}).status_code == 302


@pytest.mark.parametrize("forge", ["letter", "nonce", "purpose", "short"])
def test_an_altered_link_opens_nothing(ask, client, forge):
    question = ask()
    token = answer_token(question)
    wrong = {
        "letter": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "nonce": seal(ANSWER, {"a": question.pk, "n": "0" * 32}),
        "purpose": seal("own application", {"a": question.pk, "n": question.nonce}),
        "short": "x",
    }[forge]
    for answer in (
        client.get(f"/a/{wrong}/"),
        client.post(f"/a/{wrong}/", {"answer": "yes"}),
        client.post(f"/a/{wrong}/undo/"),
        client.post(f"/a/{wrong}/new-link/"),
    ):
        assert answer.status_code == 404
        assert "Saga" not in answer.content.decode()
    assert side() == "asked"


def test_nobody_answers_for_herself(cast, open_round, sign_in, client):
    enrolment = applications.apply(
        cohort=open_round,
        name="Stina Malmqvist",
        email="stina@eskilstuna.example",
        language="sv",
        organisation=cast.eskilstuna,
        unit=cast.barn,
        manager_address="stina@eskilstuna.example",
        by=None,
        now=now(),
    )
    question = enrolment.approvals.get()
    assert question.asked is None
    assert sign_in(cast.stina).post(link(question), {"answer": "yes", "name": "Stina"}).status_code == 403
    assert client.post(f"/programmes/staff/applications/{enrolment.pk}/", {"answer": "yes"}).status_code == 403
    assert side() == "asked"


def test_a_withdrawn_application_has_nothing_to_answer(ask, client):
    question = ask()
    applications.withdraw(enrolment=question.enrolment, by=None, now=now())
    assert client.get(link(question)).status_code == 410
    assert client.post(link(question), {"answer": "yes"}).status_code == 410


# ---------- An address that is not a known manager's ----------


def test_a_yes_from_an_unknown_address_counts_when_the_coordinator_confirms(cast, ask, client, sign_in):
    question = ask("chefen@privat.example")
    assert client.post(link(question), {"answer": "yes"}).status_code == 422
    client.post(link(question), {"answer": "yes", "name": "Kalle Chef"})
    assert side() == "asked"
    letter = Letter.objects.get(kind="programmes.approval_to_confirm")
    assert letter.person == cast.malin
    assert "Kalle Chef" in mail_of(letter).text
    malin = sign_in(cast.malin)
    page = malin.get(f"/programmes/cohorts/{question.enrolment.cohort_id}/approvals/").content.decode()
    assert "chefen@privat.example" in page
    malin.post(f"/programmes/approvals/{question.pk}/confirm/")
    assert side() == "approved"
    assert Transition.objects.get(side="employer").by == cast.malin


def test_the_coordinator_can_refuse_an_unknown_answer(cast, ask, client, sign_in):
    question = ask("chefen@privat.example")
    client.post(link(question), {"answer": "yes", "name": "Kalle Chef"})
    sign_in(cast.malin).post(f"/programmes/approvals/{question.pk}/confirm/", {"refuse": "yes"})
    assert side() == "asked"
    assert client.get(link(question)).status_code in (200, 410)
    assert client.post(f"/programmes/approvals/{question.pk}/confirm/").status_code == 409


def test_a_manager_of_another_unit_is_not_a_known_manager_here(ask, cast):
    assert ask("omar@eskilstuna.example").asked is None
    assert ask("PETRA@nykoping.example", email="b@nykoping.example").asked == cast.petra


def test_only_the_regions_coordinator_confirms(cast, ask, client, sign_in):
    question = ask("chefen@privat.example")
    client.post(link(question), {"answer": "yes", "name": "Kalle Chef"})
    for stranger in (cast.vera, cast.petra, cast.lars, cast.outsider, cast.tuva):
        browser = sign_in(stranger)
        assert browser.post(f"/programmes/approvals/{question.pk}/confirm/").status_code == 404
        assert browser.get(f"/programmes/cohorts/{question.enrolment.cohort_id}/approvals/").status_code == 404
    assert side() == "asked"


# ---------- Telephone, another address, reminders ----------


def test_a_yes_by_telephone_is_recorded_with_who_and_when(cast, ask, sign_in):
    question = ask()
    malin = sign_in(cast.malin)
    address = f"/programmes/enrolments/{question.enrolment_id}/phone/"
    assert malin.post(address, {"answer": "no", "name": "Petra"}).status_code == 422
    malin.post(address, {"answer": "yes", "name": "Petra Åkesson"})
    row = Approval.objects.get(answer="yes")
    assert (row.way, row.answered_name, row.answered_by) == ("phone", "Petra Åkesson", cast.malin)
    assert side() == "approved"
    assert Client().get(link(question)).status_code == 410


def test_asking_another_address_kills_the_old_link(cast, ask, sign_in, client):
    question = ask("fel@nykoping.example")
    page = sign_in(cast.malin)
    assert page.post(f"/programmes/enrolments/{question.enrolment_id}/ask/", {"address": "x"}).status_code == 422
    page.post(f"/programmes/enrolments/{question.enrolment_id}/ask/", {"address": "petra@nykoping.example"})
    assert Client().get(link(question)).status_code == 410
    assert Enrolment.objects.get().manager_address == "petra@nykoping.example"


def test_three_days_before_the_deadline_the_manager_is_reminded_once_and_the_link_works_again(ask, client, at):
    at("2027-04-16 10:00")
    question = ask()
    at("2027-05-10 23:00")
    assert approvals.remind(now()) == 0
    at("2027-05-11 08:00")
    assert approvals.remind(now()) == 1
    assert approvals.remind(now()) == 0
    at("2027-05-12 08:00")
    assert approvals.remind(now()) == 0
    letter = Letter.objects.get(kind="programmes.approval_reminder")
    assert "14 maj" in mail_of(letter).text
    assert client.post(link(question), {"answer": "yes"}).status_code == 302
    assert mail_of(letter) is None


def test_whoever_has_answered_is_not_reminded(ask, at):
    at("2027-04-16 10:00")
    approvals.answer(approval=ask(), answer="yes", way="link", by=None, now=now())
    at("2027-05-12 08:00")
    assert approvals.remind(now()) == 0


# ---------- Signed in ----------


@pytest.mark.parametrize("who", ["stina", "lars"])
def test_the_manager_and_any_manager_above_answer_on_the_page(cast, open_round, sign_in, who):
    enrolment = cast.enrolment(open_round, cast.tuva, side="applied", employer="asked")
    manager = getattr(cast, who)
    browser = sign_in(manager)
    assert "Tuva Ljungdahl" in browser.get("/programmes/staff/").content.decode()
    address = f"/programmes/staff/applications/{enrolment.pk}/"
    assert browser.get(address).status_code == 200
    assert side() == "asked"
    assert browser.post(address, {"answer": "yes"}).status_code == 302
    assert side() == "approved"
    assert Transition.objects.get(side="employer").by == manager


def test_others_do_not_see_it(cast, open_round, sign_in):
    enrolment = cast.enrolment(open_round, cast.tuva, side="applied", employer="asked")
    address = f"/programmes/staff/applications/{enrolment.pk}/"
    for stranger in (cast.omar, cast.petra, cast.ulf, cast.vera, cast.outsider, cast.edvin):
        browser = sign_in(stranger)
        assert browser.post(address, {"answer": "yes"}).status_code == 404
        assert browser.get(f"/programmes/enrolments/{enrolment.pk}/").status_code == 404
    assert sign_in(cast.malin).post(address, {"answer": "yes"}).status_code == 403
    assert side() == "asked"


def test_who_leads_nobody_does_not_find_the_pages(cast, sign_in):
    for address in ("/programmes/staff/", "/programmes/staff/register/"):
        assert sign_in(cast.tuva).get(address).status_code == 404


def test_the_one_who_answered_can_undo_on_the_page_and_nobody_else(cast, open_round, sign_in, at):
    at("2027-04-16 10:00")
    enrolment = cast.enrolment(open_round, cast.tuva, side="applied", employer="asked")
    approvals.answer_signed_in(enrolment=enrolment, answer="yes", by=cast.stina, now=now())
    change = Transition.objects.get(side="employer")
    address = f"/programmes/enrolments/{enrolment.pk}/undo/{change.pk}/"
    assert sign_in(cast.malin).post(address).status_code == 409
    assert sign_in(cast.omar).post(address).status_code == 404
    sign_in(cast.stina).post(address)
    assert side() == "asked"
    assert Approval.objects.get().answered_at is None


# ---------- The enrolment's page ----------


def test_the_coordinator_sees_both_sides_with_their_history(cast, ask, sign_in):
    question = ask()
    approvals.answer(approval=question, answer="yes", way="link", by=None, now=now())
    page = sign_in(cast.malin).get(f"/programmes/enrolments/{question.enrolment_id}/").content.decode()
    assert "Petra Åkesson" in page
    assert question.enrolment.code in page


def test_the_owner_is_led_to_her_own_page(cast, ask, sign_in):
    question = ask()
    answer = sign_in(question.enrolment.person).get(f"/programmes/enrolments/{question.enrolment_id}/")
    assert answer.url == f"/programmes/my/applications/{question.enrolment_id}/"


def test_a_flag_needs_its_reason_and_keeps_it(cast, ask, sign_in):
    question = ask()
    malin = sign_in(cast.malin)
    address = f"/programmes/enrolments/{question.enrolment_id}/flags/"
    assert malin.post(address, {"may_attend": "on"}).status_code == 422
    malin.post(address, {"may_attend": "on", "counts_reason": "Anställd av ett bolag"})
    row = Enrolment.objects.get()
    assert (row.may_attend, row.counts_for_funder, row.counts_reason) == (True, False, "Anställd av ett bolag")


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_however_long(cast, open_round, ask, sign_in, django_assert_max_num_queries, count):
    for number in range(count):
        ask(email=f"n{number}@nykoping.example", name=f"Ny {number}")
    browser = sign_in(cast.malin)
    with django_assert_max_num_queries(18):
        assert browser.get(f"/programmes/cohorts/{open_round.pk}/approvals/").status_code == 200
    browser = sign_in(cast.petra)
    with django_assert_max_num_queries(18):
        assert browser.get("/programmes/staff/").status_code == 200
