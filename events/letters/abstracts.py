"""What we write about abstracts: the author's link, co-authors' question, receipts, decisions, and to reviewers."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from base.tokens import seal
from events.letters.days import foot_of, scope_of
from events.models import Abstract, Author, Call, Review
from events.rules.abstracts import topic_of
from events.states import AbstractState
from outbox import actions as outbox
from outbox import kinds
from outbox.kinds import Mail
from outbox.models import Batch, Letter
from outbox.states import Lane
from people.models import Person

WRITE, COAUTHOR = "abstract", "coauthor"
LINK, DEADLINE, RECEIVED, ASKED, DECIDED, REVIEW = (
    "events.abstract_link",
    "events.abstract_deadline",
    "events.abstract_received",
    "events.coauthor",
    "events.abstract_decision",
    "events.abstract_review",
)


def token_of(abstract: Abstract) -> str:
    """The token of the author's link: the row and the version of its links."""
    return seal(WRITE, {"a": abstract.pk, "v": abstract.link_version})


def coauthor_token(author: Author) -> str:
    """The token of a co-author's link."""
    return seal(COAUTHOR, {"c": author.pk, "v": author.link_version})


# ---------- Writing ----------


def _to_author(
    kind: str, abstract: Abstract, key: str, now: datetime, facts: dict[str, Any] | None = None, **more: Any
) -> Letter:
    main = abstract.authors.filter(order=0).first()
    typed = main.address.casefold() if main else ""
    reader: dict[str, Any] = {"person": abstract.person}
    if main is not None and typed and typed != (abstract.person.email or "").casefold():
        reader = {"address": main.address, "language": abstract.person.language}
    return outbox.write(
        kind=kind,
        key=f"{kind}:{abstract.pk}:{key}",
        about=abstract,
        scope=scope_of(abstract.call.event),
        now=now,
        facts={"abstract": abstract.pk, "v": abstract.link_version, **(facts or {})},
        **reader,
        **more,
    )


def link(abstract: Abstract, *, now: datetime) -> Letter:
    """The link with which the author writes; one for each version of it."""
    return _to_author(LINK, abstract, str(abstract.link_version), now)


def deadline(abstract: Abstract, *, days_before: int, due: datetime, now: datetime) -> Letter:
    """Remind an author whose draft is not sent in; once for this rule and this deadline."""
    closes = abstract.call.closes_at
    return _to_author(
        DEADLINE,
        abstract,
        f"{closes:%Y%m%d%H%M%S}:{days_before}",
        now,
        facts={"closes_at": closes.isoformat()},
        not_before=due,
        useful_until=closes,
        lane=Lane.REMINDER,
    )


def received(abstract: Abstract, *, now: datetime) -> Letter:
    """What was sent in has arrived."""
    return _to_author(RECEIVED, abstract, f"{now:%Y%m%d%H%M%S}", now)


def asked(author: Author, *, now: datetime) -> Letter:
    """Ask a co-author whether she or he wrote it too; once for each version of the link."""
    return outbox.write(
        kind=ASKED,
        key=f"{ASKED}:{author.pk}:{author.link_version}",
        about=author.abstract,
        scope=scope_of(author.abstract.call.event),
        now=now,
        address=author.address,
        language=author.abstract.language,
        facts={"author": author.pk},
    )


def decision_batch(call: Call, *, by: Person | None, now: datetime) -> Batch:
    """The drafts of this call's decisions: the batch that is not yet sent, or a new one."""
    about = f"{call._meta.label_lower}:{call.pk}"
    waiting = Batch.objects.filter(kind=DECIDED, about=about, released_at__isnull=True).order_by("-pk").first()
    return waiting or outbox.open_batch(kind=DECIDED, about=about, scope=scope_of(call.event), by=by, now=now)


def decided(abstract: Abstract, *, by: Person | None, now: datetime) -> Letter:
    """A draft of the letter that says yes or no; it is held until an organiser sends the drafts."""
    batch = decision_batch(abstract.call, by=by, now=now)
    return _to_author(DECIDED, abstract, f"{abstract.version}", now, batch=batch)


def void_decision(abstract: Abstract, *, now: datetime) -> int:
    """Take the draft of a reversed decision away; how many."""
    return outbox.cancel_about(about=abstract, kinds=[DECIDED], now=now)


def review(call: Call, reviewer: Person, *, number: int, now: datetime) -> Letter:
    """Abstracts wait for a reviewer."""
    return outbox.write(
        kind=REVIEW,
        key=f"{REVIEW}:{call.pk}:{reviewer.pk}:{now:%Y%m%d%H%M%S}",
        about=call.event,
        scope=scope_of(call.event),
        now=now,
        person=reviewer,
        facts={"call": call.pk, "number": number},
        undoable=True,
    )


# ---------- Building ----------


