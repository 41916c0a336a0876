"""One page of a box as a form: steps as radios, words as text areas."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from answers import ballots
from answers.ballots import Answers, Page, Question, say
from base.forms import PlainForm

WRONG = {
    "missing": _("Choose an answer: %(label)s"),
    "unknown": _("Choose one of the answers: %(label)s"),
    "long": _("Write at most %(most)s characters: %(label)s"),
}


class CodeForm(PlainForm):
    """The way in without a script: the link, or the part after #, pasted."""

    code = forms.CharField(
        label=_("Your link or code"),
        help_text=_("Copy the whole link from the letter and paste it here."),
        max_length=400,
        error_messages={"required": _("Paste the link from the letter.")},
    )
    submit = _("Open the form")


class PageForm(PlainForm):
    """The questions of one page. What is right and wrong `answers.ballots` says, here as when ballots are counted."""

    show_optional = False
    prefix = "q"

    def __init__(
        self, page: Page, language: str, *, typed: Mapping[str, str] | None = None, said: Answers | None = None
    ):
        self.page, self.language, self.answers = page, language, Answers()
        initial = {key: str(value) for key, value in (said or {}).items()}
        super().__init__(typed, initial=initial, prefix=self.prefix)
        for question in page.questions:
            self.fields[question.key] = self._field(question)

    def _field(self, question: Question) -> forms.Field:
        facts: dict[str, Any] = {
            "label": say(question.label, self.language),
            "help_text": say(question.hint, self.language),
            "required": False,
        }
        if question.kind == "text":
            area = forms.Textarea(attrs={"rows": 3, "maxlength": ballots.LONGEST, "autocomplete": "off"})
            return forms.CharField(widget=area, **facts)
        steps = [(str(n), say(step, self.language)) for n, step in enumerate(question.steps, start=1)]
        if question.cannot_say:
            steps.append((str(ballots.CANNOT_SAY), str(_("Cannot say"))))
        return forms.CharField(widget=forms.RadioSelect(choices=steps), **facts)

    def clean(self) -> dict[str, Any]:
        typed = {name: str(self.cleaned_data.get(name) or "") for name in self.fields}
        self.answers, wrong = ballots.read(self.page.questions, typed)
        for name, code in wrong.items():
            label = self.fields[name].label or ""
            self.add_error(name, str(WRONG[code]) % {"label": label, "most": ballots.LONGEST})
        return self.cleaned_data
