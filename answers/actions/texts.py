"""Free text: read by a person before anybody else does, who takes names out; the original is then gone."""

from datetime import datetime

from django.db import transaction

from answers import rules
from answers.models import FreeText
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
