"""Measures items in this process on behalf of the bench: CPU of the process, its children and its database; queries."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")  # bounds of transactions are no queries
LOCKS = ("FOR UPDATE", "FOR NO KEY UPDATE", 'UPDATE "events_places"')  # what holds the row that all wait for
TICK = 10.0  # milliseconds in the kernel's clock tick


def database_cpu_ms(postmaster: int) -> float:
    """CPU that the database's processes, or another parent's, have used so far; 0 where there is none to read."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == postmaster:
            total += int(fields[11]) + int(fields[12])
    return total * TICK


def queries_of(item: Callable[[], Any]) -> int:
    """How many statements one run of the item needs, when warm."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        item()
    return sum(1 for query in captured.captured_queries if not query["sql"].startswith(TRANSACTION))


def locked_of(item: Callable[[], Any]) -> int:
    """How many statements run from the first lock of the item's longest locking transaction to its commit."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        item()
    longest = since = 0
    for sql in (query["sql"] for query in captured.captured_queries):
        if sql.startswith(("COMMIT", "ROLLBACK")) and not sql.startswith("ROLLBACK TO"):
            longest, since = max(longest, since), 0
        elif since:
            since += not sql.startswith(TRANSACTION)
        elif any(lock in sql for lock in LOCKS):
            since = 1
    return max(longest, since)


def _others(postmaster: int) -> float:
    """CPU of the database and of our own children, of which the press is one; those that have ended count too."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return database_cpu_ms(postmaster) + database_cpu_ms(os.getpid()) + (ended.ru_utime + ended.ru_stime) * 1000


def serve(items: dict[str, Callable[[], Any]]) -> None:
    """Answer requests on standard input, one JSON object a line, until it ends."""
    out = sys.stdout
    sys.stdout = sys.stderr
    out.write("ready\n")
    out.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        item = items[asked["item"]]
        if asked.get("queries"):
            item()
            answer = {"queries": float(queries_of(item))}
        elif asked.get("facts"):
            answer = item() or {}
        elif asked.get("locked"):
            answer = {"locked": float(locked_of(item))}
        else:
            others, start = _others(asked["postmaster"]), time.process_time()
            for _turn in range(asked["times"]):
                item()
            spent = (time.process_time() - start) * 1000 + _others(asked["postmaster"]) - others
            answer = {"cpu_ms": spent / asked["times"]}
        out.write(json.dumps(answer) + "\n")
        out.flush()
