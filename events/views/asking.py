"""The organiser's pages of questions at registration, who is invited, and places that are kept back."""

from datetime import time

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from base import clock
from base.forms import refuse, render_form
from base.refusal import Refusal
from events.actions import publishing as actions
from events.actions import release_reserve, reserve_places
from events.forms.asking import InviteForm, QuestionForm, ReserveForm
from events.models import Event, Invited, Places, Question, Reserve
from events.rules import ReleaseTooLate, ReservedForNobody, TooManyReserved, why_not_change
from events.rules import publishing as rules
from events.rules.sign_up import way_name
from events.states import Audience
from events.views.organising import find_own
from people.models import Organisation, Request
from people.rules import find_person, name_for


def _towns(event: Event) -> list[Organisation]:
    return list(Organisation.objects.in_region(event.region, clock.today(event.zone)))


@require_http_methods(["GET", "POST"])
def questions(request: Request, pk: int) -> HttpResponse:
    """What is asked at registration, and asking more."""
    event = find_own(request, pk)
    form = QuestionForm(request.POST or None, event=event)
    form.back = reverse("events:organise", args=[pk])
    if form.is_valid():
        typed = form.cleaned_data
        try:
            actions.ask(
                event=event,
                kind=typed["kind"],
                label=form.by_language("label"),
                purpose=form.by_language("purpose"),
                choices=form.by_language("choices"),
                required=typed["required"],
                erase_on=typed["erase_on"],
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            first = f"choices_{form.languages[0]}"
            refuse(form, refusal, {rules.QuestionsKeptTooLong: "erase_on", rules.ChoicesDiffer: first})
        else:
            messages.success(request, _("The question is added."))
            return redirect("events:questions", pk)
    context = {
        "event": event,
        "here": "questions",
        "questions": list(event.questions.all()),
        "open": why_not_change(event, now=clock.now()) is None,
    }
    return render_form(request, "events/organise/questions.html", form, context)


@require_POST
def question_remove(request: Request, pk: int, question: int) -> HttpResponse:
    """Take a question and its answers away."""
    event = find_own(request, pk)
    actions.stop_asking(
        question=get_object_or_404(Question, pk=question, event=event), by=request.user, now=clock.now()
    )
    messages.success(request, _("The question and its answers are removed."))
    return redirect("events:questions", pk)


def _named(row: Invited, request: Request) -> str:
    if row.person is not None:
        return name_for(row.person, request.user)
    return str(row.organisation)


@require_http_methods(["GET", "POST"])
def invited(request: Request, pk: int) -> HttpResponse:
    """Who is invited, where the event is for those who are, and inviting more."""
    event = find_own(request, pk)
    form = InviteForm(request.POST or None, towns=_towns(event))
    form.back = reverse("events:organise", args=[pk])
    if form.is_valid():
        organisation, email = form.cleaned_data["organisation"], form.cleaned_data["email"]
        person = find_person(email) if email else None
        if email and person is None:
            form.add_error("email", _("Nobody in Helmi has this address. Add the person first."))
        else:
            try:
                if organisation is not None:
                    actions.invite(event=event, organisation=organisation, by=request.user, now=clock.now())
                if person is not None:
                    actions.invite(event=event, person=person, by=request.user, now=clock.now())
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Invited. They see the event when it is announced or published."))
                return redirect("events:invited", pk)
    rows = Invited.objects.filter(event=event).select_related("person", "organisation").order_by("pk")
    context = {
        "event": event,
        "here": "invited",
        "rows": [(row, _named(row, request)) for row in rows],
        "only_invited": event.audience == Audience.INVITED,
        "open": why_not_change(event, now=clock.now()) is None,
    }
    return render_form(request, "events/organise/invited.html", form, context)


@require_POST
def invited_remove(request: Request, pk: int, invitation: int) -> HttpResponse:
    """Take an invitation back."""
    event = find_own(request, pk)
    actions.uninvite(invited=get_object_or_404(Invited, pk=invitation, event=event), by=request.user, now=clock.now())
    messages.success(request, _("The invitation is taken back. Who has registered stays registered."))
    return redirect("events:invited", pk)


@require_http_methods(["GET", "POST"])
def reserve(request: Request, pk: int) -> HttpResponse:
    """Places kept back, and keeping more."""
    event = find_own(request, pk)
    ways = list(Places.objects.filter(event=event, capacity__isnull=False).order_by("order", "pk"))
    form = ReserveForm(request.POST or None, ways=ways, towns=_towns(event))
    form.back = reverse("events:ways", args=[pk])
    if form.is_valid():
        typed = form.cleaned_data
        try:
            reserve_places(
                places=typed["places"],
                number=typed["number"],
                organisation=typed["organisation"],
                whom=typed["whom"],
                release_at=clock.wall(typed["until"], time(8), event.zone),
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            refuse(form, refusal, {TooManyReserved: "number", ReservedForNobody: "whom", ReleaseTooLate: "until"})
        else:
            messages.success(request, _("The places are kept back."))
            return redirect("events:reserve", pk)
    rows = Reserve.objects.filter(places__event=event, released_at__isnull=True).select_related(
        "places", "organisation"
    )
    context = {
        "event": event,
        "here": "ways",
        "ways": ways,
        "rows": [(row, way_name(row.places), row.whom or str(row.organisation)) for row in rows],
        "open": why_not_change(event, now=clock.now()) is None,
    }
    return render_form(request, "events/organise/reserve.html", form, context)


@require_POST
def reserve_release(request: Request, pk: int, reserve: int) -> HttpResponse:
    """Let what is left of the places be free for all now."""
    event = find_own(request, pk)
    row = get_object_or_404(Reserve, pk=reserve, places__event=event, released_at__isnull=True)
    release_reserve(reserve=row, by=request.user, now=clock.now())
    messages.success(request, _("The places are free for all."))
    return redirect("events:reserve", pk)
