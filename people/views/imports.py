"""Imports: a file is read, looked at, then stored or thrown away."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from base import clock
from base.forms import render_form
from base.marks import audited
from base.refusal import Refusal
from documents.sheets import csv_lines
from people import actions, forms
from people import imports as files
from people.models import Import, Organisation, Region
from people.states import ImportState
from people.views.common import for_staff, reader

SHOWN = 20


@for_staff
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Read a file; the reader's own files that wait stand below."""
    viewer = reader(request)
    form = forms.ImportForm(
        request.POST or None,
        request.FILES or None,
        regions=Region.objects.visible_to(viewer),
        initial={"kind": "people"},
    )
    form.back = reverse("people:persons")
    if form.is_valid():
        facts = form.cleaned_data
        try:
            staged = files.stage(
                kind=facts["kind"],
                region=facts["region"],
                file=facts["file"],
                source=facts["file"].name,
                by=viewer,
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect(staged)
    waiting = Import.objects.visible_to(viewer).filter(state=ImportState.STAGED).defer("good", "bad")
    limit = files.BY_ADMINISTRATOR if viewer.reach.administrator else files.BY_HAND
    return render_form(request, "people/imports.html", form, {"waiting": waiting, "limit": limit})


def _import(request: HttpRequest, pk: Any) -> Import:
    return get_object_or_404(Import.objects.visible_to(request.user), pk=pk)


@for_staff
@require_GET
@audited("import_seen")
def staged(request: HttpRequest, pk: Any) -> HttpResponse:
    """What was read: how much is right, what is wrong and why, before anything is stored."""
    row = _import(request, pk)
    good, bad = len(row.good), len(row.bad)
    namesakes = files.namesakes(row.good, reader(request)) if row.kind == "people" else []
    units = {line["unit"] for line in row.good[:SHOWN] if line.get("unit")}
    names = {one.pk: one.name for one in Organisation.objects.filter(pk__in=units)}
    context = {
        "staged": row,
        "waits": row.state == ImportState.STAGED,
        "good": ngettext("%(n)s row is right", "%(n)s rows are right", good) % {"n": good},
        "bad": ngettext("%(n)s row is wrong", "%(n)s rows are wrong", bad) % {"n": bad},
        "some_good": [{**line, "unit_name": names.get(line.get("unit"), "")} for line in row.good[:SHOWN]],
        "some_bad": row.bad[:SHOWN],
        "more_good": max(good - SHOWN, 0),
        "more_bad": max(bad - SHOWN, 0),
        "namesakes": namesakes[:SHOWN],
        "confirm": ngettext("Store %(n)s row", "Store %(n)s rows", good) % {"n": good},
    }
    return render(request, "people/import.html", context)


@for_staff
@require_GET
@audited("import_errors_fetched")
def errors(request: HttpRequest, pk: Any) -> StreamingHttpResponse:
    """The wrong lines as CSV, with the reason in the last column."""
    titles, rows = files.error_table(_import(request, pk))
    answer = StreamingHttpResponse(
        csv_lines(titles, rows, get_language() or "sv"), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="errors.csv"'
    return answer


@for_staff
@require_POST
def confirm(request: HttpRequest, pk: Any) -> HttpResponse:
    """Store all that was right."""
    row = _import(request, pk)
    try:
        count = actions.confirm_import(staged=row, by=reader(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(row)
    messages.success(request, ngettext("%(n)s row is stored.", "%(n)s rows are stored.", count) % {"n": count})
    return redirect("people:organisations" if row.kind == "organisations" else "people:persons")


@for_staff
@require_POST
def discard(request: HttpRequest, pk: Any) -> HttpResponse:
    """Throw the rows away."""
    row = _import(request, pk)
    try:
        actions.discard_import(staged=row, by=reader(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(row)
    messages.success(request, _("The file is thrown away. Nothing was stored."))
    return redirect("people:imports")
