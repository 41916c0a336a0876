"""What must be true of the database before answers are kept in it."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import connections

# Settings of PostgreSQL that would keep the order or the content of what is written.
WATCHED = {"track_commit_timestamp": {"off"}, "log_statement": {"none", "ddl"}}


def nothing_notes_the_order(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL notes neither the time of each commit nor each statement: both would tell who answered when."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        if connections[alias].vendor != "postgresql":
            continue
        with connections[alias].cursor() as cursor:
            for name, good in WATCHED.items():
                cursor.execute("SELECT current_setting(%s)", [name])
                row = cursor.fetchone()
                if row and row[0] not in good:
                    hint = f"Set {name} = {sorted(good)[-1]} in postgresql.conf."
                    found.append(Warning(f"PostgreSQL has {name} = {row[0]}.", hint=hint, id="helmi.W002"))
    return found
