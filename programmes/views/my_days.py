"""A participant's own days: the next one, the whole path, food and access needs, files for the calendar."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from base import clock, dates
from base.clock import now
from base.forms import render_form
from events import actions as events
from events import feeds
from events import rules as event_rules
from events.letters import place_of
from events.models import Claim, Event, Needs, Registration
from events.states import ClaimState, EventState, RegistrationState
from events.views.days import map_of
from people.models import Person, Request
from people.rules import name_for
from programmes.completion import DayState, Standing
from programmes.forms.my_days import NeedsForm
from programmes.models import Cohort, CourseDay, Enrolment, Said
from programmes.rules.attendance import rows
from programmes.states import TAKING_PART, EmployerSide, ProgrammeSide

KEPT_AFTER = timedelta(days=30)
STOPS = {
    DayState.PRESENT: "done",
    DayState.MADE_UP: "done",
    DayState.PARTLY: "done",
    DayState.EXCUSED: "missed",
    DayState.ABSENT: "missed",
}


@dataclass(frozen=True)
class NextDay:
    """The next event that the person is on."""

    event: Event
    registration: Registration
    place: str
    map: str
    may_be_absent: bool


@dataclass(frozen=True)
class Course:
    """A cohort that the person takes part in, and how far she or he has come."""

    enrolment: Enrolment
    cohort: Cohort
    standing: Standing
    sentence: str
    stops: list[dict[str, Any]]
    contact: str
    needs: Needs | None
    may_tell_needs: bool


@dataclass(frozen=True)
class Overview:
    """Everything that a participant's pages say."""

    courses: list[Course] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    next: NextDay | None = None
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.courses or self.tasks or self.next)

    @property
    def next_course(self) -> Course | None:
        """The course that the next day belongs to, else the first."""
        if self.next is not None:
            for course in self.courses:
                if any(stop["event"] == self.next.event.pk for stop in course.stops):
                    return course
        return self.courses[0] if self.courses else None


def in_a_sentence(standing: Standing) -> str:
    """ "You have attended 3 of 8 days and can miss 1 more day.", and what a break has left over."""
    words = _how_far(standing)
    away = len(standing.on_break)
    if not away or standing.complete:
        return words
    return ngettext(
        "%(sentence)s %(n)s day is left from your break.", "%(sentence)s %(n)s days are left from your break.", away
    ) % {"sentence": words, "n": away}


