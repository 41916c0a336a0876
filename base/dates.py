"""Days, times and numbers as people say them in Swedish, Finnish and English, and as they type them.

Every function takes the language ("sv", "fi", "en" or a variant such as "sv-fi"), else speaks the reader's.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names, get_timezone_location
from babel.numbers import format_decimal
from django.utils.translation import get_language

NBSP = "\u00a0"
MINUS = "\u2212"
FIRST_YEAR, LAST_YEAR = 1900, 2100

WEEKDAYS_SHORT = {
    "sv": ("mån", "tis", "ons", "tor", "fre", "lör", "sön"),
    "fi": ("ma", "ti", "ke", "to", "pe", "la", "su"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS_SHORT = {
    "sv": ("jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"),
    "en": ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
ZONES = {
    "Europe/Stockholm": {"sv": "svensk tid", "fi": "Ruotsin aikaa", "en": "Swedish time"},
    "Europe/Helsinki": {"sv": "finsk tid", "fi": "Suomen aikaa", "en": "Finnish time"},
    "Europe/Mariehamn": {"sv": "finsk tid", "fi": "Suomen aikaa", "en": "Finnish time"},
}


def spoken(language: str | None = None) -> str:
    """The language of the three that `language`, or else the reader's language, belongs to."""
    code = (language or get_language() or "en").split("-")[0].split("_")[0]
    return code if code in WEEKDAYS_SHORT else "en"


# ---------- Days ----------


def month_name(month: int, language: str | None = None) -> str:
    """The month alone: mars, maaliskuu, March."""
    return str(get_month_names("wide", "stand-alone", locale=spoken(language))[month])


def month_short(month: int, language: str | None = None) -> str:
    """The month alone and short: sep, syys, Sep."""
    code = spoken(language)
    return month_name(month, code).removesuffix("kuu") if code == "fi" else MONTHS_SHORT[code][month - 1]


def weekday_name(day_of: date, language: str | None = None) -> str:
    """The weekday alone: onsdag, keskiviikko, Wednesday."""
    return str(get_day_names("wide", "stand-alone", locale=spoken(language))[day_of.weekday()])


def _written(value: date, language: str, *, year: bool, short: bool = False) -> str:
    if language == "fi":
        return f"{value.day}.{value.month}.{value.year if year else ''}"
    month = MONTHS_SHORT[language][value.month - 1] if short else month_name(value.month, language)
    return f"{value.day} {month}" + (f" {value.year}" if year else "")


def plain_day(value: date, language: str | None = None, *, today: date | None = None) -> str:
    """12 maj, 12.5., 12 May; with the year when it is not the year of `today`."""
    return _written(value, spoken(language), year=today is not None and today.year != value.year)


def full_day(value: date, language: str | None = None) -> str:
    """12 maj 2027, 12.5.2027, 12 May 2027."""
    return _written(value, spoken(language), year=True)


def day_short(value: date, language: str | None = None, *, today: date | None = None) -> str:
    """ons 12 maj, ke 12.5., Wed 12 May; with the year when it is not the year of `today`."""
    code = spoken(language)
    year = today is not None and today.year != value.year
    return f"{WEEKDAYS_SHORT[code][value.weekday()]} {_written(value, code, year=year, short=True)}"


def day(value: date, language: str | None = None, *, today: date | None = None) -> str:
    """onsdag 12 maj, keskiviikko 12.5., Wednesday 12 May; with the year when it is not the year of `today`."""
    code = spoken(language)
    return f"{weekday_name(value, code)} {plain_day(value, code, today=today)}"


def day_on(value: date, language: str | None = None, *, today: date | None = None) -> str:
    """The day inside a sentence: onsdag 12 maj, keskiviikkona 12.5., Wednesday 12 May."""
    code = spoken(language)
    weekday = weekday_name(value, code) + ("na" if code == "fi" else "")
    return f"{weekday} {plain_day(value, code, today=today)}"


def month(value: date, language: str | None = None) -> str:
    """mars 2027, maaliskuu 2027, March 2027."""
    return f"{month_name(value.month, language)} {value.year}"


