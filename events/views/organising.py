"""The organiser's pages of seminars, meetings and workshops: the list, a new one, its hub and what it is made of."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from base import clock
from base.forms import refuse, render_form
from base.marks import audited
from base.refusal import Forbidden, Refusal
from events import actions as days
from events.actions import publishing as actions
from events.forms.organising import (
    AgendaForm,
    ArrangeForm,
    CancelForm,
    CopyForm,
    DraftForm,
    EventFilter,
    MoveForm,
    WayForm,
    WordsForm,
)
from events.letters.days import notices_of, public_path
from events.models import Claim, Event, Places
from events.rules import organises, why_not_change
from events.rules import publishing as rules
from events.rules.days import EndsBeforeStart, NothingMoved
from events.rules.sign_up import ways_of
from events.rules.todos import todos
from events.states import ClaimState, EventState, RegistrationState
from events.views.changes import day_of, moved_rows
from outbox.models import Letter
from outbox.views import Deed, check, read_first, say_done
from people.models import Organisation, Person, Region, Request
from people.states import Role


def find_own(request: Request, pk: int) -> Event:
    """An event of its own kind that the reader organises; who only sees it is told so."""
    events = Event.objects.visible_to(request.user).filter(kind__in=rules.KINDS)
    found = get_object_or_404(events.select_related("region", "host", "contact"), pk=pk)
    if not organises(found, request.user):
        raise Forbidden(_("Only the coordinators of the region can do this."))
    return found


def regions_of(person: Person) -> Any:
    """The regions in which the person may make events."""
    return Region.objects.all() if person.reach.administrator else Region.objects.filter(pk__in=person.reach.region_ids)


@require_GET
def organised(request: Request) -> HttpResponse:
    """The events of one's regions: to come, drafts, over."""
    regions = list(regions_of(request.user))
    if not regions:
        raise Http404
    form = EventFilter(request.GET or None)
    typed = form.cleaned_data if form.is_valid() else {}
    moment = clock.now()
    rows = Event.objects.visible_to(request.user).filter(kind__in=rules.KINDS, region__in=regions)
    if typed.get("kind"):
        rows = rows.filter(kind=typed["kind"])
    if typed.get("when") == "past":
        rows = rows.filter(ends_at__lte=moment).order_by("-starts_at")
    elif typed.get("when") == "draft":
        rows = rows.filter(state=EventState.DRAFT).order_by("starts_at")
    else:
        rows = rows.filter(ends_at__gt=moment).order_by("starts_at")
    here = Q(registrations__claim__state=ClaimState.CONFIRMED) & ~Q(registrations__state=RegistrationState.CANCELLED)
    rows = rows.select_related("host").annotate(registered=Count("registrations", filter=here, distinct=True))
    asked = any(typed.values())
    tasks = [] if asked else todos(request.user, now=moment)
    context = {"rows": rows[:200], "filter": form, "asked": asked, "tasks": tasks}
    return render(request, "events/organise/list.html", context)


