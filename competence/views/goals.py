"""Strategic goals: the tree as a unit reads it, a goal to write, and the poster on the wall."""

from datetime import date

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods

from base import clock, dates
from base.forms import refuse, render_form
from base.languages import NAMES
from base.refusal import Refusal
from competence.actions import goals as actions
from competence.documents.goals import SHEETS, Poster, Printable, print_poster
from competence.forms.goals import GoalForm
from competence.models import Competence, StrategicGoal
from competence.rules import goals as rules
from competence.rules.frameworks import languages_of
from competence.states import VersionState
from people.models import Organisation, Region, Request
from people.rules import EndsBeforeStart
from programmes.rules.together import SavedMeanwhile


def _find(request: Request, organisation: int, *, write: bool = False) -> tuple[Organisation, Region, date]:
    """An organisation whose goals the person reads, or writes, with its region and the day it is there."""
    day = clock.now().date()
    found = Organisation.objects.on(day).filter(rules.readable_by(request.user, day)).select_related("parent")
    row = get_object_or_404(found, pk=organisation)
    region = rules.region_of(row, day)
    if region is None or write and not rules.may_write(row, request.user):
        raise Http404
    return row, region, clock.today(region.time_zone)


@require_GET
def goals(request: Request, organisation: int) -> HttpResponse:
    """What the organisation is to reach, what that serves above and what serves it below."""
    place, region, day = _find(request, organisation)
    shown = rules.goals_for(place, request.user, day)
    writes = rules.may_write(place, request.user)
    others: list[StrategicGoal] = []
    if writes:
        hold = [goal.pk for goal in shown]
        others = list(StrategicGoal.objects.run_by(request.user).filter(organisation=place).exclude(pk__in=hold))
    near = Q(path__in=rules.above(place)) | Q(parent=place)
    around = Organisation.objects.on(day).filter(rules.readable_by(request.user, day)).filter(near)
    context = {
        "place": place,
        "region": region,
        "tree": rules.tree(shown),
        "own": [goal for goal in shown if goal.organisation_id == place.pk],
        "others": others,
        "writes": writes,
        "may_edit": {goal.pk for goal in shown if rules.may_write(goal.organisation, request.user)},
        "around": sorted(around.exclude(pk=place.pk), key=lambda one: (one.path.count("/"), one.name.casefold())),
        "posters": [(code, NAMES[code], sheet) for code in languages_of(region) for sheet in SHEETS],
    }
    return render(request, "competence/goals.html", context)


@require_http_methods(["GET", "POST"])
def goal_edit(request: Request, organisation: int) -> HttpResponse:
    """Write a goal, or change the one that the address names."""
    place, region, day = _find(request, organisation, write=True)
    goal = None
    if key := request.GET.get("goal", ""):
        rows = StrategicGoal.objects.run_by(request.user).filter(organisation=place)
        goal = get_object_or_404(rows.prefetch_related("competences"), pk=int(key) if key.isdecimal() else 0)
    offered = Q(area__version__state=VersionState.PUBLISHED, area__version__framework__region=region)
    if goal is not None:
        offered |= Q(pk__in=[one.pk for one in goal.competences.all()])
    competences = Competence.objects.filter(offered).select_related("area__version__framework")
    form = GoalForm(
        request.POST or None,
        goal=goal,
        languages=languages_of(region),
        above=rules.to_serve(place, min(day, goal.valid_from) if goal else day),
        top=place.parent_id is None,
        competences=list(competences.order_by("area__version__framework", "area__position", "position")),
    )
    form.back = reverse("competence:goals", args=[place.pk])
    theirs: StrategicGoal | None = None
    if form.is_valid():
        try:
            actions.keep(organisation=place, goal=goal, by=request.user, now=clock.now(), **form.facts)
        except SavedMeanwhile:
            data = request.POST.copy()
            data["revision"] = str(goal.revision if goal else 0)
            form.data = data
            form.add_error(None, _("Somebody else saved meanwhile. Save again to replace what stands now."))
            theirs = goal
        except Refusal as refusal:
            beside: dict[type[Refusal], str] = {EndsBeforeStart: "valid_to", rules.StillServed: "valid_to"}
            if "serves" in form.fields:
                beside |= {rules.ServesNothing: "serves", rules.NothingAbove: "serves", rules.NotAbove: "serves"}
            refuse(form, refusal, beside)
        else:
            messages.success(request, _("Saved."))
            return redirect("competence:goals", organisation=place.pk)
    return render_form(request, "competence/goal_edit.html", form, {"place": place, "goal": goal, "theirs": theirs})


@require_GET
def goals_poster(request: Request, organisation: int) -> HttpResponse:
    """The organisation's goals as a poster, in a language and on a sheet."""
    place, region, day = _find(request, organisation)
    asked, sheet = request.GET.get("in", ""), request.GET.get("sheet", "")
    code = asked if asked in languages_of(region) else dates.spoken()
    with override(code):
        own = [goal for goal in rules.goals_for(place, request.user, day) if goal.organisation_id == place.pk]
        poster = Poster(
            title=_("Our goals"),
            unit=place.name,
            above=place.parent.name if place.parent else "",
            region=region.name,
            language=code,
            goals=[
                Printable(
                    goal.words,
                    goal.explanation,
                    goal.serves.words if goal.serves else "",
                    goal.serves.organisation.name if goal.serves else "",
                )
                for goal in own
            ],
            printed_on=dates.full_day(day),
        )
        try:
            printed = print_poster(poster, sheet if sheet in SHEETS else "A4")
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("competence:goals", organisation=place.pk)
    name = f"{slugify(place.name)}-{code}.pdf"
    disposition = content_disposition_header(as_attachment=False, filename=name) or "inline"
    return HttpResponse(printed.content, content_type="application/pdf", headers={"Content-Disposition": disposition})
