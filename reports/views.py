"""Exports: ask, look, download, stop."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from base import dates
from base.clock import now
from base.forms import render_form
from base.languages import spoken
from base.marks import audited
from base.refusal import Refusal
from documents.views import answer_file
from people.models import Region, Request
from reports import actions, rules
from reports.documents import extract, mentoring, supervision
from reports.documents import figures as printed
from reports.forms import ExportForm, FiguresFilter
from reports.models import Export
from reports.states import ExportKind, ExportState

ROWS = 25


def _may(request: Request) -> None:
    """Nobody else knows that these pages exist."""
    if not (request.user.reach.administrator or request.user.reach.coordinator):
        raise Http404


def _rows(found: Any) -> list[dict[str, Any]]:
    return [
        {"export": export, "running": export.state in (ExportState.WAITING, ExportState.RUNNING)} for export in found
    ]


@require_http_methods(["GET", "POST"])
def exports(request: Request) -> HttpResponse:
    """Ask for a file, and the files there are."""
    _may(request)
    form = ExportForm(
        request.POST or None,
        regions=Region.objects.visible_to(request.user),
        all_regions=request.user.reach.administrator,
    )
    if form.is_bound and form.is_valid():
        try:
            export = actions.ask_export(
                kind=ExportKind.PARTICIPANTS,
                form=form.cleaned_data["form"],
                region=form.cleaned_data["region"],
                purpose=form.cleaned_data["purpose"],
                language=(get_language() or "sv")[:2],
                by=request.user,
                now=now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(export)
    own = Export.objects.visible_to(request.user).select_related("region", "file")
    page = Paginator(own, ROWS).get_page(request.GET.get("page"))
    return render_form(request, "reports/exports.html", form, {"rows": _rows(page), "page": page})


@require_GET
def export(request: Request, pk: UUID) -> HttpResponse:
    """One file: how far it is, or where it is."""
    found = get_object_or_404(Export.objects.visible_to(request.user).select_related("region", "file"), pk=pk)
    part = request.headers.get("HX-Request")
    return render(request, "reports/parts/export.html" if part else "reports/export.html", _rows([found])[0])


@audited("export.fetched")
@require_GET
def export_file(request: Request, pk: UUID) -> HttpResponseBase:
    """The file itself, to the one who asked for it."""
    found = get_object_or_404(Export.objects.visible_to(request.user).select_related("file"), pk=pk)
    return answer_file(found.file if found.state == ExportState.READY else None)


@require_POST
def export_cancel(request: Request, pk: UUID) -> HttpResponse:
    """Stop a file in the making."""
    found = get_object_or_404(Export.objects.visible_to(request.user).select_related("region"), pk=pk)
    try:
        actions.stop_export(export=found, by=request.user, now=now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The file is stopped. Nothing was stored."))
    return redirect("reports:exports")


# ---------- Figures ----------


def _figures(request: Request) -> tuple[printed.Figures, FiguresFilter, printed.Choice]:
    """What the reader may count, the filter as it stands in the address, and the choice that it makes."""
    if not rules.may_see_figures(request.user):
        raise Http404  # nobody else knows that the page exists
    found = printed.Figures(request.user)
    form = FiguresFilter(
        request.GET or None, regions=found.regions(), programmes=found.programmes(), years=found.all_years()
    )
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    choice = printed.Choice(**{name: chosen.get(name) for name in printed.Choice._fields})
    return found, form, choice


@require_GET
def figures(request: Request) -> HttpResponse:
    """How many applied, took part and got through, by municipality and year: bars and the table of the same."""
    found, form, choice = _figures(request)
    years = found.count(choice)
    towns = printed.by_town(years)
    total = printed.together(years)
    picked = {name: value for name, value in choice._asdict().items() if value is not None}
    context = {
        "filter": form,
        "clear": reverse("reports:figures") if picked else "",
        "any": bool(found.rounds),
        "years": years,
        "first": years[-1].year if years else None,
        "total": total,
        "sentence": _sentence(total, years),
        "charts": _charts(years, towns),
        "towns": towns,
        "titles": printed.titles(),
        "definitions": printed.definitions(),
        "mentors": _mentors(request, choice),
        "mentor_titles": mentoring.titles(),
        "supervised": supervision.count(request.user, choice),
        "supervision_titles": supervision.titles(),
        "own_only": not (request.user.reach.administrator or request.user.reach.coordinator),
        "files": [
            (f"{reverse('reports:figures_file')}?{urlencode({**picked, 'form': form})}", form.upper())
            for form in printed.FORMS
        ],
    }
    return render_form(request, "reports/figures.html", form, context, name="filter")


def _mentors(request: Request, choice: printed.Choice) -> list[mentoring.Line]:
    """Pairs, meetings and hours by the mentor's employer, of rounds that the reader runs."""
    found = mentoring.held(request.user, region=choice.region, programme=choice.programme)
    return mentoring.lines(found, first=choice.first, last=choice.last)


