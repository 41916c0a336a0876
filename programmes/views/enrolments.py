"""One enrolment: both sides with their history, the yes, the flags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from base.clock import now
from base.marks import audited, note
from base.refusal import Refusal
from people.models import Request
from people.rules import name_for
from programmes.actions import approvals, conditions
from programmes.forms.approvals import AddressForm, FlagsForm, PhoneForm
from programmes.forms.conditions import ToldForm, shown
from programmes.models import Answered, Approval, Break, Cohort, Condition, CourseDay, Enrolment, Transfer, Transition
from programmes.rules.applications import flag_words, local_day
from programmes.rules.approvals import waits_for_confirmation
from programmes.rules.attendance import rows
from programmes.rules.breaks import why_not_take_back
from programmes.rules.conditions import codes_of, replaced
from programmes.rules.undo import can_undo
from programmes.rules.workplaces import Period, Periods, holds, periods, seen_days
from programmes.states import MENDABLE, STILL_ASKED, TAKING_PART, EmployerSide, ProgrammeSide, Side
from programmes.views.approvals import back, run_enrolment
from programmes.views.attendance import said


@dataclass(frozen=True)
class Step:
    """A change of a side, ready to print."""

    transition: Transition
    before: str
    after: str
    by: str
    undo: bool


def _steps(enrolment: Enrolment, side: Side, viewer: Any, own: Periods | None) -> list[Step]:
    moment = now()
    words: dict[str, str] = {
        str(value): str(label)
        for value, label in (EmployerSide.choices if side == Side.EMPLOYER else ProgrammeSide.choices)
    }
    steps = [
        row
        for row in enrolment.transitions.select_related("by")
        if row.side == side and (own is None or holds(own, local_day(enrolment.cohort, row.at)))
    ]
    last = next((row for row in reversed(steps) if row.undone_at is None), None)
    return [
        Step(
            row,
            words.get(row.before, ""),
            words.get(row.after, row.after),
            name_for(row.by, viewer) if row.by else "",
            undo=row == last
            and bool(row.before)
            and (side == Side.EMPLOYER or enrolment.claim_id is None)
            and row.after != ProgrammeSide.PAUSED
            and can_undo(row, viewer, now=moment),
        )
        for row in steps
    ]


def _more(enrolment: Enrolment) -> list[tuple[str, str]]:
    """What a coordinator may do with this enrolment on a page of its own."""
    found = []
    side = enrolment.programme_side
    if side == ProgrammeSide.APPLIED and enrolment.employer_side != EmployerSide.APPROVED:
        found.append((reverse("programmes:include", args=[enrolment.pk]), _("Let the application count")))
    if side in (ProgrammeSide.ENROLLED, ProgrammeSide.NOT_COMPLETED):
        found.append((reverse("programmes:make_up", args=[enrolment.pk]), _("Make up a day")))
    if side in MENDABLE:
        found.append((reverse("programmes:employer", args=[enrolment.pk]), _("Employer and unit")))
    if side == ProgrammeSide.ENROLLED:
        found.append((reverse("programmes:break", args=[enrolment.pk]), _("Write down a break")))
    if side in (ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED):
        found.append((reverse("programmes:transfer", args=[enrolment.pk]), _("Move to a later round")))
        found.append((reverse("programmes:leave", args=[enrolment.pk]), _("End the participation")))
    return found


@dataclass(frozen=True)
class Attended:
    """One day as it went, ready to print."""

    day: CourseDay
    words: str


def _attended(enrolment: Enrolment, own: Mapping[int, Periods]) -> list[Attended]:
    """The days that the reader may know of and how each went; nothing before there is a place."""
    if enrolment.programme_side not in TAKING_PART:
        return []
    days = {day.number: day for day in enrolment.cohort.days.select_related("event")}
    row = rows(enrolment.cohort, [enrolment], seen=own)[0]
    return [Attended(days[fact.number], said(fact)[2]) for fact in row.standing.days]


def _flags(enrolment: Enrolment, entry: Sequence[Condition]) -> dict[str, Any]:
    """What the enrolment counts for, with the reasons in words."""
    known = codes_of(entry)
    return {
        "may_attend": enrolment.may_attend,
        "may_attend_reason": flag_words(enrolment.may_attend_reason, known),
        "counts_for_funder": enrolment.counts_for_funder,
        "counts_reason": flag_words(enrolment.counts_reason, known),
    }


def _answers(enrolment: Enrolment, entry: Sequence[Condition]) -> list[tuple[Condition, Answered | None]]:
    """Each of the programme's questions with what was answered; what is no longer asked only where it was."""
    said = {row.condition_id: row for row in enrolment.answers.all()} if entry else {}
    return [(row, said.get(row.pk)) for row in entry if row.ended_at is None or row.pk in said]


