"""A box of a kind of its own, opened, and hands to answer it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from answers import actions, kinds
from answers.actions.boxes import WHOLE, Invited
from answers.ballots import Form, Page, Question
from answers.models import Box
from answers.plan import Node
from tests.cast import NOW

STEPS = tuple({"sv": words, "en": words} for words in ("Inte alls", "Lite", "Delvis", "Ganska", "Helt"))
FORM = Form(
    (
        Page(
            "day",
            {"sv": "Dagen", "en": "The day"},
            (
                Question(
                    "score",
                    "scale",
                    {"sv": "Hur bra var dagen?", "en": "How good was the day?"},
                    steps=STEPS,
                    shared="score",
                ),
                Question("good", "text", {"sv": "Vad var bra?", "en": "What was good?"}, shared="good"),
                Question("missing", "text", {"sv": "Vad saknades?", "en": "What was missing?"}, shared="missing"),
                Question("better", "text", {"sv": "Vad kan bli bättre?", "en": "What could be better?"}),
            ),
        ),
    )
)
TOLD: list[tuple[str, int]] = []
PLAIN = kinds.Kind(
    "test.plain",
    by_itself=True,
    opened=lambda box, now: TOLD.append(("opened", box.pk)),
    released=lambda box, now: TOLD.append(("released", box.pk)),
)
SURVEY = kinds.Kind("test.survey", words="against", guards_time=True)
POOL = kinds.Kind("tests.pool", gathers=True, released=lambda box, now: TOLD.append(("pooled", box.pk)))
kinds.register(PLAIN)
kinds.register(POOL)
kinds.register(SURVEY)


@pytest.fixture(autouse=True)
def keys_folder(settings: Any, tmp_path: Any) -> Any:
    """Keys of a test lie in its own folder."""
    settings.KEYS_DIR = str(tmp_path / "keys")
    settings.KEYS_EMBEDDED = True
    TOLD.clear()
    return tmp_path / "keys"


def make_people(n: int) -> list[Any]:
    """So many people, who need nothing but to exist."""
    from people.models import Person

    start = Person.objects.count()
    rows = [
        Person(name=f"Person {start + i}", email=f"p{start + i}@helmi.example", language="sv", created_at=NOW)
        for i in range(n)
    ]
    for row in rows:
        row.set_unusable_password()
    Person.objects.bulk_create(rows)
    return list(Person.objects.order_by("pk"))[-n:] if n else []


@dataclass
class Opened:
    """A box that is open, and everybody's code."""

    box: Box
    people: list[Any]
    codes: list[str] = field(default_factory=list)

    def vote(self, number: int, *, now: Any = NOW, **answers: Any) -> None:
        """The person with this number answers."""
        ticket = actions.open_ticket(code=self.codes[number], now=now)
        actions.cast(ticket=ticket, answers=answers, now=now)

    def end(self, *, now: Any = NOW + timedelta(days=11)) -> Box:
        """The time is over: shut, counted, keys destroyed."""
        actions.close_over(now=now)
        actions.count_due(now=now)
        self.box.refresh_from_db()
        return self.box


def open_box(
    n: int,
    *,
    kind: str = "test.plain",
    owner: str = "tests.thing:1",
    units: list[tuple[str, str]] | None = None,
    nodes: tuple[Node, ...] = WHOLE,
    form: Form = FORM,
    **facts: Any,
) -> Opened:
    """Make, launch and open a box for `n` people, whose units are given or all the same."""
    people = make_people(n)
    where = units or [("all", "")] * n
    box = actions.make_box(
        kind=kind, owner=owner, scope="region:1", form=form, title={"sv": "Dag 3"}, zone="Europe/Stockholm", **facts
    )
    box = actions.launch(
        box=box,
        invited=[Invited(one.pk, unit, role) for one, (unit, role) in zip(people, where, strict=True)],
        opens_at=NOW,
        closes_at=NOW + timedelta(days=10),
        now=NOW,
        nodes=nodes,
    )
    actions.open_due(now=NOW)
    box.refresh_from_db()
    codes = [actions.link_for(box=box, person_id=one.pk, language="sv").rpartition("#")[2] for one in people]
    return Opened(box, people, codes)
