"""The front page, the pages about Helmi itself, and the choice of language."""

from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from base import clock
from home.views.mentor import mentor
from home.views.participant import participant
from home.views.roles import by_role, quiet
from people.actions import set_language
from people.models import Region
from programmes.models import Cohort, Programme
from programmes.views import public

STATEMENT_WRITTEN = date(2026, 11, 22)  # change it with the words of the accessibility statement


@login_not_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What to do next, by role; for those who have not signed in the regions with their programmes and open cohorts."""
    return by_role(request) or participant(request) or mentor(request) or quiet(request) or front(request)


def front(request: HttpRequest) -> HttpResponse:
    """The public front page: the one region's own page, or every region with its programmes and what is open now."""
    regions_now = _regions()
    if len(regions_now) == 1:
        request.resolver_match = resolve(regions_now[0].get_absolute_url())  # what the menu goes by
        return public.region(request, regions_now[0].slug)
    today = clock.now().date()
    programmes = (
        Programme.objects.visible_to(request.user)
        .published()
        .select_related("region")
        .order_by("region__name", "title")
    )
    openings = Cohort.objects.visible_to(request.user).open_on(today).order_by("closes_on")
    by_programme: dict[int, list[Cohort]] = {}
    for cohort in openings:
        by_programme.setdefault(cohort.programme_id, []).append(cohort)
    regions: dict[Region, list[tuple[Programme, list[Cohort]]]] = {}
    for programme in programmes:
        regions.setdefault(programme.region, []).append((programme, by_programme.get(programme.pk, [])))
    return render(request, "home/front.html", {"regions": regions})


@login_not_required
@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible Helmi is, what is known to be missing, and whom to tell."""
    return render(request, "home/accessibility.html", {"updated": STATEMENT_WRITTEN})


@login_not_required
@require_GET
def personal_data(request: HttpRequest) -> HttpResponse:
    """What is stored, why, how long, and what a person can ask for."""
    return render(request, "home/personal_data.html", {"regions": _regions()})


@login_not_required
@require_GET
def contact(request: HttpRequest) -> HttpResponse:
    """Whom to ask: each region's coordinators."""
    return render(request, "home/contact.html", {"regions": _regions()})


def _regions() -> list[Region]:
    """The regions that are public because they have published a programme."""
    public = Programme.objects.published().values("region_id")
    return list(Region.objects.filter(pk__in=public))


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Read on in another language; it is remembered on the person, or before sign-in in a cookie."""
    chosen = request.POST.get("language", "")
    answer = HttpResponseRedirect(_back(request))
    if chosen not in dict(settings.LANGUAGES):
        return answer
    if request.user.is_authenticated:
        set_language(person=request.user, language=chosen)
        with translation.override(chosen):
            messages.success(request, _("You now read Helmi in English, and its letters come in English."))
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        httponly=True,
    )
    return answer


def _back(request: HttpRequest) -> str:
    """The page that the choice was made on, without a ?lang= that would speak against it; never another site."""
    address = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return reverse("home:home")
    parts = urlsplit(address)
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "lang"])
    return urlunsplit(("", "", parts.path or "/", query, ""))
