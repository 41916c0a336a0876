"""What a reader of the public pages may type."""

from django.utils.translation import gettext_lazy as _

from base.forms import EmailField, PlainForm


class InterestForm(PlainForm):
    """Where the one letter goes."""

    submit = _("Tell me when registration opens")

    email = EmailField()