def _charts(years: list[printed.Year], towns: list[printed.Sums]) -> list[dict[str, Any]]:
    """The bars: by year where there are several, by municipality where there are several."""
    by_year = [(str(year.year), year.total) for year in reversed(years)]
    charts = [("year", _("Took part by year"), by_year), ("town", _("Took part by municipality"), _named(towns))]
    return [
        {"id": name, "title": title, "rows": rows, "largest": max(sums.took_part for _name, sums in rows) or 1}
        for name, title, rows in charts
        if len(rows) > 1 or (name == "year" and len(rows) == 1)
    ]


def _named(towns: list[printed.Sums]) -> list[tuple[str, printed.Sums]]:
    return [(town.name, town) for town in towns]


def _sentence(total: printed.Sums, years: list[printed.Year]) -> str:
    """What the picture shows, in one sentence."""
    if not years:
        return ""
    words = ngettext(
        "%(n)s person has taken part in rounds that began %(years)s: %(completed)s completed, %(under_way)s still "
        "there, %(left)s not completed or dropped out.",
        "%(n)s people have taken part in rounds that began %(years)s: %(completed)s completed, %(under_way)s still "
        "there, %(left)s not completed or dropped out.",
        total.took_part,
    )
    first, last = years[-1].year, years[0].year
    return words % {
        "n": dates.number(total.took_part),
        "years": str(first) if first == last else f"{first}–{last}",
        "completed": dates.number(total.completed),
        "under_way": dates.number(total.under_way),
        "left": dates.number(total.ended_early),
    }


@audited("figures.fetched")
@require_GET
def figures_file(request: Request) -> HttpResponse:
    """The table of the page as a file: the same figures, made when it is asked for and kept nowhere."""
    found, _form, choice = _figures(request)
    form = request.GET.get("form", printed.FORMS[0])
    if form not in printed.FORMS:
        raise Http404
    content, kind = printed.write(found.count(choice), form, spoken(), mentors=_mentors(request, choice))
    name = f"{_('Programmes in figures')} {now():%Y-%m-%d}.{form}"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


# ---------- What is kept about oneself ----------

SHOWN = 5  # rows of a table on the page; the file has all


@require_GET
def about_me(request: Request) -> HttpResponse:
    """What Helmi keeps about who reads, table by table, and the same as a file."""
    sections = list(extract.sections(request.user, most=SHOWN))
    return render(request, "reports/about_me.html", {"sections": sections})


@audited("extract.fetched")
@require_GET
def about_me_file(request: Request) -> HttpResponse:
    """The whole as a file, made when it is asked for and kept nowhere."""
    language, moment = spoken(), now()
    facts = extract.as_plain(request.user, language, moment)
    response = JsonResponse(facts, json_dumps_params={"ensure_ascii": False, "indent": 2})
    name = f"helmi-{extract.name_of_file(language)}-{moment:%Y-%m-%d}.json"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
