"""Which file of staff is read."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm
from programmes.models import Cohort


class StaffFileForm(PlainForm):
    """A file of people to register."""

    submit = _("Read the file")
    cohort = forms.ChoiceField(label=_("Round"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX. Nobody is registered until you have seen what was read and confirmed it."),
        error_messages={"empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, rounds: Sequence[Cohort], chosen: Cohort | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("cohort").choices = [(str(row.pk), str(row)) for row in rounds]
        self.fields["cohort"].initial = str(chosen.pk) if chosen else ""
        self.fields["file"].widget.attrs["accept"] = ".csv,.txt,.xlsx"
