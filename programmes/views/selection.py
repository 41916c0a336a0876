"""Sharing the seats, and answering an offer by link or signed in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from base import clock
from base.forms import render_form
from base.marks import audited
from base.refusal import Refusal
from base.tokens import LinkAltered, unseal
from events.states import EventState
from outbox.kinds import Mail, Preview, Reader, previews
from people.models import Person, Request
from programmes.actions import selection as actions
from programmes.forms.selection import IncludeForm, OfferForm, SeatsForm
from programmes.letters.selection import offer_mail, waiting_mail
from programmes.models import Cohort, CourseDay, Enrolment
from programmes.rules import selection as rules
from programmes.rules.applications import flag_words
from programmes.rules.conditions import CODE, codes_of
from programmes.states import EmployerSide, ProgrammeSide
from programmes.views.cohorts import find_cohort

# What stands for the personal link in a letter that is only shown.
SAMPLE_TOKEN = "0" * 32

# ---------- Sharing the seats ----------


@dataclass(frozen=True)
class Missing:
    """An application that does not count yet, and what it waits for."""

    enrolment: Enrolment
    words: str


def _missing(cohort: Cohort) -> list[Missing]:
    found = []
    pending = list(cohort.enrolments.pending().in_line().select_related("person", "organisation", "unit", "cohort"))
    decided = any(row.may_attend_reason.startswith(CODE) for row in pending)
    known = codes_of(cohort.programme.entry.all()) if decided else {}
    for enrolment in pending:
        if not enrolment.may_attend:
            words = flag_words(enrolment.may_attend_reason, known) or _("May not attend.")
        elif enrolment.employer_side == EmployerSide.DECLINED:
            words = _("The manager has said no.")
        elif enrolment.employer_side == EmployerSide.ENDED:
            words = _("The employment has ended.")
        else:
            words = _("The manager has not answered.")
        found.append(Missing(enrolment, words))
    return found


def _seats_page(request: Request, cohort: Cohort, proposal: rules.Proposal, form: SeatsForm) -> HttpResponse:
    rows = [
        {"row": row, "given": form[f"given_{row.organisation.pk}"], "reason": form[f"reason_{row.organisation.pk}"]}
        for row in proposal.rows
    ]
    split = proposal.split
    context = {
        "cohort": cohort,
        "here": "seats",
        "proposal": proposal,
        "split": split,
        "rows": rows,
        "missing": _missing(cohort),
        "refusal": rules.why_not_select(cohort),
        "step_words": _("%(guaranteed)s guaranteed, %(rest)s by largest remainder")
        % {"guaranteed": split.guaranteed, "rest": split.by_remainder},
        "shares": cohort.shares.select_related("organisation").exclude(given=None),
    }
    return render_form(request, "programmes/seats.html", form, context)


@audited("selection.seen")
@require_http_methods(["GET"])
def seats(request: Request, pk: int) -> HttpResponse:
    """The proposed split of the seats in its two steps, with a number to change for each municipality."""
    cohort = find_cohort(request, pk)
    proposal = rules.proposal(cohort)
    return _seats_page(request, cohort, proposal, SeatsForm(proposal=proposal))


def _previews(enrolments: list[Enrolment], build: Callable[[Enrolment], Mail]) -> list[Preview]:
    """The letter once in each language that somebody reads."""
    return previews(
        Reader(enrolment.person, enrolment.person.language, partial(build, enrolment)) for enrolment in enrolments
    )


@audited("selection.seen")
@require_http_methods(["POST"])
def seats_check(request: Request, pk: int) -> HttpResponse:
    """Check the numbers and read the letters; nothing is sent before this page is confirmed."""
    cohort = find_cohort(request, pk)
    form = SeatsForm(request.POST, proposal=rules.proposal(cohort))
    if not form.is_valid():
        return _seats_page(request, cohort, form.proposal, form)
    wanted = rules.proposal(cohort, given=form.given, reasons=form.reasons)
    if "change" in request.POST:  # back to the numbers, as they were typed
        return _seats_page(request, cohort, wanted, form)
    refusal = rules.why_not_confirm(cohort, wanted)
    if refusal is None and "confirm" in request.POST:
        try:
            actions.confirm_selection(
                cohort=cohort, given=form.given, reasons=form.reasons, by=request.user, now=clock.now()
            )
        except Refusal as late:
            refusal = late
        else:
            messages.success(request, _("The places are offered and the letters are on their way."))
            return redirect(cohort)
    if refusal is not None:
        form.add_error(form.beside(refusal), str(refusal))
        return _seats_page(request, cohort, wanted, form)
    left = dict(wanted.given)
    offered: list[Enrolment] = []
    waiting: list[Enrolment] = []
    for enrolment in (
        cohort.enrolments.counting()
        .in_line()
        .select_related(
            "person", "organisation", "cohort__programme__region", "cohort__programme__funder", "cohort__responsible"
        )
    ):
        if left.get(enrolment.organisation_id, 0) > 0:
            left[enrolment.organisation_id] -= 1
            offered.append(enrolment)
        else:
            waiting.append(enrolment)
    expires_at = actions.answer_by(cohort, now=clock.now())
    context = {
        "cohort": cohort,
        "here": "seats",
        "wanted": wanted,
        "fields": [(field.html_name, request.POST.get(field.html_name, "")) for field in form],
        "changed": [row for row in wanted.rows if row.changed],
        "offered": offered,
        "waiting": waiting,
        "expires_at": expires_at,
        "offer_letters": _previews(offered, lambda enrolment: offer_mail(enrolment, expires_at, SAMPLE_TOKEN)),
        "waiting_letters": _previews(waiting, waiting_mail),
        "offered_words": ngettext("%(n)s person gets an offer", "%(n)s people get an offer", len(offered))
        % {"n": len(offered)},
        "waiting_words": ngettext(
            "%(n)s person stands on the waiting list", "%(n)s people stand on the waiting list", len(waiting)
        )
        % {"n": len(waiting)},
    }
    return render(request, "programmes/seats_check.html", context)


@require_http_methods(["GET", "POST"])
def include(request: Request, pk: int) -> HttpResponse:
    """Let an application count although the manager's yes is missing, with a reason."""
    found = Enrolment.objects.visible_to(request.user).filter(cohort__in=Cohort.objects.run_by(request.user))
    enrolment = get_object_or_404(found.select_related("cohort__programme__region", "person", "organisation"), pk=pk)
    form = IncludeForm(request.POST or None, initial={"reason": enrolment.included_reason})
    form.back = reverse("programmes:seats", args=[enrolment.cohort_id])
    if form.is_valid():
        try:
            actions.include(enrolment=enrolment, reason=form.cleaned_data["reason"], by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The application counts in the selection."))
            return redirect("programmes:seats", pk=enrolment.cohort_id)
    return render_form(request, "programmes/include.html", form, {"enrolment": enrolment, "cohort": enrolment.cohort})


# ---------- Answering an offer ----------


def _page(request: HttpRequest, enrolment: Enrolment, *, by: Person | None, address: str) -> HttpResponse:
    """The offer with its form, or what became of it; the address stays good for its person."""
    cohort = enrolment.cohort
    days = [
        day
        for day in CourseDay.objects.filter(cohort=cohort).select_related("event__host").order_by("number")
        if day.event.state != EventState.CANCELLED
    ]
    moment = clock.now()
    facts: dict[str, Any] = {
        "enrolment": enrolment,
        "cohort": cohort,
        "programme": cohort.programme,
        "region": cohort.programme.region,
        "days": days,
        "address": address,
        "first_day": days[0].event.date if days else None,
        "last_day": days[-1].event.date if days else None,
    }
    if refusal := rules.why_not_answer(enrolment, now=moment):
        facts["refusal"] = refusal
        facts["has_place"] = enrolment.programme_side in (ProgrammeSide.ENROLLED, ProgrammeSide.COMPLETED)
        facts["waits"] = enrolment.programme_side == ProgrammeSide.WAITLISTED
        facts["withdrawn"] = enrolment.programme_side == ProgrammeSide.WITHDRAWN
        return render(request, "programmes/offer_answered.html", facts)
    form = OfferForm(request.POST or None, days=[day for day in days if day.event.starts_at > moment])
    try:
        if request.method == "POST" and "decline" in request.POST:
            actions.decline(enrolment=enrolment, by=by, now=moment)
            return redirect(address)
        if form.is_valid():
            actions.accept(
                enrolment=enrolment,
                diet=form.cleaned_data["diet"],
                access=form.cleaned_data["access"],
                cannot_days=form.cleaned_data.get("cannot_days", []),
                by=by,
                now=moment,
            )
            return redirect(address)
    except Refusal:
        return redirect(address)
    return render_form(request, "programmes/offer.html", form, facts)


def _offered(**lookup: Any) -> Enrolment:
    found = Enrolment.objects.filter(**lookup).select_related(
        "cohort__programme__region",
        "cohort__programme__funder",
        "cohort__places",
        "cohort__responsible",
        "person",
        "claim",
    )
    return get_object_or_404(found)


@login_not_required
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """Answer an offer by the link in its letter, without signing in; opening the page changes nothing."""
    try:
        facts = unseal("offer", token)
    except LinkAltered as refusal:
        return render(request, "programmes/offer_link.html", {"refusal": refusal}, status=404)
    enrolment = _offered(pk=facts["enrolment"])
    if enrolment.claim is None or enrolment.claim.offers != facts["offers"]:
        return render(request, "programmes/offer_link.html", {"refusal": rules.NoOffer()}, status=410)
    return _page(request, enrolment, by=enrolment.person, address=reverse("programmes:offer", args=[token]))


@require_http_methods(["GET", "POST"])
def answer_offer(request: Request, pk: int) -> HttpResponse:
    """Answer one's own offer, signed in."""
    if not Enrolment.objects.visible_to(request.user).filter(pk=pk, person=request.user).exists():
        raise Http404
    enrolment = _offered(pk=pk)
    if enrolment.programme_side == ProgrammeSide.APPLIED:
        raise Http404
    return _page(request, enrolment, by=request.user, address=reverse("programmes:answer_offer", args=[pk]))
