"""Cohorts as a coordinator sees them: the lines of lists, the hub, the next round, letters."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.actions import key
from base import clock, dates
from base.forms import refuse, render_form
from base.marks import audited
from base.refusal import Refusal
from events.rules.places import FewerThanTaken
from events.states import EventState
from outbox import kinds
from outbox.models import Letter
from outbox.states import OPEN, LetterState
from people.models import Organisation, Person, Request
from programmes.actions import cohorts as actions
from programmes.forms.cohorts import CapacityForm, CohortForm, NextCohortForm
from programmes.models import Cohort, CourseDay, Programme
from programmes.rules import cohorts as rules
from programmes.rules import todos
from programmes.rules.decisions import why_not_decide
from programmes.states import TAKING_PART, CohortState, ProgrammeSide
from programmes.views.attendance import grid_context

PAGE = 25
SHOWN_IN_GRID = 8
SHOWN_TOWNS = 5

TONES = {
    CohortState.DRAFT: "",
    CohortState.OPEN: "on",
    CohortState.SELECTION: "warn",
    CohortState.RUNNING: "on",
    CohortState.FINISHED: "warn",
    CohortState.DECIDED: "ok",
}
BESIDE: dict[type[Refusal], str] = {rules.WindowBackwards: "closes_on", FewerThanTaken: "capacity"}
NOT_SHARED = {CohortState.DRAFT, CohortState.OPEN, CohortState.SELECTION}


def state_words(cohort: Cohort) -> str:
    """The cohort's state; a selection that is over is said as such."""
    if cohort.state == CohortState.SELECTION and cohort.selection_confirmed_at is not None:
        return _("Places are offered")
    return capfirst(str(cohort.get_state_display()))


def find_cohort(request: HttpRequest, pk: int) -> Cohort:
    """A cohort that the person runs; the same 404 for every other."""
    found = Cohort.objects.run_by(request.user).select_related(
        "programme__region", "programme__funder", "places", "responsible", "deputy", "decision", "previous__decision"
    )
    return get_object_or_404(found, pk=pk)


def find_programme(request: HttpRequest, pk: int) -> Programme:
    """A programme that the person runs; the same 404 for every other."""
    return get_object_or_404(Programme.objects.run_by(request.user).select_related("region", "funder"), pk=pk)


# ---------- Lists of rounds ----------


@dataclass(frozen=True)
class CohortLine:
    """A cohort in a list."""

    cohort: Cohort
    state: str
    tone: str
    dates: str
    taken: str


def cohort_lines(cohorts: list[Cohort], days: dict[int, list[CourseDay]] | None = None) -> list[CohortLine]:
    """Cohorts ready for a list; one query for the days where they did not come along."""
    days = todos.days_of(cohorts) if days is None else days
    found = []
    for cohort in cohorts:
        own = [day.event.date for day in days.get(cohort.pk, [])]
        capacity = cohort.places.capacity
        taken = _("%(taken)s of %(seats)s seats") % {"taken": cohort.places.sold, "seats": capacity}
        if not cohort.places.sold and capacity is not None and cohort.state in NOT_SHARED:
            taken = ngettext("%(n)s seat", "%(n)s seats", capacity) % {"n": capacity}
        found.append(
            CohortLine(
                cohort,
                state_words(cohort),
                TONES[CohortState(cohort.state)],
                dates.span(min(own), max(own)) if own else "",
                taken if capacity is not None else str(cohort.places.sold),
            )
        )
    return found


# ---------- The hub ----------


@dataclass(frozen=True)
class Stop:
    """A day in the round of days."""

    url: str
    name: str
    date: date
    host: Organisation | None
    topic: str
    state: str


