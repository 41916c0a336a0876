"""Tables as files: XLSX and CSV, written row by row, in which text is text and never a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

Cell = str | int | float | Decimal | bool | date | None
# A cell that begins so is a formula to a spreadsheet, the full-width forms included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
BOM = "\ufeff"
# Swedish and Finnish spreadsheets write numbers with a comma and so part columns with a semicolon.
PARTING = {"sv": ";", "fi": ";", "en": ","}


class Figure(str):
    """A figure that we have written as people read it, such as +0,4: no formula, and nothing that anybody typed."""


def inert(text: str) -> str:
    """Text that a spreadsheet takes as text: an apostrophe before what would begin a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) or text.startswith(FORMULA) else text


def _written(cell: Cell, decimal: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, str):
        return str(cell) if isinstance(cell, Figure) else inert(cell.replace("\x00", ""))
    if isinstance(cell, (float, Decimal)):
        return str(cell).replace(".", decimal)
    return cell.isoformat() if isinstance(cell, (date, datetime)) else str(cell)


class CsvTable:
    """One table as CSV after RFC 4180 with a byte-order mark, so that Excel reads its letters right."""

    content_type = "text/csv; charset=utf-8"

    def __init__(self, file: TextIO, language: str) -> None:
        parting = PARTING.get(language[:2], ",")
        self.decimal = "." if parting == "," else ","
        self.file = file
        file.write(BOM)
        self.writer = csv.writer(file, delimiter=parting, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")

    def head(self, titles: Iterable[str]) -> None:
        """The names of the columns."""
        self.writer.writerow([inert(title) for title in titles])

    def row(self, cells: Iterable[Cell]) -> None:
        """One row."""
        decimal = self.decimal
        self.writer.writerow([_written(cell, decimal) for cell in cells])


def csv_lines(titles: Sequence[str], rows: Iterable[Sequence[Cell]], language: str) -> Iterator[str]:
    """The same table piece by piece, for an answer that is streamed."""
    buffer = io.StringIO(newline="")
    table = CsvTable(buffer, language)
    table.head(titles)
    for row in rows:
        table.row(row)
        if buffer.tell() > 32_768:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


class Workbook:
    """An XLSX file with one or several sheets, each written from the top down; memory stays the same at any length."""

    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, path: Path, *, title: str, language: str) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_date_format": "yyyy-mm-dd",
                "tmpdir": str(path.parent),
            },
        )
        self.book.set_properties({"title": title, "comments": "Helmi"})
        self.bold = self.book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.hours = self.book.add_format({"num_format": "0.00"})

    def sheet(self, name: str, titles: Sequence[str], widths: Sequence[int]) -> "Sheet":
        """A new sheet with its head row, which stays in sight."""
        return Sheet(self, name, titles, widths)

    def close(self) -> None:
        """Write the file."""
        self.book.close()


class Sheet:
    """One sheet of a workbook."""

    def __init__(self, book: Workbook, name: str, titles: Sequence[str], widths: Sequence[int]) -> None:
        unsafe = str.maketrans("", "", "[]:*?/\\'")
        self.page: Any = book.book.add_worksheet(name.translate(unsafe)[:31])
        self.book, self.next = book, 1
        for column, width in enumerate(widths):
            self.page.set_column(column, column, width)
        self.page.freeze_panes(1, 1)
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)
        self.page.repeat_rows(0)
        for column, title in enumerate(titles):
            self.page.write_string(0, column, title, book.bold)
        self.width = len(titles)

    def row(self, cells: Iterable[Cell]) -> None:
        """One row; every text is written as text."""
        page, line = self.page, self.next
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                if cell:
                    page.write_string(line, column, cell)
            elif cell is None:
                continue
            elif isinstance(cell, bool):
                page.write_boolean(line, column, cell)
            elif isinstance(cell, Decimal):
                page.write_number(line, column, float(cell), self.book.hours)
            elif isinstance(cell, (int, float)):
                page.write_number(line, column, cell)
            else:
                page.write_datetime(line, column, cell, self.book.day)
        self.next += 1

    def close(self) -> None:
        """All rows are there: offer to filter them."""
        if self.next > 1 and self.width:
            self.page.autofilter(0, 0, self.next - 1, self.width - 1)
