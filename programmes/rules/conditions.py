"""What a programme asks of those who apply, and what their answers decide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.refusal import Refusal
from programmes.models import Cohort, Condition, Ruling
from programmes.rules.applications import Flags, local_day
from programmes.states import MONTHS, Fact, Flag

# The code that a flag keeps as its reason, where an answer decided it.
CODE = "condition:"
# The application's own questions that a condition asks in its own words instead.
REPLACES: dict[str, str] = {Fact.DEGREE: "degree", Fact.AUTHORITY: "exercises_authority"}
# As many as an application can ask and still be short.
MOST = 6


class TooManyConditions(Refusal):
    """A short application stays short."""

    message = gettext_lazy("A programme can have at most %(n)s conditions. Take one away first.")


class MonthsMissing(Refusal):
    """How many?"""

    message = gettext_lazy("Write how many months.")


class RulingOver(Refusal):
    """Somebody has taken it back before."""

    message = gettext_lazy("This has already been taken back.")


@dataclass(frozen=True)
class Reply:
    """What somebody says about one condition: yes or no, or since which month."""

    yes: bool | None = None
    since: date | None = None


Replies = Mapping[int, Reply]


def name_of(condition: Condition) -> str:
    """What the question is called in forms and drafts."""
    return f"condition_{condition.pk}"


def asks_months(condition: Condition) -> bool:
    """Whether the answer is a month."""
    return condition.fact in MONTHS


def replaced(conditions: Iterable[Condition]) -> set[str]:
    """The application's own questions that these conditions ask instead."""
    return {REPLACES[row.fact] for row in conditions if row.fact in REPLACES}


def start_of(cohort: Cohort, starts_at: datetime | None, now: datetime) -> date:
    """The day to which months in the profession are counted: the round's first, or today while there is none."""
    return local_day(cohort, starts_at or now)


def months_between(since: date, start: date) -> int:
    """Whole months from the month in which somebody began to the month of the start."""
    return (start.year - since.year) * 12 + start.month - since.month


def meets(condition: Condition, reply: Reply | None, start: date) -> bool | None:
    """Whether the answer meets the condition; None while there is no answer."""
    if reply is None:
        return None
    if not asks_months(condition):
        return reply.yes
    if reply.since is None or condition.months is None:
        return None
    months = months_between(reply.since, start)
    return months <= condition.months if condition.fact == Fact.MONTHS_MOST else months >= condition.months


def decide(conditions: Iterable[Condition], replies: Replies, *, base: Flags, start: date) -> Flags:
    """The two flags: what the employment says first, then the first condition of each that is not met.

    What nobody has answered decides nothing; such applications are listed as unfinished.
    """
    flags = base
    for condition in conditions:
        if meets(condition, replies.get(condition.pk), start) is not False:
            continue
        code = f"{CODE}{condition.pk}"
        if condition.decides == Flag.MAY_ATTEND and flags.may_attend:
            flags = replace(flags, may_attend=False, may_attend_reason=code)
        elif condition.decides == Flag.COUNTS and flags.counts_for_funder:
            flags = replace(flags, counts_for_funder=False, counts_reason=code)
    return flags


def ruled(flags: Flags, rulings: Iterable[Ruling]) -> Flags:
    """The flags as coordinators have decided them: the last word about each stands, whatever was computed."""
    for row in rulings:
        why = "" if row.value else row.why
        if row.flag == Flag.MAY_ATTEND:
            flags = replace(flags, may_attend=row.value, may_attend_reason=why)
        else:
            flags = replace(flags, counts_for_funder=row.value, counts_reason=why)
    return flags


def unanswered(conditions: Iterable[Condition], answered: Iterable[int]) -> list[Condition]:
    """The conditions that nobody has answered for the person."""
    known = set(answered)
    return [row for row in conditions if row.pk not in known]


def codes_of(conditions: Iterable[Condition]) -> dict[str, str]:
    """The reasons of conditions in words, by the code that a flag keeps."""
    return {f"{CODE}{row.pk}": row.reason for row in conditions}


def months_words(condition: Condition) -> str:
    """How the answer is counted, for whoever answers."""
    if not asks_months(condition):
        return ""
    return _("Month and year, for example March 2026")


def why_not_add(standing: Sequence[Condition]) -> Refusal | None:
    """The reason that one more condition cannot be added, or None."""
    return TooManyConditions(n=MOST) if len(standing) >= MOST else None
