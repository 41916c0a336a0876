"""What may be typed about the decision to go on."""

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, PlainForm
from people.forms.common import capital
from programmes.states import Outcome


class DecisionForm(PlainForm):
    """Go on, change or stop; why; and what to do better."""

    submit = _("Record the decision")

    outcome = forms.ChoiceField(label=_("Decision"), choices=capital(Outcome.choices), widget=forms.RadioSelect)
    why = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 5}), max_length=8000)
    evidence = forms.CharField(
        label=_("What the decision rests on"),
        help_text=_("For example figures, answers and talks. It stands on the page about the round."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=8000,
    )
    improvements = forms.CharField(
        label=_("Improvements, one a line"),
        help_text=_("They follow into the next round as a checklist."),
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
        max_length=8000,
    )
    look_again_on = DateField(
        label=_("Look at the decision again"),
        help_text=_("On that day it becomes a task for the coordinators."),
        required=False,
        yearless="next",
    )
    preliminary = forms.BooleanField(
        label=_("The decision is preliminary"), help_text=_("It can be changed until it is made final."), required=False
    )
