"""What may be typed about a survey: what it is for, what it asks, and whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from answers.documents import level
from base.forms import DateField, PlainForm
from competence.actions.surveys import PartFacts, UnitFacts
from competence.forms.regions import InRegionForm
from competence.models import Competence, FrameworkVersion, ProfileVersion, Survey, SurveyPart
from competence.rules.frameworks import languages_of
from competence.states import SurveyState
from people.forms.common import capital, in_language, no_personal_number
from people.models import Organisation
from people.states import EmploymentForm

MOST_LINES, LONGEST_LINE, MOST_SLIPS = 12, 200, 200


def _area(label: Any, code: str, rows: int, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=in_language(label, code),
        help_text=help_text,
        required=required,
        max_length=4000,
        validators=[no_personal_number],
        widget=forms.Textarea(attrs={"rows": rows, "lang": code, "autocomplete": "off"}),
    )


class BeginForm(InRegionForm):
    """What a new survey is called; everything else follows on its pages."""

    submit = _("Begin the survey")

    title = forms.CharField(label=_("What the new survey is called"), max_length=160)


class FrameForm(PlainForm):
    """Title, purpose, window, reminders, whose employments, and the disposal decision."""

    submit = _("Save and continue")

    revision = forms.IntegerField(widget=forms.HiddenInput)
    opens_on = DateField(label=_("Opens"), yearless="next", help_text=_("At eight in the morning."))
    closes_on = DateField(label=_("Last day to answer"), yearless="next")
    reminders = forms.CharField(
        label=_("Reminders"),
        required=False,
        help_text=_("How many days after the opening, such as 7, 14. They go to everybody in the same words."),
    )
    employment_forms = forms.MultipleChoiceField(
        label=_("Forms of employment"),
        help_text=_("All are asked when none is chosen."),
        choices=capital(EmploymentForm.choices),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    by_role = forms.BooleanField(
        label=_("Figures for employees and managers apart, where that is possible"),
        help_text=_("Only partly possible: such a table is shown where no few people can be worked out from it."),
        required=False,
    )
    earlier: forms.ModelChoiceField[Survey] = forms.ModelChoiceField(
        label=_("Compare with"), queryset=Survey.objects.none(), required=False, empty_label=_("Nothing")
    )

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        self.codes = languages_of(survey.region)
        names = ("revision", "opens_on", "closes_on", "employment_forms", "by_role", "earlier")
        initial = {name: getattr(survey, name) for name in names}
        initial["reminders"] = ", ".join(str(day) for day in survey.reminders)
        super().__init__(*args, initial=initial, **kwargs)
        rest = {name: self.fields.pop(name) for name in list(self.fields) if name != "revision"}
        for n, code in enumerate(self.codes):
            self.fields[f"title_{code}"] = forms.CharField(
                label=in_language(_("Title"), code), max_length=160, required=n == 0
            )
            self.fields[f"purpose_{code}"] = _area(_("What it is for"), code, 3, required=n == 0)
        self.fields |= rest
        for n, code in enumerate(self.codes):
            words = _(
                "It stands on the form, such as: Answers are destroyed once they have been counted, decision 12/26."
            )
            self.fields[f"disposal_{code}"] = _area(
                _("Disposal decision"), code, 2, required=n == 0, help_text=words if n == 0 else ""
            )
        self.words = [f"{name}_{code}" for name in ("title", "purpose", "disposal") for code in self.codes]
        self.initial.update({name: getattr(survey, name) or "" for name in self.words})
        others = Survey.objects.filter(region=survey.region, state=SurveyState.RELEASED).exclude(pk=survey.pk)
        self.chooser("earlier").queryset = others

    def clean_reminders(self) -> list[int]:
        """Whole days after the opening, in order."""
        typed = [part for part in re.split(r"[\s,;]+", self.cleaned_data["reminders"]) if part]
        if not all(part.isdecimal() and 0 < int(part) <= 90 for part in typed):
            raise ValidationError(_("Write whole numbers of days from 1 to 90, such as 7, 14."))
        return sorted({int(part) for part in typed})

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed, by the survey's fields."""
        names = ("opens_on", "closes_on", "reminders", "employment_forms", "by_role", "earlier")
        return {name: self.cleaned_data[name] for name in (*names, *self.words)}


@dataclass(frozen=True)
class Ask:
    """A competence in the list of what is asked: the names of its two fields, and what stands in them."""

    competence: Competence
    name: str
    asked: bool
    target_name: str
    target: str
    wrong: str = ""


def _titled(version: FrameworkVersion) -> str:
    return f"{version.framework.title}, {gettext('version %(n)s') % {'n': version.number}}"


