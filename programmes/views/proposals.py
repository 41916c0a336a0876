"""Proposals: the page on which a group writes them, and the page on which a director answers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base import clock
from base.forms import render_form
from base.refusal import Refusal
from base.tokens import LinkAltered, unseal
from people.models import Person, Request
from people.rules import name_for
from programmes.actions import proposals as actions
from programmes.forms.closing import ProposalForm, ReplyForm
from programmes.letters.closing import DIRECTOR
from programmes.models import Closing, Proposal, ProposalAnswer
from programmes.rules import proposals as rules
from programmes.rules.boards import runs
from programmes.rules.together import SavedMeanwhile
from programmes.states import AnswerWay

ALONG = ("organisation", "closing__cohort__programme__region", "closing__cohort__responsible", "answered_by")


@require_http_methods(["GET", "POST"])
def proposals(request: Request, pk: int) -> HttpResponse:
    """What the group proposes, for the projector and for those who write; after sending, what came back."""
    found = Closing.objects.shared_with(request.user).select_related("cohort__programme__region", "day__event")
    closing = get_object_or_404(found, cohort=pk)
    key = request.POST.get("proposal", "") or request.GET.get("proposal", "")
    chosen = get_object_or_404(closing.proposals.all(), pk=key) if key.isdecimal() else None
    act = request.POST.get("act", "")
    initial = {"proposal": chosen.pk, "version": chosen.version, "words": chosen.words} if chosen else {}
    form = ProposalForm(request.POST if act == "save" else None, initial=initial)
    conflict, status = "", None
    if request.method == "POST":
        try:
            if act == "remove" and chosen is not None:
                actions.remove(proposal=chosen, by=request.user, now=clock.now())
                return redirect("programmes:proposals", pk)
            if act == "save" and form.is_valid():
                _save(request, closing, chosen, form)
                return redirect("programmes:proposals", pk)
        except SavedMeanwhile as refusal:
            conflict, status = str(refusal), 409
            chosen = get_object_or_404(closing.proposals.all(), pk=key)
            form = ProposalForm({**request.POST.dict(), "version": str(chosen.version)})
            form.is_valid()
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("programmes:proposals", pk)
    context = {
        "closing": closing,
        "cohort": closing.cohort,
        "proposals": list(closing.proposals.all()),
        "may_write": rules.why_not_write(closing, by=request.user) is None,
        "answers": list(closing.answers.select_related("organisation")),
        "counted": rules.counted(list(closing.answers.all())),
        "chosen": chosen,
        "conflict": conflict,
        "runs": runs(closing.cohort, request.user),
        "screen": "screen" in request.GET,
    }
    answer = render_form(request, "programmes/proposals.html", form, context)
    answer.status_code = status or answer.status_code
    return answer


def _save(request: Request, closing: Closing, chosen: Proposal | None, form: ProposalForm) -> None:
    given, by, now = form.cleaned_data, request.user, clock.now()
    if chosen is None:
        actions.write(closing=closing, words=given["words"], by=by, now=now)
    else:
        actions.rewrite(proposal=chosen, words=given["words"], version=given["version"] or 0, by=by, now=now)
    messages.success(request, _("Saved."))


# ---------- A director's answer ----------


@require_http_methods(["GET", "POST"])
def proposal_answer(request: Request, pk: int) -> HttpResponse:
    """A director who is signed in answers for the municipality."""
    found = ProposalAnswer.objects.directed_by(request.user).select_related(*ALONG)
    row = get_object_or_404(found, pk=pk)
    return _reply(request, row, request.user, AnswerWay.PAGE)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same by the link in the letter: a press on this page says it; opening it changes nothing."""
    try:
        facts = unseal(DIRECTOR, token)
    except LinkAltered:
        return render(request, "programmes/answer_altered.html", status=404)
    row = ProposalAnswer.objects.select_related(*ALONG).filter(pk=facts["a"], nonce=facts["n"]).first()
    director = Person.objects.active().filter(pk=facts["p"]).first()
    if row is None or director is None:
        return render(request, "programmes/answer_altered.html", status=404)
    return _reply(request, row, director, AnswerWay.LINK)


def _reply(request: HttpRequest, row: ProposalAnswer, by: Person, way: AnswerWay) -> HttpResponse:
    refusal = rules.why_not_answer(row, by=by, now=clock.now())
    form = ReplyForm(request.POST or None, initial={"answer": row.answer, "words": row.words})
    if form.is_valid():
        try:
            actions.answer(row=row, way=way, by=by, now=clock.now(), **form.cleaned_data)
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, _("Thank you. Those who took part can read the answer."))
            return redirect(request.path)
    cohort = row.closing.cohort
    context: dict[str, Any] = {
        "row": row,
        "proposals": list(row.closing.proposals.all()),
        "cohort": cohort,
        "programme": cohort.programme,
        "region": cohort.programme.region,
        "refusal": refusal,
        "answered_by": name_for(row.answered_by, by) if row.answered_by else "",
        "signed_in": way == AnswerWay.PAGE,
    }
    template = "programmes/proposal_answer.html" if way == AnswerWay.PAGE else "programmes/proposal_link.html"
    return render_form(request, template, form, context)
