"""The clock's hands: the letters' own jobs, and the queue's two tasks, which find and do the jobs of every app."""

from datetime import datetime, timedelta

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils.translation import gettext_lazy as _

from base import clock, jobs
from base.actions import erase_expired_drafts
from outbox import actions
from outbox.actions import newsletters, subscriptions, suppression
from outbox.actions.newsletters import WRITER
from outbox.actions.writing import SENDER


@jobs.job(SENDER, title=_("Sending letters"), every=timedelta(minutes=1), shared=True)
def send_letters(now: datetime) -> int:
    """Send what is due."""
    return actions.send_due(now=now)


@jobs.job(WRITER, title=_("Writing the letters of newsletters"), every=timedelta(minutes=1))
def write_newsletters(now: datetime) -> int:
    """Write the letters of the issues whose time has come."""
    return newsletters.write_due(now=now)


@jobs.job("erase subscribers", title=_("Erasing the addresses of former subscribers"), every=timedelta(hours=1))
def erase_subscribers(now: datetime) -> int:
    """Erase the addresses of those who have left, of wishes that nobody confirmed, and old bounces."""
    return subscriptions.erase_left(now=now) + suppression.forget_bounces(now=now)


@jobs.job("erase drafts", title=_("Erasing old drafts"), every=timedelta(hours=1))
def erase_drafts(now: datetime) -> int:
    """Erase the unsent forms whose 30 days are over."""
    return erase_expired_drafts(now)


@jobs.job("end sessions", title=_("Ending old sign-ins"), every=timedelta(hours=24))
def end_sessions(now: datetime) -> int:
    """Delete the sessions whose time is over."""
    SessionStore.clear_expired()
    return 0


@shared_task(name="outbox.tick")
def tick() -> None:
    """Each minute: put every job that is due into the queue."""
    if jobs.agrees_with_database():
        for name in jobs.due_names(clock.now()):
            run_job.apply_async((name,), expires=55)


@shared_task(name="outbox.run_job")
def run_job(name: str, at_once: bool = False) -> None:
    """Do one job, now or because it is due."""
    if jobs.agrees_with_database():
        jobs.run(name, now=clock.now(), at_once=at_once)
