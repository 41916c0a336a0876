"""Calls for abstracts: one page as typeset, consent that holds at once, blind review, drafts of letters, the book."""

import io
import random
import re
import subprocess
from bisect import bisect
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from base.tokens import seal
from events import prose
from events.actions import abstracts as actions
from events.actions import calls
from events.actions.abstracts import Writer, Written
from events.documents import abstracts as pages
from events.documents.abstracts import Cover, Line, Sheet
from events.letters.abstracts import DECIDED, coauthor_token, token_of
from events.models import Abstract, Author, Call, Claim, Consent, Event, Places, Review
from events.rules import abstracts as rules
from events.states import AbstractState
from outbox import actions as outbox
from outbox.models import Batch, Letter
from outbox.states import LetterState
from tests.cast import NOW, Cast, employment, person

pytestmark = pytest.mark.django_db

WORDS = [
    "vi",
    "ser",
    "att",
    "stödet",
    "den",
    "första",
    "månaden",
    "avgör",
    "om",
    "en",
    "ny",
    "socialsekreterare",
    "stannar",
    "kvar",
    "och",
    "att",
    "handledningen",
    "behöver",
    "tid",
    "i",
    "schemat",
    "för",
    "alla",
    "berörda",
    "barn",
    "och",
    "familjer",
]


def words(number: int, seed: int = 1) -> str:
    """So many words of prose in paragraphs, with marks."""
    chance, out, left = random.Random(seed), [], number
    while left > 0:
        taken = min(left, chance.randint(40, 90))
        left -= taken
        sentence = " ".join(chance.choice(WORDS) for _ in range(taken)).capitalize()
        out.append(f"{sentence} med *R*~fri~ och **fett** 10^3^.")
    return "\n\n".join(out)


def sheet(text: str, **facts: Any) -> Sheet:
    return Sheet(
        title=facts.pop("title", "Att stanna kvar: vad säger de som slutade"),
        text=text,
        language="sv",
        event="Stanna och växa",
        topic="Arbetsmiljö",
        authors=[Line("Åsa Öberg", "Katrineholms kommun", True), Line("Ville Mäkelä", "Eskilstuna kommun")],
        **facts,
    )


