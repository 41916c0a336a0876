"""What a coordinator may type about a participant's employer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, EmailField, PlainForm
from people.models import Organisation


class UnitForm(PlainForm):
    """The unit with the employer that stands."""

    submit = _("Save the unit")
    show_optional = False
    unit: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        label=_("Unit"), queryset=Organisation.objects.none(), empty_label=_("Choose the unit")
    )

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chooser("unit").queryset = units


class MoveForm(PlainForm):
    """The last day with one employer, the first with the next, and why the person goes on."""

    submit = _("Write down the change")
    last_day = DateField(label=_("Last day with the employer"))
    to = forms.ChoiceField(label=_("New employer and unit"), required=False)
    first_day = DateField(label=_("First day with the new employer"), required=False)
    address = EmailField(
        label=_("The new manager's e-mail"),
        required=False,
        help_text=_("Gets the question whether the person can go on. Only where the new employer takes part."),
    )
    why = forms.CharField(
        label=_("Why the person goes on"),
        required=False,
        max_length=300,
        help_text=_(
            "Needed without an employer that takes part. If the participation ends instead, end it on its own page."
        ),
    )

    def __init__(self, *args: Any, units: list[tuple[str, list[tuple[str, str]]]], gap: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("to").choices = [("", _("None in the region")), *units]
        self.fields["address"].widget.attrs["autocomplete"] = "off"
        if gap:
            del self.fields["last_day"]
            self.fields["first_day"].required = self.fields["to"].required = True
