"""Sessions of a supervision group: booking, writing down, moving, cancelling. No form here takes words."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base import clock, dates
from base.forms import refuse, render_form
from base.marks import audited, note
from base.refusal import Refusal
from events.letters import notices_of
from events.models import Registration
from events.rules import EndsBeforeStart, EventOver, NothingMoved
from events.states import EventState, Mark, RegistrationState
from outbox.views import Deed, check, read_first, say_done
from people.models import Request
from people.rules import name_for
from programmes.actions import sessions as actions
from programmes.forms.supervision import REASONS, BookForm, CancelForm, MoveForm, WriteForm
from programmes.models import SupervisionGroup, SupervisionSession
from programmes.rules import supervision as rules
from programmes.states import Answer
from programmes.views.supervision import find_group

BESIDE: dict[type[Refusal], str] = {
    rules.SameDay: "day",
    rules.DayToCome: "day",
    rules.EnoughSessions: "times",
    EventOver: "day",
    EndsBeforeStart: "start",
    NothingMoved: "day",
}


def _led(request: Request, pk: int) -> SupervisionGroup:
    group = find_group(request, pk)
    note(request, about=group, scope=group.scope)
    if refusal := rules.why_not_lead(group, request.user):
        raise refusal
    return group


@audited("supervision.prepared")
@require_http_methods(["GET", "POST"])
def supervision_book(request: Request, pk: int) -> HttpResponse:
    """When the group meets; the letter with the dates is read first."""
    group = _led(request, pk)
    before = rules.sessions_of(group)
    last = before[-1] if before else None
    first = {
        "day": last.event.date + timedelta(weeks=group.weeks) if last else None,
        "start": last.event.start_time if last else None,
        "minutes": group.minutes,
        "weeks": group.weeks,
        "form": last.form if last else None,
    }
    form = BookForm(request.POST or None, initial=first)
    form.back = group.get_absolute_url()
    if form.is_bound and form.is_valid() and "change" not in request.POST:
        typed = form.cleaned_data
        days = [typed["day"] + timedelta(weeks=typed["weeks"] * n) for n in range(typed["times"])]
        facts = {name: typed[name] for name in ("start", "minutes", "form")}
        deed = partial(actions.book, days=days, by=request.user, now=clock.now(), **facts)
        try:
            if previews := read_first(request, lambda row: deed(group=row), group):
                words = Deed(
                    _("Read the letter and book"),
                    _("Book and send the letter"),
                    str(group),
                    [str(group.programme)],
                    form.back,
                )
                return check(request, form, words, previews, [(_("Days"), "", _listed(days))])
            batch = deed(group=group)
        except Refusal as refusal:
            refuse(form, refusal, BESIDE)
        else:
            say_done(request, _("Booked. The sessions are in everybody's calendar."), batch)
            return redirect(group)
    context = {"group": group, "refusal": rules.why_not_book(group, request.user)}
    return render_form(request, "programmes/supervision_book.html", form, context)


def _listed(days: list[Any]) -> str:
    return ", ".join(dates.plain_day(day) for day in days)


@audited("supervision.prepared")
@require_http_methods(["GET", "POST"])
def supervision_write(request: Request, pk: int) -> HttpResponse:
    """A session that was held: day, minutes, form, and who was there; or one that was not, to be taken away."""
    group = _led(request, pk)
    key = request.GET.get("session", "")
    session: SupervisionSession | None = None
    if key:
        rows = SupervisionSession.objects.filter(group=group).exclude(event__state=EventState.CANCELLED)
        session = get_object_or_404(rows.select_related("event", "group"), pk=key if key.isdigit() else 0)
    if session is not None and request.POST.get("act") == "remove":
        try:
            actions.take_away(session=session, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The session is taken away. It counts for nobody."))
        return redirect(group)
    people, absent = _people(group, session)
    names = [(person.pk, name_for(person, request.user)) for person in people]
    day = session.event.date if session else rules.local_day(group, clock.now())
    form = WriteForm(
        request.POST or None,
        members=names,
        initial={
            "day": day,
            "minutes": session.minutes if session else group.minutes,
            "form": session.form if session else None,
            "there": [str(pk) for pk, _name in names if pk not in absent],
        },
    )
    form.back = group.get_absolute_url()
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        facts = {name: typed[name] for name in ("day", "minutes", "form")}
        try:
            actions.write(
                group=group, session=session, present=typed["there"], by=request.user, now=clock.now(), **facts
            )
        except Refusal as refusal:
            refuse(form, refusal, BESIDE)
        else:
            messages.success(request, _("The session is saved."))
            return redirect(group)
    context = {
        "group": group,
        "session": session,
        "removable": session and rules.why_not_take_away(session, request.user, now=clock.now()) is None,
        "refusal": None if session else rules.why_not_book(group, request.user),
    }
    return render_form(request, "programmes/supervision_write.html", form, context)


def _people(group: SupervisionGroup, session: SupervisionSession | None) -> tuple[list[Any], set[int]]:
    """Who is on the session, or would be; and who is known not to have been there."""
    if session is None:
        said = rules.answers_of(group)
        return [row.person for row in rules.members_of(group) if said.get(row.person_id) == Answer.YES], set()
    rows = Registration.objects.standing().filter(event=session.event_id)
    people, absent = [], set()
    for row in rows.select_related("person", "attendance").order_by("person__name", "pk"):
        people.append(row.person)
        mark = getattr(row, "attendance", None)
        if row.state == RegistrationState.ABSENCE_REPORTED or (mark is not None and mark.mark != Mark.PRESENT):
            absent.add(row.person_id)
    return people, absent


@audited("notice.prepared")
@require_http_methods(["GET", "POST"])
def supervision_move(request: Request, pk: int, session: int) -> HttpResponse:
    """Another day for a session that is to come, or none; the letter is read first."""
    group = _led(request, pk)
    rows = SupervisionSession.objects.filter(group=group).select_related("event__region", "group")
    row = get_object_or_404(rows, pk=session)
    moving = any(name.startswith("move-") for name in request.POST)
    start = {"day": row.event.date, "start": row.event.start_time}
    move = MoveForm(request.POST if moving else None, initial=start)
    cancel = CancelForm(request.POST if request.method == "POST" and not moving else None)
    move.back = group.get_absolute_url()
    form: Any = move if moving else cancel
    if form.is_bound and form.is_valid() and "change" not in request.POST:
        typed, moment = form.cleaned_data, clock.now()
        deed: Any
        if moving:
            deed = partial(actions.move, day=typed["day"], start=typed["start"], by=request.user, now=moment)
            words = (_("Read the letter and move"), _("Move and send the letter"), _("The session is moved."))
        else:
            reason = str(REASONS[typed["reason"]])
            deed = partial(actions.cancel, reason=reason, by=request.user, now=moment)
            words = (_("Read the letter and cancel"), _("Cancel and send the letter"), _("The session is cancelled."))
        title, button, done = words
        try:
            if previews := read_first(request, lambda one: deed(session=one), row):
                asked = Deed(title, button, str(group), [dates.plain_day(row.event.date)], move.back, final=not moving)
                return check(request, form, asked, previews)
            deed(session=row)
        except Refusal as refusal:
            refuse(form, refusal, BESIDE if moving else {})
        else:
            say_done(request, done, notices_of(row.event, at=moment))
            return redirect(group)
    wrong = move if move.is_bound and move.errors else cancel
    context = {"group": group, "session": row, "move_form": move, "cancel_form": cancel}
    return render_form(request, "programmes/supervision_move.html", wrong, context)
