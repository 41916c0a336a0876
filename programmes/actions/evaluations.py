"""The evaluation of a round: summed up once when its days are over, and its words read before they are shown."""

from datetime import datetime

from django.db import transaction

from answers import actions as answers
from answers import kinds
from answers.models import Box, FreeText
from answers.states import BoxState
from audit import actions as audit
from people.models import Person
from programmes.models import Cohort
from programmes.rules import evaluations as rules


def register() -> None:
    """Tell the answers what is done with what the days of a round give."""
    kinds.register(kinds.Kind(rules.KIND, gathers=True, released=released))


def close_due(*, now: datetime) -> int:
    """Let the totals of rounds be counted whose days are over and counted; how many. The answers' own job counts."""
    closed = 0
    for box in Box.objects.filter(kind=rules.KIND, state=BoxState.OPEN):
        cohort = Cohort.objects.filter(pk=rules.cohort_of(box)).first()
        if cohort is None or rules.is_over(rules.days_of(cohort), now=now):
            closed += answers.close_pool(owner=box.owner)
    return closed


def released(box: Box, now: datetime) -> None:
    """The round is summed up, and nothing of its days is left but what is shown: the log says so."""
    audit.record(
        "cohort.evaluation_released",
        by=None,
        about=rules.owner_of(rules.cohort_of(box)),
        scope=box.scope,
        now=now,
        box=box.pk,
        release=box.release.digest,
        texts_waiting=FreeText.objects.filter(box=box).count(),
    )


@transaction.atomic
def redact(*, cohort: Cohort, text: FreeText, words: str, by: Person, now: datetime) -> FreeText:
    """Show a text in these words; what was written is destroyed, and the log says who did it."""
    if refusal := rules.why_not_read_texts(cohort, by):
        raise refusal
    changed = words.strip() != text.words.strip()
    text = answers.redact(text=text, words=words, now=now)
    audit.record(
        "evaluation.text_shown", by=by, about=cohort, scope=text.scope, now=now, text=str(text.pk), changed=changed
    )
    return text


@transaction.atomic
def leave_out(*, cohort: Cohort, text: FreeText, by: Person, now: datetime) -> FreeText:
    """Show nothing of a text; what was written is destroyed, and the log says who did it."""
    if refusal := rules.why_not_read_texts(cohort, by):
        raise refusal
    text = answers.leave_out(text=text, now=now)
    audit.record("evaluation.text_left_out", by=by, about=cohort, scope=text.scope, now=now, text=str(text.pk))
    return text
