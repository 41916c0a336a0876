"""What may be typed about role profiles, and about who has the role."""

from collections.abc import Iterable, Sequence
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, PlainForm
from competence.models import Area, Competence, FrameworkVersion, ProfileVersion
from competence.rules.frameworks import languages_of, steps_of
from competence.states import Step
from people.forms import OrganisationField
from people.forms.common import Bare, in_language, organisations_of
from people.models import Employment, Organisation, Person, Region
from people.rules import name_for

NEW_TASKS = 3  # empty rows under those that there are
MOST_TASKS = 20
NONE = "0"  # the role does not ask for it


def _title(code: str, *, required: bool, initial: str = "") -> forms.CharField:
    return forms.CharField(
        label=in_language(_("Name of the role"), code),
        max_length=120,
        required=required,
        initial=initial,
        widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
    )


class NewProfileForm(PlainForm):
    """Which role, whose, and against which framework."""

    submit = _("Create the draft")

    framework: "forms.ModelChoiceField[FrameworkVersion]" = forms.ModelChoiceField(
        FrameworkVersion.objects.none(),
        label=_("Competence framework"),
        help_text=_("The role's target levels are chosen among its competences."),
        empty_label=_("Choose a framework"),
    )
    organisation = OrganisationField(
        label=_("Employer"), help_text=_("Only when the profile is for one employer's own staff."), required=False
    )

    def __init__(
        self,
        *args: Any,
        frameworks: Any,
        regions: Sequence[Region],
        employers: Iterable[Organisation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        codes = dict.fromkeys(code for region in regions for code in languages_of(region))
        for n, code in enumerate(codes):
            self.fields[f"title_{code}"] = _title(code, required=n == 0)
        self.codes = list(codes)
        self.order_fields([*(f"title_{code}" for code in codes), "framework", "organisation"])
        self.chooser("framework").queryset = frameworks
        vars(self.chooser("framework"))["label_from_instance"] = lambda version: version.framework.title
        organisations_of(self, "organisation").offer(employers, _("All in the region"))

    @property
    def titles(self) -> dict[str, str]:
        """What the role is called, by language."""
        return {code: self.cleaned_data[f"title_{code}"] for code in self.codes}


class _Draft(PlainForm):
    """A part of a draft; the revision is the one that was read."""

    submit = _("Save and continue")

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: ProfileVersion, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"revision": version.revision})
        super().__init__(*args, **kwargs)
        self.version = version
        self.codes = languages_of(version.profile.region)


class WordsForm(_Draft):
    """What the role is called and for, and what it asks for, in each language of the region."""

    def __init__(self, *args: Any, version: ProfileVersion, named: bool, **kwargs: Any) -> None:
        super().__init__(*args, version=version, **kwargs)
        self.titled = [] if named else self.codes
        for code in self.titled:
            self.fields[f"title_{code}"] = _title(
                code, required=False, initial=getattr(version.profile, f"title_{code}") or ""
            )
        labels = (
            ("purpose", _("What the role is for"), _("Two to four sentences. They also open the advertisement.")),
            ("requirements", _("Education and experience"), ""),
        )
        for name, label, hint in labels:
            for code in self.codes:
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=in_language(label, code),
                    help_text=hint,
                    max_length=2000,
                    required=False,
                    initial=getattr(version, f"{name}_{code}") or "",
                    widget=forms.Textarea(attrs={"rows": 4, "lang": code, "autocomplete": "off"}),
                )

    @property
    def titles(self) -> dict[str, str]:
        """The role's name by language; nothing once it stands."""
        return {code: self.cleaned_data[f"title_{code}"] for code in self.titled}

    @property
    def words(self) -> dict[str, str]:
        """What was typed, by field and language."""
        names = [f"{name}_{code}" for name in ("purpose", "requirements") for code in self.codes]
        return {name: self.cleaned_data[name] for name in names}


