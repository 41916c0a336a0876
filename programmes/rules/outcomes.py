"""Who has kept the place to the end of a round and not come through: too few days, and none left to make up."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from events.states import EventState
from programmes.completion import DayState
from programmes.models import MakeUp
from programmes.rules.attendance import Row
from programmes.states import ProgrammeSide


class NobodyEnded(Refusal):
    """There is nobody of whom this could be said."""

    message = _("There is nobody whose days are all recorded and too few, and who has no day to make up.")


def without_end(rows: Iterable[Row]) -> list[Row]:
    """Those who have not come through, and of whom nothing says so yet; at most one question to the database.

    Their days are all over and recorded, and too few count. Who is on a break, or is still to make up a day in another
    round, goes on.
    """
    short = [
        row
        for row in rows
        if row.enrolment.programme_side == ProgrammeSide.ENROLLED
        and row.standing.days
        and not row.standing.complete
        and all(day.state not in (DayState.TO_COME, DayState.UNKNOWN) for day in row.standing.days)
    ]
    if not short:
        return []
    going_on = set(
        MakeUp.objects.filter(enrolment__in=[row.enrolment.pk for row in short], registration__attendance__isnull=True)
        .exclude(registration__event__state=EventState.CANCELLED)
        .values_list("enrolment", flat=True)
    )
    return [row for row in short if row.enrolment.pk not in going_on]
