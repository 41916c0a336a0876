"""The press: accessible PDFs in our own fonts, nothing fetched, and nothing that runs for ever."""

import http.server
import io
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from documents import pdf

PAGE = '<!doctype html><html lang="sv"><head><title>Prov</title>{head}</head><body><h1>Hej</h1>{body}</body></html>'


def printed(body: str = "", head: str = "", **more: object) -> pdf.Printed:
    return pdf.press(PAGE.format(body=body, head=head), **more)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A press that loses patience after two seconds."""
    printed()
    monkeypatch.setattr(pdf, "WALL", 2.0)
    yield
    pdf.close()


def test_a_page_is_pdf_ua_with_language_title_and_tags() -> None:
    made = printed("<p>Text <a href='https://example.org/'>länk</a></p>", styles=["certificate.css"])
    with pikepdf.open(io.BytesIO(made.content)) as paper:
        assert str(paper.Root.Lang) == "sv"
        assert paper.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in paper.Root
        assert paper.Root.ViewerPreferences.DisplayDocTitle
        assert str(paper.docinfo.Title) == "Prov"
        assert b"pdfuaid" in paper.Root.Metadata.read_bytes()
        [link] = paper.pages[0].Annots
        assert int(link.F) & 4
    assert made.pages == 1


def test_no_font_but_ours_is_embedded(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(printed("<h1>Åström</h1><p>č š ž đ ŋ <b>halvfet</b></p>", styles=["certificate.css"]).content)
    lines = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    assert lines
    for line in lines:
        assert "Source-Sans-3" in line or "Schibsted-Grotesk" in line, line
        assert " yes yes " in line, f"not embedded as a subset: {line}"


class Trap(http.server.BaseHTTPRequestHandler):
    """A server that writes down who called."""

    hits: list[str] = []

    def do_GET(self) -> None:
        self.hits.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/css")
        self.end_headers()
        self.wfile.write(b"p{color:red}")

    def log_message(self, *_facts: object) -> None:
        """Say nothing."""


ATTACKS = {
    "a picture from a file": '<img alt="" src="{file}">',
    "a picture from a server": '<img alt="" src="{http}/img">',
    "the metadata service": '<img alt="" src="http://169.254.169.254/latest/meta-data/">',
    "a style sheet": '<link rel="stylesheet" href="{http}/css">',
    "an import": "<style>@import url({http}/import);</style>",
    "a background": '<p style="background:url({http}/background)">x</p>',
    "a font": "<style>@font-face{{font-family:q;src:url({http}/font)}}p{{font-family:q}}</style><p>x</p>",
    "an attached file": '<link rel="attachment" href="{file}">',
    "a link that attaches a file": '<a rel="attachment" href="{file}">x</a>',
    "an object": '<object data="{http}/object"></object><embed src="{http}/embed">',
    "a picture in a picture": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<image href="{http}/svg" width="9" height="9"/></svg>',
    "a base address": '<base href="{http}/"><img alt="" src="relative.png">',
    "the sign of a list": '<ul style="list-style-image:url({http}/list)"><li>x</ul>',
    "content": "<style>p::before{{content:url({http}/content)}}</style><p>x</p>",
    "our own source": '<img alt="" src="asset:../../config/settings.py">',
    "data that is a page": '<object data="data:text/html;base64,PGI+"></object>',
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_fetched(attack: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (3, 3), (1, 2, 3)).save(secret)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trap)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Trap.hits.clear()
    try:
        made = printed(ATTACKS[attack].format(file=secret.as_uri(), http=f"http://127.0.0.1:{server.server_port}"))
    finally:
        server.shutdown()
        server.server_close()
    assert not Trap.hits
    with pikepdf.open(io.BytesIO(made.content)) as paper:
        assert not len(paper.attachments)
        assert not [
            thing for thing in paper.objects if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image"
        ]


def test_what_is_refused_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    made = printed('<img alt="" src="file:///etc/passwd"><img alt="" src="http://169.254.169.254/">')
    assert made.refused == ("file:///etc/passwd", "http://169.254.169.254/")
    assert [record.message for record in caplog.records] == ["refused to fetch"] * 2


def test_pictures_are_those_of_this_page_only() -> None:
    def picture(colour: str) -> pdf.Picture:
        out = io.BytesIO()
        Image.new("RGB", (2, 2), colour).save(out, "PNG")
        return pdf.Picture(out.getvalue(), "image/png")

    body = '<img alt="prov" src="asset:picture/own">'
    pages = [printed(body, pictures={"own": picture(colour)}) for colour in ("red", "lime")]
    found = []
    for made in pages:
        with pikepdf.open(io.BytesIO(made.content)) as paper:
            [image] = [pikepdf.PdfImage(one) for page in paper.pages for one in page.get_images().values()]
            found.append(image.as_pil_image().convert("RGB").getpixel((0, 0)))
    assert found == [(255, 0, 0), (0, 255, 0)]
    assert printed(body).refused == ("asset:picture/own",)


def test_a_page_that_takes_too_long_is_given_up_and_the_next_one_is_printed(quick: None) -> None:
    start = time.monotonic()
    with pytest.raises(pdf.PressFailed):
        printed("<table><tr><td colspan=65534>x</td></tr></table>" * 3)
    assert time.monotonic() - start < 10
    assert printed("<p>nästa</p>").pages == 1


def test_a_page_that_breaks_the_layout_loses_only_itself() -> None:
    with pytest.raises(pdf.PressFailed):
        printed("<div>" * 3000 + "x" + "</div>" * 3000)
    assert printed().pages == 1


def test_the_child_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for the press")
    pdf.close()
    printed()
    assert pdf._press.child is not None
    assert b"SECRET_KEY" not in Path(f"/proc/{pdf._press.child.pid}/environ").read_bytes()


def test_without_the_libraries_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LIBRARIES", {"libnothing-like-it.so.9": "libnothing"})
    pdf.why_not_print.cache_clear()
    try:
        with pytest.raises(pdf.PressMissing) as refusal:
            printed()
        assert "libnothing" in str(refusal.value)
    finally:
        monkeypatch.undo()
        pdf.why_not_print.cache_clear()


def test_a_font_knows_its_letters() -> None:
    assert pdf.font().lacks("O'Brien Åström Šimić Đorđe") == []
    assert pdf.font().lacks("李 Li") == ["李"]
    assert pdf.font().width("iiii", 10) < pdf.font().width("WWWW", 10)
