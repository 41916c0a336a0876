"""The press: one page description in, one accessible PDF out. The only module that knows WeasyPrint.

Printing happens in a child process that a parent keeps warm: it has none of our secrets and no database, its memory
and its time are limited, and it is killed when a page takes longer than `WALL` seconds, since a layout cannot be
stopped from inside. The child is made when the first page is printed and renewed after `RENEWED` pages.

Nothing is fetched. A page may name files of `static/pdf/` ("asset:certificate.css", "asset:fonts/..."), and pictures
that are handed in as bytes ("asset:picture/funder"); every other address is refused and logged, and the picture is
missing on the page.
"""

import atexit
import base64
import contextlib
import ctypes
import functools
import json
import logging
import os
import resource
import struct
import subprocess
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal

BASE = Path(__file__).resolve().parent.parent
ASSETS = BASE / "static" / "pdf"
TYPES = {".css": "text/css", ".ttf": "font/ttf", ".svg": "image/svg+xml", ".png": "image/png"}
PICTURES = ("image/png", "image/jpeg", "image/svg+xml")
LARGEST_PICTURE = 2 * 1024 * 1024
MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 20
WALL = 40.0
START = 60.0
RENEWED = 500
MM = 25.4 / 96  # of a CSS pixel
MOST_DRAWN = 3
LIBRARIES = {
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libfontconfig.so.1": "libfontconfig1",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
}

log = logging.getLogger("helmi.press")


class PressMissing(Refusal):
    """The machine lacks the libraries that lay out text."""

    message = _(
        "PDF files cannot be made here, because the server lacks a library (%(packages)s). "
        "Whoever runs the server can install it; everything else works meanwhile."
    )


class PressFailed(Refusal):
    """The page could not be laid out within its limits."""

    message = _("The document could not be printed. The error is logged, and it is tried again.")


