"""The clock's hand."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from audit import actions
from base import jobs


@jobs.job("seal deeds", title=_("Sealing the log of deeds"), every=timedelta(minutes=1))
def seal_deeds(now: datetime) -> int:
    """Put the deeds of the last minute under a seal; all of them, when there are many."""
    sealed = 0
    while count := actions.seal(now):
        sealed += count
    return sealed
