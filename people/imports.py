"""Organisations and people from CSV and XLSX files: what is right is staged, what is wrong comes back with why."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base import clock
from base.forms import DateField, EmailField, NameField
from base.refusal import Refusal
from documents import gate
from people import actions, rules
from people.models import Import, Organisation, Person, Region, StagedFile
from people.states import Country, EmploymentForm, Language, OrganisationKind

BY_HAND, BY_ADMINISTRATOR = 1_000, 100_000
LARGEST = 20 * 1024 * 1024


class WrongEncoding(Refusal):
    """Letters that nobody can read for certain."""

    message = gettext_lazy(
        "The letters å, ä and ö in the file cannot be read for certain. "
        "Save it as CSV UTF-8 or as an Excel file (XLSX) and try again."
    )


class TooManyRows(Refusal):
    """More rows than may come at once."""

    message = gettext_lazy("The file holds %(rows)s rows. At most %(limit)s can be read at once. Nothing was read.")


class NoRows(Refusal):
    """Nothing under the headings."""

    message = gettext_lazy("The file holds no rows under its headings.")


class ColumnsMissing(Refusal):
    """Headings that are needed and not there."""

    message = gettext_lazy("The first row must hold the headings. Missing: %(columns)s.")


class Unreadable(Refusal):
    """A workbook that will not open."""

    message = gettext_lazy("The file could not be read. Save it again as an Excel file (XLSX) or as CSV UTF-8.")


# ---------- Reading ----------


@dataclass
class Line:
    """One row of a file: its number there, its cells under the headings, the columns that hold formulas."""

    number: int
    cells: dict[str, Any]
    formulas: set[str] = field(default_factory=set)


@dataclass
class Table:
    """A file as headings and lines."""

    titles: list[str]
    lines: list[Line]


# What cp1252 text in our languages holds; other signs mean that the file is in some other encoding.
WESTERN = set("åäöÅÄÖéÉèÈáÁàÀíÍóÓúÚüÜëËïÏôÔñÑçÇæÆøØâêîûßýÝšŠžŽ–’´·§°\xa0")
BROKEN = re.compile("Ã[¥¤¶…„–©]|\ufffd")


def decode(data: bytes) -> str:
    """The text of a CSV file: UTF-8, UTF-16 with its mark, or Windows' Western letters; refused when in doubt."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise WrongEncoding() from error
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = _western(data)
    if BROKEN.search(text):
        raise WrongEncoding()
    return text.replace("\x00", "")


def _western(data: bytes) -> str:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise WrongEncoding() from error
    if {letter for letter in text if ord(letter) > 127} - WESTERN:
        raise WrongEncoding()
    return text


def _csv_rows(data: bytes) -> list[list[Any]]:
    text = decode(data)
    head = text.split("\n", 1)[0]
    if head.lower().startswith("sep="):
        text = text.split("\n", 1)[1] if "\n" in text else ""
        head = text.split("\n", 1)[0]
    parting = max(";\t,", key=head.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=parting)]
    except csv.Error as error:
        raise Unreadable() from error


def _xlsx_rows(data: bytes) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, IndexError, zipfile.BadZipFile, KeyError) as error:
        raise Unreadable() from error


_FORMULA_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f[\s>/]')


