"""What several of these pages need: who may open them, lists by page, and today."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from base import clock
from people.models import Person

PER_PAGE = 25
View = Callable[..., HttpResponseBase]


def reader(request: HttpRequest) -> Person:
    """The person who has signed in."""
    return cast(Person, request.user)


def today() -> date:
    """The date on the reader's wall calendar."""
    return clock.today(timezone.get_current_timezone_name())


def for_staff(view: View) -> View:
    """Administrators and coordinators; to others there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        reach = reader(request).reach
        if not (reach.administrator or reach.coordinator):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def for_administrators(view: View) -> View:
    """Administrators; to others there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not reader(request).reach.administrator:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def page_of(rows: QuerySet[Any], request: HttpRequest) -> Page[Any]:
    """25 rows; a page that does not exist is the nearest that does."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
