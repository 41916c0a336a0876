"""Breaks: written down, ended and taken back by whoever runs the round."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from base.clock import now
from base.forms import render_form
from base.refusal import Refusal
from people.models import Request
from people.rules import name_for
from programmes.actions import breaks as actions
from programmes.forms.breaks import BreakForm, ReturnForm
from programmes.models import Break
from programmes.rules import breaks as rules
from programmes.rules.applications import local_day
from programmes.views.approvals import run_enrolment


@require_http_methods(["GET", "POST"])
def take(request: Request, pk: int) -> HttpResponse:
    """Write down that a participant takes a break."""
    enrolment = run_enrolment(request, pk)
    form = BreakForm(request.POST or None, initial={"starts_on": local_day(enrolment.cohort, now()), "seat": "yes"})
    form.back = enrolment.get_absolute_url()
    if form.is_bound and form.is_valid():
        try:
            actions.take_break(enrolment=enrolment, by=request.user, now=now(), **form.facts())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The break is written down. A letter goes to the person in two minutes."))
            return redirect(enrolment)
    context = {
        "enrolment": enrolment,
        "cohort": enrolment.cohort,
        "name": name_for(enrolment.person, request.user),
        "heading": _("Break"),
        "refusal": rules.BreakGoesOn() if rules.open_break(enrolment) else None,
    }
    return render_form(request, "programmes/break.html", form, context)


def _find(request: Request, pk: int, row: int) -> Break:
    enrolment = run_enrolment(request, pk)
    found = get_object_or_404(Break.objects.visible_to(request.user).filter(enrolment=enrolment), pk=row)
    found.enrolment = enrolment
    return found


@require_http_methods(["GET", "POST"])
def come_back(request: Request, pk: int, row: int) -> HttpResponse:
    """Write down the first day back."""
    found = _find(request, pk, row)
    enrolment = found.enrolment
    form = ReturnForm(
        request.POST or None,
        freed=found.seat_freed_at is not None and not found.keeps_seat,
        today=local_day(enrolment.cohort, now()),
    )
    form.back = enrolment.get_absolute_url()
    if form.is_bound and form.is_valid():
        try:
            actions.come_back(row=found, by=request.user, now=now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("day" if isinstance(refusal, rules.BackBeforeGone) else None, str(refusal))
        else:
            messages.success(request, _("The day of return is saved. A letter goes to the person in two minutes."))
            return redirect(enrolment)
    context = {
        "enrolment": enrolment,
        "cohort": enrolment.cohort,
        "name": name_for(enrolment.person, request.user),
        "heading": _("Back from the break"),
        "row": found,
        "refusal": rules.BreakOver() if found.returned_on or found.undone_at else None,
    }
    return render_form(request, "programmes/break.html", form, context)


@require_POST
def take_back(request: Request, pk: int, row: int) -> HttpResponse:
    """Take back what was just written down."""
    found = _find(request, pk, row)
    actions.take_back(row=found, by=request.user, now=now())
    messages.success(request, _("The change is taken back."))
    return redirect(found.enrolment)