def _formula_cells(data: bytes) -> dict[int, set[int]]:
    """Which cells of the first sheet are formulas: row number to column positions, both from 0."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = sorted(name for name in packed.namelist() if name.lower().startswith("xl/worksheets/sheet"))
        sheet = packed.read(names[0]) if names else b""
    found: dict[int, set[int]] = {}
    for letters, row in _FORMULA_CELL.findall(sheet):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        found.setdefault(int(row) - 1, set()).add(column - 1)
    return found


def read(file: IO[bytes], *, limit: int) -> Table:
    """The table in an upload; refused whole when it is no table, cannot be read, is empty or too long."""
    kind = gate.check(file, kinds=("csv", "xlsx"), largest=LARGEST)
    data = file.read()
    rows = _xlsx_rows(data) if kind == "xlsx" else _csv_rows(data)
    formulas = _formula_cells(data) if kind == "xlsx" else {}
    filled = [(number, row) for number, row in enumerate(rows) if any(text_of(cell) for cell in row)]
    if len(filled) < 2:
        raise NoRows()
    if len(filled) - 1 > limit:
        raise TooManyRows(rows=len(filled) - 1, limit=limit)
    titles = [text_of(cell) for cell in filled[0][1]]
    lines = []
    for number, row in filled[1:]:
        cells = {title: row[place] if place < len(row) else "" for place, title in enumerate(titles) if title}
        odd = {titles[place] for place in formulas.get(number, ()) if place < len(titles)}
        odd |= {
            title for title, cell in cells.items() if isinstance(cell, str) and cell.lstrip().startswith(("=", "＝"))
        }
        lines.append(Line(number + 1, cells, odd))
    return Table(titles, lines)


def text_of(cell: Any) -> str:
    """A cell as text, whatever the spreadsheet made of it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return unicodedata.normalize("NFC", str(cell)).replace("\x00", "").strip()


# ---------- Headings ----------

HEADINGS: dict[str, tuple[str, ...]] = {
    "name": ("name", "namn", "nimi"),
    "email": ("e-mail", "email", "mail", "e-post", "epost", "e-postadress", "mejl", "mejladress", "sähköposti"),
    "phone": ("phone", "telephone", "mobile", "mobile number", "telefon", "mobil", "mobilnummer", "puhelin"),
    "language": ("language", "språk", "kieli"),
    "employer": ("employer", "arbetsgivare", "kommun", "municipality", "työnantaja", "kunta", "organisation"),
    "unit": ("unit", "enhet", "yksikkö"),
    "job_title": ("job title", "title", "titel", "befattning", "yrkestitel", "ammattinimike", "tehtävänimike"),
    "form": ("form of employment", "form", "anställningsform", "palvelussuhde", "palvelussuhteen muoto"),
    "valid_from": ("from", "since", "employed since", "från", "från och med", "anställd sedan", "alkaen", "alku"),
    "kind": ("kind", "type", "slag", "typ", "laji", "tyyppi"),
    "country": ("country", "land", "maa"),
    "parent": ("part of", "parent", "del av", "överordnad", "osa", "yläyksikkö"),
    "code": ("code", "official code", "kod", "kommunkod", "koodi", "kuntakoodi"),
    "mark": ("mark", "märke", "merkki"),
}
NEEDED: dict[str, dict[str, Any]] = {
    "people": {"name": gettext_lazy("Name")},
    "organisations": {"name": gettext_lazy("Name"), "kind": gettext_lazy("Kind")},
}


def fold(text: str) -> str:
    """A word as it is compared: whatever the case and the spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def columns_of(table: Table, headings: Mapping[str, Collection[str]], needed: Mapping[str, Any]) -> dict[str, str]:
    """Which of the file's headings holds which fact; refused when one of the `needed` is not there."""
    found: dict[str, str] = {}
    for title in table.titles:
        for fact, words in headings.items():
            if fold(title) in words and fact not in found:
                found[fact] = title
                break
    missing = [str(title) for fact, title in needed.items() if fact not in found]
    if missing:
        raise ColumnsMissing(columns=", ".join(missing))
    return found


# ---------- Judging the lines ----------


class Wrong(Exception):
    """One cell is wrong, with the sentence for it."""


def by_name(organisations: Iterable[Organisation]) -> dict[str, list[Organisation]]:
    """Organisations by each of their names, in whichever language a file has it, folded."""
    found: dict[str, list[Organisation]] = {}
    for one in organisations:
        for name in {one.name, *(getattr(one, f"name_{code}") for code in Language.values)}:
            if name:
                found.setdefault(fold(name), []).append(one)
    return found


