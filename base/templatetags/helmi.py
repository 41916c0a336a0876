"""What every template may say: days and numbers in words, icons, marks, states and the other shared pieces."""

import json
import re
from collections.abc import Hashable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.forms.utils import flatatt
from django.template.context import Context, RequestContext
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from base import clock, dates

register = template.Library()
LONG_WORD = re.compile(r"[^\W\d_]{15,}")
DIVISION = re.compile(r"(?<=.{5})(?=[bcdfghjklmnpqrstvwxz][aeiouyåäö].{3})", re.IGNORECASE)

# ---------- Days, times, numbers ----------


def here(value: Any) -> Any:
    """An instant in UTC is told in the reader's zone; one that already carries a place's zone keeps it."""
    if isinstance(value, datetime) and value.tzinfo is not None and value.tzinfo.tzname(None) == "UTC":
        return timezone.localtime(value)
    return value


def _today() -> date:
    return clock.today(timezone.get_current_timezone_name())


def _day(value: date) -> date:
    value = here(value)
    return value.date() if isinstance(value, datetime) else value


@register.filter
def in_zone(value: datetime | None, zone: str) -> datetime | None:
    """The instant on the wall clock of a zone: {{ event.starts_at|in_zone:event.zone|clock_time }}."""
    return value.astimezone(ZoneInfo(zone)) if value else None


@register.filter
def chosen(form: BaseForm) -> int:
    """In how many of a list's filters something is chosen."""
    return sum(1 for field in form if field.value() not in (None, "", [], field.initial))


@register.filter
def breakable(text: str) -> str:
    """Very long words with the places where a narrow column may divide them: before a consonant with its vowel."""
    return LONG_WORD.sub(lambda word: DIVISION.sub("\u00ad", word[0]), str(text))


@register.filter
def day(value: date | None) -> str:
    """onsdag 12 maj; with the year when it is not this year."""
    return dates.day(_day(value), today=_today()) if value else ""


@register.filter
def day_on(value: date | None) -> str:
    """The day inside a sentence: onsdag 12 maj, keskiviikkona 12.5., Wednesday 12 May."""
    return dates.day_on(_day(value), today=_today()) if value else ""


@register.filter
def day_short(value: date | None) -> str:
    """ons 12 maj; with the year when it is not this year."""
    return dates.day_short(_day(value), today=_today()) if value else ""


@register.filter
def day_of_round(value: date) -> str:
    """ons 12 maj; without the year, which the head of the page says once for all the days."""
    return dates.day_short(_day(value))


@register.filter
def plain_day(value: date | None) -> str:
    """12 maj; with the year when it is not this year."""
    return dates.plain_day(_day(value), today=_today()) if value else ""


@register.filter
def full_day(value: date | None) -> str:
    """12 maj 2027."""
    return dates.full_day(_day(value)) if value else ""


@register.filter
def month(value: date | None) -> str:
    """maj 2027."""
    return dates.month(_day(value)) if value else ""


@register.filter
def weekday_short(value: date) -> str:
    """ons, ke, Wed, for the date tile."""
    return dates.WEEKDAYS_SHORT[dates.spoken()][_day(value).weekday()]


@register.filter
def month_short(value: date) -> str:
    """maj, touko, May, for the date tile."""
    return dates.month_short(_day(value).month)


@register.filter
def day_number(value: date) -> str:
    """12, for the date tile; 12. in Finnish."""
    return f"{_day(value).day}." if dates.spoken() == "fi" else str(_day(value).day)


@register.filter
def clock_time(value: datetime | time | None) -> str:
    """kl. 9.00."""
    return dates.clock_time(here(value)) if value is not None else ""


@register.filter
def clock_bare(value: datetime | time | None) -> str:
    """9.00, where a column of times needs no word before each."""
    return dates.clock(here(value)) if value is not None else ""


@register.filter
def moment(value: datetime | None) -> str:
    """ons 12 maj kl. 9.00."""
    return dates.moment(here(value), today=_today()) if value else ""


@register.filter
def number(value: float | Decimal | None, decimals: int | None = None) -> str:
    """3,4 and −0,6."""
    return dates.number(value, decimals) if value is not None else ""


@register.filter
def percent(value: float | Decimal | None) -> str:
    """67 %."""
    return dates.percent(value) if value is not None else ""


@register.filter
def tel(value: str) -> str:
    """A telephone number as a link wants it: 08-465 004 10 becomes 0846500410."""
    return "".join(sign for sign in value if sign.isdigit() or sign == "+")


@register.simple_tag
def span(first: date, last: date) -> str:
    """9 mars – 3 november 2027."""
    return dates.span(_day(first), _day(last))


@register.simple_tag
def time_span(start: datetime | time, end: datetime | time) -> str:
    """9.00–16.00."""
    return dates.time_span(here(start), here(end))


@register.simple_tag
def zone_note(value: datetime, zone: str) -> str:
    """Whose time it is, in brackets, when the reader's clock shows another time at that moment; else nothing."""
    note = dates.zone_note(value, zone, timezone.get_current_timezone_name())
    return f"({note})" if note else ""


# ---------- Small pieces ----------


@register.simple_tag
@lru_cache(maxsize=256)  # a page shows dozens, and the address of the file stands for as long as the process
def icon(name: str) -> SafeString:
    """One of the stroke icons, always beside text."""
    return format_html(
        '<svg class="i" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        static("helmi/icons.svg"),
        name,
    )


