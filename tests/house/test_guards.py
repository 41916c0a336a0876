"""The guards of the tests themselves: each is seen to catch what it is for."""

import socket
import warnings
from datetime import UTC, datetime

import pytest
from django.template import Context, Origin, Template, engines

from base import clock
from tests.conftest import TEMPLATES


def render(source, **facts):
    engine = engines["django"].engine
    return Template(source, origin=Origin(str(TEMPLATES / "guarded.html")), engine=engine).render(Context(facts))


def test_an_undefined_variable_in_a_template_of_ours_is_written_down(undefined):
    assert render("<p>{{ person.nam }}</p>", person="x") == "<p></p>"
    assert undefined.seen == {"guarded.html:1 person.nam"}
    undefined.seen.clear()


def test_a_default_says_that_a_variable_may_be_missing(undefined):
    assert render("{{ missing|default:'none' }}") == "none"
    assert not undefined.seen


def test_a_question_may_be_asked_about_what_is_not_there(undefined):
    assert render("{% if missing %}yes{% else %}no{% endif %}") == "no"
    assert not undefined.seen


def test_no_test_reaches_beyond_this_machine():
    with (
        socket.socket() as ours,
        pytest.raises(AssertionError, match=r"wanted to reach 192\.0\.2\.1"),
    ):
        ours.connect(("192.0.2.1", 80))


def test_the_clock_can_be_set_across_the_change_to_summer_time(at):
    at("2027-03-28 01:59")
    assert clock.now() == datetime(2027, 3, 28, 0, 59, tzinfo=UTC)
    at("2027-03-28 03:00")
    assert clock.now() == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    at("2027-03-28 03:00", "Europe/Helsinki")
    assert clock.now() == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="which zone"):
        at(datetime(2027, 3, 28))


def test_a_warning_from_our_own_code_is_an_error():
    with pytest.raises(DeprecationWarning, match="old"):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
