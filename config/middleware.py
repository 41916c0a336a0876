"""What happens around every request: its id and log line, its headers, the reader's language, refusals as pages."""

import hashlib
import logging
import re
import time
import uuid
from collections.abc import Callable

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from audit import actions as audit
from base import clock
from base.marks import deeds_of, largest_body_of, note_of
from base.refusal import Forbidden, Refusal
from config.logs import request_id, route_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]
LANGUAGES = {code for code, _name in settings.LANGUAGES}
THEMES = {"light", "dark"}
GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
log = logging.getLogger("helmi.request")


class RequestLog:
    """Gives each request an id, says it in the answer, and writes one log line without personal data."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "") if settings.PROXIES else ""
        identifier = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = identifier  # type: ignore[attr-defined]  # read by the error pages
        token = request_id.set(identifier)
        start = time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = identifier
            facts = {
                "route": route_of(request),
                "method": request.method,
                "status": response.status_code,
                "ms": round((time.monotonic() - start) * 1000),
            }
            if not request.path_info.startswith(Unknown.PREFIX):  # when somebody votes is nobody's business
                log.info("answered", extra={"facts": facts})
            return response
        finally:
            request_id.reset(token)


class Unknown:
    """Takes the cookies off a request to the ballots' own path, and lets none be set there: nobody is known on it.

    The answer is not stored anywhere, its address is not told to any other page, and no log says that it was asked for.
    """

    PREFIX = "/b/"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(self.PREFIX):
            return self.get_response(request)
        request.COOKIES = {}
        response = self.get_response(request)
        response.cookies.clear()
        vars(response)["_has_been_logged"] = True  # Django's own mark: an error is not logged again
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


class ContentSecurityPolicy:
    """Says what a page may load. A view that serves files may have set a stricter policy of its own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class BodyLimit:
    """Refuses a request that says it is longer than its view takes, before a byte of it is read (413)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., object], *_given: object) -> None:
        """Ask the length that the request announces; without one, Django reads nothing."""
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > largest_body_of(view, settings.BODY_MAX):
            raise RequestDataTooBig


class ReaderLanguage:
    """Speaks the reader's language: ?lang= on this page, else the person's own, else the cookie, else the browser's.

    The theme (light or dark) is found in the same way; without one the device's wish holds. Clock times without a zone
    of their own are shown in the zone of the person's region.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.GET.get("lang", "")
        asked = asked if asked in LANGUAGES else ""
        person = request.user if request.user.is_authenticated else None
        language = asked or (person.language if person else "") or self._remembered(request)
        theme = (person.theme if person else "") or request.COOKIES.get("theme", "")
        request.theme = theme if theme in THEMES else ""  # type: ignore[attr-defined]  # read by base.html
        zone = person.home_region.time_zone if person and person.home_region else settings.HOME_ZONE
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        if asked and asked != request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                asked,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                samesite=settings.LANGUAGE_COOKIE_SAMESITE,
                httponly=True,
            )
        return response

    @staticmethod
    def _remembered(request: HttpRequest) -> str:
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return cookie if cookie in LANGUAGES else translation.get_language_from_request(request)


class Audited:
    """Writes the audit row of a view that carries the mark `audited`: who looked at, or changed, what.

    The only thing that a GET writes. A deed of the portal's own actions is recorded by them, in their transaction.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        deed = deeds_of(match.func).get(request.method or "", "") if match else ""
        if deed and match and request.user.is_authenticated and self._did_something(request, response):
            note = note_of(request)
            ids = ",".join(str(value) for value in match.kwargs.values() if isinstance(value, int | uuid.UUID))
            about = note.about if note else f"{match.view_name}:{ids}".rstrip(":")
            scope, codes = (note.scope, note.codes) if note else ("", {})
            audit.record(deed, by=request.user, about=about, scope=scope, now=clock.now(), **codes)
        return response

    @staticmethod
    def _did_something(request: HttpRequest, response: HttpResponseBase) -> bool:
        if request.method in ("GET", "HEAD"):
            return response.status_code == 200
        return response.status_code < 400


class SeenSessions(UserSessionsMiddleware):
    """Notes where somebody is signed in at the first page and then every fifth minute, not on every page."""

    EVERY = 300

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.session.session_key or not request.user.is_authenticated or self._noted(request):
            return self.get_response(request)
        return super().__call__(request)

    def _noted(self, request: HttpRequest) -> bool:
        """Whether this session was noted a short while ago, at this address and in this browser."""
        address, browser = request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", "")
        place = hashlib.sha256(f"{request.session.session_key}:{address}:{browser}".encode()).hexdigest()
        try:
            return not cache.add(f"seen:{place}", 1, self.EVERY)
        except Exception:  # whatever a cache that is down says: then it is noted once more
            return False


class Refusals:
    """Turns a refusal that rose through a view into a page (403 or 409), and gives a bare 405 its page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 405 and not getattr(response, "content", b"-"):
            page = render(request, "405.html", {"quiet": True}, status=405)
            page.headers["Allow"] = response.headers.get("Allow", "")
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Forbidden):
            return render(request, "403.html", {"reason": str(exception)}, status=403)
        if isinstance(exception, Refusal):
            return render(request, "409.html", {"reason": str(exception)}, status=409)
        return None
