"""Binding: pages of our own and uploaded PDF files become one document with bookmarks and numbers on every page.

Pure functions from files to a file, done in a child process (`main`): a file that breaks its limits costs only this
process. The jobs come as JSON on standard input, one object a line; what was done comes back in the same way.

An upload that is trusted is taken over with its links and, when it has them, its tags; one that has none is tagged a
page at a time. Any other is drawn on a page of ours, where no link, script or attachment can survive: its text is
then one picture to those who listen, with its title.
"""

import json
import re
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, NumberTree, OutlineItem, Page, Pdf, Rectangle, String

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 240
WRITTEN = 800 * 1024 * 1024
LINK = "https://folder.invalid/"  # the way from a line of the contents to an upload, until it has a page
FOOT = 30.0  # points below a placed upload, for the number
A4 = (595.28, 841.89)
BROKEN = (
    pikepdf.PdfError,
    pikepdf.ForeignObjectError,
    AttributeError,
    IndexError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)
Say = Callable[[int], None]


def look(path: Path) -> dict[str, Any]:
    """How many pages an upload has, whether it is tagged throughout, and whether it says that it follows PDF/UA."""
    with pikepdf.open(path) as pdf:
        tagged = _is_tagged(pdf)
        return {"pages": len(pdf.pages), "tagged": tagged, "accessible": tagged and _follows_ua(pdf)}


def _is_tagged(pdf: Pdf) -> bool:
    """Whether every page that shows something stands in a structure tree that can be taken over."""
    try:
        tree = pdf.Root.get("/StructTreeRoot")
        if not isinstance(tree, Dictionary) or "/K" not in tree or "/ParentTree" not in tree:
            return False
        known = set(NumberTree(tree.ParentTree).keys())
        return bool(known) and all(
            "/StructParents" in page.obj and int(page.obj.StructParents) in known
            for page in pdf.pages
            if "/Contents" in page.obj
        )
    except BROKEN:
        return False


def _follows_ua(pdf: Pdf) -> bool:
    facts = pdf.Root.get("/Metadata")
    return isinstance(facts, pikepdf.Stream) and b"pdfuaid:part" in facts.read_bytes()