def _compose(name: str, call: Call, context: dict[str, Any], *, why: str, secrets: tuple[str, ...] = ()) -> Mail:
    event = call.event
    facts = {"event": event, "closes": call.closes_at.astimezone(ZoneInfo(event.zone)), **context}
    return kinds.compose(
        f"events/letters/{name}.txt",
        facts,
        why=why,
        **foot_of(event),
        secrets=secrets,
    )


def _abstract(letter: Letter) -> Abstract | None:
    rows = Abstract.objects.select_related("call__event__region", "call__event__contact", "person")
    found = rows.filter(pk=letter.facts["abstract"]).first()
    return found if found is not None and found.state != AbstractState.WITHDRAWN else None


def _to_write(letter: Letter, name: str) -> Mail | None:
    abstract = _abstract(letter)
    if abstract is None or abstract.link_version != letter.facts["v"]:
        return None
    token = token_of(abstract)
    context = {
        "abstract": abstract,
        "topic": topic_of(abstract),
        "link": settings.BASE_URL + reverse("events:abstract", args=[token]),
        "accepted": abstract.state == AbstractState.ACCEPTED,
    }
    why = gettext("You get this letter because this address was given for an abstract.")
    return _compose(name, abstract.call, context, why=why, secrets=(token,))


def build_link(letter: Letter) -> Mail | None:
    """The author's own link; not when a newer one was sent."""
    return _to_write(letter, "abstract_link")


def build_deadline(letter: Letter) -> Mail | None:
    """That the draft is not sent in; not when it is, or when the call closes at another time."""
    abstract = _abstract(letter)
    if abstract is None or abstract.state != AbstractState.DRAFT:
        return None
    closes = abstract.call.closes_at
    if closes.isoformat() != letter.facts["closes_at"] or closes <= clock.now() or abstract.call.event.cancelled_at:
        return None
    return _to_write(letter, "abstract_deadline")


def build_received(letter: Letter) -> Mail | None:
    """The receipt."""
    return _to_write(letter, "abstract_received")


def build_decided(letter: Letter) -> Mail | None:
    """Yes or no, as it stands when the letter leaves; not when the decision was taken back."""
    abstract = _abstract(letter)
    if abstract is None or abstract.state not in (AbstractState.ACCEPTED, AbstractState.DECLINED):
        return None
    return _to_write(letter, "abstract_decision")


def build_asked(letter: Letter) -> Mail | None:
    """The question to a co-author; not after the answer, or when the name was taken away."""
    rows = Author.objects.select_related("abstract__call__event__region", "abstract__call__event__contact")
    author = rows.filter(pk=letter.facts["author"], confirmed_at=None, declined_at=None).first()
    if author is None or author.abstract.state == AbstractState.WITHDRAWN:
        return None
    token = coauthor_token(author)
    main = author.abstract.authors.filter(order=0).first()
    context = {
        "abstract": author.abstract,
        "author": author,
        "main": main.name if main else "",
        "link": settings.BASE_URL + reverse("events:coauthor", args=[token]),
    }
    why = gettext("You get this letter because you were named as a co-author.")
    return _compose("coauthor", author.abstract.call, context, why=why, secrets=(token,))


def build_review(letter: Letter) -> Mail | None:
    """Where the abstracts are; not when nothing waits any more."""
    call = Call.objects.select_related("event__region", "event__contact").filter(pk=letter.facts["call"]).first()
    if call is None or letter.person is None:
        return None
    waiting = Review.objects.filter(
        abstract__call=call,
        abstract__state=AbstractState.SUBMITTED,
        reviewer=letter.person,
        answered_at__isnull=True,
        stood_aside=False,
    ).count()
    if not waiting:
        return None
    link = settings.BASE_URL + reverse("events:reviews")
    why = gettext("You get this letter because you review abstracts.")
    return _compose("abstract_review", call, {"number": waiting, "link": link}, why=why)


def names_of_abstracts(pks: list[str]) -> dict[str, str]:
    """What abstracts are called on pages about letters."""
    return {str(row.pk): row.title for row in Abstract.objects.filter(pk__in=[int(pk) for pk in pks])}


def names_of_calls(pks: list[str]) -> dict[str, str]:
    """What calls are called on pages about letters: their event."""
    rows = Call.objects.filter(pk__in=[int(pk) for pk in pks]).select_related("event")
    return {str(row.pk): str(row.event.title) for row in rows}


def register_kinds() -> None:
    """Tell the outbox how our letters are built."""
    kinds.register(LINK, build_link, title=_("Link to write an abstract"))
    kinds.register(DEADLINE, build_deadline, title=_("Reminder to send in an abstract"))
    kinds.register(RECEIVED, build_received, title=_("An abstract has arrived"))
    kinds.register(ASKED, build_asked, title=_("Question to a co-author"))
    kinds.register(DECIDED, build_decided, title=_("Decision about an abstract"))
    kinds.register(REVIEW, build_review, title=_("Abstracts to review"))
    kinds.name_about("events.abstract", names_of_abstracts)
    kinds.name_about("events.call", names_of_calls)
