"""What may be typed about seats and offers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from base import dates
from base.forms import Helper, PlainForm
from base.refusal import Refusal
from people.forms.common import no_personal_number
from programmes.models import CourseDay
from programmes.rules.selection import Proposal, ReasonMissing

MOST_SEATS = 2000
ERASED = _("Erased 30 days after the day")


class SeatsForm(PlainForm):
    """Seats for each municipality, with a reason where the number is not the proposed one."""

    show_optional = False

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposal = proposal
        for row in proposal.rows:
            pk, name = row.organisation.pk, row.organisation.name
            self.fields[f"given_{pk}"] = forms.IntegerField(
                label=format_lazy("{}: {}", name, _("seats")),
                min_value=0,
                max_value=MOST_SEATS,
                initial=row.given,
                widget=forms.NumberInput(attrs={"class": "form-control", "autocomplete": "off"}),
            )
            self.fields[f"reason_{pk}"] = forms.CharField(
                label=format_lazy("{}: {}", name, _("reason for another number")),
                required=False,
                max_length=300,
                initial=row.reason,
                widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
            )

    @property
    def given(self) -> dict[int, int]:
        """Seats by organisation."""
        return {row.organisation.pk: self.cleaned_data[f"given_{row.organisation.pk}"] for row in self.proposal.rows}

    @property
    def reasons(self) -> dict[int, str]:
        """Reasons by organisation."""
        return {row.organisation.pk: self.cleaned_data[f"reason_{row.organisation.pk}"] for row in self.proposal.rows}

    def beside(self, refusal: Refusal) -> str | None:
        """The field that a rule's no is about: the number of a municipality, or its reason."""
        name = refusal.facts.get("organisation")
        part = "reason" if isinstance(refusal, ReasonMissing) else "given"
        return next(
            (f"{part}_{row.organisation.pk}" for row in self.proposal.rows if row.organisation.name == name), None
        )


class IncludeForm(PlainForm):
    """Why an application counts although something is missing."""

    submit = _("Let the application count")

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It is kept with the application."),
        max_length=300,
        validators=[no_personal_number],
    )


class OfferForm(PlainForm):
    """Taking a place: food, access and days, all of them optional."""

    diet = forms.CharField(
        label=_("Food"),
        help_text=format_lazy("{} {}.", _("For example vegetarian, or an allergy."), ERASED),
        required=False,
        max_length=300,
        validators=[no_personal_number],
    )
    access = forms.CharField(
        label=_("Access needs"),
        help_text=format_lazy("{} {}.", _("For example a hearing loop or a step-free entrance."), ERASED),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[no_personal_number],
    )
    cannot_days = forms.TypedMultipleChoiceField(
        label=_("Days you cannot come"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, days: Sequence[CourseDay], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = Helper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        choices = [(day.number, f"{day}: {dates.day_short(day.event.date)}, {day.event.title}") for day in days]
        self.choice("cannot_days").choices = choices
        if not choices:
            del self.fields["cannot_days"]
