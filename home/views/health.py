"""For those who watch the machine."""

from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.db.models import Max
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET
from kombu.exceptions import KombuError

from base import clock
from base.models import Tick

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
