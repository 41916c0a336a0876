"""The clock's hands for stored files."""

from datetime import datetime, timedelta

from base import jobs
from documents import actions


@jobs.job("erase files", every=timedelta(hours=1))
def erase_files(now: datetime) -> int:
    """Erase the files whose time is over."""
    return actions.erase_expired(now)


@jobs.job(actions.SCANNER, every=timedelta(minutes=1))
def scan_files(now: datetime) -> int:
    """Ask the virus scanner about the uploads that are held."""
    return actions.scan_held(now)
