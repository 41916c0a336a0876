"""Forms take what people type, say in a sentence what is wrong, and lose nothing."""

from datetime import date, time

import pytest
from django import forms
from django.http import HttpRequest
from django.template import Context, Template
from django.utils import translation

from base.forms import ClockField, DateField, EmailField, MonthField, NameField, PlainForm, render_form


class Sample(PlainForm):
    name = NameField()
    email = EmailField(help_text="Here we write")
    starts_on = DateField(label="First day", required=False)
    since = MonthField(label="Employed since", required=False)
    at = ClockField(label="Time", required=False)
    town = forms.ChoiceField(label="Town", choices=[("", "Choose"), ("1", "Flen")], required=False)
    way = forms.ChoiceField(label="Way", choices=[("a", "On site"), ("b", "Far")], widget=forms.RadioSelect)
    share = forms.BooleanField(label="Share", required=False)


GOOD = {"name": "Åsa O'Brien", "email": "asa@flen.example", "way": "a"}


def show(form):
    return Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form}))


def summary(form):
    return Template("{% load helmi %}{% error_summary form %}").render(Context({"form": form}))


@pytest.mark.parametrize("language, expected", [
    ("sv", "31 november 2027"), ("fi", "31.11.2027"), ("en", "31 November 2027"),
])  # fmt: skip
def test_the_thirty_first_of_november_gets_a_sentence_and_stays_in_the_field(language, expected):
    with translation.override(language):
        form = Sample({**GOOD, "starts_on": "31.11.2027"})
        [sentence] = form.errors["starts_on"]
        assert expected in sentence
        assert "30" in sentence
        assert 'value="31.11.2027"' in show(form)


@pytest.mark.parametrize("name", ["O'Brien", "Åström", "Ö", "Ann-Sofie von Döbeln", "María José", "x" * 200, "李"])
def test_a_name_is_kept_as_its_owner_writes_it(name):
    form = Sample({**GOOD, "name": name})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["name"] == name


def test_a_name_is_composed_and_its_spaces_tidied():
    form = Sample({**GOOD, "name": "  A\u030asa   Berg "})
    assert form.is_valid()
    assert form.cleaned_data["name"] == "Åsa Berg"


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x00b", "a\x07b"])
def test_what_cannot_be_a_name_is_refused_with_a_sentence(name):
    form = Sample({**GOOD, "name": name})
    assert not form.is_valid()
    assert str(form.errors["name"][0])


@pytest.mark.parametrize(
    "address", ["", "selma.akervall", "a@b", "a b@c.se", "hi\r\nBcc: x@y.se", "x" * 250 + "@flen.se"]
)
def test_a_wrong_address_gets_one_sentence_that_shows_how_it_looks(address):
    with translation.override("sv"):
        form = Sample({**GOOD, "email": address})
        assert form.errors["email"] == ["Skriv din e-postadress, till exempel namn@kommun.se"]


def test_the_sentence_can_be_about_somebody_else_s_address():
    class Manager(PlainForm):
        manager = EmailField(sentence="Write your manager's address")

    for address in ("", "nobody"):
        assert Manager({"manager": address}).errors["manager"] == ["Write your manager's address"]


def test_a_day_without_a_year_is_asked_for_or_taken_as_the_field_says(at):
    at("2026-11-22 12:00")
    with (
        translation.override("en"),
        pytest.raises(forms.ValidationError, match="the year too, for example 12 May 2027"),
    ):
        DateField().clean("9 mars")
    assert DateField(yearless="next").clean("9 mars") == date(2027, 3, 9)
    assert DateField(yearless="next").clean("22 november") == date(2026, 11, 22)
    assert DateField(yearless="last").clean("9 mars") == date(2026, 3, 9)
    assert DateField(yearless="last").clean("24 december") == date(2025, 12, 24)


