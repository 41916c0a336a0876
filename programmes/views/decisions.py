"""The decision about a cohort."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base import clock
from base.forms import refuse, render_form
from base.refusal import Refusal
from people.models import Request
from programmes.actions import decisions as actions
from programmes.forms.decisions import DecisionForm
from programmes.rules.boards import LookPast
from programmes.rules.decisions import why_not_decide
from programmes.states import CohortState
from programmes.views.cohorts import find_cohort


@require_http_methods(["GET", "POST"])
def decision(request: Request, pk: int) -> HttpResponse:
    """Record whether to go on, change or stop, why, and what to improve; or read what was decided."""
    cohort = find_cohort(request, pk)
    standing = getattr(cohort, "decision", None)
    initial = {"preliminary": cohort.state == CohortState.RUNNING}
    if standing:
        initial = {name: getattr(standing, name) for name in DecisionForm.base_fields}
    form = DecisionForm(request.POST or None, initial=initial)
    form.back = cohort.get_absolute_url()
    refusal = why_not_decide(cohort, preliminary=True)
    if refusal is None and form.is_valid():
        try:
            actions.decide(cohort=cohort, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as late:
            refuse(form, late, {LookPast: "look_again_on"})
        else:
            messages.success(request, _("The decision is recorded."))
            return redirect(cohort)
    looks = list(standing.looks.select_related("by")) if standing else []
    improvements = standing.improvements.splitlines() if standing else []
    return render_form(
        request,
        "programmes/decision.html",
        form,
        {"cohort": cohort, "decision": standing, "refusal": refusal, "improvements": improvements, "looks": looks},
    )
