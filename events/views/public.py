"""What everybody sees of seminars, meetings and workshops: a region's list, and the page of one."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.kept import kept
from base import clock
from base.forms import render_form
from base.refusal import Refusal
from events import feeds
from events.actions.publishing import note_interest
from events.documents.pictures import share_picture
from events.forms.organising import EventFilter
from events.forms.public import InterestForm
from events.letters.days import place_of, whole_place_of
from events.models import Abstract, Call, Event
from events.querysets import EventQuerySet
from events.rules import sign_up as registering
from events.rules.abstracts import moment_there, why_not_begin
from events.rules.publishing import KINDS, languages_of, why_not_interest
from events.states import EventState, Way
from events.views.days import map_of
from events.views.material import lines as material_lines
from events.views.sign_up import panel_of, within
from people.models import Region

# How many addresses one network can leave in an hour.
MOST_INTERESTED = 60


def _shown(request: HttpRequest, region: str) -> EventQuerySet:
    return (
        Event.objects.visible_to(request.user)
        .shown()
        .filter(region__slug=region, kind__in=KINDS)
        .select_related("region", "host")
    )


@login_not_required
@require_safe
@kept
def listing(request: HttpRequest, region: str) -> HttpResponse:
    """A region's events: those to come, the next first; or those that are over."""
    place = get_object_or_404(Region, slug=region)
    form = EventFilter(request.GET or None)
    form.choice("when").choices = [("", _("To come")), ("past", _("Over"))]
    typed = form.cleaned_data if form.is_valid() else {}
    rows = _shown(request, region)
    moment = clock.now()
    if typed.get("kind"):
        rows = rows.filter(kind=typed["kind"])
    past = typed.get("when") == "past"
    rows = rows.filter(ends_at__lte=moment).order_by("-starts_at") if past else rows.to_come(moment)
    context = {"region": place, "rows": rows[:100], "filter": form, "past": past, "asked": any(typed.values())}
    return render(request, "events/public/list.html", context)


@dataclass(frozen=True)
class Day:
    """One day of the programme with its lines."""

    date: Any
    items: list[Any]


def programme_of(event: Event) -> list[Day]:
    """The programme by day."""
    found: dict[Any, list[Any]] = {}
    for item in event.agenda.all():
        found.setdefault(item.date, []).append(item)
    return [Day(day, items) for day, items in found.items()]


def structured(event: Event, ways: set[str], page: str) -> dict[str, Any]:
    """The event in the words that search engines read (schema.org Event)."""
    zone = ZoneInfo(event.zone)
    modes = {
        frozenset({True}): "https://schema.org/OfflineEventAttendanceMode",
        frozenset({False}): "https://schema.org/OnlineEventAttendanceMode",
    }
    on_site = frozenset(way != Way.REMOTE for way in ways)
    where: list[dict[str, Any]] = []
    if True in on_site or not ways:
        where.append({"@type": "Place", "name": event.venue or str(event.host or ""), "address": whole_place_of(event)})
    if False in on_site:
        where.append({"@type": "VirtualLocation", "url": page})
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": str(event.title),
        "description": str(event.summary or event.description),
        "startDate": event.starts_at.astimezone(zone).isoformat(),
        "endDate": event.ends_at.astimezone(zone).isoformat(),
        "eventStatus": "https://schema.org/EventCancelled"
        if event.state == EventState.CANCELLED
        else "https://schema.org/EventScheduled",
        "eventAttendanceMode": modes.get(on_site, "https://schema.org/MixedEventAttendanceMode"),
        "location": where,
        "organizer": {"@type": "Organization", "name": str(event.region.name)},
        "url": page,
    }


