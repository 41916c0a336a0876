"""Many certificates at once: from one layout, each as if it were printed alone, and nothing of anybody else in it."""

import io
import re
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from base import clock
from documents import pdf
from documents.actions import contents
from programmes.actions import certificates as actions
from programmes.documents import certificates as documents
from programmes.models import Certificate, Funder
from tests.cast import person

pytestmark = pytest.mark.django_db
EIGHT = ("n",) * 8
CODE = re.compile(rb"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}")
NAMES = (
    "Åsa Öst",
    "Björn Ärlig",
    "<b>Maija</b> & Co",
    "Siobhán O'Brien",
    "Maarit Šimić-Đorđević",
    "Anna-Margareta Elisabet Cederström-Lindqvist von Essen af Zweigbergk Wachtmeister-Hermelin",
    "Wilhelmina Wahlström-Wiklund",
    "Kalle Kula",
    "Kirsti-Kaarina Kankaanpää-Koskenniemi",
)


@pytest.fixture
def course(cast: Any, at: Any) -> Any:
    """A co-funded round whose days are over."""
    funder = Funder.objects.create(
        region=cast.sormland,
        name="EU",
        statement_sv="Medfinansieras av Europeiska unionen",
        statement_fi="Euroopan unionin osarahoittama",
        emblem_name="eu",
    )
    cohort = cast.cohort(programme=cast.programme(funder=funder), capacity=200)
    at("2027-11-10 09:00")
    return cohort


def issue(cast: Any, course: Any, names: tuple[str, ...]) -> list[Certificate]:
    for number, name in enumerate(names):
        language = "fi" if number % 3 == 2 else "sv"
        who = person(name, f"d{number}@eskilstuna.example", cast.sormland, language=language)
        cast.attendance(cast.enrolment(course, who, unit=cast.barn), *EIGHT)
    actions.issue_batch(cohort=course, by=cast.malin, now=clock.now())
    assert actions.print_waiting(now=clock.now()) == len(names)
    return list(Certificate.objects.select_related("file").order_by("pk"))


def bytes_of(paper: pikepdf.Pdf) -> bytes:
    """Everything that a file holds, unpacked: drawing, fonts, words about it."""
    found = [str(paper.docinfo).encode()]
    for thing in paper.objects:
        if isinstance(thing, pikepdf.Stream):
            picture = thing.get("/Subtype") == "/Image"
            found.append(repr(dict(thing)).encode() + (b"" if picture else thing.read_bytes()))
        else:
            found.append(repr(thing).encode())
    return b"\n".join(found)


def words_of(content: bytes) -> str:
    found = subprocess.run(["pdftotext", "-", "-"], input=content, check=True, capture_output=True).stdout
    return found.decode()


def is_whole_and_nobody_elses(certificate: Certificate, everybody: list[Certificate]) -> None:
    """One page, tagged, in one language, with its own title, name, code and square code; nothing of the others'."""
    content = contents(certificate.file)
    name, code = certificate.facts["name"], certificate.code
    with pikepdf.open(io.BytesIO(content)) as paper:
        assert len(paper.pages) == 1
        assert str(paper.Root.Lang) == certificate.language
        assert paper.Root.MarkInfo.Marked
        assert paper.Root.ViewerPreferences.DisplayDocTitle
        assert str(paper.docinfo.Title).endswith(f": {name}")
        assert b"pdfuaid" in paper.Root.Metadata.read_bytes()
        known = dict(pikepdf.NumberTree(paper.Root.StructTreeRoot.ParentTree).items())
        [link] = paper.pages[0].Annots
        assert set(known) == {int(paper.pages[0].obj.StructParents), int(link.StructParent)}
        assert str(link.A.URI) == str(link.Contents) == documents.address_of(code)
        whole = bytes_of(paper)
        assert set(CODE.findall(whole)) == {code.encode()}
        [picture] = [pikepdf.PdfImage(one).as_pil_image() for one in paper.pages[0].get_images().values()]
        with Image.open(io.BytesIO(documents.qr_code(code).content)) as expected:
            assert picture.convert("RGB").tobytes() == expected.convert("RGB").tobytes()
    words = words_of(content)
    assert code in words
    assert "".join(name.split()).replace("-", "") in "".join(words.split()).replace("-", "")
    about = whole.decode("utf-8", "ignore") + words
    for other in everybody:
        assert other.pk == certificate.pk or other.facts["name"] not in about, other.facts["name"]


