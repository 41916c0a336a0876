"""Supervision: the groups of the reader, proposing new ones, one group with its contract, and how employers fare."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from answers.documents import result_of
from base import clock, dates
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from events.models import Registration
from events.states import EventState, Mark
from outbox.models import Batch
from outbox.views import Deed, check, read_first, say_done
from people.models import Person, Request
from people.rules import name_for
from programmes.actions import supervision as actions
from programmes.forms.supervision import (
    NOBODY,
    EndForm,
    ExtendForm,
    MemberForm,
    PlacesForm,
    SupervisorForm,
    TermsForm,
)
from programmes.models import Programme, SupervisionGroup, SupervisionMember, SupervisionSession
from programmes.rules import fairness as fair
from programmes.rules import supervision as rules
from programmes.rules import supervision_evaluations as evaluating
from programmes.rules import supervision_proposals as proposing
from programmes.states import Answer, SupervisionState

TONES = {
    SupervisionState.PROPOSED: "warn",
    SupervisionState.AGREED: "ok",
    SupervisionState.RUNNING: "on",
    SupervisionState.ENDED: "",
}


def find_group(request: Request, pk: int) -> SupervisionGroup:
    """A group that the reader sees; the same 404 for every other."""
    groups = SupervisionGroup.objects.visible_to(request.user)
    return get_object_or_404(
        groups.select_related("programme__region", "programme__funder", "supervisor", "responsible"), pk=pk
    )


# ---------- The list ----------


@dataclass(frozen=True)
class Line:
    """A group in a list."""

    group: SupervisionGroup
    state: str
    tone: str
    supervisor: str
    members: int
    held: str
    next: Any
    mine: bool
    wrong: list[str]


def lines_of(groups: Any, viewer: Person, *, looks: bool = False) -> list[Line]:
    """Groups ready for a list, those that go on first; with `looks`, what has become wrong in those that one runs."""
    day = clock.now()
    session = Q(held__isnull=False) & ~Q(held__event__state=EventState.CANCELLED)
    mine = SupervisionMember.objects.standing().filter(group=OuterRef("pk"), person=viewer)
    rows = list(
        groups.select_related("programme__region", "supervisor")
        .annotate(
            people=Count("members", filter=Q(members__left_on__isnull=True), distinct=True),
            done=Count("held", filter=session & Q(held__event__ends_at__lte=day), distinct=True),
            next=Min("held__event__starts_at", filter=session & Q(held__event__ends_at__gt=day)),
            in_it=Exists(mine),
        )
        .order_by("ended_at", "programme__title", "number")
    )
    live = [row for row in rows if row.state != SupervisionState.ENDED]
    run = [row for row in live if rules.runs(row, viewer)] if looks else []
    wrong = rules.conflicts(run, by=viewer, day=day.date()) if run else {}
    return [
        Line(
            row,
            capfirst(str(row.get_state_display())),
            TONES[SupervisionState(row.state)],
            name_for(row.supervisor, viewer),
            row.people,
            _("%(held)s of %(all)s sessions") % {"held": row.done, "all": row.sessions},
            row.next,
            row.in_it or row.supervisor_id == viewer.pk,
            wrong.get(row.pk, []),
        )
        for row in sorted(rows, key=lambda row: row.state == SupervisionState.ENDED)
    ]


@require_GET
def supervision(request: Request) -> HttpResponse:
    """The groups that one leads, is in or runs; for a supervisor also what her groups said together."""
    reach = request.user.reach
    runs = reach.coordinator or reach.administrator
    lines = lines_of(SupervisionGroup.objects.visible_to(request.user), request.user, looks=True)
    leads = any(line.group.supervisor_id == request.user.pk for line in lines)
    totals = [(year, result_of(box, [])) for year, box in evaluating.totals_of(request.user)] if leads else []
    context = {
        "mine": [line for line in lines if line.mine],
        "run": [line for line in lines if not line.mine],
        "runs": runs,
        "leads": leads,
        "totals": totals,
    }
    return render(request, "programmes/supervision.html", context)


# ---------- Proposing ----------


@dataclass(frozen=True)
class Place:
    """Somebody in a proposal, with the field that moves her."""

    one: proposing.Finished
    name: str
    field: Any


@dataclass(frozen=True)
class GroupOfPlaces:
    """A proposed group on the page."""

    number: int
    lead: Any
    people: list[Place]


def _runs_programmes(request: Request) -> Any:
    programmes = Programme.objects.run_by(request.user).select_related("region").order_by("title")
    if not (request.user.reach.coordinator or request.user.reach.administrator):
        raise Http404
    return programmes


@audited("supervision.prepared")
@require_http_methods(["GET", "POST"])
def supervision_new(request: Request) -> HttpResponse:
    """What is wanted; then groups that can be changed by hand; then the letters, and the groups are made."""
    programmes = _runs_programmes(request)
    asked = request.POST if request.method == "POST" else request.GET or None
    first = programmes.first()
    terms = TermsForm(asked, programmes=programmes, initial={"programme": first})
    terms.back = reverse("programmes:supervision")
    if asked is None or not terms.is_valid():
        note(request, about="programmes.supervisiongroup:new")
        return render_form(request, "programmes/supervision_new.html", terms, {"programmes": first is not None})
    typed = terms.cleaned_data
    programme: Programme = typed["programme"]
    note(request, about=programme, scope=f"region:{programme.region_id}")
    day = clock.today(programme.region.time_zone)
    people = [one for one in proposing.finished(programme, day) if not one.has]
    found = proposing.propose(people, typed["supervisors"], size=typed["size"], day=day)
    named = [(one, name_for(one.person, request.user)) for one in people]
    leads = [(person, name_for(person, request.user)) for person in typed["supervisors"]]
    facts: dict[str, Any] = {"programmes": programmes, "people": named, "leads": leads, "groups": len(found.groups)}
    if request.method == "GET":
        start = {f"lead_{n}": str(group.supervisor.pk) for n, group in enumerate(found.groups, start=1)}
        start |= {f"place_{one.person.pk}": NOBODY for one in found.left}
        for n, group in enumerate(found.groups, start=1):
            start |= {f"place_{one.person.pk}": str(n) for one in group.people}
        form = PlacesForm(initial=start, **facts)
        return _show(request, form, programme, list(found.reasons), asked)
    form = PlacesForm(request.POST, **facts)
    if not form.is_valid():
        return _show(request, form, programme, [], asked)
    chosen = [form.chosen(n) for n in range(1, form.groups + 1)]
    groups = [(lead, [one.person for one in some]) for lead, some in chosen if some]
    wrong = rules.why_not_form(groups, by=request.user, day=day)
    for n, refusal in wrong:
        form.add_error(None, _("Group %(n)s: %(why)s") % {"n": n + 1, "why": refusal})
    proposed = [proposing.Proposed(lead, tuple(some)) for lead, some in chosen]
    told = proposing.reasons(proposed, [])
    if wrong or not groups or "look" in request.POST or "change" in request.POST:
        return _show(request, form, programme, told, asked)
    deed = partial(
        actions.form_groups,
        groups=groups,
        terms=actions.Terms(typed["sessions"], typed["minutes"], typed["weeks"]),
        by=request.user,
        now=clock.now(),
    )
    try:
        if previews := read_first(request, lambda row: deed(programme=row), programme):
            words = Deed(
                _("Read the letters and make the groups"),
                _("Make the groups and send the letters"),
                _("Supervision"),
                [str(programme)],
                terms.back,
            )
            rows = [
                (_("Group %(n)s") % {"n": n}, "", _members(lead, members, request.user))
                for n, (lead, members) in enumerate(groups, start=1)
            ]
            return check(request, form, words, previews, rows)
        batch = deed(programme=programme)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show(request, form, programme, told, asked)
    say_done(request, _("The groups are made. Everybody is asked for a yes to the contract."), batch)
    return redirect("programmes:supervision")


def _members(lead: Person, members: Collection[Person], viewer: Person) -> str:
    names = ", ".join(name_for(member, viewer) for member in members)
    return _("%(supervisor)s supervises %(members)s") % {"supervisor": name_for(lead, viewer), "members": names}


def _show(request: Request, form: PlacesForm, programme: Programme, told: list[str], asked: Any) -> HttpResponse:
    """The proposed groups with a choice beside each name."""
    at: dict[str, list[Place]] = {}
    for one, name in form.people:
        field = form[f"place_{one.person.pk}"]
        at.setdefault(str(field.value()), []).append(Place(one, name, field))
    groups = [GroupOfPlaces(n, form[f"lead_{n}"], at.get(str(n), [])) for n in range(1, form.groups + 1)]
    context = {
        "programme": programme,
        "groups": groups,
        "left": at.get(NOBODY, []),
        "reasons": told,
        "terms": [(name, asked.get(name, "")) for name in TermsForm.base_fields],
        "anew": reverse("programmes:supervision_new"),
    }
    return render_form(request, "programmes/supervision_places.html", form, context)


# ---------- One group ----------


@dataclass(frozen=True)
class SessionLine:
    """A session as this reader sees it: whether she was there herself, or how many were."""

    session: SupervisionSession
    said: str
    tone: str
    to_write: bool
    to_come: bool


def _session_lines(group: SupervisionGroup, viewer: Person, *, leads: bool) -> list[SessionLine]:
    moment = clock.now()
    sessions = rules.sessions_of(group)
    rows = Registration.objects.standing().filter(event__in=[row.event_id for row in sessions])
    if not leads:
        rows = rows.filter(person=viewer)
    marks: dict[int, list[str]] = {}
    for event, mark in rows.values_list("event", "attendance__mark"):
        marks.setdefault(event, []).append(mark or "")
    found = []
    for row in sessions:
        mine = marks.get(row.event_id, [])
        to_come = row.event.starts_at > moment
        said, tone = "", ""
        if row.recorded_at is None:
            said = "" if to_come else _("Not written down yet")
            tone = "warn"
        elif leads:
            said = _("%(there)s of %(all)s there") % {"there": mine.count(Mark.PRESENT), "all": len(mine)}
        elif mine:
            said = str(Mark(mine[0]).label) if mine[0] else ""
            tone = "ok" if mine[0] == Mark.PRESENT else ""
        found.append(SessionLine(row, said, tone, leads and not to_come, leads and to_come))
    return found


@audited("supervision.seen")
@require_GET
def supervision_group(request: Request, pk: int) -> HttpResponse:
    """The group as the reader may see it: members, contract, sessions; for the coordinator also what is wrong."""
    group = find_group(request, pk)
    note(request, about=group, scope=group.scope)
    moment = clock.now()
    runs, leads = rules.runs(group, request.user), rules.why_not_lead(group, request.user) is None
    members = rules.members_of(group)
    said = rules.answers_of(group)
    asked = [group.supervisor_id, *(row.person_id for row in members)]
    evaluation = evaluating.evaluation_of(group)
    box = evaluation.box if evaluation is not None else None
    context = {
        "group": group,
        "state": capfirst(str(group.get_state_display())),
        "tone": TONES[SupervisionState(group.state)],
        "members": members,
        "runs": runs,
        "leads": leads,
        "supervises": group.supervisor_id == request.user.pk,
        "willing": sum(said.get(person) == Answer.YES for person in asked),
        "asked": len(asked),
        "may_answer": rules.why_not_answer(group, request.user) is None,
        "own": said.get(request.user.pk, ""),
        "sessions": _session_lines(group, request.user, leads=leads),
        "why_not_book": rules.why_not_book(group, request.user) if leads else None,
        "may_write": leads and group.state != SupervisionState.PROPOSED,
        "wrong": rules.conflicts([group], by=request.user, day=moment.date()).get(group.pk, []) if runs else [],
        "evaluation": evaluation,
        "box": box,
        "result": result_of(box, []) if box is not None and evaluating.is_released(box) else None,
        "closed": evaluation is not None and (box is None or evaluating.is_released(box)),
        "left": evaluating.why_not_evaluate(group, now=moment),
    }
    return render(request, "programmes/supervision_group.html", context)


@audited("supervision.seen")
@require_http_methods(["GET", "POST"])
def supervision_contract(request: Request, pk: int) -> HttpResponse:
    """The contract in words, and the reader's yes or no."""
    group = find_group(request, pk)
    note(request, about=group, scope=group.scope)
    if request.method == "POST":
        said = Answer.YES if request.POST.get("answer") == Answer.YES else Answer.NO
        try:
            group = actions.answer(group=group, answer=said, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _said(group, said))
        return redirect(group)
    context = {
        "group": group,
        "own": rules.answers_of(group).get(request.user.pk, ""),
        "refusal": rules.why_not_answer(group, request.user),
        "number": rules.FEWEST,
        "most": rules.MOST,
    }
    return render(request, "programmes/supervision_contract.html", context)


