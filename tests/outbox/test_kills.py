"""Senders are killed without warning: nothing is lost, and whatever came twice is counted."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from base import clock
from outbox.models import Letter
from tests.outbox.conftest import letter
from tests.outbox.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
LEASE = 1.5


def shared_database(tmp_path: Path) -> str:
    """The address of a database that other processes reach: PostgreSQL's own, or the one in memory put into a file."""
    if connection.vendor == "postgresql":
        return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    path = tmp_path / "kills.sqlite3"
    with sqlite3.connect(path) as target:
        connection.connection.backup(target)
    return f"sqlite:///{path}"


def outcome(tmp_path: Path) -> list[tuple[str, str, int]]:
    """Message-ID, state and counted duplicates of every letter, from where the senders wrote."""
    if connection.vendor == "postgresql":
        return list(Letter.objects.values_list("message_id", "state", "possible_duplicates"))
    with sqlite3.connect(tmp_path / "kills.sqlite3") as source:
        return source.execute("SELECT message_id, state, possible_duplicates FROM outbox_letter").fetchall()


def run_and_kill(letters: int, kills: int, sink: Sink, tmp_path: Path) -> tuple[Counter[str], list[Any], int]:
    """Let two senders work on many letters, kill one of them at random again and again, and let the last end."""
    chance = random.Random(20270416)
    for n in range(letters):
        letter(n, now=clock.now())
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HELMI_DEMO": "1",
        "HELMI_VAR": str(tmp_path / "var"),
        "DATABASE_URL": shared_database(tmp_path),
        "DATABASE_POOL": "0",
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        "RELAY_LOG": str(sink.relay_log or ""),
        "SENDER_LEASE": str(LEASE),
    }

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.outbox.sender"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.DEVNULL,
        )

    senders = [start(), start()]
    killed, give_up = 0, time.monotonic() + 30 + 8 * kills
    try:
        while killed < kills and time.monotonic() < give_up:
            before = len(sink.mails)
            while len(sink.mails) < before + chance.randint(1, max(2, letters // (kills + 2))):
                if time.monotonic() > give_up or all(sender.poll() is not None for sender in senders):
                    break
                time.sleep(0.002)
            alive = [sender for sender in senders if sender.poll() is None]
            if not alive:
                break
            victim = chance.choice(alive)
            victim.kill()
            victim.wait(5)
            killed += 1
            senders = [sender for sender in senders if sender.poll() is None] + [start()]
        for sender in senders:
            sender.wait(240)
    finally:
        for sender in senders:
            sender.kill()
            sender.wait(5)
    return sink.counts(), outcome(tmp_path), killed


def check(counts: Counter[str], rows: list[Any], letters: int, killed: int, wanted: int) -> int:
    """Nothing lost, and every duplicate counted; how many duplicates there were."""
    assert killed == wanted
    assert len(rows) == letters
    for message_id, state, possible in rows:
        assert state in ("sent", "uncertain"), state
        assert counts[message_id] >= 1 or state == "uncertain", "lost"
        assert counts[message_id] - 1 <= possible, "a duplicate that nobody counted"
    duplicates = sum(count - 1 for count in counts.values())
    assert duplicates <= killed
    return duplicates


def test_a_hundred_reminders_survive_five_kills(sink: Sink, tmp_path: Path) -> None:
    sink.pause = 0.02
    counts, rows, killed = run_and_kill(100, 5, sink, tmp_path)
    check(counts, rows, 100, killed, 5)


@pytest.mark.deep
def test_a_thousand_reminders_survive_twenty_kills(sink: Sink, tmp_path: Path) -> None:
    sink.pause = 0.02
    counts, rows, killed = run_and_kill(1000, 20, sink, tmp_path)
    check(counts, rows, 1000, killed, 20)


@pytest.mark.deep
def test_with_the_relays_log_nothing_comes_twice(sink: Sink, tmp_path: Path) -> None:
    sink.pause, sink.relay_log = 0.02, tmp_path / "mail.log"
    counts, rows, killed = run_and_kill(500, 20, sink, tmp_path)
    assert check(counts, rows, 500, killed, 20) == 0
