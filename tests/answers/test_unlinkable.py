"""Nobody links an answer to a person: T1 to T4 and the kills of T6, against the database as an owner would read it."""

# ruff: noqa: S608  (the names are those of our own tables, asked of the database)

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import random
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client

from answers import actions, ballots, keys, rules, seals
from answers.models import Ballot, BallotCode, Box, BoxQuerySet, Invitation
from answers.plan import Node
from answers.states import BoxState
from answers.suppression import number_shown
from tests.answers.conftest import FORM, Opened, open_box
from tests.cast import NOW

END = NOW + timedelta(days=11)


def tables() -> list[str]:
    return sorted(connection.introspection.table_names())


def dump() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as a dump of the database holds them."""
    found = {}
    with connection.cursor() as cursor:
        for name in tables():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            found[name] = sorted(
                (tuple(bytes(v).hex() if isinstance(v, memoryview | bytes) else str(v) for v in row) for row in cursor),
            )
    return found


@lru_cache(maxsize=1)
def with_person() -> list[str]:
    """Tables that have a column for a person, and the table of persons itself."""
    found = {"people_person"}
    with connection.cursor() as cursor:
        for name in tables():
            links = connection.introspection.get_relations(cursor, name)
            if any(target[1] == "people_person" for target in links.values()):
                found.add(name)
    return sorted(found)


def tau(order: list[int]) -> float:
    """Kendall's rank correlation of a permutation with 0, 1, 2 ..."""
    n = len(order)
    signs = sum((order[j] > order[i]) - (order[j] < order[i]) for i in range(n) for j in range(i + 1, n))
    return abs(signs) / (n * (n - 1) / 2)


TREE = (
    Node("region", "", "region"),
    Node("alavesi", "region", "municipality"),
    Node("berga", "region", "municipality"),
    Node("home", "alavesi"),
    Node("day", "alavesi"),
    Node("child", "berga"),
)


def survey(n: int, **facts: Any) -> Opened:
    """A survey in three units with workers and, in each, one manager: three strata stand for one person."""
    units = [("home", "day", "child")[i % 3] for i in range(n)]
    where = [(unit, "manager" if i < 3 else "worker") for i, unit in enumerate(units)]
    return open_box(n, kind="test.survey", units=where, nodes=TREE, **facts)


def end_survey(opened: Opened) -> None:
    """The plan is confirmed, everything counted, the keys destroyed."""
    actions.confirm_plan(box=opened.box, digest=actions.plan_of(opened.box).digest(), now=END)
    actions.count_due(now=END)
    opened.box.refresh_from_db()
    assert opened.box.state == BoxState.RELEASED


@pytest.mark.django_db(transaction=True)
def test_t1_after_200_answers_in_a_known_order_no_person_row_has_moved_and_no_order_is_left() -> None:
    opened = survey(200)
    before = {name: rows for name, rows in dump().items() if name in with_person()}
    marks: dict[str, set[str]] = {}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name in before:
                cursor.execute(f"SELECT xmin::text FROM {connection.ops.quote_name(name)}")
                marks[name] = {row[0] for row in cursor}
    order = list(range(200))
    random.SystemRandom().shuffle(order)
    for place, number in enumerate(order):
        opened.vote(number, score=1 + place % 5, good=f"good {place}", missing=f"no {place}", better=f"so {place}")
    assert {name: rows for name, rows in dump().items() if name in with_person()} == before
    assert not {"answers_ballot", "answers_ballotcode", "answers_answerdraft"} & set(with_person())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            shared = set()
            for name in before:
                cursor.execute(f"SELECT xmin::text, xmax::text FROM {connection.ops.quote_name(name)}")
                found = list(cursor)
                assert {row[0] for row in found} == marks[name], name
                marks[name] |= {row[1] for row in found}  # who locked a row last is noted on it too
            for name in ("answers_ballot", "answers_ballotcode"):
                used = "WHERE used" if name.endswith("code") else ""
                cursor.execute(f"SELECT xmin::text FROM {name} {used}")
                shared |= {row[0] for row in cursor}
            assert not shared & set().union(*marks.values())
    # SUR-5: no column of a sealed answer keeps the order. Chance alone never comes near 0.3.
    turn = {seals.ballot_id(seals.read_code(opened.codes[number]) or b""): place for place, number in enumerate(order)}
    for column in ("id", "ciphertext"):
        assert tau([turn[pk] for pk in Ballot.objects.order_by(column).values_list("pk", flat=True)]) < 0.3, column
    end_survey(opened)
    physical = "ctid" if connection.vendor == "postgresql" else "rowid"
    for by in ("id", physical):
        found = []
        for question in ("good", "missing", "better"):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT words FROM answers_freetext WHERE question = %s ORDER BY {by}", [question])
                found.append(tau([int(row[0].split()[1]) for row in cursor]))
        # Chance alone passes 0.15 in one order of 600; in two of three, never.
        assert statistics.median(found) < 0.15, (by, found)


