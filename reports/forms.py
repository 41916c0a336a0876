"""What may be typed to get a file."""

from collections.abc import Sequence
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


class FiguresFilter(PlainForm):
    """Which figures the page shows; what there is only one of is not asked for."""

    show_optional = False
    region = forms.TypedChoiceField(label=_("Region"), required=False, coerce=int, empty_value=None)
    programme = forms.TypedChoiceField(label=_("Programme"), required=False, coerce=int, empty_value=None)
    first = forms.TypedChoiceField(label=_("From the year"), required=False, coerce=int, empty_value=None)
    last = forms.TypedChoiceField(label=_("To the year"), required=False, coerce=int, empty_value=None)

    def __init__(
        self,
        *args: Any,
        regions: Sequence[tuple[str, str]],
        programmes: Sequence[tuple[str, str]],
        years: Sequence[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choice("region").choices = [("", _("All regions")), *regions]
        self.choice("programme").choices = [("", _("All programmes")), *programmes]
        numbers = [(str(year), str(year)) for year in years]
        self.choice("first").choices = [("", _("The first year")), *numbers]
        self.choice("last").choices = [("", _("The latest year")), *numbers]
        if len(regions) < 2:
            del self.fields["region"]
