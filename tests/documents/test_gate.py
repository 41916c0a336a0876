"""Uploads are what they say, pictures are drawn anew, names are safe."""

import contextlib
import io
import random
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from base.refusal import Refusal
from documents import gate


def workbook(**entries: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", b"<Types/>")
        packed.writestr("xl/workbook.xml", b"<workbook/>")
        for name, content in entries.items():
            packed.writestr(f"xl/{name}", content)
    return out


def test_content_says_what_a_file_is_not_its_name() -> None:
    assert gate.kind_of(b"\x89PNG\r\n\x1a\nrest") == "png"
    assert gate.kind_of(b"%PDF-1.7") == "pdf"
    assert gate.kind_of("namn;e-post\r\nÅsa;asa@exempel.se".encode("cp1252")) == "csv"
    assert gate.kind_of("namn".encode("utf-16")) == "csv"
    assert gate.kind_of(b"<html><script>") == ""
    assert gate.kind_of(b"MZ\x90\x00\x03") == ""
    assert gate.kind_of(b"") == ""


@pytest.mark.parametrize(
    "content", [b"<!doctype html><script>alert(1)</script>", b"MZ\x90\x00", b"%PDF-1.7 x", b"PK\x03\x04broken", b""]
)
def test_something_else_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(gate.ContentDiffers) as refusal:
        gate.check(io.BytesIO(content), kinds=("csv", "xlsx"))
    assert "CSV" in str(refusal.value)


def test_a_workbook_passes_and_stands_at_its_beginning() -> None:
    file = workbook()
    assert gate.check(file, kinds=("csv", "xlsx")) == "xlsx"
    assert file.tell() == 0


def test_a_workbook_with_macros_is_refused() -> None:
    with pytest.raises(gate.HasMacros):
        gate.check(workbook(**{"vbaProject.bin": b"x"}), kinds=("xlsx",))


def test_a_packed_file_that_swells_is_refused_unopened() -> None:
    with pytest.raises(gate.UnpacksTooMuch):
        gate.check(workbook(big=b"\0" * 30_000_000), kinds=("xlsx",))


def test_too_large_is_said_with_the_limit() -> None:
    with pytest.raises(gate.TooLarge) as refusal:
        gate.check(io.BytesIO(b"a;b\n" * 600_000), kinds=("csv",), largest=1024 * 1024)
    assert "1 MB" in str(refusal.value)


def test_a_picture_is_drawn_anew_without_what_was_hidden_in_it() -> None:
    out = io.BytesIO()
    picture = Image.new("RGBA", (3000, 1500), (200, 0, 0, 255))
    exif = Image.Exif()
    exif[0x010E] = "hemligt"
    picture.convert("RGB").save(out, "JPEG", exif=exif)
    clean = gate.clean_picture(io.BytesIO(out.getvalue() + b"<script>alert(1)</script>"))
    assert b"hemligt" not in clean
    assert b"<script>" not in clean
    with Image.open(io.BytesIO(clean)) as made:
        assert made.format == "PNG"
        assert made.size == (1200, 600)
        assert not made.getexif()


def huge_png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\nbroken", b"\xff\xd8\xffbroken", huge_png(), b"<svg/>"])
def test_a_picture_that_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal):
        gate.clean_picture(io.BytesIO(content))


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\filer\\Åsa & Ö'Brien.xlsx", "Åsa & Ö'Brien.xlsx"),
        ("a\x00b\r\nc.csv", "abc.csv"),
        ("fdp\u202e.exe", "fdp.exe"),
        ("x" * 300 + ".xlsx", "x" * 115 + ".xlsx"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_names_are_safe_to_show_and_to_save_under(given: str, safe: str) -> None:
    assert gate.safe_name(given) == safe


def picture_file(size: tuple[int, int], kind: str = "PNG", mode: str = "RGB", colours: str = "navy gold") -> bytes:
    """A picture whose left half has the second colour."""
    ground, left = colours.split()
    made = Image.new("RGB", size, ground)
    made.paste(left, (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    made.convert(mode).save(out, kind)
    return out.getvalue()


def unseen(size: tuple[int, int]) -> bytes:
    """A white figure on nothing."""
    made = Image.new("RGBA", size, (0, 0, 0, 0))
    made.paste((255, 255, 255, 255), (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    made.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        picture_file((400, 200)),
        picture_file((400, 200), "JPEG"),
        picture_file((400, 200), "JPEG", "CMYK"),
        picture_file((400, 200), "PNG", "P"),
    ],
    ids=["png", "jpeg", "print colours", "palette"],
)
def test_an_emblem_is_drawn_anew_whatever_its_colours_are_kept_as(content: bytes) -> None:
    with Image.open(io.BytesIO(gate.clean_emblem(io.BytesIO(content)))) as clean:
        assert (clean.format, clean.size, clean.mode) == ("PNG", (400, 200), "RGB")
        assert len(clean.getcolors(400 * 200) or []) >= 2


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", gate.ContentDiffers),
        (b"GIF89a" + b"\x00" * 90, gate.ContentDiffers),
        (b"%PDF-1.7\n", gate.ContentDiffers),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', gate.PictureIsDrawing),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- -->\n<SVG onload="alert(1)"/>', gate.PictureIsDrawing),
        (picture_file((400, 200))[:300], gate.PictureUnreadable),
        (picture_file((119, 60)), gate.PictureTooSmall),
        (picture_file((1200, 12)), gate.PictureTooSmall),
        (picture_file((400, 200), colours="white white"), gate.PictureBlank),
        (unseen((400, 200)), gate.PictureBlank),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * (gate.LARGEST_PICTURE + 1), gate.TooLarge),
    ],
    ids=[
        "empty", "gif", "pdf", "svg with a script", "svg behind a heading", "cut off", "tiny", "a hair", "white",
        "white on nothing", "too many bytes",
    ],
)  # fmt: skip
def test_what_cannot_stand_as_an_emblem_is_refused_with_its_reason(content: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        gate.clean_emblem(io.BytesIO(content))


def test_a_picture_with_broken_bytes_is_drawn_or_refused_and_never_an_error() -> None:
    dice = random.Random(2027)
    for sound in (picture_file((160, 80)), picture_file((160, 80), "JPEG")):
        for _turn in range(150):
            broken = bytearray(sound)
            for _byte in range(dice.randint(1, 12)):
                broken[dice.randrange(3, len(broken))] = dice.randrange(256)
            with contextlib.suppress(Refusal):
                gate.clean_emblem(io.BytesIO(bytes(broken)))
