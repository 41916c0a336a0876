"""What a participant may type about her or his own days."""

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm


class NeedsForm(PlainForm):
    """Food and access needs, both optional."""

    diet = forms.CharField(
        label=_("Food"),
        required=False,
        max_length=300,
        help_text=_("For example vegetarian, gluten-free or an allergy. The host sees numbers, no names."),
    )
    access = forms.CharField(
        label=_("Access needs"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you need to take part: a hearing loop, a step-free way, rest. The coordinator sees it."),
    )
