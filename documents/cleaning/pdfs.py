"""PDF files: what they do when opened, what they carry, what they cost to show; and the file without the first two."""

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from documents.cleaning import Unfit
from documents.cleaning.pictures import without_hidden_facts

PAGES = 1_000
STREAM = 64 * 1024 * 1024
UNPACKED = 300 * 1024 * 1024
PIXELS = 80_000_000
PIXELS_A_PAGE = 1_000_000_000
POINTS = 14_400  # the largest page that a PDF may have
DRAWN = 100_000  # things drawn on one page by way of forms in forms
ENDLESS = 10**9
DEPTH = 100

HARMLESS_ACTIONS = {"/GoTo", "/URI", "/Named"}
NAMED = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
ADDRESSES = re.compile(rb"\s*(https?|mailto|tel):", re.IGNORECASE)
CARRIERS = {"/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D", "/TrapNet"}
# Taken out wherever they stand: what acts by itself, what is carried along, what tells of people and programs.
TAKEN_OUT = {
    "/AA": "scripts",
    "/JS": "scripts",
    "/JavaScript": "scripts",
    "/EmbeddedFiles": "attachments",
    "/EF": "attachments",
    "/AF": "attachments",
    "/Renditions": "attachments",
    "/AlternatePresentations": "attachments",
    "/Metadata": "",
    "/PieceInfo": "",
    "/Thumb": "",
    "/SpiderInfo": "",
    "/LastModified": "",
}


def clean(source: Path, target: Path) -> dict[str, Any]:
    """The document without scripts, attachments and reaching actions; refused when it is locked, broken or a bomb."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=STREAM,
        png_max_memory=STREAM,
        run_length_max_memory=STREAM,
        tiff_max_memory=STREAM,
        dct_max_memory=4 * STREAM,
        max_stream_filters=4,
        doc_max_warnings=50,
        parser_max_container_size=200_000,
    )
    with _opened(source) as pdf:
        notes = set()
        if pdf.is_encrypted:
            notes.add("unlocked")
        _check_pages(pdf)
        _check_form(pdf, notes)
        _check_streams(pdf)
        _check_drawing(pdf)
        tagged = _says_tagged(pdf)
        notes |= _take_out(pdf)
        _describe_anew(pdf, tagged)
        if pdf.get_warnings():
            notes.add("repaired")
        pdf.remove_unreferenced_resources()
        pdf.save(
            target,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            encryption=False,
            fix_metadata_version=False,
        )
        return {"kind": "pdf", "pages": len(pdf.pages), "notes": sorted(notes)}


def _opened(source: Path) -> Pdf:
    """The document, when it is whole and opens without a password."""
    with source.open("rb") as file:
        if not file.read(5).startswith(b"%PDF-"):
            raise Unfit("differs")
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 2048))
        if b"%%EOF" not in file.read():
            raise Unfit("cut_short")
    try:
        return Pdf.open(source)
    except pikepdf.PasswordError as error:
        raise Unfit("locked") from error
    except pikepdf.PdfError as error:
        raise Unfit("damaged") from error


def _check_pages(pdf: Pdf) -> None:
    """Refuse no pages, too many, or pages of impossible size."""
    try:
        count = len(pdf.pages)
        if count > PAGES:
            raise Unfit("pages", limit=PAGES)
        boxes = [[float(value) for value in page.mediabox] for page in pdf.pages]
    except (pikepdf.PdfError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise Unfit("damaged") from error
    if not boxes:
        raise Unfit("damaged")
    for box in boxes:
        sides = [abs(box[2] - box[0]), abs(box[3] - box[1])] if len(box) == 4 else [0]
        if max(sides) > POINTS or min(sides) < 1:
            raise Unfit("page_size")


def _check_form(pdf: Pdf, notes: set[str]) -> None:
    """Refuse a form that only one program can show; note a signature, which cleaning breaks."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        return
    if "/XFA" in form:
        raise Unfit("xfa")
    if int(form.get("/SigFlags", 0)) & 1:
        notes.add("signed")


