"""The start pages of those who lead, run or administer: what is late and due first, then the state of things."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, DateField, Q, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base import dates
from base.clock import now
from base.models import Tick
from competence.rules import todos as surveys
from events.rules import todos as events
from events.views import working
from outbox.models import Letter
from people.models import Organisation, Person
from people.rules import name_for
from programmes.models import Cohort, CourseDay, Enrolment, ProposalAnswer, SupervisionGroup
from programmes.rules import attendance, supervision, todos
from programmes.states import TAKING_PART, CohortState, ProgrammeSide
from programmes.views.cohorts import CohortLine, cohort_lines
from programmes.views.staff import waiting_for
from programmes.views.supervision import lines_of

SHOWN = 15
LETTERS = "letters"


def by_role(request: HttpRequest) -> HttpResponse | None:
    """The start page of the role with most to do; None for those who lead, run and administer nothing."""
    person = request.user
    if not isinstance(person, Person):
        return None
    reach = person.reach
    if reach.coordinator:
        return coordinator(request, person)
    if reach.administrator:
        return administrator(request, person)
    if reach.manager_paths:
        return manager(request, person)
    if reach.director_paths:
        return director(request, person)
    return None


def _task(title: str, text: str, url: str, due: str = "", late: bool = False) -> dict[str, Any]:
    return {"title": title, "text": text, "url": url, "due": due, "late": late}


def _troubled_letters(person: Person) -> list[dict[str, Any]]:
    """Letters that could not be sent, as one task."""
    return _letters_task(Letter.objects.visible_to(person).in_trouble().count())


def _letters_and_surveys(person: Person) -> tuple[list[dict[str, Any]], list[events.Todo]]:
    """Letters that could not be sent, and what is to be done about surveys: asked in one query."""
    letters = Letter.objects.visible_to(person).in_trouble().order_by().values("state").annotate(n=Count("pk"))
    nothing = Value("", output_field=CharField()), Value(None, output_field=DateField())
    rows = list(
        surveys.waiting(person, now=now()).union(
            letters.values_list("n", Value(LETTERS, output_field=CharField()), *nothing), all=True
        )
    )
    trouble = sum(n for n, kind, *_rest in rows if kind == LETTERS)
    waiting = [row for row in rows if row[1] != LETTERS]
    return _letters_task(trouble), surveys.todos(waiting, today=timezone.localdate(now()))


def _letters_task(trouble: int) -> list[dict[str, Any]]:
    if not trouble:
        return []
    title = ngettext(
        "Look at %(n)s letter that could not be sent", "Look at %(n)s letters that could not be sent", trouble
    )
    return [
        _task(title % {"n": trouble}, _("Correct the address, or try again."), reverse("outbox:letters"), late=True)
    ]


def _of(todo: events.Todo, text: str = "") -> dict[str, Any]:
    return _task(todo.title, text or todo.text, todo.url, todo.due, todo.late)


def event_tasks(person: Person) -> list[dict[str, Any]]:
    """What the person has to do about events and her supervision groups, whatever the role."""
    moment = now()
    return [_of(todo) for todo in (*supervision.todos(person, now=moment), *events.todos(person, now=moment))]


def _ordered(rounds: list[todos.Todo], others: list[events.Todo]) -> list[dict[str, Any]]:
    """Tasks of cohorts, each with its round named, and of events: by their day, those without one last."""
    found = [(todo.by or date.max, _of(todo, f"{todo.cohort}. {todo.text}")) for todo in rounds]
    found += [(todo.by or date.max, _of(todo)) for todo in others]
    return [task for _by, task in sorted(found, key=lambda row: row[0])]


def _run(person: Person) -> list[Cohort]:
    """The cohorts that are not over for good, the nearest first, and those whose decision is looked at again.

    And those of which somebody has made up a day since.
    """
    look = Q(decision__look_again_on__lte=now().date() + todos.LOOK_SHOWN)
    return list(
        Cohort.objects.run_by(person)
        .filter(~Q(state=CohortState.DECIDED) | look | todos.made_up_since())
        .with_improvements()
        .select_related("programme__region", "places", "decision")
        .order_by("programme__title", "-number")
    )


def _lines(cohorts: list[Cohort], days: dict[int, list[CourseDay]]) -> list[CohortLine]:
    """The cohorts that are not over for good."""
    return cohort_lines([cohort for cohort in cohorts if cohort.state != CohortState.DECIDED], days)


def coordinator(request: HttpRequest, person: Person) -> HttpResponse:
    """Late and due tasks over all cohorts, then the cohorts."""
    moment = now()
    cohorts = _run(person)
    days = todos.days_of(cohorts)
    rounds = todos.todos(cohorts, now=moment, days=days)
    letters, asked = _letters_and_surveys(person)
    tasks = [*letters, *_ordered(rounds, [*asked, *events.todos(person, now=moment)])]
    late = sum(task["late"] for task in tasks)
    context = {
        "tasks": tasks[:SHOWN],
        "hidden": max(0, len(tasks) - SHOWN),
        "late_words": ngettext("%(n)s is late", "%(n)s are late", late) % {"n": late} if late else "",
        "lines": _lines(cohorts, days),
    }
    return render(request, "home/coordinator.html", context)


def administrator(request: HttpRequest, person: Person) -> HttpResponse:
    """Failed mail and jobs, then what the regions have to do."""
    moment = now()
    tasks = [*_troubled_letters(person), *event_tasks(person)]
    failing = list(Tick.objects.filter(failures__gt=0).order_by("name"))
    if failing:
        title = ngettext("Look at %(n)s job that fails", "Look at %(n)s jobs that fail", len(failing))
        names = ", ".join(tick.name for tick in failing)
        tasks.append(_task(title % {"n": len(failing)}, names, reverse("outbox:operations"), late=True))
    cohorts = _run(person)
    days = todos.days_of(cohorts)
    later = _ordered(todos.todos(cohorts, now=moment, days=days), [])
    context = {
        "tasks": tasks,
        "cohort_tasks": later[:SHOWN],
        "lines": _lines(cohorts, days),
    }
    return render(request, "home/administrator.html", context)


@dataclass(frozen=True)
class StaffLine:
    """Somebody on one's staff in a cohort, with the standing in words."""

    enrolment: Enrolment
    name: str
    standing: str


