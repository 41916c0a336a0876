"""What a person may type about letters."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base import clock
from base.forms import ClockField, DateField, PlainForm
from outbox import kinds


class LetterFilter(PlainForm):
    """Which letters the list shows."""

    submit = _("Show")
    show_optional = False

    shelf = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Letter"), required=False)
    reader = forms.CharField(label=_("Reader, name or e-mail"), required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = sorted(((name, kinds.title(name)) for name in kinds.names()), key=lambda choice: choice[1].casefold())
        self.choice("kind").choices = [("", _("All letters")), *choices]


class ReleaseForm(PlainForm):
    """When the letters of a batch are to leave; nothing typed means as soon as the time of undo is over."""

    submit = _("Release the letters")

    date = DateField(label=_("Send on"), required=False, yearless="next")
    time = ClockField(label=_("At what time"), required=False)

    def clean(self) -> dict[str, Any]:
        """A time needs its day, and a day gets eight in the morning."""
        data = super().clean() or {}
        if data.get("time") and not data.get("date") and "date" not in self.errors:
            self.add_error("date", _("Write the date too, or leave both empty."))
        return data

    @property
    def send_at(self) -> datetime | None:
        """The instant that was typed, on the reader's wall."""
        day = self.cleaned_data.get("date")
        if not day:
            return None
        at = self.cleaned_data.get("time") or datetime.min.time().replace(hour=8)
        return clock.wall(day, at, timezone.get_current_timezone_name())
