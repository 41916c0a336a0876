"""Tasks between the days: the list, setting one, its groups, and the page on which a group writes and hands in."""

from datetime import datetime
from functools import partial

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from base import clock, dates
from base.forms import refuse, render_form
from base.marks import audited, note, takes_files
from base.refusal import Refusal
from documents.gate import LARGEST_UPLOAD
from documents.states import FileState
from documents.views import answer_file
from events import prose
from outbox.views import Deed, check, read_first, say_done
from people.models import Request
from people.rules import name_for
from programmes.actions import group_tasks as actions
from programmes.forms.group_tasks import DealForm, GroupsForm, HandInForm, TaskForm
from programmes.letters.group_tasks import batch_of
from programmes.models import Cohort, GroupTask, TaskGroup
from programmes.rules import group_tasks as rules
from programmes.rules.boards import runs
from programmes.rules.together import SavedMeanwhile

BESIDE: dict[type[Refusal], str] = {rules.DuePast: "due"}


def _cohort(request: Request, pk: int) -> Cohort:
    found = Cohort.objects.with_tasks_for(request.user).select_related("programme__region")
    return get_object_or_404(found, pk=pk)


# ---------- Setting ----------


@require_GET
def group_tasks(request: Request, pk: int) -> HttpResponse:
    """The tasks of a round: those that the reader does, and those that she sets."""
    cohort = _cohort(request, pk)
    tasks = GroupTask.objects.filter(cohort=cohort).select_related("day__event")
    groups = TaskGroup.objects.of(request.user).filter(task__cohort=cohort)
    mine = {line.group.task_id: line for line in rules.lines(rules.with_members(groups), request.user)}
    handed_in = Count("groups", filter=Q(groups__hand_in__handed_in_at__isnull=False))
    sets = tasks.set_by(request.user).annotate(in_all=Count("groups"), handed_in=handed_in)
    context = {
        "cohort": cohort,
        "mine": [(task, mine.get(task.pk)) for task in tasks.done_by(request.user)],
        "sets": sets,
        "runs": runs(cohort, request.user),
        "may_set": bool(rules.days_to_set(cohort, request.user)) or runs(cohort, request.user),
        "today": clock.today(cohort.programme.region.time_zone),
    }
    return render(request, "programmes/group_tasks.html", context)


@audited("notice.prepared")
@require_http_methods(["GET", "POST"])
def group_task_new(request: Request, pk: int) -> HttpResponse:
    """Set a task: the coordinator for any day, a lecturer for her own; the letter about it is read first."""
    cohort = _cohort(request, pk)
    note(request, about=cohort, scope=cohort.scope)
    days, any_day = rules.days_to_set(cohort, request.user), runs(cohort, request.user)
    if not days and not any_day:
        raise Http404
    form = TaskForm(
        request.POST or None, days=days, any_day=any_day, initial={"day": request.GET.get("day", ""), "most": 4}
    )
    back = reverse("programmes:group_tasks", args=[pk])
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        moment = clock.now()
        deed = partial(actions.set_task, by=request.user, now=moment, **form.facts)
        try:
            if previews := read_first(request, lambda row: deed(cohort=row), cohort):
                title, button = _("Read the letter and set the task"), _("Set the task and send the letter")
                return check(request, form, Deed(title, button, _("Group tasks"), [str(cohort)], back), previews)
            task = deed(cohort=cohort)
        except Refusal as refusal:
            refuse(form, refusal, BESIDE)
        else:
            words = _("The task is set. The participants find it on their start page.")
            say_done(request, words, batch_of(task, at=moment))
            return redirect(task)
    context = {"cohort": cohort, "task": None, "back": back}
    return render_form(request, "programmes/group_task_form.html", form, context)


def _set_by(request: Request, pk: int) -> GroupTask:
    found = GroupTask.objects.set_by(request.user).select_related("cohort__programme__region", "day__event")
    return get_object_or_404(found, pk=pk)


