"""What a person may type about people, organisations, roles and regions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any, cast
from zoneinfo import available_timezones

from allauth.account.forms import RequestLoginCodeForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, EmailField, NameField, PlainForm
from base.nordic import sort_key
from people import rules
from people.models import Organisation, Person, Region
from people.states import KINDS_BY_COUNTRY, Country, EmploymentForm, Language, OrganisationKind, Role, Theme

SHORTEST_SEARCH = 3


def tree(organisations: Iterable[Organisation]) -> list[tuple[int, Organisation]]:
    """Organisations as (depth, organisation), each under what it is part of, in the order of the Swedish alphabet."""
    rows = {one.pk: one for one in organisations}
    children: dict[int | None, list[Organisation]] = {}
    for one in rows.values():
        children.setdefault(one.parent_id if one.parent_id in rows else None, []).append(one)
    ordered: list[tuple[int, Organisation]] = []

    def walk(parent: int | None, depth: int) -> None:
        for one in sorted(children.get(parent, []), key=lambda row: sort_key(row.name)):
            ordered.append((depth, one))
            walk(one.pk, depth + 1)

    walk(None, 0)
    return ordered


class OrganisationField(forms.TypedChoiceField):
    """One of the organisations that the reader may see; the employer stands before the name of a part."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Organisation"))
        kwargs.setdefault("coerce", int)
        kwargs.setdefault("empty_value", None)
        super().__init__(**kwargs)
        self.organisations: dict[int, Organisation] = {}

    def offer(self, organisations: Iterable[Organisation], empty: Any = "") -> None:
        """Offer these, as a tree; `empty` is the word for none of them."""
        rows = list(organisations)
        self.organisations = {one.pk: one for one in rows}
        self.choices = [("", empty or _("Choose")), *((one.pk, self.words(one)) for _depth, one in tree(rows))]

    def words(self, organisation: Organisation) -> str:
        """The name, with those above it before."""
        above = [int(key) for key in organisation.path.strip("/").split("/")[:-1] if key]
        names = [self.organisations[key].name for key in above if key in self.organisations]
        return " › ".join([*names, organisation.name])

    def clean(self, value: Any) -> Any:
        key = super().clean(value)
        return self.organisations[key] if key else None


def phone_field() -> forms.CharField:
    """A telephone number as people write it."""
    return forms.RegexField(
        r"^[+()\d\s./-]*$",
        label=_("Mobile number"),
        required=False,
        max_length=40,
        error_messages={"invalid": _("Write the number with figures, for example 070-123 45 67")},
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


# ---------- Signing in ----------


class RequestCodeForm(RequestLoginCodeForm):
    """The address to send a code to; the person behind it has it as the main or as a confirmed address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["email"] = EmailField()

    def clean_email(self) -> str:
        """allauth's limits, and our rule for who is meant: an address that somebody only claims leads nowhere."""
        address = rules.tidy_address(super().clean_email())
        person = rules.find_person(address)
        self._user = person if person and person.is_active and not person.is_guest else None
        return address


# ---------- People ----------


class PeopleFilter(PlainForm):
    """What narrows the list of people."""

    show_optional = False
    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=200)
    organisation = forms.TypedChoiceField(label=_("Employer"), required=False, coerce=int, empty_value=None)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All")), *Role.choices])

    def __init__(self, *args: Any, employers: Iterable[Organisation] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = sorted(employers, key=lambda one: sort_key(one.name))
        self.fields["organisation"].choices = [("", _("All")), *((one.pk, one.name) for one in rows)]  # type: ignore[attr-defined]

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
        label=_("Form of employment"), choices=EmploymentForm, initial=EmploymentForm.PERMANENT, required=False
    )
    since = DateField(label=_("Employed since"), required=False, yearless="last")
    really_new = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, regions: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
        if len(regions) == 1:
            self.fields["region"].initial = regions[0]
        self.fields["unit"].offer(organisations, _("Nowhere yet"))  # type: ignore[attr-defined]
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
        self.fields["home_region"].queryset = regions  # type: ignore[attr-defined]
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
    theme = forms.ChoiceField(label=_("Appearance"), choices=Theme, required=False, widget=forms.RadioSelect)


class EmployForm(PlainForm):
    """An employment."""

    submit = _("Add the employment")
    unit = OrganisationField(label=_("Works at"))
    job_title = forms.CharField(label=_("Job title"), required=False, max_length=120)
    form = forms.ChoiceField(label=_("Form of employment"), choices=EmploymentForm)
    valid_from = DateField(label=_("From"), yearless="last")
    valid_to = DateField(label=_("To"), required=False, help_text=_("The last day. Leave it empty while it goes on."))

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(organisations)  # type: ignore[attr-defined]


class EmploymentEditForm(PlainForm):
    """The facts of an employment; the unit stays."""

    job_title = forms.CharField(label=_("Job title"), required=False, max_length=120)
    form = forms.ChoiceField(label=_("Form of employment"), choices=EmploymentForm)
    valid_from = DateField(label=_("From"), yearless="last")
    valid_to = DateField(label=_("To"), required=False, help_text=_("The last day. Leave it empty while it goes on."))