def _stops(days: list[CourseDay]) -> list[Stop]:
    moment = clock.now()
    live = [day for day in days if day.event.state != EventState.CANCELLED]
    in_time = sorted(live, key=lambda day: day.event.starts_at)
    upcoming = next((day.pk for day in in_time if day.event.ends_at > moment), 0)
    found = []
    for day in days:
        state = "next" if day.pk == upcoming else "done" if day.event.ends_at <= moment else ""
        topic = day.event.title
        if day.event.state == EventState.CANCELLED:
            state, topic = "", _("Cancelled: %(theme)s") % {"theme": topic}
        found.append(Stop(day.get_absolute_url(), str(day), day.event.date, day.event.host, topic, state))
    return found


@dataclass(frozen=True)
class Bar:
    """A municipality and how many seats it has."""

    organisation: Organisation | None
    name: str
    figure: int


def _bars(cohort: Cohort) -> list[Bar]:
    """Seats by municipality, the most first; the small ones together."""
    live = (*TAKING_PART, ProgrammeSide.OFFERED)
    figures = Counter(
        dict(
            cohort.enrolments.filter(programme_side__in=live)
            .order_by()
            .values_list("organisation")
            .annotate(Count("pk"))
        )
    )
    towns = Organisation.objects.filter(pk__in=figures).order_by("name")
    in_order = sorted(towns, key=lambda town: (-figures[town.pk], town.name))
    shown = in_order if len(in_order) <= SHOWN_TOWNS + 1 else in_order[:SHOWN_TOWNS]
    rest = in_order[len(shown) :]
    bars = [Bar(town, town.name, figures[town.pk]) for town in shown]
    if rest:
        words = ngettext("The other %(n)s", "The other %(n)s", len(rest)) % {"n": len(rest)}
        bars.append(Bar(None, words, sum(figures[town.pk] for town in rest)))
    return bars


def _seat_sentences(cohort: Cohort, number: todos.Counts, today: date) -> list[str]:
    """What the seats panel says under the meter."""
    places = cohort.places
    free = places.free or 0
    said = []
    if number.offered:
        said.append(
            ngettext(
                "%(n)s place is offered and not answered.",
                "%(n)s places are offered and not answered.",
                number.offered,
            )
            % {"n": number.offered}
        )
    entry_over = cohort.last_entry_on is not None and today > cohort.last_entry_on
    if free and cohort.state in (CohortState.SELECTION, CohortState.RUNNING) and entry_over:
        said.append(
            ngettext(
                "%(n)s seat is free and is not offered, since %(day)s was the last entry day.",
                "%(n)s seats are free and are not offered, since %(day)s was the last entry day.",
                free,
            )
            % {"n": free, "day": dates.plain_day(cohort.last_entry_on or today, today=today)}
        )
    elif free and cohort.state in (CohortState.SELECTION, CohortState.RUNNING) and cohort.selection_confirmed_at:
        said.append(ngettext("%(n)s seat is free.", "%(n)s seats are free.", free) % {"n": free})
    if number.waiting and entry_over:
        said.append(
            ngettext(
                "%(n)s person on the waiting list stands first in line to round %(next)s.",
                "%(n)s people on the waiting list stand first in line to round %(next)s.",
                number.waiting,
            )
            % {"n": number.waiting, "next": cohort.number + 1}
        )
    elif number.waiting:
        said.append(
            ngettext("%(n)s person is on the waiting list.", "%(n)s people are on the waiting list.", number.waiting)
            % {"n": number.waiting}
        )
    applied = number.counting + number.pending
    if applied and cohort.state in (CohortState.OPEN, CohortState.SELECTION) and not cohort.selection_confirmed_at:
        said.append(
            ngettext("%(n)s application has come in.", "%(n)s applications have come in.", applied) % {"n": applied}
        )
        said.append(
            ngettext("%(n)s counts in the selection.", "%(n)s count in the selection.", number.counting)
            % {"n": number.counting}
        )
    return said


