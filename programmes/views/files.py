"""Registering staff from a file: read, look, confirm once; what was wrong can be fetched with its reasons."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from documents.sheets import Cell, csv_lines
from people.imports import BY_HAND, error_table
from people.models import Person, Request
from people.states import ImportState
from programmes import imports as files
from programmes.actions import files as actions
from programmes.forms.files import StaffFileForm
from programmes.models import Cohort, StaffFile
from programmes.rules.applications import why_not_apply
from programmes.states import CohortState
from programmes.views.staff import open_cohorts

SHOWN = 20


def _rounds(person: Person) -> list[Cohort]:
    """The rounds that take applications now: those that the person runs, and those that her staff can apply to."""
    run = Cohort.objects.run_by(person).filter(state=CohortState.OPEN).select_related("programme__region", "places")
    mine = [row for row in run.order_by("closes_on", "pk") if why_not_apply(row, now=now()) is None]
    theirs = open_cohorts(person) if person.reach.staff_paths else []
    return [*mine, *(row for row in theirs if row not in mine)]


def _runs(cohort: Cohort, person: Person) -> bool:
    return person.reach.administrator or cohort.programme.region_id in person.reach.region_ids


def _chosen(request: Request, rounds: list[Cohort]) -> Cohort | None:
    """The round that the address asks about, else the one that closes first."""
    asked = request.GET.get("cohort", "")
    return next((row for row in rounds if str(row.pk) == asked), rounds[0] if rounds else None)


def _for_leaders(request: Request) -> list[Cohort]:
    reach = request.user.reach
    if not (reach.staff_paths or reach.coordinator or reach.administrator):
        raise Http404  # nobody else knows of the page
    return _rounds(request.user)


@require_http_methods(["GET", "HEAD", "POST"])
def file_register(request: Request) -> HttpResponse:
    """Read a file for a round; the reader's own files that wait stand below."""
    rounds = _for_leaders(request)
    chosen = _chosen(request, rounds)
    form = StaffFileForm(request.POST or None, request.FILES or None, rounds=rounds, chosen=chosen)
    form.back = reverse("programmes:staff_register" if request.user.reach.staff_paths else "programmes:programmes")
    if form.is_valid():
        cohort = next(row for row in rounds if str(row.pk) == form.cleaned_data["cohort"])
        upload = form.cleaned_data["file"]
        runs = _runs(cohort, request.user)
        try:
            staged = files.stage(cohort=cohort, file=upload, source=upload.name, runs=runs, by=request.user, now=now())
        except Refusal as refused:
            form.add_error("file", str(refused))
        else:
            return redirect(staged)
    waiting = StaffFile.objects.visible_to(request.user).filter(state=ImportState.STAGED)
    context = {
        "chosen": chosen,
        "titles": files.titles(chosen, runs=_runs(chosen, request.user)) if chosen else [],
        "waiting": waiting.select_related("cohort__programme").defer("good", "bad"),
        "limit": BY_HAND,
    }
    return render_form(request, "programmes/staff_files.html", form, context)


@require_safe
def file_columns(request: Request) -> HttpResponseBase:
    """An empty file with the right headings for a round, in the reader's language."""
    cohort = _chosen(request, _for_leaders(request))
    if cohort is None:
        return redirect("programmes:file_register")
    titles = files.titles(cohort, runs=_runs(cohort, request.user))
    return _csv(titles, [], f"{cohort.programme.slug}-{cohort.number}.csv")


def _csv(titles: list[str], rows: Iterable[Sequence[Cell]], name: str) -> StreamingHttpResponse:
    lines = csv_lines(titles, rows, get_language() or "sv")
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _own(request: Request, pk: UUID) -> StaffFile:
    mine = StaffFile.objects.visible_to(request.user).select_related("cohort__programme__region", "cohort__places")
    return get_object_or_404(mine, pk=pk)


@audited("staff_file.seen")
@require_http_methods(["GET", "HEAD", "POST"])
def staff_file(request: Request, pk: UUID) -> HttpResponse:
    """What was read, before anybody is registered; confirm it, or throw it away."""
    row = _own(request, pk)
    note(request, about=row, scope=row.cohort.scope)
    if request.method == "POST" and {"confirm", "discard"} & set(request.POST):
        return _decide(request, row)
    good, bad = len(row.good), len(row.bad)
    units = files.units_of(row, SHOWN)
    same = files.alike(row, request.user)
    context = {
        "staged": row,
        "cohort": row.cohort,
        "runs": _runs(row.cohort, request.user),
        "waits": row.state == ImportState.STAGED and row.confirmed_at is None,
        "storing": row.state == ImportState.STAGED and row.confirmed_at is not None,
        "good": ngettext("%(n)s row is right", "%(n)s rows are right", good) % {"n": good},
        "bad": ngettext("%(n)s row is wrong", "%(n)s rows are wrong", bad) % {"n": bad},
        "some_good": [{**line, "unit_name": units[line["unit"]].name} for line in row.good[:SHOWN]],
        "some_bad": row.bad[:SHOWN],
        "more_good": max(good - SHOWN, 0),
        "more_bad": max(bad - SHOWN, 0),
        "namesakes": same[:SHOWN],
        "without": sum(not line["email"] for line in row.good),
        "confirm": ngettext("Register %(n)s person", "Register %(n)s people", good) % {"n": good},
        "done": _done(row),
    }
    return render(request, "programmes/staff_file.html", context)


def _done(row: StaffFile) -> str:
    """What came of a file that is stored."""
    words = ngettext("%(n)s person is registered.", "%(n)s people are registered.", row.made) % {"n": row.made}
    if row.before:
        words += " " + ngettext(
            "%(n)s had applied already and is as before.", "%(n)s had applied already and are as before.", row.before
        ) % {"n": row.before}
    return words


def _decide(request: Request, row: StaffFile) -> HttpResponse:
    try:
        if "discard" in request.POST:
            actions.discard(staged=row, by=request.user, now=now())
            messages.success(request, _("The file is thrown away. Nobody was registered."))
            return redirect("programmes:file_register")
        done = actions.confirm(staged=row, by=request.user, now=now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(row)
    if done.state == ImportState.CONFIRMED:
        messages.success(request, _done(done))
    return redirect(row)


@audited("staff_file.errors")
@require_safe
def staff_file_errors(request: Request, pk: UUID) -> StreamingHttpResponse:
    """The wrong rows as CSV, with the reason in the last column."""
    row = _own(request, pk)
    note(request, about=row, scope=row.cohort.scope)
    titles, rows = error_table(row)
    return _csv(titles, rows, "errors.csv")
