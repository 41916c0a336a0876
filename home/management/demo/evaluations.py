"""How the demonstration's days were: two days of the finished round, and what has been of the one that runs."""

from datetime import datetime
from typing import Any

from answers import actions as answers
from answers.ballots import Answers
from answers.models import FreeText, Invitation
from answers.states import TextState
from events.actions import evaluations
from events.models import Evaluation, Event
from people.models import Person
from programmes.actions import evaluations as rounds
from programmes.models import Cohort
from programmes.rules.evaluations import owner_of

OWN = [
    {
        "kind": "scale",
        "label": {
            "sv": "Jag vågade fråga och pröva",
            "fi": "Uskalsin kysyä ja kokeilla",
            "en": "I dared to ask and try",
        },
    }
]
GOOD = (
    "Fallet om familjen Ask. Det gick att känna igen sig.", "Att få höra hur andra kommuner gör.",
    "Tempot och de många pauserna.", "Gruppuppgiften efter lunch.", "Att BUP var med och svarade på frågor.",
    "Konkreta exempel ur vardagen.", "Bra att Johan ledde diskussionen.", "Att vi fick tid att prata i mindre grupper.",
    "Tydliga mallar att ta med hem.", "Mentorerna som berättade hur de själva började.",
    "Stämningen. Ingen fråga var dum.", "Lugnt upplägg och god mat.",
)  # fmt: skip
MISSING = (
    "Mer om samtal med yngre barn.", "En lista med kontakter i länet.", "Tid för egna ärenden.",
    "Något om hur man orkar.", "Mer om LVU i praktiken.", "Exempel från mindre kommuner.",
)  # fmt: skip
BETTER = ("Kortare pass efter lunch.", "Skicka fallet en vecka tidigare.", "Fler platser att sitta i grupp.")
SCORES = (5, 4, 4, 5, 3, 4, 5, 4, 4, 2, 5, 4, 4, 5, 3, 4)


def ask_more(event: Event, *, by: Person, now: datetime) -> None:
    """An own question of the organiser."""
    evaluations.set_up(event=event, wanted=True, questions=OWN, by=by, now=now)


def open_form(event: Event, *, now: datetime) -> Evaluation | None:
    """The clock's part: those who were there are asked."""
    evaluations.open_due(now=now)
    answers.open_due(now=now)
    return Evaluation.objects.select_related("box").filter(event=event).first()


def answer(evaluation: Evaluation, *, share: float, now: datetime) -> None:
    """Some of those who were asked answer with their links."""
    box = evaluation.box
    if box is None:
        return
    people = list(Invitation.objects.filter(box=box).order_by("pk").values_list("person_id", flat=True))
    for n, pk in enumerate(people[: round(len(people) * share)]):
        said: Answers = {"score": SCORES[n % len(SCORES)], "own1": SCORES[(n + 5) % len(SCORES)]}
        for key, words, every in (("good", GOOD, 1), ("missing", MISSING, 2), ("better", BETTER, 4)):
            if n % every == 0:
                said[key] = words[(n // every) % len(words)]
        asked = {one["key"] for page in box.questions["pages"] for one in page["questions"]}
        link = answers.link_for(box=box, person_id=pk)
        ticket = answers.open_ticket(code=link, now=now)
        answers.cast(ticket=ticket, answers={key: value for key, value in said.items() if key in asked}, now=now)


def count(*, now: datetime) -> None:
    """The time to answer is over."""
    answers.close_over(now=now)
    answers.count_due(now=now)


def sum_up(cohort: Cohort, *, by: Person, now: datetime) -> None:
    """The round's days are over: the total is counted, and the words are read."""
    rounds.close_due(now=now)
    answers.count_due(now=now)
    for text in FreeText.objects.filter(box__owner=owner_of(cohort.pk), state=TextState.WAITING):
        rounds.redact(cohort=cohort, text=text, words=text.words, by=by, now=now)


def note_rates(*, now: datetime) -> None:
    """The day's share of answers."""
    answers.note_rates(now=now)


def read_texts(event: Event, *, by: Any, now: datetime) -> None:
    """A coordinator reads what was written and takes names out."""
    for text in FreeText.objects.filter(box=event.evaluation.box, state=TextState.WAITING):
        words = text.words.replace("Johan", "[namn]")
        evaluations.redact(event=event, text=text, words=words, by=by, now=now)
