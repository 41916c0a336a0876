"""Many papers that differ in a few lines, from one layout: the lines are laid out beside and lifted into the first.

The first page of a document is the whole paper of the first person; every page after it holds only the lines that
differ, for one person each, in the same order. A paper is the first page with the other's lines in place of the first
one's: tags, fonts and everything else stay. Where a line breaks differently or needs another font, there is no paper,
and it is laid out by itself. Pure functions on bytes, done in the press's child process.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, NumberTree, Pdf, String
from PIL import Image

LINE = re.compile(
    rb"BT\n1 0 0 -1 (?P<x>-?[\d.]+) (?P<y>-?[\d.]+) Tm\n(?P<font>/\w+ [\d.]+ Tf)\n(?P<shown>\[[^\n]*\] TJ)\nET\n"
)
START = b"BT\n"


class NotAlike(Exception):
    """The lines cannot be told in the first paper, so nothing can be lifted."""


@dataclass(frozen=True)
class Line:
    """A line of text as it is drawn: how far from the left, in which font and size, which letters."""

    x: float
    font: bytes
    shown: bytes


def lines_of(content: bytes) -> list[Line] | None:
    """The lines of a page in their order; None where something is drawn that is more than a line in one font."""
    found = [Line(float(one["x"]), one["font"], one["shown"]) for one in LINE.finditer(content)]
    return found if len(found) == content.count(START) else None


class Lifter:
    """One layout of many papers, of which each is made in turn."""

    def __init__(self, content: bytes, *, title: str, picture: tuple[int, int]) -> None:
        """`content` is the document, `title` the first paper's, `picture` the size of the picture that differs."""
        with pikepdf.open(io.BytesIO(content)) as whole:
            self.others = [lines_of(page.Contents.read_bytes()) for page in list(whole.pages)[1:]]
            _keep_first(whole)
            kept = io.BytesIO()
            whole.save(kept)
        # Read anew, what only the other pages needed is forgotten.
        self.pdf = pikepdf.open(kept)
        self.page = self.pdf.pages[0]
        self.template = self.page.Contents.read_bytes()
        self.title = title
        self.about = self.pdf.Root.Metadata.read_bytes()
        self.picture = self._picture(picture)
        first = self.others[0] if self.others else None
        if not first or self.about.count(_said(title)) != 1:
            raise NotAlike
        self.first = first
        self.slots = [self._slot(line) for line in first]

    def _slot(self, line: Line) -> re.Match[bytes]:
        """Where a line of the first paper stands in it; it must be there once."""
        alike = [one for one in LINE.finditer(self.template) if (one["font"], one["shown"]) == (line.font, line.shown)]
        if len(alike) != 1:
            raise NotAlike
        return alike[0]

    def _picture(self, size: tuple[int, int]) -> Any:
        """The picture that each paper has of its own, known by its size."""
        pictures = self.page.Resources.get("/XObject", Dictionary()).as_dict().values()
        alike = [one for one in pictures if (one.get("/Width"), one.get("/Height")) == size]
        if len(alike) != 1 or alike[0].get("/SMask") is not None:
            raise NotAlike
        return alike[0]

    def make(self, number: int, *, title: str, picture: bytes, links: Mapping[str, str]) -> bytes | None:
        """The paper of one person, or None when it must be laid out by itself.

        `links` says which addresses of the first paper become which.
        """
        lines = self.others[number]
        if lines is None or [line.font for line in lines] != [line.font for line in self.first]:
            return None
        if not self._exchange(picture):
            return None
        self.page.Contents.write(self._with(lines))
        self.pdf.Root.Metadata.write(self.about.replace(_said(self.title), _said(title)))
        self.pdf.docinfo["/Title"] = title
        for note, address in self._links():
            if address in links:
                note.A.URI = String(links[address])
                note.Contents = String(links[address])
        out = io.BytesIO()
        self.pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        for note, address in self._links():
            back = {new: old for old, new in links.items()}
            if address in back:
                note.A.URI = String(back[address])
        return out.getvalue()

    def _links(self) -> list[tuple[Any, str]]:
        notes: Any = self.page.obj.get("/Annots", [])
        return [(note, str(note.A.URI)) for note in notes if "/A" in note and "/URI" in note.A]

    def _with(self, lines: Sequence[Line]) -> bytes:
        """The first paper's drawing with other lines."""
        content, shift = self.template, 0
        order = sorted(zip(self.slots, self.first, lines, strict=True), key=lambda one: one[0].start())
        for slot, before, line in order:
            x = float(slot["x"]) + line.x - before.x
            for name, new in (("x", f"{x:.6f}".encode()), ("shown", line.shown)):
                start, end = slot.start(name) + shift, slot.end(name) + shift
                content = content[:start] + new + content[end:]
                shift += len(new) - (end - start)
        return content

    def _exchange(self, picture: bytes) -> bool:
        """Put another picture of the same size, in two colours, in place of the first one's."""
        with Image.open(io.BytesIO(picture)) as drawn:
            seen = drawn.convert("RGB")
        colours = seen.getcolors(2)
        if seen.size != (self.picture.Width, self.picture.Height) or not colours or len(colours) != 2:
            return False
        both = [bytes(colour) for _count, colour in colours if isinstance(colour, tuple)]
        dark, light = sorted(both, key=sum)
        middle = (sum(dark) + sum(light)) // 6
        bits = seen.convert("L").point(lambda value: 255 if value > middle else 0).convert("1").tobytes()
        self.picture.write(bits)
        self.picture.BitsPerComponent = 1
        self.picture.ColorSpace = Array([Name.Indexed, Name.DeviceRGB, 1, String(dark + light)])
        for key in ("/DecodeParms", "/Decode"):
            if key in self.picture:
                del self.picture[key]
        return True


def _said(title: str) -> bytes:
    return f">{escape(title)}<".encode()


def _keep_first(pdf: Pdf) -> None:
    """Let go of every page but the first, and of what the structure tree says about them."""
    first = pdf.pages[0]
    tree = pdf.Root.StructTreeRoot
    body = tree.K[0] if isinstance(tree.K, Array) else tree.K
    body.K = Array([kid for kid in body.K if _page_of(kid) == first.objgen])
    notes: Any = first.obj.get("/Annots", [])
    keys = {int(first.obj.StructParents)} | {int(note.StructParent) for note in notes if "/StructParent" in note}
    parents = NumberTree(tree.ParentTree)
    for key in set(parents.keys()) - keys:
        del parents[key]
    while len(pdf.pages) > 1:
        del pdf.pages[-1]


def _page_of(kid: Any) -> tuple[int, int] | None:
    """On which page an element begins, by itself or by what is in it."""
    while isinstance(kid, Dictionary):
        if "/Pg" in kid:
            return kid.Pg.objgen
        inner = kid.get("/K")
        kid = inner[0] if isinstance(inner, Array) and len(inner) else inner
    return None