class Scene:
    """A public seminar in Sörmland that calls for abstracts until 30 April at noon."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.event = Event.objects.create(
            region=cast.sormland,
            kind="seminar",
            audience="public",
            state="published",
            title="Stanna och växa",
            date=date(2027, 11, 12),
            start_time=time(9),
            end_time=time(16),
            zone="Europe/Stockholm",
            starts_at=datetime.fromisoformat("2027-11-12T08:00+00:00"),
            ends_at=datetime.fromisoformat("2027-11-12T15:00+00:00"),
            changed_at=NOW,
        )
        self.call = self.set_call()

    def set_call(self, **facts: Any) -> Call:
        given = {
            "opens_at": NOW - timedelta(days=1),
            "closes_at": datetime.fromisoformat("2027-04-30T10:00+00:00"),
            "section": {"sv": "Sammandrag", "fi": "Tiivistelmät", "en": "Abstracts"},
            "guidance": {"sv": "Berätta vad ni har prövat."},
            "topics": {"sv": "Handledning\nArbetsmiljö"},
            "blind": False,
            "reviews_each": 2,
            **facts,
        }
        return calls.set_call(event=self.event, by=self.cast.malin, now=NOW, **given)

    def begin(self, name: str = "Åsa Öberg", address: str = "asa@annan.example") -> Abstract:
        return actions.begin(call=self.call, name=name, address=address, language="sv", now=NOW)

    def written(self, text: str = "Ett kort sammandrag.", **facts: Any) -> Written:
        given: dict[str, Any] = {
            "title": "Att stanna kvar",
            "language": "sv",
            "topic": 0,
            "publish": True,
            "writers": [Writer("Åsa Öberg", "", "Katrineholms kommun", True)],
            **facts,
        }
        return Written(text=text, **given)

    def save(
        self, abstract: Abstract, text: str = "Ett kort sammandrag.", now: datetime = NOW, **facts: Any
    ) -> Abstract:
        written = self.written(text, **facts)
        return actions.save(abstract=abstract, written=written, version=abstract.version, language="sv", now=now)

    def sent_in(self, number: int = 0, **facts: Any) -> Abstract:
        abstract = self.save(self.begin(f"Författare {number}", f"f{number}@annan.example"), **facts)
        return actions.submit(abstract=abstract, version=abstract.version, now=NOW)

    def form(self, abstract: Abstract, **facts: Any) -> dict[str, Any]:
        return {
            "version": abstract.version,
            "title": "Att stanna kvar",
            "language": "sv",
            "topic": "0",
            "text": "Ett kort sammandrag.",
            "publish": "yes",
            "name0": "Åsa Öberg",
            "employer0": "Katrineholms kommun",
            **facts,
        }


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return Scene(cast)


def link(abstract: Abstract) -> str:
    return reverse("events:abstract", args=[token_of(abstract)])


def public(abstract: Abstract, name: str = "events:public_abstract") -> str:
    return reverse(name, args=["sormland", abstract.call.event_id, abstract.key])


def text_of(content: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()


# ---------- What may be written ----------


def test_marks_become_the_allowed_elements_and_nothing_else() -> None:
    html = prose.html("**fet** *kursiv* H~2~O m^2^ [länk](https://helmi.example)\n\n- ett\n- två\n\n1. tre")
    assert set(re.findall(r"<(\w+)", html)) <= prose.TAGS
    for part in ("<b>fet</b>", "<i>kursiv</i>", "H<sub>2</sub>O", "m<sup>2</sup>", "<ul>", "<ol>", 'href="https://'):
        assert part in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,hej)",
        '<a href="https://x" style="position:fixed">x</a>',
        "![bild](https://helmi.example/x.png)",
        "<table><td colspan=65534>x</td></table>",
        "<svg><use href='#a'/></svg>",
        "<link rel=attachment href=file:///etc/passwd>",
    ],
)
def test_hostile_markup_is_text_on_pages_and_in_the_pdf(hostile: str, scene: Scene) -> None:
    html = prose.html(hostile)
    assert set(re.findall(r"<(\w+)", html)) <= prose.TAGS
    assert "javascript:" not in str(re.findall(r'href="([^"]*)"', html))
    abstract = scene.sent_in(text=hostile, title=hostile)
    calls.decide(abstract=abstract, accept=True, by=scene.cast.malin, now=NOW)
    page = Client().get(public(abstract)).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    preview = pages.preview(actions.sheet_of(abstract, list(abstract.authors.all())))
    with pikepdf.open(io.BytesIO(preview.content)) as document:
        assert "/EmbeddedFiles" not in document.Root.get("/Names", {})
        assert "/JavaScript" not in document.Root.get("/Names", {})


def test_a_text_that_is_too_long_or_too_deep_is_refused_and_never_cut(scene: Scene) -> None:
    abstract = scene.begin()
    with pytest.raises(rules.TooLong):
        scene.save(abstract, "a" * (prose.LONGEST + 1))
    with pytest.raises(rules.TooDeep):
        scene.save(abstract, "- " * 30 + "djupt")
    assert prose.depth("- a\n  - b\n    - **c**") <= prose.DEEPEST


@pytest.mark.parametrize("bomb", ["[" * 20000, "*" * 20000, "- " * 10000, "~a" * 10000, "\n- a" * 5000])
def test_no_text_keeps_the_server_busy(bomb: str) -> None:
    from time import process_time

    begun = process_time()
    prose.html(bomb)
    assert process_time() - begun < 3


# ---------- One page (MAT-1, EVT-17) ----------


def test_a_page_and_three_lines_saves_as_a_draft_and_is_not_taken_in(scene: Scene, client: Client) -> None:
    """MAT-1, EVT-17: without JavaScript; the summary leads to the field and quotes where the page ends."""
    abstract = scene.begin()
    too_much = words(640, 7)
    answer = client.post(link(abstract), scene.form(abstract, text=too_much, act="save"))
    assert answer.status_code == 302
    abstract.refresh_from_db()
    assert abstract.text == prose.tidy(too_much)
    assert abstract.pages == 2
    assert abstract.fill is not None
    assert abstract.fill > 1
    assert abstract.renderer.startswith("weasyprint ")

    answer = client.post(link(abstract), scene.form(abstract, text=too_much, act="submit"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'href="#id_text"' in page
    assert 'role="status"' in page
    quote = pages.measure(actions.sheet_of(abstract, list(abstract.authors.all()))).over
    assert " ".join(quote.split()[:3]) in page
    abstract.refresh_from_db()
    assert abstract.state == AbstractState.DRAFT
    assert abstract.text == prose.tidy(too_much)

    answer = client.post(link(abstract), scene.form(abstract, text=words(300), act="submit"))
    assert answer.status_code == 302
    abstract.refresh_from_db()
    assert (abstract.state, abstract.pages) == (AbstractState.SUBMITTED, 1)
    assert Letter.objects.filter(kind="events.abstract_received").count() == 1


def test_one_full_page_passes(scene: Scene) -> None:
    lengths = range(560, 400, -2)
    number = lengths[bisect(lengths, False, key=lambda length: pages.measure(sheet(words(length, 2))).pages == 1)]
    measured = pages.measure(sheet(words(number, 2)))
    assert measured.fill > Decimal("0.95")
    writers = [Writer("Åsa Öberg", "", "Katrineholms kommun", True)]
    sent = scene.sent_in(text=words(number, 2), writers=writers, title="Kort", topic=1)
    assert sent.pages == 1


def test_what_is_sent_in_is_changed_only_to_what_fits(scene: Scene) -> None:
    abstract = scene.sent_in()
    with pytest.raises(rules.OverOnePage):
        scene.save(abstract, words(640))
    abstract.refresh_from_db()
    assert abstract.text == "Ett kort sammandrag."
    assert scene.save(abstract, words(200)).state == AbstractState.SUBMITTED


def test_checking_while_typing_saves_nothing(scene: Scene, client: Client) -> None:
    abstract = scene.begin()
    answer = client.post(link(abstract), scene.form(abstract, text=words(640), act="check"))
    assert answer.status_code == 200
    assert b"data:image/png;base64," in answer.content
    assert b"<html" not in answer.content
    abstract.refresh_from_db()
    assert (abstract.text, abstract.version) == ("", 1)


def test_nothing_is_taken_in_without_title_text_topic_and_the_one_answer(scene: Scene, client: Client) -> None:
    abstract = scene.begin()
    empty = scene.form(abstract, title="", text="", act="submit")
    del empty["topic"], empty["publish"]
    answer = client.post(link(abstract), empty)
    assert answer.status_code == 422
    for field in ("id_title", "id_text", "id_topic", "id_publish"):
        assert f'href="#{field}' in answer.content.decode()


# ---------- Two windows, and the deadline ----------


def test_a_second_window_gets_409_with_both_versions(scene: Scene, client: Client) -> None:
    abstract = scene.begin()
    stale = scene.form(abstract, text="Det andra fönstrets text", act="save")
    scene.save(abstract, "Det första fönstrets text")
    answer = client.post(link(abstract), stale)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Det första fönstrets text" in page
    assert "Det andra fönstrets text" in page
    abstract.refresh_from_db()
    assert abstract.text == "Det första fönstrets text"
    stale["version"] = abstract.version
    assert client.post(link(abstract), stale).status_code == 302
    abstract.refresh_from_db()
    assert abstract.text == "Det andra fönstrets text"


def test_the_deadline_is_the_regions_wall_clock_and_late_drafts_can_be_read(
    scene: Scene, client: Client, at: Any
) -> None:
    abstract = scene.save(scene.begin(), "Sent skrivet")
    at("2027-04-30 11:59")
    assert client.post(link(abstract), scene.form(abstract, text="I tid", act="save")).status_code == 302
    abstract.refresh_from_db()
    at("2027-04-30 12:00")
    answer = client.post(link(abstract), scene.form(abstract, text="För sent", act="save"))
    assert answer.status_code == 409
    answer = client.get(f"{link(abstract)}?lang=sv")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "I tid" in page
    assert "30 april kl. 12.00" in page
    with pytest.raises(rules.CallClosed):
        actions.submit(abstract=abstract, version=abstract.version, now=scene.call.closes_at)


def test_the_deadline_is_typed_as_on_the_wall_also_after_clocks_change(scene: Scene, client: Client, at: Any) -> None:
    at("2027-10-01 09:00")
    client.force_login(scene.cast.malin, backend="allauth.account.auth_backends.AuthenticationBackend")
    facts = {
        "opens_day": "1.10.2027",
        "opens_time": "9",
        "closes_day": "1.11.2027",
        "closes_time": "12",
        "section_sv": "Sammandrag",
        "reviews_each": "2",
    }
    answer = client.post(reverse("events:call_edit", args=[scene.event.pk]), facts)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    call = Call.objects.get(event=scene.event)
    assert call.closes_at == datetime.fromisoformat("2027-11-01T11:00+00:00")
    assert call.opens_at == datetime.fromisoformat("2027-10-01T07:00+00:00")


# ---------- Consent (MAT-2, MAT-3, EVT-18) ----------


def test_a_yes_that_becomes_a_no_leaves_the_site_at_once_and_the_hand_out_stays(scene: Scene, client: Client) -> None:
    abstract = scene.sent_in(0, title="Namnet i boken")
    other = scene.sent_in(1, title="Det andra")
    for row in (abstract, other):
        calls.decide(abstract=row, accept=True, by=scene.cast.malin, now=NOW)
    assert client.get(public(abstract)).status_code == 200
    assert client.get(public(abstract, "events:public_abstract_file")).status_code == 200
    book = reverse("events:public_book", args=["sormland", scene.event.pk])
    assert "Namnet i boken" in text_of(client.get(book).content)

    answer = client.post(reverse("events:abstract_publish", args=[token_of(abstract)]), {"publish": "no"})
    assert answer.status_code == 302
    assert client.get(public(abstract)).status_code == 410
    assert client.get(public(abstract, "events:public_abstract_file")).status_code == 410
    assert b"Namnet i boken" not in client.get(public(abstract)).content
    assert "Namnet i boken" not in text_of(client.get(book).content)
    assert b"Namnet i boken" not in client.get(reverse("events:abstracts", args=["sormland", scene.event.pk])).content

    consents = list(Consent.objects.filter(abstract=abstract))
    assert [one.publish for one in consents] == [True, False]
    assert all(one.wording == rules.WORDING and one.language == "sv" and one.at for one in consents)

    scene.event.registrations.create(person=scene.cast.tuva, created_at=NOW, changed_at=NOW)
    client.force_login(scene.cast.tuva, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Namnet i boken" in text_of(client.get(reverse("events:book", args=[scene.event.pk])).content)


def test_a_no_is_on_no_public_page_feed_or_search(scene: Scene, client: Client) -> None:
    """MAT-2: in the participants' book, and nowhere that a stranger can reach."""
    abstract = scene.sent_in(title="Hemlig rubrik", publish=False)
    calls.decide(abstract=abstract, accept=True, by=scene.cast.malin, now=NOW)
    assert client.get(public(abstract)).status_code == 404
    assert client.get(reverse("events:public_book", args=["sormland", scene.event.pk])).status_code == 404
    for address in (
        "/",
        "/sormland/",
        reverse("events:abstracts", args=["sormland", scene.event.pk]),
        f"/sormland/events/{scene.event.pk}/",
        "/sormland/events/",
        "/sitemap.xml",
        "/sormland/events/feed.xml",
    ):
        assert b"Hemlig rubrik" not in client.get(address, follow=True).content


