"""The running mentorship: for the two on their phones, and what whoever runs the round may see of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from base import dates
from base.clock import now
from base.forms import refuse, render_form
from base.marks import audited, note
from base.refusal import Refusal
from people.models import Person, Request
from people.rules import name_for
from programmes.actions import mentorships as actions
from programmes.forms.mentorships import ANOTHER, WAIT, AgreementForm, CheckForm, EndForm, MeetingFields, NoteForm
from programmes.lights import Colour, Light
from programmes.models import Cohort, Mentor, MentorCheck, MentorMeeting, MentorNote, Mentorship
from programmes.rules import mentoring
from programmes.rules import mentorships as rules
from programmes.states import AGREED_PAIRS, MeetingForm, MeetingTag, PairState

TONES = {Colour.GREEN: "ok", Colour.AMBER: "warn", Colour.RED: "danger"}
CLOSING_SHOWN = timedelta(days=30)


@dataclass(frozen=True)
class Line:
    """A pair in a list: who, how the light stands, which meeting comes and which waits to be written down."""

    pair: Mentorship
    mentor: str
    mentee: str
    other: str
    light: Light | None
    words: str
    tone: str
    next: MentorMeeting | None
    due: MentorMeeting | None
    last: MentorMeeting | None
    held: int
    minutes: int
    tags: str
    log: str
    asks: str
    today: date
    to_agree: bool
    check: MentorCheck | None

    @property
    def waits(self) -> bool:
        """Whether the agreement or the questions wait for the reader."""
        return self.to_agree or self.check is not None

    @property
    def due_today(self) -> bool:
        """Whether the meeting that waits to be written down is booked for today."""
        return self.due is not None and self.due.date == self.today

    @property
    def colour(self) -> str:
        """The light as a word."""
        return str(rules.COLOURS[self.light.colour]) if self.light else ""


def lines(pairs: Sequence[Mentorship], viewer: Person, *, moment: datetime) -> list[Line]:
    """The pairs with what each viewer reads of them; `pairs` come from `read`."""
    lit = rules.lights(pairs, now=moment)
    return [_line(pair, viewer, lit.get(pair.pk), moment) for pair in pairs]


def _line(pair: Mentorship, viewer: Person, light: Light | None, moment: datetime) -> Line:
    today = rules.today_of(pair, moment)
    meetings = list(pair.meetings.all())
    held = [row for row in meetings if row.held_at is not None]
    open_ = meetings if pair.state in AGREED_PAIRS else []
    due = rules.last_booked(open_, today)
    route = reverse("programmes:mentor_meeting_new", args=[pair.pk])
    tags = list(dict.fromkeys(row.get_tag_display() for row in held))
    mentor, mentee = (rules.name_in(pair, one, viewer) for one in (pair.mentor.person, pair.enrolment.person))
    return Line(
        pair=pair,
        mentor=mentor,
        mentee=mentee,
        other=mentee if viewer.pk == pair.mentor.person_id else mentor,
        light=light,
        words=rules.in_words(light, today=today) if light else "",
        tone=TONES[light.colour] if light else "",
        next=rules.next_booked([row for row in open_ if row != due], today),
        due=due,
        last=held[0] if held else None,
        held=len(held),
        minutes=sum(row.minutes for row in held),
        tags=", ".join(tags),
        log=reverse("programmes:mentor_meeting", args=[pair.pk, due.pk]) if due else route,
        asks=_asks(pair, viewer),
        today=today,
        to_agree=rules.why_not_confirm(pair, by=viewer) is None,
        check=_to_answer(pair, viewer, moment),
    )


def _to_answer(pair: Mentorship, viewer: Person, moment: datetime) -> MentorCheck | None:
    """The questions that wait for the viewer's answer, with their pair."""
    for row in pair.checks.all():
        row.mentorship = pair
        if rules.why_not_answer(row, by=viewer, now=moment) is None:
            return row
    return None


def _asks(pair: Mentorship, viewer: Person) -> str:
    """What the two want of whoever runs the round; nothing for the two themselves."""
    if rules.is_of_pair(pair, viewer):
        return ""
    words = []
    if any(row.settled_at is None for row in pair.wishes.all()):
        words.append(_("asks for another mentor"))
    if any(row.call and row.called_at is None for row in pair.checks.all()):
        words.append(_("wants a call"))
    return ", ".join(words)


