"""What may be typed to get a file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm
from people.models import Region
from reports.states import ExportFormat


class ExportForm(PlainForm):
    """Which region, which format, and what the file is for."""

    submit = _("Create the file")
    region: Any = forms.ModelChoiceField(
        Region.objects.none(), label=_("Region"), required=False, empty_label=_("All regions")
    )
    form = forms.ChoiceField(
        choices=ExportFormat.choices, label=_("Format"), initial=ExportFormat.XLSX, widget=forms.RadioSelect
    )
    purpose = forms.CharField(
        label=_("What the file is for"),
        max_length=300,
        help_text=_("The file holds personal data. The purpose is kept in the log."),
        error_messages={"required": _("Write what the file is for. It is kept in the log.")},
    )

    def __init__(self, *args: Any, regions: Any, all_regions: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["region"]
        field.queryset = regions
        if not all_regions:
            field.required, field.empty_label = True, None
            own = list(regions[:2])
            if len(own) == 1:
                field.initial = own[0].pk
                field.widget = forms.HiddenInput()