def test_the_one_answer_is_asked_with_nothing_preset(scene: Scene, client: Client) -> None:
    abstract = scene.begin()
    page = client.get(link(abstract)).content.decode()
    radios = re.findall(r'<input[^>]*name="publish"[^>]*>', page)
    assert len(radios) == 2
    assert not [radio for radio in radios if "checked" in radio]
    with translation.override("sv"):
        assert "Sammandrag" in page


# ---------- Co-authors ----------


def test_coauthors_are_asked_when_it_is_sent_in_and_answer_themselves(scene: Scene, client: Client) -> None:
    writers = [Writer("Åsa Öberg"), Writer("Ville Mäkelä", "ville@annan.example", "Eskilstuna kommun", True)]
    abstract = scene.save(scene.begin(), writers=writers)
    assert not Letter.objects.filter(kind="events.coauthor").exists()
    abstract = actions.submit(abstract=abstract, version=abstract.version, now=NOW)
    assert Letter.objects.get(kind="events.coauthor").address == "ville@annan.example"
    calls.decide(abstract=abstract, accept=True, by=scene.cast.malin, now=NOW)
    assert b"Ville" not in client.get(public(abstract)).content

    ville = abstract.authors.get(order=1)
    address = reverse("events:coauthor", args=[coauthor_token(ville)])
    assert client.get(address).status_code == 200
    client.post(address, {"answer": "yes"})
    assert b"Ville" in client.get(public(abstract)).content
    client.post(address, {"answer": "no"})
    assert b"Ville" not in client.get(public(abstract)).content
    ville.refresh_from_db()
    assert ville.confirmed_at is None
    assert ville.declined_at is not None


