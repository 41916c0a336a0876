"""Frameworks: the list, a version as its readers see it, and the draft that a coordinator writes."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from base.clock import now
from base.forms import render_form
from base.refusal import Refusal
from competence.actions import frameworks as actions
from competence.forms.frameworks import OWN, AreaForm, CompetenceForm, FrameworkForm, RemoveForm, VersionForm, WordsForm
from competence.models import Area, Competence, Framework, FrameworkVersion
from competence.rules import frameworks as rules
from competence.rules import regions
from competence.rules.ready import read
from competence.states import VersionState
from people.models import Request
from people.rules import name_for
from programmes.rules.together import SavedMeanwhile

TONES = {VersionState.DRAFT: "warn", VersionState.PUBLISHED: "ok", VersionState.REPLACED: ""}


# ---------- Reading ----------


@require_GET
def frameworks(request: Request) -> HttpResponse:
    """The frameworks of the regions that one is at home in."""
    home = regions.at_home(request.user)
    if not home:
        raise Http404
    versions = FrameworkVersion.objects.visible_to(request.user).order_by("-number")
    rows = Framework.objects.visible_to(request.user).filter(region__in=home).select_related("region")
    lines = []
    for row in rows.prefetch_related(Prefetch("versions", versions, to_attr="seen")):
        lines.append(
            (row, _in_force(row.seen), next((one for one in row.seen if one.state == VersionState.DRAFT), None))
        )
    context = {"lines": lines, "may_make": bool(regions.run_by(request.user)), "several": len(home) > 1}
    return render(request, "competence/frameworks.html", context)


def _in_force(versions: list[FrameworkVersion]) -> FrameworkVersion | None:
    """The published one of these."""
    return next((one for one in versions if one.state == VersionState.PUBLISHED), None)


def _find(request: Request, pk: int) -> FrameworkVersion:
    """A version that one may see, in a region that uses the part; the same 404 for every other."""
    rows = FrameworkVersion.objects.visible_to(request.user).select_related("framework__region")
    version = get_object_or_404(rows, pk=pk)
    if not regions.in_use(version.framework.region):
        raise Http404
    return version


@require_GET
def framework(request: Request, pk: int) -> HttpResponse:
    """The version in force; a draft for those who write the first one."""
    row = get_object_or_404(Framework.objects.visible_to(request.user).select_related("region"), pk=pk)
    versions = list(FrameworkVersion.objects.visible_to(request.user).filter(framework=row))
    version = _in_force(versions) or next(iter(versions), None)
    if version is None or not regions.in_use(row.region):
        raise Http404
    return _page(request, version)


@require_GET
def framework_version(request: Request, pk: int) -> HttpResponse:
    """A version as its readers see it, its history, and what is otherwise than before."""
    return _page(request, _find(request, pk))


def _page(request: Request, found: FrameworkVersion) -> HttpResponse:
    version = rules.whole(found)
    row, runs = version.framework, rules.runs(version.framework, request.user)
    earlier = rules.before(version)
    seen = list(FrameworkVersion.objects.visible_to(request.user).filter(framework=row))
    draft = next((one for one in seen if one.state == VersionState.DRAFT), None)
    writing = runs and version.state == VersionState.DRAFT
    context = {
        "framework": row,
        "version": version,
        "tone": TONES[VersionState(version.state)],
        "areas": [
            (
                area,
                f"area.{area.pk}",
                [(one, f"competence.{one.pk}", list(rules.steps_of(one).items())) for one in area.competences.all()],
            )
            for area in version.areas.all()
        ],
        "scale": [getattr(version, f"step_{step}") for step in range(1, 6)],
        "by": name_for(version.published_by, request.user) if version.published_by else "",
        "history": [(one, TONES[VersionState(one.state)]) for one in seen],
        "draft": draft,
        "runs": runs,
        "writing": writing,
        "missing": rules.missing(version) if writing else [],
        "unasked": rules.unasked(version) if runs else [],
        "changes": rules.changes(version, rules.whole(earlier)) if earlier else None,
        "earlier": earlier,
        "may_begin": runs and rules.why_not_begin(version) is None,
        "trail": _trail(),
    }
    return render(request, "competence/framework.html", context)


def _trail(version: FrameworkVersion | None = None) -> list[tuple[str, str]]:
    trail = [(reverse("competence:home"), _("Competence")), (reverse("competence:frameworks"), _("Frameworks"))]
    return [*trail, (version.get_absolute_url(), str(version.framework.title))] if version else trail


# ---------- Making and writing ----------


@require_http_methods(["GET", "POST"])
def framework_new(request: Request) -> HttpResponse:
    """A framework begun from one that comes with Helmi, or from nothing."""
    run = regions.run_by(request.user)
    if not run:
        raise Http404
    form = FrameworkForm(request.POST or None, regions=run)
    if form.is_valid():
        region, start = form.cleaned_data["region"], form.cleaned_data["start"]
        if start == OWN:
            version = actions.create(region=region, words=form.words, by=request.user, now=now())
        else:
            version = actions.create_from(region=region, ready=read(start), by=request.user, now=now())
        messages.success(request, _("The framework is a draft. Nobody else sees it until you publish it."))
        return redirect(version)
    return render_form(request, "competence/framework_new.html", form, {"trail": _trail()})


def _run(request: Request, pk: int) -> FrameworkVersion:
    """A version of a framework whose region one coordinates."""
    rows = FrameworkVersion.objects.filter(framework__in=Framework.objects.run_by(request.user))
    version: FrameworkVersion = get_object_or_404(rows.select_related("framework__region"), pk=pk)
    if not regions.in_use(version.framework.region):
        raise Http404
    return version


@require_http_methods(["GET", "POST"])
def framework_edit(request: Request, pk: int) -> HttpResponse:
    """The words of a whole version; also the buttons of its page: publish, begin the next, move, throw away."""
    version = _run(request, pk)
    if request.method == "POST" and (act := request.POST.get("act", "")):
        return _act(request, version, act)
    if refusal := rules.why_not_change(version):
        messages.warning(request, str(refusal))
        return redirect(version)
    facts = rules.facts_of_version(version)
    form = VersionForm(request.POST or None, version=version, initial=facts | {"mark": rules.mark_of(facts)})
    theirs: list[tuple[Any, str, str]] = []
    if form.is_valid():
        try:
            actions.keep_version(
                version=version, words=form.words, mark=form.cleaned_data["mark"], by=request.user, now=now()
            )
        except SavedMeanwhile as refusal:
            theirs = _conflict(form, facts, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(version)
    words = {"title": _("The framework's words and scale"), "version": version, "theirs": theirs}
    return _form_page(request, form, words, bool(theirs))


def _conflict(form: WordsForm, facts: rules.Facts, refusal: Refusal) -> list[tuple[Any, str, str]]:
    """What somebody else has saved where it is otherwise than typed; who saves once more has seen it."""
    form.add_error(None, str(refusal))
    form.data = {**form.data.dict(), "mark": rules.mark_of(facts)} if hasattr(form.data, "dict") else form.data
    return [
        (form.fields[key].label, key.rpartition("_")[2], facts.get(key, ""))
        for _label, keys in form.groups
        for key in keys
        if facts.get(key, "") != form.cleaned_data.get(key, "").strip()
    ]


def _form_page(request: Request, form: WordsForm, words: dict[str, Any], conflict: bool) -> HttpResponse:
    version: FrameworkVersion = words["version"]
    answer = render_form(request, "competence/framework_edit.html", form, {**words, "trail": _trail(version)})
    if conflict:
        answer.status_code = 409
    return answer


def _act(request: Request, version: FrameworkVersion, act: str) -> HttpResponse:
    """A button of the version's page."""
    verb, _dash, which = act.partition("-")
    moment = now()
    back: Any = version
    try:
        if verb == "publish":
            revision = request.POST.get("revision", "")
            read_at = int(revision) if revision.isdigit() else 0
            actions.publish(version=version, revision=read_at, by=request.user, now=moment)
            messages.success(request, _("The version is published. It never changes from now on."))
        elif verb == "begin":
            back = actions.begin_version(version=version, by=request.user, now=moment)
            messages.success(request, _("A new version is begun as a copy. Nobody else sees it until you publish it."))
        elif verb == "discard":
            actions.discard(version=version, by=request.user, now=moment)
            messages.success(request, _("The draft is thrown away."))
            back = reverse("competence:frameworks")
        elif verb == "up":
            actions.move_up(thing=_part(version, which), by=request.user, now=moment)
            messages.success(request, _("Moved."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(back)


def _part(version: FrameworkVersion, which: str) -> Area | Competence:
    """An area or a competence of the version, as "area.12" or "competence.12"."""
    kind, _dot, pk = which.partition(".")
    key = int(pk) if pk.isdigit() else 0
    if kind == "area":
        return get_object_or_404(Area.objects.select_related("version__framework__region"), version=version, pk=key)
    rows = Competence.objects.select_related("area__version__framework__region")
    return get_object_or_404(rows, area__version=version, pk=key)


@require_http_methods(["GET", "POST"])
def framework_part(request: Request, pk: int, part: str) -> HttpResponse:
    """An area ("area.12", "area.new") or a competence ("competence.12", "competence.new") of a draft."""
    version = _run(request, pk)
    kind, _dot, which = part.partition(".")
    thing = None if which == "new" and kind in ("area", "competence") else _part(version, part)
    if refusal := rules.why_not_change(version):
        messages.warning(request, str(refusal))
        return redirect(version)
    if request.POST.get("act") == "remove" and thing is not None:
        return _remove(request, version, thing)
    if kind == "area":
        return _area(request, version, thing if isinstance(thing, Area) else None)
    return _competence(request, version, thing if isinstance(thing, Competence) else None)


def _remove(request: Request, version: FrameworkVersion, thing: Area | Competence) -> HttpResponse:
    into = None
    if isinstance(thing, Competence):
        form = RemoveForm(request.POST, version=version, competence=thing)
        into = form.cleaned_data["into"] if form.is_valid() else None
    try:
        actions.remove(thing=thing, into=into, by=request.user, now=now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Removed from the draft."))
    return redirect(version)


def _area(request: Request, version: FrameworkVersion, area: Area | None) -> HttpResponse:
    facts = rules.facts_of_area(area) if area else {}
    form = AreaForm(request.POST or None, version=version, initial=facts | {"mark": rules.mark_of(facts)})
    theirs: list[tuple[Any, str, str]] = []
    if form.is_valid():
        mark = form.cleaned_data["mark"]
        try:
            actions.keep_area(version=version, area=area, words=form.words, mark=mark, by=request.user, now=now())
        except SavedMeanwhile as refusal:
            theirs = _conflict(form, facts, refusal)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(version)
    words = {
        "title": area.name if area else _("New area"),
        "version": version,
        "theirs": theirs,
        "removable": area is not None,
        "holds": area.competences.count() if area else 0,
    }
    return _form_page(request, form, words, bool(theirs))


def _competence(request: Request, version: FrameworkVersion, competence: Competence | None) -> HttpResponse:
    facts = rules.facts_of_competence(competence) if competence else {}
    start: dict[str, Any] = dict(facts)
    begins_as = _begins_as(request, version) if competence is None else None
    if begins_as is not None:
        start = rules.facts_of_competence(begins_as) | {f"name_{code}": "" for code in rules.Language.values}
    start["comes_from"] = [int(old) for old in start.get("comes_from", "").split(",") if old]
    if competence is None and (area := request.GET.get("area", "")).isdigit():
        start["area"] = area
    form = CompetenceForm(
        request.POST or None,
        version=version,
        earlier=rules.before(version),
        initial=start | {"mark": rules.mark_of(facts)},
    )
    theirs: list[tuple[Any, str, str]] = []
    if form.is_valid():
        try:
            actions.keep_competence(
                version=version,
                competence=competence,
                area=form.cleaned_data["area"],
                words=form.words,
                comes_from=form.olds,
                mark=form.cleaned_data["mark"],
                by=request.user,
                now=now(),
            )
        except SavedMeanwhile as refusal:
            theirs = _conflict(form, facts, refusal)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(version)
    words = {
        "title": competence.name if competence else _("New competence"),
        "version": version,
        "theirs": theirs,
        "removable": competence is not None,
        "competence": competence,
        "hint": _("A step without words of its own means what the framework's scale says."),
        "remove_form": RemoveForm(version=version, competence=competence) if competence else None,
        "can_split": competence is not None and version.number > 1,
    }
    return _form_page(request, form, words, bool(theirs))


def _begins_as(request: Request, version: FrameworkVersion) -> Competence | None:
    """The competence that a new one is split off from."""
    pk = request.GET.get("from", "")
    rows = Competence.objects.select_related("area__version__framework__region").filter(area__version=version)
    return rows.filter(pk=int(pk)).first() if pk.isdigit() else None
