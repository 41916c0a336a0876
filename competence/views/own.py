"""The own profile: one's self-assessments, whom one lets read them, and a manager's page about one of her staff."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from base import clock
from base.clock import now
from base.forms import render_form
from base.marks import audited, note, takes_files
from base.refusal import Forbidden, Refusal
from competence import receipts
from competence.actions import own as actions
from competence.documents import own as documents
from competence.forms.own import AreaForm, FrameworkForm, RatingForm, ReceiptForm
from competence.models import Assessment, Rating
from competence.querysets.own import managed_by
from competence.rules import own as rules
from competence.rules.regions import at_home, in_use
from competence.states import RatedBy
from documents.sheets import csv_lines
from people.models import Person, Request
from people.rules import name_for

ALONG = ("framework__framework__region", "person")


def _today() -> Any:
    return clock.today(timezone.get_current_timezone_name())


def _history(request: Request) -> list[Assessment]:
    return list(Assessment.objects.visible_to(request.user).filter(person=request.user).select_related(*ALONG))


# ---------- My competence ----------


@takes_files(receipts.LARGEST)
@require_http_methods(["GET", "POST"])
def my(request: Request) -> HttpResponse:
    """One's own profile: the newest self-assessment, earlier ones, a new one, and what others let one read."""
    act = request.POST.get("act", "")
    if act == "begin":
        return _begin(request)
    if act in ("read", "keep"):
        return _from_file(request, keep=act == "keep")
    return _show_my(request)


def _show_my(request: Request, *, form: Any = None, wrong_file: ReceiptForm | None = None) -> HttpResponse:
    today = _today()
    history = _history(request)
    if not history and request.user.home_region and not at_home(request.user):
        raise Http404
    profile = rules.profile_of(request.user, today)
    offered = [profile.framework] if profile else rules.offered_to(request.user)
    newest = history[0] if history else None
    open_one = newest if newest and not rules.why_not_change(newest, by=request.user, today=today) else None
    shared = Assessment.objects.shared_with(request.user).select_related(*ALONG)
    staff = Person.objects.visible_to(request.user).active().filter(managed_by(request.user, "pk")).order_by("name")
    context = {
        "history": history,
        "newest": newest,
        "goes_on": open_one,
        "profile": profile,
        "offered": offered,
        "begin": FrameworkForm(offered=offered, initial={"framework": offered[0].pk}) if len(offered) > 1 else None,
        "form": wrong_file or ReceiptForm(),
        "readers": rules.readers_of(request.user, today),
        "others": [row for row in shared if row.person_id != request.user.pk],
        "staff": staff,
        **(_picture(newest, request.user) if newest else {}),
    }
    return render(request, "competence/my.html", context, status=422 if wrong_file else 200)


def _picture(assessment: Assessment, viewer: Person) -> dict[str, Any]:
    """The wheel and everything beside it."""
    lines = rules.lines_of(assessment, viewer, today=_today())
    return {
        "lines": lines,
        "wheel": documents.wheel_of(assessment, lines),
        "bars": documents.bars_of(lines),
        "own": assessment.person_id == viewer.pk,
    }


def _begin(request: Request) -> HttpResponse:
    chosen = request.POST.get("framework", "")
    profile = rules.profile_of(request.user, _today())
    offered = {row.pk: row for row in rules.offered_to(request.user)} | (
        {profile.framework_id: profile.framework} if profile else {}
    )
    version = offered.get(int(chosen)) if chosen.isdecimal() else None
    if version is None:
        messages.error(request, str(rules.NotOffered()))
        return redirect("competence:my")
    row = actions.begin(framework=version, by=request.user, today=_today(), now=now())
    return redirect("competence:assess", pk=row.pk, number=1)


