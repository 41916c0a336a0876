"""Role profiles: the list, a version as page, paper and advertisement, the draft in three steps, who has the role."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from base import clock, dates
from base.forms import refuse, render_form
from base.languages import NAMES
from base.marks import audited, note
from base.refusal import Refusal
from competence.actions import profiles as actions
from competence.documents.profiles import paper_of, print_profile
from competence.forms.profiles import EndForm, GiveForm, NewProfileForm, PeopleFilter, TargetsForm, TasksForm, WordsForm
from competence.models import Area, Competence, FrameworkVersion, Holding, ProfileVersion, RoleProfile
from competence.rules import profiles as rules
from competence.rules.frameworks import languages_of
from competence.rules.regions import at_home, in_use, run_by
from competence.states import VersionState
from people.models import Organisation, Person, Region, Request
from people.querysets import within
from programmes.rules.together import SavedMeanwhile

PAGE = 25
MOST_NAMED = 60  # people to choose among on one page
PARTS = ("words", "tasks", "targets")
TONES = {VersionState.DRAFT: "warn", VersionState.PUBLISHED: "ok", VersionState.REPLACED: ""}


def _runs(profile: RoleProfile, person: Person) -> bool:
    return person.reach.administrator or profile.region_id in person.reach.region_ids


def _leads(person: Person) -> bool:
    reach = person.reach
    return reach.administrator or bool(reach.all_paths)


def _in_use(region: Region) -> None:
    """What the region does not use is not there."""
    if not in_use(region):
        raise Http404


def _version(request: Request, pk: int, *, own: bool = False) -> ProfileVersion:
    """A version that the person may read, or, with `own`, whose region she coordinates; else the same 404."""
    rows = ProfileVersion.objects
    found = (rows.run_by(request.user) if own else rows.visible_to(request.user)).select_related(
        "profile__region", "profile__organisation", "framework__framework"
    )
    version = get_object_or_404(found, pk=pk)
    _in_use(version.profile.region)
    return version


# ---------- The list ----------


@require_GET
def profiles(request: Request) -> HttpResponse:
    """The roles that are described in the regions where the person is at home."""
    regions = [region.pk for region in at_home(request.user)]
    if not regions:
        raise Http404
    found = (
        RoleProfile.objects.visible_to(request.user).filter(region__in=regions).select_related("region", "organisation")
    )
    rows = []
    for profile in found.prefetch_related("versions__framework__framework").order_by("title", "pk"):
        versions = [one for one in profile.versions.all() if one.state != VersionState.DRAFT]
        newest = versions[0] if versions else profile.versions.all()[0]
        drafted = _runs(profile, request.user) and any(
            one.state == VersionState.DRAFT for one in profile.versions.all()
        )
        rows.append({"profile": profile, "version": newest, "drafted": drafted and bool(versions)})
    context = {
        "rows": rows,
        "writes": bool(run_by(request.user)),
        "leads": _leads(request.user),
        "several": len({profile["profile"].region_id for profile in rows}) > 1,
    }
    return render(request, "competence/profiles.html", context)


@require_http_methods(["GET", "POST"])
def profile_new(request: Request) -> HttpResponse:
    """Begin the description of a role."""
    regions = run_by(request.user)
    if not regions:
        raise Http404
    frameworks = FrameworkVersion.objects.published().filter(framework__region__in=regions)
    today = clock.now().date()
    employers = Organisation.objects.visible_to(request.user).on(today).filter(parent=None).employers()
    form = NewProfileForm(
        request.POST or None,
        frameworks=frameworks.select_related("framework__region"),
        regions=regions,
        employers=employers,
    )
    form.back = reverse("competence:profiles")
    if form.is_valid():
        framework = form.cleaned_data["framework"]
        try:
            version = actions.start(
                region=framework.framework.region,
                organisation=form.cleaned_data["organisation"],
                framework=framework,
                titles=form.titles,
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            refuse(form, refusal, {rules.TitleMissing: f"title_{form.codes[0]}"})
        else:
            messages.success(request, _("The draft is created. Nobody but you who run the region sees it yet."))
            return redirect("competence:profile_edit", pk=version.pk, part="words")
    return render_form(request, "competence/profile_new.html", form, {"any": bool(form.chooser("framework").queryset)})


@require_GET
def profile(request: Request, pk: int) -> HttpResponse:
    """The version in force; a draft where nothing has been published."""
    found = get_object_or_404(RoleProfile.objects.visible_to(request.user).select_related("region"), pk=pk)
    _in_use(found.region)
    versions = list(ProfileVersion.objects.visible_to(request.user).filter(profile=found))
    newest = next((one for one in versions if one.state == VersionState.PUBLISHED), None) or versions[0]
    return redirect(newest)


# ---------- A version ----------


@require_GET
def profile_version(request: Request, pk: int) -> HttpResponse:
    """A version as it is read, with the text for an advertisement, and what a coordinator can do with it."""
    version = _version(request, pk)
    profile = version.profile
    runs = _runs(profile, request.user)
    targets = rules.targets_of(version)
    codes = languages_of(profile.region)
    told = request.GET.get("advert", "")
    advert_in = told if told in codes else dates.spoken()
    with override(advert_in):
        advert = rules.advert(version, targets)
    today = clock.today(profile.region.time_zone)
    versions = list(ProfileVersion.objects.visible_to(request.user).filter(profile=profile).order_by("-number"))
    draft = next((one for one in versions if one.state == VersionState.DRAFT), None)
    newer = rules.newest(version.framework.framework_id) if runs else None
    context: dict[str, Any] = {
        "version": version,
        "profile": profile,
        "paper": paper_of(version, targets, dates.full_day(today)),
        "tone": TONES[VersionState(version.state)],
        "runs": runs,
        "leads": _leads(request.user) and version.state == VersionState.PUBLISHED,
        "codes": [(code, NAMES[code]) for code in codes],
        "advert": advert,
        "advert_in": advert_in,
        "versions": [one for one in versions if one.pk != version.pk],
        "draft": draft,
        "why_not": rules.why_not_publish(version) if runs and draft == version else None,
        "newer": newer and newer.number > version.framework.number and draft is None,
    }
    return render(request, "competence/profile.html", context)


@require_GET
def profile_pdf(request: Request, pk: int) -> HttpResponse:
    """The version as a PDF, in the reader's language or the one that she chose."""
    version = _version(request, pk)
    asked = request.GET.get("in", "")
    code = asked if asked in languages_of(version.profile.region) else dates.spoken()
    with override(code):
        today = clock.today(version.profile.region.time_zone)
        paper = paper_of(version, rules.targets_of(version), dates.full_day(today))
        name = f"{slugify(paper.title)}-{version.number}-{code}.pdf"
        try:
            printed = print_profile(paper, version.number)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(version)
    disposition = content_disposition_header(as_attachment=False, filename=name) or "inline"
    return HttpResponse(printed.content, content_type="application/pdf", headers={"Content-Disposition": disposition})


