"""Pages about events: the event itself, who cannot come, its practical side, calendars."""

from collections import Counter
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Forbidden
from events import actions, feeds, rules
from events.forms.days import AbsenceForm, PracticalitiesForm
from events.letters import notices_of, scope_of, whole_place_of
from events.letters.days import along, own_token
from events.models import Event, Needs, Registration
from events.rules import abstracts as abstract_rules
from events.rules import badges
from events.rules import door as door_rules
from events.rules import material as material_rules
from events.states import EventKind, EventState
from events.views import material
from events.views.changes import changes_of, day_of
from outbox.views import Deed, check, read_first, say_done
from people.models import Request


def map_of(event: Event) -> str:
    """A map that finds the place by its address; the reader opens it, we load nothing from there."""
    where = event.address or event.venue
    if where and event.host is not None and event.host.name not in where:
        where = f"{where}, {event.host.name}"
    return f"https://www.openstreetmap.org/search?{urlencode({'query': where})}" if where else ""


def _find(request: Request, pk: int) -> Event:
    events = Event.objects.visible_to(request.user).select_related("region", "host", *along())
    return get_object_or_404(events, pk=pk)


def _mine(request: Request, event: Event) -> Registration | None:
    mine = Registration.objects.visible_to(request.user).standing().filter(event=event, person=request.user)
    return mine.select_related("event").first()


def _mine_or_404(request: Request, event: Event) -> Registration:
    registration = _mine(request, event)
    if registration is None:
        raise Http404
    return registration


@require_GET
def event(request: Request, pk: int) -> HttpResponse:
    """The event as its audience sees it, with what the reader can do there."""
    found = _find(request, pk)
    registration = _mine(request, found)
    moment = now()
    organises = rules.organises(found, request.user)
    works = rules.works_on(found, request.user)
    context = {
        "event": found,
        "place": whole_place_of(found),
        "map": map_of(found),
        "registration": registration,
        "may_be_absent": registration is not None
        and rules.why_not_report_absence(registration, request.user, now=moment) is None,
        "may_name_badge": registration is not None
        and badges.why_not_name(registration, request.user, now=moment) is None,
        "may_arrange": rules.why_not_change_practicalities(found, request.user) is None
        and rules.why_not_change(found, now=moment) is None,
        "may_see_needs": organises or works,
        "organises": organises,
        "works": works,
        "may_register_staff": bool(request.user.reach.staff_paths) and found.ways.exists(),
        "cancelled": found.state == EventState.CANCELLED,
        "over": found.ends_at <= moment,
        "may_see_evaluation": found.kind != EventKind.SUPERVISION
        and found.state != EventState.CANCELLED
        and (organises or works or (registration is not None and found.ends_at <= moment)),
        "material": material.lines(found, request.user),
        "book": reverse("events:book", args=[found.pk]) if _book(request, found) else "",
        "has_door": (organises or works) and found.kind in door_rules.KINDS and found.state != EventState.CANCELLED,
        "may_add_material": material_rules.why_not_add(found, request.user) is None,
    }
    return render(request, "events/event.html", context)


def _book(request: Request, event: Event) -> bool:
    """Whether there is a book of abstracts for this reader; days and supervision have none."""
    if event.kind in (EventKind.COURSE_DAY, EventKind.SUPERVISION):
        return False
    return abstract_rules.why_not_book(event, request.user) is None and abstract_rules.has_book(event)


@require_GET
def event_file(request: Request, pk: int) -> HttpResponse:
    """The event as a calendar file."""
    found = _find(request, pk)
    content = feeds.file_of([found], name=str(found.title))
    return feeds.answer(request, content, filename=f"helmi-{found.date:%Y-%m-%d}.ics", attachment=True)


@require_http_methods(["GET", "POST"])
def absence(request: Request, pk: int) -> HttpResponse:
    """ "I cannot come": a reason if one wants, and done."""
    found = _find(request, pk)
    registration = _mine_or_404(request, found)
    if registration.claim is not None and registration.claim.places.event_id:
        # Who has a place of her own gives it up, so that somebody else gets it.
        return redirect("events:mine_cancel", own_token(registration))
    form = AbsenceForm(request.POST or None, event=found)
    form.back = found.get_absolute_url()
    refusal = rules.why_not_report_absence(registration, request.user, now=now())
    if request.method == "POST":
        form = AbsenceForm(request.POST, event=found)
        form.back = found.get_absolute_url()
        if form.is_valid():
            actions.report_absence(
                registration=registration,
                reason=form.cleaned_data.get("reason", ""),
                by=request.user,
                now=now(),
            )
            return redirect(found)
    return render_form(request, "events/absence.html", form, {"event": found, "refusal": refusal})


