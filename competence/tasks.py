"""The clock's hands."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from base import clock
from base.jobs import job
from competence.actions import own, surveys


@job(surveys.FORECAST, title=_("Working out what a survey could publish"), every=timedelta(minutes=1))
def forecast_surveys(now: datetime) -> int:
    """Drafts whose units have changed are worked out anew."""
    return surveys.forecast_due(now=now)


@job("end shares of self-assessments", title=_("Ending what managers may no longer read"), every=timedelta(minutes=30))
def end_shares(now: datetime) -> int:
    """What was shared with somebody who is no longer the owner's manager or mentor is over for good."""
    return own.end_shares(now=now, today=clock.today("UTC"))
