"""Whether a file that somebody hands in is what it says, and pictures made harmless."""

import io
import json
import logging
import os
import re
import secrets
import subprocess
import sys
import unicodedata
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from documents.cleaning import Unfit
from documents.cleaning.office import look_at_the_end

LARGEST = 10 * 1024 * 1024
LARGEST_PICTURE = 5 * 1024 * 1024
ENTRIES, UNPACKED, RATIO = 1_000, 200 * 1024 * 1024, 100
PIXELS = 30_000_000
SIDE = 1_200
LARGEST_UPLOAD = 50 * 1024 * 1024
WALL = 30.0
BASE = Path(__file__).resolve().parent.parent
CHILD = "import sys; sys.path.insert(0, sys.argv.pop()); from documents.cleaning.child import main; main()"
log = logging.getLogger("helmi.gate")
SMALLEST = (120, 40)  # points of an emblem's longer and shorter side
NAMES: dict[str, str | Promise] = {
    "csv": _("a text file (CSV)"),
    "xlsx": _("an Excel file (XLSX)"),
    "png": _("a picture (PNG)"),
    "jpeg": _("a picture (JPEG)"),
    "pdf": _("a PDF file"),
    "webp": _("a picture (WebP)"),
    "docx": _("a Word file (DOCX)"),
    "pptx": _("a PowerPoint file (PPTX)"),
    "odt": _("an OpenDocument file (ODT, ODS, ODP)"),
    "txt": _("a text file (TXT)"),
}
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
TAKEN = ("pdf", "docx", "xlsx", "pptx", "odt", "png", "jpeg", "webp", "txt", "csv")  # said to whoever uploads


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


class HasPrograms(Refusal):
    """An Office file with macros."""

    message = _(
        "The file holds macros, which are programs. Save it without macros (as DOCX, XLSX or PPTX) and try again."
    )


class HasObjects(Refusal):
    """An Office file that carries another file inside."""

    message = _("The file holds another program or file inside. Take it out, or add it as a file of its own.")


class Fetches(Refusal):
    """An Office file that takes something from another place when it is opened."""

    message = _(
        "The file fetches something from another place when it is opened: %(what)s. Break the link so that everything "
        "is in the file, and try again."
    )


class OldOrLocked(Refusal):
    """An Office file of the time before 2007, or a locked one: they look the same from outside."""

    message = _(
        "The file is in an old Office format or locked with a password. Save it as DOCX, XLSX or PPTX without a "
        "password and try again."
    )


class Locked(Refusal):
    """A file that opens only with a password."""

    message = _("The file opens only with a password. Save it without a password and try again.")


class Damaged(Refusal):
    """A file that cannot be read to its end."""

    message = _("The file is damaged or has been cut short. Open it on your computer, save it again and try again.")


class TooManyPages(Refusal):
    """A PDF too long for anyone."""

    message = _("The file has more than %(limit)s pages. Divide it and try again.")


class PageSize(Refusal):
    """A PDF whose pages are of no size that paper has."""

    message = _("A page of the file is too large or too small to be shown.")


class TooManyPoints(Refusal):
    """A picture, alone or in a document, too large to be drawn."""

    message = _("A picture is larger than %(limit)s million pixels. Make it smaller and try again.")


class Multiplies(Refusal):
    """A PDF whose pages cost far more to draw than they show."""

    message = _("The file is made so that it takes too long to show. Print it to a new PDF and try again.")


class OnlyOneProgram(Refusal):
    """A PDF form of the kind that most programs show as an empty page."""

    message = _("The form in the file (XFA) is shown by one program only. Print it to a new PDF and try again.")


class TakesTooLong(Refusal):
    """A file that broke the limits of time or memory while it was looked at."""

    message = _("The file took too long to check, and nothing was stored. Print it to a new PDF, or make it smaller.")


REASONS: dict[str, type[Refusal]] = {
    "macros": HasPrograms,
    "objects": HasObjects,
    "fetches": Fetches,
    "locked": Locked,
    "damaged": Damaged,
    "cut_short": Damaged,
    "picture_damaged": Damaged,
    "swells": UnpacksTooMuch,
    "pages": TooManyPages,
    "page_size": PageSize,
    "pixels": TooManyPoints,
    "multiplies": Multiplies,
    "xfa": OnlyOneProgram,
    "limits": TakesTooLong,
}
FETCHED: dict[str, str | Promise] = {
    "attachedtemplate": _("a template"),
    "image": _("a linked picture"),
    "field": _("a field with a link"),
    "hyperlink": _("a link that is not to a web page"),
}
# What was found and taken out, or should be known: said to whoever uploaded.
NOTES: dict[str, str | Promise] = {
    "scripts": _("Scripts were taken out of the file."),
    "attachments": _("Files attached inside the file were taken out."),
    "actions": _("Buttons or links that start programs or send data were taken out."),
    "unlocked": _(
        "The file had a lock against copying or printing and is stored without it. Make sure that you may share it."
    ),
    "signed": _("The file was signed electronically. The signature does not hold in the stored copy."),
    "repaired": _("The file was damaged and has been repaired. Open it and look at it."),
    "names_in_changes": _(
        "The file holds comments or tracked changes, with the names of those who made them. They are still there."
    ),
}