@dataclass(frozen=True)
class Picture:
    """A picture that a page may show, as bytes that we already hold."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class Printed:
    """A finished PDF, how many pages it has, and the addresses it asked for in vain."""

    content: bytes
    pages: int
    refused: tuple[str, ...] = ()


# ---------- What the parent offers ----------


@functools.cache
def why_not_print() -> PressMissing | None:
    """The reason why nothing can be printed on this machine, or None; asked by pages before they offer it."""
    missing = []
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return PressMissing(packages=", ".join(missing)) if missing else None


def press(
    html: str,
    *,
    styles: Iterable[str] = (),
    pictures: Mapping[str, Picture] | None = None,
    expected: int | None = None,
) -> Printed:
    """Print `html`, a whole document with `lang` and `title`, as PDF/UA-1.

    `styles` are names in static/pdf/; `pictures` are shown with "asset:picture/NAME". Where a number of pages is
    `expected` and it comes to another, only that number is answered and nothing is written. Refused when the machine
    lacks the libraries, or when the page breaks its limits of time and memory.
    """
    if refusal := why_not_print():
        raise refusal
    printed = _press.print(html, list(styles), pictures or {}, expected)
    for address in printed.refused:
        log.warning("refused to fetch", extra={"facts": {"address": address}})
    return printed


@dataclass(frozen=True)
class Other:
    """What differs on one of many papers, beside its lines: the title, the picture, where the links lead."""

    title: str
    picture: Picture
    links: Mapping[str, str]


def press_alike(
    html: str,
    others: Sequence[Other],
    *,
    picture: str,
    styles: Iterable[str] = (),
    pictures: Mapping[str, Picture] | None = None,
) -> list[Printed | None]:
    """Print many papers of one page each from one layout, as `documents.lifting` says; the first of `others` is the
    one that `html` begins with, and `picture` names the picture that differs.

    None stands for a paper that must be printed by itself. Refused as `press` is.
    """
    if refusal := why_not_print():
        raise refusal
    named = {f"other/{number}": other.picture for number, other in enumerate(others)}
    wanted = {"alike": picture, "others": [{"title": one.title, "links": dict(one.links)} for one in others]}
    answer, bodies = _press.ask(html, list(styles), {**(pictures or {}), **named}, {"write": True, **wanted})
    for address in answer["refused"]:
        log.warning("refused to fetch", extra={"facts": {"address": address}})
    return [Printed(body, 1, tuple(answer["refused"])) if body else None for body in bodies]


@dataclass(frozen=True)
class Laid:
    """A page description as it was laid out: its pages, and where each element with an `id` begins.

    A place is the number of the page, from 0, and the distance from that page's upper edge in millimetres.
    """

    pages: int
    places: Mapping[str, tuple[int, float]]
    content: bytes = b""
    pictures: tuple[bytes, ...] = ()


def lay_out(html: str, *, styles: Iterable[str] = (), write: bool = False, draw: int = 0) -> Laid:
    """Lay out `html` as `press` does and say where things stand; the same words, styles and fonts give the same pages.

    With `write` the PDF comes along, with `draw` a picture of that width in points of each of the first pages.
    Refused as `press` is.
    """
    if refusal := why_not_print():
        raise refusal
    answer, bodies = _press.ask(html, list(styles), {}, {"places": True, "write": write or bool(draw), "draw": draw})
    places = {name: (page, y) for name, (page, y) in answer["places"].items()}
    return Laid(answer["pages"], places, bodies[0], tuple(bodies[1:]))


@functools.cache
def renderer() -> str:
    """Which version of which program lays out our pages."""
    from importlib.metadata import version

    return f"weasyprint {version('weasyprint')}"


def close() -> None:
    """End the child; the next page starts another."""
    _press.end()


# ---------- Letters that our fonts have ----------

TEXT, HEADING = "SourceSans3-Semibold.ttf", "SchibstedGrotesk-Bold.ttf"


@dataclass(frozen=True)
class Font:
    """Which characters a font has and how wide they are, in thousandths of its size."""

    widths: dict[int, int]

    def lacks(self, text: str) -> list[str]:
        """The characters of `text` that this font cannot show, each once."""
        return sorted({letter for letter in unicodedata.normalize("NFC", text) if ord(letter) not in self.widths})

    def width(self, text: str, size: float) -> float:
        """How wide `text` is in points at `size` points."""
        return sum(self.widths.get(ord(letter), 600) for letter in unicodedata.normalize("NFC", text)) * size / 1000


@functools.cache
def font(name: str = TEXT) -> Font:
    """A font of ours, read once."""
    from fontTools.ttLib import TTFont

    with TTFont(ASSETS / "fonts" / name, lazy=True) as file:
        units, advances = file["head"].unitsPerEm, file["hmtx"].metrics
        return Font({code: advances[glyph][0] * 1000 // units for code, glyph in file.getBestCmap().items()})


def qr_code(address: str, *, mask: int | None = None) -> Picture:
    """A QR code of an address: four points a module, so that it can be read from paper and screen.

    Of the eight patterns that a code can have the calmest is looked for; with `mask` that one is taken, which reads
    as well and is quicker.
    """
    import io

    import segno

    out = io.BytesIO()
    segno.make(address, error="m", micro=False, mask=mask).save(out, kind="png", scale=4, border=2, dark="#13242c")
    return Picture(out.getvalue(), "image/png")


# ---------- The child and the pipe to it ----------


def _send(pipe: IO[bytes], facts: dict[str, Any], *bodies: bytes) -> None:
    head = json.dumps({**facts, "sizes": [len(body) for body in bodies]}).encode()
    pipe.write(struct.pack(">I", len(head)) + head + b"".join(bodies))
    pipe.flush()


def _receive(pipe: IO[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    start = pipe.read(4)
    if len(start) < 4:
        raise EOFError
    facts = json.loads(pipe.read(struct.unpack(">I", start)[0]))
    bodies = []
    for size in facts["sizes"]:
        body = pipe.read(size)
        if len(body) < size:
            raise EOFError
        bodies.append(body)
    return facts, bodies


class _Press:
    """One warm child at a time; pages go through it one after the other."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.child: subprocess.Popen[bytes] | None = None
        self.owner = 0
        self.printed = 0

    def print(self, html: str, styles: list[str], pictures: Mapping[str, Picture], expected: int | None) -> Printed:
        """Print one page description."""
        answer, bodies = self.ask(html, styles, pictures, {"write": True, "expected": expected})
        return Printed(bodies[0], answer["pages"], tuple(answer["refused"]))

    def ask(
        self, html: str, styles: list[str], pictures: Mapping[str, Picture], wanted: dict[str, Any]
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Lay out one page description; a child that breaks its limits is killed and only this page is lost."""
        with self.lock:
            child, limit = self._warm(), WALL if self.printed else START
            stop = threading.Timer(limit, child.kill)
            stop.start()
            try:
                named = list(pictures)
                facts = {
                    **wanted,
                    "html": html,
                    "styles": styles,
                    "pictures": named,
                    "types": [pictures[n].content_type for n in named],
                }
                _send(child.stdin, facts, *(pictures[name].content for name in named))  # type: ignore[arg-type]  # pipes, both
                answer, bodies = _receive(child.stdout)  # type: ignore[arg-type]  # as above
            except (EOFError, OSError, ValueError) as error:
                self._kill()
                log.error(
                    "the press was ended by its limits", extra={"facts": {"seconds": limit, "code": child.returncode}}
                )
                raise PressFailed() from error
            finally:
                stop.cancel()
            self.printed += 1
        if not bodies:
            log.error("the press failed", extra={"facts": {"error": answer.get("error", "")}})
            raise PressFailed()
        return answer, bodies

    def _warm(self) -> subprocess.Popen[bytes]:
        """The child, started anew after a fork, after its death, or when it has printed enough."""
        if self.child and self.owner == os.getpid() and self.child.poll() is None and self.printed < RENEWED:
            return self.child
        if self.child and self.owner == os.getpid():
            self._kill()
        environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(BASE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "TMPDIR": tempfile.gettempdir(),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path(tempfile.gettempdir()) / "helmi-press")),
        }
        self.child = subprocess.Popen(
            [sys.executable, "-c", "from documents.pdf import _serve; _serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=BASE,
            env=environment,
        )
        self.owner, self.printed = os.getpid(), 0
        return self.child

    def _kill(self) -> None:
        if self.child and self.owner == os.getpid():
            self.child.kill()
            self.child.wait()
            for pipe in (self.child.stdin, self.child.stdout):
                if pipe:
                    try:
                        pipe.close()
                    except OSError:  # what was not yet written is of no use to anybody
                        continue
        self.child = None

    def end(self) -> None:
        """End the child."""
        with self.lock:
            self._kill()


_press = _Press()
atexit.register(close)


def _serve() -> None:
    """The child: read a page, print it, answer, until the parent is gone."""
    os.setsid()  # an interrupt at the parent's terminal is the parent's to handle
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)  # a stray print must not enter the pipe
    printer = None
    while True:
        try:
            job, bodies = _receive(jobs)
        except EOFError:
            return
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + CPU_SECONDS, resource.RLIM_INFINITY))
        try:
            printer = printer or _Printer()
            pictures = {
                name: (body, kind) for name, kind, body in zip(job["pictures"], job["types"], bodies, strict=True)
            }
            answer, made = printer.print(job, pictures)
        except Exception as error:  # whatever a layout raises, the parent hears of it and the child goes on
            _send(answers, {"error": type(error).__name__})
            continue
        _send(answers, answer, *made)


class _Printer:
    """Inside the child: fonts, style sheets and the image cache are made once."""

    def __init__(self) -> None:
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
        assets = {
            path.relative_to(ASSETS).as_posix(): path
            for path in ASSETS.rglob("*")
            if path.is_file() and path.suffix in TYPES
        }

        class AssetFetcher(URLFetcher):
            """Knows names, not addresses; the base class, which opens files and connections, is never asked."""

            def __init__(self) -> None:
                super().__init__(allowed_protocols=frozenset(), allow_redirects=False, timeout=1)
                self.pictures: dict[str, tuple[bytes, str]] = {}
                self.refused: list[str] = []

            def fetch(self, url: str, headers: Any = None) -> Any:
                scheme, _colon, name = url.partition(":")
                if scheme == "asset":
                    if name in assets:
                        return URLFetcherResponse(
                            url, assets[name].read_bytes(), {"Content-Type": TYPES[assets[name].suffix]}
                        )
                    kind, _slash, own = name.partition("/")
                    if kind == "picture" and own in self.pictures:
                        content, content_type = self.pictures[own]
                        if content_type in PICTURES and len(content) <= LARGEST_PICTURE:
                            return URLFetcherResponse(url, content, {"Content-Type": content_type})
                if scheme == "data" and len(url) <= 100_000 and url.startswith("data:image/png;base64,"):
                    return URLFetcherResponse(
                        url, base64.b64decode(url.partition(",")[2]), {"Content-Type": "image/png"}
                    )
                self.refused.append(url[:80])
                raise ValueError("refused")

        self.fetcher = AssetFetcher()
        self.fonts = FontConfiguration()
        self.sheets: dict[str, Any] = {}
        self.kept: dict[str, Any] = {}

    def sheet(self, name: str) -> Any:
        """A parsed style sheet of ours."""
        from weasyprint import CSS

        if name not in self.sheets:
            self.sheets[name] = CSS(url=f"asset:{name}", url_fetcher=self.fetcher, font_config=self.fonts)
        return self.sheets[name]

    def print(self, job: dict[str, Any], pictures: dict[str, tuple[bytes, str]]) -> tuple[dict[str, Any], list[bytes]]:
        """Lay out one document and, when it is asked for, write it with tags for readers of every kind."""
        from weasyprint import HTML

        self.fetcher.pictures, self.fetcher.refused = pictures, []
        sheets = [self.sheet(name) for name in job["styles"]]
        cache = dict(self.kept)
        document = HTML(string=job["html"], base_url="asset:", url_fetcher=self.fetcher).render(
            font_config=self.fonts, stylesheets=sheets, cache=cache, pdf_variant="pdf/ua-1"
        )
        content = b""
        if job["write"] and job.get("expected") in (None, len(document.pages)):
            content = document.write_pdf(finisher=_printed_annotations, pdf_variant="pdf/ua-1")
        # Only what we ship is remembered from page to page; a person's picture never is.
        self.kept |= {name: drawn for name, drawn in cache.items() if str(name).startswith("asset:emblems/")}
        answer: dict[str, Any] = {"pages": len(document.pages), "refused": self.fetcher.refused}
        if job.get("alike"):
            return answer, _lifted(content, job, pictures)
        if job.get("places"):
            answer["places"] = {
                name: (number, box[1] * MM)
                for number, page in reversed(list(enumerate(document.pages)))
                for name, box in page.anchors.items()
            }
        return answer, [content, *(_drawn(content, job["draw"]) if job.get("draw") else ())]


def _lifted(content: bytes, job: dict[str, Any], pictures: dict[str, tuple[bytes, str]]) -> list[bytes]:
    """Each paper of many, or nothing where it must be printed by itself."""
    from documents.lifting import Lifter, NotAlike

    others = job["others"]
    drawn = struct.unpack(">II", pictures[job["alike"]][0][16:24])  # where a PNG says how large it is
    try:
        lifter = Lifter(content, title=others[0]["title"], picture=(drawn[0], drawn[1]))
        return [
            lifter.make(number, title=one["title"], picture=pictures[f"other/{number}"][0], links=one["links"]) or b""
            for number, one in enumerate(others)
        ]
    except NotAlike:
        return [b""] * len(others)


def _drawn(content: bytes, width: int) -> list[bytes]:
    """Pictures of the first pages, in few colours: text on white."""
    import io

    import pypdfium2

    with contextlib.closing(pypdfium2.PdfDocument(content)) as document:
        drawn = []
        for number in range(min(len(document), MOST_DRAWN)):
            page = document[number]
            picture = page.render(scale=width / page.get_width()).to_pil().convert("RGB").quantize(24, dither=0)
            out = io.BytesIO()
            picture.save(out, "png", optimize=True)
            drawn.append(out.getvalue())
        return drawn


def _printed_annotations(_document: Any, pdf: Any) -> None:
    """Links carry the print flag, as PDF/UA readers expect."""
    for item in pdf.objects:
        if isinstance(item, dict) and item.get("Type") == "/Annot":
            item["F"] = 4
