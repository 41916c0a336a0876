"""Of which region something new is to be: asked only of those who run several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm
from people.models import Region


class InRegionForm(PlainForm):
    """Something new, in one of the regions that one runs."""

    region: forms.ModelChoiceField[Region] = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, regions: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chooser("region").queryset = Region.objects.filter(pk__in=[region.pk for region in regions])
        if len(regions) == 1:
            self.fields["region"].widget = forms.HiddenInput()
            self.initial["region"] = regions[0].pk