@dataclass(frozen=True)
class Admitted:
    """An upload that has passed the gate: a cleaned file of ours, waiting to be kept or thrown away."""

    path: Path
    kind: str
    name: str
    size: int
    pages: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """How it is served."""
        return TYPES[self.kind]

    def discard(self) -> None:
        """Remove it; what was moved to its place is not there any more."""
        self.path.unlink(missing_ok=True)


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


def admit(file: IO[bytes], *, name: str, folder: Path, largest: int = LARGEST_UPLOAD) -> Admitted:
    """The upload as a cleaned file in `folder`; refused with the reason when it is something else, or hides something.

    Content decides, not the name. Documents and pictures are opened in a child process with limits, and what is kept
    is what the child has written anew; it lasts a second or so.
    """
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    if size > largest:
        raise TooLarge(limit=largest // (1024 * 1024))
    found = _family(file)
    made = folder / secrets.token_hex(16)
    try:
        if found == "text":
            facts: dict[str, Any] = {"kind": _plain_text(file, made, name)}
        else:
            facts = _cleaned(found, file, made)
        made.chmod(0o600)
        stem = safe_name(name).rpartition(".")[0] or safe_name(name)
        ending = {"jpeg": "jpg"}.get(facts["kind"], facts["kind"])
        return Admitted(
            path=made,
            kind=facts["kind"],
            name=f"{stem[:110]}.{ending}",
            size=made.stat().st_size,
            pages=facts.get("pages"),
            notes=tuple(facts.get("notes", ())),
        )
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def _family(file: IO[bytes]) -> str:
    """How an upload is opened: pdf, picture, office or text; refused when it is nothing that is taken in."""
    head = file.read(4096)
    file.seek(0)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise OldOrLocked()
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "picture"
    families = {"pdf": "pdf", "png": "picture", "jpeg": "picture", "csv": "text", "xlsx": "office"}
    found = families.get(kind_of(head))
    if found is None:
        raise _differs(TAKEN)
    if found == "office":  # its directory is asked before it is copied
        try:
            look_at_the_end(file)
        except Unfit as unfit:
            raise REASONS[unfit.code]() from unfit
    return found


def _plain_text(file: IO[bytes], made: Path, name: str) -> str:
    """Text as UTF-8, whatever it was before; a name that ends with .csv makes it a table."""
    data = file.read()
    for encoding in ("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Damaged()
    if any(unicodedata.category(letter) == "Cc" and letter not in "\t\n\r\f" for letter in text):
        raise _differs(TAKEN)
    table = name.lower().endswith(".csv")
    made.write_bytes(text.encode("utf-8-sig" if table else "utf-8"))
    return "csv" if table else "txt"


def _cleaned(family: str, file: IO[bytes], made: Path) -> dict[str, Any]:
    """What the child process made of an upload; its refusal is ours, and so is its end by a limit."""
    source = made.with_suffix(".in")
    try:
        with source.open("xb") as copy:
            while piece := file.read(1 << 20):
                copy.write(piece)
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "TMPDIR": str(made.parent)}
        try:
            done = subprocess.run(  # noqa: S603  (our interpreter, our code, paths of our own making)
                [sys.executable, "-I", "-B", "-c", CHILD, family, source, made, BASE],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=made.parent,
                env=environment,
                timeout=WALL,
                check=False,
            )
            answer = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError) as error:
            log.warning("an upload broke the limits", extra={"facts": {"family": family}})
            raise TakesTooLong() from error
    finally:
        source.unlink(missing_ok=True)
    if "fit" in answer:
        return dict(answer["fit"])
    log.info("an upload was refused", extra={"facts": {"family": family, "reason": answer["unfit"]}})
    if answer["unfit"] == "differs":
        raise _differs(TAKEN)
    refusal = answer["facts"]
    if "what" in refusal:
        refusal["what"] = str(FETCHED.get(refusal["what"], _("a linked table or file")))
    raise REASONS[answer["unfit"]](**refusal)


def safe_name(name: str, fallback: str = "file") -> str:
    """A file name that is safe to show and to save under: no folders, controls or turned writing, 120 characters."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    name = re.sub(r'[<>:"|?*%;\s]+', " ", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 8:
        return f"{stem[: 120 - len(ending) - 1].strip() or fallback}.{ending}"
    return name[:120].strip() or fallback
