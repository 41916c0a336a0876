"""Calls for abstracts as organisers run them: open, review, decide, order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from audit import actions as audit
from events.letters import abstracts as letters
from events.letters import scope_of
from events.models import Abstract, Call, Event, Review
from events.rules import abstracts as rules
from events.rules.days import NotOrganiser, organises
from events.states import AbstractState
from people.models import Person

FACTS = ("opens_at", "closes_at", "blind", "reviews_each")
WORDS = ("guidance", "section", "topics")


# ---------- The call ----------


@transaction.atomic
def set_call(*, event: Event, by: Person | None, now: datetime, **facts: Any) -> Call:
    """Call for abstracts on an event, or change the call: window, words in each language, review.

    `guidance`, `section` and `topics` are words by language. Refused as `rules.why_not_call` says.
    """
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if refusal := rules.why_not_call(event, by):
        raise refusal
    call = Call.objects.filter(event=event).first()
    deed = "call_changed" if call else "call_opened"
    call = call or Call(event=event)
    for name in FACTS:
        if name in facts:
            setattr(call, name, facts[name])
    for name in WORDS:
        for language, words in (facts.get(name) or {}).items():
            setattr(call, f"{name}_{language}", words)
    call.save()
    audit.record(deed, by=by, about=event, scope=scope_of(event), now=now, until=call.closes_at)
    return call


@transaction.atomic
def close_call(*, call: Call, by: Person | None, now: datetime) -> Call:
    """Close a call that is open before its time. Refused when it is not open."""
    call = Call.objects.select_for_update(of=("self",)).select_related("event__region").get(pk=call.pk)
    if refusal := rules.why_not_call(call.event, by) or rules.why_not_begin(call, now=now):
        raise refusal
    call.closes_at = now
    call.save(update_fields=["closes_at"])
    audit.record("call_closed", by=by, about=call.event, scope=scope_of(call.event), now=now)
    return call


# ---------- Decisions ----------


def _locked(abstract: Abstract) -> Abstract:
    rows = Abstract.objects.select_for_update(of=("self",)).select_related("call__event", "person")
    return rows.get(pk=abstract.pk)


@transaction.atomic
def decide(*, abstract: Abstract, accept: bool, by: Person, now: datetime) -> Abstract:
    """Accept an abstract, as the last of the book, or decline it. A draft of the letter waits until it is sent.

    Deciding again the other way voids the draft of before. Refused as `rules.why_not_decide` says.
    """
    row = _locked(abstract)
    if refusal := rules.why_not_decide(row, by):
        raise refusal
    state = AbstractState.ACCEPTED if accept else AbstractState.DECLINED
    if row.state == state:
        return row
    letters.void_decision(row, now=now)
    if accept:
        last = Abstract.objects.filter(call=row.call).in_the_book().aggregate(last=Max("order"))["last"]
        row.order = (last or 0) + 1
    row.state, row.decided_at, row.decided_by = state, now, by
    row.version += 1
    row.save()
    letters.decided(row, by=by, now=now)
    deed = "abstract_accepted" if accept else "abstract_declined"
    audit.record(deed, by=by, about=row, scope=scope_of(row.call.event), now=now)
    return row


@transaction.atomic
def undo_decision(*, abstract: Abstract, by: Person, now: datetime) -> Abstract:
    """Take a decision back: the abstract waits for one again, and the draft of the letter is void."""
    row = _locked(abstract)
    if refusal := rules.why_not_undo(row, by):
        raise refusal
    row.state, row.decided_at, row.decided_by, row.order = AbstractState.SUBMITTED, None, None, 0
    row.version += 1
    row.save()
    letters.void_decision(row, now=now)
    audit.record("abstract_decision_undone", by=by, about=row, scope=scope_of(row.call.event), now=now)
    return row


@transaction.atomic
def move(*, abstract: Abstract, earlier: bool, by: Person, now: datetime) -> Abstract:
    """Put an accepted abstract one place earlier or later in the book; at the end it stays where it is."""
    row = _locked(abstract)
    if not organises(row.call.event, by):
        raise NotOrganiser()
    rows = list(Abstract.objects.filter(call=row.call).in_the_book().select_for_update(of=("self",)))
    places = [one.pk for one in rows]
    if row.pk not in places:
        raise rules.NotYetDecided()
    at = places.index(row.pk)
    to = max(0, min(len(rows) - 1, at + (-1 if earlier else 1)))
    rows.insert(to, rows.pop(at))
    for order, one in enumerate(rows, start=1):
        if one.order != order:
            Abstract.objects.filter(pk=one.pk).update(order=order)
    if to != at:
        audit.record("abstract_moved", by=by, about=row, scope=scope_of(row.call.event), now=now, number=to + 1)
    return row


# ---------- Blind review ----------


@transaction.atomic
def give(*, call: Call, people: Sequence[Person], by: Person, now: datetime) -> int:
    """Give each submitted abstract to as many of these reviewers as the call says; how many reviews are still lacking.

    Nobody gets what she wrote or what comes from her own organisation, nor what she has stood aside from; who has
    fewest gets the next. Reviews that were given stay. Each who got something new is written to once.
    """
    call = Call.objects.select_for_update(of=("self",)).select_related("event__region").get(pk=call.pk)
    if refusal := rules.why_not_give(call, by, people):
        raise refusal
    abstracts = list(
        Abstract.objects.filter(call=call, state=AbstractState.SUBMITTED)
        .select_related("person")
        .prefetch_related("authors__organisation", "reviews")
    )
    authors = {row.pk: list(row.authors.all()) for row in abstracts}
    everybody = [author for rows in authors.values() for author in rows]
    places = rules.Workplaces([*people, *(row.person for row in abstracts)], everybody, now.date())
    load = {person.pk: 0 for person in people}
    for row in abstracts:
        for review in row.reviews.all():
            if review.reviewer_id in load and not review.stood_aside:
                load[review.reviewer_id] += 1
    lacking = 0
    given: dict[int, int] = {}
    for row in abstracts:
        there = {review.reviewer_id for review in row.reviews.all()}
        live = sum(not review.stood_aside for review in row.reviews.all())
        fit = [
            person
            for person in people
            if person.pk not in there and not places.conflict(person, row.person, authors[row.pk])
        ]
        fit.sort(key=lambda person: (load[person.pk], person.pk))
        for person in fit[: max(0, call.reviews_each - live)]:
            Review.objects.create(abstract=row, reviewer=person, given_at=now)
            load[person.pk] += 1
            given[person.pk] = given.get(person.pk, 0) + 1
            live += 1
        lacking += max(0, call.reviews_each - live)
    by_pk = {person.pk: person for person in people}
    for pk, number in given.items():
        letters.review(call, by_pk[pk], number=number, now=now)
    audit.record(
        "reviewers_given",
        by=by,
        about=call.event,
        scope=scope_of(call.event),
        now=now,
        count=sum(given.values()),
    )
    return lacking


@transaction.atomic
def redact(*, abstract: Abstract, title: str | None, text: str | None, by: Person, now: datetime) -> Abstract:
    """Say what reviewers read instead of the author's own title and text; None means her own, empty means empty."""
    row = _locked(abstract)
    if not organises(row.call.event, by):
        raise NotOrganiser()
    if text is not None and (refusal := rules.why_not_text(text)):
        raise refusal
    row.blind_title, row.blind_text = title, text
    row.save(update_fields=["blind_title", "blind_text"])
    audit.record("abstract_redacted", by=by, about=row, scope=scope_of(row.call.event), now=now)
    return row


def _own(review: Review) -> Review:
    row = Review.objects.select_for_update(of=("self",)).select_related("abstract__call__event").get(pk=review.pk)
    if refusal := rules.why_not_review(row):
        raise refusal
    return row


@transaction.atomic
def answer(*, review: Review, advice: str, score: int | None, comment: str, now: datetime) -> Review:
    """A reviewer's advice; it can be changed until the organisers decide."""
    row = _own(review)
    row.advice, row.score, row.comment, row.answered_at = advice, score, comment.strip(), now
    row.save()
    return row


@transaction.atomic
def stand_aside(*, review: Review, now: datetime) -> Review:
    """A reviewer does not judge this abstract; nobody is told why, and her advice, if any, is gone."""
    row = _own(review)
    row.stood_aside, row.answered_at = True, now
    row.advice, row.score, row.comment = "", None, ""
    row.save()
    event = row.abstract.call.event
    audit.record(
        "reviewer_stood_aside", by=row.reviewer, about=event, scope=scope_of(event), now=now, abstract=row.abstract_id
    )
    return row
