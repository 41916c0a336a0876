"""What may be typed about what was changed, improvements, and the next look at a decision."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, PlainForm
from people.forms.common import capital, in_language
from people.models import Person
from people.states import Language
from programmes.models import Cohort, Improvement, Said
from programmes.states import ImprovementState, Shown


class SaidForm(PlainForm):
    """What participants said, as the coordinator words it, and what was changed, in each of the region's languages."""

    shown = forms.ChoiceField(label=_("Shown"), choices=capital(Shown.choices), widget=forms.RadioSelect)

    def __init__(self, *args: Any, cohort: Cohort, said: Said | None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"shown": said.shown if said else Shown.INSIDE})
        super().__init__(*args, **kwargs)
        shown = self.fields.pop("shown")
        self.names: list[str] = []
        for n, code in enumerate(cohort.programme.region.languages or [Language.SWEDISH.value]):
            for name, label in (("said", _("What participants said")), ("changed", _("What was changed"))):
                key = f"{name}_{code}"
                self.fields[key] = forms.CharField(
                    label=in_language(label, code),
                    help_text=_("In your own words and without names.") if name == "said" else "",
                    max_length=600,
                    required=n == 0,
                    initial=getattr(said, key) if said else "",
                    widget=forms.Textarea(attrs={"rows": 3, "lang": code, "autocomplete": "off"}),
                )
                self.names.append(key)
        self.fields["shown"] = shown

    @property
    def words(self) -> dict[str, str]:
        """What was typed, by field and language."""
        return {name: self.cleaned_data[name] for name in self.names}


class ImprovementForm(PlainForm):
    """Whether an improvement is done, and who sees to it by when."""

    state = forms.ChoiceField(label=_("State"), choices=capital(ImprovementState.choices), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Needed when it is not done."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=1000,
    )
    owner = forms.ModelChoiceField(
        label=_("Who sees to it"), queryset=Person.objects.none(), required=False, empty_label=_("Nobody")
    )
    due = DateField(label=_("By"), required=False, yearless="next")

    def __init__(self, *args: Any, improvement: Improvement, people: Sequence[Person], **kwargs: Any) -> None:
        initial = {name: getattr(improvement, name) for name in self.base_fields}
        super().__init__(*args, initial=initial, **kwargs)
        chosen = {person.pk for person in people} | ({improvement.owner_id} if improvement.owner_id else set())
        self.chooser("owner").queryset = Person.objects.filter(pk__in=chosen).order_by("name")


class LookForm(PlainForm):
    """What is seen of a decision now, and when it is looked at the next time."""

    words = forms.CharField(label=_("What you see now"), widget=forms.Textarea(attrs={"rows": 5}), max_length=8000)
    look_again_on = DateField(
        label=_("Look at the decision again"),
        help_text=_("On that day it becomes a task for the coordinators."),
        required=False,
        yearless="next",
    )