def read(found: Any) -> list[Mentorship]:
    """The pairs with all that a list says of them, the ones that go on first: a fixed number of statements."""
    rows = found.select_related(*rules.ALONG, "enrolment__organisation").prefetch_related(
        "meetings", "wishes", "checks"
    )
    pairs = list(rows.order_by("-agreed_at", "-pk"))
    return sorted(pairs, key=lambda pair: pair.state == PairState.CLOSED)


def current(person: Person) -> list[Mentorship]:
    """The pairs in which the person is the mentor and that go on, as a start page shows them."""
    return read(Mentorship.objects.visible_to(person).of_mentor(person).agreed())


def next_first(found: list[Line]) -> list[Line]:
    """Those that wait for the reader, or whose meeting is to be written down; then who meets next; then the silent."""
    return sorted(
        found,
        key=lambda line: (
            line.pair.state == PairState.CLOSED,
            not line.to_agree,
            line.check is None,
            line.due is None,
            line.next.date if line.next else date.max,
            -(line.light.silent if line.light else 0),
        ),
    )


# ---------- Lists ----------


@require_GET
def my_mentor(request: Request) -> HttpResponse:
    """The participant's mentor, and those she has had."""
    pairs = read(Mentorship.objects.visible_to(request.user).of_mentee(request.user))
    found = next_first(lines(pairs, request.user, moment=now()))
    context = {"lines": found, "mentoring": False, "rule": rules.RULE}
    return render(request, "programmes/my_mentorships.html", context)


@require_GET
def my_mentoring(request: Request) -> HttpResponse:
    """The mentor's mentees: how each light stands, the next meeting, and writing one down."""
    mine = Mentorship.objects.visible_to(request.user).of_mentor(request.user)
    pairs = read(mine.filter(agreed_at__isnull=False))
    context = {
        "lines": next_first(lines(pairs, request.user, moment=now())),
        "mentoring": True,
        "rule": rules.RULE,
        "offers": list(Mentor.objects.of(request.user).on(now().date()).select_related("region")),
    }
    return render(request, "programmes/my_mentorships.html", context)


@audited("mentorships.seen")
@require_GET
def mentorships(request: Request, pk: int) -> HttpResponse:
    """The pairs of a round: lights, dates, minutes and topics, and who asks for something."""
    cohort = get_object_or_404(Cohort.objects.run_by(request.user).select_related("programme__region"), pk=pk)
    pairs = read(Mentorship.objects.visible_to(request.user).filter(enrolment__cohort=cohort, agreed_at__isnull=False))
    note(request, about=cohort, scope=cohort.scope)
    found = lines(pairs, request.user, moment=now())
    context = {
        "cohort": cohort,
        "lines": sorted(found, key=lambda line: (not line.asks, -(line.light.silent if line.light else -1))),
        "rule": rules.RULE,
    }
    return render(request, "programmes/cohort_mentorships.html", context)


# ---------- One pair ----------


def _find(request: Request, pk: int) -> Mentorship:
    """A pair that the reader sees, once the mentor has said yes."""
    found = Mentorship.objects.visible_to(request.user).filter(agreed_at__isnull=False)
    return get_object_or_404(
        found.select_related(
            *rules.ALONG, "enrolment__card", "enrolment__cohort__responsible", "written_by", "confirmed_by"
        ),
        pk=pk,
    )


def _theirs(request: Request, pk: int) -> Mentorship:
    """A pair of one's own: who only runs the round reads why not."""
    pair = _find(request, pk)
    if not rules.is_of_pair(pair, request.user):
        raise rules.NotOfThePair()
    return pair