def _asked(person: Person) -> list[dict[str, Any]]:
    """Applications that wait for the person's yes, the nearest deadline first."""
    tasks = []
    for enrolment in waiting_for(person):
        cohort = enrolment.cohort
        today = now().date()
        late = cohort.closes_on is not None and cohort.closes_on < today
        due = _("By %(day)s") % {"day": dates.plain_day(cohort.closes_on, today=today)} if cohort.closes_on else ""
        tasks.append(
            _task(
                _("Answer %(name)s's application") % {"name": name_for(enrolment.person, person)},
                str(cohort),
                reverse("programmes:staff_answer", args=[enrolment.pk]),
                due,
                late,
            )
        )
    return tasks


def _staff(person: Person) -> list[StaffLine]:
    """One's staff in running cohorts, with how far each has come."""
    today = now().date()
    found = (
        Enrolment.objects.visible_to(person)
        .exclude(person=person)
        .employed_by(person.reach.staff_paths, today)
        .with_employer(person.reach.staff_paths, today)
        .filter(programme_side__in=TAKING_PART, cohort__state__in=[CohortState.RUNNING, CohortState.SELECTION])
        .select_related("person", "unit", "organisation", "cohort__programme")
        .order_by("person__name", "pk")
    )
    by_cohort: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in found:
        by_cohort[enrolment.cohort_id].append(enrolment)
    lines = []
    for enrolments in by_cohort.values():
        begun = {row.pk: getattr(row, "mine_since", None) for row in enrolments}
        own = {pk: [(first, None)] for pk, first in begun.items() if first}
        for row in attendance.rows(enrolments[0].cohort, enrolments, seen=own):
            counted = {"n": row.standing.whole_days, "all": len(row.standing.days)}
            if row.enrolment.pk in own:
                words = _("%(n)s of %(all)s days since the employment began") % counted
            else:
                words = _("%(n)s of %(all)s days, %(left)s") % {**counted, "left": attendance.in_words(row.standing)}
            lines.append(StaffLine(row.enrolment, name_for(row.enrolment.person, person), words))
    return lines


