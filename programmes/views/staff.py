"""A manager's staff: applications that wait for a yes, and registering several in two screens."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from base.clock import now
from base.marks import audited
from base.models import Draft
from base.refusal import Refusal
from people.models import Organisation, Person, Request
from people.querysets import within
from people.rules import name_for, staff_of
from people.states import EmploymentForm, Language
from programmes.actions import applications as actions
from programmes.forms.applications import NewcomerFormSet, StaffForm
from programmes.forms.conditions import QuestionsForm
from programmes.models import Cohort, Condition, Enrolment
from programmes.querysets import employed_by, ever_with
from programmes.rules.applications import known_namesakes, local_day, why_not_apply
from programmes.rules.supervision_attendance import attendance_of_staff
from programmes.states import LIVE_SIDES, CohortState, EmployerSide, Source

# How long a session of supervision stands on the page.
SUPERVISED_SHOWN = timedelta(days=365)


@dataclass(frozen=True)
class Line:
    """Somebody's enrolment, ready to print."""

    enrolment: Enrolment
    name: str


def waiting_for(person: Any) -> list[Enrolment]:
    """Applications from one's units that wait for one's yes; never one's own."""
    if not person.reach.staff_paths:
        return []
    return list(
        Enrolment.objects.visible_to(person)
        .waiting_for(person.reach.staff_paths, now().date())
        .with_employer(person.reach.staff_paths, now().date())
        .exclude(person=person)
        .select_related("person", "unit", "organisation", "cohort__programme__region")
        .order_by("cohort__closes_on", "applied_at")
    )


@audited("staff.seen")
@require_safe
def staff(request: Request) -> HttpResponse:
    """What waits for a yes, and who of one's staff is in which round."""
    reach = request.user.reach
    if not reach.staff_paths:
        raise Http404  # nobody else knows of the page
    current = (
        Enrolment.objects.visible_to(request.user)
        .filter(ever_with(reach.staff_paths, now().date()), programme_side__in=LIVE_SIDES)
        .with_employer(reach.staff_paths, now().date())
        .exclude(cohort__state=CohortState.DECIDED)
        .exclude(employed_by(reach.staff_paths, now().date()), employer_side=EmployerSide.ASKED)
        .select_related("person", "unit", "cohort__programme")
        .order_by("-cohort__number", "person__name", "pk")
    )
    rows = Paginator(current, 25).get_page(request.GET.get("page"))
    context = {
        "waiting": [Line(row, name_for(row.person, request.user)) for row in waiting_for(request.user)],
        "page": rows,
        "lines": [Line(row, name_for(row.person, request.user)) for row in rows],
        "can_register": bool(open_cohorts(request.user)),
        "supervised": attendance_of_staff(request.user, since=now().date() - SUPERVISED_SHOWN),
    }
    return render(request, "programmes/staff.html", context)


# ---------- Registering ----------


def open_cohorts(person: Any) -> list[Cohort]:
    """Rounds in one's regions that take applications now, the one that closes first on top."""
    moment = now()
    tops = {path.split("/", 1)[0] for path in person.reach.staff_paths}
    cohorts = (
        Cohort.objects.visible_to(person)
        .filter(state=CohortState.OPEN, programme__region__participations__organisation__in=tops)
        .select_related("programme__region", "places")
        .order_by("closes_on", "pk")
        .distinct()
    )
    return [cohort for cohort in cohorts if why_not_apply(cohort, now=moment) is None]


def _units_of(manager: Any) -> list[Organisation]:
    """The units that one leads, the lowest first chosen."""
    return list(
        Organisation.objects.on(now().date()).filter(within(manager.reach.staff_paths)).order_by("path", "name")[:300]
    )


def _last_choices(manager: Any, cohorts: list[Cohort], asked: str = "") -> dict[str, Any]:
    """The round that a letter asks about, else the same programme's as last time."""
    if any(str(row.pk) == asked for row in cohorts):
        return {"cohort": asked}
    last = (
        Enrolment.objects.visible_to(manager)
        .filter(source=Source.MANAGER, transitions__by=manager)
        .select_related("cohort")
        .order_by("-applied_at")
        .first()
    )
    chosen = next((row for row in cohorts if last and row.programme_id == last.cohort.programme_id), None)
    chosen = chosen or (cohorts[0] if cohorts else None)
    return {"cohort": str(chosen.pk)} if chosen else {}


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: Request) -> HttpResponse:
    """The first screen: which round, who of one's staff, and who is new."""
    manager = request.user
    if not manager.reach.staff_paths:
        raise Http404  # nobody else knows of the page
    cohorts = open_cohorts(manager)
    people, units = staff_of(manager, now().date()), _units_of(manager)
    words = [(person, f"{name_for(person, manager)}, {unit.name}") for person, unit in people]
    earlier = _earlier(request)
    initial = _last_choices(manager, cohorts, request.GET.get("cohort", "")) | (earlier.data if earlier else {})
    rows_initial = list((earlier.data if earlier else {}).get("new", []))
    form = StaffForm(request.POST or None, cohorts=cohorts, staff=words, initial=initial)
    extra = {"units": units, "language": manager.language}
    if request.method == "POST":
        rows = NewcomerFormSet(request.POST, prefix="new", form_kwargs=extra)
        if "more" in request.POST:
            data = request.POST.copy()
            data["new-TOTAL_FORMS"] = str(min(rows.total_form_count() + 1, 30))
            rows = NewcomerFormSet(data, prefix="new", form_kwargs=extra)
            form = StaffForm(
                None,
                cohorts=cohorts,
                staff=words,
                initial={"cohort": request.POST.get("cohort", ""), "people": request.POST.getlist("people")},
            )
            return _screen(request, form, rows, cohorts, status=200)
        if form.is_valid() and rows.is_valid():
            new = [row.cleaned_data for row in rows if row.has_changed() and row.cleaned_data.get("name")]
            if form.cleaned_data["people"] or new:
                draft = actions.start_staff_draft(by=manager, data={**form.cleaned_data, "new": new}, now=now())
                return redirect("programmes:staff_check", draft.pk)
            form.add_error("people", _("Choose at least one person, or write a new one."))
        return _screen(request, form, rows, cohorts, status=422)
    count = max(1, len(rows_initial))
    rows = NewcomerFormSet(prefix="new", form_kwargs=extra, initial=rows_initial or [{} for _row in range(count)])
    return _screen(request, form, rows, cohorts, status=200)


