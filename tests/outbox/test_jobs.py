"""The clock's jobs: each round once, whoever else is a clock; late is better than never."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from base import jobs
from base.models import Tick
from tests.outbox.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)
done: list[Any] = []
MINUTE = timedelta(minutes=1)


@jobs.job("test job", every=MINUTE)
def work(now: Any) -> int:
    done.append(now)
    return 1


@jobs.job("test failing job", every=MINUTE)
def fail(now: Any) -> int:
    raise ValueError("Åsa Öberg, asa@kommun.example")


@pytest.fixture(autouse=True)
def fresh() -> None:
    done.clear()


def test_a_job_is_done_once_in_its_round() -> None:
    assert "test job" in jobs.due_names(NOW)
    assert jobs.run("test job", now=NOW) == 1
    assert "test job" not in jobs.due_names(NOW + timedelta(seconds=30))
    assert jobs.run("test job", now=NOW + timedelta(seconds=30)) is None
    assert jobs.run("test job", now=NOW + MINUTE) == 1
    assert len(done) == 2


def test_a_job_that_is_asked_for_is_done_at_once() -> None:
    jobs.run("test job", now=NOW)
    assert jobs.run("test job", now=NOW + timedelta(seconds=1), at_once=True) == 1


def test_after_an_outage_a_job_is_done_once_not_for_every_round_missed() -> None:
    jobs.run("test job", now=NOW)
    later = NOW + timedelta(hours=26)
    assert jobs.run("test job", now=later) == 1
    assert jobs.run("test job", now=later) is None
    assert jobs.last_done("test job") == later


def test_a_hand_that_died_is_replaced_when_its_lease_is_over() -> None:
    Tick.objects.create(name="test job", holder="dead", leased_until=NOW + jobs.LEASE)
    assert jobs.run("test job", now=NOW) is None
    assert jobs.run("test job", now=NOW + jobs.LEASE) == 1


def test_a_failing_job_is_marked_without_its_words_and_the_others_go_on(caplog: Any) -> None:
    assert jobs.run("test failing job", now=NOW) is None
    assert jobs.run("test job", now=NOW) == 1
    tick = Tick.objects.get(name="test failing job")
    assert (tick.failures, tick.trouble, tick.watermark) == (1, "ValueError", None)
    assert jobs.run("test failing job", now=NOW + MINUTE) is None
    tick.refresh_from_db()
    assert tick.failures == 2


@pytest.mark.race
def test_two_clocks_at_once_do_a_job_once() -> None:
    start = threading.Barrier(4)

    def clock() -> None:
        try:
            start.wait(10)
            jobs.run("test job", now=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=clock) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == 1


def test_the_queue_is_woken_once_after_the_commit_and_not_after_a_rollback(monkeypatch: Any) -> None:
    woken: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, args, **options: woken.append(args[0]))
    with transaction.atomic():
        for _ in range(22):
            jobs.wake("test job")
        assert not woken
    assert woken == ["test job"]
    with transaction.atomic():
        jobs.wake("test job")
        transaction.set_rollback(True)
    assert woken == ["test job"]


def test_a_queue_that_is_down_does_not_disturb(monkeypatch: Any) -> None:
    def down(*args: Any, **options: Any) -> None:
        raise ConnectionError("Redis is away")

    monkeypatch.setattr("celery.current_app.send_task", down)
    with transaction.atomic():
        jobs.wake("test job")


def test_every_registered_job_can_be_done_with_nothing_to_do() -> None:
    for name in jobs.jobs():
        if not name.startswith("test "):
            jobs.run(name, now=NOW)
    assert not list(Tick.objects.filter(failures__gt=0).values_list("name", "trouble"))
