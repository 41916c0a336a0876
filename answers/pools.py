"""The total over several boxes, such as the days of one round, and the words that are read over all of them (S10).

What a box publishes of itself is one whole group: the total adds such groups and nothing else. Every published group is
then a union of boxes that are published themselves, so any combination of the boxes, their total and the totals of
other rounds is constant on each box: it touches all of a box's answers, `k` or more, or none of them. A box, or a
question of it, with fewer than `k` answers is in no sum at all, so that total minus days is nothing. `audited` asks
`leaks.find_leak` all the same, for each question by itself, before anything is shown.

The same person may have answered about several days, which nobody can know. So words of several boxes are read
together when they are ten or more and when at least `k` of them were written about one day: then `k` different people
wrote, since everybody has one ballot a day.
"""

import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from answers.leaks import find_leak
from answers.suppression import exact_from, floor_of, number_shown, shown, turnout

ALL = ""  # how many answered, beside the questions


@dataclass(frozen=True)
class Sums:
    """Of one box, what it publishes in exact numbers: how many answered, and the steps chosen, by question."""

    box: int
    n: int
    invited: int
    tallies: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Text:
    """What somebody wrote where too few did."""

    box: int
    question: str
    words: str


Part = Sums | Text


def pack(part: Part) -> bytes:
    """A part as it is sealed."""
    facts: dict[str, Any] = dict(vars(part))
    return zlib.compress(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode(), 9)


def unpack(packed: bytes) -> Part:
    """A part that was sealed by us."""
    facts = json.loads(zlib.decompress(packed))
    if "words" in facts:
        return Text(**facts)
    tallies = {key: {int(step): n for step, n in tally.items()} for key, tally in facts.pop("tallies").items()}
    return Sums(**facts, tallies=tallies)


def summed(sums: Sequence[Sums], *, k: int) -> dict[str, list[Sums]]:
    """The boxes that go into each total: those with `k` or more answers, by question and for the number of answers."""
    k = floor_of(k)
    found: dict[str, list[Sums]] = {ALL: [one for one in sums if one.n >= k]}
    for one in found[ALL]:
        for key, tally in one.tallies.items():
            if sum(tally.values()) >= k:
                found.setdefault(key, []).append(one)
    return {key: boxes for key, boxes in found.items() if audited([(one.box, _n(one, key)) for one in boxes], k=k)}


def _n(one: Sums, key: str) -> int:
    return one.n if key == ALL else sum(one.tallies[key].values())


def audited(boxes: Sequence[tuple[int, int]], *, k: int) -> bool:
    """Whether these boxes, with so many answers each, may stand beside their total."""
    weights = dict(boxes)
    groups = [frozenset([box]) for box in weights]
    return find_leak([*groups, frozenset(weights)], weights, k=k) is None


def total(sums: Sequence[Sums], *, k: int) -> dict[str, Any]:
    """The release of a total, in the form of any other release; `sums` says which boxes are in which figure."""
    k = floor_of(k)
    found = summed(sums, k=k)
    summed_up = {key: sorted(one.box for one in found[key]) for key in sorted(found)}
    boxes = found.pop(ALL, [])
    n = sum(one.n for one in boxes)
    items = {}
    for key in sorted(found):
        tally: Counter[int] = Counter()
        for one in found[key]:
            tally.update(one.tallies[key])
        items[key] = {**shown(tally, k=k).as_json(), "n": ""}
    table = {
        "key": "all", "kind": "node", "node": "all", "role": "", "units": [], "n": number_shown(n, k=k), "items": items,
    }  # fmt: skip
    return {
        "version": 1,
        "k": k,
        "turnout": turnout(n, sum(one.invited for one in boxes), k=k).as_json(),
        "tables": [table] if boxes else [],
        "hidden": [],
        "hidden_roles": [],
        "sums": summed_up,
    }


def texts_to_read(texts: Sequence[Text], *, k: int) -> list[Text]:
    """The words of those questions that enough people wrote to; the others are lost."""
    kept: list[Text] = []
    for question in sorted({text.question for text in texts}):
        same = [text for text in texts if text.question == question]
        most = max(Counter(text.box for text in same).values())
        if len(same) >= exact_from(k) and most >= floor_of(k):
            kept += same
    return kept
