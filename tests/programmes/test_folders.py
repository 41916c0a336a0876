"""The course folder: what is in it and on which page, who is named, who fetches it, and what happens to a yes."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.urls import reverse
from django.utils import translation

from audit.models import Deed
from base import clock
from documents.actions import contents, keep_file
from events.models import Material
from outbox.models import Letter
from programmes.actions import folders as actions
from programmes.models import CourseDay, Folder, FolderReader, Funder
from programmes.rules import folders as rules
from tests.cast import NOW, employment, person, role
from tests.documents.uploads import KINDS, bookmarks, place_of, upload, words_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(cast: Any) -> Any:
    """A round that runs, co-funded, with Tuva, Edvin and Yasmin."""
    funder = Funder.objects.create(
        region=cast.sormland,
        name="Europeiska unionen",
        statement_sv="Medfinansieras av Europeiska unionen",
        statement_fi="Euroopan unionin osarahoittama",
        statement_en="Co-funded by the European Union",
        emblem_name="eu",
    )
    row = cast.cohort(programme=cast.programme(funder=funder))
    cast.made["places"] = {who.name: cast.enrolment(row, who) for who in (cast.tuva, cast.edvin, cast.yasmin)}
    return row


def material(day: CourseDay, title: str, data: bytes = b"", *, by: Any, name: str = "", **facts: Any) -> Material:
    """Material of a day; its file as the gate would have stored it."""
    file = None
    if data:
        kind = "application/pdf" if not name else "text/plain; charset=utf-8"
        file = keep_file(source=data, kind="material", name=name or f"{title}.pdf", content_type=kind, by=by, now=NOW)
    return Material.objects.create(
        event=day.event, title=title, file=file, owner=by, created_at=NOW, changed_at=NOW, **facts
    )


def made(cohort: Any, cast: Any, language: str = "sv") -> Folder:
    actions.make(cohort=cohort, language=language, by=cast.malin, now=clock.now())
    assert actions.print_waiting(now=clock.now()) == 1
    return Folder.objects.latest("pk")


def ready(cohort: Any, cast: Any, *, named: tuple[Any, ...] = (), released: bool = True, **facts: Any) -> Folder:
    """A version as the clock leaves it, without the time that printing takes."""
    file = keep_file(source=b"%PDF-1.7", kind="folder", name="mapp.pdf", content_type="application/pdf", now=NOW)
    facts = {"number": 1, "language": "sv", "pages": 9, "by": cast.malin, **facts}
    return Folder.objects.create(
        cohort=cohort,
        state="ready",
        named=[one.pk for one in named],
        file=file,
        created_at=NOW,
        ready_at=NOW,
        released_at=NOW if released else None,
        **facts,
    )


def place(cast: Any, who: Any) -> Any:
    row = cast.places[who.name]
    row.refresh_from_db()
    return row


# ---------- What is in it, and on which page ----------


@pytest.fixture
def thirty(cast: Any, cohort: Any) -> list[tuple[str, int]]:
    """Thirty uploads of all kinds over the days; every other by a lecturer, whose files are drawn."""
    lecturer = person("Lena Lektor", "lena@universitet.example")
    days = list(cohort.days.select_related("event").order_by("number"))
    made = []
    for n in range(30):
        kind, pages = KINDS[n % len(KINDS)], 1 + n % 3
        title = f"Underlag {n + 1} {kind}"
        by = cast.malin if n % 2 == 0 else lecturer
        material(days[n * len(days) // 30], title, upload(kind, pages, title), by=by, language="sv", order=n)
        made.append((title, pages))
    material(days[0], "Fallet familjen Ask", b"Text", by=cast.malin, name="Familjen Ask.txt", order=90)
    material(days[1], "Socialstyrelsen", by=cast.malin, link="https://www.socialstyrelsen.se/barn", order=91)
    material(
        days[2], "Facit till provet", by=cast.malin, link="https://example.org/f", seen_from=NOW + timedelta(days=9)
    )
    return made


def test_every_number_in_the_contents_and_under_the_pages_is_right(
    cast: Any, cohort: Any, thirty: list[tuple[str, int]], at: Any
) -> None:
    at(NOW)
    other = cast.cohort(number=11, state="finished")
    material(other.days.first(), "Annan omgång", upload("plain", 1, "Annan omgång"), by=cast.malin)
    actions.agree(enrolment=cast.places["Tuva Ljungdahl"], by=cast.tuva, now=NOW)
    folder = made(cohort, cast)
    content = contents(folder.file)
    assert (folder.uploads, folder.done, folder.total) == (30, 30, 30)

    document = pypdfium2.PdfDocument(content)
    texts = [words_on(document, index) for index in range(len(document))]
    total = len(texts)
    assert total == folder.pages
    # The pages follow each other, each with its number, upright or turned, of our paper or not.
    assert all(f"sida {n} av {total}" in text for n, text in enumerate(texts, 1))
    places = [place_of(document, n - 1, f"sida {n} av") for n in range(1, total + 1)]
    assert all(0.3 < across < 0.7 and up < 0.05 for across, up in places)
    begins, page = {}, total - sum(pages for _title, pages in thirty) + 1
    own = page - 1
    listed = " ".join(texts[1:own])
    marks = bookmarks(content)
    for title, pages in thirty:
        begins[title] = page
        assert re.search(rf"{title}(?: \(inte taggad för skärmläsare\))?[ .…]*{page}\b", listed), title
        assert marks[title] == page
        assert f"{title}, 1" in texts[page - 1]
        page += pages
    with pikepdf.open(io.BytesIO(content)) as file:
        numbers = {one.objgen: n for n, one in enumerate(file.pages, 1)}
        led = [
            numbers[note.Dest[0].objgen]
            for one in file.pages[1:own]
            for note in one.obj.get("/Annots", [])
            if "/Dest" in note and isinstance(note.Dest, pikepdf.Array)
        ]
        assert set(begins.values()) <= set(led)
        alive = {
            n
            for n, one in enumerate(file.pages, 1)
            for note in one.obj.get("/Annots", [])
            if n > own and str(note.get("/A", {}).get("/URI", "")) == "https://example.org/x"
        }
        # Those of the coordinator's uploads go on leading somewhere; what a lecturer uploaded is drawn.
        assert alive == {
            begins[title] + n
            for number, (title, pages) in enumerate(thirty)
            for n in range(pages)
            if number % 2 == 0 and title.endswith(("links", "form"))
        }
        assert "/AcroForm" not in file.Root
        assert file.Root.MarkInfo.Marked
        known = set(pikepdf.NumberTree(file.Root.StructTreeRoot.ParentTree).keys())
        assert all(int(one.obj.StructParents) in known for one in file.pages if "/Contents" in one.obj)
        # It does not say of itself what its uploads do not keep.
        assert b"pdfuaid:part" not in file.Root.Metadata.read_bytes()
        sizes = {tuple(round(float(value)) for value in one.mediabox[2:]) for one in file.pages[own:]}
        assert {(612, 792), (842, 595)} <= sizes
    whole = " ".join(texts)
    assert "Svaret 1" in whole  # what stood in a form
    assert "Familjen Ask.txt" in whole
    assert "https://www.socialstyrelsen.se/barn" in whole
    assert "Facit till provet" not in whole
    assert "Annan omgång" not in whole
    assert "Tuva Ljungdahl" in whole
    assert "Edvin Kronqvist" not in whole
    assert "Yasmin" not in whole


def test_the_cover_speaks_the_folders_language_and_carries_the_funders_words(cast: Any, cohort: Any, at: Any) -> None:
    at(NOW)
    with translation.override("en"):
        folder = made(cohort, cast, "fi")
    cover = words_on(pypdfium2.PdfDocument(contents(folder.file)), 0)
    assert "Kurssikansio" in cover
    assert "Euroopan unionin osarahoittama" in cover
    assert cast.sormland.name in cover
    assert "sivu 1 / " in cover
    with pikepdf.open(io.BytesIO(contents(folder.file))) as file:
        assert str(file.Root.Lang) == "fi"
        # Nothing is bound in that breaks the promise.
        assert b"pdfuaid:part" in file.Root.Metadata.read_bytes()


def test_a_file_that_is_gone_from_the_disk_ends_in_a_letter_and_not_in_silence(cast: Any, cohort: Any, at: Any) -> None:
    at(NOW)
    row = material(cohort.days.first(), "Borta", upload("plain", 1, "Borta"), by=cast.malin)
    Path(actions.workplace().parent / row.file.path).unlink()
    folder = actions.make(cohort=cohort, language="sv", by=cast.malin, now=NOW)
    for n in range(rules.TRIES):
        actions.print_waiting(now=NOW + n * timedelta(minutes=11))
    folder.refresh_from_db()
    assert folder.state == "failed"
    assert Letter.objects.filter(kind="programmes.folder_failed", person=cast.malin).exists()


# ---------- Who is named ----------


def test_nobody_is_named_before_saying_yes_and_a_protected_identity_never(cast: Any, cohort: Any) -> None:
    assert rules.named_in(cohort) == []
    actions.agree(enrolment=place(cast, cast.tuva), by=cast.tuva, now=NOW)
    assert [one.person for one in rules.named_in(cohort)] == [cast.tuva]
    cast.tuva.protected = True
    cast.tuva.save()
    assert rules.named_in(cohort) == []
    with pytest.raises(rules.Protected):
        actions.agree(enrolment=place(cast, cast.tuva), by=cast.tuva, now=NOW)


def test_a_yes_is_given_and_taken_back_on_the_persons_own_page(cast: Any, cohort: Any, sign_in: Any) -> None:
    mine, other = place(cast, cast.tuva), place(cast, cast.edvin)
    client = sign_in(cast.tuva)
    address = reverse("programmes:my_listing", args=[mine.pk])
    assert client.post(address, {"yes": "1"}).status_code == 302
    assert place(cast, cast.tuva).in_folder_since is not None
    client.post(address, {"no": "1"})
    assert place(cast, cast.tuva).in_folder_since is None
    assert client.post(reverse("programmes:my_listing", args=[other.pk]), {"yes": "1"}).status_code == 404


def test_a_yes_that_is_taken_back_closes_the_folder_and_a_new_one_follows_by_itself(
    cast: Any, cohort: Any, sign_in: Any, at: Any
) -> None:
    at(NOW)
    mine = place(cast, cast.tuva)
    actions.agree(enrolment=mine, by=cast.tuva, now=NOW)
    folder = ready(cohort, cast, named=(mine,))
    address = reverse("programmes:folder_file", args=[folder.pk])
    assert sign_in(cast.lars).get(address).status_code == 200
    actions.disagree(enrolment=mine, by=cast.tuva, now=NOW)
    assert sign_in(cast.lars).get(address).status_code == 302
    assert actions.renew(now=NOW) == 1
    folder.refresh_from_db()
    assert folder.ended_at == NOW
    assert folder.file is None
    follower = cohort.folders.standing().get()
    assert (follower.state, follower.follows_on, follower.language) == ("waiting", True, "sv")
    assert actions.renew(now=NOW) == 0
    assert sign_in(cast.lars).get(address).status_code == 404


# ---------- Making and releasing ----------


def test_a_released_folder_replaces_the_one_before_and_the_directors_are_told(cast: Any, cohort: Any, at: Any) -> None:
    at(NOW)
    before = ready(cohort, cast)
    folder = made(cohort, cast)
    assert Letter.objects.filter(kind="programmes.folder_ready", person=cast.malin).count() == 1
    actions.release(folder=folder, by=cast.malin, now=NOW)
    before.refresh_from_db()
    assert before.ended_at == NOW
    assert before.file is None
    told = {letter.person for letter in Letter.objects.filter(kind="programmes.folder")}
    assert told == {cast.lars}
    with pytest.raises(rules.AlreadyReleased):
        actions.release(folder=folder, by=cast.malin, now=NOW)
    assert Deed.objects.filter(deed="folder.released").count() == 1


def test_two_cannot_be_made_at_once_in_one_language(cast: Any, cohort: Any) -> None:
    actions.make(cohort=cohort, language="sv", by=cast.malin, now=NOW)
    with pytest.raises(rules.BeingMade):
        actions.make(cohort=cohort, language="sv", by=cast.malin, now=NOW)
    actions.make(cohort=cohort, language="fi", by=cast.malin, now=NOW)
    assert [row.number for row in cohort.folders.all()] == [2, 1]


def test_the_letter_is_read_before_the_folder_goes_out(cast: Any, cohort: Any, sign_in: Any, at: Any) -> None:
    at(NOW)
    folder = ready(cohort, cast, released=False)
    address = reverse("programmes:folder_release", args=[cohort.pk, folder.number])
    client = sign_in(cast.malin)
    shown = client.post(address)
    assert shown.status_code == 200
    assert not Letter.objects.filter(kind="programmes.folder").exists()
    client.post(address, {"confirm": "1"})
    folder.refresh_from_db()
    assert folder.released_at is not None
    assert Letter.objects.filter(kind="programmes.folder").count() == 1


# ---------- Who fetches it ----------


def test_a_municipality_keeps_its_copy_after_the_round_and_nobody_else_gets_it(
    cast: Any, cohort: Any, sign_in: Any, at: Any
) -> None:
    at(NOW)
    folder = ready(cohort, cast)
    draft = ready(cohort, cast, released=False, number=2)
    cohort.state = "decided"
    cohort.save()
    cast.sormland.participations.all().update(valid_to=NOW.date() - timedelta(days=1))
    far = person("Dag Lidköping", "dag@lidkoping.example", cast.skaraborg)
    role(far, "director", organisation=cast.lidkoping)
    file = reverse("programmes:folder_file", args=[folder.pk])
    for who in (cast.lars, cast.tuva, cast.malin):
        assert sign_in(who).get(file).status_code == 200
    for who in (far, cast.vera, cast.stina, cast.leila, cast.outsider):
        assert sign_in(who).get(file).status_code == 404
    early = reverse("programmes:folder_file", args=[draft.pk])
    assert sign_in(cast.malin).get(early).status_code == 200
    assert sign_in(cast.lars).get(early).status_code == 404
    assert sign_in(cast.tuva).get(early).status_code == 404
    assert Deed.objects.filter(deed="folder.fetched", by=cast.lars).count() == 1
    page = sign_in(cast.lars).get(reverse("programmes:folders")).content.decode()
    assert file in page
    assert early not in page


def test_a_director_names_who_else_fetches_the_copy_and_ends_it(cast: Any, cohort: Any, sign_in: Any, at: Any) -> None:
    at(NOW)
    folder = ready(cohort, cast)
    file = reverse("programmes:folder_file", args=[folder.pk])
    share = cohort.shares.get(organisation=cast.eskilstuna)
    client = sign_in(cast.lars)
    address = reverse("programmes:folder_readers", args=[share.pk])
    wrong = client.post(address, {"email": cast.petra.email})
    assert wrong.status_code == 422
    assert cast.petra.name not in wrong.content.decode()
    assert sign_in(cast.stina).get(file).status_code == 404
    assert sign_in(cast.lars).post(address, {"email": cast.stina.email}).status_code == 302
    assert Letter.objects.filter(kind="programmes.folder_named", person=cast.stina).count() == 1
    assert sign_in(cast.stina).get(file).status_code == 200
    assert file in sign_in(cast.stina).get(reverse("programmes:folders")).content.decode()
    with pytest.raises(rules.NamedAlready):
        actions.name_reader(share=share, address=cast.stina.email, by=cast.lars, now=NOW)
    row = FolderReader.objects.get()
    foreign = person("Ditte", "ditte@nykoping.example", cast.sormland)
    role(foreign, "director", organisation=cast.nykoping)
    employment(foreign, cast.nykoping)
    assert sign_in(foreign).post(reverse("programmes:folder_reader_end", args=[row.pk])).status_code == 404
    assert sign_in(foreign).get(address).status_code == 404
    sign_in(cast.lars).post(reverse("programmes:folder_reader_end", args=[row.pk]))
    assert sign_in(cast.stina).get(file).status_code == 404


def test_the_coordinators_page_says_what_goes_in(cast: Any, cohort: Any, sign_in: Any, at: Any) -> None:
    at(NOW)
    actions.agree(enrolment=place(cast, cast.tuva), by=cast.tuva, now=NOW)
    client = sign_in(cast.malin)
    address = reverse("programmes:folder", args=[cohort.pk])
    page = client.get(address).content.decode()
    assert "av 3 deltagare" in page
    assert client.post(address, {"language": "sv"}).status_code == 302
    assert cohort.folders.get().language == "sv"
    assert "Tuva" not in page


@pytest.mark.parametrize("which", ["folder", "folders"])
def test_the_pages_ask_as_much_for_three_versions_as_for_one(
    cast: Any, cohort: Any, sign_in: Any, at: Any, which: str
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    at(NOW)
    who, address = (
        (cast.malin, reverse("programmes:folder", args=[cohort.pk]))
        if which == "folder"
        else (cast.lars, reverse("programmes:folders"))
    )
    counts = []
    for n, language in enumerate(("sv", "fi", "en"), 1):
        ready(cohort, cast, number=n, language=language, named=(place(cast, cast.tuva),))
        client = sign_in(who)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[-1]
