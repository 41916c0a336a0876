"""Course days: the list, one day, and changing, hosting, moving or cancelling it."""

from datetime import datetime
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from base import clock
from base.forms import refuse, render_form
from base.marks import audited
from base.refusal import Refusal
from events.letters import notices_of
from events.rules.days import EndsBeforeStart, NothingMoved
from events.states import EventState, RegistrationState
from events.views.changes import changes_of, day_of, moved_rows
from outbox.views import Deed, check, read_first, say_done
from people.models import Organisation, Request
from programmes.actions import days as actions
from programmes.forms.days import CancelForm, DayForm, HostForm, MoveForm, PlaceForm
from programmes.models import Cohort, CourseDay
from programmes.rules.cohorts import NewDayPast, fair_hosts
from programmes.views.cohorts import find_cohort


def _find(request: Request, pk: int, number: int) -> CourseDay:
    found = CourseDay.objects.visible_to(request.user).filter(cohort__in=Cohort.objects.run_by(request.user))
    return get_object_or_404(
        found.select_related(
            "event__host", "event__region", "cohort__programme__region", "cohort__programme__funder", "cohort__places"
        ),
        cohort_id=pk,
        number=number,
    )


@require_GET
def days(request: Request, pk: int) -> HttpResponse:
    """The days of a cohort with hosts and places."""
    cohort = find_cohort(request, pk)
    rows = list(cohort.days.select_related("event__host").order_by("number"))
    hosts = fair_hosts(cohort, 2) if rows else []
    return render(request, "programmes/days.html", {"cohort": cohort, "here": "days", "days": rows, "fair": hosts})


@require_GET
def day(request: Request, pk: int, number: int) -> HttpResponse:
    """One day: theme, aims, preparation, host, place, and what can be done with it."""
    row = _find(request, pk, number)
    event = row.event
    moment = clock.now()
    over = event.ends_at <= moment
    cancelled = event.state == EventState.CANCELLED
    own = {"pk": pk, "number": number}
    more = []
    action = None
    if not over and not cancelled:
        more = [
            (reverse("programmes:day_edit", kwargs=own), _("Change theme and preparation")),
            (reverse("programmes:day_host", kwargs=own), _("Choose the host")),
            (reverse("programmes:day_place", kwargs=own), _("Change the place")),
            (reverse("programmes:day_move", kwargs=own), _("Move the day")),
            (reverse("programmes:day_cancel", kwargs=own), _("Cancel the day")),
        ]
        if event.host is None:
            action = more[1]
        elif event.venue_confirmed_at is None:
            action = (reverse("programmes:day_place", kwargs=own), _("Confirm the place"))
    if action is None and not cancelled and event.date <= clock.today(event.zone):
        action = (reverse("programmes:door", kwargs=own), _("Take attendance"))
    more.append((reverse("events:working", args=[event.pk]), _("Who works on it")))
    more.append((reverse("events:materials", args=[event.pk]), _("Material")))
    context = {
        "day": row,
        "event": event,
        "cohort": row.cohort,
        "action": action,
        "more": more,
        "over": over,
        "cancelled": cancelled,
        "expected": event.registrations.filter(state=RegistrationState.REGISTERED).count(),
        "absent": event.registrations.filter(state=RegistrationState.ABSENCE_REPORTED).count(),
    }
    return render(request, "programmes/day.html", context)


@require_http_methods(["GET", "POST"])
def day_edit(request: Request, pk: int, number: int) -> HttpResponse:
    """Change what a day is about."""
    row = _find(request, pk, number)
    form = DayForm(request.POST or None, day=row, languages=row.cohort.programme.region.languages)
    form.back = row.get_absolute_url()
    if form.is_valid():
        actions.change_day(
            day=row,
            titles=form.titles,
            words=form.words,
            preparation_link=form.cleaned_data["preparation_link"],
            by=request.user,
            now=clock.now(),
        )
        messages.success(request, _("The day is saved."))
        return redirect(row)
    return render_form(request, "programmes/day_form.html", form, {"day": row, "heading": _("Theme and preparation")})


