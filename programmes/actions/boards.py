"""The page about a round for a board, what was changed after what participants said, and the next look."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from audit.actions import record
from people.models import Person
from programmes.models import BoardPage, Cohort, Decision, Look, Said
from programmes.rules import boards as rules


@transaction.atomic
def release(*, cohort: Cohort, by: Person, now: datetime) -> BoardPage:
    """Let the directors of the round's municipalities read its page; refused before the round is over."""
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("programme").get(pk=cohort.pk)
    if refusal := rules.why_not_release(cohort):
        raise refusal
    page, _made = BoardPage.objects.update_or_create(cohort=cohort, defaults={"released_at": now, "released_by": by})
    record("cohort.board_released", by=by, about=cohort, scope=cohort.scope, now=now)
    return page


@transaction.atomic
def take_back(*, cohort: Cohort, by: Person, now: datetime) -> None:
    """Let only those who run the round read its page again."""
    BoardPage.objects.filter(cohort=cohort).update(released_at=None, released_by=None)
    record("cohort.board_taken_back", by=by, about=cohort, scope=cohort.scope, now=now)


@transaction.atomic
def keep_said(
    *, cohort: Cohort, said: Said | None, words: Mapping[str, str], shown: str, by: Person, now: datetime
) -> Said:
    """Write, or change, what participants said and what was changed (by field and language, such as "said_fi")."""
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("programme").get(pk=cohort.pk)
    if said is None:
        last = cohort.said.aggregate(most=Max("order"))["most"]
        said = Said(cohort=cohort, order=0 if last is None else last + 1)
    for name, text in words.items():
        setattr(said, name, text.strip())
    said.shown, said.at = shown, now
    said.save()
    record("cohort.said", by=by, about=cohort, scope=cohort.scope, now=now, shown=shown, words={"said": dict(words)})
    return said


@transaction.atomic
def move_up(*, said: Said, by: Person, now: datetime) -> None:
    """Put a pair before the one that it stands after; the first one stays where it is."""
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("programme").get(pk=said.cohort_id)
    rows = list(cohort.said.all())
    place = next(n for n, row in enumerate(rows) if row.pk == said.pk)
    if place:
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
    for order, row in enumerate(rows):
        Said.objects.filter(pk=row.pk).update(order=order)
    record("cohort.said_moved", by=by, about=cohort, scope=cohort.scope, now=now)


@transaction.atomic
def look_again(*, decision: Decision, words: str, look_again_on: date | None, by: Person, now: datetime) -> Look:
    """Note what is seen now of a decision, and when it is looked at the next time; None when that is not needed."""
    decision = Decision.objects.select_for_update(of=("self",)).select_related("cohort__programme").get(pk=decision.pk)
    if refusal := rules.why_not_look(words, look_again_on, now=now, zone=decision.cohort.programme.region.time_zone):
        raise refusal
    look = Look.objects.create(decision=decision, words=words.strip(), by=by, at=now)
    decision.look_again_on = look_again_on
    decision.save(update_fields=["look_again_on"])
    cohort = decision.cohort
    record(
        "cohort.looked_again",
        by=by,
        about=cohort,
        scope=cohort.scope,
        now=now,
        look_again_on=look_again_on,
        words={"seen": words.strip()},
    )
    return look