class QuestionsForm(PlainForm):
    """The frameworks, their competences with targets, statements and questions in own words."""

    submit = _("Save and continue")

    revision = forms.IntegerField(widget=forms.HiddenInput)
    common: forms.ModelChoiceField[FrameworkVersion] = forms.ModelChoiceField(
        label=_("Everybody is asked about"), queryset=FrameworkVersion.objects.none(), empty_label=_("Choose")
    )
    own: forms.ModelMultipleChoiceField[FrameworkVersion] = forms.ModelMultipleChoiceField(
        label=_("Own parts for kinds of work"),
        help_text=_("Beside the common part; each unit has one at most. Which units, you choose on the next page."),
        queryset=FrameworkVersion.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    profile: forms.ModelChoiceField[ProfileVersion] = forms.ModelChoiceField(
        label=_("Take target levels from the role profile"),
        help_text=_("Levels that stand below already are kept."),
        queryset=ProfileVersion.objects.none(),
        required=False,
        empty_label=_("None"),
    )
    asks_need = forms.BooleanField(label=_("Ask also which level the work needs"), required=False)
    asks_wish = forms.BooleanField(label=_("Ask also how much one wishes to learn"), required=False)

    def __init__(self, *args: Any, survey: Survey, parts: Sequence[SurveyPart], **kwargs: Any) -> None:
        common = next((part.framework_id for part in parts if part.common), None)
        initial = {
            "revision": survey.revision,
            "common": common,
            "own": [part.framework_id for part in parts if not part.common],
            "asks_need": survey.asks_need,
            "asks_wish": survey.asks_wish,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.parts = {part.framework_id: part for part in parts}
        self.wrong: dict[str, str] = {}
        versions = FrameworkVersion.objects.published().filter(framework__region=survey.region)
        versions = (versions | FrameworkVersion.objects.filter(pk__in=list(self.parts))).select_related("framework")
        for name in ("common", "own"):
            self.chooser(name).queryset = versions
            vars(self.chooser(name))["label_from_instance"] = _titled
        profiles = ProfileVersion.objects.published().filter(profile__region=survey.region).select_related("profile")
        self.chooser("profile").queryset = profiles
        vars(self.chooser("profile"))["label_from_instance"] = lambda version: version.profile.title
        self.codes = languages_of(survey.region)
        kept: dict[str, Sequence[Any]] = {
            "statements": list(survey.statements.all()),
            "texts": list(survey.texts.all()),
        }
        labels = {"statements": _("Statements, one a line"), "texts": _("Questions in own words, one a line")}
        hints = {
            "statements": _("How far one agrees, such as about conditions at work. The same order in every language."),
            "texts": _("Words are read by a coordinator first, and never shown by unit."),
        }
        for name, label in labels.items():
            for n, code in enumerate(self.codes):
                self.fields[f"{name}_{code}"] = _area(label, code, 4, help_text=hints[name] if n == 0 else "")
                self.initial[f"{name}_{code}"] = "\n".join(
                    str(getattr(row, f"words_{code}") or "") for row in kept[name]
                )

    @property
    def rows(self) -> list[tuple[SurveyPart, list[Ask]]]:
        """The competences of each part that has been saved, with what stands beside them."""
        return [(part, [self._ask(part, one) for one in self._competences(part)]) for part in self.parts.values()]

    def _competences(self, part: SurveyPart) -> list[Competence]:
        rows = Competence.objects.filter(area__version=part.framework_id)
        return list(rows.select_related("area"))

    def _ask(self, part: SurveyPart, one: Competence) -> Ask:
        name, target_name = f"c{one.pk}", f"t{one.pk}"
        if self.is_bound:
            typed = str(self.data.get(target_name, ""))
            return Ask(one, name, name in self.data, target_name, typed, self.wrong.get(target_name, ""))
        asked = not part.chosen or one.pk in part.chosen
        return Ask(one, name, asked, target_name, level(str(part.targets.get(str(one.pk), ""))))

    def _lines(self, name: str) -> list[dict[str, str]]:
        texts = {code: str(self.cleaned_data.get(f"{name}_{code}") or "").splitlines() for code in self.codes}
        texts = {code: [line.strip() for line in lines] for code, lines in texts.items()}
        most = max((len(lines) for lines in texts.values()), default=0)
        rows = [
            {code: lines[n][:LONGEST_LINE] if n < len(lines) else "" for code, lines in texts.items()}
            for n in range(most)
        ]
        return [row for row in rows if any(row.values())][:MOST_LINES]

    def clean(self) -> dict[str, Any]:
        """Targets lie on the scale; a part of which nothing is chosen is left away in another way."""
        facts = super().clean() or {}
        common, own = facts.get("common"), list(facts.get("own") or [])
        preset = self._preset(facts.get("profile"))
        chosen = ([common] if common else []) + [one for one in own if one != common]
        self.part_facts = []
        for version in chosen:
            part = self.parts.get(version.pk)
            asks = [self._ask(part, one) for one in self._competences(part)] if part is not None else []
            if part is not None and not any(ask.asked for ask in asks):
                self.add_error(None, _("Choose at least one competence of %(framework)s.") % {"framework": version})
            targets = dict(preset)
            for ask in asks:
                if aim := self._level(ask):
                    targets[str(ask.competence.pk)] = aim
            inside = {str(pk) for pk in Competence.objects.filter(area__version=version).values_list("pk", flat=True)}
            every = bool(asks) and all(ask.asked for ask in asks)
            self.part_facts.append(
                PartFacts(
                    version.pk,
                    common=version == common,
                    chosen=[] if every else [ask.competence.pk for ask in asks if ask.asked],
                    targets={key: level for key, level in targets.items() if key in inside},
                )
            )
        self.statements, self.texts = self._lines("statements"), self._lines("texts")
        return facts

    def _preset(self, profile: ProfileVersion | None) -> dict[str, str]:
        if profile is None:
            return {}
        return {str(pk): str(level) for pk, level in profile.targets.values_list("competence_id", "level")}

    def _level(self, ask: Ask) -> str:
        if not (typed := ask.target.strip().replace(",", ".")):
            return ""
        try:
            aim = Decimal(typed)
        except InvalidOperation:
            aim = Decimal(0)
        if not 1 <= aim <= 5:
            words = _("%(competence)s: write a target level from 1 to 5, such as 3.8.")
            wrong = ValidationError(words, params={"competence": ask.competence, "at": ask.target_name})
            self.add_error(None, wrong)
            self.wrong[ask.target_name] = wrong.messages[0]
            return ""
        return str(aim.quantize(Decimal("0.1")))


@dataclass(frozen=True)
class Place:
    """A place in the tree of those that can be asked, with what is chosen of it."""

    organisation: Organisation
    depth: int
    people: int
    asked: bool
    part: int | None
    tries_out: bool
    slips: str
    wrong: str = ""


def _in_order(places: Sequence[Place]) -> list[Place]:
    """Places by name, each right above those that lie below it."""
    names = {str(place.organisation.pk): place.organisation.name.casefold() for place in places}

    def steps(place: Place) -> list[tuple[str, str]]:
        return [(names.get(key, ""), key) for key in place.organisation.path.strip("/").split("/")]

    return sorted(places, key=steps)


class UnitsForm(PlainForm):
    """Which places are asked, read from a table of the whole tree."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, survey: Survey, places: Sequence[Place], parts: Mapping[int, Any], **kw: Any
    ) -> None:
        super().__init__(*args, initial={"revision": survey.revision}, **kw)
        self.places, self.parts = _in_order(places), parts
        if self.is_bound:
            self.places = [self._typed(place, self.data) for place in self.places]

    def _typed(self, place: Place, data: Mapping[str, Any] | MultiValueDict[str, Any]) -> Place:
        key = place.organisation.pk
        part = str(data.get(f"p{key}", ""))
        return Place(
            place.organisation,
            place.depth,
            place.people,
            asked=f"u{key}" in data,
            part=int(part) if part.isdecimal() and int(part) in self.parts else None,
            tries_out=f"t{key}" in data,
            slips=str(data.get(f"s{key}", "")).strip(),
        )

    def clean(self) -> dict[str, Any]:
        """Slips are whole numbers."""
        facts = super().clean() or {}
        self.units = []
        for n, place in enumerate(self.places):
            if place.slips and (not place.slips.isdecimal() or int(place.slips) > MOST_SLIPS):
                words = _("%(unit)s: write how many slips more, a whole number up to %(most)s.")
                facts_of = {"unit": place.organisation.name, "most": MOST_SLIPS, "at": f"s{place.organisation.pk}"}
                wrong = ValidationError(words, params=facts_of)
                self.add_error(None, wrong)
                self.places[n] = replace(place, wrong=wrong.messages[0])
            elif place.asked:
                slips = int(place.slips or 0)
                self.units.append(UnitFacts(place.organisation.pk, place.part, place.tries_out, slips))
        return facts


class ExtendForm(PlainForm):
    """Until when everybody can answer instead."""

    submit = _("Give everybody more time")

    until = DateField(label=_("New last day"), yearless="next")


class ThrowForm(PlainForm):
    """Why a survey is thrown away."""

    submit = _("Throw the survey away, unread")

    reason = forms.CharField(
        label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}), validators=[no_personal_number]
    )