def bind(job: dict[str, Any], say: Say) -> dict[str, Any]:
    """The whole document, written to `job["target"]`; says after each upload how many are done.

    `own` are our pages and `letters` a page that shows each letter of the numbers; `parts` are the uploads with title,
    language, group and whether they are trusted; `words` is what stands under a page. The answer has the page on which
    each upload begins, from 1, and how each was taken.
    """
    parts = [Part(**part) for part in job["parts"]]
    with pikepdf.open(job["own"]) as pdf:
        binder = _Binder(pdf)
        own = len(pdf.pages)
        for page in pdf.pages:
            _isolate(page)
        begins, ways = [], []
        for number, part in enumerate(parts, 1):
            begins.append(len(pdf.pages) + 1)
            ways.append(binder.take(part))
            say(number)
        binder.turn_links(begins, [part.title for part in parts])
        binder.bookmark(parts, begins, job["heading"])
        with pikepdf.open(job["letters"]) as letters:
            _Numbers(pdf, letters).stamp(job["words"], own)
            if not job["accessible"] or set(ways) - {"tagged"}:
                _claim_less(pdf)
            pdf.save(job["target"], object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return {"pages": len(pdf.pages), "begins": begins, "ways": ways}


@dataclass(frozen=True)
class Part:
    """An upload: where it is, what it is called, and how far it is trusted."""

    path: str
    title: str
    group: str = ""
    language: str = ""
    trusted: bool = False


class _Binder:
    """Our own document, into which uploads are taken one after the other."""

    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.sources: list[Pdf] = []  # kept open until the whole is written
        self.tree = pdf.Root.StructTreeRoot
        self.body = self.tree.K[0] if isinstance(self.tree.K, Array) else self.tree.K
        if not isinstance(self.body.K, Array):
            self.body.K = Array([self.body.K])
        self.parents = NumberTree(self.tree.ParentTree)
        self.key = max(self.parents.keys(), default=-1) + 1

    def take(self, part: Part) -> str:
        """Take an upload at the end: with its tags, tagged by us, or drawn on pages of ours."""
        source = pikepdf.open(part.path)
        self.sources.append(source)
        first, count = len(self.pdf.pages), len(source.pages)
        if part.trusted:
            tagged = _is_tagged(source)
            if tagged or "/StructTreeRoot" not in source.Root:
                chapters = len(self.body.K)
                try:
                    self._append(source, part, tagged)
                    return "tagged" if tagged else "plain"
                except BROKEN:  # it is whole as pages, though not as a document: it is drawn instead
                    del self.pdf.pages[first:]
                    del self.body.K[chapters:]
                    source = pikepdf.open(part.path)
                    self.sources.append(source)
        self._place(source, part, count)
        return "placed"

    def _chapter(self, part: Part) -> Any:
        """The part of the structure tree that holds an upload."""
        chapter = self.pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Part, P=self.body, T=String(part.title), K=Array([]))
        )
        if part.language:
            chapter.Lang = String(part.language)
        self.body.K.append(chapter)
        return chapter

    # ---------- Trusted: taken over ----------

    def _append(self, source: Pdf, part: Part, tagged: bool) -> None:
        _flatten(source)
        if tagged:
            _drop_fields(source)
        first = len(self.pdf.pages)
        self.pdf.add_pages_from(source, forms="strip")
        pages = self.pdf.pages[first:]
        for page in pages:
            _isolate(page)
        chapter = self._chapter(part)
        if tagged:
            self._graft(source, chapter, pages)
        else:
            self._tag(chapter, pages)
        for page in pages:
            page.obj.Tabs = Name.S
            for note in _notes(page):
                note.F = (int(note.get("/F", 0)) | 4) & ~2

    def _graft(self, source: Pdf, chapter: Any, pages: list[Page]) -> None:
        """The upload's structure tree under our chapter; its numbers go on after ours."""
        tree = source.Root.StructTreeRoot
        kids = list(tree.K) if isinstance(tree.K, Array) else [tree.K]
        for kid in kids:
            copied = (
                self.pdf.copy_foreign(kid)
                if kid.is_indirect
                else self.pdf.make_indirect(self.pdf.copy_foreign(source.make_indirect(kid)))
            )
            copied.P = chapter
            chapter.K.append(copied)
        for table in ("/RoleMap", "/ClassMap"):
            if isinstance(theirs := tree.get(table), Dictionary):
                if table not in self.tree:
                    self.tree[table] = Dictionary()
                for name, value in theirs.items():
                    if name not in self.tree[table]:
                        self.tree[table][name] = self.pdf.copy_foreign(value) if value_is_indirect(value) else value
        top = -1
        for key, value in NumberTree(tree.ParentTree).items():
            self.parents[self.key + key] = self._copied(value)
            top = max(top, key)
        for page in pages:
            if "/StructParents" in page.obj:
                page.obj.StructParents = int(page.obj.StructParents) + self.key
            for note in _notes(page):
                if "/StructParent" in note:
                    note.StructParent = int(note.StructParent) + self.key
        for form in _forms(pages):
            for name in ("/StructParents", "/StructParent"):
                if name in form:
                    form[name] = int(form[name]) + self.key
        self.key += top + 1

    def _copied(self, value: Any) -> Any:
        """An entry of the upload's parent tree: an element, or a list of elements."""
        if value.is_indirect:
            return self.pdf.copy_foreign(value)
        if not isinstance(value, Array):
            return value
        return Array([self.pdf.copy_foreign(one) if value_is_indirect(one) else one for one in value])

    def _tag(self, chapter: Any, pages: list[Page]) -> None:
        """An upload without tags: each page is one paragraph, so that its text is read, and each link a link."""
        for page in pages:
            if "/Contents" in page.obj:
                paragraph = self.pdf.make_indirect(
                    Dictionary(Type=Name.StructElem, S=Name.P, P=chapter, Pg=page.obj, K=Array([0]))
                )
                chapter.K.append(paragraph)
                page.contents_add(b"/P <</MCID 0>> BDC\n", prepend=True)
                page.contents_add(b"\nEMC")
                self._under(page, Array([paragraph]))
            for note in _notes(page):
                kind = Name.Link if note.get("/Subtype") == "/Link" else Name.Annot
                said = _said(note)
                element = self.pdf.make_indirect(
                    Dictionary(Type=Name.StructElem, S=kind, P=chapter, Pg=page.obj, Alt=String(said))
                )
                element.K = Array([Dictionary(Type=Name.OBJR, Obj=note, Pg=page.obj)])
                chapter.K.append(element)
                note.StructParent = self.key
                self.parents[self.key] = element
                self.key += 1
                if "/Contents" not in note:
                    note.Contents = String(said)

    def _under(self, page: Page, elements: Array) -> None:
        page.obj.StructParents = self.key
        self.parents[self.key] = elements
        self.key += 1

    # ---------- Not trusted: drawn ----------

    def _place(self, source: Pdf, part: Part, count: int) -> None:
        _flatten(source, everything=True)
        chapter = self._chapter(part)
        for number, theirs in enumerate(source.pages, 1):
            form = self.pdf.copy_foreign(theirs.as_form_xobject())
            width, height = _fitting(*_seen(theirs))
            page = self.pdf.add_blank_page(page_size=(width, height))
            name = page.add_resource(form, Name.XObject)
            room = Rectangle(0, FOOT, width, height)
            drawn = page.calc_form_xobject_placement(
                form, name, room, invert_transformations=True, allow_shrink=True, allow_expand=False
            )
            said = f"{part.title} ({number}/{count})"
            box = Array([0, FOOT, width, height])
            figure = self.pdf.make_indirect(
                Dictionary(
                    Type=Name.StructElem,
                    S=Name.Figure,
                    P=chapter,
                    Pg=page.obj,
                    K=Array([0]),
                    Alt=String(said),
                    A=Dictionary(O=Name.Layout, BBox=box, Placement=Name.Block),
                )
            )
            chapter.K.append(figure)
            page.contents_add(b"/Figure <</MCID 0>> BDC q " + drawn + b" Q EMC")
            self._under(page, Array([figure]))
            page.obj.Tabs = Name.S

    # ---------- The ways to the uploads ----------

    def turn_links(self, begins: list[int], titles: list[str]) -> None:
        """Let the lines of the contents lead to the pages where the uploads begin."""
        for page in self.pdf.pages:
            for note in _notes(page):
                action = note.get("/A")
                address = str(action.get("/URI", "")) if isinstance(action, Dictionary) else ""
                if not address.startswith(LINK):
                    continue
                number = int(address.removeprefix(LINK))
                del note["/A"]
                note.Dest = Array([self.pdf.pages[begins[number] - 1].obj, Name.Fit])
                note.Contents = String(titles[number])

    def bookmark(self, parts: list[Part], begins: list[int], heading: str) -> None:
        """Bookmarks after our own: the heading, under it each group, under it each upload."""
        if not parts:
            return
        with self.pdf.open_outline() as outline:
            top = OutlineItem(heading, begins[0] - 1)
            outline.root.append(top)
            group: OutlineItem | None = None
            for part, begin in zip(parts, begins, strict=True):
                if group is None or group.title != part.group:
                    group = OutlineItem(part.group, begin - 1)
                    top.children.append(group)
                group.children.append(OutlineItem(part.title, begin - 1))


