"""Who may write an abstract and until when, what is whole, who reviews what, and who sees the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from base import dates
from base.refusal import Forbidden, Refusal
from events import prose
from events.models import Abstract, Author
from events.rules.days import EventCancelled, NotOrganiser, organises, works_on
from events.states import AbstractState, Audience, EventKind
from people.models import Employment, Organisation, Person

if TYPE_CHECKING:
    from events.models import Call, Event, Review

# Which words of the question about publication an author answered; raised when they change.
WORDING = "2026-11"
MOST_AUTHORS = 12
LINK_DAYS = 730
WRITABLE = (AbstractState.DRAFT, AbstractState.SUBMITTED)
DECIDED = (AbstractState.ACCEPTED, AbstractState.DECLINED)


class CallNotOpen(Refusal):
    """The call has not begun."""

    message = _("The call opens %(when)s.")


class CallClosed(Refusal):
    """The deadline has passed."""

    message = _("The call closed %(when)s. What you have written can still be read here, but not changed.")


class AlreadyDecided(Refusal):
    """The organisers have decided."""

    message = _("The organisers have decided about this abstract, so it can no longer be changed.")


class Withdrawn(Refusal):
    """The author has taken it back."""

    message = _("The abstract is withdrawn.")


class ChangedMeanwhile(Refusal):
    """Somebody saved in another window."""

    message = _("The abstract was saved somewhere else while you were writing. Nothing of either version is lost.")


class OverOnePage(Refusal):
    """The page is too full."""

    message = _("The text takes %(percent)s of the page and has to fit on one. It leaves the page at “%(over)s”.")


class NothingWritten(Refusal):
    """Title or text is missing."""

    message = _("Write a title and a text first.")


class TopicMissing(Refusal):
    """The call has topics and none is chosen."""

    message = _("Choose a topic.")


class PublishUnanswered(Refusal):
    """The one required answer."""

    message = _("Answer whether the abstract may be published on the site: yes or no.")


class TooLong(Refusal):
    """More than any page holds."""

    message = _("The text is longer than %(most)s characters, which no page holds. Shorten it first.")


class TooDeep(Refusal):
    """Lists in lists in lists."""

    message = _("The lists stand too deep in each other. Three levels can be laid out.")


class CallExists(Refusal):
    """One call an event."""

    message = _("The event already calls for abstracts.")


class NoCallHere(Refusal):
    """Only where people speak."""

    message = _("Only seminars, meetings and workshops call for abstracts.")


class NotYetDecided(Refusal):
    """Nothing to undo."""

    message = _("Nothing is decided about this abstract.")


class NotSubmitted(Refusal):
    """Only what was sent in is decided."""

    message = _("Only abstracts that are sent in are decided about.")


class NotBlind(Refusal):
    """Review is switched off."""

    message = _("Review is not switched on for this call.")


class NoReviewers(Refusal):
    """Nobody was chosen."""

    message = _("Choose at least %(number)s reviewers: every abstract is read by so many.")


class StoodAside(Refusal):
    """The reviewer has stood aside."""

    message = _("You have stood aside from this abstract.")


class DecidedBefore(Refusal):
    """Reviews close with the decision."""

    message = _("The organisers have decided about this abstract. Your review stands as it is.")


class LinkOver(Refusal):
    """Replaced or too old."""

    message = _("This link no longer opens anything. Use the link in the latest letter.")


class TooManyHere(Refusal):
    """One network address asks for very many."""

    message = _("Very many abstracts have been begun from your network in the last hour. Try again later.")


class BookNotYours(Forbidden):
    """The hand-out is for those who come."""

    message = _("The book of abstracts is for those who are registered on the event.")


# ---------- The call ----------


def call_of(event: Event) -> Call | None:
    """The event's call, or None."""
    return getattr(event, "call", None)


def why_not_call(event: Event, by: Person | None) -> Refusal | None:
    """The reason `by` cannot call for abstracts or change the call, or None."""
    if by is not None and not organises(event, by):
        return NotOrganiser()
    if event.kind in (EventKind.COURSE_DAY, EventKind.SUPERVISION):
        return NoCallHere()
    return EventCancelled() if event.cancelled_at else None


