"""What a person may type about a task, its groups, and what a group hands in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base import dates
from base.forms import DateField
from base.refusal import Refusal
from documents import gate
from documents.actions import workplace
from documents.gate import Admitted
from people.forms.common import Bare, no_personal_number
from people.models import Person
from people.rules import name_for
from programmes.models import CourseDay, Enrolment, GroupTask
from programmes.rules import group_tasks as rules

LONGEST = 40_000
DEALT, BY_HAND, ALONE = "dealt", "by_hand", "alone"


class TaskForm(Bare):
    """What is to be done, by when, and by whom together; the last is asked when the task is set."""

    show_optional = False
    title = forms.CharField(label=_("Title"), max_length=160, validators=[no_personal_number])
    instruction = forms.CharField(
        label=_("What is to be done"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        validators=[no_personal_number],
        help_text=_(
            "An empty line begins a paragraph, “- ” at the beginning of a line a list; [words](https://…) is a link."
        ),
    )
    day = forms.TypedChoiceField(label=_("For which day"), required=False, coerce=int, empty_value=None)
    due = DateField(label=_("Last day to hand in"), yearless="next")
    how = forms.ChoiceField(
        label=_("Who does it together"),
        choices=[
            (DEALT, _("Groups that Helmi deals, with people from different municipalities where it can be done")),
            (BY_HAND, _("Groups that you make by hand")),
            (ALONE, _("Nobody: each does it alone")),
        ],
        initial=DEALT,
        widget=forms.RadioSelect,
    )
    most = forms.IntegerField(label=_("At most so many in a group"), min_value=2, max_value=rules.MOST, initial=4)

    def __init__(
        self, *args: Any, days: Sequence[CourseDay], any_day: bool, task: GroupTask | None = None, **kwargs: Any
    ) -> None:
        if task is not None:
            facts = {"title": task.title, "instruction": task.instruction, "due": task.due}
            kwargs["initial"] = {**facts, "day": task.day.number if task.day else ""}
        super().__init__(*args, **kwargs)
        choices = [(day.number, f"{day}: {day.event.title}, {dates.day_short(day.event.date)}") for day in days]
        self.choice("day").choices = [("", _("No day in particular")), *choices] if any_day else choices
        self.fields["day"].required = not any_day
        self.numbers = {day.number: day for day in days}
        if task is not None:
            del self.fields["how"], self.fields["most"]

    def clean(self) -> dict[str, Any]:
        """The number is asked only of groups that are dealt."""
        facts: dict[str, Any] = super().clean() or {}
        if facts.get("how") != DEALT:
            self.errors.pop("most", None)
        return facts

    @property
    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        given = self.cleaned_data
        found = {name: given[name] for name in ("title", "instruction", "due")}
        found["day"] = self.numbers.get(given["day"])
        if "how" in self.fields:
            found["alone"] = given["how"] == ALONE
            found["most"] = given["most"] if given["how"] == DEALT else None
        return found


class DealForm(Bare):
    """How large the groups are to be."""

    most = forms.IntegerField(label=_("At most so many in a group"), min_value=2, max_value=rules.MOST, initial=4)


class GroupsForm(Bare):
    """In which group each participant is."""

    show_optional = False

    def __init__(
        self, *args: Any, people: Sequence[Enrolment], places: Mapping[int, int], viewer: Person, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        most = max([*places.values(), 0]) + 3
        numbers = [(str(n), _("Group %(number)s") % {"number": n}) for n in range(1, most)]
        for row in people:
            name = name_for(row.person, viewer)
            town = f", {row.organisation}" if name == row.person.name else ""
            self.fields[self.name_of(row)] = forms.TypedChoiceField(
                label=f"{name}{town}",
                required=False,
                coerce=int,
                empty_value=None,
                choices=[("", _("No group")), *numbers],
                initial=places.get(row.pk, ""),
            )

    @staticmethod
    def name_of(enrolment: Enrolment) -> str:
        """The field of a participant."""
        return f"group{enrolment.pk}"

    @property
    def places(self) -> dict[int, int | None]:
        """The number of each one's group."""
        return {row.pk: self.cleaned_data[self.name_of(row)] for row in self.people}


class HandInForm(Bare):
    """What a group writes together. A file goes through the gate here; `admitted` is what came out of it."""

    show_optional = False
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 14}),
        validators=[no_personal_number],
        help_text=_(
            "Without names of clients. An empty line begins a paragraph, “- ” at the beginning of a line a list."
        ),
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,  # the gate has the sentence
        max_length=None,
        widget=forms.FileInput,
        help_text=_("PDF, Word, Excel, PowerPoint, OpenDocument, a picture or text; at most 50 MB."),
    )
    without_file = forms.BooleanField(label=_("Remove the file"), required=False)

    def __init__(self, *args: Any, file: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.admitted: Admitted | None = None
        if file is None:
            del self.fields["without_file"]
        else:
            self.fields["file"].label = _("A new file instead")

    def clean(self) -> dict[str, Any]:
        """The gate takes a second, so it is asked when all else is right."""
        facts: dict[str, Any] = super().clean() or {}
        file = facts.get("file")
        if file and self.errors:
            self.add_error("file", _("Choose the file again, when the rest is right."))
        elif file:
            try:
                self.admitted = gate.admit(file, name=file.name, folder=workplace())
            except Refusal as refusal:
                self.add_error("file", str(refusal))
        return facts

    def discard(self) -> None:
        """Throw away what came through the gate and was not stored."""
        if self.admitted is not None:
            self.admitted.discard()
