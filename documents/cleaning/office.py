"""Office files (DOCX, XLSX, PPTX, ODT, ODS, ODP): their packing, their programs, what they fetch, whom they name."""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.parsers import expat

from documents.cleaning import Unfit
from documents.cleaning.pictures import without_hidden_facts

ENTRIES, UNPACKED, RATIO = 1_000, 200 * 1024 * 1024, 100
SMALL = 20_000  # the ratio says nothing about a file that is nearly empty
XML_PART = 60 * 1024 * 1024
DEEP = 2  # a document in a document, as charts have their tables

OOXML = "application/vnd.openxmlformats-officedocument."
MAIN = {
    f"{OOXML}wordprocessingml.document.main+xml": "docx",
    f"{OOXML}spreadsheetml.sheet.main+xml": "xlsx",
    f"{OOXML}presentationml.presentation.main+xml": "pptx",
}
ODF = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
PROGRAMS = ("vbaproject", "vbadata", "macroenabled", "macrosheet", "activex", "ms-office.vba")
OBJECTS = (
    ".bin",
    ".exe",
    ".dll",
    ".com",
    ".scr",
    ".msi",
    ".js",
    ".vbs",
    ".jar",
    ".ps1",
    ".bat",
    ".cmd",
    ".lnk",
    ".hta",
)
FOREIGN = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"MZ\x90", b"\x7fELF")  # OLE and programs
HARMLESS_BINARIES = ("printersettings", "xl/calcchain", "/fonts/", "customproperty")
FETCHING_PARTS = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/", "webextension", "customui/")
LINKS = {"http", "https", "mailto", "tel", ""}
FETCHING_FIELD = re.compile(
    r"\b(DDE|DDEAUTO)\b|\b(INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK)\s+[\"\\]?\s*(\w+:|\\\\)", re.I
)
NAMED_CHANGE = re.compile(
    rb"<w:(ins|del|comment) |<(threadedComment|p:cm|p188:cm) |<text:tracked-changes|<office:annotation"
)

XLINK = "http://www.w3.org/1999/xlink href"
EMPTY_CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></cp:coreProperties>'
)
EMPTY_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"></Properties>'
)
EMPTY_CUSTOM = EMPTY_APP.replace(b"extended-properties", b"custom-properties")
EMPTY_META = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-meta '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"><office:meta><dc:title>{title}</dc:title>'
    "</office:meta></office:document-meta>"
)


def clean(source: Path, target: Path) -> dict[str, Any]:
    """The document packed anew without authors and hidden places; refused when it runs, fetches, hides or swells."""
    with source.open("rb") as file:
        return _clean(file, target, deep=0)


def _clean(file: Any, target: Any, *, deep: int) -> dict[str, Any]:
    packed = _opened(file)
    parts = _Parts(packed)
    kind = _kind(parts)
    notes: set[str] = set()
    change = _check_odf(parts, notes) if kind in ODF.values() else _check_ooxml(parts, notes, deep)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as out:
        for entry in sorted(packed.infolist(), key=lambda one: one.filename != "mimetype"):
            if entry.is_dir():
                continue
            data = change(entry.filename, parts.read(entry))
            if data.startswith(FOREIGN):
                raise Unfit("objects")
            plain = zipfile.ZipInfo(entry.filename)  # of the year 1980, without comment or extra fields
            dense = entry.filename == "mimetype" or entry.compress_size > entry.file_size * 0.95
            plain.compress_type = zipfile.ZIP_STORED if dense else zipfile.ZIP_DEFLATED
            out.writestr(plain, data)
    return {"kind": kind, "notes": sorted(notes)}


# ---------- The packing ----------


def _opened(file: Any) -> zipfile.ZipFile:
    """The packed file, when its directory is small, whole and honest as far as a directory can be."""
    look_at_the_end(file)
    try:
        packed = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error, EOFError) as error:
        raise Unfit("damaged") from error
    file.seek(0, 2)
    size, entries = file.tell(), packed.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED or unpacked > max(size, SMALL) * RATIO:
        raise Unfit("swells")
    if sum(entry.compress_size for entry in entries) > size:  # the same bytes promised twice
        raise Unfit("swells")
    names = [entry.filename for entry in entries]
    if len({name.lower() for name in names}) < len(names):
        raise Unfit("damaged")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Unfit("locked")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unfit("damaged")
        if ".." in entry.filename.split("/") or entry.filename.startswith("/") or "\\" in entry.filename:
            raise Unfit("damaged")
    return packed


