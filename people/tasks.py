"""The clock's hands for people."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from outbox.clock import job
from people import actions


@job("erase imports", title=_("Erasing imports that nobody decided on"), every=timedelta(hours=24))
def erase_imports(now: datetime) -> int:
    """Erase the files that nobody has decided on for 30 days."""
    return actions.erase_old_imports(now)
