"""Attendance: the grid, one cell of it, the door list, days made up elsewhere."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from base import dates
from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Forbidden, Refusal
from events.letters import scope_of
from events.models import Registration
from events.rules.door import lines_to_sign
from events.states import EventState, RegistrationState
from events.views.door import sheet_to_sign
from people.models import Request
from people.rules import name_for
from programmes.actions import attendance as actions
from programmes.completion import DayFact, DayState
from programmes.forms.attendance import DoorForm, MakeUpForm, MarkForm
from programmes.models import Cohort, CourseDay, Enrolment
from programmes.rules import attendance as rules


@dataclass(frozen=True)
class Cell:
    """One day of one person, ready to print."""

    number: int
    css: str  # n, a, f, p, q or none, as the marks are drawn
    sign: str
    words: str
    registration: int | None


@dataclass(frozen=True)
class Line:
    """One row of the grid."""

    enrolment: Enrolment
    name: str
    cells: tuple[Cell, ...]
    left: str
    low: bool
    unknown: bool


def said(day: DayFact) -> tuple[str, str, str]:
    """How a day went for one person: the class and the sign of its cell, and the words."""
    state = day.state
    css, sign, word = {
        DayState.PRESENT: ("n", "check", pgettext("attendance of one person", "present")),
        DayState.MADE_UP: ("n", "made_up", pgettext("attendance of one person", "made up on another day")),
        DayState.PARTLY: ("p", dates.number(day.hours_there), ""),
        DayState.EXCUSED: (
            "a",
            pgettext("key for notified absence", "N"),
            pgettext("attendance of one person", "notified absence"),
        ),
        DayState.ABSENT: ("f", "cross", pgettext("attendance of one person", "absent")),
        DayState.ON_BREAK: ("b", "–", pgettext("attendance of one person", "on a break")),
        DayState.UNKNOWN: ("q", "?", pgettext("attendance of one person", "missing")),
        DayState.TO_COME: ("none", "", pgettext("attendance of one person", "not yet held")),
    }[state]
    if state is DayState.PARTLY:
        word = ngettext("%(n)s hour", "%(n)s hours", int(day.hours_there)) % {"n": sign}
    return css, sign, word


def _cell(name: str, day: DayFact, registration: int | None, open_now: bool) -> Cell:
    css, sign, word = said(day)
    if day.state is DayState.TO_COME and open_now:
        css, sign, word = "q", "?", pgettext("attendance of one person", "missing")
    words = _("%(name)s, day %(number)s: %(state)s") % {"name": name, "number": day.number, "state": word}
    return Cell(day.number, css, sign, words, registration if open_now else None)


def lines(cohort: Cohort, person: Any, *, only: list[Enrolment] | None = None) -> list[Line]:
    """The grid's rows as `person` may see them."""
    moment = now()
    open_days = {
        day.number for day in cohort.days.select_related("event") if rules.why_not_mark(day.event, now=moment) is None
    }
    found = []
    for row in rules.rows(cohort, only, now=moment):
        name = name_for(row.enrolment.person, person)
        cells = tuple(
            _cell(
                name,
                day,
                row.registrations.get(day.number),
                day.number in open_days and day.number in row.registrations,
            )
            for day in row.standing.days
        )
        result = row.standing
        low = result.left < 1 and not result.complete and not result.can_miss_hours
        found.append(Line(row.enrolment, name, cells, rules.in_words(result), low, bool(result.unknown)))
    return found


def grid_context(cohort: Cohort, person: Any, *, limit: int | None = None) -> dict[str, Any]:
    """What `programmes/parts/attendance_grid.html` needs; the hub shows the first few rows with `limit`."""
    moment = now()
    days = [
        day for day in cohort.days.select_related("event").order_by("number") if day.event.state != EventState.CANCELLED
    ]
    upcoming = next((day.number for day in days if day.event.ends_at > moment), None)
    found = lines(cohort, person)
    total = len(found)
    shown = found[:limit] if limit else found
    return {
        "cohort": cohort,
        "grid_days": days,
        "grid_next": upcoming,
        "grid_lines": shown,
        "grid_total": total,
        "grid_cut": len(shown) < total,
        "grid_missing": sum(line.unknown for line in found),
        "grid_required": min(cohort.days_required, len(days)) if days else cohort.days_required,
    }


