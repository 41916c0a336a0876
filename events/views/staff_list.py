"""A manager registers several people on an event in two screens, and sees how it went."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base.clock import now
from base.marks import audited
from base.models import Draft
from base.refusal import Refusal
from events import rules as places_rules
from events.actions import staff_list as actions
from events.forms.sign_up import StaffListForm, TogetherForm
from events.models import Event, Registration
from events.rules import sign_up as rules
from events.views.sign_up import about
from people.models import Organisation, Request
from people.rules import name_for, staff_of
from people.states import Language


def _event(request: Request, pk: int) -> Event:
    """An event with ways that a manager sees; for everybody else the page is not there."""
    if not request.user.reach.staff_paths:
        raise Http404
    found = Event.objects.visible_to(request.user).with_ways()
    return get_object_or_404(found.select_related("region", "host"), pk=pk)


def _mine(request: Request, event: Event) -> list[dict[str, Any]]:
    """Those whom the manager has registered, with their state and nothing that is theirs alone."""
    rows = (
        Registration.objects.visible_to(request.user)
        .filter(event=event, by=request.user)
        .select_related("person", "claim__places", "organisation")
        .order_by("name", "pk")
    )
    return [
        {
            "name": rules.shown_name(row, request.user),
            "employer": row.employer,
            "way": rules.way_name(row.claim.places) if row.claim else "",
            "state": rules.state_words(row),
            "tone": rules.state_tone(row),
        }
        for row in rows
    ]


@audited("registrations.seen")
@require_http_methods(["GET", "HEAD", "POST"])
def staff_list(request: Request, pk: int) -> HttpResponse:
    """The first screen: choose own staff, paste others; and who is registered already."""
    manager = request.user
    event = _event(request, pk)
    refusal = rules.why_not_sign_up(event, now=now())
    lines = rules.ways_of(event)
    staff = staff_of(manager, now().date())
    draft = _earlier(request, event)
    initial: dict[str, Any] = {"language": get_language(), "way": str(lines[0].places.pk)}
    if draft is not None:
        initial |= {name: draft.data.get(name) for name in ("way", "people", "rows", "language")}
    on_it = set(
        Registration.objects.visible_to(manager)
        .standing()
        .filter(event=event, person__in=[person for person, _unit in staff])
        .values_list("person_id", flat=True)
    )
    form = StaffListForm(
        request.POST or None,
        event=event,
        lines=lines,
        staff=[
            (person, f"{name_for(person, manager)}, {unit.name}") for person, unit in staff if person.pk not in on_it
        ],
        initial=initial,
    )
    if refusal is None and form.is_valid():
        typed = form.cleaned_data
        draft = actions.start(
            event=event,
            data={
                "way": form.chosen.places.pk,
                "people": typed.get("people") or [],
                "rows": typed["rows"],
                "language": typed["language"],
            },
            by=manager,
            now=now(),
        )
        return redirect("events:staff_list_check", event.pk, draft.pk)
    context = {
        **about(event),
        "form": form,
        "lines": lines,
        "refusal": refusal,
        "mine": _mine(request, event),
        "already": len(on_it),
    }
    wrong = form.is_bound and bool(form.errors)
    return render(request, "events/sign_up/staff_list.html", context, status=422 if wrong else 200)


def _earlier(request: Request, event: Event) -> Draft | None:
    """The draft that "Change" on the second screen comes from."""
    try:
        return actions.find(pk=UUID(request.GET.get("draft", "")), event=event, by=request.user, now=now())
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def staff_list_check(request: Request, pk: int, draft: UUID) -> HttpResponse:
    """The second screen: check, choose what happens when not all fit, send. Sent once however often it is pressed."""
    manager = request.user
    event = _event(request, pk)
    kept = actions.find(pk=draft, event=event, by=manager, now=now())
    if kept is None:
        raise Http404
    if kept.data.get("sent"):
        return _sent(request, event, int(kept.data["made"]), list(kept.data["before"]), int(kept.data["waiting"]))
    lines = rules.ways_of(event)
    line = next((one for one in lines if one.places.pk == kept.data["way"]), None)
    back = f"{reverse('events:staff_list', args=[event.pk])}?draft={kept.pk}"
    refusal = rules.why_not_sign_up(event, now=now())
    if line is None or refusal:
        messages.warning(request, str(refusal or _("This way to take part is no longer there. Choose another.")))
        return redirect("events:staff_list", event.pk)
    group = _group(request, event, kept)
    asks = line.free is not None and line.free < len(group) and len(group) > 1
    together = TogetherForm(
        request.POST if "together" in request.POST else None, free=max(0, line.free or 0), asked=len(group)
    )
    if request.method == "POST" and (not asks or together.is_valid()):
        said = {"yes": True, "no": False}.get(together.cleaned_data["together"]) if asks else None
        if len(group) == 1:
            said = False
        try:
            done = actions.send(
                draft=kept, event=event, places=line.places, group=group, by=manager, now=now(), together=said
            )
        except places_rules.PartyDoesNotFit as fewer:
            # Somebody was quicker: the choice is asked for with what is left now.
            together = TogetherForm(free=fewer.free, asked=fewer.asked)
            asks = True
            messages.warning(request, _("Places went while you were reading. Choose how you want it."))
        except Refusal as refused:
            messages.error(request, str(refused))
            return redirect("events:staff_list", event.pk)
        else:
            return _sent(request, event, *done)
    elif request.method == "POST" and asks and not together.is_bound:
        together = TogetherForm({"together": ""}, free=max(0, line.free or 0), asked=len(group))
    context = {
        **about(event),
        "line": line,
        "group": [
            {
                "name": name_for(one.person, manager) if one.person else one.name,
                "email": (one.person.email or "") if one.person else one.email,
                "employer": one.employer,
            }
            for one in group
        ],
        "count": len(group),
        "asks": asks,
        "form": together,
        "language": dict(Language.choices)[kept.data["language"]],
        "back": back,
    }
    return render(request, "events/sign_up/staff_check.html", context, status=422 if request.method == "POST" else 200)


def _group(request: Request, event: Event, draft: Draft) -> list[actions.Guest]:
    """The people of a draft: own staff that are still one's own, and the rows."""
    chosen = {str(one) for one in draft.data["people"]}
    employers = rules.employers_of(event.region, now().date())
    tops = {one.pk: one for one in Organisation.objects.filter(pk__in=_tops(request))}
    group = [
        actions.Guest(
            name=person.name,
            email=person.email or "",
            employer=tops[unit.top_id].name if unit.top_id in tops else unit.name,
            organisation=tops.get(unit.top_id),
            person=person,
        )
        for person, unit in staff_of(request.user, now().date())
        if str(person.pk) in chosen
    ]
    own = next(iter(tops.values())) if len(tops) == 1 else None
    for row in rules.read_rows(str(draft.data["rows"])):
        employer = rules.match_employer(row.employer, employers) if row.employer else own
        words = row.employer or (own.name if own else "")
        group.append(actions.Guest(name=row.name, email=row.email, employer=words, organisation=employer))
    return group


def _tops(request: Request) -> set[int]:
    return {int(path.split("/", 1)[0]) for path in request.user.reach.staff_paths}


def _sent(request: Request, event: Event, made: int, before: list[str], waiting: int) -> HttpResponse:
    words = ngettext("%(n)s person is registered.", "%(n)s people are registered.", made) % {"n": made}
    if made:
        words += " " + _("Each gets an own letter.")
    if waiting:
        words += " " + ngettext(
            "%(n)s of them is on the waiting list.", "%(n)s of them are on the waiting list.", waiting
        ) % {"n": waiting}
    if before:
        words += " " + _("Registered already, and as before: %(names)s.") % {"names": ", ".join(before)}
    messages.success(request, words)
    return redirect("events:staff_list", event.pk)
