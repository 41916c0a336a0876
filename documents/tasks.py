"""The clock's hands for stored files."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from base import jobs
from documents import actions


@jobs.job("erase files", title=_("Erasing files whose time is over"), every=timedelta(hours=1))
def erase_files(now: datetime) -> int:
    """Erase the files whose time is over."""
    return actions.erase_expired(now)


@jobs.job(actions.SCANNER, title=_("Scanning uploaded files for viruses"), every=timedelta(minutes=1))
def scan_files(now: datetime) -> int:
    """Ask the virus scanner about the uploads that are held."""
    return actions.scan_held(now)
