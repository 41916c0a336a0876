"""Mentors: a round's pairs, the region's pool, what one mentor offers, and the answer by a link."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from base import clock, dates
from base.forms import render_form
from base.marks import audited, note
from base.refusal import Refusal
from base.tokens import LinkAltered, unseal
from outbox.models import Letter
from outbox.states import LetterState
from outbox.views import Deed, check, read_first, say_done
from people.models import Region, Request
from people.rules import name_for
from programmes.actions import mentoring as actions
from programmes.forms.mentoring import NewMentorForm, OfferForm, PairsForm, ReplyForm, mentor_field
from programmes.letters.mentoring import ANSWER, ASKED
from programmes.models import Cohort, Enrolment, Mentor, Mentorship, Programme
from programmes.rules import mentoring as rules
from programmes.rules.applications import local_day
from programmes.states import LIVE_PAIRS, PairEnd, PairState, ReplyWay
from programmes.views.cohorts import find_cohort

ROWS = 25


# ---------- A round's pairs ----------


@dataclass
class Waiting:
    """Somebody without a mentor: who is proposed and why, and the others who can be chosen."""

    enrolment: Enrolment
    name: str
    options: list[tuple[str, str]]
    chosen: int | None
    why: str = ""
    load: int = 0
    cap: int = 0
    # Who has been asked before with what came of it, and who cannot be with the reason.
    before: list[str] = field(default_factory=list)
    cannot: list[tuple[str, str]] = field(default_factory=list)

    @property
    def field(self) -> str:
        """The name of the select."""
        return mentor_field(self.enrolment.pk)

    @property
    def dots(self) -> list[bool]:
        """The mentor's places, full ones first, as they will be."""
        return [n < self.load for n in range(self.cap)]

    @property
    def room(self) -> str:
        """How full the mentor will be."""
        return rules.room_words(self.load, self.cap)


@dataclass(frozen=True)
class Line:
    """A pair in the list, and how far it has come."""

    pair: Mentorship
    mentee: str
    mentor: str
    state: str
    tone: str
    note: str
    letter: Letter | None

    @property
    def open(self) -> bool:
        """Whether the mentor has not answered yet."""
        return self.pair.state == PairState.PROPOSED


@audited("mentors.paired", look="mentors.seen")
@require_http_methods(["GET", "HEAD", "POST"])
def pairs(request: Request, pk: int) -> HttpResponse:
    """Who has no mentor and who is proposed; the letters are read before they go; every pair and how it stands."""
    cohort = find_cohort(request, pk)
    note(request, about=cohort, scope=cohort.scope)
    if request.method == "POST" and (answered := _deal(request, cohort)):
        return answered
    day = local_day(cohort, clock.now())
    enrolments = rules.without_mentor(cohort.enrolments.visible_to(request.user))
    mentors = rules.pool(cohort.programme.region, day=day) if cohort.programme.mentor_kind else []
    facts = rules.facts_of(mentors, enrolments, cohort.programme.region, day=day)
    found = rules.options(enrolments, mentors, facts)
    best = rules.proposal(found)
    names = {mentor.pk: name_for(mentor.person, request.user) for mentor in mentors}
    choices = {row: _choices(options, best.get(row), names) for row, options in found.items()}
    initial = {mentor_field(row): mentor for row, mentor in best.items()}
    form = PairsForm(request.POST or None, choices=choices, initial=initial)
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        chosen = form.chosen
        deed = partial(actions.propose, choices=chosen, by=request.user, now=clock.now())
        here = reverse("programmes:pairs", args=[pk])
        try:
            if previews := read_first(request, lambda row: deed(cohort=row), cohort):
                words = Deed(
                    ngettext("Read the letter to the mentor", "Read the letters to the mentors", len(chosen)),
                    ngettext("Send the letter", "Send the letters", len(chosen)),
                    _("Mentors"),
                    [str(cohort)],
                    here,
                )
                rows = [
                    (name_for(row.person, request.user), "", names.get(chosen[row.pk], ""))
                    for row in enrolments
                    if row.pk in chosen
                ]
                return check(request, form, words, previews, rows)
            batch = deed(cohort=cohort)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            done = ngettext("%(n)s mentor is asked.", "%(n)s mentors are asked.", len(chosen)) % {"n": len(chosen)}
            say_done(request, done, batch)
            return redirect(here)
    lines = _lines(request, cohort)
    context = {
        "cohort": cohort,
        "here": "mentors",
        "waiting": [_waiting(request, row, found[row.pk], best, facts, mentors, names, lines) for row in enrolments],
        "proposed": len(best),
        "lines": [line for line in lines if line.pair.state in LIVE_PAIRS],
        "closed": [line for line in lines if line.pair.state not in LIVE_PAIRS],
        "free": sum(rules.load_of(mentor) < mentor.cap for mentor in mentors),
        "pool": len(mentors),
        "refusal": None if cohort.programme.mentor_kind else rules.NoMentorsHere(),
    }
    return render_form(request, "programmes/pairs.html", form, context)