def _run_cohort(request: Request, pk: int) -> Cohort:
    cohorts = Cohort.objects.run_by(request.user).select_related("programme__region", "places")
    return get_object_or_404(cohorts, pk=pk)


@audited("attendance.seen")
@require_safe
def grid(request: Request, pk: int) -> HttpResponse:
    """The attendance of a whole cohort."""
    cohort = _run_cohort(request, pk)
    return render(request, "programmes/attendance.html", grid_context(cohort, request.user))


@require_POST
def mark(request: Request, pk: int) -> HttpResponse:
    """Save one cell; answers the row anew to a script, else goes back to the grid."""
    cohort = _run_cohort(request, pk)
    form = MarkForm(request.POST)
    if not form.is_valid():
        sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return HttpResponse(sentence, status=422, content_type="text/plain; charset=utf-8")
    registrations = Registration.objects.filter(event__course_day__cohort=cohort).select_related("event", "person")
    registration = get_object_or_404(registrations, pk=form.cleaned_data["registration"])
    enrolment = get_object_or_404(
        cohort.enrolments.taking_part().select_related("person", "organisation", "unit"), person=registration.person
    )
    letter, hours = form.cleaned_data["mark"]
    try:
        actions.mark(registration=registration, mark=letter, hours=hours, by=request.user, now=now())
    except Forbidden:
        raise
    except Refusal as refusal:
        return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8")
    if request.headers.get("X-Requested-With") != "fetch":
        return redirect("programmes:attendance", pk=cohort.pk)
    [line] = lines(cohort, request.user, only=[enrolment])
    return render(request, "programmes/parts/attendance_row.html", {"line": line, "cohort": cohort})


def _day(request: Request, pk: int, number: int) -> CourseDay:
    days = CourseDay.objects.visible_to(request.user).select_related(
        "event__host", "event__region", "cohort__programme__region"
    )
    day = get_object_or_404(days, cohort_id=pk, number=number)
    if not rules.may_record(day.event, request.user):
        # A participant of the day sees the day; its list of people is not hers to know of.
        raise Http404
    return day


@audited("attendance.seen")
@require_http_methods(["GET", "POST"])
def door(request: Request, pk: int, number: int) -> HttpResponse:
    """One day's list, made for a phone held in one hand: everyone preset to present, one save."""
    day = _day(request, pk, number)
    registrations = list(
        Registration.objects.standing()
        .filter(event=day.event)
        .select_related("event", "person", "attendance")
        .prefetch_related(
            Prefetch(
                "person__enrolments",
                queryset=Enrolment.objects.filter(cohort=day.cohort).select_related("organisation"),
                to_attr="in_cohort",
            )
        )
        .order_by("person__name")
    )
    refusal = rules.why_not_mark(day.event, now=now())
    form = DoorForm(request.POST if request.method == "POST" and not refusal else None, registrations=registrations)
    if form.is_bound and form.is_valid():
        count = actions.mark_day(day=day, marks=form.marks(), by=request.user, now=now())
        messages.success(
            request,
            ngettext("Attendance of %(n)s person is saved.", "Attendance of %(n)s people is saved.", count)
            % {"n": count},
        )
        return redirect("programmes:door", pk=pk, number=number)
    rows = [_door_row(request, registration, form) for registration in registrations]
    context = {"day": day, "cohort": day.cohort, "rows": rows, "refusal": refusal}
    return render_form(request, "programmes/door.html", form, context)


@audited("attendance.seen")
@require_safe
def door_sheet(request: Request, pk: int, number: int) -> HttpResponse:
    """One day's list as a paper to sign, made when it is asked for and kept nowhere."""
    day = _day(request, pk, number)
    rows = list(Registration.objects.coming_to(day.event).select_related("event", "person", "organisation"))
    enrolled = Enrolment.objects.filter(cohort=day.cohort, person__in=[row.person_id for row in rows])
    employers = dict(enrolled.values_list("person_id", "organisation__name"))
    note(request, about=day.event, scope=scope_of(day.event), rows=len(rows))
    return sheet_to_sign(day.event, lines_to_sign(rows, employers), kind=f"{day.cohort}, {day}")