def _how_far(standing: Standing) -> str:
    facts = {"done": standing.whole_days, "all": len(standing.days)}
    if not standing.days:
        return _("The days are not decided yet.")
    if standing.complete and not any(day.state is DayState.TO_COME for day in standing.days):
        return _("You have attended %(done)s of %(all)s days and have completed the course.") % facts
    if standing.must_make_up:
        days = -(-standing.must_make_up.numerator // standing.must_make_up.denominator)
        return ngettext(
            "You have attended %(done)s of %(all)s days and must make up %(n)s day.",
            "You have attended %(done)s of %(all)s days and must make up %(n)s days.",
            days,
        ) % {**facts, "n": days}
    if standing.can_miss_days:
        return ngettext(
            "You have attended %(done)s of %(all)s days and can miss %(n)s more day.",
            "You have attended %(done)s of %(all)s days and can miss %(n)s more days.",
            standing.can_miss_days,
        ) % {**facts, "n": standing.can_miss_days}
    if standing.can_miss_hours:
        return _("You have attended %(done)s of %(all)s days and can miss %(n)s more hours.") % {
            **facts,
            "n": dates.number(standing.can_miss_hours),
        }
    return _("You have attended %(done)s of %(all)s days and cannot miss any more.") % facts


def _next(person: Person, moment: datetime) -> NextDay | None:
    mine = (
        Registration.objects.visible_to(person)
        .standing()
        .filter(person=person, event__ends_at__gt=moment, event__state=EventState.PUBLISHED)
        .select_related("event__region", "event__host", "event__course_day")
        .order_by("event__starts_at")
        .first()
    )
    if mine is None:
        return None
    refusal = event_rules.why_not_report_absence(mine, person, now=moment)
    return NextDay(mine.event, mine, place_of(mine.event), map_of(mine.event), refusal is None)


def _stops(
    days: list[CourseDay], standing: Standing, upcoming: NextDay | None, absences: frozenset[int]
) -> list[dict[str, Any]]:
    states = {day.number: day.state for day in standing.days}
    stops = []
    for day in days:
        known = states.get(day.number)
        state = STOPS.get(known, "") if known else ""
        reported = day.number in absences
        if upcoming is not None and day.event_id == upcoming.event.pk:
            state = "next"
        elif state == "missed" and day.event.ends_at > now():
            state = ""
        stops.append(
            {
                "number": day.number,
                "title": day.event.title,
                "date": day.event.date,
                "url": day.event.get_absolute_url(),
                "state": state,
                "event": day.event_id,
                "day": day,
                "place": place_of(day.event),
                "reported": reported,
                "made_up": known is DayState.MADE_UP,
                "unknown": known is DayState.UNKNOWN,
                "on_break": known is DayState.ON_BREAK,
                "cancelled": day.event.state == EventState.CANCELLED,
            }
        )
    return stops


def _course(enrolment: Enrolment, person: Person, upcoming: NextDay | None, moment: datetime) -> Course:
    cohort = enrolment.cohort
    days = list(
        CourseDay.objects.visible_to(person)
        .filter(cohort=cohort)
        .select_related("event__host", "event__region")
        .order_by("number")
    )
    [row] = rows(cohort, [enrolment], now=moment)
    needs = Needs.objects.visible_to(person).filter(claim=enrolment.claim_id).first() if enrolment.claim_id else None
    return Course(
        enrolment=enrolment,
        cohort=cohort,
        standing=row.standing,
        sentence=in_a_sentence(row.standing),
        stops=_stops(days, row.standing, upcoming, row.absences),
        contact=name_for(cohort.responsible, person),
        needs=needs,
        may_tell_needs=_erase_on(enrolment) is not None,
    )


def _erase_on(enrolment: Enrolment) -> Any:
    """When the needs are erased: 30 days after the last day; None when that has been, or without a place."""
    claim = enrolment.claim
    if claim is None or claim.state != ClaimState.CONFIRMED or enrolment.programme_side not in TAKING_PART:
        return None
    last = (
        enrolment.cohort.days.exclude(event__state=EventState.CANCELLED)
        .order_by("-event__date")
        .values_list("event__date", flat=True)
        .first()
    )
    if last is None or last + KEPT_AFTER <= now().date():
        return None
    return last + KEPT_AFTER


def _waiting(enrolment: Any) -> Iterator[tuple[date, dict[str, Any]]]:
    """What waits for the participant, each with its day: a task to hand in, the mentor's agreement and questions.

    Read with `with_next_task` and `with_waiting_pair`.
    """
    if enrolment.programme_side not in TAKING_PART:
        return
    zone = enrolment.cohort.programme.region.time_zone
    today = clock.today(zone)

    def row(route: str, key: int, title: str, hint: str, due: date | None) -> tuple[date, dict[str, Any]]:
        state, late = "", due is not None and due < today
        if due is not None:
            words = _("Was due %(day)s") if late else _("By %(day)s")
            state = words % {"day": dates.plain_day(due, today=today)}
        url = reverse(f"programmes:{route}", args=[key])
        facts = {"url": url, "title": title, "hint": hint, "state": state, "tone": "warn" if late else "on"}
        return due or date.max, facts

    if enrolment.task_group is not None:
        title = _("Group task")
        if enrolment.task_day is not None:
            title = _("Task for day %(number)s") % {"number": enrolment.task_day}
        yield row("hand_in", enrolment.task_group, title, enrolment.task_title, enrolment.task_due)
    if enrolment.pair_to_answer is not None:
        until = enrolment.answer_until.astimezone(ZoneInfo(zone)).date()
        hint = _("Three short questions about you and your mentor.")
        yield row("mentor_check", enrolment.pair_to_answer, _("How does it go with your mentor?"), hint, until)
    if enrolment.pair_to_agree is not None:
        hint = _("Your mentor has written down what you agree on.")
        yield row("mentorship", enrolment.pair_to_agree, _("Read the agreement and say yes"), hint, None)


def _task(enrolment: Enrolment) -> dict[str, Any] | None:
    """What an application waits for, for the one who applied."""
    mine = reverse("programmes:my_application", args=[enrolment.pk])
    cohort = str(enrolment.cohort)
    if enrolment.programme_side == ProgrammeSide.OFFERED:
        until = enrolment.claim.expires_at if enrolment.claim else None
        zone = enrolment.cohort.programme.region.time_zone
        return {
            "url": reverse("programmes:answer_offer", args=[enrolment.pk]),
            "title": _("Answer the offer of a place"),
            "hint": cohort,
            "state": _("By %(day)s") % {"day": dates.moment(until.astimezone(ZoneInfo(zone)))} if until else "",
            "tone": "warn",
        }
    if enrolment.programme_side == ProgrammeSide.WAITLISTED and enrolment.claim is not None:
        ahead = (
            Claim.objects.waiting()
            .filter(places=enrolment.claim.places_id, position__lt=enrolment.claim.position or 0)
            .count()
        )
        return {
            "url": mine,
            "title": _("You are on the waiting list"),
            "hint": cohort,
            "state": _("Number %(n)s in line") % {"n": ahead + 1},
            "tone": "on",
        }
    if enrolment.programme_side == ProgrammeSide.APPLIED:
        asked = enrolment.employer_side == EmployerSide.ASKED
        return {
            "url": mine,
            "title": _("Your application"),
            "hint": cohort,
            "state": _("Waits for your manager") if asked else _("Waits for the selection"),
            "tone": "on",
        }
    return None


def overview(person: Person, *, moment: datetime) -> Overview:
    """What the person takes part in, what waits for an answer, and what comes next."""
    enrolments = list(
        Enrolment.objects.visible_to(person)
        .filter(person=person)
        .live()
        .with_next_task()
        .with_waiting_pair(moment)
        .select_related("cohort__programme__region", "cohort__responsible", "claim", "person", "organisation", "unit")
        .order_by("-cohort__places__starts_at", "-pk")
    )
    upcoming = _next(person, moment)
    courses = [
        _course(enrolment, person, upcoming, moment)
        for enrolment in enrolments
        if enrolment.programme_side in TAKING_PART
    ]
    tasks = [task for enrolment in enrolments if (task := _task(enrolment))]
    waiting = sorted((row for enrolment in enrolments for row in _waiting(enrolment)), key=lambda row: row[0])
    return Overview(courses, tasks, upcoming, [task for _by, task in waiting])


def _said(cohorts: list[Cohort]) -> list[tuple[Cohort, list[tuple[str, str]]]]:
    """For each of these rounds what the participants of the one before said, and what was changed."""
    said: dict[int, list[tuple[str, str]]] = defaultdict(list)
    before = [cohort.previous_id for cohort in cohorts]
    for row in Said.objects.shown().filter(cohort__in=before).order_by("order", "pk"):
        said[row.cohort_id].append((row.said, row.changed))
    return [(cohort, said[cohort.previous_id]) for cohort in cohorts if cohort.previous_id in said]


@require_GET
def my_days(request: Request) -> HttpResponse:
    """All days that the reader is on, round by round, and those in other rounds."""
    moment = now()
    found = overview(request.user, moment=moment)
    shown = {stop["event"] for course in found.courses for stop in course.stops}
    others = (
        Registration.objects.visible_to(request.user)
        .standing()
        .filter(person=request.user, event__in=Event.objects.visible_to(request.user).published())
        .exclude(event__in=shown)
        .select_related("event__host", "event__region", "event__course_day")
        .order_by("event__starts_at")
    )
    context = {
        "overview": found,
        "said": _said([course.cohort for course in found.courses]),
        "others": [(row, place_of(row.event), row.event.ends_at <= moment) for row in others],
        "reported": RegistrationState.ABSENCE_REPORTED,
    }
    return render(request, "programmes/my_days.html", context)


@require_http_methods(["GET", "POST"])
def my_needs(request: Request, pk: int) -> HttpResponse:
    """The participant's own food and access needs in a round."""
    mine = Enrolment.objects.visible_to(request.user).filter(person=request.user, claim__isnull=False)
    enrolment = get_object_or_404(mine.select_related("claim__places", "cohort__programme"), pk=pk)
    erase_on = _erase_on(enrolment)
    if erase_on is None or enrolment.claim is None:
        raise Http404
    kept = Needs.objects.visible_to(request.user).filter(claim=enrolment.claim).first()
    form = NeedsForm(
        request.POST or None, initial={"diet": kept.diet if kept else "", "access": kept.access if kept else ""}
    )
    form.back = reverse("programmes:my_days")
    if request.method == "POST" and form.is_valid():
        events.keep_needs(claim=enrolment.claim, erase_on=erase_on, by=request.user, now=now(), **form.cleaned_data)
        messages.success(request, _("Saved. It is erased 30 days after the last day."))
        return redirect("programmes:my_days")
    return render_form(request, "programmes/my_needs.html", form, {"enrolment": enrolment, "erase_on": erase_on})


@require_GET
def days_file(request: Request, pk: int) -> HttpResponse:
    """A round's days as one calendar file, for those who see them."""
    cohort = get_object_or_404(Cohort.objects.visible_to(request.user), pk=pk)
    days = Event.objects.visible_to(request.user).published().filter(course_day__cohort=cohort)
    found = list(days.select_related("region", "host").order_by("starts_at"))
    if not found:
        raise Http404
    content = feeds.file_of(found, name=str(cohort))
    return feeds.answer(request, content, filename=f"helmi-{cohort.pk}.ics", attachment=True)
