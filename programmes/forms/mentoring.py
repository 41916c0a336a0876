"""What may be typed about mentors and pairs."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, EmailField, NameField, PlainForm
from people.forms.common import capital, no_personal_number
from people.models import Region
from people.states import Language
from programmes.models import Mentor
from programmes.models.mentoring import MOST


def mentor_field(enrolment: int) -> str:
    """The name of the field in which somebody's mentor is chosen."""
    return f"mentor_{enrolment}"


class PairsForm(PlainForm):
    """A mentor for each person without one; whether the choice still holds is said by the action, under the lock."""

    show_optional = False

    # The one person whose pair is to be made; empty is all who have a mentor chosen.
    only = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Mapping[int, Sequence[tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolments = list(choices)
        for enrolment, options in choices.items():
            self.fields[mentor_field(enrolment)] = forms.IntegerField(
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}, choices=[("", _("Nobody yet")), *options]),
            )

    @property
    def chosen(self) -> dict[int, int]:
        """The mentor of each person whose pair is to be made."""
        only = self.cleaned_data.get("only")
        found = {row: self.cleaned_data.get(mentor_field(row)) for row in self.enrolments if only in (None, row)}
        return {row: mentor for row, mentor in found.items() if mentor}


class OfferForm(PlainForm):
    """What a mentor offers; how many, and the telephone number, are for the mentor alone."""

    cap = forms.TypedChoiceField(
        label=_("How many mentees at a time"),
        coerce=int,
        choices=[(n, str(n)) for n in range(MOST + 1)],
        help_text=_("Your own choice, from none to five. You are asked each time, and can always say no."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"), widget=forms.CheckboxSelectMultiple, choices=capital(Language.choices)
    )
    themes = forms.MultipleChoiceField(label=_("Themes"), required=False, widget=forms.CheckboxSelectMultiple)
    about = forms.CharField(
        label=_("A few lines that the mentee reads"),
        max_length=400,
        required=False,
        validators=[no_personal_number],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    shows_phone = forms.BooleanField(
        label=_("My mentees get my mobile number too"),
        required=False,
        help_text=_("They get your e-mail address in any case."),
    )
    paused_until = DateField(
        label=_("No new mentees before"), required=False, help_text=_("For a pause. Empty means that you can be asked.")
    )

    OWN = ("cap", "shows_phone")

    def __init__(self, *args: Any, mentor: Mentor, themes: Mapping[str, str], own: bool, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(mentor, name) for name in self.base_fields})
        super().__init__(*args, **kwargs)
        # A theme that no programme uses any more stays the mentor's until she takes it away.
        kept = {theme: theme for theme in mentor.themes if theme not in themes}
        self.choice("themes").choices = list({**themes, **kept}.items())
        if not own:
            for name in self.OWN:
                del self.fields[name]
        if not self.choice("themes").choices:
            del self.fields["themes"]

    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        return {"themes": [], **self.cleaned_data}


class NewMentorForm(PlainForm):
    """Whom to take into the pool, by the address; the mentor says the rest."""

    submit = _("Add the mentor")

    region: "forms.ModelChoiceField[Region]" = forms.ModelChoiceField(
        Region.objects.none(), label=_("Region"), empty_label=_("Choose a region")
    )
    email = EmailField(
        sentence=_("Write the mentor's e-mail address, for example name@council.org"),
        help_text=_("The mentor gets a letter and says how many mentees she or he can have."),
    )
    name = NameField(required=False, help_text=_("Only for somebody who is new in Helmi."))

    def __init__(self, *args: Any, regions: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only = regions[0] if len(regions) == 1 else None
        if self.only:
            del self.fields["region"]
        else:
            self.chooser("region").queryset = Region.objects.filter(pk__in=[row.pk for row in regions])
        for name in ("email", "name"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    @property
    def of_region(self) -> Region:
        """The region that was chosen, or the only one there is."""
        region: Region = self.only or self.cleaned_data["region"]
        return region


class ReplyForm(PlainForm):
    """The mentor's yes or no."""

    submit = _("Send the answer")

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Yes, I would")), ("no", _("Not now"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or not now.")},
    )