@register.simple_tag
def menu(items: list[Hashable]) -> SafeString:
    """The rows of the main menu, which each page shows twice and which seldom differ from one page to the next."""
    return _menu(get_language(), tuple(items))


@lru_cache(maxsize=512)  # by all that it shows: the words of a language, each row's address, count and mark
def _menu(language: str, items: tuple[Hashable, ...]) -> SafeString:
    return render_to_string("components/nav.html", {"items": items})


@register.simple_tag
def json_ld(facts: dict[str, Any]) -> SafeString:
    """Facts about the page for search engines (JSON-LD): data, no script, and no markup whatever people typed."""
    safe = json.dumps(facts, ensure_ascii=False).translate(
        {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
    )
    return format_html('<script type="application/ld+json">{}</script>', SafeString(safe))


@register.simple_tag
def mark(organisation: Any, *, named: bool = True) -> SafeString:
    """The two letters of a municipality with its name beside; `named=False` where the name stands near anyhow."""
    name = str(organisation.name)
    return _mark(organisation.mark or name[:2].upper(), organisation.tint, name if named else "")


@lru_cache(maxsize=1024)  # a list shows the same few organisations in most of its rows
def _mark(letters: str, tint: int, name: str) -> SafeString:
    tile = format_html('<span class="mark m{}" aria-hidden="true">{}</span>', tint, letters)
    return format_html('{}<span class="mark-name">{}</span>', tile, name) if name else tile


@register.simple_tag
def state(words: str, tone: str = "") -> SafeString:
    """A state as a word; the tone is "", on, warn, danger, note or ok, and only helps."""
    return _state(str(words), tone)


@lru_cache(maxsize=1024)  # the same few words in every row
def _state(words: str, tone: str) -> SafeString:
    return format_html('<span class="state{}">{}</span>', f" state-{tone}" if tone else "", capfirst(words))


@register.simple_tag
def avatar(initials: str, *, large: bool = False) -> SafeString:
    """The round letters beside a person's name."""
    return format_html('<span class="avatar{}" aria-hidden="true">{}</span>', " avatar-l" if large else "", initials)


@register.simple_tag
def bar(value: float, largest: float) -> SafeString:
    """A bar beside its figure: the length against the largest in the table."""
    return format_html(
        '<svg class="bar" viewBox="0 0 {0} 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect width="{1}" height="1"/></svg>',
        f"{max(largest, 1):g}",
        f"{value:g}",
    )


@register.simple_tag
def of_steps(step: int, steps: int) -> str:
    """Step 2 of 3, as text."""
    return _("Step %(step)s of %(steps)s") % {"step": step, "steps": steps}


# ---------- Components with a little thought in them ----------


def _links(form: Any) -> Iterable[dict[str, str]]:
    for error in form.non_field_errors().as_data():
        at = (error.params or {}).get("at", "")
        for sentence in error.messages:
            yield {"href": f"#{at}" if at else "", "sentence": sentence}
    for field in form:
        inputs = field.subwidgets if field.use_fieldset else []
        target = (inputs[0].data["attrs"].get("id") if inputs else field.id_for_label) or f"div_{field.auto_id}"
        for sentence in field.errors:
            yield {"href": "" if field.is_hidden else f"#{target}", "sentence": sentence}


@register.filter
def attributes(values: dict[str, Any]) -> SafeString:
    """The attributes of a control as they stand in its tag, with a space before each."""
    return flatatt(values)


@register.filter
def bare(form: Any) -> Iterable[Any]:
    """The fields of a form that is not ours, without placeholders: the label says it."""
    for field in form:
        field.field.widget.attrs.pop("placeholder", None)
        yield field


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: Any) -> dict[str, Any]:
    """What needs correcting in these forms or formsets, each sentence a link to its field.

    An error of no field that has `at` among its params leads to the control with that id.
    """
    errors: list[dict[str, str]] = []
    for form in forms:
        if isinstance(form, list):
            errors += [error for row in form for error in _links(row) if row.is_bound]
        elif hasattr(form, "management_form"):
            errors += [{"href": "", "sentence": sentence} for sentence in form.non_form_errors()]
            errors += [error for row in form.forms for error in _links(row)]
        elif getattr(form, "is_bound", False):
            errors += _links(form)
    return {"errors": errors}


@register.inclusion_tag("components/meter.html")
def meter(taken: int, capacity: int, *, waiting: int = 0, reserved: int = 0, words: str) -> dict[str, Any]:
    """Seats as bars up to 40, else as one line; `words` says the same for those who do not see it."""
    free = max(capacity - taken, 0)
    held = min(reserved, free)
    return {
        "words": words,
        "bars": capacity + waiting <= 40,
        "taken": range(taken),
        "held": range(held),
        "free": range(free - held),
        "waiting": range(waiting),
        "value": taken,
        "capacity": max(capacity, taken, 1),
    }


@register.inclusion_tag("components/pages.html", takes_context=True)
def pages(context: RequestContext, page: Page[Any]) -> dict[str, Any]:
    """The steps through a long list; filters in the address stay."""
    query = context["request"].GET.copy()

    def address(n: int) -> str:
        query["page"] = str(n)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.simple_tag(takes_context=True)
def language_link(context: Context, code: str) -> str:
    """This page in another language: the same address with ?lang=."""
    query = context["request"].GET.copy()
    query["lang"] = code
    return f"?{query.urlencode()}"