def value_is_indirect(value: Any) -> bool:
    """Whether a value is an object with a number of its own; plain numbers and names come as Python's."""
    return bool(getattr(value, "is_indirect", False))


def _notes(page: Page) -> list[Any]:
    """The annotations of a page, each as an object of its own."""
    found = page.obj.get("/Annots")
    return [note for note in found if isinstance(note, Dictionary)] if isinstance(found, Array) else []


def _said(note: Any) -> str:
    """What a link is called to those who listen: its own words, or where it leads."""
    action = note.get("/A")
    address = str(action.get("/URI", "")) if isinstance(action, Dictionary) else ""
    return str(note.get("/Contents", "")) or address or str(note.get("/Subtype", "/Link"))[1:]


def _forms(pages: list[Page]) -> Iterator[Any]:
    """The forms and pictures of pages that stand in the structure tree, each once."""
    seen: set[tuple[int, int]] = set()

    def walk(resources: Any, depth: int) -> Iterator[Any]:
        group = resources.get("/XObject") if isinstance(resources, Dictionary) else None
        for form in group.as_dict().values() if isinstance(group, Dictionary) else ():
            if form.objgen in seen or depth > 20:
                continue
            seen.add(form.objgen)
            yield form
            yield from walk(form.get("/Resources"), depth + 1)

    for page in pages:
        yield from walk(page.obj.get("/Resources"), 0)


