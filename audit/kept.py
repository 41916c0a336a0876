"""Pages and facts that are kept for strangers until the next deed of anyone, or the end of the minute."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import TypeVar, cast

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import cache, caches
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from audit.models import Deed
from base.clock import now

View = Callable[..., HttpResponse]
Found = TypeVar("Found")
Stamp = tuple[str, str, int]
Kept = tuple[Stamp | None, bytes, dict[str, str]]


def _stamp() -> Stamp:
    """The same until anything can have changed: this version of Helmi, this minute, and the deeds of anyone."""
    return settings.VERSION, f"{now():%Y-%m-%d %H:%M}", Deed.objects.tide()


def _key(kind: str, facts: str) -> str:
    where = f"{connection.settings_dict['NAME']} {facts}"
    return f"{kind}:{hashlib.sha256(where.encode()).hexdigest()}"


def _is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer holds nothing of the one who asked: no form's token, no cookie, no refusal."""
    own = "CSRF_COOKIE_NEEDS_UPDATE" in request.META or bool(response.cookies)
    return response.status_code == 200 and not response.streaming and not own


def kept(view: View) -> View:
    """Show a stranger the page that was made for the stranger before, unless anything has happened since.

    A page is kept to the end of the minute, and only until the next deed of anyone, which the audit counts. Pages of
    those who have signed in, with a message, or with a form's token are made anew each time.
    """

    @wraps(view)
    def shown(request: HttpRequest, *values: object, **names: object) -> HttpResponse:
        if request.user.is_authenticated or request.GET.keys() - {"lang"} or len(get_messages(request)):
            return view(request, *values, **names)
        key = _key("page", f"{request.path} {get_language()} {getattr(request, 'theme', '')}")
        stamp = _stamp()
        nothing: Kept = (None, b"", {})
        try:
            made, content, headers = cache.get(key) or nothing
        except Exception:  # whatever a cache that is down says: then the page is made
            return view(request, *values, **names)
        if made == stamp:
            again = HttpResponse(content, headers=headers)
            return cast(HttpResponse, get_conditional_response(request, etag=headers.get("ETag"), response=again))
        response = view(request, *values, **names)
        if _is_for_everybody(request, response):
            with suppress(Exception):  # the page is made; keeping it only helps the next reader
                cache.set(key, (stamp, response.content, dict(response.headers)), 60)
        return response

    return shown


def kept_facts(name: str, read: Callable[[], Found]) -> Found:
    """What `read` finds for any stranger, kept in this process as long as a page would be; a deed reads anew."""
    near, key, stamp = caches["near"], _key("facts", name), _stamp()
    made, found = near.get(key) or (None, None)
    if made != stamp:
        found = read()
        near.set(key, (stamp, found), 60)
    return cast(Found, found)
