"""A survey from set-up to closing, for those who run it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from answers.ballots import say
from answers.documents import answered, level, result_of, share
from answers.models import SlipSheet
from answers.plan import Plan
from answers.states import BoxState
from answers.suppression import number_shown
from base import clock, dates
from base.forms import render_form
from base.languages import spoken
from base.refusal import Refusal
from competence.actions import surveys as actions
from competence.forms.surveys import BeginForm, ExtendForm, FrameForm, Place, QuestionsForm, ThrowForm, UnitsForm
from competence.models import Survey
from competence.rules import forecasts, questions, regions
from competence.rules import surveys as rules
from competence.rules.circles import Circle, circle_of, full_names_of, joined, names_of, places_of, top_key
from competence.states import RoleGroup, SurveyState
from competence.views.home import standing
from people.models import Employment, Request


def _find(request: Request, pk: int) -> Survey:
    """A survey that one runs, in a region that uses the part; the same 404 for every other."""
    rows = Survey.objects.run_by(request.user).select_related("region", "box__release", "tryout__release", "earlier")
    survey = get_object_or_404(rows, pk=pk)
    if not regions.in_use(survey.region):
        raise Http404
    return survey


def _frozen(request: Request, found: Survey) -> HttpResponse | None:
    """The answer to whoever wants to change a survey that was launched: why not, on its page."""
    if refusal := rules.why_not_change(found, request.user):
        messages.error(request, str(refusal))
        return redirect(found)
    return None


# ---------- The list ----------


@require_http_methods(["GET", "POST"])
def surveys(request: Request) -> HttpResponse:
    """The surveys of the regions that one runs, and where a new one begins."""
    run = regions.run_by(request.user)
    if not run:
        raise Http404
    form = BeginForm(request.POST or None, regions=run)
    if form.is_valid():
        survey = actions.begin(
            region=form.cleaned_data["region"],
            title={"sv": form.cleaned_data["title"], request.user.language: form.cleaned_data["title"]},
            by=request.user,
            now=clock.now(),
        )
        return redirect("competence:survey_frame", pk=survey.pk)
    rows = Survey.objects.run_by(request.user).filter(region__in=run).select_related("region", "box")
    lines = [(row, *standing(row)) for row in rows.annotate(size=Count("units"))]
    return render_form(request, "competence/surveys.html", form, {"lines": lines, "several": len(run) > 1})


# ---------- The hub ----------


@require_http_methods(["GET", "POST"])
def survey(request: Request, pk: int) -> HttpResponse:
    """Where the survey stands and what is next: its steps before the launch, its rate while open, then the end."""
    found = _find(request, pk)
    longer, thrown = ExtendForm(None), ThrowForm(None)
    if request.method == "POST":
        wish = request.POST.get("do", "")
        longer = ExtendForm(request.POST if wish == "extend" else None)
        thrown = ThrowForm(request.POST if wish == "throw" else None)
        try:
            if wish == "extend" and longer.is_valid():
                actions.extend(survey=found, until=longer.cleaned_data["until"], by=request.user, now=clock.now())
                messages.success(request, _("There is more time. Everybody who is asked is told so."))
                return redirect(found)
            if wish == "throw" and thrown.is_valid():
                actions.throw_away(survey=found, reason=thrown.cleaned_data["reason"], by=request.user, now=clock.now())
                messages.success(request, _("The survey has been thrown away. Nobody has read an answer."))
                return redirect("competence:surveys")
            if wish == "try_out":
                actions.try_out(survey=found, by=request.user, now=clock.now())
                messages.success(request, _("The try-out opens within a minute, and its units get the link."))
                return redirect(found)
            if wish == "end":
                actions.end(survey=found, by=request.user, now=clock.now())
                return redirect("competence:survey_plan", pk=found.pk)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(found)
    context = _hub(found) | {"longer": longer, "thrown": thrown}
    return render_form(request, "competence/survey.html", longer if longer.is_bound else thrown, context)


def _hub(found: Survey) -> dict[str, Any]:
    now = clock.now()
    state, tone = standing(found)
    context: dict[str, Any] = {
        "survey": found,
        "tone": tone,
        "state": state,
        "over": rules.is_over(found, now=now),
        "may_end": rules.why_not_end(found, None, now=now) is None,
        "may_throw": rules.why_not_throw_away(found, None) is None,
        "held_up": rules.held_up(found.box),
        "tryout": None,
    }
    if found.state == SurveyState.DRAFT:
        context["steps"] = _steps(found, now.astimezone(ZoneInfo(found.region.time_zone)).date())
        context["tries_out"] = found.units.filter(tries_out=True).exists()
    if found.tryout is not None:
        context["tryout"] = result_of(found.tryout) if found.tryout.state == BoxState.RELEASED else "open"
    if found.state in (SurveyState.LAUNCHED, SurveyState.OPEN):
        context |= _while_open(found)
    if found.state == SurveyState.RELEASED and found.box is not None:
        context["answered"] = answered(found.box.release.tables["turnout"])
        context["destroyed_at"] = found.box.keys_destroyed_at
    return context


def _steps(found: Survey, today: Any) -> list[dict[str, Any]]:
    """The pages of the set-up, each with whether it is done."""
    window = rules.why_not_window(found.opens_on, found.closes_on, today=today) is None
    units = found.units.count()
    done = [
        (window and bool(found.disposal), _("What it is for, when, and whom it concerns"), "survey_frame", ""),
        (rules.why_not_questions(found) is None, _("What is asked"), "survey_questions", ""),
        (
            units > 0,
            _("Which units are asked"),
            "survey_units",
            ngettext("%(n)s unit", "%(n)s units", units) % {"n": units},
        ),
        (False, _("See what could be published, check and launch"), "survey_check", ""),
    ]
    following = next(number for number, step in enumerate(done) if not step[0])
    return [
        {
            "done": is_done,
            "title": title,
            "url": reverse(f"competence:{name}", args=[found.pk]),
            "hint": hint,
            "next": n == following,
        }
        for n, (is_done, title, name, hint) in enumerate(done)
    ]


def _while_open(found: Survey) -> dict[str, Any]:
    """The day's share of answers by municipality, as the clock has noted it (SUR-4); nothing is counted here."""
    box = found.box
    if box is None:
        return {}
    last = box.rates.order_by("-on").values_list("on", flat=True).first()
    rows = list(box.rates.filter(on=last)) if last else []
    places = [node[0] for node in box.tree["nodes"] if node[2] == "municipality"]
    names = names_of(found.region, places)
    tens = {rate.place: rate.tens for rate in rows}
    lines = [(names.get(place, ""), share(tens[place])) for place in places if tens.get(place)]
    opened = box.opens_at.astimezone(ZoneInfo(box.zone)).date() if box.opens_at else None
    return {
        "invited": box.invited,
        "noted_on": last,
        "rate": share(tens.get("", "")),
        "rates": sorted(lines),
        "too_small": len(places) - len(lines),
        "slips": sum(n for _unit, _role, n in box.slips),
        "letters": [opened + timedelta(days=days) for days in found.reminders] if opened else [],
    }