def _earlier(request: Request) -> Draft | None:
    """The draft that "Change" on the check page comes from."""
    try:
        return actions.find_staff_draft(pk=UUID(request.GET.get("draft", "")), by=request.user, now=now())
    except ValueError:
        return None


def _screen(request: Request, form: StaffForm, rows: Any, cohorts: list[Cohort], *, status: int) -> HttpResponse:
    context = {"form": form, "rows": rows, "cohorts": cohorts, "back": reverse("programmes:staff")}
    return render(request, "programmes/staff_register.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Request, pk: UUID) -> HttpResponse:
    """The second screen: check, send. Sent once, however often the button is pressed."""
    manager = request.user
    draft = actions.find_staff_draft(pk=pk, by=manager, now=now())
    if draft is None:
        raise Http404
    if draft.data.get("sent"):
        return _sent(request, int(draft.data["made"]), int(draft.data["before"]))
    cohort = next((row for row in open_cohorts(manager) if str(row.pk) == str(draft.data["cohort"])), None)
    if cohort is None:
        messages.warning(request, _("This round no longer takes applications. Choose another."))
        return redirect("programmes:staff_register")
    units = {str(unit.pk): unit for unit in _units_of(manager)}
    chosen = set(draft.data["people"])
    people = [(person, unit) for person, unit in staff_of(manager, now().date()) if str(person.pk) in chosen]
    new = [row for row in draft.data["new"] if row["unit"] in units]
    asked = list(Condition.objects.standing().filter(programme=cohort.programme_id))
    today = local_day(cohort, now())
    data = request.POST if request.method == "POST" else None
    known = {
        person.pk: QuestionsForm(data, prefix=f"p{person.pk}", conditions=asked, today=today)
        for person, _unit in people
    }
    about_new = [QuestionsForm(data, prefix=f"n{n}", conditions=asked, today=today) for n in range(len(new))]
    answered = all(form.is_valid() for form in (*known.values(), *about_new))
    if request.method == "POST" and answered:
        newcomers = [
            actions.Newcomer(
                name=row["name"],
                email=row["email"] or "",
                language=row["language"],
                unit=units[row["unit"]],
                form=row["form"],
                replies=form.replies,
            )
            for row, form in zip(new, about_new, strict=True)
        ]
        try:
            made, before = actions.send_staff_draft(
                draft=draft,
                cohort=cohort,
                people=[person for person, _unit in people],
                newcomers=newcomers,
                replies={pk: form.replies for pk, form in known.items()},
                by=manager,
                now=now(),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("programmes:staff_register")
        return _sent(request, made, before)
    alike = known_namesakes([row["name"] for row in new], manager, {row["name"]: units[row["unit"]] for row in new})
    forms, languages = dict(EmploymentForm.choices), dict(Language.choices)
    context = {
        "cohort": cohort,
        "draft": draft,
        "people": [(name_for(person, manager), unit.name, person.email or "") for person, unit in people],
        "new": [
            {
                **row,
                "unit_name": units[row["unit"]].name,
                "form_words": forms[row["form"]],
                "language_words": languages[row["language"]],
                "alike": [name_for(person, manager) for person in alike.get(row["name"], [])],
                "agency": row["form"] == EmploymentForm.AGENCY,
            }
            for row in new
        ],
        "count": len(people) + len(new),
        "already": _already(cohort, [person for person, _unit in people], manager),
        "asked": [
            (name, form)
            for name, form in zip(
                [*(name_for(person, manager) for person, _unit in people), *(row["name"] for row in new)],
                [*known.values(), *about_new],
                strict=True,
            )
            if asked
        ],
        "today": today,
        "back": f"{reverse('programmes:staff_register')}?draft={draft.pk}",
    }
    wrong = next((form for form in (*known.values(), *about_new) if form.errors), None)
    return render(
        request, "programmes/staff_check.html", {**context, "form": wrong}, status=200 if wrong is None else 422
    )


def _already(cohort: Cohort, people: list[Person], manager: Any) -> list[str]:
    rows = (
        Enrolment.objects.visible_to(manager).live().filter(cohort=cohort, person__in=people).select_related("person")
    )
    return [name_for(row.person, manager) for row in rows]


def _sent(request: Request, made: int, before: int) -> HttpResponse:
    words = ngettext("%(n)s person is registered.", "%(n)s people are registered.", made) % {"n": made}
    if made:
        words += " " + _("Each gets an own letter.")
    if before:
        words += " " + ngettext(
            "%(n)s had applied already and is as before.", "%(n)s had applied already and are as before.", before
        ) % {"n": before}
    messages.success(request, words)
    return redirect("programmes:staff")
