"""Pages about an event's evaluation: what is asked, how it goes while open, what came out, who reads texts first."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from answers import ballots
from answers.ballots import say
from answers.documents import label_of, result_of
from answers.models import Box, FreeText
from answers.states import BoxState, TextState
from base.clock import now
from base.dates import full_day
from base.forms import render_form
from base.languages import spoken
from base.marks import audited, note
from base.refusal import Refusal
from events.actions import evaluations as actions
from events.documents import evaluations as printed
from events.forms.evaluations import EvaluationForm, TextForm
from events.letters import scope_of
from events.models import Event
from events.rules import evaluations as rules
from events.rules import organises
from people.models import Request


def _find(request: Request, pk: int) -> Event:
    events = Event.objects.visible_to(request.user).select_related("region", "host", "evaluation__box__release")
    return get_object_or_404(events, pk=pk)


def _language() -> str:
    return spoken()


@require_GET
def evaluation(request: Request, pk: int) -> HttpResponse:
    """Before: what will be asked. While open: when it ends, and for organisers the day's rate. After: what came out."""
    found = _find(request, pk)
    if refusal := rules.why_not_see_results(found, request.user):
        raise refusal
    row = rules.evaluation_of(found)
    box = row.box if row is not None else None
    arranges = organises(found, request.user)
    context: dict[str, Any] = {
        "event": found,
        "evaluation": row,
        "box": box,
        "organises": arranges,
        "wanted": row.wanted if row is not None else rules.wanted_by_default(found),
        "over": found.ends_at <= now(),
        "may_set_up": arranges and rules.why_not_set_up(found, request.user) is None,
        "open": box is not None and box.state in (BoxState.LAUNCHED, BoxState.OPEN),
        "closing": box is not None and box.state == BoxState.CLOSING,
        "rate": "",
        "result": None,
        "asked": ballots.from_json(box.questions).questions
        if box is not None
        else actions.form_of(found, row.questions if row is not None else []).questions,
    }
    context["asked"] = [say(question.label, _language()) for question in context["asked"]]
    if box is not None and context["open"] and arranges:
        latest = box.rates.filter(place="").order_by("-on").first()
        context["rate"] = latest.tens if latest else ""
    if box is not None and box.state == BoxState.RELEASED:
        context |= _results(found, box, request)
    return render(request, "events/evaluation/page.html", context)


def _results(event: Event, box: Box, request: Request) -> dict[str, Any]:
    return {
        "result": result_of(box),
        "reads": rules.why_not_read_texts(event, request.user) is None,
        "closed_on": box.closes_at,
        "pooled": bool(box.pool),
        "forms": [(reverse("events:evaluation_file", args=[event.pk, form]), form.upper()) for form in printed.FORMS],
    }


@require_GET
def evaluation_file(request: Request, pk: int, form: str) -> HttpResponse:
    """What came out as a file; the same rows as on the page."""
    found = _find(request, pk)
    if refusal := rules.why_not_see_results(found, request.user):
        raise refusal
    row = rules.evaluation_of(found)
    if form not in printed.FORMS or row is None or row.box is None or row.box.state != BoxState.RELEASED:
        raise Http404
    report = printed.Report(
        title=_("Evaluation"),
        subtitle=f"{found.title}, {full_day(found.date)}",
        region=str(found.region.name),
        language=_language(),
        groups=[printed.Group(str(found.title), result_of(row.box))],
    )
    return file_answer(report, form, found.date.isoformat())


def file_answer(report: printed.Report, form: str, of: str) -> HttpResponse:
    """A report as a download, named after what it is of."""
    content, kind = printed.write(report, form)
    name = _("evaluation")
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}-{of}.{form}") or "attachment"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


@require_http_methods(["GET", "POST"])
def evaluation_edit(request: Request, pk: int) -> HttpResponse:
    """Whether the day is evaluated, and the organiser's own questions."""
    found = _find(request, pk)
    if refusal := rules.why_not_set_up(found, request.user):
        raise refusal
    row = rules.evaluation_of(found)
    if request.method == "POST":
        form = EvaluationForm(request.POST, languages=found.region.languages)
        if form.is_valid():
            actions.set_up(
                event=found,
                wanted=form.cleaned_data["wanted"],
                questions=form.cleaned_data["questions"],
                by=request.user,
                now=now(),
            )
            messages.success(request, _("Saved. The form opens by itself after the day."))
            return redirect("events:evaluation", pk=found.pk)
    else:
        initial = {"wanted": row.wanted if row is not None else rules.wanted_by_default(found)}
        initial |= EvaluationForm.initial_of(row.questions if row is not None else [])
        form = EvaluationForm(initial=initial, languages=found.region.languages)
    return render_form(request, "events/evaluation/edit.html", form, {"event": found})


@audited("evaluation.texts_seen")
@require_GET
def evaluation_texts(request: Request, pk: int) -> HttpResponse:
    """The next answer in own words that nobody has read, to be shown as it is, changed, or left out."""
    found = _find(request, pk)
    if refusal := rules.why_not_read_texts(found, request.user):
        raise refusal
    return _text_page(request, found)


def _text_page(
    request: Request, event: Event, text: FreeText | None = None, form: TextForm | None = None
) -> HttpResponse:
    row = rules.evaluation_of(event)
    box = row.box if row is not None else None
    waiting = FreeText.objects.filter(box=box, state=TextState.WAITING) if box is not None else FreeText.objects.none()
    text = text or waiting.first()
    label = label_of(box, text.question) if text is not None and box is not None else ""
    note(request, about=event, scope=scope_of(event), waiting=waiting.count())
    form = form or TextForm(initial={"words": text.words if text is not None else ""})
    context = {"event": event, "text": text, "label": label, "waiting": waiting.count()}
    return render_form(request, "events/evaluation/texts.html", form, context)


@require_POST
def evaluation_text(request: Request, pk: int, text: uuid.UUID) -> HttpResponse:
    """Show an answer in these words, or leave it out; then the next."""
    found = _find(request, pk)
    if refusal := rules.why_not_read_texts(found, request.user):
        raise refusal
    row = get_object_or_404(FreeText, pk=text, box__owner=_owner(found))
    form = TextForm(request.POST)
    try:
        if request.POST.get("do") == "leave_out":
            actions.leave_out(event=found, text=row, by=request.user, now=now())
        elif form.is_valid():
            actions.redact(event=found, text=row, words=form.cleaned_data["words"], by=request.user, now=now())
        else:
            return _text_page(request, found, row, form)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("events:evaluation_texts", pk=found.pk)


def _owner(event: Event) -> str:
    row = rules.evaluation_of(event)
    return row.box.owner if row is not None and row.box is not None else ""
