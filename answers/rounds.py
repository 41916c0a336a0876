"""Whether a round of questions comes too soon after another with almost the same people (S7), from who is asked what.

Each question is published by itself, so one question in common is enough. It is refused when those who were asked it
then and those who are asked it now differ by somebody, but by fewer than `k`; and likewise when the whole circles do,
whoever of them is asked the question. Both are looked at with the slips of paper and without: a slip has no person, so
those of a unit count as so many strangers, the same in each round, and whoever has got an address since is another.

Two questions are the same when they have the same key or, in some language, the same words. So every way of looking
that refuses is enough to refuse: the rule is never weaker than any of them.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from answers.ballots import Form, Question
from answers.leaks import differ_by_few

Who = frozenset[Hashable]


@dataclass(frozen=True)
class Circle:
    """Whom something is asked: by name, and with the slips of paper."""

    named: Who
    all: Who

    def differs_by_few(self, then: "Circle", *, k: int) -> bool:
        """Whether somebody is in one of the two alone, but fewer than `k` are."""
        return differ_by_few(self.named, then.named, k=k) or differ_by_few(self.all, then.all, k=k)


@dataclass(frozen=True)
class Round:
    """Whom one round asks in all, and whom each question that is counted."""

    whole: Circle
    asked: Sequence[tuple[Question, Circle]]


def round_of(form: Form, people: Iterable[tuple[int, str]], slips: Iterable[Sequence[Any]]) -> Round:
    """A round from its form, each person with her unit, and how many slips a unit and role gets.

    An own part is asked in its units alone; what is only tried out, or answered in own words, is not counted.
    """
    named: list[tuple[Hashable, str]] = list(people)
    drawn: list[tuple[Hashable, str]] = [((unit, role, number), unit) for unit, role, n in slips for number in range(n)]

    def circle(units: Sequence[str]) -> Circle:
        by_name, on_paper = (
            frozenset(who for who, unit in whom if not units or unit in units) for whom in (named, drawn)
        )
        return Circle(by_name, by_name | on_paper)

    asked = []
    for page in form.pages:
        here = circle(page.units)
        asked += [(one, here) for one in page.questions if one.kind == "scale" and not one.thrown]
    return Round(circle(()), asked)


def too_similar(now: Round, before: Round, *, k: int) -> Question | None:
    """The first question that is asked again of almost the same people; None when there is none."""
    known: dict[Hashable, list[Circle]] = {}
    for question, circle in before.asked:
        for name in _names(question):
            known.setdefault(name, []).append(circle)
    almost = now.whole.differs_by_few(before.whole, k=k)
    for question, circle in now.asked:
        again = [then for name in _names(question) for then in known.get(name, [])]
        if again and almost or any(circle.differs_by_few(then, k=k) for then in again):
            return question
    return None


def _names(question: Question) -> set[Hashable]:
    """By what a question is known again: its key, and its words in each language."""
    return {
        question.key,
        *((code, " ".join(words.casefold().split())) for code, words in question.label.items() if words),
    }
