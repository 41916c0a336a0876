"""What may be typed when somebody goes on in a later round."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm
from programmes.models import Cohort


class RoundField(forms.ModelChoiceField):
    """Rounds, each with its state and how many seats are free."""

    def label_from_instance(self, obj: Cohort) -> str:
        words = {"round": obj.short_name, "state": obj.get_state_display()}
        free = obj.places.free
        if free is None or free < 0:
            return gettext("%(round)s, %(state)s") % words
        return gettext("%(round)s, %(state)s, free seats: %(free)s") % {**words, "free": free}


class TransferForm(PlainForm):
    """To which round, and why a seat is given although it is not the person's turn."""

    submit = _("Read the letters")
    to = RoundField(Cohort.objects.none(), label=_("Round"), widget=forms.RadioSelect, empty_label=None)
    reason = forms.CharField(
        label=_("Reason to give a seat all the same"),
        required=False,
        max_length=300,
        help_text=_(
            "Only when no seat is free, others wait, or the last entry day has been. "
            "Without a reason the person stands last in line there. The reason is kept."
        ),
    )

    def __init__(self, *args: Any, rounds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rounds = self.chooser("to").queryset = rounds
