"""The closing day: the coordinator's page, the mentors' answers, and the list of support that is still needed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base import clock
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from base.tokens import LinkAltered, unseal
from events.letters import whole_place_of
from outbox.models import Batch
from outbox.views import Deed, check, read_first, say_done
from people.models import Request
from people.rules import name_for
from programmes.actions import closing as actions
from programmes.actions import proposals, support
from programmes.forms.closing import ActForm, ClosingDayForm, ComingForm, NeedForm, PassForm
from programmes.letters.closing import MENTOR
from programmes.models import Closing, Cohort, Enrolment, MentorInvitation, SupportNeed
from programmes.rules import closing as rules
from programmes.rules import proposals as proposal_rules
from programmes.rules import support as support_rules
from programmes.rules.applications import local_day
from programmes.rules.together import SavedMeanwhile
from programmes.states import Answer, SupportKind
from programmes.views.cohorts import find_cohort

# ---------- For those who run the round ----------


@audited("closing.seen")
@require_http_methods(["GET", "POST"])
def closing(request: Request, pk: int) -> HttpResponse:
    """Which day closes the round, which mentors come, what is needed in figures, and what the directors answer."""
    cohort = find_cohort(request, pk)
    note(request, about=cohort, scope=cohort.scope)
    along = ("day__event", "cohort__programme__region")
    row = Closing.objects.run_by(request.user).filter(cohort=cohort).select_related(*along).first()
    days = list(cohort.days.select_related("event").order_by("number"))
    last = rules.last_day(cohort) if row is None else row.day
    act = request.POST.get("act", "")
    form = ClosingDayForm(
        request.POST if act == "day" else None, days=days, initial={"day": last.number if last else None}
    )
    if request.method == "POST" and "change" not in request.POST:
        answer = _act(request, cohort, row, act, form)
        if answer is not None:
            return answer
    return render_form(request, "programmes/closing.html", form, _page(request, cohort, row))


def _act(request: Request, cohort: Cohort, row: Closing | None, act: str, form: ClosingDayForm) -> HttpResponse | None:
    """Do what a form of the page asks for; nothing where the form is wrong."""
    by, now, back = request.user, clock.now(), redirect("programmes:closing", cohort.pk)
    try:
        if act == "day":
            if not form.is_valid():
                return None
            actions.choose_day(cohort=cohort, day=form.chosen, by=by, now=now)
            messages.success(request, _("The closing day is chosen."))
        elif row is None:
            return back
        elif act == "invite":
            return _letters(
                request,
                row,
                lambda one: actions.invite_mentors(closing=one, by=by, now=now),
                _("Read the invitation to the mentors"),
                _("Send the invitation"),
                _("The mentors are invited."),
            )
        elif act == "send":
            return _letters(
                request,
                row,
                lambda one: proposals.send(closing=one, by=by, now=now),
                _("Read the letter to the directors"),
                _("Send the proposals"),
                _("The proposals are on their way."),
            )
        elif act == "count":
            support.count(closing=row, by=by, now=now)
            messages.success(request, _("The needs are counted."))
        elif act in ("agree", "open"):
            proposals.agree(closing=row, agreed=act == "agree", by=by, now=now)
            messages.success(
                request, _("The proposals are agreed.") if act == "agree" else _("The proposals can be changed again.")
            )
        elif act == "improve":
            key = request.POST.get("proposal", "")
            proposal = get_object_or_404(row.proposals.all(), pk=key if key.isdecimal() else 0)
            proposals.to_checklist(proposal=proposal, by=by, now=now)
            messages.success(request, _("The proposal stands among the improvements for the next round."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return back


def _letters(
    request: Request, row: Closing, deed: Callable[[Closing], Batch], title: str, button: str, done: str
) -> HttpResponse:
    """The letters first, then the deed that writes them."""
    back = reverse("programmes:closing", args=[row.cohort_id])
    if "confirm" not in request.POST:
        previews = read_first(request, deed, row)
        words = Deed(title, button, str(row.cohort), [str(row.cohort)], back)
        return check(request, ActForm(request.POST), words, previews)
    say_done(request, done, deed(row))
    return redirect(back)


def _page(request: Request, cohort: Cohort, row: Closing | None) -> dict[str, Any]:
    now = clock.now()
    context: dict[str, Any] = {"cohort": cohort, "closing": row, "here": "days"}
    if row is None:
        return context
    invitations = list(row.invitations.select_related("person"))
    answers = list(row.answers.select_related("organisation", "answered_by"))
    told = row.figures or {}
    kinds = dict(SupportKind.choices)
    return {
        **context,
        "over": local_day(cohort, now) > row.day.event.date,
        "invitations": [(one, name_for(one.person, request.user)) for one in invitations],
        "to_invite": len(rules.mentors_to_invite(row)) if not rules.why_not_come(row, now=now) else 0,
        "why_not_count": support_rules.why_not_count(row, now=now),
        "figures": [(capfirst(kinds[kind]), number) for kind, number in told.get("kinds", {}).items() if kind in kinds],
        "together": ", ".join(str(kinds[kind]) for kind in told.get("together", ()) if kind in kinds),
        "in_all": told.get("in_all"),
        "listed": told.get("listed"),
        "proposals": list(row.proposals.all()),
        "why_not_agree": proposal_rules.why_not_agree(row),
        "why_not_send": proposal_rules.why_not_send(row),
        "answers": [(one, name_for(one.answered_by, request.user) if one.answered_by else "") for one in answers],
    }


# ---------- Mentors ----------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def mentor_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Yes or no by the link in the letter: a press on this page says it; opening it changes nothing."""
    try:
        facts = unseal(MENTOR, token)
    except LinkAltered:
        return render(request, "programmes/answer_altered.html", status=404)
    along = ("person", "closing__day__event__host", "closing__cohort__programme__region")
    found = MentorInvitation.objects.select_related(*along)
    row = found.filter(pk=facts["i"], person=facts["p"], person__is_active=True).first()
    if row is None:
        return render(request, "programmes/answer_altered.html", status=404)
    preset = request.GET.get("answer", "") or row.answer
    form = ComingForm(request.POST or None, initial={"answer": preset if preset in Answer.values else ""})
    refusal = rules.why_not_come(row.closing, now=clock.now())
    if form.is_valid():
        try:
            actions.answer_invitation(
                invitation=row, answer=form.cleaned_data["answer"], by=row.person, now=clock.now()
            )
        except Refusal as no:
            form.add_error(None, str(no))
        else:
            return redirect("programmes:mentor_invitation", token)
    event, cohort = row.closing.day.event, row.closing.cohort
    context = {
        "invitation": row,
        "event": event,
        "place": whole_place_of(event),
        "cohort": cohort,
        "programme": cohort.programme,
        "region": cohort.programme.region,
        "refusal": refusal,
    }
    return render_form(request, "programmes/mentor_invitation.html", form, context)