def span(first: date, last: date, language: str | None = None) -> str:
    """9 mars – 3 november 2027, 9.3.–3.11.2027, 9 March – 3 November 2027; one day is just that day."""
    code = spoken(language)
    first, last = _date(first), _date(last)
    if first == last:
        return full_day(last, code)
    end = full_day(last, code)
    if first.year != last.year:
        start = full_day(first, code)
    elif first.month != last.month:
        start = _written(first, code, year=False)
    else:
        return f"{first.day}{'.' if code == 'fi' else ''}–{end}"
    return f"{start}–{end}" if code == "fi" else f"{start} – {end}"


def _date(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


# ---------- Times ----------


def clock(value: time | datetime, language: str | None = None) -> str:
    """The time without its word: 9.00, 9.00, 9am."""
    if spoken(language) != "en":
        return f"{value.hour}.{value.minute:02}"
    if value.minute == 0 and value.hour in (0, 12):
        return "midnight" if value.hour == 0 else "noon"
    minute = f".{value.minute:02}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minute}{'am' if value.hour < 12 else 'pm'}"


def clock_time(value: time | datetime, language: str | None = None) -> str:
    """kl. 9.00, klo 9.00, 9am."""
    word = {"sv": "kl. ", "fi": "klo ", "en": ""}[spoken(language)]
    return word + clock(value, language)


def time_span(start: time | datetime, end: time | datetime, language: str | None = None) -> str:
    """9.00–16.00, 9.00–16.00, 9am–4pm."""
    return f"{clock(start, language)}–{clock(end, language)}"


def moment(value: datetime, language: str | None = None, *, today: date | None = None) -> str:
    """ons 12 maj kl. 9.00, ke 12.5. klo 9.00, Wed 12 May, 9am."""
    code = spoken(language)
    between = ", " if code == "en" else " "
    return day_short(value.date(), code, today=today) + between + clock_time(value, code)


def zone_words(zone: str, language: str | None = None) -> str:
    """Whose time it is: svensk tid, Suomen aikaa, Swedish time; other zones by their place."""
    code = spoken(language)
    if zone in ZONES:
        return ZONES[zone][code]
    place = get_timezone_location(zone, locale=code, return_city=True)
    return {"sv": f"tid i {place}", "fi": f"aikavyöhyke {place}", "en": f"{place} time"}[code]


def zone_note(value: datetime, zone: str, readers_zone: str, language: str | None = None) -> str:
    """The zone in words when the reader's clock shows another time at that moment, else nothing."""
    there, here = value.astimezone(ZoneInfo(zone)), value.astimezone(ZoneInfo(readers_zone))
    return "" if there.utcoffset() == here.utcoffset() else zone_words(zone, language)


# ---------- Numbers ----------


def number(value: float | Decimal, decimals: int | None = None, language: str | None = None) -> str:
    """3,4 and −0,6 (true minus) in Swedish and Finnish, 3.4 in English; 2 000 and 2,000."""
    pattern = "#,##0.###" if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    text = str(format_decimal(value, format=pattern, locale=spoken(language)))
    return text.replace("-", MINUS).replace("\u202f", NBSP)


def percent(value: float | Decimal, language: str | None = None) -> str:
    """67 % with a no-break space in Swedish and Finnish, 67% in English; `value` is 67, not 0.67."""
    text = number(value, 0, language)
    return f"{text}%" if spoken(language) == "en" else f"{text}{NBSP}%"


# ---------- Reading what people type ----------


@dataclass
class Misread(ValueError):
    """What was typed is not a date: `code` is unclear, no_year, year, month or day."""

    code: str
    day: int = 0
    month: int = 0
    year: int = 0

    @property
    def days(self) -> int:
        """How many days the month really has."""
        return monthrange(self.year, self.month)[1]


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFC", text).casefold().strip()
    return re.sub(r"\s+", " ", text)


def _month_words() -> dict[str, int]:
    words: dict[str, int] = {}
    for code in WEEKDAYS_SHORT:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for n, name in get_month_names(width, context, locale=code).items():
                    words[_fold(str(name)).rstrip(".")] = n
        for n, name in enumerate(MONTHS_SHORT.get(code, ()), start=1):
            words[_fold(name)] = n
    for n in range(1, 13):
        name = _fold(month_name(n, "fi"))
        words |= {name + ending: n for ending in ("n", "ssa", "sta", "ta")}
    return words


_MONTHS = _month_words()
_WEEKDAY = re.compile(
    "^(?:"
    + "|".join(
        sorted(
            {
                _fold(str(name)).rstrip(".")
                for code in WEEKDAYS_SHORT
                for name in [
                    *get_day_names("wide", locale=code).values(),
                    *get_day_names("abbreviated", locale=code).values(),
                    *(f"{full}na" for full in get_day_names("wide", "stand-alone", locale="fi").values()),
                    *WEEKDAYS_SHORT[code],
                ]
            },
            key=len,
            reverse=True,
        )
    )
    + r")\.?,? (?:den )?"
)
_ISO = re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})")
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_FIGURES = re.compile(r"(?P<day>\d{1,2})\s?[./-]\s?(?P<month>\d{1,2})(?:\s?[./-]\s?(?P<year>\d{4})?)?")
_WORDS = re.compile(
    r"(?:den )?(?P<day>\d{1,2})(?:\.|:e|:a|st|nd|rd|th)? (?:of )?(?P<word>[^\W\d_]+)\.?,?(?: (?P<year>\d{4}))?"
)
_ISO_MONTH = re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})")
_FIGURES_MONTH = re.compile(r"(?P<month>\d{1,2})\s?[./-]\s?(?P<year>\d{4})")
_WORDS_MONTH = re.compile(r"(?P<word>[^\W\d_]+)\.?,?(?: (?P<year>\d{4}))?")


