"""Form bits that every app uses: how people type days, addresses and names, and how a form is laid out and answered."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, time
from typing import Any, Literal, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.widgets import Input
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from base import clock, dates
from base.refusal import Refusal

Text = str | Promise

AUTOCOMPLETE = {
    "name": "name",
    "full_name": "name",
    "given_name": "given-name",
    "family_name": "family-name",
    "email": "email",
    "phone": "tel",
    "mobile": "tel",
    "job_title": "organization-title",
    "organisation": "organization",
    "password": "current-password",
    "current_password": "current-password",
    "new_password": "new-password",
    "code": "one-time-code",
}


class Helper(FormHelper):
    """How crispy lays out our forms: no asterisks, and no checks by the browser in its own words."""

    def __init__(self, form: forms.BaseForm | None = None) -> None:
        super().__init__(form)
        self.attrs = {"novalidate": True}
        self.form_show_errors = True


class PlainForm(forms.Form):
    """The base of our forms: fills `autocomplete`, says in a sentence what is missing, knows its buttons.

    A form may set `submit` (the verb on its one primary button), `back` (an address for "Back", per instance) and
    `show_optional = False` (filters, where nothing is asked for).
    """

    submit: Text = _("Save")
    back: str = ""
    show_optional = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            prepare(name, field)
        if not hasattr(self, "helper"):
            self.helper = Helper()

    def full_clean(self) -> None:
        """Fields that a form adds for itself say in the same sentences what is missing."""
        for name, field in self.fields.items():
            prepare(name, field)
        super().full_clean()

    def choice(self, name: str) -> forms.ChoiceField:
        """The field of that name, as one that offers choices."""
        return cast(forms.ChoiceField, self.fields[name])

    def chooser(self, name: str) -> forms.ModelChoiceField:
        """The field of that name, as one that offers rows."""
        return cast(forms.ModelChoiceField, self.fields[name])


class PlainModelForm(forms.ModelForm):
    """As PlainForm, for the fields of a model; saving stays with the app's actions."""

    submit: Text = _("Save")
    back: str = ""
    show_optional = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            prepare(name, field)
        if not hasattr(self, "helper"):
            self.helper = Helper()

    def save(self, commit: bool = True) -> Any:
        """Only actions write."""
        raise TypeError("A form decides nothing and saves nothing: hand cleaned_data to an action.")


def prepare(name: str, field: forms.Field) -> None:
    """Set `autocomplete` where a widget can have it, and the sentence for an answer that is missing."""
    widget = field.widget
    if isinstance(widget, (Input, forms.Textarea, forms.Select)) and not isinstance(
        widget, (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.HiddenInput)
    ):
        widget.attrs.setdefault("autocomplete", AUTOCOMPLETE.get(name, "off"))
    if field.required and field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        choosing = isinstance(field, (forms.ChoiceField, forms.ModelChoiceField))
        field.error_messages["required"] = cast(Any, _Missing(field, choosing))
    for validator in field.validators:
        if isinstance(validator, MinValueValidator):
            validator.message = _("Write a number that is at least %(limit_value)s.")
        elif isinstance(validator, MaxValueValidator):
            validator.message = _("Write a number that is at most %(limit_value)s.")


def refuse(form: forms.BaseForm, refusal: Refusal, fields: Mapping[type[Refusal], str]) -> None:
    """Say a rule's no beside the field it is about, where it is about one, and in the summary."""
    form.add_error(fields.get(type(refusal)), str(refusal))


class _Missing:
    """The sentence for an empty answer, made when it is shown so that it names the label as it then is."""

    def __init__(self, field: forms.Field, choosing: bool) -> None:
        self.field, self.choosing = field, choosing

    def __str__(self) -> str:
        sentence = _("Choose an answer: %(label)s") if self.choosing else _("Fill in: %(label)s")
        return str(sentence) % {"label": self.field.label or ""}

    def __mod__(self, params: object) -> str:
        return str(self)


# ---------- Fields ----------


class EmailField(forms.EmailField):
    """An e-mail address, with one sentence for empty and wrong alike that shows how an address looks."""

    default_error_messages = {
        "required": _("Write your e-mail address, for example name@council.org"),
        "invalid": _("Write your e-mail address, for example name@council.org"),
    }

    def __init__(self, *, sentence: Text | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("E-mail"))
        kwargs.setdefault("max_length", 254)
        super().__init__(**kwargs)
        if sentence is not None:
            self.error_messages["required"] = self.error_messages["invalid"] = cast(Any, sentence)
        self.widget.attrs.setdefault("autocomplete", "email")

    def run_validators(self, value: Any) -> None:
        try:
            super().run_validators(value)
        except ValidationError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def clean(self, value: Any) -> Any:
        return super().clean(unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value)


class NameField(forms.CharField):
    """A name as its owner writes it: O'Brien, Åström, one letter; spaces tidied, composed the same way always."""

    default_error_messages = {"control": _("The name holds a character that cannot be shown. Write it again.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Name"))
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", super().to_python(value) or "")).strip()
        if any(unicodedata.category(letter) in ("Cc", "Co", "Cs") for letter in text if letter != "\x00"):
            raise ValidationError(self.error_messages["control"], code="control")
        return text