def _from_file(request: Request, *, keep: bool) -> HttpResponse:
    """Show what a file tells; on the second press, when it has been seen, keep it."""
    if keep:
        text = request.POST.get("data", "")
        try:
            receipt = receipts.read_data(text)
        except receipts.Unreadable as wrong:
            messages.error(request, str(rules.FileUnreadable(wrong.why)))
            return redirect("competence:my")
    else:
        form = ReceiptForm(request.POST, request.FILES)
        if not form.is_valid():
            return _show_my(request, wrong_file=form)
        receipt = form.cleaned_data["file"]
    try:
        found = rules.found_in(receipt, person=request.user, today=_today())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("competence:my")
    if not keep:
        return render(request, "competence/my_file.html", {"found": found, "data": receipts.write_data(receipt)})
    kept = actions.fill_from_file(found=found, by=request.user, now=now())
    messages.success(request, _("The levels are kept as your own. Nobody but you can read them."))
    return redirect(kept[0])


@require_GET
def my_file(request: Request) -> HttpResponse:
    """All of one's own as a table or as data, or one assessment on paper; also for those who have left."""
    form = request.GET.get("form", "csv")
    if form == "pdf":
        chosen = request.GET.get("assessment", "")
        mine = Assessment.objects.visible_to(request.user).filter(person=request.user).select_related(*ALONG)
        row = get_object_or_404(mine, pk=chosen if chosen.isdecimal() else 0)
        lines = rules.lines_of(row, request.user, today=_today())
        paper = documents.paper_of(row, lines, profile=rules.profile_of(request.user, _today()), today=_today())
        try:
            content: Any = documents.print_own(paper).content
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(row)
        return _file(HttpResponse(content, content_type="application/pdf"), "pdf")
    ratings = (
        Rating.objects.visible_to(request.user)
        .filter(person=request.user)
        .select_related("competence__area__version__framework", "by")
        .order_by("on", "pk")
    )
    if form == "json":
        return _file(JsonResponse(documents.history_as_data(ratings, request.user)), "json")
    lines_ = csv_lines(documents.titles(), documents.history_rows(ratings, request.user), get_language() or "sv")
    return _file(HttpResponse("".join(lines_), content_type="text/csv; charset=utf-8"), "csv")


def _file(answer: HttpResponse, ending: str) -> HttpResponse:
    name = f"{pgettext('name of a file, without spaces', 'my-competence')}.{ending}"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return answer


# ---------- One assessment ----------


def _seen(request: Request, pk: int) -> Assessment:
    return get_object_or_404(Assessment.objects.visible_to(request.user).select_related(*ALONG), pk=pk)


@require_http_methods(["GET", "POST"])
def assessment(request: Request, pk: int) -> HttpResponse:
    """One self-assessment, for its owner, who shares it, takes it back and erases it, and for whom she lets read it."""
    row = _seen(request, pk)
    today = _today()
    if request.method == "POST":
        return _change(request, row)
    own = row.person_id == request.user.pk
    if not own and rules.why_not_rate(row.person, by=request.user) is None:
        return redirect(f"{reverse('competence:person', args=[row.person_id])}?assessment={row.pk}")
    context = {
        "assessment": row,
        "changeable": own and not rules.why_not_change(row, by=request.user, today=today),
        "profile": rules.profile_of(row.person, today),
        **(_reading(row, request.user) if own else {}),
        **_picture(row, request.user),
    }
    return render(request, "competence/assessment.html", context)


def _reading(row: Assessment, owner: Person) -> dict[str, Any]:
    """Who can be let read, and who can just now."""
    today = _today()
    reading = {share.reader_id: share for share in rules.readers_of(owner, today) if share.assessment_id == row.pk}
    readers = [(one.person.pk, one.words, one.person.pk in reading) for one in rules.choices(owner, today=today)]
    offered = {key for key, _words, _reads in readers}
    others = [(key, name_for(share.reader, owner), True) for key, share in reading.items() if key not in offered]
    return {"choices": [*readers, *others]}


