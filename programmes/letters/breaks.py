"""What we write to somebody who takes a break, and when it is over."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outbox.actions import write
from outbox.kinds import Mail, register
from outbox.models import Letter
from programmes.letters.applications import compose_for, day_lines
from programmes.models import Break
from programmes.rules.attendance import in_words, standing_of
from programmes.states import ProgrammeSide

AWAY, BACK = "programmes.break", "programmes.break_over"
HAS_PLACE = (ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED)


def away(row: Break, *, now: datetime) -> Letter | None:
    """Tell the person from when to when the break is; a new day of return is told anew, and replaces the old letter."""
    return _write(AWAY, row, row.expected_on, now=now)


def back(row: Break, *, now: datetime) -> Letter | None:
    """Tell the person that the break is over, and what is left."""
    return _write(BACK, row, row.returned_on, now=now)


def _write(kind: str, row: Break, day: Any, *, now: datetime) -> Letter | None:
    enrolment = row.enrolment
    if not enrolment.person.email:
        return None
    return write(
        kind=kind,
        key=f"{kind}:{row.pk}:{day or '-'}:{now:%Y%m%d%H%M%S}",
        about=enrolment,
        scope=enrolment.cohort.scope,
        now=now,
        person=enrolment.person,
        facts={"break": row.pk, "day": day.isoformat() if day else ""},
        undoable=True,
    )


def _break(letter: Letter) -> Break | None:
    return (
        Break.objects.standing()
        .filter(pk=letter.facts["break"], enrolment__programme_side__in=HAS_PLACE)
        .select_related(
            "enrolment__cohort__programme__region",
            "enrolment__cohort__programme__funder",
            "enrolment__cohort__responsible",
            "enrolment__person",
        )
        .first()
    )


def _mail(row: Break, template: str, days: list[str]) -> Mail:
    enrolment = row.enrolment
    return compose_for(
        enrolment.cohort,
        template,
        {"person": enrolment.person, "row": row, "days": days, "left": in_words(standing_of(enrolment))},
        why=gettext("You get this letter because you take part in %(programme)s.")
        % {"programme": enrolment.cohort.programme},
    )


def _days(row: Break, *, away: bool) -> list[str]:
    """The days to come, in the break or after it."""
    days = row.enrolment.cohort.days.select_related("event__host").order_by("number")
    return day_lines([day for day in days if row.covers(day.event.date) is away and day.event.date >= row.starts_on])


def build_away(letter: Letter) -> Mail | None:
    """The break as it stands; not when it is taken back, over, or changed since."""
    row = _break(letter)
    if row is None or row.returned_on is not None:
        return None
    if (row.expected_on.isoformat() if row.expected_on else "") != letter.facts["day"]:
        return None
    return _mail(row, "programmes/letters/break.txt", _days(row, away=True))


def build_back(letter: Letter) -> Mail | None:
    """Welcome back, with the days to come and what is left; not when the return is taken back."""
    row = _break(letter)
    if row is None or row.returned_on is None or row.returned_on.isoformat() != letter.facts["day"]:
        return None
    return _mail(row, "programmes/letters/break_over.txt", _days(row, away=False))


register(AWAY, build_away, title=_("A break"))
register(BACK, build_back, title=_("A break is over"))
