"""Abstracts as their authors write them: begun, saved, sent in, taken back, and the yes or no to publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import translation

from audit import actions as audit
from base import dates
from base.refusal import Refusal
from events import prose
from events.documents import abstracts as documents
from events.documents.abstracts import Line, Measure, Sheet
from events.letters import abstracts as letters
from events.letters import scope_of
from events.models import Abstract, Author, Call, Consent
from events.rules import abstracts as rules
from events.states import AbstractState
from people.actions import know_guest
from people.models import Person
from people.rules import tidy_address, tidy_name


@dataclass(frozen=True)
class Writer:
    """A person as typed: the author (the first), or a co-author."""

    name: str
    address: str = ""
    employer: str = ""
    presents: bool = False


@dataclass(frozen=True)
class Written:
    """What an author typed."""

    title: str
    text: str
    language: str
    topic: int | None
    publish: bool | None
    writers: Sequence[Writer]


# ---------- The page ----------


def sheet_of(abstract: Abstract, authors: Sequence[Author], *, asked_too: bool = True) -> Sheet:
    """The plain facts of an abstract's page, with the authors as far as they are printed."""
    call = abstract.call
    with translation.override(abstract.language):
        return Sheet(
            title=abstract.title,
            text=abstract.text,
            language=abstract.language,
            event=str(call.event.title),
            topic=rules.topic_of(abstract),
            authors=[
                Line(author.name, author.employer, author.presents)
                for author in rules.printed_authors(authors, asked_too=asked_too)
            ],
        )


def sheet_as_typed(abstract: Abstract, written: Written) -> Sheet:
    """The page of what is typed and not yet saved."""
    with translation.override(written.language):
        topics = rules.topics_of(abstract.call, written.language)
        topic = topics[written.topic] if written.topic is not None and written.topic < len(topics) else ""
        return Sheet(
            title=written.title,
            text=prose.tidy(written.text),
            language=written.language,
            event=str(abstract.call.event.title),
            topic=topic,
            authors=[Line(tidy_name(one.name), one.employer.strip(), one.presents) for one in written.writers],
        )


def _measured(sheet: Sheet) -> Measure | None:
    """How full the page is; None where the press cannot say, and then a draft is kept without it."""
    try:
        return documents.measure(sheet)
    except Refusal:
        return None


# ---------- Writing ----------


@transaction.atomic
def begin(
    *,
    call: Call,
    name: str,
    address: str,
    employer: str = "",
    language: str,
    person: Person | None = None,
    now: datetime,
) -> Abstract:
    """Begin an abstract and send its author the link to it. Refused outside the call's window.

    Who is signed in is the author; else whoever has the address, or a guest.
    """
    call = Call.objects.select_related("event__region").get(pk=call.pk)
    if refusal := rules.why_not_begin(call, now=now):
        raise refusal
    author = person or know_guest(name=name, email=address, language=language, now=now)
    abstract = Abstract.objects.create(
        call=call, person=author, language=language, title="", created_at=now, changed_at=now
    )
    Author.objects.create(
        abstract=abstract,
        order=0,
        name=tidy_name(name),
        address=tidy_address(address),
        employer=employer.strip(),
        presents=True,
        confirmed_at=now,
    )
    letters.link(abstract, now=now)
    audit.record("abstract_begun", by=person, about=abstract, scope=scope_of(call.event), now=now, event=call.event_id)
    return abstract


def save(*, abstract: Abstract, written: Written, version: int, language: str, now: datetime) -> Abstract:
    """Keep what the author wrote, with how full the page is; `language` is the one in which she reads the questions.

    A draft always saves, however full its page. What is sent in already is changed only to what could be sent in.
    Refused after the deadline or the decision, and when somebody saved since `version` was read.
    """
    if refusal := rules.why_not_text(written.text):
        raise refusal
    measured = _measured(sheet_as_typed(abstract, written))
    with transaction.atomic():
        return _save(abstract, written, version, language, measured, now)


def _locked(abstract: Abstract, version: int | None, now: datetime) -> Abstract:
    row = Abstract.objects.select_for_update(of=("self",)).select_related("call__event__region").get(pk=abstract.pk)
    if refusal := rules.why_not_write(row, now=now):
        raise refusal
    if version is not None and row.version != version:
        raise rules.ChangedMeanwhile()
    return row


def _save(
    abstract: Abstract, written: Written, version: int, language: str, measured: Measure | None, now: datetime
) -> Abstract:
    row = _locked(abstract, version, now)
    row.title, row.text = tidy_name(written.title), prose.tidy(written.text)
    row.language, row.topic = written.language, written.topic
    if written.publish is not None:
        _answer_publish(row, written.publish, language, now)
    if row.state == AbstractState.SUBMITTED:
        _check_whole(row, measured)
    _keep_measure(row, measured)
    row.version += 1
    row.changed_at = now
    row.save()
    asked = _keep_authors(row, written.writers, now)
    if row.state == AbstractState.SUBMITTED:
        for author in asked:
            letters.asked(author, now=now)
    return row


def _keep_measure(row: Abstract, measured: Measure | None) -> None:
    row.fill = measured.fill if measured else None
    row.pages = measured.pages if measured else None
    row.renderer = measured.renderer if measured else ""


