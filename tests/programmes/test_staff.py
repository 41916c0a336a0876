"""A manager registers several of her staff in two screens."""

from datetime import date

import pytest
from django.utils import translation

from outbox import kinds
from outbox.models import Letter
from people.models import Employment, Person
from programmes.models import Enrolment

WINDOW = {"opens_on": date(2027, 4, 1), "closes_on": date(2027, 5, 14), "last_entry_on": date(2027, 9, 1)}
DAYS = (date(2027, 9, 7), date(2027, 10, 5))
REGISTER = "/programmes/staff/register/"


@pytest.fixture
def open_round(cast):
    return cast.cohort(state="open", days=DAYS, **WINDOW)


def rows(*people):
    data = {"new-TOTAL_FORMS": str(max(1, len(people))), "new-INITIAL_FORMS": "0"}
    for number, person in enumerate(people):
        data |= {f"new-{number}-{name}": value for name, value in person.items()}
    return data


def new(cast, name, email="", form="permanent", unit=None, language="sv"):
    return {"name": name, "email": email, "form": form, "unit": (unit or cast.barn).pk, "language": language}


def mail_of(letter):
    with translation.override(letter.language):
        return kinds.find(letter.kind).build(letter)


def own(person):
    return f"/s/{mail_of(Letter.objects.get(kind='programmes.application_registered', person=person)).secrets[0]}/"


def test_two_screens_register_staff_and_newcomers_each_with_an_own_letter(cast, open_round, sign_in):
    stina = sign_in(cast.stina)
    data = {"cohort": open_round.pk, "people": [cast.tuva.pk, cast.edvin.pk]}
    data |= rows(new(cast, "Ny Nilsson", "ny@eskilstuna.example", language="fi"))
    check = stina.post(REGISTER, data).url
    page = stina.get(check).content.decode()
    assert "Ny Nilsson" in page
    assert not Enrolment.objects.exists()
    stina.post(check)
    stina.post(check)
    assert {row.person.name for row in Enrolment.objects.all()} == {"Tuva Ljungdahl", "Edvin Kronqvist", "Ny Nilsson"}
    assert set(Enrolment.objects.values_list("employer_side", "source")) == {("approved", "manager")}
    letters = Letter.objects.filter(kind="programmes.application_registered")
    assert {letter.language for letter in letters} == {"sv", "en", "fi"}
    assert Letter.objects.count() == 3
    assert Employment.objects.get(person__name="Ny Nilsson").unit == cast.barn


def test_who_is_registered_completes_in_two_taps(cast, open_round, sign_in, client):
    stina = sign_in(cast.stina)
    stina.post(stina.post(REGISTER, {"cohort": open_round.pk, "people": [cast.tuva.pk], **rows()}).url)
    client.logout()
    path = own(cast.tuva)
    page = client.get(f"{path}complete/")
    assert "Tuva Ljungdahl" in page.content.decode()
    assert page.context["form"].initial["employed_since"] == date(2026, 9, 1)
    wrong = client.post(f"{path}complete/", {"language": "sv", "employed_since": "31.13", "degree": "Socionom"})
    assert wrong.status_code == 422
    facts = {"language": "en", "employed_since": "9.2026", "degree": "Socionom 2026", "exercises_authority": "no"}
    client.post(f"{path}complete/", facts)
    enrolment = Enrolment.objects.get()
    assert (enrolment.degree, enrolment.exercises_authority, enrolment.person.language) == (
        "Socionom 2026",
        False,
        "en",
    )


def test_who_is_registered_can_decline(cast, open_round, sign_in, client):
    stina = sign_in(cast.stina)
    stina.post(stina.post(REGISTER, {"cohort": open_round.pk, "people": [cast.tuva.pk], **rows()}).url)
    client.logout()
    path = own(cast.tuva)
    client.get(f"{path}withdraw/")
    assert Enrolment.objects.get().programme_side == "applied"
    client.post(f"{path}withdraw/")
    assert Enrolment.objects.get().programme_side == "withdrawn"


def test_someone_without_an_address_is_kept(cast, open_round, sign_in):
    stina = sign_in(cast.stina)
    stina.post(stina.post(REGISTER, {"cohort": open_round.pk, **rows(new(cast, "Utan Adress"))}).url)
    assert Person.objects.get(name="Utan Adress").contact_missing
    assert Enrolment.objects.count() == 1
    assert not Letter.objects.exists()


def test_an_agency_worker_attends_and_does_not_count(cast, open_round, sign_in):
    stina = sign_in(cast.stina)
    check = stina.post(
        REGISTER, {"cohort": open_round.pk, **rows(new(cast, "Bea Bemanning", "bea@x.example", form="agency"))}
    ).url
    stina.post(check)
    enrolment = Enrolment.objects.get()
    assert (enrolment.may_attend, enrolment.counts_for_funder, enrolment.counts_reason) == (True, False, "not_partner")