def test_each_paper_of_a_batch_is_whole_and_holds_nothing_of_anybody_else(
    cast: Any, course: Any, tmp_path: Path
) -> None:
    made = issue(cast, course, NAMES)
    for certificate in made:
        is_whole_and_nobody_elses(certificate, made)
    for certificate in (made[0], made[1], made[5], made[8]):  # alike, alike, alone, alike
        together, alone = tmp_path / "a.pdf", tmp_path / "b.pdf"
        together.write_bytes(contents(certificate.file))
        alone.write_bytes(documents.print_certificate(certificate).content)
        drawn = [
            subprocess.run(["pdftoppm", "-r", "50", "-png", one], check=True, capture_output=True).stdout
            for one in (together, alone)
        ]
        assert drawn[0] == drawn[1], certificate.facts["name"]
    fonts = subprocess.run(["pdffonts", together], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    assert fonts
    assert all(("Source-Sans-3" in one or "Schibsted-Grotesk" in one) and " yes yes " in one for one in fonts)


def test_only_what_is_alike_is_printed_from_one_layout(cast: Any, course: Any) -> None:
    for number, marks in enumerate((EIGHT, EIGHT, EIGHT, (*EIGHT[:7], "f"))):
        who = person(f"Deltagare {number}", f"d{number}@eskilstuna.example", cast.sormland)
        cast.attendance(cast.enrolment(course, who, unit=cast.nyk_barn if number == 2 else cast.barn), *marks)
    actions.issue_batch(cohort=course, by=cast.malin, now=clock.now())
    together = []
    while first := actions._take_next(clock.now()):
        together.append([paper.facts["name"][-1] for paper in (first, *actions._take_alike(first, clock.now()))])
    assert together == [["0", "1"], ["2"], ["3"]]


def test_one_paper_that_breaks_the_press_takes_nobody_along_the_second_time(
    cast: Any, course: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        who = person(f"Deltagare {number}", f"d{number}@eskilstuna.example", cast.sormland)
        cast.attendance(cast.enrolment(course, who, unit=cast.barn), *EIGHT)
    actions.issue_batch(cohort=course, by=cast.malin, now=clock.now())
    press = documents.print_alike

    def fragile(papers: list[Certificate]) -> list[pdf.Printed]:
        if any(paper.facts["name"] == "Deltagare 1" for paper in papers):
            raise pdf.PressFailed()
        return press(papers)

    monkeypatch.setattr(documents, "print_alike", fragile)
    assert actions.print_waiting(now=clock.now()) == 0
    assert actions.print_waiting(now=clock.now() + actions.PRINT_LEASE) == 2
    assert Certificate.objects.get(file=None).facts["name"] == "Deltagare 1"


def test_a_page_whose_lines_cannot_be_told_is_not_lifted() -> None:
    page = '<!doctype html><html lang="sv"><head><title>T: A</title></head><body><p>A</p><p>A</p>{}</body></html>'
    picture = pdf.qr_code("https://example.org/c/A/")
    body = '<img src="asset:picture/code" alt="x"><p style="break-before:page">A</p><p style="break-before:page">B</p>'
    others = [pdf.Other("T: A", picture, {}), pdf.Other("T: B", picture, {})]
    assert pdf.press_alike(page.format(body), others, picture="code", pictures={"code": picture}) == [None, None]


@pytest.mark.deep
def test_a_hundred_of_a_batch_are_whole_and_nobody_elses(cast: Any, course: Any) -> None:
    made = issue(cast, course, tuple(f"{NAMES[number % 9]} {number}"[-110:] for number in range(100)))
    for certificate in made:
        is_whole_and_nobody_elses(certificate, made)
