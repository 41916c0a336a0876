"""The evaluation of a round over its days: when it is over, who reads what was written, what may be compared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from answers.models import Box
from answers.states import BoxState
from base.refusal import Forbidden, Refusal
from events.models import Registration, Staff
from events.rules import evaluations as events
from events.states import RegistrationState
from people.models import Person
from programmes.models import Cohort, CourseDay

KIND = "programmes.cohort"


class NotReaderOfRound(Forbidden):
    """What was written about a round is read first by a coordinator who neither worked nor took part in it."""

    message = _(
        "The answers may be about those who worked on the days or took part in them, so a coordinator who did neither "
        "reads them first."
    )


def owner_of(cohort_pk: int) -> str:
    """Whose the box is in which a round's days are summed up."""
    return f"{KIND}:{cohort_pk}"


def cohort_of(box: Box) -> int:
    """Of which round the box is."""
    return int(box.owner.partition(":")[2])


def box_of(cohort: Cohort) -> Box | None:
    """The box of the round's total, once a day has been counted."""
    return Box.objects.select_related("release").filter(owner=owner_of(cohort.pk), kind=KIND).first()


def released(box: Box | None) -> bool:
    """Whether there is a total."""
    return box is not None and box.state == BoxState.RELEASED


def days_of(cohort: Cohort) -> list[CourseDay]:
    """The days with what is known of their evaluations, in order."""
    days = CourseDay.objects.filter(cohort=cohort).select_related("event__evaluation__box__release")
    return list(days.order_by("number"))


def is_over(days: Iterable[CourseDay], *, now: datetime) -> bool:
    """Whether every day's evaluation is over, so that the total can be made once and for all."""
    return all(events.is_over(day.event, events.evaluation_of(day.event), now=now) for day in days)


def why_not_read_texts(cohort: Cohort, person: Person) -> Refusal | None:
    """The reason this person does not read what was written about the round before the others, or None.

    Nobody reads first what may be about herself: who worked on one of the days, or came to one.
    """
    reach = person.reach
    if not (reach.administrator or cohort.programme.region_id in reach.region_ids):
        return NotReaderOfRound()
    days = CourseDay.objects.filter(cohort=cohort).values("event")
    came = Registration.objects.filter(event__in=days, person=person).exclude(state=RegistrationState.CANCELLED)
    if Staff.objects.filter(event__in=days, person=person).exists() or came.exists():
        return NotReaderOfRound()
    return None


def before(cohort: Cohort) -> Cohort | None:
    """The round that this one is compared with: the one it was copied from, else the one with the number before."""
    if cohort.previous is not None:
        return cohort.previous
    earlier = Cohort.objects.filter(programme=cohort.programme_id, number__lt=cohort.number)
    return earlier.select_related("programme").order_by("-number").first()


def trend(now: dict[str, Any] | None, then: dict[str, Any] | None) -> str:
    """Higher, lower or the same, of two figures as they are shown; nothing unless both are of ten or more (S7)."""
    if now is None or then is None or now["how"] != "figures" or then["how"] != "figures":
        return ""
    one, two = (Decimal(str(item["mean"]).lstrip("<=>")) for item in (now, then))
    if one == two:
        return "same"
    return "higher" if one > two else "lower"
