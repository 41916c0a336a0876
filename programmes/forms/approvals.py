"""What a manager, and a coordinator who handles answers, may type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import EmailField, NameField, PlainForm
from people.forms.common import Bare, no_personal_number
from programmes.states import Answer

REASON = _("Write why, in a sentence. The applicant reads it.")


class AnswerForm(Bare):
    """Yes, no with a reason, or not mine."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            ("yes", _("Yes, she or he may take part")),
            ("no", _("No")),
            ("forward", _("Not mine, send to another manager")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why not?"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only if you answer no. The applicant reads it."),
        validators=[no_personal_number],
    )
    address = EmailField(
        label=_("The right manager's e-mail"),
        required=False,
        help_text=_("Only if you send it on. Your own link stops working then."),
        sentence=_("Write the manager's e-mail address, for example name@council.org"),
    )
    name = NameField(
        label=_("Your name"), required=False, help_text=_("The coordinator sees who answers, and confirms.")
    )
    show_optional = False

    def __init__(self, *args: Any, known: bool, forwards: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        if known:
            del self.fields["name"]
        if not forwards:
            del self.fields["address"]
            answers: Any = self.fields["answer"]
            answers.choices = answers.choices[:2]
        else:
            self.fields["address"].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        """What each answer needs besides."""
        facts: dict[str, Any] = super().clean() or {}
        answer = facts.get("answer")
        if answer == "no" and not facts.get("reason", "").strip() and "reason" not in self.errors:
            self.add_error("reason", REASON)
        if answer == "forward" and not facts.get("address") and "address" not in self.errors:
            self.add_error("address", _("Write the manager's e-mail address, for example name@council.org"))
        if answer in ("yes", "no") and not self.known and not facts.get("name") and "name" not in self.errors:
            self.add_error("name", _("Write your name, so that the coordinator sees who answers."))
        return facts


class AddressForm(PlainForm):
    """Ask again, or ask someone else."""

    submit = _("Send the question")
    address = EmailField(
        label=_("Manager's e-mail"),
        sentence=_("Write the manager's e-mail address, for example name@council.org"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].widget.attrs["autocomplete"] = "off"


class PhoneForm(PlainForm):
    """An answer given by telephone."""

    submit = _("Record the answer")
    answer = forms.ChoiceField(label=_("Answer by telephone"), choices=Answer, widget=forms.RadioSelect)
    name = NameField(label=_("Who answered"))
    reason = forms.CharField(
        label=_("Why not?"), required=False, max_length=300, help_text=_("Needed with a no. The applicant reads it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        """A no says why."""
        facts: dict[str, Any] = super().clean() or {}
        if facts.get("answer") == Answer.NO and not facts.get("reason", "").strip():
            self.add_error("reason", REASON)
        return facts


class FlagsForm(PlainForm):
    """May attend, and counts for the funder."""

    submit = _("Save")
    may_attend = forms.BooleanField(label=_("May attend"), required=False)
    may_attend_reason = forms.CharField(
        label=_("Why?"),
        required=False,
        max_length=300,
        help_text=_("Needed with a no, and where you decide otherwise."),
    )
    counts_for_funder = forms.BooleanField(label=_("Counts for the funder"), required=False)
    counts_reason = forms.CharField(
        label=_("Why does it count or not?"),
        required=False,
        max_length=300,
        help_text=_("Needed with a no, and where you decide otherwise."),
    )
    show_optional = False

    def clean(self) -> dict[str, Any]:
        """Each no has its reason, and each decision that goes against what stood a new one."""
        facts: dict[str, Any] = super().clean() or {}
        for flag, reason in (("may_attend", "may_attend_reason"), ("counts_for_funder", "counts_reason")):
            value, why = facts.get(flag), facts.get(reason, "").strip()
            stood = self.initial.get(flag, value)
            if (not value and not why) or (value and not stood and why in ("", self.initial.get(reason))):
                self.add_error(reason, _("Write the reason."))
        return facts
