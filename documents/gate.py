"""Whether a file that somebody hands in is what it says, and pictures made harmless."""

import io
import re
import unicodedata
import warnings
import zipfile
from typing import IO

from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal

LARGEST = 10 * 1024 * 1024
LARGEST_PICTURE = 5 * 1024 * 1024
ENTRIES, UNPACKED, RATIO = 1_000, 200 * 1024 * 1024, 100
PIXELS = 30_000_000
SIDE = 1_200
SMALLEST = (120, 40)  # points of an emblem's longer and shorter side
NAMES: dict[str, str | Promise] = {
    "csv": _("a text file (CSV)"),
    "xlsx": _("an Excel file (XLSX)"),
    "png": _("a picture (PNG)"),
    "jpeg": _("a picture (JPEG)"),
    "pdf": _("a PDF file"),
}


class TooLarge(Refusal):
    """More bytes than are taken in."""

    message = _("The file is larger than %(limit)s MB.")


class ContentDiffers(Refusal):
    """The content is not of any kind that is asked for."""

    message = _("The content of the file does not match: it is not %(kinds)s. Nothing was stored.")


class HasMacros(Refusal):
    """A workbook that carries programs."""

    message = _("The Excel file holds macros. Save it as a workbook without macros (XLSX) and try again.")


class UnpacksTooMuch(Refusal):
    """A packed file that swells."""

    message = _("The file unpacks to far more than its size. Nothing was stored.")


class PictureUnreadable(Refusal):
    """A picture that cannot be opened, or is far too large to print."""

    message = _("The picture cannot be read, or is larger than %(pixels)s million pixels.")


class PictureIsDrawing(Refusal):
    """A vector drawing: it may carry programs, and cannot be drawn anew from points here."""

    message = _("The file is a drawing (SVG), which is not taken in. Save it as a PNG picture and choose that.")


class PictureTooSmall(Refusal):
    """Too few points to print."""

    message = _("The picture is too small to print: it must have at least %(long)s by %(short)s points.")


class PictureBlank(Refusal):
    """Nothing is left of it on paper."""

    message = _("The picture shows nothing on white paper. Choose one with colours that are seen on white.")


def kind_of(head: bytes) -> str:
    """What a file is by its first bytes: csv, xlsx, png, jpeg, pdf, or nothing that we know."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    sample = head[:4096]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "csv"
    if not sample or any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in sample):
        return ""
    text = sample.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "" if text.startswith((b"<", b"{", b"#!", b"mz")) else "csv"


def check(file: IO[bytes], *, kinds: tuple[str, ...], largest: int = LARGEST) -> str:
    """The kind of an upload, one of `kinds`; refused when it is too large, something else, or hides something.

    The name that the file came with is not asked: only its content. The file is left at its beginning.
    """
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    if size > largest:
        raise TooLarge(limit=largest // (1024 * 1024))
    kind = kind_of(file.read(4096))
    file.seek(0)
    if kind not in kinds:
        raise _differs(kinds)
    if kind == "xlsx":
        _check_workbook(file, size, kinds)
        file.seek(0)
    return kind


def _differs(kinds: tuple[str, ...]) -> ContentDiffers:
    words = [str(NAMES[kind]) for kind in kinds]
    return ContentDiffers(kinds=get_text_list(words, str(_("or"))))


def _check_workbook(file: IO[bytes], size: int, kinds: tuple[str, ...]) -> None:
    """What the directory of a packed workbook promises, before anything is unpacked."""
    try:
        with zipfile.ZipFile(file) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _differs(kinds) from error
    names = {entry.filename.lower() for entry in entries}
    if any(name.endswith(("vbaproject.bin", ".exe", ".dll")) for name in names):
        raise HasMacros()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED or unpacked > max(size, 20_000) * RATIO:
        raise UnpacksTooMuch()
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise _differs(kinds)


def clean_emblem(file: IO[bytes]) -> bytes:
    """A picture for pages and papers, as `clean_picture`; drawings, and what is too small or blank, are refused."""
    from PIL import Image

    head = file.read(4096)
    file.seek(0)
    if kind_of(head) not in ("png", "jpeg") and b"<svg" in head.lower():
        raise PictureIsDrawing()
    content = clean_picture(file)
    with Image.open(io.BytesIO(content)) as picture:
        if max(picture.size) < SMALLEST[0] or min(picture.size) < SMALLEST[1]:
            raise PictureTooSmall(long=SMALLEST[0], short=SMALLEST[1])
        if len(picture.getcolors(2) or "more") == 1:
            raise PictureBlank()
    return content


def clean_picture(file: IO[bytes]) -> bytes:
    """The picture as a fresh PNG: drawn anew from its points, at most 1,200 a side, without what else was in it."""
    from PIL import Image, ImageOps

    check(file, kinds=("png", "jpeg"), largest=LARGEST_PICTURE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=("PNG", "JPEG")) as opened:
                if opened.width * opened.height > PIXELS or min(opened.size) < 1:
                    raise PictureUnreadable(pixels=PIXELS // 1_000_000)
                picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureUnreadable(pixels=PIXELS // 1_000_000) from error
    picture.thumbnail((SIDE, SIDE))
    ground = Image.new("RGB", picture.size, "white")  # paper is white, and a transparent picture costs a PDF its size
    ground.paste(picture, mask=picture.getchannel("A"))
    out = io.BytesIO()
    ground.save(out, "PNG", optimize=True)
    return out.getvalue()


def safe_name(name: str, fallback: str = "file") -> str:
    """A file name that is safe to show and to save under: no folders, controls or turned writing, 120 characters."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    name = re.sub(r'[<>:"|?*%;\s]+', " ", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 8:
        return f"{stem[: 120 - len(ending) - 1].strip() or fallback}.{ending}"
    return name[:120].strip() or fallback
