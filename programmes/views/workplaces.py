"""Where a participant is employed: the unit, and changes of employer during the round."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base.clock import now
from base.forms import refuse
from base.marks import audited, note
from base.refusal import Refusal
from people.models import Employment, Organisation, Request
from people.rules import name_for
from programmes.actions import workplaces as actions
from programmes.forms.workplaces import MoveForm, UnitForm
from programmes.models import Enrolment
from programmes.rules import workplaces as rules
from programmes.rules.applications import local_day, workplaces_of
from programmes.views.approvals import run_enrolment

BESIDE: dict[type[Refusal], str] = {
    rules.LastDayFirst: "first_day",
    rules.FirstDayMissing: "first_day",
    rules.BeforeTheLastMove: "last_day",
    rules.SameEmployer: "to",
    rules.ReasonMissing: "why",
}


def _units(enrolment: Enrolment, day: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The units of the region's employers, grouped; an employer without units stands for itself."""
    return [
        (place.employer.name, [(str(unit.pk), unit.name) for unit in (place.units or (place.employer,))])
        for place in workplaces_of(enrolment.cohort, day)
    ]


def _guess(enrolment: Enrolment, periods: list[rules.Period]) -> dict[str, Any]:
    """What is known of the employments: the last day with the old employer, and where the person works since."""
    jobs = Employment.objects.filter(person=enrolment.person_id).select_related("unit")
    current = periods[-1].organisation
    found: dict[str, Any] = {}
    if current is not None:
        own = jobs.filter(unit__path__startswith=current.path)
        if not own.filter(valid_to__isnull=True).exists():
            found["last_day"] = own.aggregate(last=Max("valid_to"))["last"]
    elsewhere = jobs.filter(valid_to__isnull=True).order_by("-valid_from")
    new = next((row for row in elsewhere if current is None or not row.unit.path.startswith(current.path)), None)
    if new is not None:
        found |= {"to": str(new.unit_id), "first_day": new.valid_from}
    return found


@audited("enrolment.seen")
@require_http_methods(["GET", "HEAD", "POST"])
def employer(request: Request, pk: int) -> HttpResponse:
    """The periods by employer; correct the unit, or write down that the person changes employers."""
    found = run_enrolment(request, pk)
    note(request, about=found, scope=found.cohort.scope)
    day = local_day(found.cohort, now())
    periods = rules.periods(found)
    gap = periods[-1].organisation is None
    units = Organisation.objects.on(day).below(found.organisation).order_by("path")
    correcting = "unit" in request.POST
    unit_form = UnitForm(request.POST if correcting else None, units=units, initial={"unit": found.unit_id})
    moving = request.POST if request.method == "POST" and not correcting else None
    move_form = MoveForm(moving, units=_units(found, day), gap=gap, initial=_guess(found, periods))
    if unit_form.is_bound and unit_form.is_valid():
        actions.correct_unit(enrolment=found, unit=unit_form.cleaned_data["unit"], by=request.user, now=now())
        messages.success(request, _("The unit is saved."))
        return redirect(found)
    if move_form.is_bound and move_form.is_valid():
        facts = move_form.cleaned_data
        chosen = Organisation.objects.on(day).filter(pk=facts["to"] or None).first()
        try:
            actions.move(
                enrolment=found,
                last_day=facts.get("last_day") or day,
                unit=chosen,
                first_day=facts["first_day"],
                why=facts["why"],
                address=facts["address"],
                by=request.user,
                now=now(),
            )
        except Refusal as refusal:
            field = BESIDE.get(type(refusal))
            refuse(move_form, refusal, BESIDE if field in move_form.fields else {})
        else:
            messages.success(request, _("The change of employer is written down. Each employer sees its own days."))
            return redirect(found)
    wrong = next((form for form in (unit_form, move_form) if form.errors), None)
    context = {
        "enrolment": found,
        "cohort": found.cohort,
        "name": name_for(found.person, request.user),
        "periods": periods,
        "may_correct": len(periods) == 1,
        "unit_form": unit_form,
        "move_form": move_form,
        "form": wrong,
    }
    return render(request, "programmes/employer.html", context, status=200 if wrong is None else 422)
