"""The clock's hands."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from answers import actions
from base.jobs import job


@job("answers.open", title=_("Opening anonymous forms"), every=timedelta(minutes=1))
def open_boxes(now: datetime) -> int:
    """Boxes whose time has come get their keys and codes."""
    return actions.open_due(now=now)


@job("answers.close", title=_("Closing and counting anonymous forms"), every=timedelta(minutes=1))
def close_boxes(now: datetime) -> int:
    """Boxes whose time is over are shut, those that are shut are counted, and keys that are done with destroyed."""
    actions.close_over(now=now)
    return actions.count_due(now=now)


@job("answers.slips", title=_("Making slips of paper"), every=timedelta(minutes=1))
def print_slips(now: datetime) -> int:
    """Slips that somebody waits for, where the keys are; those that nobody fetched for a day go."""
    return actions.print_slips(now=now)


@job("answers.rates", title=_("Response rates"), every=timedelta(hours=1))
def note_rates(now: datetime) -> int:
    """Once a day, the share that has answered."""
    return actions.note_rates(now=now)
