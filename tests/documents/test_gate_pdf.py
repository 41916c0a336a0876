"""PDF files at the gate: what acts is taken out, what is a bomb is refused with its reason, the rest is kept."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from django.utils import translation

from base.refusal import Refusal
from documents import gate
from tests.documents import hostile

ACTIVE = {"/JavaScript", "/JS", "/EmbeddedFiles", "/EF", "/AA", "/OpenAction", "/XFA", "/Encrypt", "/Next"}
REACHING = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"}


def admit(data: bytes, folder: Path, name: str = "Bilder.pdf") -> gate.Admitted:
    return gate.admit(io.BytesIO(data), name=name, folder=folder)


def active(path: Path) -> set[str]:
    """What in a file still acts, reaches out or is carried along, however deep it stands."""
    found: set[str] = set()

    def walk(item: object) -> None:
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            for key, inner in item.items():
                if key in ACTIVE:
                    found.add(key)
                if key == "/S" and str(inner) in REACHING:
                    found.add(str(inner))
                if not getattr(inner, "is_indirect", False):
                    walk(inner)
        elif isinstance(item, pikepdf.Array):
            for inner in item:
                if not getattr(inner, "is_indirect", False):
                    walk(inner)

    with pikepdf.open(path) as document:
        walk(document.Root)
        for item in document.objects:
            walk(item)
        walk(document.trailer)
    return found


def test_a_plain_file_is_kept_with_its_pages_and_title_but_not_its_author(tmp_path: Path) -> None:
    kept = admit(hostile.pdf(pages=3), tmp_path, "Föreläsning.PDF")
    assert (kept.kind, kept.pages, kept.name, kept.notes) == ("pdf", 3, "Föreläsning.pdf", ())
    assert kept.content_type == "application/pdf"
    data = kept.path.read_bytes()
    with pikepdf.open(kept.path) as document:
        assert str(document.docinfo["/Title"]) == "Barn & unga"
        assert "/Author" not in document.docinfo
        assert b"Hanna" not in document.Root.Metadata.read_bytes()
    assert b"Hanna" not in data
    assert [path.name for path in tmp_path.iterdir()] == [kept.path.name]
    assert kept.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (hostile.scripts, "scripts"),
        (hostile.launches, "actions"),
        (hostile.attachments, "attachments"),
        (hostile.plain_form, "scripts"),
    ],
)
def test_what_acts_is_taken_out_and_said(change: Callable[[pikepdf.Pdf], None], note: str, tmp_path: Path) -> None:
    data = hostile.pdf(change)
    (tmp_path / "before.pdf").write_bytes(data)
    assert active(tmp_path / "before.pdf"), "the file does not act, so this test proves nothing"
    kept = admit(data, tmp_path)
    assert active(kept.path) == set()
    assert note in kept.notes
    assert str(gate.NOTES[note])
    assert b"MZMZ" not in kept.path.read_bytes()
    with pikepdf.open(kept.path) as document:
        kinds = {str(item.Subtype) for page in document.pages for item in page.obj.get("/Annots", [])}
    assert "/FileAttachment" not in kinds


def test_links_to_web_pages_and_forms_to_fill_in_stay(tmp_path: Path) -> None:
    kept = admit(hostile.pdf(hostile.launches), tmp_path)
    with pikepdf.open(kept.path) as document:
        links = [str(note.A.URI) for note in document.pages[0].Annots if "/A" in note]
    assert links == ["https://good.example/"]
    kept = admit(hostile.pdf(hostile.plain_form), tmp_path)
    with pikepdf.open(kept.path) as document:
        assert str(document.Root.AcroForm.Fields[0].T) == "namn"


def test_a_picture_in_a_file_loses_its_place_and_keeps_its_points(tmp_path: Path) -> None:
    data = hostile.pdf(hostile.with_photo)
    assert b"Hanna" in data
    kept = admit(data, tmp_path)
    assert b"Hanna" not in kept.path.read_bytes()
    with pikepdf.open(kept.path) as document:
        picture = pikepdf.PdfImage(document.pages[0].Resources.XObject.I).as_pil_image()
        assert picture.getpixel((50, 30))[0] > 150
        assert not picture.getexif().get_ifd(0x8825)


def test_that_a_file_is_tagged_is_still_said(tmp_path: Path) -> None:
    def tagged(document: pikepdf.Pdf) -> None:
        document.Root.Lang = pikepdf.String("sv")
        with document.open_metadata() as facts:
            facts.register_xml_namespace("http://www.aiim.org/pdfua/ns/id/", "pdfuaid")
            facts["pdfuaid:part"] = "1"

    kept = admit(hostile.pdf(tagged), tmp_path)
    with pikepdf.open(kept.path) as document, document.open_metadata() as facts:
        assert facts["pdfuaid:part"] == "1"
        assert facts["dc:language"] == ["sv"] or facts["dc:language"] == {"sv"}


def test_a_lock_against_copying_is_said(tmp_path: Path) -> None:
    how = pikepdf.Encryption(owner="o", user="", R=6, allow=pikepdf.Permissions(extract=False))
    kept = admit(hostile.pdf(encryption=how), tmp_path)
    assert "unlocked" in kept.notes
    assert active(kept.path) == set()


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (lambda: hostile.pdf(encryption=pikepdf.Encryption(owner="o", user="u", R=6)), gate.Locked),
        (lambda: hostile.content_bomb(twice=False), gate.UnpacksTooMuch),
        (lambda: hostile.content_bomb(twice=True), gate.UnpacksTooMuch),
        (lambda: hostile.pdf(hostile.huge_image), gate.TooManyPoints),
        (lambda: hostile.pdf(hostile.inline_image), gate.TooManyPoints),
        (lambda: hostile.pdf(hostile.lying_jpeg), gate.TooManyPoints),
        (lambda: hostile.pdf(hostile.doubling_forms), gate.Multiplies),
        (lambda: hostile.pdf(hostile.own_form), gate.Multiplies),
        (lambda: hostile.pdf(hostile.dense_pattern), gate.Multiplies),
        (lambda: hostile.pdf(hostile.wide_page), gate.PageSize),
        (lambda: hostile.pdf(hostile.one_program_form), gate.OnlyOneProgram),
        (lambda: hostile.pdf(pages=10_000), gate.TooManyPages),
        (hostile.nested_arrays, gate.Damaged),
        (hostile.looping_pages, gate.Damaged),
        (hostile.garbage, gate.Damaged),
        (lambda: hostile.pdf(hostile.with_photo)[: -len(hostile.pdf()) // 3], gate.Damaged),
        (lambda: b"", gate.ContentDiffers),
        (lambda: b"<!doctype html><script>alert(1)</script>", gate.ContentDiffers),
        (lambda: b"PK\x03\x04<script>" + hostile.pdf(), gate.Damaged),
    ],
)
def test_what_is_locked_broken_or_a_bomb_is_refused_with_its_reason(
    make: Callable[[], bytes], refusal: type[Refusal], tmp_path: Path
) -> None:
    data, started = make(), time.monotonic()
    with pytest.raises(refusal) as said:
        admit(data, tmp_path)
    assert time.monotonic() - started < 15
    for language in ("sv", "fi", "en"):
        with translation.override(language):
            assert "%(" not in str(said.value)
    assert list(tmp_path.iterdir()) == []


def test_what_breaks_the_limits_is_refused_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "WALL", 0.01)
    with pytest.raises(gate.TakesTooLong):
        admit(hostile.pdf(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_page_of_html_behind_a_pdf_is_gone_from_what_is_kept(tmp_path: Path) -> None:
    kept = admit(hostile.pdf() + b"\n<script>alert(1)</script>\n%%EOF", tmp_path)
    assert b"<script>" not in kept.path.read_bytes()
    kept = admit(b"%PDF-1.4\n<html><script>alert(1)</script></html>\n" + hostile.pdf(), tmp_path)
    assert b"<script>" not in kept.path.read_bytes()