def test_an_answer_survives_saving_and_another_address_is_asked_anew(scene: Scene) -> None:
    writers = [Writer("Åsa Öberg"), Writer("Ville Mäkelä", "ville@annan.example")]
    abstract = scene.sent_in(writers=writers)
    actions.answer_authorship(author=abstract.authors.get(order=1), yes=True, now=NOW)
    abstract = scene.save(abstract, writers=[*writers, Writer("Ny Person", "ny@annan.example")])
    assert abstract.authors.get(address="ville@annan.example").confirmed_at == NOW
    assert Letter.objects.filter(kind="events.coauthor", address="ny@annan.example").count() == 1


# ---------- Links ----------


def test_links_right_altered_expired_and_replaced(scene: Scene, client: Client, at: Any) -> None:
    abstract = scene.begin()
    assert client.get(link(abstract)).status_code == 200
    assert client.get(reverse("events:abstract", args=[token_of(abstract)[:-2] + "xx"])).status_code == 404
    other = seal("coauthor", {"a": abstract.pk, "v": 1})
    assert client.get(reverse("events:abstract", args=[other])).status_code == 404
    old = link(abstract)
    Abstract.objects.filter(pk=abstract.pk).update(link_version=2)
    assert client.get(old).status_code == 410
    abstract.refresh_from_db()
    fresh = link(abstract)
    at("2031-01-01 12:00")
    assert client.get(fresh).status_code == 410


