"""Tables: text is text in every spreadsheet, and columns come back as they went."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from documents.sheets import CsvTable, Workbook, csv_lines, inert

DANGEROUS = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1+1", "＋1", "－1", "＠x", " =1"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_would_begin_a_formula_gets_an_apostrophe_in_csv(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["O'Brien", "Åström", "1-2", "a=b", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


@pytest.mark.parametrize(
    ("language", "parting", "hours"), [("sv", ";", "39,25"), ("fi", ";", "39,25"), ("en", ",", "39.25")]
)
def test_csv_goes_to_excel_and_back(tmp_path: Path, language: str, parting: str, hours: str) -> None:
    path = tmp_path / "list.csv"
    rows = [
        ['Åsa; "Ö"\nnästa rad, och', Decimal("39.25"), 7, date(2027, 5, 12), None],
        ["+358 9 771 2198", None, 0, None, True],
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = CsvTable(file, language)
        table.head(["namn", "timmar", "dagar", "dag", "ja"])
        for row in rows:
            table.row(row)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfnamn")
    assert b"\r\n" in content
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=parting))
    assert read[1] == ['Åsa; "Ö"\nnästa rad, och', hours, "7", "2027-05-12", ""]
    assert read[2] == ["'+358 9 771 2198", "", "0", "", "1"]


def test_csv_is_given_piece_by_piece() -> None:
    pieces = list(csv_lines(["n"], ([f"rad {n} " + "x" * 100] for n in range(2000)), "sv"))
    assert len(pieces) > 3
    assert "".join(pieces).count("\r\n") == 2001


def test_xlsx_keeps_formulas_links_and_numbers_typed_as_text_as_text(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book = Workbook(path, title="Prov", language="sv")
    page = book.sheet("Deltagare: 2027/28", ["namn", "timmar", "dag"], (20, 8, 12))
    for text in [*DANGEROUS, "{=1+1}", "https://x.example/", "0012"]:
        page.row([text, Decimal("6.50"), date(2027, 5, 12)])
    page.close()
    book.close()
    [sheet] = CalamineWorkbook.from_path(path).sheet_names
    assert sheet == "Deltagare 202728"
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
    assert rows[0] == ["namn", "timmar", "dag"]
    assert [row[0] for row in rows[1:]][0] == DANGEROUS[0]
    assert rows[-1] == ["0012", 6.5, date(2027, 5, 12)]
    import zipfile

    with zipfile.ZipFile(path) as packed:
        sheet_xml = packed.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet_xml
    assert b"hyperlink" not in sheet_xml
