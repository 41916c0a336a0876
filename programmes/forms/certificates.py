"""What may be typed about certificates."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import NameField, PlainForm
from programmes.forms.attendance import read_hours


class HoursField(forms.CharField):
    """Hours to the quarter as people write them, or None."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Hours"),
            required=False,
            max_length=8,
            help_text=_("To the quarter, for example 7.5. Without hours the certificate says the days and the period."),
        )

    def clean(self, value: Any) -> Decimal | None:
        """What was typed as hours; refused when it is no hours to the quarter."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_hours(text)
        except ValueError as wrong:
            raise forms.ValidationError(_("Write hours to the quarter, for example 7.5.")) from wrong


class ReplaceForm(PlainForm):
    """The name as it is to stand on the corrected paper, and why it is corrected."""

    submit = _("Issue the corrected certificate")
    name = NameField(
        label=_("Name on the certificate"),
        help_text=_("The days and hours are taken from the attendance as it is now."),
    )
    reason = forms.CharField(label=_("What was wrong"), max_length=300, help_text=_("Kept in the log, not printed."))

    def __init__(self, *args: Any, back: str = "", **kwargs: Any) -> None:
        self.back = back
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"


class RevokeForm(PlainForm):
    """Why a certificate is not valid any more."""

    submit = _("Revoke the certificate")
    reason = forms.CharField(label=_("Why"), max_length=300, help_text=_("The person gets a letter with these words."))

    def __init__(self, *args: Any, back: str = "", **kwargs: Any) -> None:
        self.back = back
        super().__init__(*args, **kwargs)


class NameOnPaperForm(PlainForm):
    """How a name stands on the paper when the certificate's fonts lack letters of it."""

    submit = _("Issue the certificate")
    name = NameField(label=_("Name on the certificate"))

    def __init__(self, *args: Any, back: str = "", **kwargs: Any) -> None:
        self.back = back
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"


class RolePaperForm(NameOnPaperForm):
    """The name on a certificate of a role, and the hours where somebody knows them."""

    hours = HoursField()


class ReplaceRoleForm(ReplaceForm):
    """As for any certificate, and the hours."""

    hours = HoursField()
    field_order = ["name", "hours", "reason"]


class CodeForm(PlainForm):
    """A certificate's code, from paper."""

    submit = _("Check")
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Twelve letters and digits beside the square code, for example HK4M-7Q2X-9PDT."),
        error_messages={"required": _("Write the code that stands on the certificate.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update(autocomplete="off", autocapitalize="characters", spellcheck="false")