@require_http_methods(["GET", "POST"])
def event_new(request: Request) -> HttpResponse:
    """A new event: what, when and for whom."""
    regions = regions_of(request.user)
    if not regions:
        raise Http404
    form = DraftForm(request.POST or None, regions=regions)
    form.back = reverse("events:organised")
    if form.is_valid():
        typed = form.cleaned_data
        try:
            event = actions.draft_event(
                region=typed["region"],
                kind=typed["kind"],
                title=form.titles,
                date=typed["on"],
                start_time=typed["start_time"],
                end_time=typed["end_time"],
                audience=typed["audience"],
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            refuse(form, refusal, {EndsBeforeStart: "end_time"})
        else:
            messages.success(request, _("The draft is made. Only the organisers see it."))
            return redirect("events:organise", event.pk)
    return render_form(request, "events/organise/new.html", form, {})


def _tasks(event: Event, missing: list[str], waiting: int) -> list[dict[str, Any]]:
    """What is left to do, the first thing first."""
    own = [event.pk]
    tasks: list[dict[str, Any]] = []
    if event.state in (EventState.DRAFT, EventState.ANNOUNCED):
        tasks += [
            {
                "url": reverse("events:event_words", args=own),
                "title": _("Write the texts"),
                "text": _("What it is about, for whom, and what is good to know."),
            }
            if not event.summary
            else {},
            {
                "url": reverse("events:agenda", args=own),
                "title": _("Write the programme"),
                "text": _("When what begins, and who speaks."),
            }
            if not event.agenda.exists()
            else {},
            {
                "url": reverse("events:practicalities", args=own),
                "title": _("Say where it is"),
                "text": _("Place, address and access; or the link to the broadcast."),
            }
            if not (event.venue or event.address or event.remote_link)
            else {},
            {
                "url": reverse("events:ways", args=own),
                "title": _("Add a way to take part"),
                "text": _("On site, broadcast or both, each with its places."),
            }
            if _("a way to take part") in missing
            else {},
        ]
    if waiting:
        tasks.append(
            {
                "url": reverse("events:registrations", args=own),
                "title": ngettext("%(n)s person waits for a place", "%(n)s people wait for a place", waiting)
                % {"n": waiting},
                "text": _("They are offered places as they become free."),
            }
        )
    return [task for task in tasks if task]


@require_GET
def organise(request: Request, pk: int) -> HttpResponse:
    """The hub of an event: what to do now, places, letters, and the way to everything else."""
    event = find_own(request, pk)
    moment = clock.now()
    ways = ways_of(event)
    missing = rules.lacking(event, [way.places for way in ways])
    waiting = sum(way.waiting for way in ways)
    letters = Letter.objects.visible_to(request.user).filter(about=f"events.event:{event.pk}")
    open_still = why_not_change(event, now=moment) is None
    more = []
    if open_still:
        more += [
            (reverse("events:event_words", args=[pk]), _("Change the texts")),
            (reverse("events:arrange", args=[pk]), _("Change who may come and when registration closes")),
            (reverse("events:practicalities", args=[pk]), _("Change the place")),
            (reverse("events:invited", args=[pk]), _("Say who is invited")),
            (reverse("events:event_move", args=[pk]), _("Move the event")),
        ]
    more.append((reverse("events:event_copy", args=[pk]), _("Make the next one from this")))
    if open_still:
        more.append((reverse("events:event_cancel", args=[pk]), _("Cancel the event")))
    context = {
        "event": event,
        "here": "overview",
        "tone": _tone(event),
        "lines": ways,
        "missing": missing,
        "tasks": _tasks(event, missing, waiting),
        "more": more,
        "can_announce": rules.why_not_announce(event, request.user, now=moment) is None,
        "can_publish": rules.why_not_publish(event, [way.places for way in ways], request.user, now=moment) is None,
        "unpublished": event.state in (EventState.DRAFT, EventState.ANNOUNCED),
        "public": public_path(event) if event.state != EventState.DRAFT else "",
        "letters": letters.aggregate(
            sent=Count("pk", filter=Q(state="sent")),
            waiting=Count("pk", filter=Q(state__in=["queued", "held", "retry", "inflight"])),
        ),
        "agenda": event.agenda.all(),
    }
    return render(request, "events/organise/hub.html", context)


def _tone(event: Event) -> str:
    return {EventState.PUBLISHED: "on", EventState.CANCELLED: "danger", EventState.ANNOUNCED: "note"}.get(
        EventState(event.state), ""
    )


@require_POST
def event_announce(request: Request, pk: int) -> HttpResponse:
    """Save the date."""
    event = find_own(request, pk)
    try:
        actions.announce_event(event=event, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The event is announced. Everybody it is for sees the day; nobody can register yet.")
        )
    return redirect("events:organise", pk)


@require_POST
def event_publish(request: Request, pk: int) -> HttpResponse:
    """Show it to its audience."""
    event = find_own(request, pk)
    try:
        actions.publish(event=event, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The event is published."))
    return redirect("events:organise", pk)


def _form_page(request: Request, event: Event, form: Any, heading: str, lead: str = "", here: str = "") -> HttpResponse:
    form.back = reverse("events:organise", args=[event.pk])
    context = {"event": event, "heading": heading, "lead": lead, "here": here}
    return render_form(request, "events/organise/form.html", form, context)


@require_http_methods(["GET", "POST"])
def event_words(request: Request, pk: int) -> HttpResponse:
    """The texts in the region's languages."""
    event = find_own(request, pk)
    form = WordsForm(request.POST or None, event=event)
    if form.is_valid():
        try:
            actions.describe_event(event=event, words=form.cleaned_data, by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The texts are saved. Nobody is written to about them."))
            return redirect("events:organise", pk)
    return _form_page(request, event, form, _("Texts"), here="words")


def _coordinators(event: Event, today: Any) -> list[Person]:
    people = Person.objects.filter(
        pk__in=event.region.role_assignments.on(today).filter(role=Role.COORDINATOR).values("person")
    )
    return list(people.order_by("name"))


@require_http_methods(["GET", "POST"])
def arrange(request: Request, pk: int) -> HttpResponse:
    """Who may come, the window, what is asked, who answers."""
    event = find_own(request, pk)
    today = clock.today(event.zone)
    towns = list(Organisation.objects.in_region(event.region, today))
    people = _coordinators(event, today)
    form = ArrangeForm(request.POST or None, event=event, towns=towns, coordinators=people)
    if form.is_valid():
        try:
            actions.arrange_event(event=event, by=request.user, now=clock.now(), **form.facts)
        except Refusal as refusal:
            refuse(
                form,
                refusal,
                {
                    rules.ClosesAfterStart: "closes_on",
                    rules.ClosesBeforeOpening: "closes_on",
                    rules.LastDayEarly: "last_on",
                },
            )
        else:
            messages.success(request, _("Saved."))
            return redirect("events:organise", pk)
    return _form_page(request, event, form, _("Who may come, and registration"), here="arrange")


@require_http_methods(["GET", "POST"])
def ways(request: Request, pk: int) -> HttpResponse:
    """The ways to take part, and adding one."""
    event = find_own(request, pk)
    form = WayForm(request.POST or None, event=event)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            actions.add_way(
                event=event,
                way=typed["way"],
                capacity=typed["capacity"],
                policy=typed["policy"],
                name=form.names,
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            refuse(form, refusal, {rules.WayTwice: "way"})
        else:
            messages.success(request, _("The way to take part is added."))
            return redirect("events:ways", pk)
    form.back = reverse("events:organise", args=[pk])
    lines = [(line, not Claim.objects.filter(places=line.places).live().exists()) for line in ways_of(event)]
    context = {"event": event, "here": "ways", "lines": lines, "open": why_not_change(event, now=clock.now()) is None}
    return render_form(request, "events/organise/ways.html", form, context)


@require_POST
def way_remove(request: Request, pk: int, way: int) -> HttpResponse:
    """Take a way that nobody uses away."""
    event = find_own(request, pk)
    places = get_object_or_404(Places, pk=way, event=event)
    try:
        actions.remove_way(places=places, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The way to take part is removed."))
    return redirect("events:ways", pk)


@require_http_methods(["GET", "POST"])
def agenda(request: Request, pk: int) -> HttpResponse:
    """The programme, line by line."""
    event = find_own(request, pk)
    adding = "more" in request.POST
    form = AgendaForm(request.POST or None, event=event, more=4 if adding else 0)
    refusal = ""
    if request.method == "POST" and not adding and form.is_valid():
        try:
            actions.set_agenda(event=event, lines=form.lines, by=request.user, now=clock.now())
        except Refusal as no:
            refusal = str(no)
        else:
            if rules.overlaps(list(event.agenda.all())):
                messages.warning(
                    request, _("The programme is saved. Two lines run at the same time: check their hours.")
                )
            else:
                messages.success(request, _("The programme is saved."))
            return redirect("events:organise", pk)
    wrong = request.method == "POST" and not adding and bool(form.errors or refusal)
    context = {"event": event, "here": "agenda", "form": form, "refusal": refusal, "wrong": wrong}
    return render(request, "events/organise/agenda.html", context, status=422 if wrong else 200)


def _say(request: Request, event: Event, words: str, moment: datetime) -> HttpResponse:
    say_done(request, words, notices_of(event, at=moment))
    return redirect("events:organise", event.pk)


@audited("notice.prepared")
@require_http_methods(["GET", "POST"])
def event_move(request: Request, pk: int) -> HttpResponse:
    """Move the event: the new time, then the letter as it will be read, then it goes."""
    event = find_own(request, pk)
    initial = {"on": event.date, "start_time": event.start_time, "end_time": event.end_time}
    form = MoveForm(request.POST or None, initial=initial)
    if form.is_valid() and "change" not in request.POST:
        typed, moment = form.cleaned_data, clock.now()

        def move(event: Event) -> None:
            days.move_event(
                event=event,
                date=typed["on"],
                start_time=typed["start_time"],
                end_time=typed["end_time"],
                reason=typed["reason"],
                by=request.user,
                now=moment,
            )
            actions.time_ways(event=event)

        try:
            if previews := read_first(request, move, event):
                words = Deed(
                    _("Read the letter and move the event"),
                    _("Move the event and send the letter"),
                    str(event.title),
                    [day_of(event)],
                    reverse("events:organise", args=[pk]),
                )
                return check(request, form, words, previews, moved_rows(event, typed))
            move(event)
        except Refusal as refusal:
            refuse(form, refusal, {EndsBeforeStart: "end_time", NothingMoved: "on"})
        else:
            return _say(request, event, _("The event is moved."), moment)
    return _form_page(request, event, form, _("Move the event"))


@audited("notice.prepared")
@require_http_methods(["GET", "POST"])
def event_cancel(request: Request, pk: int) -> HttpResponse:
    """Cancel the event: the reason, then the letter as it will be read, then it goes."""
    event = find_own(request, pk)
    form = CancelForm(request.POST or None)
    if form.is_valid() and "change" not in request.POST:
        moment = clock.now()
        deed = partial(days.cancel_event, reason=form.cleaned_data["reason"], by=request.user, now=moment)
        try:
            if "confirm" not in request.POST:
                previews = read_first(request, lambda event: deed(event=event), event)
                words = Deed(
                    _("Read the letter and cancel the event"),
                    _("Cancel the event and send the letter") if previews else _("Cancel the event"),
                    str(event.title),
                    [day_of(event)],
                    reverse("events:organise", args=[pk]),
                    final=True,
                )
                return check(request, form, words, previews)
            deed(event=event)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("events:organise", pk)
        return _say(request, event, _("The event is cancelled."), moment)
    return _form_page(request, event, form, _("Cancel the event"))


@require_http_methods(["GET", "POST"])
def event_copy(request: Request, pk: int) -> HttpResponse:
    """The next one from this: words, programme, questions and ways; no people."""
    event = find_own(request, pk)
    form = CopyForm(request.POST or None)
    if form.is_valid():
        copy = actions.copy_event(event=event, date=form.cleaned_data["on"], by=request.user, now=clock.now())
        messages.success(request, _("The draft is made. Only the organisers see it."))
        return redirect("events:organise", copy.pk)
    lead = _("Texts, programme, questions and ways to take part come along. People do not.")
    return _form_page(request, event, form, _("Make the next one from this"), lead)
