"""What may be typed on the component page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, EmailField, PlainForm


class SampleForm(PlainForm):
    """One field of each kind, for the component page."""

    submit = _("Save and continue")

    email = EmailField(help_text=_("We send the receipt and the reminders here"))
    town = forms.ChoiceField(
        label=_("Municipality"),
        choices=[("", _("Choose a municipality")), ("1", "Götene"), ("2", "Lidköping"), ("3", "Skara")],
    )
    unit = forms.CharField(label=_("Unit"), required=False)
    starts_on = DateField(label=_("First day"), help_text=_("For example 12.5.2027"))
    where = forms.ChoiceField(
        label=_("How do you take part?"),
        choices=[("here", _("On site")), ("far", _("By broadcast"))],
        widget=forms.RadioSelect,
    )
    days = forms.MultipleChoiceField(
        label=_("Days you cannot come"),
        choices=[("1", "ons 12 maj"), ("2", "tor 10 juni")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    share = forms.BooleanField(label=_("Show my e-mail address to my group"), required=False)
    words = forms.CharField(label=_("Anything else"), widget=forms.Textarea(attrs={"rows": 3}), required=False)


class SampleFilter(PlainForm):
    """A search over a list."""

    show_optional = False

    q = forms.CharField(label=_("Search by name"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All"))], required=False)
