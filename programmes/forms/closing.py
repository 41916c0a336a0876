"""What a person may type about a closing day: which day, needs of support, proposals, and answers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base import dates
from people.forms.common import Bare, capital, no_personal_number
from people.models import Person
from people.rules import name_for
from programmes.models import CourseDay, SupportNeed
from programmes.states import Answer, ProposalReply, SupportKind


class ClosingDayForm(Bare):
    """Which day closes the round."""

    day = forms.TypedChoiceField(label=_("Closing day"), coerce=int)

    def __init__(self, *args: Any, days: Sequence[CourseDay], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = {day.number: day for day in days}
        self.choice("day").choices = [
            (day.number, f"{day}: {day.event.title}, {dates.day_short(day.event.date)}") for day in days
        ]

    @property
    def chosen(self) -> CourseDay:
        """The day that was chosen."""
        return self.numbers[self.cleaned_data["day"]]


class ActForm(Bare):
    """Which deed of a page is asked for: it comes along while the letters are read."""

    act = forms.CharField(widget=forms.HiddenInput)


class ComingForm(Bare):
    """Whether a mentor comes."""

    answer = forms.ChoiceField(
        label=_("Are you coming?"),
        choices=[(Answer.YES, _("Yes, I am coming")), (Answer.NO, _("No, I cannot come"))],
        widget=forms.RadioSelect,
    )


class NeedForm(Bare):
    """A row of the list."""

    show_optional = False
    need = forms.IntegerField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("What kind of support"), choices=[])
    text = forms.CharField(
        label=_("What is needed"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[no_personal_number],
    )
    from_whom = forms.CharField(
        label=_("From whom (optional)"), required=False, max_length=160, validators=[no_personal_number]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("kind").choices = [("", _("Choose")), *capital(SupportKind.choices)]

    @property
    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in ("kind", "text", "from_whom")}


class PassForm(Bare):
    """Which rows go to which manager."""

    show_optional = False
    needs = forms.TypedMultipleChoiceField(
        label=_("What your manager is to read"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    manager = forms.TypedChoiceField(label=_("To whom"), coerce=int, widget=forms.RadioSelect)

    def __init__(
        self, *args: Any, needs: Sequence[SupportNeed], managers: Sequence[Person], viewer: Person, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choice("needs").choices = [
            (need.pk, f"{str(need.get_kind_display()).capitalize()}: {need.text}") for need in needs
        ]
        self.choice("manager").choices = [(person.pk, name_for(person, viewer)) for person in managers]
        if len(managers) == 1:
            del self.fields["manager"]


class ProposalForm(Bare):
    """A proposal in words."""

    show_optional = False
    proposal = forms.IntegerField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("Proposal"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[no_personal_number],
        help_text=_("What the municipalities can do, without anybody's name."),
    )


class ReplyForm(Bare):
    """What a municipality does with the proposals."""

    show_optional = False
    answer = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect, choices=[])
    words = forms.CharField(
        label=_("In your own words (optional)"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[no_personal_number],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("answer").choices = capital(ProposalReply.choices)