@login_not_required
@require_safe
@kept
def event(request: HttpRequest, region: str, pk: int) -> HttpResponse:
    """The page of an event: programme, good to know, and how to register."""
    found = get_object_or_404(_shown(request, region).select_related("region", "host", "contact", "call"), pk=pk)
    moment = clock.now()
    panel = panel_of(found, moment=moment)
    call: Call | None = getattr(found, "call", None)
    ways = {line.places.way for line in panel["lines"]}
    page = settings.BASE_URL + request.path
    days = programme_of(found)
    left = [line.free for line in panel["lines"] if line.free is not None]
    context = {
        "event": found,
        "region": found.region,
        "days": days,
        "several": len(days) > 1,
        "place": place_of(found),
        "whole_place": whole_place_of(found),
        "map": map_of(found) if Way.REMOTE not in ways or len(ways) > 1 else "",
        "left": sum(left) if left else None,
        "announced": found.state == EventState.ANNOUNCED,
        "may_be_told": why_not_interest(found, now=moment) is None,
        "call": call,
        "call_open": call is not None and why_not_begin(call, now=moment) is None,
        "call_closes": moment_there(call.closes_at, found, clock.today(found.zone)) if call is not None else "",
        "abstracts": call is not None and Abstract.objects.filter(call=call).on_the_site().exists(),
        "languages": languages_of(found),
        "picture": f"{settings.BASE_URL}{reverse('events:picture', args=[region, pk])}?lang={get_language()}",
        "good_to_know": [line.strip() for line in (found.good_to_know or "").splitlines() if line.strip()],
        "panel": panel,
        "remote": Way.REMOTE in ways,
        "on_site": bool(ways - {Way.REMOTE}) or not ways,
        "begun": found.starts_at <= moment,
        "over": found.ends_at <= moment,
        "structured": structured(found, ways, page),
        "page_address": page,
        "material": material_lines(found, request.user),
    }
    return render(request, "events/public/event.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def interest(request: HttpRequest, region: str, pk: int) -> HttpResponse:
    """ "Tell me when registration opens": an address, one letter, and the address is erased."""
    found = get_object_or_404(_shown(request, region), pk=pk)
    form = InterestForm(request.POST or None)
    form.back = reverse("events:public", args=[region, pk])
    refusal: Refusal | None = why_not_interest(found, now=clock.now())
    if refusal is None and form.is_valid():
        if not within(request, "interest", MOST_INTERESTED):
            form.add_error(None, str(registering.TooManyFromHere()))
        else:
            try:
                note_interest(
                    event=found, address=form.cleaned_data["email"], language=get_language() or "sv", now=clock.now()
                )
            except Refusal as no:
                form.add_error(None, str(no))
            else:
                messages.success(request, _("You get a letter when registration opens."))
                return redirect(form.back)
    context = {"event": found, "region": found.region, "refusal": refusal}
    return render_form(request, "events/public/interest.html", form, context)


@login_not_required
@require_safe
def picture(request: HttpRequest, region: str, pk: int) -> HttpResponse:
    """The picture that is shown where somebody shares the page's address."""
    found = get_object_or_404(_shown(request, region), pk=pk)
    key = f"share:{found.pk}:{found.changed_at.timestamp()}:{get_language()}"
    image = cache.get(key)
    if image is None:
        image = share_picture(found)
        cache.set(key, image, 24 * 3600)
    response = HttpResponse(image, content_type="image/png")
    response["Cache-Control"] = "public, max-age=3600" if found.audience == "public" else "private, max-age=3600"
    return response


@login_not_required
@require_safe
@kept
def event_file(request: HttpRequest, region: str, pk: int) -> HttpResponse:
    """The event as a calendar file, for everybody who sees it."""
    found = get_object_or_404(_shown(request, region), pk=pk)
    content = feeds.file_of([found], name=str(found.title))
    name = slugify(str(found.title))[:40] or "helmi"
    return feeds.answer(request, content, filename=f"{name}.ics", attachment=True)


@login_not_required
@require_safe
@kept
def calendar(request: HttpRequest, region: str) -> HttpResponse:
    """The region's public events as a calendar to follow, in the language of the address (`?lang=`)."""
    place = get_object_or_404(Region, slug=region)
    content = feeds.region_calendar(place, now=clock.now())
    return feeds.answer(request, content, filename=f"{place.slug}.ics")


@login_not_required
@require_safe
@kept
def rss(request: HttpRequest, region: str) -> HttpResponse:
    """The region's public events as news to follow, in the language of the address (`?lang=`)."""
    place = get_object_or_404(Region, slug=region)
    return HttpResponse(feeds.region_news(place, now=clock.now()), content_type="application/rss+xml; charset=utf-8")


def open_to_all(region: Region) -> list[Event]:
    """A region's public events to come, for its front page; ways come with them."""
    rows = Event.objects.open_to_all().filter(region=region, kind__in=KINDS).to_come(clock.now())
    return list(rows.select_related("region", "host")[:6])
