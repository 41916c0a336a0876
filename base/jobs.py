"""The clock's jobs: which jobs there are, which are due, and that each is done by one hand at a time.

An app's tasks.py registers plain functions of the present instant with `@job(...)`. What is due stands in tables, so a
job may run twice, late or by hand. The clock (Celery's beat or `manage.py work`) calls `due_names` and `run` each
minute; `wake` asks for a job at once, and a lost call costs a minute.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.module_loading import autodiscover_modules

from base import clock
from base.models import Tick

LEASE = timedelta(minutes=15)  # longer than any job; a hand that died is replaced after it
SKEW = timedelta(seconds=60)
Hand = Callable[[datetime], int]
Words = Any  # a string, or one that is translated when it is read
log = logging.getLogger("helmi.clock")


@dataclass(frozen=True)
class Job:
    """Something to do again and again; `shared` when several hands may do it at once."""

    name: str
    title: Words
    run: Hand
    every: timedelta
    shared: bool


_jobs: dict[str, Job] = {}


def job(name: str, *, title: Words = "", every: timedelta, shared: bool = False) -> Callable[[Hand], Hand]:
    """Register a function of the present instant, which returns how much it did; `title` is what people read."""

    def register(function: Hand) -> Hand:
        if name in _jobs and _jobs[name].run is not function:
            raise ValueError(f"there are two jobs called {name!r}")
        _jobs[name] = Job(name, title or name, function, every, shared)
        return function

    return register


def jobs() -> dict[str, Job]:
    """Every job of every app's tasks.py, by name."""
    autodiscover_modules("tasks")
    return dict(_jobs)


def due_names(now: datetime) -> list[str]:
    """The jobs whose time has come and which no hand holds."""
    ticks = {tick.name: tick for tick in Tick.objects.all()}
    return [job.name for job in jobs().values() if _is_due(job, ticks.get(job.name), now)]


def _is_due(job: Job, tick: Tick | None, now: datetime) -> bool:
    if tick is None or tick.last_at is None:
        return True
    # A few seconds are given away, so that a clock that beats a little early does not skip a round.
    return now - tick.last_at >= job.every - timedelta(seconds=5)


def run(name: str, *, now: datetime, at_once: bool = False) -> int | None:
    """Do one job, unless another hand does it or has just done it; how much it did, None when it was not done.

    A job that fails is logged by its kind of error, without data, marked, and tried again in its next round; the
    watermark stays where the job last succeeded.
    """
    job = jobs()[name]
    Tick.objects.bulk_create([Tick(name=name)], ignore_conflicts=True)
    holder = uuid.uuid4().hex
    if not job.shared and not _take(job, holder, now, at_once):
        return None
    try:
        done = job.run(now)
    except Exception as error:
        log.exception("a job failed", extra={"facts": {"job": name}})
        _let_go(name, holder, now, failures=F("failures") + 1, trouble=type(error).__qualname__[:80])
        return None
    _let_go(name, holder, now, watermark=now, failures=0, trouble="")
    return done


def _let_go(name: str, holder: str, now: datetime, **facts: Any) -> None:
    """Give the lease back and say when it was in one update: no other hand comes between."""
    Tick.objects.filter(name=name, holder__in=["", holder]).update(last_at=now, holder="", leased_until=None, **facts)


def _take(job: Job, holder: str, now: datetime, at_once: bool) -> bool:
    """Take the lease by one conditional update: of two hands one gets it."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    if not at_once:
        free &= Q(last_at__isnull=True) | Q(last_at__lte=now - job.every + timedelta(seconds=5))
    return bool(Tick.objects.filter(free, name=job.name).update(holder=holder, leased_until=now + LEASE))


def run_due(now: datetime) -> dict[str, int]:
    """Do every job that is due, one after the other; how much each did."""
    done = {name: run(name, now=now) for name in due_names(now)}
    return {name: number for name, number in done.items() if number is not None}


def last_done(name: str) -> datetime | None:
    """When the job last succeeded: the watermark from which it catches up after an outage."""
    return Tick.objects.filter(name=name).values_list("watermark", flat=True).first()


def agrees_with_database() -> bool:
    """Whether this machine's clock and the database's differ by less than a minute; where not, this hand rests."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    if abs(theirs - clock.now()) < SKEW:
        return True
    log.error("this machine's clock is wrong, so it does no jobs")
    return False


def wake(name: str) -> None:
    """Ask the queue to do a job as soon as the transaction has committed; once, however often it is asked.

    The queue may be down or off: the job's next round does what is due.
    """
    calls: list[Any] = [entry[1] for entry in connection.run_on_commit]
    if any(getattr(call, "func", None) is _send and call.args == (name,) for call in calls):
        return
    transaction.on_commit(partial(_send, name), robust=True)


def _send(name: str) -> None:
    try:
        current_app.send_task("outbox.run_job", args=[name, True], expires=60, retry=False)
    except Exception:  # whatever a broker says: it only wakes, and the clock comes by in a minute
        log.warning("the queue could not be reached", extra={"facts": {"job": name}})