def moment_there(moment: datetime, event: Event, today: date | None = None) -> str:
    """An instant in words, on the wall clock of the event's region."""
    local = moment.astimezone(ZoneInfo(event.zone))
    return dates.moment(local, today=today or local.date())


def why_not_begin(call: Call, *, now: datetime) -> Refusal | None:
    """The reason no abstract can be begun or changed now, or None."""
    today = now.astimezone(ZoneInfo(call.event.zone)).date()
    if call.event.cancelled_at:
        return EventCancelled()
    if now < call.opens_at:
        return CallNotOpen(when=moment_there(call.opens_at, call.event, today))
    if now >= call.closes_at:
        return CallClosed(when=moment_there(call.closes_at, call.event, today))
    return None


def topics_of(call: Call, language: str) -> list[str]:
    """The topics in a language; in the first language that has them where that one has none."""
    codes = [language, *(code for code in call.event.region.languages if code != language)]
    codes += [code for code, _name in settings.LANGUAGES]
    for code in codes:
        if lines := [line.strip() for line in (getattr(call, f"topics_{code}", "") or "").splitlines() if line.strip()]:
            return lines
    return []


def topic_of(abstract: Abstract, language: str | None = None) -> str:
    """The topic in words."""
    topics = topics_of(abstract.call, language or abstract.language)
    number = abstract.topic
    return topics[number] if number is not None and number < len(topics) else ""


# ---------- Writing ----------


def why_not_write(abstract: Abstract, *, now: datetime) -> Refusal | None:
    """The reason the author cannot change the abstract, or None."""
    if abstract.state == AbstractState.WITHDRAWN:
        return Withdrawn()
    if abstract.state in DECIDED:
        return AlreadyDecided()
    return why_not_begin(abstract.call, now=now)


def why_not_text(text: str) -> Refusal | None:
    """The reason a text cannot even be kept as a draft, or None."""
    if len(text) > prose.LONGEST:
        return TooLong(most=dates.number(prose.LONGEST, 0))
    return TooDeep() if prose.depth(text) > prose.DEEPEST else None


def missing(abstract: Abstract) -> list[tuple[str, Refusal]]:
    """What an abstract lacks before it can be sent in, each with the field where it is given."""
    lacks: list[tuple[str, Refusal]] = []
    if not abstract.title.strip():
        lacks.append(("title", NothingWritten()))
    if not prose.plain(abstract.text).strip():
        lacks.append(("text", NothingWritten()))
    if topics_of(abstract.call, abstract.language) and not topic_of(abstract):
        lacks.append(("topic", TopicMissing()))
    if abstract.publish is None:
        lacks.append(("publish", PublishUnanswered()))
    return lacks


def printed_authors(authors: Iterable[Author], *, asked_too: bool) -> list[Author]:
    """Whose names stand on the page: the author and who confirmed; before the book also who has not answered yet."""
    return [
        author
        for author in authors
        if not author.declined_at and (asked_too or author.confirmed_at or not author.order)
    ]


# ---------- Deciding ----------


def why_not_decide(abstract: Abstract, by: Person | None) -> Refusal | None:
    """The reason `by` cannot accept or decline it, or None."""
    if by is not None and not organises(abstract.call.event, by):
        return NotOrganiser()
    if abstract.state == AbstractState.WITHDRAWN:
        return Withdrawn()
    return None if abstract.state in (AbstractState.SUBMITTED, *DECIDED) else NotSubmitted()


def why_not_undo(abstract: Abstract, by: Person | None) -> Refusal | None:
    """The reason `by` cannot take a decision back, or None."""
    if by is not None and not organises(abstract.call.event, by):
        return NotOrganiser()
    return None if abstract.state in DECIDED else NotYetDecided()


# ---------- Blind review ----------


def why_not_give(call: Call, by: Person | None, people: Sequence[Person]) -> Refusal | None:
    """The reason abstracts cannot be given to these reviewers, or None."""
    if by is not None and not organises(call.event, by):
        return NotOrganiser()
    if not call.blind:
        return NotBlind()
    return NoReviewers(number=call.reviews_each) if len(people) < call.reviews_each else None


def why_not_review(review: Review) -> Refusal | None:
    """The reason the reviewer cannot change her review, or None."""
    if review.stood_aside:
        return StoodAside()
    if review.abstract.state == AbstractState.WITHDRAWN:
        return Withdrawn()
    return None if review.abstract.state == AbstractState.SUBMITTED else DecidedBefore()


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