def _said(group: SupervisionGroup, said: Answer) -> str:
    if said == Answer.NO:
        return _("Your no is saved. The coordinator sees it and may write to you. You can change your answer.")
    if group.state == SupervisionState.PROPOSED:
        return _("Your yes is saved. The group begins when everybody has answered.")
    return _("Your yes is saved. The group is agreed.")


# ---------- Changing a group ----------


@audited("supervision.prepared")
@require_http_methods(["GET", "POST"])
def supervision_run(request: Request, pk: int) -> HttpResponse:
    """Who is in the group and who leads it, whether it begins, goes on or ends: for the coordinators."""
    group = find_group(request, pk)
    note(request, about=group, scope=group.scope)
    if refusal := rules.why_not_arrange(group, request.user):
        raise refusal
    forms = _forms(request)
    if request.method == "POST":
        try:
            answer = _do(request, group, forms)
        except Refusal as refusal:
            bound = next((form for form in forms.values() if form.is_bound), None)
            if bound is None or not bound.fields or isinstance(bound, EndForm):
                messages.error(request, str(refusal))
                return redirect("programmes:supervision_run", pk=group.pk)
            bound.add_error(next(iter(bound.fields)), str(refusal))
            answer = None
        if answer is not None:
            return answer
        group = find_group(request, pk)
    said = rules.answers_of(group)
    context = {
        "group": group,
        "lines": [(row, said.get(row.person_id, "")) for row in rules.members_of(group)],
        "supervisor_said": said.get(group.supervisor_id, ""),
        "why_not_start": rules.why_not_start(group, request.user),
        "why_not_extend": evaluating.why_not_extend(group, request.user, now=clock.now()),
        "ended": group.state == SupervisionState.ENDED,
        "proposed": group.state == SupervisionState.PROPOSED,
        "full": len(said) and SupervisionMember.objects.standing().filter(group=group).count() >= rules.MOST,
        **{f"{name}_form": form for name, form in forms.items()},
    }
    wrong = next((form for form in forms.values() if form.is_bound and form.errors), forms["member"])
    return render_form(request, "programmes/supervision_run.html", wrong, context)