@dataclass
class Judge:
    """What the lines of one file are held against; reads what it needs once."""

    by: Person
    region: Region | None
    columns: dict[str, str]
    good: list[dict[str, Any]] = field(default_factory=list)
    bad: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        today = clock.now().date()
        self.organisations = list(Organisation.objects.visible_to(self.by).on(today))
        self.by_key = {one.pk: one for one in self.organisations}
        self.by_name = by_name(self.organisations)
        self.addresses: dict[str, int] = {}
        self.new_names: dict[str, int] = {}

    def text(self, line: Line, fact: str) -> str:
        """A cell as text; empty when the file has no such column."""
        title = self.columns.get(fact)
        return text_of(line.cells.get(title)) if title else ""

    def cell(self, line: Line, fact: str, check: Callable[[str], Any]) -> Any:
        """A cell that `check` accepts, or Wrong with the heading and the sentence."""
        try:
            return check(self.text(line, fact))
        except ValidationError as error:
            if error.error_list[0].code == "required":
                raise Wrong(_("Fill in: %(label)s") % {"label": self.columns.get(fact, fact)}) from error
            raise Wrong(f"{self.columns.get(fact, fact)}: {error.messages[0]}") from error

    def judge(self, line: Line, row_of: Callable[[Line], dict[str, Any]]) -> None:
        """Put a line among the good or the bad."""
        reasons = [
            _("%(column)s: the cell holds a formula. Write its value.") % {"column": title}
            for title in sorted(line.formulas)
        ]
        if not reasons:
            try:
                self.good.append({"line": line.number, **row_of(line)})
            except Wrong as wrong:
                reasons.append(str(wrong))
        if reasons:
            # Pairs, since PostgreSQL keeps no order in an object.
            cells = [[title, text_of(cell)] for title, cell in line.cells.items()]
            self.bad.append({"line": line.number, "reason": " ".join(reasons), "cells": cells})

    def name(self, line: Line) -> str:
        """A name as its owner writes it, and nothing that a spreadsheet would count with."""
        name: str = self.cell(line, "name", NameField(label=_("Name")).clean)
        if name.startswith(("+", "-", "@", "＋", "－", "＠")):
            raise Wrong(_("A name cannot begin with %(sign)s.") % {"sign": name[0]})
        return name

    def email(self, line: Line) -> str:
        """An address that no earlier line has; empty when there is none."""
        email = rules.tidy_address(self.cell(line, "email", EmailField(required=False).clean))
        if email:
            earlier = self.addresses.setdefault(email, line.number)
            if earlier != line.number:
                raise Wrong(_("The same e-mail address stands on line %(line)s.") % {"line": earlier})
        return email

    # People

    def person(self, line: Line) -> dict[str, Any]:
        """A person, as `actions.confirm_import` stores one."""
        name, email = self.name(line), self.email(line)
        unit = self.unit(line)
        since = self.cell(line, "valid_from", DateField(label=_("From"), required=False).clean)
        if unit is not None and since is None:
            raise Wrong(_("Write since when the person works there."))
        if unit is not None and unit.valid_to and since and unit.valid_to < since:
            raise Wrong(str(rules.UnitEnded(unit=unit.name)))
        return {
            "name": name,
            "email": email,
            "phone": self.phone(line),
            "language": self.word(line, "language", LANGUAGES, Language.SWEDISH),
            "unit": unit.pk if unit else None,
            "job_title": self.text(line, "job_title")[:120],
            "form": self.word(line, "form", FORMS, EmploymentForm.PERMANENT),
            "valid_from": since.isoformat() if since else None,
        }

    def phone(self, line: Line) -> str:
        """A telephone number; a spreadsheet may have made a figure of it."""
        text = self.text(line, "phone")
        if text and not re.fullmatch(r"[+()\d\s./-]{1,40}", text):
            raise Wrong(_("%(phone)s is not a telephone number.") % {"phone": text[:40]})
        return text

    def word(self, line: Line, fact: str, words: dict[str, str], usual: str) -> str:
        """One of a closed list of words in any of the three languages; empty is the usual one."""
        text = self.text(line, fact)
        if not text:
            return str(usual)
        if fold(text) not in words:
            raise Wrong(
                _("%(word)s is not known under %(column)s.") % {"word": text[:40], "column": self.columns[fact]}
            )
        return words[fold(text)]

    def unit(self, line: Line) -> Organisation | None:
        """The organisation that employer and unit name, among those that the reader may see."""
        employer, unit = self.text(line, "employer"), self.text(line, "unit")
        if not employer and not unit:
            return None
        tops = self.by_name.get(fold(employer), []) if employer else []
        if employer and not tops:
            raise Wrong(_("There is no organisation called %(name)s in your region.") % {"name": employer[:80]})
        if not unit:
            return self.only(tops, employer)
        inside = [
            one
            for one in self.by_name.get(fold(unit), [])
            if not tops or any(one.path.startswith(top.path) and one != top for top in tops)
        ]
        if not inside:
            raise Wrong(_("There is no unit called %(name)s there.") % {"name": unit[:80]})
        return self.only(inside, unit)

    @staticmethod
    def only(found: list[Organisation], name: str) -> Organisation:
        """The one that was meant."""
        if len({one.pk for one in found}) > 1:
            raise Wrong(_("There are several called %(name)s. Write the employer too.") % {"name": name[:80]})
        return found[0]

    # Organisations

    def organisation(self, line: Line) -> dict[str, Any]:
        """An organisation, as `actions.confirm_import` stores one; it may be part of one earlier in the file."""
        name = self.cell(line, "name", NameField(label=_("Name"), max_length=160).clean)
        kind = self.word(line, "kind", KINDS, "")
        country = self.word(line, "country", COUNTRIES, self.region.country if self.region else Country.SWEDEN)
        if not kind:
            raise Wrong(_("Write the kind, for example unit."))
        parent_name, parent, parent_line = self.text(line, "parent"), None, None
        if parent_name:
            parent_line = self.new_names.get(fold(parent_name))
            if parent_line is None:
                found = self.by_name.get(fold(parent_name), [])
                if not found:
                    raise Wrong(
                        _("There is no organisation called %(name)s, here or on an earlier line.")
                        % {"name": parent_name[:80]}
                    )
                parent = self.only(found, parent_name)
        elif not self.by.reach.administrator:
            raise Wrong(_("Write which organisation it is part of. Only an administrator adds employers."))
        above = parent or (Organisation(name=parent_name) if parent_line else None)
        if refusal := rules.why_not_create_organisation(kind=kind, country=country, parent=above):
            raise Wrong(str(refusal))
        mark = self.text(line, "mark").upper()
        if mark and not re.fullmatch(r"[^\W\d_]{2}", mark):
            raise Wrong(_("The mark is two letters, for example ES."))
        twin = [one for one in self.by_name.get(fold(name), []) if one.parent_id == (parent.pk if parent else None)]
        if twin and not parent_line:
            raise Wrong(_("%(name)s is there already.") % {"name": name})
        since = self.cell(line, "valid_from", DateField(label=_("From"), required=False).clean)
        self.new_names.setdefault(fold(name), line.number)
        return {
            "name": name,
            "kind": kind,
            "country": country,
            "parent": parent.pk if parent else None,
            "parent_line": parent_line,
            "code": self.text(line, "code")[:12],
            "mark": mark,
            "valid_from": (since or clock.now().date()).isoformat(),
        }