@require_POST
def absence_undo(request: Request, pk: int) -> HttpResponse:
    """ "I come after all"."""
    found = _find(request, pk)
    actions.take_back_absence(registration=_mine_or_404(request, found), by=request.user, now=now())
    messages.success(request, _("You are expected again."))
    return redirect(found)


@audited("notice.prepared")
@require_http_methods(["GET", "POST"])
def practicalities(request: Request, pk: int) -> HttpResponse:
    """Place and arrival: for the organisers, and for who hosts this very day."""
    found = _find(request, pk)
    if request.method == "GET":
        if refusal := rules.why_not_change_practicalities(found, request.user):
            raise refusal
        form = PracticalitiesForm(event=found)
    else:
        form = PracticalitiesForm(request.POST, event=found)
        if form.is_valid() and "change" not in request.POST:
            moment = now()
            deed = partial(actions.change_practicalities, by=request.user, now=moment, **form.cleaned_data)
            # What is not hers is tried and written down, not rehearsed.
            hers = rules.why_not_change_practicalities(found, request.user) is None
            if hers and (previews := read_first(request, lambda event: deed(event=event), found)):
                words = Deed(
                    _("Read the letter and change the place"),
                    _("Change the place and send the letter"),
                    str(found.title),
                    [day_of(found)],
                    found.get_absolute_url(),
                )
                return check(request, form, words, previews, changes_of(form))
            deed(event=found)
            say_done(
                request,
                _("The practical details are saved. Calendars follow by themselves."),
                notices_of(found, at=moment),
            )
            return redirect(found)
        if refusal := rules.why_not_change_practicalities(found, request.user):
            raise refusal
    form.back = found.get_absolute_url()
    blocked = rules.why_not_change(found, now=now())
    return render_form(request, "events/practicalities.html", form, {"event": found, "refusal": blocked})


@audited("needs_seen")
@require_GET
def needs(request: Request, pk: int) -> HttpResponse:
    """Food and access needs: figures and initials for organisers, figures of diets alone for who works on the day."""
    found = _find(request, pk)
    organises = rules.organises(found, request.user)
    if not organises and not rules.works_on(found, request.user):
        raise Forbidden(_("Food and access needs are shown to those who arrange the day."))
    rows = Needs.objects.of_expected_at(found).select_related("claim__person")
    diets = Counter(row.diet.casefold() for row in rows if row.diet)
    note(request, about=found, scope=scope_of(found), rows=len(rows))
    context = {
        "event": found,
        "diets": sorted(diets.items(), key=lambda pair: (-pair[1], pair[0])),
        "people": [(row.claim.person, row) for row in rows] if organises else [],
        "organises": organises,
        "expected": Registration.objects.visible_to(request.user).expected().filter(event=found).count(),
    }
    return render(request, "events/needs.html", context)


@require_GET
def calendar(request: Request) -> HttpResponse:
    """How to follow one's days in a calendar of one's own."""
    link = feeds.link_of(request.user)
    context = {
        "link": link,
        "webcal": "webcal://" + link.split("://", 1)[1],
        "days": feeds.events_of(request.user, now=now()),
    }
    return render(request, "events/calendar.html", context)


@require_POST
def renew_feed(request: Request) -> HttpResponse:
    """Give the calendar a new link, so that the old one opens nothing."""
    actions.renew_feed(person=request.user, by=request.user, now=now())
    messages.success(request, _("Your calendar has a new link. Subscribe again with it; the old one no longer works."))
    return redirect("events:calendar")


@login_not_required
@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """A person's own calendar, for calendar programs; without days it is not there."""
    person = feeds.holder_of(token)
    events = feeds.events_of(person, now=now()) if person is not None else []
    if person is None or not events:
        raise Http404
    with translation.override(person.language):
        content = feeds.calendar_of(person, events)
    response = feeds.answer(request, content, filename="helmi.ics")
    response["Content-Language"] = person.language
    return response
