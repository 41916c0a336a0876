"""Those who take part, in lists: of one cohort, and of everything that a coordinator runs."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from base import dates
from base.marks import audited
from people.models import Organisation, Request
from programmes.forms.cohorts import ParticipantFilter
from programmes.models import Cohort, Enrolment, Share
from programmes.views.cohorts import PAGE, find_cohort


def _filtered(found: QuerySet[Enrolment], form: ParticipantFilter) -> QuerySet[Enrolment]:
    if not form.is_valid():
        return found
    asked = form.cleaned_data
    if words := asked["q"].strip():
        found = found.filter(Q(person__name__icontains=words, person__protected=False) | Q(code__iexact=words))
    if asked["side"]:
        found = found.filter(programme_side=asked["side"])
    if asked["employer"]:
        found = found.filter(employer_side=asked["employer"])
    if asked["organisation"]:
        found = found.filter(organisation=asked["organisation"])
    if chosen := asked.get("round", ""):
        found = found.filter(cohort__programme=chosen[1:]) if chosen[0] == "p" else found.filter(cohort=chosen)
    return found


def _listed(request: Request, found: QuerySet[Enrolment], form: ParticipantFilter) -> dict[str, Any]:
    shown = _filtered(found, form).select_related("person", "organisation", "unit", "cohort__programme")
    page = Paginator(shown.order_by("person__name", "pk"), PAGE).get_page(request.GET.get("page"))
    total = page.paginator.count
    asked = any(request.GET.get(name) for name in form.fields)
    return {
        "page": page,
        "filter": form,
        "count": ngettext("%(n)s person", "%(n)s people", total) % {"n": dates.number(total)},
        "asked": asked,
        "clear": request.path if asked else "",
    }


@audited("participants.seen")
@require_GET
def participants(request: Request, pk: int) -> HttpResponse:
    """Everyone in a cohort, with the employer's side and the programme's side beside each other."""
    # The municipalities bring their cohort along: one question for both.
    shares = list(
        Share.objects.filter(cohort__in=Cohort.objects.run_by(request.user), cohort=pk)
        .select_related("organisation", "cohort__programme")
        .order_by("organisation__name")
    )
    row = shares[0].cohort if shares else find_cohort(request, pk)
    towns = [share.organisation for share in shares]
    form = ParticipantFilter(request.GET or None, organisations=towns)
    found = Enrolment.objects.visible_to(request.user).filter(cohort=row)
    context = {"cohort": row, "here": "participants", **_listed(request, found, form)}
    return render(request, "programmes/participants.html", context)


@audited("participants.seen")
@require_GET
def all_participants(request: Request) -> HttpResponse:
    """Everyone in the cohorts that the person runs."""
    if not (request.user.reach.administrator or request.user.reach.coordinator):
        get_object_or_404(Cohort.objects.none())
    mine = Cohort.objects.run_by(request.user)
    towns = list(
        Organisation.objects.visible_to(request.user).filter(participations__isnull=False).distinct().order_by("name")
    )
    rounds = mine.select_related("programme").order_by("programme__title", "programme", "-number")
    form = ParticipantFilter(request.GET or None, organisations=towns, rounds=rounds)
    found = Enrolment.objects.visible_to(request.user).filter(cohort__in=mine)
    return render(request, "programmes/all_participants.html", _listed(request, found, form))
