"""Questions, what may be answered to them, and the tables that a release keeps: from opened ballots to shown words."""

import json
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from random import SystemRandom
from typing import Any, Literal

from answers.plan import Node, Plan, Stratum, Table, make_plan, tables_of_item
from answers.suppression import HIDDEN, Shown, number_shown, shown, texts_shown, turnout

Texts = Mapping[str, str]  # by language
Answers = dict[str, int | str]  # a step from 1 to 5, 0 for "cannot say", or words
CANNOT_SAY = 0
STEPS = 5
LONGEST = 1000


@dataclass(frozen=True)
class Question:
    """One question: a step on the scale, or free text."""

    key: str
    kind: Literal["scale", "text"]
    label: Texts
    hint: Texts = field(default_factory=dict)
    steps: tuple[Texts, ...] = ()
    cannot_say: bool = True
    required: bool = False
    target: str = ""  # the level that small groups are put against, where there is one
    shared: str = ""  # the name under which other boxes of a pool ask the very same
    about: Texts = field(default_factory=dict)  # what it is about: questions about the same stand together under it
    ask: Texts = field(default_factory=dict)  # the words under that heading, where the label would repeat it
    thrown: bool = False  # asked to see whether it is understood: what is answered is neither sealed nor kept


@dataclass(frozen=True)
class Page:
    """Questions that are answered together."""

    key: str
    title: Texts
    questions: tuple[Question, ...]
    lead: Texts = field(default_factory=dict)
    units: tuple[str, ...] = ()  # an own part: only who belongs to one of these units sees it; all when empty


@dataclass(frozen=True)
class Form:
    """All pages of a box, or those that one unit sees."""

    pages: tuple[Page, ...]

    @property
    def questions(self) -> list[Question]:
        """Every question, in order."""
        return [question for page in self.pages for question in page.questions]

    @property
    def kept(self) -> list[Question]:
        """The questions whose answers are sealed and counted."""
        return [question for question in self.questions if not question.thrown]

    def of(self, unit: str) -> "Form":
        """The form that a unit is asked: the common pages, and its own."""
        return Form(tuple(page for page in self.pages if not page.units or unit in page.units))


def say(texts: Texts, language: str) -> str:
    """The words in a language, or in the first that there is."""
    return texts.get(language) or next((words for words in texts.values() if words), "")


def as_json(form: Form) -> dict[str, Any]:
    """The row that a box keeps."""
    return {
        "pages": [
            {
                "key": page.key,
                "title": dict(page.title),
                "lead": dict(page.lead),
                "units": list(page.units),
                "questions": [
                    {
                        "key": one.key,
                        "kind": one.kind,
                        "label": dict(one.label),
                        "hint": dict(one.hint),
                        "steps": [dict(step) for step in one.steps],
                        "cannot_say": one.cannot_say,
                        "required": one.required,
                        "target": one.target,
                        "shared": one.shared,
                        "about": dict(one.about),
                        "ask": dict(one.ask),
                        "thrown": one.thrown,
                    }
                    for one in page.questions
                ],
            }
            for page in form.pages
        ]
    }


def from_json(row: Mapping[str, Any]) -> Form:
    """The form that a box keeps."""
    return Form(
        tuple(
            Page(
                page["key"],
                page["title"],
                tuple(
                    Question(
                        one["key"],
                        one["kind"],
                        one["label"],
                        one.get("hint", {}),
                        tuple(one.get("steps", [])),
                        one.get("cannot_say", True),
                        one.get("required", False),
                        one.get("target", ""),
                        one.get("shared", ""),
                        one.get("about", {}),
                        one.get("ask", {}),
                        one.get("thrown", False),
                    )
                    for one in page["questions"]
                ),
                page.get("lead", {}),
                tuple(page.get("units", [])),
            )
            for page in row["pages"]
        )
    )


def faults(form: Form, places: Collection[str] | None = None) -> list[str]:
    """What is wrong with a form, for its maker: keys that stand twice, scales without five steps, no words.

    With the keys of the places that are asked, also own pages of a place that is not among them.
    """
    wrong: list[str] = []
    keys = Counter(question.key for question in form.questions)
    wrong += [f"the key {key} stands {n} times" for key, n in keys.items() if n > 1]
    for question in form.questions:
        if question.kind == "scale" and len(question.steps) != STEPS:
            wrong.append(f"{question.key} has not {STEPS} steps")
        if not any(question.label.values()):
            wrong.append(f"{question.key} has no words")
    if places is not None:
        wrong += [f"{page.key} is for a place that is not asked" for page in form.pages if {*page.units} - {*places}]
    return wrong if form.questions else ["there are no questions"]


