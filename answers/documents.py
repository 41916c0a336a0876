"""What a release keeps, as people read it: the same words on every page and in every file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from answers import ballots, kinds
from answers.ballots import Answers, Form, Page, Question, say
from answers.models import Box, FreeText
from answers.states import TextState
from answers.suppression import HIDDEN
from base import dates
from base.languages import spoken

SIGNS = {"<=": "≤ ", ">=": "≥ "}


def parts_of(kept: str) -> tuple[str, Decimal]:
    """The sign of a clamped figure, and the figure."""
    sign = next((sign for sign in SIGNS if kept.startswith(sign)), "")
    return SIGNS.get(sign, ""), Decimal(kept.removeprefix(sign))


def level(kept: str) -> str:
    """A mean: 3,4 or ≤ 1,5."""
    if not kept:
        return ""
    sign, value = parts_of(kept)
    return sign + dates.number(value, 1)


def share(kept: str) -> str:
    """A share in tens: 30 % or ≥ 90 %."""
    if not kept:
        return ""
    sign, value = parts_of(kept)
    return sign + dates.percent(value)


def answered(turnout: Mapping[str, Any]) -> str:
    """How many answered: 11 of 18 have answered (61 %), 5–9 have answered, too few answers."""
    return _turnout(turnout, _("%(n)s have answered"), _("%(n)s of %(invited)s have answered (%(share)s)"))


def answered_in_all(turnout: Mapping[str, Any]) -> str:
    """How many forms were answered over several days: 48 of 66 forms answered (73 %)."""
    return _turnout(turnout, _("%(n)s forms answered"), _("%(n)s of %(invited)s forms answered (%(share)s)"))


def _turnout(turnout: Mapping[str, Any], number: str, of_all: str) -> str:
    """The number alone, or of how many, as far as the release says it."""
    if not turnout["n"]:
        return _("Too few answers")
    n = str(turnout["n"]).replace("-", "–")
    if not turnout["percent"]:
        return number % {"n": n}
    return of_all % {"n": n, "invited": turnout["invited"], "share": dates.percent(Decimal(turnout["percent"]))}


def one_word(kept: str) -> str:
    """The word for a small group."""
    words = {
        "low": pgettext("what answers are", "low"),
        "mixed": pgettext("what answers are", "mixed"),
        "high": pgettext("what answers are", "high"),
        "below": pgettext("against the target", "below"),
        "near": pgettext("against the target", "near"),
        "above": pgettext("against the target", "above"),
    }
    return words.get(kept, "")


# ---------- The rows that pages and files share ----------


def titles() -> list[str]:
    """The heads of the columns in `Row.cells`."""
    return [_("Question"), _("Mean"), "1–2", "3", "4–5", _("In one word")]


@dataclass(frozen=True)
class Row:
    """One question with what is published of it in one group."""

    key: str
    label: str
    item: Mapping[str, Any]

    @property
    def cells(self) -> list[str]:
        """The question, its mean, the three bins and the word, each as it is read everywhere."""
        if self.item["how"] == "figures":
            return [self.label, level(self.item["mean"]), *(share(one) for one in self.item["bins"]), ""]
        word = one_word(self.item["word"]) if self.item["how"] == "word" else _("Hidden, too few answers")
        return [self.label, "", "", "", "", word]


@dataclass(frozen=True)
class Words:
    """One question in own words, with what is shown of the answers and how many wait to be read."""

    label: str
    shown: list[str]
    waiting: int


@dataclass(frozen=True)
class Result:
    """What a box has published, as it is read: how many answered, a row a question, and the words."""

    answered: str
    some: bool
    rows: list[Row]
    words: list[Words]

    @property
    def figures(self) -> bool:
        """Whether any question has more than a word."""
        return any(row.item["how"] == "figures" for row in self.rows)

    @property
    def waiting(self) -> int:
        """How many texts nobody has read."""
        return sum(row.waiting for row in self.words)


def result_of(box: Box, texts: Iterable[FreeText] | None = None) -> Result:
    """The release of a box in the reader's language; `texts` are the box's own, where they are at hand already."""
    tables = box.release.tables
    items = tables["tables"][0]["items"] if tables["tables"] else {}
    texts = list(FreeText.objects.filter(box=box)) if texts is None else [one for one in texts if one.box_id == box.pk]
    rows, words = [], []
    for key, kind, label in _asked(box):
        if kind == "scale":
            rows.append(Row(key, _on_days(label, key, tables), items.get(key, HIDDEN.as_json())))
            continue
        mine = [text for text in texts if text.question == key]
        shown = [text.words for text in mine if text.state == TextState.SHOWN]
        words.append(Words(label, shown, sum(text.state == TextState.WAITING for text in mine)))
    turnout = tables["turnout"]
    told = answered_in_all(turnout) if "sums" in tables else answered(turnout)
    return Result(told, bool(turnout["n"]), rows if items else [], words)


def _on_days(label: str, key: str, tables: Mapping[str, Any]) -> str:
    """The question; in a total that sums it over fewer days than others, with how many these are."""
    sums = tables.get("sums", {})
    days = len(sums.get(key, []))
    if not days or days == len(sums[""]):
        return label
    return ngettext("%(question)s (on %(n)s day)", "%(question)s (on %(n)s days)", days) % {
        "question": label,
        "n": days,
    }


def label_of(box: Box, question: str) -> str:
    """The words of a question that was asked."""
    return next((label for key, _kind, label in _asked(box) if key == question), "")


def _asked(box: Box) -> list[tuple[str, str, str]]:
    """Key, kind and words of each question: of a pool as its release names them, else as the box asks."""
    language = spoken()
    if not kinds.find(box.kind).gathers:
        form = ballots.from_json(box.questions)
        return [(one.key, one.kind, say(one.label, language)) for one in form.questions]
    return [(one["key"], one["kind"], say(one["label"], language)) for one in box.release.tables.get("questions", [])]


# ---------- What the one who answers sees of her own answers ----------

NOW, WISH = "now", "wish"  # what the keys of questions about a competence begin with; its number follows


@dataclass(frozen=True)
class Line:
    """One question and what was answered to it; nothing when it was left out."""

    words: str
    said: str
    missed: bool  # a step that was not chosen


@dataclass(frozen=True)
class Lines:
    """The questions about one thing, under its name, or one that stands alone."""

    about: str
    lines: list[Line]


@dataclass(frozen=True)
class Overview:
    """One page of a form, with what was answered on it."""

    number: int
    title: str
    lines: list[Lines]

    @property
    def open(self) -> int:
        """How many questions with steps were left out."""
        return sum(line.missed for group in self.lines for line in group.lines)


def overview(number: int, page: Page, answers: Answers, language: str) -> Overview:
    """A page as it stands before it is sent; what is only tried out is not sent, so it is left out here."""
    found = []
    asked = [question for question in page.questions if not question.thrown]
    for about, questions in groupby(asked, key=lambda one: say(one.about, language)):
        lines = [
            Line(
                say(one.ask, language) if about and one.ask else say(one.label, language),
                _said(one, answers),
                one.kind == "scale" and one.key not in answers,
            )
            for one in questions
        ]
        found += [Lines(about, lines)] if about else [Lines("", [line]) for line in lines]
    return Overview(number, say(page.title, language), found)


def _said(question: Question, answers: Answers) -> str:
    """The step in number and words, "cannot say", or what was written."""
    step = answers.get(question.key)
    if step is None or isinstance(step, str):
        return step or ""
    return f"{step} {say(question.steps[step - 1], spoken())}" if step else _("Cannot say")


@dataclass(frozen=True)
class Kept:
    """What somebody said of one competence: the level, and how much she wishes to learn; 0 is "cannot say"."""

    competence: int
    label: str
    level: int
    wish: int | None
    level_words: str
    wish_words: str


def kept_of(form: Form, answers: Answers, language: str) -> list[Kept]:
    """What was answered about competences, in the order of the form."""
    found = []
    asked = {question.key: question for question in form.kept}
    for key, question in asked.items():
        number = key.removeprefix(NOW)
        wished = asked.get(f"{WISH}{number}")
        if number == key or not number.isdecimal():
            continue
        level, wish = answers.get(key), answers.get(f"{WISH}{number}")
        if level is None and wish is None:
            continue
        found.append(
            Kept(
                competence=int(number),
                label=say(question.about, language) or say(question.label, language),
                level=level if isinstance(level, int) else 0,
                wish=wish if isinstance(wish, int) else None,
                level_words=_said(question, answers),
                wish_words=_said(wished, answers) if wished else "",
            )
        )
    return found


def file_data(title: str, on: date, rows: Iterable[Kept]) -> dict[str, Any]:
    """The same as data, which a person's own profile reads."""
    return {
        "version": 1,
        "box_title": title,
        "saved_on": on.isoformat(),
        "answers": [
            {"competence": one.competence, "level": one.level, "wish": one.wish, "label": one.label} for one in rows
        ],
    }
