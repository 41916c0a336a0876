"""What the meter of an abstract says is what the typeset page says; no database is asked."""

import io
from decimal import Decimal

import pikepdf

from events import prose
from events.documents import abstracts as pages
from tests.events.test_abstracts import sheet, text_of, words


def test_the_meter_agrees_with_the_typeset_page_for_seventy_texts_around_the_limit() -> None:
    measures = [pages.measure(sheet(words(number, number))) for number in range(395, 605, 3)]
    assert len(measures) == 70
    assert all((one.fill <= 1) == (one.pages == 1) == one.fits for one in measures)
    assert all((one.percent <= 100) == one.fits for one in measures)
    assert {one.fits for one in measures} == {True, False}
    assert min(one.fill for one in measures) < Decimal("0.9") < Decimal("1.1") < max(one.fill for one in measures)


def test_the_preview_is_laid_out_as_the_check_is() -> None:
    for number in (100, 500, 640):
        one = sheet(words(number, number))
        preview = pages.preview(one)
        with pikepdf.open(io.BytesIO(preview.content)) as document:
            assert len(document.pages) == preview.measure.pages == pages.measure(one).pages


def test_what_is_too_much_is_quoted_and_red() -> None:
    text = words(640, 3)
    measured = pages.measure(sheet(text))
    assert measured.pages == 2
    second = " ".join(text_of(pages.preview(sheet(text)).content).split("\f")[1].split())
    assert " ".join(measured.over.split()[:4]) in second
    body = prose.html(text)
    first, _quote = pages._over(sheet(text), body)
    assert prose.with_overflow(body, first).count('class="over"') == len(prose.words(body)) - first
