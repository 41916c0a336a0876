"""What we write about an evaluation: the link, and once more the same, to everybody alike."""

from collections.abc import Sequence
from datetime import datetime, time
from random import SystemRandom
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from answers import actions as answers
from answers.keys import KeysAway
from answers.models import Box, Invitation
from answers.states import BoxState
from base import clock
from base.languages import spoken
from events.letters.days import foot_of, with_organiser
from events.models import Evaluation
from events.rules.evaluations import REMINDER_AFTER
from events.states import EventKind
from outbox import actions as outbox
from outbox import kinds
from outbox.kinds import MASK, Mail
from outbox.models import Letter
from outbox.states import Lane, LetterState
from people.models import Person

ASKED = "events.evaluation"
ASKED_AGAIN = "events.evaluation_again"


def invite(evaluation: Evaluation, box: Box, *, now: datetime) -> int:
    """Write to everybody who is invited, in an order by chance: now, and once more in five days.

    The second letter goes to all, for nobody knows who has answered.
    """
    event = evaluation.event
    return ask_all(box, (ASKED, ASKED_AGAIN), about=event, facts={"evaluation": evaluation.pk}, now=now)


def ask_all(box: Box, both: tuple[str, str], *, about: Model, facts: dict[str, Any], now: datetime) -> int:
    """Write to everybody whom a box asks, in an order by chance: now, and once more in five days to all alike."""
    local = (now + REMINDER_AFTER).astimezone(ZoneInfo(box.zone)).date()
    first, again = both
    rounds = [(first, "", now), (again, "", clock.wall(local, time(8), box.zone))]
    return write_to_all(box, rounds, about=about, facts=facts, now=now)


def write_to_all(
    box: Box, rounds: Sequence[tuple[str, str, datetime]], *, about: Model, facts: dict[str, Any], now: datetime
) -> int:
    """Write to everybody whom a box asks; each round is a kind, a mark that tells it from others of it, and when.

    The order is by chance, and a round that would come when the box is closed is left out.
    """
    people = list(Person.objects.filter(pk__in=Invitation.objects.filter(box=box).values("person_id")))
    SystemRandom().shuffle(people)
    for kind, occasion, at in rounds:
        if box.closes_at is not None and at >= box.closes_at:
            continue
        for person in people:
            outbox.write(
                kind=kind,
                key=":".join(filter(None, [kind, occasion, str(box.pk), str(person.pk)])),
                about=about,
                scope=box.scope,
                now=now,
                person=person,
                # For whom the link was made, also when a guest has become a person since.
                facts={**facts, "box": box.pk, "reader": person.pk},
                not_before=at,
                useful_until=box.closes_at,
                lane=Lane.REMINDER,
                read_back=False,
            )
    return len(people)


def link_in(letter: Letter, box: Box) -> tuple[str, str]:
    """The reader's link and its secret. Where the keys are not, a letter can be looked at but not sent."""
    language = spoken()
    try:
        reader = letter.facts.get("reader") or letter.person_id or 0
        link = answers.link_for(box=box, person_id=reader, language=language)
    except KeysAway:
        if letter.state == LetterState.INFLIGHT:
            raise
        return f"{settings.BASE_URL}/b/{language}/#{MASK}", ""
    return link, link.rpartition("#")[2]


def _read(letters: Any) -> dict[int, Evaluation]:
    wanted = {letter.facts.get("evaluation") for letter in letters if letter.kind in (ASKED, ASKED_AGAIN)}
    rows = Evaluation.objects.filter(pk__in=wanted).select_related("box", *with_organiser("event__"))
    return {row.pk: row for row in rows}


def _build(letter: Letter, template: str) -> Mail | None:
    evaluation = kinds.round_of(letter).once("evaluations", _read).get(letter.facts["evaluation"])
    if evaluation is None or letter.person is None or evaluation.box is None:
        return None
    box, event = evaluation.box, evaluation.event
    if box.state != BoxState.OPEN or box.closes_at is None:
        return None
    link, secret = link_in(letter, box)
    return kinds.compose(
        f"events/letters/{template}.txt",
        {"event": event, "link": link, "closes": box.closes_at.astimezone(ZoneInfo(event.zone))},
        why=gettext("You get this letter because you took part in the day, like everybody else who did.")
        if event.kind == EventKind.COURSE_DAY
        else gettext("You get this letter because you took part, like everybody else who did."),
        **foot_of(event),
        secrets=[secret] if secret else (),
    )


def build_asked(letter: Letter) -> Mail | None:
    """The link to the form; not when it is closed."""
    return _build(letter, "evaluation")


def build_asked_again(letter: Letter) -> Mail | None:
    """The same link; the same words to those who have answered and those who have not."""
    return _build(letter, "evaluation_again")


def register_kinds() -> None:
    """Tell the outbox how our letters are built."""
    kinds.register(ASKED, build_asked, title=_("How was the day or the event?"))
    kinds.register(ASKED_AGAIN, build_asked_again, title=_("How was the day or the event? Once more to all"))
