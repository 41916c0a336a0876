"""The clock's hand for stored files."""

from datetime import datetime, timedelta

from base import jobs
from documents import actions


@jobs.job("erase files", every=timedelta(hours=1))
def erase_files(now: datetime) -> int:
    """Erase the files whose time is over."""
    return actions.erase_expired(now)
