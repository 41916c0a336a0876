"""The organiser's pages of who is registered: the list, the waiting list, one registration, answers, the file."""

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from documents.sheets import Cell, CsvTable, Workbook
from events import rules as places_rules
from events.actions import sign_up as actions
from events.forms.sign_up import AddForm, CapacityForm, ExportForm, OfferReasonForm, ReasonForm, RegistrationFilter
from events.letters import scope_of
from events.letters.sign_up import positions
from events.models import CapacityChange, Event, Needs, Places, Question, Registration, Reply, Reserve
from events.rules import badges
from events.rules import sign_up as rules
from events.states import LIVE, ClaimState
from people.models import Request
from people.rules import name_for

PER_PAGE = 25


@dataclass(frozen=True)
class Row:
    """A registration ready to print."""

    registration: Registration
    name: str
    way: str
    state: str
    tone: str
    by: str = ""

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("events:registration", args=[self.registration.event_id, self.registration.pk])


def _event(request: Request, pk: int) -> Event:
    """An event with ways that one organises; who only sees it is told so."""
    found = Event.objects.visible_to(request.user).filter(ways__isnull=False).distinct()
    event = get_object_or_404(found.select_related("region", "host"), pk=pk)
    if refusal := places_rules.why_not_organise(event, request.user):
        raise refusal
    return event


def _registration(request: Request, event: Event, pk: int) -> Registration:
    found = Registration.objects.visible_to(request.user).filter(event=event, claim__isnull=False)
    return get_object_or_404(
        found.select_related("event__region", "claim__places", "person", "by", "organisation"), pk=pk
    )


def _rows(registrations: Any, request: Request) -> list[Row]:
    return [
        Row(
            registration=row,
            name=rules.shown_name(row, request.user),
            way=rules.way_name(row.claim.places),
            state=rules.state_words(row),
            tone=rules.state_tone(row),
            by=name_for(row.by, request.user) if row.by is not None else "",
        )
        for row in registrations
    ]


def _all(request: Request, event: Event) -> Any:
    found = Registration.objects.visible_to(request.user).filter(event=event, claim__isnull=False)
    return found.select_related("person", "claim__places", "organisation", "by")


def _matching(rows: Any, form: RegistrationFilter) -> Any:
    """Those that the filter asks for."""
    asked = form.cleaned_data if form.is_valid() else {}
    if words := " ".join((asked.get("q") or "").replace("\x00", "").split()):
        # Whose name is protected is found by no one's typing.
        open_name = Q(person__protected=False) & (Q(person__name__icontains=words) | Q(name__icontains=words))
        rows = rows.filter(
            open_name
            | Q(person__protected=False, person__email__icontains=words)
            | Q(employer__icontains=words)
            | Q(person__substitute_code__iexact=words, person__protected=True)
        )
    state = asked.get("state")
    if state == "over":
        rows = rows.exclude(claim__state__in=LIVE)
    elif state:
        rows = rows.filter(claim__state=state)
    else:
        rows = rows.filter(claim__state__in=LIVE)
    return rows.filter(claim__places=asked["way"]) if asked.get("way") else rows