@require_http_methods(["GET", "POST"])
def day_host(request: Request, pk: int, number: int) -> HttpResponse:
    """Choose the host: the fair next one is proposed, another can be chosen."""
    row = _find(request, pk, number)
    towns = list(Organisation.objects.filter(shares__cohort=row.cohort).order_by("shares__order"))
    proposed = fair_hosts(row.cohort, 1, before=row.number)
    fair = proposed[0] if proposed else None
    form = HostForm(
        request.POST or None, towns=towns, initial={"host": row.event.host_id or (fair.pk if fair else None)}
    )
    form.back = row.get_absolute_url()
    if form.is_valid():
        try:
            actions.choose_host(day=row, host=form.cleaned_data["host"], by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The host is chosen."))
            return redirect(row)
    lead = _("%(host)s is next in turn.") % {"host": fair} if fair else ""
    return render_form(
        request, "programmes/day_form.html", form, {"day": row, "heading": _("Choose the host"), "lead": lead}
    )


def _say(request: Request, row: CourseDay, words: str, moment: datetime) -> HttpResponse:
    say_done(request, words, notices_of(row.event, at=moment))
    return redirect(row)


def _facts(row: CourseDay) -> list[str]:
    return [str(row.cohort), f"{row}: {row.event.title}", day_of(row.event)]


@audited("notice.prepared")
@require_http_methods(["GET", "POST"])
def day_place(request: Request, pk: int, number: int) -> HttpResponse:
    """Say where the day is held; where people knew another place, the letter is read before it goes."""
    row = _find(request, pk, number)
    form = PlaceForm(request.POST or None, day=row, languages=row.cohort.programme.region.languages)
    form.back = row.get_absolute_url()
    if form.is_valid() and "change" not in request.POST:
        moment = clock.now()
        facts = {name: form.cleaned_data[name] for name in PlaceForm.base_fields}
        deed = partial(actions.keep_venue, arrival=form.arrival, by=request.user, now=moment, **facts)
        try:
            previews = read_first(request, lambda day: deed(day=day), row)
            if previews:
                words = Deed(
                    _("Read the letter and change the place"),
                    _("Change the place and send the letter"),
                    str(row),
                    _facts(row),
                    row.get_absolute_url(),
                )
                return check(request, form, words, previews, changes_of(form))
            deed(day=row)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _say(request, row, _("The place is saved."), moment)
    return render_form(request, "programmes/day_form.html", form, {"day": row, "heading": _("The place")})


@audited("notice.prepared")
@require_http_methods(["GET", "POST"])
def day_move(request: Request, pk: int, number: int) -> HttpResponse:
    """Move a day: the new time, then the letter as it will be read, then it goes."""
    row = _find(request, pk, number)
    event = row.event
    initial = {"on": event.date, "start_time": event.start_time, "end_time": event.end_time}
    form = MoveForm(request.POST or None, initial=initial)
    form.back = row.get_absolute_url()
    if form.is_valid() and "change" not in request.POST:
        moment = clock.now()
        deed = partial(actions.move_day, by=request.user, now=moment, **form.cleaned_data)
        try:
            previews = read_first(request, lambda day: deed(day=day), row)
            if previews:
                words = Deed(
                    _("Read the letter and move the day"),
                    _("Move the day and send the letter"),
                    str(row),
                    _facts(row),
                    row.get_absolute_url(),
                )
                return check(request, form, words, previews, moved_rows(event, form.cleaned_data))
            deed(day=row)
        except Refusal as refusal:
            refuse(form, refusal, {EndsBeforeStart: "end_time", NothingMoved: "on", NewDayPast: "on"})
        else:
            return _say(request, row, _("The day is moved."), moment)
    return render_form(request, "programmes/day_form.html", form, {"day": row, "heading": _("Move the day")})


@audited("notice.prepared")
@require_http_methods(["GET", "POST"])
def day_cancel(request: Request, pk: int, number: int) -> HttpResponse:
    """Cancel a day: the reason, then the letter as it will be read, then it goes."""
    row = _find(request, pk, number)
    form = CancelForm(request.POST or None)
    form.back = row.get_absolute_url()
    if form.is_valid() and "change" not in request.POST:  # "Back" leads to the form with what was typed
        moment = clock.now()
        deed = partial(actions.cancel_day, reason=form.cleaned_data["reason"], by=request.user, now=moment)
        try:
            if "confirm" not in request.POST:
                previews = read_first(request, lambda day: deed(day=day), row)
                words = Deed(
                    _("Read the letter and cancel the day"),
                    _("Cancel the day and send the letter") if previews else _("Cancel the day"),
                    str(row),
                    _facts(row),
                    row.get_absolute_url(),
                    final=True,
                )
                return check(request, form, words, previews)
            deed(day=row)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(row)
        return _say(request, row, _("The day is cancelled."), moment)
    return render_form(request, "programmes/day_form.html", form, {"day": row, "heading": _("Cancel the day")})
