"""Canonical forms and digests: the same facts give the same letters on every machine and database."""

import hashlib
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID


def instant(value: datetime) -> str:
    """An instant in UTC, to the microsecond."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(value: Any) -> Any:
    """A value as JSON can hold it, so that it reads back as it was digested."""
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return instant(value) if value.tzinfo else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float | Decimal | UUID):
        return str(value)
    return str(value)


def canonical(facts: Any) -> str:
    """Facts as one line that does not depend on the order of their names."""
    return json.dumps(facts, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def words_digest(salt: str, words: Any) -> str:
    """What a deed keeps of its words: without the salt nobody can try out names against it."""
    return hashlib.sha256(f"{salt}\n{canonical(words)}".encode()).hexdigest()


def digest(previous: str, at: str, rows: list[dict[str, Any]]) -> str:
    """The digest of a seal: over the seal before it, its time, and every row in order."""
    lines = [previous, at, *(canonical(row) for row in rows)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