def _first_match(text: str, *patterns: re.Pattern[str]) -> dict[str, str | None]:
    for pattern in patterns:
        if found := pattern.fullmatch(text):
            facts = found.groupdict()
            if word := facts.get("word"):
                if word not in _MONTHS:
                    continue
                facts["month"] = str(_MONTHS[word])
            return facts
    raise Misread("unclear")


def _checked_year(facts: dict[str, str | None]) -> int:
    year = int(facts["year"] or 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Misread("year", year=year)
    return year


def read_day(text: str, *, year_for: Callable[[int, int], int] | None = None) -> date:
    """The date that a person wrote: 31.11.2027, 2027-11-30, 30/11/2027, 30 november 2027, ke 12.5.2027.

    A date without a year gets the one that `year_for(month, day)` says, and without it is refused.
    """
    facts = _first_match(_WEEKDAY.sub("", _fold(text)), _ISO, _COMPACT, _FIGURES, _WORDS)
    day_number, month_number = int(facts["day"] or 0), int(facts["month"] or 0)
    if not 1 <= month_number <= 12:
        raise Misread("month", month=month_number)
    if facts.get("year"):
        year = _checked_year(facts)
    elif year_for is None:
        raise Misread("no_year", day=day_number, month=month_number)
    else:
        year = year_for(month_number, day_number)
    if not 1 <= day_number <= monthrange(year, month_number)[1]:
        raise Misread("day", day=day_number, month=month_number, year=year)
    return date(year, month_number, day_number)


def read_month(text: str) -> date:
    """The first day of the month that a person wrote: mars 2027, 3.2027, 03/2027, 2027-03, maaliskuu 2027."""
    facts = _first_match(_fold(text), _ISO_MONTH, _FIGURES_MONTH, _WORDS_MONTH)
    month_number = int(facts["month"] or 0)
    if not 1 <= month_number <= 12:
        raise Misread("month", month=month_number)
    if not facts.get("year"):
        raise Misread("no_year", month=month_number)
    return date(_checked_year(facts), month_number, 1)


_CLOCK = re.compile(
    r"(?:kl\.?|klo\.?|at)? ?(?P<hour>\d{1,2})(?:[.:](?P<minute>\d{2}))? ?(?P<half>am|pm|a\.m\.|p\.m\.)?"
)


def read_clock(text: str) -> time:
    """The time that a person wrote: 9, 9.00, 09:00, kl. 9, klo 16.30, 4.30pm."""
    folded = _fold(text)
    if folded in ("noon", "midnight"):
        return time(12 if folded == "noon" else 0)
    found = _CLOCK.fullmatch(folded)
    if not found:
        raise Misread("unclear")
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
    if half:
        if not 1 <= hour <= 12:
            raise Misread("unclear")
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23 or minute > 59:
        raise Misread("unclear")
    return time(hour, minute)
