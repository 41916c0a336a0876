"""Support that is still needed: whose list it is, what goes to a manager, and what may be told in figures."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from answers.leaks import find_leak
from base.refusal import Forbidden, Refusal
from people.models import Person
from people.rules import managers_of
from programmes.models import Closing, Enrolment, Mentorship, SupportNeed
from programmes.querysets import PASSED_AFTER
from programmes.rules.applications import local_day
from programmes.states import TAKING_PART, SupportKind


class NotYourList(Forbidden):
    """The list is the participant's and her mentor's."""

    message = _("Only the participant and her mentor write in this list.")


class NotYoursToPass(Forbidden):
    """Nobody passes on somebody else's words."""

    message = _("Only the participant decides what goes to the manager.")


class PassedAlready(Refusal):
    """The manager has it."""

    message = _("It has gone to the manager. Take it back first, or write a new row.")


class HasLeft(Refusal):
    """Too late to take back."""

    message = _("It has been sent to the manager and can no longer be taken back.")


class NoManager(Refusal):
    """Nobody to write to."""

    message = _("Helmi knows no manager with an e-mail address for you. Talk to the coordinator.")


class NothingChosen(Refusal):
    """No row was chosen, or what was chosen is gone."""

    message = _("Choose at least one row that your manager does not have yet.")


class CountedAlready(Refusal):
    """A second count beside the first would tell of those in between."""

    message = _("The needs have been counted. They are counted once, so that nobody can compare two counts.")


class DayNotOver(Refusal):
    """People write until the day is over."""

    message = _("The needs are counted when the closing day is over.")


def mentor_of(enrolment: Enrolment) -> Person | None:
    """The participant's mentor, while the pair stands."""
    pair = Mentorship.objects.agreed().filter(enrolment=enrolment).select_related("mentor__person").first()
    return pair.mentor.person if pair else None


def why_not_write(enrolment: Enrolment, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot write in the list, or None: it is the participant's, and her mentor's."""
    if enrolment.programme_side not in TAKING_PART:
        return NotYourList()
    if enrolment.person_id == by.pk:
        return None
    mentor = mentor_of(enrolment)
    return None if mentor is not None and mentor.pk == by.pk else NotYourList()


def why_not_change(need: SupportNeed, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot change a row, or None."""
    return why_not_write(need.enrolment, by=by) or (PassedAlready() if need.passed_at else None)


def why_not_remove(need: SupportNeed, *, by: Person) -> Refusal | None:
    """The reason that `by` cannot remove a row, or None; the participant always can, and the manager's goes as well."""
    return None if need.enrolment.person_id == by.pk else why_not_change(need, by=by)


def has_left(need: SupportNeed, *, now: datetime) -> bool:
    """Whether the row has gone to the manager for good."""
    return need.passed_at is not None and need.passed_at + PASSED_AFTER <= now


def managers(enrolment: Enrolment, day: date) -> list[Person]:
    """Those to whom the participant can pass rows: her nearest managers who can be written to."""
    return [person for person in managers_of(enrolment.person, day) if person.email]


# ---------- In figures ----------


@dataclass(frozen=True)
class Figures:
    """How many need which support, as far as it says nothing exact about one to four people."""

    listed: int | None = None
    kinds: dict[str, int] = field(default_factory=dict)
    together: tuple[str, ...] = ()
    in_all: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "listed": self.listed,
            "kinds": self.kinds,
            "together": list(self.together),
            "in_all": self.in_all,
        }


def figures(lists: Sequence[Set[str]]) -> Figures:
    """Count people by kind, from the kinds that each participant of the round has listed, none for some.

    Everybody knows how many take part. So a number is told only where no combination of it with those told before, and
    with that, says anything exact about fewer than five people: neither of those who need it nor of those who do not.
    The other kinds stand together, those that nobody has listed among them; their number is told where the same holds.
    """
    weights = dict.fromkeys(range(len(lists)), 1)
    told: list[Set[int]] = [frozenset(weights)]
    if not weights or find_leak(told, weights) is not None:
        return Figures()

    def may_tell(group: Set[int]) -> bool:
        if not group or find_leak([*told, group], weights) is not None:
            return False
        told.append(group)
        return True

    listed = frozenset(n for n, kinds in enumerate(lists) if kinds)
    all_told = may_tell(listed)
    by_kind = {kind: frozenset(n for n, kinds in enumerate(lists) if kind in kinds) for kind in SupportKind.values}
    alone = {}
    for kind in sorted(by_kind, key=lambda kind: (-len(by_kind[kind]), kind)):
        if may_tell(by_kind[kind]):
            alone[kind] = len(by_kind[kind])
    together = tuple(kind for kind in SupportKind.values if kind not in alone)
    rest: frozenset[int] = frozenset().union(*(by_kind[kind] for kind in together)) if together else frozenset()
    return Figures(
        listed=len(listed) if all_told else None,
        kinds=alone,
        together=together,
        in_all=len(rest) if may_tell(rest) else None,
    )


def why_not_count(closing: Closing, *, now: datetime) -> Refusal | None:
    """The reason that the needs cannot be counted, or None: once, when the closing day is over."""
    if closing.counted_at is not None:
        return CountedAlready()
    return DayNotOver() if local_day(closing.cohort, now) <= closing.day.event.date else None
