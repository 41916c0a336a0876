"""Evaluations as files: the rows of the release, cell by cell as the pages have them."""

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from answers.documents import Result, titles
from documents import pdf
from documents.sheets import CsvTable, Workbook

PDF = "application/pdf"
FORMS = ("xlsx", "csv", "pdf")


@dataclass(frozen=True)
class Group:
    """A day, or a round, with its result."""

    name: str
    result: Result


@dataclass(frozen=True)
class Report:
    """What a file holds: groups of answers, and the words about the first."""

    title: str
    subtitle: str
    region: str
    language: str
    groups: Sequence[Group]

    @property
    def heads(self) -> list[str]:
        """The heads of the columns."""
        return [_("Day or round"), _("Answers"), *titles()]

    @property
    def lines(self) -> list[list[str]]:
        """A row a question of each group; a group of too few has one row that says so."""
        return [
            [group.name, group.result.answered, *cells]
            for group in self.groups
            for cells in [row.cells for row in group.result.rows] or [["", "", "", "", "", ""]]
        ]


def write(report: Report, form: str) -> tuple[bytes, str]:
    """The report as a file of this form, and what it is."""
    return {"csv": _csv, "xlsx": _xlsx, "pdf": _pdf}[form](report)


def _csv(report: Report) -> tuple[bytes, str]:
    buffer = io.StringIO(newline="")
    sheet = CsvTable(buffer, report.language)
    sheet.head(report.heads)
    for cells in report.lines:
        sheet.row(cells)
    return buffer.getvalue().encode(), CsvTable.content_type


def _xlsx(report: Report) -> tuple[bytes, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evaluation.xlsx"
        book = Workbook(path, title=f"{report.title}, {report.subtitle}", language=report.language)
        sheet = book.sheet(_("Figures"), report.heads, [32, 30, 44, 10, 10, 10, 10, 24])
        for cells in report.lines:
            sheet.row(cells)
        sheet.close()
        words = book.sheet(_("Own words"), [_("Question"), _("Answer in own words")], [34, 100])
        for row in report.groups[0].result.words:
            for text in row.shown:
                words.row([row.label, text])
        words.close()
        book.close()
        return path.read_bytes(), Workbook.content_type


def _pdf(report: Report) -> tuple[bytes, str]:
    html = render_to_string(
        "events/documents/evaluation.html",
        {"report": report, "heads": titles(), "words": report.groups[0].result.words},
    )
    return pdf.press(html, styles=["abstract.css", "evaluation.css"]).content, PDF