class _WrittenInput(forms.TextInput):
    """A text box that shows its value as people write it; what was typed stays as it was typed."""

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, time):
            return f"{value.hour}.{value.minute:02}"
        if isinstance(value, date):
            return dates.full_day(value)
        return super().format_value(value)


class _WrittenMonthInput(_WrittenInput):
    def format_value(self, value: Any) -> str | None:
        return dates.month(value) if isinstance(value, date) else super().format_value(value)


class DateField(forms.Field):
    """A day, typed as people write it: 12.5.2027, 2027-05-12, 12 maj 2027.

    `yearless` says what a day without a year means: "next" and "last" take the nearest such day from today on or
    up to today; without it the year is asked for.
    """

    widget = _WrittenInput
    default_error_messages = {
        "required": _("Write the date, for example %(example)s"),
        "unclear": _("Write the date with day, month and year, for example %(example)s"),
        "no_year": _("Write the year too, for example %(example)s"),
        "year": _("Write a year between 1900 and 2100."),
        "month": _("There are 12 months. Check the month in the date."),
        "day": _("%(date)s does not exist. That month has %(days)s days."),
        "too_early": _("The date must be %(limit)s or later."),
        "too_late": _("The date must be %(limit)s or earlier."),
    }

    def __init__(
        self,
        *,
        yearless: Literal["", "next", "last"] = "",
        earliest: date | None = None,
        latest: date | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.yearless, self.earliest, self.latest = yearless, earliest, latest

    def _refuse(self, code: str, **facts: object) -> ValidationError:
        return ValidationError(str(self.error_messages[code]) % facts, code=code)

    def _read(self, text: str) -> date:
        today = clock.today(timezone.get_current_timezone_name())

        def year_for(month: int, day: int) -> int:
            if self.yearless == "next":
                return today.year + ((month, day) < (today.month, today.day))
            return today.year - ((month, day) > (today.month, today.day))

        return dates.read_day(text, year_for=year_for if self.yearless else None)

    def _written_wrong(self, wrong: dates.Misread) -> str:
        if dates.spoken() == "fi":
            return f"{wrong.day}.{wrong.month}.{wrong.year}"
        return f"{wrong.day} {dates.month_name(wrong.month)} {wrong.year}"

    def _example(self) -> str:
        return dates.full_day(date(clock.now().year + 1, 5, 12))

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        try:
            return self._read(str(value))
        except dates.Misread as wrong:
            facts: dict[str, object] = {"example": self._example()}
            if wrong.code == "day":
                facts |= {"date": self._written_wrong(wrong), "days": wrong.days}
            raise self._refuse(wrong.code, **facts) from None

    def validate(self, value: Any) -> None:
        if value in self.empty_values:
            if self.required:
                raise self._refuse("required", example=self._example(), label=self.label or "")
            return
        if self.earliest and value < self.earliest:
            raise self._refuse("too_early", limit=dates.full_day(self.earliest))
        if self.latest and value > self.latest:
            raise self._refuse("too_late", limit=dates.full_day(self.latest))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return super().has_changed(initial, self.to_python(data))
        except ValidationError:
            return True


class MonthField(DateField):
    """A month, typed as people write it: mars 2027, 3.2027, 03/2027; its first day."""

    widget = _WrittenMonthInput
    default_error_messages = {
        "required": _("Write the month and the year, for example %(example)s"),
        "unclear": _("Write the month and the year, for example %(example)s"),
        "month": _("There are 12 months. Check the month."),
        "too_early": _("The month must be %(limit)s or later."),
        "too_late": _("The month must be %(limit)s or earlier."),
    }

    def _read(self, text: str) -> date:
        return dates.read_month(text)

    def _example(self) -> str:
        return dates.month(date(clock.now().year, 3, 1))

    def validate(self, value: Any) -> None:
        if value in self.empty_values:
            if self.required:
                raise self._refuse("required", example=self._example(), label=self.label or "")
            return
        if self.earliest and value < self.earliest.replace(day=1):
            raise self._refuse("too_early", limit=dates.month(self.earliest))
        if self.latest and value > self.latest:
            raise self._refuse("too_late", limit=dates.month(self.latest))


class ClockField(forms.Field):
    """A time of day, typed as people write it: 9, 9.00, 09:00, kl. 9, 4.30pm."""

    widget = _WrittenInput
    default_error_messages = {
        "required": _("Write the time, for example 9.00"),
        "unclear": _("Write the time with hours and minutes, for example 9.00"),
    }

    def to_python(self, value: Any) -> time | None:
        if value in self.empty_values:
            return None
        if isinstance(value, time):
            return value
        try:
            return dates.read_clock(str(value))
        except dates.Misread:
            raise ValidationError(self.error_messages["unclear"], code="unclear") from None


# ---------- Answering ----------


def render_form(
    request: HttpRequest, template: str, form: Any, context: Mapping[str, Any] | None = None, *, name: str = "form"
) -> HttpResponse:
    """The page with its form: 422 when it is shown again with errors, else 200."""
    wrong = form.is_bound and bool(form.errors or getattr(form, "non_form_errors", list)())
    return render(request, template, {**(context or {}), name: form}, status=422 if wrong else 200)