@pytest.mark.django_db(transaction=True)
def test_sur_5_codes_are_stored_in_an_order_that_no_list_of_people_has() -> None:
    opened = open_box(120)
    where = {seals.code_hash(seals.read_code(code)): number for number, code in enumerate(opened.codes)}  # type: ignore[arg-type]
    stored = [where[digest] for digest in BallotCode.objects.order_by("pk").values_list("code_hash", flat=True)]
    assert tau(stored) < 0.3
    facts = {str(one.pk) for one in opened.people}
    digests = {hashlib.sha256(pk.encode()).hexdigest() for pk in facts}
    assert not digests & set(BallotCode.objects.values_list("code_hash", flat=True))


@pytest.mark.django_db(transaction=True)
def test_t2_no_code_key_or_answer_is_found_in_database_logs_cache_or_letters(
    at: Callable[..., object], caplog: pytest.LogCaptureFixture
) -> None:
    at(NOW)
    caplog.set_level(logging.DEBUG)
    opened = open_box(12)
    canary = "Kanariefågeln sjöng"
    for code in opened.codes[:6]:
        browser = Client()
        browser.get("/b/sv/")
        browser.post("/b/sv/", {"code": code})
        browser.post("/b/sv/", {"code": code, "page": "0", "do": "keep", "q-score": "4", "q-good": canary})
        done = browser.post("/b/sv/", {"code": code, "page": "0", "do": "send", "q-score": "4", "q-good": canary})
        assert done.status_code == 302
        assert not browser.cookies
    assert Ballot.objects.count() == 6
    pair = keys.store().read(opened.box.key_name)
    secrets = [*opened.codes, *(seals.read_code(code).hex() for code in opened.codes)]  # type: ignore[union-attr]
    secrets += [pair.link.hex(), pair.private.hex(), canary, "Kanarief", seals.base64.b64encode(pair.link).decode()]
    places = {
        "database": repr(dump()),
        "logs": caplog.text,
        "cache": repr(pickle.dumps(getattr(cache, "_cache", None))),
        "files": "".join(
            path.read_bytes().hex()
            for path in Path(django_settings.VAR).rglob("*")
            if path.is_file() and "keys" not in path.parts
        ),
    }
    found = [(place, secret) for place, words in places.items() for secret in secrets if secret in words]
    assert not found
    opened.end()
    after = repr(dump())
    assert not [secret for secret in secrets if secret in after], "fewer than ten wrote: nothing is kept"


@pytest.mark.django_db(transaction=True)
def test_t3_two_dumps_around_an_answer_differ_by_one_ciphertext_and_one_flag() -> None:
    opened = survey(8)
    opened.vote(0, score=5)
    ticket = actions.open_ticket(code=opened.codes[1], now=NOW)
    actions.keep_draft(ticket=ticket, answers={"score": 2})
    before = dump()
    opened.vote(1, score=2, good="Kort")
    after = dump()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"answers_ballot", "answers_ballotcode", "answers_answerdraft"}
    (new,) = set(after["answers_ballot"]) - set(before["answers_ballot"])
    assert set(before["answers_ballot"]) < set(after["answers_ballot"])
    assert max(len(str(value)) for value in new) in (2 * seals.SEALED, seals.SEALED)
    (row,) = set(after["answers_ballotcode"]) - set(before["answers_ballotcode"])
    (was,) = set(before["answers_ballotcode"]) - set(after["answers_ballotcode"])
    assert sum(one != other for one, other in zip(row, was, strict=True)) == 1
    assert len(after["answers_answerdraft"]) == len(before["answers_answerdraft"]) - 1


