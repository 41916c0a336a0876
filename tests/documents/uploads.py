"""Small PDF files of the kinds that people upload: tagged, plain, landscape, Letter, rotated, with links or forms."""

import functools
import io
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

KINDS = ("tagged", "plain", "landscape", "letter", "rotated", "links", "form")
SIZES = {"landscape": (842, 595), "letter": (612, 792)}


def upload(kind: str, pages: int, title: str) -> bytes:
    """A file of one kind; each page says the title and its own number in it."""
    return _tagged(pages, title) if kind == "tagged" else _plain(kind, pages, title)


@functools.cache
def _tagged(pages: int, title: str) -> bytes:
    from documents import pdf

    sections = "".join(f"<section><h1>{title}, {n}</h1><p>Text</p></section>" for n in range(1, pages + 1))
    style = "<style>section{break-after:page}</style>"
    return pdf.press(
        f'<!doctype html><html lang="sv"><head><title>{title}</title>{style}</head><body>{sections}'
    ).content


def _plain(kind: str, pages: int, title: str) -> bytes:
    document = Pdf.new()
    font = document.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    )
    width, height = SIZES.get(kind, (595, 842))
    fields = []
    for n in range(1, pages + 1):
        page = document.add_blank_page(page_size=(width, height))
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        # It leaves the state of drawing turned and small, as careless programs do.
        text = f"q 0.5 0 0 0.5 30 30 cm q Q 0 0 1 rg BT /F1 30 Tf 80 900 Td ({title}, {n}) Tj ET"
        page.obj.Contents = Stream(document, text.encode("cp1252"))
        if kind == "rotated":
            page.obj.Rotate = 90
        if kind == "links":
            page.obj.Annots = Array([document.make_indirect(_link())])
        if kind == "form":
            field = document.make_indirect(_field(n, font))
            fields.append(field)
            page.obj.Annots = Array([field, document.make_indirect(_link())])
    if fields:
        document.Root.AcroForm = document.make_indirect(
            Dictionary(
                Fields=Array(fields),
                DR=Dictionary(Font=Dictionary(F1=font)),
                DA=String("/F1 12 Tf 0 g"),
                NeedAppearances=True,
            )
        )
    document.docinfo["/Title"] = title
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _link() -> Any:
    action = Dictionary(S=Name.URI, URI=String("https://example.org/x"))
    return Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([60, 40, 200, 55]), Border=Array([0, 0, 0]), A=action
    )


def _field(number: int, font: Any) -> Any:
    return Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String(f"answer{number}"),
        V=String(f"Svaret {number}"),
        DA=String("/F1 12 Tf 0 g"),
        Rect=Array([60, 100, 260, 120]),
        F=4,
        DR=Dictionary(Font=Dictionary(F1=font)),
    )


def words_on(document: Any, index: int) -> str:
    """What can be read on a page, by its index."""
    page = document[index]
    return " ".join(page.get_textpage().get_text_range().split())


def place_of(document: Any, index: int, words: str) -> tuple[float, float]:
    """Where words stand on a page as it is seen: shares of its width and height, from the lower left corner."""
    page = document[index]
    text = page.get_textpage()
    first, _count = text.search(words).get_next()
    left, bottom, _right, _top = text.get_charbox(first)
    x0, y0, x1, y1 = page.get_cropbox()
    x, y = (left - x0) / (x1 - x0), (bottom - y0) / (y1 - y0)
    return {0: (x, y), 90: (y, 1 - x), 180: (1 - x, 1 - y), 270: (1 - y, x)}[page.get_rotation()]


def bookmarks(content: bytes) -> dict[str, int]:
    """Where each bookmark leads: its words and the page, from 1."""
    found: dict[str, int] = {}
    with pikepdf.open(io.BytesIO(content)) as document:
        pages = {page.objgen: n for n, page in enumerate(document.pages, 1)}

        def walk(items: Any) -> None:
            for item in items:
                target = item.destination if item.destination is not None else item.action.D
                found[str(item.title)] = pages[target[0].objgen]
                walk(item.children)

        with document.open_outline() as outline:
            walk(outline.root)
    return found