def _check_streams(pdf: Pdf) -> None:
    """Refuse streams that unpack to too much, one by one or together, and pictures too large to draw."""
    total = 0
    for item in pdf.objects:
        if not isinstance(item, Stream):
            continue
        picture = item.get("/Subtype") == "/Image"
        if picture and _pixels(item) > PIXELS:
            raise Unfit("pixels", limit=PIXELS // 1_000_000)
        filters = _filters(item)
        if picture and filters and filters[-1] in ("/DCTDecode", "/JPXDecode"):
            _check_coded_picture(item)
            continue
        if filters and filters[-1] in ("/JBIG2Decode", "/CCITTFaxDecode", "/DCTDecode", "/JPXDecode"):
            total += len(item.read_raw_bytes())
            continue
        try:
            data = item.read_bytes()
        except (pikepdf.PdfError, pikepdf.DataDecodingError) as error:
            raise Unfit("swells") from error
        total += len(data)
        if total > UNPACKED:
            raise Unfit("swells")
        for width, height in _inline_sizes(data) if not picture else ():
            if width * height > PIXELS:
                raise Unfit("pixels", limit=PIXELS // 1_000_000)


def _pixels(picture: Stream) -> int:
    return _number(picture.get("/Width")) * _number(picture.get("/Height"))


def _number(value: Any) -> int:
    try:
        return abs(int(value))
    except (TypeError, ValueError, OverflowError):
        return 0


def _filters(stream: Stream) -> list[str]:
    """The names of a stream's filters, outermost first."""
    given = stream.get("/Filter")
    if given is None:
        return []
    return [str(one) for one in given] if isinstance(given, Array) else [str(given)]


def _check_coded_picture(picture: Stream) -> None:
    """Refuse a JPEG whose own header promises more points than the page says; take the camera's facts out of it."""
    from PIL import Image

    raw = picture.read_raw_bytes()
    if len(_filters(picture)) > 1:
        return
    try:
        Image.MAX_IMAGE_PIXELS = None
        with Image.open(io.BytesIO(raw), formats=("JPEG", "JPEG2000")) as opened:
            if opened.width * opened.height > PIXELS:
                raise Unfit("pixels", limit=PIXELS // 1_000_000)
    except (OSError, ValueError, SyntaxError):  # not readable by us; the page's own figures were asked before
        return
    plain = without_hidden_facts(raw)
    if plain != raw:
        parms = picture.get("/DecodeParms")
        known = parms if isinstance(parms, Dictionary | Array) else None
        picture.write(plain, filter=Array([Name(_filters(picture)[0])]), decode_parms=known)


def _inline_sizes(data: bytes) -> Iterator[tuple[int, int]]:
    """The sizes of the pictures that stand inside drawing instructions."""
    for found in re.finditer(rb"\bBI\b([^>]{0,400}?)\bID\b", data):
        wide = re.search(rb"/W(?:idth)?\s+(\d{1,9})", found.group(1))
        high = re.search(rb"/H(?:eight)?\s+(\d{1,9})", found.group(1))
        if wide and high:
            yield int(wide.group(1)), int(high.group(1))


# ---------- What a page costs to draw ----------


def _check_drawing(pdf: Pdf) -> None:
    """Refuse pages where forms in forms, patterns or letters multiply: 25 small objects can draw 2^24 things."""
    cost = _Cost()
    for page in pdf.pages:
        drawn, points = cost.of(page.obj, _contents(page.obj), page.get("/Resources", None))
        if drawn > DRAWN or points > PIXELS_A_PAGE:
            raise Unfit("multiplies")


def _contents(page: Any) -> bytes:
    given = page.get("/Contents")
    parts = list(given) if isinstance(given, Array) else [given]
    return b"\n".join(_bytes(part) for part in parts if isinstance(part, Stream))


def _bytes(stream: Stream) -> bytes:
    try:
        return stream.read_bytes()
    except (pikepdf.PdfError, pikepdf.DataDecodingError):
        return b""


class _Cost:
    """How many things, and how many points of pictures, are drawn by one use of a page or form; asked once of each."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, int], tuple[int, int]] = {}

    def of(self, item: Any, content: bytes, resources: Any, depth: int = 0) -> tuple[int, int]:
        if depth > 40:
            return ENDLESS, ENDLESS
        if item.objgen in self.known and item.is_indirect:
            return self.known[item.objgen]
        self.known[item.objgen] = (ENDLESS, ENDLESS)  # what draws itself is endless
        drawn, points = 1, 0
        for inner, times in self._uses(content, resources):
            if inner.get("/Subtype") == "/Image":
                more = (1, _pixels(inner))
            else:
                more = self.of(inner, _bytes(inner), inner.get("/Resources", resources), depth + 1)
            drawn, points = drawn + times * more[0], points + times * more[1]
        self.known[item.objgen] = min(drawn, ENDLESS), min(points, ENDLESS)
        return self.known[item.objgen]

    @staticmethod
    def _uses(content: bytes, resources: Any) -> Iterator[tuple[Stream, int]]:
        """The streams that drawing instructions use, and how often."""
        if not isinstance(resources, Dictionary):
            return
        for kind, operators in (("/XObject", rb"Do"), ("/Pattern", rb"(?:scn|SCN)")):
            group = resources.get(kind)
            for name, inner in group.items() if isinstance(group, Dictionary) else ():
                if isinstance(inner, Stream):
                    times = len(re.findall(re.escape(name.encode()) + rb"\s+" + operators + rb"\b", content))
                    if times:
                        yield inner, times * _tiles(inner)
        states = resources.get("/ExtGState")
        for name, state in states.items() if isinstance(states, Dictionary) else ():
            mask = state.get("/SMask") if isinstance(state, Dictionary) else None
            group = mask.get("/G") if isinstance(mask, Dictionary) else None
            if isinstance(group, Stream):
                yield group, len(re.findall(re.escape(name.encode()) + rb"\s+gs\b", content))
        fonts = resources.get("/Font")
        for font in fonts.as_dict().values() if isinstance(fonts, Dictionary) else ():
            letters = font.get("/CharProcs") if isinstance(font, Dictionary) else None
            for letter in letters.as_dict().values() if isinstance(letters, Dictionary) else ():
                if isinstance(letter, Stream) and re.search(rb"\bDo\b", _bytes(letter)):
                    yield letter, 100  # letters that draw forms; how often is written in no one place


def _tiles(pattern: Stream) -> int:
    """How often a pattern with steps far smaller than its own box is drawn over itself; 1 for everything else."""
    if pattern.get("/PatternType") != 1:
        return 1
    try:
        box = [float(value) for value in pattern.BBox]
        step = abs(float(pattern.XStep) * float(pattern.YStep))
        area = abs((box[2] - box[0]) * (box[3] - box[1]))
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        return ENDLESS
    return ENDLESS if step <= 0 else max(1, int(min(area / step, ENDLESS)))


# ---------- What is taken out ----------


def _take_out(pdf: Pdf) -> set[str]:
    """Remove what acts, reaches out, is carried along or names people; says what of it there was."""
    root, found = pdf.Root, set[str]()
    opening = root.get("/OpenAction")
    if isinstance(opening, Dictionary) and not _is_harmless(opening):
        found.add("scripts")
        del root["/OpenAction"]
    for key in ("/Collection", "/Threads", "/Perms", "/Legal", "/URI", "/Requirements", "/DSS"):
        if key in root:
            del root[key]
    if isinstance(form := root.get("/AcroForm"), Dictionary) and "/CO" in form:
        del form["/CO"]
    for item in pdf.objects:
        _clean_object(item, found, 0)
    for page in pdf.pages:
        _without_carriers(page.obj, found)
    found.discard("")
    return found


def _clean_object(item: Any, found: set[str], depth: int) -> None:
    """Clean an object and the direct ones in it; indirect ones are visited by themselves."""
    if depth > DEPTH:
        raise Unfit("damaged")
    if isinstance(item, Array):
        for inner in item:
            _inner(inner, found, depth)
        return
    if not isinstance(item, Dictionary | Stream):
        return
    if isinstance(item, Stream):  # its bytes stand in it, not in another file
        for key in ("/F", "/FFilter", "/FDecodeParms", "/Ref"):
            if key in item:
                found.add("actions")
                del item[key]
    for key in list(item.keys()):
        if key in TAKEN_OUT and not (key == "/AF" and isinstance(item.get(key), Name)):
            found.add(TAKEN_OUT[key])
            del item[key]
    for key in ("/A", "/PA"):
        action = item.get(key)
        if isinstance(action, Dictionary) and "/S" in action and not _is_harmless(action):
            found.add("actions")
            del item[key]
    if _is_action(item) and not _is_harmless(item):  # reached by a way that is not known here
        found.add("actions")
        for key in list(item.keys()):
            del item[key]
        return
    if "/Next" in item and "/S" in item:
        del item["/Next"]
    for _key, inner in list(item.items()):
        _inner(inner, found, depth)


def _inner(inner: Any, found: set[str], depth: int) -> None:
    if isinstance(inner, Array | Dictionary) and not inner.is_indirect:
        _clean_object(inner, found, depth + 1)


def _is_action(item: Any) -> bool:
    kinds = {
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/JavaScript",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/Sound",
        "/Movie",
    }
    kinds |= {"/ResetForm", "/Hide", "/SetOCGState", "/Trans", "/GoTo3DView", "/RichMediaExecute", "/Thread"}
    kind = item.get("/S")
    return (
        isinstance(item, Dictionary)
        and isinstance(kind, Name)
        and str(kind) in kinds
        and "/Type" not in item
        or (isinstance(item, Dictionary) and item.get("/Type") == "/Action")
    )


def _is_harmless(action: Any) -> bool:
    """Whether an action only turns to a page of this document or follows a link that a person clicks."""
    kind = str(action.get("/S", ""))
    if kind not in HARMLESS_ACTIONS:
        return False
    if kind == "/URI":
        address = action.get("/URI")
        return isinstance(address, pikepdf.String) and bool(ADDRESSES.match(bytes(address)))
    return kind != "/Named" or str(action.get("/N", "")) in NAMED


def _without_carriers(page: Any, found: set[str]) -> None:
    """Remove the annotations that carry files, sounds and films."""
    notes = page.get("/Annots")
    if not isinstance(notes, Array):
        return
    kept = [note for note in notes if not (isinstance(note, Dictionary) and str(note.get("/Subtype", "")) in CARRIERS)]
    if len(kept) < len(notes):
        found.add("attachments")
        page["/Annots"] = Array(kept)


def _says_tagged(pdf: Pdf) -> str:
    """Which part of PDF/UA the document says that it follows, or nothing."""
    facts = pdf.Root.get("/Metadata")
    if not isinstance(facts, Stream):
        return ""
    said = re.search(rb"pdfuaid:part(?:\s+xmlns:\w+=[\"'][^\"']*[\"'])?\s*(?:=\s*[\"']|>)\s*([12])", _bytes(facts))
    return said.group(1).decode() if said else ""


def _describe_anew(pdf: Pdf, tagged: str) -> None:
    """The facts of the document about itself: its title, its language, and that it is tagged, if it said so."""
    title = str(pdf.docinfo.get("/Title", ""))[:300] if pdf.trailer.get("/Info") is not None else ""
    language = str(pdf.Root.get("/Lang", ""))[:20]
    with contextlib.suppress(KeyError):
        del pdf.docinfo
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as facts:
        if title:
            facts["dc:title"] = title
        if language:
            facts["dc:language"] = [language]
        if tagged:
            facts.register_xml_namespace("http://www.aiim.org/pdfua/ns/id/", "pdfuaid")
            facts["pdfuaid:part"] = tagged
    if title:
        pdf.docinfo["/Title"] = title