def _words(choices: Any, more: dict[str, str]) -> dict[str, str]:
    """The values of a closed list under their own codes and the words that people write for them."""
    return {fold(value): value for value in choices.values} | {fold(word): value for word, value in more.items()}


LANGUAGES = _words(
    Language,
    {
        "svenska": "sv",
        "ruotsi": "sv",
        "swedish": "sv",
        "finska": "fi",
        "suomi": "fi",
        "finnish": "fi",
        "engelska": "en",
        "englanti": "en",
        "english": "en",
    },
)
COUNTRIES = _words(
    Country,
    {
        "sverige": "SE",
        "ruotsi": "SE",
        "sweden": "SE",
        "finland": "FI",
        "suomi": "FI",
        "åland": "AX",
        "ahvenanmaa": "AX",
    },
)
FORMS = _words(
    EmploymentForm,
    {
        "tillsvidare": "permanent",
        "tills vidare": "permanent",
        "fast": "permanent",
        "toistaiseksi": "permanent",
        "vakituinen": "permanent",
        "visstid": "fixed_term",
        "tidsbegränsad": "fixed_term",
        "vikariat": "fixed_term",
        "fixed-term": "fixed_term",
        "määräaikainen": "fixed_term",
        "timanställd": "hourly",
        "timmar": "hourly",
        "tuntityö": "hourly",
        "inhyrd": "agency",
        "konsult": "agency",
        "vuokratyö": "agency",
    },
)
KINDS = _words(
    OrganisationKind,
    {
        "kommun": "municipality",
        "kunta": "municipality",
        "region": "region_se",
        "välfärdsområde": "wellbeing_county",
        "hyvinvointialue": "wellbeing_county",
        "wellbeing services county": "wellbeing_county",
        "samkommun": "joint_authority",
        "kuntayhtymä": "joint_authority",
        "kommunalförbund": "federation",
        "verksamhetsområde": "branch",
        "palvelualue": "branch",
        "service area": "branch",
        "enhet": "unit",
        "yksikkö": "unit",
        "underenhet": "sub_unit",
        "alayksikkö": "sub_unit",
        "sub-unit": "sub_unit",
        "universitet": "university",
        "högskola": "university",
        "yliopisto": "university",
        "förening": "association",
        "yhdistys": "association",
        "fou": "research",
    },
)


