"""What a mentor and a mentee may type: what they agree on, when they met, notes of their own, answers, a way out."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from base.forms import DateField
from people.forms.common import Bare, capital, no_personal_number
from programmes.states import CheckOften, CheckWorks, MeetingForm, MeetingTag

LENGTHS = (15, 30, 45, 60, 75, 90, 105, 120, 150, 180, 240, 300, 360)


class AgreementForm(Bare):
    """Aims, rhythm, how to reach each other: the words of the two."""

    aims = forms.CharField(
        label=_("What the mentee wants out of it"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Two or three things. Nobody but you two reads it."),
        validators=[no_personal_number],
    )
    rhythm = forms.CharField(
        label=_("How often and how you meet"),
        max_length=300,
        help_text=_("For example every third week, at a café between your workplaces."),
        validators=[no_personal_number],
    )
    reached = forms.CharField(
        label=_("How you reach each other between the meetings"),
        max_length=300,
        help_text=_("For example a text message, answered within a working day."),
        validators=[no_personal_number],
    )


class MeetingFields(Bare):
    """When, how long, in which form, one word for the topic. There is no field for what was said."""

    show_optional = False
    day = DateField(label=_("Day"), help_text=_("A day to come books the meeting."))
    minutes = forms.TypedChoiceField(label=_("How long"), coerce=int)
    met = forms.ChoiceField(label=_("How you met"), widget=forms.RadioSelect, choices=capital(MeetingForm.choices))
    tag = forms.ChoiceField(
        label=_("Topic"), required=False, widget=forms.RadioSelect, choices=capital(MeetingTag.choices)
    )

    def __init__(self, *args: Any, first: date, usual: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(DateField, self.fields["day"]).earliest = first
        known = {usual, *LENGTHS, self.initial.get("minutes", usual)}
        self.choice("minutes").choices = [
            (length, ngettext("%(n)s minute", "%(n)s minutes", length) % {"n": length}) for length in sorted(known)
        ]


class NoteForm(Bare):
    """A note of one's own."""

    text = forms.CharField(
        label=_("Note"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        validators=[no_personal_number],
        help_text=_("Write about the mentorship, without names of clients."),
    )


class CheckForm(Bare):
    """Three closed questions."""

    works = forms.ChoiceField(
        label=_("Does the mentorship work for you?"), widget=forms.RadioSelect, choices=capital(CheckWorks.choices)
    )
    often = forms.ChoiceField(
        label=_("Do you meet often enough?"), widget=forms.RadioSelect, choices=capital(CheckOften.choices)
    )
    call = forms.ChoiceField(
        label=_("Do you want the coordinator to call you?"),
        widget=forms.RadioSelect,
        choices=[("no", _("No")), ("yes", _("Yes"))],
        help_text=_("Only the coordinator sees this answer."),
    )

    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        return {"works": data["works"], "often": data["often"], "call": data["call"] == "yes"}


WAIT, ANOTHER, END = "wait", "another", "end"


class EndForm(Bare):
    """Which way out; nobody asks why."""

    how = forms.ChoiceField(label=_("What do you want?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, coordinator: bool, mentee: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if coordinator:
            ways = [
                (ANOTHER, _("End it now, and find another mentor for the mentee")),
                (END, _("End it now, without another mentor")),
            ]
        elif mentee:
            ways = [
                (WAIT, _("Go on for now, and ask the coordinator for another mentor")),
                (ANOTHER, _("End it now, and ask the coordinator for another mentor")),
                (END, _("End it now, without another mentor")),
            ]
        else:
            ways = [
                (WAIT, _("Go on for now, and ask the coordinator for another mentor for the mentee")),
                (ANOTHER, _("End it now, and ask the coordinator for another mentor for the mentee")),
                (END, _("End it now: the mentee needs no other mentor")),
            ]
        self.choice("how").choices = ways