def _primary(cohort: Cohort, stops: list[Stop]) -> tuple[str, str] | None:
    """The one primary action of the hub: address and words."""
    if cohort.state == CohortState.OPEN:
        return reverse("programmes:cohort_participants", args=[cohort.pk]), _("See the applications")
    if cohort.state == CohortState.SELECTION and cohort.selection_confirmed_at is None:
        return reverse("programmes:seats", args=[cohort.pk]), _("Share the seats")
    if cohort.state in (CohortState.SELECTION, CohortState.RUNNING):
        following = next((stop for stop in stops if stop.state == "next"), None)
        if following:
            return following.url, _("Prepare %(day)s") % {"day": following.name[:1].lower() + following.name[1:]}
    if cohort.state == CohortState.FINISHED and why_not_decide(cohort, preliminary=False) is None:
        return reverse("programmes:decision", args=[cohort.pk]), _("Record the decision")
    if cohort.state == CohortState.DECIDED:
        return reverse("programmes:cohort_new", args=[cohort.programme_id]), _("Make the next round")
    return None


def _more(cohort: Cohort) -> list[tuple[str, str]]:
    """What else can be done, most used first."""
    found = [
        (reverse("programmes:cohort_edit", args=[cohort.pk]), _("Change dates, rule and guarantees")),
        (reverse("programmes:capacity", args=[cohort.pk]), _("Change the number of seats")),
    ]
    if cohort.state == CohortState.OPEN:
        found.append((reverse("programmes:newcomers", args=[cohort.pk]), _("Ask managers of new staff")))
        found.append((f"{reverse('programmes:file_register')}?cohort={cohort.pk}", _("Register staff from a file")))
    if cohort.state in (CohortState.RUNNING, CohortState.FINISHED):
        found.append((reverse("programmes:decision", args=[cohort.pk]), _("Record the decision")))
    found.append((reverse("programmes:group_tasks", args=[cohort.pk]), _("Group tasks")))
    if cohort.state in (CohortState.RUNNING, CohortState.FINISHED, CohortState.DECIDED):
        found.append((reverse("programmes:closing", args=[cohort.pk]), _("Closing day")))
    found.append((reverse("programmes:unfinished", args=[cohort.pk]), _("Unfinished registrations")))
    found.append((reverse("programmes:said", args=[cohort.pk]), _("You said, we changed")))
    found.append((reverse("programmes:cohort_new", args=[cohort.programme_id]), _("Copy to a new round")))
    return found


def _steps(cohort: Cohort, days: list[CourseDay]) -> list[dict[str, Any]]:
    """Getting started with a draft: what is left before it opens; gone when it is open."""
    if cohort.state != CohortState.DRAFT:
        return []
    region_languages = cohort.programme.region.languages or ["sv"]
    named = all(not day.event.title.isdigit() for day in days) and bool(days)
    hosted = all(day.event.host_id for day in days) and bool(days)
    address = reverse("programmes:days", args=[cohort.pk])
    steps = [
        (_("Look at the dates and themes of the days"), address, named, 5),
        (_("Look at the hosts"), address, hosted, 5),
        (
            _("Set when applications open and close"),
            reverse("programmes:cohort_edit", args=[cohort.pk]),
            bool(cohort.opens_on and cohort.closes_on),
            2,
        ),
        (
            _("Fill in the programme's page in every language"),
            reverse("programmes:programme_edit", args=[cohort.programme_id]),
            all(getattr(cohort.programme, f"summary_{code}") for code in region_languages),
            10,
        ),
        (
            _("Give the programme a public page"),
            reverse("programmes:programme_edit", args=[cohort.programme_id]),
            cohort.programme.published,
            1,
        ),
    ]
    found: list[dict[str, Any]] = []
    for title, url, done, minutes in steps:
        hint = ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
        following = not done and not any(step["next"] for step in found)
        found.append({"title": title, "url": url, "done": done, "hint": hint, "next": following})
    return found


def letters_of(cohort: Cohort, viewer: Person, days: list[CourseDay] | None = None) -> QuerySet[Letter]:
    """Every letter about the cohort, its days and its enrolments that the viewer may see."""
    events = [day.event_id for day in (days if days is not None else cohort.days.all())]
    enrolments = cohort.enrolments.values_list("pk", flat=True)
    about = [
        key(cohort),
        *(f"events.event:{pk}" for pk in events),
        *(f"programmes.enrolment:{pk}" for pk in enrolments),
    ]
    return Letter.objects.visible_to(viewer).filter(about__in=about)


