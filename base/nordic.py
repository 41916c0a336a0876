"""Swedish order and case-blind search, the same on SQLite as on PostgreSQL.

On PostgreSQL the collation `nordic` is ICU's Swedish one, made by base's first migration. SQLite gets it here, on
every connection, together with a LIKE that knows å, ä and ö. Use it with `CharField(db_collation="nordic")` or
`Collate("name", "nordic")`. The name is one plain word, for Django does not quote it in SQLite's DDL.

Whoever changes `sort_key` must REINDEX in a migration: SQLite's indexes are stored in this order.
"""

import functools
import re
import unicodedata
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

# After z, in the order of the Swedish alphabet; the neighbours' letters stand with their nearest kin.
_LATE = {
    "å": "z\uf000",
    "ä": "z\uf001",
    "æ": "z\uf001",
    "ö": "z\uf002",
    "ø": "z\uf002",
    "ü": "y",
    "þ": "th",
    "ð": "d",
}


def _key(letter: str) -> str:
    """The sorting key of one letter: é sorts with e."""
    late = _LATE.get(letter)
    if late is not None:
        return late
    return "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))


def sort_key(text: str) -> str:
    """What `text` is sorted by."""
    return "".join(_key(letter) for letter in unicodedata.normalize("NFC", text).casefold())


def compare(left: str, right: str) -> int:
    """Which of two texts comes first: -1, 0 or 1."""
    first, second = (sort_key(left), left), (sort_key(right), right)
    return (first > second) - (first < second)


@functools.lru_cache(maxsize=512)
def _pattern(pattern: str, escape: str) -> re.Pattern[str]:
    parts, letters = [], iter(pattern)
    for letter in letters:
        if letter == escape:
            parts.append(re.escape(next(letters, escape)))
        else:
            parts.append({"%": ".*", "_": "."}.get(letter) or re.escape(letter))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def like(pattern: object, value: object, escape: str = "\\") -> bool | None:
    """SQL's LIKE, case-blind for every letter and not only for a to z."""
    if pattern is None or value is None:
        return None
    return _pattern(str(pattern), escape).fullmatch(str(value)) is not None


def on_connect(sender: object, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Teach a new SQLite connection the collation and the LIKE."""
    if connection.vendor == "sqlite":
        connection.connection.create_collation("nordic", compare)
        for arguments in (2, 3):
            connection.connection.create_function("like", arguments, like, deterministic=True)