def _change(request: Request, row: Assessment) -> HttpResponse:
    if refusal := rules.why_not_own(row, by=request.user):
        raise Forbidden(str(refusal))
    act, reader = request.POST.get("act", ""), request.POST.get("reader", "")
    facts: dict[str, Any] = {"assessment": row, "by": request.user, "now": now()}
    try:
        if act == "remove":
            if "sure" not in request.POST:
                return render(request, "competence/assessment_remove.html", {"assessment": row})
            actions.remove(**facts)
            messages.success(request, _("The self-assessment is erased."))
            return redirect("competence:my")
        if act == "share" and reader.isdecimal():
            share = actions.share(reader=int(reader), today=_today(), **facts)
            words = _("%(name)s can read it now, until you take it back.")
            messages.success(request, words % {"name": name_for(share.reader, request.user)})
        if act == "take_back" and reader.isdecimal():
            actions.take_back(reader=int(reader), **facts)
            messages.success(request, _("Taken back: it cannot be read any more."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(row)


@require_http_methods(["GET", "POST"])
def assess(request: Request, pk: int, number: int) -> HttpResponse:
    """One area of a self-assessment; each step forward, back or aside keeps what is said."""
    row = _seen(request, pk)
    if refusal := rules.why_not_own(row, by=request.user):
        raise Forbidden(str(refusal))
    if refusal := rules.why_not_change(row, by=request.user, today=_today()):
        messages.error(request, str(refusal))
        return redirect(row)
    areas = rules.areas_of(row.framework)
    if not 0 < number <= len(areas):
        raise Http404
    said = {rating.competence_id: rating for rating in row.ratings.all()}
    typed = request.POST if request.method == "POST" else None
    form = AreaForm(typed, area=areas[number - 1], version=row.framework, said=said)
    do = request.POST.get("do", "")
    if request.method == "POST" and form.is_valid():
        row = actions.put_levels(assessment=row, levels=form.levels, by=request.user, today=_today(), now=now())
        if do == "keep":
            return render(request, "competence/parts/kept.html", {"kept_at": row.changed_at, "today": _today()})
        step = number - 1 if do == "back" else number + 1
        if 0 < step <= len(areas):
            return redirect("competence:assess", pk=row.pk, number=step)
        return redirect(row)
    context = {
        "assessment": row,
        "area": areas[number - 1][0].area,
        "number": number,
        "steps": len(areas),
        "done": number - 1,
        "last": number == len(areas),
        "kept_at": row.changed_at if said else None,
        "today": _today(),
    }
    return render_form(request, "competence/assess.html", form, context)


# ---------- What a manager sees ----------


@audited("assessment.seen")
@require_http_methods(["GET", "POST"])
def person(request: Request, pk: int) -> HttpResponse:
    """For her manager: what the person shares just now, beside the manager's own levels and the group's."""
    staff = Person.objects.visible_to(request.user).active().filter(managed_by(request.user, "pk"))
    who = get_object_or_404(staff, pk=pk)
    today = _today()
    shared = list(Assessment.objects.shared_with(request.user).filter(person=who).select_related(*ALONG))
    chosen = request.GET.get("assessment", "")
    row = next((one for one in shared if str(one.pk) == chosen), shared[0] if shared else None)
    profile = rules.profile_of(who, today)
    version = row.framework if row else profile.framework if profile else None
    if version is None and not at_home(request.user) or version and not in_use(version.framework.region):
        raise Http404
    note(request, about=who)
    group = request.GET.get("as") == RatedBy.GROUP
    context: dict[str, Any] = {"who": who, "shared": shared, "assessment": row, "profile": profile, "group": group}
    if version is None:
        return render(request, "competence/person.html", {**context, "lines": []})
    if row:
        lines = rules.lines_of(row, request.user, today=today)
    else:
        beside = Rating.objects.visible_to(request.user).beside()
        lines = rules.lines(
            version,
            targets=rules.targets_of(profile, version),
            beside=beside.filter(person=who, competence__area__version=version).select_related("by"),
        )
    form = RatingForm(request.POST if request.method == "POST" else None, lines=lines, version=version, group=group)
    if request.method == "POST" and form.is_valid():
        put = actions.rate(
            person=who,
            framework=version,
            levels=form.levels,
            rated_by=RatedBy.GROUP if group else RatedBy.MANAGER,
            by=request.user,
            today=today,
            now=now(),
        )
        said = _("The levels are kept. %(name)s sees them and gets a letter.") % {"name": name_for(who, request.user)}
        messages.success(request, said if put else _("Nothing was changed."))
        return redirect(request.get_full_path())
    if row:
        context["wheel"] = documents.wheel_of(row, lines)
    return render_form(request, "competence/person.html", form, {**context, "lines": lines, "framework": version})