class Workplaces:
    """Who works where, for people and typed addresses, at the level of the whole organisation: asked once for many."""

    def __init__(self, people: Iterable[Person], authors: Iterable[Author], day: date) -> None:
        addresses = {author.address.casefold() for author in authors if author.address}
        found = Person.objects.alias(folded=Lower("email")).filter(folded__in=addresses) if addresses else []
        self.person_of = {(person.email or "").casefold(): person.pk for person in found}
        wanted = {person.pk for person in people} | set(self.person_of.values())
        self.roots: dict[int, set[int]] = {}
        names: dict[int, set[int]] = {}
        for employment in Employment.objects.on(day).filter(person__in=wanted).select_related("unit"):
            ids = [int(part) for part in employment.unit.path.split("/") if part]
            self.roots.setdefault(employment.person_id, set()).update(ids[:1])
            names.setdefault(employment.person_id, set()).update(ids)
        wanted_names = {pk for pks in names.values() for pk in pks}
        rows = Organisation.objects.filter(pk__in=wanted_names).in_bulk()
        languages = [code for code, _name in settings.LANGUAGES]
        words = {
            pk: {_plain(getattr(row, f"name_{code}", "") or row.name) for code in languages} for pk, row in rows.items()
        }
        self.words = {person: {word for pk in pks for word in words.get(pk, ())} for person, pks in names.items()}

    def conflict(self, reviewer: Person, main: Person, authors: Iterable[Author]) -> bool:
        """Whether the reviewer wrote it, or works in the same organisation as somebody who did."""
        mine = self.roots.get(reviewer.pk, set())
        if reviewer.pk == main.pk or mine & self.roots.get(main.pk, set()):
            return True
        for author in authors:
            if author.declined_at:
                continue
            person = self.person_of.get(author.address.casefold()) if author.address else None
            if person == reviewer.pk or mine & self.roots.get(person or 0, set()):
                return True
            if author.organisation is not None and int(author.organisation.path.split("/")[0] or 0) in mine:
                return True
            if author.employer and self._same_words(author.employer, self.words.get(reviewer.pk, set())):
                return True
        return False

    @staticmethod
    def _same_words(typed: str, names: set[str]) -> bool:
        """A typed employer against the names of one's own: whole words either way, so that one holds the other."""
        employer = f" {_plain(typed)} "
        return any(f" {name} " in employer or employer in f" {name} " for name in names if name)


def blinded(abstract: Abstract, authors: Iterable[Author]) -> tuple[str, str]:
    """Title and text as reviewers read them: the organiser's redaction, else without the authors' names and employers.

    What the organiser has emptied is empty; the author's own words never stand in for it.
    """
    hidden = {word.strip() for author in authors for word in (author.name, author.employer, author.address) if word}
    hidden |= {part for author in authors for part in author.name.split() if len(part) > 2}
    pattern = "|".join(re.escape(word) for word in sorted(hidden, key=len, reverse=True) if word)
    cover = re.compile(rf"(?<!\w)({pattern})(s|n|in)?(?!\w)", re.IGNORECASE) if pattern else None

    def without(words: str) -> str:
        return cover.sub("[…]", words) if cover else words

    title = abstract.blind_title if abstract.blind_title is not None else without(abstract.title)
    text = abstract.blind_text if abstract.blind_text is not None else without(abstract.text)
    return title, text


# ---------- Reading ----------


def is_on_the_site(abstract: Abstract) -> bool:
    """Whether everybody may read it at this moment."""
    event = abstract.call.event
    return bool(abstract.state == AbstractState.ACCEPTED and abstract.publish and event.audience == Audience.PUBLIC)


def has_book(event: Event) -> bool:
    """Whether an abstract is accepted, so that there is a hand-out."""
    return Abstract.objects.filter(call__event=event).in_the_book().exists()


def why_not_book(event: Event, person: Any) -> Refusal | None:
    """The reason the hand-out is not this person's, or None: participants, who works on the event, organisers."""
    if organises(event, person) or works_on(event, person):
        return None
    mine = event.registrations.with_place().filter(person=person)
    return None if mine.exists() else BookNotYours()