def test_a_near_duplicate_is_pointed_out(cast, open_round, sign_in):
    stina = sign_in(cast.stina)
    page = stina.get(stina.post(REGISTER, {"cohort": open_round.pk, **rows(new(cast, "tuva  LJUNGDAHL"))}).url)
    assert page.context["new"][0]["alike"] == ["Tuva Ljungdahl"]


def test_wrong_rows_are_named_and_nothing_is_lost(cast, open_round, sign_in):
    stina = sign_in(cast.stina)
    data = rows(new(cast, "Ett", "a@x.example"), new(cast, "Två", "A@x.example"), new(cast, "Tre", "inte en adress"))
    answer = stina.post(REGISTER, {"cohort": open_round.pk, "people": [cast.tuva.pk], **data})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "inte en adress" in page
    assert page.count("errsum") >= 1
    assert not Enrolment.objects.exists()


def test_nobody_chosen_is_said(cast, open_round, sign_in):
    assert sign_in(cast.stina).post(REGISTER, {"cohort": open_round.pk, **rows()}).status_code == 422


def test_one_more_row_keeps_what_was_typed(cast, open_round, sign_in):
    answer = sign_in(cast.stina).post(
        REGISTER, {"cohort": open_round.pk, "people": [cast.tuva.pk], "more": "yes", **rows(new(cast, "Ett"))}
    )
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'value="Ett"' in page
    assert "new-1-name" in page
    assert f'value="{cast.tuva.pk}" ' in page


def test_people_and_units_of_others_cannot_be_registered(cast, open_round, sign_in):
    stina = sign_in(cast.stina)
    assert stina.post(REGISTER, {"cohort": open_round.pk, "people": [cast.leila.pk], **rows()}).status_code == 422
    assert (
        stina.post(REGISTER, {"cohort": open_round.pk, **rows(new(cast, "X", unit=cast.mottagning))}).status_code == 422
    )
    foreign = cast.cohort(cast.programme(region=cast.skaraborg), state="open", days=DAYS, **WINDOW)
    assert stina.post(REGISTER, {"cohort": foreign.pk, "people": [cast.tuva.pk], **rows()}).status_code == 422
    assert not Enrolment.objects.exists()


def test_a_row_left_empty_on_the_page_is_nobody(cast, open_round, sign_in):
    page = sign_in(cast.stina).get(REGISTER)
    shown = page.context["rows"].management_form
    data = {"new-TOTAL_FORMS": shown["TOTAL_FORMS"].value(), "new-INITIAL_FORMS": shown["INITIAL_FORMS"].value()}
    data |= {"new-0-name": "", "new-0-email": "", "new-0-unit": cast.barn.pk, "new-0-form": "permanent"}
    answer = sign_in(cast.stina).post(REGISTER, {"cohort": open_round.pk, "people": [cast.tuva.pk], **data})
    assert answer.status_code == 302


def test_another_managers_draft_is_nobody_elses(cast, open_round, sign_in):
    check = sign_in(cast.stina).post(REGISTER, {"cohort": open_round.pk, "people": [cast.tuva.pk], **rows()}).url
    for other in (cast.omar, cast.lars):
        assert sign_in(other).post(check).status_code == 404
    assert not Enrolment.objects.exists()


def test_who_has_applied_already_is_left_as_is(cast, open_round, sign_in):
    cast.enrolment(open_round, cast.tuva, side="applied", employer="asked")
    stina = sign_in(cast.stina)
    check = stina.post(REGISTER, {"cohort": open_round.pk, "people": [cast.tuva.pk, cast.edvin.pk], **rows()}).url
    assert stina.get(check).context["already"] == ["Tuva Ljungdahl"]
    stina.post(check)
    assert Enrolment.objects.count() == 2
    assert Enrolment.objects.get(person=cast.tuva).employer_side == "asked"


def test_the_last_choice_is_preset(cast, open_round, sign_in):
    cast.cohort(
        cast.programme(slug="ledare"), number=3, state="open", days=DAYS, **WINDOW | {"closes_on": date(2027, 4, 30)}
    )
    stina = sign_in(cast.stina)
    first = stina.get(REGISTER).context["form"].initial["cohort"]
    assert first != str(open_round.pk)
    stina.post(stina.post(REGISTER, {"cohort": open_round.pk, "people": [cast.tuva.pk], **rows()}).url)
    assert stina.get(REGISTER).context["form"].initial["cohort"] == str(open_round.pk)
