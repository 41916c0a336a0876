"""The shared pieces that every template uses."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import timezone, translation

TOWN = SimpleNamespace(name="Eskilstuna", mark="ES", tint=2)
NINE = datetime(2027, 5, 12, 7, tzinfo=UTC)


def show(text, language="sv", **facts):
    with translation.override(language):
        return Template("{% load helmi %}" + text).render(Context(facts)).strip()


def test_an_instant_is_told_on_the_reader_s_clock(at):
    at("2027-01-01 12:00")
    with timezone.override("Europe/Stockholm"):
        assert show("{{ t|clock_time }}", t=NINE) == "kl. 9.00"
        assert show("{{ t|moment }}", t=NINE) == "ons 12 maj kl. 9.00"
    with timezone.override("Europe/Helsinki"):
        assert show("{{ t|clock_time }}", "fi", t=NINE) == "klo 10.00"


def test_an_instant_that_carries_a_place_s_zone_is_told_there_and_says_so(at):
    at("2027-01-01 12:00")
    with timezone.override("Europe/Helsinki"):
        there = '{{ t|in_zone:"Europe/Stockholm"|clock_time }}{% zone_note t "Europe/Stockholm" as note %} {{ note }}'
        assert show(there, t=NINE) == "kl. 9.00 (svensk tid)"
    with timezone.override("Europe/Stockholm"):
        assert show(there, t=NINE) == "kl. 9.00"


def test_late_evening_in_utc_is_the_next_day_at_home(at):
    at("2027-01-01 12:00")
    with timezone.override("Europe/Stockholm"):
        assert show("{{ t|plain_day }}", t=datetime(2027, 5, 12, 22, 30, tzinfo=UTC)) == "13 maj"


def test_nothing_is_said_of_a_time_that_is_not_there():
    for name in (
        "day",
        "day_on",
        "day_short",
        "plain_day",
        "full_day",
        "month",
        "clock_time",
        "moment",
        "number",
        "percent",
    ):
        assert show("{{ t|" + name + " }}", t=None) == ""


def test_spans():
    assert show("{% span a b %}", "fi", a=date(2027, 3, 9), b=date(2027, 11, 3)) == "9.3.–3.11.2027"
    zone = ZoneInfo("Europe/Stockholm")
    start, end = NINE.astimezone(zone), datetime(2027, 5, 12, 14, tzinfo=UTC).astimezone(zone)
    assert show("{% time_span a b %}", a=start, b=end) == "9.00–16.00"


def test_a_mark_is_letters_with_the_name_near_and_nothing_to_hear_twice():
    assert show("{% mark town %}", town=TOWN) == (
        '<span class="mark m2" aria-hidden="true">ES</span><span class="mark-name">Eskilstuna</span>'
    )
    assert "mark-name" not in show("{% mark town named=False %}", town=TOWN)


@pytest.mark.parametrize("tag", ["{% state words %}", "{% avatar words %}", "{% icon words %}"])
def test_words_in_pieces_are_words(tag):
    assert "<script>" not in show(tag, words="<script>")


def test_seats_are_bars_up_to_forty_and_a_line_above():
    bars = show('{% meter 22 24 waiting=3 reserved=1 words="22 av 24" %}')
    assert bars.count("<i") == 22 + 2 + 3
    assert (bars.count('class="held"'), bars.count('class="free"'), bars.count('class="wait"')) == (1, 1, 3)
    assert 'aria-label="22 av 24"' in bars
    line = show('{% meter 82 120 words="82 av 120" %}')
    assert '<progress max="120" value="82"' in line
    assert "<i" not in line


def test_more_people_than_seats_do_not_break_the_meter():
    assert show('{% meter 30 24 words="30 av 24" %}').count("<i") == 30
    assert show('{% meter 0 0 words="" %}').count("<i") == 0


def test_the_steps_of_a_list_keep_what_was_searched_for():
    request = RequestFactory().get("/", {"q": "Å&b", "page": "2"})
    page = Paginator(range(60), 25).page(2)
    text = Template("{% load helmi %}{% pages page %}").render(RequestContext(request, {"page": page}))
    assert 'href="?q=%C3%85%26b&amp;page=1"' in text
    assert 'href="?q=%C3%85%26b&amp;page=3"' in text
    assert "26–50" in text
    short = Template("{% load helmi %}{% pages page %}").render(
        RequestContext(request, {"page": Paginator(range(3), 25).page(1)})
    )
    assert short.strip() == ""


def test_a_telephone_number_is_a_link_that_a_phone_understands():
    assert show('{{ "+46 (0)8-465 004 10"|tel }}') == "+4608465 00410".replace(" ", "")


def test_the_date_tile_is_in_the_reader_s_language():
    tile = '{% include "components/date_tile.html" with date=date only %}'
    assert show(tile, date=date(2027, 5, 12)).count("maj") == 1
    assert "touko" in show(tile, "fi", date=date(2027, 5, 12))
    assert "12." in show(tile, "fi", date=date(2027, 5, 12))


def test_very_long_words_say_where_a_narrow_column_may_divide_them():
    shown = show("{{ t|breakable }}", t="Sosiaalityöntekijän rooli")
    assert shown.split("\u00ad") == ["Sosiaa", "li", "työn", "te", "kijän rooli"]
    assert show("{{ t|breakable }}", t="Uppföljning, SIP <och> Lex Sarah") == "Uppföljning, SIP &lt;och&gt; Lex Sarah"


def test_filters_that_are_set_are_counted():
    class Filters(forms.Form):
        q = forms.CharField(required=False)
        side = forms.ChoiceField(required=False, choices=[("", "Alla"), ("applied", "Anmäld")])

    assert show("{{ f|chosen }}", f=Filters()) == "0"
    assert show("{{ f|chosen }}", f=Filters({"q": "", "side": "applied"})) == "1"
