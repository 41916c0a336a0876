"""The clock's hands."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from base import jobs
from reports import actions


@jobs.job(actions.MAKER, title=_("Making exports"), every=timedelta(minutes=1), shared=True)
def make_exports(now: datetime) -> int:
    """Make the files that wait."""
    return actions.make_waiting(now=now)


@jobs.job("erase exports", title=_("Erasing exports"), every=timedelta(hours=1))
def erase_exports(now: datetime) -> int:
    """Erase the files whose time is over."""
    return actions.expire_exports(now=now)
