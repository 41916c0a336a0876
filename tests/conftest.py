"""What every test has: a clock to set, a shut network, and eyes for undefined template variables."""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.template import engines
from django.template.base import FilterExpression, Node
from django.template.defaultfilters import default
from pytest_django import DjangoDbBlocker

from tests.servers import copy_migrated

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# One of these is among the fixtures of each test that asks a database.
DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}
THEIRS = TEMPLATES / "bootstrap5"  # crispy's own templates, as far as ours replace them


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database", action="store_true", help="only tests that ask a database; others say the same on both"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what knows no database; with `--only-database`, leave it out, since it has been shown already."""
    asks = [item for item in items if item.get_closest_marker("django_db") or DATABASE & set(fixtures_of(item))]
    known = set(asks)
    plain = [item for item in items if item not in known]
    if config.getoption("--only-database"):
        config.hook.pytest_deselected(items=plain)
        items[:] = asks
    elif workers := getattr(config, "workerinput", {}).get("workercount", 0):
        items[:] = in_shares(plain, asks, workers)


def in_shares(first: list[pytest.Item], then: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """All of them so that each worker, which is given an equal piece in order, begins with its share of the first.

    Meanwhile the database is migrated, for which everything else waits.
    """
    shared: list[pytest.Item] = []
    left = iter(then)
    for worker in range(workers):
        mine = first[worker::workers]
        end = (len(first) + len(then)) * (worker + 1) // workers
        shared += [*mine, *islice(left, max(0, end - len(shared) - len(mine)))]
    return shared


def fixtures_of(item: pytest.Item) -> list[str]:
    """All that a test is given, by name, with what that needs in turn."""
    return list(getattr(item, "fixturenames", ()))


def pytest_collection_finish() -> None:
    """What is loaded now stays to the end: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """With several workers, each begins with a copy of the database that has been migrated for all of them."""
    if "TEST_MIGRATED" in os.environ:
        with django_db_blocker.unblock():
            copy_migrated()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Django migrates what is missing in such a copy, which is nothing; the folder that it is in goes as a whole."""
    return "TEST_MIGRATED" in os.environ


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    """Whether tables are made by the migrations; a single process for a few tests makes them from the models."""
    return "TEST_UNMIGRATED" not in os.environ


@pytest.fixture
def at() -> Iterator[Callable[..., datetime]]:
    """Set the clock: `at("2026-03-28 08:00")` on the wall in Stockholm, another zone, or an aware datetime.

    The clock stands still until it is set again.
    """
    journeys: list[time_machine.travel] = []

    def travel(moment: datetime | str, zone: str = "Europe/Stockholm") -> datetime:
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))
        if moment.tzinfo is None:
            raise ValueError("say in which zone")
        if journeys:
            journeys.pop().stop()
        journeys.append(time_machine.travel(moment, tick=False))
        journeys[-1].start()
        return moment

    yield travel
    for journey in journeys:
        journey.stop()


class Undefined(str):
    """Django's word for a variable that is not there: empty, as in production, but written down when it is ours."""

    __slots__ = ("seen",)
    seen: set[str]

    def __bool__(self) -> bool:
        frame = sys._getframe(1)
        expression = frame.f_locals.get("self")
        if not isinstance(expression, FilterExpression) or any(filt is default for filt, _given in expression.filters):
            return False  # `|default` says that it may be missing
        while frame := frame.f_back:  # type: ignore[assignment]  # the loop ends where the stack does
            node = frame.f_locals.get("self")
            if isinstance(node, Node) and getattr(node, "origin", None):
                path = Path(str(node.origin.name))
                if path.is_relative_to(TEMPLATES) and not path.is_relative_to(THEIRS):
                    token = getattr(node, "token", None)
                    line = token.lineno if token else "?"
                    self.seen.add(f"{path.relative_to(TEMPLATES)}:{line} {expression.token}")
                break
        return False


@pytest.fixture(scope="session")
def undefined() -> Undefined:
    word = Undefined()
    word.seen = set()
    engines["django"].engine.string_if_invalid = word
    return word


@pytest.fixture(autouse=True)
def no_undefined_variables(undefined: Undefined) -> Iterator[None]:
    """A template of ours that names a variable which is not there fails the test."""
    undefined.seen.clear()
    yield
    assert not undefined.seen, f"undefined in templates: {sorted(undefined.seen)}"


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Limits and remembered things do not leak from test to test."""
    for kept in caches.all():
        kept.clear()


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Nothing in a test reaches beyond this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0]) if isinstance(address, tuple) else str(address)
            if host not in {"127.0.0.1", "::1", "localhost"}:
                raise AssertionError(f"a test wanted to reach {host}")
        real(self, address)  # type: ignore[arg-type]

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect)
    yield
    patch.undo()
