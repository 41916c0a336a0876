"""Pages about material: the list for those who arrange, adding, changing, removing, and fetching a file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from base import clock, dates
from base.forms import render_form
from base.languages import spoken
from base.marks import takes_files
from base.refusal import Refusal
from documents.gate import LARGEST_UPLOAD, NOTES
from documents.states import FileState
from documents.views import answer_file
from events.actions import material as actions
from events.forms.material import MaterialForm
from events.models import Event, Material, Registration
from events.querysets import MaterialQuerySet
from events.rules import days, publishing
from events.rules import material as rules
from events.states import Seen
from people.models import Person, Request, RoleAssignment
from people.states import Language, Role

KINDS = {
    "application/pdf": "PDF",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "text/plain; charset=utf-8": "TXT",
    "text/csv; charset=utf-8": "CSV",
}


@dataclass(frozen=True)
class Line:
    """One piece of material as a list shows it."""

    material: Material
    url: str
    about: str
    lang: str
    out_of_date: bool
    held: bool
    waits_until: datetime | None = None
    may_change: bool = False


def _about(material: Material, readers_language: str) -> tuple[str, str]:
    """What a reader wants to know before fetching: kind, pages, size, or whose page; and a foreign language's code."""
    foreign = material.language if material.language and material.language != readers_language else ""
    parts = []
    if material.file is not None:
        ending = material.file.name.rpartition(".")[2].upper()
        parts.append(KINDS.get(material.file.content_type, ending))
        if material.file.pages:
            parts.append(_pages(material.file.pages))
        parts.append(_size(material.file.size))
    else:
        parts.append(urlsplit(material.link).hostname or "")
    if foreign:
        parts.append(str(Language(foreign).label))
    return ", ".join(parts), foreign


def _pages(number: int) -> str:
    return ngettext("%(n)s page", "%(n)s pages", number) % {"n": number}


def _size(size: int) -> str:
    if size < 1024 * 1024:
        return _("%(n)s kB") % {"n": dates.number(max(1, round(size / 1024)), 0)}
    return _("%(n)s MB") % {"n": dates.number(round(size / 1024 / 1024, 1), 1)}


def lines(event: Event, person: Any, *, arranging: bool = False) -> list[Line]:
    """The material of an event that a person sees, in its order: what the pages of an event include.

    Who is not signed in gets the addresses that are open to everybody. Only those who arrange see what is held or waits
    for its time.
    """
    now = clock.now()
    rows = Material.objects.visible_to(person, now=now).filter(event=event)
    if not arranging:
        rows = rows.ready().filter(Q(seen_from__isnull=True) | Q(seen_from__lte=now))
    everything = arranging and days.organises(event, person)

    def may_change(row: Material) -> bool:
        return everything or (arranging and row.owner_id == person.pk)

    return _lines(event, rows, address=lambda row: _address(row, person), may_change=may_change)


def lines_behind(registration: Registration, token: str) -> list[Line]:
    """The material that a guest with a place sees on the page of the own link."""
    rows = Material.objects.behind_link_of(registration, clock.now())
    return _lines(registration.event, rows, address=lambda row: reverse("events:mine_material", args=[token, row.pk]))


def _lines(
    event: Event,
    rows: MaterialQuerySet,
    *,
    address: Callable[[Material], str],
    may_change: Callable[[Material], bool] = lambda _row: False,
) -> list[Line]:
    now, today, language = clock.now(), clock.today(event.zone), spoken()
    found = []
    for row in rows.in_order():
        row.event = event
        about, lang = _about(row, language)
        found.append(
            Line(
                material=row,
                url=row.link or address(row),
                about=about,
                lang=row.language if lang else "",
                out_of_date=rules.is_out_of_date(row, today),
                held=row.file is not None and row.file.state != FileState.READY,
                waits_until=row.seen_from if row.seen_from and row.seen_from > now else None,
                may_change=may_change(row),
            )
        )
    return found


def _address(material: Material, person: Any) -> str:
    if person.is_authenticated:
        return reverse("events:material_file", args=[material.event_id, material.pk])
    return reverse("events:public_material", args=[material.pk])


def _event(request: Request, pk: int) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user).select_related("region"), pk=pk)


def _arranged(request: Request, pk: int) -> Event:
    """An event that the reader may add material to; 404 when it is not seen, 403 when it is."""
    event = _event(request, pk)
    if refusal := rules.why_not_add(event, request.user):
        raise refusal
    return event


def _touched(request: Request, pk: int, material: int) -> Material:
    """A piece of material that the reader may change; 404 when it is not seen, 403 when it is."""
    event = _event(request, pk)
    row = get_object_or_404(
        Material.objects.visible_to(request.user, now=clock.now()).in_order(), pk=material, event=event
    )
    row.event = event
    if refusal := rules.why_not_touch(row, request.user):
        raise refusal
    return row


