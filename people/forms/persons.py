"""What a person may type about people and their employments."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, EmailField, NameField, PlainForm
from base.nordic import sort_key
from people.forms.common import OrganisationField, capital, organisations_of, phone_field
from people.models import Organisation, Region
from people.states import EmploymentForm, Language, Role, Theme

SHORTEST_SEARCH = 3
DEVICE = "device"  # what a form says for "as the device"


class PeopleFilter(PlainForm):
    """What narrows the list of people."""

    show_optional = False
    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=200)
    organisation = forms.TypedChoiceField(label=_("Employer"), required=False, coerce=int, empty_value=None)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All")), *capital(Role.choices)])

    def __init__(self, *args: Any, employers: Iterable[Organisation] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = sorted(employers, key=lambda one: sort_key(one.name))
        self.choice("organisation").choices = [("", _("All")), *((one.pk, one.name) for one in rows)]

    def clean_q(self) -> str:
        text = " ".join(unicodedata.normalize("NFC", self.cleaned_data["q"]).split())
        if text and len(text) < SHORTEST_SEARCH:
            raise ValidationError(_("Write at least three letters."), code="short")
        return text


class PersonForm(PlainForm):
    """A new person, perhaps with where she works."""

    submit = _("Add the person")
    name = NameField()
    email = EmailField(
        required=False,
        help_text=_("The address that the person signs in with. Leave it empty if there is none yet."),
    )
    phone = phone_field()
    language = forms.ChoiceField(label=_("Language"), choices=Language, initial=Language.SWEDISH)
    region: Any = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), required=False)
    unit = OrganisationField(label=_("Works at"), required=False)
    job_title = forms.CharField(label=_("Job title"), required=False, max_length=120)
    form = forms.ChoiceField(
        label=_("Form of employment"),
        choices=capital(EmploymentForm.choices),
        initial=EmploymentForm.PERMANENT,
        required=False,
    )
    since = DateField(label=_("Employed since"), required=False, yearless="last")
    really_new = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, regions: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chooser("region").queryset = regions
        if len(regions) == 1:
            self.fields["region"].initial = regions[0]
        organisations_of(self, "unit").offer(organisations, _("Nowhere yet"))
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].widget.attrs["autocomplete"] = "off"

    def ask_again(self) -> None:
        """Shown once more because somebody known may be the same person: sending it now means that it is not."""
        data = cast(QueryDict, self.data).copy()
        data["really_new"] = "on"
        self.data = data
        self.submit = _("Add as a new person all the same")

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("unit") and not facts.get("since") and "since" not in self.errors:
            self.add_error("since", _("Write since when the person works there."))
        return facts


class PersonEditForm(PlainForm):
    """What others may correct about a person."""

    name = NameField()
    email = EmailField(required=False)
    phone = phone_field()
    language = forms.ChoiceField(label=_("Language"), choices=Language)
    home_region: Any = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.none(), required=False)
    protected = forms.BooleanField(
        label=_("Protected identity"),
        required=False,
        help_text=_(
            "The name is then read only by the person, the coordinators of the region and the manager. "
            "Everybody else, files included, gets a code."
        ),
    )

    def __init__(self, *args: Any, regions: Any, address_is_theirs: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chooser("home_region").queryset = regions
        for name in ("name", "email", "phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        if address_is_theirs:
            del self.fields["email"]


class OwnForm(PlainForm):
    """What a person says about herself."""

    name = NameField()
    phone = phone_field()
    language = forms.ChoiceField(
        label=_("Language"), choices=Language, help_text=_("Of the pages and of the letters to you.")
    )
    theme = forms.ChoiceField(
        label=_("Appearance"),
        choices=capital((value or DEVICE, label) for value, label in Theme.choices),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["theme"] = self.initial.get("theme") or DEVICE

    def clean_theme(self) -> str:
        """No theme of one's own follows the device."""
        return str(self.cleaned_data["theme"]).replace(DEVICE, "")


class EmployForm(PlainForm):
    """An employment."""

    submit = _("Add the employment")
    unit = OrganisationField(label=_("Works at"))
    job_title = forms.CharField(label=_("Job title"), required=False, max_length=120)
    form = forms.ChoiceField(label=_("Form of employment"), choices=capital(EmploymentForm.choices))
    valid_from = DateField(label=_("From"), yearless="last")
    valid_to = DateField(label=_("Last day"), required=False, help_text=_("Leave it empty while it goes on."))

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations_of(self, "unit").offer(organisations)


class EmploymentEditForm(PlainForm):
    """The facts of an employment; the unit stays."""

    job_title = forms.CharField(label=_("Job title"), required=False, max_length=120)
    form = forms.ChoiceField(label=_("Form of employment"), choices=capital(EmploymentForm.choices))
    valid_from = DateField(label=_("From"), yearless="last")
    valid_to = DateField(label=_("Last day"), required=False, help_text=_("Leave it empty while it goes on."))


class LastDayForm(PlainForm):
    """The day on which something ends."""

    last_day = DateField(label=_("Last day"), yearless="last")

    def __init__(self, *args: Any, submit: Any = "", **kwargs: Any) -> None:
        self.submit = submit or _("End")
        super().__init__(*args, **kwargs)
