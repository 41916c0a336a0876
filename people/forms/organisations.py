"""What a person may type about organisations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, EmailField, NameField, PlainForm
from people.forms.common import NamesForm, OrganisationField, capital, organisations_of, phone_field
from people.models import Organisation
from people.states import KINDS_BY_COUNTRY, Country, OrganisationKind


def mark_field() -> forms.CharField:
    """The two letters."""
    return forms.RegexField(
        r"^[^\W\d_]{2}$",
        label=_("Mark, two letters"),
        required=False,
        max_length=2,
        error_messages={"invalid": _("The mark is two letters, for example ES.")},
        help_text=_("Stands beside the name in lists, for example ES for Eskilstuna."),
    )


class OrganisationForm(NamesForm):
    """A new organisation."""

    submit = _("Add the organisation")
    country = forms.ChoiceField(label=_("Country"), choices=Country)
    kind = forms.ChoiceField(label=_("Kind"), choices=capital(OrganisationKind.choices))
    parent = OrganisationField(
        label=_("Part of"), required=False, help_text=_("For service areas, units and sub-units.")
    )
    code = forms.CharField(label=_("Official code"), required=False, max_length=12)
    mark = mark_field()
    valid_from = DateField(label=_("From"), yearless="last")

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations_of(self, "parent").offer(organisations, _("Nothing, it is an employer"))

    def clean_kind(self) -> str:
        kind = str(self.cleaned_data["kind"])
        country = self.cleaned_data.get("country")
        if country and kind not in KINDS_BY_COUNTRY[country]:
            raise ValidationError(_("That kind of organisation does not exist in that country."), code="kind")
        return kind


class OrganisationEditForm(NamesForm):
    """What is corrected without a new row."""

    code = forms.CharField(label=_("Official code"), required=False, max_length=12)
    mark = mark_field()


class RenameForm(NamesForm):
    """A new name, or a new kind, from a day."""

    submit = _("Save the new name")
    day = DateField(label=_("From"), yearless="last", help_text=_("What happened before that day keeps the old name."))


class MoveForm(PlainForm):
    """A new place in the tree from a day."""

    submit = _("Move")
    parent = OrganisationField(label=_("Part of"), required=False)
    day = DateField(label=_("From"), yearless="last")

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations_of(self, "parent").offer(organisations, _("Nothing, it is an employer"))


class ContactForm(PlainForm):
    """Who is the named contact."""

    submit = _("Replace the contact")
    email = EmailField(label=_("The new contact's e-mail"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "off"


class ContactDetailsForm(PlainForm):
    """The contact's own details."""

    submit = _("Save the details")
    name = NameField()
    phone = phone_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"
