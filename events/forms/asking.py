"""What an organiser may type about questions at registration, who is invited, and places that are kept back."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, EmailField, PlainForm
from events.models import Event, Places
from events.rules.publishing import languages_of
from events.rules.sign_up import way_name
from events.states import QuestionKind
from people.forms.common import capital, in_language
from people.models import Organisation


class QuestionForm(PlainForm):
    """A question, why it is asked, its choices, and until when the answers are kept."""

    submit = _("Add the question")

    kind = forms.ChoiceField(label=_("Kind of answer"), widget=forms.RadioSelect)
    required = forms.BooleanField(label=_("It must be answered"), required=False)
    erase_on = DateField(
        label=_("Answers are erased on"), help_text=_("At most 12 months after the event."), yearless="next"
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        last: date = event.last_date or event.date
        kwargs.setdefault("initial", {"kind": QuestionKind.TEXT, "erase_on": last + timedelta(days=30)})
        super().__init__(*args, **kwargs)
        self.languages = languages_of(event)
        self.choice("kind").choices = capital(QuestionKind.choices)
        fields = dict(self.fields)
        self.fields = {}
        for code in self.languages:
            self._words("label", _("Question"), code, max_length=200)
        for code in self.languages:
            self._words("purpose", _("Why it is asked"), code, max_length=200)
        self.fields["kind"] = fields["kind"]
        for n, code in enumerate(self.languages):
            self.fields[f"choices_{code}"] = forms.CharField(
                label=in_language(_("Choices"), code),
                required=False,
                max_length=2000,
                help_text=_("One a line, where the answer is a choice.") if n == 0 else "",
                widget=forms.Textarea(attrs={"rows": 3, "lang": code, "autocomplete": "off"}),
            )
        self.fields |= {"required": fields["required"], "erase_on": fields["erase_on"]}

    def _words(self, name: str, label: Any, code: str, *, max_length: int) -> None:
        self.fields[f"{name}_{code}"] = forms.CharField(
            label=in_language(label, code),
            max_length=max_length,
            widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
        )

    def by_language(self, name: str) -> dict[str, str]:
        """What was typed in this field, by language."""
        return {code: self.cleaned_data[f"{name}_{code}"] for code in self.languages}


class InviteForm(PlainForm):
    """Somebody, or all who work somewhere."""

    submit = _("Invite")

    organisation: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        label=_("All who work in"), queryset=Organisation.objects.none(), required=False, empty_label=_("Nobody here")
    )
    email = EmailField(label=_("Or one person, by e-mail address"), required=False)

    def __init__(self, *args: Any, towns: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organisation.objects.filter(pk__in=[town.pk for town in towns])
        self.chooser("organisation").queryset = rows.order_by("name")

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        typed = super().clean() or {}
        if not self.errors and not typed.get("organisation") and not typed.get("email"):
            raise forms.ValidationError(_("Choose an organisation or write an e-mail address."))
        return typed


class ReserveForm(PlainForm):
    """Places kept back: how many, for whom, and until when."""

    submit = _("Keep the places back")

    places: "forms.ModelChoiceField[Places]" = forms.ModelChoiceField(
        label=_("Way to take part"), queryset=Places.objects.none(), empty_label=None
    )
    number = forms.IntegerField(label=_("Number of places"), min_value=1, max_value=5000)
    organisation: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        label=_("For an organisation"), queryset=Organisation.objects.none(), required=False, empty_label=_("None")
    )
    whom = forms.CharField(label=_("Or for others, named"), required=False, max_length=160)
    until = DateField(label=_("Free for all from"), yearless="next")

    def __init__(self, *args: Any, ways: Sequence[Places], towns: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.chooser("places")
        field.queryset = Places.objects.filter(pk__in=[way.pk for way in ways])
        field.choices = [(way.pk, way_name(way)) for way in ways]
        rows = Organisation.objects.filter(pk__in=[town.pk for town in towns])
        self.chooser("organisation").queryset = rows.order_by("name")
