"""The employer's yes: by the link in a letter, by a manager who is signed in, and in the coordinator's hands."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from base.clock import now
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from base.tokens import LinkAltered, unseal
from people.models import Request
from people.rules import name_for
from programmes.actions import approvals as actions
from programmes.forms.approvals import AnswerForm
from programmes.letters.approvals import ANSWER
from programmes.models import Approval, Cohort, Enrolment
from programmes.rules.applications import local_day
from programmes.rules.approvals import (
    AlreadyAnswered,
    AnswerExpired,
    NotYourOwn,
    waits_for_confirmation,
    why_not_answer,
    why_not_answer_signed_in,
)
from programmes.rules.undo import UNDO
from programmes.rules.workplaces import asked_of
from programmes.states import Answer, AnswerWay, EmployerSide, ProgrammeSide
from programmes.views.public import round_of

ANSWERS = ("yes", "no", "forward")


# ---------- By the link ----------


def _asked_where(enrolment: Enrolment) -> dict[str, str]:
    """The employer that is asked, and its unit as the person wrote it where she wrote one."""
    employer, unit = asked_of(enrolment)
    typed = enrolment.typed_unit if unit == enrolment.unit else ""
    return {"unit_words": typed or unit.name, "employer_name": employer.name}


def _by_link(token: str) -> Approval | None:
    """The question that a link belongs to; None when the link is altered, or of another question's time."""
    try:
        facts = unseal(ANSWER, token)
    except LinkAltered:
        return None
    return (
        Approval.objects.select_related(
            "asked",
            "enrolment__person",
            "enrolment__unit",
            "enrolment__organisation",
            "enrolment__cohort__programme__region",
            "enrolment__cohort__programme__funder",
            "enrolment__cohort__responsible",
            "enrolment__cohort__places",
        )
        .filter(pk=facts["a"], nonce=facts["n"])
        .first()
    )


def _context(approval: Approval) -> dict[str, Any]:
    enrolment = approval.enrolment
    cohort = enrolment.cohort
    return {
        "approval": approval,
        "enrolment": enrolment,
        "who": name_for(enrolment.person, approval.asked),
        **_asked_where(enrolment),
        "cohort": cohort,
        "programme": cohort.programme,
        "region": cohort.programme.region,
        "round": round_of(cohort, moment=now()),
        "today": local_day(cohort, now()),
    }


