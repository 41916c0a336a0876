"""What a participant may show her group, and what she may write for herself."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from base import dates
from base.forms import PlainForm
from people.forms.common import Bare, no_personal_number
from people.models import Person
from programmes.models import CourseDay
from programmes.rules.reflections import Choice


class CardForm(PlainForm):
    """Each thing by itself, and none preset; a number that Helmi does not know is not offered."""

    show_optional = False
    email = forms.BooleanField(required=False)
    phone = forms.BooleanField(required=False)
    about = forms.CharField(
        label=_("A line about yourself (optional)"),
        required=False,
        max_length=200,
        help_text=_("For example what you work with, or what you would like to talk about."),
        validators=[no_personal_number],
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = format_lazy("{} ({})", _("Show my e-mail address"), person.email or "")
        self.fields["phone"].label = format_lazy("{} ({})", _("Show my mobile number"), person.phone)
        for name, known in (("email", person.email), ("phone", person.phone)):
            if not known:
                del self.fields[name]


class ReflectionForm(Bare):
    """A text, and the day that it is about, if any."""

    day = forms.TypedChoiceField(label=_("About"), required=False, coerce=int, empty_value=None)
    title = forms.CharField(label=_("Title"), max_length=160, validators=[no_personal_number])
    text = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        validators=[no_personal_number],
        help_text=_("Write about your own work and thoughts, without names of clients."),
    )

    def __init__(self, *args: Any, days: list[CourseDay], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(day.number, f"{day}: {day.event.title}, {dates.day_short(day.event.date)}") for day in days]
        self.choice("day").choices = [("", _("No day in particular")), *choices]
        self.numbers = {day.number: day for day in days}

    @property
    def chosen_day(self) -> CourseDay | None:
        """The day that was chosen."""
        return self.numbers.get(self.cleaned_data["day"])


class ReadersForm(Bare):
    """Who may read a reflection: the group, people by name, or nobody."""

    show_optional = False
    with_group = forms.BooleanField(label=_("Everyone in my group"), required=False)
    people = forms.TypedMultipleChoiceField(
        label=_("People by name"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, choices: list[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("people").choices = [(one.pk, one.words) for one in choices]
        if not choices:
            del self.fields["people"]
