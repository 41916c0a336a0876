"""The ballots' pages: a code opens the form, nobody is known, nothing typed is lost, in three languages."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from answers.ballots import Form, Page, Question
from answers.models import AnswerDraft, Ballot, BallotCode
from answers.plan import Node
from tests.answers.conftest import FORM, STEPS, open_box
from tests.cast import NOW

pytestmark = pytest.mark.django_db

LONG = Form(
    (
        Page(
            "one",
            {"sv": "Samverkan", "fi": "Yhteistyö", "en": "Working together"},
            (Question("sip", "scale", {"sv": "Jag kan leda ett SIP-möte"}, steps=STEPS, required=True),),
        ),
        Page("two", {"sv": "Samtal"}, (Question("talk", "scale", {"sv": "Jag kan samtala"}, steps=STEPS),)),
        Page("three", {"sv": "Ord"}, (Question("words", "text", {"sv": "Något mer?"}),)),
    )
)


@pytest.fixture(autouse=True)
def today(at):
    at(NOW)


def test_the_way_in_speaks_the_browsers_language_and_sets_no_cookie(client):
    answer = client.get("/b/", headers={"accept-language": "fi"})
    assert (answer.status_code, answer["Location"]) == (302, "/b/fi/")
    page = client.get("/b/fi/")
    assert page.status_code == 200
    assert page["Content-Language"] == "fi"
    assert 'lang="fi"' in page.content.decode()
    assert not client.cookies
    assert client.get("/b/de/").status_code == 404


def test_every_answer_on_the_path_is_stored_nowhere_and_tells_no_other_page(client):
    opened = open_box(6)
    for answer in (client.get("/b/sv/"), client.post("/b/sv/", {"code": opened.codes[0]}), client.get("/b/sv/thanks/")):
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer
        assert "Cookie" not in answer.cookies


def test_who_is_signed_in_is_not_known_here(sign_in, cast):
    opened = open_box(6)
    browser = sign_in(cast.malin)
    with CaptureQueriesContext(connection) as asked:
        page = browser.post("/b/sv/", {"code": opened.codes[0]}).content.decode()
    assert "Malin" not in page
    assert "sidenav" not in page
    assert asked.captured_queries
    assert not [one for one in asked if "session" in one["sql"] or "people_person" in one["sql"]]
    assert page == Client().post("/b/sv/", {"code": opened.codes[0]}).content.decode()


def test_no_log_line_tells_that_somebody_voted(client, caplog):
    caplog.set_level("DEBUG")
    opened = open_box(6)
    client.post("/b/sv/", {"code": opened.codes[0], "page": "0", "do": "send", "q-score": "4"})
    client.post("/b/sv/", {"code": "wrong"})
    assert Ballot.objects.count() == 1
    assert "/b/" not in caplog.text
    assert "answered" not in caplog.text


def test_a_get_with_anything_in_it_changes_nothing(client):
    opened = open_box(6)
    client.get("/b/sv/", {"code": opened.codes[0], "page": "0", "do": "send", "q-score": "4"})
    assert not Ballot.objects.exists()
    assert not BallotCode.objects.filter(used=True).exists()


def test_a_code_opens_the_form_and_a_wrong_one_a_sentence(client):
    opened = open_box(6)
    page = client.post("/b/sv/", {"code": f"http://localhost:8000/b/sv/#{opened.codes[0]}"}).content.decode()
    assert "Hur bra var dagen?" in page
    assert "Ganska" in page
    for wrong in ("", "x", "a" * 43):
        answer = client.post("/b/sv/", {"code": wrong})
        assert answer.status_code == 422
        assert "errsum" in answer.content.decode()


def test_an_answer_is_sealed_and_thanked_for_in_the_same_way_both_times(client):
    opened = open_box(6)
    facts = {"code": opened.codes[0], "page": "0", "do": "send", "q-score": "4", "q-good": "Bra\r\ndag"}
    pages = []
    for step in ("4", "2"):
        answer = client.post("/b/sv/", {**facts, "q-score": step}, follow=True)
        assert answer.redirect_chain == [("/b/sv/thanks/", 302)]
        pages.append(answer.content)
    assert pages[0] == pages[1] == Client().get("/b/sv/thanks/").content
    assert Ballot.objects.count() == 1


def test_the_form_of_a_used_code_looks_like_that_of_an_unused_one(client):
    opened = open_box(6)
    client.post("/b/sv/", {"code": opened.codes[0], "page": "0", "do": "send", "q-score": "4"})
    used = client.post("/b/sv/", {"code": opened.codes[0]}).content.decode()
    fresh = client.post("/b/sv/", {"code": opened.codes[1]}).content.decode()
    assert used.replace(opened.codes[0], "") == fresh.replace(opened.codes[1], "")


def test_an_error_keeps_everything_that_was_typed(client):
    opened = open_box(6)
    facts = {"code": opened.codes[0], "page": "0", "do": "send", "q-score": "9", "q-good": "Ord som stannar"}
    answer = client.post("/b/sv/", facts)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "errsum" in page
    assert 'href="#id_q-score_0"' in page
    assert "Ord som stannar" in page
    long = client.post("/b/sv/", {**facts, "q-score": "3", "q-good": "x" * 1001})
    assert long.status_code == 422
    assert "x" * 1001 in long.content.decode()
    empty = client.post("/b/sv/", {"code": opened.codes[0], "page": "0", "do": "send"})
    assert empty.status_code == 422
    assert not Ballot.objects.exists()


def test_another_language_keeps_what_is_typed_and_remembers_nothing(client):
    opened = open_box(6)
    facts = {"code": opened.codes[0], "page": "0", "do": "language", "q-score": "4", "q-good": "Ännu inte skickat"}
    page = client.post("/b/en/", facts).content.decode()
    assert "How good was the day?" in page
    assert "Ännu inte skickat" in page
    assert 'value="4" id="id_q-score_3" checked' in page
    assert not client.cookies
    assert not AnswerDraft.objects.exists()


def test_a_draft_is_kept_under_the_link_and_opened_on_another_device(client, at):
    opened = open_box(6)
    at("2027-04-16 10:12")
    facts = {"code": opened.codes[0], "page": "0", "do": "keep", "q-score": "4", "q-good": "Halvvägs"}
    page = client.post("/b/sv/", facts).content.decode()
    assert "10.12" in page
    other = Client().post("/b/sv/", {"code": opened.codes[0]}).content.decode()
    assert "Halvvägs" in other
    assert "Halvvägs" not in Client().post("/b/sv/", {"code": opened.codes[1]}).content.decode()


def test_a_form_of_several_areas_goes_forward_and_back_and_keeps_all(client):
    opened = open_box(6, form=LONG)
    code = opened.codes[0]

    def post(**facts):
        return client.post("/b/sv/", {"code": code, **facts})

    assert "Område 1 av 3" in post().content.decode() or "Area 1 of 3" in post().content.decode()
    assert post(page="0", do="next").status_code == 422
    assert 'name="page" value="1"' in post(page="0", do="next", **{"q-sip": "5"}).content.decode()
    assert 'name="page" value="0"' in post(page="1", do="back", **{"q-talk": "0"}).content.decode()
    assert 'value="5" id="id_q-sip_4" checked' in post().content.decode()
    assert 'name="page" value="2"' in post(page="1", do="next", **{"q-talk": "2"}).content.decode()
    assert post(page="2", do="send", **{"q-words": "Nej"}).status_code == 302
    from answers import ballots, keys, seals

    sealed = bytes(Ballot.objects.get().ciphertext)
    said = ballots.unpack(LONG, seals.unseal(keys.store().read(opened.box.key_name).private, sealed))
    assert said == {"sip": 5, "talk": 2, "words": "Nej"}


def test_one_area_is_saved_in_six_queries_and_sending_takes_as_few(client, django_assert_max_num_queries):
    opened = open_box(6, form=LONG)
    code = opened.codes[0]
    with django_assert_max_num_queries(6):
        client.post("/b/sv/", {"code": code, "page": "0", "do": "next", "q-sip": "5"})
    with django_assert_max_num_queries(9):
        client.post("/b/sv/", {"code": code, "page": "2", "do": "send", "q-words": "Nej"})


def test_the_questions_of_the_form_have_no_faults():
    from answers.ballots import faults

    assert faults(FORM) == []
    assert faults(Form((Page("x", {}, (Question("a", "scale", {}), Question("a", "text", {"sv": "x"}))),)))


@pytest.mark.parametrize("embedded", [True, False])
def test_the_form_says_what_remains_to_be_trusted(client, settings, embedded):
    tree = (Node("region", "", "region"), Node("home", "region", "municipality"))
    opened = open_box(6, units=[("home", "worker")] * 6, nodes=tree)
    settings.KEYS_EMBEDDED = embedded
    page = client.post("/b/en/", {"code": opened.codes[0]}).content.decode()
    assert "it shows that she has answered" in page
    assert "recognise how you write" in page
    assert ("Its owner could open both" if embedded else "copy both keys") in page
