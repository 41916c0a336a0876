"""What an applicant, and a manager who registers staff, may type."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from base.forms import EmailField, MonthField, NameField
from people.forms.common import Bare, capital, no_personal_number
from people.models import Organisation, Person
from people.states import EmploymentForm, Language
from programmes.forms.conditions import questions
from programmes.models import Cohort, Condition
from programmes.rules.applications import Workplace
from programmes.rules.conditions import replaced

OTHER = "other"


class AboutForm(Bare):
    """Step 1: about you."""

    name = NameField(
        label=_("Name"),
        help_text=_("First name and last name, as they should stand on the certificate."),
        error_messages={"required": _("Write your first name and last name")},
        validators=[no_personal_number],
    )
    email = EmailField(help_text=_("We send the receipt and reminders here."))
    phone = forms.CharField(
        label=_("Mobile number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    language = forms.ChoiceField(label=_("Language of letters"), choices=Language, widget=forms.RadioSelect)

    def clean_phone(self) -> str:
        """Figures with what people write between them."""
        phone = " ".join(self.cleaned_data["phone"].split())
        if phone and (not re.fullmatch(r"[+0-9() /.\-–]+", phone) or sum(letter.isdigit() for letter in phone) < 5):
            raise ValidationError(_("Write the number with figures, for example 070-174 06 32."), code="phone")
        return phone


class UnitSelect(forms.Select):
    """Units grouped under their employers; each option knows its employer, so that a script can narrow the list."""

    employers: dict[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if employer := self.employers.get(str(value)):
            option["attrs"]["data-employer"] = employer
        return option


class WorkForm(Bare):
    """Step 2: your work."""

    organisation = forms.ChoiceField(label=_("Municipality"), error_messages={})
    unit = forms.ChoiceField(label=_("Unit"), widget=UnitSelect)
    typed_unit = forms.CharField(
        label=_("The unit's name"),
        required=False,
        max_length=160,
        help_text=_("Only if your unit is not in the list."),
        validators=[no_personal_number],
    )
    employed_since = MonthField(
        label=_("Employed since"),
        help_text=_("Month and year, for example March 2026"),
    )
    degree = forms.CharField(
        label=_("Degree"),
        max_length=160,
        help_text=_("For example Bachelor of Social Work 2026"),
        error_messages={"required": _("Write your degree, for example Bachelor of Social Work 2026")},
        validators=[no_personal_number],
    )
    exercises_authority = forms.ChoiceField(
        label=_("Does your work include the exercise of public authority?"),
        help_text=_("For example investigations and decisions about individuals."),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    manager_address = EmailField(
        label=_("Your manager's e-mail"),
        help_text=_("Gets a letter and answers yes or no."),
        sentence=_("Write your manager's e-mail address, for example name@council.org"),
    )

    def __init__(
        self,
        *args: Any,
        workplaces: Sequence[Workplace],
        today: date,
        own_address: str = "",
        conditions: Sequence[Condition] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        ask_in_words(self, conditions, today=today)
        self.workplaces, self.own_address = workplaces, own_address
        self.fields["manager_address"].widget.attrs["autocomplete"] = "off"
        since: Any = self.fields["employed_since"]
        since.latest = today
        organisation: Any = self.fields["organisation"]
        organisation.choices = [("", _("Choose the municipality"))] + [
            (str(place.employer.pk), place.employer.name) for place in workplaces
        ]
        organisation.error_messages["required"] = _("Choose the municipality where you work")
        unit: Any = self.fields["unit"]
        unit.widget.employers = {str(unit.pk): str(place.employer.pk) for place in workplaces for unit in place.units}
        unit.choices = [
            ("", _("Choose the unit")),
            *(
                (place.employer.name, [(str(unit.pk), unit.name) for unit in place.units])
                for place in workplaces
                if place.units
            ),
            (OTHER, _("My unit is not in the list")),
        ]
        unit.error_messages["required"] = _("Choose the unit where you work")

    def clean_manager_address(self) -> str:
        """Nobody is her own manager."""
        address = self.cleaned_data["manager_address"]
        if self.own_address and address.casefold() == self.own_address.casefold():
            raise ValidationError(_("This is your own address. Write your manager's."), code="own")
        return str(address)

    def clean(self) -> dict[str, Any]:
        """The unit lies in the municipality; one that is not in the list has a name."""
        facts: dict[str, Any] = super().clean() or {}
        chosen = {str(place.employer.pk): place for place in self.workplaces}
        place, unit = chosen.get(facts.get("organisation", "")), facts.get("unit")
        if unit == OTHER:
            if not facts.get("typed_unit", "").strip() and "typed_unit" not in self.errors:
                self.add_error("typed_unit", _("Write the unit's name"))
        elif unit and place and unit not in {str(row.pk) for row in place.units}:
            self.add_error(
                "unit",
                ValidationError(_("Choose a unit in %(municipality)s"), params={"municipality": place.employer.name}),
            )
        if unit != OTHER:
            facts["typed_unit"] = ""
        return facts

    def chosen(self) -> tuple[Organisation, Organisation]:
        """The employer and the unit that a valid form names; without a listed unit the employer stands for it."""
        facts = self.cleaned_data
        place = next(place for place in self.workplaces if str(place.employer.pk) == facts["organisation"])
        unit = next((unit for unit in place.units if str(unit.pk) == facts["unit"]), place.employer)
        return place.employer, unit


def ask_in_words(form: forms.Form, conditions: Sequence[Condition], *, today: date) -> None:
    """Let a form ask the programme's conditions in their own words, instead of what it would ask of the same."""
    if not conditions:
        return
    asked = questions(conditions, today=today)
    order = list(form.fields)
    place = order.index("degree")
    for name in replaced(conditions):
        del form.fields[name]
        order.remove(name)
    form.fields.update(asked)
    form.order_fields([*order[:place], *asked, *order[place:]])


