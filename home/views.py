"""The front page, the pages about Helmi itself, the component page, and what is said when something goes wrong."""

import sys
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from celery import current_app
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.core.paginator import Paginator
from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import KombuError

from base import clock
from base.models import Tick
from home.forms import SampleForm
from people.models import Organisation, Region
from programmes.models import Cohort, Programme


@login_not_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The regions with their programmes and open cohorts."""
    return front(request)


def front(request: HttpRequest) -> HttpResponse:
    """The public front page: every region with its published programmes and what is open now."""
    today = clock.now().date()
    programmes = Programme.objects.visible_to(request.user).published().select_related("region").order_by("region__name", "title")
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
    return render(request, "home/accessibility.html", {"regions": _regions()})


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


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every shared piece on one page, for those who build and check Helmi."""
    if not request.user.reach.administrator:
        raise Http404
    names = {"ES": "Eskilstuna", "NK": "Nyköping", "KA": "Katrineholm", "SN": "Strängnäs", "FL": "Flen", "OX": "Oxelösund"}
    towns = [Organisation(pk=n, mark=mark, name=name) for n, (mark, name) in enumerate(names.items())]
    wrong = SampleForm({"email": "selma.akervall", "starts_on": "31.11.2027"})
    rows = Paginator(range(1, 61), 25).get_page(request.GET.get("page"))
    return render(request, "home/components.html", {"towns": towns, "wrong": wrong, "rows": rows})


# ---------- For those who watch the machine ----------

CLOCK_IS_LATE = timedelta(minutes=5)


@login_not_required
@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """Whether the database, the queue and the clock do their work; 503 when the database does not answer."""
    facts: dict[str, object] = {"version": settings.VERSION, "database": "ok", "queue": "ok", "clock": "never"}
    try:
        last = Tick.objects.aggregate(last=Max("last_at"))["last"]
    except DatabaseError:
        facts["database"] = "down"
    else:
        if last:
            age = clock.now() - last
            facts |= {"clock": "late" if age > CLOCK_IS_LATE else "ok", "clock_seconds": round(age.total_seconds())}
    try:
        with current_app.connection_for_write() as queue:
            queue.ensure_connection(max_retries=1, timeout=2)
    except (KombuError, OSError):
        facts["queue"] = "down"
    down = facts["database"] == "down"
    return JsonResponse(facts, status=503 if down else 200, headers={"Cache-Control": "no-store"})


# ---------- When something goes wrong ----------


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What was sent cannot be read; too much of it is said as such."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, f"{status}.html", {"quiet": True}, status=status)


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page may be seen by others; the reason is said when there is one."""
    return render(request, "403.html", {"quiet": True, "reason": ""}, status=403)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came from a page that is too old, or from elsewhere."""
    return render(request, "403_csrf.html", {"quiet": True}, status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same page for what does not exist and what this person may not see."""
    return render(request, "404.html", {"quiet": True}, status=404)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours, or a database that does not answer: a page that needs neither."""
    down = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    facts = {
        "language": (translation.get_language() or settings.LANGUAGE_CODE).split("-")[0],
        "theme": getattr(request, "theme", ""),
        "request_id": getattr(request, "request_id", ""),
    }
    answer = HttpResponse(render_to_string("503.html" if down else "500.html", facts), status=503 if down else 500)
    if down:
        answer["Retry-After"] = "120"
    return answer
