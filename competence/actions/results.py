"""What people wrote in a survey: shown in a coordinator's words or left out, and the original destroyed."""

from datetime import datetime

from django.db import transaction

from answers import actions as answers
from answers.models import FreeText
from audit import actions as audit
from competence.models import Survey
from competence.rules import results as rules
from people.models import Person


@transaction.atomic
def redact_text(*, survey: Survey, text: FreeText, words: str, by: Person, now: datetime) -> FreeText:
    """Show a text in these words; what was written is destroyed, and the log says who did it.

    Refused for whoever leads one of the units asked, and when somebody has handled the text already.
    """
    if refusal := rules.why_not_read_texts(survey, by):
        raise refusal
    changed = words.strip() != text.words.strip()
    text = answers.redact(text=text, words=words, now=now)
    scope = f"region:{survey.region_id}"
    key = str(text.pk)
    audit.record("survey.text_shown", by=by, about=survey, scope=scope, now=now, text=key, changed=changed)
    return text


@transaction.atomic
def leave_text_out(*, survey: Survey, text: FreeText, by: Person, now: datetime) -> FreeText:
    """Show nothing of a text; what was written is destroyed, and the log says who did it."""
    if refusal := rules.why_not_read_texts(survey, by):
        raise refusal
    text = answers.leave_out(text=text, now=now)
    scope = f"region:{survey.region_id}"
    audit.record("survey.text_left_out", by=by, about=survey, scope=scope, now=now, text=str(text.pk))
    return text