@audited("registrations.seen")
@require_safe
def registrations(request: Request, pk: int) -> HttpResponse:
    """Who is on the event, on which way and how far; and who waits, in order."""
    event = _event(request, pk)
    lines = rules.ways_of(event)
    form = RegistrationFilter(request.GET or None, lines=lines)
    found = _matching(_all(request, event), form)
    page = Paginator(found.order_by("name", "person__name", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    note(request, about=event, scope=scope_of(event), rows=len(page))
    waiting = _all(request, event).filter(claim__state=ClaimState.WAITLISTED).order_by("claim__position")
    in_line: dict[int, list[Row]] = {}
    for row in _rows(waiting[:200], request):
        if claim := row.registration.claim:
            in_line.setdefault(claim.places_id, []).append(row)
    context = {
        "event": event,
        "lines": [(line, in_line.get(line.places.pk, []), rules.policy_words(line.places)) for line in lines],
        "filter": form,
        "asked": bool(request.GET.keys() & {"q", "state", "way"}),
        "clear": reverse("events:registrations", args=[event.pk]),
        "page": page,
        "rows": _rows(page, request),
        "count": ngettext("%(n)s registration", "%(n)s registrations", page.paginator.count)
        % {"n": page.paginator.count},
        "may_add": rules.why_not_add(event, now=now()) is None,
        "asks_needs": event.asks_diet or event.asks_access,
        "questions": event.questions.count(),
    }
    return render(request, "events/registrations/list.html", context)


@audited("registrations.seen")
@require_safe
def registration(request: Request, pk: int, registration: int) -> HttpResponse:
    """One registration: what was written, how it stands, what can be done. Needs stand on their own page."""
    event = _event(request, pk)
    row = _registration(request, event, registration)
    note(request, about=row, scope=scope_of(event))
    replies = Reply.objects.filter(registration=row).select_related("question").order_by("question__order")
    moment = now()
    [shown] = _rows([row], request)
    claim = row.claim
    context = {
        "event": event,
        "row": shown,
        "registration": row,
        "may_read": not row.person.protected or shown.name == row.person.name,
        "replies": [(one.question.label, rules.reply_words(one.question, one.value)) for one in replies],
        "before": rules.before_in_line(claim) if claim and claim.state == ClaimState.WAITLISTED else None,
        "until": rules.local(claim.expires_at, event) if claim and claim.expires_at else None,
        "may_name_badge": badges.why_not_name(row, request.user, now=moment) is None,
        "may_cancel": rules.stands(row) and rules.why_not_change_own(row, now=moment) is None,
        "may_offer": claim is not None
        and claim.state == ClaimState.WAITLISTED
        and places_rules.why_not_offer(claim.places, now=moment) is None,
        "created": rules.local(row.created_at, event),
    }
    return render(request, "events/registrations/one.html", context)


@require_http_methods(["GET", "POST"])
def registration_add(request: Request, pk: int) -> HttpResponse:
    """Put somebody on the event."""
    event = _event(request, pk)
    lines = rules.ways_of(event)
    reserves = Reserve.objects.filter(places__event=event, released_at__isnull=True).select_related("organisation")
    employers = rules.employers_of(event.region, now().date())
    form = AddForm(
        request.POST or None,
        lines=lines,
        employers=employers,
        reserves=[row for row in reserves if row.taken < row.number],
        initial={"language": get_language(), "way": str(lines[0].places.pk), "reserve": ""},
    )
    back = reverse("events:registrations", args=[event.pk])
    refusal = rules.why_not_add(event, now=now())
    if refusal is None and form.is_valid():
        typed = form.cleaned_data
        reserve = form.reserves.get(typed.get("reserve") or "")
        facts = actions.Facts(
            name=typed["name"],
            email=typed["email"],
            language=typed["language"],
            employer=typed["employer"].strip(),
            organisation=rules.match_employer(typed["employer"], employers),
        )
        try:
            places = reserve.places if reserve is not None else form.chosen.places
            row = actions.add_by_hand(
                event=event, places=places, facts=facts, reserve=reserve, by=request.user, now=now()
            )
        except places_rules.AlreadyClaimed as refused:
            form.add_error("email", str(refused))
        except Refusal as refused:
            form.add_error(None, str(refused))
        else:
            waits = row.claim is not None and row.claim.state == ClaimState.WAITLISTED
            said = (
                _("%(name)s is on the waiting list and gets a letter.")
                if waits
                else _("%(name)s has a place and gets a letter.")
            )
            messages.success(request, said % {"name": rules.shown_name(row, request.user)})
            return redirect(back)
    return render_form(
        request, "events/registrations/add.html", form, {"event": event, "back": back, "refusal": refusal}
    )


@require_http_methods(["GET", "POST"])
def registration_cancel(request: Request, pk: int, registration: int) -> HttpResponse:
    """Cancel for somebody, with a reason that the letter tells."""
    event = _event(request, pk)
    row = _registration(request, event, registration)
    form = ReasonForm(request.POST or None)
    form.back = reverse("events:registration", args=[event.pk, row.pk])
    refusal = rules.why_not_change_own(row, now=now())
    if refusal is None and form.is_valid():
        try:
            actions.cancel(registration=row, reason=form.cleaned_data["reason"], by=request.user, now=now())
        except Refusal as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The registration is cancelled, and a letter is on its way."))
            return redirect("events:registrations", event.pk)
    context = {"event": event, "name": rules.shown_name(row, request.user), "refusal": refusal}
    return render_form(request, "events/registrations/cancel.html", form, context)


@require_http_methods(["GET", "POST"])
def registration_offer(request: Request, pk: int, registration: int) -> HttpResponse:
    """Offer a free place to somebody on the list, before others, with a reason."""
    event = _event(request, pk)
    row = _registration(request, event, registration)
    form = OfferReasonForm(request.POST or None)
    form.back = reverse("events:registration", args=[event.pk, row.pk])
    if form.is_valid():
        try:
            actions.offer_by_hand(registration=row, reason=form.cleaned_data["reason"], by=request.user, now=now())
        except Refusal as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("A place is offered, and a letter is on its way."))
            return redirect("events:registrations", event.pk)
    context = {
        "event": event,
        "name": rules.shown_name(row, request.user),
        "before": rules.before_in_line(row.claim) if row.claim else 0,
        "policy": rules.policy_words(row.claim.places) if row.claim else "",
    }
    return render_form(request, "events/registrations/offer.html", form, context)


@require_http_methods(["GET", "POST"])
def way_capacity(request: Request, pk: int, way: int) -> HttpResponse:
    """Another number of places, with a reason; those who wait are offered what becomes free at once."""
    event = _event(request, pk)
    places: Places = get_object_or_404(Places.objects.filter(event=event).select_related("event"), pk=way)
    form = CapacityForm(request.POST or None, initial={"capacity": places.capacity})
    form.back = reverse("events:registrations", args=[event.pk])
    if form.is_valid():
        try:
            actions.raise_capacity(
                places=places,
                capacity=form.cleaned_data["capacity"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=now(),
            )
        except Refusal as refused:
            form.add_error("capacity", str(refused))
        else:
            messages.success(request, _("The number of places is changed. Those who wait are offered what is free."))
            return redirect("events:registrations", event.pk)
    context = {
        "event": event,
        "way": rules.way_name(places),
        "taken": places.sold + places.reserved,
        "changes": CapacityChange.objects.filter(places=places).select_related("by").order_by("-at"),
    }
    return render_form(request, "events/registrations/capacity.html", form, context)


# ---------- Answers, and the file ----------


def _answers(event: Event, rows: Sequence[Registration]) -> tuple[list[Question], dict[int, dict[int, str]]]:
    """The event's questions, and the answers in words by registration and question; in two queries."""
    questions = list(event.questions.order_by("order", "pk"))
    by_key = {question.pk: question for question in questions}
    found: dict[int, dict[int, str]] = {}
    for reply in Reply.objects.filter(registration__in=rows):
        words = rules.reply_words(by_key[reply.question_id], reply.value)
        found.setdefault(reply.registration_id, {})[reply.question_id] = words
    return questions, found


@audited("registrations.seen")
@require_safe
def registration_answers(request: Request, pk: int) -> HttpResponse:
    """What those on the event have answered to its questions, as a table."""
    event = _event(request, pk)
    found = _all(request, event).filter(claim__state__in=LIVE).order_by("name", "person__name", "pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    note(request, about=event, scope=scope_of(event), rows=len(page))
    questions, answers = _answers(event, list(page))
    context = {
        "event": event,
        "questions": questions,
        "page": page,
        "rows": [
            (row, [answers.get(row.registration.pk, {}).get(question.pk, "") for question in questions])
            for row in _rows(page, request)
        ],
    }
    return render(request, "events/registrations/answers.html", context)


@require_http_methods(["GET", "POST"])
def registrations_file(request: Request, pk: int) -> HttpResponse:
    """The list as a file, made when it is asked for and kept nowhere; with needs only for a reason that is logged."""
    event = _event(request, pk)
    form = ExportForm(request.POST or None, initial={"form": "xlsx"})
    form.back = reverse("events:registrations", args=[event.pk])
    if not form.is_valid():
        return render_form(request, "events/registrations/file.html", form, {"event": event})
    asked = form.cleaned_data
    rows = list(_all(request, event).filter(claim__state__in=LIVE).order_by("name", "person__name", "pk"))
    titles, table = _table(event, rows, request, with_needs=asked["needs"])
    actions.note_file(
        event=event,
        rows=len(rows),
        with_needs=asked["needs"],
        reason=asked["reason"] if asked["needs"] else "",
        by=request.user,
        now=now(),
    )
    name = f"{_('registrations')}-{event.date:%Y-%m-%d}.{asked['form']}"
    language = (get_language() or "sv")[:2]
    content, kind = (_csv if asked["form"] == "csv" else _xlsx)(titles, table, str(event.title), language)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _table(
    event: Event, rows: list[Registration], request: Request, *, with_needs: bool
) -> tuple[list[str], list[list[Cell]]]:
    """Titles and rows of the file."""
    questions, answers = _answers(event, rows)
    line = positions(rows)
    needs = {one.claim_id: one for one in Needs.objects.filter(claim__registration__in=rows)} if with_needs else {}
    titles = [
        _("Name"),
        _("Name on the badge"),
        _("E-mail"),
        _("Employer"),
        _("Municipality"),
        _("Way to take part"),
        _("State"),
        _("Place in line"),
        _("Registered"),
        _("Registered by"),
        *(str(question.label) for question in questions),
        *([_("Food"), _("Access needs")] if with_needs else []),
    ]
    table: list[list[Cell]] = []
    for shown in _rows(rows, request):
        row, mine = shown.registration, answers.get(shown.registration.pk, {})
        open_name = not row.person.protected or shown.name == row.person.name
        need = needs.get(row.claim_id or 0)
        table.append(
            [
                shown.name,
                row.badge_name if open_name else "",
                (row.person.email or "") if open_name else "",
                row.employer if open_name else "",
                row.organisation.name if row.organisation is not None and open_name else "",
                shown.way,
                shown.state,
                line[row.claim_id] + 1 if row.claim_id and row.claim_id in line else None,
                rules.local(row.created_at, event).date(),
                shown.by,
                *(mine.get(question.pk, "") for question in questions),
                *([need.diet if need else "", need.access if need else ""] if with_needs else []),
            ]
        )
    return titles, table


def _csv(titles: list[str], table: list[list[Cell]], name: str, language: str) -> tuple[bytes, str]:
    buffer = io.StringIO(newline="")
    sheet = CsvTable(buffer, language)
    sheet.head(titles)
    for cells in table:
        sheet.row(cells)
    return buffer.getvalue().encode(), CsvTable.content_type


def _xlsx(titles: list[str], table: list[list[Cell]], name: str, language: str) -> tuple[bytes, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        book = Workbook(path, title=name, language=language)
        sheet = book.sheet(_("Registrations"), titles, [max(12, min(40, len(title) + 4)) for title in titles])
        for cells in table:
            sheet.row(cells)
        sheet.close()
        book.close()
        return path.read_bytes(), Workbook.content_type