# ---------- Support that is still needed ----------


@audited("support.seen")
@require_http_methods(["GET", "POST"])
def support_list(request: Request, pk: int) -> HttpResponse:
    """The list of the participant and her mentor; for a manager the rows that were passed to her, and no others."""
    found = Enrolment.objects.select_related("person", "cohort__programme__region", "cohort__responsible")
    enrolment = get_object_or_404(found, pk=pk)
    note(request, about=enrolment, scope=enrolment.cohort.scope)
    if support_rules.why_not_write(enrolment, by=request.user):
        return _for_manager(request, enrolment)
    act = request.POST.get("act", "")
    if act in ("remove", "take_back"):
        return _quick(request, enrolment, act)
    if act == "pass":
        return _pass(request, enrolment)
    return _rows(request, enrolment, act)


def _for_manager(request: Request, enrolment: Enrolment) -> HttpResponse:
    rows = SupportNeed.objects.with_manager(request.user, clock.now()).filter(enrolment=enrolment)
    needs = list(rows)
    if not needs:
        raise Http404
    if request.method == "POST":
        return redirect("programmes:support", enrolment.pk)
    context = {"enrolment": enrolment, "needs": needs, "who": name_for(enrolment.person, request.user)}
    return render(request, "programmes/support_passed.html", context)


