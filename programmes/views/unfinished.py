"""Registrations of a round that something is missing in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from base.clock import now
from base.marks import audited, note
from people.models import Request
from programmes.rules import unfinished as rules
from programmes.views.cohorts import find_cohort


@audited("cohort.unfinished_seen")
@require_safe
def unfinished(request: Request, pk: int) -> HttpResponse:
    """What each registration lacks and where it is mended; what nobody has sent yet is only counted."""
    cohort = find_cohort(request, pk)
    note(request, about=cohort, scope=cohort.scope)
    moment = now()
    context = {
        "cohort": cohort,
        "lines": rules.unfinished(cohort, request.user, now=moment),
        "begun": rules.begun(cohort, now=moment),
    }
    return render(request, "programmes/unfinished.html", context)