def _flatten(source: Pdf, *, everything: bool = False) -> None:
    """What stands in the fields of a form, and with `everything` each note that shows something, is drawn for good."""
    if "/AcroForm" not in source.Root and not everything:
        return
    links = {page.objgen: [note for note in _notes(page) if note.get("/Subtype") == "/Link"] for page in source.pages}
    if "/AcroForm" in source.Root:
        source.generate_appearance_streams()
    source.flatten_annotations("all")
    if "/AcroForm" in source.Root:
        del source.Root["/AcroForm"]
    for page in source.pages:
        kept = {note.objgen for note in _notes(page)}
        lost = [note for note in links[page.objgen] if note.objgen not in kept]
        if lost:
            page.obj.Annots = Array([*_notes(page), *lost])


def _drop_fields(source: Pdf) -> None:
    """Fields that are drawn now are no longer things in the structure tree."""
    kept = {note.objgen for page in source.pages for note in _notes(page)}
    for item in source.objects:
        if isinstance(item, Dictionary) and "/K" in item and item.get("/S") is not None:
            kids = item.K if isinstance(item.K, Array) else Array([item.K])
            left = [
                kid
                for kid in kids
                if not (isinstance(kid, Dictionary) and "/Obj" in kid and kid.Obj.objgen not in kept and _is_field(kid))
            ]
            if len(left) < len(kids):
                item.K = Array(left)


def _is_field(reference: Any) -> bool:
    return isinstance(reference.Obj, Dictionary) and reference.Obj.get("/Subtype") == "/Widget"


def _isolate(page: Page) -> None:
    """What a page leaves behind in the drawing state must not move the number under it."""
    if "/Contents" not in page.obj:
        return
    depth = lowest = 0
    try:
        for instruction in pikepdf.parse_content_stream(page, operators="q Q"):
            depth += 1 if str(instruction.operator) == "q" else -1
            lowest = min(lowest, depth)
    except pikepdf.PdfError:
        depth = lowest = 0
    page.contents_add(b"q " * (1 - lowest) + b"\n", prepend=True)
    page.contents_add(b"\n" + b"Q " * (1 - lowest + depth))


def _seen(page: Page) -> tuple[float, float]:
    """How wide and high a page is as it is seen."""
    box = [float(value) for value in page.trimbox]
    width, height = abs(box[2] - box[0]), abs(box[3] - box[1])
    return (height, width) if _turn(page) in (90, 270) else (width, height)


def _turn(page: Page) -> int:
    """How far a page is turned to be seen; what the tree of pages says counts where the page says nothing."""
    node: Any = page.obj
    steps = 0
    while isinstance(node, Dictionary) and steps < 50:
        if "/Rotate" in node:
            return int(node.Rotate) % 360
        node, steps = node.get("/Parent"), steps + 1
    return 0


def _fitting(width: float, height: float) -> tuple[float, float]:
    """The page that an upload is drawn on: as large as its own, within what can be held in a hand."""
    longer, shorter = max(width, height), min(width, height)
    times = A4[1] / longer if longer > 1300 else A4[0] / shorter if shorter < 200 else 1.0
    if longer * times > 1300:
        times = A4[1] / longer
    return width * times, height * times


def _claim_less(pdf: Pdf) -> None:
    """The whole does not say that it follows PDF/UA when something in it does not."""
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as facts:
        if "pdfuaid:part" in facts:
            del facts["pdfuaid:part"]


