"""What may be typed about a break."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, PlainForm

KEEPS = (("yes", _("The seat is kept")), ("no", _("The seat is freed, and goes to the next in line")))


class BreakForm(PlainForm):
    """From when, until when, and what becomes of the seat; nobody asks why."""

    submit = _("Write down the break")
    starts_on = DateField(label=_("First day of the break"))
    expected_on = DateField(
        label=_("First day back"), required=False, help_text=_("Leave it empty while nobody knows. It can be changed.")
    )
    seat = forms.ChoiceField(label=_("The seat"), choices=KEEPS, widget=forms.RadioSelect, initial="yes")

    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        return {
            "starts_on": data["starts_on"],
            "expected_on": data["expected_on"],
            "keeps_seat": data["seat"] == "yes",
        }


class ReturnForm(PlainForm):
    """The first day back; a reason where the seat is gone and one more is given."""

    submit = _("Save the day of return")
    day = DateField(label=_("First day back"), help_text=_("Today, a day that has been, or one to come."))
    reason = forms.CharField(
        label=_("Reason for one more seat"),
        required=False,
        max_length=300,
        help_text=_("Only when no seat is free, or others wait for it. The reason is kept."),
    )

    def __init__(self, *args: Any, freed: bool, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"day": today}, **kwargs)
        if not freed:
            del self.fields["reason"]
