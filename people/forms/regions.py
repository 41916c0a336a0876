"""What a person may type about regions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, EmailField, PlainForm
from people.forms.common import NamesForm, OrganisationField, capital, organisations_of, phone_field
from people.models import Organisation
from people.states import Country, Language

PARTS = {
    "course": _("course"),
    "competence": _("competence"),
    "funder": _("funder"),
    "newsletter": _("newsletter"),
}
ZONES = ("Europe/Stockholm", "Europe/Helsinki", "Europe/Mariehamn")


class RegionForm(NamesForm):
    """A region."""

    slug = forms.SlugField(
        label=_("Address"), max_length=40, help_text=_("The first word in the addresses of its public pages.")
    )
    country = forms.ChoiceField(label=_("Country"), choices=Country)
    languages = forms.MultipleChoiceField(
        label=_("Languages of content"), choices=Language, widget=forms.CheckboxSelectMultiple
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=[(zone, zone) for zone in ZONES])
    sender_name = forms.CharField(label=_("Sender of letters"), max_length=120)
    sender_address = EmailField(label=_("Sender's address"))
    phone = phone_field()
    parts = forms.MultipleChoiceField(
        label=_("Parts in use"),
        choices=capital(PARTS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("What is not in use shows nowhere."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("Telephone")
        kept = [part for part in self.initial.get("parts", []) if part not in PARTS]
        self.choice("parts").choices = capital([*PARTS.items(), *((part, part) for part in kept)])
        zone = self.initial.get("time_zone")
        if zone and zone not in ZONES and zone in available_timezones():
            self.choice("time_zone").choices = [(one, one) for one in (*ZONES, zone)]
        for name in ("sender_address", "phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"


class TakePartForm(PlainForm):
    """An organisation joins a region."""

    submit = _("Add to the region")
    organisation = OrganisationField()
    sub_region = forms.CharField(label=_("Sub-region"), required=False, max_length=80)
    valid_from = DateField(label=_("From"), yearless="last")

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations_of(self, "organisation").offer(organisations)


class ClosedPeriodForm(PlainForm):
    """Days in which limits stand still."""

    submit = _("Add the closed period")
    name = forms.CharField(label=_("What is it called"), max_length=80)
    valid_from = DateField(label=_("First day"), yearless="next")
    valid_to = DateField(label=_("Last day"), yearless="next")