# ---------- Set-up ----------


@require_http_methods(["GET", "POST"])
def survey_frame(request: Request, pk: int) -> HttpResponse:
    """What it is for, its window and reminders, whose employments, and the disposal decision."""
    found = _find(request, pk)
    if (frozen := _frozen(request, found)) is not None:
        return frozen
    form = FrameForm(request.POST or None, survey=found)
    form.back = found.get_absolute_url()
    if form.is_valid():
        revision = form.cleaned_data["revision"]
        try:
            actions.set_frame(survey=found, facts=form.facts, revision=revision, by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("competence:survey_questions", pk=found.pk)
    return render_form(request, "competence/survey_frame.html", form, {"survey": found, "step": 1})


@require_http_methods(["GET", "POST"])
def survey_questions(request: Request, pk: int) -> HttpResponse:
    """Frameworks, competences with targets, statements, and questions in own words."""
    found = _find(request, pk)
    if (frozen := _frozen(request, found)) is not None:
        return frozen
    parts = list(found.parts.select_related("framework__framework"))
    form = QuestionsForm(request.POST or None, survey=found, parts=parts)
    if form.is_valid():
        new = {part.framework_id for part in form.part_facts} - {part.framework_id for part in parts}
        try:
            actions.set_questions(
                survey=found,
                parts=form.part_facts,
                statements=form.statements,
                texts=form.texts,
                asks_need=form.cleaned_data["asks_need"],
                asks_wish=form.cleaned_data["asks_wish"],
                revision=form.cleaned_data["revision"],
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            if new:
                messages.success(request, _("Saved. Now choose the competences and their target levels."))
                return redirect("competence:survey_questions", pk=found.pk)
            return redirect("competence:survey_units", pk=found.pk)
    items = questions.items_of(found)
    context = {
        "survey": found,
        "items": items if parts else 0,
        "outside": bool(parts) and not questions.FEWEST_ITEMS <= items <= questions.MOST_ITEMS,
        "step": 2,
    }
    return render_form(request, "competence/survey_questions.html", form, context)


@require_http_methods(["GET", "POST"])
def survey_units(request: Request, pk: int) -> HttpResponse:
    """The tree of those who take part in the region: which are asked, with which own part, and how many slips more."""
    found = _find(request, pk)
    if (frozen := _frozen(request, found)) is not None:
        return frozen
    parts = {part.pk: part for part in found.parts.select_related("framework__framework").filter(common=False)}
    form = UnitsForm(request.POST or None, survey=found, places=_places(found), parts=parts)
    if form.is_valid():
        revision = form.cleaned_data["revision"]
        try:
            actions.set_units(survey=found, units=form.units, revision=revision, by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("competence:survey_check", pk=found.pk)
    return render_form(request, "competence/survey_units.html", form, {"survey": found, "parts": parts, "step": 3})


def _places(found: Survey) -> list[Place]:
    """Every place in the region with how many work there today, and what is chosen of it."""
    today = clock.today(found.region.time_zone)
    places = places_of(found.region, today)
    work = Employment.objects.on(today).filter(unit__in=places, person__is_guest=False)
    if found.employment_forms:
        work = work.filter(form__in=found.employment_forms)
    people = dict(work.values_list("unit").annotate(n=Count("person", distinct=True)).order_by())
    units = {unit.organisation_id: unit for unit in found.units.all()}
    return [
        Place(
            place,
            place.path.count("/") - 1,
            people.get(place.pk, 0),
            asked=place.pk in units,
            part=units[place.pk].part_id if place.pk in units else None,
            tries_out=place.pk in units and units[place.pk].tries_out,
            slips=str(units[place.pk].extra_slips or "") if place.pk in units else "",
        )
        for place in places
    ]


# ---------- Check and launch ----------


@dataclass(frozen=True)
class UnitLine:
    """A unit on the page before the launch: who is asked, and what it could read at each response."""

    name: str
    part: str
    letters: int
    slips: int
    could: Sequence[str]


@require_http_methods(["GET", "POST"])
def survey_check(request: Request, pk: int) -> HttpResponse:
    """Everything once more: what is asked whom, what could be published, what becomes of the answers; then launch."""
    found = _find(request, pk)
    if (frozen := _frozen(request, found)) is not None:
        return frozen
    if request.method == "POST":
        asked = request.POST.get("asked", "")
        try:
            actions.launch(
                survey=found, asked=int(asked) if asked.isdecimal() else None, by=request.user, now=clock.now()
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("competence:survey_check", pk=found.pk)
        messages.success(request, _("The survey is launched and frozen. It opens by itself, and the letters go out."))
        return redirect(found)
    now = clock.now()
    circle = circle_of(found, clock.today(found.region.time_zone))
    form = questions.form_of(found)
    why_not = (
        rules.why_not_launch(found, request.user, now=now)
        or rules.why_not_circle(found, circle.asked)
        or rules.why_not_so_soon(found, form, circle, now=now)
    )
    items = questions.items_of(found)
    context = {
        "survey": found,
        "refusal": why_not,
        "circle": circle,
        "letters": len(circle.invited),
        "slips": sum(circle.slips.values()),
        "pages": [
            (
                say(page.title, spoken()),
                page.units,
                [(say(one.label, spoken()), level(one.target)) for one in page.questions],
            )
            for page in form.pages
        ],
        "items": items,
        "outside": not questions.FEWEST_ITEMS <= items <= questions.MOST_ITEMS,
        "forms": ", ".join(rules.forms_asked(found)),
        "lines": _unit_lines(found, circle),
        "wanted": found.forecast_wanted_at is not None,
        "shares": _shares(found),
        "embedded": settings.KEYS_EMBEDDED,
        "step": 4,
    }
    return render(request, "competence/survey_check.html", context)


def _shares(found: Survey) -> list[dict[str, Any]]:
    """What each share of answers would give, as a row of numbers."""
    if not found.forecast:
        return []
    rows = []
    for at, (percent, counted) in zip(found.forecast["shares"], forecasts.summed_up(found.forecast), strict=True):
        rows.append(
            {
                "share": dates.percent(percent),
                "figures": counted["figures"],
                "word": counted["word"],
                "joint": counted["joint"],
                "nothing": counted["nothing"],
                "towns": sum(place != top_key(found.region) for place in at["places"]),
                "roles": at["roles"],
                "roles_all": at["roles"] + at["roles_hidden"],
            }
        )
    return rows


def _unit_lines(found: Survey, circle: Circle) -> list[UnitLine]:
    keys = [str(unit.organisation_id) for unit in circle.units]
    names = {str(unit.organisation_id): unit.organisation.name for unit in circle.units}
    tops = names_of(found.region, [unit.organisation.path.split("/")[0] for unit in circle.units])
    parts = {part.pk: str(part.framework.framework) for part in found.parts.select_related("framework__framework")}
    lines = []
    for unit, key in zip(circle.units, keys, strict=True):
        top = unit.organisation.path.split("/")[0]
        could = []
        for at in found.forecast["shares"] if found.forecast else []:
            row = at["units"].get(key)
            could.append(_could(row, names) if row else "–")
        lines.append(
            UnitLine(
                names[key] if top == key else f"{tops.get(top, '')} › {names[key]}",
                parts.get(unit.part_id or 0, ""),
                circle.letters_to(unit.organisation_id),
                circle.slips_of(unit.organisation_id),
                could,
            )
        )
    return sorted(lines, key=lambda line: line.name)


def _could(row: dict[str, Any], names: dict[str, str]) -> str:
    if row["with"]:
        return _("together with %(names)s") % {"names": ", ".join(names.get(key, "?") for key in row["with"])}
    return {"figures": _("own figures"), "word": _("one word"), "nothing": _("nothing")}[row["how"]]


# ---------- The end ----------


@dataclass(frozen=True)
class PlanLine:
    """A table of the release as it is planned: of whom, how many as it is shown, and what is shown."""

    name: str
    n: str
    shows: str


def plan_lines(found: Survey, plan: Plan) -> tuple[list[PlanLine], list[str], list[str]]:
    """The tables that are planned; the places without one of their own; the tables by role that are refused."""
    nodes = [str(node[0]) for node in found.box.tree["nodes"]] if found.box is not None else []
    names = full_names_of(found.region, nodes)
    lines = []
    for table in plan.tables:
        shown = number_shown(table.n, k=plan.k)
        words = _("figures") if shown.isdecimal() else _("one word for each question")
        if table.kind == "role":
            name = f"{names.get(table.node, '')}: {RoleGroup(table.role).label}"
        elif table.kind == "node":
            name = names.get(table.node, "")
        else:
            name = joined([names.get(unit, "") for unit in table.units])
        lines.append(PlanLine(name, shown.replace("-", "–"), str(words)))
    roles = [f"{names.get(node, '')}: {RoleGroup(role).label}" for role, node in plan.hidden_roles]
    whole = str(found.region.name)
    lines.sort(key=lambda line: (not line.name.startswith(whole), line.name.casefold()))
    return lines, sorted(names.get(key, "") for key in plan.hidden_nodes), sorted(roles)


@require_http_methods(["GET", "POST"])
def survey_plan(request: Request, pk: int) -> HttpResponse:
    """What will be published, from counts alone, when nobody can answer any more; and its confirmation."""
    found = _find(request, pk)
    if refusal := rules.why_not_plan(found, request.user, now=clock.now()):
        messages.error(request, str(refusal))
        return redirect(found)
    if request.method == "POST":
        digest = request.POST.get("digest", "")
        try:
            actions.confirm(survey=found, digest=digest, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("competence:survey_plan", pk=found.pk)
        messages.success(request, _("Confirmed. The answers are being counted, which takes a minute."))
        return redirect(found)
    plan = actions.plan_of(found)
    lines, hidden, roles = plan_lines(found, plan)
    context = {
        "survey": found,
        "digest": plan.digest(),
        "lines": lines,
        "hidden": hidden,
        "roles": roles,
        "k": plan.k,
        "held_up": rules.held_up(found.box),
    }
    return render(request, "competence/survey_plan.html", context)


# ---------- Slips ----------


@require_http_methods(["GET", "POST"])
def survey_slips(request: Request, pk: int) -> HttpResponse:
    """Slips of paper by unit: asked for here, made where the keys are, and fetched once by the browser that asked."""
    found = _find(request, pk)
    if found.box is None or found.state != SurveyState.OPEN:
        messages.error(request, _("Slips are printed while the survey is open."))
        return redirect(found)
    if request.method == "POST":
        unit = request.POST.get("unit", "")
        answer = redirect("competence:survey_slips", pk=found.pk)
        try:
            if request.POST.get("do") == "fetch":
                return _fetched(request, found, unit)
            sheet, key = actions.want_slips(survey=found, unit=unit, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return answer
        # This browser's half of the sheet's keys: no session, which is stored here, may hold it.
        answer.set_cookie(
            _cookie(sheet),
            key,
            max_age=timedelta(days=1),
            path=request.path,
            secure=request.is_secure(),
            httponly=True,
            samesite="Strict",
        )
        messages.success(request, _("The slips are being made, which takes about a minute."))
        return answer
    lines = _slip_lines(request, found)
    waits = any(line["mine"] and not line["made"] for line in lines)
    return render(request, "competence/survey_slips.html", {"survey": found, "lines": lines, "waits": waits})


def _cookie(sheet: SlipSheet) -> str:
    return f"slips_{sheet.pk}"


def _slip_lines(request: Request, found: Survey) -> list[dict[str, Any]]:
    """The units with slips: how many, and whether this browser waits for them or can fetch them."""
    if found.box is None:
        return []
    sheets = SlipSheet.objects.filter(box=found.box).annotate(made=Q(ciphertext__isnull=False)).defer("ciphertext")
    by_unit = {sheet.unit: sheet for sheet in sheets}
    counts: Counter[str] = Counter()
    for unit, _role, n in found.box.slips:
        counts[unit] += n
    names = full_names_of(found.region, list(counts))
    lines = []
    for unit, n in counts.items():
        sheet = by_unit.get(unit)
        mine = sheet is not None and _cookie(sheet) in request.COOKIES
        made = getattr(sheet, "made", False)
        lines.append({"unit": unit, "name": names.get(unit, ""), "n": n, "mine": mine, "made": made})
    return sorted(lines, key=lambda line: str(line["name"]))


def _fetched(request: Request, found: Survey, unit: str) -> HttpResponse:
    """The paper, this once."""
    sheet = get_object_or_404(SlipSheet, box=found.box, unit=unit)
    content = actions.take_slips(
        survey=found, sheet=sheet, key=request.COOKIES.get(_cookie(sheet), ""), by=request.user, now=clock.now()
    )
    name = f"{_('slips')}-{unit}.pdf"
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
        "Cache-Control": "no-store",
    }
    answer = HttpResponse(content, content_type="application/pdf", headers=headers)
    answer.delete_cookie(_cookie(sheet), path=request.path, samesite="Strict")
    return answer