def _letter_counts(cohort: Cohort, viewer: Person, days: list[CourseDay]) -> dict[str, int]:
    rows = Counter(dict(letters_of(cohort, viewer, days).order_by().values_list("state").annotate(Count("pk"))))
    return {
        "sent": rows[LetterState.SENT],
        "waiting": sum(rows[state] for state in OPEN),
        "trouble": rows[LetterState.FAILED] + rows[LetterState.BOUNCED],
    }


@audited("cohort.seen")
@require_GET
def cohort(request: Request, pk: int) -> HttpResponse:
    """The coordinator's hub: what to do now and by when, seats, days with hosts, attendance, letters."""
    row = find_cohort(request, pk)
    moment = clock.now()
    today = clock.today(row.programme.region.time_zone)
    days = todos.days_of([row]).get(row.pk, [])
    numbers = todos.counts([row])
    number = numbers.get(row.pk, todos.Counts())
    tasks = todos.todos([row], now=moment, days={row.pk: days}, numbers=numbers)
    stops = _stops(days)
    bars = _bars(row)
    hosts = rules.fair_hosts(row, 2) if days else []
    facts = [row.programme.audience.rstrip(".")] if row.programme.audience else []
    if days:
        whole = sum(day.event.state != EventState.CANCELLED for day in days)
        facts.append(ngettext("%(n)s day", "%(n)s days", whole) % {"n": whole})
        facts.append(dates.span(min(day.event.date for day in days), max(day.event.date for day in days)))
    sentences = _seat_sentences(row, number, today)
    capacity = row.places.capacity
    taken = row.places.sold
    meter_words = ""
    if capacity is not None:
        meter_words = _("%(taken)s of %(seats)s seats are taken.") % {"taken": taken, "seats": capacity}
    context = {
        "cohort": row,
        "here": "overview",
        "state": state_words(row),
        "tone": TONES[CohortState(row.state)],
        "facts": facts,
        "action": _primary(row, stops),
        "more": _more(row),
        "tasks": tasks,
        "tasks_left": _tasks_left(tasks, stops),
        "steps": _steps(row, days),
        "can_open": row.state == CohortState.DRAFT and rules.why_not_open(row) is None,
        "why_not_open": rules.why_not_open(row) if row.state == CohortState.DRAFT else None,
        "improvements": list(row.improvements.select_related("owner")),
        "stops": stops,
        "fair": hosts,
        "taken": taken,
        "capacity": capacity,
        "waiting": number.waiting,
        "unfinished": number.unfinished,
        "meter_words": " ".join([meter_words, *sentences]).strip(),
        "sentences": sentences,
        "bars": bars,
        "largest": max((bar.figure for bar in bars), default=1),
        "letters": _letter_counts(row, request.user, days),
        "show_grid": number.taking_part > 0,
    }
    if number.taking_part:
        context |= grid_context(row, request.user, limit=SHOWN_IN_GRID)
    return render(request, "programmes/cohort.html", context)


def _tasks_left(tasks: list[todos.Todo], stops: list[Stop]) -> str:
    following = next((stop for stop in stops if stop.state == "next"), None)
    if not tasks:
        return ""
    if following is None:
        return ngettext("%(n)s thing left", "%(n)s things left", len(tasks)) % {"n": len(tasks)}
    day = following.name[:1].lower() + following.name[1:]
    return ngettext("%(n)s thing left before %(day)s", "%(n)s things left before %(day)s", len(tasks)) % {
        "n": len(tasks),
        "day": day,
    }


# ---------- Making, opening, changing ----------