@require_POST
def profile_do(request: Request, pk: int) -> HttpResponse:
    """Publish a draft, throw it away, or begin the next version."""
    version = _version(request, pk, own=True)
    do = request.POST.get("do", "")
    try:
        if do == "publish":
            actions.publish(version=version, by=request.user, now=clock.now())
            messages.success(request, _("Published. Everybody in the region can read it now."))
        elif do == "new":
            made = actions.new_version(profile=version.profile, by=request.user, now=clock.now())
            messages.success(request, _("The new version is a draft. The one in force stays until you publish it."))
            return redirect("competence:profile_edit", pk=made.pk, part="targets" if made.to_settle else "words")
        elif do == "throw_away":
            actions.throw_away(version=version, by=request.user, now=clock.now())
            messages.success(request, _("The draft is thrown away."))
            return redirect("competence:profiles")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(version)


# ---------- The draft ----------


def _areas(version: ProfileVersion) -> list[tuple[Area, list[Competence]]]:
    rows = Competence.objects.filter(area__version=version.framework_id).select_related("area__version")
    groups: dict[int, tuple[Area, list[Competence]]] = {}
    for one in rows.prefetch_related("descriptors", "descents__old"):
        groups.setdefault(one.area_id, (one.area, []))[1].append(one)
    return list(groups.values())


def _asked(version: ProfileVersion, areas: list[tuple[Area, list[Competence]]]) -> dict[int, str]:
    """Why a target is asked anew, for the competences that split or merged."""
    found = {}
    for _area, competences in areas:
        for one in competences:
            if one.pk in version.to_settle:
                names = ", ".join(row.old.name for row in one.descents.all())
                found[one.pk] = _("New since the last version, from: %(names)s. Choose the level.") % {"names": names}
    return found


