"""What pages say of a change to an event before it is made."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from base import dates
from events.models import Event


def _when(on: Any, starts: Any, ends: Any) -> str:
    return f"{dates.day(on)}, {dates.time_span(starts, ends)}"


def moved_rows(event: Event, typed: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Day and times before and after a move, and its reason."""
    before = _when(event.date, event.start_time, event.end_time)
    after = _when(typed["on"], typed["start_time"], typed["end_time"])
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
