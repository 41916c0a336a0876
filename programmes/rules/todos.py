"""What is to be done in cohorts now, and by when: computed from what stands, never stored."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, Count, Exists, F, FloatField, Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat, Least
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from answers.models import FreeText
from answers.states import TextState
from base import clock, dates
from events.models import Attendance, Registration
from events.rules.todos import Todo as EventTodo
from events.states import ClaimState, EventState, Mark, RegistrationState
from programmes.models import Approval, Certificate, Cohort, CourseDay, Enrolment, MakeUp, Mentorship
from programmes.querysets import lacks_something
from programmes.states import (
    PAIRING,
    TAKING_PART,
    Answer,
    CertificateKind,
    CertificateState,
    CohortState,
    EmployerSide,
    ProgrammeSide,
)

# How long before a day the host and the place are asked for, and how long after it the attendance may take.
HOST_SHOWN, HOST_DUE = timedelta(days=90), timedelta(days=42)
VENUE_SHOWN, VENUE_DUE = timedelta(days=42), timedelta(days=21)
ATTENDANCE_DUE = timedelta(days=14)
SELECTION_DUE = timedelta(days=7)
CERTIFICATES_DUE = timedelta(days=14)
DECISION_DUE = timedelta(days=30)
LOOK_SHOWN = timedelta(days=14)

# Those who can still complete.
GOING_ON = (ProgrammeSide.ENROLLED, ProgrammeSide.NOT_COMPLETED)


@dataclass(frozen=True)
class Todo(EventTodo):
    """One thing to do in a cohort."""

    cohort: Cohort


@dataclass
class Counts:
    """How many enrolments of a cohort stand where."""

    taking_part: int = 0
    pending: int = 0
    counting: int = 0
    offered: int = 0
    waiting: int = 0
    next_expiry: datetime | None = None
    to_confirm: int = 0
    unfinished: int = 0
    without_mentor: int = 0
    pairs_asking: int = 0
    to_read: bool = False


def counts(cohorts: Iterable[Cohort]) -> dict[int, Counts]:
    """How many stand where, by cohort: one query for all of them."""
    unconfirmed = Approval.objects.filter(
        enrolment=OuterRef("pk"),
        answer=Answer.YES,
        asked__isnull=True,
        confirmed_at__isnull=True,
        replaced_at__isnull=True,
    )
    # What was written about a round over its days, as the answers keep it.
    owner = Concat(Value("programmes.cohort:"), Cast(OuterRef("cohort"), CharField()))
    unread = FreeText.objects.filter(box__owner=owner, state=TextState.WAITING)
    mentored = Mentorship.objects.blocking().filter(enrolment=OuterRef("pk"))
    alone = Q(programme_side=ProgrammeSide.ENROLLED) & ~Q(cohort__programme__mentor_kind="") & ~Q(Exists(mentored))
    asking = Mentorship.objects.asking().filter(enrolment=OuterRef("pk"))
    yes = Q(employer_side=EmployerSide.APPROVED) | ~Q(included_reason="")
    applied = Q(programme_side=ProgrammeSide.APPLIED)
    rows = (
        Enrolment.objects.filter(cohort__in=[cohort.pk for cohort in cohorts])
        .order_by()
        .values("cohort", to_read=Exists(unread))
        .annotate(
            taking_part=Count("pk", filter=Q(programme_side__in=TAKING_PART)),
            pending=Count("pk", filter=applied & ~(yes & Q(may_attend=True))),
            counting=Count("pk", filter=applied & yes & Q(may_attend=True)),
            offered=Count("pk", filter=Q(programme_side=ProgrammeSide.OFFERED)),
            waiting=Count("pk", filter=Q(programme_side=ProgrammeSide.WAITLISTED)),
            next_expiry=Min("claim__expires_at", filter=Q(claim__state=ClaimState.OFFERED)),
            to_confirm=Count("pk", filter=applied & Q(Exists(unconfirmed))),
            unfinished=Count("pk", filter=lacks_something(clock.now())),
            without_mentor=Count("pk", filter=alone),
            pairs_asking=Count("pk", filter=Q(Exists(asking))),
        )
    )
    return {
        row["cohort"]: Counts(
            taking_part=row["taking_part"],
            pending=row["pending"],
            counting=row["counting"],
            offered=row["offered"],
            waiting=row["waiting"],
            next_expiry=row["next_expiry"],
            to_confirm=row["to_confirm"],
            unfinished=row["unfinished"],
            without_mentor=row["without_mentor"],
            pairs_asking=row["pairs_asking"],
            to_read=row["to_read"],
        )
        for row in rows
    }


def unmarked(cohorts: Iterable[Cohort], now: datetime) -> dict[int, int]:
    """How many of those awaited on past days have no mark, by event: one query."""
    past = CourseDay.objects.filter(cohort__in=[cohort.pk for cohort in cohorts], event__ends_at__lte=now).exclude(
        event__state=EventState.CANCELLED
    )
    marked = Attendance.objects.filter(registration=OuterRef("pk"))
    return dict(
        Registration.objects.filter(
            event__in=past.values("event"), from_enrolment=True, state=RegistrationState.REGISTERED
        )
        .filter(~Exists(marked))
        .order_by()
        .values_list("event")
        .annotate(Count("pk"))
    )


def made_up_since() -> Q:
    """A condition on cohorts: somebody who had not come through has been there on a day that makes one up."""
    rows = MakeUp.objects.filter(
        enrolment__cohort=OuterRef("pk"),
        enrolment__programme_side__in=GOING_ON,
        registration__attendance__mark=Mark.PRESENT,
    )
    return Q(Exists(rows))


def uncertified(cohorts: Iterable[Cohort]) -> dict[int, int]:
    """How many have been there long enough and have no certificate of it, by cohort that is over: one query.

    After the decision too: who makes up a day in the next round completes then.
    """
    certified = Certificate.objects.filter(
        enrolment=OuterRef("pk"), state=CertificateState.VALID, kind=CertificateKind.COMPLETION
    )
    there = {"registration__attendance__mark": Mark.PRESENT}
    own = (
        Registration.objects.filter(
            person=OuterRef("person"), event__course_day__cohort=OuterRef("cohort"), attendance__mark=Mark.PRESENT
        )
        .order_by()
        .values("person")
        .annotate(days=Sum(_part("attendance__hours", "event__hours")))
        .values("days")
    )
    made_up = (
        MakeUp.objects.filter(enrolment=OuterRef("pk"), **there)
        .order_by()
        .values("enrolment")
        .annotate(days=Sum(_part("registration__attendance__hours", "missed__event__hours")))
        .values("days")
    )
    enough = (
        Enrolment.objects.filter(
            Q(programme_side__in=GOING_ON)
            | Q(programme_side=ProgrammeSide.COMPLETED, cohort__state=CohortState.FINISHED),
            cohort__in=[cohort.pk for cohort in cohorts if cohort.state in (CohortState.FINISHED, CohortState.DECIDED)],
        )
        .filter(~Exists(certified))
        .annotate(
            days_there=Coalesce(Subquery(own), 0.0, output_field=FloatField())
            + Coalesce(Subquery(made_up), 0.0, output_field=FloatField())
        )
        .filter(days_there__gte=F("cohort__days_required") - 0.001)
    )
    return dict(enough.order_by().values_list("cohort").annotate(Count("pk")))


def _part(hours: str, full: str) -> Any:
    """How much of a day somebody was there, at most all of it."""
    return Least(Cast(F(hours), FloatField()) / Cast(F(full), FloatField()), 1.0, output_field=FloatField())


def days_of(cohorts: Iterable[Cohort]) -> dict[int, list[CourseDay]]:
    """The days of the cohorts with their events and hosts, in order: one query."""
    by_cohort: dict[int, list[CourseDay]] = defaultdict(list)
    days = CourseDay.objects.filter(cohort__in=[cohort.pk for cohort in cohorts])
    for day in days.select_related("event__host").order_by("cohort", "number"):
        by_cohort[day.cohort_id].append(day)
    return by_cohort


def todos(
    cohorts: list[Cohort],
    *,
    now: datetime,
    days: dict[int, list[CourseDay]] | None = None,
    numbers: dict[int, Counts] | None = None,
) -> list[Todo]:
    """What is to be done over these cohorts (with programme, region and decision), the latest first; four queries."""
    days = days_of(cohorts) if days is None else days
    numbers = counts(cohorts) if numbers is None else numbers
    without_mark = unmarked(cohorts, now)
    to_certify = uncertified(cohorts)
    found: list[Todo] = []
    for cohort in cohorts:
        today = now.astimezone(ZoneInfo(cohort.programme.region.time_zone)).date()
        own = [day for day in days.get(cohort.pk, []) if day.event.state != EventState.CANCELLED]
        number = numbers.get(cohort.pk, Counts())
        found += _applications(cohort, number, own, today)
        found += _mentors(cohort, number, own, today)
        found += _days(cohort, number, own, without_mark, today, now)
        found += _end(cohort, to_certify.get(cohort.pk, 0), own, today)
        found += _better(cohort, today)
        if number.to_read:
            found.append(
                Todo(
                    _("Read what was written about round %(number)s") % {"number": cohort.number},
                    _("A coordinator who neither worked on the days nor took part in them reads it."),
                    reverse("programmes:evaluation", args=[cohort.pk]),
                    None,
                    today,
                    cohort,
                )
            )
    return sorted(found, key=lambda todo: todo.by or date.max)


def _applications(cohort: Cohort, number: Counts, days: list[CourseDay], today: date) -> Iterator[Todo]:
    """Opening, answers that wait, the selection, offers."""

    def todo(title: str, text: str, route: str, by: date | None, query: str = "") -> Todo:
        return Todo(title, text, reverse(f"programmes:{route}", args=[cohort.pk]) + query, by, today, cohort)

    if cohort.state == CohortState.DRAFT:
        yield todo(
            _("Open round %(number)s for applications") % {"number": cohort.number},
            _("Check days, hosts and seats first."),
            "cohort",
            cohort.opens_on,
        )
    if number.to_confirm:
        yield todo(
            ngettext(
                "Confirm %(n)s answer from an unknown address",
                "Confirm %(n)s answers from unknown addresses",
                number.to_confirm,
            )
            % {"n": number.to_confirm},
            _("The yes came from an address that is no known manager's. It counts when you confirm it."),
            "cohort_participants",
            cohort.closes_on,
            "?side=applied",
        )
    if cohort.state == CohortState.SELECTION and cohort.selection_confirmed_at is None:
        yield todo(
            _("Share the seats of round %(number)s") % {"number": cohort.number},
            ngettext("%(n)s application waits.", "%(n)s applications wait.", number.counting) % {"n": number.counting},
            "seats",
            cohort.closes_on + SELECTION_DUE if cohort.closes_on else None,
        )
    waits_for_yes = cohort.state in (CohortState.OPEN, CohortState.SELECTION)
    if waits_for_yes and number.pending and cohort.closes_on and cohort.closes_on - today <= timedelta(days=7):
        yield todo(
            ngettext(
                "See to %(n)s application without the manager's yes",
                "See to %(n)s applications without the manager's yes",
                number.pending,
            )
            % {"n": number.pending},
            _("They do not count in the selection yet."),
            "cohort_participants",
            cohort.closes_on,
            "?side=applied&employer=asked",
        )
    if number.offered and number.next_expiry:
        zone = ZoneInfo(cohort.programme.region.time_zone)
        yield todo(
            ngettext("Follow up %(n)s unanswered offer", "Follow up %(n)s unanswered offers", number.offered)
            % {"n": number.offered},
            _("A place that is not taken in time goes to the next in line."),
            "cohort_participants",
            number.next_expiry.astimezone(zone).date(),
            "?side=offered",
        )


def _mentors(cohort: Cohort, number: Counts, days: list[CourseDay], today: date) -> Iterator[Todo]:
    """Participants without a mentor, by the next day; pairs that want a call or another mentor."""
    if number.pairs_asking:
        yield Todo(
            ngettext(
                "See to %(n)s mentor and mentee who ask for you",
                "See to %(n)s mentors and mentees who ask for you",
                number.pairs_asking,
            )
            % {"n": number.pairs_asking},
            _("Somebody wants a call, or another mentor."),
            reverse("programmes:mentorships", args=[cohort.pk]),
            None,
            today,
            cohort,
        )
    if number.without_mentor and cohort.state in PAIRING:
        yield Todo(
            ngettext(
                "Find a mentor for %(n)s participant", "Find mentors for %(n)s participants", number.without_mentor
            )
            % {"n": number.without_mentor},
            _("The suggestions are ready to be read."),
            reverse("programmes:pairs", args=[cohort.pk]),
            min((day.event.date for day in days if day.event.date >= today), default=None),
            today,
            cohort,
        )


def _days(
    cohort: Cohort,
    number: Counts,
    days: list[CourseDay],
    without_mark: dict[int, int],
    today: date,
    now: datetime,
) -> Iterator[Todo]:
    """Hosts, places and attendance, day by day."""
    for day in days:
        event = day.event
        if event.starts_at > now:
            if event.host is None and event.date - today <= HOST_SHOWN:
                yield Todo(
                    _("Choose a host for day %(number)s") % {"number": day.number},
                    dates.day_short(event.date, today=today),
                    reverse("programmes:day_host", args=[cohort.pk, day.number]),
                    event.date - HOST_DUE,
                    today,
                    cohort,
                )
            elif event.venue_confirmed_at is None and event.date - today <= VENUE_SHOWN:
                if event.host:
                    title = _("Get the place confirmed by %(host)s") % {"host": event.host}
                    text = _("Host of day %(number)s.") % {"number": day.number}
                else:
                    title = _("Confirm the place of day %(number)s") % {"number": day.number}
                    text = dates.day_short(event.date, today=today)
                yield Todo(
                    title,
                    text,
                    reverse("programmes:day_place", args=[cohort.pk, day.number]),
                    event.date - VENUE_DUE,
                    today,
                    cohort,
                )
        missing = without_mark.get(event.pk, 0)
        if missing:
            yield Todo(
                _("Fill in attendance for day %(number)s") % {"number": day.number},
                ngettext(
                    "%(n)s of %(all)s participants has no mark.",
                    "%(n)s of %(all)s participants have no mark.",
                    missing,
                )
                % {"n": missing, "all": max(number.taking_part, missing)},
                reverse("programmes:door", args=[cohort.pk, day.number]),
                event.date + ATTENDANCE_DUE,
                today,
                cohort,
            )


def _end(cohort: Cohort, to_certify: int, days: list[CourseDay], today: date) -> Iterator[Todo]:
    """Certificates and the decision."""
    last = max((day.event.date for day in days), default=None)
    if last is None or cohort.state not in (CohortState.RUNNING, CohortState.FINISHED, CohortState.DECIDED):
        return
    if to_certify:
        yield Todo(
            ngettext("Issue %(n)s certificate", "Issue %(n)s certificates", to_certify) % {"n": to_certify},
            _("Those who have completed wait for their certificate."),
            reverse("programmes:certificates", args=[cohort.pk]),
            last + CERTIFICATES_DUE,
            today,
            cohort,
        )
    if cohort.state == CohortState.FINISHED:
        decision = getattr(cohort, "decision", None)
        if decision is None or decision.preliminary:
            yield Todo(
                _("Record the decision about round %(number)s") % {"number": cohort.number},
                _("The next round cannot open before there is one.")
                if decision is None
                else _("The decision is preliminary."),
                reverse("programmes:decision", args=[cohort.pk]),
                last + DECISION_DUE,
                today,
                cohort,
            )


def _better(cohort: Cohort, today: date) -> Iterator[Todo]:
    """What the checklist still holds, where it came along with the cohort, and the next look at the decision."""
    left = getattr(cohort, "improvements_open", None)
    if left:
        yield Todo(
            ngettext(
                "See to %(n)s improvement in round %(number)s",
                "See to %(n)s improvements in round %(number)s",
                left,
            )
            % {"n": left, "number": cohort.number},
            getattr(cohort, "improvement_first", ""),
            f"{cohort.get_absolute_url()}#h-better",
            getattr(cohort, "improvement_due", None),
            today,
            cohort,
        )
    decision = getattr(cohort, "decision", None)
    if decision is not None and decision.look_again_on is not None and decision.look_again_on - today <= LOOK_SHOWN:
        yield Todo(
            _("Look again at the decision about round %(number)s") % {"number": cohort.number},
            _("Does it still hold, and has it worked?"),
            reverse("programmes:decision_look", args=[cohort.pk]),
            decision.look_again_on,
            today,
            cohort,
        )