@require_GET
def materials(request: Request, pk: int) -> HttpResponse:
    """All material of an event, for those who arrange it."""
    event = _arranged(request, pk)
    context = {
        "event": event,
        "lines": lines(event, request.user, arranging=True),
        "words_of": dict(Seen.choices),
        "organises": event.kind in publishing.KINDS and days.organises(event, request.user),
    }
    return render(request, "events/materials.html", context)


def _people(event: Event, person: Person) -> Any:
    """Who may be asked to look after material: the region's coordinators and those who work on the event."""
    if not days.organises(event, person):
        return None
    today = clock.now().date()
    coordinators = RoleAssignment.objects.on(today).filter(role=Role.COORDINATOR, region=event.region)
    known = Q(pk__in=event.staff.values("person")) | Q(pk__in=coordinators.values("person")) | Q(pk=person.pk)
    return Person.objects.active().filter(known).order_by("name")


def _answer(request: Request, event: Event, form: MaterialForm, act: Callable[[], Material]) -> HttpResponse | None:
    """Do the deed of a form that is right; its refusal becomes an error of the form."""
    if not form.is_valid():
        return None
    try:
        row = act()
    except Refusal as refusal:
        form.add_error("file" if form.admitted else None, str(refusal))
        return None
    finally:
        form.discard()
    if row.file is not None and row.file.state == FileState.HELD:
        messages.info(request, _("The file is being checked for viruses. It is shown when that is done."))
    else:
        messages.success(request, _("The material is saved."))
    for note in row.file.notes or [] if row.file is not None and form.admitted else []:
        if note in NOTES:
            messages.warning(request, str(NOTES[note]))
    return redirect("events:materials", event.pk)


@takes_files(LARGEST_UPLOAD)
@require_http_methods(["GET", "POST"])
def material_new(request: Request, pk: int) -> HttpResponse:
    """Add a file or a link."""
    event = _arranged(request, pk)
    form = MaterialForm(
        request.POST or None,
        request.FILES or None,
        event=event,
        viewer=request.user,
        people=_people(event, request.user),
    )
    form.back = reverse("events:materials", args=[event.pk])
    done = _answer(
        request, event, form, lambda: actions.add(event=event, by=request.user, now=clock.now(), **form.facts)
    )
    return done or render_form(request, "events/material_form.html", form, {"event": event, "material": None})


@takes_files(LARGEST_UPLOAD)
@require_http_methods(["GET", "POST"])
def material_edit(request: Request, pk: int, material: int) -> HttpResponse:
    """Change what is said of it, or replace the file or the link."""
    row = _touched(request, pk, material)
    form = MaterialForm(
        request.POST or None,
        request.FILES or None,
        event=row.event,
        viewer=request.user,
        people=_people(row.event, request.user),
        material=row,
    )
    form.back = reverse("events:materials", args=[row.event_id])
    done = _answer(
        request, row.event, form, lambda: actions.change(material=row, by=request.user, now=clock.now(), **form.facts)
    )
    context = {"event": row.event, "material": row, "late": rules.is_out_of_date(row, _today(row.event))}
    return done or render_form(request, "events/material_form.html", form, context)


def _today(event: Event) -> date:
    return clock.today(event.zone)


@require_POST
def material_review(request: Request, pk: int, material: int) -> HttpResponse:
    """ "It still holds": look at it again in a year."""
    row = _touched(request, pk, material)
    row = actions.review(material=row, today=_today(row.event), by=request.user, now=clock.now())
    day = dates.full_day(row.review_on) if row.review_on else ""
    messages.success(request, _("Good. You are asked again on %(day)s.") % {"day": day})
    return redirect("events:materials", row.event_id)


@require_http_methods(["GET", "POST"])
def material_remove(request: Request, pk: int, material: int) -> HttpResponse:
    """Ask once, then remove."""
    row = _touched(request, pk, material)
    if request.method == "POST":
        actions.remove(material=row, by=request.user, now=clock.now())
        messages.success(request, _("The material is removed."))
        return redirect("events:materials", row.event_id)
    return render(request, "events/material_remove.html", {"event": row.event, "material": row})


@require_GET
def material_file(request: Request, pk: int, material: int) -> HttpResponseBase:
    """The file, for those who see it at this moment."""
    rows = Material.objects.visible_to(request.user, now=clock.now()).select_related("file")
    row = get_object_or_404(rows, pk=material, event_id=pk)
    return answer_file(row.file)


@login_not_required
@require_GET
def public_material(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file that is open to everybody, of an event that is."""
    row = get_object_or_404(Material.objects.public(clock.now()).select_related("file"), pk=pk)
    if row.file is None:
        raise Http404
    return answer_file(row.file)