def _answers_form(enrolment: Enrolment, entry: Sequence[Condition], data: Any = None) -> ToldForm:
    """What the programme asks, for the coordinator to write down; with what has been answered."""
    standing = [row for row in entry if row.ended_at is None]
    initial = shown(standing, conditions.replies_of(enrolment)) if standing else {}
    return ToldForm(
        data,
        conditions=standing,
        today=local_day(enrolment.cohort, now()),
        initial={**initial, "degree": enrolment.degree},
        prefix="told",
    )


def _employer(enrolment: Enrolment, employers: Sequence[Period], own: Periods | None, today: date) -> tuple[str, str]:
    """Unit and employer in words: of today for whoever runs the round, else the reader's own, also when it is over."""
    named = [row for row in employers if row.unit is not None and (row.first is None or row.first <= today)]
    mine = [row for row in named if own is None or (row.first, row.last) in own]
    unit, employer = enrolment.unit, enrolment.organisation
    if mine and mine[-1].unit is not None and mine[-1].organisation is not None:
        unit, employer = mine[-1].unit, mine[-1].organisation
    return (enrolment.typed_unit if unit == enrolment.unit else "") or unit.name, employer.name


def page(request: Request, enrolment: Enrolment, **forms: Any) -> HttpResponse:
    """The enrolment's page, with forms that came back wrong."""
    runs = Cohort.objects.run_by(request.user).filter(pk=enrolment.cohort_id).exists()
    asked: list[Approval] = list(
        Approval.objects.visible_to(request.user)
        .filter(enrolment=enrolment)
        .select_related("asked", "confirmed_by")
        .order_by("asked_at", "pk")
    )
    current = next((row for row in reversed(asked) if row.replaced_at is None), None)
    entry = list(enrolment.cohort.programme.entry.all())
    flags = _flags(enrolment, entry)
    moment = now()
    seen: Mapping[int, Periods] = {} if runs else seen_days(request.user, [enrolment])
    own = seen.get(enrolment.pk)
    today = local_day(enrolment.cohort, moment)
    left = own is not None and not holds(own, today)
    employers = periods(enrolment) if runs or own is not None else []
    unit_words, employer = _employer(enrolment, employers, own, today)
    employer_steps = _steps(enrolment, Side.EMPLOYER, request.user, own)
    programme_steps = _steps(enrolment, Side.PROGRAMME, request.user, own)
    breaks = [
        (row, why_not_take_back(row, by=request.user, now=moment) is None)
        for row in Break.objects.visible_to(request.user).filter(enrolment=enrolment).select_related("enrolment")
        if own is None or holds(own, row.starts_on)
    ]
    context = {
        "breaks": breaks,
        "transfers": [
            row
            for row in Transfer.objects.filter(Q(old=enrolment) | Q(new=enrolment)).select_related(
                "old__cohort__programme", "new__cohort__programme", "by"
            )
            if own is None or holds(own, local_day(enrolment.cohort, row.at))
        ],
        "attended": _attended(enrolment, seen),
        "left": left,
        "periods": employers if runs else [],
        # What was typed or decided about the person since her last day with this employer is not the employer's.
        "tells_address": not left,
        "tells_flags": not left
        or enrolment.flags_at is None
        or holds(own or (), local_day(enrolment.cohort, enrolment.flags_at)),
        "employer_words": EmployerSide.ENDED.label if left else enrolment.get_employer_side_display(),
        "programme_words": (programme_steps[-1].after if programme_steps else "")
        if left
        else enrolment.get_programme_side_display(),
        "enrolment": enrolment,
        "cohort": enrolment.cohort,
        "name": name_for(enrolment.person, request.user),
        "unit_words": unit_words,
        "employer": employer,
        "employer_steps": employer_steps,
        "programme_steps": programme_steps,
        "approvals": asked,
        "current": current,
        "to_confirm": current is not None and waits_for_confirmation(current),
        "expired": current is not None and current.answered_at is None and current.expires_at <= now(),
        "open_for_answer": enrolment.employer_side != EmployerSide.APPROVED
        and enrolment.programme_side != ProgrammeSide.WITHDRAWN,
        "answers": _answers(enrolment, entry),
        "asks_degree": "degree" not in replaced(row for row in entry if row.ended_at is None),
        "to_answer": runs and enrolment.programme_side in STILL_ASKED and (bool(entry) or not enrolment.degree),
        "answers_form": _answers_form(enrolment, entry),
        "rulings": [
            (row, name_for(row.by, request.user) if row.by else "")
            for row in enrolment.rulings.select_related("by").order_by("-at", "-pk")
        ],
        "runs": runs,
        "more": _more(enrolment) if runs else [],
        "flags": flags,
        "address_form": AddressForm(initial={"address": enrolment.manager_address}),
        "phone_form": PhoneForm(),
        "flags_form": FlagsForm(initial=flags),
        "cohort_url": reverse("programmes:cohort", args=[enrolment.cohort_id]) if runs else "",
        **forms,
    }
    wrong = next((form for form in forms.values() if form.errors), None)
    return render(
        request, "programmes/enrolment.html", {**context, "form": wrong}, status=422 if wrong is not None else 200
    )


