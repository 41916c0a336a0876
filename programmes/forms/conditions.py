"""What a coordinator may type about a programme's conditions, and how an application asks them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.forms import MonthField, PlainForm
from people.forms.common import Bare, capital, in_language, no_personal_number
from people.states import Language
from programmes.models import Condition, Programme
from programmes.rules.conditions import Replies, Reply, asks_months, months_words, name_of, replaced
from programmes.states import MONTHS, Fact, Flag

MOST_MONTHS = 600
TEXTS = (
    (
        "words",
        _("The condition in words"),
        _("As the public page says it, for example: You have worked for at most a year."),
    ),
    ("question", _("Question"), _("As the application asks it. A condition about months asks since when.")),
    (
        "reason",
        _("Reason"),
        _("Why not, where the answer does not meet the condition, for example: more than a year in the profession."),
    ),
)


class ConditionForm(PlainForm):
    """What is asked of those who apply, in each of the region's languages, and what it decides."""

    fact = forms.ChoiceField(label=_("What it is about"), choices=capital(Fact.choices))
    months = forms.IntegerField(
        label=_("Months"),
        required=False,
        min_value=1,
        max_value=MOST_MONTHS,
        help_text=_("Only for conditions about months. They are counted to the first day of the round."),
    )
    decides = forms.ChoiceField(label=_("What it decides"), choices=capital(Flag.choices), widget=forms.RadioSelect)

    def __init__(self, *args: Any, programme: Programme, condition: Condition | None, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {name: getattr(condition, name) for name in ("fact", "months", "decides")}
            if condition
            else {"decides": Flag.MAY_ATTEND},
        )
        super().__init__(*args, **kwargs)
        self.names: list[str] = []
        for n, code in enumerate(programme.region.languages or [Language.SWEDISH.value]):
            for name, label, hint in TEXTS:
                key = f"{name}_{code}"
                self.fields[key] = forms.CharField(
                    label=in_language(label, code),
                    help_text=hint if n == 0 else "",
                    max_length=200,
                    required=n == 0,
                    initial=getattr(condition, key) if condition else "",
                    widget=forms.TextInput(attrs={"lang": code, "autocomplete": "off"}),
                )
                self.names.append(key)

    def clean(self) -> dict[str, Any]:
        """Months where they are counted, and nowhere else."""
        facts: dict[str, Any] = super().clean() or {}
        if facts.get("fact") in MONTHS:
            if facts.get("months") is None and "months" not in self.errors:
                self.add_error("months", _("Write how many months."))
        else:
            facts["months"] = None
        return facts

    @property
    def words(self) -> dict[str, str]:
        """What was typed, by field and language."""
        return {name: self.cleaned_data[name] for name in self.names}


# ---------- As an application asks them ----------


def questions(conditions: Iterable[Condition], *, today: date, required: bool = True) -> dict[str, forms.Field]:
    """A field for each condition, with its own question."""
    found: dict[str, forms.Field] = {}
    for condition in conditions:
        if asks_months(condition):
            found[name_of(condition)] = MonthField(
                label=condition.question, help_text=months_words(condition), required=required, latest=today
            )
        else:
            answers = [("yes", _("Yes")), ("no", _("No"))]
            found[name_of(condition)] = forms.ChoiceField(
                label=condition.question,
                choices=answers if required else [*answers, ("", _("I do not know"))],
                widget=forms.RadioSelect,
                required=required,
            )
    return found


def replies_in(conditions: Iterable[Condition], facts: Mapping[str, Any]) -> dict[int, Reply]:
    """The answers that a form or a draft holds; what is left out is no answer."""
    found = {}
    for condition in conditions:
        value = facts.get(name_of(condition))
        if isinstance(value, str) and asks_months(condition):
            with suppress(ValueError):
                value = date.fromisoformat(value)
        if isinstance(value, date):
            found[condition.pk] = Reply(since=value)
        elif value in ("yes", "no"):
            found[condition.pk] = Reply(yes=value == "yes")
    return found


def shown(conditions: Iterable[Condition], replies: Replies) -> dict[str, Any]:
    """What was answered as a form's initial values."""
    found: dict[str, Any] = {}
    for condition in conditions:
        if reply := replies.get(condition.pk):
            found[name_of(condition)] = reply.since or ("yes" if reply.yes else "no")
    return found


class QuestionsForm(Bare):
    """What a manager knows about one of her staff; what she leaves out the person is asked."""

    show_optional = False

    def __init__(self, *args: Any, conditions: Sequence[Condition], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conditions = conditions
        self.fields.update(questions(conditions, today=today, required=False))

    @property
    def replies(self) -> dict[int, Reply]:
        """What was answered."""
        return replies_in(self.conditions, self.cleaned_data)


class ToldForm(QuestionsForm):
    """What a coordinator has been told about somebody: the answers, and the degree where no condition asks it."""

    degree = forms.CharField(label=_("Degree"), required=False, max_length=160, validators=[no_personal_number])

    def __init__(self, *args: Any, conditions: Sequence[Condition], **kwargs: Any) -> None:
        super().__init__(*args, conditions=conditions, **kwargs)
        if "degree" in replaced(conditions):
            del self.fields["degree"]