def _choices(options: Mapping[int, rules.Option], best: int | None, names: Mapping[int, str]) -> list[tuple[str, str]]:
    """The mentors that can be chosen for one person, the proposed one first; the others say how full they are."""
    found = []
    for key in sorted(options, key=lambda key: key != best):
        mentor = options[key].mentor
        words = _("%(mentor)s (suggestion)") if key == best else _("%(mentor)s, %(room)s")
        room = rules.room_words(rules.load_of(mentor), mentor.cap)
        found.append((str(key), words % {"mentor": names[key], "room": room}))
    return found


def _waiting(
    request: Request,
    enrolment: Enrolment,
    options: Mapping[int, rules.Option],
    best: Mapping[int, int],
    facts: rules.Facts,
    mentors: list[Mentor],
    names: Mapping[int, str],
    lines: list[Line],
) -> Waiting:
    key = best.get(enrolment.pk)
    row = Waiting(enrolment, name_for(enrolment.person, request.user), _choices(options, key, names), key)
    if key is not None:
        option = options[key]
        row.why = rules.reason_words(option.fit.reasons, enrolment.cohort.programme)
        # As many as the mentor will have when everybody gets whom is proposed here.
        row.load = rules.load_of(option.mentor) + sum(mentor == key for mentor in best.values())
        row.cap = option.mentor.cap
    row.before = [
        _("%(mentor)s: %(outcome)s") % {"mentor": line.mentor, "outcome": line.note}
        for line in lines
        if line.pair.enrolment_id == enrolment.pk and line.pair.closed_why != PairEnd.WITHDRAWN
    ]
    for mentor in mentors:
        if refusal := rules.why_not_pair(mentor, enrolment, day=facts.day, facts=facts):
            row.cannot.append((names[mentor.pk], str(refusal)))
    return row


def _lines(request: Request, cohort: Cohort) -> list[Line]:
    """Every pair of the round, by the mentee's name and in the order in which they were proposed."""
    rows = list(
        Mentorship.objects.visible_to(request.user)
        .filter(enrolment__cohort=cohort)
        .select_related("mentor__person", "enrolment__person", "enrolment__organisation")
        .order_by("enrolment__person__name", "rank", "pk")
    )
    about = {f"programmes.enrolment:{row.enrolment_id}" for row in rows if row.state == PairState.PROPOSED}
    letters = {
        letter.facts["pair"]: letter
        for letter in Letter.objects.visible_to(request.user)
        .filter(about__in=about, kind=ASKED)
        .select_related("batch")
    }
    return [_line(request, cohort, row, letters.get(row.pk)) for row in rows]


def _line(request: Request, cohort: Cohort, pair: Mentorship, letter: Letter | None) -> Line:
    said = partial(
        Line,
        pair,
        name_for(pair.enrolment.person, request.user),
        name_for(pair.mentor.person, request.user),
        capfirst(str(pair.get_state_display())),
        letter=letter,
    )
    if pair.state == PairState.CLOSED:
        return said(tone="", note=str(pair.get_closed_why_display()))
    if pair.state != PairState.PROPOSED:
        since = pair.agreed_at or pair.created_at
        return said(tone="ok", note=_("since %(day)s") % {"day": dates.plain_day(_local(since, cohort).date())})
    if pair.answer_by is not None:
        return said(tone="warn", note=_("answer by %(time)s") % {"time": dates.moment(_local(pair.answer_by, cohort))})
    if letter is not None and letter.state == LetterState.QUEUED:
        return said(tone="warn", note=_("the letter goes at %(time)s") % {"time": _at(letter.not_before, cohort)})
    return said(tone="warn", note=_("letter: %(state)s") % {"state": letter.get_state_display() if letter else ""})


