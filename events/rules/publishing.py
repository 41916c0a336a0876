"""What an event lacks before its audience may see it, and what may still be changed about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.refusal import Refusal
from events.rules.days import EventCancelled, EventOver, NotPublishable, why_not_organise
from events.states import EventKind, EventState, QuestionKind, Way
from people.states import Language

if TYPE_CHECKING:
    from events.models import AgendaItem, Event, Places
    from people.models import Person

KINDS = (EventKind.SEMINAR, EventKind.MEETING, EventKind.WORKSHOP)


class Lacks(Refusal):
    """What is missing, named."""

    message = gettext_lazy("This is still missing: %(what)s.")


class WayInUse(Refusal):
    """People have or wait for these places."""

    message = gettext_lazy("People have a place here or wait for one, so it cannot be removed.")


class WayTwice(Refusal):
    """One way of each kind, workshops excepted."""

    message = gettext_lazy("The event has this way to take part already.")


class ClosesAfterStart(Refusal):
    """Registration ends before the event does."""

    message = gettext_lazy("Registration must close before the event begins.")


class ClosesBeforeOpening(Refusal):
    """The window is upside down."""

    message = gettext_lazy("Registration must close later than it opens.")


class LastDayEarly(Refusal):
    """The last day is not after the first."""

    message = gettext_lazy("The last day must be later than the first.")


class OutsideEvent(Refusal):
    """A line of the programme on another day."""

    message = gettext_lazy("The programme's lines stand on the days of the event.")


class QuestionsKeptTooLong(Refusal):
    """Answers are erased within a year after the event, and not before it."""

    message = gettext_lazy("Answers are erased after the event, at most 12 months later.")


class ChoicesDiffer(Refusal):
    """A choice has a line in each language."""

    message = gettext_lazy("Write at least two choices, one a line, and the same number of lines in each language.")


class CourseDayElsewhere(Refusal):
    """Course days are made in their round."""

    message = gettext_lazy("Course days are made and changed in their round.")


def languages_of(event: Event) -> list[str]:
    """The languages that the event's words stand in, the region's first first."""
    return [code for code in event.region.languages if code in Language.values] or [Language.SWEDISH.value]


def lacking(event: Event, ways: Sequence[Places]) -> list[str]:
    """What is missing before the event can be published, in words; nothing when it is whole."""
    missing = [
        _("the title (%(language)s)") % {"language": Language(code).label}
        for code in languages_of(event)
        if not getattr(event, f"title_{code}")
    ]
    if any(getattr(event, f"summary_{code}") for code in languages_of(event)):
        missing += [
            _("the short text (%(language)s)") % {"language": Language(code).label}
            for code in languages_of(event)
            if not getattr(event, f"summary_{code}")
        ]
    if not ways:
        missing.append(_("a way to take part"))
    if any(way.way in (Way.ON_SITE, Way.WORKSHOP) for way in ways) and not (event.venue or event.address):
        missing.append(_("the place"))
    if any(way.way == Way.REMOTE for way in ways) and not event.remote_link:
        missing.append(_("the link to the broadcast"))
    return missing


def why_not_publish(event: Event, ways: Sequence[Places], by: Person | None, *, now: datetime) -> Refusal | None:
    """The reason the event cannot be published, or None."""
    if refusal := why_not_organise(event, by):
        return refusal
    if event.kind not in KINDS:
        return CourseDayElsewhere()
    if event.state == EventState.CANCELLED:
        return EventCancelled()
    if event.state not in (EventState.DRAFT, EventState.ANNOUNCED):
        return NotPublishable()
    if event.starts_at <= now:
        return EventOver()
    missing = lacking(event, ways)
    return Lacks(what=get_text_list(missing, _("and"))) if missing else None


def why_not_announce(event: Event, by: Person | None, *, now: datetime) -> Refusal | None:
    """The reason the event cannot be announced with its day, or None."""
    if refusal := why_not_organise(event, by):
        return refusal
    if event.kind not in KINDS:
        return CourseDayElsewhere()
    if event.state != EventState.DRAFT:
        return NotPublishable()
    if event.starts_at <= now:
        return EventOver()
    missing = [
        _("the title (%(language)s)") % {"language": Language(code).label}
        for code in languages_of(event)
        if not getattr(event, f"title_{code}")
    ]
    return Lacks(what=get_text_list(missing, _("and"))) if missing else None


def why_not_window(*, starts_at: datetime, opens_at: datetime | None, closes_at: datetime | None) -> Refusal | None:
    """The reason registration cannot open and close then, or None."""
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        return ClosesBeforeOpening()
    if closes_at is not None and closes_at > starts_at:
        return ClosesAfterStart()
    return None


class AlreadyOpen(Refusal):
    """Nothing to wait for."""

    message = gettext_lazy("Registration is not waiting to open.")


def why_not_interest(event: Event, *, now: datetime) -> Refusal | None:
    """The reason nobody can ask to be told when registration opens, or None."""
    coming = event.state == EventState.ANNOUNCED or (
        event.state == EventState.PUBLISHED and event.opens_at is not None and event.opens_at > now
    )
    return None if coming and event.starts_at > now else AlreadyOpen()


def why_not_ask(event: Event, *, kind: str, choices: Sequence[str], erase_on: date) -> Refusal | None:
    """The reason this cannot be asked at registration, or None; `choices` hold the lines of each language."""
    last = event.last_date or event.date
    if not last < erase_on <= last + timedelta(days=366):
        return QuestionsKeptTooLong()
    if kind in (QuestionKind.ONE, QuestionKind.SEVERAL):
        numbers = {len([line for line in text.splitlines() if line.strip()]) for text in choices}
        if len(numbers) != 1 or min(numbers) < 2:
            return ChoicesDiffer()
    return None


def days_of(event: Event) -> list[date]:
    """The event's days, first to last."""
    last = event.last_date or event.date
    return [date.fromordinal(day) for day in range(event.date.toordinal(), last.toordinal() + 1)]


def overlaps(items: Sequence[AgendaItem]) -> bool:
    """Whether two lines of the programme, workshops side by side excepted, run at the same time."""
    rows = sorted((item for item in items if item.kind != "workshop"), key=lambda item: (item.date, item.starts))
    return any(
        before.date == after.date and before.ends is not None and before.ends > after.starts
        for before, after in zip(rows, rows[1:], strict=False)
    )
