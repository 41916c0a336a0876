"""Course folders: the coordinator's page, the municipalities' copies, the file, and one's own yes to being named."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from base.clock import now
from base.forms import render_form
from base.languages import spoken
from base.marks import audited, note
from base.refusal import Refusal
from documents.pdf import why_not_print
from documents.views import answer_file
from events.models import Material
from events.states import PrintState
from outbox.views import Deed, check, read_first, say_done
from people.models import Request
from people.rules import name_for
from programmes.actions import folders as actions
from programmes.forms.folders import FolderForm, FolderReaderForm, ReleaseForm
from programmes.letters.folders import notices_of
from programmes.models import Cohort, Enrolment, Folder, FolderReader, Share
from programmes.rules import folders as rules

# ---------- The coordinator's page ----------


def _cohort(request: Request, pk: int) -> Cohort:
    cohorts = Cohort.objects.run_by(request.user).select_related("programme__region", "programme__funder")
    return get_object_or_404(cohorts, pk=pk)


def _versions(request: Request, cohort: Cohort) -> dict[str, Any]:
    """The versions that stand, the newest first, and whether any is in the making."""
    rows = Folder.objects.visible_to(request.user).filter(cohort=cohort).standing().select_related("file", "by")
    versions = list(rows)
    left = {row.pk for row in rules.with_somebody_who_left(versions)}
    return {
        "cohort": cohort,
        "versions": [(row, row.pk in left) for row in versions],
        "waiting": any(row.state == PrintState.WAITING for row in versions),
    }


def _parts(cohort: Cohort, versions: list[tuple[Folder, bool]]) -> dict[str, Any]:
    """What a folder made now would hold, and whether a version that stands is older than that."""
    days = rules.days_of(cohort)
    pieces = rules.pieces_of(days, now())
    taking_part = Enrolment.objects.taking_part().filter(cohort=cohort).count()
    named = [one.pk for one in rules.named_in(cohort)]
    made = [row for row, _left in versions if row.ready_at is not None]
    newest = Material.objects.filter(event__in=[day.event_id for day in days]).order_by("-changed_at").first()
    latest = made[0] if made else None
    return {
        "days": len(days),
        "bound": sum(piece.is_bound for piece in pieces),
        "listed": sum(not piece.is_bound for piece in pieces),
        "hidden": rules.waiting_of(days, now()),
        "named": len(named),
        "taking_part": taking_part,
        "changed": latest is not None and newest is not None and newest.changed_at > latest.created_at,
        "new_names": len(set(named) - set(latest.named)) if latest else 0,
    }


@require_http_methods(["GET", "POST"])
def folder(request: Request, pk: int) -> HttpResponse:
    """What goes into the folder, its versions, and a button that makes a new one."""
    cohort = _cohort(request, pk)
    versions = _versions(request, cohort)
    if request.method == "GET" and request.headers.get("HX-Request"):
        return render(request, "programmes/parts/folder_versions.html", versions)
    languages = cohort.programme.region.languages
    first = spoken() if spoken() in languages else (languages or [""])[0]
    form = FolderForm(request.POST or None, languages=languages, initial={"language": first})
    if form.is_valid():
        try:
            actions.make(cohort=cohort, language=form.cleaned_data["language"], by=request.user, now=now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The folder is being made. You get a letter when it is ready."))
            return redirect("programmes:folder", pk=pk)
    missing = why_not_print()
    context = {
        **versions,
        **_parts(cohort, versions["versions"]),
        "refusal": "" if rules.days_of(cohort) else str(rules.NothingToMake()),
        "press_missing": str(missing) if missing else "",
        "readers": len(actions.readers_of(cohort, now=now())),
    }
    return render_form(request, "programmes/folder.html", form, context)


@audited("notice.prepared")
@require_http_methods(["GET", "POST"])
def folder_release(request: Request, pk: int, number: int) -> HttpResponse:
    """The letter to the municipalities is read first, then the version goes out."""
    cohort = _cohort(request, pk)
    row = get_object_or_404(
        Folder.objects.visible_to(request.user).select_related("cohort__programme"), cohort=cohort, number=number
    )
    back = reverse("programmes:folder", args=[pk])
    if request.method == "GET" or "change" in request.POST:
        return redirect(back)
    form = ReleaseForm(request.POST)
    form.is_valid()
    moment = now()
    try:
        previews = read_first(request, lambda one: actions.release(folder=one, by=request.user, now=moment), row)
        if previews:
            words = Deed(
                _("Read the letter and release the folder"),
                _("Release the folder and send the letter"),
                str(row),
                [str(cohort), str(row.get_language_display()).capitalize()],
                back,
            )
            return check(request, form, words, previews)
        actions.release(folder=row, by=request.user, now=moment)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        say_done(request, _("The folder is released."), notices_of(row, at=moment))
    return redirect(back)


# ---------- The municipalities' copies ----------


@require_GET
def folders(request: Request) -> HttpResponse:
    """The folders of the municipalities that one directs or is named for, also of rounds that are over."""
    rows = Folder.objects.copies_of(request.user).select_related("cohort__programme__region", "file")
    shares: dict[int, list[Share]] = {}
    found = list(rows.order_by("-released_at", "-pk"))
    own = Share.objects.directed_by(request.user).filter(cohort__in=[row.cohort_id for row in found])
    for share in own.select_related("organisation"):
        shares.setdefault(share.cohort_id, []).append(share)
    lines: dict[int, dict[str, Any]] = {}
    for row in found:
        line = lines.setdefault(row.cohort_id, {"cohort": row.cohort, "files": [], "shares": shares.get(row.cohort_id)})
        line["files"].append(row)
    return render(request, "programmes/folders.html", {"lines": list(lines.values())})


@audited("folder.fetched")
@require_GET
def folder_file(request: Request, pk: int) -> HttpResponseBase:
    """The PDF, to those who may have it; not while it names somebody who has taken back her yes."""
    rows = Folder.objects.visible_to(request.user).select_related("cohort__programme", "file")
    row = get_object_or_404(rows, pk=pk)
    if refusal := rules.why_not_fetch(row):
        messages.error(request, str(refusal))
        mine = Cohort.objects.run_by(request.user).filter(pk=row.cohort_id).exists()
        return redirect(row if mine else "programmes:folders")
    note(request, about=row, scope=row.cohort.scope, version=row.number)
    return answer_file(row.file)


@audited("folder.readers_changed", look="folder.readers_seen")
@require_http_methods(["GET", "POST"])
def folder_readers(request: Request, pk: int) -> HttpResponse:
    """Who besides the directors fetches the municipality's copy: named by a director, ended by a director."""
    found = Share.objects.directed_by(request.user).select_related("organisation", "cohort__programme__region")
    share = get_object_or_404(found, pk=pk)
    form = FolderReaderForm(request.POST or None)
    if form.is_valid():
        try:
            actions.name_reader(share=share, address=form.cleaned_data["email"], by=request.user, now=now())
        except Refusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("A letter is on its way."))
            return redirect("programmes:folder_readers", pk=pk)
    rows = FolderReader.objects.standing().filter(share=share).select_related("person")
    context = {
        "share": share,
        "cohort": share.cohort,
        "readers": [(row, name_for(row.person, request.user)) for row in rows],
    }
    return render_form(request, "programmes/folder_readers.html", form, context)


@require_POST
def folder_reader_end(request: Request, pk: int) -> HttpResponse:
    """Somebody fetches the copy no more."""
    own = Share.objects.directed_by(request.user)
    row = get_object_or_404(FolderReader.objects.standing().filter(share__in=own.values("pk")), pk=pk)
    actions.end_reader(reader=row, by=request.user, now=now())
    messages.success(request, _("The change is saved."))
    return redirect("programmes:folder_readers", pk=row.share_id)


# ---------- One's own yes ----------


@require_POST
def my_listing(request: Request, pk: int) -> HttpResponse:
    """Say yes, or take it back, to standing with name and municipality in the folder."""
    rows = Enrolment.objects.visible_to(request.user).filter(person=request.user).taking_part()
    enrolment = get_object_or_404(rows, pk=pk)
    try:
        if "yes" in request.POST:
            actions.agree(enrolment=enrolment, by=request.user, now=now())
            messages.success(request, _("You are named in the next version of the folder."))
        else:
            actions.disagree(enrolment=enrolment, by=request.user, now=now())
            messages.success(request, _("You are not named in the folder. A folder that names you is made anew."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("programmes:my_documents")
