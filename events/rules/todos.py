"""What is to be done about events now, and by when: computed from what stands, never stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base import dates
from events.models import Abstract, AgendaItem, Claim, Evaluation, Event, Material, Places
from events.rules.publishing import KINDS
from events.rules.sign_up import local
from events.states import AbstractState, EventState, Policy, Way
from people.models import Person

# How long before an event its parts are asked for, and how long what follows it may take.
PUBLISH_SHOWN, PUBLISH_DUE = timedelta(days=42), timedelta(days=28)
PARTS_SHOWN, PARTS_DUE = timedelta(days=14), timedelta(days=7)
DECISIONS_DUE = timedelta(days=14)
RESULTS_SHOWN = timedelta(days=14)
MOST = 100
SHOWN = ("region", "state", "zone", "title", "date", "starts_at", "opens_at", "closes_at", "venue", "address")


@dataclass(frozen=True)
class Todo:
    """One thing to do: what, about whom, by when, and where it is done."""

    title: str
    text: str
    url: str
    by: date | None
    today: date

    @property
    def late(self) -> bool:
        """Whether its day has passed."""
        return self.by is not None and self.by < self.today

    @property
    def due(self) -> str:
        """The deadline in words."""
        if self.by is None:
            return ""
        day = dates.plain_day(self.by, today=self.today)
        return _("Was due %(day)s") % {"day": day} if self.late else _("By %(day)s") % {"day": day}


def _number(rows: QuerySet[Any], event: str, counted: Any = None) -> Coalesce:
    """How many of these rows belong to the event of the outer query; `event` is the way to it."""
    each = rows.filter(**{event: OuterRef("pk")}).order_by().values(event).annotate(number=counted or Count("pk"))
    return Coalesce(Subquery(each.values("number"), output_field=IntegerField()), 0)


def _rows(person: Person, now: datetime, today: date) -> QuerySet[Any]:
    """The events about which the person may have something to do, with how much there is of each: one query."""
    reach = person.reach
    old = Material.objects.to_look_at(person, today).order_by()
    unread = Evaluation.objects.to_read_by(person).order_by()
    released = Evaluation.objects.filter(box__released_at__gt=now - RESULTS_SHOWN)
    own = Q(region_id__in=reach.region_ids) & (
        Q(pk__in=released.values("event"))
        | Q(kind__in=KINDS, ends_at__gt=now, state__in=[EventState.DRAFT, EventState.ANNOUNCED, EventState.PUBLISHED])
    )
    here = Places.objects.filter(event=OuterRef("pk"))
    by_hand = Claim.objects.waiting().filter(places=OuterRef("pk"), places__policy=Policy.BY_HAND)
    free = Places.objects.filter(Exists(by_hand), Q(offers_until__isnull=True) | Q(offers_until__gt=now))
    first = old.filter(event=OuterRef("pk")).order_by("review_on", "pk")
    return (
        Event.objects.filter(own | Q(pk__in=old.values("event")) | Q(pk__in=unread.values("event")))
        .only(*SHOWN)
        .annotate(
            texts=Exists(unread.filter(event=OuterRef("pk"))),
            released_at=F("evaluation__box__released_at"),
            old=_number(old, "event"),
            old_title=Subquery(first.values("title")[:1]),
            old_on=Subquery(first.values("review_on")[:1]),
            with_agenda=Exists(AgendaItem.objects.filter(event=OuterRef("pk"))),
            on_site=Exists(here.exclude(way=Way.REMOTE)) | ~Exists(here),
            undecided=_number(
                Abstract.objects.filter(state=AbstractState.SUBMITTED, call__closes_at__lte=now), "call__event"
            ),
            call_closed=F("call__closes_at"),
            to_choose=_number(free, "event", Sum(F("capacity") - F("sold") - F("reserved"))),
        )
        .order_by("starts_at", "pk")[:MOST]
    )


def todos(person: Person, *, now: datetime) -> list[Todo]:
    """What this person has to do about events, the earliest first: one query, whatever the roles."""
    today = now.astimezone(get_current_timezone()).date()
    found: list[Todo] = []
    for event in _rows(person, now, today):
        day = local(now, event).date()
        if event.region_id in person.reach.region_ids:
            found += _to_come(event, day, now) if event.starts_at > now else []
            found += _answers(event, day, now)
        if event.texts:
            found.append(
                Todo(
                    _("Read what was written about %(event)s") % {"event": event.title},
                    _("It is shown to the others when you have read it."),
                    reverse("events:evaluation_texts", args=[event.pk]),
                    None,
                    day,
                )
            )
        if event.old:
            found.append(_material(event, day))
    return sorted(found, key=lambda todo: todo.by or date.max)


def _to_come(event: Any, today: date, now: datetime) -> Iterator[Todo]:
    """What an event lacks before it begins."""

    def todo(title: str, text: str, route: str, by: date | None, n: int = 0) -> Todo:
        words = title % {"event": event.title, "n": n}
        return Todo(words, text, reverse(f"events:{route}", args=[event.pk]), by, today)

    left = event.date - today
    when = dates.day_short(event.date, today=today)
    opens = local(event.opens_at, event).date() if event.opens_at else None
    publish = min(opens or date.max, event.date - PUBLISH_DUE)
    if event.state != EventState.PUBLISHED and (left <= PUBLISH_SHOWN or publish - today <= PARTS_SHOWN):
        text = _("Only the organisers see it.")
        if event.state == EventState.ANNOUNCED:
            text = _("Its day is announced, but nobody can register.")
        yield todo(_("Publish %(event)s"), f"{when}. {text}", "organise", publish)
    if event.state != EventState.DRAFT and left <= PARTS_SHOWN:
        if event.on_site and not (event.venue or event.address):
            yield todo(_("Say where %(event)s is held"), when, "practicalities", event.date - PARTS_DUE)
        if not event.with_agenda:
            yield todo(_("Write the programme of %(event)s"), when, "agenda", event.date - PARTS_DUE)
    if event.undecided:
        title = ngettext(
            "Decide on %(n)s abstract for %(event)s", "Decide on %(n)s abstracts for %(event)s", event.undecided
        )
        closed = local(event.call_closed, event).date()
        text = _("The call closed on %(day)s.") % {"day": dates.plain_day(closed, today=today)}
        yield todo(title, text, "call", min(closed + DECISIONS_DUE, event.date), event.undecided)
    if event.to_choose > 0:
        title = ngettext(
            "Choose who gets %(n)s free place on %(event)s",
            "Choose who gets %(n)s free places on %(event)s",
            event.to_choose,
        )
        closes = local(event.closes_at, event).date() if event.closes_at else event.date
        yield todo(
            title, _("You choose from the waiting list, with a reason."), "registrations", closes, event.to_choose
        )


def _answers(event: Any, today: date, now: datetime) -> Iterator[Todo]:
    """The results of an evaluation, for two weeks; when own words wait to be read, they are what there is to do."""
    if not event.texts and event.released_at and event.released_at > now - RESULTS_SHOWN:
        day = local(event.released_at, event).date()
        yield Todo(
            _("Read the evaluation of %(event)s") % {"event": event.title},
            _("It was published on %(day)s.") % {"day": dates.plain_day(day, today=today)},
            reverse("events:evaluation", args=[event.pk]),
            day + RESULTS_SHOWN,
            today,
        )


def _material(event: Any, today: date) -> Todo:
    """What the person looks after and that may be out of date; the oldest is named."""
    day = dates.full_day(event.old_on)
    if event.old == 1:
        title = _("Look at “%(title)s” again") % {"title": event.old_title}
        text = _("%(event)s. It should have been looked at on %(day)s.") % {"event": event.title, "day": day}
    else:
        title = ngettext(
            "Look at %(n)s material of %(event)s again", "Look at %(n)s materials of %(event)s again", event.old
        ) % {"n": event.old, "event": event.title}
        text = _("“%(title)s” should have been looked at on %(day)s.") % {"title": event.old_title, "day": day}
    return Todo(title, text, reverse("events:materials", args=[event.pk]), None, today)