# ---------- Answering ----------


def read(questions: Iterable[Question], typed: Mapping[str, str]) -> tuple[Answers, dict[str, str]]:
    """What somebody answered to these questions, and what is wrong: "missing", "unknown" or "long" by question.

    What was answered to a question that is only tried out is looked at and left out.
    """
    answers: Answers = {}
    wrong: dict[str, str] = {}
    for question in questions:
        words = typed.get(question.key, "").strip().replace("\r\n", "\n")
        if not words:
            if question.required:
                wrong[question.key] = "missing"
        elif question.kind == "text":
            answers[question.key] = words
            if len(words) > LONGEST:
                wrong[question.key] = "long"
        elif (step := _step(question, words)) is None:
            wrong[question.key] = "unknown"
        else:
            answers[question.key] = step
        if question.thrown:
            answers.pop(question.key, None)
    return answers, wrong


def _step(question: Question, words: str) -> int | None:
    if words == str(CANNOT_SAY):
        return CANNOT_SAY if question.cannot_say else None
    return int(words) if words in {str(step) for step in range(1, STEPS + 1)} else None


def pack(answers: Answers) -> bytes:
    """Answers as they are sealed; their length is hidden by the padding."""
    return zlib.compress(json.dumps(answers, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(), 9)


def unpack(form: Form, packed: bytes) -> Answers:
    """The answers in a ballot or draft, as far as they are answers to this form: the one of its unit."""
    opener = zlib.decompressobj()
    try:
        found = json.loads(opener.decompress(packed, 65536))
    except (zlib.error, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    answers, wrong = read(form.kept, {str(key): str(value) for key, value in found.items()})
    return {key: value for key, value in answers.items() if key not in wrong}


# ---------- Counting ----------

Rows = Sequence[tuple[Stratum, Answers]]


@dataclass(frozen=True)
class Outcome:
    """What a box's closing gives: the tables of the release, and the words that wait for redaction."""

    plan: Plan
    tables: dict[str, Any]
    texts: list[tuple[str, str, str]]  # question, place ("" for the whole), words; in no order
    pooled: list[tuple[str, str]]  # question, words: too few writers here
    n: int = 0  # of the whole, where it is published
    tallies: Mapping[str, Mapping[int, int]] = field(default_factory=dict)  # of the whole, by question, as published


def count(
    form: Form,
    nodes: Sequence[Node],
    rows: Rows,
    *,
    invited: int,
    k: int,
    words: Literal["thirds", "against"] = "thirds",
    whom: Mapping[Stratum, int] | None = None,
) -> Outcome:
    """Tally exactly the planned tables, each question audited by itself; nothing of a single ballot is left over.

    With `whom`, how many were asked in each stratum, a table that shows its number also says of how many that is.
    """
    counts = Counter(stratum for stratum, _answers in rows)
    plan = make_plan(nodes, counts, k=k)
    scales = [question for question in form.kept if question.kind == "scale"]
    cells: dict[str, dict[str, Shown]] = {table.key: {} for table in plan.tables}
    top = next((node.key for node in nodes if not node.parent), "")
    whole = next((table for table in plan.tables if top in (table.node, table.key)), None)
    tallies: dict[str, Mapping[int, int]] = {}
    asked = {unit: {question.key for question in form.of(unit).kept} for unit in {one.unit for one in counts}}
    for question in scales:
        given = [(stratum, step) for stratum, said in rows if isinstance(step := said.get(question.key), int) and step]
        allowed = tables_of_item(plan.tables, Counter(stratum for stratum, _step in given), k=k)
        level = _level(question, given, whole if whole in allowed else None, k) if words == "against" else None
        for table in allowed:
            tally = Counter(step for stratum, step in given if stratum in table.strata)
            cells[table.key][question.key] = shown(tally, k=k, words=words, against=level)
            if table is whole and cells[table.key][question.key].how != "hidden":
                tallies[question.key] = tally
    texts, pooled = _texts(form, nodes, plan, rows, asked)
    release = _release(plan, scales, asked, cells, turnout(len(rows), invited, k=k).as_json())
    for table, row in zip(plan.tables, release["tables"], strict=True):
        if whom and str(row["n"]).isdecimal():
            row["invited"] = _invited(table, nodes, whom)
    return Outcome(plan, release, texts, pooled, n=whole.n if whole is not None else 0, tallies=tallies)


def _level(question: Question, given: Sequence[tuple[Stratum, int]], whole: Table | None, k: int) -> Fraction | None:
    """What small groups are put against: the target, else the mean of the whole as it is shown; None without either."""
    if question.target:
        return Fraction(question.target)
    if whole is None:
        return None
    figure = shown(Counter(step for stratum, step in given if stratum in whole.strata), k=k)
    return Fraction(figure.mean.lstrip("<=>")) if figure.mean else None


def _release(
    plan: Plan,
    scales: Sequence[Question],
    asked: Mapping[str, Collection[str]],
    cells: Mapping[str, Mapping[str, Shown]],
    answered: dict[str, object],
) -> dict[str, Any]:
    return {
        "version": 1,
        "k": plan.k,
        "turnout": answered,
        "tables": [_table(table, scales, asked, cells[table.key], plan.k) for table in plan.tables],
        "hidden": list(plan.hidden_nodes),
        "hidden_roles": [list(pair) for pair in plan.hidden_roles],
    }


def _table(
    table: Table,
    scales: Sequence[Question],
    asked: Mapping[str, Collection[str]],
    cells: Mapping[str, Shown],
    k: int,
) -> dict[str, Any]:
    """A table as it is kept: of the questions that somebody in it was asked, what is shown or that it is hidden."""
    here = {key for stratum in table.strata for key in asked[stratum.unit]}
    return {
        "key": table.key,
        "kind": table.kind,
        "node": table.node,
        "role": table.role,
        "units": list(table.units),
        "n": number_shown(table.n, k=k),
        # A question's own number would say how many left it out: only that of the table is kept.
        "items": {one.key: {**cells.get(one.key, HIDDEN).as_json(), "n": ""} for one in scales if one.key in here},
    }


def _invited(table: Table, nodes: Sequence[Node], whom: Mapping[Stratum, int]) -> int:
    """How many were asked of those whom a table stands for, also where nobody has answered."""
    inside = {table.node} if table.node else set(table.units)
    while table.node and (more := {node.key for node in nodes if node.parent in inside} - inside):
        inside |= more
    return sum(n for one, n in whom.items() if one.unit in inside and table.role in ("", one.role))


def _texts(
    form: Form,
    nodes: Sequence[Node],
    plan: Plan,
    rows: Rows,
    asked: Mapping[str, Collection[str]],
) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """Free text at the lowest level where every place that wrote has ten writers: municipalities, or the whole.

    All of a question stands at one level, since what remained of the whole would be known to come from the others. And
    never per unit: a place of which only one unit was asked the question stands for that unit, so it is not enough.
    """
    wide = {node.key for node in nodes if node.level == "municipality"}
    shown_places = [table for table in plan.tables if table.kind == "node" and table.node in wide]
    homes = {one: next((t.node for t in shown_places if one in t.strata), "") for one in {one for one, _said in rows}}
    kept: list[tuple[str, str, str]] = []
    pooled: list[tuple[str, str]] = []
    for question in form.kept:
        if question.kind != "text":
            continue
        could = [stratum for stratum in homes if question.key in asked[stratum.unit]]
        written = [(stratum, words) for stratum, said in rows if isinstance(words := said.get(question.key), str)]
        at: dict[str, list[str]] = {}
        for stratum, words in written:
            at.setdefault(homes[stratum], []).append(words)
        units = {place: len({one.unit for one in could if homes[one] == place}) for place in at}
        if "" in at or any(not texts_shown(len(at[place]), k=plan.k) or units[place] < 2 for place in at):
            at = {"": [words for _stratum, words in written]}
        if not texts_shown(len(written), k=plan.k) or (len(nodes) > 1 and len({one.unit for one in could}) < 2):
            pooled += [(question.key, words) for _stratum, words in written]
            continue
        kept += [(question.key, place, words) for place, group in at.items() for words in group]
    SystemRandom().shuffle(kept)
    SystemRandom().shuffle(pooled)
    return kept, pooled
