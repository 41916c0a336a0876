"""The file that a survey's receipt offers: the answers in words, with the same as data inside.

Whoever answered keeps it. It proves nothing, since anybody can write such a file, and it comes from anywhere: one that
is too large, of another kind or changed is refused, and the refusal says which.
"""

import json
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from typing import Any

LARGEST = 200 * 1024  # bytes
MOST = 400  # answers
LONGEST = 400  # characters of a title or a label
MARK = "helmi-answers"
VERSION = 1
HIGHEST = 5
WISHED = 4  # on the scale of wishes: from here on it is a wish


class Unreadable(Exception):
    """Why a file was not read: "large", "foreign", "newer" or "changed"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Said:
    """One answer: the competence's key, its name on the form, the level (None: cannot say), and the wish."""

    competence: int
    label: str
    level: int | None
    wishes: bool


@dataclass(frozen=True)
class Receipt:
    """What a file holds."""

    title: str
    saved_on: date
    answers: tuple[Said, ...]


class _Finder(HTMLParser):
    """Finds the data in the page; anything else is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The data begins."""
        if tag == "script" and dict(attrs).get("id") == MARK:
            self._inside = True
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        """And ends."""
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        """A piece of it."""
        if self._inside:
            self.found[-1] += data


def read(content: bytes) -> Receipt:
    """What a file holds; `Unreadable` when it is no such file, or not any more."""
    if len(content) > LARGEST:
        raise Unreadable("large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("foreign") from None
    finder = _Finder()
    finder.feed(text)
    finder.close()
    if not finder.found:
        raise Unreadable("foreign")
    if len(finder.found) > 1:
        raise Unreadable("changed")
    return read_data(finder.found[0])


def read_data(text: str) -> Receipt:
    """What the data of such a file says."""
    if len(text) > LARGEST:
        raise Unreadable("large")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("changed") from None
    if not isinstance(data, dict):
        raise Unreadable("changed")
    version = data.get("version")
    if type(version) is not int or version < VERSION:
        raise Unreadable("changed")
    if version > VERSION:
        raise Unreadable("newer")
    rows = data.get("answers")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST:
        raise Unreadable("changed")
    answers = tuple(_said(row) for row in rows)
    if len({answer.competence for answer in answers}) != len(answers):
        raise Unreadable("changed")
    return Receipt(title=_words(data.get("box_title", "")), saved_on=_day(data.get("saved_on")), answers=answers)


def _said(row: Any) -> Said:
    if not isinstance(row, dict):
        raise Unreadable("changed")
    key, level = row.get("competence"), row.get("level")
    if type(key) is not int or not 0 < key < 2**63 or not _step(level):
        raise Unreadable("changed")
    return Said(key, _words(row.get("label", "")), level or None, _wishes(row.get("wish")))


def _step(value: Any) -> bool:
    """A level, 0 for "cannot say", or nothing where only the wish was answered."""
    return value is None or type(value) is int and 0 <= value <= HIGHEST


def _wishes(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    if not isinstance(value, int) or not 0 <= value <= HIGHEST:
        raise Unreadable("changed")
    return value >= WISHED


def _words(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or not value.replace("\n", " ").isprintable():
        raise Unreadable("changed")
    return value


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Unreadable("changed") from None


def write_data(receipt: Receipt) -> str:
    """The data of a file once more, as it was read."""
    rows = [
        {"competence": said.competence, "level": said.level or 0, "wish": said.wishes, "label": said.label}
        for said in receipt.answers
    ]
    facts = {
        "version": VERSION,
        "box_title": receipt.title,
        "answers": rows,
        "saved_on": receipt.saved_on.isoformat(),
    }
    return json.dumps(facts, ensure_ascii=False)