@audited("notice.prepared")
@require_http_methods(["GET", "POST"])
def group_task_edit(request: Request, pk: int) -> HttpResponse:
    """Change a task, or remove one that nobody has begun; the letter about another last day is read first."""
    task = _set_by(request, pk)
    cohort = task.cohort
    note(request, about=cohort, scope=cohort.scope)
    if request.POST.get("act") == "remove":
        try:
            actions.remove(task=task, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(task)
        messages.success(request, _("The task is removed."))
        return redirect("programmes:group_tasks", cohort.pk)
    days, any_day = rules.days_to_set(cohort, request.user), runs(cohort, request.user)
    form = TaskForm(request.POST or None, days=days, any_day=any_day, task=task)
    back = task.get_absolute_url()
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        moment = clock.now()
        deed = partial(actions.change, by=request.user, now=moment, **form.facts)
        try:
            if previews := read_first(request, lambda row: deed(task=row), task):
                title, button = _("Read the letter and save the task"), _("Save the task and send the letter")
                return check(request, form, Deed(title, button, str(task), [str(cohort)], back), previews)
            deed(task=task)
        except Refusal as refusal:
            refuse(form, refusal, BESIDE)
        else:
            say_done(request, _("The task is saved."), batch_of(task, at=moment))
            return redirect(task)
    context = {"cohort": cohort, "task": task, "back": back, "may_remove": not rules.begun(task)}
    return render_form(request, "programmes/group_task_form.html", form, context)


@audited("group_task.seen")
@require_http_methods(["GET", "POST"])
def group_task(request: Request, pk: int) -> HttpResponse:
    """A task for those who set it: the groups, what they have handed in, and who may read it."""
    task = _set_by(request, pk)
    note(request, about=task, scope=task.cohort.scope)
    groups = list(rules.with_members(task.groups.all()))
    people = rules.participants(task)
    places = {row.enrolment_id: group.number for group in groups for row in group.members.all()}
    act = request.POST.get("act", "")
    deal_form = DealForm(request.POST if act == "deal" else None)
    groups_form = GroupsForm(
        request.POST if act == "regroup" else None, people=people, places=places, viewer=request.user
    )
    if request.method == "POST":
        try:
            done = _act(request, task, act, deal_form, groups_form)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(task)
        if done:
            messages.success(request, done)
            return redirect(task)
    lines = rules.lines(groups, request.user)
    handed_in = sum(line.handed_in for line in lines)
    rest = [row for row in people if row.pk not in places]
    context = {
        "task": task,
        "cohort": task.cohort,
        "instruction": prose.html(task.instruction),
        "lines": [line for line in lines if line.names],
        "handed_in": handed_in,
        "begun": any(line.hand_in for line in lines),
        "rest": [name_for(row.person, request.user) for row in rest],
        "deal_form": deal_form,
        "groups_form": groups_form,
    }
    form = groups_form if act == "regroup" else deal_form
    return render_form(request, "programmes/group_task.html", form, context)


def _act(request: Request, task: GroupTask, act: str, deal_form: DealForm, groups_form: GroupsForm) -> str:
    """Do what a form of the page asks for; what was done in words, or nothing where a form is wrong."""
    by, now = request.user, clock.now()
    if act in ("show", "hide"):
        actions.show(task=task, shown=act == "show", by=by, now=now)
        if act == "show":
            return _("Everyone in the round can read what is handed in.")
        return _("Only each group, the coordinators and the day's lecturer can read what is handed in.")
    if act == "place":
        placed = actions.place_rest(task=task, by=by, now=now)
        words = ngettext("%(n)s participant has got a group.", "%(n)s participants have got a group.", placed)
        return words % {"n": dates.number(placed)}
    if act == "deal" and (task.alone or deal_form.is_valid()):
        most = 1 if task.alone else deal_form.cleaned_data["most"]
        actions.deal(task=task, most=most, by=by, now=now)
        return _("The groups are dealt.")
    if act == "regroup" and groups_form.is_valid():
        actions.regroup(task=task, places=groups_form.places, by=by, now=now)
        return _("The groups are saved.")
    return ""


# ---------- Handing in ----------


def _group(request: Request, pk: int) -> TaskGroup:
    found = TaskGroup.objects.visible_to(request.user).select_related(
        "task__cohort__programme__region",
        "task__day__event",
        "hand_in__file",
        "hand_in__changed_by",
        "hand_in__handed_in_by",
    )
    return get_object_or_404(found, pk=pk)


@takes_files(LARGEST_UPLOAD)
@require_http_methods(["GET", "POST"])
def hand_in(request: Request, pk: int) -> HttpResponse:
    """The page of a group: the task, what it writes together, and handing in; for others, what was handed in."""
    group = _group(request, pk)
    own = rules.in_group(group, request.user)
    if request.method == "POST":
        return _write(request, group)
    return _page(request, group, own, _form(request, group) if own and not rules.is_handed_in(group) else None)


def _form(request: Request, group: TaskGroup, *, bound: bool = False) -> HandInForm:
    """The page's form with what is saved, or what the reader has typed and not saved."""
    row = rules.hand_in_of(group)
    file = row.file if row else None
    if bound:
        return HandInForm(request.POST, request.FILES, file=file)
    draft = actions.draft_of(group=group, person=request.user, now=clock.now())
    version = row.version if row else 0
    initial = {"text": row.text if row else "", **(draft.data if draft else {}), "version": version}
    return HandInForm(initial=initial, file=file)


def _page(
    request: Request,
    group: TaskGroup,
    own: bool,
    form: HandInForm | None,
    *,
    conflict: str = "",
    status: int | None = None,
) -> HttpResponse:
    task, row = group.task, rules.hand_in_of(group)
    moment = clock.now()
    others = TaskGroup.objects.visible_to(request.user).filter(task=task).exclude(pk=group.pk)
    shown = rules.lines(rules.with_members(others), request.user) if task.shown_at else []
    [line] = rules.lines(rules.with_members(TaskGroup.objects.filter(pk=group.pk)), request.user)
    draft = actions.draft_of(group=group, person=request.user, now=moment) if form and not form.is_bound else None
    if draft is not None and row is not None and draft.data.get("version") != str(row.version):
        conflict = str(SavedMeanwhile())
    context = {
        "group": group,
        "task": task,
        "cohort": task.cohort,
        "region": task.cohort.programme.region,
        "hand_in": row,
        "line": line,
        "own": own,
        "instruction": prose.html(task.instruction),
        "text": prose.html(row.text) if row else "",
        "changed_by": name_for(row.changed_by, request.user) if row and row.changed_by else "",
        "handed_in_by": name_for(row.handed_in_by, request.user) if row and row.handed_in_by else "",
        "file_held": row is not None and row.file is not None and row.file.state == FileState.HELD,
        "file_refused": row is not None and row.file is not None and row.file.state == FileState.REFUSED,
        "may_take_back": own and rules.why_not_take_back(group, by=request.user, now=moment) is None,
        "over": rules.over(task, now=moment),
        "others": [other for other in shown if other.handed_in],
        "draft": draft,
        "conflict": conflict,
        "back": reverse("programmes:group_tasks", args=[task.cohort_id]),
    }
    if form is None:
        return render(request, "programmes/hand_in.html", context, status=status)
    answer = render_form(request, "programmes/hand_in.html", form, context)
    answer.status_code = status or answer.status_code
    return answer


def _write(request: Request, group: TaskGroup) -> HttpResponse:
    act, moment = request.POST.get("act", "save"), clock.now()
    if act == "keep":
        return _keep(request, group, moment)
    if act == "take_back":
        try:
            actions.take_back(group=group, by=request.user, now=moment)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Taken back. Hand it in again when it is ready."))
        return redirect(group)
    if closed := rules.why_not_write(group, by=request.user):
        messages.error(request, str(closed))
        return redirect(group)
    form = _form(request, group, bound=True)
    try:
        return _save(request, group, form, moment, handing_in=act == "hand_in")
    finally:
        form.discard()


def _save(request: Request, group: TaskGroup, form: HandInForm, moment: datetime, *, handing_in: bool) -> HttpResponse:
    if not form.is_valid():
        return _page(request, group, True, form)
    given = form.cleaned_data
    try:
        row = actions.save(
            group=group,
            text=given["text"],
            admitted=form.admitted,
            without_file=given.get("without_file", False),
            version=given["version"],
            hand_in=handing_in,
            by=request.user,
            now=moment,
        )
    except SavedMeanwhile as refusal:
        return _conflict(request, group, str(refusal))
    except Refusal as refusal:
        form.add_error("file" if form.admitted else "text", str(refusal))
        return _page(request, group, True, form)
    if not handing_in:
        messages.success(request, _("Saved. Only your group can read it, until it is handed in."))
    elif row.late:
        messages.success(request, _("Handed in. It came after the last day, and says so."))
    else:
        messages.success(request, _("Handed in. You can take it back until the last day is over."))
    return redirect(group)


def _conflict(request: Request, group: TaskGroup, words: str) -> HttpResponse:
    """Both texts: what is saved, and what was typed, which saving once more puts in its place."""
    stored = _group(request, group.pk)
    row = rules.hand_in_of(stored)
    typed = {**request.POST.dict(), "version": str(row.version if row else 0)}
    form = HandInForm(typed, file=row.file if row else None)
    form.is_valid()
    return _page(request, stored, True, form, conflict=words, status=409)


def _keep(request: Request, group: TaskGroup, moment: datetime) -> HttpResponse:
    typed = {name: request.POST.get(name, "")[:40_000].replace("\x00", "") for name in ("text", "version")}
    draft = actions.keep_draft(group=group, data=typed, by=request.user, now=moment)
    context = {"draft": draft, "region": group.task.cohort.programme.region}
    return render(request, "programmes/parts/draft_kept.html", context)


@require_GET
def hand_in_file(request: Request, pk: int) -> HttpResponseBase:
    """The file of a group, for those who may read what it hands in."""
    row = rules.hand_in_of(_group(request, pk))
    return answer_file(row.file if row else None)
