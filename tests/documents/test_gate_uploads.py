"""Every upload at the gate: content decides, pictures and texts are written anew, names are safe."""

import io
from pathlib import Path

import pytest
from PIL import Image

from documents import gate
from tests.documents import hostile


def admit(data: bytes, folder: Path, name: str = "x.pdf") -> gate.Admitted:
    return gate.admit(io.BytesIO(data), name=name, folder=folder)


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg onload='alert(1)'/>",
        b"MZ\x90\x00",
        b"\x7fELF\x02",
        b"#!/bin/sh\n",
        b"{\\rtf1 \\object}",
        b"GIF89a" + b"\0" * 20,
        b"",
        b"ren text\n" * 1000 + b"\x00\x01",
    ],
)
@pytest.mark.parametrize("name", ["x.pdf", "x.txt"])
def test_what_is_not_on_the_list_is_refused_whatever_its_name(content: bytes, name: str, tmp_path: Path) -> None:
    with pytest.raises(gate.ContentDiffers) as said:
        admit(content, tmp_path, name)
    assert "PDF" in str(said.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "made"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "jpeg")])
def test_a_picture_is_drawn_anew_the_right_way_up_without_place_and_author(
    kind: str, made: str, tmp_path: Path
) -> None:
    data = hostile.photo(kind)
    assert b"Hanna" in data
    kept = admit(data + b"<script>alert(1)</script>", tmp_path, "Bild.jpeg.pdf")
    assert kept.kind == made
    clean = kept.path.read_bytes()
    assert b"Hanna" not in clean
    assert b"<script>" not in clean
    with Image.open(io.BytesIO(clean)) as picture:
        assert picture.size == (40, 60)  # it was photographed lying
        assert not picture.getexif()
        assert picture.convert("RGB").getpixel((20, 30))[0] > 150
    assert kept.name == ("Bild.jpeg.png" if made == "png" else "Bild.jpeg.jpg")


def test_a_clear_picture_stays_clear(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (5, 5), (0, 0, 0, 0)).save(out, "WEBP")
    kept = admit(out.getvalue(), tmp_path)
    with Image.open(kept.path) as picture:
        assert picture.getpixel((2, 2)) == (0, 0, 0, 0)


def test_a_picture_of_2_500_million_points_is_refused_by_its_header(tmp_path: Path) -> None:
    with pytest.raises(gate.TooManyPoints):
        admit(hostile.huge_png(), tmp_path)


def test_a_damaged_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(gate.Damaged):
        admit(hostile.photo()[:200], tmp_path)


def test_texts_become_utf_8(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        kept = admit("Åsa;Öst".encode(encoding), tmp_path, "lista.txt")
        assert (kept.kind, kept.path.read_bytes()) == ("txt", "Åsa;Öst".encode())
    kept = admit(b"namn;kommun", tmp_path, "lista.CSV")
    assert (kept.kind, kept.path.read_bytes()) == ("csv", b"\xef\xbb\xbfnamn;kommun")
    assert kept.content_type == "text/csv; charset=utf-8"


def test_too_large_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    with pytest.raises(gate.TooLarge) as said:
        gate.admit(io.BytesIO(b"a" * 1_100_000), name="x.txt", folder=tmp_path, largest=1024 * 1024)
    assert "1 MB" in str(said.value)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("a\x00b\r\n.exe", "ab.txt"),
        ("fdp\u202etxt.exe", "fdptxt.txt"),
        ("å" * 300 + ".txt", "å" * 110 + ".txt"),
        ("faktura.pdf.exe", "faktura.pdf.txt"),
        ("", "file.txt"),
    ],
)
def test_the_name_is_safe_and_ends_as_the_content_is(given: str, shown: str, tmp_path: Path) -> None:
    kept = admit(b"hej", tmp_path, given)
    assert kept.name == shown
    assert "passwd" not in kept.path.name
    assert kept.path.parent == tmp_path


def test_the_child_knows_no_secret_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the child can see of its surroundings, asked by a child that looks."""
    monkeypatch.setenv("SECRET_KEY", "hemlig")
    monkeypatch.setattr(
        gate,
        "CHILD",
        "import os, json, sys; print(json.dumps({'fit': {'kind': 'pdf', 'notes': sorted(os.environ)}})); "
        "open(sys.argv[3], 'w').close()",
    )
    assert set(admit(hostile.pdf(), tmp_path).notes) <= {"LANG", "LC_CTYPE", "PATH", "TMPDIR"}
