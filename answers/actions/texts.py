"""Free text: read by a person before anybody else does, who takes names out; the original is then gone."""

from datetime import datetime

from django.db import transaction

from answers import ballots, rules
from answers.models import Box, FreeText
from answers.states import TextState


@transaction.atomic
def redact(*, text: FreeText, words: str, now: datetime) -> FreeText:
    """Show these words in place of what was written, which is gone from here on.

    Who may do this the owner's app says: never somebody about whom it was written, nor the writers' manager.
    """
    text = FreeText.objects.select_for_update().get(pk=text.pk)
    if refusal := rules.why_not_redact(text):
        raise refusal
    if not words.strip():
        raise rules.NothingLeft()
    text.words = words.strip()
    text.state = TextState.SHOWN
    text.save(update_fields=["words", "state"])
    return text


@transaction.atomic
def leave_out(*, text: FreeText, now: datetime) -> FreeText:
    """Show nothing of it: the words are erased, and the row says that there was something."""
    text = FreeText.objects.select_for_update().get(pk=text.pk)
    if refusal := rules.why_not_redact(text):
        raise refusal
    text.words = ""
    text.state = TextState.LEFT_OUT
    text.save(update_fields=["words", "state"])
    return text


@transaction.atomic
def release_pool(*, pool: str, box: Box) -> int:
    """Put a pool's words into the queue of a released box, question by question, where there are ten writers in all.

    Words of fewer are erased: nothing more will join them. How many texts wait for redaction now.
    """
    texts = list(FreeText.objects.select_for_update().filter(pool=pool, state=TextState.POOLED))
    moved = 0
    for question in {text.question for text in texts}:
        same = [text.pk for text in texts if text.question == question]
        rows = FreeText.objects.filter(pk__in=same)
        if ballots.enough_to_pool(len(same), k=box.k):
            moved += rows.update(box=box, state=TextState.WAITING)
        else:
            rows.delete()
    return moved
