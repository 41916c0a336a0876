"""How a round was over its days: the total, beside the round before; the words; files; who reads words first."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from answers.documents import Result, Row, label_of, result_of
from answers.models import Box, FreeText
from answers.states import BoxState, TextState
from base import clock, dates
from base.forms import render_form
from base.languages import spoken
from base.marks import audited, note
from base.refusal import Refusal
from events.documents import evaluations as printed
from events.forms.evaluations import TextForm
from events.rules import evaluations as events
from events.states import EventState
from events.views.evaluations import file_answer
from people.models import Request
from programmes.actions import evaluations as actions
from programmes.models import Cohort, CourseDay
from programmes.rules import evaluations as rules
from programmes.views.cohorts import find_cohort


@dataclass(frozen=True)
class Compared:
    """A question in this round and in the one before, each as it is shown."""

    label: str
    now: str
    then: str
    trend: str


@dataclass(frozen=True)
class DayLine:
    """A day in the list: where its own result stands, how many answered, and the score as it is shown."""

    url: str
    name: str
    answered: str
    score: str


def figure_of(row: Row | None) -> str:
    """The one figure or word of a question."""
    if row is None:
        return ""
    _label, mean, _low, _middle, _high, word = row.cells
    return mean or word


def _compared(result: Result, earlier: Result | None) -> list[Compared]:
    """The questions of this round that the one before was asked too."""
    if earlier is None:
        return []
    then = {row.key: row for row in earlier.rows}
    words = {"higher": _("higher"), "lower": _("lower"), "same": _("the same")}
    lines = []
    for row in result.rows:
        if row.key in then:
            trend = rules.trend(dict(row.item), dict(then[row.key].item))
            lines.append(Compared(row.label, figure_of(row), figure_of(then[row.key]), words.get(trend, "")))
    return lines


def _day_name(day: CourseDay) -> str:
    return _("%(day)s: %(theme)s") % {"day": day, "theme": day.event.title}


def _box(day: CourseDay) -> Box | None:
    row = events.evaluation_of(day.event)
    return row.box if row is not None else None


def _day_line(day: CourseDay, texts: list[FreeText]) -> DayLine:
    url = reverse("events:evaluation", args=[day.event_id])
    box = _box(day)
    if day.event.state == EventState.CANCELLED:
        return DayLine(url, _day_name(day), _("Cancelled"), "")
    if box is None:
        over = events.is_over(day.event, events.evaluation_of(day.event), now=clock.now())
        return DayLine(url, _day_name(day), _("Not evaluated") if over else _("Not open yet"), "")
    if box.state != BoxState.RELEASED:
        closes = dates.plain_day(box.closes_at.date()) if box.closes_at else ""
        return DayLine(url, _day_name(day), _("Open until %(day)s") % {"day": closes}, "")
    result = result_of(box, texts)
    return DayLine(url, _day_name(day), result.answered, figure_of(next(iter(result.rows), None)))


def _earlier(cohort: Cohort) -> tuple[Cohort | None, Result | None]:
    """The round before and what came out of it; its words stay on its own page."""
    before = rules.before(cohort)
    box = rules.box_of(before) if before is not None else None
    return before, result_of(box, []) if box is not None and rules.released(box) else None


@require_GET
def evaluation(request: Request, pk: int) -> HttpResponse:
    """While days are to come: which have been counted. Afterwards: the total, the round before, and the words."""
    cohort = find_cohort(request, pk)
    box, days = rules.box_of(cohort), rules.days_of(cohort)
    context: dict[str, Any] = {
        "cohort": cohort,
        "result": None,
        "days": [_day_line(day, []) for day in days],
        "compared": [],
        "before": None,
        "reads": False,
    }
    if box is not None and rules.released(box):
        context["result"] = result = result_of(box)
        context["before"], earlier = _earlier(cohort)
        context["compared"] = _compared(result, earlier)
        context["reads"] = bool(result.waiting) and rules.why_not_read_texts(cohort, request.user) is None
        context["forms"] = [
            (reverse("programmes:evaluation_file", args=[cohort.pk, form]), form.upper()) for form in printed.FORMS
        ]
    return render(request, "programmes/evaluation.html", context)


@require_GET
def evaluation_file(request: Request, pk: int, form: str) -> HttpResponse:
    """The total, the round before and each day as a file: the same rows as on their pages."""
    cohort = find_cohort(request, pk)
    box = rules.box_of(cohort)
    if form not in printed.FORMS or box is None or not rules.released(box):
        raise Http404
    groups = [printed.Group(str(cohort.short_name), result_of(box))]
    before, earlier = _earlier(cohort)
    if before is not None and earlier is not None:
        groups.append(printed.Group(str(before.short_name), earlier))
    for day in rules.days_of(cohort):
        own = _box(day)
        if own is not None and own.state == BoxState.RELEASED:
            groups.append(printed.Group(_day_name(day), result_of(own, [])))
    report = printed.Report(
        title=_("Evaluation"),
        subtitle=str(cohort),
        region=str(cohort.programme.region.name),
        language=spoken(),
        groups=groups,
    )
    return file_answer(report, form, str(cohort.number))


# ---------- Words ----------


@audited("evaluation.texts_seen")
@require_GET
def evaluation_texts(request: Request, pk: int) -> HttpResponse:
    """The next answer in own words that nobody has read, to be shown as it is, changed, or left out."""
    cohort = find_cohort(request, pk)
    if refusal := rules.why_not_read_texts(cohort, request.user):
        raise refusal
    return _text_page(request, cohort)


def _text_page(
    request: Request, cohort: Cohort, text: FreeText | None = None, form: TextForm | None = None
) -> HttpResponse:
    box = rules.box_of(cohort)
    waiting = FreeText.objects.filter(box=box, state=TextState.WAITING) if box is not None else FreeText.objects.none()
    text = text or waiting.first()
    left = waiting.count()
    note(request, about=cohort, scope=cohort.scope, waiting=left)
    label = label_of(box, text.question) if text is not None and box is not None else ""
    form = form or TextForm(initial={"words": text.words if text is not None else ""})
    context = {"cohort": cohort, "text": text, "label": label, "waiting": left}
    return render_form(request, "programmes/evaluation_texts.html", form, context)


@require_POST
def evaluation_text(request: Request, pk: int, text: uuid.UUID) -> HttpResponse:
    """Show an answer in these words, or leave it out; then the next."""
    cohort = find_cohort(request, pk)
    if refusal := rules.why_not_read_texts(cohort, request.user):
        raise refusal
    row = get_object_or_404(FreeText, pk=text, box__owner=rules.owner_of(cohort.pk))
    form = TextForm(request.POST)
    try:
        if request.POST.get("do") == "leave_out":
            actions.leave_out(cohort=cohort, text=row, by=request.user, now=clock.now())
        elif form.is_valid():
            words = form.cleaned_data["words"]
            actions.redact(cohort=cohort, text=row, words=words, by=request.user, now=clock.now())
        else:
            return _text_page(request, cohort, row, form)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("programmes:evaluation_texts", pk=cohort.pk)
