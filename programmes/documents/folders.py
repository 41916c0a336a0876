"""The course folder: our own pages laid out by the press, the uploads bound behind them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from base import dates
from documents import pdf
from documents.actions import root
from documents.binder import Binder, Seen
from documents.binding import LINK, Part
from documents.models import StoredFile
from events.letters.days import place_of
from people.models import Person
from programmes.documents.pictures import stored
from programmes.models import CourseDay, Enrolment, Folder
from programmes.rules.certificates import EMBLEMS
from programmes.rules.folders import Piece

STYLES = ("folder.css",)
ROUNDS = 3  # of laying out, until the number of our own pages is known
LINES = 26  # of a list on a page, for a first guess of how many pages there will be
TITLE = 60  # letters of the title under each page


@dataclass(frozen=True)
class Made:
    """A finished folder: the file, its pages, how many uploads are in it and how many not every reader can read."""

    path: Path
    pages: int
    uploads: int
    inaccessible: int


@dataclass(frozen=True)
class Line:
    """An upload in the contents: where its line leads, on which page it begins, and whether everybody can read it."""

    title: str
    address: str
    page: int
    pages: int
    accessible: bool
    language: str


def print_folder(
    *,
    folder: Folder,
    days: Sequence[CourseDay],
    pieces: Sequence[Piece],
    people: Sequence[Enrolment],
    today: date,
    target: Path,
    progress: Callable[[int], None],
) -> Made:
    """Make the folder in its language and write it to `target`; `progress` hears how many uploads are in.

    Refused as the press and the binder refuse.
    """
    bound = [piece for piece in pieces if piece.is_bound]
    trusted = _trusted(bound, folder)
    with Binder() as binder, translation.override(folder.language):
        seen = binder.look([_path(piece) for piece in bound])
        readable = [one.tagged and mine for one, mine in zip(seen, trusted, strict=True)]
        words = _("%(folder)s, page %(n)s of %(total)s")
        own = _own_pages(folder, days, pieces, people, bound, seen, readable, today)
        made = binder.bind(
            own=own.content,
            letters=_letters(folder.language, words),
            parts=[_part(piece, mine) for piece, mine in zip(bound, trusted, strict=True)],
            heading=_("Material"),
            words=words.replace("%(folder)s", _short(str(folder.cohort))),
            accessible=all(one.accessible for one in seen),
            target=target,
            progress=progress,
        )
    return Made(target, made.pages, len(bound), sum(way != "tagged" for way in made.ways))


def _path(piece: Piece) -> Path:
    return root() / _file(piece).path


def _file(piece: Piece) -> StoredFile:
    file = piece.material.file
    if file is None:
        raise TypeError("a link has no file")
    return file


def _trusted(bound: Sequence[Piece], folder: Folder) -> list[bool]:
    """Which uploads are taken over as they are: those of the region's coordinators and of administrators."""
    people = Person.objects.in_bulk({_file(piece).by_id for piece in bound} - {None})
    region = folder.cohort.programme.region_id
    sure = {pk for pk, one in people.items() if one.reach.administrator or region in one.reach.region_ids}
    return [_file(piece).by_id in sure for piece in bound]


def _group(day: CourseDay) -> str:
    return _("Day %(number)s: %(theme)s") % {"number": day.number, "theme": day.event.title}


def _part(piece: Piece, trusted: bool) -> Part:
    material = piece.material
    return Part(str(_path(piece)), material.title, _group(piece.day), material.language, trusted)


def _short(text: str) -> str:
    return text if len(text) <= TITLE else f"{text[: TITLE - 1].rstrip()}…"


def _letters(language: str, words: str) -> bytes:
    """A page that shows every letter of the words under the pages, one by one."""
    alphabet = (
        "0123456789" + words + "ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖÆØÜÉabcdefghijklmnopqrstuvwxyzåäöæøüéèšž,.:;–-…()&/'’\""
    )
    return pdf.press(
        render_to_string("programmes/documents/letters.html", {"letters": sorted(set(alphabet)), "language": language}),
        styles=STYLES,
    ).content


def _own_pages(
    folder: Folder,
    days: Sequence[CourseDay],
    pieces: Sequence[Piece],
    people: Sequence[Enrolment],
    bound: Sequence[Piece],
    seen: Sequence[Seen],
    readable: Sequence[bool],
    today: date,
) -> pdf.Printed:
    """Cover, contents, days, people, what is listed only; laid out again until the numbers in the contents are true."""
    cohort = folder.cohort
    programme, region = cohort.programme, cohort.programme.region
    funder, pictures = programme.funder, dict[str, pdf.Picture]()
    if funder and funder.emblem_id and (emblem := stored(funder.emblem_id)):
        pictures["funder"] = emblem
    context: dict[str, Any] = {
        "folder": folder,
        "cohort": cohort,
        "programme": programme,
        "region": region,
        "funder": funder,
        "emblem": EMBLEMS.get(funder.emblem_name, "") if funder else "",
        "pictures": pictures,
        "language": folder.language,
        "today": today,
        "span": dates.span(days[0].event.date, days[-1].event.date),
        "days": [_day(day) for day in days],
        "people": [(one.person.name, one.organisation.name) for one in people],
        "others": _others(pieces),
        "unreadable": not all(readable),
    }
    lists = (4 + len(bound) + len({piece.day.pk for piece in bound}), 3 + len(people))
    pages = 3 + len(days) // 5 + sum(rows // LINES for rows in lists) + bool(people) + bool(context["others"])
    for _round in range(ROUNDS):
        context["groups"] = _contents(bound, seen, readable, pages + 1)
        printed = pdf.press(
            render_to_string("programmes/documents/folder.html", context),
            styles=STYLES,
            pictures=pictures,
            expected=pages,
        )
        if printed.content:
            return printed
        pages = printed.pages
    raise pdf.PressFailed()


def _day(day: CourseDay) -> dict[str, Any]:
    event = day.event
    return {
        "number": day.number,
        "theme": event.title,
        "date": event.date,
        "when": f"{dates.full_day(event.date)}, {dates.time_span(event.start_time, event.end_time)}",
        "place": place_of(event),
        "aims": [line.strip() for line in day.aims.splitlines() if line.strip()],
        "preparation": day.preparation,
    }


def _contents(
    bound: Sequence[Piece], seen: Sequence[Seen], readable: Sequence[bool], first: int
) -> list[tuple[str, list[Line]]]:
    """The uploads by day with the pages on which they begin, counted from `first`."""
    groups: dict[int, tuple[str, list[Line]]] = {}
    for number, (piece, one, accessible) in enumerate(zip(bound, seen, readable, strict=True)):
        group = groups.setdefault(piece.day.number, (_group(piece.day), []))
        material = piece.material
        group[1].append(Line(material.title, f"{LINK}{number}", first, one.pages, accessible, material.language))
        first += one.pages
    return list(groups.values())


def _others(pieces: Sequence[Piece]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Files of other kinds and links, by day: title, what it is, and the address of a link."""
    groups: dict[int, tuple[str, list[tuple[str, str, str]]]] = {}
    for piece in pieces:
        if piece.is_bound:
            continue
        material = piece.material
        group = groups.setdefault(piece.day.number, (_group(piece.day), []))
        what = material.file.name if material.file else urlsplit(material.link).hostname or ""
        group[1].append((material.title, what, material.link))
    return list(groups.values())


def file_name(folder: Folder) -> str:
    """What the file is called when it is downloaded."""
    with translation.override(folder.language):
        return f"{_('Course folder')} {folder.cohort}.pdf"
