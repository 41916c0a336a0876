"""A programme's conditions, as its coordinators set them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from base import clock
from base.forms import refuse, render_form
from base.refusal import Refusal
from people.models import Request
from programmes.actions import conditions as actions
from programmes.forms.conditions import ConditionForm
from programmes.models import Condition, Programme
from programmes.rules import conditions as rules


def _programme(request: Request, pk: int) -> Programme:
    return get_object_or_404(Programme.objects.run_by(request.user).select_related("region"), pk=pk)


@require_safe
def conditions(request: Request, pk: int) -> HttpResponse:
    """What is asked of those who apply and what it decides; what is no longer asked can be asked again."""
    programme = _programme(request, pk)
    rows = list(programme.entry.all())
    standing = [row for row in rows if row.ended_at is None]
    context = {
        "programme": programme,
        "standing": standing,
        "ended": [row for row in rows if row.ended_at is not None],
        "why_not_add": rules.why_not_add(standing),
    }
    return render(request, "programmes/conditions.html", context)


def _form(request: Request, programme: Programme, condition: Condition | None) -> HttpResponse:
    form = ConditionForm(request.POST or None, programme=programme, condition=condition)
    form.back = reverse("programmes:conditions", args=[programme.pk])
    if form.is_valid():
        facts: dict[str, Any] = {name: form.cleaned_data[name] for name in ("fact", "months", "decides")}
        facts |= {"words": form.words, "by": request.user, "now": clock.now()}
        try:
            if condition is None:
                actions.add_condition(programme=programme, **facts)
            else:
                actions.change_condition(condition=condition, **facts)
        except Refusal as refusal:
            refuse(form, refusal, {rules.MonthsMissing: "months"})
        else:
            messages.success(request, _("The condition is saved."))
            return redirect("programmes:conditions", pk=programme.pk)
    return render_form(request, "programmes/condition.html", form, {"programme": programme, "condition": condition})


@require_http_methods(["GET", "POST"])
def condition_new(request: Request, pk: int) -> HttpResponse:
    """Ask one more thing."""
    return _form(request, _programme(request, pk), None)


@require_http_methods(["GET", "POST"])
def condition(request: Request, pk: int, condition: int) -> HttpResponse:
    """Change a condition, take it away, or ask it again."""
    programme = _programme(request, pk)
    row = get_object_or_404(programme.entry.all(), pk=condition)
    if "end" in request.POST:
        actions.end_condition(condition=row, by=request.user, now=clock.now())
        messages.success(request, _("The condition is no longer asked. You can ask it again below."))
        return redirect("programmes:conditions", pk=programme.pk)
    if "again" in request.POST:
        try:
            actions.ask_condition_again(condition=row, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The condition is asked again."))
        return redirect("programmes:conditions", pk=programme.pk)
    return _form(request, programme, row)
