"""What may be typed about frameworks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from base.forms import PlainForm
from base.languages import spoken
from competence.forms.regions import InRegionForm
from competence.models import Area, Competence, FrameworkVersion
from competence.rules import frameworks as rules
from competence.rules.ready import KEYS, read
from competence.states import Step
from people.forms.common import in_language
from people.models import Region

OWN = "own"


def _text(label: Any, code: str, most: int, rows: int = 1) -> forms.CharField:
    """A text in one language."""
    attrs = {"lang": code, "autocomplete": "off"}
    widget: forms.Widget = forms.Textarea(attrs=attrs | {"rows": rows}) if rows > 1 else forms.TextInput(attrs=attrs)
    return forms.CharField(label=in_language(label, code), max_length=most, required=False, widget=widget)


class FrameworkForm(InRegionForm):
    """From what a framework begins."""

    submit = _("Make the framework")

    start = forms.ChoiceField(label=_("Begin from"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, regions: Sequence[Region], **kwargs: Any) -> None:
        super().__init__(*args, regions=regions, **kwargs)
        ready = [(key, read(key).title[spoken()]) for key in KEYS]
        self.choice("start").choices = [*ready, (OWN, _("Nothing: we write our own"))]
        codes = sorted(
            {code for region in regions for code in rules.languages_of(region)}, key=["sv", "fi", "en"].index
        )
        self.names = [f"{name}_{code}" for code in codes for name in ("title", "kind_of_work")]
        for code in codes:
            self.fields[f"title_{code}"] = _text(_("Name of the framework"), code, 120)
            self.fields[f"kind_of_work_{code}"] = _text(_("Kind of work"), code, 120)
        if codes:
            self.fields[self.names[0]].help_text = _("Only when you write your own. What is missing you can add later.")

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("start") == OWN and not any(facts.get(name) for name in self.names if name.startswith("title")):
            self.add_error(self.names[0], _("Write what the framework is called, in one language at least."))
        return facts

    @property
    def words(self) -> dict[str, str]:
        """The names in the region's languages."""
        codes = rules.languages_of(self.cleaned_data["region"])
        return {name: self.cleaned_data[name] for name in self.names if name.rpartition("_")[2] in codes}


class WordsForm(PlainForm):
    """Texts in each language of the region, side by side; `mark` says what stood there when the page was opened."""

    show_optional = False  # nothing has to be there before it is published

    mark = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, codes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = codes
        self.groups: list[tuple[Any, list[str]]] = []

    def add(self, name: str, label: Any, most: int, rows: int = 1) -> None:
        """A text that is written in every language."""
        keys = [f"{name}_{code}" for code in self.codes]
        for code, key in zip(self.codes, keys, strict=True):
            self.fields[key] = _text(label, code, most, rows)
        self.groups.append((label, keys))

    @property
    def rows(self) -> list[tuple[Any, list[Any]]]:
        """What is asked, and its fields in the languages."""
        return [(label, [self[key] for key in keys]) for label, keys in self.groups]

    @property
    def words(self) -> dict[str, str]:
        """What was typed, by field and language."""
        return {key: self.cleaned_data[key] for _label, keys in self.groups for key in keys}


class VersionForm(WordsForm):
    """The name, as long as nothing is published, the introduction, and the five steps."""

    def __init__(self, *args: Any, version: FrameworkVersion, **kwargs: Any) -> None:
        super().__init__(*args, codes=rules.languages_of(version.framework.region), **kwargs)
        if version.number == 1:
            self.add("title", _("Name of the framework"), 120)
            self.add("kind_of_work", _("Kind of work"), 120)
        self.add("introduction", _("Introduction"), 2000, 5)
        for step in Step.values:
            self.add(f"step_{step}", _step(step), 200, 2)


def _step(step: int) -> Any:
    names = {1: _("Step 1"), 2: _("Step 2"), 3: _("Step 3"), 4: _("Step 4"), 5: _("Step 5")}
    return names[step]


class AreaForm(WordsForm):
    """The words of an area."""

    def __init__(self, *args: Any, version: FrameworkVersion, **kwargs: Any) -> None:
        super().__init__(*args, codes=rules.languages_of(version.framework.region), **kwargs)
        self.add("name", _("Name"), 120)
        self.add("description", _("In one sentence"), 300, 2)


class CompetenceForm(WordsForm):
    """A competence: its words, what each step means for it, its area, and from which it comes."""

    area: forms.ModelChoiceField[Area] = forms.ModelChoiceField(
        label=pgettext_lazy("of a framework", "Area"), queryset=Area.objects.none(), empty_label=None
    )
    comes_from: forms.ModelMultipleChoiceField[Competence] = forms.ModelMultipleChoiceField(
        label=_("Takes up from the version before"),
        help_text=_(
            "One: the same, or renamed. Several: merged. One that several take up: split. None: new. "
            "Leave it out when it means something else now: then figures are not put beside the earlier ones."
        ),
        queryset=Competence.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, version: FrameworkVersion, earlier: FrameworkVersion | None, **kwargs: Any) -> None:
        super().__init__(*args, codes=rules.languages_of(version.framework.region), **kwargs)
        self.chooser("area").queryset = Area.objects.filter(version=version)
        if earlier is None:
            del self.fields["comes_from"]
        else:
            self.chooser("comes_from").queryset = Competence.objects.filter(area__version=earlier)
        self.add("name", _("Name"), 120)
        self.add("description", _("What it is, in one or two sentences"), 400, 4)
        for step in Step.values:
            self.add(f"step_{step}", _step(step), 300, 3)

    @property
    def olds(self) -> list[Competence]:
        """From which competences it comes."""
        return list(self.cleaned_data.get("comes_from") or [])


class RemoveForm(PlainForm):
    """What takes up that which is removed."""

    submit = _("Remove from the draft")
    show_optional = False

    into: forms.ModelChoiceField[Competence] = forms.ModelChoiceField(
        label=_("Merged into"),
        help_text=_("What it takes up from the version before then counts as merged with the other."),
        queryset=Competence.objects.none(),
        required=False,
        empty_label=_("Nothing: it is dropped"),
    )

    def __init__(self, *args: Any, version: FrameworkVersion, competence: Competence, **kwargs: Any) -> None:
        super().__init__(*args, prefix="remove", **kwargs)
        others = Competence.objects.filter(area__version=version).exclude(pk=competence.pk)
        self.chooser("into").queryset = others
