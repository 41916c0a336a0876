"""A survey's results for one place, as a page and as files; and who reads own words first."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST

from answers.documents import label_of
from answers.models import Box, FreeText
from answers.states import TextState
from base.clock import now
from base.forms import render_form
from base.languages import spoken
from base.marks import audited, note
from base.refusal import Refusal
from competence.actions import results as actions
from competence.documents import result_files as printed
from competence.documents.results import Earlier, Results, Told, asked_in, results_of
from competence.models import Survey
from competence.rules import results as rules
from competence.rules.regions import in_use
from competence.rules.results import Place, Sight
from events.forms.evaluations import TextForm
from people.models import Request

MOST_LINKS = 6  # of places; more are chosen from a list


def _find(request: Request, pk: int) -> tuple[Survey, Box, Sight]:
    """The survey with what the reader sees of its results; what is not published is not there."""
    surveys = Survey.objects.visible_to(request.user).select_related("region", "box__release", "earlier__box__release")
    survey = get_object_or_404(surveys, pk=pk)
    sight = rules.sight_of(survey, request.user) if in_use(survey.region) else None
    if sight is None or survey.box is None:
        raise Http404
    return survey, survey.box, sight


def _place(request: Request, sight: Sight) -> Place:
    key = request.GET.get("place", sight.start.key)
    if key not in sight.own | sight.above:
        raise Http404
    return sight.places[key]


def _earlier(survey: Survey, box: Box) -> Earlier | None:
    before = survey.earlier
    if before is None or not rules.is_released(before) or before.box is None:
        return None
    then = [asked.subject for asked in asked_in(before.box) if asked.kind == "now"]
    lineage = rules.lineage([asked.subject for asked in asked_in(box) if asked.kind == "now"], then)
    places = rules.asked_below(before.box.tree["nodes"])
    return Earlier(str(before.title), before.box.release.tables, lineage, places)


def _told(box: Box, place: Place) -> list[Told]:
    """What was written, redacted, where it is shown at this level: a municipality, or the region (S9)."""
    at = {"region": "", "municipality": place.key}.get(place.level)
    if at is None:
        return []
    shown = FreeText.objects.filter(box=box, state=TextState.SHOWN, place=at)
    by_question: dict[str, list[str]] = {}
    for text in shown:
        by_question.setdefault(text.question, []).append(text.words)
    return [Told(label_of(box, question), words) for question, words in sorted(by_question.items())]


@require_GET
def results(request: Request, pk: int) -> HttpResponse:
    """What a place's people can and need, from the release alone; the place is the reader's own until she chooses."""
    survey, box, sight = _find(request, pk)
    place = _place(request, sight)
    found = results_of(box, sight, place, _earlier(survey, box))
    view = "level" if request.GET.get("view") == "level" else "gap"
    here = reverse("competence:results", args=[survey.pk])
    of = request.GET.get("of", "")
    reads = rules.why_not_read_texts(survey, request.user) is None
    context: dict[str, Any] = {
        "survey": survey,
        "region": survey.region,
        "results": found,
        "place": place,
        "view": view,
        "here": f"{here}?{urlencode({'place': place.key})}",
        "base": here,
        "views": [(f"{here}?{urlencode({'place': place.key, 'view': one})}#h-heat", one) for one in ("gap", "level")],
        "detail": _detail(found, of),
        "trail": [(f"{here}?{urlencode({'place': up.key})}", up.name) for up in _seen_above(sight, place)],
        "links": [(f"{here}?{urlencode({'place': one.key})}", one.name, one.key == place.key) for one in sight.seen],
        "many": len(sight.seen) > MOST_LINKS,
        "choices": [(one.key, "\N{NO-BREAK SPACE}" * 3 * len(sight.way_up(one.key)) + one.name) for one in sight.seen],
        "told": _told(box, place),
        "asks_words": any(kind == "text" for kind in _kinds(box)),
        "reads": reads,
        "waiting": FreeText.objects.filter(box=box, state=TextState.WAITING).count() if reads else 0,
        "files": [
            (f"{reverse('competence:results_file', args=[survey.pk, form])}?{urlencode({'place': place.key})}", form)
            for form in printed.FORMS
        ],
    }
    return render(request, "competence/results/page.html", context)


def _kinds(box: Box) -> list[str]:
    return [one["kind"] for page in box.questions["pages"] for one in page["questions"]]


def _seen_above(sight: Sight, place: Place) -> list[Place]:
    return [up for up in reversed(sight.way_up(place.key)) if up.key in sight.own | sight.above]


def _detail(found: Results, of: str) -> dict[str, Any] | None:
    """One competence with everything that is published of it: a row a group and question."""
    lines = [line for line in [*found.heat.lines, *found.beside] if str(line.asked.subject) == of]
    if not lines or lines[0].asked.kind != "now":
        return None
    heats = [(line, found.heat) for line in lines]
    if found.roles is not None:
        heats += [(line, found.roles) for line in found.roles.lines if str(line.asked.subject) == of]
    rows = [(one.column, line.asked, one.cell) for line, _heat in heats for one in line.cells if one.cell.how]
    return {"asked": lines[0].asked, "rows": rows}


@audited("survey.results_fetched")
@require_GET
def results_file(request: Request, pk: int, form: str) -> HttpResponse:
    """The same as a file."""
    survey, box, sight = _find(request, pk)
    if form not in printed.FORMS:
        raise Http404
    place = _place(request, sight)
    found = results_of(box, sight, place, _earlier(survey, box))
    report = printed.Report(str(survey.title), str(survey.region.name), spoken(), found, _told(box, place))
    content, kind = printed.write(report, form)
    note(request, about=survey, scope=f"region:{survey.region_id}", place=place.key, form=form)
    filename = f"{slugify(f'{survey.title} {found.title}')}.{form}"
    disposition = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


# ---------- Own words ----------


@audited("survey.texts_seen")
@require_GET
def survey_texts(request: Request, pk: int) -> HttpResponse:
    """The next answer in own words that nobody has read, to be shown as it is, changed, or left out."""
    survey, box, _sight = _find(request, pk)
    if refusal := rules.why_not_read_texts(survey, request.user):
        raise refusal
    return _text_page(request, survey, box)


def _text_page(
    request: Request, survey: Survey, box: Box, text: FreeText | None = None, form: TextForm | None = None
) -> HttpResponse:
    waiting = FreeText.objects.filter(box=box, state=TextState.WAITING)
    text = text or waiting.first()
    left = waiting.count()
    note(request, about=survey, scope=f"region:{survey.region_id}", waiting=left)
    form = form or TextForm(initial={"words": text.words if text is not None else ""})
    label = label_of(box, text.question) if text is not None else ""
    context = {"survey": survey, "region": survey.region, "text": text, "label": label, "waiting": left}
    return render_form(request, "competence/results/texts.html", form, context)


@require_POST
def survey_text(request: Request, pk: int, text: uuid.UUID) -> HttpResponse:
    """Show an answer in these words, or leave it out; then the next."""
    survey, box, _sight = _find(request, pk)
    if refusal := rules.why_not_read_texts(survey, request.user):
        raise refusal
    row = get_object_or_404(FreeText, pk=text, box=box)
    form = TextForm(request.POST)
    try:
        if request.POST.get("do") == "leave_out":
            actions.leave_text_out(survey=survey, text=row, by=request.user, now=now())
        elif form.is_valid():
            words = form.cleaned_data["words"]
            actions.redact_text(survey=survey, text=row, words=words, by=request.user, now=now())
        else:
            return _text_page(request, survey, box, row, form)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("competence:survey_texts", pk=survey.pk)
