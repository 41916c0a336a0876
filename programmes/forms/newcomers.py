"""Since when somebody is new, and which managers are written to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, PlainForm
from people.models import Organisation


class NewcomerFilter(PlainForm):
    """Who stands in the list."""

    show_optional = False
    since = DateField(label=_("Began on this day or later"), required=False)
    organisation = forms.TypedChoiceField(label=_("Municipality"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, towns: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("organisation").choices = [("", _("All")), *[(str(town.pk), town.name) for town in towns]]


class _Chosen(forms.MultipleChoiceField):
    """What a page offered when it was shown; whether it still holds is said by the action, under the lock."""

    def valid_value(self, value: str) -> bool:
        return True


class ManagersForm(PlainForm):
    """The managers who are to get a letter; who has had one is chosen on purpose."""

    managers = _Chosen(label=_("Managers"), error_messages={"required": _("Choose at least one manager to write to.")})
    since = DateField(widget=forms.HiddenInput)