def test_limits_are_said_with_the_limit():
    field = DateField(earliest=date(2027, 1, 1), latest=date(2027, 12, 31))
    with translation.override("sv"):
        with pytest.raises(forms.ValidationError, match="1 januari 2027"):
            field.clean("31.12.2026")
        with pytest.raises(forms.ValidationError, match="31 december 2027"):
            field.clean("1.1.2028")
    assert field.clean("1.1.2027") == date(2027, 1, 1)
    month = MonthField(latest=date(2027, 3, 15))
    assert month.clean("mars 2027") == date(2027, 3, 1)
    with pytest.raises(forms.ValidationError):
        month.clean("april 2027")


def test_stored_values_are_shown_as_people_write_them():
    form = Sample(initial={"starts_on": date(2027, 5, 12), "since": date(2027, 3, 1), "at": time(9)})
    for language, day, month in (("sv", "12 maj 2027", "mars 2027"), ("fi", "12.5.2027", "maaliskuu 2027")):
        with translation.override(language):
            page = show(form)
            assert f'value="{day}"' in page
            assert f'value="{month}"' in page
            assert 'value="9.00"' in page


def test_nothing_has_changed_when_the_same_day_is_written_in_another_way():
    assert not DateField().has_changed(date(2027, 5, 12), "12.5.2027")
    assert DateField().has_changed(date(2027, 5, 12), "13.5.2027")
    assert DateField().has_changed(date(2027, 5, 12), "31.11.2027")


def test_hint_and_error_stand_between_label_and_field_and_are_read_with_it():
    page = show(Sample({**GOOD, "email": "x"}))
    label, hint, error, box = (
        page.index(part)
        for part in ('for="id_email"', 'id="id_email_helptext"', 'id="id_email_error"', '<input type="email"')
    )
    assert label < hint < error < box
    assert 'aria-describedby="id_email_helptext id_email_error"' in page
    assert 'class="field has-error"' in page
    assert 'aria-invalid="true"' in page


def test_optional_fields_say_so_and_there_are_no_asterisks():
    with translation.override("sv"):
        page = show(Sample())
    assert page.count("(frivilligt)") == 4  # not beside a single tick box
    assert "*" not in page
    assert "placeholder" not in page


def test_a_filter_asks_for_nothing_and_says_nothing_of_it():
    class Filter(PlainForm):
        show_optional = False
        q = forms.CharField(required=False)

    with translation.override("sv"):
        assert "frivilligt" not in show(Filter())


def test_choices_are_a_group_with_its_question():
    page = show(Sample({**GOOD, "way": ""}))
    assert "<fieldset" in page
    assert "<legend" in page
    assert 'aria-describedby="id_way_error"' in page


def test_every_box_has_autocomplete():
    page = show(Sample())
    assert 'autocomplete="name"' in page
    assert 'autocomplete="email"' in page
    assert page.count("autocomplete=") == 6


def test_the_summary_links_to_each_field_with_the_same_sentence():
    form = Sample({"email": "x"})
    page = summary(form)
    for link in ("#id_name", "#id_email", "#id_way_0"):
        assert f'href="{link}"' in page
    for sentences in form.errors.values():
        assert str(sentences[0]) in page.replace("&#x27;", "'")
    assert "autofocus" in page


def test_an_error_of_the_whole_form_stands_in_the_summary():
    form = Sample(GOOD)
    form.add_error(None, "All seats are taken.")
    assert "All seats are taken." in summary(form)


def test_a_missing_answer_names_its_question():
    with translation.override("en"):
        form = Sample({"email": "a@flen.example"})
        assert form.errors["name"] == ["Fill in: Name"]
        assert form.errors["way"] == ["Choose an answer: Way"]


def test_a_form_shown_again_is_answered_with_422():
    request = HttpRequest()
    for form, status in ((Sample(), 200), (Sample(GOOD), 200), (Sample({}), 422)):
        assert render_form(request, "bootstrap5/errors.html", form).status_code == status


def test_script_in_a_field_comes_back_as_words():
    page = show(Sample({**GOOD, "name": "<script>alert(1)</script>", "email": ""}))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