def test_beginning_writes_the_link_and_nothing_that_is_known_is_changed(scene: Scene, client: Client) -> None:
    address = reverse("events:abstract_new", args=["sormland", scene.event.pk])
    assert client.get(address).status_code == 200
    facts = {"name": "Någon Annan", "email": "Tuva@eskilstuna.example", "language": "sv"}
    answer = client.post(address, facts)
    assert answer.status_code == 200
    scene.cast.tuva.refresh_from_db()
    assert scene.cast.tuva.name == "Tuva Ljungdahl"
    letter = Letter.objects.get(kind="events.abstract_link")
    assert letter.person == scene.cast.tuva
    assert token_of(Abstract.objects.get()) not in answer.content.decode()


# ---------- Decisions (EVT-19) ----------


def forty(scene: Scene) -> list[Abstract]:
    """Forty abstracts sent in, the way the actions leave them, without forty runs of the press."""
    rows = []
    for number in range(40):
        abstract = scene.begin(f"Skribent{number} Efternamn{number}", f"skribent{number}@annan.example")
        abstract.title, abstract.text, abstract.publish = f"Försök {number}", f"Text av Skribent{number}", True
        abstract.topic, abstract.pages, abstract.fill = 0, 1, Decimal("0.5")
        abstract.state, abstract.submitted_at = AbstractState.SUBMITTED, NOW
        abstract.save()
        abstract.authors.update(employer=f"Arbetsgivare{number}")
        rows.append(abstract)
    return rows


