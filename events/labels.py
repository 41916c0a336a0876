"""Sheets of labels, and words that never leave their label. Pure."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

A4 = 210.0, 297.0  # millimetres
POINT = 72 / 25.4  # points in a millimetre
# Words beside one another stand a little closer or wider than their letters say; this much of the room is given away.
SPARE = 0.97

Width = Callable[[str], float]  # of a text at one point, in points


@dataclass(frozen=True)
class Sheet:
    """Labels on an A4 in millimetres: how many, how large, and how far one is from the next; margins are equal."""

    columns: int
    rows: int
    width: float
    height: float
    across: float = 0.0
    down: float = 0.0
    # What is kept free inside each label: more where it reaches the edge of the paper, which printers leave white.
    padding: float = 4.5
    # Plain paper shows where to cut.
    cut: bool = False

    @property
    def number(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows

    @property
    def left(self) -> float:
        """From the edge of the paper to the first column."""
        return (A4[0] - self.columns * self.width - (self.columns - 1) * self.across) / 2

    @property
    def top(self) -> float:
        """From the edge of the paper to the first row."""
        return (A4[1] - self.rows * self.height - (self.rows - 1) * self.down) / 2

    @property
    def inner(self) -> tuple[float, float]:
        """Width and height inside the padding."""
        return self.width - 2 * self.padding, self.height - 2 * self.padding

    def place(self, number: int) -> tuple[int, float, float]:
        """The page, from 0, and the upper left corner of label `number`, counted from 0 row by row over all sheets."""
        page, here = divmod(number, self.number)
        row, column = divmod(here, self.columns)
        return page, self.left + column * (self.width + self.across), self.top + row * (self.height + self.down)


SHEETS: dict[str, Sheet] = {
    "90x60": Sheet(2, 4, 90.0, 60.0, cut=True),
    "99x68": Sheet(2, 4, 99.1, 67.7, across=2.5),
    "99x57": Sheet(2, 5, 99.1, 57.0, across=2.5),
    "80x50": Sheet(2, 5, 80.0, 50.0, across=15.0, down=5.0, padding=3.5),
    "105x74": Sheet(2, 4, 105.0, 74.0, padding=7.0),
}


def sheets_needed(sheet: Sheet, labels: int, start: int) -> int:
    """How many papers `labels` take when the first one stands at position `start`, counted from 1."""
    return math.ceil((labels + start - 1) / sheet.number) if labels else 0


# ---------- Words that fit ----------


@dataclass(frozen=True)
class Fitted:
    """A text in lines, and the size in points at which all of them stay inside their room."""

    size: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Room:
    """Where a text must stay: width and height in millimetres, the largest and smallest size, and the line height."""

    width: float
    height: float
    largest: float
    smallest: float
    leading: float = 1.12
    # Below this size a word may be broken after a hyphen, and below the next anywhere.
    hyphens_from: float = 17.0
    letters_from: float = 11.0


def fit(text: str, room: Room, width: Width) -> Fitted:
    """The largest size at which the text stays in its room, in whole words as long as they can be read from afar.

    A word that is too long for a line is broken after a hyphen, and one without hyphens anywhere; nothing is cut off.
    """
    words = text.split()
    size = room.largest
    while size >= room.smallest:
        most = int(room.height * POINT / (size * room.leading))
        limit = room.width * POINT * SPARE / size
        for pieces in _pieces(words, size, room):
            lines = _lines(pieces, limit, width, letters=size < room.letters_from)
            if lines is not None and len(lines) <= most:
                return Fitted(size, tuple(lines))
        size -= 0.5
    limit = room.width * POINT * SPARE / room.smallest
    return Fitted(room.smallest, tuple(_lines(words, limit, width, letters=True) or ()))


def _pieces(words: Sequence[str], size: float, room: Room) -> Iterable[list[str]]:
    """The words whole, and then, where they have become small, with what may end a line after a hyphen."""
    yield list(words)
    if size < room.hyphens_from:
        yield [part for word in words for part in _parts(word)]


def _parts(word: str) -> list[str]:
    """A word in what may stand at the end of a line: "Åström-" and "Øverland"; a mark tells that no space follows."""
    parts = word.split("-")
    return [*(f"{part}-\0" for part in parts[:-1]), parts[-1]] if all(parts) else [word]


def _lines(pieces: Sequence[str], limit: float, width: Width, *, letters: bool) -> list[str] | None:
    """Filled lines, none wider than `limit`; None when a piece is too long and may not be broken."""
    lines: list[str] = []
    line, tight = "", True
    for piece in pieces:
        word, joins = piece.rstrip("\0"), piece.endswith("\0")
        longer = line + ("" if tight else " ") + word
        if width(longer) > limit:
            if line:
                lines.append(line)
            if width(word) > limit:
                if not letters:
                    return None
                *full, word = _broken(word, limit, width)
                lines.extend(full)
            longer = word
        line, tight = longer, joins
    return [*lines, line] if line else lines


def _broken(word: str, limit: float, width: Width) -> list[str]:
    """A word in pieces that are as long as the line is."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter) > limit:
            pieces.append("")
        pieces[-1] += letter
    return pieces
