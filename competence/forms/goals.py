"""What may be typed about a strategic goal."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from base.forms import DateField, PlainForm
from competence.models import Competence, StrategicGoal
from people.forms.common import in_language

MOST = 3  # competences that a goal asks for


class GoalForm(PlainForm):
    """A goal in the region's languages, the one above that it serves, and the competences that it asks for."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    serves = forms.TypedChoiceField(label=_("Serves the goal"), coerce=int, empty_value=None)
    valid_from = DateField(label=_("From"))
    valid_to = DateField(label=_("To"), required=False)

    def __init__(
        self,
        *args: Any,
        goal: StrategicGoal | None,
        languages: Sequence[str],
        above: Sequence[StrategicGoal],
        top: bool,
        competences: Sequence[Competence],
        **kwargs: Any,
    ) -> None:
        initial = {
            "revision": goal.revision if goal else 0,
            "serves": goal.serves_id if goal else None,
            "valid_from": goal.valid_from if goal else None,
            "valid_to": goal.valid_to if goal else None,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.names: list[str] = []
        for name, label, hint, longest in (
            ("words", _("Goal"), _("One sentence that can be read from across a room."), 200),
            ("explanation", _("What it means here"), "", 500),
        ):
            for n, code in enumerate(languages):
                key = f"{name}_{code}"
                self.fields[key] = forms.CharField(
                    label=in_language(label, code),
                    help_text=hint,
                    max_length=longest,
                    required=name == "words" and n == 0,
                    initial=getattr(goal, key) or "" if goal else "",
                    widget=forms.Textarea(attrs={"rows": 2, "lang": code, "autocomplete": "off"}),
                )
                self.names.append(key)
        if top:
            del self.fields["serves"]
        else:
            choices = [(one.pk, f"{one.organisation.name}: {Truncator(one.words).chars(90)}") for one in above]
            self.choice("serves").choices = [("", _("Choose")), *choices]
        self.above = {one.pk: one for one in above}
        self._offer(competences, goal)
        order = [*self.names, "serves", *(f"competence{n}" for n in range(MOST)), "valid_from", "valid_to"]
        self.order_fields(order)

    def _offer(self, competences: Sequence[Competence], goal: StrategicGoal | None) -> None:
        self.competences = {one.pk: one for one in competences}
        groups: dict[str, list[tuple[int, str]]] = {}
        for one in competences:
            groups.setdefault(one.area.version.framework.title, []).append((one.pk, one.name))
        asked = [one.pk for one in goal.competences.all()] if goal else []
        for n in range(MOST):
            self.fields[f"competence{n}"] = forms.TypedChoiceField(
                label=_("Competence that it asks for"),
                choices=[("", _("None")), *groups.items()],
                coerce=int,
                empty_value=None,
                required=False,
                initial=asked[n] if n < len(asked) else None,
            )

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed, as `actions.goals.keep` takes it."""
        data = self.cleaned_data
        asked = dict.fromkeys(pk for n in range(MOST) if (pk := data[f"competence{n}"]))
        return {
            "words": {name: data[name] for name in self.names},
            "serves": self.above.get(data.get("serves") or 0),
            "competences": [self.competences[pk] for pk in asked],
            "valid_from": data["valid_from"],
            "valid_to": data["valid_to"],
            "revision": data["revision"],
        }