def _ended(request: HttpRequest, approval: Approval, refusal: Refusal, status: int, token: str) -> HttpResponse:
    """An expired, used or dead link, in words; who just answered can still take it back."""
    moment = now()
    fresh = (
        isinstance(refusal, AlreadyAnswered)
        and approval.answered_at is not None
        and moment <= approval.answered_at + UNDO
        and approval.way == AnswerWay.LINK
        and approval.confirmed_at is None
    )
    context = {
        **_context(approval),
        "token": token,
        "reason": str(refusal),
        "expired": isinstance(refusal, AnswerExpired),
        "can_undo": fresh,
        "said_yes": approval.answer == Answer.YES,
        "said_no": approval.answer == Answer.NO,
        "waits": waits_for_confirmation(approval),
    }
    return render(request, "programmes/answer_ended.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Yes, no with a reason, or not mine: a press on this page says it; opening it changes nothing."""
    approval = _by_link(token)
    if approval is None:
        return render(request, "programmes/answer_altered.html", status=404)
    if request.user.is_authenticated and request.user.pk == approval.enrolment.person_id:
        raise NotYourOwn()
    if refusal := why_not_answer(approval, now=now()):
        status = 200 if request.method != "POST" and isinstance(refusal, AlreadyAnswered) else 410
        return _ended(request, approval, refusal, status, token)
    known = approval.asked is not None
    preset = request.GET.get("answer", "")
    form = AnswerForm(request.POST or None, known=known, initial={"answer": preset if preset in ANSWERS else "yes"})
    if form.is_valid():
        facts = form.cleaned_data
        try:
            if facts["answer"] == "forward":
                actions.forward(approval=approval, address=facts["address"], now=now())
                return render(
                    request, "programmes/answer_sent_on.html", {**_context(approval), "address": facts["address"]}
                )
            actions.answer(
                approval=approval,
                answer=facts["answer"],
                way=AnswerWay.LINK,
                by=request.user if request.user.is_authenticated else None,
                reason=facts["reason"],
                name=facts.get("name", ""),
                now=now(),
            )
        except Refusal as refusal:
            return _ended(request, approval, refusal, 409, token)
        return redirect("programmes:answer", token)
    response = render_form(
        request, "programmes/answer.html", form, {**_context(approval), "known": known, "token": token}
    )
    response["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_POST
def undo_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Take back what was answered by this link, within two minutes."""
    approval = _by_link(token)
    if approval is None:
        return render(request, "programmes/answer_altered.html", status=404)
    try:
        actions.undo_answer(approval=approval, now=now())
    except Refusal as refusal:
        return _ended(request, approval, refusal, 409, token)
    return redirect("programmes:answer", token)


@login_not_required
@require_POST
def new_link(request: HttpRequest, token: str) -> HttpResponse:
    """An expired link sends a new one to the same address; the page tells nothing more than that."""
    approval = _by_link(token)
    if approval is None:
        return render(request, "programmes/answer_altered.html", status=404)
    actions.send_new_link(approval=approval, now=now())
    return render(request, "programmes/answer_sent_on.html", {**_context(approval), "address": approval.address})


# ---------- A manager who is signed in ----------


@require_http_methods(["GET", "HEAD", "POST"])
def staff_answer(request: Request, pk: int) -> HttpResponse:
    """Answer for somebody in one's units, signed in."""
    enrolment = get_object_or_404(
        Enrolment.objects.visible_to(request.user).select_related(
            "person", "unit", "organisation", "cohort__programme__region", "cohort__places"
        ),
        pk=pk,
    )
    refusal = why_not_answer_signed_in(enrolment, request.user)
    if isinstance(refusal, AlreadyAnswered):
        messages.info(request, str(refusal))
        return redirect("programmes:staff")
    if refusal:
        raise refusal
    form = AnswerForm(request.POST or None, known=True, forwards=False, initial={"answer": "yes"})
    if form.is_valid():
        facts = form.cleaned_data
        actions.answer_signed_in(
            enrolment=enrolment, answer=facts["answer"], reason=facts["reason"], by=request.user, now=now()
        )
        messages.success(request, _("The answer is saved. The applicant gets a letter in two minutes."))
        return redirect("programmes:staff")
    context = {
        "enrolment": enrolment,
        "who": name_for(enrolment.person, request.user),
        **_asked_where(enrolment),
        "cohort": enrolment.cohort,
        "programme": enrolment.cohort.programme,
        "round": round_of(enrolment.cohort, moment=now()),
        "today": local_day(enrolment.cohort, now()),
        "back": reverse("programmes:staff"),
    }
    return render_form(request, "programmes/staff_answer.html", form, context)


# ---------- The coordinator ----------


@dataclass(frozen=True)
class Line:
    """An application without a counting yes."""

    enrolment: Enrolment
    name: str
    approval: Approval | None
    to_confirm: bool
    expired: bool


def lines(cohort: Cohort, viewer: Any) -> list[Line]:
    """The applications whose yes is missing: those that wait for the coordinator first."""
    moment = now()
    rows = (
        cohort.enrolments.live()
        .filter(employer_side__in=[EmployerSide.ASKED, EmployerSide.DECLINED])
        .exclude(programme_side=ProgrammeSide.WITHDRAWN)
        .select_related("person", "unit", "organisation")
        .order_by("applied_at")
    )
    found = []
    latest: dict[int, Approval] = {
        approval.enrolment_id: approval
        for approval in Approval.objects.visible_to(viewer)
        .filter(enrolment__in=rows, replaced_at__isnull=True)
        .select_related("asked")
        .order_by("asked_at", "pk")
    }
    for row in rows:
        approval = latest.get(row.pk)
        found.append(
            Line(
                row,
                name_for(row.person, viewer),
                approval,
                to_confirm=approval is not None and waits_for_confirmation(approval),
                expired=approval is not None and approval.answered_at is None and approval.expires_at <= moment,
            )
        )
    return sorted(found, key=lambda line: not line.to_confirm)


@audited("approvals.seen")
@require_safe
def approvals(request: Request, pk: int) -> HttpResponse:
    """A cohort's applications that wait for a yes, and answers to confirm."""
    cohort = get_object_or_404(Cohort.objects.run_by(request.user).select_related("programme__region"), pk=pk)
    note(request, about=cohort, scope=cohort.scope)
    found = lines(cohort, request.user)
    context = {
        "cohort": cohort,
        "lines": found,
        "to_confirm": [line for line in found if line.to_confirm],
        "waiting": [line for line in found if not line.to_confirm],
    }
    return render(request, "programmes/approvals.html", context)


def run_enrolment(request: Request, pk: int) -> Enrolment:
    """An enrolment in a cohort that the person runs; seen but not run is refused by the caller's 404."""
    return get_object_or_404(
        Enrolment.objects.visible_to(request.user)
        .filter(cohort__in=Cohort.objects.run_by(request.user))
        .select_related("person", "unit", "organisation", "cohort__programme__region", "cohort__responsible"),
        pk=pk,
    )


def back(request: Request, enrolment: Enrolment) -> HttpResponse:
    """To where the button was: the cohort's list, or the enrolment's page."""
    if request.POST.get("from") == "list":
        return redirect("programmes:approvals", enrolment.cohort_id)
    return redirect(enrolment)


@require_POST
def confirm(request: Request, pk: int) -> HttpResponse:
    """Let an answer from an unknown address count, or not."""
    approval = get_object_or_404(
        Approval.objects.visible_to(request.user)
        .filter(enrolment__cohort__in=Cohort.objects.run_by(request.user))
        .select_related("enrolment"),
        pk=pk,
    )
    if "refuse" in request.POST:
        actions.refuse(approval=approval, by=request.user, now=now())
        messages.success(request, _("The answer does not count. Ask another address."))
    else:
        actions.confirm(approval=approval, by=request.user, now=now())
        messages.success(request, _("The answer counts. The applicant gets a letter in two minutes."))
    return back(request, approval.enrolment)
