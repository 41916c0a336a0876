"""The public pages of a region and of a programme, and the days as a calendar file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.decorators import login_not_required
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.kept import kept
from base.clock import now
from events.states import EventState
from events.views.public import open_to_all
from people.models import Region
from programmes.letters.applications import calendar_of
from programmes.models import Cohort, Condition, CourseDay, Programme, Said
from programmes.rules.applications import ApplicationsNotOpen, local_day, why_not_apply
from programmes.states import CohortState

# What the public pages show, which are read most of all: rows with their every word in every language cost far more.
PROGRAMME = ("slug", "title", "summary", "audience", "description", "conditions", "themes", "first_come")
REGION = ("region__slug", "region__name", "region__phone", "region__time_zone")
FUNDER = tuple(f"funder__{name}" for name in ("name", "statement", "emblem_name", "emblem", "emblem_alt"))
COHORT = ("programme", "number", "state", "opens_on", "closes_on", "places__capacity", "places__sold")
RESPONSIBLE = tuple(f"responsible__{name}" for name in ("name", "email", "protected", "substitute_code", "home_region"))
DAY = ("cohort", "number", *(f"event__{name}" for name in ("state", "title", "date", "start_time", "end_time")))
HOST = tuple(f"event__host__{name}" for name in ("name", "mark"))

# As many pairs of what was said and what was changed, the newest round's first.
PAIRS = 6


@dataclass(frozen=True)
class Round:
    """A cohort as the public pages show it: its days, and whether one can apply, in words."""

    cohort: Cohort
    days: Sequence[CourseDay] = field(default_factory=list)
    open: bool = False
    coming: bool = False
    words: str = ""
    tone: str = ""

    @property
    def first(self) -> date | None:
        """The first day."""
        return self.days[0].event.date if self.days else None

    @property
    def last(self) -> date | None:
        """The last day."""
        return self.days[-1].event.date if self.days else None


def days_with_hosts(days: QuerySet[CourseDay]) -> QuerySet[CourseDay]:
    """These days in order with what the public pages show of their events and hosts."""
    return days.select_related("event__host").only(*DAY, *HOST).order_by("number")


def round_of(cohort: Cohort, *, moment: datetime) -> Round:
    """The cohort with its days, in one query, or none when the days came along."""
    with_events = "days" in getattr(cohort, "_prefetched_objects_cache", {})
    rows = cohort.days.all() if with_events else days_with_hosts(cohort.days.all())
    days = [day for day in rows if day.event.state != EventState.CANCELLED]
    refusal = why_not_apply(cohort, now=moment)
    if refusal is None:
        return Round(cohort, days, open=True, words=_("Open for applications"), tone="on")
    if isinstance(refusal, ApplicationsNotOpen):
        return Round(cohort, days, coming=True, words=str(refusal))
    if cohort.state in (CohortState.OPEN, CohortState.SELECTION):
        return Round(cohort, days, words=_("Applications are closed. The places are being shared."))
    if cohort.state == CohortState.RUNNING:
        return Round(cohort, days, words=_("Under way. No longer open for applications."))
    return Round(cohort, days, words=_("Over"))


def rounds(cohorts: Sequence[Cohort], *, moment: datetime) -> list[Round]:
    """Open rounds first, the one that closes next at the top; then those to come, then the rest."""

    def order(row: Round) -> tuple[bool, bool, date]:
        ends = row.cohort.closes_on if row.open or row.coming else None
        return not row.open, not row.coming, ends or date.max

    return sorted((round_of(cohort, moment=moment) for cohort in cohorts), key=order)


def days_along() -> Prefetch:
    """The days with their events and hosts, in one query; they are as public as their cohort."""
    return Prefetch("days", days_with_hosts(CourseDay.objects.all()))


@login_not_required
@require_safe
@kept
def region(request: HttpRequest, region: str) -> HttpResponse:
    """A region's programmes, and what is open or will open."""
    programmes = list(
        Programme.objects.visible_to(request.user)
        .published()
        .filter(region__slug=region)
        .select_related("region", "funder")
    )
    place = programmes[0].region if programmes else get_object_or_404(Region, slug=region)
    cohorts = (
        Cohort.objects.visible_to(request.user)
        .filter(programme__in=programmes)
        .exclude(state__in=[CohortState.DRAFT, CohortState.FINISHED, CohortState.DECIDED])
        .select_related("programme__region", "places")
        .prefetch_related(days_along())
    )
    shown = rounds(list(cohorts), moment=now())
    by_programme = [
        (programme, [row for row in shown if row.cohort.programme_id == programme.pk]) for programme in programmes
    ]
    context = {
        "region": place,
        "programmes": by_programme,
        "open_rounds": [row for row in shown if row.open],
        "events": open_to_all(place),
        "funders": {programme.funder for programme in programmes if programme.funder},
    }
    return render(request, "programmes/region.html", context)


def _said(programme: Programme) -> list[tuple[str, str]]:
    """What participants said, and what was changed, as far as the coordinator says it to everybody."""
    found = Said.objects.public().filter(cohort__programme=programme).order_by("-cohort__number", "order", "pk")
    return [(row.said, row.changed) for row in found[:PAIRS]]


@login_not_required
@require_safe
@kept
def programme(request: HttpRequest, region: str, programme: str) -> HttpResponse:
    """What the programme is, for whom, on which days, who pays, and how to apply."""
    found = get_object_or_404(
        Programme.objects.visible_to(request.user)
        .published()
        .select_related("region", "funder")
        .annotate(
            was_told=Exists(Said.objects.public().filter(cohort__programme=OuterRef("pk"))),
            asks=Exists(Condition.objects.standing().filter(programme=OuterRef("pk"))),
        )
        .only(*PROGRAMME, *REGION, *FUNDER),
        region__slug=region,
        slug=programme,
    )
    cohorts = list(
        Cohort.objects.visible_to(request.user)
        .filter(programme=found)
        .exclude(state__in=[CohortState.DRAFT, CohortState.DECIDED])
        .select_related("places", "responsible")
        .only(*COHORT, *RESPONSIBLE)
        .prefetch_related(days_along())[:6]
    )
    for cohort in cohorts:
        cohort.programme = found
    shown = rounds(cohorts, moment=now())
    main = shown[0] if shown else None
    context = {
        "region": found.region,
        "programme": found,
        "main": main,
        "others": shown[1:4],
        "themes": [line for line in found.themes.splitlines() if line.strip()],
        "said": _said(found) if found.was_told else [],
        "conditions": [
            *([row.words for row in Condition.objects.standing().filter(programme=found)] if found.asks else []),
            *(line for line in found.conditions.splitlines() if line.strip()),
        ],
        "today": local_day(main.cohort, now()) if main else None,
    }
    return render(request, "programmes/programme.html", context)


@login_not_required
@require_safe
def days_file(request: HttpRequest, region: str, programme: str, number: int) -> HttpResponse:
    """The days of a round as a calendar file, for everyone who may see the round."""
    cohort = get_object_or_404(
        Cohort.objects.visible_to(request.user).exclude(state=CohortState.DRAFT).select_related("programme__region"),
        programme__region__slug=region,
        programme__slug=programme,
        number=number,
    )
    days = list(cohort.days.select_related("event__host").order_by("number"))
    name, content, kind = next(iter(calendar_of(cohort, days)), (f"{cohort.programme.slug}.ics", b"", "text/calendar"))
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8", status=200 if content else 404)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
