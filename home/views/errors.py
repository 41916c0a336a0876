"""What is said when something goes wrong: what happened, what to try, who to ask."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from base.languages import spoken


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
def too_many(request: HttpRequest) -> HttpResponse:
    """Somebody, or something, tries too often."""
    answer = render(request, "429.html", {"quiet": True}, status=429)
    answer["Retry-After"] = "60"
    return answer


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours, or a database that does not answer: a page that needs neither."""
    down = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    facts = {
        "language": spoken(),
        "theme": getattr(request, "theme", ""),
        "request_id": getattr(request, "request_id", ""),
    }
    answer = HttpResponse(render_to_string("503.html" if down else "500.html", facts), status=503 if down else 500)
    if down:
        answer["Retry-After"] = "120"
    return answer
