"""What pages say of a change to an event before it is made."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from base import clock, dates
from events.models import Event


def day_of(event: Event) -> str:
    """The event's day, with the year when it is not this one."""
    return dates.day(event.date, today=clock.today(event.zone))


def moved_rows(event: Event, typed: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Day and times before and after a move, and its reason."""
    after = dates.day(typed["on"], today=clock.today(event.zone))
    after = f"{after}, {dates.time_span(typed['start_time'], typed['end_time'])}"
    before = f"{day_of(event)}, {dates.time_span(event.start_time, event.end_time)}"
    rows = [(_("Day and times"), before, after)]
    return [*rows, (_("Reason"), "", typed["reason"])] if typed["reason"] else rows


def changes_of(form: forms.Form) -> list[tuple[str, str, str]]:
    """What somebody has changed in a form: the field, what stood there, what stands there now."""
    return [
        (str(form.fields[name].label), _words(form.initial.get(name, form.fields[name].initial)), _words(typed) or "–")
        for name, typed in form.cleaned_data.items()
        if name in form.changed_data
    ]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value or "")
