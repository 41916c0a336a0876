"""One page of a box as a form: steps as radios, words as text areas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from answers import ballots
from answers.ballots import STEPS, Answers, Page, Question, say
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


SHORT, LONG = 18, 40  # letters: shorter steps stand two beside each other on a phone, longer ones below each other


@dataclass(frozen=True)
class Group:
    """Questions about the same, under its name; a question about nothing else stands alone and has its own words."""

    about: str
    hint: str
    fields: list[Asked]


@dataclass(frozen=True)
class Asked:
    """A question as it stands on the page."""

    field: forms.BoundField
    words: str
    size: str  # "short", "long" or nothing


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

    @property
    def groups(self) -> list[Group]:
        """The questions of the page, those about the same together."""
        found: list[Group] = []
        for about, questions in groupby(self.page.questions, key=lambda one: say(one.about, self.language)):
            asked = [self._asked(question) for question in questions]
            if about:
                found.append(Group(about, str(asked[0].field.help_text), asked))
            else:
                found += [Group("", str(one.field.help_text), [one]) for one in asked]
        return found

    def _asked(self, question: Question) -> Asked:
        longest = max((len(say(step, self.language)) for step in question.steps[:STEPS]), default=0)
        size = "short" if longest <= SHORT else "long" if longest > LONG else ""
        return Asked(self[question.key], say(question.ask, self.language) or say(question.label, self.language), size)

    def clean(self) -> dict[str, Any]:
        typed = {name: str(self.cleaned_data.get(name) or "") for name in self.fields}
        self.answers, wrong = ballots.read(self.page.questions, typed)
        for name, code in wrong.items():
            label = self.fields[name].label or ""
            self.add_error(name, str(WRONG[code]) % {"label": label, "most": ballots.LONGEST})
        return self.cleaned_data