# ---------- Numbers under the pages ----------


class _Numbers:
    """The running number under every page, in our own letters, upright as the page is seen."""

    def __init__(self, pdf: Pdf, letters: Pdf) -> None:
        self.pdf = pdf
        font = next(iter(letters.pages[0].Resources.Font.as_dict().values()))
        self.codes = _codes(font)
        self.widths = _widths(font)
        self.font = pdf.copy_foreign(font)

    def stamp(self, words: str, own: int) -> None:
        """`words` with the number and how many there are; a plate lies under it where the page is somebody else's."""
        total = len(self.pdf.pages)
        for number, page in enumerate(self.pdf.pages, 1):
            text = words.replace("%(n)s", str(number)).replace("%(total)s", str(total))
            page.contents_add(self._drawn(page, text, plate=number > own))

    def _drawn(self, page: Page, text: str, *, plate: bool) -> bytes:
        codes = [self.codes[letter] for letter in text if letter in self.codes]
        x0, y0, x1, y1 = (float(value) for value in page.cropbox)
        turn = _turn(page)
        wide, high = (x1 - x0, y1 - y0) if turn in (0, 180) else (y1 - y0, x1 - x0)
        size = 8.5 * max(1.0, min(wide, high) / A4[0])
        width = sum(self.widths.get(code, 500.0) for code in codes) * size / 1000
        left, below = (wide - width) / 2, 1.6 * size
        move = {
            0: (1, 0, 0, 1, x0 + left, y0 + below),
            90: (0, 1, -1, 0, x1 - below, y0 + left),
            180: (-1, 0, 0, -1, x1 - left, y1 - below),
            270: (0, -1, 1, 0, x0 + below, y1 - left),
        }.get(turn, (1, 0, 0, 1, x0 + left, y0 + below))
        name = page.add_resource(self.font, Name.Font)
        ground = f"1 g {-size:.2f} {-0.5 * size:.2f} {width + 2 * size:.2f} {1.7 * size:.2f} re f " if plate else ""
        shown = "".join(f"{code:04x}" for code in codes)
        return (
            "\n/Artifact <</Type /Pagination>> BDC q "
            f"{' '.join(f'{value:.3f}' for value in move)} cm {ground}0.235 0.302 0.333 rg "
            f"BT {name} {size:.2f} Tf <{shown}> Tj ET Q EMC"
        ).encode()


def _codes(font: Any) -> dict[str, int]:
    """Which code stands for which letter, as the font says for those who copy its text."""
    found: dict[str, int] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", font.ToUnicode.read_bytes(), re.DOTALL):
        for code, letter in re.findall(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>", block):
            found.setdefault(chr(int(letter, 16)), int(code, 16))
    return found


def _widths(font: Any) -> dict[int, float]:
    """How wide each code is drawn, in thousandths."""
    found: dict[int, float] = {}
    given = list(font.DescendantFonts[0].get("/W", Array([])))
    while given:
        first = int(given.pop(0))
        second = given.pop(0)
        if isinstance(second, Array):
            found |= {first + n: float(width) for n, width in enumerate(second)}
        else:
            width = float(given.pop(0))
            found |= dict.fromkeys(range(first, int(second) + 1), width)
    return found


def main() -> None:
    """Do the jobs that come on standard input, one a line, within limits; say how far the one is that lasts."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def say(**facts: Any) -> None:
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()

    for line in sys.stdin:
        job = json.loads(line)
        try:
            if "look" in job:
                say(seen=[look(Path(path)) for path in job["look"]])
            else:
                say(bound=bind(job, lambda done: say(done=done)), memory=_most_memory())
        except MemoryError:
            say(error="limits")
        except (*BROKEN, OSError) as error:
            say(error=type(error).__name__)


def _most_memory() -> float:
    """How many MB this process has had at most; what `getrusage` says would count what its parent had."""
    said = Path("/proc/self/status").read_text() if Path("/proc/self/status").exists() else ""
    found = re.search(r"VmHWM:\s+(\d+) kB", said)
    return int(found[1]) / 1024 if found else 0.0