def _door_row(request: Request, registration: Registration, form: DoorForm) -> dict[str, Any]:
    """One person of the door list, with what is recorded, reported or typed."""
    kept = getattr(registration, "attendance", None)
    letters = {"present": "n", "excused": "a", "absent": "f"}
    chosen = letters[kept.mark] if kept else "a" if registration.state == RegistrationState.ABSENCE_REPORTED else "n"
    hours = (
        dates.number(kept.hours) if kept and kept.mark == "present" and kept.hours < registration.event.hours else ""
    )
    if form.is_bound:
        chosen = form.data.get(f"r{registration.pk}", chosen)
        hours = form.data.get(f"h{registration.pk}", hours)
    enrolments = vars(registration.person)["in_cohort"]  # prefetched under that name
    words = (
        ("n", pgettext("door list", "Here")),
        ("a", pgettext("door list", "Notified")),
        ("f", pgettext("door list", "Absent")),
    )
    return {
        "name": name_for(registration.person, request.user),
        "organisation": enrolments[0].organisation if enrolments else None,
        "guest": not enrolments,
        "field": f"r{registration.pk}",
        "choices": [(value, word, value == chosen) for value, word in words],
        "hours_field": f"h{registration.pk}",
        "hours": hours,
        "hours_errors": form.errors.get(f"h{registration.pk}", []),
    }


@require_http_methods(["GET", "POST"])
def make_up(request: Request, pk: int) -> HttpResponse:
    """Let a missed day be made up on a day of another cohort that the coordinator sees."""
    enrolments = Enrolment.objects.visible_to(request.user).filter(
        cohort__in=Cohort.objects.run_by(request.user).values("pk")
    )
    enrolment = get_object_or_404(enrolments.select_related("person", "cohort__programme__region"), pk=pk)
    result = rules.standing_of(enrolment)
    missed = enrolment.cohort.days.filter(number__in=rules.to_make_up(result)).exclude(made_up_by__enrolment=enrolment)
    offered = (
        CourseDay.objects.filter(cohort__programme__published=True)
        .exclude(cohort=enrolment.cohort)
        .exclude(event__state__in=[EventState.CANCELLED, EventState.DRAFT])
        .exclude(event__registrations__make_up__enrolment__person=enrolment.person_id)
        .filter(event__date__gte=enrolment.cohort.days.order_by("number").values("event__date")[:1])
        .select_related("event__region", "cohort__programme")
        .order_by("event__date")
    )
    form = MakeUpForm(request.POST or None, enrolment=enrolment, missed=missed.select_related("event"), offered=offered)
    if form.is_bound and form.is_valid():
        try:
            actions.make_up(
                enrolment=enrolment,
                missed=form.cleaned_data["missed"],
                day=form.cleaned_data["day"],
                by=request.user,
                now=now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The day is agreed. It counts when the person has been there."))
            return redirect("programmes:attendance", pk=enrolment.cohort_id)
    context = {
        "enrolment": enrolment,
        "name": name_for(enrolment.person, request.user),
        "cohort": enrolment.cohort,
        "make_ups": enrolment.make_ups.select_related(
            "missed__event", "registration__event__region", "registration__attendance"
        ),
        "left": rules.in_words(result),
        "nothing_missed": not missed.exists(),
    }
    return render_form(request, "programmes/make_up.html", form, context)


@require_POST
def undo_make_up(request: Request, pk: int, make_up: int) -> HttpResponse:
    """Take a make-up back."""
    enrolments = Enrolment.objects.filter(cohort__in=Cohort.objects.run_by(request.user).values("pk"))
    enrolment = get_object_or_404(enrolments, pk=pk)
    row = get_object_or_404(enrolment.make_ups, pk=make_up)
    try:
        actions.undo_make_up(make_up=row, by=request.user, now=now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The make-up day is taken away."))
    return redirect("programmes:make_up", pk=enrolment.pk)