def test_forty_decisions_are_forty_drafts_and_no_mail_until_they_are_sent(scene: Scene) -> None:
    rows = forty(scene)
    for number, row in enumerate(rows):
        calls.decide(abstract=row, accept=number % 2 == 0, by=scene.cast.malin, now=NOW)
    letters = Letter.objects.filter(kind=DECIDED)
    assert letters.count() == 40
    assert set(letters.values_list("state", flat=True)) == {LetterState.HELD}
    batch = Batch.objects.get(kind=DECIDED)

    calls.undo_decision(abstract=rows[0], by=scene.cast.malin, now=NOW)
    assert letters.filter(state=LetterState.HELD).count() == 39
    calls.decide(abstract=rows[1], accept=True, by=scene.cast.malin, now=NOW + timedelta(minutes=1))
    assert letters.filter(state=LetterState.HELD).count() == 39
    assert letters.filter(state=LetterState.CANCELLED).count() == 2

    outbox.release_batch(batch=batch, by=scene.cast.malin, now=NOW)
    assert letters.filter(state=LetterState.QUEUED).count() == 39
    later = calls.decide(abstract=rows[0], accept=True, by=scene.cast.malin, now=NOW + timedelta(hours=1))
    assert later.state == AbstractState.ACCEPTED
    assert Batch.objects.filter(kind=DECIDED).count() == 2


def test_reviewers_see_no_name_employer_or_metadata_and_nothing_of_their_own(scene: Scene, client: Client) -> None:
    scene.call = scene.set_call(blind=True, reviews_each=3)
    rows = forty(scene)
    reviewers = [person(f"Granskare {n}", f"granskare{n}@hogskola.example") for n in range(4)]
    employment(reviewers[0], scene.cast.barn)
    Author.objects.filter(abstract=rows[0]).update(employer="Eskilstuna kommun, Barn och familj")
    rows[1].authors.create(order=1, name="Medförfattare", address=reviewers[1].email)
    tuvas = rows[2]
    tuvas.person = scene.cast.tuva
    tuvas.save()
    lacking = calls.give(call=scene.call, people=reviewers, by=scene.cast.malin, now=NOW)
    assert lacking == 0
    assert Review.objects.count() == 120
    for row, reviewer in ((rows[0], reviewers[0]), (rows[1], reviewers[1]), (tuvas, reviewers[0])):
        assert not Review.objects.filter(abstract=row, reviewer=reviewer).exists()
    assert Letter.objects.filter(kind="events.abstract_review").count() == 4

    client.force_login(reviewers[2], backend="allauth.account.auth_backends.AuthenticationBackend")
    review = Review.objects.filter(reviewer=reviewers[2]).select_related("abstract").first()
    assert review is not None
    page = client.get(reverse("events:review", args=[review.pk])).content.decode()
    number = rows.index(review.abstract)
    for hidden in (f"Skribent{number}", f"Efternamn{number}", f"Arbetsgivare{number}", f"skribent{number}@"):
        assert hidden not in page
    assert "Text av […]" in page
    other = Review.objects.exclude(reviewer=reviewers[2]).first()
    assert other is not None
    assert client.get(reverse("events:review", args=[other.pk])).status_code == 404
    listed = client.get(reverse("events:reviews")).content.decode()
    assert "Efternamn" not in listed


