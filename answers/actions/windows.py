"""How long a box may be answered: longer while it is open, or over now; never again once it is over (SUR-3)."""

from datetime import datetime

from django.db import transaction

from answers import rules
from answers.models import Box
from answers.states import BoxState


@transaction.atomic
def move_end(*, box: Box, closes_at: datetime, now: datetime) -> Box:
    """Let a box be answered until another instant. Refused when its time is over already, or after less than two days.

    Nothing that is frozen changes: neither the questions nor whom they are asked.
    """
    box = Box.objects.select_for_update(no_key=True).get(pk=box.pk)
    if box.state not in (BoxState.LAUNCHED, BoxState.OPEN) or box.closes_at is None or box.closes_at <= now:
        raise rules.NotOpen()
    if box.opens_at is None or closes_at < box.opens_at + rules.OPEN_AT_LEAST:
        raise rules.TooEarly()
    box.closes_at = max(closes_at, now)
    box.save(update_fields=["closes_at"])
    return box
