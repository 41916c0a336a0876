"""What was done, for administrators, and for coordinators what was done in their regions."""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from audit import states
from audit.forms import DeedFilter
from audit.models import Deed
from base import dates
from base.clock import wall
from base.forms import render_form
from base.marks import audited

ROWS = 25


@dataclass(frozen=True)
class Line:
    """A deed as the page tells it."""

    deed: Deed
    what: str
    about: str
    codes: str
    words: str


@audited("audit.seen")
@require_GET
def deeds(request: HttpRequest) -> HttpResponse:
    """The deeds, newest first, by kind, doer and days."""
    person: Any = request.user
    if not (person.reach.administrator or person.reach.coordinator):
        raise Http404
    form = DeedFilter(request.GET or None)
    found = Deed.objects.visible_to(person).select_related("by", "words")
    filtered = False
    if form.is_valid():
        zone = timezone.get_current_timezone_name()
        if deed := form.cleaned_data["deed"]:
            found, filtered = found.filter(deed=deed), True
        if who := form.cleaned_data["who"].strip():
            found, filtered = found.filter(by__name__icontains=who, by__protected=False), True
        if first := form.cleaned_data["first"]:
            found, filtered = found.filter(at__gte=wall(first, time(), zone)), True
        if last := form.cleaned_data["last"]:
            found, filtered = found.filter(at__lt=wall(last + timedelta(days=1), time(), zone)), True
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    total = page.paginator.count
    lines = [
        Line(
            deed,
            states.deed_words(deed.deed),
            states.about_words(deed.about),
            _told(deed.about, deed.codes),
            _said(deed.words.text) if hasattr(deed, "words") else "",
        )
        for deed in page
    ]
    context = {
        "page": page,
        "lines": lines,
        "filter": form,
        "filtered": filtered,
        "clear": reverse("audit:deeds"),
        "count": ngettext("%(n)s deed", "%(n)s deeds", total) % {"n": dates.number(total)},
    }
    return render_form(request, "audit/deeds.html", form, context, name="filter")


def _told(about: str, facts: dict[str, Any]) -> str:
    return ", ".join(filter(None, (states.fact_words(about, name, value) for name, value in facts.items())))


def _said(words: dict[str, Any]) -> str:
    """What people wrote or are called; it stands as they wrote it."""
    return ", ".join(
        f"{states.FACTS[name]}: {text}" if name in states.FACTS else str(text) for name, text in words.items() if text
    )