class TasksForm(_Draft):
    """The tasks in their order, each in every language; a row without words is no task."""

    def __init__(self, *args: Any, version: ProfileVersion, **kwargs: Any) -> None:
        super().__init__(*args, version=version, **kwargs)
        tasks = list(version.tasks.all())
        self.count = min(len(tasks) + NEW_TASKS, MOST_TASKS)
        groups: list[Any] = ["revision"]
        for n in range(self.count):
            task = tasks[n] if n < len(tasks) else None
            names = [f"place{n}"]
            self.fields[f"place{n}"] = forms.IntegerField(
                label=_("Place in the list"),
                initial=n + 1,
                min_value=1,
                max_value=99,
                required=False,
            )
            for code in self.codes:
                names.append(f"words{n}_{code}")
                self.fields[names[-1]] = forms.CharField(
                    label=in_language(_("Task"), code),
                    max_length=300,
                    required=False,
                    initial=getattr(task, f"words_{code}") or "" if task else "",
                    widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off", "class": "long-line"}),
                )
            legend = gettext("Task %(number)s") if task else gettext("Task %(number)s, new")
            groups.append(Fieldset(legend % {"number": n + 1}, *names[1:], names[0]))
        self.helper.layout = Layout(*groups)

    @property
    def tasks(self) -> list[dict[str, str]]:
        """The tasks in the order of their places; of two with the same place, the one that was moved comes first."""
        facts = self.cleaned_data
        rows = [
            (facts.get(f"place{n}") or 99, f"place{n}" not in self.changed_data, n)
            for n in range(self.count)
            if any(facts[f"words{n}_{code}"].strip() for code in self.codes)
        ]
        return [{code: facts[f"words{n}_{code}"] for code in self.codes} for _place, _still, n in sorted(rows)]


class TargetsForm(_Draft):
    """The target level of each competence, in the words of its steps; those that split or merged need an answer."""

    def __init__(
        self,
        *args: Any,
        version: ProfileVersion,
        areas: Sequence[tuple[Area, Sequence[Competence]]],
        before: dict[int, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, version=version, **kwargs)
        levels = dict(version.targets.values_list("competence_id", "level"))
        groups: list[Any] = ["revision"]
        self.keys: list[int] = []
        for area, competences in areas:
            for one in competences:
                waits = one.pk in version.to_settle
                words = steps_of(one)
                choices: list[tuple[str, Any]] = [(NONE, _("Not asked for by the role"))]
                choices += [(str(step), f"{step}: {words[step]}" if words[step] else str(step)) for step in Step.values]
                initial = "" if waits else str(levels.get(one.pk, NONE))
                self.fields[f"c{one.pk}"] = forms.ChoiceField(
                    label=one.name,
                    help_text=before.get(one.pk) or one.description,
                    choices=[("", _("Choose")), *choices] if waits else choices,
                    initial=initial,
                )
                self.keys.append(one.pk)
            groups.append(Fieldset(str(area.name), *(f"c{one.pk}" for one in competences)))
        self.helper.layout = Layout(*groups)

    @property
    def levels(self) -> dict[int, int | None]:
        """The level of each competence; None where the role does not ask for it."""
        return {pk: int(self.cleaned_data[f"c{pk}"]) or None for pk in self.keys}


class PeopleFilter(PlainForm):
    """On which day, and in which unit."""

    show_optional = False
    day = DateField(label=_("On the day"), required=False)
    unit = OrganisationField(label=_("Unit"), required=False)

    def __init__(self, *args: Any, units: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations_of(self, "unit").offer(units, _("All"))


class GiveForm(Bare):
    """Who gets the role, and for how long."""

    submit = _("Give this role")

    people = forms.TypedMultipleChoiceField(
        label=_("Who"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one person.")},
    )
    valid_from = DateField(label=_("From"), yearless="last")
    valid_to = DateField(label=_("To"), required=False)

    def __init__(self, *args: Any, employments: Iterable[Employment], viewer: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.employments = {row.pk: row for row in employments}
        self.choice("people").choices = [
            (pk, f"{name_for(row.person, viewer)}, {row.unit.name}") for pk, row in self.employments.items()
        ]

    @property
    def chosen(self) -> list[Employment]:
        """The employments in which the role is given."""
        return [self.employments[pk] for pk in self.cleaned_data["people"]]


class EndForm(Bare):
    """The last day with the role."""

    holding = forms.IntegerField(widget=forms.HiddenInput)
    last_day = DateField(label=_("Last day"), yearless="last")
