"""Competence at a glance: for whoever runs it, leads where it is used, or has a profile of her own."""

from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from base import clock
from competence.models import Framework, FrameworkVersion, RoleProfile, StrategicGoal, Survey
from competence.rules import regions
from competence.rules import surveys as rules
from competence.rules.goals import near
from competence.states import SurveyState, VersionState
from people.models import Organisation, Request

SHOWN = 6
MOST_PLACES = 40  # whose goals are listed: a region's employers and the units that have some
BY_PLACE = (Coalesce("parent__name", "name"), F("parent").asc(nulls_first=True), "name", "pk")
TONES = {
    SurveyState.DRAFT: "warn",
    SurveyState.LAUNCHED: "on",
    SurveyState.OPEN: "on",
    SurveyState.COUNTING: "warn",
    SurveyState.RELEASED: "ok",
    SurveyState.DESTROYED: "",
}


def standing(survey: Survey) -> tuple[str, str]:
    """Where a survey stands, in words and as the colour of a state; read with its box."""
    if survey.state == SurveyState.OPEN and rules.is_over(survey, now=clock.now()):
        return gettext("Waits to be confirmed"), "warn"
    return capfirst(survey.get_state_display()), TONES[SurveyState(survey.state)]


@require_GET
def home(request: Request) -> HttpResponse:
    """Surveys, frameworks, role profiles and goals, as far as one reads them, and one's own profile."""
    here = regions.at_home(request.user)
    if not here:
        raise Http404
    reader, run = request.user, regions.run_by(request.user)
    surveys = Survey.objects.visible_to(reader).filter(region__in=here)
    context: dict[str, Any] = {
        "runs": bool(run),
        "leads": bool(reader.reach.staff_paths),
        "surveys": [(row, *standing(row)) for row in surveys.select_related("box")[:SHOWN]],
        "frameworks": _frameworks(request, here),
        "profiles": RoleProfile.objects.visible_to(reader).filter(region__in=here).order_by("title", "pk")[:SHOWN],
        "goals": _with_goals(request),
    }
    return render(request, "competence/home.html", context)


def _frameworks(request: Request, here: list[Any]) -> list[tuple[Framework, FrameworkVersion]]:
    """The frameworks with the version that stands, or the draft of one that has none yet."""
    rows = FrameworkVersion.objects.visible_to(request.user).filter(framework__region__in=here)
    found: dict[int, FrameworkVersion] = {}
    for version in rows.exclude(state=VersionState.REPLACED).select_related("framework").order_by("number"):
        if version.state == VersionState.PUBLISHED or version.framework_id not in found:
            found[version.framework_id] = version
    return sorted(((row.framework, row) for row in found.values()), key=lambda pair: str(pair[0].title))


def _with_goals(request: Request) -> list[Organisation]:
    """The organisations whose goals one reads, or is to write, the upper ones first."""
    day = clock.now().date()
    goals = StrategicGoal.objects.visible_to(request.user)
    rows = Organisation.objects.on(day).filter(Q(pk__in=goals.values("organisation_id")) | near(request.user, day))
    return list(rows.select_related("parent").order_by(*BY_PLACE)[:MOST_PLACES])