def _forms(request: Request) -> dict[str, Any]:
    """The forms of the page, of which only the one that was sent is bound."""
    found: dict[str, Any] = {}
    for name, kind in (
        ("member", MemberForm),
        ("supervisor", SupervisorForm),
        ("extend", ExtendForm),
        ("end", EndForm),
    ):
        sent = any(key.startswith(f"{name}-") for key in request.POST)
        found[name] = kind(request.POST if sent else None)
    return found


def _do(request: Request, group: SupervisionGroup, forms: dict[str, Any]) -> HttpResponse | None:
    """The deed that was sent; None when its form is to be shown again."""
    by, moment = request.user, clock.now()
    back = redirect("programmes:supervision_run", pk=group.pk)
    if "start" in request.POST:
        actions.start(group=group, by=by, now=moment)
        messages.success(request, _("The group is agreed with those who have said yes."))
        return back
    if key := request.POST.get("remove", ""):
        row = get_object_or_404(SupervisionMember.objects.visible_to(by).standing().filter(group=group), pk=key)
        actions.remove_member(group=group, person=row.person, by=by, now=moment)
        name = name_for(row.person, by)
        messages.success(request, _("%(name)s is no longer in the group.") % {"name": name})
        return back
    name, form = next(((name, form) for name, form in forms.items() if form.is_bound), ("", None))
    if form is None or not form.is_valid() or "change" in request.POST:
        return None
    typed = form.cleaned_data
    deeds: dict[str, tuple[Any, str, str, str]] = {
        "member": (
            partial(actions.add_member, person=typed.get("address"), by=by, now=moment),
            _("Read the letter and add the member"),
            _("Add the member and send the letter"),
            _("Added. A yes to the contract is asked for."),
        ),
        "supervisor": (
            partial(actions.change_supervisor, supervisor=typed.get("address"), by=by, now=moment),
            _("Read the letter and change the supervisor"),
            _("Change the supervisor and send the letter"),
            _("The group has another supervisor, who is asked for a yes to the contract."),
        ),
        "extend": (
            partial(actions.extend, sessions=typed.get("sessions", 0), by=by, now=moment),
            _("Read the letter and extend the group"),
            _("Extend the group and send the letters"),
            _("The group is extended. Everybody is asked for a yes again."),
        ),
        "end": (
            partial(actions.end, by=by, now=moment),
            _("Read the letter and end the group"),
            _("End the group"),
            _("The group has ended."),
        ),
    }
    deed, title, button, done = deeds[name]
    if previews := read_first(request, lambda row: deed(group=row), group):
        words = Deed(
            title,
            button,
            str(group),
            [str(group.programme)],
            reverse("programmes:supervision_run", args=[group.pk]),
            final=name == "end",
        )
        return check(request, form, words, previews)
    batch = deed(group=group)
    say_done(request, done, batch if isinstance(batch, Batch) else None)
    return back


# ---------- How employers fare ----------


@require_GET
def supervision_fairness(request: Request) -> HttpResponse:
    """Of those who completed a round and work in the region, how many have been in a group: by employer."""
    programmes = list(_runs_programmes(request))
    chosen = next((row for row in programmes if str(row.pk) == request.GET.get("programme")), None)
    chosen = chosen or (programmes[0] if programmes else None)
    context: dict[str, Any] = {"programmes": programmes, "programme": chosen, "rows": [], "k": 5}
    if chosen is not None:
        people = proposing.finished(chosen, clock.today(chosen.region.time_zone))
        k = max(evaluating.FEWEST_ANSWERS, chosen.region.smallest_group)
        context |= {"rows": fair.rows(people, k=k), "k": k}
        if len(people) >= k:
            context["whole"] = ngettext(
                "%(had)s of %(all)s person who completed a round and works in the region.",
                "%(had)s of %(all)s people who completed a round and work in the region.",
                len(people),
            ) % {"had": dates.number(sum(one.had for one in people)), "all": dates.number(len(people))}
    return render(request, "programmes/supervision_fairness.html", context)
