"""Which file is read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm
from people.forms.common import capital
from people.models import Region


class ImportForm(PlainForm):
    """A file of organisations or people."""

    submit = _("Read the file")
    kind = forms.ChoiceField(
        label=_("What the file holds"),
        choices=capital([("people", _("people")), ("organisations", _("organisations"))]),
        widget=forms.RadioSelect,
    )
    region: Any = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), required=False)
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX. Nothing is stored until you have seen what was read and confirmed it."),
        error_messages={"empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chooser("region").queryset = regions
        if len(regions) == 1:
            self.fields["region"].initial = regions[0]
        self.fields["file"].widget.attrs["accept"] = ".csv,.txt,.xlsx"