def _local(moment: datetime, cohort: Cohort) -> datetime:
    return moment.astimezone(ZoneInfo(cohort.programme.region.time_zone))


def _at(moment: datetime, cohort: Cohort) -> str:
    return dates.clock_time(_local(moment, cohort))


def _deal(request: Request, cohort: Cohort) -> HttpResponse | None:
    """What is done to a pair in the list: taken back, given time, answered by telephone; None when it is neither."""
    deed = next((name for name in ("withdraw", "more", "yes", "no") if name in request.POST), None)
    if deed is None:
        return None
    rows = Mentorship.objects.run_by(request.user).filter(enrolment__cohort=cohort)
    key = request.POST.get(deed, "")
    pair = get_object_or_404(rows, pk=int(key) if key.isdecimal() else 0)
    try:
        if deed == "withdraw":
            actions.withdraw(pair=pair, by=request.user, now=clock.now())
            messages.success(request, _("The proposal is taken back. Choose another mentor."))
        elif deed == "more":
            pair = actions.give_more_time(pair=pair, by=request.user, now=clock.now())
            until = dates.moment(_local(pair.answer_by, cohort)) if pair.answer_by else ""
            messages.success(request, _("The mentor can answer until %(time)s.") % {"time": until})
        else:
            yes = deed == "yes"
            actions.answer(pair=pair, yes=yes, way=ReplyWay.COORDINATOR, by=request.user, now=clock.now())
            told = _("The two are a pair, and get each other's contact details.")
            messages.success(request, told if yes else _("Written down. The next mentor is asked, if there is one."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("programmes:pairs", pk=cohort.pk)


# ---------- The pool ----------


@dataclass(frozen=True)
class Member:
    """A mentor in the pool."""

    mentor: Mentor
    name: str
    where: str
    themes: list[str]
    room: str
    dots: list[bool]
    pause: date | None


@audited("mentors.listed")
@require_http_methods(["GET", "HEAD", "POST"])
def mentors(request: Request) -> HttpResponse:
    """The pool of the regions that the person coordinates, and a form that takes somebody in."""
    regions = list(Region.objects.visible_to(request.user))
    if not regions:
        raise Http404
    form = NewMentorForm(request.POST or None, regions=regions)
    if form.is_valid():
        try:
            row = actions.add_mentor(
                region=form.of_region,
                email=form.cleaned_data["email"],
                name=form.cleaned_data["name"],
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error("name" if isinstance(refusal, rules.NameNeeded) else "email", str(refusal))
        else:
            messages.success(request, _("The mentor is in the pool. Fill in what you know; a letter is on its way."))
            return redirect("programmes:mentor", pk=row.pk)
    today = clock.now().date()
    found = Mentor.objects.visible_to(request.user).filter(region__in=regions).on(today).with_load()
    found = found.select_related("person", "region")
    page = Paginator(found.order_by("person__name", "pk"), ROWS).get_page(request.GET.get("page"))
    total = page.paginator.count
    context = {
        "page": page,
        "members": _members(request, list(page), today),
        "count": ngettext("%(n)s mentor", "%(n)s mentors", total) % {"n": dates.number(total)},
    }
    return render_form(request, "programmes/mentors.html", form, context)


def _members(request: Request, rows: list[Mentor], today: date) -> list[Member]:
    used = {row.region_id: row.region for row in rows}
    programmes = list(Programme.objects.run_by(request.user).filter(region__in=used).select_related("region"))
    labels = {
        key: rules.theme_labels(region, [one for one in programmes if one.region_id == key])
        for key, region in used.items()
    }
    works = rules.workplaces([row.person_id for row in rows], day=today)
    return [
        Member(
            mentor=row,
            name=name_for(row.person, request.user),
            where=works.get(row.person_id, ""),
            themes=[labels[row.region_id].get(theme, theme) for theme in row.themes],
            room=rules.room_words(rules.load_of(row), row.cap),
            dots=[n < rules.load_of(row) for n in range(row.cap)],
            pause=row.paused_until if row.paused_until and row.paused_until > today else None,
        )
        for row in rows
    ]


# ---------- One mentor ----------


def _runs(request: Request, row: Mentor) -> bool:
    """Whether the reader coordinates the mentor's region."""
    reach = request.user.reach
    return reach.administrator or row.region_id in reach.region_ids


@audited("mentor.offered", look="mentor.seen")
@require_http_methods(["GET", "HEAD", "POST"])
def mentor(request: Request, pk: int) -> HttpResponse:
    """What a mentor offers: changed by herself, and but for the number by the coordinator, who also ends it."""
    row = get_object_or_404(Mentor.objects.visible_to(request.user).select_related("person", "region"), pk=pk)
    note(request, about=row, scope=f"region:{row.region_id}")
    own, runs = row.person_id == request.user.pk, _runs(request, row)
    if "end" in request.POST:
        actions.end_mentor(mentor=row, by=request.user, now=clock.now())
        messages.success(request, _("The mentor is no longer in the pool. Pairs that have begun go on."))
        return redirect("programmes:mentors" if runs else "home:home")
    programmes = Programme.objects.filter(region=row.region_id).select_related("region")
    themes = rules.theme_labels(row.region, programmes)
    form = OfferForm(request.POST or None, mentor=row, themes=themes, own=own)
    if form.is_valid():
        try:
            actions.change_offer(mentor=row, **form.facts(), by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error("cap" if own else None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("programmes:mentor", pk=pk)
    context = {
        "mentor": row,
        "own": own,
        "runs": runs,
        "name": name_for(row.person, request.user),
        "room": rules.room_words(rules.load_of(row), row.cap),
        "where": rules.workplaces([row.person_id], day=clock.now().date()).get(row.person_id, ""),
        "ended": row.valid_to,
    }
    return render_form(request, "programmes/mentor.html", form, context)


# ---------- The answer by the link ----------


def _by_link(token: str) -> tuple[Mentorship, bool] | None:
    """The pair that a link belongs to, and whether it is the mentee's link; None when it is altered."""
    try:
        facts = unseal(ANSWER, token)
    except LinkAltered:
        return None
    row = Mentorship.objects.filter(pk=facts["p"], nonce=facts["n"]).select_related(*rules.ALONG).first()
    return (row, bool(facts["m"])) if row else None


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def mentor_answer(request: HttpRequest, token: str) -> HttpResponse:
    """The mentor says yes or not now, the mentee asks for somebody else; opening the page changes nothing."""
    found = _by_link(token)
    if found is None:
        return render(request, "programmes/answer_altered.html", status=404)
    pair, mentee = found
    moment = clock.now()
    reader = pair.enrolment.person if mentee else pair.mentor.person
    refusal = rules.why_not_somebody_else(pair) if mentee else rules.why_not_answer(pair, now=moment)
    preset = request.GET.get("answer", "")
    form = ReplyForm(request.POST or None, initial={"answer": preset if preset in ("yes", "no") else "yes"})
    if request.method == "POST" and refusal is None:
        try:
            if mentee:
                actions.ask_for_somebody_else(pair=pair, by=reader, now=moment)
                return redirect("programmes:mentor_answer", token)
            if form.is_valid():
                yes = form.cleaned_data["answer"] == "yes"
                actions.answer(pair=pair, yes=yes, way=ReplyWay.LINK, by=reader, now=moment)
                return redirect("programmes:mentor_answer", token)
        except Refusal as late:
            refusal = late
    cohort = pair.enrolment.cohort
    context = {
        "pair": pair,
        "cohort": cohort,
        "programme": cohort.programme,
        "region": cohort.programme.region,
        "mentee_reads": mentee,
        "mentee": name_for(pair.enrolment.person, reader),
        "mentor": name_for(pair.mentor.person, reader),
        "reasons": rules.reason_words(pair.reasons, cohort.programme),
        "until": pair.answer_by or rules.answer_limit(cohort.programme.region, start=moment),
        "refusal": refusal,
        "said_yes": pair.agreed_at is not None,
        "said_no": pair.closed_why == PairEnd.DECLINED,
        "released": pair.closed_why == PairEnd.SOMEBODY_ELSE,
        "late": pair.closed_why == PairEnd.LAPSED,
    }
    if refusal is not None:
        status = 409 if request.method == "POST" else 200 if pair.answered_at is not None else 410
        response = render(request, "programmes/mentor_answered.html", context, status=status)
    else:
        response = render_form(request, "programmes/mentor_answer.html", form, context)
    response["Cache-Control"] = "no-store"
    return response
