"""What participants write for themselves, and what others let the reader read."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from base import clock
from base.clock import now
from base.forms import render_form
from base.refusal import Forbidden, Refusal
from people.models import Request
from people.rules import may_read_name, name_for
from programmes.actions import reflections as actions
from programmes.forms.group import ReadersForm, ReflectionForm
from programmes.models import CourseDay, Enrolment, Reflection
from programmes.rules import reflections as rules

TYPED = ("day", "title", "text")


def _mine(request: Request, pk: int) -> Reflection:
    """One's own reflection: 404 for one that is unseen, and for one that others let read the reason why not."""
    found = Reflection.objects.visible_to(request.user).select_related(
        "enrolment__person", "enrolment__unit", "enrolment__cohort__programme__region", "day__event"
    )
    row = get_object_or_404(found, pk=pk)
    if refusal := rules.why_not_change(row, by=request.user):
        raise Forbidden(str(refusal))
    return row


def _today(enrolment: Enrolment) -> date:
    return clock.today(enrolment.cohort.programme.region.time_zone)


@require_GET
def reflections(request: Request) -> HttpResponse:
    """One's own reflections, and those that others let one read."""
    found = (
        Reflection.objects.visible_to(request.user)
        .select_related("enrolment__person", "enrolment__organisation", "day__event", "enrolment__cohort__programme")
        .prefetch_related("readers")
    )
    mine = [row for row in found if row.enrolment.person_id == request.user.pk]
    others = [row for row in found if row.enrolment.person_id != request.user.pk]
    rounds = (
        Enrolment.objects.visible_to(request.user)
        .filter(person=request.user)
        .taking_part()
        .select_related("cohort__programme")
        .order_by("-cohort__places__starts_at", "-pk")
    )
    context = {"mine": mine, "others": others, "rounds": rounds, "here": "reflections"}
    return render(request, "programmes/reflections.html", context)


@require_GET
def reflection(request: Request, pk: int) -> HttpResponse:
    """The text itself, for its author and for those whom the author lets read it."""
    found = Reflection.objects.visible_to(request.user).select_related(
        "enrolment__person", "enrolment__organisation", "enrolment__cohort__programme", "day__event"
    )
    row = get_object_or_404(found, pk=pk)
    own = row.enrolment.person_id == request.user.pk
    readers = row.readers.select_related("person").order_by("pk") if own else []
    context = {
        "reflection": row,
        "own": own,
        "author": name_for(row.enrolment.person, request.user),
        "organisation": row.enrolment.organisation if may_read_name(row.enrolment.person, request.user) else "",
        "readers": [name_for(reader.person, request.user) for reader in readers],
    }
    return render(request, "programmes/reflection.html", context)


def _typing(request: Request, about: Enrolment | Reflection, enrolment: Enrolment, saved: dict[str, Any]) -> Any:
    """The form with what was saved, or typed and not saved; or the line that says that a draft is kept."""
    days = list(CourseDay.objects.visible_to(request.user).filter(cohort=enrolment.cohort_id).select_related("event"))
    draft = actions.draft_of(about=about, person=request.user, now=now())
    initial = {**saved, **(draft.data if draft else {})}
    return ReflectionForm(request.POST or None, initial=initial, days=days), draft


def _keep(request: Request, about: Enrolment | Reflection, enrolment: Enrolment) -> HttpResponse:
    typed = {name: request.POST.get(name, "")[:20_000].replace("\x00", "") for name in TYPED}
    draft = actions.keep_draft(about=about, data=typed, by=request.user, now=now())
    context = {"draft": draft, "region": enrolment.cohort.programme.region}
    return render(request, "programmes/parts/draft_kept.html", context)


@require_http_methods(["GET", "POST"])
def reflection_new(request: Request, pk: int) -> HttpResponse:
    """The participant writes a new reflection in a round of hers; what is typed is kept meanwhile."""
    mine = Enrolment.objects.visible_to(request.user).filter(person=request.user).taking_part()
    enrolment = get_object_or_404(mine.select_related("cohort__programme__region"), pk=pk)
    if request.POST.get("act") == "keep":
        return _keep(request, enrolment, enrolment)
    form, draft = _typing(request, enrolment, enrolment, {"day": request.GET.get("day", "")})
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        row = actions.write(
            enrolment=enrolment,
            day=form.chosen_day,
            title=facts["title"],
            text=facts["text"],
            by=request.user,
            now=now(),
        )
        messages.success(request, _("Saved. Nobody but you can read it, until you choose otherwise."))
        return redirect(row)
    context = {
        "enrolment": enrolment,
        "reflection": None,
        "draft": draft,
        "region": enrolment.cohort.programme.region,
        "back": reverse("programmes:reflections"),
    }
    return render_form(request, "programmes/reflection_form.html", form, context)


@require_http_methods(["GET", "POST"])
def reflection_edit(request: Request, pk: int) -> HttpResponse:
    """The author changes her text."""
    row = _mine(request, pk)
    if request.POST.get("act") == "keep":
        return _keep(request, row, row.enrolment)
    saved = {"day": row.day.number if row.day else "", "title": row.title, "text": row.text}
    form, draft = _typing(request, row, row.enrolment, saved)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        actions.rewrite(
            reflection=row,
            day=form.chosen_day,
            title=facts["title"],
            text=facts["text"],
            by=request.user,
            now=now(),
        )
        messages.success(request, _("Saved."))
        return redirect(row)
    context = {
        "enrolment": row.enrolment,
        "reflection": row,
        "draft": draft,
        "region": row.enrolment.cohort.programme.region,
        "back": row.get_absolute_url(),
    }
    return render_form(request, "programmes/reflection_form.html", form, context)


@require_http_methods(["GET", "POST"])
def reflection_readers(request: Request, pk: int) -> HttpResponse:
    """The author chooses who may read, or takes it back."""
    row = _mine(request, pk)
    choices = rules.choices(row, today=_today(row.enrolment))
    chosen = {"with_group": row.with_group, "people": list(row.readers.values_list("person_id", flat=True))}
    form = ReadersForm(request.POST if request.method == "POST" else None, initial=chosen, choices=choices)
    if request.method == "POST" and form.is_valid():
        people = form.cleaned_data.get("people", [])
        try:
            actions.let_read(
                reflection=row,
                with_group=form.cleaned_data["with_group"],
                people=people,
                by=request.user,
                now=now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            shared = form.cleaned_data["with_group"] or people
            said = _("Those you have chosen can read it now.") if shared else _("Nobody but you can read it now.")
            messages.success(request, said)
            return redirect(row)
    return render_form(request, "programmes/reflection_readers.html", form, {"reflection": row})


@require_http_methods(["GET", "POST"])
def reflection_remove(request: Request, pk: int) -> HttpResponse:
    """The author erases her text, after a page that says that it cannot be fetched back."""
    row = _mine(request, pk)
    if request.method == "POST":
        actions.remove(reflection=row, by=request.user, now=now())
        messages.success(request, _("The reflection has been erased."))
        return redirect("programmes:reflections")
    return render(request, "programmes/reflection_remove.html", {"reflection": row})
