"""What may be typed about supervision groups. Of a session: day, minutes, form, and who was there; there is no text."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from base.forms import ClockField, DateField, EmailField, PlainForm
from people.models import Person
from programmes.models import Programme
from programmes.models.supervision import LONGEST, MOST_SESSIONS, MOST_WEEKS, SHORTEST
from programmes.rules.supervision import FEWEST, MOST
from programmes.rules.supervision_proposals import Finished
from programmes.states import SessionForm

SUPERVISORS = 3
NOBODY = "0"
# Why a session is cancelled: chosen, not written.
REASONS = (
    _("The supervisor cannot come."),
    _("Too few members can come."),
    _("The room is not available."),
)


def find_member(address: str) -> Person:
    """Somebody who can sign in, by address; who is not known is said."""
    person = Person.objects.active().members().with_address(address).first()
    if person is None:
        sentence = _("Nobody who can sign in has the address %(address)s. Add the person under People first.")
        raise ValidationError(str(sentence) % {"address": address})
    return person


class TermsForm(PlainForm):
    """What is proposed: for which programme, groups of which size, led by whom, and what the contract says."""

    submit = _("Propose groups")
    programme: "forms.ModelChoiceField[Programme]" = forms.ModelChoiceField(
        Programme.objects.none(), label=_("Programme"), empty_label=None
    )
    size = forms.IntegerField(
        label=_("Members in a group"), min_value=FEWEST, max_value=MOST, initial=6, help_text=_("3 to 8")
    )
    sessions = forms.IntegerField(label=_("Number of sessions"), min_value=1, max_value=MOST_SESSIONS, initial=10)
    minutes = forms.IntegerField(label=_("Minutes a session"), min_value=SHORTEST, max_value=LONGEST, initial=120)
    weeks = forms.IntegerField(label=_("Weeks between sessions"), min_value=1, max_value=MOST_WEEKS, initial=4)
    supervisor_1 = EmailField(label=_("The supervisor's e-mail address"))
    supervisor_2 = EmailField(label=_("A second supervisor"), required=False)
    supervisor_3 = EmailField(label=_("A third supervisor"), required=False)

    def __init__(self, *args: Any, programmes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chooser("programme").queryset = programmes

    def clean(self) -> dict[str, Any]:
        """The people behind the addresses, each once."""
        typed = super().clean() or self.cleaned_data
        found: list[Person] = []
        for n in range(1, SUPERVISORS + 1):
            if address := typed.get(f"supervisor_{n}"):
                try:
                    person = find_member(address)
                except ValidationError as wrong:
                    self.add_error(f"supervisor_{n}", wrong)
                else:
                    found += [person] if person not in found else []
        return {**typed, "supervisors": found}


class PlacesForm(TermsForm):
    """In which group each of the proposed people is to be, and who leads each group; what was chosen comes along."""

    submit = _("Read the letters")

    def __init__(
        self,
        *args: Any,
        people: Sequence[tuple[Finished, str]],
        leads: Sequence[tuple[Person, str]],
        groups: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.groups, self.people = groups, people
        places = [(str(n), _("Group %(n)s") % {"n": n}) for n in range(1, groups + 1)]
        for n in range(1, groups + 1):
            self.fields[f"lead_{n}"] = forms.ChoiceField(
                label=_("Supervisor of group %(n)s") % {"n": n},
                choices=[(str(person.pk), name) for person, name in leads],
                widget=forms.Select(attrs={"class": "form-select"}),
            )
        for one, name in people:
            self.fields[f"place_{one.person.pk}"] = forms.ChoiceField(
                label=_("Group of %(name)s") % {"name": name},
                choices=[*places, (NOBODY, _("No group"))],
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def chosen(self, n: int) -> tuple[Person, list[Finished]]:
        """Who leads the group with this number, and who is in it."""
        facts = self.cleaned_data
        [lead] = [person for person in facts["supervisors"] if str(person.pk) == facts[f"lead_{n}"]]
        return lead, [one for one, _name in self.people if facts[f"place_{one.person.pk}"] == str(n)]


class MemberForm(PlainForm):
    """Somebody whom the coordinator puts in the group, by address."""

    submit = _("Read the letter and add")
    prefix = "member"
    address = EmailField(label=_("E-mail address of the new member"))

    def clean_address(self) -> Person:
        """The person behind the address."""
        return find_member(self.cleaned_data["address"])


class SupervisorForm(MemberForm):
    """Who leads the group instead."""

    submit = _("Read the letter and change")
    prefix = "supervisor"
    address = EmailField(label=_("E-mail address of the new supervisor"))


class ExtendForm(PlainForm):
    """How many sessions more."""

    submit = _("Read the letter and extend")
    prefix = "extend"
    sessions = forms.IntegerField(label=_("More sessions"), min_value=1, max_value=MOST_SESSIONS, initial=5)


class EndForm(PlainForm):
    """That the group is to end."""

    submit = _("End the group")
    prefix = "end"
    sure = forms.BooleanField(widget=forms.HiddenInput, initial=True)


class SessionFields(PlainForm):
    """How long, and in which form."""

    minutes = forms.IntegerField(label=_("Minutes"), min_value=SHORTEST, max_value=LONGEST)
    form = forms.ChoiceField(label=_("How you meet"), choices=SessionForm, widget=forms.RadioSelect)


class BookForm(SessionFields):
    """When the group meets: one session, or several with so many weeks between them."""

    submit = _("Read the letter")
    field_order = ("day", "start", "minutes", "form", "times", "weeks")
    day = DateField(label=_("First day"), yearless="next")
    start = ClockField(label=_("Starts"))
    times = forms.IntegerField(label=_("How many sessions"), min_value=1, max_value=MOST_SESSIONS, initial=1)
    weeks = forms.IntegerField(label=_("Weeks between them"), min_value=1, max_value=MOST_WEEKS)


class WriteForm(SessionFields):
    """A session that was held: day, minutes, form, and who was there; everybody is preset."""

    submit = _("Save the session")
    show_optional = False
    field_order = ("day", "minutes", "form", "there")
    day = DateField(label=_("Day"), yearless="last")
    there = forms.TypedMultipleChoiceField(
        label=_("Present"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Take the mark away where somebody was absent."),
    )

    def __init__(self, *args: Any, members: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("there").choices = [(str(key), name) for key, name in members]


class MoveForm(PlainForm):
    """Another day and time."""

    submit = _("Read the letter and move")
    prefix = "move"
    day = DateField(label=_("Day"), yearless="next")
    start = ClockField(label=_("Starts"))


class CancelForm(PlainForm):
    """Why the session is not held: chosen, not written."""

    submit = _("Read the letter and cancel")
    prefix = "cancel"
    reason = forms.TypedChoiceField(
        label=_("Why the session is cancelled"),
        choices=[(str(n), words) for n, words in enumerate(REASONS)],
        coerce=int,
        widget=forms.RadioSelect,
    )