def test_an_emptied_redaction_shows_empty(scene: Scene, client: Client) -> None:
    scene.call = scene.set_call(blind=True, reviews_each=1)
    row = forty(scene)[0]
    reviewer = person("Granskare", "granskare@hogskola.example")
    calls.give(call=scene.call, people=[reviewer], by=scene.cast.malin, now=NOW)
    calls.redact(abstract=row, title="", text="", by=scene.cast.malin, now=NOW)
    client.force_login(reviewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    review = Review.objects.get(abstract=row)
    page = client.get(reverse("events:review", args=[review.pk])).content.decode()
    assert "Försök 0" not in page
    assert "Text av" not in page
    answer = client.post(
        reverse("events:review", args=[review.pk]), {"advice": "accept", "score": "4", "comment": "Bra"}
    )
    assert answer.status_code == 302
    review.refresh_from_db()
    assert (review.advice, review.score) == ("accept", 4)


def test_a_reviewer_stands_aside_and_another_is_chosen(scene: Scene) -> None:
    scene.call = scene.set_call(blind=True, reviews_each=1)
    row = forty(scene)[0]
    first, second = (person(f"G{n}", f"g{n}@hogskola.example") for n in range(2))
    calls.give(call=scene.call, people=[first], by=scene.cast.malin, now=NOW)
    calls.stand_aside(review=row.reviews.get(), now=NOW)
    calls.give(call=scene.call, people=[first, second], by=scene.cast.malin, now=NOW)
    assert row.reviews.get(stood_aside=False).reviewer == second


# ---------- The organiser's pages ----------


def test_the_organiser_decides_in_one_press_and_takes_it_back(scene: Scene, client: Client) -> None:
    row = scene.sent_in()
    client.force_login(scene.cast.malin, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("events:call", args=[scene.event.pk])).status_code == 200
    assert client.get(reverse("events:abstract_read", args=[scene.event.pk, row.pk])).status_code == 200
    address = reverse("events:abstract_decide", args=[scene.event.pk, row.pk])
    assert client.post(address, {"act": "accept"}).status_code == 302
    row.refresh_from_db()
    assert row.state == AbstractState.ACCEPTED
    client.post(address, {"act": "undo"})
    row.refresh_from_db()
    assert row.state == AbstractState.SUBMITTED
    for path in ("call_edit", "call_reviewers"):
        assert client.get(reverse(f"events:{path}", args=[scene.event.pk])).status_code == 200
    assert client.get(reverse("events:abstract_blind", args=[scene.event.pk, row.pk])).status_code == 200


def test_another_regions_coordinator_and_drafts_are_not_seen(scene: Scene, client: Client) -> None:
    row, draft = scene.sent_in(), scene.begin("Ute", "ute@annan.example")
    client.force_login(scene.cast.vera, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("events:call", args=[scene.event.pk])).status_code == 403
    assert client.get(reverse("events:abstract_read", args=[scene.event.pk, row.pk])).status_code == 403
    client.force_login(scene.cast.malin, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("events:abstract_read", args=[scene.event.pk, draft.pk])).status_code == 404


def test_the_order_of_the_book_is_the_organisers(scene: Scene) -> None:
    rows = forty(scene)[:3]
    for row in rows:
        calls.decide(abstract=row, accept=True, by=scene.cast.malin, now=NOW)
    calls.move(abstract=rows[2], earlier=True, by=scene.cast.malin, now=NOW)
    calls.move(abstract=rows[0], earlier=True, by=scene.cast.malin, now=NOW)
    assert [row.pk for row in Abstract.objects.in_the_book()] == [rows[0].pk, rows[2].pk, rows[1].pk]


@pytest.mark.parametrize("name", ["call", "abstracts"])
def test_lists_ask_as_many_questions_for_three_as_for_one(name: str, scene: Scene, client: Client) -> None:
    client.force_login(scene.cast.malin, backend="allauth.account.auth_backends.AuthenticationBackend")
    args = [scene.event.pk] if name == "call" else ["sormland", scene.event.pk]
    asked = []
    for number in range(3):
        row = scene.sent_in(number)
        calls.decide(abstract=row, accept=True, by=scene.cast.malin, now=NOW)
        client.get(reverse(f"events:{name}", args=args))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(f"events:{name}", args=args)).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[2]


# ---------- The book ----------


