"""Evaluations: chosen before, opened by the clock for those who were there, released by themselves, then redacted."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from answers import actions as answers
from answers import kinds
from answers.actions.boxes import Invited
from answers.ballots import Form, Page, Question
from answers.models import Box, FreeText
from audit import actions as audit
from base.languages import in_each
from events.letters import evaluations as letters
from events.letters import scope_of
from events.models import Attendance, Evaluation, Event, Registration
from events.rules import evaluations as rules
from events.states import EventKind, EventState, Mark
from people.models import Person

KIND = "events.evaluation"
_pool_of: list[Callable[[Event], str]] = []


def pool_by(say: Callable[[Event], str]) -> None:
    """Let the organiser's app say in which larger whole an event's words are read when too few wrote ("" for none)."""
    if say not in _pool_of:
        _pool_of.append(say)


def register() -> None:
    """Tell the answers what an event's evaluation is."""
    kinds.register(kinds.Kind(KIND, words="thirds", by_itself=True, opened=opened, released=released))


# ---------- Before ----------


@transaction.atomic
def set_up(*, event: Event, wanted: bool, questions: Sequence[dict[str, Any]], by: Person, now: datetime) -> Evaluation:
    """Choose whether the event is evaluated, and up to three own questions. Refused once the form has opened."""
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if refusal := rules.why_not_set_up(event, by):
        raise refusal
    facts = {"wanted": wanted, "questions": list(questions)[: rules.MOST_OWN]}
    evaluation, _made = Evaluation.objects.update_or_create(event=event, defaults=facts)
    audit.record(
        "evaluation.set_up",
        by=by,
        about=event,
        scope=scope_of(event),
        now=now,
        wanted=wanted,
        own_questions=len(evaluation.questions),
    )
    return evaluation


def agreement() -> tuple[dict[str, str], ...]:
    """The five steps of how far one agrees, in the portal's languages."""
    return tuple(
        in_each(say)
        for say in (
            lambda: _("Not at all"),
            lambda: _("A little"),
            lambda: _("Partly"),
            lambda: _("Mostly"),
            lambda: _("Entirely"),
        )
    )


def form_of(event: Event, own: Sequence[dict[str, Any]]) -> Form:
    """The form in the portal's languages: a score, three questions, the organiser's own."""

    def in_each(say: Callable[[], str]) -> dict[str, str]:
        texts = {}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                texts[language] = say()
        return texts

    good = tuple(
        in_each(say)
        for say in (
            lambda: _("Poor"),
            lambda: _("Rather poor"),
            lambda: _("All right"),
            lambda: _("Good"),
            lambda: _("Very good"),
        )
    )
    agree = agreement()
    questions = [
        Question("score", "scale", in_each(lambda: _("How was the day as a whole?")), steps=good, shared="score"),
        Question("good", "text", in_each(lambda: _("What was good?")), shared="good"),
        Question("missing", "text", in_each(lambda: _("What was missing?")), shared="missing"),
        Question("better", "text", in_each(lambda: _("What could be better?")), shared="better"),
    ]
    for number, row in enumerate(own, start=1):
        scale = row["kind"] == "scale"
        label = {language: words for language, words in row["label"].items() if words}
        kind: Literal["scale", "text"] = "scale" if scale else "text"
        # An own question is the same on another day when it is asked in the same words.
        same = hashlib.sha256(json.dumps([kind, label], sort_keys=True).encode()).hexdigest()[:24]
        questions.append(Question(f"own{number}", kind, label, steps=agree if scale else (), shared=f"own:{same}"))
    title = in_each(lambda: _("Evaluation"))
    return Form((Page("evaluation", title, tuple(questions)),))


# ---------- Opening ----------