class CompleteForm(Bare):
    """What a person whom the manager registered fills in herself."""

    language = AboutForm.base_fields["language"]
    employed_since = WorkForm.base_fields["employed_since"]
    degree = WorkForm.base_fields["degree"]
    exercises_authority = WorkForm.base_fields["exercises_authority"]

    def __init__(self, *args: Any, today: date, conditions: Sequence[Condition] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_in_words(self, conditions, today=today)
        since: Any = self.fields["employed_since"]
        since.latest = today


# ---------- A manager registers staff ----------


class StaffForm(Bare):
    """Which round, and which of one's own staff."""

    cohort = forms.ChoiceField(label=_("Round"), widget=forms.RadioSelect)
    people = forms.MultipleChoiceField(label=_("Your staff"), required=False, widget=forms.CheckboxSelectMultiple)
    show_optional = False

    def __init__(
        self, *args: Any, cohorts: Sequence[Cohort], staff: Sequence[tuple[Person, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cohort: Any = self.fields["cohort"]
        cohort.choices = [(str(row.pk), str(row)) for row in cohorts]
        people: Any = self.fields["people"]
        people.choices = [(str(person.pk), words) for person, words in staff]


class NewcomerForm(Bare):
    """A row for someone who is not in the list; a row left empty counts as nobody."""

    name = NameField(label=_("Name"), validators=[no_personal_number])
    email = EmailField(
        label=_("E-mail"), required=False, help_text=_("Leave it empty if there is none yet. You can add it later.")
    )
    unit = forms.ChoiceField(label=_("Unit"))
    form = forms.ChoiceField(label=_("Employment"), choices=capital(EmploymentForm.choices))
    language = forms.ChoiceField(label=_("Language of letters"), choices=Language)

    def __init__(self, *args: Any, units: Sequence[Organisation], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.choices = [(str(row.pk), row.name) for row in units]
        if units:
            unit.initial = str(units[0].pk)
        self.fields["form"].initial = EmploymentForm.PERMANENT
        self.fields["language"].initial = language
        for name in ("name", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        # The page shows one row from the start; like those that are added, it may stay empty.
        self.empty_permitted = True

    def has_changed(self) -> bool:
        """A row without name and address is nobody, whatever its choices say."""
        return any(str(self.data.get(self.add_prefix(name), "")).strip() for name in ("name", "email"))


class NewcomerRows(forms.BaseFormSet):  # type: ignore[type-arg]  # Django's takes no arguments when it runs
    """The rows of new people; the same address twice is pointed out."""

    def clean(self) -> None:
        """No address twice."""
        seen: set[str] = set()
        for form in self.forms:
            address = (getattr(form, "cleaned_data", {}).get("email") or "").casefold()
            if address and address in seen:
                form.add_error("email", _("This address stands in another row too."))
            seen.add(address)


NewcomerFormSet = forms.formset_factory(
    NewcomerForm, formset=NewcomerRows, extra=0, max_num=30, validate_max=True, absolute_max=60
)