def look_at_the_end(file: Any) -> None:
    """Refuse a directory of too many entries by the few bytes at the end that announce it, before it is read."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 65_557))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or place + 22 > len(tail):
        raise Unfit("damaged")
    entries, length = struct.unpack("<HI", tail[place + 10 : place + 16])
    if b"PK\x06\x07" in tail[max(0, place - 20) : place] or entries > ENTRIES or length > ENTRIES * 1_024:
        raise Unfit("swells")
    file.seek(0)


class _Parts:
    """The parts of a document, each unpacked under the size that was promised for it."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self.packed = packed
        self.entries = {entry.filename.lower(): entry for entry in packed.infolist() if not entry.is_dir()}

    def read(self, entry: zipfile.ZipInfo) -> bytes:
        """One part; refused when its bytes are not what the directory says they are.

        The packed bytes are unpacked here, since the library believes the promised size and stops at it.
        """
        file: Any = self.packed.fp
        file.seek(entry.header_offset)
        head = file.read(30)
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            raise Unfit("damaged")
        name, extra = struct.unpack("<HH", head[26:30])
        file.seek(entry.header_offset + 30 + name + extra)
        raw = file.read(entry.compress_size)
        if entry.compress_type == zipfile.ZIP_STORED:
            data = raw
        else:
            unpack = zlib.decompressobj(-15)
            try:
                data = unpack.decompress(raw, entry.file_size + 1)
            except zlib.error as error:
                raise Unfit("damaged") from error
            if not unpack.eof and len(data) <= entry.file_size:
                raise Unfit("damaged")
        if len(data) > entry.file_size:
            raise Unfit("swells")
        if len(data) != entry.file_size or zlib.crc32(data) != entry.CRC:
            raise Unfit("damaged")
        return data

    def named(self, name: str) -> bytes | None:
        """A part by its name, or None."""
        entry = self.entries.get(name.lower())
        return self.read(entry) if entry else None

    def like(self, test: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
        """The parts whose names pass a test."""
        for name, entry in self.entries.items():
            if test(name):
                yield name, self.read(entry)


def _kind(parts: _Parts) -> str:
    """Which document it is, by what it says of itself inside."""
    if types := parts.named("[Content_Types].xml"):
        said = [attributes.get("ContentType", "") for _name, attributes in _elements(types)]
        if any(word in one.lower() for one in said for word in PROGRAMS):
            raise Unfit("macros")
        kinds = {MAIN[one] for one in said if one in MAIN}
        if len(kinds) == 1:
            return kinds.pop()
    elif (mime := parts.named("mimetype")) and mime.strip() in ODF:
        return ODF[mime.strip()]
    raise Unfit("differs")


def _elements(data: bytes, *, inside: str = "", words: list[str] | None = None) -> list[tuple[str, dict[str, str]]]:
    """The elements of an XML part with their attributes; refused when it defines words of its own, or is broken.

    The text of the elements whose names end with `inside` is added to `words`.
    """
    found: list[tuple[str, dict[str, str]]] = []
    stack: list[bool] = []
    if len(data) > XML_PART:
        raise Unfit("swells")

    def define(*_given: Any) -> None:
        raise Unfit("damaged")

    def open_one(name: str, attributes: dict[str, str]) -> None:
        found.append((name, attributes))
        stack.append(bool(inside) and name.lower().endswith(inside))

    def hear(text: str) -> None:
        if words is not None and stack and stack[-1]:
            words.append(text)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = define
    parser.EntityDeclHandler = define
    parser.StartElementHandler = open_one
    parser.EndElementHandler = lambda _name: stack.pop()
    parser.CharacterDataHandler = hear
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unfit("damaged") from error
    return found


def _title(data: bytes | None) -> str:
    """The title in a document's facts about itself, escaped; the only one of them that stays."""
    if not data:
        return ""
    _elements(data)
    found = re.search(rb"<dc:title>([^<]*)</dc:title>", data)
    return found.group(1).decode("utf-8", "ignore")[:300] if found else ""


# ---------- DOCX, XLSX, PPTX ----------


def _check_ooxml(parts: _Parts, notes: set[str], deep: int) -> Callable[[str, bytes], bytes]:
    """Refuse programs, objects and what is fetched; returns how each part is written anew."""
    for name in parts.entries:
        if any(word in name for word in PROGRAMS):
            raise Unfit("macros")
        if any(name.startswith(word) or word in name for word in FETCHING_PARTS):
            raise Unfit("fetches", what=name.rpartition("/")[2])
        if name.endswith(OBJECTS) and not any(word in name for word in HARMLESS_BINARIES):
            raise Unfit("objects")
    nested: dict[str, bytes] = {}
    for name, data in parts.like(lambda name: "/embeddings/" in name):
        nested[name] = _nested(data, deep)
    templates: dict[str, bytes] = {}
    for name, data in parts.like(lambda name: name.endswith(".rels")):
        for relation in _elements(data):
            if _reaches_out(relation[1]):
                templates[name] = _without_templates(data)
    for _name, data in parts.like(lambda name: name.startswith("word/") and name.endswith(".xml")):
        _check_fields(data)
        if NAMED_CHANGE.search(data):
            notes.add("names_in_changes")
    if any("comment" in name or name.startswith(("xl/persons/", "ppt/commentauthors")) for name in parts.entries):
        notes.add("names_in_changes")
    title = _title(parts.named("docProps/core.xml"))

    def change(name: str, data: bytes) -> bytes:
        lower = name.lower()
        if lower in nested:
            return nested[lower]
        if lower in templates:
            return templates[lower]
        if lower == "docprops/core.xml":
            return EMPTY_CORE.format(title=title).encode()
        if lower == "docprops/app.xml":
            return EMPTY_APP
        if lower == "docprops/custom.xml":
            return EMPTY_CUSTOM
        if lower == "word/settings.xml" and templates.get("word/_rels/settings.xml.rels"):
            return re.sub(rb"<w:attachedTemplate\b[^>]*/>", b"", data)
        return without_hidden_facts(data) if "/media/" in lower else data

    return change


def _reaches_out(relation: dict[str, str]) -> bool:
    """Whether a relation names a template on the author's own disk, to be taken out; what fetches is refused."""
    if relation.get("TargetMode", "").lower() != "external":
        return False
    target, role = relation.get("Target", "").strip(), relation.get("Type", "").rpartition("/")[2].lower()
    try:
        address = urlsplit(target.replace("\\", "/"))
    except ValueError as error:
        raise Unfit("fetches", what=role) from error
    scheme = address.scheme.lower() if len(address.scheme) > 1 else "file"  # C:/ is a disk
    if role == "hyperlink":
        if scheme not in LINKS | {"file"} or (scheme == "file" and address.netloc):
            raise Unfit("fetches", what=role)
        return False
    path = address.path.replace("\\", "/")
    own_disk = scheme in ("", "file") and not address.netloc and not path.startswith("//")
    if role == "attachedtemplate" and own_disk:
        return True
    raise Unfit("fetches", what=role)


def _without_templates(data: bytes) -> bytes:
    """Relations without the one to the author's own template; refused when it is written so that it stays."""
    left = re.sub(rb"<Relationship\b[^>]*attachedTemplate[^>]*/>", b"", data)
    if any(_reaches_out(attributes) for _name, attributes in _elements(left)):
        raise Unfit("fetches", what="attachedtemplate")
    return left


def _check_fields(data: bytes) -> None:
    """Refuse a text whose fields start a program or fetch from elsewhere, also when the field is cut into pieces."""
    if b"instr" not in data.lower():
        return
    words: list[str] = []
    for _name, given in _elements(data, inside="instrtext", words=words):
        if any(key.endswith(" instr") and FETCHING_FIELD.search(value) for key, value in given.items()):
            raise Unfit("fetches", what="field")
    if FETCHING_FIELD.search("".join(words)):
        raise Unfit("fetches", what="field")


def _nested(data: bytes, deep: int) -> bytes:
    """A document in the document, cleaned as the whole is; anything else in its place is refused."""
    import io

    if deep >= DEEP or not data.startswith(b"PK\x03\x04"):
        raise Unfit("objects")
    out = io.BytesIO()
    try:
        _clean(io.BytesIO(data), out, deep=deep + 1)
    except Unfit as unfit:
        raise Unfit("objects" if unfit.code in ("differs", "damaged") else unfit.code, **unfit.facts) from unfit
    return out.getvalue()


# ---------- ODT, ODS, ODP ----------


def _check_odf(parts: _Parts, notes: set[str]) -> Callable[[str, bytes], bytes]:
    """Refuse programs, objects and what is fetched; returns how each part is written anew."""
    for name in parts.entries:
        if name.startswith(("basic/", "scripts/", "dialogs/")):
            raise Unfit("macros")
        if name.endswith(OBJECTS) and not name.startswith("configurations2/"):
            raise Unfit("objects")
    if b"encryption-data" in (parts.named("META-INF/manifest.xml") or b""):
        raise Unfit("locked")
    for _name, data in parts.like(lambda name: name.endswith(".xml") and not name.startswith("configurations2/")):
        for element, attributes in _elements(data):
            tag = element.rpartition(" ")[2]
            if tag == "event-listener" and "script" in element:
                raise Unfit("macros")
            if tag in ("dde-source", "dde-connection-decl", "plugin", "applet"):
                raise Unfit("fetches", what=tag)
            if XLINK in attributes and tag != "template":  # a template is a fact about the document, taken out below
                _check_reference(attributes[XLINK], tag)
        if NAMED_CHANGE.search(data):
            notes.add("names_in_changes")
    title = _title(parts.named("meta.xml"))

    def change(name: str, data: bytes) -> bytes:
        if name.rpartition("/")[2] == "meta.xml":
            return EMPTY_META.format(title=title if name == "meta.xml" else "").encode()
        return without_hidden_facts(data) if name.lower().startswith("pictures/") else data

    return change


def _check_reference(target: str, tag: str) -> None:
    """Refuse a picture, section, table or object that stands outside the document; links are followed by people."""
    path = target.strip().replace("\\", "/")
    scheme, colon, _rest = path.partition(":")
    if tag == "a" and not path.startswith("//") and (not colon or "/" in scheme or scheme.lower() in LINKS):
        return
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", path) or ".." in path.split("/") or path.startswith("/"):
        raise Unfit("fetches", what=tag)
