"""Programmes as a coordinator sees them: the list, one of them, its texts and its funder, and a new one."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from base import clock
from base.forms import render_form
from base.refusal import Refusal
from people.models import Region, Request
from programmes.actions import cohorts as actions
from programmes.actions.programmes import create_programme
from programmes.forms.cohorts import OWN, FunderForm, ProgrammeForm
from programmes.forms.programmes import NewProgrammeForm
from programmes.models import Cohort, Condition, Programme
from programmes.rules import cohorts as rules
from programmes.views.cohorts import cohort_lines, find_programme


@require_GET
def programmes(request: Request) -> HttpResponse:
    """The programmes that the person runs, each with its rounds."""
    mine = list(Programme.objects.run_by(request.user).select_related("region"))
    if not mine and not (request.user.reach.administrator or request.user.reach.coordinator):
        get_object_or_404(Programme.objects.none())
    cohorts = list(
        Cohort.objects.run_by(request.user)
        .filter(programme__in=[row.pk for row in mine])
        .select_related("programme", "places")
        .order_by("programme", "-number")
    )
    lines = cohort_lines(cohorts)
    groups = [(row, [line for line in lines if line.cohort.programme_id == row.pk]) for row in mine]
    return render(request, "programmes/programmes.html", {"groups": groups})


@require_GET
def programme(request: Request, pk: int) -> HttpResponse:
    """One programme for those who run it: its rounds, texts, funder."""
    row = find_programme(request, pk)
    cohorts = list(row.cohorts.run_by(request.user).select_related("programme", "places"))
    texts = [
        {"label": _("Themes") if name == "themes" else label, "value": getattr(row, name), "note": "", "url": ""}
        for name, (label, _length, _rows) in ProgrammeForm.TEXTS.items()
    ]
    if row.mentor_kind:
        meetings = ngettext(
            "%(n)s meeting of %(minutes)s minutes within %(months)s months",
            "%(n)s meetings of %(minutes)s minutes within %(months)s months",
            row.mentor_meetings,
        ) % {"n": row.mentor_meetings, "minutes": row.mentor_minutes, "months": row.mentor_months}
        mentors = f"{capfirst(str(row.get_mentor_kind_display()))}\n{meetings}"
        texts.append({"label": _("Mentors"), "value": mentors, "note": "", "url": ""})
    return render(
        request,
        "programmes/programme_inside.html",
        {
            "programme": row,
            "lines": cohort_lines(cohorts),
            "texts": texts,
            "waiting": rules.undecided(row),
            "entry": Condition.objects.standing().filter(programme=row),
        },
    )


@require_http_methods(["GET", "POST"])
def programme_edit(request: Request, pk: int) -> HttpResponse:
    """Change a programme's texts in each language."""
    row = find_programme(request, pk)
    form = ProgrammeForm(request.POST or None, programme=row)
    form.back = reverse("programmes:programme_inside", args=[row.pk])
    if form.is_valid():
        actions.change_programme(
            programme=row,
            words=form.words,
            published=form.cleaned_data["published"],
            first_come=form.cleaned_data["first_come"],
            funder=row.funder,
            mentoring=form.mentoring,
            by=request.user,
            now=clock.now(),
        )
        messages.success(request, _("The programme is saved."))
        return redirect("programmes:programme_inside", pk=row.pk)
    return render_form(request, "programmes/programme_edit.html", form, {"programme": row})


@require_http_methods(["GET", "POST"])
def programme_funder(request: Request, pk: int) -> HttpResponse:
    """Write down who funds the programme, with its statement and emblem."""
    row = find_programme(request, pk)
    form = FunderForm(request.POST or None, programme=row, funder=row.funder)
    form.back = reverse("programmes:programme_inside", args=[row.pk])
    if form.is_valid():
        funder = actions.keep_funder(
            programme=row,
            funder=row.funder,
            names=form.funder_names,
            statements=form.statements,
            emblem_name=form.cleaned_data["emblem_name"],
            by=request.user,
            now=clock.now(),
        )
        messages.success(request, _("The funder is saved."))
        if form.cleaned_data["emblem_name"] == OWN and funder.emblem_id is None:
            return redirect("programmes:programme_emblem", pk=row.pk)
        return redirect("programmes:programme_inside", pk=row.pk)
    return render_form(request, "programmes/funder.html", form, {"programme": row})


@require_http_methods(["GET", "POST"])
def programme_new(request: Request) -> HttpResponse:
    """Create a programme in a region that the person coordinates; its texts and funder are filled in next."""
    regions = Region.objects.visible_to(request.user)
    if not regions:
        raise Http404
    form = NewProgrammeForm(request.POST or None, regions=regions)
    if form.is_valid():
        try:
            row = create_programme(
                region=form.of_region, slug=form.slug, words=form.words, by=request.user, now=clock.now()
            )
        except Refusal as refusal:
            form.add_error("title", str(refusal))
        else:
            messages.success(
                request, _("The programme is created. Fill in its texts, and open its public page when it is ready.")
            )
            return redirect("programmes:programme_edit", pk=row.pk)
    return render_form(request, "programmes/programme_new.html", form)