def _check_whole(row: Abstract, measured: Measure | None) -> None:
    if lacks := rules.missing(row):
        raise lacks[0][1]
    if measured is None:
        raise documents.pdf.PressFailed()
    if not measured.fits:
        raise rules.OverOnePage(percent=over_words(measured), over=measured.over)


def over_words(measured: Measure) -> str:
    """How much of the page is taken, in words."""
    return dates.percent(measured.percent)


def _keep_authors(row: Abstract, writers: Sequence[Writer], now: datetime) -> list[Author]:
    """The authors as typed; who has another address than before is asked anew. Those who are to be asked."""
    known = {author.order: author for author in row.authors.all()}
    by_address = {author.address: author for author in known.values() if author.order and author.address}
    kept: set[int] = set()
    asked = []
    for order, one in enumerate(writers[: rules.MOST_AUTHORS]):
        address = tidy_address(one.address)
        author = known.get(0) if order == 0 else by_address.get(address)
        if author is None:
            author = Author(abstract=row, address=address)
        if order == 0:
            address = author.address or address
        author.order, author.name, author.address = order, tidy_name(one.name), address
        author.employer, author.presents = one.employer.strip(), one.presents
        author.save()
        kept.add(author.pk)
        if order and author.confirmed_at is None and author.declined_at is None:
            asked.append(author)
    row.authors.exclude(pk__in=kept).delete()
    return asked


@transaction.atomic
def submit(*, abstract: Abstract, version: int, now: datetime) -> Abstract:
    """Send the abstract in as it is saved. Its author gets a receipt, co-authors who have not answered their question.

    Refused when something is missing or the page is more than one A4, and as writing is refused. Nothing is ever cut.
    """
    measured = documents.measure(sheet_of(abstract, list(abstract.authors.all())))
    row = _locked(abstract, version, now)
    _check_whole(row, measured)
    _keep_measure(row, measured)
    first = row.state != AbstractState.SUBMITTED
    row.state, row.submitted_at = AbstractState.SUBMITTED, row.submitted_at or now
    row.version += 1
    row.changed_at = now
    row.save()
    for author in row.authors.filter(order__gt=0, confirmed_at=None, declined_at=None).exclude(address=""):
        letters.asked(author, now=now)
    if first:
        letters.received(row, now=now)
        audit.record("abstract_submitted", by=None, about=row, scope=scope_of(row.call.event), now=now)
    return row


@transaction.atomic
def withdraw(*, abstract: Abstract, now: datetime) -> Abstract:
    """Take an abstract back, at any time: it leaves the book and the site at once; letters are not sent."""
    row = Abstract.objects.select_for_update(of=("self",)).select_related("call__event").get(pk=abstract.pk)
    if row.state == AbstractState.WITHDRAWN:
        raise rules.Withdrawn()
    row.state, row.version, row.changed_at = AbstractState.WITHDRAWN, row.version + 1, now
    row.save(update_fields=["state", "version", "changed_at"])
    letters.void_decision(row, now=now)
    audit.record("abstract_withdrawn", by=None, about=row, scope=scope_of(row.call.event), now=now)
    return row


# ---------- Publication ----------


def _answer_publish(row: Abstract, publish: bool, language: str, now: datetime) -> bool:
    """Keep the answer with the words, the language and the time in which it was given; whether it is another one."""
    if row.publish == publish and row.publish_wording == rules.WORDING:
        return False
    row.publish, row.publish_at = publish, now
    row.publish_language, row.publish_wording = language, rules.WORDING
    Consent.objects.create(abstract=row, publish=publish, wording=rules.WORDING, language=language, at=now)
    return True


@transaction.atomic
def set_publish(*, abstract: Abstract, publish: bool, language: str, now: datetime) -> Abstract:
    """Answer yes or no to publication, also after the deadline and the decision; it holds at once everywhere.

    The log keeps the fact; the words, the language and both times stand with the abstract.
    """
    row = Abstract.objects.select_for_update(of=("self",)).select_related("call__event").get(pk=abstract.pk)
    if row.state == AbstractState.WITHDRAWN:
        raise rules.Withdrawn()
    if _answer_publish(row, publish, language, now):
        row.version += 1
        row.save()
        deed = "abstract_publish_yes" if publish else "abstract_publish_no"
        audit.record(deed, by=None, about=row, scope=scope_of(row.call.event), now=now)
    return row


# ---------- Co-authors ----------


@transaction.atomic
def answer_authorship(*, author: Author, yes: bool, now: datetime) -> Author:
    """A co-author says "I wrote it too" or "take my name away"; the answer can be changed with the same link."""
    row = Author.objects.select_for_update(of=("self",)).select_related("abstract__call__event").get(pk=author.pk)
    if row.abstract.state == AbstractState.WITHDRAWN:
        raise rules.Withdrawn()
    row.confirmed_at, row.declined_at = (now, None) if yes else (None, now)
    row.save(update_fields=["confirmed_at", "declined_at"])
    deed = "coauthor_confirmed" if yes else "coauthor_declined"
    audit.record(deed, by=None, about=row.abstract, scope=scope_of(row.abstract.call.event), now=now, author=row.pk)
    return row
