"""What a person may type to find deeds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.states import DEEDS
from base.forms import DateField, PlainForm


class DeedFilter(PlainForm):
    """Which deeds the list shows."""

    submit = _("Show")
    show_optional = False

    deed = forms.ChoiceField(label=pgettext_lazy("a deed", "Deed"), required=False)
    who = forms.CharField(label=_("Done by, name"), required=False, max_length=100)
    first = DateField(label=pgettext_lazy("a filter", "First day"), required=False, yearless="last")
    last = DateField(label=pgettext_lazy("a filter", "Last day"), required=False, yearless="last")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = sorted(((code, str(words)) for code, words in DEEDS.items()), key=lambda pair: pair[1].casefold())
        self.choice("deed").choices = [("", _("All deeds")), *choices]

    def clean(self) -> dict[str, Any]:
        """A span has an order."""
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _("The last day must not be before the first."))
        return data
