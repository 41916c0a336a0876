"""What a person may say of her own competence, and a manager of somebody else's."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from base.forms import PlainForm
from competence import receipts
from competence.models import Competence, FrameworkVersion, Rating
from competence.rules import own as rules
from people.forms.common import Bare

CANNOT_SAY = "0"


class AreaForm(PlainForm):
    """One area: each competence with its steps in words or "cannot say", and the wish to learn; all is optional."""

    show_optional = False

    def __init__(
        self,
        typed: Mapping[str, Any] | None,
        *,
        area: Sequence[Competence],
        version: FrameworkVersion,
        said: Mapping[int, Rating],
    ) -> None:
        super().__init__(typed)
        self.area = area
        for competence in area:
            rating = said.get(competence.pk)
            steps = [(str(step), words) for step, words in rules.steps_of(competence, version)]
            self.fields[f"level{competence.pk}"] = forms.ChoiceField(
                label=competence.name,
                help_text=competence.description,
                choices=[*steps, (CANNOT_SAY, _("Cannot say"))],
                required=False,
                widget=forms.RadioSelect,
                initial=_chosen(rating),
            )
            self.fields[f"wish{competence.pk}"] = forms.BooleanField(
                label=_("I would like to learn more"), required=False, initial=bool(rating and rating.wishes)
            )

    @property
    def levels(self) -> dict[int, tuple[int | None, bool]]:
        """What is said, by competence: without a step and a wish, nothing is."""
        found = {}
        for competence in self.area:
            level, wish = self.cleaned_data[f"level{competence.pk}"], self.cleaned_data[f"wish{competence.pk}"]
            if level or wish:
                found[competence.pk] = (int(level or CANNOT_SAY) or None, wish)
        return found

    @property
    def questions(self) -> Iterable[tuple[Any, Any]]:
        """Each competence's steps and its wish, side by side."""
        for competence in self.area:
            yield self[f"level{competence.pk}"], self[f"wish{competence.pk}"]


def _chosen(rating: Rating | None) -> str:
    """The step as it was chosen; a wish without a step has chosen none."""
    if rating is None or rating.level is None and rating.wishes:
        return ""
    return str(rating.level or CANNOT_SAY)


class FrameworkForm(Bare):
    """Against which framework."""

    framework = forms.TypedChoiceField(label=_("Framework"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, offered: Sequence[FrameworkVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice("framework").choices = [(row.pk, capfirst(str(row.framework))) for row in offered]


class ReceiptForm(Bare):
    """The file that a survey's receipt offered."""

    file = forms.FileField(
        label=_("The file that you saved after a survey"),
        help_text=_("A page that ends in .html, at most 200 kilobytes. It is read and shown to you before it is kept."),
        widget=forms.FileInput(attrs={"accept": ".html,text/html"}),
        error_messages={
            "required": _("Choose the file."),
            "missing": _("Choose the file."),
            "invalid": _("Choose the file."),
            "empty": _("The file is empty. Choose another."),
        },
    )

    def clean_file(self) -> receipts.Receipt:
        """What the file holds."""
        file = self.cleaned_data["file"]
        try:
            return receipts.read(file.read(receipts.LARGEST + 1))
        except receipts.Unreadable as wrong:
            raise forms.ValidationError(str(rules.UNREADABLE[wrong.why])) from None


class RatingForm(Bare):
    """A level for each competence, as the manager or the group sees it; an empty one stays as it is."""

    show_optional = False

    def __init__(
        self, typed: Mapping[str, Any] | None, *, lines: Sequence[rules.Line], version: FrameworkVersion, group: bool
    ) -> None:
        super().__init__(typed)
        self.lines = lines
        for line in lines:
            rating = line.group if group else line.manager
            steps = [(str(step), f"{step}: {words}") for step, words in rules.steps_of(line.competence, version)]
            self.fields[f"level{line.competence.pk}"] = forms.ChoiceField(
                label=f"{line.number}. {line.competence.name}",
                choices=[("", _("No level")), *steps],
                required=False,
                initial=str(rating.level) if rating and rating.level else "",
            )

    @property
    def levels(self) -> dict[int, int]:
        """What is chosen, by competence."""
        chosen = {line.competence.pk: self.cleaned_data[f"level{line.competence.pk}"] for line in self.lines}
        return {key: int(level) for key, level in chosen.items() if level}