@require_http_methods(["GET", "POST"])
def profile_edit(request: Request, pk: int, part: str) -> HttpResponse:
    """A part of the draft: words, tasks or target levels; what somebody else saved meanwhile is shown beside it."""
    version = _version(request, pk, own=True)
    if part not in PARTS:
        raise Http404
    if refusal := rules.why_not_change(version):
        messages.error(request, str(refusal))
        return redirect(version)
    form: WordsForm | TasksForm | TargetsForm
    if part == "words":
        form = WordsForm(request.POST or None, version=version, named=rules.is_named(version.profile))
    elif part == "tasks":
        form = TasksForm(request.POST or None, version=version)
    else:
        areas = _areas(version)
        form = TargetsForm(request.POST or None, version=version, areas=areas, before=_asked(version, areas))
    form.back = version.get_absolute_url()
    theirs = False
    if form.is_valid():
        try:
            _save(form, version, request.user)
        except SavedMeanwhile:
            theirs = True
            data = request.POST.copy()
            data["revision"] = str(version.revision)
            form.data = data
            form.add_error(
                None,
                _("Somebody else saved meanwhile. Save again to replace what stands now."),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            after = PARTS.index(part) + 1
            if after < len(PARTS):
                return redirect("competence:profile_edit", pk=version.pk, part=PARTS[after])
            return redirect(version)
    context = {
        "version": version,
        "part": part,
        "step": PARTS.index(part) + 1,
        "steps": len(PARTS),
        "links": [
            (reverse("competence:profile_edit", args=[version.pk, one]), words, one == part)
            for one, words in zip(PARTS, (_("Words"), _("Tasks"), _("Target levels")), strict=True)
        ],
        "theirs": paper_of(version, rules.targets_of(version), "") if theirs else None,
    }
    return render_form(request, "competence/profile_edit.html", form, context)


def _save(form: WordsForm | TasksForm | TargetsForm, version: ProfileVersion, by: Person) -> None:
    revision, now = form.cleaned_data["revision"], clock.now()
    if isinstance(form, WordsForm):
        actions.keep_words(version=version, titles=form.titles, words=form.words, revision=revision, by=by, now=now)
    elif isinstance(form, TasksForm):
        actions.keep_tasks(version=version, tasks=form.tasks, revision=revision, by=by, now=now)
    else:
        actions.keep_targets(version=version, levels=form.levels, revision=revision, by=by, now=now)


# ---------- Who has the role ----------


def _units(profile: RoleProfile, viewer: Person, day: date) -> list[Organisation]:
    rows = Organisation.objects.on(day)
    if not viewer.reach.administrator:
        rows = rows.filter(within(viewer.reach.all_paths))
    if profile.organisation is not None:
        rows = rows.below(profile.organisation)
    return list(rows)


@audited("profile.people_seen")
@require_http_methods(["GET", "POST"])
def profile_people(request: Request, pk: int) -> HttpResponse:
    """Who has the role on a day where one leads, their shared levels beside its targets; it is given and ended here."""
    found = RoleProfile.objects.visible_to(request.user).select_related("region", "organisation")
    profile = get_object_or_404(found, pk=pk)
    _in_use(profile.region)
    today = clock.today(profile.region.time_zone)
    units = _units(profile, request.user, today)
    if not units or not profile.versions.exclude(state=VersionState.DRAFT).exists():
        raise Http404
    note(request, about=profile, scope=f"region:{profile.region_id}")
    show = PeopleFilter(request.GET if request.method == "GET" and request.GET else None, units=units)
    chosen = show.cleaned_data if show.is_bound and show.is_valid() else {}
    day, unit = chosen.get("day") or today, chosen.get("unit")
    held = (
        Holding.objects.led_by(request.user)
        .filter(profile=profile)
        .with_page_for(request.user)
        .select_related("employment__person__home_region", "employment__unit__parent")
    )
    able = rules.employments_for(profile, request.user, today)
    if unit is not None:
        held = held.filter(employment__unit__path__startswith=unit.path)
        able = [row for row in able if row.unit.path.startswith(unit.path)]
    able = rules.to_give(able, held.on(today))
    form = GiveForm(
        request.POST if "people" in request.POST or "give" in request.POST else None,
        employments=able,
        viewer=request.user,
    )
    ending = EndForm(request.POST if "holding" in request.POST else None)
    if form.is_bound and form.is_valid() and _give(request, form, profile):
        return redirect("competence:profile_people", pk=profile.pk)
    if ending.is_bound and ending.is_valid() and _end(request, ending, profile):
        return redirect("competence:profile_people", pk=profile.pk)
    page = Paginator(held.on(day).order_by("employment__person__name", "pk"), PAGE).get_page(request.GET.get("page"))
    coming = held.filter(valid_from__gt=day).order_by("valid_from") if day == today else held.none()
    context = {
        "profile": profile,
        "day": day,
        "is_today": day == today,
        "filter": show,
        "page": page,
        "gap": rules.gap(profile, list(page), day=day, viewer=request.user),
        "coming": list(coming[:PAGE]),
        "form": form,
        "ending": ending,
        "too_many": len(able) > MOST_NAMED,
        "able": bool(able),
        "several": len(units) > 1,
    }
    wrong = (form.is_bound and form.errors) or (ending.is_bound and ending.errors)
    return render(request, "competence/profile_people.html", context, status=422 if wrong else 200)


def _give(request: Request, form: GiveForm, profile: RoleProfile) -> bool:
    data = form.cleaned_data
    try:
        given = actions.give(
            profile=profile,
            employments=form.chosen,
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            by=request.user,
            now=clock.now(),
        )
    except Refusal as refusal:
        refuse(form, refusal, {rules.OutsideEmployment: "valid_from", rules.EndsBeforeStart: "valid_to"})
        return False
    words = ngettext("%(n)s person has been given the role.", "%(n)s people have been given the role.", len(given))
    messages.success(request, words % {"n": len(given)})
    return True


def _end(request: Request, form: EndForm, profile: RoleProfile) -> bool:
    rows = Holding.objects.led_by(request.user).filter(profile=profile)
    holding = get_object_or_404(rows, pk=form.cleaned_data["holding"])
    try:
        actions.end(holding=holding, last_day=form.cleaned_data["last_day"], by=request.user, now=clock.now())
    except Refusal as refusal:
        refuse(form, refusal, {rules.EndsBeforeStart: "last_day"})
        return False
    messages.success(request, _("The role ends on that day. What the person has rated stays hers."))
    return True
