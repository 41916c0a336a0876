"""What somebody can do with an application of hers later: by the link in a letter, or signed in."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from base.clock import now
from base.forms import render_form
from base.tokens import LinkAltered, unseal
from people.models import Request
from people.rules import name_for
from programmes.actions import applications as actions
from programmes.actions.conditions import replies_of
from programmes.forms.applications import CompleteForm
from programmes.forms.conditions import replies_in, shown
from programmes.letters.applications import OWN_LINK
from programmes.models import Condition, Enrolment
from programmes.rules.applications import local_day, why_not_withdraw
from programmes.rules.conditions import name_of, replaced, unanswered
from programmes.states import EmployerSide, Fact, ProgrammeSide, Source
from programmes.views.applications import around, asks, closed, conditions_of

# ---------- By the link in a letter ----------


def _own(token: str) -> Enrolment:
    """The application that an own link opens; an altered one opens nothing."""
    try:
        facts = unseal(OWN_LINK, token)
    except LinkAltered as error:
        raise Http404 from error
    return get_object_or_404(
        Enrolment.objects.annotate(asks=asks("cohort__programme")).select_related(
            "cohort__programme__region",
            "cohort__programme__funder",
            "cohort__places",
            "person",
            "organisation",
            "unit",
        ),
        pk=facts["e"],
    )


def _lacks(enrolment: Enrolment) -> bool:
    """Whether something that only the person knows is not filled in, where the manager registered her."""
    conditions = conditions_of(enrolment, enrolment.cohort.programme_id)
    if "degree" not in replaced(conditions) and not enrolment.degree:
        return True
    return bool(conditions and unanswered(conditions, replies_of(enrolment)))


def own_context(enrolment: Enrolment) -> dict[str, Any]:
    """What an application's owner reads about it."""
    moment = now()
    side = enrolment.programme_side
    waiting = side == ProgrammeSide.APPLIED
    return {
        **around(enrolment.cohort),
        "enrolment": enrolment,
        "closes": enrolment.cohort.closes_on,
        "waits_for_manager": waiting and enrolment.employer_side == EmployerSide.ASKED,
        "declined": waiting and enrolment.employer_side == EmployerSide.DECLINED,
        "approved": waiting and enrolment.employer_side == EmployerSide.APPROVED,
        "withdrawn": side == ProgrammeSide.WITHDRAWN,
        "missing": waiting and enrolment.source != Source.SELF and _lacks(enrolment),
        "asks": getattr(enrolment, "asks", False),
        "can_withdraw": side != ProgrammeSide.WITHDRAWN and why_not_withdraw(enrolment, now=moment) is None,
        "unit_words": enrolment.typed_unit or enrolment.unit.name,
        "own_name": name_for(enrolment.person, enrolment.person),
    }


@login_not_required
@require_safe
def application(request: HttpRequest, token: str) -> HttpResponse:
    """An application as it stands, for whoever holds the link from the letter."""
    return render(request, "programmes/apply/application.html", {**own_context(_own(token)), "token": token})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Withdraw, or decline what the manager registered: a page that asks, and a press that does it."""
    enrolment = _own(token)
    return _withdraw(request, enrolment, reverse("programmes:application", args=[token]))


def _withdraw(request: HttpRequest, enrolment: Enrolment, back: str) -> HttpResponse:
    if enrolment.programme_side == ProgrammeSide.WITHDRAWN:
        return redirect(back)
    if refusal := why_not_withdraw(enrolment, now=now()):
        return closed(request, enrolment.cohort, refusal)
    if request.method == "POST":
        actions.withdraw(enrolment=enrolment, by=enrolment.person, now=now())
        messages.success(request, _("The application is withdrawn."))
        return redirect(back)
    context = {
        **around(enrolment.cohort),
        "code": enrolment.code,
        "done": False,
        "by_manager": enrolment.source != Source.SELF,
        "back": back,
    }
    return render(request, "programmes/apply/withdraw.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: HttpRequest, token: str) -> HttpResponse:
    """Whom the manager registered checks what is filled in, and adds what only she knows."""
    enrolment = _own(token)
    own = reverse("programmes:application", args=[token])
    if enrolment.programme_side == ProgrammeSide.WITHDRAWN or enrolment.source == Source.SELF:
        return redirect(own)
    authority = {True: "yes", False: "no"}.get(enrolment.exercises_authority or False) if enrolment.degree else ""
    initial = {
        "language": enrolment.person.language,
        "employed_since": enrolment.employed_since,
        "degree": enrolment.degree,
        "exercises_authority": authority,
    }
    conditions = conditions_of(enrolment, enrolment.cohort.programme_id)
    if conditions:
        initial |= shown(conditions, replies_of(enrolment))
    form = CompleteForm(
        request.POST or None, initial=initial, today=local_day(enrolment.cohort, now()), conditions=conditions
    )
    if form.is_valid():
        facts = form.cleaned_data
        actions.complete(
            enrolment=enrolment,
            language=facts["language"],
            employed_since=facts["employed_since"],
            degree=facts.get("degree", ""),
            exercises_authority=_authority(conditions, facts),
            replies=replies_in(conditions, facts),
            by=enrolment.person,
            now=now(),
        )
        messages.success(request, _("Saved. Your application is complete."))
        return redirect(own)
    return render_form(
        request, "programmes/apply/complete.html", form, {**own_context(enrolment), "token": token, "back": own}
    )


def _authority(conditions: Sequence[Condition], facts: dict[str, Any]) -> bool | None:
    """Whether the work includes the exercise of authority, by whichever question asked it."""
    names = ["exercises_authority", *(name_of(row) for row in conditions if row.fact == Fact.AUTHORITY)]
    said = next((facts[name] for name in names if facts.get(name)), None)
    return None if said is None else said == "yes"


# ---------- Signed in ----------


def _mine(request: Request, pk: int) -> Enrolment:
    return get_object_or_404(
        Enrolment.objects.visible_to(request.user)
        .filter(person=request.user)
        .annotate(asks=asks("cohort__programme"))
        .select_related(
            "cohort__programme__region", "cohort__programme__funder", "cohort__places", "person", "organisation", "unit"
        ),
        pk=pk,
    )


@require_safe
def my_application(request: Request, pk: int) -> HttpResponse:
    """One's own application as it stands."""
    return render(request, "programmes/apply/application.html", {**own_context(_mine(request, pk)), "token": ""})


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_mine(request: Request, pk: int) -> HttpResponse:
    """Withdraw one's own application, signed in."""
    enrolment = _mine(request, pk)
    return _withdraw(request, enrolment, reverse("programmes:my_application", args=[enrolment.pk]))
