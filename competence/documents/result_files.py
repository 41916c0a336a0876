"""Results as files: the rows of the page, cell by cell."""

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from competence.documents.results import Results, Told
from documents import pdf
from documents.sheets import CsvTable, Figure, Workbook

PDF = "application/pdf"
FORMS = ("pdf", "xlsx", "csv")


@dataclass(frozen=True)
class Report:
    """What a file holds: a place's results, and what was written where it is shown."""

    survey: str
    region: str
    language: str
    results: Results
    told: Sequence[Told]

    @property
    def groups(self) -> list[tuple[str, str, list[list[str]]]]:
        """The rows of each group, for paper: its name, how many answered, the rest of the cells."""
        found = []
        for (name, answers), rows in groupby(self.results.rows, key=lambda row: (row[0], row[1])):
            found.append((name, answers, [row[2:] for row in rows]))
        return found


def write(report: Report, form: str) -> tuple[bytes, str]:
    """The report as a file of this form, and what it is."""
    return {"csv": _csv, "xlsx": _xlsx, "pdf": _pdf}[form](report)


def _csv(report: Report) -> tuple[bytes, str]:
    buffer = io.StringIO(newline="")
    sheet = CsvTable(buffer, report.language)
    sheet.head(report.results.heads)
    for row in report.results.rows:
        # A distance begins with its sign: it is a figure of ours and no formula.
        sheet.row([*row[:6], Figure(row[6]), *row[7:]])
    return buffer.getvalue().encode(), CsvTable.content_type


def _xlsx(report: Report) -> tuple[bytes, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.xlsx"
        book = Workbook(path, title=f"{report.survey}, {report.results.title}", language=report.language)
        widths = [34, 16, 26, 44, 10, 12, 12, 10, 10, 10, 26, 34]
        sheet = book.sheet(_("Figures"), report.results.heads, widths[: len(report.results.heads)])
        for row in report.results.rows:
            sheet.row(row)
        sheet.close()
        notes = book.sheet(_("What is hidden"), [_("What is hidden and why")], [120])
        for words in report.results.notes:
            notes.row([words])
        notes.close()
        if report.told:
            said = book.sheet(_("Own words"), [_("Question"), _("Answer in own words")], [34, 100])
            for one in report.told:
                for text in one.shown:
                    said.row([one.label, text])
            said.close()
        book.close()
        return path.read_bytes(), Workbook.content_type


def _pdf(report: Report) -> tuple[bytes, str]:
    html = render_to_string("competence/documents/results.html", {"report": report, "results": report.results})
    return pdf.press(html, styles=["abstract.css", "evaluation.css", "results.css"]).content, PDF
