"""The clock's hands."""

from datetime import datetime, timedelta

from base import jobs
from programmes.actions import certificates


@jobs.job(certificates.PRINTER, every=timedelta(minutes=1), shared=True)
def print_certificates(now: datetime) -> int:
    """Print the certificates that wait; each is taken by one printer at a time."""
    return certificates.print_waiting(now=now)