def open_due(*, now: datetime) -> int:
    """Launch the evaluations of events that have ended; how many. The answers' own job opens the boxes."""
    ended = (
        Event.objects.filter(state__in=[EventState.PUBLISHED, EventState.HELD])
        .filter(ends_at__lte=now, ends_at__gt=now - rules.LATEST, evaluation__box__isnull=True)
        .exclude(kind=EventKind.SUPERVISION)
        .exclude(evaluation__wanted=False)
        .select_related("region", "evaluation")
    )
    return sum(_open(event, now) for event in ended)


def there(event: Event) -> tuple[list[int], bool]:
    """Who was there, by attendance, or who was awaited while nobody is marked; and whether anybody is."""
    marks = Attendance.objects.filter(registration__event=event)
    if marks.exists():
        present = marks.filter(mark=Mark.PRESENT).values_list("registration__person_id", flat=True)
        return list(present), True
    return list(Registration.objects.expected().filter(event=event).values_list("person_id", flat=True)), False


@transaction.atomic
def _open(event: Event, now: datetime) -> int:
    evaluation = rules.evaluation_of(event)
    if evaluation is None and not rules.wanted_by_default(event):
        return 0
    people, marked = there(event)
    if len(people) < max(rules.FEWEST, event.region.smallest_group) or now < rules.opens_at(event, marked=marked):
        return 0
    evaluation, _made = Evaluation.objects.select_for_update(of=("self",)).get_or_create(event=event)
    if evaluation.box_id is not None:
        return 0
    # Titles are read in each language of the portal, as they are now; later changes of the event change no form.
    title = {language: getattr(event, f"title_{language}", "") or event.title for language, _n in settings.LANGUAGES}
    box = answers.make_box(
        kind=KIND,
        owner=audit.key(evaluation),
        scope=scope_of(event),
        form=form_of(event, evaluation.questions),
        title=title,
        zone=event.zone,
        k=event.region.smallest_group,
        pool=next((pool for say in _pool_of if (pool := say(event))), ""),
    )
    evaluation.box = answers.launch(
        box=box,
        invited=[Invited(pk) for pk in sorted(people)],
        opens_at=now,
        closes_at=event.ends_at + rules.OPEN_FOR,
        now=now,
    )
    evaluation.save(update_fields=["box"])
    audit.record(
        "evaluation.opened", by=None, about=event, scope=scope_of(event), now=now, invited=len(people), box=box.pk
    )
    return 1


def opened(box: Box, now: datetime) -> None:
    """The box is open: everybody who was there gets the link, and five days later the same once more."""
    evaluation = Evaluation.objects.select_related("event__region").get(box=box)
    letters.invite(evaluation, box, now=now)


def released(box: Box, now: datetime) -> None:
    """The answers are counted and gone: the log says so."""
    evaluation = Evaluation.objects.select_related("event").get(box=box)
    event = evaluation.event
    audit.record(
        "evaluation.released",
        by=None,
        about=event,
        scope=scope_of(event),
        now=now,
        box=box.pk,
        release=box.release.digest,
        texts_waiting=FreeText.objects.filter(box=box).count(),
    )


# ---------- Afterwards ----------


@transaction.atomic
def redact(*, event: Event, text: FreeText, words: str, by: Person, now: datetime) -> FreeText:
    """Show a text in these words; what was written is destroyed, and the log says who did it."""
    if refusal := rules.why_not_read_texts(event, by):
        raise refusal
    changed = words.strip() != text.words.strip()
    text = answers.redact(text=text, words=words, now=now)
    audit.record(
        "evaluation.text_shown", by=by, about=event, scope=scope_of(event), now=now, text=str(text.pk), changed=changed
    )
    return text


@transaction.atomic
def leave_out(*, event: Event, text: FreeText, by: Person, now: datetime) -> FreeText:
    """Show nothing of a text; what was written is destroyed, and the log says who did it."""
    if refusal := rules.why_not_read_texts(event, by):
        raise refusal
    text = answers.leave_out(text=text, now=now)
    audit.record("evaluation.text_left_out", by=by, about=event, scope=scope_of(event), now=now, text=str(text.pk))
    return text