def test_the_book_has_a_page_each_right_numbers_bookmarks_and_tags() -> None:
    sheets = [sheet(words(120 + 37 * n, n), title=f"Rubrik nummer {n}") for n in range(9)]
    cover = Cover("Stanna och växa", "Sörmland", "12 november 2027", "Katrineholm", "Till dig som deltar.", "sv")
    printed = pages.book(cover, sheets)
    with pikepdf.open(io.BytesIO(printed.content)) as document:
        assert document.Root.Lang == "sv"
        assert document.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in document.Root
        with document.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
        with document.open_outline() as outline:
            titles = [item.title for item in outline.root]
        assert titles == ["Stanna och växa", "Innehåll", *(one.title for one in sheets)] or titles[2:] == [
            one.title for one in sheets
        ]
        assert all([round(float(side)) for side in page.mediabox] == [0, 0, 595, 842] for page in document.pages)
    text = text_of(printed.content).split("\f")
    contents = " ".join(text[1].split())
    for number, one in enumerate(sheets):
        page = next(at for at, words_ in enumerate(text, start=1) if at > 2 and one.title in words_)
        assert page == 3 + number
        assert re.search(rf"{re.escape(one.title)} [. ]*{page}\b", contents), contents
    assert printed.pages == len(sheets) + 2


def test_an_abstract_that_grew_beyond_its_page_stops_the_book() -> None:
    cover = Cover("A", "B", "C", "D", "E", "sv")
    with pytest.raises(pages.BookDoesNotFit):
        pages.book(cover, [sheet(words(700))])


def test_the_book_is_for_those_who_take_part(scene: Scene, client: Client) -> None:
    row = scene.sent_in()
    calls.decide(abstract=row, accept=True, by=scene.cast.malin, now=NOW)
    address = reverse("events:book", args=[scene.event.pk])
    assert client.get(address).status_code == 302
    client.force_login(scene.cast.edvin, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(address).status_code == 403
    scene.event.registrations.create(person=scene.cast.edvin, created_at=NOW, changed_at=NOW)
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"


def test_every_letter_can_be_built_in_every_language(scene: Scene) -> None:
    from outbox import kinds

    scene.call = scene.set_call(blind=True, reviews_each=1)
    abstract = scene.sent_in(writers=[Writer("Åsa"), Writer("Ville", "ville@annan.example")])
    calls.give(call=scene.call, people=[person("G", "g@hogskola.example")], by=scene.cast.malin, now=NOW)
    letters = {letter.kind: letter for letter in Letter.objects.all()}
    calls.decide(abstract=abstract, accept=True, by=scene.cast.malin, now=NOW)
    letters[DECIDED] = Letter.objects.get(kind=DECIDED)
    for kind in ("abstract_link", "abstract_received", "coauthor", "abstract_review", "abstract_decision"):
        letter = letters[f"events.{kind}"]
        for language in ("sv", "fi", "en"):
            with translation.override(language):
                mail = kinds.find(letter.kind).build(letter)
            if kind == "abstract_review":
                assert mail is None or mail.subject
            else:
                assert mail is not None, kind
                assert mail.subject
                assert all(secret not in mail.masked(mail.text) for secret in mail.secrets)


def test_a_guest_with_a_place_gets_the_hand_out_by_the_own_link(scene: Scene, client: Client) -> None:
    from events.letters.days import own_token

    row = scene.sent_in(title="Namnet i boken", publish=False)
    guest = person("Gäst", "gast@annan.example", is_guest=True)
    places = Places.objects.create(region=scene.cast.sormland, event=scene.event, way="on_site")
    claim = Claim.objects.create(places=places, person=guest, state="confirmed", created_at=NOW, changed_at=NOW)
    registration = scene.event.registrations.create(person=guest, claim=claim, created_at=NOW, changed_at=NOW)
    address = reverse("events:mine_book", args=[own_token(registration)])
    assert client.get(address).status_code == 404
    calls.decide(abstract=row, accept=True, by=scene.cast.malin, now=NOW)
    assert "Namnet i boken" in text_of(client.get(address).content)
    Claim.objects.filter(pk=claim.pk).update(state="cancelled")
    assert client.get(address).status_code in (404, 410)