class LastDayForm(PlainForm):
    """The day on which something ends."""

    last_day = DateField(label=_("Last day"), yearless="last")

    def __init__(self, *args: Any, submit: Any = "", **kwargs: Any) -> None:
        self.submit = submit or _("End")
        super().__init__(*args, **kwargs)


# ---------- Roles ----------


class RolesFilter(PlainForm):
    """What narrows the list of roles."""

    show_optional = False
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All")), *Role.choices])
    when = forms.ChoiceField(
        label=_("When"), required=False, choices=[("", _("In force today")), ("all", _("Ended and future ones too"))]
    )


class RoleForm(PlainForm):
    """A role for a person."""

    submit = _("Give the role")
    role = forms.ChoiceField(label=_("Role"), choices=Role)
    region: Any = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.none(), required=False, help_text=_("For a coordinator.")
    )
    organisation = OrganisationField(required=False, help_text=_("For a director or a manager."))
    valid_from = DateField(label=_("From"), yearless="next")
    valid_to = DateField(label=_("To"), required=False, help_text=_("The last day. Leave it empty while it goes on."))

    def __init__(
        self, *args: Any, regions: Any, organisations: Iterable[Organisation], all_roles: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
        self.fields["organisation"].offer(organisations)  # type: ignore[attr-defined]
        if not all_roles:
            self.fields["role"].choices = [(role.value, role.label) for role in (Role.DIRECTOR, Role.MANAGER)]  # type: ignore[attr-defined]
            del self.fields["region"]
            self.fields["organisation"].required = True

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        facts.setdefault("region", None)
        if facts.get("role") == Role.ADMINISTRATOR:
            facts["region"] = facts["organisation"] = None
        elif facts.get("role") == Role.COORDINATOR:
            facts["organisation"] = None
        else:
            facts["region"] = None
        return facts


# ---------- Organisations ----------


class NamesForm(PlainForm):
    """A name in one or more languages; the country's first language comes first."""

    name_sv = NameField(label=_("Name in Swedish"), max_length=160, required=False)
    name_fi = NameField(label=_("Name in Finnish"), max_length=160, required=False)
    name_en = NameField(label=_("Name in English"), max_length=160, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in Language.values:
            self.fields[f"name_{code}"].widget.attrs |= {"autocomplete": "off", "lang": code}
        first = (get_language() or "sv")[:2]
        self.fields[f"name_{first}"].help_text = _(
            "One language is enough. Where a name is missing, the first one is shown."
        )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        facts["name"] = {code: facts[f"name_{code}"] for code in Language.values if facts.get(f"name_{code}")}
        if not facts["name"] and not any(f"name_{code}" in self.errors for code in Language.values):
            self.add_error("name_sv", _("Write the name in one language at least."))
        return facts


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
    kind = forms.ChoiceField(label=_("Kind"), choices=OrganisationKind)
    parent = OrganisationField(
        label=_("Part of"), required=False, help_text=_("For service areas, units and sub-units.")
    )
    code = forms.CharField(label=_("Official code"), required=False, max_length=12)
    mark = mark_field()
    valid_from = DateField(label=_("From"), yearless="last")

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer(organisations, _("Nothing, it is an employer"))  # type: ignore[attr-defined]

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
        self.fields["parent"].offer(organisations, _("Nothing, it is an employer"))  # type: ignore[attr-defined]


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


# ---------- Regions ----------

PARTS = {
    "course": _("course"),
    "funder": _("funder"),
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
        choices=list(PARTS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("What is not in use shows nowhere."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("Telephone")
        kept = [part for part in self.initial.get("parts", []) if part not in PARTS]
        self.fields["parts"].choices = [*PARTS.items(), *((part, part) for part in kept)]  # type: ignore[attr-defined]
        zone = self.initial.get("time_zone")
        if zone and zone not in ZONES and zone in available_timezones():
            self.fields["time_zone"].choices = [(one, one) for one in (*ZONES, zone)]  # type: ignore[attr-defined]
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
        self.fields["organisation"].offer(organisations)  # type: ignore[attr-defined]


class ClosedPeriodForm(PlainForm):
    """Days in which limits stand still."""

    submit = _("Add the closed period")
    name = forms.CharField(label=_("What is it called"), max_length=80)
    valid_from = DateField(label=_("First day"), yearless="next")
    valid_to = DateField(label=_("Last day"), yearless="next")


# ---------- Imports ----------


class ImportForm(PlainForm):
    """A file of organisations or people."""

    submit = _("Read the file")
    kind = forms.ChoiceField(
        label=_("What the file holds"),
        choices=[("people", _("people")), ("organisations", _("organisations"))],
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
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
        if len(regions) == 1:
            self.fields["region"].initial = regions[0]
        self.fields["file"].widget.attrs["accept"] = ".csv,.txt,.xlsx"


def initial_of(thing: Person | Organisation | Region, *names: str) -> dict[str, Any]:
    """What a form about `thing` shows first."""
    return {name: getattr(thing, name) for name in names}
