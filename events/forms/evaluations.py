"""What an organiser may type about an evaluation, and what a reader makes of a text."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from base.forms import Helper, PlainForm
from events.rules.evaluations import MOST_OWN
from people.forms.common import capital
from people.states import Language


class EvaluationForm(PlainForm):
    """Whether the day is evaluated, and up to three own questions in the region's languages."""

    submit = _("Save")
    show_optional = False
    wanted = forms.BooleanField(
        label=_("Ask those who were there how it was"),
        required=False,
        help_text=_("The form opens by itself after the day and closes ten days later."),
    )

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = [Language(code) for code in languages]
        groups = []
        for number in range(1, MOST_OWN + 1):
            names: list[str] = []
            self.fields[f"kind{number}"] = forms.ChoiceField(
                label=_("Kind of answer"),
                choices=capital([("scale", _("five steps, from not at all to entirely")), ("text", _("own words"))]),
                widget=forms.RadioSelect,
                initial="scale",
                required=False,
            )
            for language in self.languages:
                name = f"label{number}_{language.value}"
                names.append(name)
                label = _("Question") if len(self.languages) == 1 else language.label
                self.fields[name] = forms.CharField(
                    label=label, max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
                )
            legend = _("Own question %(number)s (optional)")
            words = Div(*(Field(name) for name in names), css_class="fields-row")
            groups.append(Fieldset(str(legend) % {"number": number}, Field(f"kind{number}"), words))
        self.helper = Helper()
        self.helper.layout = Layout("wanted", *groups)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        questions = []
        for number in range(1, MOST_OWN + 1):
            label = {one.value: facts.get(f"label{number}_{one.value}", "").strip() for one in self.languages}
            if not any(label.values()):
                continue
            if not label[self.languages[0].value]:
                sentence = _("Write the question in %(language)s too: it is shown to those whose language is missing.")
                words = str(sentence) % {"language": str(self.languages[0].label)}
                self.add_error(f"label{number}_{self.languages[0].value}", ValidationError(words))
            questions.append({"kind": facts.get(f"kind{number}") or "scale", "label": label})
        facts["questions"] = questions
        return facts

    @staticmethod
    def initial_of(questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The stored questions as the form's values."""
        facts: dict[str, Any] = {}
        for number, row in enumerate(questions, start=1):
            facts[f"kind{number}"] = row["kind"]
            facts |= {f"label{number}_{language}": words for language, words in row["label"].items()}
        return facts


class TextForm(PlainForm):
    """What is shown of an answer in own words."""

    submit = _("Show it so")
    words = forms.CharField(
        label=_("What is shown"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        help_text=_("Take out names and whatever tells who wrote it, for example [name]. The original is destroyed."),
        error_messages={"required": _("Write what is to be shown, or leave the answer out.")},
    )