@require_http_methods(["GET", "POST"])
def mentorship(request: Request, pk: int) -> HttpResponse:
    """The pair: what waits, the light, the meetings; the agreement for the two; what they ask for, for who runs it."""
    pair = _find(request, pk)
    if request.method == "POST":
        return _act(request, pair)
    moment, person = now(), request.user
    own = rules.is_of_pair(pair, person)
    meetings = list(MentorMeeting.objects.visible_to(person).filter(mentorship=pair))
    checks = list(pair.checks.select_related("person"))
    mine = next((check for check in checks if check.person_id == person.pk), None)
    light = rules.lights([pair], now=moment).get(pair.pk)
    today = rules.today_of(pair, moment)
    live = pair.state in AGREED_PAIRS
    due = rules.last_booked(meetings, today) if live else None
    context = {
        "pair": pair,
        "own": own,
        "live": live,
        "mentee_reads": person.pk == pair.enrolment.person_id,
        "mentor": rules.name_in(pair, pair.mentor.person, person),
        "mentee": rules.name_in(pair, pair.enrolment.person, person),
        "other": rules.name_in(pair, rules.other_of(pair, person), person) if own else "",
        "light": light,
        "light_words": rules.in_words(light, today=today) if light else "",
        "colour": str(rules.COLOURS[light.colour]) if light else "",
        "tone": TONES[light.colour] if light else "",
        "rule": rules.RULE,
        "meetings": [(row, _removable(row, pair, person, moment)) for row in meetings],
        "held_words": _held_words(meetings, pair),
        "next": rules.next_booked([row for row in meetings if row != due], today) if live else None,
        "due": due,
        "contact": _contact(pair, person) if own and live else None,
        "may_confirm": own and rules.why_not_confirm(pair, by=person) is None,
        "written_at": pair.written_at.isoformat() if pair.written_at else "",
        "writer": rules.name_in(pair, pair.written_by, person) if own and pair.written_by else "",
        "check": mine if mine and rules.why_not_answer(mine, by=person, now=moment) is None else None,
        "answers": _answers(checks, pair, person, moment) if own else [],
        "waits_for_other": bool(mine and mine.answered_at and any(not row.answered_at for row in checks)),
        "closing": own and live and pair.ends_on is not None and today >= pair.ends_on - CLOSING_SHOWN,
        "notes": MentorNote.objects.visible_to(person).filter(mentorship=pair).count() if own else 0,
        "wish": own and pair.wishes.waiting().filter(person=person).exists(),
        "responsible": name_for(pair.enrolment.cohort.responsible, person),
    }
    if not own:
        context |= _for_coordinator(pair, checks, person)
    return render(request, "programmes/mentorship.html", context)


def _removable(row: MentorMeeting, pair: Mentorship, person: Person, moment: datetime) -> bool:
    """Whether the page offers to take a closing talk back that has ended the pair."""
    row.mentorship = pair
    if pair.state != PairState.CLOSED or not rules.ended_by(row):
        return False
    return rules.why_not_remove(row, by=person, now=moment) is None


def _held_words(meetings: list[MentorMeeting], pair: Mentorship) -> str:
    """ "3 of 7 meetings, 4.5 hours"."""
    held = [row for row in meetings if row.held_at is not None]
    target = pair.enrolment.cohort.programme.mentor_meetings
    return ngettext(
        "%(n)s of %(target)s meeting, %(hours)s hours", "%(n)s of %(target)s meetings, %(hours)s hours", target
    ) % {"n": len(held), "target": target, "hours": dates.number(round(sum(row.minutes for row in held) / 60, 2))}


def _contact(pair: Mentorship, person: Person) -> mentoring.Contact:
    """How the reader reaches the other one."""
    own_mentor = person.pk == pair.enrolment.person_id
    return mentoring.contact_of_mentor(pair) if own_mentor else mentoring.contact_of_mentee(pair)


def _answers(checks: list[MentorCheck], pair: Mentorship, person: Person, moment: datetime) -> list[dict[str, str]]:
    """What one of the two may read of the answers; never who wants a call."""
    return [
        {
            "name": _("You") if row.person_id == person.pk else rules.name_in(pair, row.person, person),
            "works": row.get_works_display(),
            "often": row.get_often_display(),
        }
        for row in rules.shown_of(checks, person, now=moment)
    ]


def _for_coordinator(pair: Mentorship, checks: list[MentorCheck], person: Person) -> dict[str, Any]:
    """Who wants a call and who asks for another mentor, for those who see to it."""
    calls = [(row.pk, name_for(row.person, person)) for row in checks if row.call and row.called_at is None]
    wishes = pair.wishes.waiting().select_related("person")
    return {"calls": calls, "wishes": [name_for(row.person, person) for row in wishes]}