@audited("enrolment.seen")
@require_safe
def enrolment(request: Request, pk: int) -> HttpResponse:
    """One's own goes to one's own page; others as coordinator, or as manager or director of the unit."""
    found = get_object_or_404(
        Enrolment.objects.visible_to(request.user).select_related(
            "person", "unit", "organisation", "cohort__programme__region", "cohort__responsible"
        ),
        pk=pk,
    )
    runs = Cohort.objects.run_by(request.user).filter(pk=found.cohort_id).exists()
    if found.person_id == request.user.pk and not runs:
        return redirect("programmes:my_application", found.pk)
    note(request, about=found, scope=found.cohort.scope)
    return page(request, found)


@require_POST
def undo(request: Request, pk: int, transition: int) -> HttpResponse:
    """Take back one's own change within the undo time."""
    found = get_object_or_404(Enrolment.objects.visible_to(request.user), pk=pk)
    row = get_object_or_404(found.transitions.all(), pk=transition)
    approvals.undo_change(transition=row, by=request.user, now=now())
    messages.success(request, _("The change is taken back."))
    return redirect(found)


@require_POST
def ask_again(request: Request, pk: int) -> HttpResponse:
    """Send the question anew, to the same address or to another."""
    found = run_enrolment(request, pk)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return page(request, found, address_form=form)
    approvals.ask(enrolment=found, address=form.cleaned_data["address"], by=request.user, now=now())
    messages.success(request, _("The question is on its way. Earlier links no longer work."))
    return back(request, found)


@require_POST
def phone(request: Request, pk: int) -> HttpResponse:
    """Record an answer that came by telephone."""
    found = run_enrolment(request, pk)
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return page(request, found, phone_form=form)
    facts = form.cleaned_data
    approvals.record_phone_answer(
        enrolment=found,
        answer=facts["answer"],
        name=facts["name"],
        reason=facts["reason"],
        by=request.user,
        now=now(),
    )
    messages.success(request, _("The answer is recorded. The applicant gets a letter in two minutes."))
    return back(request, found)


@require_POST
def flags(request: Request, pk: int) -> HttpResponse:
    """Decide what the enrolment counts for, or take such a decision back."""
    found = run_enrolment(request, pk)
    if "undo" in request.POST:
        return _take_back(request, found)
    entry = list(found.cohort.programme.entry.all())
    if "answers" in request.POST:
        told = _answers_form(found, entry, request.POST)
        if not told.is_valid():
            return page(request, found, answers_form=told)
        conditions.write_down(
            enrolment=found,
            replies=told.replies,
            degree=told.cleaned_data.get("degree", ""),
            by=request.user,
            now=now(),
        )
        messages.success(request, _("The answers are saved."))
        return redirect(found)
    form = FlagsForm(request.POST, initial=_flags(found, entry))
    if not form.is_valid():
        return page(request, found, flags_form=form)
    conditions.set_flags(enrolment=found, by=request.user, now=now(), **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect(found)


def _take_back(request: Request, enrolment: Enrolment) -> HttpResponse:
    asked = request.POST["undo"]
    ruling = get_object_or_404(enrolment.rulings.all(), pk=asked if asked.isdecimal() else 0)
    try:
        conditions.undo_ruling(ruling=ruling, by=request.user, now=now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The decision is taken back. The answers decide again."))
    return redirect(enrolment)
