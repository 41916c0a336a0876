"""The door of an event: check-in on a phone, with and without network, and who was there in which half-day."""

import json
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from base import dates
from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from documents.sheets import Cell, Workbook
from events import rules as event_rules
from events.actions import door as actions
from events.documents import attendance
from events.forms.door import CheckInForm, DoorFilter, PresenceForm, read_seen
from events.halves import HalfDay
from events.letters import scope_of, whole_place_of
from events.limits import wall
from events.models import Event, Registration, Scan
from events.rules import door as rules
from events.states import EventState, Mark
from people.models import Request
from people.rules import name_for

# What the door's pages are made of, which a phone keeps to open them without network.
ASSETS = (
    "vendor/bootstrap/bootstrap.min.css",
    "helmi/tokens.css",
    "helmi/app.css",
    "helmi/more.css",
    "helmi/door.css",
    "vendor/htmx.org/htmx.min.js",
    "helmi/app.js",
    "helmi/door.js",
    "helmi/favicon.svg",
    "helmi/icons.svg",
    "vendor/source-sans-3/source-sans-3-latin-wght-normal.woff2",
    "vendor/source-sans-3/source-sans-3-latin-ext-wght-normal.woff2",
    "vendor/schibsted-grotesk/schibsted-grotesk-latin-wght-normal.woff2",
)


def _event(request: Request, pk: int) -> Event:
    """An event with a door that one stands at; nobody else learns who comes."""
    found = Event.objects.visible_to(request.user).filter(kind__in=rules.KINDS)
    event = get_object_or_404(found.select_related("region", "host"), pk=pk)
    if not rules.may_stand(event, request.user):
        raise Http404
    return event