def _act(request: Request, pair: Mentorship) -> HttpResponse:
    """The buttons of the page: a yes to the agreement, a call that was made, a wish that was seen to."""
    act, moment = request.POST.get("act"), now()
    if act == "confirm":
        at = parse_datetime(request.POST.get("written_at", ""))
        actions.confirm_agreement(pair=pair, written_at=at or moment, by=request.user, now=moment)
        messages.success(request, _("The agreement holds."))
    elif act == "called":
        key = request.POST.get("check", "")
        check = get_object_or_404(pair.checks.all(), pk=int(key) if key.isdecimal() else 0)
        actions.called(check=check, by=request.user, now=moment)
        messages.success(request, _("Written down: you have called."))
    elif act == "settle":
        actions.settle_wishes(pair=pair, by=request.user, now=moment)
        messages.success(request, _("Written down. The two go on."))
    return redirect(pair)


def _page(request: Request, pair: Mentorship, form: Any, **context: Any) -> HttpResponse:
    """A page with one form about a pair."""
    person = request.user
    own = rules.is_of_pair(pair, person)
    names = [rules.name_in(pair, one, person) for one in (pair.mentor.person, pair.enrolment.person)]
    other = rules.name_in(pair, rules.other_of(pair, person), person) if own else " / ".join(names)
    return render_form(request, "programmes/mentorship_form.html", form, {"pair": pair, "other": other, **context})


@require_http_methods(["GET", "POST"])
def agreement(request: Request, pk: int) -> HttpResponse:
    """Either of the two writes down what they agree on; the other one says yes."""
    pair = _theirs(request, pk)
    initial = {"aims": pair.aims, "rhythm": pair.rhythm, "reached": pair.reached}
    form = AgreementForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        actions.write_agreement(pair=pair, by=request.user, now=now(), **form.cleaned_data)
        other = rules.name_in(pair, rules.other_of(pair, request.user), request.user)
        messages.success(request, _("Saved. %(name)s gets a letter and says yes.") % {"name": other})
        return redirect(pair)
    refusal = rules.why_not_take_part(pair, by=request.user)
    return _page(request, pair, form, heading=_("Your agreement"), kind="agreement", refusal=refusal)


def _meeting_form(request: Request, pair: Mentorship, initial: dict[str, Any]) -> MeetingFields:
    first = rules.today_of(pair, pair.agreed_at) if pair.agreed_at else date.min
    usual = pair.enrolment.cohort.programme.mentor_minutes
    return MeetingFields(request.POST or None, initial=initial, first=first, usual=usual)


def _keep_meeting(
    request: Request, pair: Mentorship, row: MentorMeeting | None, initial: dict[str, Any]
) -> HttpResponse:
    form, moment, twin = _meeting_form(request, pair, initial), now(), ""
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            kept = actions.keep_meeting(
                pair=pair,
                meeting=row,
                day=data["day"],
                minutes=data["minutes"],
                form=data["met"],
                tag=data["tag"],
                again=request.POST.get("again") == "1",
                by=request.user,
                now=moment,
            )
        except rules.SameMeeting as hint:
            twin = str(hint)
        except Refusal as no:
            refuse(form, no, {rules.TopicMissing: "tag", rules.AgreeFirst: "tag", rules.BeforeTheyMet: "day"})
        else:
            messages.success(request, _kept_words(kept))
            return redirect(pair)
    refusal = rules.why_not_take_part(pair, by=request.user)
    heading = _("The meeting") if row else _("Log a meeting")
    return _page(request, pair, form, heading=heading, kind="meeting", row=row, twin=twin, refusal=refusal)


def _kept_words(row: MentorMeeting) -> str:
    day = {"day": dates.day_on(row.date)}
    if row.held_at is None:
        return _("The meeting is booked for %(day)s.") % day
    if row.tag == MeetingTag.CLOSING:
        return _("The closing talk is written down, and the mentorship has ended. Thank you both.")
    return _("The meeting on %(day)s is written down.") % day


@require_http_methods(["GET", "POST"])
def meeting_new(request: Request, pk: int) -> HttpResponse:
    """Write down a meeting, preset to today and to how the two met last; or book one."""
    pair = _theirs(request, pk)
    last = pair.meetings.held().first()
    initial = {
        "day": rules.today_of(pair, now()) if "book" not in request.GET else None,
        "minutes": last.minutes if last else pair.enrolment.cohort.programme.mentor_minutes,
        "met": last.form if last else MeetingForm.IN_PERSON,
    }
    return _keep_meeting(request, pair, None, initial)