@require_http_methods(["GET", "POST"])
def cohort_new(request: Request, pk: int) -> HttpResponse:
    """The next round from the last one: six things, all preset."""
    row = find_programme(request, pk)
    last = rules.latest(row)
    today = clock.today(row.region.time_zone)
    people = rules.coordinators(row.region, today)
    suggested = actions.preset(row, today=today)
    responsible = suggested.responsible if suggested.responsible in people else None
    initial = {
        **{name: getattr(suggested, name) for name in NextCohortForm.base_fields},
        "responsible": responsible.pk if responsible else request.user.pk,
    }
    form = NextCohortForm(request.POST or None, coordinators=people, initial=initial)
    form.back = reverse("programmes:programme_inside", args=[row.pk])
    if form.is_valid():
        try:
            made = actions.make_next(programme=row, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal, BESIDE)
        else:
            words = _("%(cohort)s is made, with the plan of the last round and no people.")
            messages.success(request, words % {"cohort": made.short_name})
            return redirect(made)
    return render_form(
        request,
        "programmes/cohort_new.html",
        form,
        {"programme": row, "last": last, "number": rules.next_number(row), "undecided": rules.undecided(row)},
    )


@require_POST
def cohort_open(request: Request, pk: int) -> HttpResponse:
    """Open a draft for applications."""
    row = find_cohort(request, pk)
    try:
        actions.open_for_applications(cohort=row, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The round is open. Its days are published."))
    return redirect(row)


@require_http_methods(["GET", "POST"])
def cohort_edit(request: Request, pk: int) -> HttpResponse:
    """Change a cohort's window, rule, people and guarantees."""
    row = find_cohort(request, pk)
    people = rules.coordinators(row.programme.region, clock.today(row.programme.region.time_zone))
    form = CohortForm(request.POST or None, cohort=row, coordinators=people)
    form.back = row.get_absolute_url()
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in CohortForm.base_fields}
        try:
            actions.change_cohort(cohort=row, guarantees=form.guarantees, by=request.user, now=clock.now(), **facts)
        except Refusal as refusal:
            refuse(form, refusal, BESIDE)
        else:
            messages.success(request, _("The round is saved."))
            return redirect(row)
    return render_form(request, "programmes/cohort_edit.html", form, {"cohort": row})


@require_http_methods(["GET", "POST"])
def capacity(request: Request, pk: int) -> HttpResponse:
    """Change the number of seats, with a reason."""
    row = find_cohort(request, pk)
    form = CapacityForm(request.POST or None, initial={"capacity": row.places.capacity})
    form.back = row.get_absolute_url()
    if form.is_valid():
        try:
            actions.change_capacity(
                cohort=row,
                capacity=form.cleaned_data["capacity"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            refuse(form, refusal, BESIDE)
        else:
            messages.success(request, _("The number of seats is changed."))
            return redirect(row)
    changes = row.places.changes.select_related("by").order_by("-at")
    return render_form(request, "programmes/capacity.html", form, {"cohort": row, "changes": changes})


# ---------- Letters ----------


@dataclass(frozen=True)
class LetterLine:
    """A letter in the list."""

    letter: Letter
    title: str
    tone: str


LETTER_TONES = {
    LetterState.SENT: "ok",
    LetterState.FAILED: "danger",
    LetterState.BOUNCED: "danger",
    LetterState.UNCERTAIN: "warn",
    LetterState.RETRY: "warn",
    LetterState.HELD: "on",
}


@audited("letters.seen")
@require_GET
def letters(request: Request, pk: int) -> HttpResponse:
    """Letters about a cohort, sent and waiting, the newest first."""
    row = find_cohort(request, pk)
    found = letters_of(row, request.user).select_related("person").order_by("-created_at", "pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    lines = [
        LetterLine(letter, kinds.title(letter.kind), LETTER_TONES.get(LetterState(letter.state), "")) for letter in page
    ]
    total = page.paginator.count
    words = ngettext("%(n)s letter", "%(n)s letters", total) % {"n": dates.number(total)}
    return render(
        request,
        "programmes/letters.html",
        {"cohort": row, "here": "letters", "page": page, "lines": lines, "count": words},
    )
