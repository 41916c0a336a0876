"""Who names those who work on an event, and who may be host or lecturer where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from events.rules.days import cancelled, why_not_organise
from events.states import EventKind, EventState, StaffFunction

if TYPE_CHECKING:
    from events.models import Event
    from people.models import Person


class NotThere(Refusal):
    """The function does not fit the kind of the event."""

    message = _("Nobody has that part in an event of this kind.")


def functions_on(event: Event) -> list[StaffFunction]:
    """The parts that somebody can have in the event."""
    if event.kind == EventKind.SUPERVISION:
        return [StaffFunction.SUPERVISOR]
    return [StaffFunction.LECTURER, StaffFunction.HOST]


def why_not_name(event: Event, function: str, by: Person | None) -> Refusal | None:
    """The reason `by` may not give somebody this part, or None; also afterwards, since material may come late."""
    if refusal := why_not_organise(event, by):
        return refusal
    if event.state == EventState.CANCELLED:
        return cancelled(event)
    return None if function in functions_on(event) else NotThere()
