"""What may be typed when somebody leaves."""

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm


class LeaveForm(PlainForm):
    """Why; the person may leave it empty."""

    submit = _("End the participation")
    why = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=300,
        help_text=_("The coordinator and your manager see it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