def _need(request: Request, enrolment: Enrolment) -> SupportNeed:
    key = request.POST.get("need", "") or request.GET.get("need", "")
    mine = SupportNeed.objects.between(request.user).filter(enrolment=enrolment)
    return get_object_or_404(mine, pk=key if key.isdecimal() else 0)


def _quick(request: Request, enrolment: Enrolment, act: str) -> HttpResponse:
    need = _need(request, enrolment)
    try:
        if act == "remove":
            support.remove(need=need, by=request.user, now=clock.now())
            messages.success(request, _("The row is removed."))
        else:
            support.take_back(need=need, by=request.user, now=clock.now())
            messages.success(request, _("Taken back. Your manager has not read it."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("programmes:support", enrolment.pk)


def _pass(request: Request, enrolment: Enrolment) -> HttpResponse:
    form = _pass_form(request, enrolment, bound=True)
    if form is None or not form.is_valid():
        return _rows(request, enrolment, "", pass_form=form)
    try:
        support.pass_on(
            enrolment=enrolment,
            needs=form.cleaned_data["needs"],
            manager=form.cleaned_data.get("manager"),
            by=request.user,
            now=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your manager gets a letter in ten minutes. Until then you can take it back."))
    return redirect("programmes:support", enrolment.pk)


def _pass_form(request: Request, enrolment: Enrolment, *, bound: bool = False) -> PassForm | None:
    """The participant's own choice of what her manager reads; none without rows or without a manager."""
    if enrolment.person_id != request.user.pk:
        return None
    needs = list(enrolment.support_needs.filter(passed_at__isnull=True))
    managers = support_rules.managers(enrolment, local_day(enrolment.cohort, clock.now()))
    if not needs or not managers:
        return None
    return PassForm(request.POST if bound else None, needs=needs, managers=managers, viewer=request.user)


def _rows(request: Request, enrolment: Enrolment, act: str, pass_form: PassForm | None = None) -> HttpResponse:
    """The list with the form for a new row, or for the one that is being changed."""
    now = clock.now()
    chosen = _need(request, enrolment) if request.POST.get("need") or request.GET.get("need") else None
    initial = {}
    if chosen is not None:
        initial = {"need": chosen.pk, "version": chosen.version, "kind": chosen.kind, "text": chosen.text}
        initial["from_whom"] = chosen.from_whom
    form = NeedForm(request.POST if act == "save" else None, initial=initial)
    conflict, status = "", None
    if act == "save" and form.is_valid():
        try:
            if chosen is None:
                support.add(enrolment=enrolment, by=request.user, now=now, **form.facts)
            else:
                version = form.cleaned_data["version"] or 0
                support.change(need=chosen, version=version, by=request.user, now=now, **form.facts)
        except SavedMeanwhile as refusal:
            conflict, status = str(refusal), 409
            chosen = _need(request, enrolment)
            form = NeedForm({**request.POST.dict(), "version": str(chosen.version)})
            form.is_valid()
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("programmes:support", enrolment.pk)
    own = enrolment.person_id == request.user.pk
    managers = support_rules.managers(enrolment, local_day(enrolment.cohort, now)) if own else []
    mentor = support_rules.mentor_of(enrolment)
    needs = list(enrolment.support_needs.select_related("passed_to"))
    passed = [need for need in needs if need.passed_at]
    context = {
        "enrolment": enrolment,
        "cohort": enrolment.cohort,
        "own": own,
        "who": name_for(enrolment.person, request.user),
        "mentor": name_for(mentor, request.user) if mentor else "",
        "needs": needs,
        "leaving": {need.pk for need in passed if not support_rules.has_left(need, now=now)},
        "manager": name_for(passed[-1].passed_to, request.user) if passed and passed[-1].passed_to else "",
        "chosen": chosen,
        "conflict": conflict,
        "pass_form": pass_form or _pass_form(request, enrolment),
        "pass_to": name_for(managers[0], request.user) if len(managers) == 1 else "",
        "no_manager": own and not managers,
    }
    wrong = pass_form if pass_form is not None and pass_form.errors else form
    answer = render_form(request, "programmes/support.html", wrong, {**context, "need_form": form})
    answer.status_code = status or answer.status_code
    return answer