@require_http_methods(["GET", "POST"])
def meeting(request: Request, pk: int, meeting: int) -> HttpResponse:
    """Write down a booked meeting, change one, or take one away."""
    pair = _theirs(request, pk)
    row = get_object_or_404(MentorMeeting.objects.visible_to(request.user).filter(mentorship=pair), pk=meeting)
    if request.POST.get("act") == "remove":
        reopened = pair.state == PairState.CLOSED
        row.mentorship = pair
        actions.remove_meeting(meeting=row, by=request.user, now=now())
        messages.success(request, _("Taken away. The mentorship goes on.") if reopened else _("Taken away."))
        return redirect(pair)
    initial = {"day": row.date, "minutes": row.minutes, "met": row.form, "tag": row.tag}
    return _keep_meeting(request, pair, row, initial)


@require_http_methods(["GET", "POST"])
def notes(request: Request, pk: int) -> HttpResponse:
    """One's own notes about the mentorship: read, written, changed and erased by nobody else."""
    pair = _theirs(request, pk)
    found = MentorNote.objects.visible_to(request.user).filter(mentorship=pair)
    key = request.POST.get("note", "") or request.GET.get("note", "")
    row = get_object_or_404(found, pk=int(key) if key.isdecimal() else 0) if key else None
    if request.POST.get("act") == "remove" and row is not None:
        actions.remove_note(note=row, by=request.user, now=now())
        messages.success(request, _("The note has been erased."))
        return redirect("programmes:mentor_notes", pair.pk)
    form = NoteForm(request.POST or None, initial={"text": row.text if row else ""})
    if form.is_bound and form.is_valid():
        actions.keep_note(pair=pair, note=row, text=form.cleaned_data["text"], by=request.user, now=now())
        messages.success(request, _("Saved. Nobody but you can read it."))
        return redirect("programmes:mentor_notes", pair.pk)
    refusal = rules.why_not_note(pair, row, by=request.user)
    context = {
        "pair": pair,
        "other": rules.name_in(pair, rules.other_of(pair, request.user), request.user),
        "notes": found if row is None else [],
        "row": row,
        "refusal": refusal,
    }
    return render_form(request, "programmes/mentor_notes.html", form, context)


@require_http_methods(["GET", "POST"])
def check(request: Request, pk: int) -> HttpResponse:
    """Three closed questions, once, two months in."""
    pair = _theirs(request, pk)
    row = get_object_or_404(pair.checks.filter(person=request.user))
    row.mentorship = pair
    form = CheckForm(request.POST or None)
    if form.is_bound and form.is_valid():
        actions.answer_check(check=row, by=request.user, now=now(), **form.facts())
        messages.success(request, _("Thank you for your answers."))
        return redirect(pair)
    refusal = rules.why_not_answer(row, by=request.user, now=now())
    return _page(request, pair, form, heading=_("How does it go?"), kind="check", refusal=refusal, row=row)


@require_http_methods(["GET", "POST"])
def end(request: Request, pk: int) -> HttpResponse:
    """The way out, without a reason: another mentor, or the end."""
    pair = _find(request, pk)
    person = request.user
    own = rules.is_of_pair(pair, person)
    form = EndForm(request.POST or None, coordinator=not own, mentee=person.pk == pair.enrolment.person_id)
    if form.is_bound and form.is_valid():
        how, moment = form.cleaned_data["how"], now()
        try:
            if how == WAIT:
                actions.wish_another(pair=pair, by=person, now=moment)
            else:
                actions.end(pair=pair, another=how == ANOTHER, by=person, now=moment)
        except rules.WishStands as no:
            form.add_error("how", str(no))
        else:
            messages.success(request, _ended_words(how))
            return redirect(pair)
    heading = _("End it or ask for another mentor")
    refusal = rules.why_not_end(pair, by=person)
    return _page(request, pair, form, heading=heading, kind="end", refusal=refusal, own=own)


def _ended_words(how: str) -> str:
    if how == WAIT:
        return _("The coordinator sees that you ask for another mentor, and nobody else does.")
    if how == ANOTHER:
        return _("The mentorship has ended. The coordinator sees that another mentor is wanted.")
    return _("The mentorship has ended.")
