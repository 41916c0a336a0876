"""New in the region: who is in the list, under whom, one letter to each manager, and what has happened since."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Deed
from outbox.actions import undo_release
from outbox.actions.sending import build
from outbox.models import Batch, Letter
from people.models import Absence, Employment
from programmes.actions import newcomers as actions
from programmes.rules import newcomers as rules
from tests.cast import LONG_AGO, NOW, employment, organisation, person, role

pytestmark = pytest.mark.django_db
SINCE = date(2027, 1, 1)
WINDOW = {"opens_on": date(2027, 4, 1), "closes_on": date(2027, 4, 30)}


@pytest.fixture
def opened(cast: Any) -> Any:
    """A round that takes applications; Nora and Ivan have begun with Stina, Aino with Petra."""
    cohort = cast.cohort(state="open", number=13, days=(date(2027, 9, 8),), **WINDOW)
    for key, name, unit, day in (
        ("nora", "Nora Ek", cast.barn, date(2027, 2, 1)),
        ("ivan", "Ivan Berg", cast.barn, date(2027, 3, 15)),
        ("aino", "Aino Laine", cast.nyk_barn, date(2027, 4, 1)),
    ):
        cast.made[key] = person(name, f"{key}@kommun.example", cast.sormland)
        employment(cast.made[key], unit, since=day)
    return cohort


def listed(cast: Any, cohort: Any, who: Any = None, since: date = SINCE) -> list[str]:
    found = rules.newcomers(
        Employment.objects.visible_to(who or cast.malin), cohort, rules.towns_of(cohort), since=since, day=NOW.date()
    )
    return sorted(one.person.name for one in found)


def page_of(cohort: Any) -> str:
    return f"/programmes/cohorts/{cohort.pk}/new-staff/"


def ask(cast: Any, cohort: Any, *choices: str, days: int = 0, since: date = SINCE) -> Batch:
    return actions.ask_managers(
        cohort=cohort, choices=choices, since=since, by=cast.malin, now=NOW + timedelta(days=days)
    )


# ---------- Who is in the list ----------


def test_who_has_begun_since_the_day_and_has_not_applied_is_in_the_list(cast: Any, opened: Any) -> None:
    assert listed(cast, opened) == ["Aino Laine", "Ivan Berg", "Nora Ek"]
    assert listed(cast, opened, since=date(2027, 3, 1)) == ["Aino Laine", "Ivan Berg"]
    # Everybody else in the cast began on 1 September 2026.
    assert "Tuva Ljungdahl" in listed(cast, opened, since=date(2026, 9, 1))


@pytest.mark.parametrize("side", ["applied", "withdrawn", "completed"])
def test_who_has_applied_to_any_round_of_the_programme_is_not(side: str, cast: Any, opened: Any) -> None:
    cast.enrolment(cast.cohort(number=12), cast.nora, side=side)
    assert listed(cast, opened) == ["Aino Laine", "Ivan Berg"]


def test_an_application_to_another_programme_is_none_to_this_one(cast: Any, opened: Any) -> None:
    other = cast.cohort(programme=cast.programme(slug="chefer"), number=1)
    cast.enrolment(other, cast.nora, side="applied")
    assert "Nora Ek" in listed(cast, opened)


def test_a_move_inside_the_region_is_no_beginning_but_one_into_it_is(cast: Any, opened: Any) -> None:
    Employment.objects.filter(person=cast.leila).update(valid_to=date(2027, 2, 28))
    employment(cast.leila, cast.nyk_barn, since=date(2027, 3, 1))
    Employment.objects.filter(person=cast.selma).update(valid_to=date(2027, 2, 28))
    employment(cast.selma, cast.barn, since=date(2027, 3, 1))
    assert listed(cast, opened) == ["Aino Laine", "Ivan Berg", "Nora Ek", "Selma Åkervall"]


def test_who_has_left_is_on_leave_or_closed_is_not(cast: Any, opened: Any) -> None:
    Employment.objects.filter(person=cast.nora).update(valid_to=date(2027, 4, 1))
    Absence.objects.create(employment=cast.ivan.employments.get(), valid_from=date(2027, 4, 10))
    cast.aino.is_active = False
    cast.aino.save()
    assert listed(cast, opened) == []


def test_only_the_rounds_municipalities_count(cast: Any, opened: Any) -> None:
    opened.shares.filter(organisation=cast.nykoping).delete()
    assert listed(cast, opened) == ["Ivan Berg", "Nora Ek"]


# ---------- By manager ----------


def test_the_list_stands_by_nearest_manager_and_names_those_without_one(cast: Any, opened: Any, sign_in: Any) -> None:
    employment(person("Lone Vik", "lone@flen.example", cast.sormland), organisation("Familj", "unit", cast.flen), SINCE)
    page = sign_in(cast.malin).get(page_of(opened), {"since": "2027-01-01"})
    assert {group.manager.name: len(group.people) for group in page.context["groups"]} == {
        "Stina Malmqvist": 2,
        "Petra Åkesson": 1,
    }
    assert [one.person.name for one in page.context["unled"]] == ["Lone Vik"]
    assert page.content.decode().count(" checked") == 2


def test_a_manager_without_an_address_cannot_be_written_to(cast: Any, opened: Any, sign_in: Any) -> None:
    cast.petra.email = None
    cast.petra.save()
    page = sign_in(cast.malin).get(page_of(opened), {"since": "2027-01-01"}).content.decode()
    assert page.count('name="managers"') == 1
    with pytest.raises(rules.NobodyToWriteTo):
        ask(cast, opened, f"{cast.petra.pk}-0")


def test_of_two_managers_the_one_with_an_address_is_asked(cast: Any, opened: Any) -> None:
    role(person("Rut Utan", None, cast.sormland), "manager", organisation=cast.nyk_barn)
    people = rules.newcomers(Employment.objects.all(), opened, rules.towns_of(opened), since=SINCE, day=NOW.date())
    assert {group.manager.name for group in rules.by_manager(people, {}, day=NOW.date())} == {
        "Stina Malmqvist",
        "Petra Åkesson",
    }


# ---------- The letter ----------


def test_each_manager_gets_one_letter_about_the_own_people_and_it_leads_to_the_registration(
    cast: Any, opened: Any
) -> None:
    batch = ask(cast, opened, f"{cast.stina.pk}-0", f"{cast.petra.pk}-0")
    assert {letter.person for letter in batch.letters.all()} == {cast.stina, cast.petra}
    mail = build(batch.letters.get(person=cast.stina))
    assert mail is not None
    assert mail.subject == "Ska dina 2 nya medarbetare delta i Introduktionsutbildning?"
    assert "Nora Ek, Barn och familj, sedan 1 februari" in mail.text
    assert "Ivan Berg" in mail.text
    assert "Aino" not in mail.text
    assert f"/programmes/staff/register/?cohort={opened.pk}" in mail.text
    deed = Deed.objects.get(deed="newcomers.asked")
    assert (deed.codes["managers"], deed.codes["people"]) == (2, 3)


def test_the_letters_can_be_held_for_ten_minutes(cast: Any, opened: Any) -> None:
    batch = ask(cast, opened, f"{cast.stina.pk}-0")
    assert batch.letters.get().not_before == NOW + timedelta(minutes=10)
    undo_release(batch=batch, by=cast.malin, now=NOW + timedelta(minutes=9))
    assert batch.letters.get().state == "held"


def test_a_form_that_is_sent_twice_writes_once(cast: Any, opened: Any) -> None:
    ask(cast, opened, f"{cast.stina.pk}-0")
    with pytest.raises(rules.NobodyToWriteTo):
        ask(cast, opened, f"{cast.stina.pk}-0")
    assert Letter.objects.filter(kind=rules.ASKED).count() == 1


def test_a_manager_is_written_to_again_only_when_chosen_on_purpose(cast: Any, opened: Any, sign_in: Any) -> None:
    ask(cast, opened, f"{cast.stina.pk}-0")
    page = sign_in(cast.malin).get(page_of(opened), {"since": "2027-01-01"}).content.decode()
    assert page.count(" checked") == 1
    assert "Skriv till Stina Malmqvist igen" in page
    ask(cast, opened, f"{cast.stina.pk}-1", days=3)
    assert Letter.objects.filter(kind=rules.ASKED, person=cast.stina).count() == 2


def test_who_applies_before_the_letter_leaves_is_not_in_it_and_a_letter_about_nobody_does_not_go(
    cast: Any, opened: Any
) -> None:
    letter = ask(cast, opened, f"{cast.stina.pk}-0").letters.get()
    cast.enrolment(opened, cast.nora, side="applied")
    mail = build(letter)
    assert mail is not None
    assert "Nora" not in mail.text
    assert mail.subject == "Ska din nya medarbetare delta i Introduktionsutbildning?"
    cast.enrolment(opened, cast.ivan, side="applied")
    assert build(letter) is None


def test_a_round_that_takes_no_applications_writes_to_nobody(cast: Any, opened: Any, sign_in: Any) -> None:
    opened.state = "running"
    opened.save()
    with pytest.raises(rules.why_not_write(opened, now=NOW).__class__):
        ask(cast, opened, f"{cast.stina.pk}-0")
    page = sign_in(cast.malin).get(page_of(opened), {"since": "2027-01-01"}).content.decode()
    assert "Nora Ek" in page
    assert 'name="managers"' not in page


def test_the_letters_link_opens_the_registration_with_that_round_chosen(cast: Any, opened: Any, sign_in: Any) -> None:
    sooner = cast.cohort(
        programme=cast.programme(slug="chefer"), state="open", number=1, days=(), **{**WINDOW, "closes_on": NOW.date()}
    )
    client = sign_in(cast.stina)
    assert client.get("/programmes/staff/register/").context["form"].initial["cohort"] == str(sooner.pk)
    page = client.get("/programmes/staff/register/", {"cohort": opened.pk})
    assert page.context["form"].initial["cohort"] == str(opened.pk)
    assert client.get("/programmes/staff/register/", {"cohort": "x"}).status_code == 200


# ---------- The page ----------


def test_the_letter_is_read_first_and_goes_when_it_is_confirmed(cast: Any, opened: Any, sign_in: Any) -> None:
    client = sign_in(cast.malin)
    data = {"since": "2027-01-01", "managers": [f"{cast.stina.pk}-0", f"{cast.petra.pk}-0"]}
    read = client.post(page_of(opened), data).content.decode()
    assert "Inget är skickat än" in read
    assert "Nora Ek" in read
    assert not Letter.objects.exists()
    answer = client.post(page_of(opened), {**data, "confirm": "yes"}, follow=True)
    assert "Cheferna är tillfrågade" in answer.content.decode()
    assert Letter.objects.count() == 2
    back = client.post(page_of(opened), {**data, "change": "yes"}).content.decode()
    assert 'name="managers"' in back


def test_choosing_nobody_says_so(cast: Any, opened: Any, sign_in: Any) -> None:
    answer = sign_in(cast.malin).post(page_of(opened), {"since": "2027-01-01"})
    assert answer.status_code == 422
    assert "Välj minst en chef" in answer.content.decode()


def test_the_page_tells_who_has_applied_since_the_letter(cast: Any, opened: Any, sign_in: Any) -> None:
    ask(cast, opened, f"{cast.stina.pk}-0")
    cast.enrolment(opened, cast.nora, side="applied", applied_at=NOW + timedelta(hours=1))
    page = sign_in(cast.malin).get(page_of(opened), {"since": "2027-01-01"})
    [row] = page.context["asked"]
    assert (row.people, [one.person.name for one in row.registered]) == (2, ["Nora Ek"])


def test_the_list_is_filtered_by_municipality_and_day(cast: Any, opened: Any, sign_in: Any) -> None:
    client = sign_in(cast.malin)
    page = client.get(page_of(opened), {"since": "2027-01-01", "organisation": cast.nykoping.pk})
    assert [group.manager.name for group in page.context["groups"]] == ["Petra Åkesson"]
    usual = client.get(page_of(opened))
    assert usual.context["since"] == date(2026, 4, 1)
    nobody = client.get(page_of(opened), {"since": "2027-04-10"}).content.decode()
    assert "Inga träffar" in nobody


def test_a_protected_name_is_known_to_the_coordinator_and_the_manager_only(
    cast: Any, opened: Any, sign_in: Any
) -> None:
    cast.nora.protected = True
    cast.nora.save()
    letter = ask(cast, opened, f"{cast.stina.pk}-0").letters.get()
    mail = build(letter)
    assert mail is not None
    assert "Nora Ek" in mail.text
    page = sign_in(cast.ada).get(page_of(opened), {"since": "2027-01-01"}).content.decode()
    assert "Nora Ek" not in page
    assert cast.nora.substitute_code in page


@pytest.mark.parametrize("who", ["vera", "lars", "stina", "tuva", "outsider"])
def test_nobody_else_sees_the_page(who: str, cast: Any, opened: Any, sign_in: Any) -> None:
    assert sign_in(getattr(cast, who)).get(page_of(opened)).status_code == 404


def test_as_many_statements_for_three_managers_as_for_one(cast: Any, opened: Any, sign_in: Any) -> None:
    Employment.objects.filter(person__in=[cast.aino, cast.ivan]).update(valid_from=LONG_AGO)
    ask(cast, opened, f"{cast.stina.pk}-0")
    client = sign_in(cast.malin)
    client.get(page_of(opened), {"since": "2027-01-01"})
    with CaptureQueriesContext(connection) as one:
        client.get(page_of(opened), {"since": "2027-01-01"})
    Employment.objects.filter(person__in=[cast.aino, cast.ivan]).update(valid_from=SINCE)
    Employment.objects.filter(person__in=[cast.leila, cast.omar]).update(valid_from=SINCE)
    ask(cast, opened, f"{cast.petra.pk}-0", f"{cast.omar.pk}-0")
    with CaptureQueriesContext(connection) as three:
        answer = client.get(page_of(opened), {"since": "2027-01-01"})
    assert len(answer.context["groups"]) == 3
    assert len(answer.context["asked"]) == 3
    assert len(three) == len(one)
