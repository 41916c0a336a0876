"""What must be true of the machine before Helmi starts."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections


def letters_beyond_ascii(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A PostgreSQL database whose character type is C does not find Åsa when somebody writes åsa."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        if connections[alias].vendor != "postgresql":
            continue
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT upper('å') = 'Å'")
            row = cursor.fetchone()
        if not (row and row[0]):
            hint = "Create the database with --locale=C.UTF-8 or with an ICU locale, such as sv."
            found.append(
                Error("The database's character type is C: it does not know that Å is å.", hint=hint, id="helmi.E001")
            )
    return found
