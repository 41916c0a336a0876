"""What may be typed about a course day."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import ClockField, DateField, PlainForm
from people.forms.common import in_language
from people.models import Organisation
from people.states import Language
from programmes.models import CourseDay


class DayForm(PlainForm):
    """What the day is about, in the region's languages."""

    preparation_link = forms.URLField(label=_("Link to the preparation"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, day: CourseDay, languages: Sequence[str], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"preparation_link": day.preparation_link})
        super().__init__(*args, **kwargs)
        self.languages = list(languages) or [Language.SWEDISH.value]
        link = self.fields.pop("preparation_link")
        for n, code in enumerate(self.languages):
            self.fields[f"title_{code}"] = forms.CharField(
                label=in_language(_("Theme"), code),
                max_length=200,
                required=n == 0,
                initial=getattr(day.event, f"title_{code}"),
                widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
            )
        for name, label, rows, length in (
            ("aims", _("Learning aims"), 4, 4000),
            ("preparation", _("Preparation"), 2, 400),
        ):
            for code in self.languages:
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=in_language(label, code),
                    required=False,
                    max_length=length,
                    initial=getattr(day, f"{name}_{code}"),
                    widget=forms.Textarea(attrs={"rows": rows, "lang": code, "autocomplete": "off"}),
                )
        self.fields["preparation_link"] = link

    @property
    def titles(self) -> dict[str, str]:
        """The theme by language."""
        return {code: self.cleaned_data[f"title_{code}"] for code in self.languages}

    @property
    def words(self) -> dict[str, str]:
        """Aims and preparation, by field and language."""
        return {
            f"{name}_{code}": self.cleaned_data[f"{name}_{code}"]
            for name in ("aims", "preparation")
            for code in self.languages
        }


class HostForm(PlainForm):
    """Who hosts a day."""

    submit = _("Choose the host")

    host: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        label=_("Host municipality"), queryset=Organisation.objects.none(), required=False
    )

    def __init__(self, *args: Any, towns: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.chooser("host")
        field.queryset = Organisation.objects.filter(pk__in=[town.pk for town in towns])
        field.empty_label = _("No host yet")


class PlaceForm(PlainForm):
    """Where a day is held."""

    venue = forms.CharField(label=_("Place"), help_text=_("Building and room."), max_length=160)
    address = forms.CharField(label=_("Street address"), required=False, max_length=200)
    access_notes = forms.CharField(
        label=_("Access at the place"),
        help_text=_("Step-free entrance, hearing loop, parking, quiet room."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    remote_link = forms.URLField(label=_("Link"), required=False, assume_scheme="https")
    confirmed = forms.BooleanField(label=_("The host has confirmed the place"), required=False)

    def __init__(self, *args: Any, day: CourseDay, languages: Sequence[str], **kwargs: Any) -> None:
        event = day.event
        initial = {name: getattr(event, name) for name in ("venue", "address", "access_notes", "remote_link")}
        kwargs.setdefault("initial", {**initial, "confirmed": event.venue_confirmed_at is not None})
        super().__init__(*args, **kwargs)
        self.languages = list(languages) or [Language.SWEDISH.value]
        confirmed = self.fields.pop("confirmed")
        for code in self.languages:
            self.fields[f"arrival_{code}"] = forms.CharField(
                label=in_language(_("On arrival"), code),
                required=False,
                max_length=160,
                initial=getattr(event, f"arrival_{code}"),
                widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
            )
        self.fields["confirmed"] = confirmed

    @property
    def arrival(self) -> dict[str, str]:
        """What happens on arrival, by language."""
        return {code: self.cleaned_data[f"arrival_{code}"] for code in self.languages}


class MoveForm(PlainForm):
    """Another day, other times, and why."""

    submit = _("Move the day")

    on = DateField(label=_("New date"), yearless="next")
    start_time = ClockField(label=_("Starts"))
    end_time = ClockField(label=_("Ends"))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stands in the letter to everyone on the day."),
        required=False,
        max_length=300,
    )


class CancelForm(PlainForm):
    """Why a day is cancelled."""

    submit = _("See the letter first")

    reason = forms.CharField(
        label=_("Reason"), help_text=_("It stands in the letter to everyone on the day."), max_length=300
    )
