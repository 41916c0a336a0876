"""Prints one JSON object a line: item, CPU of the floor and ours, their ratio and its goal, queries and their goal.

Floor and ours are two processes on the same PostgreSQL, measured in alternating rounds; the median ratio counts.
CPU is the process's and the database's together. Wall time says nothing on a shared machine and is not looked at.
"""

import atexit
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests import servers

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = 5


@dataclass(frozen=True)
class Item:
    """What is measured, against which floor, how often in a round, and what it should need at most."""

    name: str
    ours: str
    floor: str
    ours_times: int
    floor_times: int
    ratio_goal: float
    queries_goal: int
    locked_goal: int = 0
    # The floor is something of ours too, in the same process; how many of the floor's things ours makes at once.
    own_floor: bool = False
    of: int = 1


ITEMS = [
    Item("public page of a cohort", "page", "page", 40, 200, 4, 5),
    Item("application from form to receipt", "application", "page", 5, 200, 30, 60),
    Item("public page of an event", "event", "page", 40, 200, 4, 5),
    Item("registration from page to receipt", "registration", "flow", 10, 60, 15, 30, locked_goal=8),
    Item("coordinator's list of 2,000 people", "list", "list", 20, 80, 6, 10),
    Item("XLSX export of 10,000 rows", "export", "workbook", 1, 1, 2.5, 15),
    Item("100 reminders over one connection", "reminders", "mails", 1, 3, 10, 300),
    Item("500 name badges in one PDF", "badges", "pages", 1, 1, 2.5, 50),
    Item(
        "100 certificates at once beside as many one by one",
        "certificates",
        "certificate",
        1,
        2,
        0.3,
        3500,
        of=10,
        own_floor=True,
    ),
    Item("course folder of 30 uploads beside their bare pages", "folder", "extended", 1, 3, 4.5, 200, own_floor=True),
    Item(
        "60 people to 25 mentors, the best way beside a greedy one", "matching", "greedy", 3, 30, 40, 0, own_floor=True
    ),
]


class Site:
    """A process that measures."""

    def __init__(self, module: str, address: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, address],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def _answer(self) -> str:
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            sys.exit(f"{self.process.args} ended with {self.process.wait()}")
        return line

    def ask(self, **question: object) -> float:
        """The one number of the answer."""
        return float(next(iter(self.facts(**question).values())))

    def facts(self, **question: object) -> dict[str, float]:
        """The whole answer."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        found: dict[str, float] = json.loads(self._answer())
        return found

    def end(self) -> None:
        """Let the process go."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)


def measure(item: Item, floor: Site, ours: Site, postmaster: int) -> dict[str, object]:
    """The row of one item."""
    floor = ours if item.own_floor else floor
    queries = int(ours.ask(item=item.ours, queries=True))
    locked = int(ours.ask(item=item.ours, locked=True)) if item.locked_goal else 0
    floor.ask(item=item.floor, times=1, postmaster=postmaster)
    pairs = []
    for _round in range(ROUNDS):
        below = floor.ask(item=item.floor, times=item.floor_times, postmaster=postmaster)
        above = ours.ask(item=item.ours, times=item.ours_times, postmaster=postmaster)
        pairs.append((below, above / item.of))
    return {
        "item": item.name,
        "floor_cpu_ms": round(statistics.median(below for below, _above in pairs), 3),
        "cpu_ms": round(statistics.median(above for _below, above in pairs), 3),
        "ratio": round(statistics.median(above / below for below, above in pairs), 2),
        "ratio_goal": item.ratio_goal,
        "queries": queries,
        "queries_goal": item.queries_goal,
        **({"locked": locked, "locked_goal": item.locked_goal} if item.locked_goal else {}),
        **ours.facts(item=item.ours, facts=True),
    }


def mail_server() -> str:
    """A mail server that takes everything, in a process whose CPU nobody counts: its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.outbox.sink"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(process.terminate)
    assert process.stdout
    return process.stdout.readline().strip()


def databases(root: Path) -> dict[str, str]:
    """Two empty databases on one server, and the queue: their addresses."""
    address = os.environ.get("DATABASE_URL") or servers.postgres(root)
    found = {"queue": os.environ.get("REDIS_URL") or servers.redis(root)}
    with psycopg.connect(address, autocommit=True) as connection:
        for name in ("bench_floor", "bench_ours"):
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
            found[name] = address.replace("/postgres?", f"/{name}?")
    return found


def main() -> None:
    """Start the services, both sites, and print the rows; names after the command choose items."""
    root = Path(tempfile.mkdtemp(prefix="b-", dir="/tmp"))
    root.chmod(0o711)
    atexit.register(shutil.rmtree, root, ignore_errors=True)  # after the services, which were started later
    address = databases(root)
    pid = root / "pg" / "data" / "postmaster.pid"
    postmaster = int(pid.read_text().split()[0]) if pid.exists() else 0
    port = mail_server()
    environment = {
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "HELMI_DEMO": "1",
        "DATABASE_URL": address["bench_ours"],
        "DATABASE_POOL": "0",
        "REDIS_URL": address["queue"],
        "HELMI_VAR": str(root / "var"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "CRITICAL",
        "ALLOWED_HOSTS": "testserver",
    }
    floor = Site("tests.bench.floor", address["bench_floor"], {"EMAIL_PORT": port})
    ours = Site("tests.bench.ours", address["bench_ours"], environment)
    for item in ITEMS:
        if not sys.argv[1:] or item.ours in sys.argv[1:]:
            sys.stdout.write(json.dumps(measure(item, floor, ours, postmaster), ensure_ascii=False) + "\n")
            sys.stdout.flush()
    floor.end()
    ours.end()


if __name__ == "__main__":
    main()
