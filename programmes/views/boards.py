"""A round on one page, as a board reads it, and as PDF; what was changed; improvements; the next look."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from answers.documents import Result, result_of
from base import clock, dates
from base.forms import refuse, render_form
from base.languages import spoken
from base.marks import audited, note
from base.refusal import Refusal
from events.states import EventState
from people.models import Request
from programmes import few
from programmes.actions import boards as actions
from programmes.actions import improvements as checklist
from programmes.documents.boards import BoardPaper, Compared, Decided, PaperLine, print_board
from programmes.documents.pictures import mark_of
from programmes.forms.boards import ImprovementForm, LookForm, SaidForm
from programmes.models import Cohort, CourseDay, Improvement, ProposalAnswer, Said
from programmes.rules import boards as rules
from programmes.rules import proposals
from programmes.rules.attendance import rows
from programmes.rules.certificates import listed
from programmes.rules.cohorts import coordinators
from programmes.rules.improvements import ReasonMissing, lines
from programmes.views.cohorts import find_cohort
from programmes.views.evaluations import figure_of


def _find(request: Request, pk: int) -> Cohort:
    """A round whose page the person may read; the same 404 for every other."""
    found = Cohort.objects.on_one_page_for(request.user).select_related(
        "programme__region", "programme__funder", "places", "decision__by", "board_page", "responsible"
    )
    return get_object_or_404(found, pk=pk)


# ---------- The page ----------


def _band(part: int, whole: int) -> str:
    words = {
        few.Band.MOST: pgettext("how many of a group", "three quarters or more"),
        few.Band.HALF: pgettext("how many of a group", "half or more"),
        few.Band.UNDER_HALF: pgettext("how many of a group", "fewer than half"),
        few.Band.NOTHING: _("Not shown, too few people"),
    }
    return words[few.band(part, whole)]


def _hours(parts: Sequence[rules.Part]) -> str:
    return dates.number(sum(part.hours for part in parts))


def _exact(whole: rules.Whole) -> list[PaperLine]:
    """A line a municipality, for those who may see every row behind it."""
    return [
        PaperLine(part.organisation.name, str(part.took_part), str(part.completed), _hours([part]))
        for part in whole.parts
    ]


def _passed_on(whole: rules.Whole) -> list[PaperLine]:
    """Lines that say nothing exact about a few people: small municipalities stand together."""
    if not whole.may_tell_sums:
        return []
    groups = few.groups([part.took_part for part in whole.parts])
    found = []
    for places in [(n,) for n in groups.alone] + ([groups.together] if groups.together else []):
        parts = [whole.parts[n] for n in places]
        took_part = sum(part.took_part for part in parts)
        found.append(
            PaperLine(
                listed([part.organisation.name for part in parts]),
                str(took_part),
                _band(sum(part.completed for part in parts), took_part),
                _hours(parts),
            )
        )
    return found


def _totals(whole: rules.Whole, *, exact: bool) -> list[tuple[str, str]]:
    """Who took part, completed, was there and for how long, over all municipalities."""
    if not whole.took_part:
        return []
    completed = _band(whole.completed, whole.took_part)
    if exact or whole.may_tell_completed:
        completed = _("%(n)s of %(all)s") % {"n": whole.completed, "all": whole.took_part}
    found = [(_("Took part"), str(whole.took_part)), (_("Completed"), completed)]
    if whole.presence is not None and (exact or whole.may_tell_sums):
        found += [
            (_("Presence"), dates.percent(whole.presence * 100)),
            (_("Hours of participation"), dates.number(whole.hours)),
        ]
    return found


def _earlier(result: Result, before: list[tuple[str, Result]]) -> list[Compared]:
    """The questions of this round with what earlier ones answered; those that none of them was asked are left out."""
    kept = [(name, {row.key: row for row in one.rows}) for name, one in before]
    return [
        Compared(row.label, figure_of(row), [figure_of(own.get(row.key)) or "–" for _name, own in kept])
        for row in result.rows
        if any(row.key in own for _name, own in kept)
    ]


def _decided(cohort: Cohort) -> Decided | None:
    decision = getattr(cohort, "decision", None)
    if decision is None:
        return None
    zone = ZoneInfo(cohort.programme.region.time_zone)
    looks = [(dates.full_day(look.at.astimezone(zone).date()), look.words) for look in decision.looks.all()]
    return Decided(
        outcome=capfirst(str(decision.get_outcome_display())),
        preliminary=decision.preliminary,
        day=dates.full_day(decision.at.astimezone(zone).date()),
        why=decision.why,
        evidence=decision.evidence,
        improvements=lines(decision.improvements),
        look_again_on=dates.full_day(decision.look_again_on) if decision.look_again_on else "",
        looks=looks,
    )


def _days(days: list[CourseDay], today: date) -> list[tuple[str, str, str]]:
    return [
        (
            dates.day_short(day.event.date, today=today),
            day.event.title,
            day.event.host.name if day.event.host else "",
        )
        for day in days
    ]


def paper_of(cohort: Cohort, *, exact: bool) -> BoardPaper:
    """What the page says, as plain facts; with `exact`, for those who may see every row behind the figures."""
    held = cohort.days.exclude(event__state=EventState.CANCELLED).select_related("event__host").order_by("number")
    days = list(held)
    whole = rules.whole_of(rows(cohort))
    box, before = rules.boxes_of(cohort)
    result = result_of(box, []) if box is not None else None
    others = [(str(row.short_name), result_of(own, [])) for row, own in before] if result else []
    towns = cohort.shares.select_related("organisation").order_by("organisation__name")
    seats = cohort.places.capacity
    facts = []
    if days:
        facts.append(ngettext("%(n)s day", "%(n)s days", len(days)) % {"n": len(days)})
        facts.append(dates.span(min(day.event.date for day in days), max(day.event.date for day in days)))
    if seats is not None:
        facts.append(ngettext("%(n)s seat", "%(n)s seats", seats) % {"n": seats})
    funder = cohort.programme.funder
    today = clock.today(cohort.programme.region.time_zone)
    return BoardPaper(
        title=str(cohort),
        summary=cohort.programme.summary,
        region=str(cohort.programme.region.name),
        language=spoken(),
        facts=facts,
        days=_days(days, today),
        towns=[share.organisation.name for share in towns],
        totals=_totals(whole, exact=exact),
        lines=_exact(whole) if exact else _passed_on(whole),
        exact=exact,
        result=result,
        earlier=[name for name, _result in others],
        compared=_earlier(result, others) if result else [],
        decision=_decided(cohort),
        said=[(row.said, row.changed) for row in Said.objects.shown().filter(cohort=cohort)],
        funder=funder.statement if funder else "",
        printed_on=dates.full_day(today),
    )


@audited("cohort.board_seen")
@require_GET
def board(request: Request, pk: int) -> HttpResponse:
    """What the round was, who took part, how it was judged, what was decided and what was changed."""
    cohort = _find(request, pk)
    runs = rules.runs(cohort, request.user)
    note(request, about=cohort, scope=cohort.scope)
    page = getattr(cohort, "board_page", None)
    context: dict[str, Any] = {
        "cohort": cohort,
        "paper": paper_of(cohort, exact=runs),
        "runs": runs,
        "released_at": page.released_at if page else None,
        "why_not_release": rules.why_not_release(cohort),
        "answers": proposals.counted(list(ProposalAnswer.objects.filter(closing__cohort=cohort))),
        "more": [
            (reverse("programmes:said", args=[cohort.pk]), _("You said, we changed")),
            (reverse("programmes:decision", args=[cohort.pk]), _("The decision")),
        ],
    }
    return render(request, "programmes/board.html", context)


@audited("cohort.board_file_seen")
@require_GET
def board_file(request: Request, pk: int) -> HttpResponse:
    """The page as a PDF that can be passed on: nobody reads anything exact about a few people in it."""
    cohort = _find(request, pk)
    note(request, about=cohort, scope=cohort.scope)
    try:
        printed = print_board(paper_of(cohort, exact=False), mark_of(cohort.programme.funder))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("programmes:board", pk=cohort.pk)
    name = f"{cohort.programme.slug}-{cohort.number}.pdf"
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(printed.content, content_type="application/pdf", headers={"Content-Disposition": disposition})


@require_POST
def board_release(request: Request, pk: int) -> HttpResponse:
    """Let the directors of the municipalities read the page, or no longer."""
    cohort = find_cohort(request, pk)
    if request.POST.get("do") == "take_back":
        actions.take_back(cohort=cohort, by=request.user, now=clock.now())
        messages.success(request, _("Only you who run the round can read the page now."))
        return redirect("programmes:board", pk=cohort.pk)
    try:
        actions.release(cohort=cohort, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The directors of the municipalities can read the page now."))
    return redirect("programmes:board", pk=cohort.pk)


# ---------- You said, we changed ----------


@require_GET
def said(request: Request, pk: int) -> HttpResponse:
    """What participants said and what was changed, in order, with where each pair is shown."""
    cohort = find_cohort(request, pk)
    return render(request, "programmes/said.html", {"cohort": cohort, "pairs": list(cohort.said.all())})


def _said_form(request: Request, cohort: Cohort, row: Said | None) -> HttpResponse:
    form = SaidForm(request.POST or None, cohort=cohort, said=row)
    form.back = reverse("programmes:said", args=[cohort.pk])
    if form.is_valid():
        actions.keep_said(
            cohort=cohort,
            said=row,
            words=form.words,
            shown=form.cleaned_data["shown"],
            by=request.user,
            now=clock.now(),
        )
        messages.success(request, _("Saved."))
        return redirect("programmes:said", pk=cohort.pk)
    return render_form(request, "programmes/said_edit.html", form, {"cohort": cohort, "pair": row})


@require_http_methods(["GET", "POST"])
def said_new(request: Request, pk: int) -> HttpResponse:
    """Write one more pair."""
    return _said_form(request, find_cohort(request, pk), None)


@require_http_methods(["GET", "POST"])
def said_edit(request: Request, pk: int, said: int) -> HttpResponse:
    """Change a pair, or where it is shown."""
    cohort = find_cohort(request, pk)
    return _said_form(request, cohort, get_object_or_404(Said.objects.run_by(request.user), cohort=cohort, pk=said))


@require_POST
def said_up(request: Request, pk: int, said: int) -> HttpResponse:
    """Put a pair before the one above it."""
    cohort = find_cohort(request, pk)
    row = get_object_or_404(Said.objects.run_by(request.user), cohort=cohort, pk=said)
    actions.move_up(said=row, by=request.user, now=clock.now())
    return redirect("programmes:said", pk=cohort.pk)


# ---------- Improvements, and the next look ----------


@require_http_methods(["GET", "POST"])
def improvement(request: Request, pk: int, improvement: int) -> HttpResponse:
    """Whether an improvement is done, who sees to it, by when, and why not."""
    cohort = find_cohort(request, pk)
    found = Improvement.objects.run_by(request.user).select_related("decision__cohort__programme", "owner")
    row = get_object_or_404(found, cohort=cohort, pk=improvement)
    people = coordinators(cohort.programme.region, clock.today(cohort.programme.region.time_zone))
    form = ImprovementForm(request.POST or None, improvement=row, people=people)
    form.back = cohort.get_absolute_url()
    if form.is_valid():
        try:
            checklist.settle(improvement=row, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal, {ReasonMissing: "reason"})
        else:
            messages.success(request, _("Saved."))
            return redirect(f"{cohort.get_absolute_url()}#h-better")
    return render_form(request, "programmes/improvement.html", form, {"cohort": cohort, "row": row})


@require_http_methods(["GET", "POST"])
def decision_look(request: Request, pk: int) -> HttpResponse:
    """Note what is seen now of the decision, and when it is looked at the next time."""
    cohort = find_cohort(request, pk)
    standing = getattr(cohort, "decision", None)
    if standing is None:
        return redirect("programmes:decision", pk=cohort.pk)
    form = LookForm(request.POST or None)
    form.back = reverse("programmes:decision", args=[cohort.pk])
    if form.is_valid():
        try:
            actions.look_again(decision=standing, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal, {rules.LookPast: "look_again_on", rules.WordsMissing: "words"})
        else:
            messages.success(request, _("Saved."))
            return redirect("programmes:decision", pk=cohort.pk)
    return render_form(request, "programmes/decision_look.html", form, {"cohort": cohort, "decision": standing})