# ---------- The deed ----------


def stage(*, kind: str, region: Region | None, file: IO[bytes], source: str, by: Person, now: datetime) -> Import:
    """Read a file of organisations or people and stage what is right in it; nothing is stored before it is confirmed.

    Refused whole: a file that is not what it says, cannot be read, lacks headings, or holds more than 1,000 rows
    (100,000 for an administrator).
    """
    table = read(file, limit=BY_ADMINISTRATOR if by.reach.administrator else BY_HAND)
    judge = Judge(by, region, columns_of(table, HEADINGS, NEEDED[kind]))
    for line in table.lines:
        judge.judge(line, judge.organisation if kind == "organisations" else judge.person)
    return actions.stage_import(kind=kind, region=region, source=source, good=judge.good, bad=judge.bad, by=by, now=now)


def error_table(staged: StagedFile) -> tuple[list[str], Iterator[list[str]]]:
    """The lines that came back, with their own columns and the reason last."""
    titles = [title for title, _cell in staged.bad[0]["cells"]] if staged.bad else []
    head = [_("Line"), *titles, _("Reason")]
    return head, ([row["line"], *(cell for _title, cell in row["cells"]), row["reason"]] for row in staged.bad)


def namesakes(rows: Sequence[dict[str, Any]], by: Person) -> list[dict[str, Any]]:
    """Staged people whose name somebody visible already has with another address: perhaps the same person twice."""
    known: dict[str, set[str]] = {}
    for name, email in Person.objects.visible_to(by).members().filter(protected=False).values_list("name", "email"):
        known.setdefault(fold(name), set()).add(email or "")
    return [row for row in rows if fold(row["name"]) in known and (row["email"] or "?") not in known[fold(row["name"])]]
