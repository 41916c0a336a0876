"""What may be typed about attendance."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base import dates
from base.forms import PlainForm
from events.models import Registration
from events.states import Mark
from programmes.models import CourseDay, Enrolment

# What the grid and the door list send for each mark.
LETTERS = {"n": Mark.PRESENT, "a": Mark.EXCUSED, "f": Mark.ABSENT}


def read_hours(text: str) -> Decimal:
    """Hours as people write them, "4", "3,5" or "3.75"; ValueError when they are not hours to the quarter."""
    if not re.fullmatch(r"\d{1,2}([.,]\d{1,2})?", text.strip()):
        raise ValueError(text)
    hours = Decimal(text.strip().replace(",", "."))
    if hours <= 0 or hours % Decimal("0.25"):
        raise ValueError(text)
    return hours


class MarkForm(forms.Form):
    """One cell of the grid: a letter, hours, or nothing to take the mark away."""

    registration = forms.IntegerField()
    mark = forms.CharField(required=False, max_length=5)

    def clean_mark(self) -> tuple[str, Decimal | None]:
        """The mark and, for part of a day, its hours."""
        text = self.cleaned_data["mark"]
        if not text:
            return "", None
        if text in LETTERS:
            return LETTERS[text], None
        try:
            return Mark.PRESENT, read_hours(text)
        except ValueError as error:
            raise forms.ValidationError(_("Write hours as 4 or 3.5, to the quarter of an hour.")) from error


class DoorForm(PlainForm):
    """The door list of one day: everyone preset to present, hours only where somebody was there for a part."""

    submit = _("Save attendance")

    def __init__(self, *args: Any, registrations: list[Registration], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.registrations = registrations
        for row in registrations:
            self.fields[f"r{row.pk}"] = forms.ChoiceField(choices=[("n", ""), ("a", ""), ("f", "")], required=False)
            self.fields[f"h{row.pk}"] = forms.CharField(required=False, max_length=5, label=_("Hours"))

    def clean(self) -> dict[str, Any]:
        """Hours must be hours, and go with being there."""
        data = super().clean() or {}
        for row in self.registrations:
            text = str(data.get(f"h{row.pk}") or "").strip()
            if not text:
                continue
            try:
                hours = read_hours(text)
            except ValueError:
                self.add_error(f"h{row.pk}", _("Write hours as 4 or 3.5, to the quarter of an hour."))
                continue
            if hours > row.event.hours:
                self.add_error(f"h{row.pk}", _("The day has fewer hours than that."))
            data[f"hours{row.pk}"] = hours
        return data

    def marks(self) -> dict[int, tuple[str, Decimal | None]]:
        """What to record, by registration."""
        found: dict[int, tuple[str, Decimal | None]] = {}
        for row in self.registrations:
            letter = self.cleaned_data.get(f"r{row.pk}") or "n"
            hours = self.cleaned_data.get(f"hours{row.pk}") if letter == "n" else None
            found[row.pk] = (LETTERS[letter], hours)
        return found


class DayField(forms.ModelChoiceField):
    """A course day, in the words that `words` gives it."""

    def __init__(self, *args: Any, words: Callable[[CourseDay], str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words

    def label_from_instance(self, obj: CourseDay) -> str:
        """The words of one choice."""
        return self.words(obj)


def _own(day: CourseDay) -> str:
    """ "Day 3, Wed 14 April: The rights of the child"."""
    return f"{day}, {dates.day_short(day.event.date)}: {day.event.title}"


def _others(day: CourseDay) -> str:
    """The day with its round and region, so that it can be told apart."""
    return f"{dates.day_short(day.event.date)}: {day.event.title} ({day.cohort}, {day.event.region})"


class MakeUpForm(PlainForm):
    """Which missed day is made up on which day of another cohort."""

    submit = _("Save")
    missed = DayField(
        CourseDay.objects.none(), words=_own, label=_("Missed day"), widget=forms.RadioSelect, empty_label=None
    )
    day = DayField(CourseDay.objects.none(), words=_others, label=_("Is made up on"), empty_label=_("Choose a day"))

    def __init__(self, *args: Any, enrolment: Enrolment, missed: Any, offered: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chooser("missed").queryset = missed
        self.chooser("day").queryset = offered
