"""Name badges: the organiser's page with the files, and the name on one badge."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from documents.models import StoredFile
from documents.pdf import why_not_print
from documents.views import answer_file
from events import rules as event_rules
from events.actions import badges as actions
from events.forms.badges import NEW, BadgeNameForm, BadgesForm
from events.letters import scope_of
from events.models import BadgePrint, Event, Registration
from events.rules import badges as rules
from events.rules.door import KINDS
from events.states import PrintState
from people.models import Request
from people.rules import may_read_name

LISTED = 12


def _event(request: Request, pk: int) -> Event:
    """A seminar, meeting or workshop that one organises; who only sees it is told so."""
    found = Event.objects.visible_to(request.user).filter(kind__in=KINDS)
    event = get_object_or_404(found.select_related("region"), pk=pk)
    if refusal := event_rules.why_not_organise(event, request.user):
        raise refusal
    return event


def _files(event: Event, request: Request) -> dict[str, Any]:
    """The latest files, and whether any is in the making."""
    rows = list(BadgePrint.objects.visible_to(request.user).filter(event=event).select_related("file")[:LISTED])
    waiting = sum(row.state == PrintState.WAITING for row in rows)
    return {
        "event": event,
        "files": [
            (row, row.file is not None and (not row.file.expires_at or row.file.expires_at > now())) for row in rows
        ],
        "waiting": waiting,
    }


def _over(file: StoredFile) -> bool:
    """Whether the file's time is over."""
    return file.expires_at is not None and file.expires_at <= now()


@require_http_methods(["GET", "POST"])
def badges(request: Request, pk: int) -> HttpResponse:
    """Whose badges on which labels, and the files that were made."""
    event = _event(request, pk)
    files = _files(event, request)
    if request.method == "GET" and request.headers.get("HX-Request"):
        return render(request, "events/badges/files.html", files)
    registrations = list(rules.registrations_of(event))
    all_badges = rules.badges_of(registrations, request.user)
    new = rules.new_ones(registrations, all_badges)
    latest = files["files"][0][0].sheet if files["files"] else None
    form = BadgesForm(
        request.POST or None,
        new=len(new),
        everybody=len(all_badges),
        initial={"sheet": latest} if latest else None,
    )
    if form.is_valid():
        asked = form.cleaned_data
        try:
            actions.ask_badges(
                event=event,
                sheet=asked["sheet"],
                start=asked["start"],
                only_new=asked["which"] == NEW,
                by=request.user,
                now=now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The badges are being made. It takes less than a minute."))
            return redirect("events:badges", pk=pk)
    missing = why_not_print()
    context = {
        **files,
        "everybody": len(all_badges),
        "new": len(new),
        "refusal": rules.why_not_badges(event, request.user),
        "press_missing": str(missing) if missing else "",
    }
    return render_form(request, "events/badges/page.html", form, context)


@audited("badges.fetched")
@require_safe
def badges_file(request: Request, pk: int, number: int) -> HttpResponseBase:
    """A file of badges, to print."""
    event = _event(request, pk)
    rows = BadgePrint.objects.visible_to(request.user).filter(event=event)
    row = get_object_or_404(rows.select_related("file"), pk=number)
    note(request, about=row, scope=scope_of(event), event=event.pk, rows=row.count)
    return answer_file(row.file)


def _name(request: Request, row: Registration, *, back: str, own: bool) -> HttpResponse:
    """The form for the name on one badge."""
    refusal = rules.why_not_name(row, request.user, now=now())
    registered = (row.name if row.person.is_guest else "") or row.person.name
    form = BadgeNameForm(request.POST or None, name=registered, initial={"badge_name": row.badge_name})
    form.back = back
    if form.is_valid():
        try:
            actions.name_badge(registration=row, name=form.cleaned_data["badge_name"], by=request.user, now=now())
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, _("The name on the badge is saved."))
            return redirect(back)
    context = {
        "event": row.event,
        "own": own,
        "name": registered,
        "printed": row.badge_printed_at,
        "refusal": str(refusal) if refusal else "",
        "back": back,
    }
    return render_form(request, "events/badges/name.html", form, context)


@require_http_methods(["GET", "POST"])
def badge_name(request: Request, pk: int) -> HttpResponse:
    """What one wants to be called on one's own badge."""
    mine = Registration.objects.visible_to(request.user).standing().filter(event=pk, person=request.user)
    row = get_object_or_404(mine.filter(event__kind__in=KINDS).select_related("event", "person"))
    return _name(request, row, back=row.event.get_absolute_url(), own=True)


@require_http_methods(["GET", "POST"])
def badge_of(request: Request, pk: int, registration: int) -> HttpResponse:
    """An organiser corrects the name on somebody's badge, when she stands at the desk."""
    event = _event(request, pk)
    found = Registration.objects.visible_to(request.user).standing().filter(event=event, claim__isnull=False)
    row = get_object_or_404(found.select_related("event", "person"), pk=registration)
    if not may_read_name(row.person, request.user):
        raise Http404
    return _name(request, row, back=reverse("events:registration", args=[event.pk, row.pk]), own=False)
