"""Days, times and numbers come out as people say them, and go in as people type them."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.utils import translation

from base import dates

WEDNESDAY = date(2027, 5, 12)


@pytest.mark.parametrize(
    "say, swedish, finnish, english",
    [
        (dates.plain_day, "12 maj", "12.5.", "12 May"),
        (dates.full_day, "12 maj 2027", "12.5.2027", "12 May 2027"),
        (dates.day_short, "ons 12 maj", "ke 12.5.", "Wed 12 May"),
        (dates.day, "onsdag 12 maj", "keskiviikko 12.5.", "Wednesday 12 May"),
        (dates.day_on, "onsdag 12 maj", "keskiviikkona 12.5.", "Wednesday 12 May"),
        (dates.month, "maj 2027", "toukokuu 2027", "May 2027"),
    ],
)
def test_a_day_is_said_in_the_reader_s_language(say, swedish, finnish, english):
    assert [say(WEDNESDAY, code) for code in ("sv", "fi", "en")] == [swedish, finnish, english]


def test_the_year_is_said_only_when_it_is_another_one():
    assert dates.day_short(WEDNESDAY, "sv", today=date(2027, 1, 1)) == "ons 12 maj"
    assert dates.day_short(WEDNESDAY, "sv", today=date(2026, 1, 1)) == "ons 12 maj 2027"
    assert dates.day_short(WEDNESDAY, "fi", today=date(2026, 1, 1)) == "ke 12.5.2027"


@pytest.mark.parametrize(
    "first, last, swedish, finnish, english",
    [
        (
            date(2027, 3, 9),
            date(2027, 11, 3),
            "9 mars – 3 november 2027",
            "9.3.–3.11.2027",
            "9 March – 3 November 2027",
        ),
        (date(2027, 3, 9), date(2027, 3, 12), "9–12 mars 2027", "9.–12.3.2027", "9–12 March 2027"),
        (
            date(2027, 3, 9),
            date(2028, 1, 2),
            "9 mars 2027 – 2 januari 2028",
            "9.3.2027–2.1.2028",
            "9 March 2027 – 2 January 2028",
        ),
        (date(2027, 3, 9), date(2027, 3, 9), "9 mars 2027", "9.3.2027", "9 March 2027"),
    ],
)
def test_a_span_says_each_part_once(first, last, swedish, finnish, english):
    assert [dates.span(first, last, code) for code in ("sv", "fi", "en")] == [swedish, finnish, english]


@pytest.mark.parametrize(
    "value, swedish, finnish, english",
    [
        (time(9), "kl. 9.00", "klo 9.00", "9am"),
        (time(16, 30), "kl. 16.30", "klo 16.30", "4.30pm"),
        (time(10, 12), "kl. 10.12", "klo 10.12", "10.12am"),
        (time(12), "kl. 12.00", "klo 12.00", "noon"),
        (time(0), "kl. 0.00", "klo 0.00", "midnight"),
        (time(0, 5), "kl. 0.05", "klo 0.05", "12.05am"),
    ],
)
def test_a_time_has_its_language_s_word(value, swedish, finnish, english):
    assert [dates.clock_time(value, code) for code in ("sv", "fi", "en")] == [swedish, finnish, english]


def test_hours_from_and_to():
    assert dates.time_span(time(9), time(16), "sv") == "9.00–16.00"
    assert dates.time_span(time(9), time(16), "en") == "9am–4pm"


@pytest.mark.parametrize(
    "value, decimals, swedish, english",
    [
        (3.4, 1, "3,4", "3.4"),
        (-0.6, 1, "−0,6", "−0.6"),
        (4, 1, "4,0", "4.0"),
        (2000, None, "2\u00a0000", "2,000"),
        (Decimal("0.5"), None, "0,5", "0.5"),
    ],
)
def test_numbers_have_the_right_comma_and_a_true_minus(value, decimals, swedish, english):
    assert dates.number(value, decimals, "sv") == dates.number(value, decimals, "fi") == swedish
    assert dates.number(value, decimals, "en") == english


def test_per_cent_has_a_no_break_space_in_swedish_and_finnish():
    assert [dates.percent(67, code) for code in ("sv", "fi", "en")] == ["67\u00a0%", "67\u00a0%", "67%"]


def test_the_zone_is_said_only_when_the_reader_s_clock_shows_another_time():
    noon = datetime(2027, 5, 12, 10, tzinfo=UTC)
    assert dates.zone_note(noon, "Europe/Helsinki", "Europe/Stockholm", "sv") == "finsk tid"
    assert dates.zone_note(noon, "Europe/Helsinki", "Europe/Mariehamn", "sv") == ""
    assert dates.zone_note(noon, "Europe/Stockholm", "Europe/Oslo", "fi") == ""


def test_a_language_that_helmi_does_not_speak_falls_back_on_english():
    assert dates.day_short(WEDNESDAY, "de") == "Wed 12 May"
    assert dates.day_short(WEDNESDAY, "sv-fi") == "ons 12 maj"
    with translation.override("fi"):
        assert dates.day_short(WEDNESDAY) == "ke 12.5."


@pytest.mark.parametrize(
    "typed",
    [
        "12.5.2027",
        "12.05.2027",
        "2027-05-12",
        "12/5/2027",
        "20270512",
        "12 maj 2027",
        "12 MAJ 2027",
        "onsdag 12 maj 2027",
        "ons den 12 maj 2027",
        "den 12:e maj 2027",
        "ke 12.5.2027",
        "keskiviikkona 12.5.2027",
        "12. toukokuuta 2027",
        "12 May 2027",
        "Wed 12 May 2027",
        "12th of May 2027",
        "  12 . 5 . 2027 ".replace(" . ", "."),
        "12-5-2027",
    ],
)
def test_a_day_is_read_as_people_write_it(typed):
    assert dates.read_day(typed) == WEDNESDAY


@pytest.mark.parametrize(
    "typed, code",
    [
        ("31.11.2027", "day"),
        ("31 november 2027", "day"),
        ("2026-02-30", "day"),
        ("29.2.2027", "day"),
        ("0.5.2027", "day"),
        ("1.13.2027", "month"),
        ("12.5.0001", "year"),
        ("12.5.9999", "year"),
        ("31 november", "no_year"),
        ("12.5.", "no_year"),
        ("next Tuesday", "unclear"),
        ("12 foo 2027", "unclear"),
        ("<script>", "unclear"),
        ("9" * 5000, "unclear"),
    ],
)
def test_what_is_not_a_day_says_what_is_wrong(typed, code):
    with pytest.raises(dates.Misread) as wrong:
        dates.read_day(typed)
    assert wrong.value.code == code


def test_leap_day_is_a_day_in_a_leap_year():
    assert dates.read_day("29.2.2028") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "typed", ["mars 2027", "3.2027", "03/2027", "2027-03", "maaliskuu 2027", "maaliskuussa 2027", "March 2027"]
)
def test_a_month_is_read_as_people_write_it(typed):
    assert dates.read_month(typed) == date(2027, 3, 1)


@pytest.mark.parametrize(
    "typed, code", [("13.2027", "month"), ("mars", "no_year"), ("2027", "unclear"), ("3.0027", "year")]
)
def test_what_is_not_a_month_says_what_is_wrong(typed, code):
    with pytest.raises(dates.Misread) as wrong:
        dates.read_month(typed)
    assert wrong.value.code == code


@pytest.mark.parametrize(
    "typed, read",
    [
        ("9", time(9)),
        ("9.00", time(9)),
        ("09:00", time(9)),
        ("kl. 9", time(9)),
        ("klo 16.30", time(16, 30)),
        ("4.30pm", time(16, 30)),
        ("12am", time(0)),
        ("noon", time(12)),
    ],
)
def test_a_time_is_read_as_people_write_it(typed, read):
    assert dates.read_clock(typed) == read


@pytest.mark.parametrize("typed", ["25.00", "9.60", "13pm", "nine", ""])
def test_what_is_not_a_time_is_refused(typed):
    with pytest.raises(dates.Misread):
        dates.read_clock(typed)


@pytest.mark.parametrize("code", ["sv", "fi", "en"])
def test_every_day_that_helmi_writes_can_be_typed_back(code):
    for month in range(1, 13):
        written = date(2027, month, 28)
        assert dates.read_day(dates.full_day(written, code)) == written
        assert dates.read_month(dates.month(written, code)) == written.replace(day=1)
