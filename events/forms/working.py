"""What an organiser types about those who work on an event."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import EmailField, NameField, PlainForm
from events.models import Event
from events.rules.working import functions_on
from events.states import StaffFunction
from people.states import Language

PARTS = {
    StaffFunction.LECTURER: _("Lecturer: adds material of the day"),
    StaffFunction.HOST: _("Host: says where the day is and how one arrives"),
    StaffFunction.SUPERVISOR: _("Supervisor: leads the group"),
}


class NameForm(PlainForm):
    """Somebody by address, and the part in the event."""

    submit = _("Give the part")
    function = forms.ChoiceField(label=_("Part"), widget=forms.RadioSelect)
    name = NameField()
    email = EmailField(help_text=_("The person signs in with it, and gets a letter there."))
    language = forms.ChoiceField(
        label=_("Language"),
        choices=Language,
        help_text=_("For somebody who is new in Helmi. Others keep the name and the language they have."),
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        spoken = event.region.languages
        kwargs["initial"] = {"language": spoken[0] if spoken else Language.SWEDISH, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.choice("function").choices = [(str(part), PARTS[part]) for part in functions_on(event)]
        for name in ("name", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