@pytest.mark.django_db(transaction=True)
def test_t4_a_backup_from_before_closing_opens_nothing_when_the_keys_are_gone(
    keys_folder: Path, tmp_path: Path
) -> None:
    opened = survey(12)
    for number in range(11):
        opened.vote(number, score=5, good="Hemligt")
    name = opened.box.key_name
    link = keys.store().read(name).link
    backup = {model: list(model.objects.all().values()) for model in (Invitation, BallotCode, Ballot)}
    end_survey(opened)
    assert list(keys_folder.iterdir()) == []
    with pytest.raises(keys.KeysAway):
        keys.store().read(name)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and link in path.read_bytes()]
    # What is left to try: the public key, every number and every digest in the backup, as a key.
    public = bytes(Box.objects.get(pk=opened.box.pk).public_key or b"")
    guesses = [public, *(bytes.fromhex(row["code_hash"]) for row in backup[BallotCode])]
    guesses += [row["id"].bytes * 2 for row in backup[Ballot]]
    opens, matches = 0, 0
    digests = {row["code_hash"] for row in backup[BallotCode]}
    for guess in guesses:
        for row in backup[Ballot]:
            try:
                seals.unseal(guess, bytes(row["ciphertext"]))
                opens += 1
            except seals.Unreadable:
                pass
        for row in backup[Invitation]:
            raw = seals.read_code(seals.code_for(guess, f"person:{row['person_id']}"))
            matches += raw is not None and seals.code_hash(raw) in digests
    assert (opens, matches) == (0, 0)


# ---------- One code, one vote ----------


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rounds", [3, pytest.param(20, marks=pytest.mark.deep)])
def test_one_code_used_by_many_hands_at_once_leaves_one_ballot(rounds: int) -> None:
    opened = open_box(rounds + 5)
    for number in range(rounds):
        start = threading.Barrier(6)
        met: list[Exception] = []

        def hand(step: int, number: int = number, start: threading.Barrier = start, met: list[Exception] = met) -> None:
            try:
                connection.ensure_connection()
                start.wait(timeout=30)
                opened.vote(number, score=step)
            except Exception as error:
                met.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=hand, args=(1 + i % 5,), daemon=True) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert not met
        assert Ballot.objects.count() == number + 1
        assert BallotCode.objects.filter(used=True).count() == number + 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rounds", [3, pytest.param(20, marks=pytest.mark.deep)])
def test_votes_that_race_with_the_closing_are_counted_or_refused_and_never_lost(rounds: int) -> None:
    for turn in range(rounds):
        taken, told, left = race_with_the_closing(turn)
        assert told == number_shown(taken)
        assert not left


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_same_race_loses_votes_when_nobody_locks_or_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the closing locks nothing and compares nothing, and a vote does not ask whether the box is open."""
    from answers.actions import closing

    tally = closing._tally

    def slow(*args: Any) -> Any:
        time.sleep(0.4)
        return tally(*args)

    monkeypatch.setattr(closing, "_lock", lambda box: Box.objects.get(pk=box.pk))
    monkeypatch.setattr(closing, "_fingerprint", lambda rows: "")
    monkeypatch.setattr(closing, "_tally", slow)
    monkeypatch.setattr(BoxQuerySet, "taking_answers", lambda boxes, now: boxes)
    outcomes = [race_with_the_closing(turn) for turn in range(4)]
    assert any(told != number_shown(taken) or left for taken, told, left in outcomes)


def race_with_the_closing(turn: int) -> tuple[int, str, int]:
    opened = open_box(30, owner=f"tests.race:{turn}")
    start = threading.Barrier(7)
    taken: list[int] = []
    strange: list[Exception] = []

    def voter(first: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            for number in range(first, 30, 6):
                try:
                    opened.vote(number, score=3)
                    taken.append(number)
                except rules.CodeUnknown:
                    pass
        except Exception as error:
            strange.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=voter, args=(i,), daemon=True) for i in range(6)]
    for thread in threads:
        thread.start()
    start.wait(timeout=30)
    time.sleep(0.01 * turn)
    actions.begin_closing(box=opened.box)
    for _round in range(3):
        actions.count_due(now=END)
    for thread in threads:
        thread.join(timeout=60)
    assert not strange
    box = Box.objects.get(pk=opened.box.pk)
    assert box.state == BoxState.RELEASED
    return len(taken), box.release.tables["turnout"]["n"], Ballot.objects.filter(box=box).count()


# ---------- T6: killed while it counts ----------


def shared_database(tmp_path: Path) -> str:
    """The address of a database that other processes reach: PostgreSQL's own, or the one in memory put into a file."""
    if connection.vendor == "postgresql":
        return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    path = tmp_path / "kills.sqlite3"
    with sqlite3.connect(path) as target:
        connection.connection.backup(target)
    return f"sqlite:///{path}"