def manager(request: HttpRequest, person: Person) -> HttpResponse:
    """Applications that wait for a yes, then the own staff in running cohorts with their attendance."""
    return render(
        request, "home/manager.html", {"tasks": [*_asked(person), *event_tasks(person)], "staff": _staff(person)}
    )


@dataclass(frozen=True)
class CohortFigures:
    """How many of a municipality's people are where in a cohort."""

    cohort: Cohort
    applied: int
    waiting: int
    taking_part: int
    completed: int
    board: str


def _board(cohort: Cohort) -> str:
    """Where the cohort stands on one page, once it is released."""
    page = getattr(cohort, "board_page", None)
    released = page is not None and page.released_at is not None
    return reverse("programmes:board", args=[cohort.pk]) if released else ""


def _proposed(person: Person) -> list[dict[str, Any]]:
    """Proposals of rounds that the person's municipality has not answered."""
    waiting = ProposalAnswer.objects.directed_by(person).waiting().select_related("closing__cohort__programme")
    return [
        _task(_("Answer the group's proposals"), str(row.closing.cohort), row.get_absolute_url())
        for row in waiting.order_by("asked_at", "pk")
    ]


def director(request: HttpRequest, person: Person) -> HttpResponse:
    """What waits for a yes, and the municipality's people in cohorts."""
    mine = Enrolment.objects.visible_to(person).exclude(person=person).order_by()
    mine = mine.employed_by(person.reach.staff_paths, now().date())
    rows = mine.values("cohort").annotate(
        applied=Count("pk", filter=Q(programme_side__in=[ProgrammeSide.APPLIED, ProgrammeSide.OFFERED])),
        waiting=Count("pk", filter=Q(programme_side=ProgrammeSide.WAITLISTED)),
        taking_part=Count("pk", filter=Q(programme_side__in=[ProgrammeSide.ENROLLED, ProgrammeSide.PAUSED])),
        completed=Count("pk", filter=Q(programme_side=ProgrammeSide.COMPLETED)),
    )
    figures = {row["cohort"]: row for row in rows}
    cohorts = Cohort.objects.visible_to(person).filter(pk__in=figures).select_related("programme", "board_page")
    lines = [
        CohortFigures(
            cohort,
            applied=figures[cohort.pk]["applied"],
            waiting=figures[cohort.pk]["waiting"],
            taking_part=figures[cohort.pk]["taking_part"],
            completed=figures[cohort.pk]["completed"],
            board=_board(cohort),
        )
        for cohort in cohorts.order_by("programme__title", "-number")
    ]
    towns = Organisation.objects.visible_to(person).filter(path__in=person.reach.director_paths).order_by("name")
    return render(
        request,
        "home/director.html",
        {"tasks": [*_asked(person), *_proposed(person), *event_tasks(person)], "lines": lines, "towns": list(towns)},
    )


def quiet(request: HttpRequest) -> HttpResponse | None:
    """For those with no role and no course: the days they have a function on, or that there is nothing to do."""
    person = request.user
    if not isinstance(person, Person):
        return None
    context = {
        "lines": working.to_come(person, moment=now(), limit=SHOWN),
        "tasks": event_tasks(person),
        "groups": lines_of(SupervisionGroup.objects.live().of(person), person),
    }
    return render(request, "home/quiet.html", context)
