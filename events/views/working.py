"""Who works on an event, as organisers name them, and the days that are one's own to work on."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from base.clock import now
from base.forms import render_form
from base.refusal import Refusal
from events.actions import unstaff_event
from events.actions import working as actions
from events.forms.working import NameForm
from events.letters import place_of
from events.letters.days import with_organiser
from events.models import Event, Material, Registration, Staff
from events.rules import days, publishing
from events.states import EventKind, EventState, StaffFunction
from people.models import Person, Request
from people.rules import name_for

NEWEST = 25


@dataclass(frozen=True)
class Line:
    """A day or an event that somebody works on, with what is hers to do there."""

    event: Event
    place: str
    parts: list[str]
    expected: int
    material: int
    hosts: bool
    lectures: bool
    may_arrange: bool
    may_add: bool


def own(person: Person) -> Any:
    """The events that the person has a part in; groups of supervision have pages of their own."""
    mine = Staff.objects.filter(person=person).values("event")
    found = Event.objects.visible_to(person).exclude(kind=EventKind.SUPERVISION).filter(pk__in=mine)
    return found.select_related(*with_organiser())


def lines(person: Person, found: list[Event]) -> list[Line]:
    """These events of the person's with her parts, how many come, and how much material there is."""
    parts = defaultdict(list)
    for row in Staff.objects.filter(person=person, event__in=found).order_by("pk"):
        parts[row.event_id].append(row.function)
    awaited = Registration.objects.visible_to(person).expected().filter(event__in=found).order_by()
    coming = dict(awaited.values_list("event").annotate(Count("pk")))
    material = Material.objects.visible_to(person, now=now()).filter(event__in=found).order_by()
    pieces = dict(material.values_list("event").annotate(Count("pk")))
    moment = now()
    rows = []
    for event in found:
        mine = parts[event.pk]
        standing = days.why_not_change(event, now=moment) is None
        rows.append(
            Line(
                event=event,
                place=place_of(event),
                parts=[str(StaffFunction(one).label) for one in mine],
                expected=coming.get(event.pk, 0),
                material=pieces.get(event.pk, 0),
                hosts=StaffFunction.HOST in mine,
                lectures=StaffFunction.LECTURER in mine,
                may_arrange=standing and StaffFunction.HOST in mine,
                may_add=event.kind != EventKind.SUPERVISION and event.state != EventState.CANCELLED,
            )
        )
    return rows


def to_come(person: Person, *, moment: datetime, limit: int = NEWEST) -> list[Line]:
    """What the person works on from now on, the next first."""
    return lines(person, list(own(person).to_come(moment)[:limit]))


@require_GET
def my_work(request: Request) -> HttpResponse:
    """The days that the reader hosts or lectures on: those to come, then the earlier ones."""
    moment = now()
    over = own(request.user).exclude(pk__in=own(request.user).to_come(moment).order_by().values("pk"))
    found = [*own(request.user).to_come(moment)[:NEWEST], *over.order_by("-starts_at")[:NEWEST]]
    rows = lines(request.user, found)
    coming = [row for row in rows if row.event.ends_at > moment and row.event.state != EventState.CANCELLED]
    context = {"coming": coming, "over": [row for row in rows if row not in coming]}
    return render(request, "events/my_work.html", context)


@require_http_methods(["GET", "POST"])
def working(request: Request, pk: int) -> HttpResponse:
    """Who has a part in the event; organisers give parts and take them away."""
    event = get_object_or_404(Event.objects.visible_to(request.user).select_related("region", "host"), pk=pk)
    if refusal := days.why_not_organise(event, request.user):
        raise refusal
    taken = request.POST.get("remove", "")
    if taken:
        row = get_object_or_404(event.staff.select_related("person"), pk=taken if taken.isdecimal() else 0)
        name = name_for(row.person, request.user)
        unstaff_event(event=event, person=row.person, function=row.function, by=request.user, now=now())
        messages.success(request, _("%(name)s has that part no longer.") % {"name": name})
        return redirect("events:working", event.pk)
    form = NameForm(request.POST or None, event=event)
    form.back = event.get_absolute_url()
    if form.is_valid():
        try:
            row = actions.name_person(event=event, by=request.user, now=now(), **form.cleaned_data)
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(
                request,
                _("%(name)s has the part. A letter goes in two minutes.")
                % {"name": name_for(row.person, request.user)},
            )
            return redirect("events:working", event.pk)
    context = {
        "event": event,
        "rows": list(event.staff.select_related("person").order_by("function", "person__name", "pk")),
        "organised": event.kind in publishing.KINDS,
        "cancelled": event.state == EventState.CANCELLED,
    }
    return render_form(request, "events/working.html", form, context)