def ask(tmp_path: Path, sql: str) -> list[tuple[object, ...]]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())
    with sqlite3.connect(tmp_path / "kills.sqlite3", timeout=10) as source:
        return source.execute(sql).fetchall()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kills", [4, pytest.param(50, marks=pytest.mark.deep)])
def test_t6_killed_while_it_counts_either_nothing_happened_or_all_of_it(
    kills: int, tmp_path: Path, keys_folder: Path
) -> None:
    chance = random.Random(20270416)
    opened = survey(150, pool="tests.pool:1")
    form = ballots.as_json(FORM)
    assert form == opened.box.questions
    public = bytes(opened.box.public_key)
    rows = []
    for number, code in enumerate(BallotCode.objects.order_by("unit", "role", "pk")):
        said = ballots.pack({"score": 1 + number % 5, "good": f"ord {number}"})
        sealed = seals.seal(public, said)
        rows.append(Ballot(id=uuid.uuid4(), box=opened.box, unit=code.unit, role=code.role, ciphertext=sealed))
        code.used = True
    Ballot.objects.bulk_create(rows)
    actions.confirm_plan(box=opened.box, digest=actions.plan_of(opened.box).digest(), now=END)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HELMI_DEMO": "1",
        "HELMI_VAR": str(tmp_path / "var"),
        "KEYS_DIR": str(keys_folder),
        "DATABASE_URL": shared_database(tmp_path),
        "DATABASE_POOL": "0",
    }
    command = [sys.executable, "-m", "tests.answers.closer"]
    outcomes = {"nothing": 0, "all": 0}
    for _kill in range(kills):
        child = subprocess.Popen(
            command, env=environment, cwd=django_settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"ready"
        time.sleep(chance.uniform(0, 0.12))
        child.kill()
        child.wait(timeout=30)
        child.stdout.close()
        state = ask(tmp_path, "SELECT state FROM answers_box WHERE owner <> 'tests.pool:1'")[0][0]
        releases = ask(tmp_path, "SELECT tables FROM answers_release")
        left = ask(tmp_path, "SELECT count(*) FROM answers_ballot")[0][0]
        texts = ask(tmp_path, "SELECT count(*) FROM answers_freetext")[0][0]
        given = ask(tmp_path, "SELECT count(*) FROM answers_part")[0][0]
        if state == BoxState.CLOSING:
            assert (len(releases), left, texts, given) == (0, 150, 0, 0)
            assert list(keys_folder.glob("*.keys")), "the keys went before the release was there"
            outcomes["nothing"] += 1
        else:
            assert (state, len(releases), left, texts, given) == (BoxState.RELEASED, 1, 0, 150, 1)
            outcomes["all"] += 1
    done = subprocess.run(
        command, env=environment, cwd=django_settings.BASE_DIR, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-800:]
    states = ask(tmp_path, "SELECT state FROM answers_box ORDER BY id")
    assert states == [(BoxState.RELEASED,), (BoxState.OPEN,)], "its pool waits for others"
    assert ask(tmp_path, "SELECT count(*) FROM answers_freetext") == [(150,)]
    told = str(ask(tmp_path, "SELECT tables FROM answers_release")[0][0])
    assert "'150'" in told or '"150"' in told
    assert len(list(keys_folder.glob("*.keys"))) == 1, "the pool's"
    assert outcomes["nothing"] + outcomes["all"] == kills