def _instant(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _names(request: Request, event: Event) -> dict[str, Any]:
    """What a phone keeps of an event: names, codes and marks of those who are awaited, who is there, and until when."""
    rows = rules.rows_of(list(rules.at_the_door(event)), request.user)
    halves = rules.halves_of(event)
    return {
        "event": event.pk,
        "title": str(event.title),
        "zone": event.zone,
        "token": get_token(request),
        "opens": _instant(wall(event.date, datetime.min.time(), event.zone)),
        "until": _instant(event.ends_at + rules.KEPT),
        "halves": [
            {"key": half.key, "words": capfirst(rules.half_words(event, half)), "from": _from(event, halves, half)}
            for half in halves
        ],
        "people": [
            {
                "code": row.code,
                "name": row.name,
                "mark": _letters(row.organisation),
                "tint": row.organisation.tint if row.organisation else 0,
                "here": {key: _instant(at) for key, at in row.here.items()},
            }
            for row in rows
        ],
    }


def _from(event: Event, halves: tuple[HalfDay, ...], half: HalfDay) -> int:
    """From when a phone takes who comes to be in this half: a day's first half begins with the day."""
    day, at = half.opens
    if not any(other.day == day and other.half < half.half for other in halves):
        at = datetime.min.time()
    return _instant(wall(day, at, event.zone))


def _letters(organisation: Any) -> str:
    return (organisation.mark or str(organisation.name)[:2].upper()) if organisation else ""


def _words() -> dict[str, str]:
    """The sentences of the page that a phone puts together itself; %(n)s and the like are filled in there."""
    return {
        "count": _("%(here)s of %(all)s here"),
        "online": _("Connected"),
        "offline": _("No network. Check in as usual; it is sent when the network is back."),
        "unsent-one": ngettext("%(n)s check-in is not sent yet", "%(n)s check-ins are not sent yet", 1),
        "unsent-many": ngettext("%(n)s check-in is not sent yet", "%(n)s check-ins are not sent yet", 2),
        "sign-in-one": ngettext("Sign in to send %(n)s check-in", "Sign in to send %(n)s check-ins", 1),
        "sign-in-many": ngettext("Sign in to send %(n)s check-in", "Sign in to send %(n)s check-ins", 2),
        "sign-in-none": _("Sign in to get the list"),
        "here": _("%(name)s is here."),
        "already": _("%(name)s is here already, since %(time)s."),
        "back": _("%(name)s is not here, after all."),
        "since": _("here since %(time)s"),
        "check-in": _("Check in"),
        "undo": _("Undo"),
        "unknown": _("Nobody on this event has the code %(code)s."),
        "unknown-kept": _("The code %(code)s is not in the list. It is kept and asked about when the network is back."),
        "cancelled": _("%(name)s has cancelled and has no place."),
        "retimed": _("The clock of this phone is wrong. The time at which check-ins are sent stands instead."),
        "nobody": _("Nobody with that name or code."),
        "closed": _("Attendance can be marked from the day itself on."),
        "no-list": _("The list is not on this phone. Open the page once with network, signed in."),
        "erased": _("The list is erased from this phone."),
        "lost": ngettext(
            "%(n)s check-in is not sent yet and will be lost.", "%(n)s check-ins are not sent yet and will be lost.", 2
        ),
        "lost-one": ngettext(
            "%(n)s check-in is not sent yet and will be lost.", "%(n)s check-ins are not sent yet and will be lost.", 1
        ),
        "over": _("The event is over, and the list is erased from this phone."),
        "no-access": _("You no longer work on this event. The list is erased from this phone."),
        "failed": _("It could not be sent. It is kept here and tried again."),
        "no-camera": _("The camera could not be opened. Search by name, or type the code."),
    }


def _open(request: Request, template: str, event: Event, context: dict[str, Any]) -> HttpResponse:
    """A page of the door: the camera may be asked for here, and no cache keeps it but the door's own."""
    door = reverse("events:door", args=[event.pk])
    facts = {
        "event": event,
        "words": _words(),
        "door": door,
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': door})}",
    }
    response = render(request, template, {**facts, **context})
    response["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    response["Cache-Control"] = "no-store"
    return response


# ---------- Check-in ----------


@audited("attendance.seen")
@require_http_methods(["GET", "POST"])
def door(request: Request, pk: int) -> HttpResponse:
    """Check people in by name or code: a plain list with buttons; a script makes one of it that needs no network."""
    event = _event(request, pk)
    moment = now()
    if request.method == "POST":
        return _pressed(request, event, moment)
    halves = rules.halves_of(event)
    current = rules.half_now(event, moment)
    given = request.GET.copy()
    given.setdefault("half", current.key)
    form = DoorFilter(given, event=event, halves=halves)
    asked = form.cleaned_data if form.is_valid() else {}
    half = next((one for one in halves if one.key == asked.get("half")), current)
    everybody = rules.rows_of(list(rules.at_the_door(event)), request.user, half=half.key)
    words = (asked.get("q") or "").replace("\x00", "")
    rows = rules.found(everybody, words)
    note(request, about=event, scope=scope_of(event), rows=len(rows))
    context = {
        "filter": form,
        "half": half,
        "half_words": rules.half_words(event, half),
        "rows": rows,
        "asked": words,
        "all": len(everybody),
        "here": sum(1 for row in everybody if row.since),
        "refusal": event_rules.why_not_mark(event, request.user, now=moment),
        "cancelled": event.state == EventState.CANCELLED,
    }
    return _open(request, "events/door/page.html", event, context)


def _pressed(request: Request, event: Event, moment: datetime) -> HttpResponse:
    """One button of the plain list; what it says is told on the page that follows."""
    form = CheckInForm(request.POST)
    back = reverse("events:door", args=[event.pk])
    if not form.is_valid():
        return redirect(back)
    asked = form.cleaned_data
    try:
        half = rules.half_named(event, asked["half"])
        key = asked["registration"] or rules.key_of(asked["code"], event) or 0
        row = Registration.objects.standing().filter(event=event, pk=key).select_related("person").first()
        if row is None:
            raise rules.CodeUnknown(code=asked["code"] or "–")
        here = asked["here"] == "1"
        actions.check_in(registration=row, half=half, here=here, by=request.user, now=moment)
        said = _("%(name)s is here.") if here else _("%(name)s is not here, after all.")
        messages.success(request, said % {"name": rules.name_of(row, request.user)})
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    return redirect(f"{back}?{urlencode({'half': asked['half']})}")


@require_safe
def door_shell(request: Request, pk: int) -> HttpResponse:
    """The page as a phone keeps it: no name on it, not even the event's; the list comes from the phone's own store."""
    return _open(request, "events/door/shell.html", _event(request, pk), {"quiet": True})


@require_safe
def door_worker(request: Request, pk: int) -> HttpResponse:
    """The service worker of this door and of nothing else, with what it keeps."""
    event = _event(request, pk)
    door = reverse("events:door", args=[event.pk])
    facts = {
        "event": event.pk,
        "door": door,
        "shell": reverse("events:door_shell", args=[event.pk]),
        "assets": [static(name) for name in ASSETS],
        "static": static("helmi/app.css").rsplit("helmi/", 1)[0],
    }
    script = f"self.DOOR = {json.dumps(facts)};\nimportScripts({json.dumps(static('helmi/door-worker.js'))});\n"
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = door
    response["Cache-Control"] = "no-cache, private"
    return response


@audited("attendance.seen")
@require_safe
def door_names(request: Request, pk: int) -> HttpResponse:
    """The list that a phone keeps, encrypted, and the token with which it sends."""
    event = _event(request, pk)
    if event.state == EventState.CANCELLED:
        raise event_rules.cancelled(event)
    names = _names(request, event)
    note(request, about=event, scope=scope_of(event), rows=len(names["people"]))
    return _json(names)


@require_POST
def door_send(request: Request, pk: int) -> HttpResponse:
    """Take what a phone has seen and answer with how everything stands; the same again changes nothing."""
    event = _event(request, pk)
    try:
        seen = read_seen(request.body)
        taken = actions.take(event=event, seen=seen, by=request.user, now=now())
    except Refusal as refusal:
        return _json({"reason": str(refusal)}, status=409)
    except (ValueError, TypeError, OverflowError):
        return _json({"reason": _("This was not sent by the check-in page.")}, status=422)
    gone = (
        {
            row.pk: rules.name_of(row, request.user)
            for row in Registration.objects.filter(
                event=event, pk__in=[rules.key_of(one.code, event) for one in taken.cancelled]
            ).select_related("person")
        }
        if taken.cancelled
        else {}
    )
    return _json(
        {
            "taken": [str(nonce) for nonce in taken.taken],
            "unknown": [{"nonce": str(one.nonce), "code": one.code} for one in taken.unknown],
            "cancelled": [
                {"nonce": str(one.nonce), "name": gone.get(rules.key_of(one.code, event) or 0, one.code)}
                for one in taken.cancelled
            ],
            "retimed": len(taken.retimed),
            "names": _names(request, event),
        }
    )


def _json(data: dict[str, Any], status: int = 200) -> JsonResponse:
    response = JsonResponse(data, status=status)
    response["Cache-Control"] = "no-store"
    return response


# ---------- Presence ----------


@audited("attendance.seen")
@require_safe
def presence(request: Request, pk: int) -> HttpResponse:
    """Who was there, half by half, with hours; to print."""
    event = _event(request, pk)
    stands = rules.stands_of(event, request.user)
    note(request, about=event, scope=scope_of(event), rows=len(stands))
    halves = rules.halves_of(event)
    context = {
        "event": event,
        "halves": [(half, rules.half_words(event, half)) for half in halves],
        "stands": stands,
        "totals": [sum(1 for stand in stands if stand.cells[n][1]) for n in range(len(halves))],
        "here": sum(1 for stand in stands if stand.mark == Mark.PRESENT),
        "hours": sum((stand.hours or 0 for stand in stands), 0),
        "refusal": event_rules.why_not_mark(event, request.user, now=now()),
        "organises": event_rules.organises(event, request.user),
    }
    return render(request, "events/door/presence.html", context)


@audited("attendance.seen")
@require_safe
def presence_sheet(request: Request, pk: int) -> HttpResponse:
    """The list of those who are awaited as a paper to sign, made when it is asked for and kept nowhere."""
    event = _event(request, pk)
    rows = list(Registration.objects.coming_to(event).select_related("person", "organisation"))
    note(request, about=event, scope=scope_of(event), rows=len(rows))
    return sheet_to_sign(event, rules.lines_to_sign(rows))


def sheet_to_sign(event: Event, lines: Sequence[tuple[str, str]], *, kind: str = "") -> HttpResponse:
    """These names and employers as a paper to sign on each day of the event."""
    sheet = attendance.Sheet(
        title=str(event.title),
        kind=kind or capfirst(event.get_kind_display()),
        region=str(event.region.name),
        days=attendance.days_of(event.date, event.last_date),
        hours="" if event.last_date else dates.time_span(event.start_time, event.end_time),
        where=whole_place_of(event),
        lines=[attendance.Line(name, organisation) for name, organisation in lines],
    )
    response = HttpResponse(attendance.print_sheet(sheet).content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, attendance.file_name(event.date)) or "inline"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _by(scan: Scan, request: Request) -> str:
    return name_for(scan.by, request.user) if scan.by else ""


@audited("attendance.seen")
@require_http_methods(["GET", "POST"])
def presence_one(request: Request, pk: int, registration: int) -> HttpResponse:
    """What was seen of one person, and a correction by hand, also late."""
    event = _event(request, pk)
    rows = Registration.objects.with_place().filter(event=event).select_related("person", "organisation")
    row = get_object_or_404(rows, pk=registration)
    note(request, about=row, scope=scope_of(event))
    there = rules.present([row.pk]).get(row.pk, {})
    given = request.POST if request.method == "POST" else None
    form = PresenceForm(given, event=event, initial={"present": list(there)})
    form.back = reverse("events:presence", args=[event.pk])
    refusal = event_rules.why_not_mark(event, request.user, now=now())
    if form.is_valid():
        actions.correct(registration=row, present=set(form.cleaned_data["present"]), by=request.user, now=now())
        messages.success(request, _("Attendance is saved."))
        return redirect("events:presence", pk=event.pk)
    halves = {half.key: rules.half_words(event, half) for half in rules.halves_of(event)}
    facts = [
        (
            scan,
            halves.get(f"{scan.date.isoformat()} {scan.half}", ""),
            name_for(scan.by, request.user) if scan.by else "",
        )
        for scan in Scan.objects.filter(registration=row).select_related("by")
    ]
    context = {"event": event, "name": rules.name_of(row, request.user), "facts": facts, "refusal": refusal}
    return render_form(request, "events/door/presence_one.html", form, context)


@audited("attendance.seen")
@require_POST
def presence_file(request: Request, pk: int) -> HttpResponse:
    """The attendance as a workbook, made when it is asked for and kept nowhere."""
    event = _event(request, pk)
    stands = rules.stands_of(event, request.user)
    note(request, about=event, scope=scope_of(event), rows=len(stands))
    halves = rules.halves_of(event)
    titles = [_("Name"), _("Municipality"), *(capfirst(rules.half_words(event, half)) for half in halves)]
    titles += [_("Hours"), _("State")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "attendance.xlsx"
        book = Workbook(path, title=str(event.title), language=(get_language() or "sv")[:2])
        sheet = book.sheet(_("Attendance"), titles, [30, 18, *(14 for _half in halves), 9, 16])
        for stand in stands:
            organisation = stand.row.organisation
            cells: list[Cell] = [stand.row.name, str(organisation.name) if organisation else ""]
            cells += [half.hours if at else None for half, at in stand.cells]
            sheet.row([*cells, stand.hours, str(Mark(stand.mark).label) if stand.mark else ""])
        sheet.close()
        book.close()
        response = HttpResponse(path.read_bytes(), content_type=Workbook.content_type)
    name = _("attendance")
    response["Content-Disposition"] = f'attachment; filename="{name}-{event.date:%Y-%m-%d}.xlsx"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
